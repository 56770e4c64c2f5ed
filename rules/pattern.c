/* Patterns with * and ?. Does not know whose they are. */
#include "config.h"

#include "rules/pattern.h"

#include <stdio.h>
#include <string.h>

#include "rules/ascii.h"
#include "rules/types.h"

static bool
is_same(char pattern, char text, bool any_case)
{
	if (pattern == '?')
		return true;
	return any_case ? ascii_lower(pattern) == ascii_lower(text)
			: pattern == text;
}

bool
pattern_match(const char *pattern, const char *text)
{
	const char *at = strrchr(text, '@');
	const char *star = NULL; /* the last * that was passed … */
	const char *from = NULL; /* … and where what it stands for ends */

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*pattern != '\0' &&
			   is_same(*pattern, *text, at == NULL || text > at)) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

/* Two characters of patterns, neither of them *. */
static bool
can_be_same(char a, char b)
{
	return a == '?' || b == '?' || ascii_lower(a) == ascii_lower(b);
}

bool
pattern_can_meet(const char *a, const char *b)
{
	/* row[j]: some text is matched by the first i of a and j of b */
	bool row[RULES_ADDRESS_MAX + 1] = {true};
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > RULES_ADDRESS_MAX || b_len > RULES_ADDRESS_MAX)
		return false;
	for (size_t j = 1; j <= b_len; j++)
		row[j] = row[j - 1] && b[j - 1] == '*';
	for (size_t i = 1; i <= a_len; i++) {
		bool diagonal = row[0];

		row[0] = row[0] && a[i - 1] == '*';
		for (size_t j = 1; j <= b_len; j++) {
			bool above = row[j];

			if (a[i - 1] == '*' || b[j - 1] == '*')
				row[j] = above || row[j - 1];
			else
				row[j] =
				    diagonal && can_be_same(a[i - 1], b[j - 1]);
			diagonal = above;
		}
	}
	return row[b_len];
}

/* An address covers itself and itself with a +label. */
static bool
fits_address(const char *pattern, const char *address, const char *at)
{
	char any[RULES_ADDRESS_MAX + 1];
	int len = snprintf(
	    any, sizeof(any), "%.*s+*%s", (int)(at - address), address, at);

	if (pattern_match(pattern, address))
		return true;
	return len > 0 && (size_t)len < sizeof(any) &&
	       pattern_can_meet(pattern, any);
}

bool
pattern_fits_identity(const char *pattern, const char *identity)
{
	static const char *const forms[] = {"?*@", "?*@?*."};
	const char *at = strrchr(identity, '@');
	char any[RULES_ADDRESS_MAX + 1];

	if (at != NULL)
		return fits_address(pattern, identity, at);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		int len =
		    snprintf(any, sizeof(any), "%s%s", forms[i], identity);

		if (len > 0 && (size_t)len < sizeof(any) &&
		    pattern_can_meet(pattern, any))
			return true;
	}
	return false;
}
