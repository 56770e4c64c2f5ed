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

/* ---- events -------------------------------------------------------------------- */

/* A set that listens to bounces and complaints by two topics, one switched off. */
static int64_t
create_set(struct admin_fixture *f, const struct store_topic *on,
    const struct store_topic *off)
{
	struct store_set set = {.facts = {.account_id = on->account_id,
				    .name = "list",
				    .suppressed_reasons = -1}};
	struct store_destination to = {.name = "a",
	    .enabled = true,
	    .kinds = 1 << STORE_EVENT_BOUNCE | 1 << STORE_EVENT_SEND,
	    .topic_id = on->id};

	assert_code(f, SG_OK, store_set_create(f->store, &set, &f->err));
	to.set_id = set.facts.id;
	assert_code(f, SG_OK, store_destination_add(f->store, &to, &f->err));
	(void)snprintf(to.name, sizeof(to.name), "b");
	to.enabled = false;
	to.topic_id = off->id;
	assert_code(f, SG_OK, store_destination_add(f->store, &to, &f->err));
	return set.facts.id;
}

static void
publish(struct admin_fixture *f, int64_t account_id, int64_t set_id,
    enum store_event_kind kind, const struct store_message *message)
{
	const struct store_event event = {.account_id = account_id,
	    .set_id = set_id,
	    .kind = kind,
	    .queue_id = "4jYjQ12",
	    .at_msec = MSEC,
	    .recipients = "jane@mx.example",
	    .detail = "{\"bounceType\":\"Permanent\"}"};

	assert_code(f, SG_OK,
	    publish_event(f->store, f->conf, &event, message, &f->err));
}

static void
test_set(void **state)
{
	struct admin_fixture *f = *state;
	struct store_topic on = create(f, "on"), off = create(f, "off");
	int64_t set_id = create_set(f, &on, &off);
	struct seen seen;

	subscribe(f, "on", "https://a.example/");
	subscribe(f, "off", "https://b.example/");
	publish(f, on.account_id, 0, STORE_EVENT_BOUNCE, NULL);
	publish(f, on.account_id, set_id, STORE_EVENT_COMPLAINT, NULL);
	assert_int_equal(due(f, TEST_NOW).count, 0);
	publish(f, on.account_id, set_id, STORE_EVENT_BOUNCE, NULL);
	seen = due(f, TEST_NOW);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.topic, "on");
	assert_string_equal(
	    seen.subject, "Amazon SES Email Event Notification");
	assert_non_null(strstr(seen.body, "\"eventType\":\"Bounce\""));
	assert_non_null(strstr(seen.body, "\"bounceType\":\"Permanent\""));
}

static void
test_identity(void **state)
{
	struct admin_fixture *f = *state;
	struct store_topic topic = create(f, "bounces");
	struct store_identity identity = {.account_id = topic.account_id,
	    .facts = {.name = "shop.example", .type = RULES_IDENTITY_DOMAIN}};
	struct store_message message = {.account_id = topic.account_id,
	    .queue_id = "4jYjQ12",
	    .sent_msec = MSEC,
	    .login = "",
	    .sender = "a@shop.example",
	    .source_ip = "",
	    .recipients = "E jane@mx.example\n",
	    .facts = "{}"};
	struct seen seen;

	subscribe(f, "bounces", "https://a.example/");
	assert_code(
	    f, SG_OK, store_identity_create(f->store, &identity, &f->err));
	identity.bounce_topic_id = topic.id;
	assert_code(
	    f, SG_OK, store_identity_update(f->store, &identity, &f->err));
	message.identity_id = identity.facts.id;
	/* another kind, another account's identity, one that is gone, unknown */
	publish(f, topic.account_id, 0, STORE_EVENT_DELIVERY, &message);
	publish(f, topic.account_id, 0, STORE_EVENT_SEND, &message);
	publish(f, topic.account_id + 1, 0, STORE_EVENT_BOUNCE, &message);
	publish(f, topic.account_id, 0, STORE_EVENT_BOUNCE, NULL);
	message.identity_id++;
	publish(f, topic.account_id, 0, STORE_EVENT_BOUNCE, &message);
	assert_int_equal(due(f, TEST_NOW).count, 0);
	message.identity_id--;
	publish(f, topic.account_id, 0, STORE_EVENT_BOUNCE, &message);
	seen = due(f, TEST_NOW);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.subject, "");
	assert_non_null(strstr(seen.body, "\"notificationType\":\"Bounce\""));
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
	    CASE(test_set),
	    CASE(test_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
