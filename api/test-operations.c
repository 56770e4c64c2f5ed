/* The tables of operations, held against each other and against the shapes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/fault.h"
#include "api/operation.h"
#include "api/unsupported.h"

/* Calls fn for each row; both count. */
typedef void row_fn(const struct api_operation *row, void *ctx);

static size_t
each_row(row_fn *fn, void *ctx)
{
	size_t count = 0;

	for (size_t i = 0; api_operations[i] != NULL; i++)
		for (const struct api_operation *row = api_operations[i];
		     row->name != NULL; row++, count++)
			fn(row, ctx);
	return count;
}

static bool
is_json(const struct api_operation *row)
{
	return api_protocol_is_json(row->protocol);
}

/* ---- rows ---------------------------------------------------------------------------- */

static void
check_row(const struct api_operation *row, void *ctx)
{
	(void)ctx;
	if (row->handler == NULL || row->errors == NULL)
		fail_msg("%s has no handler or no errors", row->name);
	if (is_json(row) != (row->path != NULL) ||
	    is_json(row) != (row->method != NULL))
		fail_msg("%s: method and path are of JSON", row->name);
	if ((row->protocol == API_V2 &&
		strncmp(row->path, "/v2/email/", 10) != 0) ||
	    (row->protocol == API_OWN &&
		strncmp(row->path, "/sendward/", 10) != 0))
		fail_msg("%s: %s", row->name, row->path);
	if ((row->flags & API_OP_NO_RESULT) != 0 &&
	    (row->out != NULL || is_json(row)))
		fail_msg("%s has no Result, and says what is in it", row->name);
}

static void
rows_are_whole(void **state)
{
	(void)state;
	/* 78 of SES v2, 51 of v1, 13 of SNS; sendward's own. */
	assert_true(each_row(check_row, NULL) >= 155);
}

/* ---- flags ----------------------------------------------------------------------- */

static bool
is_one_of(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

static bool
begins_with_one_of(const char *name, const char *const *words)
{
	while (*words != NULL && strncmp(name, *words, strlen(*words)) != 0)
		words++;
	return *words != NULL;
}

static void
check_flags(const struct api_operation *row, void *ctx)
{
	static const char *const reads[] = {"BatchGet", "Describe", "Get",
	    "List", "RenderContent", "TestRender", NULL};
	static const char *const sends[] = {"Send", NULL};
	/* all that send mail, make keys or render */
	static const char *const slow[] = {"Send", "CreateEmailIdentity",
	    "PutEmailIdentityDkimSigningAttributes", "TestRender",
	    "VerifyDomain", NULL};
	static const char *const quick[] = {"CreateEmailIdentityPolicy", NULL};

	(void)ctx;
	if (begins_with_one_of(row->name, reads) !=
	    ((row->flags & API_OP_READS) != 0))
		fail_msg("%s: may one call it who may only read?", row->name);
	if (begins_with_one_of(row->name, sends) !=
	    ((row->flags & API_OP_SENDS) != 0))
		fail_msg("%s: may one call it who may only send?", row->name);
	if (row->protocol != API_OWN && (begins_with_one_of(row->name, slow) &&
					    !is_one_of(row->name, quick)) !=
					    ((row->flags & API_OP_SLOW) != 0))
		fail_msg("%s: in which thread?", row->name);
}

#define PEOPLE (API_OP_OPERATOR | API_OP_PERSON | API_OP_OPEN)

/* Who may call it is told by its path, too; what reads by its method. */
static void
check_people(const struct api_operation *row, void *ctx)
{
	static const char *const any[] = {
	    "/sendward/session", "/sendward/sessions", NULL};
	static const char *const reads[] = {"RenderContent", NULL};
	int people = row->flags & PEOPLE;
	bool is_operators;

	(void)ctx;
	if (row->protocol != API_OWN) {
		if (people != 0)
			fail_msg("%s is signed", row->name);
		return;
	}
	is_operators = strncmp(row->path, "/sendward/operator/", 19) == 0;
	if (is_operators != (people == API_OP_OPERATOR))
		fail_msg("%s: is it for operators?", row->name);
	if ((begins_with_one_of(row->path, any) && !is_operators) !=
	    (people == API_OP_PERSON || people == API_OP_OPEN))
		fail_msg("%s: whose is it?", row->name);
	if ((strcmp(row->method, "GET") == 0 || is_one_of(row->name, reads)) !=
	    ((row->flags & API_OP_READS) != 0))
		fail_msg("%s: %s, and may one call it who looks at an account?",
		    row->name, row->method);
}

static void
flags_are_the_names(void **state)
{
	(void)state;
	(void)each_row(check_flags, NULL);
	(void)each_row(check_people, NULL);
}

static void
check_result(const struct api_operation *row, void *ctx)
{
	/* as the services' models have them: no output at all */
	static const char *const none[] = {"UpdateAccountSendingEnabled",
	    "VerifyEmailAddress", "DeleteVerifiedEmailAddress",
	    "UpdateConfigurationSetSendingEnabled",
	    "UpdateConfigurationSetReputationMetricsEnabled",
	    "CreateCustomVerificationEmailTemplate",
	    "UpdateCustomVerificationEmailTemplate",
	    "DeleteCustomVerificationEmailTemplate", "DeleteTopic",
	    "SetTopicAttributes", "Unsubscribe", "SetSubscriptionAttributes",
	    NULL};

	(void)ctx;
	if ((!is_json(row) && is_one_of(row->name, none)) !=
	    ((row->flags & API_OP_NO_RESULT) != 0))
		fail_msg("%s: has it a Result?", row->name);
}

static void
results_are_the_models(void **state)
{
	(void)state;
	(void)each_row(check_result, NULL);
}

/* ---- names and paths -------------------------------------------------------------- */

static void
check_name(const struct api_operation *row, void *ctx)
{
	(void)ctx;
	if (api_operation_find(row->protocol, row->name) != row)
		fail_msg("%s is there twice", row->name);
	if (api_unsupported_has(row->protocol, row->name))
		fail_msg("%s is said not to be there", row->name);
}

static void
names_are_there_once(void **state)
{
	(void)state;
	(void)each_row(check_name, NULL);
	assert_null(api_operation_find(API_V1, "GetAccount"));
	assert_null(api_operation_find(API_V2, ""));
	assert_true(api_unsupported_has(API_V1, "SendBounce"));
	assert_false(api_unsupported_has(API_V2, "SendBounce"));
}

/* Could one path be both's? A part in braces takes anything. */
static bool
collide(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		size_t a_len = strcspn(a, "/"), b_len = strcspn(b, "/");

		if (*a != '{' && *b != '{' &&
		    (a_len != b_len || strncmp(a, b, a_len) != 0))
			return false;
		a += a_len + (a[a_len] == '/' ? 1 : 0);
		b += b_len + (b[b_len] == '/' ? 1 : 0);
	}
	return *a == *b;
}

struct other {
	const char *name, *method, *path;
};

static void
check_collision(const struct api_operation *row, void *ctx)
{
	const struct other *other = ctx;

	if (is_json(row) && strcmp(row->name, other->name) != 0 &&
	    strcmp(row->method, other->method) == 0 &&
	    collide(row->path + 1, other->path + 1))
		fail_msg("%s and %s have one path", row->name, other->name);
}

static void
check_collisions(const struct api_operation *row, void *ctx)
{
	struct other other = {row->name, row->method, row->path};

	(void)ctx;
	if (is_json(row))
		(void)each_row(check_collision, &other);
}

static void
paths_do_not_collide(void **state)
{
	const struct api_unsupported *row = api_unsupported;

	(void)state;
	assert_true(collide("a/{b}/c", "a/x/{y}"));
	assert_false(collide("a/{b}/c", "a/x"));
	assert_false(collide("a/b", "a/bc"));
	(void)each_row(check_collisions, NULL);
	for (; row->name != NULL; row++) {
		struct other other = {row->name, row->method, row->path};

		if (row->protocol == API_V2)
			(void)each_row(check_collision, &other);
	}
}

/* ---- shapes ------------------------------------------------------------------------- */

static const char *
wire_of(const struct api_member *member)
{
	return member->wire != NULL ? member->wire : member->name;
}

/* Names the member in braces? */
static bool
has_part(const char *path, const char *name)
{
	size_t len = strlen(name);

	for (; (path = strchr(path, '{')) != NULL; path++)
		if (strncmp(path + 1, name, len) == 0 && path[1 + len] == '}')
			return true;
	return false;
}

static size_t
count_parts(const char *path)
{
	size_t count = 0;

	for (; (path = strchr(path, '{')) != NULL; path++)
		count++;
	return count;
}

static void
check_path_members(const struct api_operation *row, void *ctx)
{
	const struct api_member *member = row->in;
	size_t count = 0;

	(void)ctx;
	for (; member != NULL && member->name != NULL; member++) {
		if ((member->flags & IN_PATH) != 0) {
			count++;
			if (!is_json(row) ||
			    !has_part(row->path, wire_of(member)))
				fail_msg("%s: %s is in no path", row->name,
				    member->name);
			if ((member->flags & REQUIRED) == 0)
				fail_msg("%s: %s may be missing", row->name,
				    member->name);
		}
		if ((member->flags & IN_QUERY) != 0 && !is_json(row))
			fail_msg("%s: %s", row->name, member->name);
	}
	if (is_json(row) && count != count_parts(row->path))
		fail_msg("%s: a part of %s is no member", row->name, row->path);
}

static void
paths_and_shapes_agree(void **state)
{
	(void)state;
	(void)each_row(check_path_members, NULL);
}

static void check_members(
    const char *name, const struct api_member *members, int depth);

static void
check_shape(const char *name, const struct api_shape *shape, int depth)
{
	if (shape == NULL || depth > 12)
		fail_msg("%s: a shape is missing, or without end", name);
	if ((shape->kind == API_CHOICE) != (shape->choices != NULL) ||
	    (shape->kind == API_STRUCT) != (shape->members != NULL) ||
	    (shape->kind == API_LIST || shape->kind == API_MAP) !=
		(shape->element != NULL))
		fail_msg("%s: the shape is not its kind's", name);
	if (shape->kind == API_INTEGER && shape->least > shape->most)
		fail_msg("%s: no integer is good", name);
	if (shape->kind != API_INTEGER && shape->most != 0 &&
	    shape->least > shape->most)
		fail_msg("%s: no size is good", name);
	if (shape->members != NULL)
		check_members(name, shape->members, depth + 1);
	if (shape->element != NULL)
		check_shape(name, shape->element, depth + 1);
}

static void
check_members(const char *name, const struct api_member *members, int depth)
{
	for (; members->name != NULL; members++) {
		for (const struct api_member *other = members + 1;
		     other->name != NULL; other++)
			if (strcmp(members->name, other->name) == 0)
				fail_msg("%s: %s is there twice", name,
				    members->name);
		check_shape(name, members->shape, depth);
	}
}

static void
check_shapes(const struct api_operation *row, void *ctx)
{
	(void)ctx;
	if (row->in != NULL)
		check_members(row->name, row->in, 0);
	if (row->out != NULL)
		check_members(row->name, row->out, 0);
}

static void
shapes_are_whole(void **state)
{
	(void)state;
	(void)each_row(check_shapes, NULL);
}

/* ---- errors ---------------------------------------------------------------------- */

static void
check_code(const struct api_operation *row, const char *code)
{
	if (api_fault_find(code) == NULL)
		fail_msg("%s: nobody knows the error \"%s\"", row->name, code);
	for (size_t i = 0; api_fault_common[i] != NULL; i++)
		if (strcmp(api_fault_common[i], code) == 0)
			fail_msg("%s: every operation may answer %s", row->name,
			    code);
}

static void
check_errors(const struct api_operation *row, void *ctx)
{
	char code[128];

	(void)ctx;
	for (const char *at = row->errors; *at != '\0';) {
		size_t len = strcspn(at, "|");

		assert_true(len < sizeof(code));
		memcpy(code, at, len);
		code[len] = '\0';
		check_code(row, code);
		at += len + (at[len] == '|' ? 1 : 0);
	}
}

static void
errors_are_known(void **state)
{
	(void)state;
	(void)each_row(check_errors, NULL);
}

static void
common_errors_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; api_fault_common[i] != NULL; i++)
		if (api_fault_find(api_fault_common[i]) == NULL)
			fail_msg("%s", api_fault_common[i]);
	for (int protocol = 0; protocol < API_PROTOCOLS; protocol++) {
		assert_non_null(api_fault_find(api_fault_invalid(protocol)));
		assert_non_null(api_fault_find(api_fault_throttled(protocol)));
	}
	assert_null(api_fault_find(""));
}

static void
only_listed_errors_are_allowed(void **state)
{
	static const struct api_operation row = {
	    .name = "X", .errors = "AlreadyExistsException|NotFound"};
	static const struct {
		const char *code;
		bool may;
	} rows[] = {
	    {"AlreadyExistsException", true},
	    {"NotFound", true},
	    {"InternalFailure", true},
	    {"NotFoundException", false},
	    {"AlreadyExists", false},
	    {"Found", false},
	    {"", false},
	    {"AlreadyExistsException|NotFound", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (api_fault_may(&row, rows[i].code) != rows[i].may)
			fail_msg("\"%s\"", rows[i].code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_whole),
	    cmocka_unit_test(flags_are_the_names),
	    cmocka_unit_test(results_are_the_models),
	    cmocka_unit_test(names_are_there_once),
	    cmocka_unit_test(paths_do_not_collide),
	    cmocka_unit_test(paths_and_shapes_agree),
	    cmocka_unit_test(shapes_are_whole),
	    cmocka_unit_test(errors_are_known),
	    cmocka_unit_test(common_errors_are_known),
	    cmocka_unit_test(only_listed_errors_are_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
