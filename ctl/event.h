/* Events for people: what the verbs that show or name some share. */
#ifndef SENDWARD_CTL_EVENT_H
#define SENDWARD_CTL_EVENT_H

#include <jansson.h>
#include "base/buf.h"
#include "ctl/out.h"

struct store_event;

/* A line for each recipient: "gone@customer.example: Permanent/General 5.1.1: 550
 * no such user"; of other events one line; nothing when there is nothing to say. */
void event_summary(const struct store_event *event, struct buf *out);

/* Every option of that name: event types, separated by commas, or "all"; 0 when it
 * is not given. Returns CTL_DONE or, having said why, the exit status. */
int event_read_kinds(const struct ctl *ctl, const char *option, int *kinds_r);
/* ["BOUNCE", "COMPLAINT"], the API's names, of a sum of 1 << kind. */
json_t *event_kinds_json(int kinds);

#endif
