/* What the tests of reputation share: an account whose tallies they write, and the
 * looks at it. */
#ifndef SENDWARD_OPS_TEST_REPUTATION_H
#define SENDWARD_OPS_TEST_REPUTATION_H

#include "ops/reputation.h"
#include "ops/test-contact.h"
#include "store/events.h"

#define BUCKET STORE_TALLY_BUCKET_SEC
#define DAY INT64_C(86400)

struct store_account fixture_shop(struct admin_fixture *f);
void fixture_policy(struct admin_fixture *f, const char *policy);
/* A configuration set of shop's; its id. */
int64_t fixture_set(struct admin_fixture *f, const char *name);

/* Adds to a bucket of shop's, or of its set's; set_id 0: of the account. */
void fixture_tally(struct admin_fixture *f, int64_t set_id, int64_t at_sec,
    int64_t eligible, int64_t bounces, int64_t complaints);

/* As after a report: in the caller's transaction. */
void fixture_update(struct admin_fixture *f, int64_t set_id, int64_t now_sec);
void fixture_update_all(struct admin_fixture *f, int64_t now_sec);

#endif
