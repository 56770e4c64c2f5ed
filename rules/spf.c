/* SPF records: see spf.h. Follows no include. */
#include "config.h"

#include "rules/spf.h"

#include <string.h>

#include "rules/ascii.h"

#define SPF_VERSION "v=spf1"

static bool
is_word(const char *text, size_t len, const char *word)
{
	if (len != strlen(word))
		return false;
	for (size_t i = 0; i < len; i++)
		if (ascii_lower(text[i]) != ascii_lower(word[i]))
			return false;
	return true;
}

bool
spf_is_record(const char *text, size_t len)
{
	size_t version = strlen(SPF_VERSION);

	return len >= version && is_word(text, version, SPF_VERSION) &&
	       (len == version || text[version] == ' ');
}

/* "include:DOMAIN", with a final dot or without. */
static bool
names(const char *term, size_t len, const char *prefix, const char *domain)
{
	size_t prefix_len = strlen(prefix);

	if (len <= prefix_len || !is_word(term, prefix_len, prefix))
		return false;
	if (term[len - 1] == '.')
		len--;
	return is_word(term + prefix_len, len - prefix_len, domain);
}

static bool
is_qualifier(char c)
{
	return c == '+' || c == '-' || c == '~' || c == '?';
}

/* What is known while the terms are read from left to right. */
struct reading {
	const char *domain;
	bool is_after_all, has_redirect, is_over;
	enum spf_cover cover;
};

static void
read_term(struct reading *reading, const char *term, size_t len)
{
	char qualifier = '+';

	if (names(term, len, "redirect=", reading->domain))
		reading->has_redirect = true;
	if (len > 0 && is_qualifier(*term)) {
		qualifier = *term++;
		len--;
	}
	if (is_word(term, len, "all"))
		reading->is_after_all = true;
	if (reading->is_over || !names(term, len, "include:", reading->domain))
		return;
	reading->is_over = true;
	if (reading->is_after_all)
		reading->cover = SPF_AFTER_ALL;
	else
		reading->cover = qualifier == '+' ? SPF_COVERS : SPF_FORBIDS;
}

enum spf_cover
spf_covers(const char *text, size_t len, const char *domain)
{
	struct reading reading = {.domain = domain, .cover = SPF_LEAVES_OUT};

	for (size_t i = 0; i < len; i++)
		if (!ascii_is_print(text[i]))
			return SPF_MALFORMED;
	while (len > 0) {
		const char *end = memchr(text, ' ', len);
		size_t part = end == NULL ? len : (size_t)(end - text);

		read_term(&reading, text, part);
		text += end == NULL ? part : part + 1;
		len -= end == NULL ? part : part + 1;
	}
	if (!reading.is_over && reading.has_redirect && !reading.is_after_all)
		return SPF_COVERS;
	return reading.cover;
}
