/* The recipients of a message as one text: a line each, a flag letter, a blank, the
 * address. Pure. */
#ifndef SENDWARD_RULES_RECIPIENTS_H
#define SENDWARD_RULES_RECIPIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include "rules/types.h"

enum recipient_flag {
	RECIPIENT_ELIGIBLE = 'E',  /* counts for reputation */
	RECIPIENT_SIMULATOR = 'S', /* of the mailbox simulator */
	RECIPIENT_OWN = 'V',       /* verified by the account itself */
	/* left out, because the list has it for that reason: */
	RECIPIENT_BOUNCED = 'B',
	RECIPIENT_COMPLAINED = 'C',
	RECIPIENT_LISTED = 'M', /* put there by hand */
};

struct recipient {
	enum recipient_flag flag;
	char address[RULES_ADDRESS_MAX + 1];
};

/* The next line of *text, which moves behind it; lines that are none are skipped.
 * False: the end. */
bool recipients_next(const char **text, struct recipient *recipient_r);
/* Appends to text (size bytes, a string). False: it does not fit; unchanged. */
bool recipients_add(
    char *text, size_t size, enum recipient_flag flag, const char *address);
/* Was it left out? */
bool recipients_is_dropped(enum recipient_flag flag);
/* The one with that address, whole in any case. */
bool recipients_find(
    const char *text, const char *address, struct recipient *recipient_r);

#endif
