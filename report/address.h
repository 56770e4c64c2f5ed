/* Mail addresses in reports: found, cleaned, compared. Knows no accounts. */
#ifndef SENDWARD_REPORT_ADDRESS_H
#define SENDWARD_REPORT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include "rules/types.h"

/* The next address in text from byte `start`: its place without <>. */
struct address_place {
	size_t from, to;
	bool is_bracketed;
};
bool address_next(
    const char *text, size_t len, size_t start, struct address_place *place_r);

/* Is it local@domain with a domain that can be one, and short enough? */
bool address_is_valid(const char *address, size_t len);

/* Copies an address: without <>, spaces around it and a dot at the end; its
 * domain in lower case. False, and "", when it is not valid. */
bool address_copy(
    char to[RULES_ADDRESS_MAX + 1], const char *address, size_t len);

/* The value of Final-Recipient or Original-Recipient: "rfc822;a@b",
 * "utf-8; \x{E4}@b", without type, in <>, xtext (RFC 3461 §4) undone where it
 * must be. False, and "", when it is no mail address. */
bool address_of_field(char to[RULES_ADDRESS_MAX + 1], const char *value);

/* The first address of a header field such as From; false, and "". */
bool address_of_header(char to[RULES_ADDRESS_MAX + 1], const char *value);

/* Same address, case aside. */
bool address_equal(const char *a, const char *b);

/* Does it belong to mail systems and those who help with them rather than to
 * people (mailer-daemon, postmaster, support)? */
bool address_is_daemon(const char *address);

#endif
