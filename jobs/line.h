/* What each line of work has for itself: a store handle, and what it does when
 * something fails: says so once, waits a growing while, tries again, for ever.
 * Does no work.
 *
 * Thread rule: a line belongs to one thread. */
#ifndef SENDWARD_JOBS_LINE_H
#define SENDWARD_JOBS_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

/* How long a locked store is waited for: short, so that an end is not late. */
#define LINE_BUSY_MSEC 1000
#define LINE_PAUSE_MOST_MSEC 60000

struct line {
	const char *name; /* for the log: "looks", "zone", "letters" */
	const char *url;  /* borrowed */
	enum store_open_mode mode;
	struct store *store; /* NULL: to be opened */
	bool is_said;        /* that it fails */
	int failures;        /* in a row */
	int64_t resume_msec; /* clock_mono_msec(): nothing before; 0 */
};

void line_init(struct line *line, const char *name, const char *url,
    enum store_open_mode mode);
/* Closes the handle. */
void line_fini(struct line *line);

/* Opens the store unless it is open; anew when its file was replaced. */
enum sg_err line_open(struct line *line, struct err *err_r);

/* How a turn ended. A failure is logged once (jobs.failed), puts resume_msec off
 * by 1, 2, 4 … 60 seconds and, unless SG_BUSY, closes the handle; the first good
 * end after it is logged, too (jobs.back). */
void line_report(struct line *line, enum sg_err code, const struct err *err,
    int64_t now_msec);

/* Milliseconds that the line must still wait; 0 none. */
int64_t line_wait_msec(const struct line *line, int64_t now_msec);

/* 1000, 2000, 4000 … at most `most`, for the failures so far (1…). */
int64_t line_pause_msec(int failures, int64_t most);

#endif
