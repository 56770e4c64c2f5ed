/* What follows from a fate: counts, the suppression list. Reads no reports. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/event.h"
#include "ops/feedback_parts.h"
#include "ops/figure.h"
#include "ops/metric.h"
#include "ops/publish.h"
#include "ops/suppression.h"
#include "rules/types.h"
#include "store/tenants.h"
#include "store/topics.h"
#include "rules/reputation.h"

#define DAY_SEC 86400

enum sg_err
feedback_buckets(struct store *store, int64_t account_id, int64_t set_id,
    int64_t sent_msec, int64_t buckets_r[2], struct err *err_r)
{
	struct store_account account;
	struct store_set set;
	enum sg_err rc =
	    store_account_get_by_id(store, account_id, &account, err_r);

	if (rc != SG_OK)
		return rc;
	buckets_r[0] = buckets_r[1] = reputation_bucket(
	    sent_msec / 1000, STORE_TALLY_BUCKET_SEC, account.fresh_start_sec);
	if (set_id == 0)
		return SG_OK;
	rc = store_set_get_by_id(store, set_id, &set, err_r);
	if (rc == SG_OK)
		buckets_r[1] = reputation_bucket(sent_msec / 1000,
		    STORE_TALLY_BUCKET_SEC, set.fresh_start_sec);
	return rc == SG_MISSING ? SG_OK : rc;
}

enum sg_err
feedback_tenant_bucket(struct store *store, int64_t tenant_id,
    int64_t sent_msec, int64_t *bucket_r, struct err *err_r)
{
	struct store_tenant tenant = {.fresh_start_sec = 0};
	enum sg_err rc = SG_OK;

	if (tenant_id != 0)
		rc = store_tenant_get_by_id(store, tenant_id, &tenant, err_r);
	*bucket_r = reputation_bucket(
	    sent_msec / 1000, STORE_TALLY_BUCKET_SEC, tenant.fresh_start_sec);
	return rc == SG_MISSING ? SG_OK : rc;
}

enum sg_err
feedback_scene_load(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t set_id, int64_t now_sec,
    struct feedback_scene *scene_r, struct err *err_r)
{
	struct store_account account;
	struct store_set set;
	enum sg_err rc =
	    store_account_get_by_id(store, account_id, &account, err_r);

	*scene_r = (struct feedback_scene){.store = store,
	    .conf = conf,
	    .now_sec = now_sec,
	    .account_id = account_id,
	    .set_id = set_id};
	if (rc != SG_OK)
		return rc;
	scene_r->reasons = account.facts.suppressed_reasons;
	if (set_id == 0)
		return SG_OK;
	rc = store_set_get_by_id(store, set_id, &set, err_r);
	if (rc == SG_MISSING)
		return SG_OK; /* deleted since: the account's hold */
	if (rc == SG_OK && set.facts.account_id == account_id &&
	    set.facts.suppressed_reasons >= 0)
		scene_r->reasons = set.facts.suppressed_reasons;
	return rc;
}

bool
feedback_is_hard(const struct store_fate *fate)
{
	return fate->kind == STORE_FATE_BOUNCE &&
	       fate->type == REPORT_PERMANENT &&
	       fate->fault != REPORT_FAULT_OURS &&
	       fate->subtype != REPORT_SUB_SUPPRESSED &&
	       fate->subtype != REPORT_SUB_ON_ACCOUNT_SUPPRESSION_LIST;
}

bool
feedback_counts(const struct store_fate *fate, enum recipient_flag flag)
{
	return flag == RECIPIENT_ELIGIBLE &&
	       (fate->kind == STORE_FATE_COMPLAINT || feedback_is_hard(fate));
}

bool
feedback_suppresses(const struct feedback_scene *scene,
    const struct store_fate *fate, enum recipient_flag flag)
{
	if (flag == RECIPIENT_SIMULATOR || recipients_is_dropped(flag) ||
	    fate->recipient[0] == '\0')
		return false;
	if (fate->kind == STORE_FATE_COMPLAINT)
		return (scene->reasons & RULES_REASONS_COMPLAINT) != 0;
	return feedback_is_hard(fate) &&
	       (scene->reasons & RULES_REASONS_BOUNCE) != 0;
}

/* Is what stands there to stay? Entries of people are; a complaint weighs more than
 * a bounce, unless it has expired. */
static bool
is_kept(const struct feedback_scene *scene,
    const struct store_suppression *there, enum rules_suppression_reason reason)
{
	if (there->queue_id[0] == '\0')
		return true;
	return there->facts.reason == RULES_SUPPRESSED_COMPLAINT &&
	       reason == RULES_SUPPRESSED_BOUNCE &&
	       (there->expires_sec == 0 || there->expires_sec > scene->now_sec);
}

enum sg_err
feedback_suppress(const struct feedback_scene *scene, struct store_fate *fate,
    const char *address, const char *feedback_id, struct err *err_r)
{
	bool is_complaint = fate->kind == STORE_FATE_COMPLAINT;
	int64_t days = is_complaint ? scene->conf->suppression_complaint_days
				    : scene->conf->suppression_bounce_days;
	struct store_suppression there;
	struct store_suppression row = {
	    .account_id = scene->account_id,
	    .facts = {.reason = is_complaint ? RULES_SUPPRESSED_COMPLAINT
					     : RULES_SUPPRESSED_BOUNCE,
		.since_sec = scene->now_sec},
	    .expires_sec = days > 0 ? scene->now_sec + days * DAY_SEC : 0,
	};
	enum sg_err rc;

	fate->suppressed = false;
	if (suppression_normalise(address, row.address) != NULL)
		return SG_OK; /* the list takes no such address */
	rc = store_suppression_get(
	    scene->store, row.account_id, row.address, &there, err_r);
	if (rc == SG_OK && is_kept(scene, &there, row.facts.reason))
		return SG_OK;
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	(void)snprintf(
	    row.queue_id, sizeof(row.queue_id), "%s", fate->queue_id);
	(void)snprintf(
	    row.feedback_id, sizeof(row.feedback_id), "%s", feedback_id);
	rc = store_suppression_put(scene->store, &row, err_r);
	fate->suppressed = rc == SG_OK;
	return rc;
}

void
feedback_id_of_event(
    const struct store_event *event, char id_r[EVENT_FEEDBACK_ID_MAX + 1])
{
	json_t *detail = json_loads(event->detail, 0, NULL);
	const char *id =
	    json_string_value(json_object_get(detail, "feedbackId"));

	(void)snprintf(
	    id_r, EVENT_FEEDBACK_ID_MAX + 1, "%s", id != NULL ? id : "");
	json_decref(detail);
}

/* ---- a fate whose message has become known ------------------------------------ */

struct settled {
	struct store *store;
	const struct conf *conf;
	const struct store_message *message;
	char feedback_id[EVENT_FEEDBACK_ID_MAX + 1];
	int64_t *told_event;
	enum sg_err rc;
	struct err *err_r;
};

static bool
publish_late(void *ctx, const struct store_event *row)
{
	struct settled *settled = ctx;
	struct store_event event = *row;

	feedback_id_of_event(row, settled->feedback_id);
	if (row->id == *settled->told_event)
		return true;
	*settled->told_event = row->id;
	event.set_id = settled->message->set_id;
	settled->rc = metric_count(
	    settled->store, &event, settled->message, settled->err_r);
	if (settled->rc == SG_OK)
		settled->rc = figure_count(
		    settled->store, &event, settled->message, settled->err_r);
	if (settled->rc == SG_OK)
		settled->rc = publish_event(settled->store, settled->conf,
		    &event, settled->message, settled->err_r);
	return true;
}

/* The only one that left, whatever he is called in the report. */
static bool
find_recipient(const struct store_message *message, const char *address,
    struct recipient *recipient_r)
{
	const char *text = message->recipients;
	struct recipient recipient;
	size_t left = 0;

	if (recipients_find(message->recipients, address, recipient_r))
		return !recipients_is_dropped(recipient_r->flag);
	while (recipients_next(&text, &recipient)) {
		if (recipients_is_dropped(recipient.flag))
			continue;
		*recipient_r = recipient;
		left++;
	}
	return left == 1;
}

enum sg_err
feedback_settle(struct store *store, const struct conf *conf,
    const struct store_message *message, struct store_fate *fate,
    int64_t now_sec, int64_t *told_event, struct err *err_r)
{
	struct settled settled = {.store = store,
	    .conf = conf,
	    .message = message,
	    .told_event = told_event,
	    .err_r = err_r};
	struct feedback_scene scene;
	struct recipient recipient;
	enum sg_err rc = feedback_scene_load(store, conf, message->account_id,
	    message->set_id, now_sec, &scene, err_r);

	fate->counted = STORE_FATE_NOT_COUNTED;
	if (rc != SG_OK ||
	    !find_recipient(message, fate->recipient, &recipient))
		return rc != SG_OK ? rc : store_fate_update(store, fate, err_r);
	if (feedback_counts(fate, recipient.flag))
		fate->counted = STORE_FATE_COUNTED;
	if (fate->event_id != 0)
		rc = store_event_get(
		    store, fate->event_id, publish_late, &settled, err_r);
	if (rc == SG_OK || rc == SG_MISSING)
		rc = settled.rc;
	if (rc == SG_OK && feedback_suppresses(&scene, fate, recipient.flag))
		rc = feedback_suppress(&scene, fate, recipient.address,
		    settled.feedback_id, err_r);
	if (rc == SG_OK)
		rc = store_fate_update(store, fate, err_r);
	return rc;
}
