/* Derived signing keys: see keys.h. */
#include "config.h"

#include "api/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/hash.h"

#define SEALED_MAX 128

struct entry {
	unsigned char sealed[SEALED_MAX];
	size_t sealed_len;
	char date[sizeof(((struct sigv4 *)NULL)->date)];
	char region[SIGV4_REGION_MAX + 1];
	char service[SIGV4_SERVICE_MAX + 1];
	unsigned char key[SIGV4_KEY_BYTES];
};

struct api_keys {
	struct hash_key hash;
	struct entry *entries[API_KEYS_MAX];
};

struct api_keys *
api_keys_new(void)
{
	struct api_keys *keys = calloc(1, sizeof(*keys));

	if (keys != NULL && !hash_key_init(&keys->hash)) {
		free(keys);
		keys = NULL;
	}
	return keys;
}

void
api_keys_free(struct api_keys **keys)
{
	struct api_keys *k = *keys;

	if (k == NULL)
		return;
	for (size_t i = 0; i < API_KEYS_MAX; i++) {
		if (k->entries[i] != NULL)
			OPENSSL_cleanse(k->entries[i], sizeof(struct entry));
		free(k->entries[i]);
	}
	free(k);
	*keys = NULL;
}

/* One place for each sealed secret and service: yesterday's key goes. */
static size_t
place_of(const struct api_keys *keys, const void *sealed, size_t len,
    const struct sigv4 *sig)
{
	uint64_t hash =
	    hash_bytes(&keys->hash, sealed, len) ^
	    hash_bytes(&keys->hash, sig->service, strlen(sig->service));

	return (size_t)(hash % API_KEYS_MAX);
}

bool
api_keys_find(const struct api_keys *keys, const void *sealed, size_t len,
    const struct sigv4 *sig, unsigned char key_r[SIGV4_KEY_BYTES])
{
	const struct entry *entry =
	    keys->entries[place_of(keys, sealed, len, sig)];

	if (entry == NULL || entry->sealed_len != len ||
	    memcmp(entry->sealed, sealed, len) != 0 ||
	    strcmp(entry->date, sig->date) != 0 ||
	    strcmp(entry->region, sig->region) != 0 ||
	    strcmp(entry->service, sig->service) != 0)
		return false;
	memcpy(key_r, entry->key, SIGV4_KEY_BYTES);
	return true;
}

void
api_keys_add(struct api_keys *keys, const void *sealed, size_t len,
    const struct sigv4 *sig, const unsigned char key[SIGV4_KEY_BYTES])
{
	struct entry **place = &keys->entries[place_of(keys, sealed, len, sig)];
	struct entry *entry = *place;

	if (len > SEALED_MAX)
		return;
	if (entry == NULL)
		entry = *place = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return;
	memcpy(entry->sealed, sealed, len);
	entry->sealed_len = len;
	(void)snprintf(entry->date, sizeof(entry->date), "%s", sig->date);
	(void)snprintf(entry->region, sizeof(entry->region), "%s", sig->region);
	(void)snprintf(
	    entry->service, sizeof(entry->service), "%s", sig->service);
	memcpy(entry->key, key, SIGV4_KEY_BYTES);
}
