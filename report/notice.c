/* What a mail is by its looks: asks the notices of the rules. Does not read
 * what it says. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#include <gmime/gmime.h>

#include "report/limits.h"
#include "report/reading.h"
#include "report/wording.h"

/* What a text is shows in its beginning. */
#define NOTICE_TEXT_BYTES 4000

static void
put_field(struct buf *b, const char *name, const char *value)
{
	struct buf line;

	buf_init(&line, LIMIT_HEADER_BYTES);
	wording_line(&line, value, strlen(value), 2000);
	(void)buf_printf(b, "%s: %s\n", name, buf_str(&line));
	buf_fini(&line);
}

/* The header, a field a line. */
static void
put_header(struct buf *b, GMimeMessage *message)
{
	GMimeHeaderList *list =
	    g_mime_object_get_header_list(GMIME_OBJECT(message));
	int i, count = g_mime_header_list_get_count(list);
	GMimeHeader *header;
	const char *value;

	for (i = 0; i < count && b->len < b->max / 2; i++) {
		header = g_mime_header_list_get_header_at(list, i);
		value = g_mime_header_get_value(header);
		if (value != NULL)
			put_field(b, g_mime_header_get_name(header), value);
	}
}

struct view {
	const char *text[NOTICE_FIELDS];
	size_t len[NOTICE_FIELDS];
};

static bool
is_true(
    const struct notice *notice, struct match *match, const struct view *view)
{
	int i;

	for (i = 0; i < NOTICE_FIELDS; i++) {
		if (notice->want[i] != NULL &&
		    !match_found(
			match, notice->want[i], view->text[i], view->len[i]))
			return false;
		if (notice->veto[i] != NULL &&
		    match_found(
			match, notice->veto[i], view->text[i], view->len[i]))
			return false;
	}
	return true;
}

static void
look(struct reading *r, struct view *view)
{
	const struct report_rules *rules = r->rules;
	size_t i;

	for (i = 0; i < rules->notice_count && r->notice == NULL; i++)
		if (is_true(&rules->notices[i], r->match, view))
			r->notice = &rules->notices[i];
}

void
notice_find(struct reading *r)
{
	struct buf header, from, text;
	struct view view;
	const char *value = parts_header(r->parts.message, "From");

	buf_init(&header, LIMIT_HEADER_BYTES * 2);
	buf_init(&from, 8192);
	buf_init(&text, LIMIT_TEXT_BYTES);
	put_header(&header, r->parts.message);
	if (value != NULL)
		wording_line(&from, value, strlen(value), 2000);
	/* as one line, so that phrases match wherever lines were broken */
	wording_line(&text, r->text, r->text_len, NOTICE_TEXT_BYTES);
	view.text[NOTICE_FROM] = buf_str(&from);
	view.text[NOTICE_SUBJECT] = r->report->subject;
	view.text[NOTICE_HEADER] = buf_str(&header);
	view.text[NOTICE_TEXT] = buf_str(&text);
	view.len[NOTICE_FROM] = from.len;
	view.len[NOTICE_SUBJECT] = strlen(r->report->subject);
	view.len[NOTICE_HEADER] = header.len;
	view.len[NOTICE_TEXT] = text.len;
	look(r, &view);
	buf_fini(&header);
	buf_fini(&from);
	buf_fini(&text);
}
