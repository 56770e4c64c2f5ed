/* Calls of operations for tests: see test-call.h. */
#include "config.h"

#include "api/test-call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/call.h"
#include "api/fault.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/identity.h"
#include "ops/set.h"
#include "ops/topic.h"

static void
add_identity(struct test_call *t, const char *account, const char *name)
{
	struct admin_fixture *f = t->f;

	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, account, name,
		IDENTITY_KEYS_NONE, false, TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    identity_verify(f->store, account, name, TEST_NOW, NULL, &f->err));
}

int
test_call_setup(void **state)
{
	const struct account_change production = {
	    .has_production = true, .production = true};
	struct test_call *t = calloc(1, sizeof(*t));
	struct admin_fixture *f;

	assert_non_null(t);
	assert_int_equal(admin_fixture_setup((void **)&t->f), 0);
	f = t->f;
	admin_fixture_set(&f->conf->bounce_domain, "bounce.test");
	admin_fixture_set(&f->conf->mail_from, "noreply@mail.test");
	t->account = "shop";
	t->once_key = t->body_hash = "";
	t->now_sec = TEST_NOW;
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "rival", "", TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    account_change(
		f->store, f->conf, "shop", &production, NULL, &f->err));
	assert_code(f, SG_OK,
	    account_change(
		f->store, f->conf, "rival", &production, NULL, &f->err));
	add_identity(t, "shop", "example.com");
	add_identity(t, "shop", "a@example.org");
	add_identity(t, "rival", "rival.example");
	*state = t;
	return 0;
}

int
test_call_teardown(void **state)
{
	struct test_call *t = *state;
	int rc = admin_fixture_teardown((void **)&t->f);

	json_decref(t->out);
	free(t);
	return rc;
}

int
test_call_setup_files(void **state)
{
	struct test_call *t;
	char dir[128];

	if (test_call_setup(state) != 0)
		return -1;
	t = *state;
	(void)snprintf(dir, sizeof(dir), "%s/files", t->f->dir);
	admin_fixture_set(&t->f->conf->console_files_dir, dir);
	return 0;
}

int
test_call_teardown_files(void **state)
{
	const struct test_call *t = *state;
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/files", t->f->dir);
	if (access(dir, F_OK) == 0)
		admin_fixture_remove(dir);
	return test_call_teardown(state);
}

static json_t *
read_input(const char *input)
{
	char *text = strdup(input);
	json_error_t error;
	json_t *in;

	assert_non_null(text);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	in = json_loads(text, 0, &error);
	if (in == NULL)
		fail_msg("%s: %s", text, error.text);
	free(text);
	return in;
}

static const struct api_session *
sign_in(struct test_call *t, const struct api_operation *operation)
{
	bool is_operator = (operation->flags & API_OP_OPERATOR) != 0;

	if (t->session.user_id != 0) /* the test's own */
		return &t->session;
	t->own_session = (struct api_session){.id = 1,
	    .user_id = 1,
	    .role = is_operator ? API_ROLE_OPERATOR : API_ROLE_ACCOUNT,
	    .user = "ann"};
	if (is_operator)
		(void)snprintf(t->own_session.user, 65, "root");
	return &t->own_session;
}

static void
run(struct test_call *t, const struct api_operation *operation,
    const char *input)
{
	struct api_call call = {
	    .conf = t->f->conf,
	    .seal = t->f->seal,
	    .store = t->f->store,
	    .operation = operation,
	    .access_key_id = "AKIATEST",
	    .region = "us-east-1",
	    .client = "192.0.2.1",
	    .request_id = "request",
	    .once_key = t->once_key,
	    .body_hash = t->body_hash,
	    .now_sec = t->now_sec,
	    .now_msec = t->now_sec * 1000,
	    .out = json_object(),
	};
	json_t *in = read_input(input);

	if ((operation->flags & API_OP_OPERATOR) == 0)
		assert_code(t->f, SG_OK,
		    account_get(
			t->f->store, t->account, &call.owner, &t->f->err));
	call.account = call.owner.facts.name;
	if (operation->protocol == API_OWN)
		call.session = sign_in(t, operation);
	call.in = in;
	operation->handler(&call);
	json_decref(in);
	json_decref(t->out);
	t->out = call.out;
	(void)snprintf(t->code, sizeof(t->code), "%s", call.fault.code);
	(void)snprintf(
	    t->message, sizeof(t->message), "%s", call.fault.message);
}

static const struct api_operation *
find(enum api_protocol protocol, const char *name)
{
	const struct api_operation *operation =
	    api_operation_find(protocol, name);

	if (operation == NULL)
		fail_msg("no operation %s", name);
	return operation;
}

const json_t *
test_call_ok(struct test_call *t, enum api_protocol protocol,
    const char *operation, const char *input)
{
	run(t, find(protocol, operation), input);
	if (t->code[0] != '\0')
		fail_msg("%s: %s: %s", operation, t->code, t->message);
	return t->out;
}

void
test_call_fails(struct test_call *t, enum api_protocol protocol,
    const char *operation, const char *code, const char *text,
    const char *input)
{
	const struct api_operation *row = find(protocol, operation);

	run(t, row, input);
	if (strcmp(t->code, code) != 0 || strstr(t->message, text) == NULL)
		fail_msg("%s: %s: %s, not %s with %s", operation, t->code,
		    t->message, code, text);
	if (!api_fault_may(row, code))
		fail_msg("%s may not answer %s", operation, code);
	assert_non_null(api_fault_find(code));
}

static const json_t *
walk(const json_t *at, const char *path)
{
	while (at != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");
		char part[256];

		(void)snprintf(part, sizeof(part), "%.*s", (int)len, path);
		at = json_is_array(at)
			 ? json_array_get(at, strtoul(part, NULL, 10))
			 : json_object_get(at, part);
		path += len + (path[len] == '.');
	}
	return at;
}

bool
test_call_has(struct test_call *t, const char *path)
{
	return walk(t->out, path) != NULL;
}

const char *
test_call_value(struct test_call *t, const char *path)
{
	static char text[4096];
	const json_t *value = walk(t->out, path);
	char *written;

	if (value == NULL) {
		written = json_dumps(t->out, 0);
		fail_msg("no %s in %s", path, written);
	}
	if (json_is_string(value))
		return json_string_value(value);
	written = json_dumps(value, JSON_ENCODE_ANY);
	assert_non_null(written);
	(void)snprintf(text, sizeof(text), "%s", written);
	free(written);
	return text;
}

void
test_call_is(struct test_call *t, const char *path, const char *want)
{
	const char *got = test_call_value(t, path);

	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, not %s", path, got, want);
}

const char *
test_call_input(struct test_call *t, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(t->input, sizeof(t->input), format, args);
	va_end(args);
	assert_in_range(len, 0, sizeof(t->input) - 1);
	return t->input;
}

void
test_call_next(struct test_call *t, enum api_protocol protocol,
    const char *operation, const char *more)
{
	test_call_ok(t, protocol, operation,
	    test_call_input(t, "{%s'NextToken': '%s'}", more,
		test_call_value(t, "NextToken")));
}

/* ---- what is there before ---------------------------------------------------- */

void
test_call_add_set(struct test_call *t, const char *account, const char *name)
{
	struct store_set set;

	assert_code(t->f, SG_OK,
	    set_create(t->f->store, account, name, TEST_NOW, &set, &t->f->err));
}

const char *
test_call_add_topic(struct test_call *t, const char *account, const char *name)
{
	static char arn[TOPIC_ARN_MAX];
	struct store_topic topic;
	bool is_new;

	assert_code(t->f, SG_OK,
	    topic_create(t->f->store, account, name, TEST_NOW, &topic, &is_new,
		&t->f->err));
	topic_arn(t->f->conf, &topic, arn);
	return arn;
}

struct store_identity
test_call_identity(struct test_call *t, const char *name)
{
	struct store_identity row;

	assert_code(t->f, SG_OK,
	    identity_get(t->f->store, t->account, name, &row, &t->f->err));
	return row;
}
