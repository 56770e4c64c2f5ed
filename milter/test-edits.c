/* milter/edits.c. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "milter/edits.h"

static void
test_order(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct edits edits;
	char name[16];

	(void)state;
	edits_init(&edits, arena);
	edits_sender(&edits, "<b-x@bounce.test>");
	edits_delete_recipient(&edits, "<a@b.example>");
	edits_insert_header(&edits, 0, "DKIM-Signature", "v=1");
	for (size_t i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "X-%zu", i);
		edits_delete_header(&edits, name, i + 1);
	}
	assert_false(edits.failed);
	assert_int_equal(edits.count, 1003);
	assert_int_equal(edits.list[0].kind, EDIT_SENDER);
	assert_string_equal(edits.list[0].value, "<b-x@bounce.test>");
	assert_int_equal(edits.list[1].kind, EDIT_DELETE_RECIPIENT);
	assert_int_equal(edits.list[2].kind, EDIT_INSERT_HEADER);
	assert_string_equal(edits.list[2].name, "DKIM-Signature");
	assert_int_equal(edits.list[1002].kind, EDIT_DELETE_HEADER);
	assert_int_equal(edits.list[1002].index, 1000);
	assert_string_equal(edits.list[1002].name, "X-999");
	arena_free(&arena);
}

static void
test_full_arena(void **state)
{
	struct arena *arena = arena_new(200);
	struct edits edits;

	(void)state;
	edits_init(&edits, arena);
	for (size_t i = 0; i < 10; i++)
		edits_sender(&edits, "<b-x@bounce.test>");
	assert_true(edits.failed);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_full_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
