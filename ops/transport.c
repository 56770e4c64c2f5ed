/* What Postfix needs to send from dedicated addresses: see transport.h. */
#include "config.h"

#include "ops/transport.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "rules/ascii.h"
#include "rules/return_path.h"

void
transport_name(const char *address, char name_r[TRANSPORT_NAME_MAX + 1])
{
	(void)snprintf(
	    name_r, TRANSPORT_NAME_MAX + 1, TRANSPORT_PREFIX "%s", address);
	for (char *at = name_r; *at != '\0'; at++)
		if (!ascii_is_alnum(*at))
			*at = '-';
}

/* An address of one family: hosts that have both are spoken to by it. */
bool
transport_service(const struct store_ip *row, struct buf *out)
{
	bool is_v6 = strchr(row->address, ':') != NULL;
	char name[TRANSPORT_NAME_MAX + 1];

	transport_name(row->address, name);
	(void)buf_printf(out,
	    "%s unix - - n - - smtp -o syslog_name=postfix/%s"
	    " -o smtp_bind_address%s=%s -o smtp_address_preference=%s",
	    name, name, is_v6 ? "6" : "", row->address,
	    is_v6 ? "ipv6" : "ipv4");
	if (row->helo[0] != '\0')
		(void)buf_printf(out, " -o smtp_helo_name=%s", row->helo);
	return !out->failed;
}

bool
transport_table_line(const struct store_ip *row, struct buf *out)
{
	char name[TRANSPORT_NAME_MAX + 1];

	if (row->label[0] == '\0')
		return true;
	transport_name(row->address, name);
	return buf_printf(out, "/^b-[a-z2-7]{%d,%d}-%s@/ %s:\n",
	    RETURN_PATH_TOKEN_MIN, RETURN_PATH_TOKEN_MAX, row->label, name);
}

struct listing {
	const char *host;
	store_ip_fn *fn;
	void *ctx;
};

static bool
take(void *ctx, const struct store_ip *row)
{
	struct listing *listing = ctx;

	return (row->host[0] != '\0' &&
		   strcmp(row->host, listing->host) != 0) ||
	       listing->fn(listing->ctx, row);
}

enum sg_err
transport_list(struct store *store, const struct conf *conf, store_ip_fn *fn,
    void *ctx, struct err *err_r)
{
	char host[65] = "";
	struct listing listing = {.host = host, .fn = fn, .ctx = ctx};

	(void)snprintf(host, sizeof(host), "%s", conf->host);
	if (host[0] == '\0')
		(void)gethostname(host, sizeof(host) - 1);
	return store_ip_list(
	    store, -1, -1, "", INT64_MAX, take, &listing, err_r);
}
