/* Rows of other programs' tables. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/import_text.h"

/* "LINE:ROW" of all rows, "!" for one that is wrong. */
static const char *
rows(const char *data, size_t len, bool is_joined)
{
	static char all[4 * IMPORT_LINE_MAX];
	char row[IMPORT_LINE_MAX + 1];
	struct import_text text;
	const char *why;
	size_t used = 0;

	all[0] = '\0';
	import_text_begin(&text, data, len, is_joined);
	while (import_text_row(&text, row, &why)) {
		assert_true(why == NULL ? row[0] != '\0' : row[0] == '\0');
		used += (size_t)snprintf(all + used, sizeof(all) - used,
		    "%zu:%s|", text.line, why == NULL ? row : "!");
	}
	return all;
}

static void
rows_and_comments(void **state)
{
	static const struct {
		const char *name, *text, *plain, *joined;
	} cases[] = {
	    {"nothing", "", "", ""},
	    {"no end of line", "a b", "1:a b|", "1:a b|"},
	    {"empty lines", "\n \n\ta b \r\n\n", "3:a b|", "3:a b|"},
	    {"comments", "# x\na b # c\n  # y\nd", "2:a b|4:d|",
		"2:a b # c|4:d|"},
	    {"goes on", "a\n  b\nc", "1:a|2:b|3:c|", "1:a b|3:c|"},
	    {"over a comment", "a\n  # x\n  b\n", "1:a|3:b|", "1:a b|"},
	    {"a mark",
		"\xef\xbb\xbf"
		"a b\n",
		"1:a b|", "1:a b|"},
	    {"control",
		"a\x01"
		"b\nc",
		"1:!|2:c|", "1:!|2:c|"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].text);

		print_message("%s\n", cases[i].name);
		assert_string_equal(
		    rows(cases[i].text, len, false), cases[i].plain);
		assert_string_equal(
		    rows(cases[i].text, len, true), cases[i].joined);
	}
	assert_string_equal(rows("a\0b\nc", 5, false), "1:!|2:c|");
}

static void
long_rows(void **state)
{
	size_t len = IMPORT_LINE_MAX + 1;
	char *text = malloc(len + 3);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', len);
	memcpy(text + len, "\ny", 3);
	assert_string_equal(rows(text, len + 2, true), "1:!|2:y|");
	assert_int_equal(strlen(rows(text + 1, len - 1, true)), len - 1 + 3);
	text[len / 2] = '\n';
	text[len / 2 + 1] = ' ';
	assert_int_equal(strlen(rows(text, len, true)), len - 1 + 3);
	free(text);
}

static void
key_rows(void **state)
{
	static const struct {
		const char *row, *name, *domain, *selector, *key;
	} cases[] = {
	    {"k a.example:sel:/etc/k", "k", "a.example", "sel", "/etc/k"},
	    {"k\t%:sel:/etc/%/sel.private", "k", "%", "sel",
		"/etc/%/sel.private"},
	    {"s._domainkey.a.example a.example:s:MIIE+/=",
		"s._domainkey.a.example", "a.example", "s", "MIIE+/="},
	    {"k a:s:/x:y", "k", "a", "s", "/x:y"},
	    {"k", NULL, NULL, NULL, NULL},
	    {"k a.example", NULL, NULL, NULL, NULL},
	    {"k a.example:sel", NULL, NULL, NULL, NULL},
	    {"k :sel:/etc/k", NULL, NULL, NULL, NULL},
	    {"k a.example::/etc/k", NULL, NULL, NULL, NULL},
	    {"k a.example:sel:", NULL, NULL, NULL, NULL},
	};
	struct import_key_row row;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		print_message("%s\n", cases[i].row);
		(void)snprintf(text, sizeof(text), "%s", cases[i].row);
		if (cases[i].name == NULL) {
			assert_non_null(import_text_key_row(text, &row));
			continue;
		}
		assert_null(import_text_key_row(text, &row));
		assert_string_equal(row.name, cases[i].name);
		assert_string_equal(row.domain, cases[i].domain);
		assert_string_equal(row.selector, cases[i].selector);
		assert_string_equal(row.key, cases[i].key);
	}
}

static void
signing_rows(void **state)
{
	static const struct {
		const char *row;
		bool is_refile;
		enum import_scope scope;
		const char *domain, *key; /* key NULL: it is wrong */
	} cases[] = {
	    {"*@a.example k", true, IMPORT_SCOPE_DOMAIN, "a.example", "k"},
	    {"bob@a.example k", true, IMPORT_SCOPE_DOMAIN, "a.example", "k"},
	    {"*@*.a.example k", true, IMPORT_SCOPE_BELOW, "a.example", "k"},
	    {"*.a.example k", true, IMPORT_SCOPE_BELOW, "a.example", "k"},
	    {"*a.example k", true, IMPORT_SCOPE_DOMAIN, "a.example", "k"},
	    {"a.example k", true, IMPORT_SCOPE_ODD, "", "k"},
	    {"*@a*.example k", true, IMPORT_SCOPE_ODD, "", "k"},
	    {"* k", true, IMPORT_SCOPE_ANY, "", "k"},
	    {"*@* k", true, IMPORT_SCOPE_ANY, "", "k"},
	    {"a.example k", false, IMPORT_SCOPE_DOMAIN, "a.example", "k"},
	    {".a.example k", false, IMPORT_SCOPE_BELOW, "a.example", "k"},
	    {"bob@.a.example k", false, IMPORT_SCOPE_BELOW, "a.example", "k"},
	    {"bob@a.example k:bob@a.example", false, IMPORT_SCOPE_DOMAIN,
		"a.example", "k"},
	    {"bob@* %", false, IMPORT_SCOPE_ANY, "", "%"},
	    {"bob@ k", false, IMPORT_SCOPE_ODD, "", "k"},
	    {"a.example", false, IMPORT_SCOPE_ODD, "", NULL},
	    {"a.example :x", false, IMPORT_SCOPE_ODD, "", NULL},
	};
	struct import_signing_row row;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *why;

		print_message("%s\n", cases[i].row);
		(void)snprintf(text, sizeof(text), "%s", cases[i].row);
		why = import_text_signing_row(text, cases[i].is_refile, &row);
		assert_true((why == NULL) == (cases[i].key != NULL));
		assert_int_equal(row.scope, cases[i].scope);
		assert_string_equal(row.domain, cases[i].domain);
		if (why == NULL)
			assert_string_equal(row.key_name, cases[i].key);
	}
}

static void
login_rows(void **state)
{
	static const struct {
		const char *row, *domain, *logins; /* NULL: it is wrong */
	} cases[] = {
	    {"bob@a.example bob", "a.example", "bob|"},
	    {"@a.example bob, ann\tjim,,", "a.example", "bob|ann|jim|"},
	    {"bob bob@a.example", "", "bob@a.example|"},
	    {"bob@a.example", NULL, NULL},
	    {"bob@a.example ,", NULL, NULL},
	    {"bob@ bob", NULL, NULL},
	    {"/^(.*)@a\\.example$/ $1", NULL, NULL},
	};
	struct import_login_row row;
	char text[256], all[256];
	const char *login;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		print_message("%s\n", cases[i].row);
		(void)snprintf(text, sizeof(text), "%s", cases[i].row);
		if (cases[i].domain == NULL) {
			assert_non_null(import_text_login_row(text, &row));
			continue;
		}
		assert_null(import_text_login_row(text, &row));
		assert_string_equal(row.domain, cases[i].domain);
		all[0] = '\0';
		while ((login = import_text_login(&row)) != NULL)
			(void)snprintf(all + strlen(all),
			    sizeof(all) - strlen(all), "%s|", login);
		assert_string_equal(all, cases[i].logins);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_and_comments),
	    cmocka_unit_test(long_rows),
	    cmocka_unit_test(key_rows),
	    cmocka_unit_test(signing_rows),
	    cmocka_unit_test(login_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
