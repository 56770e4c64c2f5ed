/* What subscribers are told: messages to a topic. */
#include "config.h"

#include "ops/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/test-admin.h"
#include "ops/topic.h"

#define MSEC (TEST_NOW * 1000 + 123)

static struct store_topic
create(struct admin_fixture *f, const char *name)
{
	struct store_topic topic;
	bool is_new;

	assert_code(f, SG_OK,
	    topic_create(
		f->store, "shop", name, TEST_NOW, &topic, &is_new, &f->err));
	return topic;
}

static void
subscribe(struct admin_fixture *f, const char *topic, const char *url)
{
	struct topic_subscribe wanted = {.protocol = "https",
	    .endpoint = url,
	    .is_operator = true,
	    .is_confirmed = true};
	struct store_subscription row;

	assert_code(f, SG_OK,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", topic, &wanted,
		MSEC, &row, &f->err));
}

struct seen {
	int count;
	char uuid[STORE_UUID_MAX + 1], subject[128], body[4096], topic[257];
};

static bool
see(void *ctx, const struct store_notification *row)
{
	struct seen *seen = ctx;

	seen->count++;
	assert_int_equal(row->publication.type, STORE_PUBLICATION_NOTIFICATION);
	(void)snprintf(
	    seen->uuid, sizeof(seen->uuid), "%s", row->publication.uuid);
	(void)snprintf(seen->subject, sizeof(seen->subject), "%s",
	    row->publication.subject);
	(void)snprintf(
	    seen->body, sizeof(seen->body), "%s", row->publication.body);
	(void)snprintf(seen->topic, sizeof(seen->topic), "%s", row->topic.name);
	return true;
}

/* Due then. */
static struct seen
due(struct admin_fixture *f, int64_t now_sec)
{
	struct seen seen = {0};

	assert_code(f, SG_OK,
	    store_notification_due(
		f->store, now_sec, 100, 100, see, &seen, &f->err));
	return seen;
}

static void
test_uuid(void **state)
{
	char a[STORE_UUID_MAX + 1], b[STORE_UUID_MAX + 1];

	(void)state;
	assert_int_equal(publish_uuid(a, NULL), SG_OK);
	assert_int_equal(publish_uuid(b, NULL), SG_OK);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	for (int i = 8; i <= 23; i += 5)
		assert_int_equal(a[i], '-');
}

static void
test_message(void **state)
{
	struct admin_fixture *f = *state;
	struct store_topic topic = create(f, "news");
	char uuid[STORE_UUID_MAX + 1];
	struct seen seen;

	/* nobody listens */
	assert_code(f, SG_OK,
	    publish_message(
		f->store, topic.id, "", "hello", MSEC, uuid, &f->err));
	assert_string_equal(uuid, "");
	subscribe(f, "news", "https://a.example/");
	subscribe(f, "news", "https://b.example/");
	assert_code(f, SG_OK,
	    publish_message(f->store, topic.id, "Hi", "hello \xc3\xa4", MSEC,
		uuid, &f->err));
	assert_int_equal(due(f, TEST_NOW - 1).count, 0);
	seen = due(f, TEST_NOW);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.uuid, uuid);
	assert_string_equal(seen.subject, "Hi");
	assert_string_equal(seen.body, "hello \xc3\xa4");
	assert_string_equal(seen.topic, "news");
}

static void
test_bad_message(void **state)
{
	struct admin_fixture *f = *state;
	struct store_topic topic = create(f, "news");
	static char body[256 * 1024 + 2], subject[101];

	subscribe(f, "news", "https://a.example/");
	(void)memset(body, 'b', sizeof(body) - 1);
	(void)memset(subject, 's', sizeof(subject) - 1);
	assert_code(f, SG_INVALID,
	    publish_message(f->store, topic.id, "", "", MSEC, NULL, &f->err));
	assert_code(f, SG_INVALID,
	    publish_message(
		f->store, topic.id, "", "\xff", MSEC, NULL, &f->err));
	assert_code(f, SG_INVALID,
	    publish_message(f->store, topic.id, "", body, MSEC, NULL, &f->err));
	assert_code(f, SG_INVALID,
	    publish_message(
		f->store, topic.id, subject, "b", MSEC, NULL, &f->err));
	assert_code(f, SG_INVALID,
	    publish_message(
		f->store, topic.id, "a\nb", "b", MSEC, NULL, &f->err));
	assert_int_equal(due(f, TEST_NOW).count, 0);
	assert_code(f, SG_OK,
	    publish_message(f->store, topic.id, subject + 1, body + 1, MSEC,
		NULL, &f->err));
	assert_int_equal(due(f, TEST_NOW).count, 1);
}

#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_uuid),
	    CASE(test_message),
	    CASE(test_bad_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
