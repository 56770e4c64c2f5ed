/* Reads names that are asked for and the data of answers (RFC 1035 §3.1, §3.3).
 * Pure: asks nothing. */
#ifndef SENDWARD_DNS_RDATA_H
#define SENDWARD_DNS_RDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dns/resolver.h"

struct arena;

/* Lower case without a final dot into name_r. False: it is no name that can be
 * asked for: labels of 1 to 63 letters, digits, - and _, 253 bytes at most. */
bool dns_name_read(const char *name, char name_r[DNS_NAME_MAX + 1]);

/* One record's data in wire form, names not compressed, as in struct
 * dns_record; the text is the arena's. SG_INVALID: not readable. SG_NOMEM. */
enum sg_err dns_rdata_read(enum dns_type type, const uint8_t *data, size_t len,
    struct arena *arena, struct dns_record *record_r);

/* Does a whole answer in wire form that has no records say so in the name of the
 * zone, by its SOA (RFC 2308 §2.2)? A lame server's referral does not. */
bool dns_is_denial(const uint8_t *packet, size_t len);

#endif
