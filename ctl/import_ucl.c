/* Settings of rspamd: see import_ucl.h. Opens no file. */
#include "config.h"

#include "ctl/import_ucl.h"

#include <string.h>

struct reader {
	const char *at, *end;
	size_t line, block, blocks;
	char names[IMPORT_UCL_DEPTH][IMPORT_UCL_NAME_MAX + 1];
	size_t depth;
	size_t nested; /* blocks and lists that are open */
	const char *why;
	import_ucl_fn *fn;
	import_ucl_macro_fn *macro;
	void *ctx;
};

static bool
fail(struct reader *in, const char *why)
{
	in->why = why;
	return false;
}

/* The character `n` ahead; '\0' at the end. */
static char
peek(const struct reader *in, size_t n)
{
	return (size_t)(in->end - in->at) > n ? in->at[n] : '\0';
}

static void
step(struct reader *in)
{
	if (*in->at == '\n')
		in->line++;
	in->at++;
}

static void
skip_line(struct reader *in)
{
	while (in->at < in->end && *in->at != '\n')
		in->at++;
}

static bool
skip_block_comment(struct reader *in)
{
	size_t open = 0;

	do {
		bool begins = peek(in, 0) == '/' && peek(in, 1) == '*';
		bool ends = peek(in, 0) == '*' && peek(in, 1) == '/';

		if (in->at == in->end)
			return fail(in, "a comment has no end");
		if (begins)
			open++;
		if (ends)
			open--;
		if (begins || ends)
			in->at++;
		step(in);
	} while (open > 0);
	return true;
}

/* Blanks, comments, and what else is in `more`. */
static bool
skip(struct reader *in, const char *more)
{
	while (in->at < in->end) {
		if (*in->at == '#')
			skip_line(in);
		else if (*in->at == '/' && peek(in, 1) == '*') {
			if (!skip_block_comment(in))
				return false;
		} else if (*in->at != '\0' && strchr(more, *in->at) != NULL)
			step(in);
		else
			break;
	}
	return true;
}

static bool
put(struct reader *in, char *out, size_t max, size_t *len, char c)
{
	if (*len == max)
		return fail(in, "a name or value is too long");
	if ((unsigned char)c < ' ' && c != '\t' && c != '\n' && c != '\r')
		return fail(in, "a control character stands in it");
	out[(*len)++] = c;
	return true;
}

/* JSON's escapes; \u is none of names and paths. */
static bool
unescape(struct reader *in, char *c_r)
{
	static const char from[] = "nrtbf\"\\/'", to[] = "\n\r\t  \"\\/'";
	const char *at = peek(in, 0) == '\0' ? NULL : strchr(from, *in->at);

	if (at == NULL)
		return fail(in, "an escape is not known");
	*c_r = to[at - from];
	return true;
}

static bool
read_quoted(struct reader *in, char *out, size_t max)
{
	char quote = *in->at++;
	size_t len = 0;

	while (in->at < in->end && *in->at != quote) {
		char c = *in->at;

		if (c == '\\') {
			in->at++;
			if (!unescape(in, &c))
				return false;
		}
		if (!put(in, out, max, &len, c))
			return false;
		step(in);
	}
	if (in->at == in->end)
		return fail(in, "a quote has no end");
	in->at++;
	out[len] = '\0';
	return true;
}

/* Up to a byte of `ends`, without blanks at the end. A block may follow: its name
 * ends before the brace. */
static bool
read_bare(struct reader *in, char *out, size_t max, const char *ends)
{
	size_t len = 0;

	while (in->at < in->end && *in->at != '\0' &&
	       strchr(ends, *in->at) == NULL) {
		bool is_block = *in->at == '{' && len > 0 &&
				strchr(" \t", out[len - 1]) != NULL;

		if (is_block)
			break;
		if (!put(in, out, max, &len, *in->at))
			return false;
		step(in);
	}
	while (len > 0 && strchr(" \t\r", out[len - 1]) != NULL)
		len--;
	out[len] = '\0';
	return len > 0 || fail(in, "a name or value is missing");
}

static bool
read_word(struct reader *in, char *out, size_t max, const char *ends)
{
	char c = peek(in, 0);

	if (c == '"' || c == '\'')
		return read_quoted(in, out, max);
	return read_bare(in, out, max, ends);
}

static bool read_block(struct reader *in, char closing);
static bool read_value(struct reader *in);

static bool
push(struct reader *in, const char *name)
{
	size_t len = strlen(name);

	if (in->depth == IMPORT_UCL_DEPTH)
		return fail(in, "blocks are nested too deep");
	if (len > IMPORT_UCL_NAME_MAX)
		return fail(in, "a name or value is too long");
	memcpy(in->names[in->depth++], name, len + 1);
	return true;
}

static bool
enter(struct reader *in)
{
	in->at++;
	return ++in->nested <= IMPORT_UCL_DEPTH ||
	       fail(in, "blocks are nested too deep");
}

static bool
read_list(struct reader *in)
{
	if (!enter(in))
		return false;
	for (;;) {
		if (!skip(in, " \t\r\n,;"))
			return false;
		if (in->at == in->end)
			return fail(in, "a list has no end");
		if (*in->at == ']')
			break;
		if (!read_value(in))
			return false;
	}
	in->at++;
	in->nested--;
	return true;
}

static bool
read_inner(struct reader *in)
{
	size_t before = in->block;
	bool is_read;

	in->block = ++in->blocks;
	is_read = enter(in) && read_block(in, '}');
	in->block = before;
	in->nested--;
	return is_read;
}

static void
tell(struct reader *in, const char *value, size_t line)
{
	struct import_ucl_value told = {.depth = in->depth,
	    .block = in->block,
	    .line = line,
	    .value = value};

	for (size_t i = 0; i < in->depth; i++)
		told.names[i] = in->names[i];
	in->fn(in->ctx, &told);
}

/* A value, or one more name and a block. */
static bool
read_scalar(struct reader *in)
{
	char value[IMPORT_UCL_VALUE_MAX + 1];
	size_t line = in->line;
	bool is_read;

	if (peek(in, 0) == '<' && peek(in, 1) == '<')
		return fail(in, "text over several lines (<<) is not read");
	if (!read_word(in, value, IMPORT_UCL_VALUE_MAX, "\n;,}]#"))
		return false;
	while (peek(in, 0) == ' ' || peek(in, 0) == '\t')
		in->at++;
	if (peek(in, 0) != '{') {
		tell(in, value, line);
		return true;
	}
	if (!push(in, value))
		return false;
	is_read = read_inner(in);
	in->depth--;
	return is_read;
}

static bool
read_value(struct reader *in)
{
	if (peek(in, 0) == '{')
		return read_inner(in);
	if (peek(in, 0) == '[')
		return read_list(in);
	return read_scalar(in);
}

static bool
read_pair(struct reader *in)
{
	char name[IMPORT_UCL_NAME_MAX + 1];
	bool is_read;

	if (!read_word(in, name, IMPORT_UCL_NAME_MAX, " \t\r\n=:{[;,}]#") ||
	    !push(in, name) || !skip(in, " \t\r\n"))
		return false;
	if (peek(in, 0) == '=' || peek(in, 0) == ':') {
		in->at++;
		if (!skip(in, " \t\r\n"))
			return false;
	}
	is_read = read_value(in);
	in->depth--;
	return is_read;
}

/* closing '\0': up to the end of the text. */
static bool
read_block(struct reader *in, char closing)
{
	for (;;) {
		if (!skip(in, " \t\r\n,;"))
			return false;
		if (in->at == in->end)
			return closing == '\0' ||
			       fail(in, "a block has no end");
		if (closing != '\0' && *in->at == closing) {
			in->at++;
			return true;
		}
		if (*in->at == '.' ||
		    (peek(in, 0) == '*' && peek(in, 1) == '*')) {
			if (*in->at == '.')
				in->macro(in->ctx, in->line);
			skip_line(in);
		} else if (closing == '\0' && *in->at == '{') {
			if (!read_inner(in))
				return false;
		} else if (!read_pair(in)) {
			return false;
		}
	}
}

const char *
import_ucl_read(const char *text, size_t len, import_ucl_fn *fn,
    import_ucl_macro_fn *macro, void *ctx, size_t *line_r)
{
	struct reader in = {.at = text,
	    .end = text + len,
	    .line = 1,
	    .fn = fn,
	    .macro = macro,
	    .ctx = ctx};
	bool is_read = read_block(&in, '\0');

	*line_r = in.line;
	return is_read ? NULL : in.why;
}
