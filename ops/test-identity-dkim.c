/* How a domain is signed, and changes of it; identities made with all at once. */
#include "config.h"

#include "ops/identity_dkim.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/identity.h"
#include "ops/identity_keys.h"
#include "ops/records.h"
#include "ops/tag.h"
#include "ops/test-admin.h"
#include "store/policies.h"

#define DAY INT64_C(86400)

static void
make_domain(struct admin_fixture *f, enum identity_keys keys, bool easy_only)
{
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "shop.example",
		keys, easy_only, TEST_NOW, NULL, &f->err));
}

static struct store_identity
row_of(struct admin_fixture *f)
{
	struct store_identity row;

	assert_code(f, SG_OK,
	    identity_get(f->store, "shop", "shop.example", &row, &f->err));
	return row;
}

static enum sg_err
generate(struct admin_fixture *f, int bits, int64_t now_sec)
{
	return identity_dkim_generate(f->store, f->seal, f->conf, "shop",
	    "shop.example", bits, now_sec, &f->err);
}

/* What DNS does in time: the key that waits signs. */
static void
let_sign(struct admin_fixture *f, int64_t now_sec)
{
	struct identity_key_set set;

	assert_code(f, SG_OK,
	    identity_key_set_load(f->store, row_of(f).facts.id, &set, &f->err));
	for (size_t i = 0; i < set.count; i++)
		if (identity_key_waits(&set.list[i]))
			assert_code(f, SG_OK,
			    store_key_set_active(f->store, set.list[i].id, true,
				now_sec, &f->err));
}

/* "EASY 3 PENDING 2048/1024": origin, tokens, status, current and next length. */
static void
assert_dkim(struct admin_fixture *f, const char *want)
{
	static const char *const origins[] = {"TXT", "EASY", "OWN"};
	struct identity_file *file;
	struct identity_dkim dkim;
	char got[64];

	assert_code(f, SG_OK,
	    identity_file_load(
		f->store, f->conf, row_of(f).facts.id, &file, &f->err));
	identity_dkim_read(file, &dkim);
	(void)snprintf(got, sizeof(got), "%s %zu %d %d/%d",
	    origins[dkim.origin], dkim.token_count, (int)dkim.status,
	    dkim.current_bits, dkim.next_bits);
	assert_string_equal(got, want);
	identity_file_free(&file);
}

static void
test_lengths(void **state)
{
	struct admin_fixture *f = *state;

	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	make_domain(f, IDENTITY_KEYS_RSA2048, true);
	assert_dkim(f, "EASY 3 1 2048/2048");
	let_sign(f, TEST_NOW);
	assert_code(f, SG_OK, generate(f, 0, TEST_NOW));
	assert_dkim(f, "EASY 3 1 2048/2048");
	assert_code(f, SG_OK, generate(f, 1024, TEST_NOW));
	assert_dkim(f, "EASY 3 1 2048/1024");
	/* one that waits, and was never used, makes room */
	assert_code(f, SG_INVALID, generate(f, 2048, TEST_NOW + 1));
	assert_code(f, SG_OK, generate(f, 2048, TEST_NOW + DAY));
	assert_dkim(f, "EASY 3 1 2048/2048");
	let_sign(f, TEST_NOW + DAY);
	assert_code(f, SG_OK, generate(f, 1024, TEST_NOW + 2 * DAY));
	let_sign(f, TEST_NOW + 2 * DAY);
	/* three slots: one signs, two are kept for mail on its way */
	assert_code(f, SG_INVALID, generate(f, 2048, TEST_NOW + 3 * DAY));
	assert_non_null(strstr(f->err.text, "kept in DNS"));
	assert_dkim(f, "EASY 3 1 1024/1024");
}

static void
test_keys_to_publish(void **state)
{
	struct admin_fixture *f = *state;

	make_domain(f, IDENTITY_KEYS_NONE, false);
	assert_dkim(f, "TXT 0 0 0/0");
	assert_code(f, SG_OK, generate(f, 0, TEST_NOW));
	assert_dkim(f, "TXT 1 1 2048/2048");
	/* a zone is there now: its keys, beside those that sign meanwhile */
	let_sign(f, TEST_NOW);
	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	assert_code(f, SG_OK, generate(f, 1024, TEST_NOW));
	assert_dkim(f, "EASY 3 1 1024/1024");
}

static void
test_own_keys(void **state)
{
	struct admin_fixture *f = *state;
	char key[ADMIN_FIXTURE_KEY_MAX], other[ADMIN_FIXTURE_KEY_MAX];
	struct store_identity row;
	bool has;

	admin_fixture_key(key);
	admin_fixture_key(other);
	make_domain(f, IDENTITY_KEYS_RSA2048, false);
	let_sign(f, TEST_NOW);
	row = row_of(f);
	row.facts.dkim_status = RULES_IDENTITY_SUCCESS;
	assert_code(f, SG_OK, store_identity_update(f->store, &row, &f->err));
	assert_dkim(f, "TXT 1 2 2048/2048");
	assert_code(f, SG_OK,
	    identity_import_key(f->store, f->seal, "shop", "shop.example", "a",
		key, strlen(key), false, TEST_NOW, &f->err));
	/* what signs is SUCCESS still, what was asked for waits */
	assert_dkim(f, "OWN 1 1 1024/1024");
	assert_int_equal(row_of(f).facts.dkim_status, RULES_IDENTITY_SUCCESS);

	assert_code(f, SG_OK,
	    identity_dkim_has(f->store, &row, "a", key, &has, &f->err));
	assert_true(has);
	assert_code(f, SG_OK,
	    identity_dkim_has(f->store, &row, "b", key, &has, &f->err));
	assert_false(has);
	assert_code(f, SG_OK,
	    identity_dkim_has(f->store, &row, "a", other, &has, &f->err));
	assert_false(has);
	assert_code(f, SG_OK,
	    identity_dkim_has(f->store, &row, "a", "junk", &has, &f->err));
	assert_false(has);

	/* back while it waits: it goes, and nothing was interrupted */
	assert_code(f, SG_OK, generate(f, 0, TEST_NOW));
	assert_dkim(f, "TXT 1 2 2048/2048");
	/* back when it signs: it retires at once */
	assert_code(f, SG_OK,
	    identity_import_key(f->store, f->seal, "shop", "shop.example", "a",
		key, strlen(key), true, TEST_NOW, &f->err));
	assert_dkim(f, "OWN 1 2 1024/1024");
	assert_code(f, SG_OK, generate(f, 0, TEST_NOW + 1));
	assert_dkim(f, "TXT 1 1 2048/2048");
	assert_code(f, SG_OK,
	    identity_dkim_has(f->store, &row, "a", key, &has, &f->err));
	assert_false(has);
}

static void
test_generate_refuses(void **state)
{
	struct admin_fixture *f = *state;

	assert_code(f, SG_MISSING, generate(f, 0, TEST_NOW));
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop",
		"a@shop.example", IDENTITY_KEYS_NONE, false, TEST_NOW, NULL,
		&f->err));
	assert_code(f, SG_INVALID,
	    identity_dkim_generate(f->store, f->seal, f->conf, "shop",
		"a@shop.example", 0, TEST_NOW, &f->err));
}

/* All or nothing. */
static void
test_wish(void **state)
{
	static const struct tag good[] = {{"a", "1"}}, bad[] = {{"", ""}};
	struct admin_fixture *f = *state;
	char key[ADMIN_FIXTURE_KEY_MAX];
	struct identity_wish wish = {.name = "shop.example",
	    .selector = "a",
	    .key_text = key,
	    .set = "news",
	    .tags = good,
	    .tag_count = 1};
	struct store_identity row;
	int64_t count;

	admin_fixture_key(key);
#define MAKE()                                                                 \
	identity_make(f->store, f->seal, f->conf, "shop", &wish, TEST_NOW,     \
	    &row, &f->err)
	assert_code(f, SG_MISSING, MAKE());
	wish.set = "";
	wish.tags = bad;
	assert_code(f, SG_INVALID, MAKE());
	wish.tags = good;
	wish.key_text = "junk";
	assert_code(f, SG_INVALID, MAKE());
	wish.key_text = key;
	wish.name = "a@shop.example";
	assert_code(f, SG_INVALID, MAKE());
	wish.name = "shop.example";
	assert_code(f, SG_OK, MAKE());
#undef MAKE
	assert_dkim(f, "OWN 1 1 1024/1024");
	assert_code(f, SG_OK,
	    store_tag_count(f->store, row.account_id, "identity/shop.example",
		&count, &f->err));
	assert_int_equal(count, 1);
}

#define FIXTURE_TEST(name)                                                     \
	cmocka_unit_test_setup_teardown(                                       \
	    name, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FIXTURE_TEST(test_lengths),
	    FIXTURE_TEST(test_keys_to_publish),
	    FIXTURE_TEST(test_own_keys),
	    FIXTURE_TEST(test_generate_refuses),
	    FIXTURE_TEST(test_wish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
