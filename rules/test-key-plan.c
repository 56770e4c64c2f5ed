/* Every rule of key_plan, and thousands of years of keys that come and go. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rules/key_plan.h"

#define NOW INT64_C(1790000000)
#define TTL 3600
#define KEEP KEY_PLAN_KEEP_SEC
#define AGO(sec) (NOW - (sec))

#define TXT .origin = KEY_TXT
#define EASY .origin = KEY_EASY
#define OWN .origin = KEY_EXTERNAL
#define ED .is_ed25519 = true
#define SEEN .look = KEY_SEEN
#define GONE .look = KEY_NOT_SEEN
#define DUNNO .look = KEY_UNKNOWN
#define SIGNS .active = true, .active_sec = AGO(90000)
#define BORN(n) .created_sec = (n)
#define RIPE .published_sec = AGO(TTL)
#define RETIRED(sec) .active_sec = 1, .retired_sec = AGO(sec)
#define UNUSED(sec) .retired_sec = AGO(sec)

#define ROW_KEYS 4
struct plan_row {
	const char *name;
	struct key_facts keys[ROW_KEYS]; /* created_sec 0: no more */
	const char *actions; /* - stays, + takes over, r retires, x removed */
};

/* clang-format off */
static const struct plan_row plans[] = {
	{ "no key", {{0}}, "" },
	{ "first key, not there",     {{TXT, GONE, BORN(1)}}, "-" },
	{ "first key, no answer",     {{TXT, DUNNO, BORN(1)}}, "-" },
	{ "first key, there",         {{TXT, SEEN, BORN(1)}}, "+" },
	{ "own key, there",           {{OWN, SEEN, BORN(1)}}, "+" },
	{ "signs already",            {{TXT, SEEN, SIGNS, BORN(1)}}, "-" },
	{ "signs, vanished",          {{TXT, GONE, SIGNS, BORN(1)}}, "-" },
	{ "signs, no answer",         {{TXT, DUNNO, SIGNS, BORN(1)}}, "-" },
	{ "Easy, not in our zone",    {{EASY, SEEN, BORN(1)}}, "-" },
	{ "Easy, in it for less than the TTL", {{EASY, SEEN, BORN(1), .published_sec = AGO(TTL - 1)}}, "-" },
	{ "Easy, in it for the TTL",  {{EASY, SEEN, BORN(1), RIPE}}, "+" },
	{ "Easy, in it, not seen",    {{EASY, GONE, BORN(1), RIPE}}, "-" },
	{ "Easy, published tomorrow", {{EASY, SEEN, BORN(1), .published_sec = NOW + 86400}}, "-" },
	{ "TXT needs no TTL",         {{TXT, SEEN, BORN(NOW)}}, "+" },

	{ "successor not there",      {{TXT, SEEN, SIGNS, BORN(1)}, {TXT, GONE, BORN(2)}}, "--" },
	{ "successor, no answer",     {{TXT, SEEN, SIGNS, BORN(1)}, {TXT, DUNNO, BORN(2)}}, "--" },
	{ "successor there",          {{TXT, SEEN, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "r+" },
	{ "successor there, order of rows", {{TXT, SEEN, BORN(2)}, {TXT, SEEN, SIGNS, BORN(1)}}, "+r" },
	{ "successor of the same second", {{TXT, SEEN, SIGNS, BORN(1), .id = 1}, {TXT, SEEN, BORN(1), .id = 2}}, "r+" },
	{ "successor there, the old one vanished", {{TXT, GONE, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "r+" },
	{ "successor there, no answer for the old", {{TXT, DUNNO, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "r+" },
	{ "Easy successor unripe",    {{EASY, SEEN, SIGNS, RIPE, BORN(1)}, {EASY, SEEN, BORN(2), .published_sec = NOW}}, "--" },
	{ "Easy successor ripe",      {{EASY, SEEN, SIGNS, RIPE, BORN(1)}, {EASY, SEEN, RIPE, BORN(2)}}, "r+" },
	{ "signs by word, newer, older one waits", {{TXT, GONE, SIGNS, BORN(2)}, {TXT, GONE, BORN(1)}}, "--" },
	{ "signs by word, not there; the older is", {{TXT, GONE, SIGNS, BORN(2)}, {TXT, SEEN, BORN(1)}}, "r+" },
	{ "signs by word, no answer; the older is there", {{TXT, DUNNO, SIGNS, BORN(2)}, {TXT, SEEN, BORN(1)}}, "--" },
	{ "two successors there",     {{TXT, SEEN, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}, {TXT, SEEN, BORN(3)}}, "rr+" },

	{ "Easy before TXT",          {{TXT, SEEN, BORN(2)}, {EASY, SEEN, RIPE, BORN(1)}}, "-+" },
	{ "own before Easy and TXT",  {{TXT, SEEN, BORN(3)}, {EASY, SEEN, RIPE, BORN(2)}, {OWN, SEEN, BORN(1)}}, "--+" },
	{ "Easy relieves TXT",        {{TXT, SEEN, SIGNS, BORN(2)}, {EASY, SEEN, RIPE, BORN(1)}}, "r+" },
	{ "own relieves Easy",        {{EASY, SEEN, RIPE, SIGNS, BORN(2)}, {OWN, SEEN, BORN(1)}}, "r+" },
	{ "newer TXT does not relieve Easy", {{EASY, SEEN, RIPE, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "--" },
	{ "unripe Easy that signs by word is not relieved", {{EASY, SEEN, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "--" },
	{ "Easy vanished, TXT there", {{EASY, GONE, RIPE, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "r+" },
	{ "no answer for Easy, TXT there", {{EASY, DUNNO, RIPE, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "--" },
	{ "no answer for own, Easy there", {{OWN, DUNNO, SIGNS, BORN(1)}, {EASY, SEEN, RIPE, BORN(2)}}, "--" },

	{ "algorithms apart",         {{TXT, SEEN, SIGNS, BORN(1)}, {TXT, ED, SEEN, BORN(2)}}, "-+" },
	{ "both take over",           {{TXT, SEEN, BORN(1)}, {TXT, ED, SEEN, BORN(1)}}, "++" },
	{ "Easy RSA leaves Ed25519 alone", {{EASY, SEEN, RIPE, BORN(1)}, {TXT, SEEN, SIGNS, BORN(2)}, {TXT, ED, SEEN, SIGNS, BORN(2)}}, "+r-" },
	{ "Ed25519 gone, RSA changes", {{TXT, ED, GONE, SIGNS, BORN(1)}, {TXT, SEEN, SIGNS, BORN(1)}, {TXT, SEEN, BORN(2)}}, "-r+" },

	{ "older waits for nothing",  {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, GONE, BORN(1)}}, "-r" },
	{ "older waits, no answer for the active", {{TXT, DUNNO, SIGNS, BORN(2)}, {TXT, GONE, BORN(1)}}, "--" },
	{ "newer waits for its record", {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, GONE, BORN(3)}}, "--" },
	{ "older of another origin waits", {{OWN, SEEN, SIGNS, BORN(2)}, {TXT, GONE, BORN(1)}}, "--" },
	{ "older of another algorithm waits", {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, ED, GONE, BORN(1)}}, "--" },

	{ "retired, kept",            {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, SEEN, BORN(1), RETIRED(KEEP - 1)}}, "--" },
	{ "retired, kept long enough", {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, SEEN, BORN(1), RETIRED(KEEP)}}, "-x" },
	{ "retired, never signed",    {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, SEEN, BORN(1), UNUSED(0)}}, "-x" },
	{ "retired tomorrow",         {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, SEEN, BORN(1), RETIRED(-86400)}}, "--" },
	{ "retired never signs again", {{TXT, SEEN, BORN(3), RETIRED(5)}, {TXT, GONE, SIGNS, BORN(2)}}, "--" },
	{ "retired, alone",           {{TXT, SEEN, BORN(3), RETIRED(5)}}, "-" },
	{ "removed, taken over, retired at once", {{TXT, SEEN, SIGNS, BORN(2)}, {TXT, SEEN, BORN(3)}, {TXT, GONE, BORN(1), RETIRED(KEEP)}}, "r+x" },
	{ "two that sign (cannot be)", {{TXT, SEEN, SIGNS, BORN(1)}, {TXT, SEEN, SIGNS, BORN(2)}}, "r-" },
};
/* clang-format on */

static size_t
row_keys(const struct plan_row *row)
{
	size_t count = 0;

	while (count < ROW_KEYS && row->keys[count].created_sec != 0)
		count++;
	return count;
}

static void
test_plans(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
		const struct plan_row *row = &plans[i];
		enum key_action actions[ROW_KEYS];
		char text[ROW_KEYS + 1] = "";
		size_t count = row_keys(row);
		bool is_something =
		    key_plan(row->keys, count, TTL, NOW, actions);

		for (size_t k = 0; k < count; k++)
			text[k] = "-+rx"[actions[k]];
		if (strcmp(text, row->actions) != 0)
			fail_msg("%s: %s", row->name, text);
		if (is_something != (strpbrk(text, "+rx") != NULL))
			fail_msg("%s: says the opposite", row->name);
	}
}

struct slot_row {
	const char *name;
	struct key_facts keys[ROW_KEYS];
	bool give_up_old;
	int slot;
	int64_t free_at_sec;
};

/* clang-format off */
static const struct slot_row slots[] = {
	{ "none yet",            {{0}}, false, 0, 0 },
	{ "other origins need none", {{TXT, SIGNS, BORN(1)}, {OWN, BORN(2)}}, false, 0, 0 },
	{ "one signs",           {{EASY, SIGNS, BORN(1), .slot = 0}}, false, 1, 0 },
	{ "one signs, in the second", {{EASY, SIGNS, BORN(1), .slot = 1}}, false, 0, 0 },
	{ "one waits",           {{EASY, BORN(1), .slot = 0}}, false, -1, 0 },
	{ "one waits, and no patience", {{EASY, BORN(1), .slot = 0}}, true, -1, 0 },
	{ "one signs, one is kept", {{EASY, SIGNS, BORN(2), .slot = 1}, {EASY, RETIRED(9), BORN(1), .slot = 0}}, false, 2, 0 },
	{ "a free one is taken first", {{EASY, SIGNS, BORN(2), .slot = 1}, {EASY, RETIRED(9), BORN(1), .slot = 0}}, true, 2, 0 },
	{ "all taken",           {{EASY, SIGNS, BORN(3), .slot = 2}, {EASY, RETIRED(9), BORN(2), .slot = 1}, {EASY, RETIRED(100), BORN(1), .slot = 0}}, false, -1, AGO(100) + KEEP },
	{ "all taken, the oldest goes", {{EASY, SIGNS, BORN(3), .slot = 2}, {EASY, RETIRED(9), BORN(2), .slot = 1}, {EASY, RETIRED(100), BORN(1), .slot = 0}}, true, 0, 0 },
	{ "all taken, one waits", {{EASY, SIGNS, BORN(2), .slot = 2}, {EASY, BORN(3), .slot = 1}, {EASY, RETIRED(100), BORN(1), .slot = 0}}, true, -1, 0 },
	{ "a slot that is none",  {{EASY, SIGNS, BORN(3), .slot = 3}, {EASY, BORN(2), .slot = -1}}, false, 0, 0 },
};
/* clang-format on */

static void
test_slots(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
		const struct slot_row *row = &slots[i];
		size_t count = 0;
		int64_t free_at = -5;
		int slot;

		while (count < ROW_KEYS && row->keys[count].created_sec != 0)
			count++;
		slot = key_plan_free_slot(
		    row->keys, count, row->give_up_old, &free_at);
		if (slot != row->slot || free_at != row->free_at_sec)
			fail_msg("%s: slot %d, free at %lld", row->name, slot,
			    (long long)free_at);
	}
}

/* ---- simulation ---------------------------------------------------------- */

/* What DNS, the customer and the operator do to a key. */
struct sim_key {
	struct key_facts facts;
	bool is_in_dns, was_seen, by_word;
};

struct sim {
	struct sim_key keys[KEY_PLAN_MAX_KEYS];
	size_t count;
	int64_t now_sec, last_id;
	uint64_t random;
	bool had_active[2];
	int takeovers, removals;
};

/* xorshift64 */
static uint32_t
sim_random(struct sim *sim, uint32_t below)
{
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 7;
	sim->random ^= sim->random << 17;
	return (uint32_t)(sim->random >> 33) % below;
}

static void
sim_facts(const struct sim *sim, struct key_facts facts_r[KEY_PLAN_MAX_KEYS])
{
	for (size_t i = 0; i < sim->count; i++)
		facts_r[i] = sim->keys[i].facts;
}

static void
sim_remove(struct sim *sim, size_t at)
{
	sim->keys[at] = sim->keys[--sim->count];
	sim->removals++;
}

static void
sim_add(struct sim *sim)
{
	struct key_facts facts[KEY_PLAN_MAX_KEYS];
	struct key_facts new = {.id = ++sim->last_id,
	    .origin = (enum key_origin)sim_random(sim, 3),
	    .is_ed25519 = sim_random(sim, 3) == 0,
	    .created_sec = sim->now_sec};
	int64_t free_at;

	if (sim->count + 2 >= KEY_PLAN_MAX_KEYS)
		return;
	if (new.origin == KEY_EASY) {
		new.is_ed25519 = false;
		sim_facts(sim, facts);
		new.slot = key_plan_free_slot(
		    facts, sim->count, sim_random(sim, 4) == 0, &free_at);
		if (new.slot < 0)
			return;
		for (size_t i = 0; i < sim->count; i++)
			if (sim->keys[i].facts.origin == KEY_EASY &&
			    sim->keys[i].facts.slot == new.slot) {
				assert_false(sim->keys[i].facts.active);
				sim_remove(sim, i);
				break;
			}
	}
	sim->keys[sim->count++] = (struct sim_key){.facts = new};
}

static void
sim_activate(struct sim *sim, struct sim_key *key)
{
	for (size_t i = 0; i < sim->count; i++) {
		struct key_facts *other = &sim->keys[i].facts;

		if (other->active &&
		    other->is_ed25519 == key->facts.is_ed25519) {
			other->active = false;
			other->retired_sec = sim->now_sec;
		}
	}
	key->facts.active = true;
	key->facts.retired_sec = 0;
	if (key->facts.active_sec == 0)
		key->facts.active_sec = sim->now_sec;
}

static void
sim_event(struct sim *sim)
{
	struct sim_key *key =
	    sim->count == 0 ? NULL
			    : &sim->keys[sim_random(sim, (uint32_t)sim->count)];

	switch (sim_random(sim, 8)) {
	case 0:
		sim_add(sim);
		break;
	case 1:
	case 2:
		if (key != NULL) {
			key->is_in_dns = true;
			key->facts.published_sec = sim->now_sec;
		}
		break;
	case 3:
		if (key != NULL && sim_random(sim, 3) == 0)
			key->is_in_dns = false;
		break;
	case 4:
		if (key != NULL && sim_random(sim, 20) == 0) {
			key->by_word = true;
			sim_activate(sim, key);
		}
		break;
	case 5:
		sim->now_sec += sim_random(sim, 2 * TTL);
		break;
	case 6:
		sim->now_sec += sim_random(sim, KEEP);
		break;
	default:
		if (sim_random(sim, 10) == 0) /* the clock goes back */
			sim->now_sec -= sim_random(sim, 86400);
		break;
	}
}

static void
sim_look(struct sim *sim)
{
	for (size_t i = 0; i < sim->count; i++) {
		struct sim_key *key = &sim->keys[i];

		if (sim_random(sim, 6) == 0)
			key->facts.look = KEY_UNKNOWN;
		else
			key->facts.look =
			    key->is_in_dns ? KEY_SEEN : KEY_NOT_SEEN;
		if (key->facts.look == KEY_SEEN)
			key->was_seen = true;
	}
}

/* The active key of an algorithm; at most one. */
static const struct sim_key *
sim_active(const struct sim *sim, bool is_ed25519)
{
	const struct sim_key *active = NULL;

	for (size_t i = 0; i < sim->count; i++) {
		const struct sim_key *key = &sim->keys[i];

		if (!key->facts.active || key->facts.is_ed25519 != is_ed25519)
			continue;
		assert_null(active);
		active = key;
	}
	return active;
}

static bool
sim_has_ripe(const struct sim *sim, bool is_ed25519)
{
	for (size_t i = 0; i < sim->count; i++) {
		const struct key_facts *key = &sim->keys[i].facts;

		if (key->is_ed25519 == is_ed25519 && key->retired_sec == 0 &&
		    key->look == KEY_SEEN &&
		    (key->origin != KEY_EASY ||
			(key->published_sec != 0 &&
			    sim->now_sec - key->published_sec >= TTL)))
			return true;
	}
	return false;
}

static void
sim_apply(struct sim *sim)
{
	struct key_facts facts[KEY_PLAN_MAX_KEYS];
	enum key_action actions[KEY_PLAN_MAX_KEYS];

	sim_facts(sim, facts);
	(void)key_plan(facts, sim->count, TTL, sim->now_sec, actions);
	for (size_t i = 0; i < sim->count; i++) {
		struct sim_key *key = &sim->keys[i];

		if (actions[i] == KEY_TAKES_OVER) {
			assert_int_equal(key->facts.look, KEY_SEEN);
			assert_int_equal(key->facts.retired_sec, 0);
			sim_activate(sim, key);
			sim->takeovers++;
		}
	}
	for (size_t i = sim->count; i-- > 0;) {
		struct key_facts *key = &sim->keys[i].facts;

		if (actions[i] == KEY_RETIRES) {
			key->active = false;
			key->retired_sec = sim->now_sec;
		}
		if (actions[i] == KEY_IS_REMOVED) {
			assert_false(key->active);
			assert_true(key->active_sec == 0 ||
				    sim->now_sec - key->retired_sec >= KEEP);
			sim_remove(sim, i);
		}
	}
}

static void
sim_check(struct sim *sim, bool is_ed25519, bool was_relied_on)
{
	const struct sim_key *active = sim_active(sim, is_ed25519);

	assert_true(active != NULL || !sim->had_active[is_ed25519]);
	assert_true(active != NULL || !sim_has_ripe(sim, is_ed25519));
	if (active == NULL)
		return;
	sim->had_active[is_ed25519] = true;
	assert_true(active->was_seen || active->by_word);
	if (was_relied_on || sim_has_ripe(sim, is_ed25519))
		assert_int_not_equal(active->facts.look, KEY_NOT_SEEN);
}

/* One identity's life; *takeovers_r and *removals_r: that something happens. */
static void
sim_run(uint64_t seed, int events, int *takeovers_r, int *removals_r)
{
	struct sim sim = {.now_sec = NOW, .random = seed * 2654435761U + 1};

	for (int i = 0; i < events; i++) {
		bool relied[2];

		sim_event(&sim);
		sim_look(&sim);
		for (int ed = 0; ed < 2; ed++) {
			const struct sim_key *active =
			    sim_active(&sim, ed == 1);

			relied[ed] = active != NULL &&
				     active->facts.look != KEY_NOT_SEEN;
		}
		sim_apply(&sim);
		for (int ed = 0; ed < 2; ed++)
			sim_check(&sim, ed == 1, relied[ed]);
	}
	*takeovers_r += sim.takeovers;
	*removals_r += sim.removals;
}

static void
test_simulation(void **state)
{
	int takeovers = 0, removals = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 3000; seed++)
		sim_run(seed, 200, &takeovers, &removals);
	assert_in_range(takeovers, 3000 * 2, INT32_MAX);
	assert_in_range(removals, 3000, INT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plans),
	    cmocka_unit_test(test_slots),
	    cmocka_unit_test(test_simulation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
