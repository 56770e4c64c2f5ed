/* Two values and their first difference: see diff.h. */
#include "config.h"

#include "ctl/diff.h"

#include <string.h>

#define CUT "..."
#define BEFORE 20 /* characters that are shown before the difference */

size_t
diff_at(const char *wanted, const char *found)
{
	size_t at = 0;

	while (wanted[at] != '\0' && wanted[at] == found[at])
		at++;
	return at;
}

/* Characters from `start`, in at most width columns. */
static void
put_part(const char *text, size_t start, size_t width, struct buf *out)
{
	size_t len = strlen(text);
	size_t room = width - (start > 0 ? strlen(CUT) : 0);
	bool is_cut = len > start && len - start > room;

	if (start > len)
		start = len;
	if (start > 0)
		(void)buf_puts(out, CUT); /* failed is looked at */
	if (is_cut)
		room -= strlen(CUT);
	for (size_t i = start; i < len && i < start + room; i++)
		(void)buf_putc(
		    out, text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	if (is_cut)
		(void)buf_puts(out, CUT);
}

/* What the mark says. */
static void
put_note(const char *wanted, const char *found, size_t at, struct buf *out)
{
	size_t want = strlen(wanted), have = strlen(found);

	if (wanted[at] == '\0' && found[at] == '\0')
		(void)buf_puts(out, "the same text");
	else if (found[at] == '\0')
		(void)buf_printf(out,
		    "it ends here, after %zu of %zu characters", have, want);
	else if (wanted[at] == '\0')
		(void)buf_printf(out,
		    "it goes on here: %zu characters instead of %zu", have,
		    want);
	else
		(void)buf_printf(
		    out, "differs from here on, character %zu", at + 1);
}

/* The mark in its column, and what it says beside it: on the left when there is
 * no room on the right. */
static void
put_mark(const char *wanted, const char *found, size_t at, size_t column,
    size_t width, struct buf *out)
{
	struct buf note;
	size_t len, left = column;
	bool is_left;

	buf_init(&note, 128);
	put_note(wanted, found, at, &note);
	len = strlen(buf_str(&note));
	is_left = column > len && column + len > width;
	if (is_left)
		left -= len + 1;
	for (size_t i = 0; i < left; i++)
		(void)buf_putc(out, ' '); /* failed is looked at */
	if (is_left)
		(void)buf_printf(out, "%s ^", buf_str(&note));
	else
		(void)buf_printf(out, "^ %s", buf_str(&note));
	buf_fini(&note);
}

bool
diff_show(const char *wanted, const char *found, const char *indent,
    size_t width, struct buf *out)
{
	size_t at = diff_at(wanted, found), start = 0, column;
	bool is_wide = strlen(wanted) > width || strlen(found) > width;

	if (is_wide && at > BEFORE)
		start = at - BEFORE;
	column = at - start + (start > 0 ? strlen(CUT) : 0);
	(void)buf_printf(out, "%swanted  ", indent);
	put_part(wanted, start, width, out);
	(void)buf_printf(out, "\n%sfound   ", indent);
	put_part(found, start, width, out);
	(void)buf_printf(out, "\n%s        ", indent);
	put_mark(wanted, found, at, column, width, out);
	return buf_putc(out, '\n') && !out->failed;
}
