/* Tests of reading the journal's lines: both ways say the same. */
#include "config.h"

#include "ops/ingest_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#define HEAD "{\"kind\":\"sent\",\"account\":7,\"id\":\"4abc\",\"at\":12"
#define FIELD(name, value) "[\"" name "\",\"" value "\"]"

/* scans: the quick way takes it; is_line: it is one at all. */
static const struct row {
	const char *name, *line;
	bool scans, is_line;
} rows[] = {
    {"least", HEAD "}", true, true},
    {"all",
	HEAD ",\"login\":\"app\",\"sender\":\"a@b.example\",\"ip\":\"::1\","
	     "\"identityId\":3,\"identity\":\"b.example\",\"setId\":4,"
	     "\"set\":\"main\",\"tenantId\":5,\"tenant\":\"t\",\"size\":100,"
	     "\"recipients\":\"E x@y.example\\nB z@y.example\\n\","
	     "\"submission\":\"s\",\"operation\":\"o\"}",
	true, true},
    {"rejected",
	"{\"kind\":\"rejected\",\"account\":7,\"id\":\"4abc\",\"at\":12,"
	"\"reason\":\"quota\",\"reply\":\"451 \\\"later\\\"\"}",
	true, true},
    {"headers",
	HEAD ",\"headers\":[" FIELD(
	    "From", "\\\"A, B\\\" <a@b.example>") "," FIELD("To",
	    "x@y.example,\\u000d\\n\\u0009 Z (a, b) <z@y.example> ") "," FIELD("Subject",
	    " two\\n words ") "," FIELD("to",
	    "v@y.example") "," FIELD("subject", "second") "," FIELD("X-Empty",
	    "") "],\"truncated\":true,\"common\":[" FIELD("CC",
	    "w@y.example") "," FIELD("To", "u@y.example") "]}",
	true, true},
    {"no headers", HEAD ",\"common\":[" FIELD("From", "a@b.example") "]}", true,
	true},
    {"empty lists", HEAD ",\"headers\":[],\"common\":[],\"tags\":[]}", true,
	true},
    {"tags",
	HEAD ",\"tags\":[" FIELD("a", "1") "," FIELD("b", "2") "," FIELD(
	    "a", "3 \\\\ \\\"") "]}",
	true, true},
    {"backslashes", HEAD ",\"sender\":\"\\\"a\\\\b\\\"@c.example\"}", true,
	true},
    {"control", HEAD ",\"sender\":\"a\\u0001\\u001f\\u007fb\"}", true, true},
    {"blanks", HEAD ", \"size\": 3}", false, true},
    {"UTF-8", HEAD ",\"sender\":\"\xc3\xa4@b.example\"}", false, true},
    {"another key", HEAD ",\"new\":1}", false, true},
    {"another escape", HEAD ",\"sender\":\"\\u00e4\"}", false, true},
    {"a fraction", HEAD ",\"size\":1.5}", false, true},
    {"a large number", HEAD ",\"size\":1234567890123456789}", false, true},
    {"another type", HEAD ",\"size\":\"x\"}", false, true},
    {"bad UTF-8", HEAD ",\"sender\":\"\xff\"}", false, false},
    {"NUL", HEAD ",\"sender\":\"\\u0000\"}", false, false},
    {"a leading zero", HEAD ",\"size\":01}", false, false},
    {"half", HEAD ",\"size\":1", false, false},
    {"half a text", HEAD ",\"sender\":\"a\\", false, false},
    {"half an escape", HEAD ",\"sender\":\"a\\u00", false, false},
    {"more", HEAD "}x", false, false},
    {"another kind", "{\"kind\":\"x\",\"account\":7,\"id\":\"4\"}", false,
	false},
    {"no account", "{\"kind\":\"sent\",\"id\":\"4\"}", false, false},
    {"no id", "{\"kind\":\"sent\",\"account\":7,\"at\":1}", false, false},
    {"nothing", "", false, false},
    {"a list", "[]", false, false},
};

static void
assert_same(const struct ingest_record *a, const struct ingest_record *b)
{
	const struct store_message *x = &a->message, *y = &b->message;
	json_t *one = json_loads(x->facts, 0, NULL);
	json_t *two = json_loads(y->facts, 0, NULL);

	assert_non_null(one);
	if (!json_equal(one, two))
		fail_msg("%s, %s", x->facts, y->facts);
	json_decref(one);
	json_decref(two);
	assert_int_equal(a->is_sent, b->is_sent);
	assert_int_equal(x->account_id, y->account_id);
	assert_string_equal(x->queue_id, y->queue_id);
	assert_int_equal(x->sent_msec, y->sent_msec);
	assert_string_equal(x->login, y->login);
	assert_string_equal(x->sender, y->sender);
	assert_string_equal(x->source_ip, y->source_ip);
	assert_int_equal(x->identity_id, y->identity_id);
	assert_int_equal(x->set_id, y->set_id);
	assert_int_equal(x->tenant_id, y->tenant_id);
	assert_int_equal(x->size, y->size);
	assert_string_equal(x->recipients, y->recipients);
	assert_string_equal(a->reason, b->reason);
	assert_string_equal(a->reply, b->reply);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		size_t len = strlen(row->line);
		struct arena *arena = arena_new(1024 * 1024);
		struct ingest_record scanned, read;
		char *line = malloc(len + 1); /* its end is watched over */
		bool scans;
		enum sg_err rc;

		assert_non_null(line);
		memcpy(line, row->line, len);
		line = realloc(line, len > 0 ? len : 1);
		scans = ingest_scan(arena, line, len, &scanned);
		rc = ingest_read(arena, line, len, &read, NULL);
		if (scans != row->scans || (rc == SG_OK) != row->is_line)
			fail_msg("%s: %d, %d", row->name, scans, (int)rc);
		if (rc != SG_OK)
			assert_int_equal(rc, SG_INVALID);
		if (scans)
			assert_same(&scanned, &read);
		free(line);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests_name("ingest_scan", tests, NULL, NULL);
}
