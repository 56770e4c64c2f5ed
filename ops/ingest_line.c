/* What follows from a message of the journal, and a line read by jansson: see
 * ingest_parts.h. Opens no file. */
#include "config.h"

#include "ops/ingest_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "ops/event.h"
#include "ops/feedback_parts.h"
#include "rules/recipients.h"

/* ---- a line ------------------------------------------------------------------- */

/* Of arena; NULL: no memory. "" when there is none. */
static const char *
text_of(struct arena *arena, const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text != NULL ? arena_strdup(arena, text) : "";
}

static int64_t
number_of(const json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

/* The facts as text of arena; NULL: no memory. */
static const char *
facts_of(struct arena *arena, const json_t *line)
{
	json_t *facts = ingest_facts(line);
	char *text = json_dumps(facts, JSON_COMPACT);
	const char *copy = text != NULL ? arena_strdup(arena, text) : NULL;

	free(text);
	json_decref(facts);
	return copy;
}

/* False: no memory. */
static bool
read_message(
    struct arena *arena, const json_t *line, struct ingest_record *record_r)
{
	struct store_message *message = &record_r->message;

	*message = (struct store_message){
	    .account_id = number_of(line, "account"),
	    .sent_msec = number_of(line, "at"),
	    .login = text_of(arena, line, "login"),
	    .sender = text_of(arena, line, "sender"),
	    .source_ip = text_of(arena, line, "ip"),
	    .identity_id = number_of(line, "identityId"),
	    .set_id = number_of(line, "setId"),
	    .tenant_id = number_of(line, "tenantId"),
	    .size = number_of(line, "size"),
	    .recipients = text_of(arena, line, "recipients"),
	    .facts = facts_of(arena, line),
	};
	record_r->reason = text_of(arena, line, "reason");
	record_r->reply = text_of(arena, line, "reply");
	return message->login != NULL && message->sender != NULL &&
	       message->source_ip != NULL && message->recipients != NULL &&
	       message->facts != NULL && record_r->reason != NULL &&
	       record_r->reply != NULL;
}

static bool
is_text(const json_t *line, const char *key, const char *text)
{
	const char *value = json_string_value(json_object_get(line, key));

	return value != NULL && strcmp(value, text) == 0;
}

enum sg_err
ingest_read(struct arena *arena, const char *line, size_t len,
    struct ingest_record *record_r, struct err *err_r)
{
	json_t *object = json_loadb(line, len, 0, NULL);
	const char *queue_id = json_string_value(json_object_get(object, "id"));
	enum sg_err rc = SG_OK;

	*record_r =
	    (struct ingest_record){.is_sent = is_text(object, "kind", "sent")};
	if ((!record_r->is_sent && !is_text(object, "kind", "rejected")) ||
	    number_of(object, "account") <= 0 || queue_id == NULL ||
	    queue_id[0] == '\0' || strlen(queue_id) > RULES_QUEUE_ID_MAX)
		rc = err_set(err_r, SG_INVALID, "no line of a journal");
	else if (!read_message(arena, object, record_r))
		rc = err_set(err_r, SG_NOMEM, "no memory for a message");
	else
		memcpy(
		    record_r->message.queue_id, queue_id, strlen(queue_id) + 1);
	json_decref(object);
	return rc;
}

/* ---- events ------------------------------------------------------------------- */

/* The addresses, one a line; only those that were left out for a complaint or for
 * another reason, if such are asked for. */
enum wanted { WANTED_ALL, WANTED_BOUNCED, WANTED_COMPLAINED };

static bool
is_wanted(enum recipient_flag flag, enum wanted wanted)
{
	if (wanted == WANTED_ALL)
		return true;
	return recipients_is_dropped(flag) &&
	       (flag == RECIPIENT_COMPLAINED) == (wanted == WANTED_COMPLAINED);
}

/* Of arena; NULL: no memory. */
static char *
lines_of(struct arena *arena, const char *recipients, enum wanted wanted)
{
	char *lines = arena_alloc(arena, strlen(recipients) + 1);
	struct recipient recipient;
	size_t used = 0, len;

	if (lines == NULL)
		return NULL;
	while (recipients_next(&recipients, &recipient)) {
		if (!is_wanted(recipient.flag, wanted))
			continue;
		/* shorter than its line in recipients */
		len = strlen(recipient.address);
		if (used > 0)
			lines[used++] = '\n';
		memcpy(lines + used, recipient.address, len);
		used += len;
	}
	lines[used] = '\0';
	return lines;
}

char *
ingest_addresses(struct arena *arena, const char *recipients)
{
	return lines_of(arena, recipients, WANTED_ALL);
}

bool
ingest_has_dropped(const char *recipients)
{
	struct recipient recipient;

	while (recipients_next(&recipients, &recipient))
		if (recipients_is_dropped(recipient.flag))
			return true;
	return false;
}

/* Takes detail. message NULL: it has no row. */
static enum sg_err
put_event(struct ingest_batch *batch, struct store_event *event,
    const char *lines, json_t *detail, const struct store_message *message,
    struct err *err_r)
{
	char *text = json_dumps(detail, JSON_COMPACT);
	enum sg_err rc;

	json_decref(detail);
	if (text == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for an event");
	event->recipients = lines;
	event->detail = text;
	rc = event_put(batch->store, batch->conf, event, message, err_r);
	event->recipients = event->detail = "";
	free(text);
	return rc;
}

static struct store_event
event_of(const struct store_message *message, enum store_event_kind kind)
{
	struct store_event event = {.account_id = message->account_id,
	    .set_id = message->set_id,
	    .kind = kind,
	    .at_msec = message->sent_msec};

	(void)snprintf(
	    event.queue_id, sizeof(event.queue_id), "%s", message->queue_id);
	return event;
}

/* One of the recipients of a Bounce or Complaint. */
static json_t *
dropped_one(const char *address, size_t len, bool is_complaint)
{
	if (is_complaint)
		return json_pack("{s:s%}", "emailAddress", address, len);
	return json_pack("{s:s%, s:s, s:s, s:s}", "emailAddress", address, len,
	    "action", "failed", "status", "5.1.1", "diagnosticCode",
	    "not sent: the address is on the account's suppression list");
}

/* NULL: no memory. */
static json_t *
dropped_json(const char *lines, bool is_complaint)
{
	json_t *list = json_array();

	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		if (json_array_append_new(
			list, dropped_one(lines, len, is_complaint)) != 0) {
			json_decref(list);
			return NULL;
		}
		lines += len + (lines[len] == '\n');
	}
	return list;
}

/* As Amazon SES tells of what the suppression list holds back. */
static json_t *
dropped_detail(const struct ingest_batch *batch,
    const struct store_message *message, const char *lines, bool is_complaint)
{
	char time[EVENT_TIME_MAX], id[EVENT_FEEDBACK_ID_MAX + 1];
	char seed[RULES_QUEUE_ID_MAX + 64], host[RULES_DOMAIN_MAX + 8];

	(void)snprintf(seed, sizeof(seed), "%lld %s list %d",
	    (long long)message->account_id, message->queue_id, is_complaint);
	event_feedback_id(seed, strlen(seed), id);
	(void)event_time(message->sent_msec, time);
	(void)snprintf(
	    host, sizeof(host), "dns; %s", batch->conf->bounce_domain);
	if (is_complaint)
		return json_pack("{s:s, s:s, s:s, s:o}", "feedbackId", id,
		    "timestamp", time, "complaintSubType",
		    "OnAccountSuppressionList", "complainedRecipients",
		    dropped_json(lines, true));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "feedbackId", id,
	    "timestamp", time, "bounceType", "Permanent", "bounceSubType",
	    "OnAccountSuppressionList", "reportingMTA", host,
	    "bouncedRecipients", dropped_json(lines, false));
}

static enum sg_err
put_dropped(struct ingest_batch *batch, const struct store_message *message,
    bool is_complaint, struct err *err_r)
{
	struct store_event event = event_of(
	    message, is_complaint ? STORE_EVENT_COMPLAINT : STORE_EVENT_BOUNCE);
	char *lines = lines_of(batch->arena, message->recipients,
	    is_complaint ? WANTED_COMPLAINED : WANTED_BOUNCED);

	if (lines == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for recipients");
	if (lines[0] == '\0')
		return SG_OK;
	return put_event(batch, &event, lines,
	    dropped_detail(batch, message, lines, is_complaint), message,
	    err_r);
}

enum sg_err
ingest_put_dropped(struct ingest_batch *batch,
    const struct store_message *message, struct err *err_r)
{
	enum sg_err rc = put_dropped(batch, message, false, err_r);

	return rc == SG_OK ? put_dropped(batch, message, true, err_r) : rc;
}

enum sg_err
ingest_put_send(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	struct store_event event = event_of(message, STORE_EVENT_SEND);
	char *lines = ingest_addresses(batch->arena, message->recipients);

	if (lines == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for recipients");
	return put_event(batch, &event, lines, json_object(), message, err_r);
}

/* ---- what waited for the message ----------------------------------------------- */

struct waiting {
	struct store_fate *list;
	size_t count;
	bool failed;
};

static bool
collect_waiting(void *ctx, const struct store_fate *row)
{
	struct waiting *waiting = ctx;
	struct store_fate *list;

	if (row->counted != STORE_FATE_WAITS)
		return true;
	list = realloc(waiting->list, (waiting->count + 1) * sizeof(*list));
	waiting->failed = list == NULL;
	if (waiting->failed)
		return false;
	waiting->list = list;
	list[waiting->count++] = *row;
	return true;
}

static int
by_event(const void *a, const void *b)
{
	const struct store_fate *x = a, *y = b;

	return (x->event_id > y->event_id) - (x->event_id < y->event_id);
}

enum sg_err
ingest_settle(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	struct waiting waiting = {0};
	int64_t told_event = 0;
	enum sg_err rc = store_fate_list(batch->store, message->account_id,
	    message->queue_id, collect_waiting, &waiting, err_r);

	if (rc == SG_OK && waiting.failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for what waited");
	/* one event may be of several: it is told once */
	if (waiting.count > 1)
		qsort(waiting.list, waiting.count, sizeof(*waiting.list),
		    by_event);
	for (size_t i = 0; i < waiting.count && rc == SG_OK; i++) {
		struct store_tally tally = {0};

		rc = feedback_settle(batch->store, batch->conf, message,
		    &waiting.list[i], batch->now_sec, &told_event, err_r);
		if (waiting.list[i].counted != STORE_FATE_COUNTED)
			continue;
		tally.bounces = waiting.list[i].kind == STORE_FATE_BOUNCE;
		tally.complaints = !tally.bounces;
		if (rc == SG_OK)
			rc = ingest_batch_count(batch, message, &tally, err_r);
	}
	free(waiting.list);
	return rc;
}

/* ---- what was refused ------------------------------------------------------------ */

static enum sg_err
count_rejected(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	struct store_tally tally = {0};
	const char *text = message->recipients;
	struct recipient recipient;

	while (recipients_next(&text, &recipient))
		tally.rejected++;
	return ingest_batch_count(batch, message, &tally, err_r);
}

/* A refused message has no row: its event keeps what belongs into `mail`. */
static json_t *
rejected_detail(const struct ingest_record *record)
{
	const struct store_message *message = &record->message;

	return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "reason",
	    record->reason, "reply", record->reply, EVENT_PRIVATE_KEY, "login",
	    message->login, "sender", message->sender, "ip", message->source_ip,
	    "recipients", message->recipients, "facts", message->facts);
}

enum sg_err
ingest_put_rejected(struct ingest_batch *batch,
    const struct ingest_record *record, struct err *err_r)
{
	const struct store_message *message = &record->message;
	struct store_event event = event_of(message, STORE_EVENT_REJECT);
	const struct store_counted *account;
	char *lines = ingest_addresses(batch->arena, message->recipients);
	enum sg_err rc = ingest_batch_find(
	    batch, STORE_COUNTED_ACCOUNT, message->account_id, &account, err_r);

	if (rc != SG_OK || account == NULL) /* it was deleted */
		return rc;
	if (lines == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for recipients");
	rc = put_event(
	    batch, &event, lines, rejected_detail(record), NULL, err_r);
	return rc == SG_OK ? count_rejected(batch, message, err_r) : rc;
}
