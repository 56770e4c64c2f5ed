/* Configuration sets and their destinations: names, changes, pauses, limits. */
#include "config.h"
#include "ops/set.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"
#include "ops/topic.h"
#include "store/events.h"

static struct store_set
get(struct admin_fixture *f, const char *name)
{
	struct store_set row;

	assert_code(f, SG_OK, set_get(f->store, "shop", name, &row, &f->err));
	return row;
}

static void
create(struct admin_fixture *f, const char *name)
{
	struct store_set row;

	assert_code(f, SG_OK,
	    set_create(f->store, "shop", name, TEST_NOW, &row, &f->err));
}

static void
test_create(void **state)
{
	static const char *const bad[] = {"", "a b", "a.b", "n\xc3\xa4", "a/b",
	    "a\n",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aa"};
	struct admin_fixture *f = *state;
	struct store_set row;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_code(f, SG_INVALID,
		    set_create(
			f->store, "shop", bad[i], TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK,
	    set_create(f->store, "shop", "News_2-x", TEST_NOW, &row, &f->err));
	assert_true(row.facts.id > 0);
	row = get(f, "News_2-x");
	assert_int_equal(row.facts.suppressed_reasons, -1);
	assert_true(row.reputation);
	assert_false(row.facts.paused);
	assert_int_equal(row.created_sec, TEST_NOW);
	assert_int_equal(row.fresh_start_sec, 0);
	assert_code(f, SG_EXISTS,
	    set_create(f->store, "shop", "News_2-x", TEST_NOW, &row, &f->err));
	assert_code(f, SG_MISSING,
	    set_create(f->store, "nobody", "news", TEST_NOW, &row, &f->err));
	assert_code(
	    f, SG_MISSING, set_get(f->store, "shop", "news", &row, &f->err));
	assert_non_null(strstr(f->err.text, "configset list"));
	assert_code(
	    f, SG_MISSING, set_get(f->store, "shop", "no\nset", &row, &f->err));
	/* another account may have one of the same name */
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    set_create(f->store, "blog", "News_2-x", TEST_NOW, &row, &f->err));
	assert_int_not_equal(row.facts.id, get(f, "News_2-x").facts.id);
}

static void
test_change(void **state)
{
	static const struct {
		struct set_change change;
		enum sg_err code;
		int reasons;
		bool reputation;
	} rows[] = {
	    {{.suppressed = NULL, .has_reputation = false, .reputation = false},
		SG_OK, -1, true},
	    {{.suppressed = "none",
		 .has_reputation = false,
		 .reputation = false},
		SG_OK, 0, true},
	    {{.suppressed = "BOUNCE",
		 .has_reputation = true,
		 .reputation = false},
		SG_OK, 1, false},
	    {{.suppressed = "nonsense",
		 .has_reputation = true,
		 .reputation = true},
		SG_INVALID, 1, false},
	    {{.suppressed = "", .has_reputation = false, .reputation = false},
		SG_INVALID, 1, false},
	    {{.suppressed = "complaint",
		 .has_reputation = true,
		 .reputation = true},
		SG_OK, 2, true},
	    {{.suppressed = "Bounce,Complaint",
		 .has_reputation = false,
		 .reputation = false},
		SG_OK, 3, true},
	    {{.suppressed = "COMPLAINT,BOUNCE",
		 .has_reputation = false,
		 .reputation = false},
		SG_OK, 3, true},
	    {{.suppressed = "account",
		 .has_reputation = false,
		 .reputation = false},
		SG_OK, -1, true},
	};
	struct admin_fixture *f = *state;
	struct store_set row;

	create(f, "news");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (set_change(f->store, "shop", "news", &rows[i].change, &row,
			&f->err) != rows[i].code)
			fail_msg("row %zu: %s", i, f->err.text);
		row = get(f, "news");
		assert_int_equal(row.facts.suppressed_reasons, rows[i].reasons);
		assert_int_equal(row.reputation, rows[i].reputation);
	}
	assert_code(f, SG_MISSING,
	    set_change(
		f->store, "shop", "bills", &rows[0].change, &row, &f->err));
}

/* A set that is not counted has no standing. */
static void
test_reputation_off(void **state)
{
	struct admin_fixture *f = *state;
	struct set_change off = {.has_reputation = true};
	struct store_set row;

	create(f, "news");
	row = get(f, "news");
	row.standing = RULES_UNDER_REVIEW;
	assert_code(f, SG_OK, store_set_update(f->store, &row, &f->err));
	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &off, &row, &f->err));
	assert_int_equal(get(f, "news").standing, RULES_HEALTHY);
}

static void
test_names(void **state)
{
	(void)state;
	for (int reasons = -1; reasons <= 3; reasons++)
		assert_int_equal(
		    set_suppressed_from_name(set_suppressed_name(reasons)),
		    reasons);
	assert_string_equal(set_suppressed_name(4), "unknown");
	assert_int_equal(set_suppressed_from_name("unknown"), -2);
}

static void
test_pause(void **state)
{
	struct admin_fixture *f = *state;
	struct store_set row;
	char reason[200];

	create(f, "news");
	memset(reason, 'x', sizeof(reason));
	reason[161] = '\0';
	assert_code(f, SG_INVALID,
	    set_pause(f->store, "shop", "news", reason, &f->err));
	assert_code(f, SG_INVALID,
	    set_pause(f->store, "shop", "news", "a\nb", &f->err));
	assert_false(get(f, "news").facts.paused);
	reason[160] = '\0';
	assert_code(
	    f, SG_OK, set_pause(f->store, "shop", "news", reason, &f->err));
	row = get(f, "news");
	assert_true(row.facts.paused);
	assert_string_equal(row.facts.pause_reason, reason);
	row.standing = RULES_SHUT_DOWN;
	assert_code(f, SG_OK, store_set_update(f->store, &row, &f->err));
	assert_code(f, SG_OK,
	    set_resume(f->store, "shop", "news", false, TEST_NOW, &f->err));
	row = get(f, "news");
	assert_false(row.facts.paused);
	assert_string_equal(row.facts.pause_reason, "");
	assert_int_equal(row.standing, RULES_SHUT_DOWN);
	assert_int_equal(row.fresh_start_sec, 0);
	assert_code(f, SG_OK,
	    set_resume(f->store, "shop", "news", true, TEST_NOW, &f->err));
	row = get(f, "news");
	assert_int_equal(row.standing, RULES_HEALTHY);
	assert_int_equal(row.fresh_start_sec, TEST_NOW);
	assert_code(
	    f, SG_MISSING, set_pause(f->store, "shop", "bills", "x", &f->err));
	assert_code(f, SG_MISSING,
	    set_resume(f->store, "shop", "bills", true, TEST_NOW, &f->err));
}

static void
test_delete(void **state)
{
	struct admin_fixture *f = *state;
	struct store_set row;

	create(f, "news");
	assert_code(f, SG_OK, set_delete(f->store, "shop", "news", &f->err));
	assert_code(
	    f, SG_MISSING, set_get(f->store, "shop", "news", &row, &f->err));
	assert_code(
	    f, SG_MISSING, set_delete(f->store, "shop", "news", &f->err));
}

/* ---- event destinations -------------------------------------------------------- */

#define BOUNCES (1 << STORE_EVENT_BOUNCE)
#define ALL ((1 << STORE_EVENT_KINDS) - 1)

struct seen {
	int count;
	struct store_destination last;
};

static bool
see(void *ctx, const struct store_destination *row)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->last = *row;
	return true;
}

static struct seen
destinations(struct admin_fixture *f, const char *set)
{
	struct seen seen = {0};

	assert_code(f, SG_OK,
	    store_destination_list(
		f->store, get(f, set).facts.id, see, &seen, &f->err));
	return seen;
}

static enum sg_err
put(struct admin_fixture *f, const char *name, int kinds, const char *topic)
{
	return set_destination_put(
	    f->store, "shop", "news", name, kinds, true, topic, &f->err);
}

static void
new_topic(struct admin_fixture *f, const char *account, const char *name)
{
	struct store_topic topic;
	bool is_new;

	assert_code(f, SG_OK,
	    topic_create(
		f->store, account, name, TEST_NOW, &topic, &is_new, &f->err));
}

static void
test_destinations(void **state)
{
	struct admin_fixture *f = *state;
	struct seen seen;
	char name[16];

	create(f, "news");
	new_topic(f, "shop", "one");
	new_topic(f, "shop", "two");
	assert_code(f, SG_OK, put(f, "d", BOUNCES, "one"));
	seen = destinations(f, "news");
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.kinds, BOUNCES);
	assert_true(seen.last.enabled);
	assert_int_equal(get(f, "news").facts.listens_kinds, BOUNCES);
	/* one of that name is replaced */
	assert_code(f, SG_OK,
	    set_destination_put(
		f->store, "shop", "news", "d", ALL, false, "two", &f->err));
	assert_int_equal(destinations(f, "news").count, 1);
	assert_int_equal(destinations(f, "news").last.kinds, ALL);
	assert_false(destinations(f, "news").last.enabled);
	assert_int_not_equal(
	    destinations(f, "news").last.topic_id, seen.last.topic_id);
	assert_int_equal(get(f, "news").facts.listens_kinds, 0);
	/* ten are enough */
	for (int i = 0; i < 9; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		assert_code(f, SG_OK, put(f, name, BOUNCES, "one"));
	}
	assert_code(f, SG_INVALID, put(f, "one-more", BOUNCES, "one"));
	assert_code(f, SG_OK, put(f, "d8", ALL, "two"));
	assert_code(f, SG_OK,
	    set_destination_remove(f->store, "shop", "news", "d8", &f->err));
	assert_code(f, SG_MISSING,
	    set_destination_remove(f->store, "shop", "news", "d8", &f->err));
	assert_code(f, SG_OK, put(f, "one-more", BOUNCES, "one"));
}

static void
test_bad_destinations(void **state)
{
	struct admin_fixture *f = *state;

	create(f, "news");
	new_topic(f, "shop", "one");
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	new_topic(f, "blog", "theirs");
	assert_code(f, SG_INVALID, put(f, "", BOUNCES, "one"));
	assert_code(f, SG_INVALID, put(f, "a b", BOUNCES, "one"));
	assert_code(f, SG_INVALID, put(f, "d", 0, "one"));
	assert_code(f, SG_INVALID, put(f, "d", ALL + 1, "one"));
	assert_code(f, SG_MISSING, put(f, "d", BOUNCES, "three"));
	assert_code(f, SG_MISSING, put(f, "d", BOUNCES, "theirs"));
	assert_code(f, SG_MISSING,
	    set_destination_put(
		f->store, "shop", "bills", "d", BOUNCES, true, "one", &f->err));
	assert_code(f, SG_MISSING,
	    set_destination_remove(f->store, "shop", "bills", "d", &f->err));
	assert_int_equal(destinations(f, "news").count, 0);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

/* The account's own switch lifts nobody else's pause. */
static void
test_own_switch(void **state)
{
	static const struct set_change off = {.has_enabled = true};
	static const struct set_change on = {
	    .has_enabled = true, .enabled = true};
	struct admin_fixture *f = *state;
	struct store_set row;

	create(f, "news");
	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &off, &row, &f->err));
	assert_true(row.facts.paused);
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_ACCOUNT);
	assert_code(
	    f, SG_OK, set_change(f->store, "shop", "news", &on, &row, &f->err));
	assert_false(row.facts.paused);
	assert_string_equal(row.facts.pause_reason, "");
	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &off, &row, &f->err));
	assert_code(
	    f, SG_OK, set_pause(f->store, "shop", "news", "spam", &f->err));
	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &off, &row, &f->err));
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_OPERATOR);
	assert_code(f, SG_INVALID,
	    set_change(f->store, "shop", "news", &on, &row, &f->err));
	assert_non_null(strstr(f->err.text, "spam"));
	assert_true(get(f, "news").facts.paused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_create),
	    WITH_STORE(test_change),
	    WITH_STORE(test_reputation_off),
	    WITH_STORE(test_own_switch),
	    cmocka_unit_test(test_names),
	    WITH_STORE(test_pause),
	    WITH_STORE(test_delete),
	    WITH_STORE(test_destinations),
	    WITH_STORE(test_bad_destinations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
