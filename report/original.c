/* Facts of the returned message, from its part or from the text it stands in.
 * Reads its header alone. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "report/address.h"
#include "report/limits.h"
#include "report/reading.h"
#include "report/wording.h"

/* The beginning of the first line after `at` that is a header field's. */
static size_t
header_from(const char *text, size_t len, size_t at)
{
	const char *colon, *end;
	size_t i, to;

	while (at < len) {
		end = memchr(text + at, '\n', len - at);
		to = end == NULL ? len : (size_t)(end - text);
		colon = memchr(text + at, ':', to - at);
		for (i = at;
		     i < to && (g_ascii_isalnum(text[i]) || text[i] == '-');
		     i++)
			;
		if (colon != NULL && i > at && text + i == colon)
			return at;
		at = to + 1;
	}
	return len;
}

/* When no part has it: what stands after the cut of the text. */
static void
from_text(struct reading *r)
{
	const char *text = buf_str(&r->parts.text);
	size_t len = r->parts.text.len, at = header_from(text, len, r->cut);

	if (r->parts.returned == NULL && at < len)
		r->parts.returned = parts_message(text + at, len - at);
}

static void
copy_line(char *to, size_t size, const char *value)
{
	struct buf line;

	if (value == NULL)
		return;
	buf_init(&line, size * 2);
	wording_line(&line, value, strlen(value), size - 1);
	wording_copy(to, size, buf_str(&line), line.len);
	buf_fini(&line);
}

/* All fields of the name: MTAs add a Return-Path of their own. */
static void
add_tokens(struct reading *r, const char *name)
{
	GMimeHeaderList *list =
	    g_mime_object_get_header_list(GMIME_OBJECT(r->parts.returned));
	int i, count = g_mime_header_list_get_count(list);
	const char *value;
	GMimeHeader *header;

	for (i = 0; i < count && i < 500; i++) {
		header = g_mime_header_list_get_header_at(list, i);
		value = g_mime_header_get_value(header);
		if (value == NULL ||
		    strcasecmp(g_mime_header_get_name(header), name) != 0)
			continue;
		value += strspn(value, " \t<");
		reading_token(r->report, value, strcspn(value, "> \t\r\n"));
	}
}

/* Its To when that is one address. */
static void
read_to(struct reading *r)
{
	const char *value = parts_header(r->parts.returned, "To");
	struct address_place place, more;
	char more_address[RULES_ADDRESS_MAX + 1];
	size_t len;

	if (value == NULL)
		return;
	len = strlen(value);
	if (!address_next(value, len, 0, &place) ||
	    !address_copy(
		r->returned_to, value + place.from, place.to - place.from))
		return;
	while (address_next(value, len, place.to, &more)) {
		place = more;
		if (address_copy(
			more_address, value + more.from, more.to - more.from) &&
		    !address_equal(more_address, r->returned_to)) {
			r->returned_to[0] = '\0';
			return;
		}
	}
}

/* "Message-ID: <…>" that the text names without a header around it. */
static void
id_from_text(struct reading *r)
{
	static const char word[] = "message-id:";
	const char *text = buf_str(&r->parts.text), *at;
	size_t i, size = sizeof(word) - 1, len = r->parts.text.len;

	for (i = 0; i + size < len; i++) {
		if ((text[i] != 'M' && text[i] != 'm') ||
		    strncasecmp(text + i, word, size) != 0)
			continue;
		at = text + i + size;
		at += strspn(at, " \t\n");
		if (*at == '<')
			reading_id(r->report->original_message_id,
			    sizeof(r->report->original_message_id), at);
		return;
	}
}

void
original_read(struct reading *r)
{
	struct report *report = r->report;
	const char *value;

	from_text(r);
	if (r->parts.returned != NULL) {
		value = parts_header(r->parts.returned, "Message-ID");
		if (value != NULL)
			reading_id(report->original_message_id,
			    sizeof(report->original_message_id), value);
		(void)address_of_header(report->original_from,
		    parts_header(r->parts.returned, "From"));
		copy_line(report->original_subject,
		    sizeof(report->original_subject),
		    parts_header(r->parts.returned, "Subject"));
		value = parts_header(r->parts.returned, "Return-Path");
		if (value != NULL && r->sender[0] == '\0')
			(void)address_of_header(r->sender, value);
		add_tokens(r, "Return-Path");
		add_tokens(r, "X-Sendward-Token");
		read_to(r);
	}
	if (report->original_message_id[0] == '\0')
		id_from_text(r);
}
