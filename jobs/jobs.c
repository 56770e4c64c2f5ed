/* sendward-jobd's threads and what they share: see jobs.h. */
#include "config.h"

#include "jobs/jobs.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "dkim/key.h"
#include "dns/resolver.h"
#include "dns/update.h"
#include "jobs/books.h"
#include "jobs/calendar.h"
#include "jobs/deliver.h"
#include "jobs/exports.h"
#include "jobs/imports.h"
#include "jobs/line.h"
#include "jobs/looks.h"
#include "jobs/notify.h"
#include "jobs/runner.h"
#include "jobs/worker.h"
#include "jobs/zone.h"
#include "ops/duty.h"
#include "ops/heartbeat.h"
#include "ops/operator_key.h"

#define TICK_MSEC 1000
/* How long an end may take. */
#define STOP_MSEC 1500
/* Of it, what deliveries under way are waited for. */
#define STOP_NOTIFY_MSEC 700
#define LETTERS_AT_ONCE 50

struct jobs {
	struct seal *seal;
	char *store_url;
	pthread_mutex_t lock; /* guards the next four */
	struct conf *conf;
	struct dkim_key *operator_key;   /* NULL: letters are not signed */
	struct dns_updater *new_updater; /* for the zone's thread to take */
	bool has_new_updater;

	/* what this host does for all: kept by a thread, looked at by each */
	struct duties *duties;
	struct worker *duties_worker;

	/* the main thread's */
	struct heartbeat *heartbeat;
	struct looks *looks;
	struct dns_resolver *resolver;
	bool is_stopping;

	/* the zone's thread's */
	struct worker *zone_worker;
	struct line zone_line, calendar_line;
	struct zone zone;
	struct calendar calendar;
	struct dns_updater *updater;

	/* the letters' thread's */
	struct worker *letters_worker;
	struct line letters_line;

	/* the books' thread's */
	struct worker *books_worker;
	struct books books;

	/* the import jobs' thread's */
	struct worker *imports_worker;
	struct line imports_line;
	int64_t imports_account; /* that had its turn */
	struct worker *exports_worker;
	struct line exports_line;
	struct exports exports;

	/* the notifications' threads' */
	struct worker *notify_worker, *mail_worker;
	struct line notify_line, mail_line;
	struct notify *notify, *mail_notify;
	struct runner *runner; /* NULL: no commands */
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
	if (jobs->zone_worker != NULL || jobs->letters_worker != NULL ||
	    jobs->notify_worker != NULL || jobs->mail_worker != NULL ||
	    jobs->books_worker != NULL || jobs->imports_worker != NULL ||
	    jobs->exports_worker != NULL || jobs->duties_worker != NULL)
		return false;
	duties_free(&jobs->duties);
	books_fini(&jobs->books);
	notify_free(&jobs->notify);
	notify_free(&jobs->mail_notify);
	runner_free(&jobs->runner);
	heartbeat_free(&jobs->heartbeat);
	looks_free(&jobs->looks);
	dns_resolver_free(&jobs->resolver);
	line_fini(&jobs->zone_line);
	line_fini(&jobs->calendar_line);
	line_fini(&jobs->letters_line);
	line_fini(&jobs->imports_line);
	line_fini(&jobs->exports_line);
	line_fini(&jobs->notify_line);
	line_fini(&jobs->mail_line);
	dns_updater_free(&jobs->updater);
	dns_updater_free(&jobs->new_updater);
	dkim_key_unref(&jobs->operator_key);
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

/* Before any secret is in memory: the helper shall have none. */
static enum sg_err
start_runner(struct jobs *jobs, struct err *err_r)
{
	const struct conf *conf = jobs->conf;

	if (conf->notify_command_dir[0] == '\0')
		return SG_OK;
	return runner_start(conf->notify_command_dir, conf->notify_command_user,
	    &jobs->runner, err_r);
}

/* Still root: the keys may be root's alone. */
enum sg_err
jobs_open(void *ctx, struct err *err_r)
{
	struct jobs *jobs = ctx;
	enum sg_err rc = start_runner(jobs, err_r);

	if (rc == SG_OK)
		rc = seal_open(jobs->conf->master_key_file, &jobs->seal, err_r);
	if (rc == SG_OK)
		rc = new_updater(jobs->conf, &jobs->new_updater, err_r);
	if (rc == SG_OK)
		rc = operator_key_load(jobs->conf, &jobs->operator_key, err_r);
	jobs->has_new_updater = true;
	jobs->store_url = strdup(jobs->conf->store);
	if (jobs->store_url == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	jobs->heartbeat = heartbeat_new("sendward-jobd", jobs->store_url, "");
	heartbeat_name_host(jobs->heartbeat, jobs->conf->host);
	jobs->duties = duties_new(jobs->conf, jobs->store_url);
	if (rc == SG_OK && jobs->duties == NULL)
		rc = err_set(err_r, SG_NOMEM, "no memory");
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
	    {"host", old->host, new->host},
	    {"notify.command_dir", old->notify_command_dir,
		new->notify_command_dir},
	    {"notify.command_user", old->notify_command_user,
		new->notify_command_user},
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

static bool
is_same_operator(const struct conf *a, const struct conf *b)
{
	return strcmp(a->dkim_operator_domain, b->dkim_operator_domain) == 0 &&
	       strcmp(a->dkim_operator_key_file, b->dkim_operator_key_file) ==
		   0;
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

/* What a reload makes new. */
struct fresh {
	struct conf *conf;
	struct dns_resolver *resolver;
	struct dns_updater *updater;
	struct dkim_key *operator_key;
	bool keeps_updater;
};

static void
fresh_fini(struct fresh *fresh)
{
	dns_resolver_free(&fresh->resolver);
	dns_updater_free(&fresh->updater);
	dkim_key_unref(&fresh->operator_key);
	conf_unref(&fresh->conf);
}

/* Key files may be root's, who we are no more. Named as before, what was read at
 * the start stays. */
static enum sg_err
renew_keys(struct jobs *jobs, struct fresh *fresh, struct err *err_r)
{
	enum sg_err rc = new_updater(fresh->conf, &fresh->updater, err_r);

	if (rc != SG_OK && is_same_update(jobs->conf, fresh->conf)) {
		fresh->keeps_updater = true;
		rc = SG_OK;
	}
	if (rc == SG_OK)
		rc =
		    operator_key_load(fresh->conf, &fresh->operator_key, err_r);
	if (rc != SG_OK && jobs->operator_key != NULL &&
	    is_same_operator(jobs->conf, fresh->conf)) {
		fresh->operator_key = dkim_key_ref(jobs->operator_key);
		rc = SG_OK;
	}
	return rc;
}

static enum sg_err
renew(struct jobs *jobs, const char *conf_path, struct fresh *fresh,
    struct err *err_r)
{
	enum sg_err rc = conf_load(conf_path, &fresh->conf, err_r);

	if (rc == SG_OK)
		rc = check_fixed(jobs->conf, fresh->conf, err_r);
	if (rc == SG_OK)
		rc = dns_resolver_new(fresh->conf, &fresh->resolver, err_r);
	return rc == SG_OK ? renew_keys(jobs, fresh, err_r) : rc;
}

/* Nothing of it can fail. Afterwards *fresh holds what is of no use any more. */
static void
swap(struct jobs *jobs, struct fresh *fresh)
{
	struct fresh old = {.conf = jobs->conf,
	    .resolver = jobs->resolver,
	    .operator_key = jobs->operator_key};

	looks_use(jobs->looks, fresh->conf, ask_resolver, fresh->resolver);
	jobs->resolver = fresh->resolver;
	(void)pthread_mutex_lock(&jobs->lock);
	jobs->conf = fresh->conf;
	jobs->operator_key = fresh->operator_key;
	if (!fresh->keeps_updater) {
		old.updater = jobs->new_updater;
		jobs->new_updater = fresh->updater;
		jobs->has_new_updater = true;
	}
	(void)pthread_mutex_unlock(&jobs->lock);
	*fresh = old;
}

enum sg_err
jobs_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r)
{
	struct jobs *jobs = ctx;
	struct fresh fresh = {0};
	enum sg_err rc = renew(jobs, conf_path, &fresh, err_r);

	if (rc == SG_OK) {
		swap(jobs, &fresh);
		conf_daemon_settings(jobs->conf, "none", settings_r);
	}
	fresh_fini(&fresh);
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

	if (!duties_holds(jobs->duties, DUTY_CALENDAR) ||
	    line_wait_msec(line, clock_mono_msec()) > 0)
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

	if (jobs->updater == NULL || !duties_holds(jobs->duties, DUTY_ZONE) ||
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

/* ---- the letters' thread -------------------------------------------------- */

static struct dkim_key *
borrow_key(struct jobs *jobs)
{
	struct dkim_key *key = NULL;

	(void)pthread_mutex_lock(&jobs->lock);
	if (jobs->operator_key != NULL)
		key = dkim_key_ref(jobs->operator_key);
	(void)pthread_mutex_unlock(&jobs->lock);
	return key;
}

static int64_t
letters_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;
	struct line *line = &jobs->letters_line;
	struct conf *conf;
	struct deliver_env env = {
	    .seal = jobs->seal, .worker = worker, .duties = jobs->duties};
	struct err err = {0};
	int done = 0;
	enum sg_err rc;

	if (!duties_holds(jobs->duties, DUTY_LETTERS) ||
	    line_wait_msec(line, clock_mono_msec()) > 0)
		return TICK_MSEC;
	env.conf = conf = borrow_conf(jobs);
	env.operator_key = borrow_key(jobs);
	rc = line_open(line, &err);
	env.store = line->store;
	if (rc == SG_OK)
		rc = deliver_due(
		    &env, LETTERS_AT_ONCE, clock_now_sec(), &done, &err);
	line_report(line, rc, &err, clock_mono_msec());
	dkim_key_unref(&env.operator_key);
	conf_unref(&conf);
	return done == LETTERS_AT_ONCE ? 0 : TICK_MSEC;
}

/* ---- the books' thread ---------------------------------------------------- */

static int64_t
books_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;
	struct conf *conf = borrow_conf(jobs);
	int64_t wait_msec = books_turn(
	    &jobs->books, conf, worker, clock_now_sec(), clock_mono_msec());

	conf_unref(&conf);
	return wait_msec;
}

static enum sg_err
start_books(struct jobs *jobs, struct err *err_r)
{
	books_init(&jobs->books, jobs->store_url);
	jobs->books.duties = jobs->duties;
	return worker_start(
	    books_thread_turn, jobs, &jobs->books_worker, err_r);
}

/* ---- the threads of import jobs and exports --------------------------------- */

/* A turn with store and configuration, when the line is not resting. */
typedef enum sg_err files_turn_fn(struct jobs *jobs, struct store *store,
    const struct conf *conf, struct worker *worker, bool *is_idle_r,
    struct err *err_r);

static int64_t
files_turn(struct jobs *jobs, struct line *line, struct worker *worker,
    files_turn_fn *turn)
{
	struct conf *conf;
	struct err err = {0};
	bool is_idle = true;
	enum sg_err rc;

	if (!duties_holds(jobs->duties, DUTY_FILES) ||
	    line_wait_msec(line, clock_mono_msec()) > 0)
		return TICK_MSEC;
	conf = borrow_conf(jobs);
	rc = line_open(line, &err);
	if (rc == SG_OK)
		rc = turn(jobs, line->store, conf, worker, &is_idle, &err);
	line_report(line, rc, &err, clock_mono_msec());
	conf_unref(&conf);
	return is_idle ? TICK_MSEC : 0;
}

static enum sg_err
turn_imports(struct jobs *jobs, struct store *store, const struct conf *conf,
    struct worker *worker, bool *is_idle_r, struct err *err_r)
{
	return imports_turn(store, conf, worker, clock_now_sec(),
	    &jobs->imports_account, is_idle_r, err_r);
}

static int64_t
imports_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;

	return files_turn(jobs, &jobs->imports_line, worker, turn_imports);
}

static enum sg_err
turn_exports(struct jobs *jobs, struct store *store, const struct conf *conf,
    struct worker *worker, bool *is_idle_r, struct err *err_r)
{
	return exports_turn(&jobs->exports, store, conf, worker,
	    clock_now_sec(), is_idle_r, err_r);
}

static int64_t
exports_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;

	return files_turn(jobs, &jobs->exports_line, worker, turn_exports);
}

/* ---- the notifications' thread -------------------------------------------- */

/* What is under way is moved on also while the store cannot be used, or another host
 * begins what is due: then nothing is begun here. */
static int64_t
turn_notify(struct jobs *jobs, struct notify *notify, struct line *line,
    struct runner *runner, struct worker *worker)
{
	struct conf *conf = borrow_conf(jobs);
	struct notify_env env = {.conf = conf,
	    .seal = jobs->seal,
	    .runner = runner,
	    .operator_key = borrow_key(jobs),
	    .worker = worker};
	bool waits = line_wait_msec(line, clock_mono_msec()) > 0 ||
		     !duties_holds(jobs->duties, DUTY_NOTIFY);
	int64_t wait_msec = NOTIFY_LOOK_MSEC;
	struct err err = {0};
	enum sg_err rc = waits ? SG_OK : line_open(line, &err);

	if (rc == SG_OK) {
		env.store = waits ? NULL : line->store;
		rc = notify_turn(
		    notify, &env, clock_now_sec(), &wait_msec, &err);
	}
	if (!waits)
		line_report(line, rc, &err, clock_mono_msec());
	dkim_key_unref(&env.operator_key);
	conf_unref(&conf);
	return rc == SG_OK ? wait_msec : NOTIFY_LOOK_MSEC;
}

static int64_t
notify_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;

	return turn_notify(
	    jobs, jobs->notify, &jobs->notify_line, jobs->runner, worker);
}

static int64_t
mail_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;

	return turn_notify(
	    jobs, jobs->mail_notify, &jobs->mail_line, NULL, worker);
}

/* When its thread is over. */
static void
end_notify(struct jobs *jobs, struct notify *notify, struct line *line)
{
	struct notify_env env = {.conf = jobs->conf,
	    .seal = jobs->seal,
	    .store = line->store,
	    .runner = notify == jobs->notify ? jobs->runner : NULL};

	/* what is not noted is tried again anyway, only later */
	if (notify != NULL && env.store != NULL)
		(void)notify_end(notify, &env, clock_now_sec(),
		    clock_mono_msec() + STOP_NOTIFY_MSEC, NULL);
}

static enum sg_err
start_notify(struct jobs *jobs, struct err *err_r)
{
	enum sg_err rc;

	if (jobs->runner != NULL && runner_keeps_user(jobs->runner))
		log_event(LOG_JOBS_FAILED_EVENT, NULL, "task", "commands",
		    "error",
		    "sendward-jobd was not started as root: commands run as "
		    "its own user, not as notify.command_user",
		    NULL);
	line_init(
	    &jobs->notify_line, "notify", jobs->store_url, STORE_OPEN_WRITE);
	line_init(&jobs->mail_line, "notify by mail", jobs->store_url,
	    STORE_OPEN_WRITE);
	jobs->notify = notify_new(NOTIFY_WEBHOOKS);
	jobs->mail_notify = notify_new(NOTIFY_MAIL);
	if (jobs->notify == NULL || jobs->mail_notify == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	rc =
	    worker_start(notify_thread_turn, jobs, &jobs->notify_worker, err_r);
	if (rc == SG_OK)
		rc = worker_start(
		    mail_thread_turn, jobs, &jobs->mail_worker, err_r);
	return rc;
}

/* ---- the duties' thread ----------------------------------------------------- */

static int64_t
duties_thread_turn(void *ctx, struct worker *worker)
{
	struct jobs *jobs = ctx;

	(void)worker;
	return duties_turn(jobs->duties);
}

/* What can be had is had before any other thread looks. */
static enum sg_err
start_duties(struct jobs *jobs, struct err *err_r)
{
	(void)duties_turn(jobs->duties); /* its thread calls at once again */
	return worker_start(
	    duties_thread_turn, jobs, &jobs->duties_worker, err_r);
}

/* ---- the main thread ------------------------------------------------------ */

static enum sg_err
start(struct jobs *jobs, struct err *err_r)
{
	const char *url = jobs->store_url;
	enum sg_err rc = dns_resolver_new(jobs->conf, &jobs->resolver, err_r);

	if (rc == SG_OK)
		rc = start_duties(jobs, err_r);

	if (rc == SG_OK)
		rc = looks_new(url, &jobs->looks, err_r);
	if (rc != SG_OK)
		return rc;
	looks_use(jobs->looks, jobs->conf, ask_resolver, jobs->resolver);
	line_init(&jobs->zone_line, "zone", url, STORE_OPEN_WRITE);
	line_init(&jobs->calendar_line, "calendar", url, STORE_OPEN_WRITE);
	line_init(&jobs->letters_line, "letters", url, STORE_OPEN_WRITE);
	rc = worker_start(zone_thread_turn, jobs, &jobs->zone_worker, err_r);
	if (rc == SG_OK)
		rc = worker_start(
		    letters_thread_turn, jobs, &jobs->letters_worker, err_r);
	line_init(&jobs->imports_line, "imports", url, STORE_OPEN_WRITE);
	if (rc == SG_OK)
		rc = worker_start(
		    imports_thread_turn, jobs, &jobs->imports_worker, err_r);
	line_init(&jobs->exports_line, "exports", url, STORE_OPEN_WRITE);
	if (rc == SG_OK)
		rc = worker_start(
		    exports_thread_turn, jobs, &jobs->exports_worker, err_r);
	if (rc == SG_OK)
		rc = start_notify(jobs, err_r);
	if (rc == SG_OK)
		rc = start_books(jobs, err_r);
	return rc;
}

static int
wait_msec(const struct jobs *jobs)
{
	int looks = duties_holds(jobs->duties, DUTY_LOOKS)
			? looks_wait_msec(jobs->looks, clock_mono_msec())
			: TICK_MSEC;
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

	/* Interrupted by a signal, that one comes first: looks that begin before
	 * a reload are dropped by it. */
	if (poll(fds, 2, wait_msec(jobs)) < 0)
		return;
	if ((fds[0].revents & POLLIN) != 0)
		daemon_handle_signals();
	if (jobs->is_stopping)
		return;
	dns_process(jobs->resolver);
	if (duties_holds(jobs->duties, DUTY_LOOKS))
		looks_turn(jobs->looks, clock_now_sec(), clock_mono_msec());
	heartbeat_turn(jobs->heartbeat, clock_mono_msec());
}

void
jobs_stop(void *ctx)
{
	struct jobs *jobs = ctx;

	jobs->is_stopping = true;
}

static void
end_workers(struct jobs *jobs, int64_t deadline_msec)
{
	worker_stop(jobs->zone_worker);
	worker_stop(jobs->letters_worker);
	worker_stop(jobs->notify_worker);
	worker_stop(jobs->mail_worker);
	worker_stop(jobs->books_worker);
	worker_stop(jobs->imports_worker);
	worker_stop(jobs->exports_worker);
	worker_stop(jobs->duties_worker);
	if (worker_join(&jobs->notify_worker, deadline_msec))
		end_notify(jobs, jobs->notify, &jobs->notify_line);
	if (worker_join(&jobs->mail_worker, deadline_msec))
		end_notify(jobs, jobs->mail_notify, &jobs->mail_line);
	(void)worker_join(&jobs->zone_worker, deadline_msec);
	(void)worker_join(&jobs->letters_worker, deadline_msec);
	(void)worker_join(&jobs->books_worker, deadline_msec);
	(void)worker_join(&jobs->imports_worker, deadline_msec);
	(void)worker_join(&jobs->exports_worker, deadline_msec);
	/* nobody works any more: others may begin at once */
	if (worker_join(&jobs->duties_worker, deadline_msec) &&
	    jobs->exports_worker == NULL && jobs->imports_worker == NULL &&
	    jobs->books_worker == NULL && jobs->letters_worker == NULL &&
	    jobs->zone_worker == NULL)
		duties_end(jobs->duties);
}

enum sg_err
jobs_run(void *ctx, struct err *err_r)
{
	struct jobs *jobs = ctx;
	enum sg_err rc = start(jobs, err_r);

	while (rc == SG_OK && !jobs->is_stopping)
		turn(jobs);
	end_workers(jobs, clock_mono_msec() + STOP_MSEC);
	heartbeat_end(jobs->heartbeat);
	return rc;
}
