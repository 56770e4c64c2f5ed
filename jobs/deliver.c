/* Letters on their way out: see deliver.h. How a message is made and handed in is
 * compose.h's and submit.h's. */
#include "config.h"

#include "jobs/deliver.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "dkim/sign.h"
#include "jobs/compose.h"
#include "jobs/compose_forward.h"
#include "jobs/compose_simulated.h"
#include "jobs/letter_sign.h"
#include "post/submit.h"
#include "jobs/worker.h"
#include "ops/duty.h"
#include "ops/letter.h"
#include "store/events.h"
#include "store/store.h"

enum sg_err
deliver_init(struct err *err_r)
{
	enum sg_err rc = submit_init(err_r);

	if (rc != SG_OK)
		return rc;
	compose_init();
	return dkim_sign_init(err_r);
}

void
deliver_fini(void)
{
	dkim_sign_fini();
	submit_fini();
}

/* ---- what is due: a copy, so that no statement is open while we wait -------- */

struct due {
	struct store_letter row; /* facts and sealed point into copy */
	unsigned char *copy;
};

struct due_list {
	struct due *list;
	int count, most;
	bool failed;
};

static void
due_fini(struct due_list *due)
{
	for (int i = 0; i < due->count; i++)
		free(due->list[i].copy);
	free(due->list);
}

static bool
add_due(void *ctx, const struct store_letter *row)
{
	struct due_list *due = ctx;
	struct due *d;
	size_t facts_size = strlen(row->facts) + 1;
	unsigned char *copy = malloc(facts_size + row->sealed_len);

	if (copy == NULL || due->count >= due->most) {
		due->failed |= copy == NULL;
		free(copy);
		return false;
	}
	memcpy(copy, row->facts, facts_size);
	if (row->sealed_len > 0)
		memcpy(copy + facts_size, row->sealed, row->sealed_len);
	d = &due->list[due->count++];
	d->row = *row;
	d->copy = copy;
	d->row.facts = (const char *)copy;
	d->row.sealed = copy + facts_size;
	return true;
}

static enum sg_err
load_due(const struct deliver_env *env, int most, int64_t now_sec,
    struct due_list *due_r, struct err *err_r)
{
	enum sg_err rc;

	*due_r = (struct due_list){.most = most};
	due_r->list = calloc((size_t)most, sizeof(*due_r->list));
	if (due_r->list == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for letters");
	rc = store_letter_due(env->store, now_sec, most, add_due, due_r, err_r);
	if (rc == SG_OK && due_r->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for letters");
	return rc;
}

/* ---- what becomes of one --------------------------------------------------------- */

/* How an attempt ended. */
enum outcome {
	OUTCOME_SENT,
	OUTCOME_LATER,
	OUTCOME_LOST,
	OUTCOME_GONE, /* meanwhile: nothing was done */
};

struct attempt {
	enum outcome outcome;
	bool ends_round; /* the next letter would fare alike */
	char text[SUBMIT_TEXT_MAX];
};

static int64_t
pause_sec(int64_t attempts)
{
	int64_t sec = DELIVER_RETRY_FIRST_SEC;

	while (attempts-- > 0 && sec < DELIVER_RETRY_MOST_SEC)
		sec *= 2;
	return sec < DELIVER_RETRY_MOST_SEC ? sec : DELIVER_RETRY_MOST_SEC;
}

static bool
is_too_old(const struct store_letter *row, int64_t now_sec)
{
	int64_t most = row->kind == STORE_LETTER_CONFIRM ? DELIVER_CONFIRM_SEC
							 : DELIVER_OTHER_SEC;

	return now_sec - row->created_sec >= most;
}

static void
say(const struct store_letter *row, const struct attempt *attempt,
    int64_t next_sec)
{
	const char *kind = letter_kind_name(row->kind);
	char id[32], tries[32], next[CLOCK_ISO_MAX];

	(void)snprintf(id, sizeof(id), "%" PRId64, row->id);
	(void)snprintf(tries, sizeof(tries), "%" PRId64, row->attempts + 1);
	if (attempt->outcome == OUTCOME_SENT)
		log_event(LOG_LETTER_SENT_EVENT, NULL, "letter", id, "kind",
		    kind, "to", row->recipient, "tries", tries, "reply",
		    attempt->text, NULL);
	else if (attempt->outcome == OUTCOME_LATER)
		log_event(LOG_LETTER_RETRY_EVENT, NULL, "letter", id, "kind",
		    kind, "to", row->recipient, "tries", tries, "next",
		    clock_iso(next_sec, next), "why", attempt->text, NULL);
	else
		log_event(LOG_LETTER_LOST_EVENT, NULL, "letter", id, "kind",
		    kind, "to", row->recipient, "tries", tries, "why",
		    attempt->text, NULL);
}

static void
hand_in(const struct deliver_env *env, struct submit *submit,
    const struct store_letter *row, const struct buf *message,
    struct attempt *attempt)
{
	/* What answers a message must not be answered (RFC 3834). */
	bool is_answer = row->kind == STORE_LETTER_FORWARD ||
			 compose_is_simulated(row->kind);

	switch (submit_message(submit, is_answer ? "" : env->conf->mail_from,
	    row->recipient, message->data, message->len, attempt->text)) {
	case SUBMIT_SENT:
		attempt->outcome = OUTCOME_SENT;
		break;
	case SUBMIT_REFUSED:
		attempt->outcome = OUTCOME_LOST;
		break;
	case SUBMIT_NO_ANSWER:
	case SUBMIT_STOPPED:
		attempt->ends_round = true;
		break;
	case SUBMIT_LATER:
	case SUBMIT_UNKNOWN:
		break;
	}
}

static enum sg_err
sign(const struct deliver_env *env, const struct store_letter *row,
    struct buf *message, struct err *err_r)
{
	/* one that plays a stranger's is not ours */
	if (env->operator_key == NULL || compose_is_simulated(row->kind) ||
	    env->conf->dkim_operator_domain[0] == '\0')
		return SG_OK;
	return letter_sign(env->operator_key, env->conf->dkim_operator_selector,
	    env->conf->dkim_operator_domain, message, err_r);
}

struct report {
	const struct deliver_env *env;
	const struct store_letter *row;
	int64_t now_sec;
	struct buf *message;
	enum sg_err rc;
	struct err *err_r;
};

static bool
forward_report(void *ctx, const struct store_report *row)
{
	struct report *report = ctx;

	report->message->max =
	    COMPOSE_FORWARD_EXTRA_BYTES + 2 * row->content_len;
	report->rc = compose_forward(report->env->conf, report->row,
	    row->content, row->content_len, report->now_sec, report->message,
	    report->err_r);
	return false;
}

/* With the report, unless it was purged meanwhile. */
static enum sg_err
compose_with_report(const struct deliver_env *env,
    const struct store_letter *row, int64_t now_sec, struct buf *message,
    struct err *err_r)
{
	struct report report = {.env = env,
	    .row = row,
	    .now_sec = now_sec,
	    .message = message,
	    .err_r = err_r};
	enum sg_err rc = store_report_get(
	    env->store, row->report_id, forward_report, &report, err_r);

	if (rc == SG_MISSING)
		return compose_forward(
		    env->conf, row, NULL, 0, now_sec, message, err_r);
	return rc == SG_OK ? report.rc : rc;
}

/* Lost is what can never be a letter. Settings and keys can be mended, but the
 * next letter would fare alike. */
static void
try_letter(const struct deliver_env *env, struct submit *submit,
    const struct store_letter *row, int64_t now_sec, struct attempt *attempt)
{
	struct err err = {0};
	struct buf message;
	enum sg_err rc;

	buf_init(&message, COMPOSE_MAX_BYTES);
	rc = row->kind == STORE_LETTER_FORWARD
		 ? compose_with_report(env, row, now_sec, &message, &err)
		 : compose_letter(
		       env->conf, env->seal, row, now_sec, &message, &err);
	if (rc == SG_INVALID || rc == SG_CRYPTO)
		attempt->outcome = OUTCOME_LOST;
	else if (rc == SG_OK)
		rc = sign(env, row, &message, &err);
	if (rc == SG_OK && !duties_holds(env->duties, DUTY_LETTERS)) {
		attempt->ends_round = true;
		(void)snprintf(attempt->text, sizeof(attempt->text),
		    "another host hands letters in by now");
	} else if (rc == SG_OK)
		hand_in(env, submit, row, &message, attempt);
	else
		(void)snprintf(
		    attempt->text, sizeof(attempt->text), "%s", err.text);
	attempt->ends_round |= rc != SG_OK && attempt->outcome == OUTCOME_LATER;
	buf_fini(&message);
}

static enum sg_err
note_outcome(const struct deliver_env *env, const struct store_letter *row,
    const struct attempt *attempt, struct err *err_r)
{
	if (attempt->outcome == OUTCOME_LATER)
		return store_letter_error(
		    env->store, row->id, attempt->text, err_r);
	return store_letter_delete(env->store, row->id, err_r);
}

/* Counted as tried first: should the end not be written down, the letter is not
 * sent again and again. */
static enum sg_err
deliver_one(const struct deliver_env *env, struct submit *submit,
    const struct store_letter *row, int64_t now_sec, struct attempt *attempt,
    struct err *err_r)
{
	int64_t next_sec = now_sec + pause_sec(row->attempts);
	enum sg_err rc;

	*attempt = (struct attempt){.outcome = OUTCOME_LATER};
	if (row->kind == STORE_LETTER_CONFIRM && is_too_old(row, now_sec)) {
		attempt->outcome = OUTCOME_LOST;
		(void)snprintf(attempt->text, sizeof(attempt->text),
		    "its link is void by now; %s", row->error);
	} else {
		rc = store_letter_retry(env->store, row->id, row->attempts,
		    next_sec, "it was being handed in", err_r);
		/* replaced by a newer one, or tried by another host */
		if (rc == SG_MISSING) {
			attempt->outcome = OUTCOME_GONE;
			return SG_OK;
		}
		if (rc != SG_OK)
			return rc;
		try_letter(env, submit, row, now_sec, attempt);
		if (attempt->outcome == OUTCOME_LATER &&
		    is_too_old(row, now_sec))
			attempt->outcome = OUTCOME_LOST;
	}
	say(row, attempt, next_sec);
	return note_outcome(env, row, attempt, err_r);
}

enum sg_err
deliver_due(const struct deliver_env *env, int most, int64_t now_sec,
    int *done_r, struct err *err_r)
{
	struct attempt attempt = {.outcome = OUTCOME_GONE};
	struct submit *submit = NULL;
	struct due_list due;
	enum sg_err rc = load_due(env, most, now_sec, &due, err_r);

	*done_r = 0;
	if (rc == SG_OK && due.count > 0)
		rc = submit_new(env->conf->mail_server, worker_shall_stop,
		    env->worker, &submit, err_r);
	for (int i = 0; i < due.count && rc == SG_OK && !attempt.ends_round &&
			!worker_is_stopping(env->worker) &&
			duties_holds(env->duties, DUTY_LETTERS);
	     i++) {
		rc = deliver_one(
		    env, submit, &due.list[i].row, now_sec, &attempt, err_r);
		*done_r += attempt.outcome == OUTCOME_SENT ||
			   attempt.outcome == OUTCOME_LOST;
	}
	submit_free(&submit);
	due_fini(&due);
	return rc;
}
