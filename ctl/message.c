/* message: verbs of the command table. What happened to mail that left. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "conf/conf.h"
#include "ctl/event.h"
#include "ctl/facts.h"
#include "ctl/feedback.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/event.h"
#include "ops/message.h"
#include "ops/story.h"
#include "report/report.h"
#include "rules/recipients.h"

#define MOST 50

/* ---- recipients ------------------------------------------------------------- */

static const struct {
	enum recipient_flag flag;
	const char *name, *text;
} flags[] = {
    {RECIPIENT_ELIGIBLE, "ELIGIBLE", "counts for reputation"},
    {RECIPIENT_SIMULATOR, "SIMULATOR",
	"mailbox simulator: does not count for reputation"},
    {RECIPIENT_OWN, "OWN",
	"verified by the account itself: does not count for reputation"},
    {RECIPIENT_BOUNCED, "SUPPRESSED_BOUNCE",
	"left out: it is on the suppression list, because it bounced"},
    {RECIPIENT_COMPLAINED, "SUPPRESSED_COMPLAINT",
	"left out: it is on the suppression list, because of a complaint"},
    {RECIPIENT_LISTED, "SUPPRESSED_MANUAL",
	"left out: somebody put it on the suppression list"},
};
#define FLAG_COUNT (sizeof(flags) / sizeof(*flags))

static bool
has_line(const char *lines, const char *address)
{
	size_t len = strlen(address);

	while (*lines != '\0') {
		size_t line = strcspn(lines, "\n");

		if (line == len && strncasecmp(lines, address, len) == 0)
			return true;
		lines += line + (lines[line] == '\n');
	}
	return false;
}

/* What is the last that is known of a recipient: events outweigh each other in
 * this order. */
static const char *
recipient_state(const struct message_file *file, const char *address, int flag)
{
	static const struct {
		enum store_event_kind kind;
		const char *name;
	} states[] = {
	    {STORE_EVENT_REJECT, "refused"},
	    {STORE_EVENT_RENDERING_FAILURE, "not sent"},
	    {STORE_EVENT_COMPLAINT, "complained"},
	    {STORE_EVENT_BOUNCE, "bounced"},
	    {STORE_EVENT_DELIVERY, "delivered"},
	    {STORE_EVENT_DELIVERY_DELAY, "delayed"},
	};

	if (recipients_is_dropped((enum recipient_flag)flag))
		return "left out";
	for (size_t s = 0; s < sizeof(states) / sizeof(*states); s++)
		for (size_t i = 0; i < file->event_count; i++)
			if (file->events[i].kind == states[s].kind &&
			    has_line(file->events[i].recipients, address))
				return states[s].name;
	return "sent";
}

static json_t *
fate_json(const struct store_fate *fate)
{
	static const char *const counted[] = {
	    [STORE_FATE_NOT_COUNTED] = "NO",
	    [STORE_FATE_COUNTED] = "YES",
	    [STORE_FATE_WAITS] = "WAITS",
	};
	bool is_bounce = fate->kind == STORE_FATE_BOUNCE;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:o}",
	    "kind", is_bounce ? "Bounce" : "Complaint", "timestamp",
	    out_msec(fate->at_msec), "bounceType",
	    is_bounce ? json_string(report_type_name(fate->type)) : json_null(),
	    "bounceSubType",
	    is_bounce ? json_string(report_subtype_name(fate->subtype))
		      : json_null(),
	    "fault",
	    is_bounce ? json_string(report_fault_name(fate->fault))
		      : json_null(),
	    "status", out_text(fate->status), "rule", out_text(fate->rule),
	    "counted", counted[fate->counted], "suppressed", fate->suppressed,
	    "reportId",
	    fate->report_id == 0 ? json_null() : json_integer(fate->report_id));
}

static json_t *
fates_json(const struct message_file *file, const char *address)
{
	json_t *list = json_array();

	for (size_t i = 0; i < file->fate_count && list != NULL; i++)
		if (strcasecmp(file->fates[i].recipient, address) == 0)
			(void)out_add(&list, fate_json(&file->fates[i]));
	return list;
}

/* flag 0: not known. */
static json_t *
recipient_json(const struct message_file *file, const char *address, int flag)
{
	size_t f = 0;

	while (f < FLAG_COUNT && (int)flags[f].flag != flag)
		f++;
	return json_pack("{s:o, s:s, s:o, s:s, s:b, s:o}", "address",
	    out_string(address), "state", recipient_state(file, address, flag),
	    "flag", f < FLAG_COUNT ? json_string(flags[f].name) : json_null(),
	    "why", f < FLAG_COUNT ? flags[f].text : "", "leftOut",
	    recipients_is_dropped((enum recipient_flag)flag), "fates",
	    fates_json(file, address));
}

/* Of a message without a row those that its first event names. */
static json_t *
recipients_json(const struct message_file *file, const json_t *mail)
{
	const json_t *to = json_object_get(mail, "destination"), *address;
	const char *text = file->row.recipients;
	struct recipient recipient;
	json_t *list = json_array();
	size_t i;

	while (list != NULL && recipients_next(&text, &recipient))
		(void)out_add(&list, recipient_json(file, recipient.address,
					 (int)recipient.flag));
	if (file->is_known)
		return list;
	json_array_foreach(to, i, address) if (list != NULL)(void)
	    out_add(&list, recipient_json(file, json_string_value(address), 0));
	return list;
}

/* ---- the message itself ------------------------------------------------------- */

/* "mail" of events: what SES says about the message. */
static json_t *
mail_of_event(const struct ctl *ctl, const struct store_event *event,
    const struct store_message *row)
{
	json_t *doc =
	    event_document(ctl->conf, EVENT_PUBLISHED, true, event, row);
	json_t *mail = json_incref(json_object_get(doc, "mail"));

	json_decref(doc);
	return mail;
}

static json_t *
mail_of_row(const struct ctl *ctl, const struct store_message *row)
{
	struct store_event event = {.account_id = row->account_id,
	    .set_id = row->set_id,
	    .kind = STORE_EVENT_SEND,
	    .at_msec = row->sent_msec,
	    .recipients = "",
	    .detail = "{}"};

	memcpy(event.queue_id, row->queue_id, sizeof(event.queue_id));
	return mail_of_event(ctl, &event, row);
}

/* A message that was refused has no row, but an event that says the same. NULL:
 * nothing is known of it. */
static json_t *
mail_of_file(const struct ctl *ctl, const struct message_file *file)
{
	if (file->is_known)
		return mail_of_row(ctl, &file->row);
	if (file->event_count > 0)
		return mail_of_event(ctl, &file->events[0], NULL);
	return NULL;
}

/* Of mail or of what is below it; null when it is not there. */
static json_t *
part_of(const json_t *mail, const char *part, const char *key)
{
	const json_t *object =
	    part == NULL ? mail : json_object_get(mail, part);
	json_t *value = json_object_get(object, key);

	return value == NULL ? json_null() : json_incref(value);
}

static json_t *
subject_of(const json_t *mail)
{
	char text[STORY_SUBJECT_MAX];

	story_subject(mail, text);
	return out_text(text);
}

static json_t *
set_name(const struct message_file *file, const json_t *mail)
{
	const json_t *tags = json_object_get(mail, "tags");
	json_t *name =
	    json_array_get(json_object_get(tags, "ses:configuration-set"), 0);

	if (file->set[0] != '\0')
		return out_string(file->set);
	return name == NULL ? json_null() : json_incref(name);
}

static json_t *
message_json(const struct message_file *file, const json_t *mail)
{
	bool is_known = file->is_known;

	return json_pack(
	    "{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "messageId", file->row.queue_id, "account", out_text(file->account),
	    "known", is_known, "timestamp", part_of(mail, NULL, "timestamp"),
	    "login", part_of(mail, NULL, "callerIdentity"), "from",
	    part_of(mail, "commonHeaders", "from"), "source",
	    part_of(mail, NULL, "source"), "sourceIp",
	    part_of(mail, NULL, "sourceIp"), "subject", subject_of(mail),
	    "size", is_known ? json_integer(file->row.size) : json_null(),
	    "identity", out_text(file->identity), "configurationSet",
	    set_name(file, mail), "tags", part_of(mail, NULL, "tags"));
}

static json_t *
events_json(const struct ctl *ctl, const struct message_file *file)
{
	json_t *list = json_array();

	for (size_t i = 0; i < file->event_count && list != NULL; i++)
		(void)out_add(&list,
		    event_document(ctl->conf, EVENT_PUBLISHED, true,
			&file->events[i], file->is_known ? &file->row : NULL));
	return list;
}

static json_t *
reports_json(const struct message_file *file)
{
	json_t *list = json_array();

	for (size_t i = 0; i < file->report_count && list != NULL; i++)
		(void)out_add(&list,
		    feedback_report_json(file->account, &file->reports[i]));
	return list;
}

static json_t *
file_json(
    const struct ctl *ctl, const struct message_file *file, const json_t *mail)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:b}", "message",
	    message_json(file, mail), "recipients", recipients_json(file, mail),
	    "events", events_json(ctl, file), "reports", reports_json(file),
	    "cut", file->is_cut);
}

/* ---- for people --------------------------------------------------------------- */

/* A list of strings in one. */
static void
join(json_t *doc, const char *key)
{
	const json_t *list = json_object_get(doc, key), *item;
	struct buf text;
	size_t i;

	if (!json_is_array(list))
		return;
	buf_init(&text, 4096);
	json_array_foreach(list, i, item)
	{
		const char *word = json_string_value(item);

		(void)buf_printf(&text, "%s%s", text.len > 0 ? ", " : "",
		    word == NULL ? "" : word); /* cut at the cap */
	}
	(void)json_object_set_new(doc, key, out_string(buf_str(&text)));
	buf_fini(&text);
}

/* "campaign=spring, ses:from-domain=shop.example" */
static void
join_tags(json_t *doc)
{
	const char *key;
	json_t *tags = json_object_get(doc, "tags"), *value;
	struct buf text;

	if (tags == NULL)
		return;
	buf_init(&text, 4096);
	json_object_foreach(tags, key, value)
	{
		const json_t *first = json_array_get(value, 0);

		if (strncmp(key, "ses:", 4) == 0) /* said above */
			continue;
		(void)buf_printf(&text, "%s%s=%s", text.len > 0 ? ", " : "",
		    key, first == NULL ? "" : json_string_value(first));
	}
	(void)json_object_set_new(doc, "tags", out_string(buf_str(&text)));
	buf_fini(&text);
}

static int
print_message(
    const struct ctl *ctl, const struct message_file *file, const json_t *mail)
{
	static const struct out_column fields[] = {
	    {"messageId", "message", OUT_PLAIN},
	    {"account", "account", OUT_PLAIN},
	    {"timestamp", "sent", OUT_MOMENT},
	    {"login", "login", OUT_PLAIN},
	    {"sourceIp", "client", OUT_PLAIN},
	    {"from", "from", OUT_PLAIN},
	    {"source", "envelope sender", OUT_PLAIN},
	    {"subject", "subject", OUT_PLAIN},
	    {"size", "bytes", OUT_PLAIN},
	    {"identity", "identity", OUT_PLAIN},
	    {"configurationSet", "configuration set", OUT_PLAIN},
	    {"tags", "tags", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	json_t *doc = message_json(file, mail);

	join(doc, "from");
	if (doc != NULL)
		join_tags(doc);
	return out_print_some(ctl, doc, fields);
}

static int
print_recipients(
    const struct ctl *ctl, const struct message_file *file, const json_t *mail)
{
	static const struct out_column columns[] = {
	    {"address", "RECIPIENT", OUT_PLAIN},
	    {"state", "STATE", OUT_PLAIN},
	    {"why", "NOTE", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	int rc;

	if (!file->is_known)
		(void)puts("\nIt was refused, its template could not be "
			   "rendered, or it is not known any more.");
	(void)putchar('\n'); /* main looks at stdout */
	rc = out_print(ctl, recipients_json(file, mail), columns,
	    "its recipients are not known");
	if (ctl->conf->mail_log[0] == '\0')
		(void)puts("Deliveries are not heard of: the option mail_log "
			   "is not set.");
	return rc;
}

/* Why a bounce or complaint happened and what followed, of one recipient. */
static void
print_fate(const struct store_fate *fate)
{
	static const char *const counted[] = {
	    [STORE_FATE_NOT_COUNTED] = "does not count for reputation",
	    [STORE_FATE_COUNTED] = "counts for reputation",
	    [STORE_FATE_WAITS] = "counts when its message is known",
	};
	char text[512], cause[256] = "";

	if (fate->kind == STORE_FATE_BOUNCE)
		(void)snprintf(cause, sizeof(cause), "fault: %s; rule %s; ",
		    report_fault_name(fate->fault),
		    fate->rule[0] == '\0' ? "none" : fate->rule); /* fits */
	(void)snprintf(text, sizeof(text), "%s%s; %s the suppression list",
	    cause, counted[fate->counted],
	    fate->suppressed ? "put on" : "not put on"); /* fits */
	facts_print_wrapped(text, "    ");
}

static void
print_event(const struct message_file *file, const struct store_event *event)
{
	char when[EVENT_TIME_MAX];
	struct buf text;

	buf_init(&text, 64 * 1024);
	event_summary(event, &text);
	(void)printf("%.19sZ  %s\n", event_time(event->at_msec, when),
	    event_type(event->kind)); /* main looks at stdout */
	for (const char *line = buf_str(&text); *line != '\0';) {
		char one[4096];
		size_t len = strcspn(line, "\n");

		(void)snprintf(
		    one, sizeof(one), "%.*s", (int)len, line); /* may be cut */
		facts_print_wrapped(one, "  ");
		line += len + (line[len] == '\n');
	}
	buf_fini(&text);
	for (size_t i = 0; i < file->fate_count; i++)
		if (file->fates[i].event_id == event->id)
			print_fate(&file->fates[i]);
}

static int
print_reports(const struct ctl *ctl, const struct message_file *file)
{
	json_t *list;

	if (file->report_count == 0)
		return CTL_DONE;
	list = reports_json(file);
	(void)puts("\nKept reports (sendwardctl feedback show ID):");
	return out_print(ctl, list, feedback_report_columns, "");
}

static int
print_file(
    const struct ctl *ctl, const struct message_file *file, const json_t *mail)
{
	int rc = print_message(ctl, file, mail);

	if (rc == CTL_DONE)
		rc = print_recipients(ctl, file, mail);
	if (rc != CTL_DONE)
		return rc;
	(void)puts(file->event_count == 0 ? "\nNo events are kept of it."
					  : "\nWhat happened (UTC):");
	for (size_t i = 0; i < file->event_count; i++)
		print_event(file, &file->events[i]);
	rc = print_reports(ctl, file);
	if (file->is_cut)
		(void)printf("\nMore than %d are not shown.\n",
		    MESSAGE_ROWS_MAX); /* main looks at stdout */
	return rc;
}

int
message_run_show(struct ctl *ctl)
{
	struct message_file *file = NULL;
	json_t *mail;
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (message_file_load(ctl->store, ctl_arg(ctl, 0), &file, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	mail = mail_of_file(ctl, file);
	rc = ctl->json ? out_print(ctl, file_json(ctl, file, mail), NULL, "")
		       : print_file(ctl, file, mail);
	json_decref(mail);
	message_file_free(&file);
	return rc;
}

/* ---- list ----------------------------------------------------------------------- */

struct list {
	const struct ctl *ctl;
	json_t *doc;
};

/* "jane@customer.example", "jane@customer.example and 4 more" */
static json_t *
to_json(const struct store_message *row)
{
	const char *text = row->recipients;
	struct recipient recipient;
	json_t *list = json_array();

	while (list != NULL && recipients_next(&text, &recipient))
		(void)out_add(&list, out_string(recipient.address));
	return list;
}

static bool
add_message(void *ctx, const char *account, const struct store_message *row)
{
	struct list *list = ctx;
	json_t *mail = mail_of_row(list->ctl, row);
	json_t *entry =
	    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "messageId",
		row->queue_id, "account", out_string(account), "timestamp",
		out_msec(row->sent_msec), "login", out_text(row->login),
		"source", out_string(row->sender), "subject", subject_of(mail),
		"recipients", to_json(row), "size", (json_int_t)row->size);

	json_decref(mail);
	return out_add(&list->doc, entry);
}

/* The table has the first recipient alone. */
static void
shorten(json_t *list)
{
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		const json_t *to = json_object_get(row, "recipients");
		const char *first = json_string_value(json_array_get(to, 0));
		char text[RULES_ADDRESS_MAX + 32];

		if (json_array_size(to) > 1)
			(void)snprintf(text, sizeof(text), "%s and %zu more",
			    first == NULL ? "" : first,
			    json_array_size(to) - 1); /* fits */
		else
			(void)snprintf(text, sizeof(text), "%s",
			    first == NULL ? "" : first); /* fits */
		(void)json_object_set_new(row, "recipients", out_string(text));
	}
}

int
message_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"timestamp", "SENT", OUT_MOMENT},
	    {"messageId", "MESSAGE", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"source", "FROM", OUT_PLAIN},
	    {"recipients", "TO", OUT_PLAIN},
	    {"subject", "SUBJECT", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct list list = {.ctl = ctl};
	enum sg_err code;
	struct err err;
	int most, rc = input_most(ctl, MOST, &most);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_READ);
	if (rc != CTL_DONE)
		return rc;
	list.doc = json_array();
	code = message_list(
	    ctl->store, ctl_arg(ctl, 0), most, add_message, &list, &err);
	if (!ctl->json)
		shorten(list.doc);
	return out_list(
	    ctl, &list.doc, code, &err, columns, "no messages are known");
}
