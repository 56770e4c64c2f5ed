/* Tests of base/hash.h. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

/* The vectors of the SipHash paper's reference: key 00..0f, input 00..len-1. */
static void
test_siphash_vectors(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} rows[] = {
	    {0, UINT64_C(0x726fdb47dd0e0e31)},
	    {1, UINT64_C(0x74f839c593dc67fd)},
	    {8, UINT64_C(0x93f5f5799a932462)},
	    {15, UINT64_C(0xa129ca6149be45e5)},
	};
	struct hash_key key = {
	    {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
	unsigned char in[16];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    hash_bytes(&key, in, rows[i].len), rows[i].hash);
}

static void
test_keys_differ(void **state)
{
	struct hash_key a, b;

	(void)state;
	assert_true(hash_key_init(&a) && hash_key_init(&b));
	assert_int_not_equal(hash_bytes(&a, "x", 1), hash_bytes(&b, "x", 1));
}

static bool
is_value(const void *ctx, uint64_t value)
{
	return *(const uint64_t *)ctx == value;
}

/* Few different hashes, also 0: long chains that wrap around the end. */
static uint64_t
bad_hash(uint64_t value)
{
	return value % 7 == 0 ? 0 : UINT64_MAX - value % 5;
}

static void
test_map_like_an_array(void **state)
{
	enum { VALUES = 200, STEPS = 20000 };
	bool is_in[VALUES] = {false};
	struct hash_map map = {0};
	size_t count = 0;
	unsigned random = 1;

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		random = random * 1103515245u + 12345u;
		uint64_t value = (random >> 16) % VALUES;
		struct hash_slot *slot =
		    hash_map_find(&map, bad_hash(value), is_value, &value);

		assert_int_equal(slot != NULL, is_in[value]);
		if (slot != NULL)
			hash_map_remove(&map, slot);
		else
			assert_true(hash_map_add(&map, bad_hash(value), value));
		is_in[value] = slot == NULL;
		count += slot == NULL ? 1 : (size_t)-1;
		assert_int_equal(map.used, count);
	}
	hash_map_fini(&map);
	assert_null(hash_map_find(&map, 1, NULL, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_siphash_vectors),
	    cmocka_unit_test(test_keys_differ),
	    cmocka_unit_test(test_map_like_an_array),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
