/* What operations share that show reports. */
#ifndef SENDWARD_API_OWN_REPORT_H
#define SENDWARD_API_OWN_REPORT_H

#include <stdint.h>
#include "store/events.h"

struct api_call;

/* A number of the path; 0: it is none. */
int64_t api_own_id(struct api_call *call, const char *member);

/* Content and Truncated of a report. */
void api_own_put_content(
    struct api_call *call, const struct store_report *report);

#endif
