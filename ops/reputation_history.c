/* Who would have been paused: goes through the stored buckets in the order of their
 * time. See reputation.h. Writes nothing. */
#include "config.h"

#include "ops/reputation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/reputation_parts.h"
#include "store/events.h"
#include "store/tenants.h"
#include "store/topics.h"

#define SEC_PER_DAY 86400

/* ---- limits in words --------------------------------------------------------- */

static bool
take_percent(const char *name, const char *value, struct reputation_limits *l)
{
	const struct {
		const char *name;
		double *field;
	} rows[] = {
	    {"bounce_review", &l->bounce_review},
	    {"bounce_pause", &l->bounce_pause},
	    {"complaint_review", &l->complaint_review},
	    {"complaint_pause", &l->complaint_pause},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(name, rows[i].name) == 0)
			return conf_percent(value, rows[i].field);
	return false;
}

static bool
take_number(const char *name, const char *value, struct reputation_limits *l)
{
	int64_t *field = strcmp(name, "volume") == 0    ? &l->volume
			 : strcmp(name, "minimum") == 0 ? &l->minimum
							: NULL;
	size_t len = strspn(value, "0123456789");
	long long number;

	if (field == NULL || len == 0 || len > 10 || value[len] != '\0')
		return false;
	number = strtoll(value, NULL, 10);
	if (number < 1 || number > 1000000000)
		return false;
	*field = number;
	return true;
}

/* NAME=VALUE, which is cut in two. */
static bool
take_word(char *word, struct reputation_limits *limits)
{
	char *value = strchr(word, '=');

	if (value == NULL)
		return false;
	*value++ = '\0';
	return take_percent(word, value, limits) ||
	       take_number(word, value, limits);
}

enum sg_err
reputation_limits_parse(
    const char *text, struct reputation_limits *limits, struct err *err_r)
{
	struct reputation_limits taken = *limits;

	do {
		size_t len = strcspn(text, ",");
		char word[64];

		(void)snprintf(
		    word, sizeof(word), "%.*s", (int)(len % 1000), text);
		if (len >= sizeof(word) || !take_word(word, &taken))
			return err_set(err_r, SG_INVALID,
			    "%.*s is no threshold; write bounce_review=, "
			    "bounce_pause=, complaint_review=, "
			    "complaint_pause= with percent, volume= or "
			    "minimum= with a number of recipients",
			    (int)(len < 60 ? len : 60), text);
		text += len + (text[len] == ',');
	} while (*text != '\0');
	*limits = taken;
	return SG_OK;
}

/* ---- the history ---------------------------------------------------------------- */

struct history_bucket {
	int64_t sec, eligible, bounces, complaints;
};
struct history {
	struct history_bucket *list; /* the newest first, as they are read */
	size_t count, size;
	bool failed;
};

static int64_t
not_negative(int64_t n)
{
	return n > 0 ? n : 0;
}

static bool
add_bucket(void *ctx, const struct store_tally *row)
{
	struct history *h = ctx;

	if (h->count == h->size) {
		size_t size = h->size == 0 ? 256 : 2 * h->size;
		void *list = realloc(h->list, size * sizeof(*h->list));

		if (list == NULL) {
			h->failed = true;
			return false;
		}
		h->list = list;
		h->size = size;
	}
	h->list[h->count++] = (struct history_bucket){row->bucket_sec,
	    not_negative(row->eligible), not_negative(row->bounces),
	    not_negative(row->complaints)};
	return true;
}

/* The window as it moves on: buckets list[newest] to list[oldest]. */
struct walk {
	const struct reputation_limits *limits;
	int64_t window_sec, fresh_start_sec;
	size_t oldest;
	struct reputation_counts counts;
};

static void
drop_oldest(struct walk *w, const struct history *h)
{
	const struct history_bucket *b = &h->list[w->oldest--];

	w->counts.eligible -= b->eligible;
	w->counts.bounces -= b->bounces;
	w->counts.complaints -= b->complaints;
}

/* What reputation_add would have taken at the end of that bucket. */
static void
move_to(struct walk *w, const struct history *h, size_t newest)
{
	const struct history_bucket *b = &h->list[newest];
	int64_t end_sec = b->sec + STORE_TALLY_BUCKET_SEC;
	int64_t since_sec = end_sec - w->window_sec;

	if (b->sec >= w->fresh_start_sec && w->fresh_start_sec > since_sec)
		since_sec = w->fresh_start_sec;
	w->counts.eligible += b->eligible;
	w->counts.bounces += b->bounces;
	w->counts.complaints += b->complaints;
	while (w->oldest > newest &&
	       (h->list[w->oldest].sec < since_sec ||
		   w->counts.eligible - h->list[w->oldest].eligible >=
		       w->limits->volume))
		drop_oldest(w, h);
	w->counts.since_sec = h->list[w->oldest].sec;
}

/* The first moments of review and of pause. */
static void
walk_history(const struct history *h, struct walk *w, const char *policy,
    struct reputation_history *row)
{
	w->oldest = h->count == 0 ? 0 : h->count - 1;
	for (size_t i = h->count; i-- > 0 && row->pause_sec == 0;) {
		int64_t end_sec = h->list[i].sec + STORE_TALLY_BUCKET_SEC;
		enum rules_standing follows;

		move_to(w, h, i);
		reputation_judge(&w->counts, w->limits, &row->verdict);
		follows = reputation_consequence(row->verdict.standing, policy);
		if (follows != RULES_HEALTHY && row->review_sec == 0)
			row->review_sec = end_sec;
		if (follows == RULES_SHUT_DOWN)
			row->pause_sec = end_sec;
	}
	row->counts = w->counts;
}

struct dry_ctx {
	struct store *store;
	const struct conf *conf;
	const struct reputation_limits *limits;
	int64_t now_sec;
	reputation_history_fn *fn;
	void *ctx;
};

static enum sg_err
load_history(const struct dry_ctx *dry, int64_t account_id, int64_t set_id,
    struct history *h, struct err *err_r)
{
	int64_t days =
	    dry->conf->reputation_window_days > dry->conf->retention_days
		? dry->conf->reputation_window_days
		: dry->conf->retention_days;
	enum sg_err rc = store_tally_list(dry->store, account_id, set_id,
	    dry->now_sec - days * SEC_PER_DAY, add_bucket, h, err_r);

	if (rc == SG_OK && h->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for the history");
	return rc;
}

static enum sg_err
dry_one(void *ctx, int64_t account_id, int64_t set_id, bool *goes_on_r,
    struct err *err_r)
{
	const struct dry_ctx *dry = ctx;
	struct reputation_history row = {0};
	struct history h = {0};
	struct store_account account;
	struct store_set set = {0};
	struct store_tenant tenant = {0};
	struct walk w = {.limits = dry->limits,
	    .window_sec = dry->conf->reputation_window_days * SEC_PER_DAY};
	enum sg_err rc =
	    store_account_get_by_id(dry->store, account_id, &account, err_r);

	*goes_on_r = true;
	if (rc == SG_OK && set_id > 0)
		rc = store_set_get_by_id(dry->store, set_id, &set, err_r);
	if (rc == SG_OK && set_id < 0)
		rc = store_tenant_get_by_id(
		    dry->store, STORE_TALLY_TENANT(set_id), &tenant, err_r);
	if (rc == SG_MISSING)
		return SG_OK; /* deleted meanwhile */
	if (rc == SG_OK)
		rc = load_history(dry, account_id, set_id, &h, err_r);
	if (rc == SG_OK) {
		memcpy(row.account, account.facts.name, sizeof(row.account));
		memcpy(row.set, set.facts.name, sizeof(row.set));
		memcpy(row.tenant, tenant.facts.name, sizeof(row.tenant));
		w.fresh_start_sec = set_id > 0   ? set.fresh_start_sec
				    : set_id < 0 ? tenant.fresh_start_sec
						 : account.fresh_start_sec;
		walk_history(
		    &h, &w, set_id < 0 ? tenant.policy : account.policy, &row);
		*goes_on_r = dry->fn(dry->ctx, &row);
	}
	free(h.list);
	return rc;
}

enum sg_err
reputation_dry_run(struct store *store, const struct conf *conf,
    const struct reputation_limits *limits, const char *account,
    int64_t now_sec, reputation_history_fn *fn, void *ctx, struct err *err_r)
{
	struct dry_ctx dry = {store, conf, limits, now_sec, fn, ctx};

	return reputation_everyone(store, account, dry_one, &dry, err_r);
}
