/* A message that the client built himself: see raw.h. */
#include "config.h"

#include "post/raw.h"

#include <stdio.h>
#include <string.h>

#include <gmime/gmime.h>

#include "base/buf.h"
#include "rules/ascii.h"
#include "rules/mailbox.h"

#define LINE_MAX_BYTES 998    /* RFC 5322, 2.1.1, without its end */
#define FIELD_MAX_BYTES 65536 /* of one that is looked into */
#define RECIPIENTS_MAX 1000   /* of one field */

struct raw {
	const struct raw_wish *wish;
	raw_recipient_fn *fn;
	void *ctx;
	bool is_told; /* fn wants no more */
	struct raw_found *found;
	bool has_from, has_date, has_message_id;
	struct buf *out;
	struct err *err_r;
};

/* A field as it came. */
struct field {
	char name[80]; /* of longer ones the begin: none of ours is as long */
	const char *text, *value; /* from the name on, and behind the colon */
	size_t len, value_len;    /* with, and without the last line end */
};

/* ---- lines ------------------------------------------------------------------ */

/* The line at data: its bytes with the end, which may be missing in the last. */
static size_t
line_bytes(const char *data, size_t len)
{
	const char *end = memchr(data, '\n', len);

	return end != NULL ? (size_t)(end - data) + 1 : len;
}

/* Without its end. */
static size_t
line_text(const char *line, size_t bytes)
{
	if (bytes > 0 && line[bytes - 1] == '\n')
		bytes--;
	if (bytes > 0 && line[bytes - 1] == '\r')
		bytes--;
	return bytes;
}

/* Lines of the message, each ended by CRLF. */
static enum sg_err
copy_lines(struct raw *raw, const char *data, size_t len)
{
	while (len > 0) {
		size_t bytes = line_bytes(data, len);
		size_t text = line_text(data, bytes);

		if (text > LINE_MAX_BYTES)
			return err_set(raw->err_r, SG_INVALID,
			    "a line is longer than %d bytes", LINE_MAX_BYTES);
		if (memchr(data, '\r', text) != NULL)
			return err_set(raw->err_r, SG_INVALID,
			    "a carriage return stands inside a line");
		if (memchr(data, '\0', text) != NULL)
			return err_set(
			    raw->err_r, SG_INVALID, "a line holds a NUL byte");
		(void)buf_append(raw->out, data, text);
		(void)buf_append(raw->out, "\r\n", 2);
		data += bytes;
		len -= bytes;
	}
	return SG_OK;
}

/* ---- fields ------------------------------------------------------------------ */

/* The field at data (RFC 5322, 2.2): SG_MISSING at the empty line or the end. */
static enum sg_err
next_field(
    const char *data, size_t len, struct field *field_r, struct err *err_r)
{
	size_t bytes = line_bytes(data, len), n = 0;

	if (line_text(data, bytes) == 0)
		return SG_MISSING;
	while (n < bytes && data[n] > ' ' && data[n] <= '~' && data[n] != ':')
		n++;
	(void)snprintf(field_r->name, sizeof(field_r->name), "%.*s",
	    n < 79 ? (int)n : 79, data);
	while (n < bytes && n > 0 && data[n] == ' ') /* RFC 5322, 4.5 */
		n++;
	if (n == 0 || n == bytes || data[n] != ':')
		return err_set(err_r, SG_INVALID,
		    "the header has a line that is no field");
	field_r->text = data;
	field_r->value = data + n + 1;
	while (bytes < len && (data[bytes] == ' ' || data[bytes] == '\t'))
		bytes += line_bytes(data + bytes, len - bytes);
	field_r->len = bytes;
	field_r->value_len = line_text(data, bytes) - n - 1;
	return SG_OK;
}

static bool
is_named(const struct field *field, const char *name)
{
	return ascii_casecmp(field->name, name) == 0;
}

/* "undisclosed-recipients:;": nobody. */
static bool
is_empty_group(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);

	if (colon == NULL || memchr(text, '@', len) != NULL)
		return false;
	for (const char *c = colon + 1; c < text + len; c++)
		if (strchr(" \t\r\n;", *c) == NULL)
			return false;
	return true;
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(" \t\r\n", text[i]) == NULL)
			return false;
	return true;
}

static enum sg_err
take_recipients(struct raw *raw, const struct field *field)
{
	static _Thread_local struct mailbox list[RECIPIENTS_MAX];
	enum mailbox_error error;
	size_t count;

	if (is_blank(field->value, field->value_len) ||
	    is_empty_group(field->value, field->value_len))
		return SG_OK;
	error = field->value_len > FIELD_MAX_BYTES
		    ? MAILBOX_TOO_LONG
		    : mailbox_parse_list(field->value, field->value_len, list,
			  RECIPIENTS_MAX, &count);
	if (error != MAILBOX_OK)
		return err_set(raw->err_r, SG_INVALID, "%s: %s", field->name,
		    mailbox_error_text(error));
	for (size_t i = 0; i < count && !raw->is_told; i++)
		raw->is_told = !raw->fn(raw->ctx, list[i].address);
	return SG_OK;
}

static void
take_from(struct raw *raw, const struct field *field)
{
	struct mailbox box;
	size_t count = 0;

	if (!raw->has_from && field->value_len <= FIELD_MAX_BYTES &&
	    mailbox_parse_list(field->value, field->value_len, &box, 1,
		&count) == MAILBOX_OK &&
	    count == 1)
		(void)snprintf(raw->found->from, sizeof(raw->found->from), "%s",
		    box.address);
	raw->has_from = true;
}

static void
take_set(struct raw *raw, const struct field *field)
{
	const char *value = field->value;
	size_t len = field->value_len;

	while (len > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		len--;
	}
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (len < sizeof(raw->found->set) && raw->found->set[0] == '\0')
		(void)snprintf(raw->found->set, sizeof(raw->found->set), "%.*s",
		    (int)len, value);
}

/* What is said by the call is not said by the message, too. */
static bool
is_replaced(const struct raw_wish *wish, const struct field *field)
{
	if (is_named(field, "X-SES-CONFIGURATION-SET") ||
	    is_named(field, "X-Sendward-Configuration-Set"))
		return wish->set[0] != '\0';
	if (is_named(field, "X-SES-MESSAGE-TAGS"))
		return wish->tags[0] != '\0';
	if (is_named(field, "X-SES-TENANT") ||
	    is_named(field, "X-Sendward-Tenant"))
		return wish->tenant[0] != '\0';
	return is_named(field, "Bcc") ||
	       is_named(field, "X-Sendward-Submission");
}

static enum sg_err
take_field(struct raw *raw, const struct field *field)
{
	bool is_recipient = is_named(field, "To") || is_named(field, "Cc") ||
			    is_named(field, "Bcc");
	enum sg_err rc = SG_OK;

	if (is_recipient && raw->wish->wants_recipients)
		rc = take_recipients(raw, field);
	else if (is_named(field, "From"))
		take_from(raw, field);
	else if (is_named(field, "X-SES-CONFIGURATION-SET"))
		take_set(raw, field);
	else if (is_named(field, "Date"))
		raw->has_date = true;
	else if (is_named(field, "Message-ID"))
		raw->has_message_id = true;
	if (rc != SG_OK || is_replaced(raw->wish, field))
		return rc;
	return copy_lines(raw, field->text, field->len);
}

/* ---- what is added ------------------------------------------------------------- */

static void
add_field(struct raw *raw, const char *name, const char *value)
{
	if (value[0] != '\0')
		(void)buf_printf(raw->out, "%s: %s\r\n", name, value);
}

/* "a=b, c=d": a line each. */
static void
add_tags(struct raw *raw, const char *tags)
{
	size_t len = strcspn(tags, ",");

	if (tags[0] == '\0')
		return;
	(void)buf_printf(raw->out, "X-SES-MESSAGE-TAGS: %.*s", (int)len, tags);
	while (tags[len] == ',') {
		tags += len + 1;
		tags += strspn(tags, " ");
		len = strcspn(tags, ",");
		(void)buf_printf(raw->out, ",\r\n %.*s", (int)len, tags);
	}
	(void)buf_puts(raw->out, "\r\n");
}

static void
add_missing(struct raw *raw)
{
	const struct raw_wish *wish = raw->wish;
	GDateTime *date;
	char *text;

	if (!raw->has_from)
		add_field(raw, "From", wish->from);
	add_field(raw, "X-SES-CONFIGURATION-SET", wish->set);
	add_tags(raw, wish->tags);
	add_field(raw, "X-SES-TENANT", wish->tenant);
	if (!raw->has_date) {
		date = g_date_time_new_from_unix_utc(wish->now_sec);
		text = g_mime_utils_header_format_date(date);
		add_field(raw, "Date", text);
		g_free(text);
		g_date_time_unref(date);
	}
	if (!raw->has_message_id) {
		text =
		    g_mime_utils_generate_message_id(wish->message_id_domain);
		(void)buf_printf(raw->out, "Message-ID: <%s>\r\n", text);
		g_free(text);
	}
}

enum sg_err
raw_prepare(const void *data, size_t len, const struct raw_wish *wish,
    raw_recipient_fn *fn, void *ctx, struct raw_found *found_r, struct buf *out,
    struct err *err_r)
{
	struct raw raw = {.wish = wish,
	    .fn = fn,
	    .ctx = ctx,
	    .found = found_r,
	    .out = out,
	    .err_r = err_r};
	const char *at = data, *end = at + len;
	struct field field;
	enum sg_err rc = SG_OK;

	*found_r = (struct raw_found){.from = ""};
	if (!ascii_is_all_print(wish->set) || !ascii_is_all_print(wish->tags) ||
	    !ascii_is_all_print(wish->tenant))
		return err_set(err_r, SG_INVALID,
		    "configuration set, tags and tenant must be printable "
		    "ASCII");
	while (rc == SG_OK && at < end) {
		rc = next_field(at, (size_t)(end - at), &field, err_r);
		if (rc == SG_OK)
			rc = take_field(&raw, &field);
		if (rc == SG_OK)
			at += field.len;
	}
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	if (at == data)
		return err_set(err_r, SG_INVALID, "it has no header");
	add_missing(&raw);
	if (at == end)
		(void)buf_puts(out, "\r\n");
	rc = copy_lines(&raw, at, (size_t)(end - at));
	if (rc == SG_OK && out->failed)
		rc = err_set(err_r, SG_NOMEM, "the message is too large");
	return rc;
}
