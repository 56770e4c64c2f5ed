/* What is sealed, under another key: see master_key.h. Changes no file. */
#include "config.h"

#include "ops/master_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "ops/topic.h"
#include "store/sealed.h"
#include "store/store.h"

/* As those who seal them say. */
static const char *const contexts[STORE_SEALED_KINDS] = {
    [STORE_SEALED_CREDENTIAL] = "credential.secret",
    [STORE_SEALED_DKIM] = "dkim.key",
    [STORE_SEALED_LETTER] = "link",
    [STORE_SEALED_PUBLICATION] = TOPIC_SEAL_TOKEN,
    [STORE_SEALED_CERTIFICATE] = TOPIC_SEAL_KEY,
    [STORE_SEALED_TOTP] = "user.totp",
    [STORE_SEALED_TOTP_PENDING] = "user.totp",
};

struct work {
	struct store *store;
	const struct seal *seal;
	bool is_counting;
	struct master_key_count *count;
	struct err *err_r;
};

static enum sg_err
renew(struct work *w, enum store_sealed_kind kind, struct store_sealed *row)
{
	unsigned char *blob;
	size_t len;
	enum sg_err rc = seal_renew(w->seal, contexts[kind], row->blob,
	    row->len, &blob, &len, w->err_r);

	if (rc != SG_OK)
		return rc;
	w->count->sealed++;
	if (blob == NULL)
		return SG_OK;
	w->count->renewed++;
	if (len != row->len) /* the same secret has the same length */
		rc =
		    err_set(w->err_r, SG_CRYPTO, "a secret changed its length");
	else
		memcpy(row->blob, blob, len);
	free(blob);
	if (rc == SG_OK && !w->is_counting)
		rc = store_sealed_put(w->store, kind, row, w->err_r);
	return rc;
}

static enum sg_err
renew_kind(struct work *w, enum store_sealed_kind kind)
{
	struct store_sealed row = {.id = 0};
	enum sg_err rc;

	while (
	    (rc = store_sealed_next(w->store, kind, &row, w->err_r)) == SG_OK) {
		rc = renew(w, kind, &row);
		if (rc != SG_OK)
			return rc;
	}
	return rc == SG_MISSING ? SG_OK : rc;
}

static enum sg_err
renew_all(struct work *w)
{
	enum sg_err rc = SG_OK;

	*w->count = (struct master_key_count){0};
	for (int kind = 0; rc == SG_OK && kind < STORE_SEALED_KINDS; kind++)
		rc = renew_kind(w, (enum store_sealed_kind)kind);
	return rc;
}

enum sg_err
master_key_reseal(struct store *store, const struct seal *seal,
    struct master_key_count *count_r, struct err *err_r)
{
	struct work work = {
	    .store = store, .seal = seal, .count = count_r, .err_r = err_r};
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	return store_finish(store, renew_all(&work), err_r);
}

enum sg_err
master_key_count(struct store *store, const struct seal *seal,
    struct master_key_count *count_r, struct err *err_r)
{
	struct work work = {.store = store,
	    .seal = seal,
	    .is_counting = true,
	    .count = count_r,
	    .err_r = err_r};

	return renew_all(&work);
}
