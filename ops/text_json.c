/* Any bytes into JSON: see text_json.h. Keeps all that is UTF-8 as it is. */
#include "config.h"

#include "ops/text_json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define REPLACEMENT "\xef\xbf\xbd"

static size_t
continued(const unsigned char *s, size_t len, size_t wanted)
{
	for (size_t i = 1; i < wanted; i++)
		if (i >= len || (s[i] & 0xc0) != 0x80)
			return 0;
	return wanted;
}

/* Bytes of the character at s (RFC 3629: no overlong form, no surrogate); 0 none.
 * NUL is none. */
static size_t
character(const unsigned char *s, size_t len)
{
	unsigned char second = len > 1 ? s[1] : 0;

	if (s[0] < 0x80)
		return s[0] != '\0';
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	if (s[0] < 0xe0)
		return continued(s, len, 2);
	if ((s[0] == 0xe0 && second < 0xa0) ||
	    (s[0] == 0xed && second > 0x9f) ||
	    (s[0] == 0xf0 && second < 0x90) || (s[0] == 0xf4 && second > 0x8f))
		return 0;
	return continued(s, len, s[0] < 0xf0 ? 3 : 4);
}

static json_t *
mended(const char *text, size_t len)
{
	size_t mark = sizeof(REPLACEMENT) - 1;
	char *copy = len < SIZE_MAX / mark ? malloc(len * mark + 1) : NULL;
	size_t used = 0;
	json_t *value;

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < len;) {
		size_t bytes =
		    character((const unsigned char *)text + i, len - i);

		if (bytes > 0)
			memcpy(copy + used, text + i, bytes);
		else
			memcpy(copy + used, REPLACEMENT, mark);
		used += bytes > 0 ? bytes : mark;
		i += bytes > 0 ? bytes : 1;
	}
	value = json_stringn(copy, used);
	free(copy);
	return value;
}

json_t *
text_json_new(const char *text, size_t len)
{
	json_t *value = NULL;

	if (memchr(text, '\0', len) == NULL)
		value = json_stringn(text, len);
	return value != NULL ? value : mended(text, len);
}

/* Bytes from s on that stand for themselves. */
static size_t
plain(const unsigned char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t bytes =
		    s[i] >= ' ' && s[i] < 0x80 && s[i] != '"' && s[i] != '\\';

		if (bytes == 0 && s[i] >= 0x80)
			bytes = character(s + i, len - i);
		if (bytes == 0)
			break;
		i += bytes;
	}
	return i;
}

static bool
write_special(struct buf *buf, unsigned char c)
{
	if (c == '"' || c == '\\')
		return buf_putc(buf, '\\') && buf_putc(buf, (char)c);
	if (c == '\n')
		return buf_puts(buf, "\\n");
	if (c > 0 && c < 0x80)
		return buf_printf(buf, "\\u%04x", c);
	return buf_puts(buf, REPLACEMENT);
}

bool
text_json_write(struct buf *buf, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	bool ok = buf_putc(buf, '"');

	for (size_t i = 0; ok && i < len;) {
		size_t bytes = plain(s + i, len - i);

		ok = buf_append(buf, s + i, bytes);
		i += bytes;
		if (ok && i < len)
			ok = write_special(buf, s[i++]);
	}
	return ok && buf_putc(buf, '"');
}
