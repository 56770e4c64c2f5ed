/* Tests of configuration sets, topics, subscriptions, and what is on its way to
 * them. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"
#include "store/topics.h"

/* ---- topics ---- */

static int64_t
topic_add(struct fixture *f, int64_t account, const char *name)
{
	struct store_topic row = {.account_id = account,
	    .display_name = "Bounces",
	    .signature_version = 1,
	    .created_sec = 7};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	assert_ok(f, store_topic_create(f->store, &row, &f->err));
	return row.id;
}

static bool
add_topic(void *ctx, const struct store_topic *row)
{
	return names_add(ctx, row->name);
}

static void
assert_topics(struct fixture *f, int64_t account, const char *want)
{
	struct names names = {0};

	assert_ok(
	    f, store_topic_list(f->store, account, add_topic, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_topic(void **state)
{
	struct fixture *f = *state;
	struct store_topic row = {.account_id = f->account,
	    .name = "bounces",
	    .display_name = "Shop",
	    .signature_version = 2,
	    .created_sec = 7};
	struct store_topic got;

	assert_ok(f, store_topic_create(f->store, &row, &f->err));
	assert_code(f, SG_EXISTS, store_topic_create(f->store, &row, &f->err));
	assert_ok(
	    f, store_topic_get(f->store, f->account, "bounces", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	memset(row.display_name, 0, sizeof(row.display_name));
	row.signature_version = 1;
	assert_ok(f, store_topic_update(f->store, &row, &f->err));
	assert_ok(f, store_topic_get_by_id(f->store, row.id, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	row.signature_version = 3;
	assert_code(f, SG_INVALID, store_topic_update(f->store, &row, &f->err));
	topic_add(f, fixture_account(f, "shop"), "bounces");
	topic_add(f, f->account, "all");
	assert_topics(f, f->account, "all bounces");
	assert_topics(f, 0, "all bounces bounces");
	assert_ok(f, store_topic_delete(f->store, row.id, &f->err));
	assert_topics(f, 0, "all bounces");
}

static void
test_topic_missing(void **state)
{
	struct fixture *f = *state;
	struct store_topic row = {
	    .id = 77, .account_id = 77, .name = "x", .signature_version = 1};

	assert_code(f, SG_MISSING, store_topic_create(f->store, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_topic_get(f->store, f->account, "x", &row, &f->err));
	assert_code(
	    f, SG_MISSING, store_topic_get_by_id(f->store, 77, &row, &f->err));
	row.id = 77;
	assert_code(f, SG_MISSING, store_topic_update(f->store, &row, &f->err));
	assert_code(f, SG_MISSING, store_topic_delete(f->store, 77, &f->err));
}

/* ---- sets ---- */

static struct store_set
set_add(struct fixture *f, int64_t account, const char *name)
{
	struct store_set row = {
	    .facts = {.account_id = account,
		.paused = true,
		.pause_reason = "by hand",
		.suppressed_reasons = -1},
	    .reputation = true,
	    .standing = RULES_UNDER_REVIEW,
	    .fresh_start_sec = 8,
	    .created_sec = 9,
	};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_ok(f, store_set_create(f->store, &row, &f->err));
	return row;
}

static bool
add_set(void *ctx, const struct store_set *row)
{
	return names_add(ctx, row->facts.name);
}

static void
assert_sets(struct fixture *f, int64_t account, const char *want)
{
	struct names names = {0};

	assert_ok(
	    f, store_set_list(f->store, account, add_set, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_set(void **state)
{
	struct fixture *f = *state;
	struct store_set row = set_add(f, f->account, "news"), got;
	int64_t id = row.facts.id;

	assert_ok(
	    f, store_set_get(f->store, f->account, "news", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	assert_code(f, SG_EXISTS, store_set_create(f->store, &row, &f->err));
	row.facts.paused = false;
	memset(row.facts.pause_reason, 0, sizeof(row.facts.pause_reason));
	row.facts.suppressed_reasons = RULES_REASONS_COMPLAINT;
	row.reputation = false;
	row.standing = RULES_HEALTHY;
	row.fresh_start_sec = 0;
	assert_ok(f, store_set_update(f->store, &row, &f->err));
	assert_ok(f, store_set_get_by_id(f->store, id, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	row.facts.suppressed_reasons = 4;
	assert_code(f, SG_INVALID, store_set_update(f->store, &row, &f->err));
	set_add(f, fixture_account(f, "shop"), "news");
	set_add(f, f->account, "all");
	assert_sets(f, f->account, "all news");
	assert_sets(f, 0, "all news news");
	assert_ok(f, store_set_delete(f->store, id, &f->err));
	assert_sets(f, 0, "all news");
}

static void
test_set_missing(void **state)
{
	struct fixture *f = *state;
	struct store_set row = {
	    .facts = {.id = 77, .account_id = 77, .name = "x"}};

	assert_code(f, SG_MISSING, store_set_create(f->store, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_set_get(f->store, f->account, "x", &row, &f->err));
	assert_code(
	    f, SG_MISSING, store_set_get_by_id(f->store, 77, &row, &f->err));
	row.facts.id = 77;
	assert_code(f, SG_MISSING, store_set_update(f->store, &row, &f->err));
	assert_code(f, SG_MISSING, store_set_delete(f->store, 77, &f->err));
}

/* ---- destinations ---- */

static void
destination_add(struct fixture *f, int64_t set_id, const char *name, int kinds,
    int64_t topic_id, enum sg_err want)
{
	struct store_destination row = {.set_id = set_id,
	    .enabled = true,
	    .kinds = kinds,
	    .topic_id = topic_id};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	assert_code(f, want, store_destination_add(f->store, &row, &f->err));
	assert_true(want != SG_OK || row.id > 0);
}

static bool
add_destination(void *ctx, const struct store_destination *row)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%s:%d,%d,%lld", row->name,
	    row->enabled, row->kinds, (long long)row->topic_id);
	return names_add(ctx, line);
}

static int
listens(struct fixture *f, int64_t set_id)
{
	struct store_set got;

	assert_ok(f, store_set_get_by_id(f->store, set_id, &got, &f->err));
	return got.facts.listens_kinds;
}

static void
test_destination(void **state)
{
	struct fixture *f = *state;
	int64_t set = set_add(f, f->account, "news").facts.id;
	int64_t topic = topic_add(f, f->account, "a");
	int64_t other = topic_add(f, f->account, "b");
	struct store_destination row = {.set_id = set,
	    .name = "sns",
	    .enabled = true,
	    .kinds = 6,
	    .topic_id = other};
	struct names names = {0}, after = {0};

	destination_add(f, set, "sns", 5, topic, SG_OK);
	destination_add(f, set, "sns", 5, topic, SG_EXISTS);
	destination_add(f, set, "all", 1, topic, SG_OK);
	destination_add(f, 77, "x", 1, topic, SG_MISSING);
	destination_add(f, set, "x", 1, 77, SG_MISSING);
	assert_ok(f, store_destination_update(f->store, &row, &f->err));
	assert_ok(f, store_destination_list(
			 f->store, set, add_destination, &names, &f->err));
	assert_string_equal(names.text, "all:1,1,1 sns:1,6,2");
	assert_ok(f, store_destination_remove(f->store, set, "all", &f->err));
	assert_code(f, SG_MISSING,
	    store_destination_remove(f->store, set, "all", &f->err));
	assert_ok(f, store_destination_list(
			 f->store, set, add_destination, &after, &f->err));
	assert_string_equal(after.text, "sns:1,6,2");
	memcpy(row.name, "all", sizeof("all"));
	assert_code(
	    f, SG_MISSING, store_destination_update(f->store, &row, &f->err));
}

/* What any enabled destination wants, each bit once. */
static void
test_listens_kinds(void **state)
{
	struct fixture *f = *state;
	int64_t set = set_add(f, f->account, "news").facts.id;
	int64_t other = set_add(f, f->account, "other").facts.id;
	int64_t topic = topic_add(f, f->account, "a");
	struct store_destination off = {
	    .set_id = set, .name = "c", .kinds = 127, .topic_id = topic};

	assert_int_equal(listens(f, set), 0);
	for (int kind = 0; kind < STORE_EVENT_KINDS; kind++) {
		destination_add(f, set, "x", 1 << kind, topic, SG_OK);
		assert_int_equal(listens(f, set), 1 << kind);
		assert_ok(
		    f, store_destination_remove(f->store, set, "x", &f->err));
	}
	destination_add(f, set, "a", 5, topic, SG_OK);
	destination_add(f, set, "b", 12, topic, SG_OK);
	destination_add(f, set, "c", 64, topic, SG_OK);
	assert_int_equal(listens(f, set), 5 | 12 | 64);
	assert_ok(f, store_destination_update(f->store, &off, &f->err));
	assert_int_equal(listens(f, set), 5 | 12);
	assert_int_equal(listens(f, other), 0);
}

static bool
add_change(void *ctx, const struct store_change *change)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%d:%lld:%lld:%s", (int)change->kind,
	    (long long)change->id, (long long)change->owner_id, change->name);
	return names_add(ctx, line);
}

static void
assert_changes(
    struct fixture *f, struct store_position *position, const char *want)
{
	struct names names = {0};
	bool gap;

	assert_ok(f, store_changes(f->store, position, add_change, &names, &gap,
			 &f->err));
	assert_false(gap);
	assert_string_equal(names.text, want);
}

/* Snapshots hear of sets, and of their destinations as of the set. */
static void
test_sets_are_told(void **state)
{
	struct fixture *f = *state;
	struct store_position at = {0, 0};
	struct store_set set;
	struct store_destination row = {.name = "x", .kinds = 3};
	struct store_identity identity = {
	    .facts = {.name = "a.example"}, .account_id = f->account};
	bool gap;

	assert_ok(f, store_changes(f->store, &at, NULL, NULL, &gap, &f->err));
	set = set_add(f, f->account, "news");
	assert_changes(f, &at, "7:1:1:news");
	assert_ok(f, store_set_update(f->store, &set, &f->err));
	assert_changes(f, &at, "7:1:1:news");
	row.set_id = set.facts.id;
	row.topic_id = topic_add(f, f->account, "a");
	assert_ok(f, store_destination_add(f->store, &row, &f->err));
	assert_changes(f, &at, "7:1:1:news");
	assert_ok(f, store_destination_update(f->store, &row, &f->err));
	assert_changes(f, &at, "7:1:1:news");
	assert_ok(f, store_topic_delete(f->store, row.topic_id, &f->err));
	assert_changes(f, &at, "7:1:1:news"); /* its destination went, too */
	identity.facts.default_set_id = set.facts.id;
	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	assert_changes(f, &at, "3:1:1:a.example");
	assert_ok(f, store_set_delete(f->store, set.facts.id, &f->err));
	/* PostgreSQL writes down the cause before what follows from it */
	assert_changes(f, &at,
	    fixture_is_sqlite() ? "3:1:1:a.example 3:1:1:a.example 7:1:1:news"
				: "7:1:1:news 3:1:1:a.example 3:1:1:a.example");
}

/* ---- what identities say of sets and topics ---- */

static void
test_identity_feedback(void **state)
{
	struct fixture *f = *state;
	struct store_identity row = {
	    .facts = {.name = "a.example", .type = RULES_IDENTITY_DOMAIN},
	    .account_id = f->account};
	struct store_identity got;

	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	row.facts.default_set_id = set_add(f, f->account, "news").facts.id;
	row.facts.notify_headers = 1 << STORE_EVENT_BOUNCE;
	row.bounce_topic_id = topic_add(f, f->account, "b");
	row.complaint_topic_id = topic_add(f, f->account, "c");
	row.delivery_topic_id = topic_add(f, f->account, "d");
	row.forwarding = true;
	assert_ok(f, store_identity_update(f->store, &row, &f->err));
	assert_ok(f, store_identity_get(
			 f->store, f->account, "a.example", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	/* what goes is not asked for any more */
	assert_ok(
	    f, store_topic_delete(f->store, row.complaint_topic_id, &f->err));
	assert_ok(
	    f, store_set_delete(f->store, row.facts.default_set_id, &f->err));
	row.complaint_topic_id = row.facts.default_set_id = 0;
	assert_ok(
	    f, store_identity_get_by_id(f->store, row.facts.id, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	row.bounce_topic_id = 77;
	assert_code(
	    f, SG_MISSING, store_identity_update(f->store, &row, &f->err));
}

/* ---- subscriptions ---- */

static struct store_subscription
subscription(int64_t topic_id, const char *endpoint, bool confirmed)
{
	struct store_subscription row = {.topic_id = topic_id,
	    .protocol = "https",
	    .confirmed = confirmed,
	    .created_sec = 5};

	(void)snprintf(row.uuid, sizeof(row.uuid), "u-%s", endpoint);
	(void)snprintf(row.endpoint, sizeof(row.endpoint), "%s", endpoint);
	return row;
}

static int64_t
subscription_add(
    struct fixture *f, int64_t topic_id, const char *endpoint, bool confirmed)
{
	struct store_subscription row =
	    subscription(topic_id, endpoint, confirmed);

	assert_ok(f, store_subscription_add(f->store, &row, &f->err));
	return row.id;
}

static bool
add_subscription(void *ctx, const struct store_subscription *row)
{
	return names_add(ctx, row->endpoint);
}

static void
test_subscription(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, f->account, "a");
	struct store_subscription row = subscription(topic, "x", false), got;

	memset(row.token_hash, 'h', sizeof(row.token_hash));
	row.token_expires_sec = 90;
	assert_ok(f, store_subscription_add(f->store, &row, &f->err));
	assert_ok(f, store_subscription_get(f->store, row.uuid, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	assert_ok(f, store_subscription_get_by_token(
			 f->store, row.token_hash, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	assert_ok(f, store_subscription_get_by_endpoint(
			 f->store, topic, "https", "x", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	row.confirmed = row.raw = true;
	row.token_expires_sec = 0;
	assert_ok(f, store_subscription_update(f->store, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_subscription_get_by_token(
		f->store, row.token_hash, &got, &f->err));
	memset(row.token_hash, 0, sizeof(row.token_hash));
	assert_ok(
	    f, store_subscription_get_by_id(f->store, row.id, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	/* no token is none: not one of zeros */
	assert_code(f, SG_MISSING,
	    store_subscription_get_by_token(
		f->store, row.token_hash, &got, &f->err));
	assert_ok(f, store_subscription_delete(f->store, row.id, &f->err));
	assert_code(f, SG_MISSING,
	    store_subscription_delete(f->store, row.id, &f->err));
}

static void
test_subscription_refusals(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, f->account, "a");
	struct store_subscription row = subscription(topic, "x", true), got;

	assert_ok(f, store_subscription_add(f->store, &row, &f->err));
	memcpy(row.uuid, "other", sizeof("other"));
	assert_code(
	    f, SG_EXISTS, store_subscription_add(f->store, &row, &f->err));
	row = subscription(77, "y", true);
	assert_code(
	    f, SG_MISSING, store_subscription_add(f->store, &row, &f->err));
	row = subscription(topic, "y", true);
	memcpy(row.protocol, "sms", sizeof("sms"));
	assert_code(
	    f, SG_INVALID, store_subscription_add(f->store, &row, &f->err));
	row.id = 77;
	assert_code(
	    f, SG_MISSING, store_subscription_update(f->store, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_subscription_get_by_id(f->store, 77, &got, &f->err));
	assert_code(f, SG_MISSING,
	    store_subscription_get(f->store, "u-y", &got, &f->err));
	assert_code(f, SG_MISSING,
	    store_subscription_get_by_endpoint(
		f->store, topic, "http", "x", &got, &f->err));
}

static void
test_subscription_lists(void **state)
{
	struct fixture *f = *state;
	int64_t a = topic_add(f, f->account, "a");
	int64_t b = topic_add(f, f->account, "b");
	struct names one = {0}, all = {0};

	subscription_add(f, a, "z", true);
	subscription_add(f, b, "y", true);
	subscription_add(f, a, "x", false);
	assert_ok(f, store_subscription_list(
			 f->store, a, add_subscription, &one, &f->err));
	assert_string_equal(one.text, "z x");
	assert_ok(f, store_subscription_list(
			 f->store, 0, add_subscription, &all, &f->err));
	assert_string_equal(all.text, "z y x");
}

static void
test_pages(void **state)
{
	struct fixture *f = *state;
	int64_t a = topic_add(f, f->account, "a");
	int64_t b = topic_add(f, f->account, "b");
	int64_t first = subscription_add(f, a, "z", true);
	struct names topics = {0}, of_a = {0}, all = {0};
	int64_t count, confirmed, pending;

	subscription_add(f, b, "y", true);
	subscription_add(f, a, "x", false);
	assert_ok(f, store_topic_page(f->store, f->account, "a", 5, add_topic,
			 &topics, &f->err));
	assert_string_equal(topics.text, "b");
	assert_ok(f, store_topic_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 2);
	assert_ok(f, store_subscription_page(f->store, f->account, a, first, 5,
			 add_subscription, &of_a, &f->err));
	assert_string_equal(of_a.text, "x");
	assert_ok(f, store_subscription_page(f->store, f->account, 0, 0, 2,
			 add_subscription, &all, &f->err));
	assert_string_equal(all.text, "z y");
	/* nobody else's */
	assert_ok(f, store_subscription_page(f->store, f->account + 1, a, 0, 5,
			 add_subscription, &all, &f->err));
	assert_string_equal(all.text, "z y");
	assert_ok(f, store_subscription_count(
			 f->store, a, &confirmed, &pending, &f->err));
	assert_int_equal(confirmed, 1);
	assert_int_equal(pending, 1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_topics(void);

int
test_topics(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_topic),
	    TEST(test_topic_missing),
	    TEST(test_set),
	    TEST(test_set_missing),
	    TEST(test_destination),
	    TEST(test_listens_kinds),
	    TEST(test_sets_are_told),
	    TEST(test_identity_feedback),
	    TEST(test_subscription),
	    TEST(test_subscription_refusals),
	    TEST(test_subscription_lists),
	    TEST(test_pages),
	};

	return cmocka_run_group_tests_name("topics", tests, NULL, NULL);
}
