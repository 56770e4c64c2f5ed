/* Keeps TXT records in a zone of the operator's by RFC 2136 updates, signed with
 * TSIG (RFC 8945), by libldns. Blocks for up to dns.timeout_sec a call. */
#ifndef SENDWARD_DNS_UPDATE_H
#define SENDWARD_DNS_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct dns_updater;

/* Reads dkim.zone, dkim.update_server, dkim.update_key_file. SG_INVALID says
 * which is wrong. */
enum sg_err dns_updater_new(
    const struct conf *conf, struct dns_updater **updater_r, struct err *err_r);
void dns_updater_free(struct dns_updater **updater);

/* name: below the zone, such as a token. text NULL: every TXT record of the name
 * goes; else it becomes the only one (any bytes; split into strings of 255). */
struct dns_change {
	const char *name;
	const char *text;
};
#define DNS_CHANGES_MAX 64
/* One update, all or nothing (RFC 2136 §3.7). SG_OK: the server said NOERROR and
 * its TSIG was right. SG_IO: it could not be reached; SG_INVALID: it refused
 * (NOTAUTH, REFUSED, BADKEY, …: the text says what). */
enum sg_err dns_update(struct dns_updater *updater,
    const struct dns_change *changes, size_t count, struct err *err_r);

#endif
