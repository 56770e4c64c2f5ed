/* Routes: which row answers which method and path. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/route.h"

static void
nothing(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	(void)service;
	(void)request;
	(void)response_r;
}

/* clang-format off */
static const struct api_route table[] = {
	{"one",  API_GET,  "/one",        nothing},
	{"part", API_GET,  "/part/*",     nothing},
	{"part", API_POST, "/part/*",     nothing},
	{"deep", API_POST, "/a/*/b/*/c",  nothing},
	{"rest", API_GET,  "/rest/**",    nothing},
};

static const struct {
	const char *what;
	enum api_method method;
	const char *path;
	int row; /* -1: none */
	const char *allow, *name, *params;
} rows[] = {
	{"whole path",        API_GET,  "/one",          0, "GET, HEAD", "one", ""},
	{"wrong method",      API_POST, "/one",         -1, "GET, HEAD", "one", ""},
	{"method unknown",    API_METHOD_OTHER, "/part/x", -1, "GET, HEAD, POST", "part", ""},
	{"longer",            API_GET,  "/one/",        -1, "", "none", ""},
	{"shorter",           API_GET,  "/on",          -1, "", "none", ""},
	{"empty",             API_GET,  "",             -1, "", "none", ""},
	{"another case",      API_GET,  "/ONE",         -1, "", "none", ""},
	{"a part",            API_GET,  "/part/x",       1, "GET, HEAD, POST", "part", "x|"},
	{"second method",     API_POST, "/part/yz",      2, "GET, HEAD, POST", "part", "yz|"},
	{"a part not there",  API_GET,  "/part/",       -1, "", "none", ""},
	{"two parts",         API_GET,  "/part/x/y",    -1, "", "none", ""},
	{"slash behind",      API_GET,  "/part/x/",     -1, "", "none", ""},
	{"two dots",          API_GET,  "/part/..",      1, "GET, HEAD, POST", "part", "..|"},
	{"escapes stay",      API_GET,  "/part/%2e%00",  1, "GET, HEAD, POST", "part", "%2e%00|"},
	{"several parts",     API_POST, "/a/1/b/22/c",   3, "POST", "deep", "1|22|"},
	{"the rest",         API_GET,  "/rest/x/y.z/",   4, "GET, HEAD", "rest", "x/y.z/|"},
	{"no rest",          API_GET,  "/rest/",         4, "GET, HEAD", "rest", "|"},
	{"before the rest",  API_GET,  "/rest",         -1, "", "none", ""},
	{"no leading slash",  API_GET,  "one",          -1, "", "none", ""},
	{"star",              API_GET,  "*",            -1, "", "none", ""},
};
/* clang-format on */

static void
test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct api_param params[API_PARAMS_MAX] = {{0}};
		char allow[32], seen[64] = "";
		const char *name;
		const struct api_route *found =
		    api_route_find(table, sizeof(table) / sizeof(table[0]),
			rows[i].method, rows[i].path, params, allow, &name);

		for (size_t p = 0; p < API_PARAMS_MAX; p++)
			if (params[p].text != NULL)
				(void)snprintf(seen + strlen(seen),
				    sizeof(seen) - strlen(seen), "%.*s|",
				    (int)params[p].len, params[p].text);
		if (found != (rows[i].row < 0 ? NULL : &table[rows[i].row]) ||
		    strcmp(allow, rows[i].allow) != 0 ||
		    strcmp(name, rows[i].name) != 0 ||
		    strcmp(seen, rows[i].params) != 0)
			fail_msg("%s: %s, \"%s\", %s, \"%s\"", rows[i].what,
			    found == NULL ? "none" : found->pattern, allow,
			    name, seen);
	}
}

/* Counters and log lines go by name. */
static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 1; i < api_route_count; i++)
		assert_int_equal(
		    strcmp(api_routes[i].name, api_routes[i - 1].name) == 0,
		    strcmp(api_routes[i].pattern, api_routes[i - 1].pattern) ==
			0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
