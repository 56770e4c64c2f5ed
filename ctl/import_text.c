/* Lines of other programs' tables: see import_text.h. Opens no file. */
#include "config.h"

#include "ctl/import_text.h"

#include <string.h>

#define BLANKS " \t\r"

void
import_text_begin(
    struct import_text *text, const char *data, size_t len, bool is_joined)
{
	*text = (struct import_text){
	    .at = data, .end = data + len, .next = 1, .is_joined = is_joined};
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		text->at += 3; /* a byte order mark */
}

static bool
is_blank(char c)
{
	return c != '\0' && strchr(BLANKS, c) != NULL;
}

/* ---- rows ------------------------------------------------------------------------ */

/* One line of the file; false at its end. */
static bool
next_line(struct import_text *text, const char **line_r, size_t *len_r)
{
	const char *lf;

	if (text->at == text->end)
		return false;
	lf = memchr(text->at, '\n', (size_t)(text->end - text->at));
	*line_r = text->at;
	*len_r = (size_t)((lf == NULL ? text->end : lf) - text->at);
	text->at = lf == NULL ? text->end : lf + 1;
	text->next++;
	return true;
}

/* Where the comment begins. */
static size_t
without_comment(const struct import_text *text, const char *line, size_t len)
{
	const char *hash = memchr(line, '#', len);
	size_t blanks = 0;

	while (blanks < len && is_blank(line[blanks]))
		blanks++;
	if (hash == NULL || (text->is_joined && hash != line + blanks))
		return len;
	return (size_t)(hash - line);
}

static void
trim(const char **line, size_t *len)
{
	while (*len > 0 && is_blank(**line)) {
		(*line)++;
		(*len)--;
	}
	while (*len > 0 && is_blank((*line)[*len - 1]))
		(*len)--;
}

static bool
has_control(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == 0x7f)
			return true;
	return false;
}

/* Appends a line to the row, behind a blank. */
static void
append(char *row, const char *line, size_t len, const char **why_r)
{
	size_t used = strlen(row);

	if (*why_r != NULL || len == 0)
		return;
	if (has_control(line, len)) {
		*why_r = "a control character stands in it";
		return;
	}
	if (used + (used > 0) + len > IMPORT_LINE_MAX) {
		*why_r = "it is longer than 16384 characters";
		return;
	}
	if (used > 0)
		row[used++] = ' ';
	memcpy(row + used, line, len);
	row[used + len] = '\0';
}

/* Does the next line belong to the row before it? */
static bool
goes_on(const struct import_text *text)
{
	return text->is_joined && text->at < text->end && is_blank(*text->at);
}

bool
import_text_row(
    struct import_text *text, char row[IMPORT_LINE_MAX + 1], const char **why_r)
{
	const char *line;
	size_t len;

	*why_r = NULL;
	row[0] = '\0';
	while (row[0] == '\0' && *why_r == NULL) {
		text->line = text->next;
		if (!next_line(text, &line, &len))
			return false;
		do {
			len = without_comment(text, line, len);
			trim(&line, &len);
			append(row, line, len, why_r);
		} while ((row[0] != '\0' || *why_r != NULL) && goes_on(text) &&
			 next_line(text, &line, &len));
	}
	if (*why_r != NULL)
		row[0] = '\0';
	return true;
}

char *
import_text_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	size_t len = strcspn(word, BLANKS);

	*rest = word + len;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	*rest += strspn(*rest, BLANKS);
	return word;
}

/* ---- OpenDKIM -------------------------------------------------------------------- */

/* Cuts what stands before the next colon off *rest. False: there is none. */
static bool
cut_field(char **rest, char **field_r)
{
	char *colon = strchr(*rest, ':');

	*field_r = *rest;
	if (colon == NULL)
		return false;
	*colon = '\0';
	*rest = colon + 1;
	return true;
}

const char *
import_text_key_row(char *row, struct import_key_row *row_r)
{
	char *rest = row;

	row_r->name = import_text_word(&rest);
	if (!cut_field(&rest, &row_r->domain) ||
	    !cut_field(&rest, &row_r->selector))
		return "it is no NAME DOMAIN:SELECTOR:KEY";
	row_r->key = rest;
	if (row_r->domain[0] == '\0' || row_r->selector[0] == '\0' ||
	    row_r->key[0] == '\0')
		return "domain, selector or key is empty";
	return NULL;
}

static void
set_scope(struct import_signing_row *row, bool is_refile)
{
	const char *at = strrchr(row->pattern, '@');
	const char *host = at == NULL ? row->pattern : at + 1;

	row->domain = "";
	row->scope = IMPORT_SCOPE_ODD;
	if (strcmp(host, "*") == 0) {
		row->scope = IMPORT_SCOPE_ANY;
		return;
	}
	if (at == NULL && is_refile) {
		if (*host != '*') /* it would have to be the whole address */
			return;
		host += host[1] != '.';
	}
	if (strncmp(host, "*.", 2) == 0 || *host == '.') {
		row->scope = IMPORT_SCOPE_BELOW;
		host += *host == '*' ? 2 : 1;
	} else {
		row->scope = IMPORT_SCOPE_DOMAIN;
	}
	if (*host == '\0' || strchr(host, '*') != NULL)
		row->scope = IMPORT_SCOPE_ODD;
	else
		row->domain = host;
}

const char *
import_text_signing_row(
    char *row, bool is_refile, struct import_signing_row *row_r)
{
	char *rest = row;

	row_r->pattern = import_text_word(&rest);
	row_r->key_name = rest;
	row_r->domain = "";
	row_r->scope = IMPORT_SCOPE_ODD;
	rest[strcspn(rest, ":")] = '\0'; /* the signer (i=) is not kept */
	if (rest[0] == '\0')
		return "it is no PATTERN NAME";
	set_scope(row_r, is_refile);
	return NULL;
}

/* ---- Postfix --------------------------------------------------------------------- */

const char *
import_text_login_row(char *row, struct import_login_row *row_r)
{
	char *rest = row, *at;

	row_r->sender = import_text_word(&rest);
	row_r->rest = rest;
	at = strrchr(row_r->sender, '@');
	row_r->domain = at == NULL ? "" : at + 1;
	if (row_r->sender[0] == '/' || row_r->sender[0] == '!')
		return "it is a pattern (regexp, pcre), which names no sender; "
		       "write SENDER LOGIN,... instead";
	if (at != NULL && at[1] == '\0')
		return "the sender has no domain";
	if (rest[strspn(rest, BLANKS ",")] == '\0')
		return "no login stands behind the sender";
	return NULL;
}

char *
import_text_login(struct import_login_row *row)
{
	char *login = row->rest + strspn(row->rest, BLANKS ",");
	size_t len = strcspn(login, BLANKS ",");

	if (len == 0)
		return NULL;
	row->rest = login + len;
	if (*row->rest != '\0')
		*row->rest++ = '\0';
	return login;
}
