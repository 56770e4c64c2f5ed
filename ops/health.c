/* The facts of health: see health.h. Does not judge them. */
#include "config.h"

#include "ops/health.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "dns/resolver.h"
#include "ops/admin.h"
#include "ops/health_parts.h"
#include "ops/journal.h"
#include "ops/maillog.h"
#include "store/events.h"

#define SOCKET_MSEC 1000

static void
set_where(struct health_probe *probe, const char *where)
{
	(void)snprintf(probe->where, sizeof(probe->where), "%s", where);
}

struct health_facts *
health_facts_new(const struct conf *conf, int64_t now_sec)
{
	struct health_facts *facts = calloc(1, sizeof(*facts));

	if (facts == NULL)
		return NULL;
	facts->now_sec = now_sec;
	facts->version = PACKAGE_VERSION;
	facts->is_monitor = conf->mode == CONF_MODE_MONITOR;
	facts->is_counted_by_milter =
	    conf->milter_quota == CONF_MILTER_QUOTA_YES;
	set_where(&facts->milter, conf->milter_socket);
	set_where(&facts->policy, conf->policy_socket);
	set_where(&facts->feedback, conf->feedback_socket);
	set_where(&facts->mta, conf->api_submission);
	set_where(&facts->dns.probe, conf->dns_servers[0] != '\0'
					 ? conf->dns_servers
					 : "those of /etc/resolv.conf");
	(void)snprintf(facts->dns.domain, sizeof(facts->dns.domain), "%s",
	    conf->bounce_domain);
	return facts;
}

void
health_facts_free(struct health_facts **facts)
{
	free(*facts);
	*facts = NULL;
}

/* ---- who answers by himself ------------------------------------------------------ */

static void
take_mx(void *ctx, const struct dns_answer *answer)
{
	struct health_dns *dns = ctx;

	dns->probe.is_good = answer->outcome == DNS_FOUND ||
			     answer->outcome == DNS_NO_NAME ||
			     answer->outcome == DNS_NO_DATA;
	dns->has_mx = answer->outcome == DNS_FOUND && answer->count > 0;
	if (dns->has_mx)
		(void)snprintf(dns->mx, sizeof(dns->mx), "%s",
		    answer->records[0].text); /* fits: a name */
	(void)snprintf(
	    dns->probe.why, sizeof(dns->probe.why), "%s", answer->why);
}

static void
wait_for_answer(struct dns_resolver *resolver, int64_t deadline_msec)
{
	while (dns_pending(resolver) > 0) {
		struct pollfd wait = {.fd = dns_fd(resolver), .events = POLLIN};
		int64_t left = deadline_msec - clock_mono_msec();
		int next = dns_next_msec(resolver);

		if (left <= 0)
			return;
		if (next >= 0 && next < left)
			left = next;
		(void)poll(&wait, 1, (int)left);
		dns_process(resolver);
	}
}

static void
ask_dns(struct health_dns *dns, const struct conf *conf)
{
	int64_t begin_msec = clock_mono_msec();
	struct dns_resolver *resolver = NULL;
	struct err err = {0};
	enum sg_err rc;

	(void)snprintf(dns->probe.why, sizeof(dns->probe.why),
	    "no answer in %d ms", HEALTH_ASK_MSEC);
	rc = dns_resolver_new(conf, &resolver, &err);
	if (rc == SG_OK)
		rc = dns_ask(resolver, dns->domain, DNS_MX, take_mx, dns, &err);
	if (rc == SG_OK)
		wait_for_answer(resolver, begin_msec + HEALTH_ASK_MSEC);
	else
		(void)snprintf(
		    dns->probe.why, sizeof(dns->probe.why), "%.159s", err.text);
	dns->probe.took_msec = clock_mono_msec() - begin_msec;
	dns_resolver_free(&resolver);
}

typedef void probe_fn(struct health_probe *probe, int64_t deadline_msec);

struct question {
	probe_fn *fn; /* NULL: dns */
	struct health_probe *probe;
	int64_t most_msec;
	struct health_dns *dns;
	const struct conf *conf;
	pthread_t thread;
	bool has_thread;
};

static void *
ask_one(void *ctx)
{
	struct question *q = ctx;

	if (q->fn == NULL)
		ask_dns(q->dns, q->conf);
	else
		q->fn(q->probe, clock_mono_msec() + q->most_msec);
	return NULL;
}

void
health_ask(struct health_facts *facts, const struct conf *conf)
{
	struct question questions[] = {
	    {.dns = &facts->dns, .conf = conf},
	    {.fn = health_probe_mta,
		.probe = &facts->mta,
		.most_msec = HEALTH_ASK_MSEC},
	    {.fn = health_probe_connect,
		.probe = &facts->milter,
		.most_msec = SOCKET_MSEC},
	    {.fn = health_probe_policy,
		.probe = &facts->policy,
		.most_msec = SOCKET_MSEC},
	    {.fn = health_probe_connect,
		.probe = &facts->feedback,
		.most_msec = SOCKET_MSEC},
	};
	const size_t count = sizeof(questions) / sizeof(questions[0]);

	for (size_t i = 0; i < count; i++) {
		questions[i].has_thread =
		    pthread_create(&questions[i].thread, NULL, ask_one,
			&questions[i]) == 0;
		if (!questions[i].has_thread) /* one after the other, then */
			(void)ask_one(&questions[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (questions[i].has_thread)
			(void)pthread_join(questions[i].thread, NULL);
}

/* ---- the store ------------------------------------------------------------------- */

static int64_t
file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : HEALTH_UNKNOWN;
}

static int64_t
free_bytes(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0
		   ? (int64_t)fs.f_bavail * (int64_t)fs.f_frsize
		   : HEALTH_UNKNOWN;
}

static void
measure_store(struct health_store *s, const struct conf *conf)
{
	const char *file = admin_store_file(conf);
	char log[600];

	s->bytes = s->log_bytes = s->free_bytes = HEALTH_UNKNOWN;
	if (file == NULL)
		return;
	(void)snprintf(s->file, sizeof(s->file), "%s", file);
	(void)snprintf(log, sizeof(log), "%s-wal", s->file);
	s->bytes = file_bytes(file);
	s->log_bytes = file_bytes(log);
	s->free_bytes = free_bytes(file);
}

/* Can it be written? Nothing is. */
static void
try_lock(struct health_store *s, const struct conf *conf)
{
	struct store *store = NULL;
	struct err err = {0};
	enum sg_err rc = store_open(
	    conf->store, STORE_OPEN_COUNT, HEALTH_LOCK_MSEC, &store, &err);

	if (rc == SG_OK)
		rc = store_begin(store, &err);
	if (rc == SG_OK)
		store_rollback(store);
	store_close(&store);
	if (rc == SG_OK)
		return;
	s->is_locked = rc == SG_BUSY;
	s->is_open = s->is_locked;
	(void)snprintf(s->why, sizeof(s->why), "%.255s", err.text);
}

static bool
keep_beat(void *ctx, const struct store_heartbeat *row)
{
	struct health_facts *facts = ctx;

	facts->beats[facts->beat_count++] = *row;
	return facts->beat_count < HEALTH_BEATS_MAX;
}

/* ---- queues ----------------------------------------------------------------------- */

struct lag {
	const struct conf *conf;
	struct store *store;
	int64_t bytes;
};

/* What of a file is not yet read. */
static int64_t
unread(struct store *store, const char *mark_name, int64_t bytes,
    int64_t *updated_sec_r)
{
	struct store_bookmark mark;

	if (store_bookmark_get(store, mark_name, &mark, NULL) != SG_OK)
		return bytes > 0 ? bytes : 0;
	*updated_sec_r = mark.updated_sec;
	return bytes > mark.offset ? bytes - mark.offset : 0;
}

static bool
add_journal_file(void *ctx, const char *name)
{
	struct lag *lag = ctx;
	int64_t updated_sec;
	char path[4096 + 256];

	(void)snprintf(path, sizeof(path), "%.4096s/%.250s", lag->conf->journal,
	    name); /* fits */
	lag->bytes += unread(lag->store, name, file_bytes(path), &updated_sec);
	return true;
}

static void
measure_log(
    struct health_queues *q, const struct conf *conf, struct store *store)
{
	int64_t bytes = file_bytes(conf->mail_log);
	char name[MAILLOG_MARK_MAX];

	q->follows_log = conf->mail_log[0] != '\0';
	q->log_bytes = HEALTH_UNKNOWN;
	if (!q->follows_log || bytes == HEALTH_UNKNOWN)
		return;
	maillog_mark_name(conf, name);
	q->log_bytes = unread(store, name, bytes, &q->log_sec);
}

static int64_t
measure_journal(const struct conf *conf, struct store *store)
{
	struct lag lag = {.conf = conf, .store = store};

	return journal_list(conf->journal, add_journal_file, &lag, NULL) ==
		       SG_OK
		   ? lag.bytes
		   : HEALTH_UNKNOWN;
}

static bool
count_notice(void *ctx, const struct store_notice *row)
{
	struct health_queues *q = ctx;

	if (q->notices++ == 0)
		(void)snprintf(
		    q->notice, sizeof(q->notice), "%.199s", row->text);
	return true;
}

static enum sg_err
read_queues(struct health_facts *facts, const struct conf *conf,
    struct store *store, struct err *err_r)
{
	struct health_queues *q = &facts->queues;
	int64_t now_sec = facts->now_sec;
	enum sg_err rc =
	    store_numbers(store, now_sec - HEALTH_LATE_SEC, &q->numbers, err_r);

	if (rc == SG_OK)
		rc = store_notification_count(
		    store, 0, now_sec, &q->notifications, err_r);
	if (rc == SG_OK)
		rc = store_imports_waiting(store, &q->imports, err_r);
	if (rc == SG_OK)
		rc = store_notice_list(store, count_notice, q, err_r);
	if (rc != SG_OK)
		return rc;
	q->journal_bytes = measure_journal(conf, store);
	q->journal_free_bytes = free_bytes(conf->journal);
	measure_log(q, conf, store);
	q->is_known = true;
	return SG_OK;
}

void
health_read(struct health_facts *facts, const struct conf *conf,
    struct store *store, const struct err *err)
{
	struct health_store *s = &facts->store;
	struct err own = {0};
	enum sg_err rc;

	measure_store(s, conf);
	s->schema = store_schema_version();
	if (store == NULL) {
		(void)snprintf(s->why, sizeof(s->why), "%.255s", err->text);
		return;
	}
	s->is_open = true;
	rc = store_heartbeat_list(
	    store, HEALTH_BEATS_MAX, keep_beat, facts, &own);
	if (rc == SG_OK)
		rc = read_queues(facts, conf, store, &own);
	if (rc == SG_OK) {
		try_lock(s, conf);
		return;
	}
	s->is_open = false;
	(void)snprintf(s->why, sizeof(s->why), "%.255s", own.text);
}

enum sg_err
health_take(const struct conf *conf, struct store *store, int64_t now_sec,
    struct health *health_r, struct err *err_r)
{
	struct health_facts *facts = health_facts_new(conf, now_sec);

	if (facts == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	health_ask(facts, conf);
	health_read(facts, conf, store, NULL);
	health_judge(facts, health_r);
	health_facts_free(&facts);
	return SG_OK;
}

/* ---- numbers for a monitor ---------------------------------------------------------- */

/* Of one program and host the list has the newest first. */
static bool
add_program(void *ctx, const struct store_heartbeat *row)
{
	struct health_watch *watch = ctx;
	size_t count = watch->program_count;

	if (count > 0 &&
	    strcmp(watch->programs[count - 1].name, row->program) == 0 &&
	    strcmp(watch->programs[count - 1].host, row->host) == 0)
		return true;
	memcpy(watch->programs[count].name, row->program, sizeof(row->program));
	memcpy(watch->programs[count].host, row->host, sizeof(row->host));
	watch->programs[count].started_sec = row->started_sec;
	watch->programs[count].seen_sec = row->seen_sec;
	watch->program_count++;
	return watch->program_count < HEALTH_PROGRAMS_MAX;
}

void
health_watch(
    const struct conf *conf, struct store *store, struct health_watch *watch_r)
{
	const char *file = admin_store_file(conf);
	struct health_queues log = {0};

	watch_r->is_enforcing = conf->mode != CONF_MODE_MONITOR;
	watch_r->journal_free_bytes = free_bytes(conf->journal);
	watch_r->store_free_bytes =
	    file == NULL ? HEALTH_UNKNOWN : free_bytes(file);
	watch_r->journal_bytes = HEALTH_UNKNOWN;
	watch_r->log_bytes = HEALTH_UNKNOWN;
	watch_r->backup_sec = HEALTH_UNKNOWN;
	watch_r->program_count = 0;
	if (store == NULL)
		return;
	watch_r->journal_bytes = measure_journal(conf, store);
	measure_log(&log, conf, store);
	watch_r->log_bytes = log.log_bytes;
	if (file != NULL &&
	    admin_backup_sec(store, &watch_r->backup_sec, NULL) != SG_OK)
		watch_r->backup_sec = HEALTH_UNKNOWN;
	(void)store_heartbeat_list(
	    store, HEALTH_PROGRAMS_MAX, add_program, watch_r, NULL);
}
