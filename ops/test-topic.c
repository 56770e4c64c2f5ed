/* Topics, subscriptions and their tokens, the certificate. */
#include "config.h"

#include "ops/topic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "ops/test-admin.h"

#define MSEC (TEST_NOW * 1000)
#define DAY 86400
#define URL "https://hooks.example.com/in"

static struct store_subscription
subscribe(struct admin_fixture *f, const char *protocol, const char *endpoint,
    bool by_word, int64_t now_msec)
{
	struct topic_subscribe wanted = {.protocol = protocol,
	    .endpoint = endpoint,
	    .is_operator = by_word,
	    .is_confirmed = by_word};
	struct store_subscription row;

	assert_code(f, SG_OK,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "news", &wanted,
		now_msec, &row, &f->err));
	return row;
}

static void
create(struct admin_fixture *f)
{
	struct store_topic topic;
	bool is_new;

	assert_code(f, SG_OK,
	    topic_create(
		f->store, "shop", "news", TEST_NOW, &topic, &is_new, &f->err));
}

/* ---- what was published ------------------------------------------------------- */

struct seen {
	const struct seal *seal;
	int count;
	enum store_publication_type type;
	char token[65], body[1024];
};

static bool
see(void *ctx, const struct store_notification *row)
{
	struct seen *seen = ctx;
	unsigned char *token;
	size_t len;

	seen->count++;
	seen->type = row->publication.type;
	(void)snprintf(
	    seen->body, sizeof(seen->body), "%s", row->publication.body);
	if (row->publication.sealed_len == 0)
		return true;
	assert_int_equal(
	    seal_unwrap(seen->seal, TOPIC_SEAL_TOKEN, row->publication.sealed,
		row->publication.sealed_len, &token, &len, NULL),
	    SG_OK);
	assert_int_equal(len, 64);
	memcpy(seen->token, token, len + 1);
	seal_wipe_free(&token, len);
	return true;
}

static struct seen
look(struct admin_fixture *f)
{
	struct seen seen = {.seal = f->seal};

	assert_code(f, SG_OK,
	    store_notification_list(
		f->store, 0, false, 100, see, &seen, &f->err));
	return seen;
}

/* ---- tests -------------------------------------------------------------------- */

static void
test_topics(void **state)
{
	struct admin_fixture *f = *state;
	struct store_topic topic, again;
	char arn[TOPIC_ARN_MAX], name[258];
	bool is_new;

	create(f);
	assert_code(f, SG_OK,
	    topic_create(f->store, "shop", "news", TEST_NOW + 5, &again,
		&is_new, &f->err));
	assert_false(is_new);
	assert_int_equal(again.created_sec, TEST_NOW);
	assert_int_equal(again.signature_version, 1);
	topic_arn(f->conf, &again, arn);
	assert_string_equal(arn, "arn:aws:sns:local:000000000001:news");
	assert_string_equal(topic_arn_name(1, arn), "news");
	assert_null(topic_arn_name(2, arn));
	assert_null(topic_arn_name(1, "arn:aws:sns:local:000000000001:"));
	assert_null(topic_arn_name(1, "arn:aws:sqs:local:000000000001:news"));
	assert_code(f, SG_OK,
	    topic_change(f->store, "shop", "news", 2, "News", &topic, &f->err));
	assert_code(f, SG_OK,
	    topic_change(f->store, "shop", "news", 0, NULL, &topic, &f->err));
	assert_int_equal(topic.signature_version, 2);
	assert_string_equal(topic.display_name, "News");
	assert_code(f, SG_INVALID,
	    topic_change(f->store, "shop", "news", 3, NULL, &topic, &f->err));
	assert_code(f, SG_INVALID,
	    topic_change(f->store, "shop", "news", 0, "a\nb", &topic, &f->err));
	assert_code(f, SG_MISSING,
	    topic_change(f->store, "shop", "none", 1, NULL, &topic, &f->err));
	assert_code(f, SG_MISSING,
	    topic_create(f->store, "nobody", "news", TEST_NOW, &topic, &is_new,
		&f->err));
	(void)memset(name, 'n', sizeof(name) - 1);
	name[257] = '\0';
	assert_code(f, SG_INVALID,
	    topic_create(
		f->store, "shop", name, TEST_NOW, &topic, &is_new, &f->err));
	assert_code(f, SG_OK,
	    topic_create(f->store, "shop", name + 1, TEST_NOW, &topic, &is_new,
		&f->err));
	assert_code(f, SG_INVALID,
	    topic_create(
		f->store, "shop", "a.b", TEST_NOW, &topic, &is_new, &f->err));
	assert_code(f, SG_INVALID,
	    topic_create(
		f->store, "shop", "", TEST_NOW, &topic, &is_new, &f->err));
	assert_code(f, SG_OK, topic_delete(f->store, "shop", "news", &f->err));
	assert_code(
	    f, SG_MISSING, topic_delete(f->store, "shop", "news", &f->err));
}

static void
test_confirm(void **state)
{
	struct admin_fixture *f = *state;
	struct store_subscription row, seen_row;
	struct store_topic topic;
	struct seen seen;
	char old[65];

	create(f);
	row = subscribe(f, "https", URL, false, MSEC);
	assert_false(row.confirmed);
	seen = look(f);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.type, STORE_PUBLICATION_CONFIRMATION);
	assert_non_null(strstr(seen.body, "SubscribeURL"));
	memcpy(old, seen.token, sizeof(old));

	/* again: a new token, the old one is void, one letter waits */
	row = subscribe(f, "https", URL, false, MSEC + 1000);
	seen = look(f);
	assert_int_equal(seen.count, 1);
	assert_string_not_equal(seen.token, old);
	assert_code(f, SG_MISSING,
	    topic_confirm(f->store, old, TEST_NOW, &seen_row, &f->err));
	assert_code(f, SG_MISSING,
	    topic_confirm(f->store, seen.token, TEST_NOW + 1 + 2 * DAY,
		&seen_row, &f->err));
	assert_code(f, SG_MISSING,
	    topic_confirm(f->store, "", TEST_NOW, &seen_row, &f->err));

	assert_code(f, SG_OK,
	    topic_look(
		f->store, seen.token, TEST_NOW, &seen_row, &topic, &f->err));
	assert_false(seen_row.confirmed);
	assert_string_equal(topic.name, "news");
	for (int i = 0; i < 2; i++) {
		assert_code(f, SG_OK,
		    topic_confirm(
			f->store, seen.token, TEST_NOW, &seen_row, &f->err));
		assert_true(seen_row.confirmed);
		assert_string_equal(seen_row.uuid, row.uuid);
	}
	assert_int_equal(look(f).count, 0);
	/* as it is */
	row = subscribe(f, "https", URL, false, MSEC + 2000);
	assert_true(row.confirmed);
	assert_int_equal(look(f).count, 0);
}

static void
test_by_word(void **state)
{
	struct admin_fixture *f = *state;
	struct topic_subscribe wanted = {
	    .protocol = "command", .endpoint = "tell", .is_confirmed = true};
	struct store_subscription row;

	create(f);
	free(f->conf->notify_command_dir);
	f->conf->notify_command_dir = strdup("/etc/hooks");
	assert_code(f, SG_INVALID,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "news", &wanted,
		MSEC, &row, &f->err));
	wanted.is_operator = true;
	wanted.is_confirmed = false;
	assert_code(f, SG_OK,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "news", &wanted,
		MSEC, &row, &f->err));
	assert_true(row.confirmed);
	/* one that waits is confirmed by word, and its token is not told */
	assert_false(subscribe(f, "https", URL, false, MSEC).confirmed);
	assert_true(subscribe(f, "https", URL, true, MSEC).confirmed);
	assert_int_equal(look(f).count, 0);
	/* somebody who is no operator has no word */
	wanted = (struct topic_subscribe){.protocol = "http",
	    .endpoint = "http://a.example/",
	    .is_confirmed = true};
	assert_code(f, SG_OK,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "news", &wanted,
		MSEC, &row, &f->err));
	assert_false(row.confirmed);
	wanted.endpoint = "http://10.0.0.1/";
	assert_code(f, SG_INVALID,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "news", &wanted,
		MSEC, &row, &f->err));
}

static void
test_mail_pace(void **state)
{
	struct admin_fixture *f = *state;
	struct topic_subscribe wanted = {
	    .protocol = "email", .endpoint = "jane@shop.example"};
	struct store_topic topic;
	struct store_subscription row;
	char name[] = "t0";
	bool is_new;

	create(f);
	free(f->conf->mail_from);
	f->conf->mail_from = strdup("news@provider.test");
	(void)subscribe(f, "email", wanted.endpoint, false, MSEC);
	assert_code(f, SG_BUSY,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "news", &wanted,
		MSEC + 59000, &row, &f->err));
	(void)subscribe(f, "email", wanted.endpoint, false, MSEC + 60000);
	/* whatever topics it is about */
	for (int i = 1; i <= TOPIC_UNCONFIRMED_MOST; i++) {
		name[1]++;
		assert_code(f, SG_OK,
		    topic_create(f->store, "shop", name, TEST_NOW, &topic,
			&is_new, &f->err));
		assert_code(f, i < TOPIC_UNCONFIRMED_MOST ? SG_OK : SG_BUSY,
		    topic_subscribe(f->store, f->conf, f->seal, "shop", name,
			&wanted, MSEC, &row, &f->err));
	}
	wanted.raw = true;
	assert_code(f, SG_INVALID,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "news", &wanted,
		MSEC, &row, &f->err));
}

static void
test_end(void **state)
{
	struct admin_fixture *f = *state;
	struct store_subscription row, kept;
	struct seen seen;
	int64_t gone;

	create(f);
	row = subscribe(f, "https", URL, true, MSEC);
	assert_code(f, SG_OK,
	    topic_unsubscribe(
		f->store, f->conf, f->seal, row.uuid, MSEC, &f->err));
	seen = look(f);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.type, STORE_PUBLICATION_UNSUBSCRIBED);
	assert_code(f, SG_OK,
	    store_subscription_get(f->store, row.uuid, &kept, &f->err));
	assert_false(kept.confirmed);
	/* its token takes it back */
	assert_code(f, SG_OK,
	    topic_confirm(f->store, seen.token, TEST_NOW, &kept, &f->err));
	assert_true(kept.confirmed);
	/* ended and ended again: gone */
	for (int i = 0; i < 2; i++)
		assert_code(f, SG_OK,
		    topic_unsubscribe(
			f->store, f->conf, f->seal, row.uuid, MSEC, &f->err));
	assert_code(f, SG_MISSING,
	    topic_unsubscribe(
		f->store, f->conf, f->seal, row.uuid, MSEC, &f->err));
	assert_int_equal(look(f).count, 0);
	/* what nobody confirms ends by itself */
	row = subscribe(f, "https", URL, false, MSEC);
	assert_code(f, SG_OK,
	    topic_expire(f->store, TEST_NOW + 2 * DAY - 1, 10, &gone, &f->err));
	assert_int_equal(gone, 0);
	(void)subscribe(f, "http", "http://a.example/", true, MSEC);
	assert_code(f, SG_OK,
	    topic_expire(f->store, TEST_NOW + 2 * DAY, 10, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_code(f, SG_MISSING,
	    store_subscription_get(f->store, row.uuid, &kept, &f->err));
}

/* ---- the certificate ---------------------------------------------------------- */

struct certificate {
	const struct seal *seal;
	char name[65];
};

static bool
check_certificate(void *ctx, const struct store_certificate *row)
{
	struct certificate *seen = ctx;
	unsigned char *pem, digest[32];
	char hex[65];
	unsigned digest_len;
	size_t len;
	BIO *bio = BIO_new_mem_buf(row->certificate, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	EVP_PKEY *key;

	assert_non_null(cert);
	assert_int_equal(BIO_free(bio), 1);
	assert_int_equal(seal_unwrap(seen->seal, TOPIC_SEAL_KEY, row->sealed,
			     row->sealed_len, &pem, &len, NULL),
	    SG_OK);
	bio = BIO_new_mem_buf(pem, (int)len);
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	assert_non_null(key);
	assert_int_equal(EVP_PKEY_get_bits(key), 2048);
	assert_int_equal(X509_check_private_key(cert, key), 1);
	assert_int_equal(X509_verify(cert, key), 1);
	assert_int_equal(
	    X509_digest(cert, EVP_sha256(), digest, &digest_len), 1);
	for (int i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(row->name, hex);
	memcpy(seen->name, row->name, sizeof(seen->name));
	assert_int_equal(BIO_free(bio), 1);
	EVP_PKEY_free(key);
	X509_free(cert);
	seal_wipe_free(&pem, len);
	return false;
}

static void
test_certificate(void **state)
{
	struct admin_fixture *f = *state;
	struct certificate first = {.seal = f->seal}, later = first;

	assert_code(f, SG_OK,
	    topic_certificate(f->store, f->seal, TEST_NOW, check_certificate,
		&first, &f->err));
	assert_code(f, SG_OK,
	    topic_certificate(f->store, f->seal, TEST_NOW + 8 * 365 * DAY,
		check_certificate, &later, &f->err));
	assert_string_equal(first.name, later.name);
	/* in its last year another one signs */
	assert_code(f, SG_OK,
	    topic_certificate(f->store, f->seal,
		TEST_NOW + INT64_C(9) * 365 * DAY, check_certificate, &later,
		&f->err));
	assert_string_not_equal(first.name, later.name);
	assert_code(f, SG_OK,
	    store_certificate_get(
		f->store, first.name, check_certificate, &later, &f->err));
}

#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_topics),
	    CASE(test_confirm),
	    CASE(test_by_word),
	    CASE(test_mail_pace),
	    CASE(test_end),
	    CASE(test_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
