/* What the tests of brakes share: brakes in a real store, messages, who is held. */
#ifndef SENDWARD_OPS_TEST_BRAKE_H
#define SENDWARD_OPS_TEST_BRAKE_H

#include "ops/brake.h"
#include "ops/test-contact.h"
#include "store/events.h"

#define HOUR INT64_C(3600)

/* account NULL: for all; the brake's id. */
int64_t fixture_add(struct admin_fixture *f, const char *account,
    enum rules_brake_scope scope, const char *subject,
    enum rules_brake_measure measure, int64_t window_sec, int64_t most);

/* Of shop's, at TEST_NOW; login and recipients are borrowed. */
struct brake_message fixture_message(
    struct admin_fixture *f, const char *login, const char *recipients);

struct rules_verdict fixture_decide(
    struct admin_fixture *f, const struct brake_message *m);
void assert_accepts(struct admin_fixture *f, const struct brake_message *m);
/* Deferred, with words that name the limit. */
void assert_held(
    struct admin_fixture *f, const struct brake_message *m, const char *limit);

struct fixture_throttles {
	int count;
	struct store_throttle last;
};

/* Those that hold; is_all: and those that were released. */
struct fixture_throttles fixture_throttles(
    struct admin_fixture *f, bool is_all);

/* Nothing but limits is written of. */
struct contact_letters fixture_letters(struct admin_fixture *f);

#endif
