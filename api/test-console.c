/* The console over HTTP: which file answers which address, what browsers may keep, what
 * previews and downloads need. */
#include "config.h"

#include "api/test-call.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "api/console.h"
#include "api/console_files.h"
#include "api/metrics.h"
#include "api/route.h"
#include "api/service.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/export.h"

struct house {
	struct admin_fixture *f;
	struct api_metrics *metrics;
	struct api_service *service;
	struct api_request request;
	struct api_field fields[4];
	struct api_response response;
	char dir[128];
};

/* Who is signed in: the user of this account, by this token; 0 nobody. */
static struct {
	int64_t account_id;
	const char *csrf;
} signed_in;

bool __wrap_api_session_page(struct api_service *service, struct store *store,
    const struct api_request *request, const char *csrf, const char *view,
    struct api_session *session_r, int64_t *account_id_r);

bool
__wrap_api_session_page(struct api_service *service, struct store *store,
    const struct api_request *request, const char *csrf, const char *view,
    struct api_session *session_r, int64_t *account_id_r)
{
	(void)service, (void)store, (void)request, (void)view;
	memset(session_r, 0, sizeof(*session_r));
	*account_id_r = signed_in.account_id;
	return signed_in.account_id != 0 &&
	       (csrf == NULL || strcmp(csrf, signed_in.csrf) == 0);
}

static void
put_file(
    const struct house *house, const char *name, const char *text, int times)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", house->dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	while (times-- > 0)
		(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
begin(struct house *house)
{
	api_service_free(&house->service);
	assert_code(house->f, SG_OK,
	    api_service_new(house->f->conf, house->f->seal, house->metrics,
		&house->service, &house->f->err));
}

static void
make_files(struct house *house)
{
	char path[256];

	(void)snprintf(
	    house->dir, sizeof(house->dir), "%s/console", house->f->dir);
	assert_int_equal(mkdir(house->dir, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/pages", house->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	put_file(house, "index.html", "<!doctype html><p>console</p>\n", 1);
	put_file(house, "app.js", "import './router.js';\n", 200);
	put_file(house, "pages/home.js", "export const a = 1;\n", 1);
	put_file(house, "README.md", "secret\n", 1);
	put_file(house, ".hidden.js", "secret\n", 1);
	put_file(house, "../outside.js", "secret\n", 1);
	put_file(house, "../chart.js", "const Chart = 1;\n", 1);
	(void)snprintf(path, sizeof(path), "%s/link.js", house->dir);
	assert_int_equal(symlink("../outside.js", path), 0);
}

static int
setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	void *fixture;
	char path[256];

	if (house == NULL || admin_fixture_setup(&fixture) != 0)
		return -1;
	*state = house;
	house->f = fixture;
	make_files(house);
	admin_fixture_set(&house->f->conf->console_dir, house->dir);
	(void)snprintf(path, sizeof(path), "%s/chart.js", house->f->dir);
	admin_fixture_set(&house->f->conf->console_chart_js, path);
	(void)snprintf(path, sizeof(path), "%s/files", house->f->dir);
	admin_fixture_set(&house->f->conf->console_files_dir, path);
	house->metrics = api_metrics_new();
	begin(house);
	api_response_init(&house->response);
	memset(&signed_in, 0, sizeof(signed_in));
	return 0;
}

static int
teardown(void **state)
{
	static const char *const dirs[] = {"console/pages", "console", "files"};
	struct house *house = *state;
	void *fixture = house->f;
	char path[256];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", house->f->dir, dirs[i]);
		if (access(path, F_OK) == 0)
			admin_fixture_remove(path);
	}
	api_response_fini(&house->response);
	api_service_free(&house->service);
	api_metrics_free(&house->metrics);
	free(house);
	return admin_fixture_teardown(&fixture);
}

/* A header field of the next request; value NULL: no fields any more. */
static void
with(struct house *house, const char *name, const char *value)
{
	house->request.fields = house->fields;
	if (value == NULL)
		house->request.field_count = 0;
	else
		house->fields[house->request.field_count++] =
		    (struct api_field){name, value};
}

/* The answer as the server finds it; for the path and its query. */
static struct api_response *
ask(struct house *house, enum api_method method, const char *path,
    const char *query, const char *body)
{
	char allow[32];
	const char *name;
	const struct api_route *route;

	api_response_fini(&house->response);
	api_response_init(&house->response);
	house->request.method = method;
	house->request.path = path;
	house->request.query = query;
	house->request.body = body;
	house->request.body_len = strlen(body);
	house->request.now_sec = TEST_NOW;
	memset(house->request.params, 0, sizeof(house->request.params));
	route = api_route_find(api_routes, api_route_count, method, path,
	    house->request.params, allow, &name);
	assert_non_null(route);
	route->handler(house->service, &house->request, &house->response);
	return &house->response;
}

static struct api_response *
get(struct house *house, const char *path)
{
	return ask(house, API_GET, path, "", "");
}

/* clang-format off */
static const struct {
	const char *path;
	int status;
	const char *type, *text; /* what the body contains */
} rows[] = {
	{"/console",               200, "text/html; charset=utf-8", "console"},
	{"/console/",              200, "text/html; charset=utf-8", "console"},
	{"/console/index.html",    200, "text/html; charset=utf-8", "console"},
	{"/console/app.js",        200, "text/javascript; charset=utf-8", "import"},
	{"/console/pages/home.js", 200, "text/javascript; charset=utf-8", "export"},
	{"/console/vendor/chart.js", 200, "text/javascript; charset=utf-8", "Chart"},
	{"/console/messages",      200, "text/html; charset=utf-8", "console"},
	{"/console/accounts/a%20b", 200, "text/html; charset=utf-8", "console"},
	{"/console/identities/shop.example", 200, "text/html; charset=utf-8", "console"},
	{"/console/templates/app.js", 200, "text/html; charset=utf-8", "console"},
	{"/console/a/b/c/d/e/f",   200, "text/html; charset=utf-8", "console"},
	{"/console/none.js",       404, "text/html; charset=utf-8", "nothing"},
	{"/console/index.php",     404, "text/html; charset=utf-8", "nothing"},
	{"/console/pages/none.js", 404, "text/html; charset=utf-8", "nothing"},
	{"/console/pages/none",    404, "text/html; charset=utf-8", "nothing"},
	{"/console/README.md",     404, "text/html; charset=utf-8", "nothing"},
	{"/console/.hidden.js",    404, "text/html; charset=utf-8", "nothing"},
	{"/console/link.js",       404, "text/html; charset=utf-8", "nothing"},
	{"/console/../outside.js", 200, "text/html; charset=utf-8", "console"},
	{"/console/pages/../app.js", 404, "text/html; charset=utf-8", "nothing"},
	{"/console/pages%2fhome.js", 404, "text/html; charset=utf-8", "nothing"},
};
/* clang-format on */

static void
answers_by_address(void **state)
{
	struct house *house = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct api_response *response = get(house, rows[i].path);

		if (response->status != rows[i].status ||
		    strcmp(response->content_type, rows[i].type) != 0 ||
		    strstr(buf_str(&response->body), rows[i].text) == NULL)
			fail_msg("%s: %d %s", rows[i].path, response->status,
			    buf_str(&response->body));
		assert_null(strstr(buf_str(&response->body), "secret"));
		if (response->status == 200) {
			assert_true(response->is_private);
			assert_non_null(strstr(response->csp,
			    "script-src 'self'; style-src 'self'"));
			assert_null(strstr(response->csp, "unsafe"));
		}
	}
}

static void
compresses(void **state)
{
	/* clang-format off */
	static const struct {
		const char *takes;
		bool is_gzip;
	} cases[] = {
		{"gzip, deflate, br", true}, {"br;q=1.0, GZIP;q=0.8", true},
		{"gzip;q=0", false}, {"gzip;q=0.0, br", false},
		{"gzip; q=0.001", true}, {"deflate", false}, {"xgzip", false},
		{"", false},
	};
	/* clang-format on */
	struct house *house = *state;
	unsigned char text[8192];
	uLongf len = sizeof(text);
	z_stream z = {0};
	char plain_tag[72];

	(void)snprintf(plain_tag, sizeof(plain_tag), "%s",
	    get(house, "/console/app.js")->etag);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		with(house, NULL, NULL);
		with(house, "accept-encoding", cases[i].takes);
		if (get(house, "/console/app.js")->is_gzip != cases[i].is_gzip)
			fail_msg("%s", cases[i].takes);
		assert_int_equal(strcmp(house->response.etag, plain_tag) != 0,
		    cases[i].is_gzip);
	}
	with(house, NULL, NULL);
	with(house, "Accept-Encoding", "gzip");
	(void)get(house, "/console/app.js");
	assert_true(house->response.body.len < 200);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (unsigned char *)house->response.body.data;
	z.avail_in = (uInt)house->response.body.len;
	z.next_out = text;
	z.avail_out = (uInt)len;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, 200 * strlen("import './router.js';\n"));
	(void)inflateEnd(&z);
	/* what gains nothing stays as it is */
	assert_false(get(house, "/console/pages/home.js")->is_gzip);
}

static void
is_asked_again(void **state)
{
	struct house *house = *state;
	char tag[72], list[100];

	(void)snprintf(
	    tag, sizeof(tag), "%s", get(house, "/console/app.js")->etag);
	(void)snprintf(list, sizeof(list), "\"x\", W/%s", tag);
	with(house, "If-None-Match", list);
	assert_int_equal(get(house, "/console/app.js")->status, 304);
	assert_int_equal(house->response.body.len, 0);
	assert_string_equal(house->response.etag, tag);
	/* another representation */
	with(house, "Accept-Encoding", "gzip");
	assert_int_equal(get(house, "/console/app.js")->status, 200);
	with(house, NULL, NULL);
	put_file(house, "app.js", "changed\n", 1);
	assert_string_equal(get(house, "/console/app.js")->etag, tag);
	begin(house);
	assert_string_not_equal(get(house, "/console/app.js")->etag, tag);
}

static void
can_be_missing(void **state)
{
	struct house *house = *state;

	admin_fixture_set(&house->f->conf->console_chart_js, "/nonexistent");
	begin(house);
	assert_int_equal(get(house, "/console/vendor/chart.js")->status, 404);
	assert_int_equal(get(house, "/console/")->status, 200);
	admin_fixture_set(&house->f->conf->console_dir, "none");
	begin(house);
	assert_int_equal(get(house, "/console/")->status, 404);
	assert_non_null(strstr(buf_str(&house->response.body), "console.dir"));
	admin_fixture_set(&house->f->conf->console_dir, "/nonexistent");
	begin(house);
	assert_int_equal(get(house, "/console/app.js")->status, 404);
}

static void
leads_browsers(void **state)
{
	struct house *house = *state;

	assert_int_equal(get(house, "/")->status, 404);
	with(house, "Accept", "text/html,application/xhtml+xml");
	assert_int_equal(get(house, "/")->status, 302);
	assert_string_equal(house->response.location, "/console/");
	assert_int_equal(
	    ask(house, API_GET, "/", "Action=ConfirmSubscription", "")->status,
	    400);
}

static void
previews(void **state)
{
	struct house *house = *state;

	assert_int_equal(
	    ask(house, API_POST, "/console/preview", "", "csrf=t1&html=x")
		->status,
	    401);
	signed_in.account_id = 1;
	signed_in.csrf = "t1";
	assert_int_equal(
	    ask(house, API_POST, "/console/preview", "", "html=x")->status,
	    401);
	assert_int_equal(ask(house, API_POST, "/console/preview", "",
			     "csrf=t1&html=%3Cb%3Ea+b%3C%2Fb%3E")
			     ->status,
	    200);
	assert_string_equal(buf_str(&house->response.body), "<b>a b</b>");
	assert_string_equal(
	    house->response.content_type, "text/html; charset=utf-8");
	assert_true(house->response.is_framed);
	assert_non_null(strstr(
	    house->response.csp, "sandbox; default-src 'none'; style-src"));
	assert_null(strstr(house->response.csp, "script-src"));
	assert_null(strstr(house->response.csp, "allow-"));
	assert_int_equal(
	    ask(house, API_POST, "/console/preview", "", "%zz")->status, 400);
}

/* Nobody's long body is read. */
static void
admits(void **state)
{
	struct house *house = *state;

	assert_false(api_console_admits(
	    house->service, &house->request, &house->response));
	assert_int_equal(house->response.status, 401);
	signed_in.account_id = 1;
	assert_true(api_console_admits(
	    house->service, &house->request, &house->response));
}

static void
bounds_bodies(void **state)
{
	struct house *house = *state;
	char *body = test_malloc(API_CONSOLE_HTML_MAX + 32);

	signed_in.account_id = 1;
	signed_in.csrf = "t1";
	memcpy(body, "csrf=t1&html=", 13);
	memset(body + 13, 'x', API_CONSOLE_HTML_MAX + 1);
	body[13 + API_CONSOLE_HTML_MAX + 1] = '\0';
	assert_int_equal(
	    ask(house, API_POST, "/console/preview", "", body)->status, 413);
	body[13 + API_CONSOLE_HTML_MAX] = '\0';
	assert_int_equal(
	    ask(house, API_POST, "/console/preview", "", body)->status, 200);
	assert_int_equal(api_console_body_most(&house->request), 0);
	with(house, "Cookie", "a=b; __Host-sendward_session=x");
	assert_true(
	    api_console_body_most(&house->request) > API_CONSOLE_HTML_MAX);
	house->request.path = "/console/previews";
	assert_int_equal(api_console_body_most(&house->request), 0);
	test_free(body);
}

static void
downloads(void **state)
{
	struct house *house = *state;
	struct admin_fixture *f = house->f;
	struct store_account shop;
	struct store_export row;
	char path[128], text[64] = "";

	assert_code(
	    f, SG_OK, store_account_get(f->store, "shop", &shop, &f->err));
	assert_code(f, SG_OK,
	    export_create(f->store, shop.facts.id, STORE_EXPORT_SUPPRESSIONS,
		NULL, TEST_NOW, &row, &f->err));
	(void)snprintf(path, sizeof(path), "/console/exports/%s", row.uuid);
	assert_int_equal(get(house, path)->status, 401);
	signed_in.account_id = shop.facts.id;
	assert_int_equal(get(house, path)->status, 404);
	assert_code(f, SG_OK,
	    export_run(f->store, f->conf, &row, NULL, NULL, TEST_NOW, &f->err));
	assert_int_equal(get(house, path)->status, 200);
	assert_string_equal(
	    house->response.content_type, "text/csv; charset=utf-8");
	assert_string_equal(
	    house->response.file_name, "suppressions-shop-2026-09-21.csv");
	assert_int_equal(house->response.file_bytes, row.bytes);
	assert_int_equal(read(house->response.file_fd, text, 12), 12);
	assert_string_equal(text, "emailAddress");
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "rival", "", TEST_NOW, &shop, &f->err));
	signed_in.account_id = shop.facts.id;
	assert_int_equal(get(house, path)->status, 404);
	assert_int_equal(house->response.file_fd, -1);
	assert_int_equal(get(house, "/console/exports/x")->status, 404);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(answers_by_address),
	    TEST(compresses),
	    TEST(is_asked_again),
	    TEST(can_be_missing),
	    TEST(leads_browsers),
	    TEST(previews),
	    TEST(admits),
	    TEST(bounds_bodies),
	    TEST(downloads),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
