/* The operator's zone as text: see rotation.h. Sends nothing to a name server. */
#include "config.h"

#include "ops/rotation.h"

#include <limits.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "dkim/record.h"

#define LINE_MAX_BYTES 8192

struct zone {
	rotation_line_fn *fn;
	void *ctx;
	int64_t ttl_sec;
	struct buf line;
	bool failed;
};

static bool
zone_line(struct zone *zone)
{
	bool go_on =
	    !zone->line.failed && zone->fn(zone->ctx, buf_str(&zone->line));

	zone->failed |= zone->line.failed;
	buf_clear(&zone->line);
	return go_on;
}

static bool
zone_key(void *ctx, const struct store_key *row)
{
	const struct dkim_record record = {.selector = row->selector,
	    .algorithm = row->algorithm,
	    .public_base64 = row->public_base64};
	struct zone *zone = ctx;

	(void)buf_printf(&zone->line, "%s %lld IN ", row->selector,
	    (long long)zone->ttl_sec);
	(void)dkim_record_txt(&record, &zone->line);
	return zone_line(zone);
}

enum sg_err
rotation_zone(struct store *store, const struct conf *conf,
    rotation_line_fn *fn, void *ctx, struct err *err_r)
{
	struct zone zone = {
	    .fn = fn, .ctx = ctx, .ttl_sec = conf->dkim_ttl_sec};
	enum sg_err rc = SG_OK;

	if (conf->dkim_zone[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "there is no zone of Easy DKIM: the option dkim.zone is "
		    "not set");
	buf_init(&zone.line, LINE_MAX_BYTES);
	(void)buf_printf(&zone.line, "$ORIGIN %s.", conf->dkim_zone);
	if (zone_line(&zone))
		rc = store_zone_list(
		    store, INT64_MAX, INT_MAX, zone_key, &zone, err_r);
	buf_fini(&zone.line);
	if (rc == SG_OK && zone.failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for a zone");
	return rc;
}
