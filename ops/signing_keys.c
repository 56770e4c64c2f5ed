/* Decoded signing keys for the mail path: see signing_keys.h. Does not log. */
#include "config.h"

#include "ops/signing_keys.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/seal.h"
#include "ops/handles.h"
#include "store/store.h"

#define KEYS_IN_MEMORY 1024

struct signing_keys {
	const struct seal *seal;
	struct dkim_keyring *ring;
	struct handles *handles;
};

enum sg_err
signing_keys_new(const char *url, const struct seal *seal,
    struct signing_keys **keys_r, struct err *err_r)
{
	struct signing_keys *keys = calloc(1, sizeof(*keys));
	enum sg_err rc;

	*keys_r = keys;
	if (keys == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	keys->seal = seal;
	keys->ring = dkim_keyring_new(KEYS_IN_MEMORY);
	rc = keys->ring == NULL ? err_set(err_r, SG_NOMEM, "no memory")
				: handles_new(url, &keys->handles, err_r);
	if (rc != SG_OK)
		signing_keys_free(keys_r);
	return rc;
}

void
signing_keys_free(struct signing_keys **keys_p)
{
	struct signing_keys *keys = *keys_p;

	*keys_p = NULL;
	if (keys == NULL)
		return;
	handles_free(&keys->handles);
	dkim_keyring_free(&keys->ring);
	free(keys);
}

struct load {
	const struct seal *seal;
	int64_t key_id;
	struct dkim_keyring_entry *entry_r;
	struct err *err_r;
	enum sg_err rc; /* of what was read */
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
ask_key(void *ctx, struct store *store, struct err *err_r)
{
	struct load *load = ctx;

	load->rc = SG_MISSING;
	return store_key_get(store, load->key_id, unseal_row, load, err_r);
}

static enum sg_err
load_key(void *ctx, int64_t key_id, struct dkim_keyring_entry *entry_r,
    struct err *err_r)
{
	struct signing_keys *keys = ctx;
	struct load load = {.seal = keys->seal,
	    .key_id = key_id,
	    .entry_r = entry_r,
	    .err_r = err_r};
	enum sg_err rc = handles_ask(keys->handles, ask_key, &load, err_r);

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
