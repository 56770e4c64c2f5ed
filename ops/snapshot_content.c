/* The tables of a snapshot. Reads no store and takes no lock. */
#include "config.h"

#include "ops/snapshot_content.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "ops/snapshot.h"

#define MALLOC_HEAD_BYTES sizeof(size_t)
#define ADDRESS_KEY_MAX (sizeof(int64_t) + RULES_ADDRESS_MAX)

/* Entries stand in one piece of memory each, with their text at the end. */
struct account_entry {
	int64_t id;
	int64_t daily_quota;
	double rate;
	bool production;
	bool paused;
	unsigned char suppressed_reasons;
	char text[]; /* name, NUL, pause_reason, NUL */
};

struct login_entry {
	int64_t account_id;
	bool is_credential;
	char name[];
};

struct identity_entry {
	int64_t id;
	int64_t account_id;
	int64_t key_id[RULES_KEYS_PER_IDENTITY];
	int64_t default_set_id;
	int notify_headers;
	unsigned char type;
	unsigned char status;
	unsigned char dkim_status;
	unsigned char mail_from_use;
	bool signing_enabled;
	char text[]; /* name, NUL, mail_from, NUL */
};

struct named {
	int64_t account_id;
	const char *name;
};

static void *
entry_of(const struct hash_slot *slot)
{
	return slot != NULL ? (void *)(uintptr_t)slot->value : NULL;
}

static void *
entry_new(struct snapshot_content *content, size_t head, size_t text)
{
	void *entry = calloc(1, head + text);

	if (entry != NULL)
		content->entry_bytes +=
		    malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	return entry;
}

static void
entry_free(struct snapshot_content *content, void *entry)
{
	if (entry != NULL)
		content->entry_bytes -=
		    malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	free(entry);
}

struct snapshot_content *
snapshot_content_new(void)
{
	struct snapshot_content *content = calloc(1, sizeof(*content));

	if (content == NULL)
		return NULL;
	content->grants.key = &content->key;
	content->sets.key = &content->key;
	content->brakes.key = &content->key;
	content->tenants.named.key = &content->key;
	if (hash_key_init(&content->key))
		return content;
	free(content);
	return NULL;
}

static void
free_entries(struct hash_map *map)
{
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].hash != 0)
			free(entry_of(&map->slots[i]));
	hash_map_fini(map);
}

void
snapshot_content_free(struct snapshot_content **content)
{
	struct snapshot_content *c = *content;

	*content = NULL;
	if (c == NULL)
		return;
	free_entries(&c->accounts);
	hash_map_fini(&c->account_names); /* the same entries */
	free_entries(&c->logins);
	free_entries(&c->identities);
	grants_fini(&c->grants);
	named_fini(&c->sets);
	sets_brakes_fini(&c->brakes);
	tenants_fini(&c->tenants);
	filter_fini(&c->suppressed);
	free(c);
}

/* ---- accounts ---- */

static bool
is_account_id(const void *ctx, uint64_t value)
{
	const struct account_entry *entry = (const void *)(uintptr_t)value;

	return entry->id == *(const int64_t *)ctx;
}

static bool
is_account_name(const void *ctx, uint64_t value)
{
	const struct account_entry *entry = (const void *)(uintptr_t)value;

	return strcmp(entry->text, ctx) == 0;
}

static struct hash_slot *
account_slot(const struct snapshot_content *content, int64_t id)
{
	return hash_map_find(&content->accounts,
	    hash_bytes(&content->key, &id, sizeof(id)), is_account_id, &id);
}

static struct hash_slot *
account_name_slot(const struct snapshot_content *content, const char *name)
{
	return hash_map_find(&content->account_names,
	    hash_bytes(&content->key, name, strlen(name)), is_account_name,
	    name);
}

static struct account_entry *
account_entry_new(
    struct snapshot_content *content, const struct rules_account *account)
{
	size_t name_size = strlen(account->name) + 1;
	size_t reason_size = strlen(account->pause_reason) + 1;
	struct account_entry *entry =
	    entry_new(content, sizeof(*entry), name_size + reason_size);

	if (entry == NULL)
		return NULL;
	entry->id = account->id;
	entry->daily_quota = account->daily_quota;
	entry->rate = account->rate;
	entry->production = account->production;
	entry->paused = account->paused;
	entry->suppressed_reasons = (unsigned char)account->suppressed_reasons;
	memcpy(entry->text, account->name, name_size);
	memcpy(entry->text + name_size, account->pause_reason, reason_size);
	return entry;
}

static bool
account_add(struct snapshot_content *content, struct account_entry *entry)
{
	uint64_t value = (uintptr_t)entry;
	uint64_t id_hash =
	    hash_bytes(&content->key, &entry->id, sizeof(entry->id));
	uint64_t name_hash =
	    hash_bytes(&content->key, entry->text, strlen(entry->text));

	if (!hash_map_add(&content->accounts, id_hash, value))
		return false;
	if (hash_map_add(&content->account_names, name_hash, value))
		return true;
	hash_map_remove(&content->accounts, account_slot(content, entry->id));
	return false;
}

bool
content_put_account(
    struct snapshot_content *content, const struct rules_account *account)
{
	struct account_entry *entry = account_entry_new(content, account);
	struct hash_slot *by_id, *by_name;

	if (entry == NULL)
		return false;
	by_id = account_slot(content, account->id);
	by_name = account_name_slot(content, account->name);
	if (by_id != NULL && by_name != NULL &&
	    by_id->value == by_name->value) {
		entry_free(content, entry_of(by_id));
		by_id->value = by_name->value = (uintptr_t)entry;
		return true;
	}
	/* the name may have belonged to an account that is gone, or the id
	 * had another name */
	if (by_id != NULL)
		content_drop_account(content, account->id);
	by_name = account_name_slot(content, account->name);
	if (by_name != NULL)
		content_drop_account(
		    content, ((struct account_entry *)entry_of(by_name))->id);
	if (account_add(content, entry))
		return true;
	entry_free(content, entry);
	return false;
}

void
content_drop_account(struct snapshot_content *content, int64_t id)
{
	struct hash_slot *slot = account_slot(content, id);
	struct account_entry *entry = entry_of(slot);

	if (entry == NULL)
		return;
	hash_map_remove(&content->accounts, slot);
	slot = account_name_slot(content, entry->text);
	if (slot != NULL)
		hash_map_remove(&content->account_names, slot);
	entry_free(content, entry);
}

static bool
account_fill(const struct account_entry *entry, struct rules_account *account_r)
{
	size_t name_size;

	if (entry == NULL)
		return false;
	*account_r = (struct rules_account){
	    .id = entry->id,
	    .production = entry->production,
	    .paused = entry->paused,
	    .daily_quota = entry->daily_quota,
	    .rate = entry->rate,
	    .suppressed_reasons = entry->suppressed_reasons,
	};
	name_size = strlen(entry->text) + 1;
	memcpy(account_r->name, entry->text, name_size);
	memcpy(account_r->pause_reason, entry->text + name_size,
	    strlen(entry->text + name_size) + 1);
	return true;
}

bool
content_find_account(const struct snapshot_content *content, int64_t id,
    struct rules_account *account_r)
{
	return account_fill(entry_of(account_slot(content, id)), account_r);
}

bool
content_find_account_name(const struct snapshot_content *content,
    const char *name, struct rules_account *account_r)
{
	return account_fill(
	    entry_of(account_name_slot(content, name)), account_r);
}

/* ---- SASL names ---- */

static bool
is_login(const void *ctx, uint64_t value)
{
	const struct login_entry *entry = (const void *)(uintptr_t)value;

	return strcmp(entry->name, ctx) == 0;
}

static struct hash_slot *
login_slot(const struct snapshot_content *content, const char *name)
{
	return hash_map_find(&content->logins,
	    hash_bytes(&content->key, name, strlen(name)), is_login, name);
}

bool
content_put_login(struct snapshot_content *content, const char *name,
    bool is_credential, int64_t account_id)
{
	struct login_entry *entry = entry_of(login_slot(content, name));
	size_t size = strlen(name) + 1;

	if (entry != NULL) {
		entry->account_id = account_id;
		entry->is_credential = is_credential;
		return true;
	}
	entry = entry_new(content, sizeof(*entry), size);
	if (entry == NULL)
		return false;
	entry->account_id = account_id;
	entry->is_credential = is_credential;
	memcpy(entry->name, name, size);
	if (hash_map_add(&content->logins,
		hash_bytes(&content->key, name, size - 1), (uintptr_t)entry))
		return true;
	entry_free(content, entry);
	return false;
}

void
content_drop_login(
    struct snapshot_content *content, const char *name, bool is_credential)
{
	struct hash_slot *slot = login_slot(content, name);
	struct login_entry *entry = entry_of(slot);

	if (entry == NULL || entry->is_credential != is_credential)
		return;
	hash_map_remove(&content->logins, slot);
	entry_free(content, entry);
}

bool
content_find_login(const struct snapshot_content *content, const char *name,
    int64_t *account_id_r, bool *is_credential_r)
{
	const struct login_entry *entry = entry_of(login_slot(content, name));

	if (entry == NULL)
		return false;
	*account_id_r = entry->account_id;
	*is_credential_r = entry->is_credential;
	return true;
}

/* ---- identities ---- */

/* The hash of an account's id and a text of at most RULES_ADDRESS_MAX bytes. */
static uint64_t
hash_named(const struct snapshot_content *content, int64_t account_id,
    const char *name)
{
	unsigned char key[ADDRESS_KEY_MAX];
	size_t len = strnlen(name, RULES_ADDRESS_MAX);

	memcpy(key, &account_id, sizeof(account_id));
	memcpy(key + sizeof(account_id), name, len);
	return hash_bytes(&content->key, key, sizeof(account_id) + len);
}

static bool
is_identity(const void *ctx, uint64_t value)
{
	const struct identity_entry *entry = (const void *)(uintptr_t)value;
	const struct named *named = ctx;

	return entry->account_id == named->account_id &&
	       strcmp(entry->text, named->name) == 0;
}

static struct hash_slot *
identity_slot(const struct snapshot_content *content, int64_t account_id,
    const char *name)
{
	const struct named named = {account_id, name};

	return hash_map_find(&content->identities,
	    hash_named(content, account_id, name), is_identity, &named);
}

static struct identity_entry *
identity_entry_new(struct snapshot_content *content, int64_t account_id,
    const struct rules_identity *identity)
{
	size_t name_size = strlen(identity->name) + 1;
	size_t mail_from_size = strlen(identity->mail_from) + 1;
	struct identity_entry *entry =
	    entry_new(content, sizeof(*entry), name_size + mail_from_size);

	if (entry == NULL)
		return NULL;
	entry->id = identity->id;
	entry->account_id = account_id;
	memcpy(entry->key_id, identity->key_id, sizeof(entry->key_id));
	entry->type = (unsigned char)identity->type;
	entry->status = (unsigned char)identity->status;
	entry->dkim_status = (unsigned char)identity->dkim_status;
	entry->mail_from_use = (unsigned char)identity->mail_from_use;
	entry->signing_enabled = identity->signing_enabled;
	entry->default_set_id = identity->default_set_id;
	entry->notify_headers = identity->notify_headers;
	memcpy(entry->text, identity->name, name_size);
	memcpy(entry->text + name_size, identity->mail_from, mail_from_size);
	return entry;
}

bool
content_put_identity(struct snapshot_content *content, int64_t account_id,
    const struct rules_identity *identity)
{
	struct identity_entry *entry =
	    identity_entry_new(content, account_id, identity);
	struct hash_slot *slot;

	if (entry == NULL)
		return false;
	slot = identity_slot(content, account_id, identity->name);
	if (slot != NULL) {
		entry_free(content, entry_of(slot));
		slot->value = (uintptr_t)entry;
		return true;
	}
	if (hash_map_add(&content->identities,
		hash_named(content, account_id, identity->name),
		(uintptr_t)entry))
		return true;
	entry_free(content, entry);
	return false;
}

void
content_drop_identity(struct snapshot_content *content, int64_t account_id,
    const char *name, int64_t id)
{
	struct hash_slot *slot = identity_slot(content, account_id, name);
	struct identity_entry *entry = entry_of(slot);

	if (entry == NULL || entry->id != id)
		return;
	hash_map_remove(&content->identities, slot);
	entry_free(content, entry);
}

bool
content_find_identity(const struct snapshot_content *content,
    int64_t account_id, const char *name, struct rules_identity *identity_r)
{
	const struct identity_entry *entry =
	    entry_of(identity_slot(content, account_id, name));
	size_t name_size;

	if (entry == NULL)
		return false;
	*identity_r = (struct rules_identity){
	    .id = entry->id,
	    .type = (enum rules_identity_type)entry->type,
	    .status = (enum rules_identity_status)entry->status,
	    .signing_enabled = entry->signing_enabled,
	    .dkim_status = (enum rules_identity_status)entry->dkim_status,
	    .mail_from_use = (enum rules_mail_from)entry->mail_from_use,
	    .default_set_id = entry->default_set_id,
	    .notify_headers = entry->notify_headers,
	};
	name_size = strlen(entry->text) + 1;
	memcpy(identity_r->key_id, entry->key_id, sizeof(entry->key_id));
	memcpy(identity_r->name, entry->text, name_size);
	memcpy(identity_r->mail_from, entry->text + name_size,
	    strlen(entry->text + name_size) + 1);
	return true;
}

/* ---- suppressions ---- */

bool
content_lower_address(const char *address, char lower_r[RULES_ADDRESS_MAX + 1])
{
	size_t i;

	for (i = 0; address[i] != '\0'; i++) {
		if (i == RULES_ADDRESS_MAX)
			return false;
		lower_r[i] = address[i] >= 'A' && address[i] <= 'Z'
				 ? (char)(address[i] + ('a' - 'A'))
				 : address[i];
	}
	lower_r[i] = '\0';
	return true;
}

bool
content_put_suppression(
    struct snapshot_content *content, int64_t account_id, const char *address)
{
	char lower[RULES_ADDRESS_MAX + 1];

	return !content_lower_address(address, lower) ||
	       filter_add(&content->suppressed,
		   hash_named(content, account_id, lower));
}

bool
content_may_suppress(const struct snapshot_content *content, int64_t account_id,
    const char *address)
{
	char lower[RULES_ADDRESS_MAX + 1];

	return content_lower_address(address, lower) &&
	       filter_may_have(&content->suppressed,
		   hash_named(content, account_id, lower));
}

/* ---- all ---- */

void
content_take(
    struct snapshot_content *to, struct snapshot_content *from, int part)
{
	struct hash_map identities = to->identities;
	struct filter suppressed = to->suppressed;

	if (part == SNAPSHOT_IDENTITIES) {
		to->identities = from->identities;
		from->identities = identities;
		to->entry_bytes += from->entry_bytes;
		from->entry_bytes = 0;
	} else {
		to->suppressed = from->suppressed;
		from->suppressed = suppressed;
	}
}

size_t
content_bytes(const struct snapshot_content *content)
{
	size_t slots = content->accounts.size + content->account_names.size +
		       content->logins.size + content->identities.size +
		       content->brakes.accounts.size;

	return sizeof(*content) + content->entry_bytes +
	       content->suppressed.bytes + slots * sizeof(struct hash_slot) +
	       grants_bytes(&content->grants) + named_bytes(&content->sets) +
	       tenants_bytes(&content->tenants);
}
