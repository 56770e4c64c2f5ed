/* HTTP by libmicrohttpd: see http.h. Knows no routes. */
#include "config.h"

#include "api/http.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>
#include <openssl/crypto.h>

#include "api/console.h"
#include "api/conns.h"
#include "api/forwarded.h"
#include "api/front.h"
#include "api/limits.h"
#include "api/linger.h"
#include "api/pages.h"
#include "api/pool.h"
#include "api/service.h"
#include "api/tls.h"
#include "base/arena.h"
#include "base/clock.h"
#include "conf/conf.h"

#define THREADS 4
/* A connection's memory beside its header: parsed fields, and the answer's
 * header. */
#define MEMORY_EXTRA 16384
/* Copies of header fields: the library's limit is met before. */
#define FIELDS_MAX (4 * 1024 * 1024)
/* Requests on one connection: enough to save handshakes, and nobody stays; SDKs keep
 * theirs as long as they run. */
#define REQUESTS_MOST 100
#define CALLS_MOST 10000
/* A larger body comes from known callers only. */
#define STRANGERS_BODY_MAX (1024 * 1024)
/* A body is slow when this much takes longer than api.timeout_sec. */
#define PIECE_BYTES (256 * 1024)
/* Calls that may wait for each thread of the pool. */
#define WAITING_EACH 4

struct api_http {
	struct MHD_Daemon *daemon;
	struct api_service *service;
	struct api_conns *conns;
	struct api_linger *linger;
	struct api_pool *pool;
	struct api_tls tls;
	unsigned generation;
	bool is_retired; /* atomic */
	char csp[API_PAGES_CSP_MAX];
};

/* One request, from its first line to the end of its answer. */
struct exchange {
	struct api_request request;
	struct api_response response;
	struct api_http *http;
	struct MHD_Connection *connection;
	struct arena *arena; /* header fields */
	int fd;
	int requests;    /* of the connection, this one with them */
	bool is_begun;   /* the header was looked at */
	bool is_api;     /* a call of the API */
	bool is_refused; /* response is one; the rest of the body is dropped */
	bool is_early;   /* it was queued before the body came */
	bool is_ready;   /* response was made by a thread of the pool */
	bool is_queued;  /* an answer was */
	int64_t began_usec;
	char client[INET6_ADDRSTRLEN];
	char verb[16];
	char *body; /* of body_size bytes, as Content-Length said */
	size_t body_len, body_size;
	size_t held;                     /* of the memory for large bodies */
	char target[API_TARGET_MAX + 2]; /* one byte more than may be */
};

/* ---- a request comes ---------------------------------------------------- */

static int
fd_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info == NULL ? -1 : info->connect_fd;
}

static bool
is_loopback(const struct sockaddr *addr)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (addr->sa_family == AF_INET)
		return ntohl(in4->sin_addr.s_addr) >> 24 == 127;
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return in6->sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* A proxy on this host speaks for others. */
static bool
is_forwarded(struct MHD_Connection *connection)
{
	static const char *const names[] = {"Forwarded", "X-Forwarded-For",
	    "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (header(connection, names[i]) != NULL)
			return true;
	return false;
}

static void
note_client(struct exchange *ex, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *addr = info == NULL ? NULL : info->client_addr;

	if (addr == NULL)
		return;
	ex->request.is_local = is_loopback(addr);
	if (addr->sa_family == AF_INET)
		(void)inet_ntop(AF_INET,
		    &((const struct sockaddr_in *)addr)->sin_addr, ex->client,
		    sizeof(ex->client));
	else
		(void)inet_ntop(AF_INET6,
		    &((const struct sockaddr_in6 *)addr)->sin6_addr, ex->client,
		    sizeof(ex->client));
}

/* The library calls it with the target as it came; NULL: no memory, and the
 * connection ends. */
static void *
on_target(void *ctx, const char *target, struct MHD_Connection *connection)
{
	struct api_http *http = ctx;
	struct exchange *ex = calloc(1, sizeof(*ex));
	char *query;

	if (ex == NULL)
		return NULL;
	ex->http = http;
	ex->connection = connection;
	ex->fd = fd_of(connection);
	ex->began_usec = clock_now_usec();
	ex->requests = api_conns_began(http->conns, ex->fd, clock_mono_msec());
	(void)snprintf(ex->target, sizeof(ex->target), "%s", target);
	query = strchr(ex->target, '?');
	if (query != NULL)
		*query++ = '\0';
	ex->request.path = ex->target;
	ex->request.query = query == NULL ? "" : query;
	ex->request.client = ex->client;
	ex->request.verb = ex->verb;
	ex->request.body = "";
	note_client(ex, connection);
	api_response_init(&ex->response);
	api_conns_form(http->conns, ex->fd, api_front_form(&ex->request));
	return ex;
}

/* ---- the header --------------------------------------------------------- */

static size_t
header_size(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return info == NULL ? 0 : info->header_size;
}

/* While the fields are being copied. */
struct copy {
	struct exchange *ex;
	struct api_field *fields;
	size_t count;
	bool is_bad; /* a NUL in one, or no memory */
};

static enum MHD_Result
copy_field(void *ctx, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	struct copy *copy = ctx;
	struct api_field *field = &copy->fields[copy->ex->request.field_count];
	size_t start;

	(void)kind;
	if (copy->ex->request.field_count == copy->count)
		return MHD_NO;
	if (value == NULL)
		value_len = 0;
	if (memchr(name, '\0', name_len) != NULL ||
	    (value_len > 0 && memchr(value, '\0', value_len) != NULL))
		copy->is_bad = true;
	start = value_len == 0 ? 0 : strspn(value, " \t");
	while (value_len > start && strchr(" \t", value[value_len - 1]) != NULL)
		value_len--;
	field->name = arena_strndup(copy->ex->arena, name, name_len);
	field->value = value_len <= start
			   ? ""
			   : arena_strndup(copy->ex->arena, value + start,
				 value_len - start);
	if (field->name == NULL || field->value == NULL) {
		copy->is_bad = true;
		return MHD_NO;
	}
	copy->ex->request.field_count++;
	return MHD_YES;
}

/* False: they cannot be taken. */
static bool
copy_fields(struct exchange *ex)
{
	struct copy copy = {.ex = ex};
	int count = MHD_get_connection_values_n(
	    ex->connection, MHD_HEADER_KIND, NULL, NULL);

	copy.count = count < 0 ? 0 : (size_t)count;
	ex->arena = arena_new(FIELDS_MAX);
	if (ex->arena != NULL)
		copy.fields = arena_alloc(
		    ex->arena, (copy.count + 1) * sizeof(*copy.fields));
	if (copy.fields == NULL)
		return false;
	ex->request.fields = copy.fields;
	(void)MHD_get_connection_values_n(
	    ex->connection, MHD_HEADER_KIND, copy_field, &copy);
	return !copy.is_bad;
}

static uint64_t
body_most(const struct exchange *ex, const struct conf *conf)
{
	uint64_t own;

	if (ex->is_api)
		return (uint64_t)conf->api_max_request_bytes;
	own = api_console_body_most(&ex->request);
	return own > (uint64_t)conf->api_max_body_bytes
		   ? own
		   : (uint64_t)conf->api_max_body_bytes;
}

/* The status of a refusal, or 0. */
static int
judge(struct exchange *ex)
{
	const struct conf *conf = api_service_conf(ex->http->service);
	const struct api_limits limits = {
	    .header_bytes = (size_t)conf->api_max_header_bytes,
	    .body_bytes = body_most(ex, conf)};
	uint64_t bytes;
	int refused = api_limits_judge(
	    &limits, &ex->request, header_size(ex->connection), &bytes);

	if (refused != 0)
		return refused;
	ex->body_size = (size_t)bytes;
	if (ex->body_size > (size_t)conf->api_max_body_bytes &&
	    !api_conns_has_room(ex->http->conns, ex->body_size))
		return 503;
	ex->body = malloc(ex->body_size + 1);
	return ex->body == NULL ? 503 : 0;
}

/* ---- the answer --------------------------------------------------------- */

static void
set_header(struct MHD_Response *answer, const char *name, const char *value)
{
	/* without memory for it there is none for the answer either */
	(void)MHD_add_response_header(answer, name, value);
}

/* Of what a script might ask for, copying is all that pages need. */
static const char page_permissions[] =
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
    "clipboard-read=(), clipboard-write=(self)";

/* What browsers need to hear. */
static void
set_page_headers(const struct api_http *http,
    const struct api_response *response, struct MHD_Response *answer)
{
	set_header(answer, "Content-Security-Policy",
	    response->csp == NULL ? http->csp : response->csp);
	set_header(answer, "Referrer-Policy", "no-referrer");
	set_header(answer, "X-Frame-Options",
	    response->is_framed ? "SAMEORIGIN" : "DENY");
	set_header(answer, "Cross-Origin-Opener-Policy", "same-origin");
	set_header(answer, "Permissions-Policy", page_permissions);
	if (http->tls.is_on)
		set_header(
		    answer, "Strict-Transport-Security", "max-age=2592000");
}

/* What SDKs do. */
static void
set_call_headers(
    const struct api_response *response, struct MHD_Response *answer)
{
	set_header(answer, "x-amzn-RequestId", response->request_id);
	if (response->error[0] != '\0')
		set_header(answer, "x-amzn-ErrorType", response->error);
}

/* What a file, or somebody's own answer, has. */
static void
set_own_headers(
    const struct api_response *response, struct MHD_Response *answer)
{
	char text[200];

	if (response->cookie[0] != '\0')
		set_header(
		    answer, MHD_HTTP_HEADER_SET_COOKIE, response->cookie);
	if (response->etag[0] != '\0')
		set_header(answer, MHD_HTTP_HEADER_ETAG, response->etag);
	if (response->is_gzip)
		set_header(answer, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (response->etag[0] != '\0')
		set_header(answer, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
	if (response->location != NULL)
		set_header(
		    answer, MHD_HTTP_HEADER_LOCATION, response->location);
	if (response->file_name[0] == '\0')
		return;
	(void)snprintf(text, sizeof(text), "attachment; filename=\"%s\"",
	    response->file_name);
	set_header(answer, MHD_HTTP_HEADER_CONTENT_DISPOSITION, text);
}

/* By the clock that signatures are held against: SDKs set theirs by it. */
static void
set_date(struct MHD_Response *answer)
{
	char date[API_DATE_MAX];

	api_response_date(clock_now_sec(), date);
	set_header(answer, MHD_HTTP_HEADER_DATE, date);
}

static void
set_headers(const struct api_http *http, const struct exchange *ex,
    struct MHD_Response *answer)
{
	const struct api_response *response = &ex->response;
	const int most = ex->is_api ? CALLS_MOST : REQUESTS_MOST;
	char seconds[16], keep[40] = "no-store";

	set_date(answer);
	set_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE,
	    response->content_type == NULL ? "text/plain; charset=utf-8"
					   : response->content_type);
	if (response->keep_sec > 0)
		(void)snprintf(keep, sizeof(keep), "public, max-age=%d",
		    response->keep_sec);
	else if (response->is_private)
		(void)snprintf(keep, sizeof(keep), "private, no-cache");
	set_header(answer, MHD_HTTP_HEADER_CACHE_CONTROL, keep);
	set_header(answer, "X-Content-Type-Options", "nosniff");
	set_own_headers(response, answer);
	if (response->request_id[0] != '\0')
		set_call_headers(response, answer);
	else
		set_page_headers(http, response, answer);
	if (response->allow[0] != '\0')
		set_header(answer, MHD_HTTP_HEADER_ALLOW, response->allow);
	if (response->retry_after_sec > 0) {
		(void)snprintf(
		    seconds, sizeof(seconds), "%d", response->retry_after_sec);
		set_header(answer, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (response->is_last || ex->requests >= most ||
	    __atomic_load_n(&http->is_retired, __ATOMIC_RELAXED))
		set_header(answer, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* NULL: no memory. */
static struct MHD_Response *
make_answer(struct api_response *response)
{
	struct buf *body = &response->body;
	struct MHD_Response *answer;

	if (response->file_fd < 0)
		return MHD_create_response_from_buffer(
		    body->len, body->data, MHD_RESPMEM_MUST_COPY);
	answer = MHD_create_response_from_fd64(
	    response->file_bytes, response->file_fd);
	if (answer != NULL) /* the library closes it */
		response->file_fd = -1;
	return answer;
}

static enum MHD_Result
queue(struct exchange *ex)
{
	struct MHD_Response *answer = make_answer(&ex->response);
	enum MHD_Result rc;

	if (answer == NULL)
		return MHD_NO;
	/* An answer that waited for a thread has its time to be sent, too. */
	api_conns_answers(ex->http->conns, ex->fd, clock_mono_msec());
	set_headers(ex->http, ex, answer);
	ex->is_queued = true;
	rc = MHD_queue_response(
	    ex->connection, (unsigned)ex->response.status, answer);
	MHD_destroy_response(answer);
	return rc;
}

static void
free_body(struct exchange *ex)
{
	api_conns_release(ex->http->conns, ex->held);
	ex->held = 0;
	/* It may have had a password in it. */
	if (ex->body != NULL)
		OPENSSL_cleanse(ex->body, ex->body_size);
	free(ex->body);
	ex->body = NULL;
	ex->request.body = "";
	ex->body_len = ex->request.body_len = 0;
}

static void
refuse(struct exchange *ex, int status)
{
	free_body(ex);
	ex->is_refused = true;
	ex->response.is_last = true;
	api_service_refuse(&ex->request, status, &ex->response);
}

/* ---- a request goes its way ------------------------------------------------ */

/* A large body: from somebody who is known? */
static bool
is_admitted(struct exchange *ex)
{
	struct api_service *service = ex->http->service;
	const struct conf *conf = api_service_conf(service);

	if (ex->is_api)
		return ex->body_size <= STRANGERS_BODY_MAX ||
		       api_front_admits(service, &ex->request, &ex->response);
	return ex->body_size <= (size_t)conf->api_max_body_bytes ||
	       api_console_admits(service, &ex->request, &ex->response);
}

/* The header is there. */
static enum MHD_Result
begin(struct exchange *ex, const char *method)
{
	bool is_taken = copy_fields(ex);
	int refused;

	ex->is_begun = true;
	(void)snprintf(ex->verb, sizeof(ex->verb), "%s", method);
	ex->request.method = api_method_of(method);
	ex->request.now_sec = clock_now_sec();
	if (is_forwarded(ex->connection))
		ex->request.is_local = false;
	if (is_taken)
		api_forwarded_client(
		    api_service_conf(ex->http->service)->api_proxies,
		    &ex->request, ex->client);
	ex->is_api = api_front_takes(&ex->request);
	api_conns_form(ex->http->conns, ex->fd, api_front_form(&ex->request));
	refused = is_taken ? judge(ex) : 431;
	if (refused != 0) {
		refuse(ex, refused);
	} else if (!is_admitted(ex)) {
		free_body(ex);
		ex->is_refused = true;
		ex->response.is_last = true;
	}
	ex->is_early = ex->is_refused;
	return ex->is_early ? queue(ex) : MHD_YES;
}

/* False: there is no room for it. */
static bool
hold(struct exchange *ex, size_t len)
{
	const struct conf *conf = api_service_conf(ex->http->service);

	if (ex->body_size <= (size_t)conf->api_max_body_bytes)
		return true;
	if (!api_conns_hold(ex->http->conns, len))
		return false;
	ex->held += len;
	return true;
}

static void
take_body(struct exchange *ex, const char *data, size_t len)
{
	size_t before = ex->body_len / PIECE_BYTES;

	if (ex->is_refused)
		return;
	if (len > ex->body_size - ex->body_len) {
		refuse(ex, 400); /* cannot be: the library counts, too */
		return;
	}
	if (!hold(ex, len)) {
		refuse(ex, 503);
		return;
	}
	memcpy(ex->body + ex->body_len, data, len);
	ex->body_len += len;
	if (ex->body_len / PIECE_BYTES != before)
		api_conns_reads(ex->http->conns, ex->fd, clock_mono_msec());
}

/* In a thread of the pool. What became of the client meanwhile is seen later. */
static void
work(void *job)
{
	struct exchange *ex = job;

	api_service_answer(ex->http->service, &ex->request, &ex->response);
	ex->is_ready = true;
	MHD_resume_connection(ex->connection);
}

static enum MHD_Result
hand_over(struct exchange *ex)
{
	api_conns_works(ex->http->conns, ex->fd);
	MHD_suspend_connection(ex->connection);
	if (!api_pool_add(ex->http->pool, work, ex)) {
		api_service_refuse(&ex->request, 503, &ex->response);
		ex->is_ready = true;
		MHD_resume_connection(ex->connection);
	}
	return MHD_YES;
}

/* All of the request is there. */
static enum MHD_Result
finish(struct exchange *ex)
{
	if (ex->is_refused || ex->is_ready)
		return queue(ex);
	ex->body[ex->body_len] = '\0';
	ex->request.body = ex->body;
	ex->request.body_len = ex->body_len;
	ex->request.now_sec = clock_now_sec();
	if (ex->is_api && api_front_is_slow(&ex->request))
		return hand_over(ex);
	api_conns_answers(ex->http->conns, ex->fd, clock_mono_msec());
	api_service_answer(ex->http->service, &ex->request, &ex->response);
	return queue(ex);
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *data, size_t *data_len,
    void **exchange)
{
	struct exchange *ex = *exchange;

	(void)ctx;
	(void)connection;
	(void)path;
	(void)version;
	if (ex == NULL)
		return MHD_NO;
	if (!ex->is_begun)
		return begin(ex, method);
	if (*data_len > 0) {
		take_body(ex, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	return ex->is_queued ? MHD_YES : finish(ex);
}

static void
on_completed(void *ctx, struct MHD_Connection *connection, void **exchange,
    enum MHD_RequestTerminationCode why)
{
	struct api_http *http = ctx;
	struct exchange *ex = *exchange;

	(void)connection;
	if (ex == NULL)
		return;
	*exchange = NULL;
	if (ex->is_early && why == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		api_linger_add(http->linger, ex->fd, clock_mono_msec());
	api_conns_done(http->conns, ex->fd, clock_mono_msec());
	if (ex->is_queued)
		api_service_note(http->service, &ex->request, ex->verb,
		    &ex->response, clock_now_usec() - ex->began_usec);
	free_body(ex);
	api_response_fini(&ex->response);
	arena_free(&ex->arena);
	free(ex);
}

static void
on_connection(void *ctx, struct MHD_Connection *connection, void **unused,
    enum MHD_ConnectionNotificationCode code)
{
	struct api_http *http = ctx;

	(void)unused;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED)
		api_conns_gone(http->conns, fd_of(connection));
}

/* %XX stays as it is: who compares decodes, and a token has none. */
static size_t
keep_escapes(void *ctx, struct MHD_Connection *connection, char *text)
{
	(void)ctx;
	(void)connection;
	return strlen(text);
}

/* ---- start and end ------------------------------------------------------ */

static void
start(struct api_http *http)
{
	const struct conf *conf = api_service_conf(http->service);
	const size_t memory = (size_t)conf->api_max_header_bytes +
			      (size_t)conf->api_max_header_bytes / 2 +
			      MEMORY_EXTRA;
	/* conns counts; the library's own limit, shared out among the threads,
	 * is never met. */
	const unsigned connections =
	    (unsigned)conf->api_max_connections * THREADS;
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, http->tls.certificate},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, http->tls.key},
	    {MHD_OPTION_HTTPS_PRIORITIES, 0,
		(void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
	    {MHD_OPTION_END, 0, NULL}};

	http->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
		MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
		MHD_USE_SUPPRESS_DATE_NO_CLOCK |
		(http->tls.is_on ? MHD_USE_TLS : 0),
	    0, NULL, NULL, on_request, http, MHD_OPTION_THREAD_POOL_SIZE,
	    (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT, connections,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
	    MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)conf->api_timeout_sec * 2, /* conns is first */
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
	    1, MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_ARRAY,
	    http->tls.is_on ? tls : &tls[3], MHD_OPTION_END);
}

static enum sg_err
copy_tls(struct api_tls *to, const struct api_tls *from, struct err *err_r)
{
	if (!from->is_on)
		return SG_OK;
	*to = *from;
	to->certificate = calloc(1, from->certificate_len + 1);
	to->key = calloc(1, from->key_len + 1);
	if (to->certificate == NULL || to->key == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for TLS");
	memcpy(to->certificate, from->certificate, from->certificate_len);
	memcpy(to->key, from->key, from->key_len);
	return SG_OK;
}

static enum sg_err
new_pool(const struct conf *conf, struct api_pool **pool_r, struct err *err_r)
{
	size_t threads = (size_t)conf->api_senders;

	return api_pool_new(threads, threads * WAITING_EACH, pool_r, err_r);
}

enum sg_err
api_http_new(struct api_service *service, struct api_conns *conns,
    struct api_linger *linger, const struct api_tls *tls, unsigned generation,
    struct api_http **http_r, struct err *err_r)
{
	struct api_http *http = calloc(1, sizeof(*http));
	enum sg_err rc;

	*http_r = NULL;
	if (http == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for HTTP");
	http->conns = conns;
	http->linger = linger;
	http->generation = generation;
	rc = api_pages_csp(http->csp, err_r);
	if (rc == SG_OK)
		rc = new_pool(api_service_conf(service), &http->pool, err_r);
	if (rc == SG_OK)
		rc = copy_tls(&http->tls, tls, err_r);
	if (rc == SG_OK) {
		http->service = service;
		start(http);
		if (http->daemon == NULL) {
			http->service = NULL; /* the caller's again */
			rc = err_set(err_r, SG_IO, "HTTP cannot be started%s",
			    tls->is_on ? " with this TLS certificate" : "");
		}
	}
	if (rc != SG_OK)
		api_http_free(&http);
	*http_r = http;
	return rc;
}

void
api_http_free(struct api_http **http)
{
	struct api_http *h = *http;

	if (h == NULL)
		return;
	/* What is in hand is done to its end; then nothing is suspended. */
	if (h->pool != NULL)
		api_pool_stop(h->pool);
	if (h->daemon != NULL)
		MHD_stop_daemon(h->daemon);
	api_pool_free(&h->pool);
	api_service_free(&h->service);
	api_tls_fini(&h->tls);
	free(h);
	*http = NULL;
}

unsigned
api_http_generation(const struct api_http *http)
{
	return http->generation;
}

void
api_http_add(struct api_http *http, int fd, const struct sockaddr *addr,
    socklen_t addr_len)
{
	/* It closes the socket when it fails. */
	if (MHD_add_connection(http->daemon, fd, addr, addr_len) != MHD_YES)
		api_conns_gone(http->conns, fd);
}

void
api_http_retire(struct api_http *http)
{
	__atomic_store_n(&http->is_retired, true, __ATOMIC_RELAXED);
}
