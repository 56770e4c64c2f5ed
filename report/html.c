/* HTML made text: see html.h. Does not understand styles or scripts. */
#include "config.h"

#include "report/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <glib.h>

/* Tags after which a line ends. */
static bool
is_block(const char *name, size_t len)
{
	static const char *const names[] = {"br", "p", "div", "tr", "td", "th",
	    "table", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
	    "pre", "body", "title", "blockquote", "dt", "dd"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len &&
		    strncasecmp(names[i], name, len) == 0)
			return true;
	return false;
}

/* The end of what begins at i with "<name" and is not for people; i otherwise. */
static size_t
skip_hidden(const char *html, size_t len, size_t i)
{
	static const char *const names[] = {"style", "script", "!--"};
	static const char *const ends[] = {"</style", "</script", "-->"};
	size_t n, at, size;

	for (n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		size = strlen(names[n]);
		if (len - i <= size + 1 ||
		    strncasecmp(html + i + 1, names[n], size) != 0 ||
		    (n < 2 && isalnum((unsigned char)html[i + 1 + size])))
			continue;
		size = strlen(ends[n]);
		for (at = i; at + size <= len; at++)
			if (html[at] == ends[n][0] &&
			    strncasecmp(html + at, ends[n], size) == 0)
				return at + (n == 2 ? size : 0);
		return len;
	}
	return i;
}

/* The character of the entity at i; its length, 0 when it is none. */
static size_t
put_entity(struct buf *out, const char *html, size_t len, size_t i)
{
	static const struct {
		const char *name;
		const char *text;
	} entities[] = {{"nbsp;", " "}, {"lt;", "<"}, {"gt;", ">"},
	    {"amp;", "&"}, {"quot;", "\""}, {"apos;", "'"}, {"ndash;", "-"},
	    {"rsquo;", "'"}, {"shy;", ""}};
	unsigned long c = 0;
	size_t n, at = i + 2;
	bool is_hex;
	gchar utf8[6];

	for (n = 0; n < sizeof(entities) / sizeof(entities[0]); n++) {
		size_t size = strlen(entities[n].name);

		if (len - i > size &&
		    strncasecmp(html + i + 1, entities[n].name, size) == 0) {
			(void)buf_puts(out, entities[n].text);
			return size + 1;
		}
	}
	if (len - i < 4 || html[i + 1] != '#')
		return 0;
	is_hex = html[at] == 'x' || html[at] == 'X';
	for (at += is_hex; at < len && at < i + 10; at++) {
		if (is_hex && isxdigit((unsigned char)html[at]))
			c = c * 16 +
			    (unsigned long)g_ascii_xdigit_value(html[at]);
		else if (!is_hex && isdigit((unsigned char)html[at]))
			c = c * 10 + (unsigned long)(html[at] - '0');
		else
			break;
	}
	if (at == len || html[at] != ';' || c < ' ' || c > 0x10FFFF ||
	    (c >= 0xD800 && c < 0xE000))
		return 0;
	(void)buf_append(
	    out, utf8, (size_t)g_unichar_to_utf8((gunichar)c, utf8));
	return at + 1 - i;
}

/* The end of the tag at i. An address in <> is no tag. */
static size_t
put_tag(struct buf *out, const char *html, size_t len, size_t i)
{
	size_t name = i + 1, to, end;
	const char *close = memchr(html + i, '>', len - i);

	if (close == NULL)
		return len;
	end = (size_t)(close - html) + 1;
	if (name < end && html[name] == '/')
		name++;
	to = name;
	while (to < end && isalnum((unsigned char)html[to]))
		to++;
	if (to < end && html[to] == '@')
		(void)buf_append(out, html + i, end - i);
	else if (is_block(html + name, to - name))
		(void)buf_putc(out, '\n');
	return end;
}

void
html_text(struct buf *out, const char *html, size_t len)
{
	size_t i = 0, next;

	while (i < len && !out->failed) {
		if (html[i] == '<') {
			next = skip_hidden(html, len, i);
			i = next > i ? next : put_tag(out, html, len, i);
		} else if (html[i] == '&' &&
			   (next = put_entity(out, html, len, i)) > 0) {
			i += next;
		} else {
			(void)buf_putc(out,
			    html[i] == '\n' || html[i] == '\r' ? ' ' : html[i]);
			i++;
		}
	}
	(void)buf_putc(out, '\n');
}
