/* The DNS records that a customer publishes (RFC 6376 §3.6.1). Makes text only;
 * looks nothing up. */
#ifndef SENDWARD_DKIM_RECORD_H
#define SENDWARD_DKIM_RECORD_H

#include <stdbool.h>
#include "base/buf.h"
#include "dkim/key.h"

struct dkim_record {
	const char *selector;
	const char *domain;
	const char *algorithm; /* "rsa", "ed25519" */
	const char *public_base64;
};

/* "SELECTOR._domainkey.DOMAIN" and "v=DKIM1; k=rsa; p=…" (one long string). */
bool dkim_record_name(const struct dkim_record *r, struct buf *out);
bool dkim_record_value(const struct dkim_record *r, struct buf *out);
/* "TXT ( "…" "…" )": the value split into quoted strings of at most 255 bytes. */
bool dkim_record_txt(const struct dkim_record *r, struct buf *out);
/* A zone-file line (RFC 1035 §5): absolute name, TXT, the value split into quoted
 * strings of at most 255 bytes. */
bool dkim_record_zone(const struct dkim_record *r, struct buf *out);

#endif
