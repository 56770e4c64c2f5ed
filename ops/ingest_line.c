/* One line of the journal and what follows from it: see ingest_parts.h. Opens no
 * file. */
#include "config.h"

#include "ops/ingest_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "ops/event.h"
#include "ops/feedback_parts.h"
#include "rules/recipients.h"
#include "store/tenants.h"

#define RECIPIENTS_MAX (8 * 1024 * 1024)

static const char *
text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text != NULL ? text : "";
}

static int64_t
number_of(const json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

/* Texts belong to line; facts is the caller's. False: it cannot be a message. */
static bool
read_message(const json_t *line, struct store_message *message_r)
{
	const char *queue_id = text_of(line, "id");

	*message_r = (struct store_message){
	    .account_id = number_of(line, "account"),
	    .sent_msec = number_of(line, "at"),
	    .login = text_of(line, "login"),
	    .sender = text_of(line, "sender"),
	    .source_ip = text_of(line, "ip"),
	    .identity_id = number_of(line, "identityId"),
	    .set_id = number_of(line, "setId"),
	    .tenant_id = number_of(line, "tenantId"),
	    .size = number_of(line, "size"),
	    .recipients = text_of(line, "recipients"),
	};
	(void)snprintf(
	    message_r->queue_id, sizeof(message_r->queue_id), "%s", queue_id);
	return message_r->account_id > 0 && queue_id[0] != '\0' &&
	       strlen(queue_id) <= RULES_QUEUE_ID_MAX;
}

/* ---- counts ------------------------------------------------------------------ */

static struct store_tally *
tally_of(struct ingest_batch *batch, int64_t account_id, int64_t set_id,
    int64_t bucket_sec)
{
	struct store_tally *tally = batch->tallies;

	for (size_t i = 0; i < batch->tally_count; i++, tally++)
		if (tally->account_id == account_id &&
		    tally->set_id == set_id && tally->bucket_sec == bucket_sec)
			return tally;
	if (batch->tally_count == batch->tally_size) {
		size_t size = batch->tally_size * 2 + 16;

		tally = realloc(batch->tallies, size * sizeof(*tally));
		if (tally == NULL)
			return NULL;
		batch->tallies = tally;
		batch->tally_size = size;
	}
	tally = &batch->tallies[batch->tally_count++];
	*tally = (struct store_tally){.account_id = account_id,
	    .set_id = set_id,
	    .bucket_sec = bucket_sec};
	return tally;
}

/* Adds to what the batch adds up, for the message's account, its set and its
 * tenant. tally: the numbers alone. */
static enum sg_err
count(struct ingest_batch *batch, const struct store_message *message,
    const struct store_tally *tally, struct err *err_r)
{
	const int64_t ids[3] = {
	    0, message->set_id, STORE_TALLY_TENANT(message->tenant_id)};
	int64_t buckets[3];
	enum sg_err rc = feedback_buckets(batch->store, message->account_id,
	    message->set_id, message->sent_msec, buckets, err_r);

	if (rc == SG_OK)
		rc = feedback_tenant_bucket(batch->store, message->tenant_id,
		    message->sent_msec, &buckets[2], err_r);
	if (rc != SG_OK)
		return rc;
	for (int i = 0; i < 3; i++) {
		struct store_tally *sum;

		if (i > 0 && ids[i] == 0)
			continue;
		sum = tally_of(batch, message->account_id, ids[i], buckets[i]);
		if (sum == NULL)
			return err_set(
			    err_r, SG_NOMEM, "no memory to count a message");
		sum->sent += tally->sent;
		sum->eligible += tally->eligible;
		sum->bounces += tally->bounces;
		sum->complaints += tally->complaints;
		sum->rejected += tally->rejected;
	}
	return SG_OK;
}

static enum sg_err
count_message(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	struct store_tally tally = {0};
	const char *text = message->recipients;
	struct recipient recipient;

	while (recipients_next(&text, &recipient)) {
		tally.sent += !recipients_is_dropped(recipient.flag);
		tally.eligible += recipient.flag == RECIPIENT_ELIGIBLE;
	}
	return count(batch, message, &tally, err_r);
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

/* False: no memory. */
static bool
put_lines(struct buf *lines, const char *recipients, enum wanted wanted)
{
	struct recipient recipient;

	buf_clear(lines);
	while (recipients_next(&recipients, &recipient)) {
		if (!is_wanted(recipient.flag, wanted))
			continue;
		if (lines->len > 0)
			(void)buf_putc(lines, '\n');
		(void)buf_puts(lines, recipient.address);
	}
	return !lines->failed;
}

/* Takes detail. message NULL: it has no row. */
static enum sg_err
put_event(struct ingest_batch *batch, struct store_event *event,
    const struct buf *lines, json_t *detail,
    const struct store_message *message, struct err *err_r)
{
	char *text = json_dumps(detail, JSON_COMPACT);
	enum sg_err rc;

	json_decref(detail);
	if (text == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for an event");
	event->recipients = buf_str(lines);
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
    bool is_complaint, struct buf *lines, struct err *err_r)
{
	struct store_event event = event_of(
	    message, is_complaint ? STORE_EVENT_COMPLAINT : STORE_EVENT_BOUNCE);

	if (!put_lines(lines, message->recipients,
		is_complaint ? WANTED_COMPLAINED : WANTED_BOUNCED))
		return err_set(err_r, SG_NOMEM, "no memory for recipients");
	if (lines->len == 0)
		return SG_OK;
	return put_event(batch, &event, lines,
	    dropped_detail(batch, message, buf_str(lines), is_complaint),
	    message, err_r);
}

static enum sg_err
put_send(struct ingest_batch *batch, const struct store_message *message,
    struct buf *lines, struct err *err_r)
{
	struct store_event event = event_of(message, STORE_EVENT_SEND);

	if (!put_lines(lines, message->recipients, WANTED_ALL))
		return err_set(err_r, SG_NOMEM, "no memory for recipients");
	return put_event(batch, &event, lines, json_object(), message, err_r);
}

static enum sg_err
put_events(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	struct buf lines;
	enum sg_err rc;

	buf_init(&lines, RECIPIENTS_MAX);
	rc = put_send(batch, message, &lines, err_r);
	for (int i = 0; i < 2 && rc == SG_OK; i++)
		rc = put_dropped(batch, message, i == 1, &lines, err_r);
	buf_fini(&lines);
	return rc;
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

static enum sg_err
settle(struct ingest_batch *batch, const struct store_message *message,
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
			rc = count(batch, message, &tally, err_r);
	}
	free(waiting.list);
	return rc;
}

/* ---- lines ---------------------------------------------------------------------- */

static enum sg_err
take_sent(struct ingest_batch *batch, struct store_message *message,
    struct err *err_r)
{
	bool is_new;
	enum sg_err rc =
	    store_message_add(batch->store, message, &is_new, err_r);

	if (rc == SG_MISSING)
		return SG_OK; /* the account was deleted */
	if (rc != SG_OK || !is_new)
		return rc;
	batch->messages++;
	rc = put_events(batch, message, err_r);
	if (rc == SG_OK)
		rc = count_message(batch, message, err_r);
	if (rc == SG_OK)
		rc = settle(batch, message, err_r);
	return rc;
}

static enum sg_err
count_rejected(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	struct store_tally tally = {0};
	const char *text = message->recipients;
	struct recipient recipient;

	while (recipients_next(&text, &recipient))
		tally.rejected++;
	return count(batch, message, &tally, err_r);
}

/* A refused message has no row: its event keeps what belongs into `mail`. */
static enum sg_err
take_rejected(struct ingest_batch *batch, const json_t *line,
    const struct store_message *message, struct err *err_r)
{
	struct store_event event = event_of(message, STORE_EVENT_REJECT);
	struct buf lines;
	json_t *detail = json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}",
	    "reason", text_of(line, "reason"), "reply", text_of(line, "reply"),
	    EVENT_PRIVATE_KEY, "login", message->login, "sender",
	    message->sender, "ip", message->source_ip, "recipients",
	    message->recipients, "facts", message->facts);
	enum sg_err rc = SG_NOMEM;

	buf_init(&lines, RECIPIENTS_MAX);
	if (put_lines(&lines, message->recipients, WANTED_ALL)) {
		rc = put_event(batch, &event, &lines, detail, NULL, err_r);
	} else {
		json_decref(detail);
		(void)err_set(err_r, rc, "no memory for recipients");
	}
	buf_fini(&lines);
	if (rc == SG_OK)
		rc = count_rejected(batch, message, err_r);
	return rc == SG_MISSING ? SG_OK : rc; /* the account was deleted */
}

enum sg_err
ingest_line(
    struct ingest_batch *batch, const char *line, size_t len, struct err *err_r)
{
	json_t *object = json_loadb(line, len, 0, NULL);
	json_t *facts = ingest_facts(object);
	char *text = json_dumps(facts, JSON_COMPACT);
	bool is_sent = strcmp(text_of(object, "kind"), "sent") == 0;
	struct store_message message;
	enum sg_err rc;

	if (!read_message(object, &message) ||
	    (!is_sent && strcmp(text_of(object, "kind"), "rejected") != 0))
		rc = err_set(err_r, SG_INVALID, "no line of a journal");
	else if (text == NULL)
		rc = err_set(err_r, SG_NOMEM, "no memory for a message");
	else {
		message.facts = text;
		rc = is_sent ? take_sent(batch, &message, err_r)
			     : take_rejected(batch, object, &message, err_r);
	}
	free(text);
	json_decref(facts);
	json_decref(object);
	return rc;
}
