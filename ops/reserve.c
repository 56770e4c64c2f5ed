/* Counting recipients once per message, in memory, out of leases: see reserve.h.
 * Logs nothing. */
#include "config.h"
#include "ops/reserve.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "conf/conf.h"
#include "ops/lease.h"
#include "ops/reserve_table.h"
#include "rules/quota.h"
#include "rules/verdict.h"

#define USEC_PER_SEC INT64_C(1000000)
/* Forgotten with one call of reserve_expire. */
#define EXPIRE_MOST 200000

struct reserve_book {
	pthread_mutex_t lock; /* guards the table */
	struct leases *leases;
	struct hash_key keys[2];
	struct reserve_table table;
};

/* One request while it is worked on. */
struct ask {
	struct reserve_book *book;
	const struct conf *conf;
	const struct rules_account *account;
	const struct reserve_request *request;
	struct reserve_answer *answer;
	struct reserve_row *row; /* NULL: the message is not known */
	uint64_t name, name_check;
	uint64_t recipient; /* hash, at RCPT */
};

enum sg_err
reserve_new(struct leases *leases, size_t messages_max,
    struct reserve_book **book_r, struct err *err_r)
{
	struct reserve_book *book = calloc(1, sizeof(*book));

	*book_r = book;
	if (book == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	(void)pthread_mutex_init(&book->lock, NULL);
	book->leases = leases;
	reserve_table_init(&book->table, messages_max);
	if (!hash_key_init(&book->keys[0]) || !hash_key_init(&book->keys[1])) {
		reserve_free(book_r);
		return err_set(err_r, SG_CRYPTO, "no random numbers");
	}
	return SG_OK;
}

void
reserve_free(struct reserve_book **book)
{
	if (*book == NULL)
		return;
	reserve_table_fini(&(*book)->table);
	(void)pthread_mutex_destroy(&(*book)->lock);
	free(*book);
	*book = NULL;
}

/* ---- names -------------------------------------------------------------- */

/* 0 means none in the table. */
static uint64_t
hash_of(const struct hash_key *key, const void *data, size_t len)
{
	uint64_t hash = hash_bytes(key, data, len);

	return hash != 0 ? hash : 1;
}

static uint64_t
hash_text(const struct reserve_book *book, const char *text)
{
	return text[0] == '\0' ? 0
			       : hash_of(&book->keys[0], text, strlen(text));
}

/* Two hosts may use one instance at one time, two accounts never share an entry:
 * the account is part of the name. 128 bits of keyed hash: no two messages are
 * taken for one. False: no instance, or one that is too long. */
static bool
name_message(struct ask *a)
{
	size_t len = strlen(a->request->instance);
	int64_t id = a->account->id;
	char text[sizeof(id) + RESERVE_INSTANCE_MAX];

	if (len == 0 || len > RESERVE_INSTANCE_MAX)
		return false;
	memcpy(text, &id, sizeof(id));
	memcpy(text + sizeof(id), a->request->instance, len);
	a->name = hash_of(&a->book->keys[0], text, sizeof(id) + len);
	a->name_check = hash_of(&a->book->keys[1], text, sizeof(id) + len);
	return true;
}

/* A session has one message in hand: what it asks for anew ends the one before,
 * which can be given back by its queue id alone from now on. */
static void
follow_session(struct ask *a)
{
	struct reserve_table *table = &a->book->table;
	uint64_t session = hash_text(a->book, a->request->session);
	struct reserve_row *before;

	if (session == 0 || a->row != NULL)
		return;
	before = reserve_table_find(table, RESERVE_BY_SESSION, session, 0);
	if (before != NULL)
		reserve_table_set_key(table, before, RESERVE_BY_SESSION, 0);
}

static void
find_message(struct ask *a)
{
	a->row = reserve_table_find(
	    &a->book->table, RESERVE_BY_NAME, a->name, a->name_check);
	follow_session(a);
	if (a->request->stage == RESERVE_RCPT)
		a->recipient = hash_of(&a->book->keys[1], a->request->recipient,
		    strlen(a->request->recipient));
}

/* ---- what is spent ------------------------------------------------------ */

static enum lease_answer
spend(const struct ask *a, int64_t recipients, bool is_unlimited,
    struct lease_spent *spent_r)
{
	const struct lease_order order = {
	    .account_id = a->account->id,
	    .recipients = recipients,
	    .daily_quota = a->account->daily_quota,
	    .rate = a->account->rate,
	    .pacing_usec = a->conf->pacing_sec * USEC_PER_SEC,
	    .max_recipients = a->conf->max_recipients,
	    .is_unlimited = is_unlimited,
	};

	return lease_spend(a->book->leases, &order, spent_r);
}

/* A bucket too many is not remembered: what stands in it is not given back. */
static void
add_part(struct reserve_row *row, const struct lease_spent *spent)
{
	struct reserve_part *into = NULL;

	for (int i = 0; i < RESERVE_PARTS; i++) {
		struct reserve_part *part = &row->parts[i];

		if (part->recipients == 0 && into == NULL)
			into = part;
		if (part->recipients > 0 &&
		    part->bucket_sec == spent->bucket_sec) {
			into = part;
			break;
		}
	}
	if (into == NULL)
		return;
	into->bucket_sec = spent->bucket_sec;
	into->recipients += spent->recipients;
}

static void
give_part_back(struct reserve_book *book, const struct reserve_row *row,
    struct reserve_part *part, int64_t recipients)
{
	const struct lease_spent spent = {.account_id = row->account_id,
	    .recipients = part->recipients,
	    .bucket_sec = part->bucket_sec};

	lease_give_back(book->leases, &spent, recipients);
	part->recipients -= recipients;
}

/* What stands in the earliest bucket goes first. */
static void
give_some_back(
    struct reserve_book *book, struct reserve_row *row, int64_t recipients)
{
	while (recipients > 0) {
		struct reserve_part *first = NULL;
		int64_t some;

		for (int i = 0; i < RESERVE_PARTS; i++) {
			struct reserve_part *part = &row->parts[i];

			if (part->recipients > 0 &&
			    (first == NULL ||
				part->bucket_sec < first->bucket_sec))
				first = part;
		}
		if (first == NULL)
			return;
		some = recipients < first->recipients ? recipients
						      : first->recipients;
		give_part_back(book, row, first, some);
		recipients -= some;
	}
}

/* Ends the entry; how many it had counted. */
static int64_t
give_all_back(struct reserve_book *book, struct reserve_row *row)
{
	int64_t recipients = row->recipients;

	give_some_back(book, row, recipients);
	reserve_table_remove(&book->table, row);
	return recipients;
}

/* All recipients of a message come free together, and not before 24 h have passed
 * since the last of them: none stays in a bucket before the present one. What is
 * spent anew is spent before the old is given back, lest another takes it. */
static enum lease_answer
move_to_now(struct ask *a)
{
	int64_t bucket = quota_bucket(a->request->now_sec);
	struct reserve_row *row = a->row;
	struct lease_spent spent;
	int64_t old = 0;
	enum lease_answer got;

	if (row == NULL)
		return LEASE_SPENT;
	for (int i = 0; i < RESERVE_PARTS; i++)
		if (row->parts[i].bucket_sec < bucket)
			old += row->parts[i].recipients;
	if (old == 0)
		return LEASE_SPENT;
	got = spend(a, old, true, &spent);
	if (got != LEASE_SPENT)
		return got;
	for (int i = 0; i < RESERVE_PARTS; i++) {
		struct reserve_part *part = &row->parts[i];

		if (part->recipients > 0 && part->bucket_sec < bucket)
			give_part_back(a->book, row, part, part->recipients);
	}
	add_part(row, &spent);
	return LEASE_SPENT;
}

/* ---- one request -------------------------------------------------------- */

/* Recipients beyond what is counted already (negative: fewer). False: the
 * request does not say how many there are. */
static bool
wanted(const struct ask *a, int64_t *more_r)
{
	const struct reserve_row *row = a->row;
	int64_t counted = row != NULL ? row->recipients : 0;
	int64_t count = a->request->recipient_count;

	if (a->request->stage == RESERVE_RCPT) {
		*more_r = row == NULL ||
			  (!row->is_closed &&
			      !reserve_table_has_hash(row, a->recipient));
		return true;
	}
	if (count < 1 && a->request->recipient[0] != '\0')
		count = 1;
	if (count < 1)
		count = counted;
	*more_r = count - counted;
	return count >= 1;
}

/* What is new at this stage. */
static void
note_stage(struct ask *a)
{
	struct reserve_table *table = &a->book->table;
	struct reserve_row *row = a->row;

	if (a->request->stage != RESERVE_RCPT && !row->is_closed) {
		row->is_closed = true;
		reserve_table_drop_hashes(table, row);
	}
	if (row->keys[RESERVE_BY_QUEUE_ID] == 0 &&
	    a->request->queue_id[0] != '\0') {
		reserve_table_set_key(table, row, RESERVE_BY_QUEUE_ID,
		    hash_text(a->book, a->request->queue_id));
		reserve_table_set_key(table, row, RESERVE_BY_SESSION, 0);
	}
}

static void
add_message(struct ask *a)
{
	struct reserve_table *table = &a->book->table;

	a->row = reserve_table_add(
	    table, a->name, a->name_check, a->request->now_mono_msec / 1000);
	a->row->account_id = a->account->id;
	if (a->request->queue_id[0] == '\0')
		reserve_table_set_key(table, a->row, RESERVE_BY_SESSION,
		    hash_text(a->book, a->request->session));
}

/* At RCPT the recipients before this one stay; later it is the whole message. */
static void
refuse(struct ask *a)
{
	if (a->row == NULL)
		return;
	if (a->request->stage == RESERVE_RCPT)
		note_stage(a);
	else
		a->answer->counted = -give_all_back(a->book, a->row);
}

static void
count_more(struct ask *a, const struct lease_spent *spent)
{
	if (a->row == NULL)
		add_message(a);
	add_part(a->row, spent);
	a->row->recipients += spent->recipients;
	a->answer->counted = spent->recipients;
	a->answer->used = spent->used;
	if (!a->answer->is_beyond)
		a->answer->wait_usec = spent->wait_usec;
	note_stage(a);
	if (a->request->stage == RESERVE_RCPT)
		reserve_table_add_hash(&a->book->table, a->row, a->recipient);
}

/* Within the limits; in monitor, after the verdict, beyond them. */
static enum lease_answer
take_more(struct ask *a, int64_t more)
{
	struct lease_spent spent = {0};
	enum lease_answer got = LEASE_SPENT;

	if (a->row == NULL && !reserve_table_make_room(&a->book->table))
		return LEASE_UNAVAILABLE;
	if (!a->answer->is_beyond)
		got = spend(a, more, false, &spent);
	if (got == LEASE_QUOTA_FULL)
		verdict_quota(&a->answer->verdict);
	else if (got == LEASE_RATE_FULL)
		verdict_rate(&a->answer->verdict);
	if (a->conf->mode == CONF_MODE_MONITOR &&
	    (got == LEASE_QUOTA_FULL || got == LEASE_RATE_FULL))
		a->answer->is_beyond = true;
	if (a->answer->is_beyond)
		got = spend(a, more, true, &spent);
	if (got == LEASE_SPENT)
		count_more(a, &spent);
	else if (got == LEASE_QUOTA_FULL || got == LEASE_RATE_FULL)
		refuse(a);
	return got;
}

static enum lease_answer
count(struct ask *a)
{
	int64_t more;
	enum lease_answer got;

	if (!wanted(a, &more)) {
		verdict_wrong_stage(
		    &a->answer->verdict, "a stage without recipient_count");
		return LEASE_SPENT;
	}
	got = move_to_now(a);
	if (got != LEASE_SPENT)
		return got;
	if (more > 0)
		return take_more(a, more);
	if (more < 0) {
		give_some_back(a->book, a->row, -more);
		a->row->recipients += more;
		a->answer->counted = more;
	}
	if (a->row != NULL)
		note_stage(a);
	return LEASE_SPENT;
}

enum reserve_state
reserve_decide(struct reserve_book *book, const struct conf *conf,
    const struct rules_account *account, const struct reserve_request *request,
    struct reserve_answer *answer_r)
{
	struct ask a = {.book = book,
	    .conf = conf,
	    .account = account,
	    .request = request,
	    .answer = answer_r};
	enum lease_answer got = LEASE_UNAVAILABLE;

	if (!answer_r->is_beyond)
		verdict_accept(&answer_r->verdict);
	(void)pthread_mutex_lock(&book->lock);
	if (name_message(&a)) {
		find_message(&a);
		got = count(&a);
	}
	(void)pthread_mutex_unlock(&book->lock);
	if (got == LEASE_PENDING)
		return RESERVE_PENDING;
	if (got == LEASE_UNAVAILABLE)
		verdict_unavailable(&answer_r->verdict);
	return RESERVE_ANSWERED;
}

int64_t
reserve_release(
    struct reserve_book *book, const char *queue_id, const char *session)
{
	struct reserve_row *row = NULL;
	uint64_t queue_key = hash_text(book, queue_id);
	uint64_t session_key = hash_text(book, session);
	int64_t recipients = 0;

	(void)pthread_mutex_lock(&book->lock);
	if (queue_key != 0)
		row = reserve_table_find(
		    &book->table, RESERVE_BY_QUEUE_ID, queue_key, 0);
	if (row == NULL && session_key != 0)
		row = reserve_table_find(
		    &book->table, RESERVE_BY_SESSION, session_key, 0);
	if (row != NULL)
		recipients = give_all_back(book, row);
	(void)pthread_mutex_unlock(&book->lock);
	return recipients;
}

void
reserve_forget(struct reserve_book *book, const char *queue_id)
{
	uint64_t key = hash_text(book, queue_id);
	struct reserve_row *row;

	(void)pthread_mutex_lock(&book->lock);
	row = reserve_table_find(&book->table, RESERVE_BY_QUEUE_ID, key, 0);
	if (row != NULL)
		reserve_table_remove(&book->table, row);
	(void)pthread_mutex_unlock(&book->lock);
}

void
reserve_expire(struct reserve_book *book, int64_t now_mono_msec)
{
	(void)pthread_mutex_lock(&book->lock);
	reserve_table_expire(
	    &book->table, now_mono_msec / 1000 - RESERVE_KEEP_SEC, EXPIRE_MOST);
	(void)pthread_mutex_unlock(&book->lock);
}

void
reserve_size(struct reserve_book *book, struct reserve_size *size_r)
{
	(void)pthread_mutex_lock(&book->lock);
	size_r->messages = book->table.live;
	size_r->bytes = reserve_table_bytes(&book->table);
	(void)pthread_mutex_unlock(&book->lock);
}
