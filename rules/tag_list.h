/* Tag lists "name=value; name=value" as DKIM and DMARC have them in DNS (RFC 6376
 * §3.2). Knows no tag. */
#ifndef SENDWARD_RULES_TAG_LIST_H
#define SENDWARD_RULES_TAG_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define TAG_LIST_MAX 32

struct tag {
	const char *name; /* not terminated; white space around is left out */
	size_t name_len;
	const char *value;
	size_t value_len;
};
struct tag_list {
	struct tag tags[TAG_LIST_MAX];
	size_t count;
};

/* Points into text. False: not a tag list, a tag twice, or too many. */
bool tag_list_parse(const char *text, size_t len, struct tag_list *list_r);

/* NULL: there is none. */
const struct tag *tag_list_find(const struct tag_list *list, const char *name);

/* Is the value this text, letter by letter? */
bool tag_is(const struct tag *tag, const char *text);

/* Is `item` one of the value's items between colons? */
bool tag_has_item(const struct tag *tag, const char *item);

bool tag_is_space(char c);

#endif
