/* main.cf and master.cf as text: see cf_text.h. */
#include "config.h"

#include "ctl/cf_text.h"

#include <stdio.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* A part of the text: from begin up to end. */
struct part {
	size_t begin, end;
};

/* ---- lines ---------------------------------------------------------------------- */

static size_t
line_end(const struct buf *text, size_t at)
{
	const char *from = buf_str(text) + at;
	size_t len = strcspn(from, "\n");

	return at + len + (from[len] == '\n');
}

static bool
is_comment(const char *line)
{
	line += strspn(line, " \t");
	return *line == '#' || *line == '\n' || *line == '\0';
}

/* The next logical line from *at on, without comments before and behind it; *at moves
 * behind it. */
static bool
next_logical(const struct buf *text, size_t *at, struct part *part_r)
{
	const char *base = buf_str(text);
	size_t next;

	while (*at < text->len && is_comment(base + *at))
		*at = line_end(text, *at);
	if (*at >= text->len)
		return false;
	part_r->begin = *at;
	next = part_r->end = line_end(text, *at);
	while (next < text->len) {
		bool is_part = strchr(" \t", base[next]) != NULL &&
			       !is_comment(base + next);

		if (!is_part && !is_comment(base + next))
			break;
		next = line_end(text, next);
		if (is_part)
			part_r->end = next;
	}
	*at = part_r->end;
	return true;
}

static bool
replace(struct buf *text, struct part part, const char *with)
{
	struct buf whole;
	bool ok;

	buf_init(&whole, text->max);
	ok = buf_append(&whole, buf_str(text), part.begin) &&
	     buf_puts(&whole, with) &&
	     buf_puts(&whole, buf_str(text) + part.end);
	if (ok) {
		buf_clear(text);
		ok = buf_append(text, buf_str(&whole), whole.len);
	}
	buf_fini(&whole);
	text->failed |= !ok;
	return ok;
}

/* ---- main.cf --------------------------------------------------------------------- */

static bool
find_param(const struct buf *text, const char *name, struct part *part_r)
{
	const char *base = buf_str(text);
	struct part part;
	size_t at = 0, len = strlen(name);
	bool is_found = false;

	while (next_logical(text, &at, &part)) {
		const char *line = base + part.begin;

		if (strncmp(line, name, len) != 0 ||
		    line[len + strspn(line + len, " \t")] != '=')
			continue;
		*part_r = part;
		is_found = true;
	}
	return is_found;
}

bool
cf_text_get(const struct buf *text, const char *name, struct buf *value)
{
	const char *base = buf_str(text);
	struct part part;
	size_t at;
	bool is_blank = true;

	buf_clear(value);
	if (!find_param(text, name, &part))
		return false;
	at = part.begin + strcspn(base + part.begin, "=") + 1;
	while (at < part.end) {
		size_t end = line_end(text, at);

		/* comments may stand between the lines */
		for (; !is_comment(base + at) && at < end; at++) {
			bool is_space = strchr(BLANKS, base[at]) != NULL;

			if (!is_space && is_blank && value->len > 0)
				(void)buf_putc(value, ' ');
			if (!is_space)
				(void)buf_putc(value, base[at]);
			is_blank = is_space;
		}
		is_blank = true;
		at = end;
	}
	return true;
}

static bool
end_line(struct buf *text)
{
	return text->len == 0 || text->data[text->len - 1] == '\n' ||
	       buf_putc(text, '\n');
}

/* Comments that stand between the part's lines. */
static bool
put_comments(const struct buf *text, struct part part, struct buf *out)
{
	const char *base = buf_str(text);
	bool ok = true;

	for (size_t at = part.begin, end; at < part.end && ok; at = end) {
		end = line_end(text, at);
		if (base[at + strspn(base + at, " \t")] == '#')
			ok = buf_append(out, base + at, end - at);
	}
	return ok;
}

bool
cf_text_set(struct buf *text, const char *name, const char *value)
{
	struct buf line;
	struct part part;
	bool ok;

	buf_init(&line, text->max);
	ok = buf_printf(
	    &line, "%s =%s%s\n", name, value[0] == '\0' ? "" : " ", value);
	if (ok && find_param(text, name, &part))
		ok = put_comments(text, part, &line) &&
		     replace(text, part, buf_str(&line));
	else if (ok)
		ok = cf_text_add(text, buf_str(&line));
	buf_fini(&line);
	text->failed |= !ok;
	return ok;
}

bool
cf_text_add(struct buf *text, const char *lines)
{
	return end_line(text) && buf_puts(text, lines);
}

/* ---- master.cf ------------------------------------------------------------------- */

static bool
begins_line(const char *base, size_t at)
{
	while (at > 0 && (base[at - 1] == ' ' || base[at - 1] == '\t'))
		at--;
	return at == 0 || base[at - 1] == '\n';
}

/* The next word from *at on, which may be in braces; comments are no words. */
static bool
next_word(const struct buf *text, size_t *at, size_t end, struct part *word_r)
{
	const char *base = buf_str(text);
	int depth = 0;

	for (;;) {
		*at += strspn(base + *at, BLANKS);
		if (*at >= end)
			return false;
		if (base[*at] != '#' || !begins_line(base, *at))
			break;
		*at = line_end(text, *at);
	}
	word_r->begin = *at;
	while (*at < end && (depth > 0 || strchr(BLANKS, base[*at]) == NULL)) {
		depth += (base[*at] == '{') - (base[*at] == '}');
		(*at)++;
	}
	word_r->end = *at;
	return true;
}

static bool
is_word(const struct buf *text, struct part word, const char *wanted)
{
	return word.end - word.begin == strlen(wanted) &&
	       strncmp(buf_str(text) + word.begin, wanted, strlen(wanted)) == 0;
}

static bool
find_service(const struct buf *text, const char *name, const char *type,
    struct part *part_r)
{
	struct part word;
	size_t at = 0, in;

	while (next_logical(text, &at, part_r)) {
		in = part_r->begin;
		if (next_word(text, &in, part_r->end, &word) &&
		    is_word(text, word, name) &&
		    next_word(text, &in, part_r->end, &word) &&
		    is_word(text, word, type))
			return true;
	}
	return false;
}

bool
cf_text_has_service(const struct buf *text, const char *name, const char *type)
{
	struct part part;

	return find_service(text, name, type, &part);
}

bool
cf_text_set_field(struct buf *text, const char *name, const char *type,
    int field, const char *value)
{
	struct part part, word = {0, 0};
	size_t in;

	if (!find_service(text, name, type, &part))
		return true;
	in = part.begin;
	for (int i = 0; i <= field; i++)
		if (!next_word(text, &in, part.end, &word))
			return true;
	return is_word(text, word, value) || replace(text, word, value);
}

/* The word behind the last "-o" of this option, which is the one that counts. */
static bool
find_option(const struct buf *text, struct part service, const char *option,
    struct part *word_r)
{
	const char *base = buf_str(text);
	size_t in = service.begin, len = strlen(option);
	bool is_option = false, is_found = false;
	struct part part;

	while (next_word(text, &in, service.end, &part)) {
		const char *word = base + part.begin;

		if (is_option) {
			if (*word == '{')
				word += 1 + strspn(word + 1, BLANKS);
			if (strncmp(word, option, len) == 0 &&
			    strchr(" =\t", word[len]) != NULL) {
				*word_r = part;
				is_found = true;
			}
		}
		is_option = is_word(text, part, "-o");
	}
	return is_found;
}

bool
cf_text_set_option(struct buf *text, const char *name, const char *type,
    const char *option, const char *value)
{
	struct part service, word;
	struct buf with;
	bool ok;

	if (!find_service(text, name, type, &service))
		return true;
	buf_init(&with, text->max);
	ok = buf_printf(&with,
	    strpbrk(value, BLANKS) != NULL ? "{ %s = %s }" : "%s=%s", option,
	    value);
	if (ok && find_option(text, service, option, &word))
		ok = replace(text, word, buf_str(&with));
	else if (ok) {
		struct buf line;

		buf_init(&line, text->max);
		word.begin = word.end = service.end;
		ok = buf_printf(&line, "%s  -o %s\n",
			 buf_str(text)[service.end - 1] == '\n' ? "" : "\n",
			 buf_str(&with)) &&
		     replace(text, word, buf_str(&line));
		buf_fini(&line);
	}
	buf_fini(&with);
	text->failed |= !ok;
	return ok;
}
