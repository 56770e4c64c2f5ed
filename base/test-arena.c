/* Arenas: alignment, zeroes, cap, reuse. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

static void
pieces_are_aligned_zeroed_and_apart(void **state)
{
	static const size_t sizes[] = {1, 15, 16, 17, 500, 1, 4096, 9000, 3, 0};
	struct arena *arena = arena_new(100000);
	unsigned char *before = NULL;

	(void)state;
	assert_non_null(arena);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned char *piece = arena_alloc(arena, sizes[i]);

		assert_non_null(piece);
		assert_ptr_not_equal(piece, before);
		assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
		for (size_t n = 0; n < sizes[i]; n++)
			assert_int_equal(piece[n], 0);
		memset(piece, 0xff, sizes[i]);
		before = piece;
	}
	arena_free(&arena);
	assert_null(arena);
	arena_free(&arena);
}

static void
the_cap_holds(void **state)
{
	struct arena *arena = arena_new(1024);
	size_t handed_out = 0;

	(void)state;
	while (arena_alloc(arena, 100) != NULL)
		handed_out += 100;
	assert_in_range(handed_out, 800, 1024);
	assert_true(arena_used(arena) <= 1024);
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_null(arena_alloc(arena, SIZE_MAX - 7));
	assert_null(arena_printf(arena, "%2000d", 1));
	arena_free(&arena);
}

static void
a_reset_arena_is_as_new(void **state)
{
	struct arena *arena = arena_new(64 * 1024);

	(void)state;
	for (int round = 0; round < 50; round++) {
		assert_non_null(arena_alloc(arena, 30000));
		for (int i = 0; i < 100; i++) {
			char *piece = arena_alloc(arena, 64);

			assert_non_null(piece);
			for (int n = 0; n < 64; n++)
				assert_int_equal(piece[n], 0);
			memset(piece, 'x', 64);
		}
		arena_reset(arena);
		assert_int_equal(arena_used(arena), 0);
	}
	arena_free(&arena);
}

static void
strings_are_copies(void **state)
{
	struct arena *arena = arena_new(4096);
	char text[] = "hello";
	char *copy = arena_strdup(arena, text);

	(void)state;
	text[0] = 'j';
	assert_string_equal(copy, "hello");
	assert_string_equal(arena_strndup(arena, "hello", 2), "he");
	assert_string_equal(arena_strndup(arena, "he", 20), "he");
	assert_string_equal(arena_printf(arena, "%s %d", "a", 7), "a 7");
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
	    cmocka_unit_test(the_cap_holds),
	    cmocka_unit_test(a_reset_arena_is_as_new),
	    cmocka_unit_test(strings_are_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
