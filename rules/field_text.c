/* The bytes of an address field, before any grammar. Does not know addresses. */
#include "config.h"

#include "rules/field_text.h"

#include "rules/ascii.h"

/* The length of the UTF-8 character (RFC 3629) at s, 0 when it is none, or one
 * that some reader takes for a line end or control (C1, U+2028, U+2029). */
static size_t
utf8_length(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned long code, least;
	size_t n, i;

	if (u[0] >= 0xc2 && u[0] <= 0xdf) {
		n = 2, code = u[0] & 0x1f, least = 0xa0;
	} else if (u[0] >= 0xe0 && u[0] <= 0xef) {
		n = 3, code = u[0] & 0x0f, least = 0x800;
	} else if (u[0] >= 0xf0 && u[0] <= 0xf4) {
		n = 4, code = u[0] & 0x07, least = 0x10000;
	} else {
		return 0;
	}
	if (n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (u[i] & 0x3f);
	}
	if (code < least || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff) || code == 0x2028 ||
	    code == 0x2029)
		return 0;
	return n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A line end at s must begin a fold whose line is not blank: some readers end
 * the header at a blank line. *used_r: bytes of the line end. */
static enum mailbox_error
check_fold(const char *s, size_t len, size_t *used_r)
{
	size_t i = s[0] == '\r' ? 2 : 1;

	*used_r = i;
	if (s[0] == '\r' && (len < 2 || s[1] != '\n'))
		return MAILBOX_CONTROL;
	if (i >= len || !is_blank(s[i]))
		return MAILBOX_CONTROL;
	while (i < len && is_blank(s[i]))
		i++;
	if (i == len || s[i] == '\r' || s[i] == '\n')
		return MAILBOX_AMBIGUOUS;
	return MAILBOX_OK;
}

enum mailbox_error
field_text_check(const char *text, size_t len)
{
	enum mailbox_error error;
	size_t i = 0, used;

	while (i < len) {
		if (ascii_is_print(text[i]) || text[i] == '\t') {
			used = 1;
		} else if (text[i] == '\r' || text[i] == '\n') {
			error = check_fold(text + i, len - i, &used);
			if (error != MAILBOX_OK)
				return error;
		} else {
			used = utf8_length(text + i, len - i);
			if (used == 0)
				return MAILBOX_CONTROL;
		}
		i += used;
	}
	return MAILBOX_OK;
}
