/* Tests of a message's recipients as lines of text. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/recipients.h"

/* What recipients_next makes of the text: "Fa@b" and so on, with commas. */
static void
read_all(const char *text, char *all_r, size_t size)
{
	struct recipient r;
	size_t len = 0;

	all_r[0] = '\0';
	while (recipients_next(&text, &r) && len < size)
		len += (size_t)snprintf(all_r + len, size - len, "%s%c%s",
		    len > 0 ? "," : "", (char)r.flag, r.address);
	assert_int_equal(text[0], '\0');
}

static void
test_next(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"\n", ""},
	    {"\n\n\n", ""},
	    {"E a@b.example\n", "Ea@b.example"},
	    {"E a@b.example", "Ea@b.example"},
	    {"E a@b.example\nS x@y.example\n", "Ea@b.example,Sx@y.example"},
	    {"V a@b\nB b@b\nC c@b\nM d@b\n", "Va@b,Bb@b,Cc@b,Md@b"},
	    {"E \"a b\"@c.example\n", "E\"a b\"@c.example"},
	    /* no lines of ours */
	    {"E\nE \nEa@b\nE\ta@b\nX a@b\n a@b\ne a@b\n", ""},
	    {"X a@b\nE c@d\nnonsense\nV e@f", "Ec@d,Ve@f"},
	};
	char all[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_all(rows[i].text, all, sizeof(all));
		assert_string_equal(all, rows[i].want);
	}
}

/* The longest address is read, a longer one is no line. */
static void
test_longest(void **state)
{
	char text[2 * RULES_ADDRESS_MAX], address[RULES_ADDRESS_MAX + 2];
	const char *at = text;
	struct recipient r;

	(void)state;
	memset(address, 'a', sizeof(address));
	address[RULES_ADDRESS_MAX] = '\0';
	text[0] = '\0';
	assert_true(
	    recipients_add(text, sizeof(text), RECIPIENT_ELIGIBLE, address));
	assert_true(recipients_next(&at, &r));
	assert_string_equal(r.address, address);
	address[RULES_ADDRESS_MAX] = 'a';
	address[RULES_ADDRESS_MAX + 1] = '\0';
	assert_false(
	    recipients_add(text, sizeof(text), RECIPIENT_ELIGIBLE, address));
	(void)snprintf(text, sizeof(text), "E %s", address);
	at = text;
	assert_false(recipients_next(&at, &r));
}

static void
test_add(void **state)
{
	char text[24] = "";

	(void)state;
	assert_true(recipients_add(text, sizeof(text), RECIPIENT_OWN, "a@b"));
	assert_string_equal(text, "V a@b\n");
	/* 6 bytes are there, 18 remain: 3 + 14 and the end are as many */
	assert_false(recipients_add(
	    text, sizeof(text), RECIPIENT_ELIGIBLE, "123456789012@ab"));
	assert_string_equal(text, "V a@b\n");
	assert_true(recipients_add(
	    text, sizeof(text), RECIPIENT_ELIGIBLE, "12345678901@ab"));
	assert_string_equal(text, "V a@b\nE 12345678901@ab\n");
	assert_int_equal(strlen(text) + 1, sizeof(text));
}

/* What would not be read again is not written. */
static void
test_add_refusals(void **state)
{
	char text[100] = "";

	(void)state;
	assert_false(
	    recipients_add(text, sizeof(text), RECIPIENT_ELIGIBLE, ""));
	assert_false(recipients_add(
	    text, sizeof(text), RECIPIENT_ELIGIBLE, "a@b\nB c@d"));
	assert_false(recipients_add(
	    text, sizeof(text), (enum recipient_flag)'X', "a@b"));
	assert_false(
	    recipients_add(text, sizeof(text), (enum recipient_flag)0, "a@b"));
	assert_string_equal(text, "");
	assert_false(recipients_add(text, 0, RECIPIENT_ELIGIBLE, "a@b"));
}

static void
test_is_dropped(void **state)
{
	(void)state;
	assert_false(recipients_is_dropped(RECIPIENT_ELIGIBLE));
	assert_false(recipients_is_dropped(RECIPIENT_SIMULATOR));
	assert_false(recipients_is_dropped(RECIPIENT_OWN));
	assert_true(recipients_is_dropped(RECIPIENT_BOUNCED));
	assert_true(recipients_is_dropped(RECIPIENT_COMPLAINED));
	assert_true(recipients_is_dropped(RECIPIENT_LISTED));
}

static void
test_find(void **state)
{
	const char *text = "E Ann@B.example\nB bob@b.example\nX c@b.example\n";
	struct recipient r;

	(void)state;
	assert_true(recipients_find(text, "ann@b.EXAMPLE", &r));
	assert_int_equal(r.flag, RECIPIENT_ELIGIBLE);
	assert_string_equal(r.address, "Ann@B.example");
	assert_true(recipients_find(text, "bob@b.example", &r));
	assert_int_equal(r.flag, RECIPIENT_BOUNCED);
	assert_false(recipients_find(text, "c@b.example", &r));
	assert_false(recipients_find(text, "bob@b.example.org", &r));
	assert_false(recipients_find(text, "bob@b.exampl", &r));
	assert_false(recipients_find("", "bob@b.example", &r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_next),
	    cmocka_unit_test(test_longest),
	    cmocka_unit_test(test_add),
	    cmocka_unit_test(test_add_refusals),
	    cmocka_unit_test(test_is_dropped),
	    cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("recipients", tests, NULL, NULL);
}
