/* Decoded keys by store id, least recently used out first. Does not know where
 * keys come from. */
#include "config.h"
#include "dkim/keyring.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct slot {
	int64_t key_id;
	struct dkim_keyring_entry entry;
	struct slot *hash_next;
	struct slot *newer, *older; /* order of use */
};

struct dkim_keyring {
	pthread_mutex_t lock; /* guards all below; never held while loading */
	struct slot **buckets;
	size_t bucket_count; /* a power of two */
	size_t count, max;
	struct slot *newest, *oldest;
};

struct dkim_keyring *
dkim_keyring_new(size_t max_keys)
{
	struct dkim_keyring *ring = calloc(1, sizeof(*ring));

	if (ring == NULL)
		return NULL;
	ring->max = max_keys > 0 ? max_keys : 1;
	ring->bucket_count = 16;
	while (ring->bucket_count < ring->max)
		ring->bucket_count *= 2;
	ring->buckets = calloc(ring->bucket_count, sizeof(*ring->buckets));
	if (ring->buckets == NULL ||
	    pthread_mutex_init(&ring->lock, NULL) != 0) {
		free(ring->buckets);
		free(ring);
		return NULL;
	}
	return ring;
}

static struct slot **
bucket_of(struct dkim_keyring *ring, int64_t key_id)
{
	/* ids are consecutive numbers of our own store: no need to mix */
	return &ring->buckets[(size_t)key_id & (ring->bucket_count - 1)];
}

static struct slot *
slot_find(struct dkim_keyring *ring, int64_t key_id)
{
	struct slot *s = *bucket_of(ring, key_id);

	while (s != NULL && s->key_id != key_id)
		s = s->hash_next;
	return s;
}

static void
order_unlink(struct dkim_keyring *ring, struct slot *s)
{
	if (s->newer != NULL)
		s->newer->older = s->older;
	else
		ring->newest = s->older;
	if (s->older != NULL)
		s->older->newer = s->newer;
	else
		ring->oldest = s->newer;
}

static void
order_push(struct dkim_keyring *ring, struct slot *s)
{
	s->newer = NULL;
	s->older = ring->newest;
	if (ring->newest != NULL)
		ring->newest->newer = s;
	else
		ring->oldest = s;
	ring->newest = s;
}

static void
slot_drop(struct dkim_keyring *ring, struct slot *s)
{
	struct slot **link = bucket_of(ring, s->key_id);

	while (*link != s)
		link = &(*link)->hash_next;
	*link = s->hash_next;
	order_unlink(ring, s);
	ring->count--;
	dkim_key_unref(&s->entry.key);
	free(s);
}

void
dkim_keyring_free(struct dkim_keyring **ring)
{
	struct dkim_keyring *r = *ring;

	*ring = NULL;
	if (r == NULL)
		return;
	while (r->newest != NULL)
		slot_drop(r, r->newest);
	(void)pthread_mutex_destroy(&r->lock);
	free(r->buckets);
	free(r);
}

/* With the lock held: a copy with a reference of the caller's own. */
static bool
slot_take(struct dkim_keyring *ring, int64_t key_id,
    struct dkim_keyring_entry *entry_r)
{
	struct slot *s = slot_find(ring, key_id);

	if (s == NULL)
		return false;
	if (ring->newest != s) {
		order_unlink(ring, s);
		order_push(ring, s);
	}
	*entry_r = s->entry;
	(void)dkim_key_ref(entry_r->key);
	return true;
}

/* With the lock held. No memory: the key is simply not kept. */
static void
slot_add(struct dkim_keyring *ring, int64_t key_id,
    const struct dkim_keyring_entry *entry)
{
	struct slot *s = NULL, **bucket = bucket_of(ring, key_id);

	if (slot_find(ring, key_id) != NULL)
		return; /* another thread was faster */
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return;
	if (ring->count >= ring->max)
		slot_drop(ring, ring->oldest);
	s->key_id = key_id;
	s->entry = *entry;
	(void)dkim_key_ref(s->entry.key);
	s->hash_next = *bucket;
	*bucket = s;
	order_push(ring, s);
	ring->count++;
}

enum sg_err
dkim_keyring_get(struct dkim_keyring *ring, int64_t key_id,
    dkim_keyring_load_fn *load, void *ctx, struct dkim_keyring_entry *entry_r,
    struct err *err_r)
{
	enum sg_err code = SG_OK;
	bool found = false;

	(void)pthread_mutex_lock(&ring->lock);
	found = slot_take(ring, key_id, entry_r);
	(void)pthread_mutex_unlock(&ring->lock);
	if (found)
		return SG_OK;
	code = load(ctx, key_id, entry_r, err_r);
	if (code != SG_OK)
		return code;
	(void)pthread_mutex_lock(&ring->lock);
	slot_add(ring, key_id, entry_r);
	(void)pthread_mutex_unlock(&ring->lock);
	return SG_OK;
}

void
dkim_keyring_forget(struct dkim_keyring *ring, int64_t key_id)
{
	struct slot *s = NULL;

	(void)pthread_mutex_lock(&ring->lock);
	s = slot_find(ring, key_id);
	if (s != NULL)
		slot_drop(ring, s);
	(void)pthread_mutex_unlock(&ring->lock);
}
