/* Forwarded bounces and complaints: see compose_forward.h. */
#include "config.h"

#include "jobs/compose_forward.h"

#include <stdio.h>
#include <string.h>

#include <gmime/gmime.h>
#include <jansson.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "jobs/compose.h"
#include "post/mime.h"

/* RFC 5322 §2.1.1 */
#define LINE_MAX_BYTES 998
#define FACT_MAX 2000

/* ---- words ------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *what, *subject, *text;
} words[] = {
	{"bounce", "Not delivered: your message to ",
	    "A message of yours could not be delivered."},
	{"complaint", "Complaint about your message to ",
	    "A recipient has reported a message of yours as unwanted. Please "
	    "take the\naddress off your lists: who goes on sending to people "
	    "that complain soon reaches\nnobody."},
	{"autoreply", "Automatic reply to your message to ",
	    "A message of yours was answered automatically."},
	{"", "Report about your message to ",
	    "Another mail system reports on a message of yours."},
};
/* clang-format on */

/* One line; what is no printable character is a blank. */
static void
copy_fact(const json_t *facts, const char *name, char text_r[FACT_MAX])
{
	const char *text = json_string_value(json_object_get(facts, name));
	size_t len = 0;

	for (; text != NULL && *text != '\0' && len + 1 < FACT_MAX; text++)
		text_r[len++] =
		    (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;
	/* not in the middle of a character */
	while (text != NULL && *text != '\0' && len > 0 &&
	       ((unsigned char)text_r[len - 1] & 0x80) != 0)
		len--;
	text_r[len] = '\0';
}

static size_t
words_of(const json_t *facts)
{
	const size_t last = sizeof(words) / sizeof(words[0]) - 1;
	char what[FACT_MAX];
	size_t i = 0;

	copy_fact(facts, "what", what);
	while (i < last && strcmp(words[i].what, what) != 0)
		i++;
	return i;
}

static void
put_fact(
    struct buf *text, const json_t *facts, const char *name, const char *title)
{
	char value[FACT_MAX];

	copy_fact(facts, name, value);
	if (value[0] != '\0')
		(void)buf_printf(text, "    %s%s\n", title, value);
}

/* Appends; failed is looked at. */
static void
write_text(const json_t *facts, bool has_report, struct buf *text)
{
	char account[FACT_MAX];

	copy_fact(facts, "account", account);
	(void)buf_printf(text, "%s\n\n", words[words_of(facts)].text);
	put_fact(text, facts, "recipients", "To:       ");
	put_fact(text, facts, "id", "Message:  ");
	put_fact(text, facts, "diagnostic", "Answer:   ");
	(void)buf_puts(text, has_report
				 ? "\nThe report, as it came, is attached.\n"
				 : "\nThe report itself is no longer kept.\n");
	(void)buf_printf(text,
	    "\nTo get no such letters any more, tell a topic of these events "
	    "instead and ask\nthe operator of the mail server for:\n\n"
	    "    sendwardctl identity set %s IDENTITY --forwarding off\n\n"
	    "-- \nThis letter was written by the program that watches over "
	    "what this mail\nserver sends (sendward). Nobody reads answers to "
	    "it.\n",
	    account);
}

static void
write_subject(const json_t *facts, char *subject_r, size_t size)
{
	char recipients[FACT_MAX];

	copy_fact(facts, "recipients", recipients);
	/* the first of them is enough */
	recipients[strcspn(recipients, ",")] = '\0';
	(void)snprintf(subject_r, size, "%s%.320s",
	    words[words_of(facts)].subject,
	    recipients[0] != '\0' ? recipients : "somebody");
}

/* ---- the report ------------------------------------------------------------------- */

/* Line ends alone are made good, NULs left out and lines broken that no server
 * takes: for all else the report is attached as it came, and is not parsed: it may
 * be anything. */
static void
copy_report(const char *data, size_t len, struct buf *out)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\0' || data[i] == '\r')
			continue;
		if (data[i] != '\n' && column == LINE_MAX_BYTES) {
			(void)buf_putc(out, '\n');
			column = 0;
		}
		(void)buf_putc(out, data[i]);
		column = data[i] == '\n' ? 0 : column + 1;
	}
	if (column > 0)
		(void)buf_putc(out, '\n');
}

static bool
is_ascii(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char)text->data[i] >= 0x80)
			return false;
	return true;
}

/* RFC 2046 §5.2.1: message/rfc822 is never encoded. */
static void
add_report(GMimeMultipart *parts, const struct buf *text)
{
	GMimePart *part = g_mime_part_new_with_type("message", "rfc822");
	GMimeContentEncoding encoding = is_ascii(text)
					    ? GMIME_CONTENT_ENCODING_7BIT
					    : GMIME_CONTENT_ENCODING_8BIT;
	GMimeStream *stream =
	    g_mime_stream_mem_new_with_buffer(buf_str(text), text->len);
	GMimeDataWrapper *content =
	    g_mime_data_wrapper_new_with_stream(stream, encoding);

	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, encoding);
	g_mime_object_set_disposition(GMIME_OBJECT(part), "attachment");
	g_mime_multipart_add(parts, GMIME_OBJECT(part));
	g_object_unref(content);
	g_object_unref(stream);
	g_object_unref(part);
}

/* ---- the message ------------------------------------------------------------------ */

static enum sg_err
set_fields(const struct conf *conf, const struct store_letter *row,
    const json_t *facts, int64_t now_sec, GMimeMessage *message,
    struct err *err_r)
{
	char subject[512];
	enum sg_err rc;

	rc = compose_addresses(message, conf, row, err_r);
	if (rc != SG_OK)
		return rc;
	write_subject(facts, subject, sizeof(subject));
	g_mime_message_set_subject(message, subject, "utf-8");
	mime_set_date(message, now_sec);
	compose_message_id(message, conf->mail_from, row);
	g_mime_object_set_header(
	    GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
	return SG_OK;
}

static void
set_parts(
    const struct buf *text, const struct buf *report, GMimeMessage *message)
{
	GMimeMultipart *parts = g_mime_multipart_new_with_subtype("mixed");
	GMimeObject *part = mime_text_new("plain", buf_str(text));

	g_mime_multipart_add(parts, part);
	g_object_unref(part);
	if (report->len > 0)
		add_report(parts, report);
	g_mime_message_set_mime_part(message, GMIME_OBJECT(parts));
	g_object_unref(parts);
}

enum sg_err
compose_forward(const struct conf *conf, const struct store_letter *row,
    const void *report, size_t report_len, int64_t now_sec, struct buf *message,
    struct err *err_r)
{
	json_t *facts = json_loads(row->facts, JSON_REJECT_DUPLICATES, NULL);
	GMimeMessage *mail;
	struct buf text, copy;
	enum sg_err rc;

	if (!json_is_object(facts)) {
		json_decref(facts);
		return err_set(err_r, SG_INVALID,
		    "letter %lld has no facts that can be read",
		    (long long)row->id);
	}
	mail = g_mime_message_new(TRUE);
	buf_init(&text, COMPOSE_MAX_BYTES);
	buf_init(&copy, message->max);
	rc = set_fields(conf, row, facts, now_sec, mail, err_r);
	if (report != NULL)
		copy_report(report, report_len, &copy);
	write_text(facts, report != NULL, &text);
	if (rc == SG_OK && (copy.failed || text.failed))
		rc = err_set(err_r, SG_NOMEM, "no memory for a letter");
	if (rc == SG_OK) {
		set_parts(&text, &copy, mail);
		rc = mime_write(mail, message, err_r);
	}
	buf_fini(&copy);
	buf_fini(&text);
	g_object_unref(mail);
	json_decref(facts);
	return rc;
}
