/* Keys that an identity brings itself: see identity_import_key in identity.h. Makes
 * none, and asks no DNS. */
#include "config.h"

#include "ops/identity.h"

#include <string.h>

#include "dkim/key.h"
#include "ops/identity_keys.h"

/* RFC 6376 §3.1: labels of letters, digits and hyphens; we ask for lower case,
 * so that nobody publishes another spelling. */
bool
identity_is_selector(const char *selector)
{
	size_t len = strnlen(selector, IDENTITY_SELECTOR_MAX + 1);
	char before = '.';

	if (len == 0 || len > IDENTITY_SELECTOR_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = selector[i];
		bool is_alnum =
		    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!is_alnum && c != '-' && c != '.')
			return false;
		if (!is_alnum && (before == '.' || (c == '.' && before == '-')))
			return false;
		before = c;
	}
	return before != '-' && before != '.';
}

enum sg_err
identity_own_key_take(struct identity_new_key *key_r, const struct seal *seal,
    const char *selector, const char *text, size_t len, int64_t now_sec,
    struct err *err_r)
{
	struct dkim_key *key = NULL;
	enum sg_err rc;

	if (!identity_is_selector(selector))
		return err_set(err_r, SG_INVALID,
		    "--selector must be 1 to %d of a-z 0-9 - and inner dots",
		    IDENTITY_SELECTOR_MAX);
	rc = dkim_key_from_text(text, len, &key, err_r);
	if (rc == SG_OK)
		rc = identity_new_key_take(
		    key_r, seal, key, selector, now_sec, err_r);
	key_r->row.origin = KEY_EXTERNAL;
	dkim_key_unref(&key);
	return rc;
}

struct import {
	struct store_key *row;
	bool now; /* signs at once */
	int64_t now_sec;
};

/* An own key that nobody has seen makes room for the next one. */
static bool
is_replaced(const struct store_key *key, const struct store_key *by)
{
	return key->origin == KEY_EXTERNAL && identity_key_waits(key) &&
	       key->seen_sec == 0 && strcmp(key->algorithm, by->algorithm) == 0;
}

static enum sg_err
add_own_key(const struct import *in, struct store *store,
    const struct store_identity *row, struct err *err_r)
{
	struct identity_key_set set;
	size_t gone = 0;
	enum sg_err rc =
	    identity_key_set_load(store, row->facts.id, &set, err_r);

	for (size_t i = 0; i < set.count && rc == SG_OK; i++)
		if (strcmp(set.list[i].selector, in->row->selector) == 0)
			rc = err_set(err_r, SG_EXISTS,
			    "the identity has a key with selector %s already; "
			    "give the new key another one",
			    in->row->selector);
	for (size_t i = 0; i < set.count && rc == SG_OK; i++)
		if (is_replaced(&set.list[i], in->row)) {
			rc = store_key_delete(store, set.list[i].id, err_r);
			gone++;
		}
	if (rc != SG_OK)
		return rc;
	set.count -= gone;
	rc = identity_key_room(&set, 1, row->facts.name, err_r);
	return rc == SG_OK ? store_key_add(store, in->row, err_r) : rc;
}

/* Until DNS has the key, unless the operator says that it has. */
static enum sg_err
look_for_own_key(const struct import *in, struct store *store,
    struct store_identity *row, struct err *err_r)
{
	int64_t id = row->facts.id;
	enum sg_err rc;

	if (in->now) {
		rc = store_key_set_active(
		    store, in->row->id, true, in->now_sec, err_r);
		row->facts.dkim_status = RULES_IDENTITY_SUCCESS;
	} else if (row->facts.dkim_status == RULES_IDENTITY_NOT_STARTED ||
		   row->facts.dkim_status == RULES_IDENTITY_FAILED) {
		return identity_look_start(store, id, VERIFICATION_DKIM,
		    &row->facts.dkim_status, in->now_sec, err_r);
	} else {
		rc = SG_OK;
	}
	if (rc == SG_OK)
		rc = identity_look_now(
		    store, id, VERIFICATION_DKIM, in->now_sec, err_r);
	return rc;
}

static enum sg_err
import_key(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	const struct import *in = ctx;
	enum sg_err rc;

	in->row->identity_id = row->facts.id;
	rc = add_own_key(in, store, row, err_r);
	if (rc == SG_OK)
		rc = look_for_own_key(in, store, row, err_r);
	return rc == SG_OK ? store_identity_update(store, row, err_r) : rc;
}

enum sg_err
identity_import_key(struct store *store, const struct seal *seal,
    const char *account, const char *name, const char *selector,
    const char *text, size_t len, bool now, int64_t now_sec, struct err *err_r)
{
	struct identity_new_key new = {0};
	struct import in = {.row = &new.row, .now = now, .now_sec = now_sec};
	enum sg_err rc = identity_own_key_take(
	    &new, seal, selector, text, len, now_sec, err_r);

	if (rc == SG_OK)
		rc = identity_change(
		    store, account, name, import_key, &in, NULL, err_r);
	identity_new_key_fini(&new);
	return rc;
}
