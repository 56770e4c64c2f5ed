/* LMTP's lines and messages: see lmtp.h. Answers nothing. */
#include "config.h"

#include "feedback/lmtp.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

/* Of a message, behind the byte before. */
enum {
	AT_LINE,   /* CRLF, or the beginning */
	AT_DOT,    /* CRLF "." */
	AT_DOT_CR, /* CRLF "." CR */
	AT_CR,     /* CR within a line */
	IN_LINE,
};

void
lmtp_parser_init(struct lmtp_parser *parser)
{
	memset(parser, 0, sizeof(*parser));
}

void
lmtp_expect_data(struct lmtp_parser *parser)
{
	parser->is_data = true;
	parser->state = AT_LINE;
}

/* ---- commands ------------------------------------------------------------ */

static const struct {
	const char *word;
	enum lmtp_verb verb;
} verbs[] = {
    {"LHLO", LMTP_LHLO},
    {"MAIL", LMTP_MAIL},
    {"RCPT", LMTP_RCPT},
    {"DATA", LMTP_DATA},
    {"RSET", LMTP_RSET},
    {"NOOP", LMTP_NOOP},
    {"VRFY", LMTP_VRFY},
    {"QUIT", LMTP_QUIT},
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static enum lmtp_verb
verb_of(const char *line, size_t len, size_t *after_r)
{
	size_t word = 0;

	while (word < len && !is_blank(line[word]))
		word++;
	*after_r = word;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (word == strlen(verbs[i].word) &&
		    strncasecmp(line, verbs[i].word, word) == 0)
			return verbs[i].verb;
	return LMTP_UNKNOWN;
}

/* The byte behind a path that begins behind "<": its ">", or the end. */
static size_t
bracket_end(const char *text, size_t len)
{
	bool is_quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && is_quoted)
			i++;
		else if (text[i] == '"')
			is_quoted = !is_quoted;
		else if (text[i] == '>' && !is_quoted)
			return i;
	}
	return len;
}

/* A route before an address (RFC 5321 §4.1.2) is not looked at. */
static void
skip_route(const char **path, size_t *len)
{
	const char *colon;

	if (*len == 0 || **path != '@')
		return;
	colon = memchr(*path, ':', *len);
	if (colon == NULL)
		return;
	*len -= (size_t)(colon + 1 - *path);
	*path = colon + 1;
}

static void
keep_path(const char *path, size_t len, struct lmtp_command *command)
{
	skip_route(&path, &len);
	if (len > RULES_ADDRESS_MAX)
		return;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)path[i] < ' ' || path[i] == 0x7f)
			return;
	memcpy(command->path, path, len);
	command->path[len] = '\0';
}

/* "FROM:<path> parameters"; the brackets may be missing. */
static void
read_path(const char *text, size_t len, const char *word,
    struct lmtp_command *command)
{
	size_t word_len = strlen(word), end;

	while (len > 0 && is_blank(*text))
		text++, len--;
	if (len < word_len || strncasecmp(text, word, word_len) != 0)
		return;
	text += word_len;
	len -= word_len;
	while (len > 0 && is_blank(*text))
		text++, len--;
	if (len == 0)
		return;
	if (*text == '<') {
		text++, len--;
		end = bracket_end(text, len);
		if (end == len)
			return;
	} else {
		end = 0;
		while (end < len && !is_blank(text[end]))
			end++;
	}
	command->has_path = true;
	keep_path(text, end, command);
}

static void
read_line(const char *line, size_t len, struct lmtp_command *command)
{
	size_t after;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (memchr(line, '\0', len) != NULL) {
		command->verb = LMTP_RUBBISH;
		return;
	}
	command->verb = verb_of(line, len, &after);
	if (command->verb == LMTP_MAIL)
		read_path(line + after, len - after, "FROM:", command);
	else if (command->verb == LMTP_RCPT)
		read_path(line + after, len - after, "TO:", command);
}

static enum lmtp_result
parse_command(struct lmtp_parser *parser, const char *data, size_t len,
    size_t *used_r, struct lmtp_command *command)
{
	const char *end = memchr(data, '\n', len);
	bool was_skipping = parser->is_skipping;

	command->has_path = false;
	command->path[0] = '\0';
	if (end == NULL) {
		if (was_skipping || len >= LMTP_LINE_MAX) {
			parser->is_skipping = true;
			*used_r = len;
		}
		return LMTP_MORE;
	}
	parser->is_skipping = false;
	*used_r = (size_t)(end + 1 - data);
	if (was_skipping || *used_r > LMTP_LINE_MAX)
		command->verb = LMTP_RUBBISH;
	else
		read_line(data, (size_t)(end - data), command);
	return LMTP_COMMAND;
}

/* ---- messages ------------------------------------------------------------- */

static void
keep(struct buf *body, const char *data, size_t len)
{
	size_t room = body->max - body->len;

	(void)buf_append(
	    body, data, len < room ? len : room); /* failed stays */
}

/* Takes the rest of a line, or of what is there. */
static size_t
take_line(
    struct lmtp_parser *parser, const char *data, size_t len, struct buf *body)
{
	const char *end = memchr(data, '\n', len);
	size_t used = end == NULL ? len : (size_t)(end + 1 - data);
	bool is_crlf =
	    used > 1 ? data[used - 2] == '\r' : parser->state == AT_CR;

	keep(body, data, used);
	if (end != NULL)
		parser->state = is_crlf ? AT_LINE : IN_LINE;
	else
		parser->state = data[used - 1] == '\r' ? AT_CR : IN_LINE;
	return used;
}

/* Takes a byte of what may be the end; false: it is none, and nothing of it. */
static bool
take_dot(struct lmtp_parser *parser, char c, struct buf *body)
{
	if (parser->state == AT_LINE && c == '.') {
		parser->state = AT_DOT;
		return true;
	}
	if (parser->state == AT_DOT && c == '\r') {
		parser->state = AT_DOT_CR;
		return true;
	}
	if (parser->state == AT_DOT_CR)
		keep(body, "\r", 1);
	/* The line has begun: what is next is within it. */
	parser->state = parser->state == AT_DOT_CR ? AT_CR : IN_LINE;
	return false;
}

static enum lmtp_result
parse_data(struct lmtp_parser *parser, const char *data, size_t len,
    size_t *used_r, struct buf *body)
{
	size_t at = 0;

	while (at < len) {
		if (parser->state == AT_DOT_CR && data[at] == '\n') {
			parser->is_data = false;
			*used_r = at + 1;
			return LMTP_END;
		}
		if (parser->state <= AT_DOT_CR &&
		    take_dot(parser, data[at], body))
			at++;
		else
			at += take_line(parser, data + at, len - at, body);
	}
	*used_r = at;
	return LMTP_MORE;
}

enum lmtp_result
lmtp_parse(struct lmtp_parser *parser, const char *data, size_t len,
    size_t *used_r, struct lmtp_command *command_r, struct buf *body)
{
	*used_r = 0;
	if (len == 0)
		return LMTP_MORE;
	if (parser->is_data)
		return parse_data(parser, data, len, used_r, body);
	return parse_command(parser, data, len, used_r, command_r);
}
