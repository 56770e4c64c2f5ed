/* The API server's loop: see server.h. Reads no request: http.h does. */
#include "config.h"

#include "api/server.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/conns.h"
#include "api/exchange.h"
#include "api/http.h"
#include "api/linger.h"
#include "api/metrics.h"
#include "api/service.h"
#include "api/tls.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ops/heartbeat.h"
#include "post/compose.h"

/* Let in in one turn of the loop, so that signals and deadlines have theirs. */
#define ACCEPT_MOST 64
/* Descriptors beside the connections: store, log, events. */
#define FILES_EXTRA 128
#define TICK_MSEC 1000
/* How long an end may take beyond api.timeout_sec. */
#define STOP_EXTRA_MSEC 3000
/* Former configurations whose connections are not over; a reload beyond these
 * ends the oldest. */
#define FORMER_MOST 8

/* For programs first: no request was read, so nobody knows who asks. */
static const char full_answer[] =
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Date: %s\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 58\r\n"
    "Cache-Control: no-store\r\n"
    "Retry-After: 10\r\n"
    "x-amzn-ErrorType: ServiceUnavailable\r\n"
    "Connection: close\r\n\r\n"
    "{\"message\":\"Too many connections; please try again soon.\"}";

struct api_server {
	struct conf *conf;
	struct seal *seal; /* NULL: it could not be read */
	struct heartbeat *heartbeat;
	struct api_metrics *metrics;
	struct api_conns *conns;
	struct api_linger *linger;
	struct api_tls tls; /* until the threads have their copy */
	struct api_http *http;
	struct api_http *former[FORMER_MOST]; /* the oldest first */
	size_t former_count;
	unsigned generation;
	int listen_fd;
	bool is_plain;
	bool is_accept_failing; /* until the next tick */
	bool is_stopping;
	int64_t stop_by_msec;
};

struct api_server *
api_server_new(void)
{
	struct api_server *server = calloc(1, sizeof(*server));

	if (server != NULL)
		server->listen_fd = -1;
	return server;
}

static void
close_listener(struct api_server *server)
{
	if (server->listen_fd >= 0)
		(void)close(server->listen_fd);
	server->listen_fd = -1;
}

void
api_server_free(struct api_server **server)
{
	struct api_server *s = *server;

	if (s == NULL)
		return;
	close_listener(s);
	for (size_t i = 0; i < s->former_count; i++)
		api_http_free(&s->former[i]);
	api_http_free(&s->http);
	api_linger_free(&s->linger);
	api_conns_free(&s->conns);
	api_metrics_free(&s->metrics);
	heartbeat_free(&s->heartbeat);
	api_tls_fini(&s->tls);
	seal_free(&s->seal);
	conf_unref(&s->conf);
	free(s);
	*server = NULL;
}

/* ---- configuration ------------------------------------------------------ */

enum sg_err
api_server_load(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	struct api_server *server = ctx;
	enum sg_err rc = conf_load(conf_path, &server->conf, err_r);

	if (rc == SG_OK)
		conf_daemon_settings(
		    server->conf, server->conf->api_listen, settings_r);
	return rc;
}

static enum sg_err
set_limits(
    struct api_server *server, const struct conf *conf, struct err *err_r)
{
	const struct api_conns_limits limits = {
	    .max = conf->api_max_connections,
	    .max_per_address = conf->api_max_connections_per_address,
	    .timeout_msec = conf->api_timeout_sec * 1000,
	    .body_bytes = conf->api_max_pending_bytes,
	};

	process_raise_files(conf->api_max_connections + FILES_EXTRA);
	return api_conns_set_limits(server->conns, &limits, err_r);
}

/* Threads for this configuration. */
static enum sg_err
new_http(struct api_server *server, struct conf *conf,
    const struct api_tls *tls, struct api_http **http_r, struct err *err_r)
{
	struct api_service *service = NULL;
	enum sg_err rc = api_service_new(
	    conf, server->seal, server->metrics, &service, err_r);

	if (rc == SG_OK)
		rc = api_http_new(service, server->conns, server->linger, tls,
		    server->generation, http_r, err_r);
	if (rc != SG_OK)
		api_service_free(&service);
	return rc;
}

/* No request of its connections is cut off, unless there were very many
 * reloads in a short time. */
static void
retire_http(struct api_server *server)
{
	if (server->former_count == FORMER_MOST) {
		api_http_free(&server->former[0]);
		server->former_count--;
		memmove(server->former, server->former + 1,
		    server->former_count * sizeof(server->former[0]));
	}
	api_http_retire(server->http);
	api_conns_end_idle(server->conns, server->generation);
	server->former[server->former_count++] = server->http;
	server->http = NULL;
}

static enum sg_err
renew(struct api_server *server, struct conf *conf, struct err *err_r)
{
	struct api_tls tls = {0};
	struct api_http *http = NULL;
	enum sg_err rc = api_tls_load(conf, &tls, err_r);

	server->generation++;
	if (rc == SG_OK)
		rc = new_http(server, conf, &tls, &http, err_r);
	if (rc == SG_OK)
		rc = set_limits(server, conf, err_r);
	if (rc != SG_OK) {
		api_http_free(&http);
	} else {
		server->generation--;
		retire_http(server);
		server->generation++;
		server->http = http;
		server->is_plain = !tls.is_on;
	}
	api_tls_fini(&tls);
	return rc;
}

enum sg_err
api_server_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	struct api_server *server = ctx;
	struct conf *conf = NULL;
	enum sg_err rc = conf_load(conf_path, &conf, err_r);

	if (rc == SG_OK)
		rc = renew(server, conf, err_r);
	if (rc != SG_OK) {
		conf_unref(&conf);
		return rc;
	}
	conf_unref(&server->conf);
	server->conf = conf;
	heartbeat_use(server->heartbeat, conf->store);
	conf_daemon_settings(conf, conf->api_listen, settings_r);
	return SG_OK;
}

/* ---- connections -------------------------------------------------------- */

static void
refuse(const struct api_server *server, int fd)
{
	char date[API_DATE_MAX], text[sizeof(full_answer) + API_DATE_MAX];
	int len;

	api_response_date(clock_now_sec(), date);
	len = snprintf(text, sizeof(text), full_answer, date);
	if (server->is_plain)
		(void)send(fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)close(fd);
}

static void
accept_some(struct api_server *server)
{
	for (int i = 0; i < ACCEPT_MOST; i++) {
		struct sockaddr_storage addr;
		socklen_t len = sizeof(addr);
		const struct sockaddr *any = (const struct sockaddr *)&addr;
		int fd = accept4(server->listen_fd, (struct sockaddr *)&addr,
		    &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			/* It stays readable: look away until the next tick. */
			server->is_accept_failing =
			    errno == EMFILE || errno == ENFILE ||
			    errno == ENOBUFS || errno == ENOMEM;
			return;
		}
		if (api_conns_admit(server->conns, fd, any, server->is_plain,
			server->generation, clock_mono_msec()))
			api_http_add(server->http, fd, any, len);
		else
			refuse(server, fd);
	}
}

static void
free_former(struct api_server *server)
{
	size_t kept = 0;

	for (size_t i = 0; i < server->former_count; i++) {
		struct api_http *http = server->former[i];

		/* Those of older ones count, too: they come first. */
		if (kept == 0 && api_conns_count(server->conns,
				     api_http_generation(http)) == 0)
			api_http_free(&http);
		else
			server->former[kept++] = http;
	}
	server->former_count = kept;
}

static void
tick(struct api_server *server, int64_t now_msec)
{
	server->is_accept_failing = false;
	api_conns_sweep(server->conns, now_msec);
	api_linger_turn(server->linger, now_msec);
	if (server->is_stopping)
		api_conns_end_idle(server->conns, server->generation);
	else if (server->former_count > 0)
		api_conns_end_idle(server->conns, server->generation - 1);
	free_former(server);
	heartbeat_turn(server->heartbeat, now_msec);
}

/* ---- start and end ------------------------------------------------------ */

static enum sg_err
listen_at(const char *text, int *fd_r, struct err *err_r)
{
	const int on = 1;
	struct sockaddr_storage addr;
	socklen_t len;
	enum sg_err rc = conf_listen_address(text, &addr, &len, err_r);
	int fd;

	if (rc != SG_OK)
		return err_prefix(err_r, rc, "api.listen");
	fd = socket(
	    addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(err_r, SG_IO, "socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (const struct sockaddr *)&addr, len) != 0 ||
	    listen(fd, SOMAXCONN) != 0) {
		rc = err_set(
		    err_r, SG_IO, "api.listen %s: %s", text, strerror(errno));
		(void)close(fd);
		return rc;
	}
	*fd_r = fd;
	return SG_OK;
}

enum sg_err
api_server_open(void *ctx, struct err *err_r)
{
	struct api_server *server = ctx;
	enum sg_err rc =
	    listen_at(server->conf->api_listen, &server->listen_fd, err_r);

	if (rc == SG_OK)
		rc = api_tls_load(server->conf, &server->tls, err_r);
	if (rc != SG_OK)
		return rc;
	post_init(); /* before any thread composes */
	/* Only ends of subscriptions need it: all else goes on without. */
	(void)seal_open(server->conf->master_key_file, &server->seal, NULL);
	server->heartbeat = heartbeat_new(
	    "sendward-apid", server->conf->store, server->conf->api_listen);
	heartbeat_name_host(server->heartbeat, server->conf->host);
	server->is_plain = !server->tls.is_on;
	server->metrics = api_metrics_new();
	if (server->metrics == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for counters");
	rc = api_conns_new(server->metrics, &server->conns, err_r);
	if (rc == SG_OK)
		rc = api_linger_new(&server->linger, err_r);
	if (rc == SG_OK)
		rc = set_limits(server, server->conf, err_r);
	return rc;
}

void
api_server_stop(void *ctx)
{
	struct api_server *server = ctx;

	server->is_stopping = true;
	server->stop_by_msec = clock_mono_msec() +
			       server->conf->api_timeout_sec * 1000 +
			       STOP_EXTRA_MSEC;
	close_listener(server);
	api_http_retire(server->http);
	api_conns_end_idle(server->conns, server->generation);
}

static bool
is_done(struct api_server *server)
{
	return server->is_stopping &&
	       (api_conns_count(server->conns, server->generation) == 0 ||
		   clock_mono_msec() >= server->stop_by_msec);
}

/* One turn: waits for connections, signals and the next tick. */
static void
turn(struct api_server *server, int64_t *tick_msec)
{
	struct pollfd wait[3] = {
	    {.fd = daemon_signal_fd(), .events = POLLIN},
	    {.fd = server->is_accept_failing ? -1 : server->listen_fd,
		.events = POLLIN},
	    {.fd = api_linger_fd(server->linger), .events = POLLIN},
	};
	int64_t now_msec = clock_mono_msec();
	/* At the end nobody shall wait for the tick. */
	int64_t left = server->is_stopping ? 20 : *tick_msec - now_msec;

	(void)poll(wait, 3, left > 0 ? (int)left : 0);
	if (wait[0].revents != 0)
		daemon_handle_signals();
	if (wait[1].revents != 0 && server->listen_fd >= 0)
		accept_some(server);
	now_msec = clock_mono_msec();
	if (wait[2].revents != 0)
		api_linger_turn(server->linger, now_msec);
	if (now_msec >= *tick_msec) {
		tick(server, now_msec);
		*tick_msec = now_msec + TICK_MSEC;
	}
}

enum sg_err
api_server_run(void *ctx, struct err *err_r)
{
	struct api_server *server = ctx;
	int64_t tick_msec = clock_mono_msec() + TICK_MSEC;
	enum sg_err rc =
	    new_http(server, server->conf, &server->tls, &server->http, err_r);

	api_tls_fini(&server->tls);
	while (rc == SG_OK && !is_done(server))
		turn(server, &tick_msec);
	/* The threads are to end before the log does. */
	api_http_free(&server->http);
	heartbeat_end(server->heartbeat);
	return rc;
}
