/* UTF-8, by RFC 3629's table. */
#include "config.h"

#include "store/utf8.h"

/* Bytes behind the first one of a character; -1: it begins none. */
static int
more_bytes(unsigned char c)
{
	if (c < 0x80)
		return 0;
	if (c >= 0xc2 && c <= 0xdf)
		return 1;
	if (c >= 0xe0 && c <= 0xef)
		return 2;
	return c >= 0xf0 && c <= 0xf4 ? 3 : -1;
}

/* No long forms, no surrogates, nothing beyond U+10FFFF. */
static bool
is_second(unsigned char first, unsigned char c)
{
	if ((c & 0xc0) != 0x80)
		return false;
	switch (first) {
	case 0xe0:
		return c >= 0xa0;
	case 0xed:
		return c <= 0x9f;
	case 0xf0:
		return c >= 0x90;
	case 0xf4:
		return c <= 0x8f;
	default:
		return true;
	}
}

/* Of the character that begins here; 0: none does. */
static int
length_at(const unsigned char *c)
{
	int more = more_bytes(*c);

	if (more < 0 || (more > 0 && !is_second(c[0], c[1])))
		return 0;
	for (int i = 2; i <= more; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return more + 1;
}

bool
utf8_is(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	while (*c != '\0') {
		int len = length_at(c);

		if (len == 0)
			return false;
		c += len;
	}
	return true;
}

void
utf8_mend(char *text)
{
	while (*text != '\0') {
		int len = length_at((const unsigned char *)text);

		if (len == 0)
			*text = '?';
		text += len > 0 ? len : 1;
	}
}
