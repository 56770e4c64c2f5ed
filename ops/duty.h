/* Duties: work that one sendward-jobd does for all hosts that share a store. The
 * store's row of a duty says who has it; who has it counts the row on again and again.
 * Whoever finds no row, or sees one stand still for DUTY_LASTS_MSEC, takes it, if it
 * is still as he saw it.
 *
 * What holds: a holder that cannot count on any more (cut off, stopped, hung) ends
 * before anybody else begins, whatever any wall clock does, the database's, too. It
 * ends DUTY_LASTS_MSEC - DUTY_GUARD_MSEC after the moment before it last did so; the
 * others wait from after they saw it; both by the machine's own clock that never steps
 * and goes on while it sleeps. What the holder has in hand at that moment may still be
 * finished: a step is short, and looks again before what must not be done twice. A
 * clean end leaves all; after a kill the next process on the same host takes them at
 * once. So `host` must not be that of two machines.
 *
 * duties_holds is for any thread; the others are for one. */
#ifndef SENDWARD_OPS_DUTY_H
#define SENDWARD_OPS_DUTY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct duties;
struct store;

enum duty {
	DUTY_LOOKS,    /* at identities in DNS */
	DUTY_ZONE,     /* updates of dkim.zone */
	DUTY_CALENDAR, /* key rotation, confirmation links */
	DUTY_LETTERS,
	DUTY_NOTIFY, /* subscribers are told */
	DUTY_FILES,  /* imports and exports */
	DUTY_REPUTATION,
	DUTY_RETENTION,
	DUTIES
};
const char *duty_name(enum duty duty);

#define DUTY_LASTS_MSEC 8000
#define DUTY_GUARD_MSEC 1000
#define DUTY_EVERY_MSEC 2000 /* it is kept */
#define DUTY_LOOK_MSEC 1000  /* whether one is free; also after a failure */

/* url: the option `store`; copied. NULL: no memory. */
struct duties *duties_new(const struct conf *conf, const char *url);
/* Takes and keeps what it can; returns the milliseconds until it shall be called
 * again. Says so in the log when a duty comes or goes (duty.taken, duty.lost). */
int64_t duties_turn(struct duties *duties);
/* Is it ours now? NULL: always. */
bool duties_holds(const struct duties *duties, enum duty duty);
/* At a clean end: leaves all; does not wait long for the store. */
void duties_end(struct duties *duties);
void duties_free(struct duties **duties);

/* Who has which, by name. Borrowed. */
struct duty_state {
	const char *name, *host;
	int64_t pid, since_sec;
	bool is_held; /* it was kept of late; else nobody does it */
};
typedef bool duty_state_fn(void *ctx, const struct duty_state *state);
enum sg_err duty_list(
    struct store *store, duty_state_fn *fn, void *ctx, struct err *err_r);

/* The option `host`, or the system's name. host_r: 256 bytes. */
void duty_host(const struct conf *conf, char host_r[256]);

#endif
