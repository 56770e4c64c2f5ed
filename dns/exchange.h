/* One DNS message to a server over TCP (RFC 7766 §8) and one back, until a
 * deadline. Knows nothing of what is in them. */
#ifndef SENDWARD_DNS_EXCHANGE_H
#define SENDWARD_DNS_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct conf_server;

#define DNS_MESSAGE_MAX 65535

/* deadline_msec: of clock_mono_msec. reply_r has room for DNS_MESSAGE_MAX bytes.
 * SG_IO: not reached, not in time, or hung up. */
enum sg_err dns_exchange(const struct conf_server *server, const uint8_t *query,
    size_t len, int64_t deadline_msec, uint8_t *reply_r, size_t *len_r,
    struct err *err_r);

#endif
