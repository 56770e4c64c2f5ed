/* milter/operator.c: the key's file, what is read anew, the Feedback-ID field. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "milter/operator.h"
#include "ops/operator_key.h"

struct site {
	char dir[64];
	char key[96];
	struct conf *conf;
};

static void
set_option(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	assert_non_null(*field);
}

static int
setup(void **state)
{
	struct site *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/operator-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	(void)snprintf(s->key, sizeof(s->key), "%s/key", s->dir);
	s->conf = conf_new_defaults();
	assert_non_null(s->conf);
	set_option(&s->conf->dkim_operator_key_file, s->key);
	set_option(&s->conf->dkim_operator_domain, "mail.example");
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct site *s = *state;

	conf_unref(&s->conf);
	(void)unlink(s->key);
	(void)rmdir(s->dir);
	free(s);
	return 0;
}

static void
test_none(void **state)
{
	struct site *s = *state;
	struct operator* o = NULL;
	struct err err;

	set_option(&s->conf->dkim_operator_domain, "");
	assert_int_equal(operator_new(s->conf, NULL, &o, &err), SG_OK);
	assert_null(o);
	assert_null(operator_ref(NULL));
	operator_unref(&o);
}

static void
test_missing(void **state)
{
	struct site *s = *state;
	struct operator* o = NULL;
	struct err err;

	assert_int_equal(operator_new(s->conf, NULL, &o, &err), SG_MISSING);
	assert_null(o);
	assert_non_null(strstr(err.text, s->key));
}

static void
test_read_anew(void **state)
{
	struct site *s = *state;
	struct operator* first = NULL, *second = NULL, *third = NULL;
	struct err err;
	int fd;

	assert_int_equal(operator_key_create(s->conf, &err), SG_OK);
	assert_int_equal(operator_new(s->conf, NULL, &first, &err), SG_OK);
	assert_string_equal(first->domain, "mail.example");
	assert_string_equal(first->selector, "sendward");
	/* the file as it was: the key as it was, under another name */
	set_option(&s->conf->dkim_operator_selector, "other");
	assert_int_equal(operator_new(s->conf, first, &second, &err), SG_OK);
	assert_ptr_equal(second->key, first->key);
	assert_string_equal(second->selector, "other");
	operator_unref(&second);
	/* another file */
	assert_int_equal(unlink(s->key), 0);
	assert_int_equal(operator_key_create(s->conf, &err), SG_OK);
	assert_int_equal(operator_new(s->conf, first, &third, &err), SG_OK);
	assert_ptr_not_equal(third->key, first->key);
	operator_unref(&third);
	/* one that is no key */
	assert_int_equal(unlink(s->key), 0);
	fd = open(s->key, O_WRONLY | O_CREAT | O_EXCL, 0400);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(
	    operator_new(s->conf, first, &third, &err), SG_INVALID);
	assert_null(third);
	operator_unref(&first);
}

static void
test_counted(void **state)
{
	struct site *s = *state;
	struct operator* o = NULL, *other;
	struct err err;

	assert_int_equal(operator_key_create(s->conf, &err), SG_OK);
	assert_int_equal(operator_new(s->conf, NULL, &o, &err), SG_OK);
	other = operator_ref(o);
	operator_unref(&o);
	assert_null(o);
	assert_string_equal(other->domain, "mail.example");
	operator_unref(&other);
}

static void
test_feedback_id(void **state)
{
	static const struct {
		const char *domain, *identity, *value;
	} rows[] = {
	    {"mail.example", "shop.example",
		"shop:shop.example:sendward:mail.example"},
	    {"mail.example", "a@shop.example",
		"shop:shop.example:sendward:mail.example"},
	    {"mail.shop.example", "b.example",
		"shop:b.example:sendward:shop.example"},
	    {"a-very-long-name.example", "b.example",
		"shop:b.example:sendward:a-very-long-nam"},
	    {"a.b", "b.example", "shop:b.example:sendward:sendward-a.b"},
	};
	struct site *s = *state;
	struct err err;

	assert_int_equal(operator_key_create(s->conf, &err), SG_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char value[OPERATOR_FEEDBACK_ID_MAX + 1];
		struct operator* o = NULL;

		set_option(&s->conf->dkim_operator_domain, rows[i].domain);
		assert_int_equal(operator_new(s->conf, NULL, &o, &err), SG_OK);
		operator_feedback_id(o, "shop", rows[i].identity, value);
		assert_string_equal(value, rows[i].value);
		assert_in_range(strlen(o->sender_id), 5, 15);
		assert_true(operator_is_claimed(o, value));
		operator_unref(&o);
	}
}

static void
test_claims(void **state)
{
	static const struct {
		const char *value;
		bool is_claimed;
	} rows[] = {
	    {"a:b:c:mail.example", true},
	    {"mail.example", true},
	    {" a:b : Mail.Example\r\n ", true},
	    {"a:b:c:mail.example.", false},
	    {"a:mail.example:c:mine", false},
	    {"a:b:c:xmail.example", false},
	    {"a:b:c:mail.exampl", false},
	    {":", false},
	    {"", false},
	};
	const struct operator o = {.sender_id = "mail.example"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    operator_is_claimed(&o, rows[i].value), rows[i].is_claimed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_none),
	    TEST(test_missing),
	    TEST(test_read_anew),
	    TEST(test_counted),
	    TEST(test_feedback_id),
	    cmocka_unit_test(test_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
