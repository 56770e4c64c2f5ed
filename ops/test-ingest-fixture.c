/* See test-ingest.h. */
#include "config.h"

#include "ops/test-ingest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/ingest.h"

int
ingest_house_setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	void *admin;

	assert_non_null(house);
	assert_int_equal(admin_fixture_setup(&admin), 0);
	house->admin = admin;
	(void)snprintf(
	    house->dir, sizeof(house->dir), "%s/j", house->admin->dir);
	admin_fixture_set(&house->admin->conf->journal, house->dir);
	assert_int_equal(
	    journal_open(house->dir, &house->journal, NULL), SG_OK);
	house->account_id = admin_fixture_account(house->admin, "shop");
	*state = house;
	return 0;
}

int
ingest_house_teardown(void **state)
{
	struct house *house = *state;
	void *admin = house->admin;

	journal_close(&house->journal);
	admin_fixture_remove(house->dir);
	assert_int_equal(admin_fixture_teardown(&admin), 0);
	free(house);
	return 0;
}

struct journal_entry
ingest_house_entry(const struct house *house, const char *queue_id)
{
	return (struct journal_entry){
	    .kind = JOURNAL_SENT,
	    .account_id = house->account_id,
	    .queue_id = queue_id,
	    .at_msec = SENT_MSEC,
	    .login = "shop",
	    .sender = "a@shop.example",
	    .source_ip = "192.0.2.1",
	    .identity_id = 3,
	    .identity = "shop.example",
	    .set_name = "",
	    .size = 100,
	    .recipients = "E x@y.example\n",
	    .reason = "",
	    .reply = "",
	};
}

void
ingest_house_note(struct house *house, const struct journal_entry *entry)
{
	struct err err;

	if (journal_append(house->journal, entry, &err) != SG_OK)
		fail_msg("%s", err.text);
}

int64_t
ingest_house_run(struct house *house)
{
	int64_t messages = -1;

	assert_code(house->admin, SG_OK,
	    ingest_run(house->admin->store, house->admin->conf, TEST_NOW,
		&messages, &house->admin->err));
	return messages;
}

/* ---- what is in the store ------------------------------------------------------- */

bool
ingest_house_see(void *ctx, const struct store_message *row)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->message = *row;
	(void)snprintf(seen->facts, sizeof(seen->facts), "%s", row->facts);
	(void)snprintf(
	    seen->recipients, sizeof(seen->recipients), "%s", row->recipients);
	return true;
}

struct seen
ingest_house_messages(struct house *house)
{
	struct seen seen = {0};

	assert_code(house->admin, SG_OK,
	    store_message_list(house->admin->store, 0, 0, 100000,
		ingest_house_see, &seen, &house->admin->err));
	return seen;
}

static bool
see_event(void *ctx, const struct store_event *row)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->set_id = row->set_id;
	seen->id = row->id;
	(void)snprintf(
	    seen->recipients, sizeof(seen->recipients), "%s", row->recipients);
	(void)snprintf(seen->detail, sizeof(seen->detail), "%s", row->detail);
	return true;
}

struct seen
ingest_house_events(struct house *house, enum store_event_kind kind)
{
	struct store_event_filter filter = {
	    .queue_id = "", .kinds = 1 << kind, .most = 100000};
	struct seen seen = {0};

	assert_code(house->admin, SG_OK,
	    store_event_list(house->admin->store, &filter, see_event, &seen,
		&house->admin->err));
	return seen;
}

static bool
add_tally(void *ctx, const struct store_tally *row)
{
	struct store_tally *sum = ctx;

	sum->sent += row->sent;
	sum->eligible += row->eligible;
	sum->bounces += row->bounces;
	sum->complaints += row->complaints;
	sum->rejected += row->rejected;
	sum->bucket_sec = row->bucket_sec;
	return true;
}

struct store_tally
ingest_house_tally(struct house *house, int64_t set_id)
{
	struct store_tally sum = {0};

	assert_code(house->admin, SG_OK,
	    store_tally_list(house->admin->store, house->account_id, set_id, 0,
		add_tally, &sum, &house->admin->err));
	return sum;
}

static bool
see_name(void *ctx, const char *name)
{
	struct names *names = ctx;

	if (names->count++ == 0)
		(void)snprintf(names->first, sizeof(names->first), "%s", name);
	return true;
}

struct names
ingest_house_files(const struct house *house)
{
	struct names names = {0};

	assert_int_equal(
	    journal_list(house->dir, see_name, &names, NULL), SG_OK);
	return names;
}

void
ingest_house_append(
    const struct house *house, const char *name, const char *text)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", house->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0640);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
}

bool
ingest_house_has_bookmark(struct house *house, const char *name)
{
	struct store_bookmark row;

	return store_bookmark_get(house->admin->store, name, &row, NULL) ==
	       SG_OK;
}
