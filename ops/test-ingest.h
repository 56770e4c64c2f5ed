/* What the tests of ingesting share: a store, a journal that is written to, and
 * looks at what came of it. */
#ifndef SENDWARD_OPS_TEST_INGEST_H
#define SENDWARD_OPS_TEST_INGEST_H

#include "ops/event.h"
#include "ops/journal.h"
#include "ops/test-admin.h"
#include "store/tenants.h"

#define SENT_MSEC (TEST_NOW * 1000 - 5000)

struct house {
	struct admin_fixture *admin;
	struct journal *journal;
	int64_t account_id;
	char dir[128]; /* of the journal */
};

/* Rows of a kind: how many, and the last. */
struct seen {
	size_t count;
	char recipients[512], detail[2048], facts[2048];
	struct store_message message;
	int64_t set_id, id;
};

struct names {
	char first[256];
	size_t count;
};

/* cmocka's setup and teardown: *state is the struct house. */
int ingest_house_setup(void **state);
int ingest_house_teardown(void **state);

#define WITH_HOUSE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, ingest_house_setup, ingest_house_teardown)

/* A message of account "shop"; queue_id is borrowed. */
struct journal_entry ingest_house_entry(
    const struct house *house, const char *queue_id);
/* Into the journal. */
void ingest_house_note(struct house *house, const struct journal_entry *entry);
/* Text of any kind behind a file of the journal. */
void ingest_house_append(
    const struct house *house, const char *name, const char *text);
/* How many messages came into the store. */
int64_t ingest_house_run(struct house *house);

bool ingest_house_see(void *ctx, const struct store_message *row);
struct seen ingest_house_messages(struct house *house);
struct seen ingest_house_events(
    struct house *house, enum store_event_kind kind);
struct store_tally ingest_house_tally(struct house *house, int64_t set_id);
/* Of the journal. */
struct names ingest_house_files(const struct house *house);
bool ingest_house_has_bookmark(struct house *house, const char *name);

#endif
