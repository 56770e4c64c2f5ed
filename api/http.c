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

#include "api/conns.h"
#include "api/pages.h"
#include "api/service.h"
#include "api/tls.h"
#include "base/clock.h"
#include "conf/conf.h"

#define THREADS 4
/* A connection's memory beside its header: parsed fields, and the answer's
 * header. */
#define MEMORY_EXTRA 16384

struct api_http {
	struct MHD_Daemon *daemon;
	struct api_service *service;
	struct api_conns *conns;
	struct api_tls tls;
	unsigned generation;
	bool is_retired; /* atomic */
	char csp[API_PAGES_CSP_MAX];
};

/* One request, from its first line to the end of its answer. */
struct exchange {
	struct api_request request;
	struct api_response response;
	int fd;
	bool is_begun;  /* the header was looked at */
	bool is_judged; /* an answer was queued */
	bool is_last;
	int64_t began_usec;
	char method[16];
	char client[INET6_ADDRSTRLEN];
	struct buf body;
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
	ex->fd = fd_of(connection);
	ex->began_usec = clock_now_usec();
	ex->is_last = !api_conns_began(http->conns, ex->fd, clock_mono_msec());
	(void)snprintf(ex->target, sizeof(ex->target), "%s", target);
	query = strchr(ex->target, '?');
	if (query != NULL)
		*query++ = '\0';
	ex->request.path = ex->target;
	ex->request.query = query == NULL ? "" : query;
	ex->request.client = ex->client;
	note_client(ex, connection);
	api_response_init(&ex->response);
	buf_init(&ex->body,
	    (size_t)api_service_conf(http->service)->api_max_body_bytes);
	return ex;
}

static enum api_method
method_of(const char *word)
{
	if (strcmp(word, MHD_HTTP_METHOD_GET) == 0 ||
	    strcmp(word, MHD_HTTP_METHOD_HEAD) == 0)
		return API_GET;
	if (strcmp(word, MHD_HTTP_METHOD_POST) == 0)
		return API_POST;
	return API_METHOD_OTHER;
}

/* ---- limits ------------------------------------------------------------- */

struct lengths {
	int count;
	uint64_t value;
	bool is_bad;
};

static enum MHD_Result
see_length(
    void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct lengths *lengths = ctx;
	size_t digits;

	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) != 0)
		return MHD_YES;
	digits = value == NULL ? 0 : strspn(value, "0123456789");
	lengths->is_bad |= digits == 0 || digits > 18 || value[digits] != '\0';
	if (!lengths->is_bad)
		lengths->value = strtoull(value, NULL, 10);
	lengths->is_bad |= ++lengths->count > 1;
	return MHD_YES;
}

static size_t
header_size(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return info == NULL ? 0 : info->header_size;
}

/* The status of a refusal, or 0. A body without a length could only be refused
 * when much of it has come, and two lengths could be understood in two ways. */
static int
judge(const struct api_http *http, const struct exchange *ex,
    struct MHD_Connection *connection)
{
	const struct conf *conf = api_service_conf(http->service);
	struct lengths lengths = {0};

	(void)MHD_get_connection_values(
	    connection, MHD_HEADER_KIND, see_length, &lengths);
	if (strlen(ex->request.path) + strlen(ex->request.query) >=
	    API_TARGET_MAX)
		return 414;
	if (header_size(connection) > (size_t)conf->api_max_header_bytes)
		return 431;
	if (header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL)
		return lengths.count == 0 ? 411 : 400;
	if (lengths.is_bad)
		return 400;
	if (lengths.value > (uint64_t)conf->api_max_body_bytes)
		return 413;
	return 0;
}

/* ---- the answer --------------------------------------------------------- */

static void
set_header(struct MHD_Response *answer, const char *name, const char *value)
{
	/* without memory for it there is none for the answer either */
	(void)MHD_add_response_header(answer, name, value);
}

static void
set_headers(const struct api_http *http, const struct exchange *ex,
    struct MHD_Response *answer)
{
	const struct api_response *response = &ex->response;
	char seconds[16], keep[40] = "no-store";

	set_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE,
	    response->content_type == NULL ? "text/plain; charset=utf-8"
					   : response->content_type);
	if (response->keep_sec > 0)
		(void)snprintf(keep, sizeof(keep), "public, max-age=%d",
		    response->keep_sec);
	set_header(answer, MHD_HTTP_HEADER_CACHE_CONTROL, keep);
	set_header(answer, "Content-Security-Policy", http->csp);
	set_header(answer, "Referrer-Policy", "no-referrer");
	set_header(answer, "X-Content-Type-Options", "nosniff");
	set_header(answer, "X-Frame-Options", "DENY");
	if (http->tls.is_on)
		set_header(
		    answer, "Strict-Transport-Security", "max-age=2592000");
	if (response->allow[0] != '\0')
		set_header(answer, MHD_HTTP_HEADER_ALLOW, response->allow);
	if (response->retry_after_sec > 0) {
		(void)snprintf(
		    seconds, sizeof(seconds), "%d", response->retry_after_sec);
		set_header(answer, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (response->is_last || ex->is_last ||
	    __atomic_load_n(&http->is_retired, __ATOMIC_RELAXED))
		set_header(answer, MHD_HTTP_HEADER_CONNECTION, "close");
}

static enum MHD_Result
queue(struct api_http *http, struct exchange *ex,
    struct MHD_Connection *connection)
{
	struct buf *body = &ex->response.body;
	struct MHD_Response *answer = MHD_create_response_from_buffer(
	    body->len, body->data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result rc;

	if (answer == NULL)
		return MHD_NO;
	set_headers(http, ex, answer);
	ex->is_judged = true;
	rc = MHD_queue_response(
	    connection, (unsigned)ex->response.status, answer);
	MHD_destroy_response(answer);
	return rc;
}

/* The header is there. */
static enum MHD_Result
begin(struct api_http *http, struct exchange *ex,
    struct MHD_Connection *connection, const char *method)
{
	int refused;

	ex->is_begun = true;
	(void)snprintf(ex->method, sizeof(ex->method), "%s", method);
	ex->request.method = method_of(method);
	if (is_forwarded(connection))
		ex->request.is_local = false;
	refused = judge(http, ex, connection);
	if (refused == 0)
		return MHD_YES;
	api_conns_answers(http->conns, ex->fd, clock_mono_msec());
	api_service_refuse(&ex->response, refused);
	return queue(http, ex, connection);
}

/* All of the request is there. */
static enum MHD_Result
finish(struct api_http *http, struct exchange *ex,
    struct MHD_Connection *connection)
{
	api_conns_answers(http->conns, ex->fd, clock_mono_msec());
	ex->request.body = buf_str(&ex->body);
	ex->request.body_len = ex->body.len;
	ex->request.now_sec = clock_now_sec();
	api_service_answer(http->service, &ex->request, &ex->response);
	/* A slow handler shall not eat the time to send. */
	api_conns_answers(http->conns, ex->fd, clock_mono_msec());
	return queue(http, ex, connection);
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *data, size_t *data_len,
    void **exchange)
{
	struct api_http *http = ctx;
	struct exchange *ex = *exchange;

	(void)path;
	(void)version;
	if (ex == NULL)
		return MHD_NO;
	if (!ex->is_begun)
		return begin(http, ex, connection, method);
	if (*data_len > 0) {
		if (!ex->is_judged && !buf_append(&ex->body, data, *data_len))
			return MHD_NO;
		*data_len = 0;
		return MHD_YES;
	}
	return ex->is_judged ? MHD_YES : finish(http, ex, connection);
}

static void
on_completed(void *ctx, struct MHD_Connection *connection, void **exchange,
    enum MHD_RequestTerminationCode why)
{
	struct api_http *http = ctx;
	struct exchange *ex = *exchange;

	(void)connection;
	(void)why;
	if (ex == NULL)
		return;
	*exchange = NULL;
	api_conns_done(http->conns, ex->fd, clock_mono_msec());
	if (ex->is_judged)
		api_service_note(http->service, &ex->request, ex->method,
		    &ex->response, clock_now_usec() - ex->began_usec);
	api_response_fini(&ex->response);
	buf_fini(&ex->body);
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
		MHD_USE_NO_LISTEN_SOCKET | (http->tls.is_on ? MHD_USE_TLS : 0),
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

enum sg_err
api_http_new(struct api_service *service, struct api_conns *conns,
    const struct api_tls *tls, unsigned generation, struct api_http **http_r,
    struct err *err_r)
{
	struct api_http *http = calloc(1, sizeof(*http));
	enum sg_err rc;

	*http_r = NULL;
	if (http == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for HTTP");
	http->conns = conns;
	http->generation = generation;
	rc = api_pages_csp(http->csp, err_r);
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
	if (h->daemon != NULL)
		MHD_stop_daemon(h->daemon);
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
