/* Token buckets: see throttle.h. When a set is full, the fullest bucket is forgotten:
 * it says least. */
#include "config.h"

#include "api/throttle.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/hash.h"

#define SETS 2048 /* a power of 2 */
#define WAYS 8
#define LOCKS 16
#define KEY_FAILURES_PER_SEC 3
#define KEY_FAILURES_BURST 30
#define CLIENT_FAILURES_PER_SEC 30
#define CLIENT_FAILURES_BURST 300
#define TRUST_MSEC (3600 * 1000LL)

/* level: thousandths of a call that are left. */
struct bucket {
	uint64_t hash; /* 0: free */
	int64_t level, at_msec;
};

struct table {
	pthread_mutex_t locks[LOCKS];
	struct bucket (*sets)[WAYS];
};

struct rate {
	int64_t per_sec, burst;
};

struct api_throttle {
	struct hash_key key;
	struct table calls, looks, failures;
	struct table trusted; /* level: 0, at_msec: last right signature */
};

/* ---- tables --------------------------------------------------------------------- */

static bool
table_init(struct table *table)
{
	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_init(
		    &table->locks[i], NULL); /* never fails */
	table->sets = calloc(SETS, sizeof(*table->sets));
	return table->sets != NULL;
}

static void
table_fini(struct table *table)
{
	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_destroy(&table->locks[i]);
	free(table->sets);
}

static pthread_mutex_t *
lock_of(struct table *table, uint64_t hash)
{
	return &table->locks[hash % SETS % LOCKS];
}

/* NULL: it is not there. Under its lock. */
static struct bucket *
find(struct table *table, uint64_t hash)
{
	struct bucket *set = table->sets[hash % SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].hash == hash)
			return &set[i];
	return NULL;
}

static void
refill(struct bucket *bucket, const struct rate *rate, int64_t now_msec)
{
	int64_t most = rate->burst * 1000;
	int64_t passed = now_msec - bucket->at_msec;

	if (passed < 0)
		passed = 0;
	/* 1/1000 call a msec for each call a second */
	if (passed > most || bucket->level + passed * rate->per_sec > most)
		bucket->level = most;
	else
		bucket->level += passed * rate->per_sec;
	bucket->at_msec = now_msec;
}

/* As it is now; a new one is full. */
static struct bucket *
fetch(struct table *table, uint64_t hash, const struct rate *rate,
    int64_t now_msec)
{
	struct bucket *set = table->sets[hash % SETS], *oldest = &set[0];
	struct bucket *bucket = find(table, hash);

	if (bucket == NULL) {
		for (int i = 0; i < WAYS; i++) {
			if (set[i].hash != 0)
				refill(&set[i], rate, now_msec);
			if (set[i].hash == 0 ||
			    (oldest->hash != 0 && set[i].level > oldest->level))
				oldest = &set[i];
		}
		bucket = oldest;
		*bucket = (struct bucket){.hash = hash,
		    .level = rate->burst * 1000,
		    .at_msec = now_msec};
	}
	refill(bucket, rate, now_msec);
	return bucket;
}

/* Takes count (0: looks alone); false when less than one is left. */
static bool
take(struct table *table, uint64_t hash, const struct rate *rate, int count,
    int64_t now_msec)
{
	struct bucket *bucket;
	bool is_there;

	(void)pthread_mutex_lock(lock_of(table, hash)); /* cannot fail */
	bucket = fetch(table, hash, rate, now_msec);
	is_there = bucket->level >= 1000;
	if (is_there)
		bucket->level -= 1000 * (int64_t)count;
	(void)pthread_mutex_unlock(lock_of(table, hash));
	return is_there;
}

/* ---- names ---------------------------------------------------------------------- */

static uint64_t
hash_of(const struct api_throttle *throttle, const void *data, size_t len)
{
	uint64_t hash = hash_bytes(&throttle->key, data, len);

	return hash == 0 ? 1 : hash;
}

/* Of IPv6 the first 64 bits: the rest is the client's to choose. */
static uint64_t
client_hash(const struct api_throttle *throttle, const char *client)
{
	unsigned char address[16];

	if (inet_pton(AF_INET6, client, address) == 1)
		return hash_of(throttle, address, 8);
	return hash_of(throttle, client, strlen(client));
}

static uint64_t
pair_hash(const struct api_throttle *throttle, uint64_t client, const char *key)
{
	char text[160];
	int len = snprintf(
	    text, sizeof(text), "%016llx %s", (unsigned long long)client, key);

	return hash_of(throttle, text,
	    (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

/* ---- what is asked --------------------------------------------------------------- */

enum sg_err
api_throttle_new(struct api_throttle **throttle_r, struct err *err_r)
{
	struct api_throttle *throttle = calloc(1, sizeof(*throttle));
	bool is_done;

	*throttle_r = NULL;
	if (throttle == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for counting calls");
	is_done = table_init(&throttle->calls);
	is_done = table_init(&throttle->looks) && is_done;
	is_done = table_init(&throttle->failures) && is_done;
	is_done = table_init(&throttle->trusted) && is_done;
	if (!is_done || !hash_key_init(&throttle->key)) {
		api_throttle_free(&throttle);
		return err_set(err_r, SG_NOMEM, "no memory for counting calls");
	}
	*throttle_r = throttle;
	return SG_OK;
}

void
api_throttle_free(struct api_throttle **throttle)
{
	struct api_throttle *t = *throttle;

	if (t == NULL)
		return;
	table_fini(&t->calls);
	table_fini(&t->looks);
	table_fini(&t->failures);
	table_fini(&t->trusted);
	free(t);
	*throttle = NULL;
}

bool
api_throttle_call(struct api_throttle *throttle, const char *access_key_id,
    int per_sec, int64_t now_msec)
{
	const struct rate rate = {per_sec, 2 * (int64_t)per_sec};

	return take(&throttle->calls,
	    hash_of(throttle, access_key_id, strlen(access_key_id)), &rate, 1,
	    now_msec);
}

/* A bucket fills once a second: so many seconds are one here. */
bool
api_throttle_look(
    struct api_throttle *throttle, int64_t identity_id, int64_t now_msec)
{
	const struct rate rate = {1, 1};

	return take(&throttle->looks,
	    hash_of(throttle, &identity_id, sizeof(identity_id)), &rate, 1,
	    now_msec / API_THROTTLE_LOOK_SEC);
}

static const struct rate key_rate = {KEY_FAILURES_PER_SEC, KEY_FAILURES_BURST};
static const struct rate client_rate = {
    CLIENT_FAILURES_PER_SEC, CLIENT_FAILURES_BURST};

static bool
is_trusted(struct api_throttle *throttle, uint64_t hash, int64_t now_msec)
{
	struct table *table = &throttle->trusted;
	const struct bucket *bucket;
	bool is_so;

	(void)pthread_mutex_lock(lock_of(table, hash));
	bucket = find(table, hash);
	is_so = bucket != NULL && now_msec - bucket->at_msec < TRUST_MSEC;
	(void)pthread_mutex_unlock(lock_of(table, hash));
	return is_so;
}

/* In the place of the one that was not seen for longest, if it must be. */
static void
trust(struct api_throttle *throttle, uint64_t hash, int64_t now_msec)
{
	struct table *table = &throttle->trusted;
	struct bucket *set = table->sets[hash % SETS], *bucket;

	(void)pthread_mutex_lock(lock_of(table, hash));
	bucket = find(table, hash);
	for (int i = 0; bucket == NULL && i < WAYS; i++)
		if (set[i].hash == 0)
			bucket = &set[i];
	if (bucket == NULL) {
		bucket = &set[0];
		for (int i = 1; i < WAYS; i++)
			if (set[i].at_msec < bucket->at_msec)
				bucket = &set[i];
	}
	bucket->hash = hash;
	bucket->at_msec = now_msec;
	(void)pthread_mutex_unlock(lock_of(table, hash));
}

bool
api_throttle_may_try(struct api_throttle *throttle, const char *client,
    const char *access_key_id, int64_t now_msec)
{
	uint64_t hash = client_hash(throttle, client);
	uint64_t pair = pair_hash(throttle, hash, access_key_id);

	if (is_trusted(throttle, pair, now_msec))
		return true;
	return take(&throttle->failures, pair, &key_rate, 0, now_msec) &&
	       take(&throttle->failures, hash, &client_rate, 0, now_msec);
}

void
api_throttle_tried(struct api_throttle *throttle, const char *client,
    const char *access_key_id, bool is_right, int64_t now_msec)
{
	uint64_t hash = client_hash(throttle, client);
	uint64_t pair = pair_hash(throttle, hash, access_key_id);

	if (is_right) {
		trust(throttle, pair, now_msec);
		return;
	}
	(void)take(&throttle->failures, pair, &key_rate, 1, now_msec);
	(void)take(&throttle->failures, hash, &client_rate, 1, now_msec);
}
