/* The console over HTTP: see console.h. Reads no files of the page itself:
 * console_files.h. */
#include "config.h"

#include "api/console.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "api/call.h"
#include "api/console_files.h"
#include "api/fault.h"
#include "api/pages.h"
#include "api/query.h"
#include "api/service.h"
#include "api/session.h"
#include "api/sns.h"
#include "base/err.h"
#include "ops/export.h"
#include "store/store.h"

#define PREVIEW_PATH "/console/preview"
#define COOKIE "sendward_session="
/* Escaped: three bytes for one, and the other fields. */
#define PREVIEW_BODY_MAX (3 * API_CONSOLE_HTML_MAX + 4096)

/* Scripts and styles are files of ours alone, and no script makes HTML of text. */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; manifest-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";
static const char preview_policy[] =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/* ---- what the client takes ------------------------------------------------- */

/* Of one coding's parameters, such as ";q=0.5": is it refused? (RFC 9110 §12.4.2) */
static bool
is_refused(const char *params, size_t len)
{
	const char *end = params + len;
	const char *q = memchr(params, '=', len);

	if (q == NULL || q == params || (q[-1] != 'q' && q[-1] != 'Q'))
		return false;
	for (q++; q < end && (*q == '0' || *q == '.' || *q == ' '); q++)
		;
	return q == end;
}

/* Has the list (RFC 9110 §12.5.3) gzip? */
static bool
takes_gzip(const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ","), name;

		while (len > 0 && (*list == ' ' || *list == '\t'))
			list++, len--;
		name = strcspn(list, ",; \t");
		if (name == 4 && strncasecmp(list, "gzip", 4) == 0)
			return !is_refused(list + name, len - name);
		list += len + (list[len] == ',');
	}
	return false;
}

/* If-None-Match, compared weakly (RFC 9110 §13.1.2). */
static bool
has_tag(const char *list, const char *etag)
{
	const char *found = strstr(list, etag);

	return strcmp(list, "*") == 0 || found != NULL;
}

/* ---- files -------------------------------------------------------------------- */

static void
answer_file(const struct api_request *request,
    const struct api_console_file *file, struct api_response *response_r)
{
	const char *coding = api_request_field(request, "Accept-Encoding");
	bool is_gzip = file->gzip.len > 0 && takes_gzip(coding);
	const struct buf *body = is_gzip ? &file->gzip : &file->plain;

	response_r->content_type = file->content_type;
	response_r->csp = page_policy;
	response_r->is_private = true;
	(void)snprintf(response_r->etag, sizeof(response_r->etag), "%s",
	    is_gzip ? file->gzip_etag : file->etag);
	if (has_tag(api_request_field(request, "If-None-Match"),
		response_r->etag)) {
		response_r->status = 304;
		return;
	}
	response_r->status = 200;
	response_r->is_gzip = is_gzip;
	if (body->len > 0)
		(void)buf_append(&response_r->body, body->data, body->len);
}

/* Is the path one of files alone? An account or an identity may be called "a.js". */
static bool
is_of_files(const struct api_console *console, const char *path, size_t len)
{
	const char *slash = memchr(path, '/', len);

	if (slash == NULL)
		return memchr(path, '.', len) != NULL;
	return strncmp(path, API_CONSOLE_VENDOR, strlen(API_CONSOLE_VENDOR)) ==
		   0 ||
	       api_console_has_folder(console, path, (size_t)(slash - path));
}

void
api_console_show(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	const struct api_console *console = api_service_console(service);
	const char *path =
	    request->params[0].text == NULL ? "" : request->params[0].text;
	size_t len = request->params[0].len;
	const struct api_console_file *file;

	if (!api_console_is_there(console)) {
		api_pages_no_console(response_r);
		return;
	}
	file = api_console_find(console, path, len);
	if (file == NULL && !is_of_files(console, path, len))
		file = api_console_find(console, "index.html", 10);
	if (file == NULL)
		api_pages_error(response_r, 404);
	else
		answer_file(request, file, response_r);
}

void
api_console_root(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	char action[2];

	if (strstr(api_request_field(request, "Accept"), "text/html") == NULL ||
	    !api_console_is_there(api_service_console(service)) ||
	    api_query_peek(request->query, strlen(request->query), "Action",
		action, sizeof(action)) ||
	    strstr(request->query, "Action=") != NULL) {
		api_sns_query(service, request, response_r);
		return;
	}
	response_r->status = 302;
	response_r->location = "/console/";
}

/* ---- previews ------------------------------------------------------------------- */

uint64_t
api_console_body_most(const struct api_request *request)
{
	if (request->method != API_POST ||
	    strcmp(request->path, PREVIEW_PATH) != 0)
		return 0;
	return strstr(api_request_field(request, "Cookie"), COOKIE) != NULL
		   ? PREVIEW_BODY_MAX
		   : 0;
}

static bool
open_store(struct api_service *service, struct store **store_r,
    struct api_response *response_r)
{
	struct err err = {0};

	if (api_service_store(service, store_r, &err) == SG_OK)
		return true;
	api_pages_error(response_r, 503);
	(void)snprintf(
	    response_r->why, sizeof(response_r->why), "%.200s", err.text);
	return false;
}

bool
api_console_admits(struct api_service *service,
    const struct api_request *request, struct api_response *response_r)
{
	struct api_session session;
	struct store *store;
	int64_t account_id;

	if (!open_store(service, &store, response_r))
		return false;
	if (api_session_page(
		service, store, request, NULL, NULL, &session, &account_id))
		return true;
	api_pages_error(response_r, 401);
	return false;
}

static const struct api_query_param *
param(const struct api_query *query, const char *name)
{
	static const struct api_query_param none = {"", "", 0};

	for (size_t i = 0; i < query->count; i++)
		if (strcmp(query->params[i].name, name) == 0)
			return &query->params[i];
	return &none;
}

static void
answer_html(const struct api_query_param *html, struct api_response *response_r)
{
	response_r->status = 200;
	response_r->content_type = "text/html; charset=utf-8";
	response_r->csp = preview_policy;
	response_r->is_framed = true;
	(void)buf_append(&response_r->body, html->value, html->value_len);
}

void
api_console_preview(struct api_service *service,
    const struct api_request *request, struct api_response *response_r)
{
	struct api_session session;
	struct api_query query;
	struct api_fault fault;
	struct store *store;
	int64_t account_id;

	if (!open_store(service, &store, response_r))
		return;
	if (!api_query_parse(
		&query, request->body, request->body_len, NULL, 0, &fault)) {
		api_pages_error(response_r, 400);
		return;
	}
	if (!api_session_page(service, store, request,
		param(&query, "csrf")->value, NULL, &session, &account_id))
		api_pages_error(response_r, 401);
	else if (param(&query, "html")->value_len > API_CONSOLE_HTML_MAX)
		api_pages_error(response_r, 413);
	else
		answer_html(param(&query, "html"), response_r);
	api_query_fini(&query);
}

/* ---- downloads ---------------------------------------------------------------------- */

/* "suppressions-shop-2026-09-21.csv" */
static void
name_file(const struct store_export *row, const char *account,
    struct api_response *response_r)
{
	const time_t t = (time_t)row->created_sec;
	struct tm tm = {.tm_mday = 1};
	char safe[65];
	size_t i;

	for (i = 0; i < sizeof(safe) - 1 && account[i] != '\0'; i++)
		safe[i] = strchr("-_.", account[i]) != NULL ||
				  ((account[i] | 32) >= 'a' &&
				      (account[i] | 32) <= 'z') ||
				  (account[i] >= '0' && account[i] <= '9')
			      ? account[i]
			      : '_';
	safe[i] = '\0';
	(void)gmtime_r(&t, &tm);
	(void)snprintf(response_r->file_name, sizeof(response_r->file_name),
	    "%s-%s-%04d-%02d-%02d.csv",
	    row->kind == STORE_EXPORT_MESSAGES ? "messages" : "suppressions",
	    safe, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static enum sg_err
open_export(struct api_service *service, struct store *store,
    const struct api_request *request, int64_t account_id,
    struct api_response *response_r, struct err *err_r)
{
	const struct api_param *id = &request->params[0];
	struct store_account account;
	struct store_export row;
	char uuid[STORE_UUID_MAX + 1];
	int64_t bytes = 0;
	enum sg_err rc;

	if (id->len > STORE_UUID_MAX)
		return SG_MISSING;
	(void)snprintf(uuid, sizeof(uuid), "%.*s", (int)id->len, id->text);
	rc = export_open(store, api_service_conf(service), account_id, uuid,
	    request->now_sec, &row, &response_r->file_fd, &bytes, err_r);
	response_r->file_bytes = (uint64_t)bytes;
	if (rc == SG_OK)
		rc =
		    store_account_get_by_id(store, account_id, &account, err_r);
	if (rc == SG_OK)
		name_file(&row, account.facts.name, response_r);
	return rc;
}

void
api_console_download(struct api_service *service,
    const struct api_request *request, struct api_response *response_r)
{
	struct api_session session;
	struct store *store;
	struct err err = {0};
	char view[128];
	bool has_view = api_query_peek(request->query, strlen(request->query),
	    "account", view, sizeof(view));
	int64_t account_id;
	enum sg_err rc;

	if (!open_store(service, &store, response_r))
		return;
	if (!api_session_page(service, store, request, NULL,
		has_view ? view : NULL, &session, &account_id)) {
		api_pages_error(response_r, 401);
		return;
	}
	rc = account_id == 0 ? SG_MISSING
			     : open_export(service, store, request, account_id,
				   response_r, &err);
	if (rc == SG_OK) {
		response_r->status = 200;
		response_r->content_type = "text/csv; charset=utf-8";
		return;
	}
	if (response_r->file_fd >= 0)
		(void)close(response_r->file_fd);
	response_r->file_fd = -1;
	api_pages_error(response_r, rc == SG_MISSING ? 404 : 503);
	(void)snprintf(
	    response_r->why, sizeof(response_r->why), "%.200s", err.text);
}
