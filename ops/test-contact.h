/* What tests of pauses and limits share: a store that nobody waits for, letters to
 * the account's contact and to the operator. */
#ifndef SENDWARD_OPS_TEST_CONTACT_H
#define SENDWARD_OPS_TEST_CONTACT_H

#include "ops/test-admin.h"

/* As admin_fixture_setup; "shop" has the contact owner@shop.example, the operator is
 * operator@mail.example. */
int contact_setup(void **state);

/* All letters together. */
struct contact_letters {
	int count, paused, review, throttled;
	bool to_owner, to_operator;
	char facts[1024]; /* of the last one */
};

struct contact_letters contact_letters(struct admin_fixture *f);

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, contact_setup, admin_fixture_teardown)

#endif
