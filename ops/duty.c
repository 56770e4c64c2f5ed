/* Taking and keeping duties: see duty.h. Does none of them. */
#include "config.h"

#include "ops/duty.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "store/duties.h"
#include "store/leases.h"

#define BUSY_MSEC 1000

struct duties {
	char *url;
	struct store *store; /* NULL: to be opened */
	struct store_duty self;
	bool was_held[DUTIES]; /* as the log says */
	/* another one's row, and since when it stands so by clock_boot_usec() */
	struct {
		int64_t mark, kept, since_usec;
	} seen[DUTIES];
	/* clock_boot_usec(): ours before it */
	_Atomic int64_t until_usec[DUTIES];
};

const char *
duty_name(enum duty duty)
{
	static const char *const names[DUTIES] = {"looks", "zone", "calendar",
	    "letters", "notify", "files", "reputation", "retention"};

	return names[duty];
}

void
duty_host(const struct conf *conf, char host_r[256])
{
	host_r[0] = '\0';
	if (conf->host != NULL && conf->host[0] != '\0')
		(void)snprintf(host_r, 256, "%s", conf->host);
	else if (gethostname(host_r, 255) != 0 || host_r[0] == '\0')
		(void)snprintf(host_r, 256, "localhost");
	host_r[255] = '\0';
}

struct duties *
duties_new(const struct conf *conf, const char *url)
{
	struct duties *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->url = strdup(url);
	if (d->url == NULL || RAND_bytes((unsigned char *)&d->self.mark,
				  sizeof(d->self.mark)) != 1) {
		duties_free(&d);
		return NULL;
	}
	d->self.mark = (d->self.mark & INT64_MAX) | 1;
	duty_host(conf, d->self.host);
	(void)clock_boot_id(d->self.boot);
	return d;
}

void
duties_free(struct duties **duties)
{
	struct duties *d = *duties;

	*duties = NULL;
	if (d == NULL)
		return;
	store_close(&d->store);
	free(d->url);
	free(d);
}

bool
duties_holds(const struct duties *d, enum duty duty)
{
	return d == NULL ||
	       atomic_load(&d->until_usec[duty]) > clock_boot_usec();
}

/* ---- what the store says ---------------------------------------------------------- */

struct found {
	struct store_duty rows[DUTIES]; /* name "": nobody's */
};

static bool
note_row(void *ctx, const struct store_duty *row)
{
	struct found *found = ctx;

	for (int i = 0; i < DUTIES; i++)
		if (strcmp(row->name, duty_name((enum duty)i)) == 0)
			found->rows[i] = *row;
	return true;
}

/* Does the holder run no more, as far as this host can know? In a container each
 * has the same number. */
static bool
is_gone(const struct duties *d, const struct store_duty *row)
{
	if (row->name[0] == '\0' || d->self.boot[0] == '\0' ||
	    strcmp(row->host, d->self.host) != 0 ||
	    strcmp(row->boot, d->self.boot) != 0)
		return false;
	return row->pid == d->self.pid || row->pid <= 0 ||
	       (kill((pid_t)row->pid, 0) != 0 && errno == ESRCH);
}

/* Has the row stood still for long, from after it was first seen so? */
static bool
stands_still(struct duties *d, int duty, const struct store_duty *row,
    int64_t begin_usec)
{
	if (d->seen[duty].mark != row->mark ||
	    d->seen[duty].kept != row->kept) {
		d->seen[duty].mark = row->mark;
		d->seen[duty].kept = row->kept;
		d->seen[duty].since_usec = clock_boot_usec();
		return false;
	}
	return begin_usec - d->seen[duty].since_usec >=
	       DUTY_LASTS_MSEC * INT64_C(1000);
}

static bool
may_take(struct duties *d, int duty, const struct store_duty *row,
    int64_t begin_usec)
{
	return row->name[0] == '\0' || row->mark == d->self.mark ||
	       is_gone(d, row) || stands_still(d, duty, row, begin_usec);
}

/* Within a transaction. */
static enum sg_err
take_all(struct duties *d, int64_t begin_usec, bool held_r[DUTIES],
    struct err *err_r)
{
	struct found *found = calloc(1, sizeof(*found));
	int64_t now_usec = 0;
	enum sg_err rc;

	if (found == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for duties");
	rc = store_clock(d->store, &now_usec, err_r);
	if (rc == SG_OK)
		rc = store_duty_list(d->store, note_row, found, err_r);
	for (int i = 0; i < DUTIES && rc == SG_OK; i++) {
		const struct store_duty *row = &found->rows[i];
		struct store_duty own = d->self;

		held_r[i] = false;
		if (!may_take(d, i, row, begin_usec))
			continue;
		(void)snprintf(
		    own.name, sizeof(own.name), "%s", duty_name((enum duty)i));
		own.kept_usec = now_usec;
		rc = store_duty_take(d->store, &own,
		    row->name[0] != '\0' ? row : NULL, &held_r[i], err_r);
	}
	free(found);
	return rc;
}

static enum sg_err
open_store(struct duties *d, struct err *err_r)
{
	bool changed;

	if (d->store != NULL &&
	    store_maybe_changed(d->store, &changed, NULL) == SG_OK)
		return SG_OK;
	store_close(&d->store); /* its file is another one now */
	return store_open(
	    d->url, STORE_OPEN_COUNT, BUSY_MSEC, &d->store, err_r);
}

static void
say(struct duties *d, enum duty duty, bool is_held, const char *why)
{
	if (d->was_held[duty] == is_held)
		return;
	d->was_held[duty] = is_held;
	if (is_held)
		log_event(LOG_DUTY_TAKEN_EVENT, NULL, "duty", duty_name(duty),
		    "host", d->self.host, NULL);
	else
		log_event(LOG_DUTY_LOST_EVENT, NULL, "duty", duty_name(duty),
		    "host", d->self.host, "error", why, NULL);
}

int64_t
duties_turn(struct duties *d)
{
	int64_t begin_usec = clock_boot_usec();
	bool held[DUTIES] = {false}, holds_all = true;
	struct err err = {0};
	enum sg_err rc;

	if (d->self.pid == 0)
		d->self.pid = (int64_t)getpid();
	rc = open_store(d, &err);
	if (rc == SG_OK) {
		rc = store_begin(d->store, &err);
		if (rc == SG_OK)
			rc = store_finish(d->store,
			    take_all(d, begin_usec, held, &err), &err);
	}
	if (rc != SG_OK && rc != SG_BUSY)
		store_close(&d->store);
	for (int i = 0; i < DUTIES; i++) {
		if (rc == SG_OK)
			atomic_store(&d->until_usec[i],
			    held[i] ? begin_usec +
					  (DUTY_LASTS_MSEC - DUTY_GUARD_MSEC) *
					      INT64_C(1000)
				    : 0);
		say(d, (enum duty)i, duties_holds(d, (enum duty)i),
		    rc == SG_OK ? NULL : err.text);
		holds_all = holds_all && held[i];
	}
	return holds_all ? DUTY_EVERY_MSEC : DUTY_LOOK_MSEC;
}

void
duties_end(struct duties *d)
{
	if (d == NULL)
		return;
	for (int i = 0; i < DUTIES; i++)
		atomic_store(&d->until_usec[i], 0);
	if (d->self.pid == 0 || open_store(d, NULL) != SG_OK)
		return;
	if (store_begin(d->store, NULL) != SG_OK)
		return; /* they end by themselves */
	for (int i = 0; i < DUTIES; i++)
		(void)store_duty_leave(
		    d->store, duty_name((enum duty)i), d->self.mark, NULL);
	(void)store_commit(d->store, NULL);
	store_close(&d->store);
}

/* ---- for people ------------------------------------------------------------------ */

struct listing {
	duty_state_fn *fn;
	void *ctx;
	int64_t now_usec; /* the database's */
};

static bool
list_row(void *ctx, const struct store_duty *row)
{
	const struct listing *listing = ctx;
	const struct duty_state state = {
	    .name = row->name,
	    .host = row->host,
	    .pid = row->pid,
	    .since_sec = row->taken_usec / 1000000,
	    .is_held = row->kept_usec >
		       listing->now_usec - DUTY_LASTS_MSEC * INT64_C(1000),
	};

	return listing->fn(listing->ctx, &state);
}

enum sg_err
duty_list(struct store *store, duty_state_fn *fn, void *ctx, struct err *err_r)
{
	struct listing listing = {.fn = fn, .ctx = ctx};
	enum sg_err rc = store_clock(store, &listing.now_usec, err_r);

	return rc == SG_OK ? store_duty_list(store, list_row, &listing, err_r)
			   : rc;
}
