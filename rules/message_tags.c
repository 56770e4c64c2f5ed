/* Message tags as a header field has them. Does not count them, and does not know
 * which names are taken. */
#include "config.h"

#include "rules/message_tags.h"

#include <string.h>

#include "rules/ascii.h"

static const char blanks[] = " \t\r\n";

static bool
is_tag_char(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == '-';
}

/* A name or value of len bytes, with blanks around it. */
static bool
take_word(const char *word, size_t len, char word_r[MESSAGE_TAG_MAX + 1])
{
	while (len > 0 && strchr(blanks, word[0]) != NULL) {
		word++;
		len--;
	}
	while (len > 0 && strchr(blanks, word[len - 1]) != NULL)
		len--;
	if (len == 0 || len > MESSAGE_TAG_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_tag_char(word[i]))
			return false;
	}
	memcpy(word_r, word, len);
	word_r[len] = '\0';
	return true;
}

static bool
take_tag(const char *text, size_t len, struct message_tag *tag_r)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len;

	if (equals == NULL)
		return false;
	name_len = (size_t)(equals - text);
	return take_word(text, name_len, tag_r->name) &&
	       take_word(equals + 1, len - name_len - 1, tag_r->value);
}

bool
message_tags_next(const char **text, struct message_tag *tag_r)
{
	while (**text != '\0') {
		const char *begin = *text;
		size_t len = strcspn(begin, ",");

		*text += len + (begin[len] == ',');
		if (take_tag(begin, len, tag_r))
			return true;
	}
	return false;
}
