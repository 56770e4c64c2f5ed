/* A strict reader of addresses. Recursion-free, allocates nothing. Where RFC
 * 5322 allows what readers are known to take differently, it refuses. */
#include "config.h"

#include "rules/mailbox.h"

#include <string.h>

#include "rules/ascii.h"
#include "rules/display_name.h"
#include "rules/field_text.h"

#define INPUT_MAX 65536
#define LOCAL_MAX 64
#define DOMAIN_TEXT_MAX 253 /* 255 bytes on the wire, RFC 1035 §2.3.4 */
#define LABEL_MAX 63
#define COMMENT_DEPTH_MAX 20

struct reader {
	const char *text;
	size_t len, pos;
	/* A quoted string or comment of this mailbox is folded: to readers that
	 * do not unfold first it ends there (Python's parseaddr, at a CR). */
	bool has_inner_fold;
};

/* Where a character of a quoted string or comment is taken. */
static void
note_inner(struct reader *r, int c)
{
	if (c == '\r' || c == '\n')
		r->has_inner_fold = true;
	r->pos++;
}

/* ---- tokens ---- */

#define AT_END (-1)

static int
peek(const struct reader *r)
{
	return r->pos < r->len ? (unsigned char)r->text[r->pos] : AT_END;
}

static bool
is_atext(char c)
{
	return ascii_is_alnum(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Characters of a word of a display name: atoms, dots (obs-phrase), UTF-8. */
static bool
is_word_char(char c)
{
	return is_atext(c) || c == '.' || ascii_is_8bit(c);
}

static void
skip_fws(struct reader *r)
{
	while (r->pos < r->len && strchr(" \t\r\n", r->text[r->pos]) != NULL)
		r->pos++;
}

/* A backslash and what it quotes. */
static enum mailbox_error
skip_quoted_pair(struct reader *r)
{
	int next;

	r->pos++;
	next = peek(r);
	if (next == AT_END)
		return MAILBOX_UNBALANCED;
	if (next == '\r' || next == '\n' || next >= 0x80)
		return MAILBOX_AMBIGUOUS;
	r->pos++;
	return MAILBOX_OK;
}

/* RFC 5322 §3.2.2. Quotes mean nothing in a comment, yet an odd number of them
 * would mislead a reader that looks for strings first. */
static enum mailbox_error
skip_comment(struct reader *r)
{
	enum mailbox_error error;
	size_t depth = 0, quotes = 0;

	do {
		int c = peek(r);

		if (c == AT_END)
			return MAILBOX_UNBALANCED;
		if (c == '\\') {
			error = skip_quoted_pair(r);
			if (error != MAILBOX_OK)
				return error;
			continue;
		}
		if (c == '(' && ++depth > COMMENT_DEPTH_MAX)
			return MAILBOX_AMBIGUOUS;
		if (c == ')')
			depth--;
		if (c == '"')
			quotes++;
		note_inner(r, c);
	} while (depth > 0);
	return quotes % 2 == 0 ? MAILBOX_OK : MAILBOX_AMBIGUOUS;
}

static enum mailbox_error
skip_cfws(struct reader *r)
{
	enum mailbox_error error = MAILBOX_OK;

	skip_fws(r);
	while (error == MAILBOX_OK && peek(r) == '(') {
		error = skip_comment(r);
		skip_fws(r);
	}
	return error;
}

static enum mailbox_error
skip_quoted_string(struct reader *r)
{
	enum mailbox_error error = MAILBOX_OK;

	r->pos++;
	while (error == MAILBOX_OK && peek(r) != '"') {
		if (peek(r) == AT_END)
			return MAILBOX_UNBALANCED;
		if (peek(r) == '\\')
			error = skip_quoted_pair(r);
		else
			note_inner(r, peek(r));
	}
	r->pos++;
	return error;
}

/* A quoted string or a run of word characters; moves on only over these. */
static enum mailbox_error
skip_word(struct reader *r)
{
	if (peek(r) == '"')
		return skip_quoted_string(r);
	while (r->pos < r->len && is_word_char(r->text[r->pos]))
		r->pos++;
	return MAILBOX_OK;
}

/* ---- the two halves of an address ---- */

static bool
is_dot_atom(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (i == 0 || i + 1 == len || s[i - 1] == '.')
				return false;
		} else if (!is_atext(s[i])) {
			return false;
		}
	}
	return len > 0;
}

/* An encoded word has no business in an address; some readers decode it. */
static enum mailbox_error
check_local_bytes(const char *s, size_t len)
{
	size_t i;

	if (len > LOCAL_MAX)
		return MAILBOX_TOO_LONG;
	for (i = 0; i < len; i++) {
		if (!ascii_is_print(s[i]))
			return MAILBOX_CONTROL;
	}
	return memmem(s, len, "=?", 2) == NULL ? MAILBOX_OK : MAILBOX_AMBIGUOUS;
}

/* What stands between the quotes: atoms, dots and single blanks inside. Other
 * characters need the quotes to be no part of the grammar, which a reader that
 * looks for '@', '<' or ',' first does not see. */
static enum mailbox_error
check_quoted_local(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (is_atext(s[i]) || s[i] == '.')
			continue;
		if (s[i] != ' ' || i == 0 || i + 1 == len || s[i - 1] == ' ')
			return MAILBOX_AMBIGUOUS;
	}
	return MAILBOX_OK;
}

/* Copies the local part (as written, with its quotes) into *m, without quotes
 * where it needs none. */
static enum mailbox_error
fill_local(struct mailbox *m, const char *s, size_t len)
{
	enum mailbox_error error;
	bool is_quoted = len >= 2 && s[0] == '"';

	if (is_quoted && len - 2 > 0 && is_dot_atom(s + 1, len - 2)) {
		s++;
		len -= 2;
		is_quoted = false;
	}
	if (is_quoted)
		error =
		    len == 2 ? MAILBOX_BAD_LOCAL : check_local_bytes(s, len);
	else
		error = check_local_bytes(s, len);
	if (error == MAILBOX_OK && is_quoted)
		error = check_quoted_local(s + 1, len - 2);
	else if (error == MAILBOX_OK && !is_dot_atom(s, len))
		error = MAILBOX_BAD_LOCAL;
	if (error != MAILBOX_OK)
		return error;
	memcpy(m->address, s, len);
	m->address[len] = '@';
	m->at = len;
	return MAILBOX_OK;
}

static bool
is_label(const char *s, size_t len)
{
	size_t i;

	if (len == 0 || len > LABEL_MAX || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (i = 0; i < len; i++) {
		if (!ascii_is_alnum(s[i]) && s[i] != '-')
			return false;
	}
	return true;
}

static bool
is_all_digits(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && ascii_is_digit(s[i]))
		i++;
	return i == len;
}

enum mailbox_error
mailbox_check_domain(const char *text, size_t len, size_t *labels_r)
{
	size_t start = 0, label_len = 0;

	*labels_r = 0;
	if (len == 0)
		return MAILBOX_NO_DOMAIN;
	if (len > DOMAIN_TEXT_MAX)
		return MAILBOX_TOO_LONG;
	while (start <= len) {
		const char *dot = memchr(text + start, '.', len - start);

		label_len =
		    dot == NULL ? len - start : (size_t)(dot - (text + start));
		if (!is_label(text + start, label_len))
			return MAILBOX_BAD_DOMAIN;
		++*labels_r;
		start += label_len + 1;
	}
	/* Else 192.0.2.1 would be a domain to us and a host to others. */
	if (is_all_digits(text + len - label_len, label_len))
		return MAILBOX_BAD_DOMAIN;
	return MAILBOX_OK;
}

static enum mailbox_error
fill_domain(struct mailbox *m, const char *s, size_t len)
{
	enum mailbox_error error;
	size_t labels, i;
	char *to = m->address + m->at + 1;

	error = mailbox_check_domain(s, len, &labels);
	if (error != MAILBOX_OK)
		return error;
	for (i = 0; i < len; i++)
		to[i] = ascii_lower(s[i]);
	to[len] = '\0';
	return MAILBOX_OK;
}

/* Why there is no '@' right behind a local part. */
static enum mailbox_error
missing_at(int c)
{
	switch (c) {
	case AT_END:
	case '>':
	case ',':
		return MAILBOX_NO_DOMAIN;
	case ':':
		return MAILBOX_AMBIGUOUS; /* a route's end */
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case '(':
	case '"':
		return MAILBOX_AMBIGUOUS;
	default:
		return MAILBOX_BAD_LOCAL;
	}
}

/* local@domain, with nothing between the parts. */
static enum mailbox_error
read_addr_spec(struct reader *r, struct mailbox *m)
{
	enum mailbox_error error;
	size_t start = r->pos;

	error = skip_word(r);
	if (error != MAILBOX_OK)
		return error;
	if (peek(r) != '@')
		return missing_at(peek(r));
	error = fill_local(m, r->text + start, r->pos - start);
	if (error != MAILBOX_OK)
		return error;
	start = ++r->pos;
	if (peek(r) == '[')
		return MAILBOX_BAD_DOMAIN;
	while (r->pos < r->len && is_word_char(r->text[r->pos]))
		r->pos++;
	return fill_domain(m, r->text + start, r->pos - start);
}

/* ---- mailboxes ---- */

/* "<" has been seen, not taken. No comments inside, no route. */
static enum mailbox_error
read_angle(struct reader *r, struct mailbox *m)
{
	enum mailbox_error error;

	r->pos++;
	skip_fws(r);
	if (peek(r) == '@')
		return MAILBOX_AMBIGUOUS;
	error = read_addr_spec(r, m);
	if (error != MAILBOX_OK)
		return error;
	skip_fws(r);
	if (peek(r) == AT_END)
		return MAILBOX_UNBALANCED;
	if (peek(r) != '>')
		return MAILBOX_AMBIGUOUS;
	r->pos++;
	return MAILBOX_OK;
}

/* Neither a word nor '<' where one of them was expected. */
static enum mailbox_error
unexpected(int c, bool has_words)
{
	switch (c) {
	case AT_END:
		return has_words ? MAILBOX_NO_DOMAIN : MAILBOX_EMPTY;
	case ',':
		return has_words ? MAILBOX_NO_DOMAIN : MAILBOX_SYNTAX;
	case ':':
		return MAILBOX_GROUP;
	case '>':
	case ')':
		return MAILBOX_UNBALANCED;
	case '@':
		return has_words ? MAILBOX_AMBIGUOUS : MAILBOX_BAD_LOCAL;
	default:
		return MAILBOX_SYNTAX;
	}
}

/* Moves over the display name to '<', or to the start of a bare address. */
static enum mailbox_error
skip_display_name(struct reader *r)
{
	enum mailbox_error error;
	bool has_words = false;

	for (;;) {
		size_t start;

		error = skip_cfws(r);
		if (error != MAILBOX_OK)
			return error;
		if (peek(r) == '<')
			return MAILBOX_OK;
		start = r->pos;
		error = skip_word(r);
		if (error != MAILBOX_OK)
			return error;
		if (r->pos == start)
			return unexpected(peek(r), has_words);
		if (peek(r) == '@') {
			r->pos = start;
			return has_words ? MAILBOX_AMBIGUOUS : MAILBOX_OK;
		}
		has_words = true;
	}
}

/* "a@b.example <a@b.example>" breaks the grammar, is common, and can be taken
 * in one way only, as long as both are the same. */
static enum mailbox_error
read_same_again(
    struct reader *r, const struct mailbox *m, struct display_name *name)
{
	enum mailbox_error error;
	struct mailbox again;
	size_t start = r->pos;

	error = skip_cfws(r);
	display_name_scan(name, r->text + start, r->pos - start);
	if (error != MAILBOX_OK || peek(r) != '<')
		return error;
	error = read_angle(r, &again);
	if (error == MAILBOX_OK && strcmp(m->address, again.address) != 0)
		error = MAILBOX_AMBIGUOUS;
	return error;
}

/* After an address only comments may come before the next comma. */
static enum mailbox_error
read_end(struct reader *r)
{
	enum mailbox_error error = skip_cfws(r);

	if (error != MAILBOX_OK || peek(r) == AT_END || peek(r) == ',')
		return error;
	if (peek(r) == ')' || peek(r) == '>')
		return MAILBOX_UNBALANCED;
	return peek(r) == ';' ? MAILBOX_SYNTAX : MAILBOX_AMBIGUOUS;
}

static enum mailbox_error
read_mailbox(struct reader *r, struct mailbox *m)
{
	struct display_name name = {.len = 0};
	enum mailbox_error error;
	size_t start = r->pos, after;

	r->has_inner_fold = false;
	error = skip_display_name(r);
	if (error != MAILBOX_OK)
		return error;
	display_name_scan(&name, r->text + start, r->pos - start);
	if (peek(r) == '<') {
		error = read_angle(r, m);
		after = r->pos;
	} else {
		error = read_addr_spec(r, m);
		if (error == MAILBOX_OK)
			error = read_same_again(r, m, &name);
		after = r->pos;
	}
	if (error != MAILBOX_OK)
		return error;
	error = read_end(r);
	if (error != MAILBOX_OK)
		return error;
	display_name_scan(&name, r->text + after, r->pos - after);
	name.has_separator |= r->has_inner_fold;
	return display_name_misleads(&name, m->address) ? MAILBOX_AMBIGUOUS
							: MAILBOX_OK;
}

enum mailbox_error
mailbox_parse_list(const char *text, size_t len, struct mailbox *list_r,
    size_t max, size_t *count_r)
{
	struct reader r = {text, len, 0, false};
	enum mailbox_error error;
	size_t count = 0;

	*count_r = 0;
	if (len > INPUT_MAX)
		return MAILBOX_TOO_LONG;
	error = field_text_check(text, len);
	if (error != MAILBOX_OK)
		return error;
	for (;;) {
		if (count == max)
			return MAILBOX_TOO_MANY;
		error = read_mailbox(&r, &list_r[count]);
		if (error == MAILBOX_EMPTY && count > 0)
			error = MAILBOX_SYNTAX;
		if (error != MAILBOX_OK)
			return error;
		count++;
		if (peek(&r) == AT_END)
			break;
		r.pos++; /* the comma */
	}
	*count_r = count;
	return MAILBOX_OK;
}

/* RFC 5321 §4.1.2: no blanks, no comments, nothing behind. */
static enum mailbox_error
read_path(struct reader *r, struct mailbox *m)
{
	enum mailbox_error error;
	bool has_angle = peek(r) == '<';

	if (has_angle)
		r->pos++;
	if (peek(r) == '@')
		return has_angle ? MAILBOX_AMBIGUOUS : MAILBOX_BAD_LOCAL;
	error = read_addr_spec(r, m);
	if (error != MAILBOX_OK)
		return error;
	if (has_angle && peek(r) == AT_END)
		return MAILBOX_UNBALANCED;
	if (has_angle && peek(r) == '>')
		r->pos++;
	return peek(r) == AT_END ? MAILBOX_OK : MAILBOX_SYNTAX;
}

enum mailbox_error
mailbox_parse_path(const char *text, struct mailbox *path_r)
{
	struct reader r = {text, strnlen(text, INPUT_MAX + 1), 0, false};
	enum mailbox_error error;

	path_r->address[0] = '\0';
	path_r->at = 0;
	if (r.len > INPUT_MAX)
		return MAILBOX_TOO_LONG;
	if (r.len == 0 || strcmp(text, "<>") == 0)
		return MAILBOX_OK;
	error = field_text_check(text, r.len);
	if (error == MAILBOX_OK)
		error = read_path(&r, path_r);
	if (error != MAILBOX_OK)
		path_r->address[0] = '\0';
	return error;
}

/* "name" or "<name>", of characters that stand for themselves everywhere. */
static bool
is_plain_name(const char *text)
{
	bool has_angle = text[0] == '<';
	size_t len = 0;

	text += has_angle;
	while (ascii_is_alnum(text[len]) ||
	       (text[len] != '\0' && strchr("+-._", text[len]) != NULL))
		len++;
	return len > 0 && strcmp(text + len, has_angle ? ">" : "") == 0;
}

enum mailbox_error
mailbox_parse_recipient(const char *text, struct mailbox *recipient_r)
{
	enum mailbox_error error = mailbox_parse_path(text, recipient_r);

	if (error == MAILBOX_OK && recipient_r->address[0] == '\0')
		error = MAILBOX_EMPTY;
	else if (error == MAILBOX_OK &&
		 strcspn(recipient_r->address, "%!") < recipient_r->at)
		error = MAILBOX_AMBIGUOUS;
	else if (error == MAILBOX_NO_DOMAIN && !is_plain_name(text))
		error = MAILBOX_AMBIGUOUS;
	if (error != MAILBOX_OK)
		recipient_r->address[0] = '\0';
	return error;
}

const char *
mailbox_error_text(enum mailbox_error error)
{
	switch (error) {
	case MAILBOX_OK:
		return "No error";
	case MAILBOX_EMPTY:
		return "Missing address";
	case MAILBOX_TOO_LONG:
		return "Address is too long";
	case MAILBOX_CONTROL:
		return "Address contains control or 8-bit characters";
	case MAILBOX_NO_DOMAIN:
		return "Missing final '@domain'";
	case MAILBOX_BAD_LOCAL:
		return "Local address contains illegal character or dot";
	case MAILBOX_BAD_DOMAIN:
		return "Domain contains illegal character (write an"
		       " internationalised domain in its xn-- form)";
	case MAILBOX_UNBALANCED:
		return "Quote, comment or bracket is not closed";
	case MAILBOX_AMBIGUOUS:
		return "Address can be read in more than one way";
	case MAILBOX_GROUP:
		return "Address group is not allowed";
	case MAILBOX_TOO_MANY:
		return "Too many addresses";
	case MAILBOX_SYNTAX:
		break;
	}
	return "Address has a syntax error";
}
