/* sendward-jobd's threads and what they share: see jobs.h. */
#include "config.h"

#include "jobs/jobs.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "dns/resolver.h"
#include "dns/update.h"
#include "jobs/calendar.h"
#include "jobs/line.h"
#include "jobs/looks.h"
#include "jobs/worker.h"
#include "jobs/zone.h"

#define TICK_MSEC 1000
/* How long an end may take. */
#define STOP_MSEC 1500

struct jobs {
	struct seal *seal;
	char *store_url;
	pthread_mutex_t lock; /* guards the next three */
	struct conf *conf;
	struct dns_updater *new_updater; /* for the zone's thread to take */
	bool has_new_updater;

	/* the main thread's */
	struct looks *looks;
	struct dns_resolver *resolver;
	bool is_stopping;

	/* the zone's thread's */
	struct worker *zone_worker;
	struct line zone_line, calendar_line;
	struct zone zone;
	struct calendar calendar;
	struct dns_updater *updater;
};

struct jobs *
jobs_new(void)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));

	if (jobs != NULL)
		(void)pthread_mutex_init(&jobs->lock, NULL);
	return jobs;
}

bool
jobs_free(struct jobs **jobs_p)
{
	struct jobs *jobs = *jobs_p;

	*jobs_p = NULL;
	if (jobs == NULL)
		return true;
	if (jobs->zone_worker != NULL)
		return false;
	looks_free(&jobs->looks);
	dns_resolver_free(&jobs->resolver);
	line_fini(&jobs->zone_line);
	line_fini(&jobs->calendar_line);
	dns_updater_free(&jobs->updater);
	dns_updater_free(&jobs->new_updater);
	conf_unref(&jobs->conf);
	seal_free(&jobs->seal);
	free(jobs->store_url);
	(void)pthread_mutex_destroy(&jobs->lock);
	free(jobs);
	return true;
}

/* ---- configuration -------------------------------------------------------- */

/* For a thread's turn; give it back with conf_unref. */
static struct conf *
borrow_conf(struct jobs *jobs)
{
	struct conf *conf;

	(void)pthread_mutex_lock(&jobs->lock);
	conf = conf_ref(jobs->conf);
	(void)pthread_mutex_unlock(&jobs->lock);
	return conf;
}

enum sg_err
jobs_load(void *ctx, const char *conf_path, struct daemon_settings *settings_r,
    struct err *err_r)
{
	struct jobs *jobs = ctx;
	enum sg_err rc = conf_load(conf_path, &jobs->conf, err_r);

	if (rc == SG_OK)
		conf_daemon_settings(jobs->conf, "none", settings_r);
	return rc;
}

/* *updater_r is NULL when nobody takes updates. */
static enum sg_err
new_updater(
    const struct conf *conf, struct dns_updater **updater_r, struct err *err_r)
{
	*updater_r = NULL;
	if (conf->dkim_update_server[0] == '\0')
		return SG_OK;
	return dns_updater_new(conf, updater_r, err_r);
}

/* Still root: the keys may be root's alone. */
enum sg_err
jobs_open(void *ctx, struct err *err_r)
{
	struct jobs *jobs = ctx;
	enum sg_err rc =
	    seal_open(jobs->conf->master_key_file, &jobs->seal, err_r);

	if (rc == SG_OK)
		rc = new_updater(jobs->conf, &jobs->new_updater, err_r);
	jobs->has_new_updater = true;
	jobs->store_url = strdup(jobs->conf->store);
	if (jobs->store_url == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	return rc;
}

static enum sg_err
check_fixed(const struct conf *old, const struct conf *new, struct err *err_r)
{
	const struct {
		const char *name, *old, *new;
	} options[] = {
	    {"store", old->store, new->store},
	    {"master_key_file", old->master_key_file, new->master_key_file},
	    {"user", old->user, new->user},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(options[i].old, options[i].new) != 0)
			return err_set(err_r, SG_INVALID,
			    "%s: it cannot be changed while sendward-jobd "
			    "runs; restart it",
			    options[i].name);
	}
	return SG_OK;
}

static bool
is_same_update(const struct conf *a, const struct conf *b)
{
	return strcmp(a->dkim_zone, b->dkim_zone) == 0 &&
	       strcmp(a->dkim_update_server, b->dkim_update_server) == 0 &&
	       strcmp(a->dkim_update_key_file, b->dkim_update_key_file) == 0 &&
	       a->dkim_ttl_sec == b->dkim_ttl_sec &&
	       a->dns_timeout_sec == b->dns_timeout_sec;
}

static enum sg_err
ask_resolver(void *asker, const char *name, enum dns_type type,
    dns_answer_fn *fn, void *ctx, struct err *err_r)
{
	return dns_ask(asker, name, type, fn, ctx, err_r);
}

static enum sg_err
update_zone(void *updater, const struct dns_change *changes, size_t count,
    struct err *err_r)
{
	return dns_update(updater, changes, count, err_r);
}

/* Everything that can fail has not: from here on the new one is in force. */
static void
swap(struct jobs *jobs, struct conf *conf, struct dns_resolver *resolver,
    struct dns_updater *updater, bool has_updater)
{
	struct conf *old_conf = jobs->conf;
	struct dns_resolver *old_resolver = jobs->resolver;
	struct dns_updater *unused = NULL;

	looks_use(jobs->looks, conf, ask_resolver, resolver);
	jobs->resolver = resolver;
	(void)pthread_mutex_lock(&jobs->lock);
	jobs->conf = conf;
	if (has_updater) {
		unused = jobs->new_updater;
		jobs->new_updater = updater;
		jobs->has_new_updater = true;
	}
	(void)pthread_mutex_unlock(&jobs->lock);
	dns_updater_free(&unused);
	dns_resolver_free(&old_resolver);
	conf_unref(&old_conf);
}

enum sg_err
jobs_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	struct jobs *jobs = ctx;
	struct conf *conf = NULL;
	struct dns_resolver *resolver = NULL;
	struct dns_updater *updater = NULL;
	bool has_updater = true;
	enum sg_err rc = conf_load(conf_path, &conf, err_r);

	if (rc == SG_OK)
		rc = check_fixed(jobs->conf, conf, err_r);
	if (rc == SG_OK)
		rc = dns_resolver_new(conf, &resolver, err_r);
	if (rc == SG_OK)
		rc = new_updater(conf, &updater, err_r);
	if (rc != SG_OK && resolver != NULL &&
	    is_same_update(jobs->conf, conf)) {
		/* The key file was root's: what was read at the start
		 * stays. */
		has_updater = false;
		rc = SG_OK;
	}
	if (rc == SG_OK) {
		swap(jobs, conf, resolver, updater, has_updater);
		conf_daemon_settings(conf, "none", settings_r);
		return SG_OK;
	}
	dns_resolver_free(&resolver);
	conf_unref(&conf);
	return rc;
}

/* ---- the zone's thread ---------------------------------------------------- */

static void
take_updater(struct jobs *jobs)
{
	struct dns_updater *updater = NULL;
	bool is_new;

	(void)pthread_mutex_lock(&jobs->lock);
	is_new = jobs->has_new_updater;
	updater = jobs->new_updater;
	jobs->new_updater = NULL;
	jobs->has_new_updater = false;
	(void)pthread_mutex_unlock(&jobs->lock);
	if (!is_new)
		return;
	dns_updater_free(&jobs->updater);
	jobs->updater = updater;
	zone_use(&jobs->zone, update_zone, updater);
}

static void
run_calendar(struct jobs *jobs, const struct conf *conf, struct worker *worker)
{
	struct line *line = &jobs->calendar_line;
	struct err err = {0};
	enum sg_err rc;

	if (line_wait_msec(line, clock_mono_msec()) > 0)
		return;
	rc = line_open(line, &err);
	if (rc == SG_OK)
		rc = calendar_turn(&jobs->calendar, line->store, jobs->seal,
		    conf, worker, clock_now_sec(), &err);
	line_report(line, rc, &err, clock_mono_msec());
}

static void
run_zone(struct jobs *jobs, const struct conf *conf, struct worker *worker)
{
	struct line *line = &jobs->zone_line;
	struct err err = {0};
	enum sg_err rc;

	if (jobs->updater == NULL ||
	    line_wait_msec(line, clock_mono_msec()) > 0)
		return;
	rc = line_open(line, &err);
	if (rc == SG_OK)
		rc = zone_turn(&jobs->zone, line->store, conf, worker,
		    clock_now_sec(), clock_mono_msec(), &err);
	line_report(line, rc, &err, clock_mono_msec());
}

static int64_t
zone_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;
	struct conf *conf = borrow_conf(jobs);

	take_updater(jobs);
	run_zone(jobs, conf, worker);
	run_calendar(jobs, conf, worker);
	conf_unref(&conf);
	return TICK_MSEC;
}

/* ---- the main thread ------------------------------------------------------ */

static enum sg_err
start(struct jobs *jobs, struct err *err_r)
{
	enum sg_err rc = dns_resolver_new(jobs->conf, &jobs->resolver, err_r);

	if (rc == SG_OK)
		rc = looks_new(jobs->store_url, &jobs->looks, err_r);
	if (rc != SG_OK)
		return rc;
	looks_use(jobs->looks, jobs->conf, ask_resolver, jobs->resolver);
	line_init(&jobs->zone_line, "zone", jobs->store_url, STORE_OPEN_WRITE);
	line_init(&jobs->calendar_line, "calendar", jobs->store_url,
	    STORE_OPEN_WRITE);
	return worker_start(zone_thread_turn, jobs, &jobs->zone_worker, err_r);
}

static int
wait_msec(const struct jobs *jobs)
{
	int looks = looks_wait_msec(jobs->looks, clock_mono_msec());
	int dns = dns_next_msec(jobs->resolver);

	return dns >= 0 && dns < looks ? dns : looks;
}

static void
turn(struct jobs *jobs)
{
	struct pollfd fds[] = {
	    {.fd = daemon_signal_fd(), .events = POLLIN},
	    {.fd = dns_fd(jobs->resolver), .events = POLLIN},
	};

	(void)poll(fds, 2, wait_msec(jobs));
	if ((fds[0].revents & POLLIN) != 0)
		daemon_handle_signals();
	if (jobs->is_stopping)
		return;
	dns_process(jobs->resolver);
	looks_turn(jobs->looks, clock_now_sec(), clock_mono_msec());
}

void
jobs_stop(void *ctx)
{
	struct jobs *jobs = ctx;

	jobs->is_stopping = true;
}

enum sg_err
jobs_run(void *ctx, struct err *err_r)
{
	struct jobs *jobs = ctx;
	enum sg_err rc = start(jobs, err_r);
	int64_t deadline;

	while (rc == SG_OK && !jobs->is_stopping)
		turn(jobs);
	deadline = clock_mono_msec() + STOP_MSEC;
	worker_stop(jobs->zone_worker);
	(void)worker_join(&jobs->zone_worker, deadline);
	return rc;
}
