/* Which key signs, which waits, which goes. Does not look in DNS and does not
 * touch a key. */
#include "config.h"

#include "rules/key_plan.h"

static bool
has_passed(int64_t since_sec, int64_t wait_sec, int64_t now_sec)
{
	int64_t end;

	return !__builtin_add_overflow(since_sec, wait_sec, &end) &&
	       now_sec >= end;
}

static bool
is_candidate(const struct key_facts *key, int64_t ttl_sec, int64_t now_sec)
{
	if (key->active)
		return key->look != KEY_NOT_SEEN;
	if (key->retired_sec != 0 || key->look != KEY_SEEN)
		return false;
	if (key->origin != KEY_EASY)
		return true;
	return key->published_sec != 0 &&
	       has_passed(key->published_sec, ttl_sec, now_sec);
}

static int
rank(enum key_origin origin)
{
	switch (origin) {
	case KEY_EXTERNAL:
		return 2;
	case KEY_EASY:
		return 1;
	case KEY_TXT:
		break;
	}
	return 0;
}

static bool
is_newer(const struct key_facts *key, const struct key_facts *other)
{
	if (key->created_sec != other->created_sec)
		return key->created_sec > other->created_sec;
	return key->id > other->id;
}

static bool
is_better(const struct key_facts *key, const struct key_facts *other)
{
	int more = rank(key->origin) - rank(other->origin);

	return more != 0 ? more > 0 : is_newer(key, other);
}

/* The key of one algorithm that is to sign after this step. NULL: there is no
 * candidate. */
static const struct key_facts *
best_of(const struct key_facts *keys, size_t count, bool is_ed25519,
    int64_t ttl_sec, int64_t now_sec)
{
	const struct key_facts *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (keys[i].is_ed25519 == is_ed25519 &&
		    is_candidate(&keys[i], ttl_sec, now_sec) &&
		    (best == NULL || is_better(&keys[i], best)))
			best = &keys[i];
	}
	return best;
}

/* What becomes of a key when `best` signs. */
static enum key_action
action_of(
    const struct key_facts *key, const struct key_facts *best, int64_t now_sec)
{
	if (key == best)
		return key->active ? KEY_STAYS : KEY_TAKES_OVER;
	if (key->active)
		return best == NULL ? KEY_STAYS : KEY_RETIRES;
	if (key->retired_sec != 0) {
		bool is_over =
		    key->active_sec == 0 ||
		    has_passed(key->retired_sec, KEY_PLAN_KEEP_SEC, now_sec);

		return is_over ? KEY_IS_REMOVED : KEY_STAYS;
	}
	if (best != NULL && best->look == KEY_SEEN &&
	    best->origin == key->origin && is_newer(best, key))
		return KEY_RETIRES;
	return KEY_STAYS;
}

bool
key_plan(const struct key_facts *keys, size_t count, int64_t ttl_sec,
    int64_t now_sec, enum key_action *actions_r)
{
	const struct key_facts *best[2];
	bool is_something = false;

	for (int i = 0; i < 2; i++)
		best[i] = best_of(keys, count, i == 1, ttl_sec, now_sec);
	for (size_t i = 0; i < count; i++) {
		actions_r[i] = action_of(
		    &keys[i], best[keys[i].is_ed25519 ? 1 : 0], now_sec);
		if (actions_r[i] != KEY_STAYS)
			is_something = true;
	}
	return is_something;
}

int
key_plan_free_slot(const struct key_facts *keys, size_t count, bool give_up_old,
    int64_t *free_at_sec_r)
{
	const struct key_facts *in_slot[KEY_PLAN_EASY_SLOTS] = {NULL};
	const struct key_facts *oldest = NULL;

	*free_at_sec_r = 0;
	for (size_t i = 0; i < count; i++) {
		const struct key_facts *key = &keys[i];

		if (key->origin != KEY_EASY || key->slot < 0 ||
		    key->slot >= KEY_PLAN_EASY_SLOTS)
			continue;
		in_slot[key->slot] = key;
		if (!key->active && key->retired_sec == 0)
			return -1;
		if (!key->active &&
		    (oldest == NULL || key->retired_sec < oldest->retired_sec))
			oldest = key;
	}
	for (int slot = 0; slot < KEY_PLAN_EASY_SLOTS; slot++)
		if (in_slot[slot] == NULL)
			return slot;
	if (oldest == NULL)
		return -1;
	if (give_up_old)
		return oldest->slot;
	if (__builtin_add_overflow(
		oldest->retired_sec, KEY_PLAN_KEEP_SEC, free_at_sec_r))
		*free_at_sec_r = INT64_MAX;
	return -1;
}
