/* The LMTP server's loop: see server.h. Connections are conns.h's. */
#include "config.h"

#include "feedback/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "feedback/conns.h"
#include "feedback/listen.h"
#include "feedback/pool.h"
#include "feedback/settings.h"
#include "ops/heartbeat.h"
#include "ops/return_mac.h"
#include "report/report.h"

/* Let in in one turn, so that those that are there have theirs. */
#define ACCEPT_MOST 64
/* Descriptors beside the connections: stores, log, events. */
#define FILES_EXTRA 128
#define TICK_MSEC 1000
/* How long an end waits for clients that are in the middle of a message. */
#define STOP_MSEC 10000

enum { WAIT_SIGNAL, WAIT_POOL, WAIT_LISTEN, WAIT_CONNS };

struct server {
	struct settings *settings;
	struct return_mac *mac;
	struct heartbeat *heartbeat;
	struct pool *pool;
	struct local_socket listener;
	struct conns conns;
	struct pollfd *wait;
	size_t wait_size;
	bool is_accept_failing; /* until the next tick */
	int64_t tick_msec;
	int64_t stop_by_msec; /* 0: it is not to stop */
};

struct server *
server_new(void)
{
	struct server *server = calloc(1, sizeof(*server));

	if (server != NULL)
		server->listener.fd = -1;
	return server;
}

void
server_free(struct server **server)
{
	struct server *s = *server;

	*server = NULL;
	if (s == NULL)
		return;
	local_socket_close(&s->listener);
	pool_free(&s->pool);
	conns_fini(&s->conns);
	heartbeat_free(&s->heartbeat);
	return_mac_free(&s->mac);
	settings_unref(&s->settings);
	free(s->wait);
	free(s);
}

/* ---- configuration ------------------------------------------------------------ */

enum sg_err
server_load(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	struct server *server = ctx;
	enum sg_err rc;

	report_init();
	rc = settings_load(conf_path, &server->settings, err_r);
	if (rc == SG_OK)
		conf_daemon_settings(server->settings->conf,
		    server->settings->conf->feedback_socket, settings_r);
	return rc;
}

enum sg_err
server_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	struct server *server = ctx;
	struct settings *settings = NULL;
	enum sg_err rc = settings_load(conf_path, &settings, err_r);

	if (rc != SG_OK)
		return rc;
	process_raise_files(
	    settings->conf->feedback_max_connections + FILES_EXTRA);
	conf_daemon_settings(
	    settings->conf, settings->conf->feedback_socket, settings_r);
	settings_unref(&server->settings);
	server->settings = settings;
	server->conns.settings = settings;
	return SG_OK;
}

enum sg_err
server_open(void *ctx, struct err *err_r)
{
	struct server *server = ctx;
	const struct conf *conf = server->settings->conf;
	struct seal *seal = NULL;
	enum sg_err rc = seal_open(conf->master_key_file, &seal, err_r);

	if (rc == SG_OK)
		rc = return_mac_new(seal, &server->mac, err_r);
	seal_free(&seal);
	if (rc == SG_OK)
		rc = feedback_listen(conf, &server->listener, err_r);
	server->heartbeat = heartbeat_new(
	    "sendward-feedback", conf->store, conf->feedback_socket);
	heartbeat_name_host(server->heartbeat, conf->host);
	process_raise_files(conf->feedback_max_connections + FILES_EXTRA);
	return rc;
}

/* ---- the loop ------------------------------------------------------------------- */

static void
accept_some(struct server *server)
{
	for (int i = 0; i < ACCEPT_MOST; i++) {
		int fd = accept4(server->listener.fd, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			conns_accept(&server->conns, fd);
			continue;
		}
		/* It stays readable: look away until the next tick. */
		server->is_accept_failing = errno == EMFILE ||
					    errno == ENFILE ||
					    errno == ENOBUFS || errno == ENOMEM;
		if (server->is_accept_failing)
			log_event(LOG_FEEDBACK_INPUT_EVENT, NULL, "error",
			    strerror(errno), "at", "accept", NULL);
		return;
	}
}

/* False: no memory. */
static bool
fill_wait(struct server *server)
{
	size_t wanted = WAIT_CONNS + server->conns.count;

	if (wanted > server->wait_size) {
		struct pollfd *more =
		    realloc(server->wait, 2 * wanted * sizeof(*more));

		if (more == NULL)
			return false;
		server->wait = more;
		server->wait_size = 2 * wanted;
	}
	memset(server->wait, 0, WAIT_CONNS * sizeof(*server->wait));
	server->wait[WAIT_SIGNAL].fd = daemon_signal_fd();
	server->wait[WAIT_POOL].fd = pool_fd(server->pool);
	server->wait[WAIT_LISTEN].fd =
	    server->is_accept_failing ? -1 : server->listener.fd;
	for (int i = 0; i < WAIT_CONNS; i++)
		server->wait[i].events = POLLIN;
	conns_fill(&server->conns, server->wait + WAIT_CONNS);
	return true;
}

static void
tick(struct server *server)
{
	int64_t now_msec = clock_mono_msec();

	if (now_msec < server->tick_msec)
		return;
	server->tick_msec = now_msec + TICK_MSEC;
	server->is_accept_failing = false;
	conns_sweep(&server->conns);
}

static enum sg_err
turn(struct server *server, struct err *err_r)
{
	const struct pollfd *wait;
	int64_t left = server->tick_msec - clock_mono_msec();
	int ready;

	if (!fill_wait(server))
		return err_set(err_r, SG_NOMEM, "no memory for the loop");
	ready = poll(server->wait, WAIT_CONNS + server->conns.count,
	    left > 0 ? (int)left : 0);
	wait = server->wait;
	if (ready > 0) {
		/* First, while the entries are those of the list. */
		conns_serve(&server->conns, wait + WAIT_CONNS);
		conns_collect(&server->conns);
		if (wait[WAIT_LISTEN].revents != 0)
			accept_some(server);
		if (wait[WAIT_SIGNAL].revents != 0)
			daemon_handle_signals();
	}
	tick(server);
	return SG_OK;
}

void
server_stop(void *ctx)
{
	struct server *server = ctx;

	if (server->stop_by_msec != 0)
		return;
	server->stop_by_msec = clock_mono_msec() + STOP_MSEC;
	local_socket_close(&server->listener);
	conns_stop(&server->conns);
}

static bool
is_done(const struct server *server)
{
	return server->stop_by_msec != 0 &&
	       (server->conns.count == 0 ||
		   clock_mono_msec() >= server->stop_by_msec);
}

enum sg_err
server_run(void *ctx, struct err *err_r)
{
	struct server *server = ctx;
	enum sg_err rc =
	    pool_new(server->mac, server->heartbeat, &server->pool, err_r);

	if (rc != SG_OK)
		return rc;
	conns_init(&server->conns, server->pool, server->mac);
	server->conns.settings = server->settings;
	while (rc == SG_OK && !is_done(server))
		rc = turn(server, err_r);
	/* The threads are to end before the log does. */
	pool_free(&server->pool);
	heartbeat_end(server->heartbeat);
	return rc;
}
