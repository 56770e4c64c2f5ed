/* Header-like fields for programs: see fields.h. GMime unfolds and decodes. */
#include "config.h"

#include "report/fields.h"

#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "base/buf.h"
#include "report/limits.h"
#include "report/parts.h"

#define FIELDS_BLOCK_BYTES (16 * 1024)

static bool
is_field(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len &&
	       (g_ascii_isalnum(line[i]) || line[i] == '-' || line[i] == '_'))
		i++;
	if (i == 0)
		return false;
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i < len && line[i] == ':';
}

static size_t
indentation(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i;
}

/* The next line's length without its end; *next_r is after the end. */
static size_t
line_at(const char *text, size_t len, size_t from, size_t *next_r)
{
	const char *end = memchr(text + from, '\n', len - from);
	size_t to = end == NULL ? len : (size_t)(end - text);

	*next_r = end == NULL ? len : to + 1;
	while (to > from && text[to - 1] == '\r')
		to--;
	return to - from;
}

/* Hands the fields of one block to fn; false: enough. */
static bool
read_block(struct buf *block, size_t number, fields_fn fn, void *data)
{
	GMimeMessage *message;
	GMimeHeaderList *list;
	GMimeHeader *header;
	const char *value;
	bool goes_on = true;
	int i;

	if (block->len == 0 || !buf_puts(block, "\n\n"))
		return true;
	message = parts_message(buf_str(block), block->len);
	if (message == NULL)
		return true;
	list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	for (i = 0; i < g_mime_header_list_get_count(list) && goes_on; i++) {
		header = g_mime_header_list_get_header_at(list, i);
		value = g_mime_header_get_value(header);
		if (value != NULL)
			goes_on = fn(data, number,
			    g_mime_header_get_name(header), value);
	}
	g_object_unref(message);
	return goes_on;
}

void
fields_read(const char *text, size_t len, fields_fn fn, void *data)
{
	struct buf block;
	size_t at = 0, next, size, indent = 0, own, number = 0;
	bool goes_on = true, was_kept = false;

	buf_init(&block, FIELDS_BLOCK_BYTES);
	for (; at < len && goes_on; at = next) {
		size = line_at(text, len, at, &next);
		own = indentation(text + at, size);
		if (own == size) { /* blank */
			goes_on = read_block(&block, number, fn, data);
			number += block.len > 0;
			buf_clear(&block);
			continue;
		}
		if (block.len == 0)
			indent = own;
		if (own > indent ? was_kept
				 : is_field(text + at + own, size - own) &&
				       strncasecmp(text + at + own, "content-",
					   8) != 0) {
			if (own > indent)
				(void)buf_putc(&block, ' ');
			(void)buf_append(&block, text + at + own, size - own);
			(void)buf_putc(&block, '\n');
			was_kept = true;
		} else {
			was_kept = false;
		}
	}
	if (goes_on)
		(void)read_block(&block, number, fn, data);
	buf_fini(&block);
}
