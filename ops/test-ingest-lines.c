/* Files of the journal that end, lines that are torn, that are none, that the store
 * does not take. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/ingest.h"
#include "ops/test-ingest.h"
#include "store/test-database.h"

/* A file goes when it was read and its writer has ended, its bookmark too. */
static void
test_end_of_file(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	struct names names;

	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	names = ingest_house_files(house);
	assert_int_equal(names.count, 1);
	assert_true(ingest_house_has_bookmark(house, names.first));
	entry.queue_id = "4def";
	ingest_house_note(house, &entry);
	journal_close(&house->journal);
	assert_int_equal(ingest_house_run(house), 1);
	assert_int_equal(ingest_house_files(house).count, 0);
	assert_false(ingest_house_has_bookmark(house, names.first));
	assert_int_equal(ingest_house_run(house), 0);
}

#define OPEN_LINE                                                              \
	"?\"kind\":\"sent\",\"account\":1,\"id\":\"4efg\",\"at\":1000,"        \
	"\"recipients\":\"E x@y.example\\n\"}\n"

/* A message that is being signed holds up those behind it, and one that did not leave
 * is nowhere. One that its writer could not end left when he may have been able to. */
static void
test_open_lines(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	struct journal_ticket first, second;
	struct err err;
	char name[256];

	ingest_house_note(house, &entry);
	entry.queue_id = "4bcd";
	assert_int_equal(
	    journal_begin(house->journal, &entry, &first, &err), SG_OK);
	entry.queue_id = "4cde";
	assert_int_equal(
	    journal_begin(house->journal, &entry, &second, &err), SG_OK);
	entry.queue_id = "4def";
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_int_equal(
	    journal_end(house->journal, &second, true, &err), SG_OK);
	assert_int_equal(ingest_house_run(house), 0);
	assert_int_equal(
	    journal_end(house->journal, &first, false, &err), SG_OK);
	assert_int_equal(ingest_house_run(house), 2);
	(void)snprintf(
	    name, sizeof(name), "%s", ingest_house_files(house).first);
	journal_close(&house->journal);
	ingest_house_append(house, name, OPEN_LINE);
	assert_int_equal(ingest_house_run(house), 0);
	assert_int_equal(ingest_house_files(house).count, 0);
	ingest_house_append(house,
	    "20261128T121655.123456Z-1-01234567-0123.journal", OPEN_LINE);
	assert_int_equal(ingest_house_run(house), 1);
	assert_int_equal(ingest_house_messages(house).count, 4);
	assert_int_equal(ingest_house_files(house).count, 0);
}

/* Lines that are none cost nobody else anything. */
static void
test_bad_lines(void **state)
{
	static const char *const lines[] = {"\n", "no JSON\n", "[]\n", "{}\n",
	    "{\"kind\":\"sent\"}\n",
	    "{\"kind\":\"sent\",\"account\":1,\"id\":\"\"}\n",
	    "{\"kind\":\"seen\",\"account\":1,\"id\":\"a\"}\n",
	    "{\"kind\":\"sent\",\"account\":1,\"id\":\"\\u0000\"}\n"};
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	char name[256];

	ingest_house_note(house, &entry);
	(void)snprintf(
	    name, sizeof(name), "%s", ingest_house_files(house).first);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		ingest_house_append(house, name, lines[i]);
	entry.queue_id = "4def";
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 2);
	journal_close(&house->journal);
	ingest_house_append(house, name, "{\"kind\":\"sent\",\"acc");
	assert_int_equal(ingest_house_run(house), 0);
	assert_int_equal(ingest_house_files(house).count, 0);
	assert_int_equal(ingest_house_messages(house).count, 2);
}

/* One that the store refuses costs nobody else anything. */
static void
test_refused_by_the_store(void **state)
{
	static const char *const ids[] = {"4abc", "4bad", "4def"};
	struct house *house = *state;
	struct names names;

	assert_true(test_database_sql(house->admin->conf->store,
	    test_database_is_postgresql()
		? "ALTER TABLE message ADD CHECK (queue_id <> '4bad')"
		: "CREATE TRIGGER refuse BEFORE INSERT ON message "
		  "WHEN NEW.queue_id = '4bad' BEGIN "
		  "INSERT INTO event (account_id, set_id, kind, queue_id, "
		  "at_msec, recipients, detail) "
		  "VALUES (NEW.account_id, 0, 99, 'x', 0, '', '{}'); END",
	    NULL));
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct journal_entry entry = ingest_house_entry(house, ids[i]);

		ingest_house_note(house, &entry);
	}
	names = ingest_house_files(house);
	journal_close(&house->journal);
	assert_int_equal(ingest_house_run(house), 2);
	assert_int_equal(ingest_house_messages(house).count, 2);
	assert_int_equal(ingest_house_files(house).count, 0);
	assert_false(ingest_house_has_bookmark(house, names.first));
}

/* Whatever they hold, those behind them come into the store. */
static void
test_odd_lines(void **state)
{
	static const char *const rests[] = {"\"at\":9223372036854775807",
	    "\"at\":-9223372036854775808", "\"at\":1e300",
	    "\"at\":253402300800000", "\"at\":-1",
	    "\"size\":9223372036854775807", "\"size\":-1",
	    "\"identityId\":9223372036854775807", "\"identityId\":-7",
	    "\"setId\":9223372036854775807", "\"setId\":-7,\"set\":\"x\"",
	    "\"tenantId\":9223372036854775807",
	    "\"tenantId\":-9223372036854775807", "\"tenantId\":-7",
	    "\"recipients\":\"E \\u0001\\u007f@\\u0002\\n\"",
	    "\"recipients\":\"D x@y.example\\nB x@y.example\\nC \\n\"",
	    "\"recipients\":\"C x@y.example\\nC \xc3\xa9@y.example\\n\"",
	    "\"recipients\":\"\\n\\n\\n\"", "\"recipients\":\"Q\\nE\"",
	    "\"recipients\":\"E @\\nE x@\\nE @y\\n\"",
	    "\"sender\":\"\xed\xa0\x80\"", "\"login\":\"\xff\"",
	    "\"sender\":\"\\ud800\"", "\"sender\":\"\\udbff\\udfff\"",
	    "\"ip\":\"no address\"",
	    "\"headers\":[[\"Subject\",\"\\\"tags\\\":{\\\"\"]],"
	    "\"tags\":[[\"a\",\"b\"],[\"a\",\"b\"],[\"\",\"\"]]",
	    "\"headers\":[[\"To\",\"(((\\\"\\\\,,,\"]],\"common\":[[\"a\"]]",
	    "\"tags\":[[\"\\u0001\",\"\\u001f\\n\"]]",
	    "\"outgoingIp\":\"nowhere\",\"outgoingPoolId\":-1",
	    "\"outgoingIp\":\"\",\"outgoingPoolId\":9223372036854775807",
	    "\"submission\":\"\\u0001\",\"operation\":\"\\\\\""};
	static const char *const kinds[] = {"sent", "rejected"};
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	char name[256], line[1024];
	int64_t messages = 0;

	ingest_house_note(house, &entry);
	(void)snprintf(
	    name, sizeof(name), "%s", ingest_house_files(house).first);
	for (size_t i = 0; i < 2 * sizeof(rests) / sizeof(*rests); i++) {
		(void)snprintf(line, sizeof(line),
		    "{\"kind\":\"%s\",\"account\":%lld,\"id\":\"5%zu\",%s}\n",
		    kinds[i % 2], (long long)house->account_id, i,
		    rests[i / 2]);
		ingest_house_append(house, name, line);
	}
	entry.queue_id = "4def";
	ingest_house_note(house, &entry);
	for (int i = 0; i < 3; i++)
		assert_code(house->admin, SG_OK,
		    ingest_run(house->admin->store, house->admin->conf,
			TEST_NOW, &messages, &house->admin->err));
	assert_code(house->admin, SG_OK,
	    store_message_get(house->admin->store, house->account_id, "4def",
		ingest_house_see, &(struct seen){0}, &house->admin->err));
}

/* It is left where it is while its writer lives. */
static void
test_torn_line(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	char name[256];

	ingest_house_note(house, &entry);
	(void)snprintf(
	    name, sizeof(name), "%s", ingest_house_files(house).first);
	ingest_house_append(house, name, "{\"kind\":\"sent\",\"account\":1,");
	assert_int_equal(ingest_house_run(house), 1);
	assert_int_equal(ingest_house_files(house).count, 1);
	ingest_house_append(
	    house, name, "\"id\":\"4def\",\"recipients\":\"\"}\n");
	assert_int_equal(ingest_house_run(house), 1);
}

/* Longer than what is read at once, longer than any line may be. */
static void
test_long_lines(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	size_t size = JOURNAL_LINE_MAX * 2 + 100;
	char *text = malloc(size);
	char name[256];

	assert_non_null(text);
	memset(text, 's', JOURNAL_LINE_MAX * 3 / 4);
	text[JOURNAL_LINE_MAX * 3 / 4] = '\0';
	entry.sender = text;
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	(void)snprintf(
	    name, sizeof(name), "%s", ingest_house_files(house).first);
	memset(text, 'x', size - 2);
	memcpy(text + size - 2, "\n", 2);
	ingest_house_append(house, name, text);
	entry.sender = "";
	entry.queue_id = "4def";
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_int_equal(ingest_house_messages(house).count, 2);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_HOUSE(test_end_of_file),
	    WITH_HOUSE(test_open_lines),
	    WITH_HOUSE(test_bad_lines),
	    WITH_HOUSE(test_refused_by_the_store),
	    WITH_HOUSE(test_odd_lines),
	    WITH_HOUSE(test_torn_line),
	    WITH_HOUSE(test_long_lines),
	};

	(void)log_open("test-ingest-lines", "stderr", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
