/* What a call that sends asks for: see outgoing.h. */
#include "config.h"

#include "api/outgoing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "api/fault.h"
#include "conf/conf.h"
#include "ops/event.h"
#include "ops/set.h"
#include "post/raw.h"
#include "rules/ascii.h"
#include "rules/message_tags.h"
#include "rules/recipients.h"
#include "store/events.h"

/* Beside what the option allows: fields that the milter takes off again. */
#define EXTRA_BYTES 65536
#define TAGS_MAX (MESSAGE_TAGS_MAX * (2 * MESSAGE_TAG_MAX + 4))

/* ---- lists ------------------------------------------------------------------- */

/* The texts of a list, ending with NULL; free it. NULL: no memory. */
static const char **
texts_new(const json_t *list)
{
	size_t count = json_array_size(list);
	const char **texts = calloc(count + 1, sizeof(*texts));

	for (size_t i = 0; texts != NULL && i < count; i++)
		texts[i] = json_string_value(json_array_get(list, i));
	return texts;
}

static void
free_recipients(struct api_outgoing *o)
{
	for (size_t i = 0; i < o->count; i++)
		free(o->recipients[i]);
	free(o->recipients);
	o->recipients = NULL;
	o->count = o->room = 0;
}

/* Room for the NULL at the end, too. */
static bool
make_room(struct api_outgoing *o)
{
	size_t room = o->room > 0 ? o->room * 2 : 8;
	char **list;

	if (o->count + 1 < o->room)
		return true;
	list = realloc(o->recipients, room * sizeof(*list));
	if (list == NULL)
		return false;
	o->recipients = list;
	o->room = room;
	return true;
}

static bool
add_recipient(void *ctx, const char *address)
{
	struct api_outgoing *o = ctx;

	if (o->count == o->most)
		o->failed = SG_INVALID;
	else if (!make_room(o) ||
		 (o->recipients[o->count] = strdup(address)) == NULL)
		o->failed = SG_NOMEM;
	else
		o->recipients[++o->count] = NULL;
	return o->failed == SG_OK;
}

/* What add_recipient had against one. */
static enum sg_err
recipients_failed(struct api_outgoing *o, struct err *err_r)
{
	enum sg_err failed = o->failed;

	o->failed = SG_OK;
	if (failed == SG_INVALID)
		return err_set(
		    err_r, SG_INVALID, "Recipient count exceeds %zu", o->most);
	if (failed == SG_NOMEM)
		return err_set(err_r, SG_NOMEM, "no memory for recipients");
	return SG_OK;
}

static enum sg_err
add_recipients(struct api_outgoing *o, const char *member, const json_t *list,
    struct err *err_r)
{
	const char **texts = texts_new(list);
	enum sg_err rc;

	if (texts == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for addresses");
	rc = post_addresses(member, texts, add_recipient, o, err_r);
	free(texts);
	return rc == SG_OK ? recipients_failed(o, err_r) : rc;
}

enum sg_err
api_outgoing_add(struct api_outgoing *o, const json_t *list, struct err *err_r)
{
	return add_recipients(o, "Destinations", list, err_r);
}

enum sg_err
api_outgoing_address(
    struct api_outgoing *o, const json_t *destination, struct err *err_r)
{
	static const char *const members[] = {
	    "ToAddresses", "CcAddresses", "BccAddresses"};
	enum sg_err rc = SG_OK;

	free_recipients(o);
	free(o->to);
	free(o->cc);
	o->to = texts_new(api_object(destination, members[0]));
	o->cc = texts_new(api_object(destination, members[1]));
	if (o->to == NULL || o->cc == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for addresses");
	for (size_t i = 0; i < 3 && rc == SG_OK; i++)
		rc = add_recipients(
		    o, members[i], api_object(destination, members[i]), err_r);
	return rc;
}

/* ---- what is the same for all messages of a call ------------------------------- */

/* The only mailbox of a text. */
struct one {
	char address[RULES_ADDRESS_MAX + 1];
	size_t count;
};

static bool
take_one(void *ctx, const char *address)
{
	struct one *one = ctx;

	(void)snprintf(one->address, sizeof(one->address), "%s", address);
	one->count++;
	return true;
}

/* member: of the request. "" is none. False: the call has failed. */
static bool
read_mailbox(struct api_call *call, const char *member,
    char address_r[RULES_ADDRESS_MAX + 1])
{
	const char *text = api_text(call->in, member);
	const char *const list[] = {text, NULL};
	struct one one = {.count = 0};
	struct err err = {0};
	enum sg_err rc;

	if (text[0] == '\0')
		return true;
	rc = post_addresses(member, list, take_one, &one, &err);
	if (rc == SG_OK && one.count != 1)
		rc = err_set(
		    &err, SG_INVALID, "%s: it must be one address", member);
	if (rc != SG_OK) {
		api_outgoing_fail(call, rc, &err);
		return false;
	}
	memcpy(address_r, one.address, sizeof(one.address));
	return true;
}

static bool
check_set(struct api_call *call, const char *name)
{
	static const struct api_codes codes[] = {
	    [API_V2] = {"BadRequestException", "NotFoundException", NULL},
	    [API_V1] = {
		"InvalidParameterValue", "ConfigurationSetDoesNotExist", NULL}};
	enum api_protocol protocol = call->operation->protocol;
	struct store_set row;
	struct err err = {0};
	enum sg_err rc;

	if (name[0] == '\0')
		return true;
	rc = store_set_get(call->store, call->owner.facts.id, name, &row, &err);
	if (rc == SG_MISSING)
		(void)err_set(&err, SG_MISSING,
		    "Configuration set <%.200s> does not exist.", name);
	return api_check(call, rc, &err, &codes[protocol]);
}

static bool
is_tag_text(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= MESSAGE_TAG_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/* Appends. */
static enum sg_err
put_tags(const json_t *list, struct buf *tags, struct err *err_r)
{
	const json_t *tag;
	size_t i;

	if (json_array_size(list) > MESSAGE_TAGS_MAX)
		return err_set(err_r, SG_INVALID,
		    "A message has at most %d tags", MESSAGE_TAGS_MAX);
	json_array_foreach(list, i, tag)
	{
		const char *name = api_text(tag, "Name");
		const char *value = api_text(tag, "Value");

		if (!is_tag_text(name))
			return err_set(err_r, SG_INVALID,
			    "Invalid tag name <%.64s>: 1 to 256 alphanumeric "
			    "ASCII characters, '_', and '-' are allowed.",
			    name);
		if (!is_tag_text(value))
			return err_set(err_r, SG_INVALID,
			    "Invalid tag value <%.64s>: 1 to 256 alphanumeric "
			    "ASCII characters, '_', and '-' are allowed.",
			    value);
		(void)buf_printf(
		    tags, "%s%s=%s", tags->len > 0 ? ", " : "", name, value);
	}
	return tags->failed ? err_set(err_r, SG_NOMEM, "no memory for tags")
			    : SG_OK;
}

static bool
read_tags(struct api_call *call, const char *member, struct buf *tags)
{
	struct err err = {0};
	enum sg_err rc = put_tags(api_object(call->in, member), tags, &err);

	if (rc != SG_OK)
		api_outgoing_fail(call, rc, &err);
	return rc == SG_OK;
}

enum sg_err
api_outgoing_tags(const struct api_outgoing *o, const json_t *first,
    struct buf *tags_r, struct err *err_r)
{
	enum sg_err rc;

	buf_clear(tags_r);
	rc = put_tags(first, tags_r, err_r);
	if (rc == SG_OK && o->tags.len > 0) {
		if (tags_r->len > 0)
			(void)buf_puts(tags_r, ", ");
		(void)buf_puts(tags_r, buf_str(&o->tags));
	}
	return rc;
}

bool
api_outgoing_open(struct api_call *call, const struct api_outgoing_names *names,
    struct api_outgoing *o_r)
{
	char from[RULES_ADDRESS_MAX + 1] = "";

	*o_r = (struct api_outgoing){.from = api_text(call->in, names->from),
	    .set = api_text(call->in, "ConfigurationSetName"),
	    .tenant = api_text(call->in, "TenantName"),
	    .most = (size_t)call->conf->max_recipients};
	buf_init(&o_r->tags, 2 * TAGS_MAX);
	if (names->needs_from && o_r->from[0] == '\0') {
		api_fail(call, api_fault_invalid(call->operation->protocol),
		    "%s is required", names->from);
		return false;
	}
	o_r->reply_to = texts_new(api_object(call->in, "ReplyToAddresses"));
	if (o_r->reply_to == NULL || !read_mailbox(call, names->from, from) ||
	    !read_mailbox(call, names->feedback, o_r->sender))
		return false;
	if (o_r->sender[0] == '\0')
		memcpy(o_r->sender, from, sizeof(from));
	return read_tags(call, names->tags, &o_r->tags) &&
	       check_set(call, o_r->set);
}

void
api_outgoing_close(struct api_outgoing *o)
{
	free_recipients(o);
	free(o->to);
	free(o->cc);
	free(o->reply_to);
	buf_fini(&o->tags);
}

/* ---- messages -------------------------------------------------------------------- */

size_t
api_outgoing_max(const struct api_call *call)
{
	return (size_t)call->conf->max_message_bytes + EXTRA_BYTES;
}

/* What the base64 text holds; malloc'ed. NULL: no memory. */
static unsigned char *
decode_dup(const char *base64, size_t *len_r)
{
	size_t len = strlen(base64);
	unsigned char *data = malloc(len / 4 * 3 + 8);
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	int n = 0, more = 0;

	*len_r = 0;
	if (data == NULL || ctx == NULL || len > INT32_MAX) {
		free(data);
		EVP_ENCODE_CTX_free(ctx);
		return NULL;
	}
	EVP_DecodeInit(ctx);
	if (EVP_DecodeUpdate(
		ctx, data, &n, (const unsigned char *)base64, (int)len) >= 0 &&
	    EVP_DecodeFinal(ctx, data + n, &more) >= 0)
		*len_r = (size_t)n + (size_t)more;
	EVP_ENCODE_CTX_free(ctx);
	return data;
}

static bool
is_replaced(const json_t *more, const char *name)
{
	const json_t *header;
	size_t i;

	json_array_foreach(more, i, header)
	{
		if (ascii_casecmp(api_text(header, "Name"), name) == 0)
			return true;
	}
	return false;
}

/* Ends with name NULL; free it. NULL: no memory. */
static struct post_field *
fields_new(const json_t *headers, const json_t *more)
{
	struct post_field *fields =
	    calloc(json_array_size(headers) + json_array_size(more) + 1,
		sizeof(*fields));
	const json_t *header;
	size_t i, count = 0;

	if (fields == NULL)
		return NULL;
	json_array_foreach(headers, i, header)
	{
		if (is_replaced(more, api_text(header, "Name")))
			continue;
		fields[count].name = api_text(header, "Name");
		fields[count++].value = api_text(header, "Value");
	}
	json_array_foreach(more, i, header)
	{
		fields[count].name = api_text(header, "Name");
		fields[count++].value = api_text(header, "Value");
	}
	return fields;
}

static int
encoding_of(const char *name)
{
	static const char *const names[] = {
	    "", "BASE64", "QUOTED_PRINTABLE", "SEVEN_BIT"};

	for (int i = 1; i < 4; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return 0;
}

static void
free_attachments(struct post_attachment *list, size_t count)
{
	for (size_t i = 0; list != NULL && i < count; i++)
		free((void *)(uintptr_t)list[i].data); /* is ours */
	free(list);
}

static struct post_attachment *
attachments_new(const json_t *attachments)
{
	size_t i, count = json_array_size(attachments);
	struct post_attachment *list = calloc(count + 1, sizeof(*list));
	const json_t *from;

	if (list == NULL)
		return NULL;
	json_array_foreach(attachments, i, from)
	{
		struct post_attachment *to = &list[i];

		to->file_name = api_text(from, "FileName");
		to->content_type = api_text(from, "ContentType");
		to->is_inline =
		    strcmp(api_text(from, "ContentDisposition"), "INLINE") == 0;
		to->content_id = api_text(from, "ContentId");
		to->description = api_text(from, "ContentDescription");
		to->encoding =
		    encoding_of(api_text(from, "ContentTransferEncoding"));
		to->data = decode_dup(api_text(from, "RawContent"), &to->len);
		if (to->data == NULL) {
			free_attachments(list, count);
			return NULL;
		}
	}
	return list;
}

static enum sg_err
say_too_large(
    const struct api_call *call, const struct buf *out, struct err *err_r)
{
	(void)out;
	return err_set(err_r, SG_INVALID,
	    "Message length is more than %lld bytes long",
	    (long long)call->conf->max_message_bytes);
}

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "localhost";
}

enum sg_err
api_outgoing_compose(const struct api_call *call, const struct api_outgoing *o,
    const char *tags, struct post_mail *mail, const json_t *headers,
    const json_t *more, const json_t *attachments, struct buf *out,
    struct err *err_r)
{
	struct post_field *fields = fields_new(headers, more);
	struct post_attachment *list = attachments_new(attachments);
	enum sg_err rc = SG_NOMEM;

	if (o->count == 0)
		rc = err_set(
		    err_r, SG_INVALID, "Destination: it names no recipient");
	mail->from = o->from;
	mail->to = o->to;
	mail->cc = o->cc;
	mail->reply_to = o->reply_to;
	mail->fields = fields;
	mail->attachments = list;
	mail->attachment_count = json_array_size(attachments);
	mail->set = o->set;
	mail->tags = tags;
	mail->tenant = o->tenant;
	mail->message_id_domain = domain_of(o->sender);
	mail->now_sec = call->now_sec;
	if (o->count > 0 && fields != NULL && list != NULL)
		rc = post_compose(mail, out, err_r);
	if (out->failed)
		rc = say_too_large(call, out, err_r);
	free_attachments(list, json_array_size(attachments));
	free(fields);
	return rc;
}

enum sg_err
api_outgoing_raw(const struct api_call *call, struct api_outgoing *o,
    const char *base64, struct buf *out, struct err *err_r)
{
	const struct raw_wish wish = {.from = o->from,
	    .set = o->set,
	    .tags = buf_str(&o->tags),
	    .tenant = o->tenant,
	    .message_id_domain = domain_of(o->sender),
	    .now_sec = call->now_sec,
	    .wants_recipients = o->count == 0};
	struct raw_found found;
	size_t len;
	unsigned char *data = decode_dup(base64, &len);
	enum sg_err rc;

	if (data == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a message");
	rc =
	    raw_prepare(data, len, &wish, add_recipient, o, &found, out, err_r);
	free(data);
	if (out->failed)
		return say_too_large(call, out, err_r);
	if (rc == SG_OK)
		rc = recipients_failed(o, err_r);
	if (rc == SG_OK && o->count == 0)
		rc = err_set(err_r, SG_INVALID,
		    "neither the request nor the message's header names a "
		    "recipient");
	if (rc == SG_OK && o->sender[0] == '\0')
		(void)snprintf(o->sender, sizeof(o->sender), "%s", found.from);
	return rc;
}

void
api_outgoing_fail(struct api_call *call, enum sg_err rc, const struct err *err)
{
	const struct api_codes codes = {
	    .invalid = api_fault_invalid(call->operation->protocol)};

	(void)api_check(call, rc, err, &codes);
}

/* ---- what could not be rendered ---------------------------------------------------- */

/* {"name": [value], …} of X-SES-MESSAGE-TAGS. */
static json_t *
tags_json(const char *tags)
{
	json_t *object = json_object();
	struct message_tag tag;

	while (message_tags_next(&tags, &tag))
		if (json_object_get(object, tag.name) == NULL)
			(void)json_object_set_new(
			    object, tag.name, json_pack("[s]", tag.value));
	return object;
}

/* The facts of a message that there is none of, as `mail` of its event wants. */
static char *
facts_dup(
    const struct api_call *call, const struct api_outgoing *o, const char *tags)
{
	json_t *facts = json_pack("{s:o, s:s, s:s, s:s}", "tags",
	    tags_json(tags), "identity", o->sender, "set", o->set, "operation",
	    call->operation->name);
	char *text = json_dumps(facts, JSON_COMPACT);

	json_decref(facts);
	return text;
}

/* All of them in rules/recipients.h's form, and one a line. */
static bool
put_recipients(
    const struct api_outgoing *o, struct buf *coded, struct buf *lines)
{
	char line[RULES_ADDRESS_MAX + 8];

	for (size_t i = 0; i < o->count; i++) {
		line[0] = '\0';
		if (recipients_add(line, sizeof(line), RECIPIENT_ELIGIBLE,
			o->recipients[i]))
			(void)buf_puts(coded, line);
		(void)buf_printf(
		    lines, "%s%s", i > 0 ? "\n" : "", o->recipients[i]);
	}
	return !coded->failed && !lines->failed;
}

static char *
detail_dup(const struct api_call *call, const struct api_outgoing *o,
    const char *tags, const char *template, const char *why,
    const struct buf *coded)
{
	char *facts = facts_dup(call, o, tags), *text;
	json_t *detail = json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}",
	    "errorMessage", why, "templateName", template, EVENT_PRIVATE_KEY,
	    "login", call->access_key_id, "sender", o->sender, "ip",
	    call->client, "recipients", buf_str(coded), "facts",
	    facts != NULL ? facts : "{}");

	free(facts);
	text = json_dumps(detail, JSON_COMPACT);
	json_decref(detail);
	return text;
}

static enum sg_err
put_failure(struct api_call *call, const struct api_outgoing *o,
    const char *message_id, const char *detail, const char *lines,
    struct err *err_r)
{
	struct store_event event = {.account_id = call->owner.facts.id,
	    .kind = STORE_EVENT_RENDERING_FAILURE,
	    .at_msec = call->now_msec,
	    .recipients = lines,
	    .detail = detail};
	struct store_set set = {.facts.id = 0};
	enum sg_err rc = store_begin(call->store, err_r);

	if (rc != SG_OK)
		return rc;
	(void)snprintf(
	    event.queue_id, sizeof(event.queue_id), "%s", message_id);
	if (o->set[0] != '\0' &&
	    store_set_get(
		call->store, call->owner.facts.id, o->set, &set, NULL) == SG_OK)
		event.set_id = set.facts.id;
	rc = event_put(call->store, call->conf, &event, NULL, err_r);
	return store_finish(call->store, rc, err_r);
}

enum sg_err
api_outgoing_tell_failure(struct api_call *call, const struct api_outgoing *o,
    const char *tags, const char *template, const char *why,
    const char *message_id, struct err *err_r)
{
	struct buf coded, lines;
	char *detail = NULL;
	enum sg_err rc = SG_NOMEM;

	buf_init(&coded, o->count * (RULES_ADDRESS_MAX + 8) + 8);
	buf_init(&lines, o->count * (RULES_ADDRESS_MAX + 8) + 8);
	if (put_recipients(o, &coded, &lines))
		detail = detail_dup(call, o, tags, template, why, &coded);
	if (detail != NULL)
		rc = put_failure(
		    call, o, message_id, detail, buf_str(&lines), err_r);
	else
		(void)err_set(err_r, SG_NOMEM, "no memory for an event");
	free(detail);
	buf_fini(&coded);
	buf_fini(&lines);
	return rc;
}
