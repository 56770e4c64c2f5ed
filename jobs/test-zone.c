/* The operator's zone: what is put, what goes, and a server that does not. */
#include "config.h"
#include "jobs/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "conf/conf.h"
#include "ops/test-admin.h"
#include "store/store.h"

#define NAMES_MAX 200

/* A server: TXT by name. */
struct server {
	enum sg_err answer;
	int calls;
	char names[NAMES_MAX][64];
	size_t count;
};

static void
server_drop(struct server *server, const char *name)
{
	for (size_t i = 0; i < server->count; i++) {
		if (strcmp(server->names[i], name) == 0) {
			server->count--;
			(void)memmove(
			    server->names[i], server->names[server->count], 64);
			return;
		}
	}
}

static enum sg_err
serve(void *updater, const struct dns_change *changes, size_t count,
    struct err *err_r)
{
	struct server *server = updater;

	server->calls++;
	assert_in_range(count, 1, DNS_CHANGES_MAX);
	if (server->answer != SG_OK)
		return err_set(err_r, server->answer, "scripted");
	for (size_t i = 0; i < count; i++) {
		server_drop(server, changes[i].name);
		if (changes[i].text == NULL)
			continue;
		assert_ptr_equal(
		    strstr(changes[i].text, "v=DKIM1; "), changes[i].text);
		assert_true(server->count < NAMES_MAX);
		(void)snprintf(
		    server->names[server->count++], 64, "%s", changes[i].name);
	}
	return SG_OK;
}

static bool
has(const struct server *server, const char *name)
{
	for (size_t i = 0; i < server->count; i++) {
		if (strcmp(server->names[i], name) == 0)
			return true;
	}
	return false;
}

static int64_t
add_domain(struct admin_fixture *f, const char *name)
{
	struct store_account account;
	struct store_identity row = {.facts = {.type = RULES_IDENTITY_DOMAIN,
					 .status = RULES_IDENTITY_PENDING}};
	struct verification v;

	assert_code(
	    f, SG_OK, store_account_get(f->store, "shop", &account, &f->err));
	row.account_id = account.facts.id;
	row.created_sec = TEST_NOW;
	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_code(f, SG_OK, store_identity_create(f->store, &row, &f->err));
	verification_start(&v, TEST_NOW);
	v.next_sec = TEST_NOW + 86400;
	assert_code(f, SG_OK,
	    store_verification_put(
		f->store, row.facts.id, VERIFICATION_DKIM, &v, &f->err));
	return row.facts.id;
}

static int64_t
add_key(struct admin_fixture *f, int64_t identity_id, const char *selector,
    enum key_origin origin)
{
	struct store_key key = {.identity_id = identity_id,
	    .origin = origin,
	    .created_sec = TEST_NOW,
	    .public_base64 = "AAAA",
	    .sealed = (const unsigned char *)"x",
	    .sealed_len = 1};

	(void)snprintf(key.algorithm, sizeof(key.algorithm), "rsa");
	(void)snprintf(key.selector, sizeof(key.selector), "%s", selector);
	assert_code(f, SG_OK, store_key_add(f->store, &key, &f->err));
	return key.id;
}

static void
turn(struct admin_fixture *f, struct zone *zone, int64_t now_sec,
    int64_t now_msec)
{
	assert_code(f, SG_OK,
	    zone_turn(
		zone, f->store, f->conf, NULL, now_sec, now_msec, &f->err));
}

static void
test_put_and_remove(void **state)
{
	struct admin_fixture *f = *state;
	struct server server = {0};
	struct zone zone = {0};
	int64_t domain = add_domain(f, "shop.example");
	int64_t key = add_key(f, domain, "one", KEY_EASY);

	(void)add_key(f, domain, "own", KEY_TXT);
	zone_use(&zone, serve, &server);
	turn(f, &zone, TEST_NOW, 1000);
	assert_int_equal(server.count, 1);
	assert_true(has(&server, "one"));
	assert_int_equal(server.calls, 1);
	turn(f, &zone, TEST_NOW + 60, 2000);
	assert_int_equal(server.calls, 1); /* nothing waits */
	turn(f, &zone, TEST_NOW + 86400 + 60, 3000);
	assert_int_equal(server.calls, 2); /* a day later, again */
	assert_code(f, SG_OK, store_key_delete(f->store, key, &f->err));
	turn(f, &zone, TEST_NOW + 86400 + 61, 4000);
	assert_int_equal(server.count, 0);
	assert_int_equal(server.calls, 3);
	turn(f, &zone, TEST_NOW + 86400 + 62, 5000);
	assert_int_equal(server.calls, 3);
}

static void
test_name_taken_again(void **state)
{
	struct admin_fixture *f = *state;
	struct server server = {0};
	struct zone zone = {0};
	int64_t domain = add_domain(f, "shop.example");
	int64_t key = add_key(f, domain, "one", KEY_EASY);

	zone_use(&zone, serve, &server);
	turn(f, &zone, TEST_NOW, 1000);
	assert_code(f, SG_OK, store_key_delete(f->store, key, &f->err));
	(void)add_key(f, domain, "one", KEY_EASY);
	turn(f, &zone, TEST_NOW + 1, 2000);
	turn(f, &zone, TEST_NOW + 2, 3000);
	assert_true(has(&server, "one"));
	assert_int_equal(server.calls, 2);
}

/* A new key's identity is looked at when the key is ripe; a key that is only
 * written anew changes nothing. */
static void
test_look_follows(void **state)
{
	struct admin_fixture *f = *state;
	struct server server = {0};
	struct zone zone = {0};
	struct verification v;
	int64_t domain = add_domain(f, "shop.example");

	(void)add_key(f, domain, "one", KEY_EASY);
	zone_use(&zone, serve, &server);
	turn(f, &zone, TEST_NOW + 5, 1000);
	assert_code(f, SG_OK,
	    store_verification_get(
		f->store, domain, VERIFICATION_DKIM, &v, &f->err));
	assert_int_equal(v.next_sec, TEST_NOW + 5 + f->conf->dkim_ttl_sec);
	v.next_sec = TEST_NOW + 500000;
	assert_code(f, SG_OK,
	    store_verification_put(
		f->store, domain, VERIFICATION_DKIM, &v, &f->err));
	turn(f, &zone, TEST_NOW + 100000, 2000);
	assert_int_equal(server.calls, 2);
	assert_code(f, SG_OK,
	    store_verification_get(
		f->store, domain, VERIFICATION_DKIM, &v, &f->err));
	assert_int_equal(v.next_sec, TEST_NOW + 500000);
}

static void
test_batches(void **state)
{
	struct admin_fixture *f = *state;
	struct server server = {0};
	struct zone zone = {0};
	int64_t domain = add_domain(f, "shop.example");

	for (int i = 0; i < 100; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "key%d", i);
		(void)add_key(f, domain, name, KEY_EASY);
	}
	zone_use(&zone, serve, &server);
	turn(f, &zone, TEST_NOW, 1000);
	assert_int_equal(server.count, 100);
	assert_int_equal(server.calls, 4);
}

/* Tried again after 1, 2, 4 … 60 seconds, and not in between. */
static void
test_server_down(void **state)
{
	static const int pauses[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct admin_fixture *f = *state;
	struct server server = {.answer = SG_IO};
	struct zone zone = {0};
	int64_t now = 1000;

	(void)add_key(f, add_domain(f, "shop.example"), "one", KEY_EASY);
	zone_use(&zone, serve, &server);
	turn(f, &zone, TEST_NOW, now);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		assert_int_equal(server.calls, i + 1);
		turn(f, &zone, TEST_NOW, now + pauses[i] * 1000 - 1);
		assert_int_equal(server.calls, i + 1);
		now += pauses[i] * 1000;
		turn(f, &zone, TEST_NOW, now);
	}
	server.answer = SG_OK;
	turn(f, &zone, TEST_NOW, now + 60000);
	assert_true(has(&server, "one"));
	assert_int_equal(zone.failures, 0);
}

static void
test_nobody_takes_updates(void **state)
{
	struct admin_fixture *f = *state;
	struct zone zone = {0};

	(void)add_key(f, add_domain(f, "shop.example"), "one", KEY_EASY);
	zone_use(&zone, serve, NULL);
	turn(f, &zone, TEST_NOW, 1000);
}

#define T(fn)                                                                  \
	cmocka_unit_test_setup_teardown(                                       \
	    fn, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_put_and_remove),
	    T(test_name_taken_again),
	    T(test_look_follows),
	    T(test_batches),
	    T(test_server_down),
	    T(test_nobody_takes_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
