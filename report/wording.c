/* Text of strangers made fit for patterns: see wording.h. Knows no MIME. */
#include "config.h"

#include "report/wording.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The length of the valid UTF-8 character at text, 0 when it is none. */
static size_t
utf8_len(const unsigned char *s, size_t len)
{
	size_t need, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xC2 || s[0] > 0xF4)
		return 0;
	need = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	if (len < need)
		return 0;
	for (i = 1; i < need; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
	    (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
		return 0;
	return need;
}

/* A byte that is no UTF-8 as Latin-1; those of windows-1252 that differ are
 * punctuation. */
static void
append_byte(struct buf *out, unsigned char c)
{
	char two[2] = {(char)(0xC0 | (c >> 6)), (char)(0x80 | (c & 0x3F))};

	if (c < 0xA0)
		(void)buf_putc(out, c == 0x92 || c == 0x91 ? '\'' : '?');
	else
		(void)buf_append(out, two, 2);
}

void
wording_lines(struct buf *out, const char *text, size_t len)
{
	size_t i = 0, n;

	while (i < len && !out->failed) {
		n = utf8_len((const unsigned char *)text + i, len - i);
		if (n == 0)
			append_byte(out, (unsigned char)text[i]);
		else if (n > 1 || text[i] == '\n' || text[i] == '\t')
			(void)buf_append(out, text + i, n);
		else if (text[i] == '\r' &&
			 (i + 1 == len || text[i + 1] != '\n'))
			(void)buf_putc(out, '\n');
		else if ((unsigned char)text[i] >= ' ' && text[i] != 0x7F)
			(void)buf_putc(out, text[i]);
		i += n == 0 ? 1 : n;
	}
}

/* "550-", "550-5.1.1", "550 5.1.1" or "5.1.1" at the beginning of a word: its
 * length, and the code without what joins. */
static size_t
code_len(const char *text, char code_r[4])
{
	size_t n = 0;

	code_r[0] = '\0';
	if (text[0] < '2' || text[0] > '5' ||
	    !isdigit((unsigned char)text[1]) ||
	    !isdigit((unsigned char)text[2]))
		return 0;
	if (text[3] != '-' && text[3] != ' ')
		return 0;
	memcpy(code_r, text, 3);
	code_r[3] = '\0';
	n = 4;
	return n;
}

/* The length of "5.1.1 " or "#5.1.1 " at text, 0 none. */
static size_t
status_len(const char *text)
{
	size_t n = text[0] == '#', i;

	if (text[n] != '2' && text[n] != '4' && text[n] != '5')
		return 0;
	n++;
	for (i = 0; i < 2; i++) {
		if (text[n] != '.' || !isdigit((unsigned char)text[n + 1]))
			return 0;
		n += 1 + strspn(text + n + 1, "0123456789");
	}
	return n;
}

/* Leaves out, in place, the second and later "550-5.1.1 " of a reply whose
 * first line begins with the same. */
static void
drop_repeats(char *text)
{
	char *from = text, *to = text, code[4], first[4] = "";
	char status[REPORT_STATUS_MAX + 1] = "";
	bool is_word = true;
	size_t n, len;

	while (*from != '\0') {
		n = is_word ? code_len(from, code) : 0;
		len = n > 0 ? status_len(from + n) : 0;
		if (n > 0 && first[0] == '\0') {
			memcpy(first, code, sizeof(first));
			wording_copy(status, sizeof(status), from + n, len);
		} else if (n > 0 && strcmp(first, code) == 0) {
			from += n;
			/* another status says something new */
			if (len > 0 && strlen(status) == len &&
			    memcmp(status, from, len) == 0)
				from += len + (from[len] == ' ');
			continue;
		}
		is_word = *from == ' ';
		*to++ = *from++;
	}
	*to = '\0';
}

/* Quotes and spaces of typographers: the ASCII one, or 0. */
static char
plain_of(const char *s, size_t n)
{
	if (n == 2 && memcmp(s, "\xC2\xA0", 2) == 0)
		return ' ';
	if (n != 3 || memcmp(s, "\xE2\x80", 2) != 0)
		return n == 3 && memcmp(s, "\xE3\x80\x80", 3) == 0 ? ' ' : 0;
	switch ((unsigned char)s[2]) {
	case 0x98:
	case 0x99:
		return '\'';
	case 0x9C:
	case 0x9D:
		return '"';
	case 0x90:
	case 0x91:
	case 0x93:
		return '-';
	default: /* zero-width ones among them */
		return (unsigned char)s[2] <= 0x8F ? ' ' : 0;
	}
}

static void
put_word_char(struct buf *out, size_t begin, const char *s, size_t n)
{
	char plain = n == 1 ? *s : plain_of(s, n);

	if (n == 1 && ((unsigned char)*s <= ' ' || *s == 0x7F))
		plain = ' ';
	if (n == 0) {
		append_byte(out, (unsigned char)*s);
	} else if (plain == 0) {
		(void)buf_append(out, s, n);
	} else if (plain != ' ' ||
		   (out->len > begin && out->data[out->len - 1] != ' ')) {
		(void)buf_putc(out, plain);
	}
}

void
wording_line(struct buf *out, const char *text, size_t len, size_t max)
{
	size_t i = 0, n, begin = out->len;

	if (len > max)
		len = max;
	while (i < len && !out->failed) {
		n = utf8_len((const unsigned char *)text + i, len - i);
		if (n == 0 && len == max && len - i < 4)
			break; /* a character that was cut */
		put_word_char(out, begin, text + i, n);
		i += n == 0 ? 1 : n;
	}
	if (out->len == begin)
		return;
	drop_repeats(out->data + begin);
	out->len = begin + strlen(out->data + begin);
	while (out->len > begin && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

void
wording_status(const char *text, char status_r[REPORT_STATUS_MAX])
{
	const char *at;
	size_t n;
	char before;

	status_r[0] = '\0';
	for (at = text; *at != '\0'; at++) {
		before = at == text ? ' ' : at[-1];
		if (isalnum((unsigned char)before) || before == '.')
			continue;
		n = *at == '#' ? 0 : status_len(at);
		if (n == 0 || n >= REPORT_STATUS_MAX ||
		    isalnum((unsigned char)at[n]) ||
		    (at[n] == '.' && isdigit((unsigned char)at[n + 1])))
			continue;
		memcpy(status_r, at, n);
		status_r[n] = '\0';
		return;
	}
}

int
wording_reply_code(const char *text)
{
	const char *at;
	char before;

	for (at = text; *at != '\0'; at++) {
		before = at == text ? ' ' : at[-1];
		if ((*at != '4' && *at != '5') ||
		    strchr(" \"'#(<:;", before) == NULL)
			continue;
		if (at[1] < '0' || at[1] > '7' ||
		    !isdigit((unsigned char)at[2]) ||
		    isalnum((unsigned char)at[3]) || at[3] == '.' ||
		    at[3] == ',' || at[3] == ':' + 1)
			continue;
		return (at[0] - '0') * 100 + (at[1] - '0') * 10 + at[2] - '0';
	}
	return 0;
}

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("._+-", c));
}

/* Is what stands at text behind a name: "name@host", "host[192.0.2.1]"? */
static bool
makes_name(const char *text)
{
	if (text[0] == '@')
		return is_name_char(text[1]);
	return text[0] == '[' && (isdigit((unsigned char)text[1]) ||
				     strncmp(text + 1, "IPv6:", 5) == 0);
}

void
wording_mask_names(char *text)
{
	char *at = text, *from, *p;
	bool is_name;

	while (*at != '\0') {
		if (!is_name_char(*at)) {
			at++;
			continue;
		}
		from = at;
		while (is_name_char(*at))
			at++;
		is_name = makes_name(at) || (from > text && from[-1] == '@');
		for (p = from; is_name && p < at; p++)
			if (isalnum((unsigned char)*p))
				*p = 'x';
	}
}

/* The length of "  Subject:" at the beginning of a line, 0 none. */
static size_t
subject_len(const char *line, size_t len)
{
	static const char *const names[] = {"Subject", "Betreff", "Objet",
	    "Sujet", "Asunto", "Assunto", "Oggetto", "Onderwerp", "Temat",
	    "\xC3\x84mne", "\xD0\xA2\xD0\xB5\xD0\xBC\xD0\xB0",
	    "\xE4\xBB\xB6\xE5\x90\x8D", "\xE4\xB8\xBB\xE9\xA2\x98"};
	size_t i, n, at = 0;

	while (at < len && strchr(" \t*>|", line[at]) != NULL)
		at++;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (len - at < n || strncasecmp(line + at, names[i], n) != 0)
			continue;
		n += at;
		while (n < len && (line[n] == ' ' || line[n] == '\t'))
			n++;
		return n < len && line[n] == ':' ? n + 1 : 0;
	}
	return 0;
}

void
wording_blank_subjects(char *text, size_t len)
{
	size_t at = 0, to, n;
	const char *end;

	while (at < len) {
		end = memchr(text + at, '\n', len - at);
		to = end == NULL ? len : (size_t)(end - text);
		n = subject_len(text + at, to - at);
		if (n > 0)
			memset(text + at + n, ' ', to - at - n);
		at = to + 1;
	}
}

void
wording_copy(char *to, size_t size, const char *text, size_t len)
{
	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(to, text, len);
	to[len] = '\0';
}
