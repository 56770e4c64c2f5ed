/* Brakes and messages that they hold or not: see test-brake.h. */
#include "config.h"
#include "ops/test-brake.h"

#include <stdio.h>
#include <string.h>

int64_t
fixture_add(struct admin_fixture *f, const char *account,
    enum rules_brake_scope scope, const char *subject,
    enum rules_brake_measure measure, int64_t window_sec, int64_t most)
{
	struct store_brake brake = {.scope = scope,
	    .measure = measure,
	    .window_sec = window_sec,
	    .most = most};
	int64_t id = 0;

	(void)snprintf(brake.subject, sizeof(brake.subject), "%s", subject);
	assert_code(f, SG_OK,
	    brake_add(f->store, account, &brake, TEST_NOW, &id, &f->err));
	assert_true(id > 0);
	return id;
}

struct brake_message
fixture_message(
    struct admin_fixture *f, const char *login, const char *recipients)
{
	return (struct brake_message){
	    .account_id = admin_fixture_account(f, "shop"),
	    .login = login,
	    .identity = "shop.example",
	    .domain = "shop.example",
	    .bytes = 1000,
	    .recipients = recipients,
	    .now_sec = TEST_NOW,
	};
}

struct rules_verdict
fixture_decide(struct admin_fixture *f, const struct brake_message *m)
{
	struct rules_verdict v;

	assert_code(f, SG_OK, brake_decide(f->store, f->conf, m, &v, &f->err));
	return v;
}

void
assert_accepts(struct admin_fixture *f, const struct brake_message *m)
{
	struct rules_verdict v = fixture_decide(f, m);

	if (v.action != RULES_ACCEPT)
		fail_msg("%s", v.text);
}

void
assert_held(
    struct admin_fixture *f, const struct brake_message *m, const char *limit)
{
	struct rules_verdict v = fixture_decide(f, m);

	assert_int_equal(v.action, RULES_DEFER);
	assert_int_equal(v.reason, RULES_REASON_THROTTLED);
	assert_int_equal(v.code, 454);
	assert_string_equal(v.status, "4.7.1");
	if (strstr(v.text, limit) == NULL)
		fail_msg("no \"%s\" in %s", limit, v.text);
}

static bool
see_throttle(void *ctx, const struct store_throttle *row)
{
	struct fixture_throttles *t = ctx;

	t->count++;
	t->last = *row;
	return true;
}

struct fixture_throttles
fixture_throttles(struct admin_fixture *f, bool is_all)
{
	struct fixture_throttles t = {0};

	assert_code(f, SG_OK,
	    store_throttle_list(
		f->store, 0, is_all, see_throttle, &t, &f->err));
	return t;
}

struct contact_letters
fixture_letters(struct admin_fixture *f)
{
	struct contact_letters l = contact_letters(f);

	assert_int_equal(l.throttled, l.count);
	return l;
}
