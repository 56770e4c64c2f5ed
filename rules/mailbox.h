/* Reads RFC 5322 address lists strictly: what this parser accepts, every mail
 * client must read alike; anything else is refused. Does not decode display
 * names and checks no identity. */
#ifndef SENDWARD_RULES_MAILBOX_H
#define SENDWARD_RULES_MAILBOX_H

#include "rules/types.h"

enum mailbox_error {
	MAILBOX_OK = 0,
	MAILBOX_EMPTY,
	MAILBOX_TOO_LONG, /* a part passes its RFC 5321 limit, or the input 64 KiB */
	MAILBOX_CONTROL,   /* NUL, control or 8-bit byte where none may be */
	MAILBOX_NO_DOMAIN, /* "Missing final '@domain'" */
	MAILBOX_BAD_LOCAL,
	MAILBOX_BAD_DOMAIN, /* no LDH labels; address literals are refused */
	MAILBOX_UNBALANCED, /* quote, comment, bracket, group not closed */
	MAILBOX_AMBIGUOUS,  /* readers could disagree on what the address is */
	MAILBOX_GROUP,      /* group syntax (RFC 5322 §3.4), refused */
	MAILBOX_TOO_MANY,   /* more addresses than `max` */
	MAILBOX_SYNTAX,
};

struct mailbox {
	char address[RULES_ADDRESS_MAX +
		     1]; /* local@domain, domain in lower case,
	                                        quotes removed where not needed */
	size_t at;       /* index of the '@' */
};

/* Reads a mailbox-list (value of From, Sender, Reply-To; RFC 5322 §3.4, §3.6.2)
 * of len bytes (may hold anything). Display names may be atoms with dots
 * (obs-phrase), quoted strings, encoded words or raw UTF-8; comments may stand
 * between words and around an address, nested at most 20; folds may be "\n " or
 * "\r\n ". Refused, though RFC 5322 or custom allows it: comments and blanks
 * inside an address, specials and quoted pairs in a quoted local part, encoded
 * words in an address, a second address anywhere (except the same once more, as
 * in "a@b.example <a@b.example>"), and names that turn into an address list when
 * decoded or split too early (display_name.h). Fills up to max entries and
 * *count_r, 0 on any error. Linear in len. */
enum mailbox_error mailbox_parse_list(const char *text, size_t len,
    struct mailbox *list_r, size_t max, size_t *count_r);

/* Reads an SMTP path (RFC 5321 §4.1.2) with or without angle brackets, such as
 * "<a@b.example>". "<>" and "" give an empty address and MAILBOX_OK. Source
 * routes are refused. */
enum mailbox_error mailbox_parse_path(const char *text, struct mailbox *path_r);

/* The same for a recipient, where what the MTA delivers to must be what was read:
 * not OK either when the local part holds a route (x%y@z, y!x@z: MAILBOX_AMBIGUOUS)
 * or nothing is there (MAILBOX_EMPTY). MAILBOX_NO_DOMAIN: a local part alone, of
 * letters, digits and "+-._", which the MTA completes with its own domain. */
enum mailbox_error mailbox_parse_recipient(
    const char *text, struct mailbox *recipient_r);

/* Is it a domain of LDH labels (RFC 5890 §2.3.1; an internationalised domain in
 * its A-label form), 1..63 characters each and 253 in all, no final dot, the last
 * not all digits? *labels_r counts them. MAILBOX_OK, _TOO_LONG, _NO_DOMAIN when
 * empty, or _BAD_DOMAIN. */
enum mailbox_error mailbox_check_domain(
    const char *text, size_t len, size_t *labels_r);

/* A sentence for people, SES's words where they exist, such as
 * "Missing final '@domain'". */
const char *mailbox_error_text(enum mailbox_error error);

#endif
