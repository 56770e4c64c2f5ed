/* What a client asks for in header fields of sendward's own: the configuration
 * set, the tenant, message tags. Part of milter/message.h; the fields leave in
 * milter/content.c. */
#ifndef SENDWARD_MILTER_REQUESTS_H
#define SENDWARD_MILTER_REQUESTS_H

#include <stdbool.h>
#include "rules/types.h"

struct message;

/* End of headers, when From's identity is known: m->content.set, tenant
 * and tags. False: *v says why the message must not leave. */
bool requests_take(struct message *m, struct rules_verdict *v);
/* End of message: are set and tenant still there, and not paused? */
bool requests_still_granted(struct message *m, struct rules_verdict *v);

#endif
