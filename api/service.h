/* What all handlers share, and the way from a request to its answer: route,
 * handler, counters, log. Knows no HTTP library. */
#ifndef SENDWARD_API_SERVICE_H
#define SENDWARD_API_SERVICE_H

#include <stdbool.h>
#include "api/exchange.h"
#include "base/err.h"

struct api_console;
struct api_keys;
struct api_metrics;
struct api_service;
struct api_throttle;
struct conf;
struct seal;
struct store;

/* One for each configuration in force; conf is taken a reference of. seal (may be
 * NULL) and metrics are borrowed. */
enum sg_err api_service_new(struct conf *conf, const struct seal *seal,
    struct api_metrics *metrics, struct api_service **service_r,
    struct err *err_r);
/* When no thread uses it any more. */
void api_service_free(struct api_service **service);

const struct conf *api_service_conf(const struct api_service *service);
/* The console's files, of this configuration. */
const struct api_console *api_service_console(
    const struct api_service *service);
/* NULL: the master key could not be read at the start. */
const struct seal *api_service_seal(const struct api_service *service);
struct api_metrics *api_service_metrics(const struct api_service *service);
/* Counts calls and failed signatures; begins anew with each configuration. */
struct api_throttle *api_service_throttle(const struct api_service *service);

/* The calling thread's own handle, opened when first asked for, and anew when
 * the database was replaced. It lives until the thread ends. */
enum sg_err api_service_store(
    struct api_service *service, struct store **store_r, struct err *err_r);

/* The calling thread's own. NULL: no memory. */
struct api_keys *api_service_keys(struct api_service *service);

/* A name for a request: a UUID (RFC 9562 version 4). False: no random bytes. */
#define API_REQUEST_ID_MAX 37
bool api_service_request_id(
    struct api_service *service, char id_r[API_REQUEST_ID_MAX]);

/* Answers. Any thread. */
void api_service_answer(struct api_service *service,
    struct api_request *request, struct api_response *response_r);
/* Instead of api_service_answer, for requests that are refused as they came, or
 * because there is too much to do (503). */
void api_service_refuse(const struct api_request *request, int status,
    struct api_response *response_r);
/* Once for each request that was answered, by whichever of the two. method: as
 * the client wrote it. The path is only told by its route: it may hold a
 * token. */
void api_service_note(struct api_service *service,
    const struct api_request *request, const char *method,
    const struct api_response *response, int64_t took_usec);

#endif
