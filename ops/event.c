/* Events in Amazon SES's JSON: see event.h. Decides nothing of what they tell. */
#include "config.h"

#include "ops/event.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/figure.h"
#include "ops/metric.h"
#include "ops/publish.h"
#include "ops/text_json.h"
#include "rules/ascii.h"
#include "rules/recipients.h"

/* clang-format off */
static const struct {
	const char *type, *name, *key;
} kinds[STORE_EVENT_KINDS] = {
    [STORE_EVENT_SEND] = {"Send", "SEND", "send"},
    [STORE_EVENT_DELIVERY] = {"Delivery", "DELIVERY", "delivery"},
    [STORE_EVENT_BOUNCE] = {"Bounce", "BOUNCE", "bounce"},
    [STORE_EVENT_COMPLAINT] = {"Complaint", "COMPLAINT", "complaint"},
    [STORE_EVENT_DELIVERY_DELAY] =
        {"DeliveryDelay", "DELIVERY_DELAY", "deliveryDelay"},
    [STORE_EVENT_REJECT] = {"Reject", "REJECT", "reject"},
    [STORE_EVENT_RENDERING_FAILURE] =
        {"Rendering Failure", "RENDERING_FAILURE", "failure"},
};
/* clang-format on */

static bool
is_kind(enum store_event_kind kind)
{
	return (unsigned)kind < STORE_EVENT_KINDS;
}

const char *
event_type(enum store_event_kind kind)
{
	return is_kind(kind) ? kinds[kind].type : "";
}

const char *
event_name(enum store_event_kind kind)
{
	return is_kind(kind) ? kinds[kind].name : "";
}

const char *
event_key(enum store_event_kind kind)
{
	return is_kind(kind) ? kinds[kind].key : "";
}

/* Equal but for case, blanks and underscores? */
static bool
is_alike(const char *a, const char *b)
{
	for (;;) {
		a += strspn(a, " _");
		b += strspn(b, " _");
		if (ascii_lower(*a) != ascii_lower(*b))
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

int
event_kind_from_name(const char *name)
{
	for (int i = 0; i < STORE_EVENT_KINDS; i++)
		if (is_alike(name, kinds[i].name))
			return i;
	return -1;
}

const char *
event_time(int64_t msec, char text_r[EVENT_TIME_MAX])
{
	int64_t sec = msec / 1000 - (msec % 1000 < 0);
	char iso[CLOCK_ISO_MAX];
	size_t len;

	(void)clock_iso(sec, iso);
	len = strcspn(iso, "Z");
	(void)snprintf(text_r, EVENT_TIME_MAX, "%.*s.%03dZ", (int)len, iso,
	    (int)(msec - sec * 1000));
	return text_r;
}

void
event_feedback_id(
    const void *data, size_t len, char text_r[EVENT_FEEDBACK_ID_MAX + 1])
{
	unsigned char hash[EVP_MAX_MD_SIZE] = {0};
	char hex[65];

	(void)EVP_Digest(data, len, hash, NULL, EVP_sha256(), NULL);
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	(void)snprintf(text_r, EVENT_FEEDBACK_ID_MAX + 1,
	    "01%.14s-%.8s-%.4s-%.4s-%.4s-%.12s-000000", hex, hex + 14, hex + 22,
	    hex + 26, hex + 30, hex + 34);
}

void
event_account_number(int64_t account_id, char text_r[21])
{
	(void)snprintf(text_r, 21, "%012lld", (long long)account_id);
}

/* ---- the document ----------------------------------------------------------- */

static bool
set_new(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

static bool
set_text(json_t *object, const char *key, const char *text)
{
	return set_new(object, key, text_json_new(text, strlen(text)));
}

static bool
set_time(json_t *object, const char *key, int64_t msec)
{
	char text[EVENT_TIME_MAX];

	return set_text(object, key, event_time(msec, text));
}

/* The value of one key that is a text; "" none. */
static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* All that the message was written to, those that were left out, too. */
static json_t *
destination_json(const char *recipients)
{
	struct recipient recipient;
	json_t *list = json_array();
	bool ok = list != NULL;

	while (ok && recipients_next(&recipients, &recipient))
		ok = json_array_append_new(
			 list, text_json_new(recipient.address,
				   strlen(recipient.address))) == 0;
	if (!ok) {
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *
lines_json(const char *lines)
{
	json_t *list = json_array();

	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		if (json_array_append_new(list, text_json_new(lines, len)) !=
		    0) {
			json_decref(list);
			return NULL;
		}
		lines += len + (lines[len] == '\n');
	}
	return list;
}

/* "ses:from-domain": [value], unless it is "". */
static bool
set_tag(json_t *tags, const char *name, const char *value)
{
	json_t *list;

	if (value[0] == '\0')
		return true;
	list = json_array();
	return json_array_append_new(
		   list, text_json_new(value, strlen(value))) == 0 &&
	       set_new(tags, name, list);
}

static bool
set_tags(json_t *mail, const json_t *facts, const struct store_message *message)
{
	const char *identity = text_of(facts, "identity");
	const char *at = strrchr(identity, '@');
	const json_t *own = json_object_get(facts, "tags");
	json_t *tags = json_object();
	bool ok = tags != NULL;

	ok =
	    ok && set_tag(tags, "ses:configuration-set", text_of(facts, "set"));
	ok = ok && set_tag(tags, "ses:operation", text_of(facts, "operation"));
	ok = ok && set_tag(tags, "ses:source-ip", message->source_ip);
	ok = ok &&
	     set_tag(tags, "ses:from-domain", at != NULL ? at + 1 : identity);
	ok = ok && set_tag(tags, "ses:caller-identity", message->login);
	if (ok && json_is_object(own))
		ok = json_object_update_missing(tags, (json_t *)own) == 0;
	return set_new(mail, "tags", tags) && ok;
}

/* In events messageId is SES's, in notifications the client's. */
static bool
set_headers(json_t *mail, enum event_form form, const json_t *facts,
    const char *queue_id)
{
	json_t *common =
	    json_deep_copy(json_object_get(facts, "commonHeaders"));
	const json_t *headers = json_object_get(facts, "headers");
	bool ok;

	if (common == NULL)
		common = json_object();
	ok = form == EVENT_NOTIFIED || set_text(common, "messageId", queue_id);
	ok &= set_new(mail, "headersTruncated",
	    json_boolean(
		json_is_true(json_object_get(facts, "headersTruncated"))));
	ok &= set_new(mail, "headers",
	    headers != NULL ? json_deep_copy(headers) : json_array());
	return set_new(mail, "commonHeaders", common) && ok;
}

/* Who sent it, from where. */
static bool
set_source(json_t *mail, const struct conf *conf, const json_t *facts,
    const struct store_message *message, const char *number)
{
	const char *identity = text_of(facts, "identity");
	char arn[RULES_ADDRESS_MAX + 128];
	bool ok = set_text(mail, "source", message->sender);

	if (ok && identity[0] != '\0') {
		(void)snprintf(arn, sizeof(arn),
		    "arn:aws:ses:%s:%s:identity/%s", conf->region, number,
		    identity);
		ok = set_text(mail, "sourceArn", arn);
	}
	if (ok && message->source_ip[0] != '\0')
		ok = set_text(mail, "sourceIp", message->source_ip);
	if (ok && message->login[0] != '\0')
		ok = set_text(mail, "callerIdentity", message->login);
	return ok;
}

static bool
set_message(json_t *mail, const struct conf *conf, enum event_form form,
    bool with_headers, const struct store_message *message, const char *number)
{
	json_t *facts = json_loads(message->facts, 0, NULL);
	bool ok = set_source(mail, conf, facts, message, number);

	ok = ok && set_new(mail, "destination",
		       destination_json(message->recipients));
	if (ok && (form == EVENT_PUBLISHED || with_headers))
		ok = set_headers(mail, form, facts, message->queue_id);
	if (ok && form == EVENT_PUBLISHED)
		ok = set_tags(mail, facts, message);
	json_decref(facts);
	return ok;
}

/* mail of a message that there is no row of: what the event has put by. */
static bool
read_private(const json_t *private, const struct store_event *event,
    struct store_message *message_r)
{
	if (!json_is_object(private))
		return false;
	*message_r = (struct store_message){
	    .account_id = event->account_id,
	    .sent_msec = event->at_msec,
	    .login = text_of(private, "login"),
	    .sender = text_of(private, "sender"),
	    .source_ip = text_of(private, "ip"),
	    .recipients = text_of(private, "recipients"),
	    .facts = text_of(private, "facts"),
	};
	(void)snprintf(message_r->queue_id, sizeof(message_r->queue_id), "%s",
	    event->queue_id);
	return true;
}

bool
event_read_private(const json_t *detail, const struct store_event *event,
    struct store_message *message_r)
{
	return read_private(
	    json_object_get(detail, EVENT_PRIVATE_KEY), event, message_r);
}

static json_t *
mail_json(const struct conf *conf, enum event_form form, bool with_headers,
    const struct store_event *event, const struct store_message *message,
    const json_t *private)
{
	struct store_message put_by;
	json_t *mail = json_object();
	char number[21];
	bool ok;

	if (message == NULL && read_private(private, event, &put_by))
		message = &put_by;
	event_account_number(event->account_id, number);
	ok = set_time(mail, "timestamp",
	    message != NULL ? message->sent_msec : event->at_msec);
	ok &= set_text(mail, "messageId", event->queue_id);
	ok &= set_text(mail, "sendingAccountId", number);
	if (message != NULL)
		ok &= set_message(
		    mail, conf, form, with_headers, message, number);
	else
		ok &=
		    set_new(mail, "destination", lines_json(event->recipients));
	if (!ok) {
		json_decref(mail);
		return NULL;
	}
	return mail;
}

json_t *
event_document(const struct conf *conf, enum event_form form, bool with_headers,
    const struct store_event *event, const struct store_message *message)
{
	json_t *document = json_object();
	json_t *detail = json_loads(event->detail, 0, NULL);
	json_t *private;
	bool ok;

	if (!json_is_object(detail)) {
		json_decref(detail);
		detail = json_object();
	}
	private = json_incref(json_object_get(detail, EVENT_PRIVATE_KEY));
	(void)json_object_del(detail, EVENT_PRIVATE_KEY);
	ok = set_text(document,
	    form == EVENT_PUBLISHED ? "eventType" : "notificationType",
	    event_type(event->kind));
	ok &= set_new(document, "mail",
	    mail_json(conf, form, with_headers, event, message, private));
	ok &= set_new(document, event_key(event->kind), detail);
	json_decref(private);
	if (!ok) {
		json_decref(document);
		return NULL;
	}
	return document;
}

enum sg_err
event_put(struct store *store, const struct conf *conf,
    struct store_event *event, const struct store_message *message,
    struct err *err_r)
{
	enum sg_err rc = store_event_add(store, event, err_r);

	if (rc == SG_OK)
		rc = metric_count(store, event, message, err_r);
	if (rc == SG_OK)
		rc = figure_count(store, event, message, err_r);
	/* without the message nobody knows who listens */
	if (rc == SG_OK && (message != NULL || event->set_id != 0))
		rc = publish_event(store, conf, event, message, err_r);
	return rc;
}
