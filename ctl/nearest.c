/* The nearest known word: see nearest.h. */
#include "config.h"

#include "ctl/nearest.h"

#include <string.h>

#define WORD_MAX 63

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance, three rows at a time. */
size_t
nearest_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	size_t a_len = strnlen(a, WORD_MAX + 1),
	       b_len = strnlen(b, WORD_MAX + 1);

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= b_len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1,
			    last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[b_len];
}

static size_t
near_enough(const char *word)
{
	size_t third = strnlen(word, WORD_MAX + 1) / 3;

	return third < 2 ? 2 : third;
}

const char *
nearest_of(const char *word, const char *best, const char *candidate)
{
	size_t distance = nearest_distance(word, candidate);

	if (distance > near_enough(word) || distance >= strlen(candidate))
		return best;
	if (best != NULL && nearest_distance(word, best) <= distance)
		return best;
	return candidate;
}
