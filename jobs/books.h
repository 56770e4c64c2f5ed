/* The books that are kept of mail: what the milter noted comes into the store, and
 * the MTA's log of deliveries; reputation is judged as time passes; what is too old
 * goes. Each has its patience for itself: a log that cannot be read keeps no journal
 * from being read. The work is in ops/; here it is only begun in time.
 *
 * Journal and mail log are this host's; reputation and retention are one host's for
 * all (ops/duty.h).
 *
 * Thread rule: one thread. */
#ifndef SENDWARD_JOBS_BOOKS_H
#define SENDWARD_JOBS_BOOKS_H

#include <stdbool.h>
#include <stdint.h>
#include "jobs/line.h"

struct conf;
struct duties;
struct ingest_memory;
struct worker;

#define BOOKS_JOURNAL_MSEC 250
#define BOOKS_LOG_MSEC 500
#define BOOKS_REPUTATION_SEC 60
#define BOOKS_RETENTION_SEC 600
/* Rows of one transaction, and the pause after it: who counts mail waits for the
 * store meanwhile. */
#define BOOKS_PURGE_ROWS 100
#define BOOKS_SETTLE_ROWS 2000 /* looked at, of which few are written */
#define BOOKS_PURGE_MSEC 20

struct books {
	const struct duties *duties; /* borrowed; NULL: all are ours */
	struct ingest_memory *memory;
	struct line journal, log, reputation, retention;
	int64_t journal_msec, log_msec; /* not before */
	int64_t reputation_sec;         /* when it was done */
	int64_t retention_sec;
	int64_t purge_msec;
	int step; /* of retention; 0: not begun */
};

/* url is borrowed. */
void books_init(struct books *books, const char *url);
void books_fini(struct books *books);

/* Does what is due; returns the milliseconds until something is. now_msec:
 * clock_mono_msec(). */
int64_t books_turn(struct books *books, const struct conf *conf,
    struct worker *worker, int64_t now_sec, int64_t now_msec);

#endif
