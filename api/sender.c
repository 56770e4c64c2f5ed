/* Mail of the API on its way into the mail server: see sender.h. */
#include "config.h"

#include "api/sender.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "api/fault.h"
#include "base/buf.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "ops/once.h"
#include "post/compose.h"
#include "store/store.h"

#define BUSY_MSEC 10000
#define PAUSE_MSEC 50
#define ANSWER_MAX (1024 * 1024)
#define KEY_HEX 64

/* What a thread keeps. */
struct sender {
	struct submit *submit;
	char server[1001];
	struct store *store; /* for once alone: a commit is not waited for */
	char url[1001];
};

struct api_try {
	struct sender *sender;
	struct once_try once;
	struct once_key key;
	char key_hash[KEY_HEX + 1];
	bool is_lost;    /* another began it: look before sending */
	bool is_unknown; /* something may have left that nobody knows of */
};

/* Handles, not state: each belongs to one thread and dies with it. */
static pthread_once_t init_once = PTHREAD_ONCE_INIT;
static pthread_key_t sender_key;
static bool is_ready;
/* Threads of one process that wait for SQLite's lock would sleep, each for longer;
 * here they take turns. */
static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- a thread's handles ------------------------------------------------------ */

static void
free_sender(void *value)
{
	struct sender *sender = value;

	submit_free(&sender->submit);
	store_close(&sender->store);
	free(sender);
}

static void
init(void)
{
	post_init();
	is_ready = submit_init(NULL) == SG_OK &&
		   pthread_key_create(&sender_key, free_sender) == 0;
}

static struct sender *
sender_of_thread(void)
{
	struct sender *sender;

	if (pthread_once(&init_once, init) != 0 || !is_ready)
		return NULL;
	sender = pthread_getspecific(sender_key);
	if (sender != NULL)
		return sender;
	sender = calloc(1, sizeof(*sender));
	if (sender != NULL && pthread_setspecific(sender_key, sender) != 0) {
		free(sender);
		sender = NULL;
	}
	return sender;
}

static enum sg_err
need_submit(struct sender *sender, const struct conf *conf, struct err *err_r)
{
	if (sender->submit != NULL &&
	    strcmp(sender->server, conf->api_submission) == 0)
		return SG_OK;
	submit_free(&sender->submit);
	(void)snprintf(
	    sender->server, sizeof(sender->server), "%s", conf->api_submission);
	return submit_new(sender->server, NULL, NULL, &sender->submit, err_r);
}

static enum sg_err
need_store(struct sender *sender, const struct conf *conf, struct err *err_r)
{
	if (sender->store != NULL && strcmp(sender->url, conf->store) == 0 &&
	    store_maybe_changed(sender->store, NULL, NULL) == SG_OK)
		return SG_OK;
	store_close(&sender->store);
	(void)snprintf(sender->url, sizeof(sender->url), "%s", conf->store);
	return store_open(
	    conf->store, STORE_OPEN_COUNT, BUSY_MSEC, &sender->store, err_r);
}

static void
fail_unavailable(struct api_call *call, const char *why)
{
	if (!api_failed(call))
		(void)snprintf(
		    call->fault.why, sizeof(call->fault.why), "%.255s", why);
	api_fail(call, "ServiceUnavailable",
	    "The service is temporarily unavailable; please try again");
}

/* ---- once ---------------------------------------------------------------------- */

static int64_t
now_msec(void)
{
	return clock_now_usec() / 1000;
}

static void
pause_a_moment(void)
{
	const struct timespec time = {.tv_nsec = PAUSE_MSEC * 1000000L};

	(void)nanosleep(&time, NULL);
}

/* The client's name may be of any length; that of another operation is another. */
static bool
make_key(const struct api_call *call, struct api_try *try)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf text;
	bool ok;

	buf_init(&text, 128 * 1024);
	(void)buf_printf(&text, "%d %s\n%s", (int)call->operation->protocol,
	    call->operation->name, call->once_key);
	ok = !text.failed && EVP_Digest(text.data, text.len, hash, NULL,
				 EVP_sha256(), NULL) == 1;
	buf_fini(&text);
	for (size_t i = 0; ok && i < KEY_HEX / 2; i++)
		(void)snprintf(try->key_hash + 2 * i, 3, "%02x", hash[i]);
	try->key = (struct once_key){.access_key_id = call->access_key_id,
	    .key = try->key_hash,
	    .body_hash = call->body_hash,
	    .account_id = call->owner.facts.id};
	return ok;
}

static enum sg_err
begin(struct api_call *call, struct api_try *try, enum once_state *state_r,
    struct buf *answer, struct err *err_r)
{
	int64_t until = clock_mono_msec() + API_SENDER_WAIT_MSEC;
	enum sg_err rc;

	for (;;) {
		buf_clear(answer);
		(void)pthread_mutex_lock(&write_lock);
		rc = once_begin(try->sender->store, &try->key, call->now_msec,
		    state_r, &try->once, answer, err_r);
		(void)pthread_mutex_unlock(&write_lock);
		if (rc != SG_OK || *state_r != ONCE_RUNNING ||
		    clock_mono_msec() >= until)
			return rc;
		pause_a_moment();
	}
}

static void
take_answer(struct api_call *call, const struct buf *answer)
{
	json_t *out = json_loads(buf_str(answer), 0, NULL);

	if (out == NULL || json_object_update(call->out, out) != 0)
		fail_unavailable(call, "an answer that was kept is damaged");
	json_decref(out);
}

/* False: the call has its answer. */
static bool
may_go_on(struct api_call *call, struct api_try *try)
{
	enum once_state state = ONCE_RUNNING;
	struct buf answer;
	struct err err = {0};

	buf_init(&answer, ANSWER_MAX);
	if (!make_key(call, try) ||
	    begin(call, try, &state, &answer, &err) != SG_OK)
		fail_unavailable(call, err.text);
	else if (state == ONCE_RUNNING)
		fail_unavailable(call, "the same call is under way");
	else if (state == ONCE_MISMATCH)
		api_fail(call, "IdempotentParameterMismatch",
		    "Another request was made with the same "
		    "amz-sdk-invocation-id or x-sendward-idempotency-key");
	else if (state == ONCE_ANSWERED)
		take_answer(call, &answer);
	buf_fini(&answer);
	try->is_lost = state == ONCE_LOST;
	return !api_failed(call) && state != ONCE_ANSWERED;
}

/* What cannot be written stays begun: a repetition finds the message. */
static void
end(struct api_call *call, struct api_try *try)
{
	struct store *store = try->sender->store;
	char *answer = NULL;

	if (!api_failed(call) && !try->is_unknown)
		answer = json_dumps(call->out, JSON_COMPACT);
	(void)pthread_mutex_lock(&write_lock);
	if (api_failed(call) && !try->is_unknown)
		(void)once_forget(store, &try->key, NULL);
	else if (answer == NULL ||
		 once_answer(store, &try->key, answer, NULL) != SG_OK)
		(void)once_lose(store, &try->key, NULL);
	(void)pthread_mutex_unlock(&write_lock);
	free(answer);
}

void
api_sender_run(struct api_call *call, api_try_fn *fn)
{
	struct api_try try = {.sender = sender_of_thread()};
	bool is_noted = call->once_key[0] != '\0';
	struct err err = {0};
	enum sg_err rc = SG_NOMEM;

	if (try.sender != NULL)
		rc = need_submit(try.sender, call->conf, &err);
	if (rc == SG_OK && is_noted)
		rc = need_store(try.sender, call->conf, &err);
	if (rc == SG_OK && !is_noted)
		rc = once_unnoted(call->now_msec, &try.once, &err);
	if (rc != SG_OK) {
		fail_unavailable(call, err.text);
		return;
	}
	if (is_noted && !may_go_on(call, &try))
		return;
	fn(call, &try);
	if (is_noted)
		end(call, &try);
}

/* ---- one message ------------------------------------------------------------------ */

void
api_sender_name(
    const struct api_try *try, int index, char name_r[API_MESSAGE_ID_MAX + 1])
{
	(void)snprintf(
	    name_r, API_MESSAGE_ID_MAX + 1, "%s-%d", try->once.uuid, index);
}

void
api_sender_begin(const struct api_call *call, struct api_try *try, int index,
    struct buf *out)
{
	char name[API_MESSAGE_ID_MAX + 1];

	api_sender_name(try, index, name);
	(void)buf_printf(out, "X-Sendward-Submission: %s %s %s %s\r\n", name,
	    call->operation->name, call->access_key_id,
	    call->client[0] != '\0' ? call->client : "::");
}

/* Did it leave? Waits for a while: the milter may still be at it. */
static bool
look(struct api_call *call, const struct api_try *try, int index,
    int64_t wait_msec, struct api_sent *sent)
{
	int64_t until = clock_mono_msec() + wait_msec;
	char name[API_MESSAGE_ID_MAX + 1], queue_id[RULES_QUEUE_ID_MAX + 1];

	api_sender_name(try, index, name);
	for (;;) {
		if (once_find(call->store, call->conf, call->owner.facts.id,
			name, try->once.begun_msec, clock_now_sec(), queue_id,
			NULL) == SG_OK)
			break;
		if (clock_mono_msec() >= until)
			return false;
		pause_a_moment();
	}
	(void)snprintf(
	    sent->message_id, sizeof(sent->message_id), "%s", queue_id);
	return sent->is_sent = true;
}

static void
say_unknown(struct api_try *try, struct api_sent *sent)
{
	const struct submit_reply reply = {
	    .text = "it is not known whether the message was taken"};

	try->is_unknown = true;
	api_reply_read(SUBMIT_UNKNOWN, &reply, &sent->reply);
}

/* True: nothing is to be sent. */
static bool
is_settled(struct api_call *call, struct api_try *try, int index,
    struct api_sent *sent)
{
	if (!try->is_lost)
		return false;
	if (now_msec() - try->once.begun_msec >=
	    INT64_C(1000) * ONCE_SETTLE_SEC)
		return look(call, try, index, 0, sent);
	/* of many messages only the first is waited for */
	if (!look(call, try, index, try->is_unknown ? 0 : API_SENDER_LOOK_MSEC,
		sent))
		say_unknown(try, sent);
	return true;
}

void
api_sender_send(struct api_call *call, struct api_try *try, int index,
    const char *from, const char *const *to, const struct buf *message,
    struct api_sent *sent_r)
{
	const struct submit_mail mail = {.from = from,
	    .to = to,
	    .account = call->account,
	    .data = message->data,
	    .len = message->len};
	struct submit_reply reply;
	enum submit_result result;

	*sent_r = (struct api_sent){.is_sent = false};
	if (is_settled(call, try, index, sent_r))
		return;
	result = submit_send(try->sender->submit, &mail, &reply);
	if (result == SUBMIT_SENT && reply.queue_id[0] != '\0') {
		sent_r->is_sent = true;
		(void)snprintf(sent_r->message_id, sizeof(sent_r->message_id),
		    "%s", reply.queue_id);
	} else if (result == SUBMIT_SENT || result == SUBMIT_UNKNOWN) {
		if (!look(call, try, index, API_SENDER_LOOK_MSEC, sent_r))
			say_unknown(try, sent_r);
	} else {
		api_reply_read(result, &reply, &sent_r->reply);
	}
}

void
api_sender_fail(struct api_call *call, const struct api_sent *sent)
{
	if (sent->reply.is_ours)
		fail_unavailable(call, sent->reply.text);
	else
		api_fail(call, sent->reply.codes[call->operation->protocol],
		    "%s", sent->reply.text);
}
