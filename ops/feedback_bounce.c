/* What a report says of bounces, delays and deliveries: one event for all recipients
 * of one kind. Does not know complaints. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/feedback_parts.h"
#include "ops/text_json.h"

#define LINES_MAX (1024 * 1024)

/* A record and whose it is. `group` tells records of one event. */
struct hit {
	const struct report_record *record;
	struct feedback_target *target;
	int group;
	bool is_done;
};
struct hits {
	struct hit *list; /* malloc'ed */
	size_t count;
};

/* The groups of events. */
enum delay {
	DELAY_GENERAL,
	DELAY_MAILBOX_FULL,
	DELAY_SPAM,
	DELAY_ADDRESS,
	DELAY_NETWORK,
};

static enum delay
delay_of(const struct report_record *record)
{
	if (record->subtype == REPORT_SUB_MAILBOX_FULL)
		return DELAY_MAILBOX_FULL;
	if (record->fault == REPORT_FAULT_OURS)
		return DELAY_ADDRESS;
	if (record->fault == REPORT_FAULT_NETWORK)
		return DELAY_NETWORK;
	if (record->subtype == REPORT_SUB_CONTENT_REJECTED)
		return DELAY_SPAM;
	return DELAY_GENERAL;
}

/* SES's delayType. */
static const char *
delay_name(enum delay delay)
{
	static const char *const names[] = {
	    [DELAY_GENERAL] = "General",
	    [DELAY_MAILBOX_FULL] = "MailboxFull",
	    [DELAY_SPAM] = "SpamDetected",
	    [DELAY_ADDRESS] = "IPFailure",
	    [DELAY_NETWORK] = "TransientCommunicationFailure",
	};

	return names[delay];
}

/* ---- JSON ------------------------------------------------------------------------ */

static bool
set_text(json_t *object, const char *key, const char *text)
{
	return text[0] == '\0' || json_object_set_new(object, key,
				      text_json_new(text, strlen(text))) == 0;
}

/* "dns; host" */
static bool
set_reporter(json_t *detail, const struct report *report)
{
	char text[REPORT_HOST_MAX + 8];

	if (report->reporting_mta[0] == '\0')
		return true;
	(void)snprintf(text, sizeof(text), "dns; %s", report->reporting_mta);
	return set_text(detail, "reportingMTA", text);
}

/* remoteMtaIp, where the report names an address in the place of a host. */
static bool
set_remote(json_t *detail, const struct report_record *record)
{
	const char *from = strchr(record->remote_mta, '[');
	char text[INET6_ADDRSTRLEN];
	unsigned char binary[16];
	size_t len;

	from = from != NULL ? from + 1 : record->remote_mta;
	len = strcspn(from, "]");
	if (len >= sizeof(text))
		return true;
	memcpy(text, from, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, binary) != 1 &&
	    inet_pton(AF_INET6, text, binary) != 1)
		return true;
	return set_text(detail, "remoteMtaIp", text);
}

/* A recipient with what was said about it. */
static json_t *
recipient_json(const struct hit *hit, bool with_action)
{
	const struct report_record *record = hit->record;
	json_t *one = json_object();
	const char *action = report_action_name(record->action);
	bool ok = set_text(one, "emailAddress", hit->target->address);

	if (with_action)
		ok &= set_text(
		    one, "action", action[0] != '\0' ? action : "failed");
	ok &= set_text(one, "status", record->status);
	ok &= set_text(one, "diagnosticCode", record->diagnostic);
	if (!ok) {
		json_decref(one);
		return NULL;
	}
	return one;
}

/* ---- groups ------------------------------------------------------------------------ */

/* Marks the hits of first's group done, with an event for them.  */
struct group {
	const struct hit *first;
	json_t *list; /* of recipients; NULL: no memory */
	struct buf lines;
	bool failed;
};

static void
group_begin(struct group *group, const struct hit *first)
{
	*group = (struct group){.first = first, .list = json_array()};
	buf_init(&group->lines, LINES_MAX);
	group->failed = group->list == NULL;
}

static void
group_fini(struct group *group)
{
	json_decref(group->list);
	buf_fini(&group->lines);
}

/* Takes entry, a recipient's; with_line: also among those of the event. */
static void
group_add(struct group *group, const struct hit *hit, json_t *entry)
{
	group->failed |= json_array_append_new(group->list, entry) != 0;
	group->failed |=
	    !feedback_add_line(&group->lines, hit->target->address);
}

/* detail gets the recipients under key, and becomes an event. Takes detail. */
static enum sg_err
group_event(struct feedback_case *in_hand, struct group *group,
    enum store_event_kind kind, json_t *detail, const char *key,
    int64_t *event_id_r, struct err *err_r)
{
	bool ok =
	    !group->failed && json_object_set(detail, key, group->list) == 0;

	ok = ok && set_reporter(detail, in_hand->report);
	if (!ok) {
		json_decref(detail);
		return err_set(err_r, SG_NOMEM, "no memory for an event");
	}
	return feedback_event(
	    in_hand, kind, &group->lines, detail, event_id_r, err_r);
}

/* ---- bounces ------------------------------------------------------------------------- */

static json_t *
bounce_json(const struct feedback_case *in_hand, const struct group *group,
    const char *id)
{
	const struct report_record *record = group->first->record;
	char time[EVENT_TIME_MAX];
	json_t *detail = json_pack("{s:s, s:s, s:s, s:s}", "feedbackId", id,
	    "bounceType", report_type_name(record->type), "bounceSubType",
	    report_subtype_name(record->subtype), "timestamp",
	    feedback_time(in_hand, time));

	if (detail != NULL && !set_remote(detail, record)) {
		json_decref(detail);
		return NULL;
	}
	return detail;
}

static enum sg_err
bounce_follow(struct feedback_case *in_hand, struct hits *hits,
    const struct hit *first, int64_t event_id, const char *id,
    struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < hits->count && rc == SG_OK; i++) {
		struct hit *hit = &hits->list[i];

		if (hit->is_done || hit->group != first->group)
			continue;
		hit->is_done = true;
		in_hand->result->bounces++;
		feedback_forward_note(in_hand, "bounce", STORE_EVENT_BOUNCE,
		    hit->target->address, hit->record->diagnostic);
		rc = feedback_fate(in_hand, hit->record, hit->target,
		    hit->target->flag, STORE_FATE_BOUNCE, event_id, id, err_r);
		if (rc == SG_OK && hit->record->fault == REPORT_FAULT_OURS)
			rc = feedback_ours(
			    in_hand, hit->record, hit->target->address, err_r);
	}
	return rc;
}

/* All new bounces of one type in one event. */
static enum sg_err
bounce_group(struct feedback_case *in_hand, struct hits *hits,
    const struct hit *first, struct err *err_r)
{
	char id[EVENT_FEEDBACK_ID_MAX + 1], what[32];
	struct group group;
	int64_t event_id = 0;
	enum sg_err rc;

	(void)snprintf(what, sizeof(what), "bounce %d", first->group);
	feedback_make_id(in_hand, what, id);
	group_begin(&group, first);
	for (const struct hit *hit = first; hit < hits->list + hits->count;
	     hit++)
		if (!hit->is_done && hit->group == first->group)
			group_add(&group, hit, recipient_json(hit, true));
	rc = group_event(in_hand, &group, STORE_EVENT_BOUNCE,
	    bounce_json(in_hand, &group, id), "bouncedRecipients", &event_id,
	    err_r);
	group_fini(&group);
	if (rc == SG_OK)
		rc = bounce_follow(in_hand, hits, first, event_id, id, err_r);
	return rc;
}

/* Bounces of recipients who have not bounced before. */
static bool
find_bounces(struct feedback_case *in_hand, struct hits *hits)
{
	const struct report *report = in_hand->report;

	hits->list = calloc(report->count + 1, sizeof(*hits->list));
	for (size_t i = 0; hits->list != NULL && i < report->count; i++) {
		const struct report_record *record = &report->records[i];
		struct feedback_target *target;

		if (record->kind != REPORT_BOUNCE)
			continue;
		target = feedback_target_of(in_hand, record);
		in_hand->matched += target != NULL;
		in_hand->strangers += target == NULL;
		if (target == NULL || target->has_bounced)
			continue;
		target->has_bounced = true;
		hits->list[hits->count++] = (struct hit){.record = record,
		    .target = target,
		    .group = (int)record->type * 1000 + (int)record->subtype};
	}
	return hits->list != NULL;
}

enum sg_err
feedback_bounces(struct feedback_case *in_hand, struct err *err_r)
{
	struct hits hits = {0};
	enum sg_err rc = SG_OK;

	if (!find_bounces(in_hand, &hits))
		return err_set(err_r, SG_NOMEM, "no memory for bounces");
	for (size_t i = 0; i < hits.count && rc == SG_OK; i++)
		if (!hits.list[i].is_done)
			rc = bounce_group(in_hand, &hits, &hits.list[i], err_r);
	free(hits.list);
	return rc;
}

/* ---- delays and deliveries -------------------------------------------------------------- */

static enum sg_err
delay_group(struct feedback_case *in_hand, struct hits *hits, struct hit *first,
    struct err *err_r)
{
	struct group group;
	char time[EVENT_TIME_MAX];
	int64_t event_id;
	enum sg_err rc;

	group_begin(&group, first);
	for (struct hit *hit = first; hit < hits->list + hits->count; hit++) {
		if (hit->is_done || hit->group != first->group)
			continue;
		hit->is_done = true;
		in_hand->result->delays++;
		group_add(&group, hit, recipient_json(hit, false));
	}
	rc = group_event(in_hand, &group, STORE_EVENT_DELIVERY_DELAY,
	    json_pack("{s:s, s:s}", "timestamp", feedback_time(in_hand, time),
		"delayType", delay_name((enum delay)first->group)),
	    "delayedRecipients", &event_id, err_r);
	group_fini(&group);
	return rc;
}

static enum sg_err
delivery(
    struct feedback_case *in_hand, const struct hit *hit, struct err *err_r)
{
	int64_t took_msec = in_hand->now_msec - in_hand->message.sent_msec;
	const char *address = hit->target->address;
	struct group group;
	char time[EVENT_TIME_MAX];
	json_t *detail;
	int64_t event_id;
	enum sg_err rc;

	group_begin(&group, hit);
	group_add(&group, hit, text_json_new(address, strlen(address)));
	detail = json_pack("{s:s, s:I}", "timestamp",
	    feedback_time(in_hand, time), "processingTimeMillis",
	    (json_int_t)(took_msec > 0 ? took_msec : 0));
	group.failed |=
	    detail == NULL ||
	    !set_text(detail, "smtpResponse", hit->record->diagnostic) ||
	    !set_remote(detail, hit->record);
	rc = group_event(in_hand, &group, STORE_EVENT_DELIVERY, detail,
	    "recipients", &event_id, err_r);
	group_fini(&group);
	return rc;
}

static bool
is_delivery(enum report_action action)
{
	return action == REPORT_ACTION_DELIVERED ||
	       action == REPORT_ACTION_RELAYED ||
	       action == REPORT_ACTION_EXPANDED;
}

/* Marks whom an event has told of. */
static bool
mark_delivered(void *ctx, const struct store_event *row)
{
	struct feedback_case *in_hand = ctx;
	const char *line = row->recipients;

	while (*line != '\0') {
		size_t len = strcspn(line, "\n");
		struct report_record record = {0};
		struct feedback_target *target;

		(void)snprintf(record.recipient, sizeof(record.recipient),
		    "%.*s", (int)len, line);
		target = feedback_target_of(in_hand, &record);
		if (target != NULL)
			target->is_named = true;
		line += len + (line[len] == '\n');
	}
	return true;
}

static enum sg_err
load_delivered(struct feedback_case *in_hand, struct err *err_r)
{
	struct store_event_filter filter = {
	    .account_id = in_hand->scene.account_id,
	    .queue_id = in_hand->queue_id,
	    .kinds = 1 << STORE_EVENT_DELIVERY,
	    .most = (int)in_hand->target_count + 1000,
	};

	for (size_t i = 0; i < in_hand->target_count; i++)
		in_hand->targets[i].is_named = false;
	return store_event_list(
	    in_hand->env->store, &filter, mark_delivered, in_hand, err_r);
}

/* Records of transit: those delayed go into hits, those delivered are counted. */
static bool
find_transit(
    struct feedback_case *in_hand, struct hits *delays, struct hits *deliveries)
{
	const struct report *report = in_hand->report;

	delays->list = calloc(report->count + 1, sizeof(*delays->list));
	deliveries->list = calloc(report->count + 1, sizeof(*delays->list));
	if (delays->list == NULL || deliveries->list == NULL)
		return false;
	for (size_t i = 0; i < report->count; i++) {
		const struct report_record *record = &report->records[i];
		bool is_delayed = record->action == REPORT_ACTION_DELAYED;
		struct hits *hits = is_delayed ? delays : deliveries;
		struct feedback_target *target;

		if (record->kind != REPORT_OTHER ||
		    (!is_delayed && !is_delivery(record->action)))
			continue;
		target = feedback_target_of(in_hand, record);
		in_hand->matched += target != NULL;
		in_hand->strangers += target == NULL;
		if (target != NULL)
			hits->list[hits->count++] = (struct hit){
			    .record = record,
			    .target = target,
			    .group = is_delayed ? (int)delay_of(record) : 0};
	}
	return true;
}

/* Only what is not told yet. */
static enum sg_err
put_deliveries(
    struct feedback_case *in_hand, struct hits *hits, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (hits->count > 0)
		rc = load_delivered(in_hand, err_r);
	for (size_t i = 0; i < hits->count && rc == SG_OK; i++) {
		if (hits->list[i].target->is_named)
			continue;
		hits->list[i].target->is_named = true;
		rc = delivery(in_hand, &hits->list[i], err_r);
	}
	return rc;
}

enum sg_err
feedback_transit(struct feedback_case *in_hand, struct err *err_r)
{
	struct hits delays = {0}, deliveries = {0};
	enum sg_err rc = SG_OK;

	if (!find_transit(in_hand, &delays, &deliveries))
		rc = err_set(err_r, SG_NOMEM, "no memory for a report");
	/* They say nothing that lasts: of a message that is not known, or has too
	 * many reports, nothing is told. */
	if (rc == SG_OK && in_hand->is_known && in_hand->report_id != 0) {
		for (size_t i = 0; i < delays.count && rc == SG_OK; i++)
			if (!delays.list[i].is_done)
				rc = delay_group(
				    in_hand, &delays, &delays.list[i], err_r);
		if (rc == SG_OK)
			rc = put_deliveries(in_hand, &deliveries, err_r);
	}
	free(delays.list);
	free(deliveries.list);
	return rc;
}
