/* Looks at identities in DNS when they are due: see looks.h. */
#include "config.h"

#include "jobs/looks.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "jobs/breaker.h"
#include "jobs/line.h"
#include "jobs/probe.h"
#include "ops/check.h"
#include "ops/schedule.h"

/* So many at least are not in flight when the list is full of those that are. */
#define DUE_MAX (2 * JOBS_LOOKS_MAX)
#define TURN_MOST 16 /* begun, and written, in one turn */
#define IDLE_MSEC 1000
#define POSTPONE_SEC 600 /* an identity that cannot be looked at */
#define PROBE_DUE 3      /* of those that are due, asked in a probe */

enum look_state {
	LOOK_FREE,
	LOOK_ASKING,
	LOOK_OVER,  /* the last answer is there */
	LOOK_HELD,  /* nobody answered: is it the domain, or all? */
	LOOK_COUNTS /* it is the domain */
};

struct look;
struct look_question {
	struct look *look;
	size_t index;
};
struct look {
	struct looks *looks;
	enum look_state state;
	int64_t identity_id;
	int64_t begun_msec;
	struct check *check;
	struct look_question *questions;
	size_t waiting; /* answers to come */
};

struct looks {
	struct line line;
	const struct conf *conf;
	looks_ask_fn *ask;
	void *asker;
	struct breaker breaker;
	struct probe probe;
	struct look slots[JOBS_LOOKS_MAX];
	size_t states[LOOK_COUNTS + 1]; /* how many slots are in each */
	size_t questions;               /* not yet answered */
	/* Those that were due when it was asked last. */
	int64_t due[DUE_MAX];
	size_t due_count, due_next, due_rows;
	int64_t due_msec;
	bool cannot_write; /* that is why the line waits */
	unsigned probes;
};

enum sg_err
looks_new(const char *url, struct looks **looks_r, struct err *err_r)
{
	struct looks *looks = calloc(1, sizeof(*looks));

	*looks_r = looks;
	if (looks == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	/* A look that a power cut takes back is due still. */
	line_init(&looks->line, "looks", url, STORE_OPEN_COUNT);
	breaker_init(&looks->breaker);
	for (size_t i = 0; i < JOBS_LOOKS_MAX; i++)
		looks->slots[i].looks = looks;
	looks->states[LOOK_FREE] = JOBS_LOOKS_MAX;
	looks->due_msec = INT64_MIN / 2;
	return SG_OK;
}

static void
set_state(struct look *look, enum look_state state)
{
	look->looks->states[look->state]--;
	look->state = state;
	look->looks->states[state]++;
}

static void
look_drop(struct look *look)
{
	check_free(&look->check);
	free(look->questions);
	look->questions = NULL;
	look->waiting = 0;
	set_state(look, LOOK_FREE);
}

static void
drop_all(struct looks *looks, enum look_state state)
{
	for (size_t i = 0; i < JOBS_LOOKS_MAX; i++) {
		if (looks->slots[i].state == state)
			look_drop(&looks->slots[i]);
	}
}

void
looks_free(struct looks **looks)
{
	if (*looks == NULL)
		return;
	for (int state = LOOK_ASKING; state <= LOOK_COUNTS; state++)
		drop_all(*looks, (enum look_state)state);
	line_fini(&(*looks)->line);
	free(*looks);
	*looks = NULL;
}

void
looks_use(struct looks *looks, const struct conf *conf, looks_ask_fn *ask,
    void *asker)
{
	drop_all(looks, LOOK_ASKING);
	looks->questions = 0;
	looks->due_msec = INT64_MIN / 2; /* what was dropped is due still */
	probe_reset(&looks->probe);
	breaker_restart(&looks->breaker);
	looks->conf = conf;
	looks->ask = ask;
	looks->asker = asker;
}

size_t
looks_count(const struct looks *looks)
{
	return JOBS_LOOKS_MAX - looks->states[LOOK_FREE];
}

/* ---- failures ------------------------------------------------------------- */

static void
log_failed(int64_t identity_id, enum sg_err code, const struct err *err)
{
	char id[24];

	(void)snprintf(id, sizeof(id), "%" PRId64, identity_id);
	log_event(LOG_JOBS_FAILED_EVENT, NULL, "task", "look", "identity", id,
	    "error", err->text, "code", err_name(code), NULL);
}

/* Is it this identity's trouble alone? Then it can be put off, and others go on.
 * Not put off it would come back at once, so all wait. */
static void
look_failed(struct looks *looks, int64_t identity_id, enum sg_err code,
    const struct err *err, int64_t now_sec, int64_t now_msec)
{
	enum sg_err rc = code;

	if (code == SG_MISSING) /* deleted meanwhile */
		return;
	if (code != SG_BUSY && looks->line.store != NULL)
		rc = schedule_postpone(looks->line.store, identity_id, now_sec,
		    now_sec + POSTPONE_SEC, NULL);
	if (rc == SG_OK) {
		log_failed(identity_id, code, err);
		return;
	}
	looks->cannot_write = true;
	line_report(&looks->line, code, err, now_msec);
}

static bool
is_waiting(const struct looks *looks, int64_t now_msec)
{
	return line_wait_msec(&looks->line, now_msec) > 0;
}

/* ---- answers -------------------------------------------------------------- */

/* The looks that are held: they count, or are put aside. */
static void
follow(struct looks *looks, enum breaker_verdict verdict)
{
	char held[24];

	if (verdict == BREAKER_IS_BACK)
		log_event(LOG_DNS_BACK_EVENT, NULL, NULL);
	if (verdict == BREAKER_IS_DOWN) {
		(void)snprintf(
		    held, sizeof(held), "%zu", looks->states[LOOK_HELD]);
		log_event(LOG_DNS_DOWN_EVENT, NULL, "servers",
		    looks->conf->dns_servers, "looks", held, NULL);
		drop_all(looks, LOOK_HELD);
	} else if (verdict != BREAKER_NOTHING && looks->states[LOOK_HELD] > 0) {
		for (size_t i = 0; i < JOBS_LOOKS_MAX; i++) {
			if (looks->slots[i].state == LOOK_HELD)
				set_state(&looks->slots[i], LOOK_COUNTS);
		}
	}
}

static void on_answer(void *ctx, const struct dns_answer *answer);

/* One that cannot be asked has its answer at once. */
static void
ask_one(struct look *look, const struct check_question *question, size_t index)
{
	struct looks *looks = look->looks;
	struct dns_answer none = {.outcome = DNS_FAILED};
	struct err err = {0};

	look->questions[index].look = look;
	look->questions[index].index = index;
	if (looks->ask(looks->asker, question->name, question->type, on_answer,
		&look->questions[index], &err) == SG_OK) {
		looks->questions++;
		look->waiting++;
		return;
	}
	(void)snprintf(none.why, sizeof(none.why), "%.100s", err.text);
	check_answer(look->check, index, &none);
}

/* The first question goes ahead: when nobody answers it, nobody answers the
 * others of that domain either, and they would keep many places of those whose
 * servers work. What is not asked counts as not answered. Names without a label
 * such as _domainkey may be in another zone (MAIL FROM). */
static void
ask_others(struct look *look, bool is_silent)
{
	const struct check_question *questions;
	size_t count = check_questions(look->check, &questions);

	if (strchr(questions[0].name, '_') == NULL)
		is_silent = false;
	for (size_t i = 1; i < count; i++) {
		if (!is_silent || strchr(questions[i].name, '_') == NULL)
			ask_one(look, &questions[i], i);
	}
}

static void
on_answer(void *ctx, const struct dns_answer *answer)
{
	struct look_question *question = ctx;
	struct look *look = question->look;
	const struct check_question *questions;

	look->looks->questions--;
	look->waiting--;
	check_answer(look->check, question->index, answer);
	(void)check_questions(look->check, &questions);
	if (probe_is_answer(answer))
		probe_note(&look->looks->probe, questions[question->index].name,
		    questions[question->index].type);
	if (question->index == 0)
		ask_others(look, answer->outcome == DNS_TIMED_OUT);
	if (look->waiting == 0)
		set_state(look, LOOK_OVER);
}

/* Its last answer is there. Does it count? If not it is held, or gone. */
static bool
does_count(struct look *look, int64_t now_msec)
{
	struct looks *looks = look->looks;
	const struct check_question *questions;

	if (look->state == LOOK_COUNTS ||
	    check_questions(look->check, &questions) == 0)
		return true;
	if (!check_is_unanswered(look->check)) {
		follow(looks, breaker_answered(&looks->breaker, now_msec));
		return true;
	}
	if (breaker_unanswered(&looks->breaker, look->begun_msec, now_msec))
		return true;
	if (looks->breaker.state == BREAKER_DOWN)
		look_drop(look);
	else
		set_state(look, LOOK_HELD);
	return false;
}

static void
look_apply(struct look *look, int64_t now_sec, int64_t now_msec)
{
	struct looks *looks = look->looks;
	struct err err = {0};
	enum sg_err rc = line_open(&looks->line, &err);

	if (rc == SG_OK)
		rc = check_apply(
		    look->check, looks->line.store, false, now_sec, &err);
	if (rc == SG_OK) {
		looks->cannot_write = false;
		line_report(&looks->line, SG_OK, NULL, now_msec);
	} else {
		look_failed(
		    looks, look->identity_id, rc, &err, now_sec, now_msec);
	}
	/* What could not be written is due still. */
	look_drop(look);
}

static void
settle(struct looks *looks, int64_t now_sec, int64_t now_msec)
{
	int done = 0;

	for (size_t i = 0; i < JOBS_LOOKS_MAX && done < TURN_MOST &&
			   !is_waiting(looks, now_msec);
	     i++) {
		struct look *look = &looks->slots[i];

		if (look->state != LOOK_OVER && look->state != LOOK_COUNTS)
			continue;
		if (!does_count(look, now_msec))
			continue;
		look_apply(look, now_sec, now_msec);
		done++;
	}
}

/* ---- what is due ---------------------------------------------------------- */

static bool
is_in_flight(const struct looks *looks, int64_t identity_id)
{
	for (size_t i = 0; i < JOBS_LOOKS_MAX; i++) {
		if (looks->slots[i].state != LOOK_FREE &&
		    looks->slots[i].identity_id == identity_id)
			return true;
	}
	return false;
}

static bool
on_due(void *ctx, int64_t identity_id, int64_t due_sec)
{
	struct looks *looks = ctx;

	(void)due_sec;
	looks->due_rows++;
	if (!is_in_flight(looks, identity_id))
		looks->due[looks->due_count++] = identity_id;
	return looks->due_rows < DUE_MAX;
}

/* Is there more than the list held? */
static bool
is_list_cut(const struct looks *looks)
{
	return looks->due_rows >= DUE_MAX;
}

/* The next list, when the last one is used up: at once when there is more, else
 * every second. */
static void
refill(struct looks *looks, int64_t now_sec, int64_t now_msec)
{
	struct err err = {0};
	enum sg_err rc;

	if (looks->due_next < looks->due_count ||
	    (!is_list_cut(looks) && now_msec - looks->due_msec < IDLE_MSEC))
		return;
	looks->due_count = looks->due_next = looks->due_rows = 0;
	looks->due_msec = now_msec;
	rc = line_open(&looks->line, &err);
	if (rc == SG_OK)
		rc = store_verification_due(
		    looks->line.store, now_sec, DUE_MAX, on_due, looks, &err);
	if (rc != SG_OK)
		looks->due_count = looks->due_rows = 0;
	if (rc != SG_OK || !looks->cannot_write)
		line_report(&looks->line, rc, &err, now_msec);
}

static struct look *
free_slot(struct looks *looks)
{
	for (size_t i = 0; i < JOBS_LOOKS_MAX; i++) {
		if (looks->slots[i].state == LOOK_FREE)
			return &looks->slots[i];
	}
	return NULL;
}

static enum sg_err
begin(struct looks *looks, int64_t identity_id, int64_t now_msec,
    struct err *err_r)
{
	struct look *look = free_slot(looks);
	const struct check_question *questions;
	size_t count;
	enum sg_err rc = check_new(looks->line.store, looks->conf, identity_id,
	    false, &look->check, err_r);

	if (rc != SG_OK)
		return rc;
	count = check_questions(look->check, &questions);
	look->questions = calloc(count + 1, sizeof(*look->questions));
	if (look->questions == NULL) {
		check_free(&look->check);
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	look->identity_id = identity_id;
	look->begun_msec = now_msec;
	set_state(look, LOOK_ASKING);
	if (count > 0)
		ask_one(look, &questions[0], 0);
	if (look->waiting == 0 && count > 1)
		ask_others(look, false);
	if (look->waiting == 0)
		set_state(look, LOOK_OVER);
	return SG_OK;
}

static bool
has_room(const struct looks *looks)
{
	return looks->states[LOOK_FREE] > 0 &&
	       looks->questions < JOBS_QUESTIONS_MAX &&
	       breaker_may_look(&looks->breaker);
}

static void
begin_some(struct looks *looks, int64_t now_sec, int64_t now_msec)
{
	int begun = 0;

	while (begun < TURN_MOST && has_room(looks) &&
	       !is_waiting(looks, now_msec)) {
		struct err err = {0};
		enum sg_err rc;
		int64_t id;

		refill(looks, now_sec, now_msec);
		if (looks->due_next >= looks->due_count)
			return;
		id = looks->due[looks->due_next++];
		begun++;
		rc = begin(looks, id, now_msec, &err);
		if (rc != SG_OK)
			look_failed(looks, id, rc, &err, now_sec, now_msec);
	}
}

/* Nothing else is under way that could tell whether the servers are up: what is
 * held counts, before it waits for ever. */
static void
release_alone(struct looks *looks)
{
	if (looks->breaker.state == BREAKER_UP &&
	    looks->states[LOOK_ASKING] == 0 && looks->states[LOOK_OVER] == 0 &&
	    looks->due_next >= looks->due_count)
		follow(looks, BREAKER_IS_ALIVE);
}

/* ---- probes --------------------------------------------------------------- */

/* Some of those that are due, other ones each time. */
static void
probe_due(struct looks *looks)
{
	const struct check_question *questions;

	for (unsigned i = 0; i < PROBE_DUE && looks->due_count > 0; i++) {
		int64_t id = looks->due[looks->probes++ % looks->due_count];
		struct check *check = NULL;

		if (check_new(looks->line.store, looks->conf, id, false, &check,
			NULL) == SG_OK &&
		    check_questions(check, &questions) > 0)
			probe_ask(&looks->probe, questions[0].name,
			    questions[0].type, looks->ask, looks->asker);
		check_free(&check);
	}
}

static void
probe_some(struct looks *looks, int64_t now_sec, int64_t now_msec)
{
	struct probe *probe = &looks->probe;

	if (looks->breaker.is_probing) {
		if (probe->is_answered)
			follow(
			    looks, breaker_answered(&looks->breaker, now_msec));
		else if (probe->waiting == 0)
			follow(looks,
			    breaker_probe_failed(&looks->breaker, now_msec));
	}
	/* The answers of the probe before come first. */
	if (probe->waiting > 0 || is_waiting(looks, now_msec) ||
	    !breaker_probe_begin(&looks->breaker, now_msec))
		return;
	probe_begin(probe, looks->conf, looks->ask, looks->asker);
	looks->due_next = looks->due_count; /* a new list */
	refill(looks, now_sec, now_msec);
	if (looks->line.store != NULL)
		probe_due(looks);
}

/* ---- turns ---------------------------------------------------------------- */

void
looks_turn(struct looks *looks, int64_t now_sec, int64_t now_msec)
{
	settle(looks, now_sec, now_msec);
	probe_some(looks, now_sec, now_msec);
	if (!is_waiting(looks, now_msec))
		begin_some(looks, now_sec, now_msec);
	release_alone(looks);
}

int
looks_wait_msec(const struct looks *looks, int64_t now_msec)
{
	int64_t listed = now_msec - looks->due_msec;
	int64_t wait = IDLE_MSEC;
	int64_t paused = line_wait_msec(&looks->line, now_msec);
	int64_t probe = breaker_wait_msec(&looks->breaker, now_msec);

	if (paused > 0)
		return (int)(paused < wait ? paused : wait);
	if (looks->states[LOOK_OVER] > 0 || looks->states[LOOK_COUNTS] > 0 ||
	    (has_room(looks) &&
		(looks->due_next < looks->due_count || is_list_cut(looks))))
		return 0;
	/* With room the next turn takes a new list, when it is time. */
	if (has_room(looks))
		wait = listed < IDLE_MSEC ? IDLE_MSEC - listed : 0;
	if (probe >= 0 && probe < wait)
		wait = probe;
	return (int)wait;
}
