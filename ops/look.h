/* Asks DNS all questions of a check at once, and waits. Judges nothing. */
#ifndef SENDWARD_OPS_LOOK_H
#define SENDWARD_OPS_LOOK_H

#include <stdint.h>
#include "base/err.h"

struct check;
struct conf;

/* Every answer that comes within most_msec goes to the check; the others count as
 * DNS_TIMED_OUT there. most_msec 0: each look-up has dns.timeout_sec. Errors are
 * those of dns_resolver_new and dns_ask. */
enum sg_err look_ask(const struct conf *conf, struct check *check,
    int64_t most_msec, struct err *err_r);

#endif
