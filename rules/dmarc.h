/* DMARC records (RFC 7489 §6.3) as far as alignment and policy go. Asks no DNS and
 * finds no organizational domain. */
#ifndef SENDWARD_RULES_DMARC_H
#define SENDWARD_RULES_DMARC_H

#include <stdbool.h>
#include <stddef.h>

enum dmarc_policy { DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT };
const char *dmarc_policy_name(enum dmarc_policy policy); /* "quarantine" */

struct dmarc {
	enum dmarc_policy policy;
	enum dmarc_policy subdomain_policy; /* sp=, else as policy */
	bool dkim_is_strict, spf_is_strict;
};

enum dmarc_parsed {
	DMARC_PARSED,
	DMARC_UNRELATED, /* does not begin with v=DMARC1 */
	DMARC_MALFORMED, /* receivers take it for none */
};
enum dmarc_parsed dmarc_parse(
    const char *text, size_t len, struct dmarc *dmarc_r);

#endif
