/* Lines of tables that other programs keep: logical lines, rows of OpenDKIM's, of
 * rspamd's and of Postfix's tables. Bytes in, words out: opens no file. */
#ifndef SENDWARD_CTL_IMPORT_TEXT_H
#define SENDWARD_CTL_IMPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define IMPORT_LINE_MAX 16384 /* a key in base64 fits */

struct import_text {
	const char *at, *end;
	size_t line; /* of the file, where the row begins; 0 before the first */
	size_t next; /* line that `at` is in */
	bool is_joined; /* a line that begins with a blank goes on (Postfix) */
};
/* Borrows text for as long as it is read. */
void import_text_begin(
    struct import_text *text, const char *data, size_t len, bool is_joined);

/* The next row that holds something, without blanks around it and without
 * comments: whole lines that begin with # when joined (as Postfix has them), else
 * what follows a # (as OpenDKIM has them). *why_r: what is wrong with it (too long,
 * a control character), else NULL; row is "" then. False at the end. */
bool import_text_row(struct import_text *text, char row[IMPORT_LINE_MAX + 1],
    const char **why_r);

/* Cuts the first word, up to a blank, off *rest; both point into the row. "" when
 * there is none. */
char *import_text_word(char **rest);

/* ---- OpenDKIM (opendkim.conf(5), opendkim(8) "DATA SETS") ---------------------- */

/* "NAME DOMAIN:SELECTOR:KEY" of a KeyTable. */
struct import_key_row {
	char *name, *domain, *selector, *key;
};
/* Points into row, which is changed. NULL when fine, else what is wrong. */
const char *import_text_key_row(char *row, struct import_key_row *row_r);

/* The senders that a pattern of a SigningTable means. */
enum import_scope {
	IMPORT_SCOPE_DOMAIN, /* addresses of this domain */
	IMPORT_SCOPE_BELOW,  /* addresses of its subdomains */
	IMPORT_SCOPE_ANY,
	IMPORT_SCOPE_ODD, /* no domain can be told from it */
};
struct import_signing_row {
	char *pattern, *key_name;
	enum import_scope scope;
	const char *domain; /* "" unless DOMAIN or BELOW */
};
/* "PATTERN NAME" or "PATTERN NAME:SIGNER"; is_refile: patterns with wildcards. */
const char *import_text_signing_row(
    char *row, bool is_refile, struct import_signing_row *row_r);

/* ---- Postfix (postmap(1), smtpd_sender_login_maps) ------------------------------ */

/* "SENDER LOGIN, LOGIN ...": the sender's domain ("" for a local part alone), and
 * what remains for import_text_login. */
struct import_login_row {
	const char *sender, *domain;
	char *rest;
};
const char *import_text_login_row(char *row, struct import_login_row *row_r);
/* The next login; NULL: no more. */
char *import_text_login(struct import_login_row *row);

#endif
