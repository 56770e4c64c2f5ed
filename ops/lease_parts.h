/* What the files of lease.h share: accounts in memory, and what the keeper is asked
 * for. For ops/lease*.c and their tests alone.
 *
 * lease.c spends, under the lock of the account's shard. lease_keeper.c is the
 * thread: only it makes and frees leases and accounts, and speaks with the store,
 * holding no lock meanwhile. lease_turn.c and lease_take.c are its transaction. */
#ifndef SENDWARD_OPS_LEASE_PARTS_H
#define SENDWARD_OPS_LEASE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/lease.h"
#include "ops/lease_map.h"
#include "rules/lease.h"

struct store;

#define LEASE_USEC INT64_C(1000000)

/* Tests shorten them. */
struct lease_times {
	int64_t valid_usec;  /* a lease from the asking on; < 60 s */
	int64_t idle_usec;   /* unspent for so long: given back */
	int64_t report_usec; /* spent is told, recalls are looked for */
	int64_t sweep_usec;  /* ends and idleness are looked for */
	int64_t again_usec;  /* while others are asked to give back */
	int64_t full_usec;   /* an account that was full is asked for again */
	int64_t renew_usec;  /* the holder's row */
	int64_t hang_usec;   /* the store does not answer: it cannot be asked */
};
extern const struct lease_times lease_times_usual;
/* As leases_open. */
enum sg_err lease_open_with(const struct conf *conf, const char *name,
    const struct lease_times *times, struct leases **leases_r,
    struct err *err_r);

/* A row of the store: a part of the quota in one bucket. */
struct lease_part {
	struct lease_part *next; /* of a later bucket */
	int64_t bucket_sec, serial;
	int64_t granted, spent;
	int64_t over;       /* of what is unspent: granted beyond the limits */
	int64_t size;       /* of the last take */
	int64_t until_usec; /* clock_boot_usec */
	int64_t reported;
	struct lease_record *record;
	bool is_closed; /* spent no more: to be given back */
};

/* Slots that follow each other. */
struct lease_run {
	int64_t from_usec; /* the first may be used from then on */
	int64_t to_usec;   /* until then */
	int64_t count;
};
#define LEASE_RUNS 4

struct lease_account {
	struct lease_account *next;         /* of its root */
	struct lease_account *queued_next;  /* of its shard */
	struct lease_account *dirty_next;   /* of its shard */
	struct lease_account *waiting_next; /* the keeper's: others are asked */
	bool is_queued, is_dirty, is_waiting;
	int64_t id;
	/* limits of the last order */
	int64_t daily_quota;
	double rate;
	struct lease_pace pace;
	struct lease_part *parts; /* oldest bucket first */
	struct lease_run runs[LEASE_RUNS];
	/* what is spent here */
	int64_t counted_usec, counted, lately;
	int64_t seen_usec; /* an order */
	/* what waiters want, since answers were told last */
	uint64_t epoch;
	int64_t asked, least, asked_over;
	int64_t pacing_usec; /* the longest */
	/* what the store said */
	int64_t used;                 /* -1 not known */
	int64_t others;               /* holders */
	int64_t expired_sec;          /* buckets up to it were taken off */
	int64_t full, full_usec;      /* so many were too many, until */
	int64_t fine, fine_usec;      /* so many were not */
	int64_t slot_usec, rate_usec; /* no slot before; is so until */
	int64_t recalled_usec;        /* others are asked since; 0 no */
	int64_t frugal_usec;          /* nothing is taken ahead until */
	int64_t gone_usec;            /* there is no such account, until */
};

#define LEASE_ROOTS (1 << 16)
#define LEASE_SHARDS 64
struct lease_shard {
	pthread_mutex_t lock;
	struct lease_account *queued, *dirty;
	char apart[64]; /* from the next one's cache line */
};

/* What was spent of leases that are not here any more. */
struct lease_back {
	int64_t account_id, bucket_sec, recipients;
};
#define LEASE_BACKS_MAX 65536

struct leases {
	struct lease_times times;
	char *url;
	char host[65];
	char name[33];
	/* the most that were ever ordered: beyond what they allow, a rate's state
	 * is a clock's mistake */
	_Atomic int64_t max_recipients, pacing_usec;
	struct lease_map *map;
	int fd;
	pthread_t thread;
	bool has_thread;

	struct lease_account **roots;
	struct lease_shard shards[LEASE_SHARDS];

	_Atomic uint64_t epoch; /* answers told */
	_Atomic bool is_down;   /* the store cannot be asked */
	_Atomic bool is_ending;
	_Atomic bool has_work;
	_Atomic bool has_haste;    /* somebody waits for it */
	_Atomic int64_t busy_usec; /* the store is asked since; 0 no */

	pthread_mutex_t
	    lock; /* guards what is below; no other is taken under it */
	pthread_cond_t wake, told;
	struct lease_back *backs;
	size_t back_count, back_size;
	bool is_over; /* the thread has ended */

	/* the keeper's own */
	struct store *store; /* NULL: to be opened */
	int64_t holder_id, mark, serial;
	int64_t parts;   /* of all accounts */
	int64_t holders; /* that live */
	struct lease_account *waiting;
	bool is_unsure;      /* a commit may have been one */
	int careful;         /* turns of one account each */
	int64_t offset_usec; /* of clock_boot_usec to the store's clock */
	bool has_offset;
	int64_t need_usec; /* how long an answer takes at present */
	int64_t reopen_usec, reopen_wait_usec;
	int64_t busy_since_usec; /* SG_BUSY without end; 0 no */
	bool is_said;            /* that it fails */
	int64_t report_usec, sweep_usec, renew_usec, purge_usec; /* next */
	size_t report_shard; /* whose dirty accounts are told first */
};

/* ---- lease.c: with the shard's lock held ------------------------------------- */
struct lease_shard *lease_shard_of(struct leases *l, int64_t account_id);
struct lease_account **lease_root_of(struct leases *l, int64_t account_id);
/* For the keeper's next turn. */
void lease_enqueue(
    struct leases *l, struct lease_shard *shard, struct lease_account *a);
/* Nothing is spent of its leases any more. True: there was one. */
bool lease_close_parts(struct lease_account *a);
int64_t lease_unspent(const struct lease_account *a, int64_t now_usec);
int64_t lease_slots_held(struct lease_account *a, int64_t now_usec);
/* Without a lock: */
void lease_back_add(struct leases *l, const struct lease_back *back);
void lease_wake(struct leases *l);
/* Nobody waits: the keeper lets some more come together. */
void lease_wake_soon(struct leases *l);

/* ---- lease_keeper.c ------------------------------------------------------------ */
void *lease_keeper_main(void *leases);
/* Waiters try again. */
void lease_tell(struct leases *l);
/* Every account's leases, at the end or when the store's clock was set. */
void lease_close_all(struct leases *l);

/* ---- lease_turn.c -------------------------------------------------------------- */
/* One transaction for what is queued. *more_r: there is more. SG_BUSY: to be tried
 * again; other errors: it cannot be asked. */
enum sg_err lease_turn(struct leases *l, bool *more_r, struct err *err_r);

/* ---- lease_report.c ------------------------------------------------------------ */
/* What dirty accounts spent. */
enum sg_err lease_report(struct leases *l, struct err *err_r);
/* What lies in `backs`. */
enum sg_err lease_give_back_rest(struct leases *l, struct err *err_r);

/* ---- lease_holder.c ------------------------------------------------------------ */
/* Gives back what the one before left, and makes this process's row. */
enum sg_err lease_holder_begin(struct leases *l, struct err *err_r);
/* Says that this one lives; makes a new row when it was purged. */
enum sg_err lease_holder_renew(
    struct leases *l, int64_t now_usec, struct err *err_r);
/* What holders left that are gone for long, when its time is over. */
enum sg_err lease_holder_purge(
    struct leases *l, int64_t now_usec, struct err *err_r);
enum sg_err lease_holder_end(struct leases *l, struct err *err_r);
/* After a commit that may have been one: leases that memory does not know go back,
 * those that are larger than known are. */
enum sg_err lease_holder_compare(struct leases *l, struct err *err_r);

#endif
