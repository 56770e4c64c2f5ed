/* The DNS records that a customer publishes (RFC 6376 §3.6.1). Makes text only;
 * looks nothing up. */
#include "config.h"
#include "dkim/record.h"

#define TXT_STRING_MAX 255 /* RFC 1035 §3.3.14 */
#define TXT_VALUE_MAX 4096

bool
dkim_record_name(const struct dkim_record *r, struct buf *out)
{
	return buf_printf(out, "%s._domainkey.%s", r->selector, r->domain);
}

bool
dkim_record_value(const struct dkim_record *r, struct buf *out)
{
	return buf_printf(
	    out, "v=DKIM1; k=%s; p=%s", r->algorithm, r->public_base64);
}

bool
dkim_record_txt(const struct dkim_record *r, struct buf *out)
{
	struct buf value;
	size_t at = 0, part = 0;

	buf_init(&value, TXT_VALUE_MAX);
	(void)dkim_record_value(r, &value);
	(void)buf_puts(out, "TXT (");
	for (at = 0; at < value.len; at += part) {
		part = value.len - at;
		if (part > TXT_STRING_MAX)
			part = TXT_STRING_MAX;
		(void)buf_puts(out, " \"");
		(void)buf_append(out, value.data + at, part);
		(void)buf_puts(out, "\"");
	}
	(void)buf_puts(out, " )");
	if (value.failed)
		out->failed = true;
	buf_fini(&value);
	return !out->failed;
}

bool
dkim_record_zone(const struct dkim_record *r, struct buf *out)
{
	(void)dkim_record_name(r, out);
	(void)buf_puts(out, ". IN ");
	(void)dkim_record_txt(r, out);
	return buf_puts(out, "\n");
}
