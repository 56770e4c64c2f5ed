/* The mailbox simulator's answers: see compose_simulated.h. The form is that of
 * RFC 3834 and RFC 5965; who is told of them is not known here. */
#include "config.h"

#include "jobs/compose_simulated.h"

#include <stdio.h>
#include <string.h>

#include <gmime/gmime.h>
#include <jansson.h>

#include "base/buf.h"
#include "jobs/compose.h"
#include "post/mime.h"
#include "rules/mailbox.h"

#define USER_AGENT "sendward-simulator/1.0"
#define SUBJECT_MAX 300

bool
compose_is_simulated(enum store_letter_kind kind)
{
	return kind == STORE_LETTER_SIMULATED_OOTO ||
	       kind == STORE_LETTER_SIMULATED_COMPLAINT;
}

/* ---- facts ------------------------------------------------------------------ */

static const char *
fact(const json_t *facts, const char *name)
{
	const char *text = json_string_value(json_object_get(facts, name));

	return text != NULL ? text : "";
}

/* One line: what is no printable character is a blank. */
static void
one_line(const char *text, char *line_r, size_t size)
{
	size_t len = 0;

	for (; *text != '\0' && len + 1 < size; text++)
		line_r[len++] =
		    (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;
	/* not in the middle of a character */
	while (len > 0 && *text != '\0' &&
	       ((unsigned char)line_r[len - 1] & 0x80) != 0)
		len--;
	line_r[len] = '\0';
}

/* The original's header as GMime reads it. */
static GMimeMessage *
original_new(const json_t *facts)
{
	const char *header = fact(facts, "header");
	GMimeStream *stream =
	    g_mime_stream_mem_new_with_buffer(header, strlen(header));
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *original = g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	g_object_unref(stream);
	return original != NULL ? original : g_mime_message_new(TRUE);
}

/* A message id in its brackets when it is fit for a header field, else "". */
static void
message_id_of(GMimeMessage *original, char id_r[SUBJECT_MAX])
{
	const char *id = g_mime_message_get_message_id(original);
	size_t len = id != NULL ? strlen(id) : 0;

	id_r[0] = '\0';
	if (len < 3 || len + 3 > SUBJECT_MAX)
		return;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)id[i] <= ' ' || (unsigned char)id[i] >= 0x7f)
			return;
	(void)snprintf(id_r, SUBJECT_MAX, "<%s>", id);
}

/* ---- parts ------------------------------------------------------------------- */

static GMimeObject *
text_part(const char *text)
{
	GMimeTextPart *part = g_mime_text_part_new_with_subtype("plain");

	g_mime_text_part_set_charset(part, "utf-8");
	g_mime_text_part_set_text(part, text);
	g_mime_part_set_content_encoding(GMIME_PART(part),
	    g_mime_part_get_best_content_encoding(
		GMIME_PART(part), GMIME_ENCODING_CONSTRAINT_7BIT));
	return GMIME_OBJECT(part);
}

/* Text of a type that may not be encoded (RFC 5965 §2, RFC 3462): as it is. */
static GMimeObject *
plain_part(const char *type, const char *subtype, const char *text)
{
	GMimePart *part = g_mime_part_new_with_type(type, subtype);
	GMimeStream *stream =
	    g_mime_stream_mem_new_with_buffer(text, strlen(text));
	GMimeDataWrapper *wrapper = g_mime_data_wrapper_new_with_stream(
	    stream, GMIME_CONTENT_ENCODING_DEFAULT);

	g_mime_part_set_content(part, wrapper);
	g_mime_part_set_content_encoding(
	    part, g_mime_part_get_best_content_encoding(
		      part, GMIME_ENCODING_CONSTRAINT_8BIT));
	g_object_unref(wrapper);
	g_object_unref(stream);
	return GMIME_OBJECT(part);
}

static void
add_part(GMimeMultipart *parts, GMimeObject *part)
{
	g_mime_multipart_add(parts, part);
	g_object_unref(part);
}

static void
put_feedback(const struct store_letter *row, const json_t *facts,
    GMimeMessage *original, struct buf *out)
{
	const char *date =
	    g_mime_object_get_header(GMIME_OBJECT(original), "Date");
	char line[SUBJECT_MAX];

	(void)buf_puts(out, "Feedback-Type: abuse\r\n"
			    "User-Agent: " USER_AGENT "\r\n"
			    "Version: 1\r\n");
	(void)buf_printf(out, "Original-Mail-From: <%s>\r\n", row->recipient);
	one_line(fact(facts, "simulator"), line, sizeof(line));
	(void)buf_printf(out, "Original-Rcpt-To: <%s>\r\n", line);
	one_line(date != NULL ? date : "", line, sizeof(line));
	if (line[0] != '\0')
		(void)buf_printf(out, "Received-Date: %s\r\n", line);
	/* failed is looked at by the caller */
}

/* The original's header, with line ends of one kind and without an end of the
 * header within. */
static void
put_header(const json_t *facts, struct buf *out)
{
	const char *text = fact(facts, "header");

	while (*text != '\0') {
		size_t len = strcspn(text, "\r\n");

		if (len > 0) {
			(void)buf_append(out, text, len);
			(void)buf_puts(out, "\r\n");
		}
		text += len;
		text += strspn(text, "\r\n");
	}
}

static bool
set_complaint(GMimeMessage *message, const struct store_letter *row,
    const json_t *facts, GMimeMessage *original)
{
	GMimeMultipart *parts = g_mime_multipart_new_with_subtype("report");
	struct buf feedback, header;
	bool ok;

	buf_init(&feedback, 8192);
	buf_init(&header, 128 * 1024);
	put_feedback(row, facts, original, &feedback);
	put_header(facts, &header);
	ok = !feedback.failed && !header.failed;
	g_mime_object_set_content_type_parameter(
	    GMIME_OBJECT(parts), "report-type", "feedback-report");
	add_part(parts,
	    text_part("This is a complaint of the mailbox simulator: nobody "
		      "complained.\n"));
	add_part(parts,
	    plain_part("message", "feedback-report", buf_str(&feedback)));
	add_part(parts, plain_part("text", "rfc822-headers", buf_str(&header)));
	g_mime_message_set_mime_part(message, GMIME_OBJECT(parts));
	g_object_unref(parts);
	buf_fini(&feedback);
	buf_fini(&header);
	return ok;
}

static void
set_reply(GMimeMessage *message, GMimeMessage *original)
{
	char id[SUBJECT_MAX];
	GMimeObject *part =
	    text_part("This is an automatic reply of the mailbox simulator: "
		      "I am out of the office.\n");

	message_id_of(original, id);
	if (id[0] != '\0') {
		g_mime_object_set_header(
		    GMIME_OBJECT(message), "In-Reply-To", id, NULL);
		g_mime_object_set_header(
		    GMIME_OBJECT(message), "References", id, NULL);
	}
	g_mime_message_set_mime_part(message, part);
	g_object_unref(part);
}

/* ---- the message ---------------------------------------------------------------- */

static bool
add_address(GMimeMessage *message, GMimeAddressType type, const char *address)
{
	struct mailbox box;

	if (mailbox_parse_path(address, &box) != MAILBOX_OK ||
	    box.address[0] == '\0')
		return false;
	g_mime_message_add_mailbox(message, type, NULL, box.address);
	return true;
}

/* The same whenever the same letter is composed. */
static bool
set_fields(GMimeMessage *message, const struct store_letter *row,
    const json_t *facts, GMimeMessage *original, int64_t now_sec)
{
	bool is_reply = row->kind == STORE_LETTER_SIMULATED_OOTO;
	const char *from = fact(facts, "simulator");
	const char *about = g_mime_message_get_subject(original);
	char subject[SUBJECT_MAX], line[SUBJECT_MAX + 32];
	GDateTime *date;

	if (!add_address(message, GMIME_ADDRESS_TYPE_FROM, from) ||
	    !add_address(message, GMIME_ADDRESS_TYPE_TO, row->recipient))
		return false;
	one_line(about != NULL ? about : "", subject, sizeof(subject));
	(void)snprintf(line, sizeof(line), "%s%s",
	    is_reply ? "Automatic reply: " : "FW: ", subject);
	g_mime_message_set_subject(message, line, "utf-8");
	date = g_date_time_new_from_unix_utc(now_sec);
	g_mime_message_set_date(message, date);
	g_date_time_unref(date);
	compose_message_id(message, from, row);
	if (is_reply)
		g_mime_object_set_header(GMIME_OBJECT(message),
		    "Auto-Submitted", "auto-replied", NULL);
	return true;
}

static enum sg_err
build(const struct store_letter *row, const json_t *facts,
    GMimeMessage *original, int64_t now_sec, struct buf *out, struct err *err_r)
{
	GMimeMessage *message = g_mime_message_new(TRUE);
	enum sg_err rc = SG_OK;

	if (!set_fields(message, row, facts, original, now_sec))
		rc = err_set(err_r, SG_INVALID,
		    "letter %lld: no address to write from or to",
		    (long long)row->id);
	else if (row->kind == STORE_LETTER_SIMULATED_OOTO)
		set_reply(message, original);
	else if (!set_complaint(message, row, facts, original))
		rc = err_set(err_r, SG_NOMEM, "a letter is too large");
	if (rc == SG_OK)
		rc = mime_write(message, out, err_r);
	g_object_unref(message);
	return rc;
}

enum sg_err
compose_simulated(const struct store_letter *row, int64_t now_sec,
    struct buf *message, struct err *err_r)
{
	json_t *facts = json_loads(row->facts, JSON_REJECT_DUPLICATES, NULL);
	GMimeMessage *original;
	enum sg_err rc;

	if (!json_is_object(facts) || !compose_is_simulated(row->kind)) {
		json_decref(facts);
		return err_set(err_r, SG_INVALID,
		    "letter %lld of kind %d has no facts that can be read",
		    (long long)row->id, (int)row->kind);
	}
	original = original_new(facts);
	rc = build(row, facts, original, now_sec, message, err_r);
	g_object_unref(original);
	json_decref(facts);
	return rc;
}
