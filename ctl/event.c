/* event: verbs of the command table. Shows events, makes none. */
#include "config.h"

#include "ctl/event.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/input.h"
#include "ctl/verbs.h"
#include "ops/event.h"
#include "ops/message.h"

#define MOST 100

/* ---- one event in words ----------------------------------------------------- */

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* The keys of SES's details. */
static const struct {
	enum store_event_kind kind;
	const char *recipients; /* a list of objects with emailAddress */
	const char *type, *subtype;
} shapes[] = {
    {STORE_EVENT_BOUNCE, "bouncedRecipients", "bounceType", "bounceSubType"},
    {STORE_EVENT_COMPLAINT, "complainedRecipients", "complaintFeedbackType",
	"complaintSubType"},
    {STORE_EVENT_DELIVERY_DELAY, "delayedRecipients", "delayType", ""},
};

/* "Permanent/General 5.1.1: 550 no such user" */
static void
put_fact(const char *type, const char *subtype, const json_t *recipient,
    struct buf *out)
{
	const char *status = text_of(recipient, "status");
	const char *said = text_of(recipient, "diagnosticCode");

	(void)buf_printf(out, "%s%s%s%s%s%s%s", type,
	    subtype[0] == '\0' ? "" : "/", subtype,
	    status[0] == '\0' ? "" : " ", status, said[0] == '\0' ? "" : ": ",
	    said); /* failed is looked at by nobody: for people */
}

static bool
summarise_recipients(
    enum store_event_kind kind, const json_t *detail, struct buf *out)
{
	const json_t *recipient;
	size_t i, s = 0;

	while (s < sizeof(shapes) / sizeof(*shapes) && shapes[s].kind != kind)
		s++;
	if (s == sizeof(shapes) / sizeof(*shapes))
		return false;
	json_array_foreach(
	    json_object_get(detail, shapes[s].recipients), i, recipient)
	{
		(void)buf_printf(out, "%s%s: ", out->len > 0 ? "\n" : "",
		    text_of(recipient, "emailAddress"));
		put_fact(text_of(detail, shapes[s].type),
		    text_of(detail, shapes[s].subtype), recipient, out);
	}
	return true;
}

static void
put_recipients(const char *lines, struct buf *out)
{
	for (; *lines != '\0'; lines++)
		if (*lines == '\n')
			(void)buf_puts(out, ", ");
		else
			(void)buf_putc(out, *lines);
}

void
event_summary(const struct store_event *event, struct buf *out)
{
	json_t *detail = json_loads(event->detail, 0, NULL);
	const char *said = "";

	if (event->kind == STORE_EVENT_DELIVERY)
		said = text_of(detail, "smtpResponse");
	if (event->kind == STORE_EVENT_REJECT)
		said = text_of(detail, "reason");
	if (event->kind == STORE_EVENT_RENDERING_FAILURE)
		said = text_of(detail, "errorMessage");
	if (!summarise_recipients(event->kind, detail, out)) {
		put_recipients(event->recipients, out);
		(void)buf_printf(out, "%s%s", said[0] == '\0' ? "" : ": ",
		    said); /* cut at the cap */
	}
	json_decref(detail);
}

/* ---- list ------------------------------------------------------------------- */

struct list {
	const struct ctl *ctl;
	json_t *doc;
};

/* A row of the table. */
static json_t *
row_json(const struct store_event *event)
{
	struct buf text;
	json_t *row;

	buf_init(&text, 16 * 1024);
	event_summary(event, &text);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\n')
			text.data[i] = ' ';
	row = json_pack("{s:o, s:s, s:s, s:o}", "time",
	    out_msec(event->at_msec), "type", event_type(event->kind),
	    "messageId", event->queue_id, "what", out_string(buf_str(&text)));
	buf_fini(&text);
	return row;
}

static bool
add_event(void *ctx, const struct store_event *event,
    const struct store_message *message)
{
	struct list *list = ctx;

	return out_add(&list->doc,
	    list->ctl->json ? event_document(list->ctl->conf, EVENT_PUBLISHED,
				  true, event, message)
			    : row_json(event));
}

/* "bounce,complaint"; false: a word of it is no event type. */
static bool
add_kinds(const char *text, int *kinds)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		char name[32];
		int kind;

		(void)snprintf(name, sizeof(name), "%.*s", (int)len,
		    text); /* cut: unknown */
		kind = event_kind_from_name(name);
		if (strcmp(name, "all") == 0)
			*kinds |= (1 << STORE_EVENT_KINDS) - 1;
		else if (kind >= 0)
			*kinds |= 1 << kind;
		else
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

int
event_read_kinds(const struct ctl *ctl, const char *option, int *kinds_r)
{
	*kinds_r = 0;
	for (size_t i = 0; i < ctl->given_count; i++)
		if (strcmp(ctl->given[i].option->name, option) == 0 &&
		    !add_kinds(ctl->given[i].value, kinds_r))
			return ctl_usage(ctl,
			    "--%s must be of send, delivery, bounce, "
			    "complaint, delivery_delay, reject, "
			    "rendering_failure, or all",
			    option);
	return CTL_DONE;
}

json_t *
event_kinds_json(int kinds)
{
	json_t *list = json_array();

	for (int i = 0; i < STORE_EVENT_KINDS && list != NULL; i++)
		if ((kinds & 1 << i) != 0)
			(void)out_add(&list,
			    json_string(event_name((enum store_event_kind)i)));
	return list;
}

static int
read_filter(const struct ctl *ctl, struct store_event_filter *filter_r)
{
	const char *message = ctl_value(ctl, "message");
	const char *since = ctl_value(ctl, "since");
	int64_t since_sec = 0;
	int rc;

	*filter_r = (struct store_event_filter){
	    .queue_id = message == NULL ? "" : message};
	rc = event_read_kinds(ctl, "type", &filter_r->kinds);
	if (rc == CTL_DONE)
		rc = input_most(ctl, MOST, &filter_r->most);
	if (rc == CTL_DONE && since != NULL &&
	    !input_since(since, clock_now_sec(), &since_sec))
		return ctl_usage(ctl,
		    "--since must be a time such as 2026-11-28T12:00:00Z, or "
		    "how long ago: 90m, 24h, 7d");
	filter_r->since_msec = since_sec * 1000;
	return rc;
}

int
event_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"time", "TIME", OUT_MOMENT},
	    {"type", "EVENT", OUT_PLAIN},
	    {"messageId", "MESSAGE", OUT_PLAIN},
	    {"what", "RECIPIENT", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct list list = {.ctl = ctl};
	struct store_event_filter filter;
	enum sg_err code;
	struct err err;
	int rc = read_filter(ctl, &filter);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_READ);
	if (rc != CTL_DONE)
		return rc;
	list.doc = json_array();
	code = message_event_list(
	    ctl->store, ctl_arg(ctl, 0), &filter, add_event, &list, &err);
	return out_list(ctl, &list.doc, code, &err, columns, "no such events");
}
