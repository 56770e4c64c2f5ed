/* The API's own field: see submission.h. */
#include "config.h"

#include "milter/submission.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "milter/message.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

struct words {
	char name[65], operation[65], key[129], address[46];
};

static bool
is_made_of(const char *text, const char *characters)
{
	return text[strspn(text, characters)] == '\0';
}

static bool
read_words(const char *value, struct words *words_r)
{
	char rest[2];

	return sscanf(value, " %64s %64s %128s %45s %1s", words_r->name,
		   words_r->operation, words_r->key, words_r->address,
		   rest) == 4 &&
	       is_made_of(words_r->name, LETTERS DIGITS "-") &&
	       is_made_of(words_r->operation, LETTERS) &&
	       is_made_of(words_r->key, LETTERS DIGITS "-_.") &&
	       is_made_of(words_r->address, DIGITS "abcdefABCDEF:.");
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
