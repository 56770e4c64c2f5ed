/* The text around an address: display name and comments. Finds what would make
 * a reader that decodes or splits too early take another address. Internal to
 * rules/. */
#ifndef SENDWARD_RULES_DISPLAY_NAME_H
#define SENDWARD_RULES_DISPLAY_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include "rules/types.h"

/* What the text before and after one address has shown so far. Start with
 * zeroes. */
struct display_name {
	bool has_address;   /* something like a@b or a @ b.c */
	bool has_separator; /* one of , ; < >, or what some take for an end */
	bool has_hidden;    /* an address whose '@' is in an encoded word */
	bool is_broken;     /* an encoded word hides a control character, or its
	                       charset is no superset of ASCII */
	/* The decoded text without blanks around, to be compared with the
	 * address; len counts on where it does not fit. */
	char text[RULES_ADDRESS_MAX];
	size_t len;
};

/* Reads len bytes of a value that holds only printable ASCII, valid UTF-8, tabs
 * and folds. Encoded words (RFC 2047) are looked into wherever they stand, also
 * in quoted strings, where many readers decode them too. Linear. */
void display_name_scan(struct display_name *name, const char *text, size_t len);

/* Would a reader that decodes or splits too early take another address than
 * this? So it is when the text holds an address and a separator
 * ("evil@b.example, " <a@b.example>), decoded or not, or when an encoded word
 * holds an address, unless that is the whole text and the same address. A plain
 * address alone, and separators alone, are common in honest names and pass. */
bool display_name_misleads(
    const struct display_name *name, const char *address);

#endif
