/* What all sessions of the process share: configuration, snapshot, keys, the
 * threads behind them. Does not know libmilter. */
#ifndef SENDWARD_MILTER_FILTER_H
#define SENDWARD_MILTER_FILTER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct brake_pool;
struct conf;
struct freshener;
struct journal;
struct journal_entry;
struct journal_ticket;
struct message;
struct message_env;
struct observer;
struct operator;
struct pool_route;
struct quota;
struct releaser;
struct return_mac;
struct seal;
struct signing_keys;
struct snapshot;

struct filter {
	pthread_mutex_t lock; /* guards conf and operator */
	struct conf *conf;
	struct operator* operator; /* signs too; NULL: none */
	struct seal *seal;
	struct return_mac *mac;
	struct signing_keys *keys;
	struct snapshot *snapshot;
	struct freshener *freshener;
	struct releaser *releaser;
	struct observer *observer;
	struct journal *journal;
	struct brake_pool *brakes;
	struct pool_route *route;
	struct quota *quota;      /* NULL: the policy server counts */
	int64_t note_failed_msec; /* when it was logged last; atomic */
	int in_hand;    /* messages between MAIL and their end; atomic */
	bool is_ending; /* no account's message is begun any more; atomic */
};

/* One thread, before all else; as root: the operator's key is read, too. There is no counterpart: libmilter's threads may
 * outlive its main function, so what they share stays until the process ends. */
enum sg_err filter_load(
    struct filter *f, const char *conf_path, struct err *err_r);

/* Keys, snapshot: as root, without threads. */
enum sg_err filter_open(struct filter *f, struct err *err_r);
/* The threads. */
enum sg_err filter_start(struct filter *f, struct err *err_r);
/* Ends them; what was to be given back is. Sessions may go on calling. */
void filter_stop(struct filter *f);

/* SIGHUP. An operator's key that cannot be read any more leaves the old signature
 * in force; if there was none, this is an error. SG_INVALID when the file is broken, or changes what is fixed while the
 * program runs. */
enum sg_err filter_reload(
    struct filter *f, const char *conf_path, struct err *err_r);

/* Any thread. The configuration is counted: filter_env_fini gives it back. */
void filter_env_init(struct filter *f, struct message_env *env_r);
void filter_env_fini(struct message_env *env);
bool filter_is_fresh(struct filter *f);
/* Any thread. A message in the journal (ops/journal.h). What cannot be noted is logged
 * once a minute at most. False: it must not leave. */
void filter_note_refused(struct filter *f, const struct journal_entry *entry);
bool filter_begin_note(struct filter *f, const struct journal_entry *entry,
    struct journal_ticket *ticket_r);
bool filter_end_note(struct filter *f, const char *queue_id,
    struct journal_ticket *ticket, bool leaves);

/* Any thread. In monitor mode, after message_end: counts who sent as whom. */
void filter_observe(struct filter *f, const struct message *m);

/* Messages in hand. */
void filter_begin(struct filter *f);
void filter_end(struct filter *f);
bool filter_is_ending(struct filter *f);
/* No more of them from now on; waits until none is in hand, at most for
 * max_msec. True: none is. */
bool filter_drain(struct filter *f, int64_t max_msec);

#endif
