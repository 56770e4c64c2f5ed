/* Tokens go out and come back; nothing else comes in. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/return_path.h"

/* Mixes key and data; strong enough for a test, for nothing else. */
static bool
toy_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	const unsigned char *bytes = data;
	uint64_t hash = *(const uint64_t *)ctx;
	size_t i;

	for (i = 0; i < len; i++) {
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	for (i = 0; i < RETURN_PATH_MAC_BYTES; i++)
		mac_r[i] = (unsigned char)(hash >> (8 * i));
	return true;
}

static bool
broken_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	(void)ctx, (void)data, (void)len, (void)mac_r;
	return false;
}

static uint64_t key = UINT64_C(0xcbf29ce484222325);

static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static struct return_path
random_path(uint64_t *seed)
{
	static const char chars[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz";
	struct return_path path = {0, 0, ""};
	size_t len = 1 + next_random(seed) % RETURN_PATH_QUEUE_ID_MAX, i;

	path.account_id = 1 + (int64_t)(next_random(seed) % UINT32_MAX);
	path.day = (int64_t)(next_random(seed) % 65536);
	for (i = 0; i < len; i++)
		path.queue_id[i] = chars[next_random(seed) % 62];
	return path;
}

static void
assert_same(const struct return_path *a, const struct return_path *b)
{
	assert_int_equal(a->account_id, b->account_id);
	assert_int_equal(a->day, b->day);
	assert_string_equal(a->queue_id, b->queue_id);
}

static void
test_round_trip(void **state)
{
	uint64_t seed = 42;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		struct return_path path = random_path(&seed), back;
		char local[RETURN_PATH_LOCAL_MAX + 1];
		size_t i, len;

		assert_true(return_path_encode(&path, toy_mac, &key, local));
		len = strlen(local);
		assert_true(len <= RETURN_PATH_LOCAL_MAX);
		assert_int_equal(
		    return_path_decode(local, len, toy_mac, &key, &back),
		    RETURN_PATH_OK);
		assert_same(&path, &back);
		for (i = 0; i < len; i++) {
			if (local[i] >= 'a' && (next_random(&seed) & 1))
				local[i] = (char)(local[i] - 'a' + 'A');
		}
		assert_int_equal(
		    return_path_decode(local, len, toy_mac, &key, &back),
		    RETURN_PATH_OK);
		assert_same(&path, &back);
	}
}

/* The longest token, and what may stand behind it. */
static void
test_label(void **state)
{
	static const struct {
		const char *behind;
		enum return_path_error want;
	} rows[] = {
	    {"", RETURN_PATH_OK}, {"-abcde", RETURN_PATH_OK},
	    {"-ABC27", RETURN_PATH_OK}, {"-1", RETURN_PATH_OK},
	    {"-", RETURN_PATH_DAMAGED}, {"-ab_de", RETURN_PATH_DAMAGED},
	    {"--abcd", RETURN_PATH_DAMAGED}, {"-a-b", RETURN_PATH_DAMAGED},
	    {"-abcdef", RETURN_PATH_FOREIGN}, /* no local part is so long */
	};
	struct return_path path = {4294967295, 20000, "4c8Xk1234567890Qz123"},
			   back;
	char local[2 * RETURN_PATH_LOCAL_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(return_path_encode(&path, toy_mac, &key, local));
		memcpy(local + strlen(local), rows[i].behind,
		    strlen(rows[i].behind) + 1);
		assert_int_equal(return_path_decode(local, strlen(local),
				     toy_mac, &key, &back),
		    rows[i].want);
		if (rows[i].want == RETURN_PATH_OK)
			assert_same(&path, &back);
	}
	assert_int_equal(
	    return_path_decode("b--abcde", 8, toy_mac, &key, &back),
	    RETURN_PATH_DAMAGED);
}

/* Every other character of the alphabet at every place, and every cut. */
static void
test_changes_are_refused(void **state)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567-.=+@";
	uint64_t seed = 7;
	int round;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct return_path path = random_path(&seed), back;
		char local[RETURN_PATH_LOCAL_MAX + 2];
		size_t i, k, len;

		assert_true(return_path_encode(&path, toy_mac, &key, local));
		len = strlen(local);
		for (i = 0; i < len; i++) {
			char right = local[i];

			for (k = 0; k < sizeof alphabet - 1; k++) {
				if (alphabet[k] == right)
					continue;
				local[i] = alphabet[k];
				assert_int_not_equal(
				    return_path_decode(
					local, len, toy_mac, &key, &back),
				    RETURN_PATH_OK);
				assert_int_equal(back.account_id, 0);
			}
			local[i] = right;
		}
		for (i = 0; i < len; i++)
			assert_int_not_equal(
			    return_path_decode(local, i, toy_mac, &key, &back),
			    RETURN_PATH_OK);
		local[len] = 'a';
		assert_int_not_equal(
		    return_path_decode(local, len + 1, toy_mac, &key, &back),
		    RETURN_PATH_OK);
	}
}

struct encode_row {
	const char *name;
	struct return_path path;
	bool is_fine;
};

/* clang-format off */
static const struct encode_row encodes[] = {
	{ "smallest",              { 1, 0, "A" }, true },
	{ "largest",               { UINT32_MAX, 65535, "abcdefghij0123456789" }, true },
	{ "long queue id",         { 7, 20000, "4jYjJ93vgwz1bYMv" }, true },
	{ "no account",            { 0, 20000, "A" }, false },
	{ "negative account",      { -1, 20000, "A" }, false },
	{ "account out of range",  { INT64_C(4294967296), 20000, "A" }, false },
	{ "negative day",          { 1, -1, "A" }, false },
	{ "day out of range",      { 1, 65536, "A" }, false },
	{ "no queue id",           { 1, 1, "" }, false },
	{ "queue id with a stroke", { 1, 1, "a-b" }, false },
	{ "queue id with 8-bit",   { 1, 1, "\xc3\xbc" }, false },
};

struct decode_row {
	const char *name;
	const char *local;
	enum return_path_error error;
};

static const struct decode_row decodes[] = {
	{ "nothing",              "",                       RETURN_PATH_FOREIGN },
	{ "prefix alone",         "b-",                     RETURN_PATH_FOREIGN },
	{ "other local part",     "postmaster",             RETURN_PATH_FOREIGN },
	{ "other prefix",         "c-aeaaaaaaaaaaaaaaaaaaaaaaaa", RETURN_PATH_FOREIGN },
	{ "plus for minus",       "b+aeaaaaaaaaaaaaaaaaaaaaaaaa", RETURN_PATH_FOREIGN },
	{ "65 characters",        "b-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", RETURN_PATH_FOREIGN },
	{ "64 characters",        "b-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", RETURN_PATH_DAMAGED },
	{ "short",                "b-aeaaaaaa",             RETURN_PATH_DAMAGED },
	{ "not of the alphabet",  "b-aeaaaaaa18aaaaaaaaaaaaaaaa", RETURN_PATH_DAMAGED },
	{ "spare bits set",       "b-aeaaaaaaaaaaaaaaaaaaaaaaab", RETURN_PATH_DAMAGED },
	{ "character too many",   "b-aeaaaaaaaaaaaaaaaaaaaaaaaaa", RETURN_PATH_DAMAGED },
	{ "made up",              "b-aeaaaaaaaaaaaaaaaaaaaaaaaa", RETURN_PATH_FORGED },
};
/* clang-format on */

static void
test_encode(void **state)
{
	char local[RETURN_PATH_LOCAL_MAX + 1];
	struct return_path full = {1, 1, ""};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof encodes / sizeof encodes[0]; i++) {
		const struct encode_row *row = &encodes[i];

		if (return_path_encode(&row->path, toy_mac, &key, local) !=
		    row->is_fine)
			fail_msg("%s", row->name);
		assert_int_equal(row->is_fine, local[0] == 'b');
	}
	memset(full.queue_id, 'a', sizeof full.queue_id); /* no NUL */
	assert_false(return_path_encode(&full, toy_mac, &key, local));
	assert_false(
	    return_path_encode(&encodes[0].path, broken_mac, &key, local));
	assert_string_equal(local, "");
}

static void
test_decode(void **state)
{
	struct return_path path;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof decodes / sizeof decodes[0]; i++) {
		const struct decode_row *row = &decodes[i];
		enum return_path_error error = return_path_decode(
		    row->local, strlen(row->local), toy_mac, &key, &path);

		if (error != row->error)
			fail_msg("%s: got %d", row->name, error);
	}
	assert_int_equal(return_path_decode("b-aeaaaaaaaaaaaaaaaaaaaaaaaa", 28,
			     broken_mac, &key, &path),
	    RETURN_PATH_MAC_FAILED);
}

/* A MAC that says yes to everything: what the fields themselves forbid. */
static bool
zero_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	(void)ctx, (void)data, (void)len;
	memset(mac_r, 0, RETURN_PATH_MAC_BYTES);
	return true;
}

/* Tokens of 16 bytes, all zero but version, account and queue id. */
static void
test_fields(void **state)
{
	/* clang-format off */
	static const struct decode_row rows[] = {
		{ "version 1, account 1, id A", "b-aeaaaaabaaaecaaaaaaaaaaaaa", RETURN_PATH_OK },
		{ "account 0",                  "b-aeaaaaaaaaaecaaaaaaaaaaaaa", RETURN_PATH_DAMAGED },
		{ "version 2",                  "b-aiaaaaabaaaecaaaaaaaaaaaaa", RETURN_PATH_DAMAGED },
		{ "NUL in the queue id",        "b-aeaaaaabaaaaaaaaaaaaaaaaaa", RETURN_PATH_DAMAGED },
	};
	/* clang-format on */
	struct return_path path;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum return_path_error error = return_path_decode(rows[i].local,
		    strlen(rows[i].local), zero_mac, NULL, &path);

		if (error != rows[i].error)
			fail_msg("%s: got %d", rows[i].name, error);
	}
}

/* Another key, another account: the token is worth nothing. */
static void
test_other_key(void **state)
{
	struct return_path path = {7, 20000, "4jYjJ93vgwz1bYMv"}, back;
	char local[RETURN_PATH_LOCAL_MAX + 1];
	uint64_t other = key + 1;

	(void)state;
	assert_true(return_path_encode(&path, toy_mac, &key, local));
	assert_int_equal(
	    return_path_decode(local, strlen(local), toy_mac, &other, &back),
	    RETURN_PATH_FORGED);
	assert_int_equal(strlen(local), 2 + 50);
}

#define TOKEN "b-aeaaaaabaaaecaaaaaaaaaaaaa"

/* What the MTA might take for a label goes, wherever it stands. */
static void
test_unlabel(void **state)
{
	static const struct {
		const char *path, *plain; /* NULL: stays */
	} rows[] = {
	    {"<" TOKEN "-abcde@b.example>", "<" TOKEN "@b.example>"},
	    {TOKEN "-a2@b.example", TOKEN "@b.example"},
	    {"<B-AEAAAAABAAAECAAAAAAAAAAAAA-ABCDE@b.example>",
		"<B-AEAAAAABAAAECAAAAAAAAAAAAA@b.example>"},
	    {"<\"" TOKEN "-abcde\"@b.example>", "<" TOKEN "@b.example>"},
	    {"<\"" TOKEN "-ab\\c\\de\"@b.example>", "<" TOKEN "@b.example>"},
	    {"<" TOKEN "-abcde>", "<" TOKEN ">"},
	    {"<@a.example:" TOKEN "-abcde@b.example>",
		"<@a.example:" TOKEN "@b.example>"},
	    {"<b.example!" TOKEN "-abcde>", "<b.example!" TOKEN ">"},
	    {"<" TOKEN "-abcde%b.example@c.example>",
		"<" TOKEN "%b.example@c.example>"},
	    {"<" TOKEN "-abcde(x)@b.example>", "<" TOKEN "(x)@b.example>"},
	    {"<" TOKEN "-abcde-fghij@b.example>", NULL},
	    {"<" TOKEN "-abcde-@b.example>", NULL},
	    {"<" TOKEN "@b.example>", NULL},
	    {"<" TOKEN "-@b.example>", NULL},
	    {"<" TOKEN "-abcdef@b.example>", NULL},
	    {"<" TOKEN "-abcde.x@b.example>", NULL},
	    {"<x" TOKEN "-abcde@b.example>", NULL},
	    {"<x-" TOKEN "-abcde@b.example>", NULL},
	    {"<b-lunch-menu@b.example>", NULL},
	    {"<b-aeaaaaabaaaecaaaaaaaaaaaa-abcde@b.example>", NULL},
	    {"<>", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char plain[200];
		bool is_changed = return_path_unlabel(rows[i].path, plain);

		if (is_changed != (rows[i].plain != NULL) ||
		    (is_changed && strcmp(plain, rows[i].plain) != 0))
			fail_msg("%s: %s", rows[i].path, plain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_label),
	    cmocka_unit_test(test_changes_are_refused),
	    cmocka_unit_test(test_encode),
	    cmocka_unit_test(test_decode),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_other_key),
	    cmocka_unit_test(test_unlabel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
