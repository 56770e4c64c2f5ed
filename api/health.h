/* /healthz and /metrics, for the operator's watchers. */
#ifndef SENDWARD_API_HEALTH_H
#define SENDWARD_API_HEALTH_H

#include "api/route.h"

/* 200 "ok", or 503 and a reason: is the store readable? */
api_handler_fn api_health_check;
/* Prometheus' text format, for clients on this host; 404 for others. */
api_handler_fn api_health_metrics;

#endif
