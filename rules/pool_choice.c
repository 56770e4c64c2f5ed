/* Which address a message leaves from, and the plan of a warm-up: see pool_choice.h.
 * Knows neither pools nor who is in them. */
#include "config.h"

#include "rules/pool_choice.h"

#define SECONDS_PER_DAY 86400

/* FNV-1a, its bits mixed once more (the last steps of MurmurHash3): names that
 * differ in their last character shall differ everywhere. */
static uint64_t
hash_of(const char *text, uint64_t seed)
{
	uint64_t hash = 0xcbf29ce484222325u ^ seed;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
	hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
	return hash ^ (hash >> 33);
}

void
pool_label(
    const char *address, unsigned attempt, char label_r[POOL_LABEL_MAX + 1])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint64_t hash = hash_of(address, attempt);

	for (int i = 0; i < POOL_LABEL_MAX; i++, hash >>= 5)
		label_r[i] = alphabet[hash & 31];
	label_r[POOL_LABEL_MAX] = '\0';
}

/* Among all, or those without a limit alone. */
static size_t
pick(const struct pool_choice *choices, size_t count, uint64_t hash,
    bool is_without_limit)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (!is_without_limit || choices[i].left < 0)
			sum += (uint64_t)choices[i].weight;
	if (sum == 0)
		return POOL_CHOICE_NONE;
	hash %= sum;
	for (size_t i = 0; i < count; i++) {
		uint64_t weight = (uint64_t)choices[i].weight;

		if (is_without_limit && choices[i].left >= 0)
			continue;
		if (hash < weight)
			return i;
		hash -= weight;
	}
	return POOL_CHOICE_NONE;
}

size_t
pool_choice(const struct pool_choice *choices, size_t count, const char *key,
    int64_t recipients)
{
	uint64_t hash = hash_of(key, 0);
	size_t i = pick(choices, count, hash, false);

	if (i == POOL_CHOICE_NONE || choices[i].left < 0 ||
	    choices[i].left >= recipients)
		return i;
	return pick(choices, count, hash, true);
}

/* ---- warm-up ---- */

int
pool_warmup_percentage(
    int percentage, int64_t since_sec, bool is_automatic, int64_t now_sec)
{
	int64_t days = now_sec / SECONDS_PER_DAY - since_sec / SECONDS_PER_DAY;

	if (percentage >= 100 || !is_automatic || days <= 0)
		return percentage;
	if (days >= WARMUP_DAYS)
		return 100;
	percentage += (int)(days * 100 / WARMUP_DAYS);
	return percentage > 100 ? 100 : percentage;
}

int
pool_warmup_day(int percentage)
{
	int day = (percentage * WARMUP_DAYS + 99) / 100 + 1;

	if (percentage >= 100)
		return 0;
	return day < WARMUP_DAYS ? day : WARMUP_DAYS;
}

/* Each day has 17 % more than the one before: 50 becomes 50,000 in 44 steps. */
int64_t
pool_warmup_cap(int percentage)
{
	int64_t millis = WARMUP_FIRST_CAP * 1000;
	int day = pool_warmup_day(percentage);

	if (day == 0)
		return -1;
	for (int i = 1; i < day; i++)
		millis = millis * 117 / 100;
	if (millis > WARMUP_LAST_CAP * 1000)
		millis = WARMUP_LAST_CAP * 1000;
	return millis / 1000;
}
