/* One silent domain, or all name servers: which looks count, when probes begin. */
#include "config.h"
#include "jobs/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Steps: a answered; u a look begun just now found nobody, and is held; U the
 * same, but it counts; o a look begun before the last answer found nobody, and
 * counts; p a probe begins; n none may; f it failed; w three seconds pass. */
struct row {
	const char *name, *steps;
	enum breaker_state state;
	enum breaker_verdict last; /* of the last step that has one */
	int64_t wait_msec;
};

static const struct row rows[] = {
    {"at the start", "n", BREAKER_UP, BREAKER_NOTHING, -1},
    {"answers", "aaa", BREAKER_UP, BREAKER_IS_ALIVE, -1},
    {"some silent ones are held", "uuuun", BREAKER_UP, BREAKER_NOTHING, -1},
    {"an answer ends the row", "uuuuauuuun", BREAKER_UP, BREAKER_IS_ALIVE, -1},
    {"many raise a doubt", "uuuuu", BREAKER_DOUBT, BREAKER_NOTHING, 0},
    {"a doubt is probed at once", "uuuuup", BREAKER_DOUBT, BREAKER_NOTHING, -1},
    {"one probe at a time", "uuuuupn", BREAKER_DOUBT, BREAKER_NOTHING, -1},
    {"a witness answers", "uuuuupa", BREAKER_UP, BREAKER_IS_ALIVE, -1},
    {"no witness answers", "uuuuupf", BREAKER_DOWN, BREAKER_IS_DOWN, 3000},
    {"down is told once", "uuuuupfwpf", BREAKER_DOWN, BREAKER_NOTHING, 3000},
    {"probes have a pause", "uuuuupfn", BREAKER_DOWN, BREAKER_IS_DOWN, 3000},
    {"after it the next", "uuuuupfw", BREAKER_DOWN, BREAKER_IS_DOWN, 0},
    {"more silent ones", "uuuuupfuuu", BREAKER_DOWN, BREAKER_IS_DOWN, 3000},
    {"back by a probe", "uuuuupfwpa", BREAKER_UP, BREAKER_IS_BACK, -1},
    {"back by a late look", "uuuuupfa", BREAKER_UP, BREAKER_IS_BACK, -1},
    {"a probe that ends after that", "uuuuupfwpaf", BREAKER_UP, BREAKER_NOTHING,
	-1},
    {"down a second time", "uuuuupfwpauuuuupf", BREAKER_DOWN, BREAKER_IS_DOWN,
	3000},
    {"begun before an answer", "wao", BREAKER_UP, BREAKER_IS_ALIVE, -1},
    {"those raise no doubt", "waoooooooo", BREAKER_UP, BREAKER_IS_ALIVE, -1},
};

static void
run(const struct row *row)
{
	struct breaker b;
	enum breaker_verdict last = BREAKER_NOTHING;
	int64_t now = 1000, answered = 0;

	breaker_init(&b);
	for (const char *step = row->steps; *step != '\0'; step++) {
		now++;
		if (*step == 'a') {
			last = breaker_answered(&b, now);
			answered = now;
		} else if (*step == 'u') {
			assert_false(breaker_unanswered(&b, now, now));
		} else if (*step == 'o') {
			assert_true(breaker_unanswered(&b, answered - 1, now));
		} else if (*step == 'p') {
			assert_true(breaker_probe_begin(&b, now));
		} else if (*step == 'n') {
			assert_false(breaker_probe_begin(&b, now));
		} else if (*step == 'f') {
			last = breaker_probe_failed(&b, now);
		} else {
			now += BREAKER_PROBE_MSEC;
		}
		assert_int_equal(breaker_may_look(&b), b.state == BREAKER_UP);
	}
	assert_int_equal(b.state, row->state);
	assert_int_equal(last, row->last);
	if (row->wait_msec <= 0)
		assert_int_equal(breaker_wait_msec(&b, now), row->wait_msec);
	else
		assert_in_range(breaker_wait_msec(&b, now), row->wait_msec - 10,
		    row->wait_msec);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].name);
		run(&rows[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
