/* What the files of health.h share: the facts. For them and their test alone. */
#ifndef SENDWARD_OPS_HEALTH_PARTS_H
#define SENDWARD_OPS_HEALTH_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ops/health.h"
#include "store/observed.h"
#include "store/store.h"
#include "store/topics.h"

/* A question to somebody who listens. */
struct health_probe {
	char where[1024]; /* as the option says; "" nobody is asked */
	bool is_good;
	bool is_absent; /* there is nothing to connect to */
	char why[160];  /* it is not good */
	char answer[160];
	int64_t took_msec;
};

struct health_store {
	bool is_open, is_locked;
	char why[256]; /* it is neither open nor writable */
	char file[512];
	int schema;
	int64_t bytes, log_bytes, free_bytes;
};

struct health_dns {
	struct health_probe probe;
	char domain[256]; /* bounce_domain */
	bool has_mx;
	char mx[256]; /* the first; "" none */
};

struct health_queues {
	bool is_known;
	struct store_numbers numbers; /* due: since HEALTH_LATE_SEC */
	struct store_notification_numbers notifications;
	int64_t imports;
	int64_t journal_bytes, journal_free_bytes;
	bool follows_log;
	int64_t log_bytes; /* of the mail log, not yet read */
	int64_t log_sec;   /* when something was read last; 0 never */
	int64_t notices;
	char notice[200]; /* the first */
};

/* More rows are not looked at. */
#define HEALTH_BEATS_MAX 64
#define HEALTH_FRESH_SEC 30
#define HEALTH_LATE_SEC 300
struct health_facts {
	int64_t now_sec;
	const char *version; /* static; of whoever asks */
	bool is_monitor;
	bool is_counted_by_milter; /* milter.quota */
	struct health_probe milter, policy, feedback, mta;
	struct health_dns dns;
	struct health_store store;
	struct store_heartbeat beats[HEALTH_BEATS_MAX];
	size_t beat_count;
	struct health_queues queues;
};

/* Each fills probe->is_good and the rest; where is set before. deadline_msec: of
 * clock_mono_msec(). */
/* Connects, and no more: unix:PATH or inet:PORT@ADDRESS. */
void health_probe_connect(struct health_probe *probe, int64_t deadline_msec);
/* A question of the policy protocol about mail that is nobody's. */
void health_probe_policy(struct health_probe *probe, int64_t deadline_msec);
/* Reads the greeting of unix:PATH or smtp://HOST:PORT, and says QUIT. */
void health_probe_mta(struct health_probe *probe, int64_t deadline_msec);

#endif
