/* What the tests of the snapshot share: a new store for each, changed by SQL from
 * another connection, as by another program. */
#ifndef SENDWARD_OPS_TEST_SNAPSHOT_H
#define SENDWARD_OPS_TEST_SNAPSHOT_H

#include "ops/snapshot.h"
#include "ops/test-admin.h"
#include "store/store.h"
#include "store/test-database.h"

#define ALL_PARTS                                                              \
	(SNAPSHOT_ACCOUNTS | SNAPSHOT_IDENTITIES | SNAPSHOT_SUPPRESSIONS |     \
	    SNAPSHOT_SETS)

struct fixture {
	char url[TEST_DATABASE_URL_SIZE];
	struct store *reader;
	struct snapshot *snapshot;
	struct err err;
};

/* cmocka's setup and teardown: *state is the struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Makes the store's file, if it is not there, and opens it as f->reader. */
void fixture_open(struct fixture *f);
/* The file of the store; f->url stays. */
void fixture_remove(struct fixture *f);
void fixture_sql(struct fixture *f, const char *text);
/* All that was committed is seen: on PostgreSQL by a new f->reader, for a server
 * tells of changes a moment later. */
void fixture_refresh(struct fixture *f);

#define INSERT_ACCOUNT                                                         \
	"INSERT INTO account (id, name, production, paused, pause_reason, "    \
	"daily_quota, rate, policy, pool, contact, created_sec) "
#define INSERT_SUPPRESSION                                                     \
	"INSERT INTO suppression (account_id, address, reason, since_sec) "
#define INSERT_IDENTITY                                                        \
	"INSERT INTO identity (id, account_id, name, type, status, "           \
	"signing_enabled, created_sec, verified_sec) VALUES "
#define INSERT_KEY                                                             \
	"INSERT INTO dkim_key (id, identity_id, selector, algorithm, bits, "   \
	"active, created_sec, public_base64, sealed) VALUES "

/* demo (1): login app, credential AKIA, identity demo.example (1) with key 1,
 * suppressed x@y.example. */
extern const char fixture_fill[];

/* What the snapshot says of it, in one line; text itself. */
const char *fixture_view(const struct fixture *f, char text[1024]);

#define ACCOUNT "demo1:1,demo,10,500,10.5 "
#define IDENTITY "identity1:1,demo.example,12100,1,0 "
#define SUPPRESSED "x1:1,1700000000"
#define NO_ACCOUNT "demo0:0,,00,0,0.0 "
#define NO_IDENTITY "identity0:0,,00000,0,0 "
#define NOT_SUPPRESSED "x0:0,0"

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
