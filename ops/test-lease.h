/* What the tests of leases share: a store, a folder and an account. */
#ifndef SENDWARD_OPS_TEST_LEASE_H
#define SENDWARD_OPS_TEST_LEASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "ops/lease.h"
#include "ops/lease_parts.h"

struct conf;

struct house {
	char dir[200];
	char url[1024];
	struct conf *conf;
	struct lease_times times;
	int64_t account_id;
	/* of orders */
	int64_t daily_quota;
	double rate;
	int64_t pacing_usec;
	int64_t spent; /* by house_warm */
};

int house_setup(void **state);
int house_teardown(void **state);

struct leases *house_open(struct house *h, const char *name);
struct lease_order house_order(const struct house *h, int64_t recipients);
/* Waits for answers. */
enum lease_answer house_spend_order(struct leases *l,
    const struct lease_order *order, struct lease_spent *spent_r /* or NULL */);
enum lease_answer house_spend(
    const struct house *h, struct leases *l, int64_t recipients);
/* Spends (h->spent) until something is taken ahead. */
void house_warm(struct house *h, struct leases *l);
int64_t house_used(const struct house *h); /* as people see it */
int64_t house_debited(const struct house *h);
int64_t house_sql(const struct house *h, const char *sql);
void house_sleep(int64_t msec);
bool house_is_readable(int fd, int msec);
int house_compare(const void *a, const void *b); /* of int64_t */

#endif
