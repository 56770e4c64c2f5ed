/* Patterns of addresses with wildcards, as StringLike of Amazon's policies: *
 * stands for any run of characters, ? for one. */
#ifndef SENDWARD_RULES_PATTERN_H
#define SENDWARD_RULES_PATTERN_H

#include <stdbool.h>

/* text: an address. What follows its last @ is compared without case, the rest as
 * written; a text without @ is a domain. Takes at most
 * strlen(pattern) * strlen(text) steps, and no stack. */
bool pattern_match(const char *pattern, const char *text);

/* Is there any text that both patterns match? Case is ignored throughout. False
 * also when one is longer than RULES_ADDRESS_MAX. */
bool pattern_can_meet(const char *a, const char *b);

/* Can the pattern match an address that the identity (its normalised name) covers:
 * itself, also with a +label, or one of the domain and the domains below it? */
bool pattern_fits_identity(const char *pattern, const char *identity);

#endif
