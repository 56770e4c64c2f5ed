/* The text around an address: display name and comments. Finds what would make
 * a reader that decodes or splits too early take another address. Internal to
 * rules/. */
#ifndef SENDWARD_RULES_DISPLAY_NAME_H
#define SENDWARD_RULES_DISPLAY_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* What the text before and after one address has shown so far. Start with
 * zeroes. */
struct display_name {
	bool has_address;   /* something like a@b */
	bool has_separator; /* one of , ; < > */
	bool is_broken;     /* an encoded word hides a control character, or its
	                       charset is no superset of ASCII */
};

/* Reads len bytes of a value that holds only printable ASCII, valid UTF-8, tabs
 * and folds. Encoded words (RFC 2047) are looked into wherever they stand, also
 * in quoted strings, where many readers decode them too. Linear. */
void display_name_scan(struct display_name *name, const char *text, size_t len);

/* A text that holds an address and a separator, decoded or not, can be split
 * into an address list of its own ("evil@b.example, " <a@b.example>). An address
 * alone, and separators alone, are common in honest names. */
bool display_name_misleads(const struct display_name *name);

#endif
