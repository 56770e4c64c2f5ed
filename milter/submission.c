/* The API's own field: see submission.h. */
#include "config.h"

#include "milter/submission.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "milter/message.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define BLANKS " \t\r\n"

struct words {
	char name[65], operation[65], key[129], address[46];
};

static bool
is_made_of(const char *text, const char *characters)
{
	return text[strspn(text, characters)] == '\0';
}

/* The next word of *text, which moves behind it. False: it does not fit, or there is
 * none. */
static bool
next_word(const char **text, char *word_r, size_t size)
{
	const char *begin = *text + strspn(*text, BLANKS);
	size_t len = strcspn(begin, BLANKS);

	*text = begin + len;
	if (len == 0 || len >= size)
		return false;
	memcpy(word_r, begin, len);
	word_r[len] = '\0';
	return true;
}

static bool
read_words(const char *value, struct words *w)
{
	return next_word(&value, w->name, sizeof(w->name)) &&
	       next_word(&value, w->operation, sizeof(w->operation)) &&
	       next_word(&value, w->key, sizeof(w->key)) &&
	       next_word(&value, w->address, sizeof(w->address)) &&
	       value[strspn(value, BLANKS)] == '\0' &&
	       is_made_of(w->name, LETTERS DIGITS "-") &&
	       is_made_of(w->operation, LETTERS) &&
	       is_made_of(w->key, LETTERS DIGITS "-_.") &&
	       is_made_of(w->address, DIGITS "abcdefABCDEF:.");
}

static bool
keep(struct message *m, const struct words *words)
{
	struct message_content *c = &m->content;

	c->submission = arena_strdup(m->arena, words->name);
	c->operation = arena_strdup(m->arena, words->operation);
	m->login = arena_strdup(m->arena, words->key);
	m->source_ip = arena_strdup(m->arena, words->address);
	return c->submission != NULL && c->operation != NULL &&
	       m->login != NULL && m->source_ip != NULL;
}

bool
submission_take(struct message *m)
{
	const struct message_content *c = &m->content;
	struct words words;

	if (!m->is_private)
		return true;
	for (size_t i = 0; i < c->header_count; i++) {
		if (strcasecmp(c->headers[i].name, "X-Sendward-Submission") !=
		    0)
			continue;
		return !read_words(c->headers[i].value, &words) ||
		       keep(m, &words);
	}
	return true;
}
