/* Postfix's configuration for looking things up: see mta.h. */
#include "config.h"

#include "ctl/mta.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 8

/* ---- reading ----------------------------------------------------------------- */

/* Cuts the line off *text; NULL: there is none. */
static char *
next_line(char **text)
{
	char *line = *text;
	char *end;

	if (line == NULL || *line == '\0')
		return NULL;
	end = strchr(line, '\n');
	if (end != NULL)
		*end++ = '\0';
	*text = end;
	return line;
}

static size_t
count_lines(const char *text)
{
	size_t count = 1;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* "name = value" in place; false: it is none. */
static bool
split_pair(char *line, struct mta_pair *pair)
{
	char *sign = strchr(line, '=');
	char *end = sign;

	if (sign == NULL)
		return false;
	while (end > line && end[-1] == ' ')
		end--;
	*end = '\0';
	do
		sign++;
	while (*sign == ' ');
	pair->name = line;
	pair->value = sign;
	return true;
}

/* Cuts the next field off *line. */
static char *
next_field(char **line)
{
	char *field = *line + strspn(*line, " \t");
	size_t len = strcspn(field, " \t");

	*line = field + len;
	if (**line != '\0')
		*(*line)++ = '\0';
	return field;
}

static bool
read_service(char *line, bool default_chroot, struct mta_service *service)
{
	const char *is_private, *chroot;

	service->name = next_field(&line);
	service->type = next_field(&line);
	is_private = next_field(&line);
	(void)next_field(&line); /* unprivileged */
	chroot = next_field(&line);
	(void)next_field(&line); /* wake-up */
	(void)next_field(&line); /* processes */
	service->command = next_field(&line);
	service->is_private = is_private[0] != 'n';
	service->is_chrooted =
	    chroot[0] == 'y' || (chroot[0] == '-' && default_chroot);
	return service->command[0] != '\0';
}

/* "submission/inet/smtpd_milters = value" */
static bool
read_override(const struct mta *mta, char *line, struct mta_pair *pair)
{
	char *type, *name;

	if (!split_pair(line, pair))
		return false;
	type = strchr(line, '/');
	name = type == NULL ? NULL : strrchr(type + 1, '/');
	if (name == NULL)
		return false;
	*type++ = '\0';
	*name++ = '\0';
	pair->name = name;
	for (size_t i = 0; i < mta->service_count; i++)
		if (strcmp(mta->services[i].name, line) == 0 &&
		    strcmp(mta->services[i].type, type) == 0) {
			pair->service = i;
			return true;
		}
	return false;
}

bool
mta_init(struct mta *mta, const char *params, const char *services,
    const char *overrides)
{
	const char *const from[] = {params, services, overrides};
	char *rest, *line;
	bool is_old;

	*mta = (struct mta){.params = NULL};
	for (size_t i = 0; i < 3; i++)
		mta->texts[i] = strdup(from[i]);
	mta->params = calloc(count_lines(params), sizeof(*mta->params));
	mta->services = calloc(count_lines(services), sizeof(*mta->services));
	mta->overrides =
	    calloc(count_lines(overrides), sizeof(*mta->overrides));
	if (mta->texts[0] == NULL || mta->texts[1] == NULL ||
	    mta->texts[2] == NULL || mta->params == NULL ||
	    mta->services == NULL || mta->overrides == NULL)
		return false;
	for (rest = mta->texts[0]; (line = next_line(&rest)) != NULL;)
		mta->param_count +=
		    split_pair(line, &mta->params[mta->param_count]);
	/* then "-" in the column of chroot means yes */
	is_old = strcmp(mta_raw(mta, NULL, "compatibility_level"), "0") == 0;
	for (rest = mta->texts[1]; (line = next_line(&rest)) != NULL;)
		mta->service_count += read_service(
		    line, is_old, &mta->services[mta->service_count]);
	for (rest = mta->texts[2]; (line = next_line(&rest)) != NULL;)
		mta->override_count += read_override(
		    mta, line, &mta->overrides[mta->override_count]);
	return true;
}

void
mta_fini(struct mta *mta)
{
	for (size_t i = 0; i < 3; i++)
		free(mta->texts[i]);
	free(mta->params);
	free(mta->services);
	free(mta->overrides);
	*mta = (struct mta){.params = NULL};
}

/* ---- values ------------------------------------------------------------------- */

static const struct mta_pair *
find_override(
    const struct mta *mta, const struct mta_service *service, const char *name)
{
	for (size_t i = 0; service != NULL && i < mta->override_count; i++)
		if (&mta->services[mta->overrides[i].service] == service &&
		    strcmp(mta->overrides[i].name, name) == 0)
			return &mta->overrides[i];
	return NULL;
}

bool
mta_is_overridden(
    const struct mta *mta, const struct mta_service *service, const char *name)
{
	return find_override(mta, service, name) != NULL;
}

const char *
mta_raw(
    const struct mta *mta, const struct mta_service *service, const char *name)
{
	const struct mta_pair *own = find_override(mta, service, name);

	if (own != NULL)
		return own->value;
	for (size_t i = 0; i < mta->param_count; i++)
		if (strcmp(mta->params[i].name, name) == 0)
			return mta->params[i].value;
	return "";
}

/* The name behind a "$", with or without brackets; its end, or NULL: it is more than
 * a name. */
static const char *
read_name(const char *at, char name_r[MTA_WORD_MAX])
{
	char close = *at == '{' ? '}' : *at == '(' ? ')' : '\0';
	size_t len = 0;

	at += close != '\0';
	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	if (len == 0 || len >= MTA_WORD_MAX ||
	    (close != '\0' && at[len] != close))
		return NULL;
	memcpy(name_r, at, len);
	name_r[len] = '\0';
	return at + len + (close != '\0');
}

static void
expand(const struct mta *mta, const struct mta_service *service,
    const char *text, int depth, struct buf *out)
{
	char name[MTA_WORD_MAX];

	while (*text != '\0') {
		size_t len = strcspn(text, "$");
		const char *end;

		(void)buf_append(out, text, len); /* cut at the cap */
		text += len;
		if (*text == '\0')
			return;
		end = text[1] == '$' ? NULL : read_name(text + 1, name);
		if (end == NULL || depth == DEPTH_MAX) {
			(void)buf_putc(out, *text++);
			continue;
		}
		expand(
		    mta, service, mta_raw(mta, service, name), depth + 1, out);
		text = end;
	}
}

const char *
mta_value(const struct mta *mta, const struct mta_service *service,
    const char *name, struct buf *out)
{
	buf_clear(out);
	expand(mta, service, mta_raw(mta, service, name), 0, out);
	return buf_str(out);
}

const char *
mta_expand(const struct mta *mta, const char *text, struct buf *out)
{
	buf_clear(out);
	expand(mta, NULL, text, 0, out);
	return buf_str(out);
}

bool
mta_is_yes(
    const struct mta *mta, const struct mta_service *service, const char *name)
{
	struct buf value;
	bool is_yes;

	buf_init(&value, MTA_WORD_MAX);
	is_yes = strcasecmp(mta_value(mta, service, name, &value), "yes") == 0;
	buf_fini(&value);
	return is_yes;
}

const struct mta_service *
mta_service(const struct mta *mta, const char *name, const char *type)
{
	for (size_t i = 0; i < mta->service_count; i++)
		if (strcmp(mta->services[i].name, name) == 0 &&
		    strcmp(mta->services[i].type, type) == 0)
			return &mta->services[i];
	return NULL;
}

/* ---- lists -------------------------------------------------------------------- */

#define BETWEEN ", \t\r\n"

bool
mta_next(const char **list, char word_r[MTA_WORD_MAX])
{
	const char *at = *list + strspn(*list, BETWEEN);
	size_t len = 0;
	int depth = 0;

	for (; *at != '\0' && (depth > 0 || strchr(BETWEEN, *at) == NULL);
	     at++) {
		depth += (*at == '{') - (*at == '}');
		if (len + 1 < MTA_WORD_MAX)
			word_r[len++] = *at;
	}
	word_r[len] = '\0';
	*list = at;
	return len > 0;
}

/* What is between the braces, without the blanks around it. */
static void
take_inside(const char *word, char inside_r[MTA_WORD_MAX])
{
	size_t len;

	word++;
	word += strspn(word, " \t");
	len = strlen(word);
	while (len > 0 && strchr("} \t", word[len - 1]) != NULL) {
		bool is_brace = word[--len] == '}';

		if (is_brace) {
			while (len > 0 && strchr(" \t", word[len - 1]) != NULL)
				len--;
			break;
		}
	}
	(void)snprintf(inside_r, MTA_WORD_MAX, "%.*s", (int)len, word);
}

bool
mta_item(const char *word, const char *name, char value_r[MTA_WORD_MAX])
{
	char inside[MTA_WORD_MAX], part[MTA_WORD_MAX], option[MTA_WORD_MAX];
	const char *at = inside;
	bool is_head = true;

	if (word[0] != '{') {
		(void)snprintf(value_r, MTA_WORD_MAX, "%s", word);
		return name == NULL;
	}
	take_inside(word, inside);
	for (; mta_next(&at, part); is_head = false) {
		size_t len;

		if (is_head && name == NULL) {
			memcpy(value_r, part, sizeof(part));
			return true;
		}
		if (is_head)
			continue;
		if (part[0] == '{')
			take_inside(part, option);
		else
			memcpy(option, part, sizeof(part));
		len = strcspn(option, " =");
		if (strlen(name) != len || strncmp(option, name, len) != 0)
			continue;
		(void)snprintf(value_r, MTA_WORD_MAX, "%s",
		    option + len + strspn(option + len, " ="));
		return true;
	}
	return false;
}

bool
mta_has_word(const char *list, const char *word)
{
	char one[MTA_WORD_MAX];

	while (mta_next(&list, one))
		if (strcasecmp(one, word) == 0)
			return true;
	return false;
}

const char *
mta_without(const char *list, const char *word, struct buf *out)
{
	char one[MTA_WORD_MAX];

	buf_clear(out);
	for (;;) {
		const char *from = list + strspn(list, BETWEEN);

		if (!mta_next(&list, one))
			return buf_str(out);
		if (strcmp(one, word) != 0)
			(void)buf_printf(out, "%s%.*s",
			    out->len > 0 ? ", " : "", (int)(list - from), from);
	}
}

long long
mta_seconds(const char *text)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (end == text || value < 0)
		return -1;
	switch (*end) {
	case '\0':
	case 's':
		return value;
	case 'm':
		return value * 60;
	case 'h':
		return value * 3600;
	case 'd':
		return value * 86400;
	case 'w':
		return value * 604800;
	default:
		return -1;
	}
}

/* ---- sockets ------------------------------------------------------------------ */

/* HOST:PORT, localhost being 127.0.0.1. */
static void
canonical_inet(const char *text, char out_r[MTA_WORD_MAX])
{
	if (strncasecmp(text, "localhost:", 10) == 0)
		(void)snprintf(out_r, MTA_WORD_MAX, "127.0.0.1:%s", text + 10);
	else
		(void)snprintf(out_r, MTA_WORD_MAX, "%s", text);
}

static bool
is_inet(const char *ours, const char *theirs)
{
	char own[MTA_WORD_MAX], other[MTA_WORD_MAX], text[MTA_WORD_MAX];
	const char *at = strchr(ours, '@');

	if (at == NULL)
		return false;
	(void)snprintf(text, sizeof(text),
	    strchr(at, ':') != NULL && at[1] != '[' ? "[%s]:%.*s" : "%s:%.*s",
	    at + 1, (int)(at - ours), ours);
	canonical_inet(text, own);
	canonical_inet(theirs, other);
	return strcasecmp(own, other) == 0;
}

bool
mta_is_socket(const struct mta *mta, const struct mta_service *service,
    const char *ours, const char *theirs, bool is_by_name)
{
	char path[2 * MTA_WORD_MAX];
	const char *root = mta_raw(mta, NULL, "queue_directory");
	bool is_in_root;

	if (strncmp(ours, "inet:", 5) == 0 && strncmp(theirs, "inet:", 5) == 0)
		return is_inet(ours + 5, theirs + 5);
	if (strncmp(ours, "unix:", 5) != 0 ||
	    (strncmp(theirs, "unix:", 5) != 0 &&
		strncmp(theirs, "local:", 6) != 0))
		return false;
	theirs = strchr(theirs, ':') + 1;
	is_in_root = theirs[0] != '/' ||
		     (!is_by_name && service != NULL && service->is_chrooted);
	(void)snprintf(path, sizeof(path), "%s%s%s", is_in_root ? root : "",
	    is_in_root && theirs[0] != '/' ? "/" : "", theirs);
	return strcmp(path, ours + 5) == 0;
}
