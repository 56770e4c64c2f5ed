/* milter/seen.c: whole messages as observed senders. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "milter/seen.h"
#include "milter/test-run.h"

/* reason NULL: it passes. */
static const struct row {
	const char *name, *login, *path, *rcpt, *from, *seen_from, *reason;
} rows[] = {
    {"all is well", "shop", "<a@shop.example>", "<x@reader.example>",
	"A <a@SHOP.example>", "a@shop.example", NULL},
    {"held back in enforce, but not refused", "shop", "<a@shop.example>",
	"<gone@reader.example>", "a@shop.example", "a@shop.example", NULL},
    {"login of nobody", "stranger", "<a@stranger.example>",
	"<x@reader.example>", "b@stranger.example", "b@stranger.example",
	"NO_ACCOUNT"},
    {"envelope sender", "shop", "<a@bank.example>", "<x@reader.example>",
	"a@shop.example", "a@shop.example", "NOT_VERIFIED"},
    {"From", "shop", "<a@shop.example>", "<x@reader.example>", "a@bank.example",
	"a@bank.example", "NOT_VERIFIED"},
    {"From that cannot be read", "shop", "<a@shop.example>",
	"<x@reader.example>", "nobody at all <", "nobody at all <",
	"BAD_HEADER"},
    {"a recipient", "shop", "<a@shop.example>", "<x%y@reader.example>",
	"a@shop.example", "a@shop.example", "BAD_RECIPIENT"},
};

static void
test_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct observer_seen seen;
		struct mailbox box;
		struct run r;

		print_message("  %s\n", rows[i].name);
		test_begin(&r, rows[i].login, rows[i].path);
		r.conf->mode = CONF_MODE_MONITOR;
		assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, rows[i].rcpt, &r.v);
		test_send_body(&r, rows[i].from);
		message_queue_id(r.m, QUEUE_ID);
		(void)test_end(&r);
		assert_true(seen_fill(r.m, &box, &seen));
		assert_string_equal(seen.login, rows[i].login);
		assert_string_equal(seen.from, rows[i].seen_from);
		if (rows[i].reason == NULL)
			assert_null(seen.reason);
		else
			assert_string_equal(seen.reason, rows[i].reason);
		test_finish(&r);
	}
}

static void
test_not_counted(void **state)
{
	struct observer_seen seen;
	struct mailbox box;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_false(seen_fill(r.m, &box, &seen));
	/* of the API's mail the sender is known */
	r.m->is_monitor = true;
	assert_true(seen_fill(r.m, &box, &seen));
	r.m->is_private = true;
	assert_false(seen_fill(r.m, &box, &seen));
	test_finish(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_seen),
	    cmocka_unit_test(test_not_counted),
	};

	return cmocka_run_group_tests_name(
	    "seen", tests, test_make_keys, test_free_keys);
}
