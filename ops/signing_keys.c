/* Decoded signing keys for the mail path: see signing_keys.h. Does not log. */
#include "config.h"

#include "ops/signing_keys.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "store/store.h"

#define KEYS_IN_MEMORY 1024
/* Handles kept open; more threads than this that miss the keyring at once open
 * one of their own and close it again. */
#define KEYS_HANDLES 4
#define KEYS_BUSY_MSEC 1000

struct signing_keys {
	char *url;
	const struct seal *seal;
	struct dkim_keyring *ring;
	pthread_mutex_t lock; /* guards idle */
	struct store *idle[KEYS_HANDLES];
	size_t idle_count;
};

enum sg_err
signing_keys_new(const char *url, const struct seal *seal,
    struct signing_keys **keys_r, struct err *err_r)
{
	struct signing_keys *keys = calloc(1, sizeof(*keys));

	*keys_r = keys;
	if (keys == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	(void)pthread_mutex_init(&keys->lock, NULL);
	keys->seal = seal;
	keys->url = strdup(url);
	keys->ring = dkim_keyring_new(KEYS_IN_MEMORY);
	if (keys->url == NULL || keys->ring == NULL) {
		signing_keys_free(keys_r);
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	return SG_OK;
}

void
signing_keys_free(struct signing_keys **keys_p)
{
	struct signing_keys *keys = *keys_p;

	*keys_p = NULL;
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->idle_count; i++)
		store_close(&keys->idle[i]);
	dkim_keyring_free(&keys->ring);
	(void)pthread_mutex_destroy(&keys->lock);
	free(keys->url);
	free(keys);
}

static enum sg_err
take_handle(
    struct signing_keys *keys, struct store **store_r, struct err *err_r)
{
	*store_r = NULL;
	(void)pthread_mutex_lock(&keys->lock);
	if (keys->idle_count > 0)
		*store_r = keys->idle[--keys->idle_count];
	(void)pthread_mutex_unlock(&keys->lock);
	if (*store_r != NULL)
		return SG_OK;
	return store_open(
	    keys->url, STORE_OPEN_READ, KEYS_BUSY_MSEC, store_r, err_r);
}

/* A handle that failed is not used again. */
static void
return_handle(struct signing_keys *keys, struct store *store, bool is_sound)
{
	(void)pthread_mutex_lock(&keys->lock);
	if (is_sound && keys->idle_count < KEYS_HANDLES) {
		keys->idle[keys->idle_count++] = store;
		store = NULL;
	}
	(void)pthread_mutex_unlock(&keys->lock);
	store_close(&store);
}

struct load {
	const struct seal *seal;
	struct dkim_keyring_entry *entry_r;
	struct err *err_r;
	enum sg_err rc;
};

static bool
unseal_row(void *ctx, const struct store_key *row)
{
	struct load *load = ctx;
	unsigned char *pem = NULL;
	size_t len = 0;

	load->rc = seal_unwrap(load->seal, "dkim.key", row->sealed,
	    row->sealed_len, &pem, &len, load->err_r);
	if (load->rc == SG_OK)
		load->rc = dkim_key_from_text(
		    (const char *)pem, len, &load->entry_r->key, load->err_r);
	seal_wipe_free(&pem, len);
	(void)snprintf(load->entry_r->selector, sizeof(load->entry_r->selector),
	    "%s", row->selector);
	return false;
}

static enum sg_err
load_key(void *ctx, int64_t key_id, struct dkim_keyring_entry *entry_r,
    struct err *err_r)
{
	struct signing_keys *keys = ctx;
	struct load load = {keys->seal, entry_r, err_r, SG_OK};
	struct store *store = NULL;
	enum sg_err rc = take_handle(keys, &store, err_r);

	if (rc != SG_OK)
		return rc;
	load.rc = SG_MISSING;
	rc = store_key_get(store, key_id, unseal_row, &load, err_r);
	return_handle(keys, store, rc == SG_OK || rc == SG_MISSING);
	return rc == SG_OK ? load.rc : rc;
}

enum sg_err
signing_keys_get(void *ctx, int64_t key_id, struct dkim_keyring_entry *entry_r,
    struct err *err_r)
{
	struct signing_keys *keys = ctx;

	return dkim_keyring_get(
	    keys->ring, key_id, load_key, keys, entry_r, err_r);
}
