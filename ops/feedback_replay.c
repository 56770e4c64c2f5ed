/* Kept reports read anew after a change of rules: fates, counts, the suppression
 * list and events are mended. Tells nobody anew. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/feedback_parts.h"
#include "ops/reputation.h"
#include "ops/text_json.h"

#define LINES_MAX (1024 * 1024)
#define WORDS_MAX 160

struct replay {
	const struct feedback_env *env;
	bool is_dry;
	int64_t now_sec;
	feedback_difference_fn *fn;
	void *ctx;
	struct feedback_replay *counts;
};

/* ---- a report that is read anew ------------------------------------------------- */

struct fates {
	struct store_fate *list; /* malloc'ed */
	size_t count, size;
	bool failed;
};

static bool
collect_fate(void *ctx, const struct store_fate *row)
{
	struct fates *fates = ctx;

	if (fates->count == fates->size) {
		size_t size = fates->size * 2 + 8;
		struct store_fate *list =
		    realloc(fates->list, size * sizeof(*list));

		fates->failed = list == NULL;
		if (fates->failed)
			return false;
		fates->list = list;
		fates->size = size;
	}
	fates->list[fates->count++] = *row;
	return true;
}

static enum sg_err
load_fates(struct replay *replay, int64_t report_id, struct fates *fates,
    struct err *err_r)
{
	enum sg_err rc;

	fates->count = 0;
	rc = store_fate_list_of_report(
	    replay->env->store, report_id, collect_fate, fates, err_r);
	if (rc == SG_OK && fates->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for a replay");
	return rc;
}

/* ---- differences -------------------------------------------------------------------- */

/* "Permanent/General (rule)" */
static const char *
words_of(const struct store_fate *fate, char text_r[WORDS_MAX])
{
	bool is_bounce = fate->kind == STORE_FATE_BOUNCE;
	bool has_rule = fate->rule[0] != '\0';

	(void)snprintf(text_r, WORDS_MAX, "%s%s%s%s%s%s",
	    is_bounce ? report_type_name((enum report_type)fate->type)
		      : "Complaint",
	    is_bounce ? "/" : "",
	    is_bounce ? report_subtype_name((enum report_subtype)fate->subtype)
		      : "",
	    has_rule ? " (" : "", fate->rule, has_rule ? ")" : "");
	return text_r;
}

static void
tell(struct replay *replay, const char *account, const struct store_fate *fate,
    const char *before, const char *after, bool suppressed_before)
{
	struct feedback_difference difference = {.account = account,
	    .queue_id = fate->queue_id,
	    .recipient = fate->recipient,
	    .before = before,
	    .after = after,
	    .suppressed_before = suppressed_before,
	    .suppressed_after = fate->suppressed};

	replay->counts->changed++;
	if (replay->fn != NULL)
		replay->fn(replay->ctx, &difference);
}

/* ---- one fate ------------------------------------------------------------------------- */

/* Whom the fate is about; NULL: not known (any more). */
static struct feedback_target *
target_of_fate(struct feedback_case *in_hand, const struct store_fate *fate)
{
	for (size_t i = 0; i < in_hand->target_count; i++)
		if (strcmp(in_hand->targets[i].key, fate->recipient) == 0)
			return &in_hand->targets[i];
	return NULL;
}

/* The first record of that kind about the recipient. */
static const struct report_record *
record_of_fate(struct feedback_case *in_hand, const struct store_fate *fate,
    const struct feedback_target *target)
{
	enum report_kind kind =
	    fate->kind == STORE_FATE_BOUNCE ? REPORT_BOUNCE : REPORT_COMPLAINT;

	for (size_t i = 0; i < in_hand->report->count; i++) {
		const struct report_record *record =
		    &in_hand->report->records[i];

		/* of complaints nothing but the kind can differ */
		if (record->kind == kind &&
		    (kind == REPORT_COMPLAINT ||
			feedback_target_of(in_hand, record) == target))
			return record;
	}
	return NULL;
}

/* What it is by the rules in force; record NULL: it tells of no such thing. */
static void
classify(struct store_fate *fate, const struct report_record *record)
{
	if (record != NULL)
		(void)snprintf(
		    fate->rule, sizeof(fate->rule), "%s", record->rule);
	else
		fate->rule[0] = '\0';
	if (fate->kind == STORE_FATE_COMPLAINT)
		return;
	fate->type = record != NULL ? (int)record->type : REPORT_UNDETERMINED;
	fate->subtype =
	    record != NULL ? (int)record->subtype : REPORT_SUB_UNDETERMINED;
	fate->fault =
	    record != NULL ? (int)record->fault : REPORT_FAULT_UNKNOWN;
	if (record != NULL)
		(void)snprintf(
		    fate->status, sizeof(fate->status), "%s", record->status);
}

struct event_id {
	char text[EVENT_FEEDBACK_ID_MAX + 1];
};

static bool
read_event_id(void *ctx, const struct store_event *row)
{
	struct event_id *id = ctx;

	feedback_id_of_event(row, id->text);
	return true;
}

/* Takes the address from the list, if it is there by this fate and as it was put. */
static enum sg_err
unsuppress(struct feedback_case *in_hand, struct store_fate *fate,
    const char *feedback_id, struct err *err_r)
{
	struct store *store = in_hand->env->store;
	struct store_suppression row;
	enum sg_err rc = store_suppression_get(
	    store, fate->account_id, fate->recipient, &row, err_r);

	fate->suppressed = false;
	if (rc == SG_MISSING)
		return SG_OK;
	if (rc != SG_OK || strcmp(row.queue_id, fate->queue_id) != 0 ||
	    strcmp(row.feedback_id, feedback_id) != 0)
		return rc;
	return store_suppression_delete(
	    store, fate->account_id, fate->recipient, err_r);
}

/* Counts and the list follow when it has become, or is no longer, one that does. */
static enum sg_err
consequences(struct feedback_case *in_hand, struct store_fate *fate,
    const struct feedback_target *target, bool counts, struct err *err_r)
{
	int step = counts ? 1 : -1;
	struct event_id id = {""};
	enum sg_err rc = SG_OK;

	if (!in_hand->is_known || target == NULL)
		return SG_OK;
	if (counts != (fate->counted == STORE_FATE_COUNTED) &&
	    target->flag == RECIPIENT_ELIGIBLE) {
		fate->counted =
		    counts ? STORE_FATE_COUNTED : STORE_FATE_NOT_COUNTED;
		if (fate->kind == STORE_FATE_BOUNCE)
			in_hand->tally.bounces += step;
		else
			in_hand->tally.complaints += step;
	}
	if (fate->event_id != 0)
		rc = store_event_get(in_hand->env->store, fate->event_id,
		    read_event_id, &id, err_r);
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	if (!counts && fate->suppressed)
		return unsuppress(in_hand, fate, id.text, err_r);
	if (counts && !fate->suppressed &&
	    feedback_suppresses(&in_hand->scene, fate, target->flag))
		return feedback_suppress(
		    &in_hand->scene, fate, fate->recipient, id.text, err_r);
	return SG_OK;
}

static bool
is_same(const struct store_fate *a, const struct store_fate *b)
{
	return a->type == b->type && a->subtype == b->subtype &&
	       a->fault == b->fault && strcmp(a->rule, b->rule) == 0;
}

/* *changed_r: its event must be written anew. */
static enum sg_err
mend(struct replay *replay, struct feedback_case *in_hand, const char *account,
    struct store_fate *fate, bool *changed_r, struct err *err_r)
{
	const struct feedback_target *target = target_of_fate(in_hand, fate);
	const struct report_record *record =
	    record_of_fate(in_hand, fate, target);
	struct store_fate before = *fate;
	char was[WORDS_MAX], is[WORDS_MAX];
	bool bounces = fate->kind == STORE_FATE_BOUNCE;
	bool counted, counts;
	enum sg_err rc = SG_OK;

	/* A message that is gone has no recipients to find it by. */
	if (target == NULL && bounces)
		return SG_OK;
	classify(fate, record);
	counted = bounces ? feedback_is_hard(&before)
			  : before.counted != STORE_FATE_NOT_COUNTED ||
				before.suppressed || record != NULL;
	counts = bounces ? feedback_is_hard(fate) : record != NULL;
	if (is_same(&before, fate) && counts == counted)
		return SG_OK;
	if (counts != counted)
		rc = consequences(in_hand, fate, target, counts, err_r);
	if (rc == SG_OK)
		rc = store_fate_update(replay->env->store, fate, err_r);
	*changed_r = true;
	tell(replay, account, fate, words_of(&before, was),
	    record != NULL ? words_of(fate, is) : "none", before.suppressed);
	return rc;
}

/* ---- events ------------------------------------------------------------------------------ */

/* A Bounce event, taken apart. */
struct parts {
	struct store_event event;
	json_t *detail;
	struct buf lines;
	bool failed;
};

static bool
read_parts(void *ctx, const struct store_event *row)
{
	struct parts *parts = ctx;

	parts->event = *row;
	parts->event.recipients = parts->event.detail = "";
	parts->detail = json_loads(row->detail, 0, NULL);
	parts->failed = !json_is_object(parts->detail);
	return true;
}

/* Is the address among the fates of that event and type? */
static bool
belongs(const struct fates *fates, const struct store_fate *like,
    const char *address)
{
	char key[RULES_ADDRESS_MAX + 1];
	size_t i = 0;

	for (; address[i] != '\0' && i < sizeof(key) - 1; i++)
		key[i] = address[i] >= 'A' && address[i] <= 'Z'
			     ? (char)(address[i] + 32)
			     : address[i];
	key[i] = '\0';
	for (i = 0; i < fates->count; i++)
		if (fates->list[i].event_id == like->event_id &&
		    fates->list[i].type == like->type &&
		    fates->list[i].subtype == like->subtype &&
		    strcmp(fates->list[i].recipient, key) == 0)
			return true;
	return false;
}

/* A copy of the event for those of like's type alone. NULL: no memory. */
static json_t *
part_detail(struct parts *parts, const struct fates *fates,
    const struct store_fate *like)
{
	json_t *detail = json_deep_copy(parts->detail);
	json_t *list = json_object_get(detail, "bouncedRecipients");
	bool ok = detail != NULL;

	buf_clear(&parts->lines);
	for (size_t i = json_array_size(list); i > 0; i--) {
		const char *address = json_string_value(json_object_get(
		    json_array_get(list, i - 1), "emailAddress"));

		if (address == NULL || !belongs(fates, like, address))
			(void)json_array_remove(list, i - 1);
	}
	for (size_t i = 0; i < json_array_size(list); i++)
		ok &= feedback_add_line(&parts->lines,
		    json_string_value(json_object_get(
			json_array_get(list, i), "emailAddress")));
	ok = ok &&
	     json_object_set_new(detail, "bounceType",
		 json_string(report_type_name((enum report_type)like->type))) ==
		 0 &&
	     json_object_set_new(detail, "bounceSubType",
		 json_string(report_subtype_name(
		     (enum report_subtype)like->subtype))) == 0;
	if (!ok) {
		json_decref(detail);
		return NULL;
	}
	return detail;
}

/* is_first: it takes the place of the event, else it is a new one. */
static enum sg_err
put_part(struct replay *replay, struct parts *parts, struct fates *fates,
    const struct store_fate *like, bool is_first, struct err *err_r)
{
	json_t *detail = part_detail(parts, fates, like);
	char *text = json_dumps(detail, JSON_COMPACT);
	struct store_event event = parts->event;
	enum sg_err rc;

	json_decref(detail);
	if (text == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for an event");
	event.recipients = buf_str(&parts->lines);
	event.detail = text;
	if (is_first)
		rc = store_event_update(replay->env->store, &event, err_r);
	else
		rc = store_event_add(replay->env->store, &event, err_r);
	free(text);
	for (size_t i = 0; i < fates->count && rc == SG_OK && !is_first; i++) {
		struct store_fate *fate = &fates->list[i];

		if (fate->event_id != parts->event.id ||
		    fate->type != like->type || fate->subtype != like->subtype)
			continue;
		fate->event_id = event.id;
		rc = store_fate_update(replay->env->store, fate, err_r);
	}
	return rc;
}

/* The event of `first` says one type for all of its recipients: if they are no longer
 * of one, it becomes several. */
static enum sg_err
mend_event(struct replay *replay, struct fates *fates, int64_t event_id,
    struct err *err_r)
{
	struct parts parts = {0};
	bool is_first = true;
	enum sg_err rc = store_event_get(
	    replay->env->store, event_id, read_parts, &parts, err_r);

	buf_init(&parts.lines, LINES_MAX);
	if (rc == SG_MISSING || (rc == SG_OK && parts.failed)) {
		json_decref(parts.detail);
		return SG_OK; /* the event is gone: its fates are enough */
	}
	/* each pass takes those of one type out of the event but the first */
	for (size_t i = 0; i < fates->count && rc == SG_OK; i++) {
		struct store_fate like = fates->list[i];
		bool is_done = false;

		for (size_t j = 0; j < i; j++)
			is_done |= fates->list[j].event_id == event_id &&
				   fates->list[j].type == like.type &&
				   fates->list[j].subtype == like.subtype;
		if (like.event_id != event_id || is_done)
			continue;
		rc = put_part(replay, &parts, fates, &like, is_first, err_r);
		is_first = false;
	}
	json_decref(parts.detail);
	buf_fini(&parts.lines);
	return rc;
}

/* ---- one report ----------------------------------------------------------------------------- */

/* The events of those that changed, each once. */
static enum sg_err
mend_events(struct replay *replay, struct fates *fates, const bool *changed,
    struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < fates->count && rc == SG_OK; i++) {
		int64_t event_id = fates->list[i].event_id;
		bool is_done = event_id == 0 || !changed[i] ||
			       fates->list[i].kind != STORE_FATE_BOUNCE;

		for (size_t j = 0; j < i && !is_done; j++)
			is_done =
			    changed[j] && fates->list[j].event_id == event_id;
		if (!is_done)
			rc = mend_event(replay, fates, event_id, err_r);
	}
	return rc;
}

/* First all of them, then their events: these say what they are together. */
static enum sg_err
mend_fates(struct replay *replay, struct feedback_case *in_hand,
    const char *account, struct fates *fates, struct err *err_r)
{
	bool *changed = calloc(fates->count + 1, sizeof(*changed));
	enum sg_err rc = SG_OK;

	if (changed == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a replay");
	for (size_t i = 0; i < fates->count && rc == SG_OK; i++) {
		replay->counts->recipients++;
		rc = mend(replay, in_hand, account, &fates->list[i],
		    &changed[i], err_r);
	}
	if (rc == SG_OK)
		rc = mend_events(replay, fates, changed, err_r);
	free(changed);
	return rc;
}

static bool
has_fate(const struct fates *fates, const struct store_fate *fate)
{
	for (size_t i = 0; i < fates->count; i++)
		if (fates->list[i].kind == fate->kind &&
		    strcmp(fates->list[i].recipient, fate->recipient) == 0)
			return true;
	return false;
}

/* Bounces and complaints that earlier rules did not see. */
static enum sg_err
find_new(struct replay *replay, struct feedback_case *in_hand,
    const char *account, const struct fates *before, struct err *err_r)
{
	struct fates after = {0};
	char text[WORDS_MAX];
	enum sg_err rc = feedback_bounces(in_hand, err_r);

	if (rc == SG_OK)
		rc = feedback_complaints(in_hand, err_r);
	if (rc == SG_OK &&
	    in_hand->result->bounces + in_hand->result->complaints > 0)
		rc = load_fates(replay, in_hand->report_id, &after, err_r);
	for (size_t i = 0; i < after.count && rc == SG_OK; i++) {
		if (has_fate(before, &after.list[i]))
			continue;
		replay->counts->recipients++;
		tell(replay, account, &after.list[i], "none",
		    words_of(&after.list[i], text), false);
	}
	free(after.list);
	return rc;
}

static enum sg_err
replay_case(struct replay *replay, struct feedback_case *in_hand,
    const struct store_report *row, struct err *err_r)
{
	struct fates fates = {0};
	struct store_account account;
	struct store_report changed = *row;
	enum sg_err rc = store_account_get_by_id(
	    replay->env->store, row->account_id, &account, err_r);

	if (rc == SG_OK)
		rc = load_fates(replay, row->id, &fates, err_r);
	if (rc == SG_OK)
		rc = feedback_message_load(in_hand, err_r);
	if (rc == SG_OK)
		rc = mend_fates(
		    replay, in_hand, account.facts.name, &fates, err_r);
	if (rc == SG_OK)
		rc = find_new(
		    replay, in_hand, account.facts.name, &fates, err_r);
	if (rc == SG_OK)
		rc = feedback_count(in_hand, !replay->is_dry, err_r);
	free(fates.list);
	if (rc != SG_OK || row->state != STORE_REPORT_STRANGE ||
	    in_hand->matched == 0)
		return rc;
	changed.state = STORE_REPORT_MATCHED;
	changed.why[0] = '\0';
	return store_report_update(replay->env->store, &changed, err_r);
}

static enum sg_err
replay_report(struct replay *replay, const struct store_report *row,
    const struct report *report, struct err *err_r)
{
	struct feedback_result result = {0};
	struct feedback_case in_hand;
	enum sg_err rc = store_begin(replay->env->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = feedback_case_init(&in_hand, replay->env, report, row,
	    replay->now_sec * 1000, &result, err_r);
	in_hand.is_replay = true;
	if (rc == SG_OK)
		rc = replay_case(replay, &in_hand, row, err_r);
	feedback_case_fini(&in_hand);
	if (!replay->is_dry)
		return store_finish(replay->env->store, rc, err_r);
	store_rollback(replay->env->store);
	return rc;
}

/* ---- all ----------------------------------------------------------------------------------------- */

struct kept {
	struct store_report row; /* content is ours */
	bool found, failed;
};

static bool
copy_report(void *ctx, const struct store_report *row)
{
	struct kept *kept = ctx;
	unsigned char *content = malloc(row->content_len + 1);

	kept->found = true;
	kept->row = *row;
	kept->row.content = content;
	kept->failed = content == NULL;
	if (content != NULL && row->content_len > 0)
		memcpy(content, row->content, row->content_len);
	return true;
}

static enum sg_err
replay_kept(struct replay *replay, const struct kept *kept, struct err *err_r)
{
	struct report *report;
	enum sg_err rc;

	if (kept->failed)
		return err_set(err_r, SG_NOMEM, "no memory for a report");
	replay->counts->reports++;
	if (kept->row.account_id == 0 ||
	    (kept->row.state != STORE_REPORT_MATCHED &&
		kept->row.state != STORE_REPORT_STRANGE))
		return SG_OK;
	rc = report_read(replay->env->rules, kept->row.content,
	    kept->row.content_len, &report, err_r);
	if (rc != SG_OK)
		return rc;
	rc = replay_report(replay, &kept->row, report, err_r);
	report_free(&report);
	return rc;
}

enum sg_err
feedback_reclassify(const struct feedback_env *env, bool is_dry,
    int64_t now_sec, feedback_difference_fn *fn, void *ctx,
    struct feedback_replay *counts_r, struct err *err_r)
{
	struct replay replay = {.env = env,
	    .is_dry = is_dry,
	    .now_sec = now_sec,
	    .fn = fn,
	    .ctx = ctx,
	    .counts = counts_r};
	int64_t after_id = 0;
	enum sg_err rc;

	*counts_r = (struct feedback_replay){0};
	/* one at a time: a report is large, and others want the store */
	for (;;) {
		struct kept kept = {0};

		rc = store_report_replay(
		    env->store, after_id, 1, copy_report, &kept, err_r);
		if (rc == SG_OK && kept.found)
			rc = replay_kept(&replay, &kept, err_r);
		free((void *)kept.row.content);
		if (rc != SG_OK || !kept.found)
			return rc;
		after_id = kept.row.id;
	}
}
