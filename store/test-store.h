/* What the tests of store/ share: a new database for each test. */
#ifndef SENDWARD_STORE_TEST_STORE_H
#define SENDWARD_STORE_TEST_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

#include "base/err.h"

struct store;

struct fixture {
	char dir[128];  /* SQLite: of its own */
	char path[160]; /* SQLite: the file in it */
	char url[1024];
	struct store *store; /* opened for writing, busy time 5 s */
	int64_t account;     /* id of an account "demo" */
	struct err err;
};

/* cmocka's setup and teardown: *state is the struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* What the tests run on: test-database.h. */
bool fixture_is_sqlite(void);

int64_t fixture_account(struct fixture *f, const char *name);

/* Runs SQL behind the store's back; the first column of the last row. */
int64_t fixture_sql(struct fixture *f, const char *sql);

/* What a list calls back with: names joined by blanks. */
struct names {
	char text[256];
	int most; /* 0: all */
	int count;
};
/* False when `most` names are there, so that the list ends. */
bool names_add(struct names *names, const char *name);

/* The call's result must be `want`; else its error is shown. */
#define assert_code(f, want, call)                                             \
	do {                                                                   \
		enum sg_err code_ = (call);                                    \
		if (code_ != (want))                                           \
			fail_msg("%s: %s: %s", #call, err_name(code_),         \
			    (f)->err.text);                                    \
	} while (0)
#define assert_ok(f, call) assert_code(f, SG_OK, call)

#endif
