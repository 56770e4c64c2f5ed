/* Is it one domain that does not answer, or all name servers? Looks that found
 * nobody are held until that is known: counted against the first, they would
 * only be postponed for nothing. Pure: no DNS, no clock, no log. */
#ifndef SENDWARD_JOBS_BREAKER_H
#define SENDWARD_JOBS_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKER_DOUBT_LOOKS                                                    \
	5 /* unanswered in a row, before witnesses are asked */
#define BREAKER_PROBE_MSEC 3000 /* between two probes while nobody answers */

enum breaker_state {
	BREAKER_UP,
	BREAKER_DOUBT, /* witnesses are asked; no new looks meanwhile */
	BREAKER_DOWN,  /* nobody answers; probes only */
};

struct breaker {
	enum breaker_state state;
	int streak;         /* unanswered looks since the last answer */
	bool is_probing;    /* a probe is under way */
	int64_t probe_msec; /* when the next one may begin */
	/* The last answer came then; looks begun before it are not in doubt. */
	int64_t answered_msec;
};

/* Times are of clock_mono_msec(). */
void breaker_init(struct breaker *b);

/* The resolver is another one: a probe that was under way is none any more. */
void breaker_restart(struct breaker *b);

/* What follows from a look that is over, or from a probe. */
enum breaker_verdict {
	BREAKER_NOTHING,
	BREAKER_IS_ALIVE, /* somebody answers: what is held counts */
	BREAKER_IS_BACK,  /* the same, after BREAKER_IS_DOWN */
	BREAKER_IS_DOWN,  /* what is held is put aside, unapplied */
};

/* Somebody answered something. */
enum breaker_verdict breaker_answered(struct breaker *b, int64_t now_msec);

/* A look, begun at begun_msec, found nobody. True: it counts; false: hold it
 * (UP, DOUBT) or put it aside (DOWN). */
bool breaker_unanswered(
    struct breaker *b, int64_t begun_msec, int64_t now_msec);

/* May a new look begin? */
bool breaker_may_look(const struct breaker *b);

/* Is it time for a probe? If so the caller asks witnesses and says how it
 * ended: breaker_answered, or breaker_probe_failed. */
bool breaker_probe_begin(struct breaker *b, int64_t now_msec);
enum breaker_verdict breaker_probe_failed(struct breaker *b, int64_t now_msec);

/* Milliseconds until breaker_probe_begin says yes; -1: it will not by itself. */
int64_t breaker_wait_msec(const struct breaker *b, int64_t now_msec);

#endif
