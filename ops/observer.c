/* Who sends as whom, counted: see observer.h. */
#include "config.h"

#include "ops/observer.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/log.h"
#include "ops/observed.h"
#include "store/observed.h"

#define BUSY_MSEC 1000
/* Rows of one transaction: others wait for the store meanwhile. */
#define ROWS_AT_ONCE 500

struct entry {
	struct entry *next; /* in the order of their making */
	struct store_observed row;
};

/* What came since the last writing. */
struct counts {
	struct hash_map map; /* to entries */
	struct entry *first, **last;
	size_t count;
};

struct observer {
	char *url;
	struct hash_key key;
	struct store *store;     /* the thread's own */
	bool is_said;            /* that it cannot be written */
	struct entry *unwritten; /* the thread's own */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;
	struct counts counts;
	bool is_ending;
};

/* ---- counting --------------------------------------------------------------------- */

static void
copy(char *to, size_t size, const char *text)
{
	(void)snprintf(to, size, "%s", text);
}

/* "192.0.2.0/24", "2001:db8::/64"; what is no address as "(unknown)". */
static void
network_of(const char *ip, char *text_r, size_t size)
{
	unsigned char bytes[16] = {0};
	char text[INET6_ADDRSTRLEN];
	bool is_four = inet_pton(AF_INET, ip, bytes) == 1;

	if (!is_four && inet_pton(AF_INET6, ip, bytes) != 1) {
		copy(text_r, size, "(unknown)");
		return;
	}
	if (is_four)
		bytes[3] = 0;
	else
		memset(bytes + 8, 0, 8);
	if (inet_ntop(is_four ? AF_INET : AF_INET6, bytes, text,
		sizeof(text)) == NULL)
		copy(text, sizeof(text), "?");
	(void)snprintf(text_r, size, "%s/%d", text, is_four ? 24 : 64);
}

static void
make_row(const struct observer_seen *seen, int64_t now_sec,
    struct store_observed *row_r)
{
	*row_r = (struct store_observed){
	    .messages = 1, .first_sec = now_sec, .last_sec = now_sec};
	observed_domain(seen->from, row_r->domain);
	if (seen->reason != NULL) {
		row_r->verdict = STORE_OBSERVED_REFUSE;
		copy(row_r->reason, sizeof(row_r->reason), seen->reason);
	}
	if (strlen(seen->login) >= sizeof(row_r->login))
		copy(row_r->domain, sizeof(row_r->domain), OBSERVED_OTHER);
	else if (seen->login[0] != '\0')
		copy(row_r->login, sizeof(row_r->login), seen->login);
	else {
		network_of(
		    seen->source_ip, row_r->network, sizeof(row_r->network));
		row_r->account_id = seen->account_id;
	}
}

/* All that are too many together. */
static void
make_other(struct store_observed *row)
{
	row->login[0] = row->network[0] = '\0';
	row->account_id = 0;
	copy(row->domain, sizeof(row->domain), OBSERVED_OTHER);
}

static uint64_t
hash_of(const struct observer *o, const struct store_observed *row)
{
	char text[sizeof(row->login) + sizeof(row->network) +
		  sizeof(row->domain) + 3];
	int len = snprintf(text, sizeof(text), "%s\n%s\n%s", row->login,
	    row->network, row->domain);
	uint64_t hash = hash_bytes(&o->key, text, (size_t)len);

	return hash != 0 ? hash : 1;
}

static bool
is_same(const void *ctx, uint64_t value)
{
	const struct store_observed *a = ctx;
	const struct store_observed *b =
	    &((const struct entry *)(uintptr_t)value)->row;

	return strcmp(a->login, b->login) == 0 &&
	       strcmp(a->network, b->network) == 0 &&
	       strcmp(a->domain, b->domain) == 0;
}

static struct entry *
find(struct observer *o, const struct store_observed *row)
{
	struct hash_slot *slot =
	    hash_map_find(&o->counts.map, hash_of(o, row), is_same, row);

	return slot == NULL ? NULL : (struct entry *)(uintptr_t)slot->value;
}

static void
add_new(struct observer *o, const struct store_observed *row)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return;
	entry->row = *row;
	if (!hash_map_add(
		&o->counts.map, hash_of(o, row), (uint64_t)(uintptr_t)entry)) {
		free(entry);
		return;
	}
	*o->counts.last = entry;
	o->counts.last = &entry->next;
	o->counts.count++;
}

void
observer_add(
    struct observer *o, const struct observer_seen *seen, int64_t now_sec)
{
	struct store_observed row;
	struct entry *entry;

	make_row(seen, now_sec, &row);
	(void)pthread_mutex_lock(&o->lock);
	entry = find(o, &row);
	if (entry == NULL && o->counts.count >= OBSERVER_KEYS_MAX) {
		make_other(&row);
		entry = find(o, &row);
	}
	if (entry == NULL) {
		add_new(o, &row);
	} else {
		entry->row.messages++;
		entry->row.last_sec = now_sec;
		entry->row.verdict = row.verdict;
		copy(entry->row.reason, sizeof(entry->row.reason), row.reason);
	}
	(void)pthread_mutex_unlock(&o->lock);
}

/* ---- writing ---------------------------------------------------------------------- */

static void
counts_init(struct counts *counts)
{
	*counts = (struct counts){.count = 0};
}

/* What was counted, for nobody else. */
static struct entry *
take_counts(struct observer *o)
{
	struct hash_map map;
	struct entry *first;

	(void)pthread_mutex_lock(&o->lock);
	first = o->counts.first;
	map = o->counts.map;
	counts_init(&o->counts);
	o->counts.last = &o->counts.first;
	(void)pthread_mutex_unlock(&o->lock);
	hash_map_fini(&map);
	return first;
}

static enum sg_err
write_row(struct store *store, const struct store_observed *from, bool is_full,
    struct err *err_r)
{
	struct store_observed row = *from;
	bool has = true;
	enum sg_err rc =
	    is_full ? store_observed_has(store, &row, &has, err_r) : SG_OK;

	if (rc == SG_OK && !has)
		make_other(&row);
	if (rc == SG_OK)
		rc = store_observed_add(store, &row, err_r);
	if (rc != SG_INVALID)
		return rc;
	/* a login with bytes that the store does not take */
	make_other(&row);
	return store_observed_add(store, &row, err_r);
}

/* *next_r: behind those that were written. */
static enum sg_err
write_some(struct store *store, struct entry *first, struct entry **next_r,
    struct err *err_r)
{
	struct entry *entry = first;
	int64_t count = 0;
	enum sg_err rc = store_observed_count(store, &count, err_r);

	for (int i = 0; i < ROWS_AT_ONCE && entry != NULL && rc == SG_OK; i++) {
		rc = write_row(
		    store, &entry->row, count + i >= OBSERVER_ROWS_MAX, err_r);
		entry = entry->next;
	}
	*next_r = entry;
	return rc;
}

static enum sg_err
write_unwritten(struct observer *o, struct store *store, struct err *err_r)
{
	while (o->unwritten != NULL) {
		struct entry *next;
		enum sg_err rc = store_begin(store, err_r);

		if (rc != SG_OK)
			return rc;
		rc = write_some(store, o->unwritten, &next, err_r);
		rc = store_finish(store, rc, err_r);
		if (rc != SG_OK)
			return rc;
		while (o->unwritten != next) {
			struct entry *entry = o->unwritten;

			o->unwritten = entry->next;
			free(entry);
		}
	}
	return SG_OK;
}

enum sg_err
observer_write(struct observer *o, struct store *store, struct err *err_r)
{
	enum sg_err rc = write_unwritten(o, store, err_r);

	if (rc != SG_OK)
		return rc;
	o->unwritten = take_counts(o);
	return write_unwritten(o, store, err_r);
}

static bool
has_something(struct observer *o)
{
	bool has;

	(void)pthread_mutex_lock(&o->lock);
	has = o->unwritten != NULL || o->counts.first != NULL;
	(void)pthread_mutex_unlock(&o->lock);
	return has;
}

/* ---- the thread ------------------------------------------------------------------- */

static void
turn(struct observer *o)
{
	struct err err = {0};
	bool changed;
	enum sg_err rc = SG_OK;

	if (!has_something(o))
		return;
	if (o->store != NULL &&
	    store_maybe_changed(o->store, &changed, NULL) != SG_OK)
		store_close(&o->store); /* its file is another one now */
	if (o->store == NULL)
		rc = store_open(
		    o->url, STORE_OPEN_COUNT, BUSY_MSEC, &o->store, &err);
	if (rc == SG_OK)
		rc = observer_write(o, o->store, &err);
	if (rc != SG_OK && rc != SG_BUSY)
		store_close(&o->store);
	if (rc != SG_OK && !o->is_said)
		log_event(LOG_STORE_FAILED_EVENT, NULL, "what",
		    "observed senders were not written, and are kept", "error",
		    err.text, "code", err_name(rc), NULL);
	o->is_said = rc != SG_OK;
}

/* False: the end. */
static bool
pause_until_next(struct observer *o)
{
	struct timespec until;
	bool goes_on;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += OBSERVER_EVERY_MSEC / 1000;
	(void)pthread_mutex_lock(&o->lock);
	while (!o->is_ending && rc == 0)
		rc = pthread_cond_timedwait(&o->wake, &o->lock, &until);
	goes_on = !o->is_ending;
	(void)pthread_mutex_unlock(&o->lock);
	return goes_on;
}

static void *
observer_main(void *ctx)
{
	struct observer *o = ctx;

	while (pause_until_next(o))
		turn(o);
	turn(o);
	return NULL;
}

static void
init_locks(struct observer *o)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&o->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&o->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum sg_err
observer_new(const char *url, struct observer **observer_r, struct err *err_r)
{
	struct observer *o = calloc(1, sizeof(*o));

	*observer_r = o;
	if (o == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	init_locks(o);
	o->counts.last = &o->counts.first;
	o->url = strdup(url);
	if (o->url != NULL && hash_key_init(&o->key))
		return SG_OK;
	observer_free(observer_r);
	return err_set(err_r, SG_NOMEM, "no memory, or no random numbers");
}

enum sg_err
observer_start(struct observer *o, struct err *err_r)
{
	int rc = pthread_create(&o->thread, NULL, observer_main, o);

	if (rc != 0)
		return err_set(err_r, SG_IO, "thread: %s", strerror(rc));
	o->has_thread = true;
	return SG_OK;
}

void
observer_stop(struct observer *o)
{
	(void)pthread_mutex_lock(&o->lock);
	o->is_ending = true;
	(void)pthread_cond_signal(&o->wake);
	(void)pthread_mutex_unlock(&o->lock);
	if (o->has_thread)
		(void)pthread_join(o->thread, NULL);
	o->has_thread = false;
	store_close(&o->store);
}

static void
free_entries(struct entry *entry)
{
	while (entry != NULL) {
		struct entry *next = entry->next;

		free(entry);
		entry = next;
	}
}

void
observer_free(struct observer **observer)
{
	struct observer *o = *observer;

	*observer = NULL;
	if (o == NULL)
		return;
	observer_stop(o);
	free_entries(o->unwritten);
	free_entries(take_counts(o));
	(void)pthread_cond_destroy(&o->wake);
	(void)pthread_mutex_destroy(&o->lock);
	free(o->url);
	free(o);
}
