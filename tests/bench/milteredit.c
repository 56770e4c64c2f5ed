/* A message's headers and the edits that a filter asks for, as the MTA would
 * apply them. Knows nothing of the wire. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"
#include "milteredit.h"

static char *
copy(const char *text)
{
	char *s = strdup(text);

	if (s == NULL)
		load_die("out of memory");
	return s;
}

void
edit_clear(struct edit_msg *m)
{
	for (size_t i = 0; i < m->len; i++) {
		free(m->header[i].name);
		free(m->header[i].value);
	}
	m->len = 0;
}

void
edit_insert(struct edit_msg *m, size_t at, const char *name, const char *value)
{
	if (m->len == EDIT_HEADERS_MAX)
		load_die("more than %d headers", EDIT_HEADERS_MAX);
	if (at > m->len)
		at = m->len;
	memmove(m->header + at + 1, m->header + at,
	    (m->len - at) * sizeof(m->header[0]));
	m->header[at].name = copy(name);
	m->header[at].value = copy(value);
	m->len++;
}

static void
delete_at(struct edit_msg *m, size_t at)
{
	free(m->header[at].name);
	free(m->header[at].value);
	m->len--;
	memmove(m->header + at, m->header + at + 1,
	    (m->len - at) * sizeof(m->header[0]));
}

void
edit_change(struct edit_msg *m, size_t nth, const char *name, const char *value)
{
	for (size_t i = 1; i < m->len; i++) {
		if (strcasecmp(m->header[i].name, name) != 0 || --nth > 0)
			continue;
		if (value[0] == '\0') {
			delete_at(m, i);
			return;
		}
		free(m->header[i].value);
		m->header[i].value = copy(value);
		return;
	}
}

/* A folded value carries bare line feeds on the milter's wire. */
static void
write_value(FILE *f, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			(void)fputc('\r', f);
		(void)fputc(*value, f);
	}
}

int
edit_write(const struct edit_msg *m, const char *path, const char *body,
    size_t body_len)
{
	FILE *f = fopen(path, "w");
	int failed;

	if (f == NULL)
		return -1;
	for (size_t i = 0; i < m->len; i++) {
		(void)fprintf(f, "%s: ", m->header[i].name);
		write_value(f, m->header[i].value);
		(void)fputs("\r\n", f);
	}
	(void)fputs("\r\n", f);
	(void)fwrite(body, 1, body_len, f);
	failed = ferror(f);
	return fclose(f) != 0 || failed ? -1 : 0;
}
