/* Sends that happen once: see once.h. */
#include "config.h"

#include "ops/once.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "ops/ingest.h"
#include "ops/publish.h"
#include "store/once.h"

#define HOLDER_MAX 128

/* ---- who is at it ------------------------------------------------------------ */

/* When a process began, in ticks since the system did (proc(5)): a number is given
 * to another process one day. 0: there is none. */
static unsigned long long
start_of(long pid)
{
	char path[64], text[1024];
	unsigned long long start = 0;
	const char *at;
	size_t len = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[len] = '\0';
	at = strrchr(text, ')'); /* behind the name, which may hold anything */
	for (int i = 0; at != NULL && i < 20; i++)
		at = strchr(at + 1, ' ');
	if (at != NULL)
		start = strtoull(at, NULL, 10);
	return start;
}

static void
write_holder(char holder_r[HOLDER_MAX])
{
	/* Of this process: its start stays the same. */
	static _Thread_local long known_pid;
	static _Thread_local unsigned long long known_start;
	char host[65] = "";
	long pid = (long)getpid();

	if (known_pid != pid || known_start == 0)
		known_start = start_of(pid);
	known_pid = pid;
	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(
	    holder_r, HOLDER_MAX, "%s %ld %llu", host, pid, known_start);
}

/* "HOST PID START", as write_holder writes it. Of another host nobody can tell. */
static bool
is_alive(const char *holder)
{
	size_t len = strcspn(holder, " ");
	char own[65] = "", *end;
	unsigned long long start;
	long pid;

	if (holder[len] == '\0')
		return false;
	pid = strtol(holder + len, &end, 10);
	start = strtoull(end, NULL, 10);
	(void)gethostname(own, sizeof(own) - 1);
	if (strlen(own) != len || strncmp(own, holder, len) != 0)
		return true;
	return start != 0 && start_of(pid) == start;
}

/* ---- begin --------------------------------------------------------------------- */

/* What the row of another try says. */
struct found {
	const struct once_key *key;
	int64_t now_msec;
	enum once_state state;
	struct once_try *try;
	char holder[HOLDER_MAX];
	struct buf *answer;
};

static void
take_row(void *ctx, const struct store_once *row)
{
	struct found *found = ctx;

	found->try->begun_msec = row->created_msec;
	(void)snprintf(found->holder, sizeof(found->holder), "%s", row->holder);
	if (row->account_id != found->key->account_id ||
	    strcmp(row->body_hash, found->key->body_hash) != 0) {
		found->state = ONCE_MISMATCH;
	} else if (row->is_answered) {
		found->state = ONCE_ANSWERED;
		(void)buf_puts(found->answer, row->answer);
	} else {
		found->state = is_alive(row->holder) &&
				       found->now_msec - row->created_msec <
					   INT64_C(1000) * ONCE_CALL_SEC
				   ? ONCE_RUNNING
				   : ONCE_LOST;
		(void)snprintf(found->try->uuid, sizeof(found->try->uuid), "%s",
		    row->answer);
	}
}

static struct store_once
row_of(const struct once_key *key, const char *holder)
{
	return (struct store_once){.access_key_id = key->access_key_id,
	    .key = key->key,
	    .account_id = key->account_id,
	    .body_hash = key->body_hash,
	    .holder = holder,
	    .answer = ""};
}

/* One that is lost is taken over; who is slower finds it running. */
static enum sg_err
look_at_other(struct store *store, struct found *found,
    const struct store_once *row, struct err *err_r)
{
	enum sg_err rc = store_once_get(
	    store, row->access_key_id, row->key, take_row, found, err_r);

	if (rc == SG_MISSING) { /* it was forgotten this moment */
		found->state = ONCE_RUNNING;
		return SG_OK;
	}
	if (rc != SG_OK || found->state != ONCE_LOST)
		return rc;
	rc = store_once_take(store, row, found->holder, err_r);
	if (rc == SG_MISSING) {
		found->state = ONCE_RUNNING;
		rc = SG_OK;
	}
	return rc;
}

enum sg_err
once_begin(struct store *store, const struct once_key *key, int64_t now_msec,
    enum once_state *state_r, struct once_try *try_r, struct buf *answer_r,
    struct err *err_r)
{
	struct found found = {.key = key,
	    .now_msec = now_msec,
	    .state = ONCE_BEGUN,
	    .try = try_r,
	    .answer = answer_r};
	char holder[HOLDER_MAX];
	struct store_once row = row_of(key, holder);
	bool is_new = false;
	enum sg_err rc = once_unnoted(now_msec, try_r, err_r);

	if (rc != SG_OK)
		return rc;
	write_holder(holder);
	row.answer = try_r->uuid;
	row.created_msec = now_msec;
	rc = store_once_begin(store, &row,
	    now_msec - INT64_C(1000) * ONCE_KEEP_SEC, &is_new, err_r);
	if (rc == SG_OK && !is_new) {
		try_r->uuid[0] = '\0';
		rc = look_at_other(store, &found, &row, err_r);
	}
	if (rc == SG_OK && answer_r->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for an answer");
	try_r->is_noted = true;
	*state_r = found.state;
	return rc;
}

enum sg_err
once_unnoted(int64_t now_msec, struct once_try *try_r, struct err *err_r)
{
	*try_r = (struct once_try){.begun_msec = now_msec};
	return publish_uuid(try_r->uuid, err_r);
}

/* ---- end ------------------------------------------------------------------------ */

enum sg_err
once_answer(struct store *store, const struct once_key *key, const char *answer,
    struct err *err_r)
{
	char holder[HOLDER_MAX];
	struct store_once row = row_of(key, holder);

	write_holder(holder);
	row.answer = answer;
	return store_once_answer(store, &row, err_r);
}

enum sg_err
once_forget(struct store *store, const struct once_key *key, struct err *err_r)
{
	char holder[HOLDER_MAX];
	struct store_once row = row_of(key, holder);

	write_holder(holder);
	return store_once_forget(store, &row, err_r);
}

enum sg_err
once_lose(struct store *store, const struct once_key *key, struct err *err_r)
{
	char holder[HOLDER_MAX];
	struct store_once row = row_of(key, "");

	write_holder(holder);
	return store_once_take(store, &row, holder, err_r);
}

enum sg_err
once_find(struct store *store, const struct conf *conf, int64_t account_id,
    const char *submission, int64_t since_msec, int64_t now_sec,
    char queue_id_r[RULES_QUEUE_ID_MAX + 1], struct err *err_r)
{
	int64_t messages;
	enum sg_err rc = ingest_run(store, conf, now_sec, &messages, err_r);

	if (rc != SG_OK)
		return rc;
	return store_message_submitted(
	    store, account_id, submission, since_msec, queue_id_r, err_r);
}
