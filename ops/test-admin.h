/* What the tests of administration share: a new store of the kind that
 * store/test-database.h says, a master key and the default configuration, in a
 * folder of their own. */
#ifndef SENDWARD_OPS_TEST_ADMIN_H
#define SENDWARD_OPS_TEST_ADMIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

#include "base/err.h"

struct conf;
struct seal;
struct store;

#define TEST_NOW INT64_C(1790000040)

struct admin_fixture {
	char dir[64];
	struct conf *conf; /* its master key and store's file are in dir */
	struct seal *seal;
	struct store *store; /* has the account "shop", in the sandbox */
	struct err err;
};

/* cmocka's setup and teardown: *state is the struct admin_fixture. */
int admin_fixture_setup(void **state);
int admin_fixture_teardown(void **state);

bool admin_fixture_is_sqlite(void);

/* A folder with its files. */
void admin_fixture_remove(const char *dir);

/* An option of f->conf, whatever it was before. */
void admin_fixture_set(char **option, const char *text);

/* Its id. */
int64_t admin_fixture_account(struct admin_fixture *f, const char *name);

/* A new private key of 1024 bits as the API takes it: PKCS#1 in base64, without PEM's
 * lines. */
#define ADMIN_FIXTURE_KEY_MAX 1024
void admin_fixture_key(char text_r[ADMIN_FIXTURE_KEY_MAX]);

/* The call's result must be `want`; else its error is shown. */
#define assert_code(f, want, call)                                             \
	do {                                                                   \
		enum sg_err code_ = (call);                                    \
		if (code_ != (want))                                           \
			fail_msg("%s: %s: %s", #call, err_name(code_),         \
			    (f)->err.text);                                    \
	} while (0)

#endif
