/* Fuzz target: any bytes as the value of a field with message tags.
 * fuzz-sources: rules/message_tags.c */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules/message_tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_word(const char *word)
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	if (len == 0 || len > MESSAGE_TAG_MAX || word[len] != '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const char *at = text;
	struct message_tag tag;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	while (message_tags_next(&at, &tag)) {
		check_word(tag.name);
		check_word(tag.value);
	}
	if (at != text + strlen(text))
		abort();
	free(text);
	return 0;
}
