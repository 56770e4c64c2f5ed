/* sendward's own operations: messages, looked for and told whole. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/own_report.h"
#include "api/shapes.h"
#include "ops/event.h"
#include "ops/ingest.h"
#include "ops/message.h"
#include "ops/message_search.h"
#include "ops/story.h"
#include "rules/recipients.h"
#include "store/messages.h"

/* Shown of one message in a list, and of its notifications. */
#define RECIPIENTS_FIRST 5
#define NOTIFICATIONS_MOST 100

/* ---- lists ----------------------------------------------------------------------- */

static void
put_recipients(json_t *out, const char *text)
{
	json_t *list = api_put_list(out, "Recipients");
	struct recipient recipient;
	int64_t count = 0;

	while (recipients_next(&text, &recipient))
		if (count++ < RECIPIENTS_FIRST)
			api_add_text(list, recipient.address);
	api_put_integer(out, "RecipientCount", count);
}

/* What list and story tell alike. */
static void
put_message(json_t *out, const struct store_message *row, const json_t *facts,
    int kinds)
{
	const char *set = json_string_value(json_object_get(facts, "set"));
	json_t *outcomes;
	char subject[STORY_SUBJECT_MAX];

	story_subject(facts, subject);
	api_put_text(out, "MessageId", row->queue_id);
	api_put_time(out, "Timestamp", row->sent_msec / 1000);
	api_put_text(out, "Sender", row->sender);
	if (subject[0] != '\0')
		api_put_text(out, "Subject", subject);
	if (set != NULL && set[0] != '\0')
		api_put_text(out, "ConfigurationSetName", set);
	if (row->size > 0)
		api_put_integer(out, "SizeBytes", row->size);
	outcomes = api_put_list(out, "Outcomes");
	for (int i = 0; i < STORE_EVENT_KINDS; i++)
		if ((kinds & 1 << i) != 0 &&
		    message_search_status((enum store_event_kind)i) != NULL)
			api_add_text(outcomes,
			    message_search_status((enum store_event_kind)i));
	if (json_array_size(outcomes) == 0)
		api_add_text(outcomes, "PENDING");
}

static bool
add_message(void *ctx, const struct store_message *row, int kinds)
{
	json_t *facts = json_loads(row->facts, 0, NULL);
	json_t *out = api_add_object(ctx);

	put_message(out, row, facts, kinds);
	put_recipients(out, row->recipients);
	json_decref(facts);
	return true;
}

static void
list_messages(struct api_call *call)
{
	struct message_query query = {
	    .account_id = call->owner.facts.id,
	    .recipient = api_text(call->in, "Recipient"),
	    .message_id = api_text(call->in, "MessageId"),
	    .tag = api_text(call->in, "Tag"),
	    .status = api_text(call->in, "Status"),
	    .since_msec = api_integer(call->in, "Since", 0) * 1000,
	    .until_msec = api_integer(call->in, "Until", 0) * 1000,
	};
	struct api_listing listing;
	struct err err = {0};
	int64_t next = 0;
	char key[24];

	if (query.tag[0] != '\0' && strchr(query.tag, '=') == NULL) {
		api_fail(call, "BadRequestException",
		    "Tag: write it as NAME=VALUE.");
		return;
	}
	if (!api_listing_open_own(call, "Messages", &listing))
		return;
	query.before = api_listing_last_id(&listing);
	query.most = (int)listing.page.most;
	if (!api_check(call,
		message_search(call->store, &query, add_message, listing.list,
		    &next, &err),
		&err, &api_v2_codes) ||
	    next == 0)
		return;
	(void)snprintf(key, sizeof(key), "%lld", (long long)next);
	api_page_more(call, key);
}

/* ---- one message ------------------------------------------------------------------ */

/* A text of an object of SES's; none: nothing is put. */
static void
put_some(json_t *out, const char *member, const json_t *from, const char *key)
{
	const char *text = json_string_value(json_object_get(from, key));

	if (text != NULL && text[0] != '\0')
		api_put_text(out, member, text);
}

static bool
add_recipient(void *ctx, const struct story_recipient *recipient)
{
	json_t *out = api_add_object(ctx);
	const json_t *own = recipient->own;

	api_put_text(out, "Address", recipient->address);
	api_put_text(out, "Outcome", recipient->outcome);
	if (recipient->at_msec > 0)
		api_put_time(out, "Timestamp", recipient->at_msec / 1000);
	put_some(out, "StatusCode", own, "status");
	put_some(out, "DiagnosticText", own, "diagnosticCode");
	put_some(out, "DiagnosticText", recipient->detail, "smtpResponse");
	put_some(out, "DiagnosticText", recipient->detail, "reply");
	put_some(out, "DiagnosticText", recipient->detail, "errorMessage");
	put_some(out, "BounceType", recipient->detail, "bounceType");
	put_some(out, "BounceSubtype", recipient->detail, "bounceSubType");
	api_put_flag(out, "Suppressed", recipient->suppressed);
	return true;
}

static void
put_headers(json_t *out, const json_t *facts)
{
	json_t *list = api_put_list(out, "Headers");
	const json_t *header;
	size_t i;

	json_array_foreach(json_object_get(facts, "headers"), i, header)
	{
		json_t *one = api_add_object(list);

		put_some(one, "Name", header, "name");
		put_some(one, "Value", header, "value");
	}
}

/* NAME: its first value. */
static void
put_tags(json_t *out, const json_t *facts)
{
	json_t *tags = api_put_object(out, "Tags");
	json_t *own = json_object_get(facts, "tags"), *values;
	const char *name;

	json_object_foreach(own, name, values)(void)
	    json_object_set(tags, name, json_array_get(values, 0));
}

static void
put_events(
    json_t *out, const struct message_file *file, const struct story *story)
{
	json_t *list = api_put_list(out, "Events");

	for (size_t i = 0; i < file->event_count; i++) {
		const struct store_event *row = &file->events[i];
		json_t *event = api_add_object(list);
		json_t *recipients;
		const char *line = row->recipients;

		api_put_text(event, "Type", event_type(row->kind));
		api_put_time(event, "Timestamp", row->at_msec / 1000);
		recipients = api_put_list(event, "Recipients");
		while (*line != '\0') {
			size_t len = strcspn(line, "\n");

			(void)json_array_append_new(
			    recipients, json_stringn(line, len));
			line += len + (line[len] == '\n');
		}
		(void)json_object_set(
		    event, "Detail", (json_t *)story_detail(story, i));
	}
}

static void
put_reports(json_t *out, const struct message_file *file)
{
	json_t *list = api_put_list(out, "Reports");

	for (size_t i = 0; i < file->report_count; i++) {
		const struct store_report *row = &file->reports[i];
		json_t *report = api_add_object(list);
		char id[24];

		(void)snprintf(id, sizeof(id), "%lld", (long long)row->id);
		api_put_text(report, "ReportId", id);
		api_put_time(report, "Timestamp", row->received_msec / 1000);
		api_put_text(report, "Format", row->format);
		api_put_text(
		    report, "State", message_report_state_name(row->state));
	}
}

static bool
add_notification(void *ctx, const struct store_notification *row)
{
	json_t *out = api_add_object(ctx);

	api_put_text(out, "TopicName", row->topic.name);
	api_put_text(out, "Endpoint", row->subscription.endpoint);
	api_put_text(out, "Protocol", row->subscription.protocol);
	api_put_text(out, "Status", row->next_sec == 0 ? "DEAD" : "WAITING");
	api_put_integer(out, "Attempts", row->attempts);
	if (row->error[0] != '\0')
		api_put_text(out, "Error", row->error);
	return true;
}

static void
put_source(json_t *out, const struct message_file *file,
    const struct store_message *row, const json_t *facts)
{
	if (row->source_ip[0] != '\0')
		api_put_text(out, "SourceIp", row->source_ip);
	if (row->login[0] != '\0')
		api_put_text(out, "Credential", row->login);
	if (file->identity[0] != '\0')
		api_put_text(out, "IdentityName", file->identity);
	else
		put_some(out, "IdentityName", facts, "identity");
	put_some(out, "TenantName", facts, "tenant");
}

static void
tell(struct api_call *call, const struct message_file *file,
    const struct story *story)
{
	const struct store_message *row = story_message(story);
	const json_t *facts = story_facts(story);
	json_t *out = call->out, *recipients;
	int kinds = 0;

	for (size_t i = 0; i < file->event_count; i++)
		kinds |= 1 << file->events[i].kind;
	put_message(out, row != NULL ? row : &file->row, facts, kinds);
	put_recipients(out, row != NULL ? row->recipients : "");
	recipients = json_array();
	story_recipients(story, add_recipient, recipients);
	(void)json_object_set_new(out, "Recipients", recipients);
	put_headers(out, facts);
	if (row != NULL)
		put_source(out, file, row, facts);
	put_tags(out, facts);
	put_events(out, file, story);
	put_reports(out, file);
}

/* One that is still in the journal is brought into the store. */
static enum sg_err
load(struct api_call *call, const char *id, struct message_file **file_r,
    struct err *err_r)
{
	int64_t account_id = call->owner.facts.id, count;
	enum sg_err rc =
	    message_file_load_of(call->store, account_id, id, file_r, err_r);

	if (rc != SG_MISSING)
		return rc;
	rc = ingest_run(call->store, call->conf, call->now_sec, &count, err_r);
	return rc != SG_OK ? rc
			   : message_file_load_of(
				 call->store, account_id, id, file_r, err_r);
}

static void
fail_missing(struct api_call *call, const char *id)
{
	api_fail(call, "NotFoundException",
	    "Message %.100s does not exist, or is older than what is kept.",
	    id);
}

static void
get_message(struct api_call *call)
{
	const char *id = api_text(call->in, "MessageId");
	struct message_file *file = NULL;
	struct story *story = NULL;
	struct err err = {0};
	enum sg_err rc = load(call, id, &file, &err);

	if (rc == SG_MISSING) {
		fail_missing(call, id);
		return;
	}
	if (rc == SG_OK && (story = story_new(file)) == NULL)
		rc = err_set(&err, SG_NOMEM, "no memory for a message");
	if (rc == SG_OK) {
		tell(call, file, story);
		rc = store_notification_of_message(call->store,
		    call->owner.facts.id, id, NOTIFICATIONS_MOST,
		    add_notification, api_put_list(call->out, "Notifications"),
		    &err);
	}
	(void)api_check(call, rc, &err, &api_v2_codes);
	story_free(&story);
	message_file_free(&file);
}

static bool
tell_report(void *ctx, const struct store_report *row)
{
	struct api_call *call = ctx;

	if (row->account_id == call->owner.facts.id &&
	    strcmp(row->queue_id, api_text(call->in, "MessageId")) == 0)
		api_own_put_content(call, row);
	return true;
}

static void
get_message_report(struct api_call *call)
{
	struct err err = {0};
	enum sg_err rc = store_report_get(
	    call->store, api_own_id(call, "ReportId"), tell_report, call, &err);

	if (rc == SG_MISSING || (rc == SG_OK && !api_has(call->out, "Content")))
		api_fail(call, "NotFoundException",
		    "Report %.100s of that message does not exist (any more).",
		    api_text(call->in, "ReportId"));
	else
		(void)api_check(call, rc, &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_own_message[] = {
	{API_OWN, "ListMessages", "GET", "/sendward/messages",
	    api_in_own_list_messages, NULL, API_OP_READS, "", list_messages},
	{API_OWN, "GetMessage", "GET", "/sendward/messages/{MessageId}",
	    api_in_own_get_message, NULL, API_OP_READS, "NotFoundException",
	    get_message},
	{API_OWN, "GetMessageReport", "GET",
	    "/sendward/messages/{MessageId}/reports/{ReportId}",
	    api_in_own_get_message_report, NULL, API_OP_READS,
	    "NotFoundException", get_message_report},
	{.name = NULL}};
/* clang-format on */
