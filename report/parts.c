/* Takes a report apart with GMime: see parts.h. Reads no MIME itself, apart from
 * counting words that make it nest. */
#include "config.h"

#include "report/parts.h"

#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "report/html.h"
#include "report/limits.h"
#include "report/wording.h"

/* Where input ends that would make GMime work too much: after the n-th place of
 * a word that opens a level. Words of ordinary text cost the rest of a text that
 * nobody reads. */
static size_t
cap_nesting(const char *data, size_t len, const char *word, size_t most)
{
	const char *at = data, *end = data + len;
	size_t size = strlen(word), count = 0;
	int first = word[0], other = first - 'a' + 'A';

	for (; (size_t)(end - at) >= size; at++) {
		if ((*at == first || *at == other) &&
		    strncasecmp(at, word, size) == 0 && ++count > most)
			return (size_t)(at - data);
	}
	return len;
}

static size_t
cap_input(const char *data, size_t len)
{
	size_t i, line = 0;

	if (len > LIMIT_INPUT_BYTES)
		len = LIMIT_INPUT_BYTES;
	for (i = 0; i < len; i++) {
		line = data[i] == '\n' ? 0 : line + 1;
		if (line > LIMIT_LINE_BYTES)
			len = i;
	}
	len = cap_nesting(data, len, "boundary", LIMIT_MULTIPARTS);
	return cap_nesting(data, len, "message/", LIMIT_MESSAGES);
}

static GMimeParser *
parser_new(const char *data, size_t len)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);

	g_object_unref(stream);
	return parser;
}

GMimeMessage *
parts_message(const char *data, size_t len)
{
	GMimeParser *parser = parser_new(data, len);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	return message;
}

const char *
parts_header(GMimeMessage *message, const char *name)
{
	return message == NULL
		   ? NULL
		   : g_mime_object_get_header(GMIME_OBJECT(message), name);
}

/* The decoded content of a leaf part; unref it. NULL: it has none. */
static GByteArray *
content_of(GMimeObject *object)
{
	GMimeDataWrapper *content;
	GMimeStream *stream;
	GByteArray *bytes;

	if (!GMIME_IS_PART(object))
		return NULL;
	content = g_mime_part_get_content(GMIME_PART(object));
	if (content == NULL)
		return NULL;
	stream = g_mime_stream_mem_new();
	(void)g_mime_data_wrapper_write_to_stream(content, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_object_unref(stream);
	return bytes;
}

/* Appends what fits. */
static void
append_lines(struct buf *b, const char *text, size_t len)
{
	size_t room = b->max > b->len ? b->max - b->len : 0;

	/* a byte that is no UTF-8 becomes two */
	wording_lines(b, text, len < room / 2 ? len : room / 2);
	(void)buf_putc(b, '\n');
}

static void
take_bytes(struct buf *b, GMimeObject *object)
{
	GByteArray *bytes = content_of(object);

	if (bytes == NULL)
		return;
	append_lines(b, (const char *)bytes->data, bytes->len);
	(void)buf_putc(b, '\n');
	g_byte_array_unref(bytes);
}

/* Header fields in a part of their own. */
static void
take_headers(struct parts *p, GMimeObject *object)
{
	GByteArray *bytes = content_of(object);
	size_t at = 0;

	if (bytes == NULL)
		return;
	while (at < bytes->len && strchr("\r\n", bytes->data[at]) != NULL)
		at++;
	if (p->returned == NULL && bytes->len > at)
		p->returned = parts_message(
		    (const char *)bytes->data + at, bytes->len - at);
	g_byte_array_unref(bytes);
}

/* A returned message; some write a blank line before its header, and GMime finds
 * all of it in the body then. */
static void
take_message(struct parts *p, GMimeMessage *message)
{
	GMimeObject *body;

	if (p->returned != NULL || message == NULL)
		return;
	body = g_mime_message_get_mime_part(message);
	if (body != NULL &&
	    g_mime_header_list_get_count(
		g_mime_object_get_header_list(GMIME_OBJECT(message))) == 0)
		take_headers(p, body);
	if (p->returned == NULL)
		p->returned = g_object_ref(message);
}

static void
take_html(struct parts *p, const char *text)
{
	struct buf plain;

	buf_init(&plain, LIMIT_TEXT_BYTES * 2);
	html_text(&plain, text, strlen(text));
	append_lines(&p->html, buf_str(&plain), plain.len);
	buf_fini(&plain);
}

static void
take_text(struct parts *p, GMimeObject *object, GMimeContentType *type)
{
	char *text;

	if (!GMIME_IS_TEXT_PART(object))
		return;
	text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
	if (text == NULL) /* a charset that nobody knows */
		take_bytes(&p->text, object);
	else if (g_mime_content_type_is_type(type, "text", "html"))
		take_html(p, text);
	else
		append_lines(&p->text, text, strlen(text));
	g_free(text);
}

/* Some put the returned header where a part's own should be. */
static void
take_part_header(struct parts *p, GMimeObject *object)
{
	char *headers;

	if (p->returned != NULL ||
	    g_mime_object_get_header(object, "Message-ID") == NULL)
		return;
	headers = g_mime_object_get_headers(object, NULL);
	if (headers != NULL)
		p->returned = parts_message(headers, strlen(headers));
	g_free(headers);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && strcasecmp(text + a - b, end) == 0;
}

/* A part of type message/… that GMime keeps as bytes. */
static void
take_message_kind(struct parts *p, GMimeObject *object, const char *subtype)
{
	if (ends_with(subtype, "delivery-status"))
		take_bytes(&p->status, object);
	else if (ends_with(subtype, "feedback-report"))
		take_bytes(&p->feedback, object);
	else if (ends_with(subtype, "disposition-notification")) {
		p->is_disposition = true;
		take_bytes(&p->disposition, object);
	} else
		take_headers(p, object);
}

static void
take_leaf(struct parts *p, GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *media = g_mime_content_type_get_media_type(type);
	const char *subtype = g_mime_content_type_get_media_subtype(type);

	if (media == NULL || subtype == NULL)
		return;
	if (GMIME_IS_MESSAGE_PART(object)) {
		take_message(p, g_mime_message_part_get_message(
				    GMIME_MESSAGE_PART(object)));
	} else if (strcasecmp(media, "message") == 0) {
		take_message_kind(p, object, subtype);
	} else if (ends_with(subtype, "rfc822-headers")) {
		take_headers(p, object);
	} else if (strcasecmp(media, "text") == 0) {
		take_text(p, object, type);
	}
}

static void
note_report_type(struct parts *p, GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *report;

	if (!g_mime_content_type_is_type(type, "multipart", "report"))
		return;
	p->is_report = true;
	report = g_mime_content_type_get_parameter(type, "report-type");
	if (report != NULL && strcasecmp(report, "feedback-report") == 0)
		p->is_feedback = true;
	if (report != NULL &&
	    strcasecmp(report, "disposition-notification") == 0)
		p->is_disposition = true;
}

/* A multipart without parts is text, or was cut: people's part is before. */
static void
take_prologue(struct parts *p, GMimeMultipart *multipart)
{
	const char *text = g_mime_multipart_get_prologue(multipart);

	if (text != NULL)
		append_lines(&p->text, text, strlen(text));
}

struct level {
	GMimeObject *object; /* borrowed from the message */
	int next;
};

/* Parts in their order, without recursion. */
static void
walk(struct parts *p, GMimeObject *top)
{
	struct level levels[LIMIT_DEPTH];
	size_t depth = 1;
	GMimeMultipart *multipart;
	GMimeObject *object;
	struct level *l;

	levels[0].object = top;
	levels[0].next = 0;
	while (depth > 0 && p->count < LIMIT_PARTS) {
		l = &levels[depth - 1];
		if (!GMIME_IS_MULTIPART(l->object)) {
			p->count++;
			take_leaf(p, l->object);
			if (depth > 1)
				take_part_header(p, l->object);
			depth--;
			continue;
		}
		multipart = GMIME_MULTIPART(l->object);
		if (l->next == 0) {
			note_report_type(p, l->object);
			if (g_mime_multipart_get_count(multipart) == 0)
				take_prologue(p, multipart);
		}
		object = l->next < g_mime_multipart_get_count(multipart)
			     ? g_mime_multipart_get_part(multipart, l->next++)
			     : NULL;
		if (object == NULL) {
			depth--;
		} else if (depth < LIMIT_DEPTH) {
			levels[depth].object = object;
			levels[depth++].next = 0;
		}
	}
}

enum sg_err
parts_read(
    const void *data, size_t len, struct parts *parts_r, struct err *err_r)
{
	GMimeObject *top;

	memset(parts_r, 0, sizeof(*parts_r));
	buf_init(&parts_r->text, LIMIT_TEXT_BYTES);
	buf_init(&parts_r->html, LIMIT_TEXT_BYTES);
	buf_init(&parts_r->status, LIMIT_STATUS_BYTES);
	buf_init(&parts_r->feedback, LIMIT_FEEDBACK_BYTES);
	buf_init(&parts_r->disposition, LIMIT_FEEDBACK_BYTES);
	/* Room for the terminating NUL of an empty one. */
	if (!buf_puts(&parts_r->text, "") || !buf_puts(&parts_r->html, ""))
		return err_set(err_r, SG_NOMEM, "no memory");
	parts_r->message = parts_message(data, cap_input(data, len));
	if (parts_r->message == NULL)
		return SG_OK;
	top = g_mime_message_get_mime_part(parts_r->message);
	if (top != NULL)
		walk(parts_r, top);
	return SG_OK;
}

bool
parts_unwrap(struct parts *parts)
{
	GMimeMessage *inner = parts->returned;
	GMimeObject *top =
	    inner == NULL ? NULL : g_mime_message_get_mime_part(inner);

	if (top == NULL ||
	    !g_mime_content_type_is_type(
		g_mime_object_get_content_type(top), "multipart", "report"))
		return false;
	parts->message = inner;
	parts->returned = NULL;
	parts->count = 0;
	buf_clear(&parts->text);
	buf_clear(&parts->html);
	walk(parts, top);
	return true;
}

void
parts_fini(struct parts *parts)
{
	if (parts->message != NULL)
		g_object_unref(parts->message);
	if (parts->returned != NULL)
		g_object_unref(parts->returned);
	buf_fini(&parts->text);
	buf_fini(&parts->html);
	buf_fini(&parts->status);
	buf_fini(&parts->feedback);
	buf_fini(&parts->disposition);
}
