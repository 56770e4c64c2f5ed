/* Message tags (X-SES-MESSAGE-TAGS): "campaign=spring, kind=letter". Pure. */
#ifndef SENDWARD_RULES_MESSAGE_TAGS_H
#define SENDWARD_RULES_MESSAGE_TAGS_H

#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_TAG_MAX 256 /* bytes of a name, and of a value */
#define MESSAGE_TAGS_MAX 50 /* of one message; the caller counts */

struct message_tag {
	char name[MESSAGE_TAG_MAX + 1];
	char value[MESSAGE_TAG_MAX + 1];
};

/* The next tag of a field's value (folding kept) in *text, which moves behind it.
 * One that is none is skipped: names and values have 1 to MESSAGE_TAG_MAX of the
 * characters A-Z a-z 0-9 _ -, with blanks around them at most. False: the end. */
bool message_tags_next(const char **text, struct message_tag *tag_r);

#endif
