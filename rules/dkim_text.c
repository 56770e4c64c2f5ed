/* DKIM records against the key that should be there: see dkim_text.h. Checks no
 * key. */
#include "config.h"

#include "rules/dkim_text.h"

#include <string.h>

#include "rules/tag_list.h"

#define CUT_LEAST 16 /* of a key, so that it is one that was cut */

enum same { SAME_KEY, SAME_BEGINNING, SAME_NOT };

static enum same
compare_key(const struct tag *p, const char *public_base64)
{
	size_t at = 0;

	for (size_t i = 0; i < p->value_len; i++) {
		if (tag_is_space(p->value[i]))
			continue;
		if (p->value[i] != public_base64[at])
			return SAME_NOT;
		at++;
	}
	if (public_base64[at] == '\0')
		return SAME_KEY;
	return at >= CUT_LEAST ? SAME_BEGINNING : SAME_NOT;
}

static enum dkim_text
judge_version(const struct tag_list *list)
{
	const struct tag *v = tag_list_find(list, "v");

	if (v == NULL || (v == &list->tags[0] && tag_is(v, "DKIM1")))
		return DKIM_TEXT_RIGHT;
	return DKIM_TEXT_VERSION;
}

static enum dkim_text
judge_key(const struct tag_list *list, const char *public_base64)
{
	const struct tag *p = tag_list_find(list, "p");

	if (p == NULL)
		return DKIM_TEXT_NO_KEY;
	if (p->value_len == 0)
		return DKIM_TEXT_REVOKED;
	switch (compare_key(p, public_base64)) {
	case SAME_KEY:
		return DKIM_TEXT_RIGHT;
	case SAME_BEGINNING:
		return DKIM_TEXT_CUT;
	case SAME_NOT:
		break;
	}
	return DKIM_TEXT_OTHER_KEY;
}

static enum dkim_text
judge_use(const struct tag_list *list, const char *algorithm)
{
	const struct tag *k = tag_list_find(list, "k");
	const struct tag *h = tag_list_find(list, "h");
	const struct tag *s = tag_list_find(list, "s");
	const struct tag *t = tag_list_find(list, "t");

	if (k == NULL ? strcmp(algorithm, "rsa") != 0 : !tag_is(k, algorithm))
		return DKIM_TEXT_KEY_TYPE;
	if (h != NULL && !tag_has_item(h, "sha256"))
		return DKIM_TEXT_HASH;
	if (s != NULL && !tag_has_item(s, "*") && !tag_has_item(s, "email"))
		return DKIM_TEXT_SERVICE;
	if (t != NULL && tag_has_item(t, "y"))
		return DKIM_TEXT_TESTING;
	return DKIM_TEXT_RIGHT;
}

static enum dkim_text
judge_plain(const char *text, size_t len, const char *algorithm,
    const char *public_base64)
{
	struct tag_list list;
	enum dkim_text found;

	if (!tag_list_parse(text, len, &list))
		return DKIM_TEXT_MALFORMED;
	found = judge_version(&list);
	if (found == DKIM_TEXT_RIGHT)
		found = judge_key(&list, public_base64);
	if (found == DKIM_TEXT_RIGHT)
		found = judge_use(&list, algorithm);
	return found;
}

static bool
contains(const char *text, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	for (size_t i = 0; i + word_len <= len; i++)
		if (memcmp(text + i, word, word_len) == 0)
			return true;
	return false;
}

static bool
begins_with(const char *text, size_t len, const char *word)
{
	return len >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

/* Was it meant to be a DKIM record? */
static bool
is_meant(const char *text, size_t len)
{
	struct tag_list list;

	if (begins_with(text, len, "v=spf1") ||
	    begins_with(text, len, "v=DMARC1"))
		return false;
	if (contains(text, len, "DKIM1"))
		return true;
	if (tag_list_parse(text, len, &list))
		return tag_list_find(&list, "p") != NULL;
	return contains(text, len, "k=rsa") ||
	       contains(text, len, "k=ed25519") || contains(text, len, "p=MI");
}

enum dkim_text
dkim_text_judge(const char *text, size_t len, const char *algorithm,
    const char *public_base64)
{
	char bare[DKIM_TEXT_MAX];
	enum dkim_text found;
	size_t bare_len = 0;

	if (!is_meant(text, len < DKIM_TEXT_MAX ? len : DKIM_TEXT_MAX))
		return DKIM_TEXT_UNRELATED;
	if (len > DKIM_TEXT_MAX)
		return DKIM_TEXT_MALFORMED;
	found = judge_plain(text, len, algorithm, public_base64);
	if (found == DKIM_TEXT_RIGHT)
		return found;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '"' && text[i] != '\\')
			bare[bare_len++] = text[i];
	if (bare_len < len && judge_plain(bare, bare_len, algorithm,
				  public_base64) == DKIM_TEXT_RIGHT)
		return DKIM_TEXT_ESCAPED;
	return found;
}

bool
dkim_text_holds(const char *text, size_t len, const char *public_base64)
{
	struct tag_list list;
	const struct tag *p;

	if (len > DKIM_TEXT_MAX || !tag_list_parse(text, len, &list))
		return false;
	p = tag_list_find(&list, "p");
	return p != NULL && compare_key(p, public_base64) == SAME_KEY;
}
