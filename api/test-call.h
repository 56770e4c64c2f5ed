/* What the tests of handlers share: a store with two accounts that must not see each
 * other, and calls of an operation with its input as JSON. The input goes straight to
 * the handler: what validate.h refuses never comes here. */
#ifndef SENDWARD_API_TEST_CALL_H
#define SENDWARD_API_TEST_CALL_H

#include <jansson.h>

#include "api/operation.h"
#include "api/session.h"
#include "ops/test-admin.h"
#include "store/store.h"

struct test_call {
	struct admin_fixture *f; /* conf, seal, store; tests may change conf */
	const char *account; /* who calls: "shop" (the default) or "rival" */
	int64_t now_sec;     /* TEST_NOW at first */
	const char *once_key, *body_hash; /* "" at first */
	/* Who is signed in when one of API_OWN is called: by its row, the
	 * operator "root" or the account's user "ann". */
	struct api_session session;     /* the test's own; zeroed at first */
	struct api_session own_session; /* else this one */
	json_t *out;                    /* of the last call */
	char code[64], message[1024];   /* of the last call; "" none */
	char input[4096];               /* test_call_input's */
};

/* cmocka's setup and teardown: *state is the struct test_call. Both accounts are in
 * production; shop has example.com and a@example.org verified, rival has
 * rival.example. */
int test_call_setup(void **state);
int test_call_teardown(void **state);
/* The same with console.files_dir, a folder that is not there yet. */
int test_call_setup_files(void **state);
int test_call_teardown_files(void **state);

/* Calls and expects success; what came out (borrowed until the next call). input: a
 * JSON object, in which ' stands for ". */
const json_t *test_call_ok(struct test_call *t, enum api_protocol protocol,
    const char *operation, const char *input);
/* Calls and expects this code, which the operation's row must have (or every
 * operation), and a message that contains text. */
void test_call_fails(struct test_call *t, enum api_protocol protocol,
    const char *operation, const char *code, const char *text,
    const char *input);
/* A text of the output by its path: "EmailIdentities.0.IdentityName"; fails the test
 * when it is not there. Numbers and flags as JSON writes them. */
const char *test_call_value(struct test_call *t, const char *path);
bool test_call_has(struct test_call *t, const char *path);
void test_call_is(struct test_call *t, const char *path, const char *want);

/* An input, until the next one. */
const char *test_call_input(struct test_call *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Calls as test_call_ok does for the page behind the last one. more: members before
 * NextToken ("'PageSize': 2, "), "" none. */
void test_call_next(struct test_call *t, enum api_protocol protocol,
    const char *operation, const char *more);

/* ---- what is there before ---------------------------------------------------- */

void test_call_add_set(
    struct test_call *t, const char *account, const char *name);
/* Its ARN, until the next one. */
const char *test_call_add_topic(
    struct test_call *t, const char *account, const char *name);
/* The caller's identity of that name. */
struct store_identity test_call_identity(struct test_call *t, const char *name);

#endif
