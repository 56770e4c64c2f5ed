/* For report's tests: the shipped rules, loaded once. */
#ifndef SENDWARD_REPORT_TEST_RULES_H
#define SENDWARD_REPORT_TEST_RULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/report.h"

static inline int
test_rules_setup(void **state)
{
	const char *folder = getenv("srcdir");
	struct report_rules *rules;
	const char *path;
	char text[1024];
	struct err err;

	report_init();
	(void)snprintf(text, sizeof(text), "%s/report/bounce.rules",
	    folder == NULL ? "." : folder);
	path = text;
	if (report_rules_load(&path, 1, &rules, &err) != SG_OK) {
		print_error("%s\n", err.text);
		return -1;
	}
	*state = rules;
	return 0;
}

static inline int
test_rules_teardown(void **state)
{
	struct report_rules *rules = *state;

	report_rules_free(&rules);
	return 0;
}

#endif
