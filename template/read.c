/* The inside of a tag: see read.h. Knows no blocks. */
#include "config.h"

#include "template/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define NUMBER_MAX 40

/* ---- failures, memory ------------------------------------------------------------- */

void
read_fail(struct reader *r, size_t offset, const char *format, ...)
{
	char why[200];
	size_t line = 1, column = 1;
	va_list args;

	if (r->failed != SG_OK)
		return;
	for (size_t i = 0; i < offset && i < r->len; i++) {
		if (r->text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)r->text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args); /* may be cut */
	va_end(args);
	r->failed = err_set(r->err_r, SG_INVALID, "line %zu, column %zu: %s",
	    line, column, why);
}

void *
read_alloc(struct reader *r, size_t size)
{
	void *memory = r->failed == SG_OK ? arena_alloc(r->arena, size) : NULL;

	if (memory == NULL && r->failed == SG_OK)
		r->failed =
		    err_set(r->err_r, SG_NOMEM, "the template is too large");
	return memory;
}

char *
read_copy(struct reader *r, const char *text, size_t len)
{
	char *copy = read_alloc(r, len + 1);

	if (copy != NULL)
		memcpy(copy, text, len);
	return copy;
}

/* ---- characters -------------------------------------------------------------------- */

static char
peek(const struct reader *r)
{
	return r->pos < r->len ? r->text[r->pos] : '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Of a name. NUL ends the text. */
static bool
is_name_char(char c)
{
	return c != '\0' && !is_blank(c) &&
	       strchr("!\"#%&'()*+,./;<=>@[\\]^`{|}~", c) == NULL;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
read_at(const struct reader *r, const char *word)
{
	size_t len = strlen(word);

	return r->len - r->pos >= len &&
	       memcmp(r->text + r->pos, word, len) == 0;
}

void
read_skip_blanks(struct reader *r)
{
	while (r->pos < r->len && is_blank(r->text[r->pos]))
		r->pos++;
}

/* ---- expressions --------------------------------------------------------------------- */

static void
read_text(struct reader *r, struct expr *expr)
{
	char quote = r->text[r->pos];
	size_t start = r->pos++, len = 0;
	char *copy;

	while (r->pos < r->len && r->text[r->pos] != quote)
		r->pos += r->text[r->pos] == '\\' && r->pos + 1 < r->len &&
				  r->text[r->pos + 1] == quote
			      ? 2
			      : 1;
	if (r->pos >= r->len) {
		read_fail(r, start, "a text in quotes does not end");
		return;
	}
	copy = read_copy(r, r->text + start + 1, r->pos - start - 1);
	for (size_t i = 0; copy != NULL && copy[i] != '\0'; i++) {
		if (copy[i] == '\\' && copy[i + 1] == quote)
			i++;
		copy[len++] = copy[i];
	}
	if (copy != NULL)
		copy[len] = '\0';
	expr->kind = EXPR_TEXT;
	expr->text = copy;
	r->pos++;
}

/* A number, when what follows belongs to no name. */
static bool
read_number(struct reader *r, struct expr *expr)
{
	size_t end = r->pos;
	char copy[NUMBER_MAX];

	if (end < r->len && r->text[end] == '-')
		end++;
	if (end >= r->len || !is_digit(r->text[end]))
		return false;
	while (end < r->len && is_digit(r->text[end]))
		end++;
	if (end + 1 < r->len && r->text[end] == '.' &&
	    is_digit(r->text[end + 1]))
		for (end++; end < r->len && is_digit(r->text[end]);)
			end++;
	if ((end < r->len && is_name_char(r->text[end])) ||
	    end - r->pos >= sizeof(copy))
		return false;
	memcpy(copy, r->text + r->pos, end - r->pos);
	copy[end - r->pos] = '\0';
	expr->kind = EXPR_NUMBER;
	expr->number = strtod(copy, NULL);
	expr->text = read_copy(r, copy, end - r->pos);
	r->pos = end;
	return true;
}

static bool
read_word_literal(struct reader *r, struct expr *expr)
{
	static const struct {
		const char *word;
		enum expr_kind kind;
	} literals[] = {{"true", EXPR_TRUE}, {"false", EXPR_FALSE},
	    {"null", EXPR_NULL}, {"undefined", EXPR_NULL}};

	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		size_t end = r->pos + strlen(literals[i].word);

		if (!read_at(r, literals[i].word) ||
		    (end < r->len && (is_name_char(r->text[end]) ||
					 strchr("./=", r->text[end]) != NULL)))
			continue;
		expr->kind = literals[i].kind;
		expr->text = literals[i].word;
		r->pos = end;
		return true;
	}
	return false;
}

/* A name between separators: plain or "[any thing]". NULL: there is none. */
static const char *
read_segment(struct reader *r, bool *is_bracketed_r)
{
	size_t start = r->pos;
	const char *end;

	*is_bracketed_r = peek(r) == '[';
	if (*is_bracketed_r) {
		end = memchr(r->text + start, ']', r->len - start);
		if (end == NULL) {
			read_fail(r, start, "a name in brackets does not end");
			return NULL;
		}
		r->pos = (size_t)(end - r->text) + 1;
		return read_copy(r, r->text + start + 1, r->pos - start - 2);
	}
	if (read_at(r, ".."))
		r->pos += 2;
	else if (peek(r) == '.')
		r->pos++;
	else
		while (r->pos < r->len && is_name_char(r->text[r->pos]))
			r->pos++;
	return r->pos > start ? read_copy(r, r->text + start, r->pos - start)
			      : NULL;
}

/* "..", "." and "this" may only come first. False: it is a name. */
static bool
take_scope(struct reader *r, struct expr *expr, const char *name,
    const struct segment *last)
{
	bool is_up = strcmp(name, "..") == 0;

	if (!is_up && strcmp(name, ".") != 0 && strcmp(name, "this") != 0)
		return false;
	if (last != NULL)
		read_fail(r, r->pos, "\"%s\" in the middle of a path", name);
	expr->up += is_up;
	expr->is_scoped = true;
	return true;
}

static void
read_path(struct reader *r, struct expr *expr)
{
	size_t start = r->pos;
	struct segment *last = NULL;

	expr->kind = EXPR_PATH;
	if (peek(r) == '@') {
		expr->is_data = true;
		r->pos++;
	}
	for (;;) {
		bool is_bracketed;
		const char *name = read_segment(r, &is_bracketed);
		struct segment *segment;

		if (name == NULL) {
			read_fail(r, r->pos, "a name is missing");
			return;
		}
		if (is_bracketed || !take_scope(r, expr, name, last)) {
			segment = read_alloc(r, sizeof(*segment));
			if (segment == NULL)
				return;
			segment->name = name;
			if (last == NULL)
				expr->segments = segment;
			else
				last->next = segment;
			last = segment;
		}
		if (peek(r) != '.' && peek(r) != '/')
			break;
		r->pos++;
	}
	expr->text = read_copy(r, r->text + start, r->pos - start);
}

static struct expr *
read_expr(struct reader *r)
{
	struct expr *expr = read_alloc(r, sizeof(*expr));

	if (expr == NULL)
		return NULL;
	if (peek(r) == '(')
		read_fail(r, r->pos,
		    "expressions in parentheses are not "
		    "supported");
	else if (peek(r) == '"' || peek(r) == '\'')
		read_text(r, expr);
	else if (!read_number(r, expr) && !read_word_literal(r, expr))
		read_path(r, expr);
	return expr;
}

const char *
read_simple_name(const struct expr *expr)
{
	bool is_simple = expr->kind == EXPR_PATH && !expr->is_data &&
			 !expr->is_scoped && expr->segments != NULL &&
			 expr->segments->next == NULL;

	return is_simple ? expr->segments->name : NULL;
}

void
read_as_path(struct reader *r, struct expr *expr)
{
	struct segment *segment;

	if (expr->kind == EXPR_PATH)
		return;
	segment = read_alloc(r, sizeof(*segment));
	if (segment == NULL)
		return;
	segment->name = expr->text;
	expr->segments = segment;
	expr->kind = EXPR_PATH;
}

/* ---- the whole inside ------------------------------------------------------------------ */

/* "as |item index|" */
static void
read_names(struct reader *r, struct tag *tag)
{
	size_t start = r->pos, count = 0;

	r->pos += 2;
	read_skip_blanks(r);
	r->pos++; /* the bar was seen */
	for (read_skip_blanks(r); r->failed == SG_OK && peek(r) != '|';
	     read_skip_blanks(r)) {
		size_t from = r->pos;

		while (r->pos < r->len && is_name_char(r->text[r->pos]))
			r->pos++;
		if (r->pos == from || count == 2)
			read_fail(r, start,
			    "one or two names are expected between bars");
		else
			tag->names[count++] =
			    read_copy(r, r->text + from, r->pos - from);
	}
	r->pos++;
	if (count == 0)
		read_fail(r, start, "no name between bars");
}

static bool
is_names(const struct reader *r)
{
	size_t pos = r->pos + 2;

	if (!read_at(r, "as") || pos >= r->len || !is_blank(r->text[pos]))
		return false;
	while (pos < r->len && is_blank(r->text[pos]))
		pos++;
	return pos < r->len && r->text[pos] == '|';
}

/* "name=value": the one option of the helpers there are. */
static bool
read_option(struct reader *r, struct tag *tag)
{
	size_t start = r->pos, end = start;
	const struct expr *value;

	while (end < r->len && is_name_char(r->text[end]))
		end++;
	if (end == start || end >= r->len || r->text[end] != '=')
		return false;
	r->pos = end + 1;
	value = read_expr(r);
	if (value != NULL && end - start == strlen("includeZero") &&
	    memcmp(r->text + start, "includeZero", end - start) == 0)
		tag->includes_zero = value->kind == EXPR_TRUE;
	else
		tag->has_options = true;
	return true;
}

static bool
read_end(struct reader *r, bool is_triple, struct tag *tag)
{
	const char *end = is_triple ? "}}}" : "}}";
	const char *stripped = is_triple ? "}~}}" : "~}}";

	if (read_at(r, stripped)) {
		tag->strip.close = true;
		r->pos += strlen(stripped);
	} else if (read_at(r, end)) {
		r->pos += strlen(end);
	} else {
		return false;
	}
	return true;
}

void
read_params(struct reader *r, bool is_triple, struct tag *tag)
{
	for (;;) {
		size_t before = r->pos;

		read_skip_blanks(r);
		if (r->failed != SG_OK || read_end(r, is_triple, tag))
			break;
		if (r->pos >= r->len)
			read_fail(r, tag->offset, "a tag does not end");
		else if (tag->count > 0 && r->pos == before)
			read_fail(r, r->pos, "unexpected \"%c\" in a tag",
			    (unsigned char)r->text[r->pos] < 0x80
				? r->text[r->pos]
				: '?');
		else if (is_names(r))
			read_names(r, tag);
		else if (read_option(r, tag))
			continue;
		else if (tag->count == READ_PARAMS_MAX)
			read_fail(r, r->pos, "too many words in a tag");
		else
			tag->params[tag->count++] = read_expr(r);
	}
}
