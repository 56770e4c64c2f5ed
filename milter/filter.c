/* What all sessions of the process share: see filter.h. */
#include "config.h"

#include "milter/filter.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "dkim/sign.h"
#include "milter/folder.h"
#include "milter/message.h"
#include "milter/operator.h"
#include "milter/quota.h"
#include "milter/seen.h"
#include "ops/brake_pool.h"
#include "ops/freshener.h"
#include "ops/heartbeat.h"
#include "ops/journal.h"
#include "ops/observer.h"
#include "ops/pool_route.h"
#include "ops/releaser.h"
#include "ops/return_mac.h"
#include "ops/signing_keys.h"
#include "ops/snapshot.h"

#define DRAIN_LOOK_MSEC 10
#define LOOK_AGAIN_MSEC 500
#define SAY_AGAIN_MSEC 60000

enum sg_err
filter_load(struct filter *f, const char *conf_path, struct err *err_r)
{
	enum sg_err rc;

	(void)pthread_mutex_init(&f->lock, NULL);
	rc = conf_load(conf_path, &f->conf, err_r);
	if (rc == SG_OK)
		rc = operator_new(f->conf, NULL, &f->operator, err_r);
	return rc;
}

static void
sync_journal(struct filter *f)
{
	journal_sync(
	    f->journal, f->conf->journal_sync == CONF_JOURNAL_SYNC_YES);
}

enum sg_err
filter_open(struct filter *f, struct err *err_r)
{
	const char *url = f->conf->store;
	enum sg_err rc;

	rc = seal_open(f->conf->master_key_file, &f->seal, err_r);
	if (rc == SG_OK)
		rc = return_mac_new(f->seal, &f->mac, err_r);
	if (rc == SG_OK)
		rc = dkim_sign_init(err_r);
	if (rc == SG_OK)
		rc = signing_keys_new(url, f->seal, &f->keys, err_r);
	if (rc == SG_OK)
		rc = snapshot_new(SNAPSHOT_ACCOUNTS | SNAPSHOT_IDENTITIES |
				      SNAPSHOT_SUPPRESSIONS | SNAPSHOT_SETS,
		    &f->snapshot, err_r);
	if (rc == SG_OK)
		rc = freshener_new(url, f->snapshot, &f->freshener, err_r);
	if (rc == SG_OK) {
		struct heartbeat *heartbeat = heartbeat_new(
		    "sendward-milter", url, f->conf->milter_socket);

		heartbeat_name_host(heartbeat, f->conf->host);
		freshener_set_heartbeat(f->freshener, heartbeat);
	}
	if (rc == SG_OK)
		rc = releaser_new(f->conf, &f->releaser, err_r);
	if (rc == SG_OK)
		rc = observer_new(url, &f->observer, err_r);
	if (rc == SG_OK)
		rc = brake_pool_new(url, &f->brakes, err_r);
	if (rc == SG_OK)
		rc = pool_route_new(f->conf, &f->route, err_r);
	if (rc == SG_OK)
		rc = folder_make(f->conf->journal, f->conf->user, err_r);
	if (rc == SG_OK)
		rc = journal_open(f->conf->journal, &f->journal, err_r);
	if (rc == SG_OK)
		sync_journal(f);
	return rc;
}

enum sg_err
filter_start(struct filter *f, struct err *err_r)
{
	enum sg_err rc = freshener_start(f->freshener, err_r);

	if (rc == SG_OK)
		rc = observer_start(f->observer, err_r);
	if (rc == SG_OK)
		rc = pool_route_start(f->route, err_r);
	if (rc == SG_OK && f->conf->milter_quota == CONF_MILTER_QUOTA_YES)
		rc = quota_open(f->conf, &f->quota, err_r);
	return rc;
}

void
filter_stop(struct filter *f)
{
	freshener_stop(f->freshener);
	observer_stop(f->observer);
	pool_route_stop(f->route);
	quota_stop(f->quota);
}

static enum sg_err
fixed(const char *option, struct err *err_r)
{
	return err_set(err_r, SG_INVALID,
	    "%s: it cannot be changed while sendward-milter runs; restart it",
	    option);
}

/* What was used at the start and is not looked at again. */
static enum sg_err
check_fixed(const struct conf *old, const struct conf *new, struct err *err_r)
{
	const struct {
		const char *name, *old, *new;
	} options[] = {
	    {"store", old->store, new->store},
	    {"master_key_file", old->master_key_file, new->master_key_file},
	    {"user", old->user, new->user},
	    {"journal", old->journal, new->journal},
	    {"policy.release_socket", old->policy_release_socket,
		new->policy_release_socket},
	    {"milter.socket", old->milter_socket, new->milter_socket},
	    {"milter.socket_mode", old->milter_socket_mode,
		new->milter_socket_mode},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(options[i].old, options[i].new) != 0)
			return fixed(options[i].name, err_r);
	}
	if (old->milter_timeout_sec != new->milter_timeout_sec)
		return fixed("milter.timeout_sec", err_r);
	if (old->milter_quota != new->milter_quota)
		return fixed("milter.quota", err_r);
	return SG_OK;
}

/* The operator's signature under the new configuration. */
static enum sg_err
renew_operator(struct filter *f, const struct conf *fresh,
    struct operator** operator_r, struct err *err_r)
{
	enum sg_err rc = operator_new(fresh, f->operator, operator_r, err_r);

	if (rc == SG_OK || f->operator== NULL)
		return rc;
	log_event(LOG_DKIM_KEY_EVENT, NULL, "operator", f->operator->domain,
	    "selector", f->operator->selector, "what",
	    "what was in force before signs on", "error", err_r->text, "code",
	    err_name(rc), NULL);
	*operator_r = operator_ref(f->operator);
	return SG_OK;
}

enum sg_err
filter_reload(struct filter *f, const char *conf_path, struct err *err_r)
{
	struct conf *fresh = NULL, *old = f->conf;
	struct operator* operator= NULL;
	enum sg_err rc = conf_load(conf_path, &fresh, err_r);

	if (rc == SG_OK)
		rc = check_fixed(old, fresh, err_r);
	if (rc == SG_OK)
		rc = renew_operator(f, fresh, &operator, err_r);
	if (rc == SG_OK) {
		struct operator* relieved = f->operator;

		(void)pthread_mutex_lock(&f->lock);
		f->conf = fresh;
		f->operator= operator;
		(void)pthread_mutex_unlock(&f->lock);
		fresh = old;
		operator_unref(&relieved);
		sync_journal(f);
	}
	conf_unref(&fresh);
	return rc;
}

/* Newer facts than those in the snapshot, when they are there soon. */
static bool
look_again(void *ctx)
{
	struct filter *f = ctx;

	return freshener_hurry(f->freshener, LOOK_AGAIN_MSEC);
}

static enum sg_err
ask_brakes(void *ctx, const struct conf *conf,
    const struct brake_message *message, struct rules_verdict *v,
    struct err *err_r)
{
	struct filter *f = ctx;

	return brake_pool_decide(f->brakes, conf, message, v, err_r);
}

void
filter_env_init(struct filter *f, struct message_env *env_r)
{
	(void)pthread_mutex_lock(&f->lock);
	env_r->admit.conf = conf_ref(f->conf);
	env_r->operator= operator_ref(f->operator);
	(void)pthread_mutex_unlock(&f->lock);
	env_r->admit.snapshot = f->snapshot;
	env_r->get_key = signing_keys_get;
	env_r->keys = f->keys;
	env_r->mac = return_mac_compute;
	env_r->mac_ctx = f->mac;
	env_r->look_again = look_again;
	env_r->look_ctx = f;
	env_r->brake = ask_brakes;
	env_r->brake_ctx = f;
	env_r->route = f->route;
	env_r->quota = f->quota;
}

void
filter_env_fini(struct message_env *env)
{
	struct conf *conf = (struct conf *)env->admit.conf;

	conf_unref(&conf);
	env->admit.conf = NULL;
	operator_unref(&env->operator);
}

bool
filter_is_fresh(struct filter *f)
{
	return snapshot_is_fresh(f->snapshot, clock_mono_msec());
}

/* The one thread that may say so now. */
static bool
may_say(struct filter *f)
{
	int64_t now_msec = clock_mono_msec();
	int64_t last = __atomic_load_n(&f->note_failed_msec, __ATOMIC_RELAXED);

	return (last == 0 || now_msec - last >= SAY_AGAIN_MSEC) &&
	       __atomic_compare_exchange_n(&f->note_failed_msec, &last,
		   now_msec, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* True: there was no error. */
static bool
say_unnoted(struct filter *f, const char *queue_id, enum sg_err rc,
    const struct err *err)
{
	if (rc != SG_OK && may_say(f))
		log_event(LOG_JOURNAL_FAILED_EVENT, queue_id, "error",
		    err->text, "code", err_name(err->code), NULL);
	return rc == SG_OK;
}

void
filter_note_refused(struct filter *f, const struct journal_entry *entry)
{
	struct err err = {0};

	(void)say_unnoted(
	    f, entry->queue_id, journal_append(f->journal, entry, &err), &err);
}

bool
filter_begin_note(struct filter *f, const struct journal_entry *entry,
    struct journal_ticket *ticket_r)
{
	struct err err = {0};

	return say_unnoted(f, entry->queue_id,
	    journal_begin(f->journal, entry, ticket_r, &err), &err);
}

bool
filter_end_note(struct filter *f, const char *queue_id,
    struct journal_ticket *ticket, bool leaves)
{
	struct err err = {0};

	return say_unnoted(f, queue_id,
		   journal_end(f->journal, ticket, leaves, &err), &err) &&
	       leaves;
}

void
filter_observe(struct filter *f, const struct message *m)
{
	struct observer_seen seen;
	struct mailbox box;

	if (seen_fill(m, &box, &seen))
		observer_add(f->observer, &seen, clock_now_sec());
}

void
filter_begin(struct filter *f)
{
	(void)__atomic_add_fetch(&f->in_hand, 1, __ATOMIC_RELAXED);
}

void
filter_end(struct filter *f)
{
	(void)__atomic_sub_fetch(&f->in_hand, 1, __ATOMIC_RELEASE);
}

bool
filter_is_ending(struct filter *f)
{
	return __atomic_load_n(&f->is_ending, __ATOMIC_RELAXED);
}

bool
filter_drain(struct filter *f, int64_t max_msec)
{
	const struct timespec look = {.tv_nsec = DRAIN_LOOK_MSEC * 1000000L};
	int64_t until = clock_mono_msec() + max_msec;
	bool is_empty;

	__atomic_store_n(&f->is_ending, true, __ATOMIC_RELAXED);
	for (;;) {
		is_empty = __atomic_load_n(&f->in_hand, __ATOMIC_ACQUIRE) == 0;
		if (is_empty || clock_mono_msec() >= until)
			return is_empty;
		(void)nanosleep(&look, NULL);
	}
}
