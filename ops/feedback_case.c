/* What the kinds of records share: events, fates, times. See feedback_parts.h. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "ops/feedback_parts.h"
#include "ops/reputation.h"
#include "store/tenants.h"

#define ARENA_MAX_BYTES (64 * 1024 * 1024)
#define FORWARD_TO_MAX 2000
#define DAY_MSEC (INT64_C(86400) * 1000)

enum sg_err
feedback_case_init(struct feedback_case *in_hand,
    const struct feedback_env *env, const struct report *report,
    const struct store_report *row, int64_t now_msec,
    struct feedback_result *result, struct err *err_r)
{
	*in_hand = (struct feedback_case){
	    .env = env,
	    .report = report,
	    .now_msec = now_msec,
	    .arena = arena_new(ARENA_MAX_BYTES),
	    .scene = {.account_id = row->account_id},
	    .report_id = row->id,
	    .result = result,
	};
	buf_init(&in_hand->forward_to, FORWARD_TO_MAX);
	memcpy(in_hand->hash, row->hash, sizeof(in_hand->hash));
	(void)snprintf(
	    in_hand->queue_id, sizeof(in_hand->queue_id), "%s", row->queue_id);
	if (in_hand->arena == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a report");
	return SG_OK;
}

void
feedback_case_fini(struct feedback_case *in_hand)
{
	buf_fini(&in_hand->forward_to);
	arena_free(&in_hand->arena);
}

/* The tenant's own counts. */
static enum sg_err
count_tenant(struct feedback_case *in_hand, bool judges, struct err *err_r)
{
	const struct feedback_env *env = in_hand->env;
	int64_t id = in_hand->message.tenant_id;
	struct store_tally tally = in_hand->tally;
	enum sg_err rc;

	if (id == 0)
		return SG_OK;
	rc = feedback_tenant_bucket(env->store, id, in_hand->message.sent_msec,
	    &tally.bucket_sec, err_r);
	tally.set_id = STORE_TALLY_TENANT(id);
	if (rc == SG_OK)
		rc = store_tally_add(env->store, &tally, err_r);
	if (rc != SG_OK || !judges)
		return rc;
	return reputation_update_tenant(
	    env->store, env->conf, id, true, in_hand->now_msec / 1000, err_r);
}

enum sg_err
feedback_count(struct feedback_case *in_hand, bool judges, struct err *err_r)
{
	struct store_tally *tally = &in_hand->tally;
	int64_t buckets[2] = {0};
	enum sg_err rc;

	if (tally->bounces == 0 && tally->complaints == 0)
		return SG_OK;
	tally->account_id = in_hand->scene.account_id;
	rc = feedback_buckets(in_hand->env->store, tally->account_id,
	    in_hand->scene.set_id, in_hand->message.sent_msec, buckets, err_r);
	tally->bucket_sec = buckets[0];
	if (rc == SG_OK)
		rc = store_tally_add(in_hand->env->store, tally, err_r);
	tally->set_id = in_hand->scene.set_id;
	tally->bucket_sec = buckets[1];
	if (rc == SG_OK && tally->set_id != 0)
		rc = store_tally_add(in_hand->env->store, tally, err_r);
	if (rc == SG_OK)
		rc = count_tenant(in_hand, judges, err_r);
	if (rc != SG_OK || !judges)
		return rc;
	return reputation_update(in_hand->env->store, in_hand->env->conf,
	    tally->account_id, tally->set_id, in_hand->now_msec / 1000, err_r);
}

bool
feedback_add_line(struct buf *lines, const char *text)
{
	if (lines->len > 0)
		(void)buf_putc(lines, '\n');
	return buf_puts(lines, text) && !lines->failed;
}

/* Its Date may be anything. */
const char *
feedback_time(const struct feedback_case *in_hand, char text_r[EVENT_TIME_MAX])
{
	int64_t msec = in_hand->now_msec;
	int64_t said_sec = in_hand->report->date_sec;

	if (said_sec > in_hand->now_msec / 1000 - 366 * 86400 &&
	    said_sec * 1000 <= in_hand->now_msec + DAY_MSEC &&
	    (!in_hand->is_known ||
		said_sec * 1000 >= in_hand->message.sent_msec - DAY_MSEC))
		msec = said_sec * 1000;
	return event_time(msec, text_r);
}

void
feedback_make_id(const struct feedback_case *in_hand, const char *what,
    char id_r[EVENT_FEEDBACK_ID_MAX + 1])
{
	char seed[STORE_REPORT_HASH_BYTES + RULES_QUEUE_ID_MAX +
		  RULES_ADDRESS_MAX + 32];
	int len;

	memcpy(seed, in_hand->hash, STORE_REPORT_HASH_BYTES);
	len = snprintf(seed + STORE_REPORT_HASH_BYTES,
	    sizeof(seed) - STORE_REPORT_HASH_BYTES, "%lld %s %s",
	    (long long)in_hand->scene.account_id, in_hand->queue_id, what);
	event_feedback_id(seed, STORE_REPORT_HASH_BYTES + (size_t)len, id_r);
}

enum sg_err
feedback_event(struct feedback_case *in_hand, enum store_event_kind kind,
    const struct buf *recipients, json_t *detail, int64_t *event_id_r,
    struct err *err_r)
{
	char *text = json_dumps(detail, JSON_COMPACT);
	struct store_event event = {
	    .account_id = in_hand->scene.account_id,
	    .set_id = in_hand->scene.set_id,
	    .kind = kind,
	    .at_msec = in_hand->now_msec,
	    .recipients = buf_str(recipients),
	    .detail = text,
	};
	enum sg_err rc;

	json_decref(detail);
	*event_id_r = 0;
	if (text == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for an event");
	(void)snprintf(
	    event.queue_id, sizeof(event.queue_id), "%s", in_hand->queue_id);
	if (in_hand->is_replay)
		rc = store_event_add(in_hand->env->store, &event, err_r);
	else
		rc = event_put(in_hand->env->store, in_hand->env->conf, &event,
		    in_hand->is_known ? &in_hand->message : NULL, err_r);
	if (rc == SG_OK)
		*event_id_r = event.id;
	free(text);
	return rc;
}

static void
fill_fate(const struct feedback_case *in_hand,
    const struct report_record *record, struct store_fate *fate)
{
	fate->account_id = in_hand->scene.account_id;
	fate->at_msec = in_hand->now_msec;
	fate->report_id = in_hand->report_id;
	(void)snprintf(
	    fate->queue_id, sizeof(fate->queue_id), "%s", in_hand->queue_id);
	(void)snprintf(fate->rule, sizeof(fate->rule), "%s", record->rule);
	(void)snprintf(
	    fate->status, sizeof(fate->status), "%s", record->status);
	if (fate->kind == STORE_FATE_COMPLAINT)
		return;
	fate->type = (int)record->type;
	fate->subtype = (int)record->subtype;
	fate->fault = (int)record->fault;
}

/* Without the message nobody knows who counts. */
static enum sg_err
consequences(struct feedback_case *in_hand, struct store_fate *fate,
    enum recipient_flag flag, const char *feedback_id, struct err *err_r)
{
	if (!in_hand->is_known) {
		fate->counted = STORE_FATE_WAITS;
		return SG_OK;
	}
	fate->counted = feedback_counts(fate, flag) ? STORE_FATE_COUNTED
						    : STORE_FATE_NOT_COUNTED;
	if (!feedback_suppresses(&in_hand->scene, fate, flag))
		return SG_OK;
	return feedback_suppress(
	    &in_hand->scene, fate, fate->recipient, feedback_id, err_r);
}

enum sg_err
feedback_fate(struct feedback_case *in_hand, const struct report_record *record,
    struct feedback_target *target, enum recipient_flag flag,
    enum store_fate_kind kind, int64_t event_id, const char *feedback_id,
    struct err *err_r)
{
	struct store_fate fate = {.kind = kind, .event_id = event_id};
	bool is_new = false;
	enum sg_err rc;

	fill_fate(in_hand, record, &fate);
	(void)snprintf(fate.recipient, sizeof(fate.recipient), "%s",
	    target != NULL ? target->key : "");
	rc = consequences(in_hand, &fate, flag, feedback_id, err_r);
	if (rc == SG_OK)
		rc = store_fate_add(in_hand->env->store, &fate, &is_new, err_r);
	if (rc == SG_OK && is_new && fate.counted == STORE_FATE_COUNTED) {
		in_hand->tally.bounces += kind == STORE_FATE_BOUNCE;
		in_hand->tally.complaints += kind == STORE_FATE_COMPLAINT;
	}
	return rc;
}
