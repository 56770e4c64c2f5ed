/* Which fields pass, and the replies to those that do not. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rules/headers.h"

#define FIELDS_MAX 6
#define MORE_MAX 2

struct check_row {
	const char *name;
	struct rules_header fields[FIELDS_MAX];
	const char *from, *sender, *return_path, *more;
	const char *refusal; /* behind "Transaction failed: "; NULL: accepted */
};

#define OK NULL
#define FROM                                                                   \
	{                                                                      \
		"From", "a@b.example"                                          \
	}

/* clang-format off */
static const struct check_row checks[] = {
	{ "From alone", { FROM }, "a@b.example", "", "", "", OK },
	{ "names without case", { { "fROM", "a@b.example" }, { "SENDER", "c@d.example" }, { "return-path", "<e@f.example>" } },
	    "a@b.example", "c@d.example", "e@f.example", "", OK },
	{ "usual message", { { "Date", "x" }, { "From", " Ann <a@B.example>" }, { "To", "<x@y.example>" }, { "Subject", "x" }, { "Message-ID", "<x@y>" } },
	    "a@b.example", "", "", "", OK },
	{ "fields that may repeat", { { "To", "x" }, { "To", "y" }, { "Received", "x" }, { "Received", "y" }, { "X-SES-A", "1" }, FROM },
	    "a@b.example", "", "", "", OK },
	{ "null Return-Path", { FROM, { "Return-Path", " <> " } }, "a@b.example", "", "", "", OK },
	{ "two From with Sender", { { "From", "a@b.example, c@d.example" }, { "Sender", "a@b.example" } },
	    "a@b.example", "a@b.example", "", "c@d.example", OK },
	{ "three From with Sender", { { "Sender", "s@b.example" }, { "From", "a@b.example, c@d.example, e@f.example" } },
	    "a@b.example", "s@b.example", "", "c@d.example e@f.example", OK },

	{ "no fields", { { NULL, NULL } }, "", "", "", "", "Missing header 'From'." },
	{ "no From", { { "To", "x@y.example" }, { "Sender", "a@b.example" } }, "", "", "", "", "Missing header 'From'." },
	{ "two From fields", { FROM, FROM }, "", "", "", "", "Duplicate header 'From'." },
	{ "two From fields in other case", { FROM, { "FROM", "c@d.example" } }, "", "", "", "", "Duplicate header 'From'." },
	{ "two Content-Type fields", { FROM, { "content-type", "x" }, { "Content-TYPE", "x" } }, "", "", "", "", "Duplicate header 'Content-Type'." },
	{ "first duplicate in order", { FROM, { "Subject", "x" }, { "Date", "x" }, { "Date", "y" }, { "Subject", "y" } },
	    "", "", "", "", "Duplicate header 'Date'." },
	{ "duplicate before a bad value", { { "From", "x" }, { "Date", "x" }, { "Date", "y" } }, "", "", "", "", "Duplicate header 'Date'." },
	{ "two signatures", { FROM, { "DKIM-Signature", "x" }, { "DKIM-Signature", "x" } }, "", "", "", "", "Duplicate header 'DKIM-Signature'." },

	{ "folds", { FROM, { "Subject", "x\n y\r\n z" } }, "a@b.example", "", "", "", OK },
	{ "bare CR", { { "Subject", "x\rFrom: c@d.example" }, FROM }, "", "", "", "", "Carriage return in header 'Subject'." },
	{ "bare CR at the end", { FROM, { "X-Any", "x\r" } }, "", "", "", "", "Carriage return in header 'X-Any'." },
	{ "bare CR before a fold", { FROM, { "X-Any", "x\r\r\n y" } }, "", "", "", "", "Carriage return in header 'X-Any'." },

	{ "empty name", { FROM, { "", "x" } }, "", "", "", "", "Unreadable header name ''." },
	{ "name with a blank", { { "From ", "b@bad.example" }, FROM }, "", "", "", "", "Unreadable header name 'From '." },
	{ "name with 8-bit", { FROM, { "Fr\xc3\xb6m", "x" } }, "", "", "", "", "Unreadable header name 'Fr??m'." },
	{ "name with a tab", { FROM, { "From\t", "x" } }, "", "", "", "", "Unreadable header name 'From?'." },
	{ "name with a colon", { FROM, { "A:B", "x" } }, "", "", "", "", "Unreadable header name 'A:B'." },

	{ "From without domain", { { "From", "Ann" } }, "", "", "", "", "Missing final '@domain' in header 'From'." },
	{ "empty From", { { "From", "" } }, "", "", "", "", "Missing address in header 'From'." },
	{ "From with an empty angle", { { "From", "<>" } }, "", "", "", "", "Missing final '@domain' in header 'From'." },
	{ "ambiguous From", { { "From", "b@bad.example <a@b.example>" } }, "", "", "", "", "Address can be read in more than one way in header 'From'." },
	{ "group in From", { { "From", "x: a@b.example;" } }, "", "", "", "", "Address group is not allowed in header 'From'." },
	{ "two From without Sender", { { "From", "a@b.example, c@d.example" } }, "", "", "", "", "Several addresses in header 'From', but no header 'Sender'." },
	{ "four From", { { "From", "a@b.example,c@d.example,e@f.example,g@h.example" }, { "Sender", "a@b.example" } }, "", "", "", "", "Too many addresses in header 'From'." },
	{ "second From unreadable", { { "From", "a@b.example, x" }, { "Sender", "a@b.example" } }, "", "", "", "", "Missing final '@domain' in header 'From'." },

	{ "Sender without domain", { FROM, { "Sender", "x" } }, "", "", "", "", "Missing final '@domain' in header 'Sender'." },
	{ "empty Sender", { FROM, { "Sender", "" } }, "", "", "", "", "Missing address in header 'Sender'." },
	{ "null Sender", { FROM, { "Sender", "<>" } }, "", "", "", "", "Missing final '@domain' in header 'Sender'." },
	{ "two Senders", { FROM, { "Sender", "a@b.example, c@d.example" } }, "", "", "", "", "More than one address in header 'Sender'." },
	{ "two Return-Paths in one", { FROM, { "Return-Path", "<a@b.example>, <c@d.example>" } }, "", "", "", "", "More than one address in header 'Return-Path'." },
	{ "Return-Path with text behind", { FROM, { "Return-Path", "<> x" } }, "", "", "", "", "Missing final '@domain' in header 'Return-Path'." },
	{ "bad domain in Return-Path", { FROM, { "Return-Path", "<a@[192.0.2.1]>" } }, "", "", "", "",
	    "Domain contains illegal character (write an internationalised domain in its xn-- form) in header 'Return-Path'." },
};
/* clang-format on */

struct result {
	struct headers_senders senders;
	struct mailbox more[MORE_MAX];
	size_t more_count;
	struct rules_verdict v;
	bool is_fine;
};

static void
check(const struct rules_header *fields, size_t count, size_t max_more,
    struct result *r)
{
	memset(r, 0x55, sizeof *r);
	r->is_fine = headers_check(fields, count, &r->senders, r->more,
	    max_more, &r->more_count, &r->v);
}

static void
expect(const char *row, const char *what, const char *got, const char *expected)
{
	if (strcmp(got, expected) != 0)
		fail_msg("%s: %s is '%s', not '%s'", row, what, got, expected);
}

static void
expect_accepted(const struct check_row *row, const struct result *r)
{
	char more[MORE_MAX * (RULES_ADDRESS_MAX + 2)] = "";
	size_t i, used = 0;

	if (!r->is_fine)
		fail_msg("%s: %s", row->name, r->v.text);
	for (i = 0; i < r->more_count; i++)
		used += (size_t)snprintf(more + used, sizeof more - used,
		    "%s%s", i > 0 ? " " : "", r->more[i].address);
	expect(row->name, "From", r->senders.from.address, row->from);
	expect(row->name, "Sender", r->senders.sender.address, row->sender);
	expect(row->name, "Return-Path", r->senders.return_path.address,
	    row->return_path);
	expect(row->name, "more", more, row->more);
	assert_int_equal(r->v.action, RULES_ACCEPT);
}

static void
expect_refused(const struct check_row *row, const struct result *r)
{
	char text[RULES_REPLY_MAX];

	if (r->is_fine)
		fail_msg("%s: accepted", row->name);
	(void)snprintf(
	    text, sizeof text, "Transaction failed: %s", row->refusal);
	expect(row->name, "text", r->v.text, text);
	expect(row->name, "status", r->v.status, "5.6.0");
	assert_int_equal(r->v.code, 554);
	assert_int_equal(r->v.reason, RULES_REASON_BAD_HEADER);
	assert_int_equal(r->more_count, 0);
}

static void
test_checks(void **state)
{
	struct result r;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		const struct check_row *row = &checks[i];

		for (count = 0;
		     count < FIELDS_MAX && row->fields[count].name != NULL;)
			count++;
		check(row->fields, count, MORE_MAX, &r);
		if (row->refusal == NULL)
			expect_accepted(row, &r);
		else
			expect_refused(row, &r);
	}
}

/* The 59 names of SES's list, here in its own order. */
static void
test_each_once(void **state)
{
	static const char *const once[] = {"Accept-Language", "acceptLanguage",
	    "Archived-At", "Auto-Submitted", "Bounces-to", "Comments",
	    "Content-Alternative", "Content-Base", "Content-Class",
	    "Content-Description", "Content-Disposition", "Content-Duration",
	    "Content-ID", "Content-Language", "Content-Length",
	    "Content-Location", "Content-MD5", "Content-Transfer-Encoding",
	    "Content-Type", "Date", "Delivered-To",
	    "Disposition-Notification-Options", "Disposition-Notification-To",
	    "DKIM-Signature", "DomainKey-Signature", "Errors-To", "From",
	    "Importance", "In-Reply-To", "Keywords", "List-Archive",
	    "List-Help", "List-Id", "List-Owner", "List-Post", "List-Subscribe",
	    "List-Unsubscribe", "Message-Context", "Message-ID", "MIME-Version",
	    "Organization", "Original-From", "Original-Message-ID",
	    "Original-Recipient", "Original-Subject", "Precedence", "Priority",
	    "References", "Reply-To", "Return-Path", "Return-Receipt-To",
	    "Sender", "Solicitation", "Sensitivity", "Subject", "Thread-Index",
	    "Thread-Topic", "User-Agent", "VBR-Info"};
	struct rules_header fields[3] = {FROM};
	struct result r;
	char text[RULES_REPLY_MAX];
	size_t i;

	(void)state;
	assert_int_equal(sizeof once / sizeof once[0], 59);
	for (i = 0; i < 59; i++) {
		fields[1].name = once[i];
		fields[1].value = "a@b.example";
		fields[2] = fields[1];
		check(fields, 3, MORE_MAX, &r);
		(void)snprintf(text, sizeof text,
		    "Transaction failed: Duplicate header '%s'.", once[i]);
		assert_false(r.is_fine);
		assert_string_equal(r.v.text, text);
		check(fields + 1, 1, MORE_MAX, &r);
		assert_true(r.is_fine == (strcmp(once[i], "From") == 0));
	}
}

static void
test_room_for_more(void **state)
{
	struct rules_header fields[] = {{"From", "a@b.example, c@d.example"},
	    {"Sender", "a@b.example"}, FROM};
	struct mailbox more[40];
	char text[1000] = "a0@b.example";
	struct result r;
	size_t i, used = strlen(text), count;

	(void)state;
	check(fields, 2, 0, &r);
	assert_false(r.is_fine);
	check(fields, 2, 1, &r);
	assert_true(r.is_fine);
	check(fields + 2, 1, 0, &r);
	assert_true(r.is_fine);
	for (i = 1; i <= HEADERS_MORE_FROM_MAX; i++)
		used += (size_t)snprintf(
		    text + used, sizeof text - used, ",a%d@b.example", (int)i);
	fields[0].value = text;
	assert_true(
	    headers_check(fields, 2, &r.senders, more, 40, &count, &r.v));
	assert_int_equal(count, HEADERS_MORE_FROM_MAX);
	assert_string_equal(more[count - 1].address, "a15@b.example");
	(void)snprintf(text + used, sizeof text - used, ",a16@b.example");
	assert_false(
	    headers_check(fields, 2, &r.senders, more, 40, &count, &r.v));
}

/* 100,000 fields, the last one the second From. */
static void
test_many_fields(void **state)
{
	enum { COUNT = 100000 };
	struct rules_header *fields = calloc(COUNT, sizeof *fields);
	struct result r;
	size_t i;

	(void)state;
	assert_non_null(fields);
	for (i = 0; i < COUNT; i++) {
		fields[i].name = "X-Filler";
		fields[i].value = "";
	}
	fields[0].name = "From";
	fields[0].value = "a@b.example";
	check(fields, COUNT, MORE_MAX, &r);
	assert_true(r.is_fine);
	fields[COUNT - 1].name = "from";
	check(fields, COUNT, MORE_MAX, &r);
	assert_false(r.is_fine);
	free(fields);
}

static void
test_long_name(void **state)
{
	static char name[1000000];
	struct rules_header fields[] = {FROM, {name, "x"}};
	struct result r;

	(void)state;
	memset(name, 'N', sizeof name - 1);
	check(fields, 2, MORE_MAX, &r);
	assert_true(r.is_fine);
	name[500000] = ' ';
	check(fields, 2, MORE_MAX, &r);
	assert_false(r.is_fine);
	assert_true(strlen(r.v.text) < 150);
}

struct name_row {
	const char *name;
	bool is_removed, is_signed;
};

/* clang-format off */
static const struct name_row kinds[] = {
	{ "X-SES-CONFIGURATION-SET", true,  false },
	{ "x-ses-tenant",            true,  false },
	{ "X-SES-",                  true,  false },
	{ "x-sendward-token",        true,  false },
	{ "X-Sendward",              false, false },
	{ "X-SES",                   false, false },
	{ "X-SESSION",               false, false },
	{ "Return-Path",             true,  false },
	{ "return-path",             true,  false },
	{ "Bcc",                     true,  false },
	{ "BCC",                     true,  false },
	{ "Resent-Bcc",              true,  false },
	{ "From",                    false, true },
	{ "from",                    false, true },
	{ "Sender",                  false, true },
	{ "Reply-To",                false, true },
	{ "Subject",                 false, true },
	{ "Date",                    false, true },
	{ "To",                      false, true },
	{ "Cc",                      false, true },
	{ "CC",                      false, true },
	{ "Message-ID",              false, true },
	{ "Message-Id",              false, true },
	{ "In-Reply-To",             false, true },
	{ "References",              false, true },
	{ "MIME-Version",            false, true },
	{ "Content-Type",            false, true },
	{ "Content-Transfer-Encoding", false, true },
	{ "Content-ID",              false, true },
	{ "Content-Description",     false, true },
	{ "List-Id",                 false, true },
	{ "List-Help",               false, true },
	{ "List-Unsubscribe",        false, true },
	{ "List-Unsubscribe-Post",   false, true },
	{ "List-Subscribe",          false, true },
	{ "List-Post",               false, true },
	{ "List-Owner",              false, true },
	{ "List-Archive",            false, true },
	{ "Resent-Date",             false, true },
	{ "Resent-From",             false, true },
	{ "Resent-Sender",           false, true },
	{ "Resent-To",               false, true },
	{ "Resent-Cc",               false, true },
	{ "Resent-Message-ID",       false, true },
	{ "Feedback-ID",             false, true },
	{ "Received",                false, false },
	{ "Comments",                false, false },
	{ "Keywords",                false, false },
	{ "DKIM-Signature",          false, false },
	{ "Authentication-Results",  false, false },
	{ "X-Mailer",                false, false },
	{ "",                        false, false },
};
/* clang-format on */

static void
test_kinds(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (headers_is_removed(kinds[i].name) != kinds[i].is_removed)
			fail_msg("%s: removed", kinds[i].name);
		if (headers_is_signed(kinds[i].name) != kinds[i].is_signed)
			fail_msg("%s: signed", kinds[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_checks),
	    cmocka_unit_test(test_each_once),
	    cmocka_unit_test(test_room_for_more),
	    cmocka_unit_test(test_many_fields),
	    cmocka_unit_test(test_long_name),
	    cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
