/* What sendward's own letters say, one entry for each kind: a subject line and
 * paragraphs. Plain text: compose.c makes both forms of a letter from it.
 *
 * {name} stands for a fact of the letter (control characters become blanks); a
 * paragraph, or line of a subject, whose fact is missing or empty is left out.
 * Facts of every letter: account, what (made of subject and identity: "DKIM of
 * shop.example"), command (the identity for a command line: "shop shop.example").
 * Of some: identity, effect, keep (of domains), why, records, until, link, mail_type, website,
 * use_case, reason, daily, rate; who (what is paused or held: "account shop"),
 * figures, resume, release (command lines); domain, diagnostic, recipient, id, rule.
 * A kind with subject NULL is made elsewhere, not of words. */
#ifndef SENDWARD_JOBS_LETTER_TEXTS_H
#define SENDWARD_JOBS_LETTER_TEXTS_H

#include "store/store.h"

enum letter_paragraph_kind {
	LETTER_END,
	LETTER_TEXT,  /* wrapped */
	LETTER_LINK,  /* one address, alone on its line */
	LETTER_BLOCK, /* lines that are kept as they are */
};
struct letter_paragraph {
	enum letter_paragraph_kind kind;
	const char *text;
};
#define LETTER_PARAGRAPHS_MAX 12
struct letter_text {
	const char *subject;
	struct letter_paragraph paragraphs[LETTER_PARAGRAPHS_MAX];
};
extern const struct letter_text letter_texts[STORE_LETTER_KINDS];
/* {keep} */
extern const char letter_keep[];
/* The last paragraph of all of them. */
extern const char letter_footer[];

/* What a change means for mail: {effect}. NULL: nothing worth saying. subject: the
 * fact of that name. */
const char *letter_effect(enum store_letter_kind kind, const char *subject);

#endif
