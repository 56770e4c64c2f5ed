/* What a TXT record at a selector's name says (RFC 6376 §3.6.1), held against the
 * key that should be there. Pure; asks no DNS, and checks no key. */
#ifndef SENDWARD_RULES_DKIM_TEXT_H
#define SENDWARD_RULES_DKIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define DKIM_TEXT_MAX 8192 /* longer ones are not looked into */

enum dkim_text {
	DKIM_TEXT_RIGHT,
	DKIM_TEXT_UNRELATED, /* no DKIM record: SPF, a token, … */
	DKIM_TEXT_ESCAPED, /* would be right without its quotes, backslashes */
	DKIM_TEXT_MALFORMED, /* no tag list, a tag twice, too long */
	DKIM_TEXT_VERSION,   /* v= not DKIM1, or not the first tag */
	DKIM_TEXT_NO_KEY,    /* p= is missing */
	DKIM_TEXT_REVOKED,   /* p= is empty */
	DKIM_TEXT_CUT,       /* the key begins right and ends early */
	DKIM_TEXT_OTHER_KEY,
	DKIM_TEXT_KEY_TYPE, /* right key; k= says another algorithm */
	DKIM_TEXT_HASH,     /* right key; h= leaves sha256 out */
	DKIM_TEXT_SERVICE,  /* right key; s= is not for e-mail */
	DKIM_TEXT_TESTING,  /* right key; t=y: taken as if there were none */
};

/* text: the strings of the record joined, any bytes. algorithm: "rsa" or
 * "ed25519". White space inside p= is allowed and counts for nothing. */
enum dkim_text dkim_text_judge(const char *text, size_t len,
    const char *algorithm, const char *public_base64);

/* Does a well-formed record hold this key, whatever else it says? */
bool dkim_text_holds(const char *text, size_t len, const char *public_base64);

#endif
