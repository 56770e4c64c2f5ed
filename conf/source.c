/* The text of sendward.conf before it is parsed: see parts.h.
 * Does not know any option. */
#include "config.h"

#include "conf/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum sg_err
conf_fault(struct err *err_r, const struct conf_source *source, unsigned line,
    const char *option, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	char place[16] = "";
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (line > 0)
		(void)snprintf(place, sizeof(place), ":%u", line);
	return err_set(err_r, SG_INVALID, "%s%s: %s%s%s", source->path, place,
	    option != NULL ? option : "", option != NULL ? ": " : "", text);
}

static enum sg_err
open_file(const struct conf_source *source, int *fd_r, struct err *err_r)
{
	struct stat st;

	*fd_r =
	    open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd_r < 0 && errno == ENOENT)
		return err_set(err_r, SG_MISSING,
		    "%s: is missing; create it, or name another with -c FILE",
		    source->path);
	if (*fd_r < 0 || fstat(*fd_r, &st) != 0)
		return err_set(
		    err_r, SG_IO, "%s: %s", source->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return conf_fault(
		    err_r, source, 0, NULL, "is not a regular file");
	return SG_OK;
}

static enum sg_err
read_all(struct conf_source *source, int fd, struct err *err_r)
{
	source->text = malloc(CONF_MAX_FILE_BYTES + 2);
	if (source->text == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	while (source->len <= CONF_MAX_FILE_BYTES) {
		ssize_t n = read(fd, source->text + source->len,
		    CONF_MAX_FILE_BYTES + 1 - source->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err_r, SG_IO, "%s: %s", source->path,
			    strerror(errno));
		if (n == 0)
			break;
		source->len += (size_t)n;
	}
	source->text[source->len] = '\0';
	if (source->len > CONF_MAX_FILE_BYTES)
		return conf_fault(err_r, source, 0, NULL,
		    "has more than %d bytes; make it shorter",
		    CONF_MAX_FILE_BYTES);
	return SG_OK;
}

/* The byte after a string's closing quote; NULL: it is not on this line. */
static const char *
skip_string(const char *p)
{
	for (p++; *p != '\0' && *p != '\n'; p++) {
		if (*p == '"')
			return p + 1;
		if (p[0] == '\\' && p[1] != '\0' && p[1] != '\n')
			p++;
	}
	return NULL;
}

/* The byte after a comment that starts at p, or p; NULL: it does not end. */
static const char *
skip_comment(const char *p, unsigned *line)
{
	if (p[0] == '#' || (p[0] == '/' && p[1] == '/'))
		return p + strcspn(p, "\n");
	if (p[0] != '/' || p[1] != '*')
		return p;
	for (p += 2; *p != '\0'; p++) {
		if (p[0] == '*' && p[1] == '/')
			return p + 2;
		if (*p == '\n')
			(*line)++;
	}
	return NULL;
}

static bool
is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

/* Does the word that starts at p begin with a number too large for int? */
static bool
is_huge_number(const char *p)
{
	int base = p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? 16 : 10;
	long long value;

	if (*p < '0' || *p > '9')
		return false;
	errno = 0;
	value = strtoll(p, NULL, base);
	return errno == ERANGE || value > INT32_MAX;
}

/* What is wrong with the string, number or word that starts at p; NULL and
 * *after_r, the byte behind it, when nothing is. */
static const char *
check_word(const char *p, const char **after_r)
{
	*after_r = p + 1;
	if (*p == '@')
		return "@include is not known; write all into one file";
	if (*p == '"') {
		*after_r = skip_string(p);
		return *after_r != NULL
			   ? NULL
			   : "the string is not closed; add the missing \"";
	}
	if (is_huge_number(p))
		return "number too large; 2147483647 is the largest that any "
		       "option takes";
	if (is_word_byte(*p))
		while (is_word_byte(**after_r))
			(*after_r)++;
	return NULL;
}

/* libconfig 1.5 wraps large numbers around, loses memory when a string is not
 * closed, and would read other files. */
static enum sg_err
check_words(const struct conf_source *source, struct err *err_r)
{
	const char *p = source->text;
	unsigned line = 1;

	while (*p != '\0') {
		const char *after = skip_comment(p, &line);
		const char *problem = NULL;

		if (after == NULL)
			problem = "a comment is not closed; add */";
		else if (after == p)
			problem = check_word(p, &after);
		if (problem != NULL)
			return conf_fault(
			    err_r, source, line, NULL, "%s", problem);
		if (*p == '\n')
			line++;
		p = after;
	}
	return SG_OK;
}

enum sg_err
conf_source_read(
    struct conf_source *source, const char *path, struct err *err_r)
{
	int fd = -1;
	enum sg_err rc;

	source->path = path;
	source->text = NULL;
	source->len = 0;
	rc = open_file(source, &fd, err_r);
	if (rc == SG_OK)
		rc = read_all(source, fd, err_r);
	if (fd >= 0)
		(void)close(fd);
	if (rc == SG_OK && strlen(source->text) != source->len)
		rc = conf_fault(err_r, source, 0, NULL,
		    "byte %zu is NUL; this is no text file",
		    strlen(source->text) + 1);
	if (rc == SG_OK)
		rc = check_words(source, err_r);
	return rc;
}
