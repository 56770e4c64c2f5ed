/* When an identity is looked at next: see schedule.h. */
#include "config.h"

#include "ops/schedule.h"

#include "conf/conf.h"

/* Not looked at any more, or sooner anyway: stays as it is. */
static enum sg_err
bring_forward(
    struct store *store, int64_t identity_id, int64_t at_sec, struct err *err_r)
{
	struct verification v;
	enum sg_err rc = store_verification_get(
	    store, identity_id, VERIFICATION_DKIM, &v, err_r);

	if (rc == SG_MISSING)
		return SG_OK;
	if (rc != SG_OK || v.next_sec == 0 || v.next_sec <= at_sec)
		return rc;
	v.next_sec = at_sec;
	return store_verification_put(
	    store, identity_id, VERIFICATION_DKIM, &v, err_r);
}

enum sg_err
schedule_published(struct store *store, const struct conf *conf,
    const struct store_key *key, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_key_published(store, key->id, now_sec, err_r);
	if (rc == SG_OK && key->published_sec == 0)
		rc = bring_forward(store, key->identity_id,
		    now_sec + conf->dkim_ttl_sec, err_r);
	return store_finish(store, rc, err_r);
}

static enum sg_err
postpone_one(struct store *store, int64_t identity_id,
    enum verification_subject subject, int64_t now_sec, int64_t until_sec,
    struct err *err_r)
{
	struct verification v;
	enum sg_err rc =
	    store_verification_get(store, identity_id, subject, &v, err_r);

	if (rc == SG_MISSING)
		return SG_OK;
	if (rc != SG_OK || v.next_sec == 0 ||
	    (v.next_sec > now_sec &&
		v.next_sec <= now_sec + STORE_DUE_ABSURD_SEC))
		return rc;
	v.next_sec = until_sec;
	return store_verification_put(store, identity_id, subject, &v, err_r);
}

enum sg_err
schedule_postpone(struct store *store, int64_t identity_id, int64_t now_sec,
    int64_t until_sec, struct err *err_r)
{
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	for (int subject = 0; rc == SG_OK && subject < VERIFICATION_SUBJECTS;
	     subject++)
		rc = postpone_one(store, identity_id,
		    (enum verification_subject)subject, now_sec, until_sec,
		    err_r);
	return store_finish(store, rc, err_r);
}
