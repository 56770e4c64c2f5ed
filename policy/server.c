/* The policy server's event loop. Decides nothing. */
#include "config.h"
#include "policy/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "conf/conf.h"
#include "ops/admit.h"
#include "ops/freshener.h"
#include "ops/heartbeat.h"
#include "ops/lease.h"
#include "ops/releaser.h"
#include "ops/snapshot.h"
#include "policy/conn.h"
#include "policy/count.h"
#include "policy/decide.h"
#include "policy/listen.h"
#include "policy/notices.h"
#include "policy/report.h"
#include "rules/verdict.h"

/* Accepted in one turn of the loop, so that open connections are not starved. */
#define ACCEPT_MOST 64
/* Descriptors beside the connections: store, log, events. */
#define FILES_EXTRA 64
/* How long an end may take beyond the longest pacing. */
#define STOP_EXTRA_SEC 5
/* Refused messages that are heard of in one turn of the loop. */
#define RELEASES_MOST 64

struct policy_server {
	struct conf *conf;
	struct snapshot *snapshot;
	struct freshener *freshener;
	struct admit admit;
	struct local_socket listener, releases;
	struct policy_conns conns;
	struct leases *leases;
	struct policy_count *count;
	struct policy_notices *notices;
	struct event_base *base;
	struct event *listen_event, *release_event, *signal_event, *sweep_event;
	unsigned stages_seen; /* wrong ones that were logged */
	bool is_accept_failing;
	int64_t stop_by_msec; /* 0: not stopping */
};

struct policy_server *
policy_server_new(void)
{
	struct policy_server *server = calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	server->listener.fd = server->releases.fd = -1;
	TAILQ_INIT(&server->conns.list);
	return server;
}

static void
free_event(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

void
policy_server_free(struct policy_server **server)
{
	struct policy_server *s = *server;

	if (s == NULL)
		return;
	policy_conns_fini(&s->conns);
	policy_count_free(&s->count);
	leases_close(&s->leases);
	policy_notices_free(&s->notices);
	local_socket_close(&s->listener);
	local_socket_close(&s->releases);
	free_event(&s->listen_event);
	free_event(&s->release_event);
	free_event(&s->signal_event);
	free_event(&s->sweep_event);
	if (s->base != NULL)
		event_base_free(s->base);
	freshener_free(&s->freshener);
	snapshot_free(&s->snapshot);
	conf_unref(&s->conf);
	free(s);
	*server = NULL;
}

/* ---- configuration ------------------------------------------------------ */

static void
use_conf(struct policy_server *server, struct conf *conf)
{
	struct policy_conns_limits *limits = &server->conns.limits;

	conf_unref(&server->conf);
	server->conf = conf;
	server->admit.conf = conf;
	limits->max_connections = conf->policy_max_connections;
	limits->timeout_msec = conf->policy_timeout_sec * 1000;
	limits->idle_msec = conf->policy_idle_sec * 1000;
}

enum sg_err
policy_server_load(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	struct policy_server *server = ctx;
	struct conf *conf = NULL;
	enum sg_err rc = conf_load(conf_path, &conf, err_r);

	if (rc != SG_OK)
		return rc;
	use_conf(server, conf);
	conf_daemon_settings(conf, conf->policy_socket, settings_r);
	return SG_OK;
}

enum sg_err
policy_server_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	return policy_server_load(ctx, conf_path, settings_r, err_r);
}

/* ---- requests ----------------------------------------------------------- */

static void
note_stage(struct policy_server *server, const struct policy_request *request)
{
	unsigned bit = 1U << request->stage;

	if ((server->stages_seen & bit) == 0)
		policy_report_stage(request);
	server->stages_seen |= bit;
	policy_notices_stage(server->notices, request->stage);
}

static void
on_request(void *ctx, struct policy_conn *conn)
{
	struct policy_server *server = ctx;
	const struct policy_request *request = &conn->parser.request;
	bool is_monitor = server->conf->mode == CONF_MODE_MONITOR;
	bool is_fresh = snapshot_is_fresh(server->snapshot, clock_mono_msec());
	struct rules_verdict verdict;

	if (policy_is_wrong_stage(request))
		note_stage(server, request);
	if (policy_decide(&server->admit, is_fresh, request, &conn->account,
		&verdict) == POLICY_COUNT) {
		policy_count_request(server->count, conn);
		return;
	}
	if (verdict.action != RULES_ACCEPT)
		policy_report_refusal(
		    request, &conn->account, &verdict, is_monitor);
	if (is_monitor)
		verdict_accept(&verdict);
	policy_conn_answer(conn, &verdict, 0);
}

static void
on_gone(void *ctx, struct policy_conn *conn)
{
	struct policy_server *server = ctx;

	policy_count_remove(server->count, conn);
}

static void
on_connect(evutil_socket_t fd, short what, void *arg)
{
	struct policy_server *server = arg;

	(void)what;
	for (int i = 0; i < ACCEPT_MOST; i++) {
		int conn_fd =
		    accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (conn_fd >= 0) {
			policy_conns_accept(&server->conns, conn_fd);
			continue;
		}
		if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS &&
		    errno != ENOMEM)
			return;
		/* It stays readable: look away until the next second. */
		if (!server->is_accept_failing)
			log_event(LOG_POLICY_INPUT_EVENT, NULL, "error",
			    strerror(errno), "at", "accept", NULL);
		server->is_accept_failing = true;
		(void)event_del(server->listen_event);
		return;
	}
}

static void
on_release(evutil_socket_t fd, short what, void *arg)
{
	struct policy_server *server = arg;
	struct releaser_message message;

	(void)what;
	for (int i = 0; i < RELEASES_MOST && releaser_receive(fd, &message);
	     i++)
		policy_count_release(server->count, &message);
}

/* ---- time and signals --------------------------------------------------- */

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct policy_server *server = arg;

	(void)fd;
	(void)what;
	if (server->is_accept_failing && server->stop_by_msec == 0)
		server->is_accept_failing =
		    event_add(server->listen_event, NULL) != 0;
	policy_conns_sweep(&server->conns);
	policy_count_sweep(server->count);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	daemon_handle_signals();
}

void
policy_server_stop(void *ctx)
{
	struct policy_server *server = ctx;

	server->stop_by_msec =
	    clock_mono_msec() +
	    (server->conf->pacing_sec + STOP_EXTRA_SEC) * 1000;
	free_event(&server->listen_event);
	local_socket_close(&server->listener);
	policy_conns_stop(&server->conns);
}

/* ---- start and end ------------------------------------------------------ */

enum sg_err
policy_server_open(void *ctx, struct err *err_r)
{
	struct policy_server *server = ctx;
	enum sg_err rc = policy_listen(server->conf->policy_socket,
	    server->conf->policy_socket_mode, &server->listener, err_r);

	process_raise_files(server->conf->policy_max_connections + FILES_EXTRA);
	if (rc == SG_OK)
		rc = releaser_listen(server->conf, &server->releases, err_r);
	if (rc == SG_OK)
		rc = snapshot_new(SNAPSHOT_ACCOUNTS, &server->snapshot, err_r);
	if (rc == SG_OK)
		rc = freshener_new(server->conf->store, server->snapshot,
		    &server->freshener, err_r);
	if (rc == SG_OK) {
		struct heartbeat *heartbeat = heartbeat_new("sendward-policyd",
		    server->conf->store, server->conf->policy_socket);

		heartbeat_name_host(heartbeat, server->conf->host);
		freshener_set_heartbeat(server->freshener, heartbeat);
	}
	server->admit.snapshot = server->snapshot;
	return rc;
}

static bool
add_event(struct policy_server *server, struct event **event_r, int fd,
    short what, event_callback_fn fn, const struct timeval *every)
{
	*event_r = event_new(server->base, fd, what | EV_PERSIST, fn, server);
	return *event_r != NULL && event_add(*event_r, every) == 0;
}

static enum sg_err
start(struct policy_server *server, struct err *err_r)
{
	const struct timeval second = {.tv_sec = 1};
	enum sg_err rc;

	server->base = event_base_new();
	if (server->base == NULL)
		return err_set(err_r, SG_NOMEM, "no event base");
	server->conns.base = server->base;
	server->conns.on_request = on_request;
	server->conns.on_gone = on_gone;
	server->conns.ctx = server;
	rc = leases_open(server->conf, "policyd", &server->leases, err_r);
	if (rc == SG_OK)
		rc = policy_count_new(server->base, &server->admit,
		    server->leases, &server->count, err_r);
	if (rc == SG_OK)
		rc = policy_notices_new(
		    server->conf->store, &server->notices, err_r);
	if (rc == SG_OK)
		rc = freshener_start(server->freshener, err_r);
	if (rc != SG_OK)
		return rc;
	if (!add_event(server, &server->listen_event, server->listener.fd,
		EV_READ, on_connect, NULL) ||
	    !add_event(server, &server->release_event, server->releases.fd,
		EV_READ, on_release, NULL) ||
	    !add_event(server, &server->signal_event, daemon_signal_fd(),
		EV_READ, on_signal, NULL) ||
	    !add_event(server, &server->sweep_event, -1, 0, on_second, &second))
		return err_set(err_r, SG_NOMEM, "no memory for events");
	return SG_OK;
}

static bool
is_done(const struct policy_server *server)
{
	return server->stop_by_msec != 0 &&
	       (server->conns.count == 0 ||
		   clock_mono_msec() >= server->stop_by_msec);
}

enum sg_err
policy_server_run(void *ctx, struct err *err_r)
{
	struct policy_server *server = ctx;
	enum sg_err rc = start(server, err_r);

	while (rc == SG_OK && !is_done(server))
		if (event_base_loop(server->base, EVLOOP_ONCE) < 0)
			rc = err_set(
			    err_r, SG_IO, "event loop: %s", strerror(errno));
	return rc;
}
