/* Rule files: what is said of wrong ones, and in which order rules are asked. */
#include "config.h"

#include <unistd.h>

#include "report/test-rules.h"

/* Loads rules from texts, each as a file of its own. */
static enum sg_err
load_texts(const char *const *texts, size_t count,
    struct report_rules **rules_r, struct err *err_r)
{
	char names[4][32];
	const char *paths[4] = {NULL};
	enum sg_err e;
	size_t i;
	int fd;

	for (i = 0; i < count; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "test-rules.XXXXXX");
		fd = mkstemp(names[i]);
		assert_true(fd >= 0);
		assert_int_equal(
		    write(fd, texts[i], strlen(texts[i])), strlen(texts[i]));
		(void)close(fd);
		paths[i] = names[i];
	}
	e = report_rules_load(paths, count, rules_r, err_r);
	for (i = 0; i < count; i++)
		(void)unlink(names[i]);
	return e;
}

#define RULE(name, conditions)                                                 \
	"rule " name "\n  is Transient/General\n" conditions "\n"

static void
wrong_files(void **state)
{
	static const struct {
		const char *text;
		const char *error; /* after the file's name */
	} rows[] = {
	    {"text x\n", ":1: condition before the first rule: text"},
	    {"rule a\n  text x\n",
		":2: the entry before has no is, or no means: a"},
	    {"rule a\n  is Permanent\n", ":2: want Type/SubType: Permanent"},
	    {"rule a\n  is Eternal/General\n",
		":2: no such type: Eternal/General"},
	    {"# c\n\nrule a\n  is Permanent/General\n  fault mine\n",
		":5: no such fault: mine"},
	    {RULE("a", "  status 5.1"), ":3: want 5.1.1, or 5.1.*: 5.1"},
	    {RULE("a", "  text (x"), ":3: pattern, character 3: missing "
				     "closing parenthesis: (x"},
	    {RULE("a", "  colour red"), ":3: no such condition of a rule: "
					"colour"},
	    {RULE("a", "  text"), ":3: no value: text"},
	    {"notice a\n  means peace\n", ":2: no such kind: peace"},
	    {"notice a\n  means bounce\n  status 5.1.1\n",
		":3: no such condition of a notice: status"},
	    {"cut [a\n", ":1: pattern, character 3: missing terminating ] for "
			 "character class: [a"},
	};
	struct report_rules *rules;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    load_texts(&rows[i].text, 1, &rules, &err), SG_INVALID);
		assert_null(rules);
		assert_non_null(strchr(err.text, ':'));
		assert_string_equal(strchr(err.text, ':'), rows[i].error);
	}
}

static void
no_file(void **state)
{
	const char *path = "/nonexistent/bounce.rules";
	struct report_rules *rules;
	struct err err;

	(void)state;
	assert_int_equal(report_rules_load(&path, 1, &rules, &err), SG_IO);
	assert_string_equal(err.text,
	    "open /nonexistent/bounce.rules: No such file or directory");
}

static void
assert_rule(const struct report_rules *rules, const char *status,
    const char *text, const char *mta, const char *wanted)
{
	struct report_record record;

	report_classify_reply(rules, status, text, mta, &record);
	assert_string_equal(record.rule, wanted);
}

/* An earlier file, then an earlier rule; words before codes. */
static void
order(void **state)
{
	static const char *const texts[] = {
	    RULE("own", "  text special\n  not never"),
	    RULE("code", "  status 5.2.* 4.2.2") RULE("host",
		"  mta \\.slow\\.") RULE("both", "  status 5.7.*\n  text spam")
		RULE("word", "  text one\n  text two") RULE("rest", "")};
	struct report_rules *rules;
	struct err err;

	(void)state;
	assert_int_equal(load_texts(texts, 2, &rules, &err), SG_OK);
	assert_rule(rules, "", "a SPECIAL two", "", "own");
	assert_rule(rules, "", "never special two", "", "word");
	assert_rule(rules, "5.2.7", "two", "", "word");
	assert_rule(rules, "5.2.7", "three", "", "code");
	assert_rule(rules, "", "552 5.2.2 three", "", "code");
	assert_rule(rules, "5.2.27", "two", "mx.slow.example", "host");
	assert_rule(rules, "5.7.1", "spam", "", "both");
	assert_rule(rules, "5.1.1", "spam", "", "rest");
	assert_rule(rules, "5.0.0", "554 5.7.1 spam", "", "both");
	report_rules_free(&rules);
}

/* A file without any rule is one, too. */
static void
empty(void **state)
{
	const char *text = "# nothing\n";
	struct report_record record;
	struct report_rules *rules;
	struct report *report;
	struct err err;

	(void)state;
	assert_int_equal(load_texts(&text, 1, &rules, &err), SG_OK);
	report_classify_reply(rules, "5.1.1", "x", "", &record);
	assert_int_equal(record.type, REPORT_UNDETERMINED);
	assert_string_equal(record.rule, "");
	text = "From: a@b.example\n\nHi\n";
	assert_int_equal(
	    report_read(rules, text, strlen(text), &report, &err), SG_OK);
	assert_int_equal(report->kind, REPORT_OTHER);
	report_free(&report);
	report_rules_free(&rules);
}

/* A pattern that would run for years ends, and does not match. */
static void
endless_pattern(void **state)
{
	const char *text =
	    RULE("slow", "  text (x+x+)+y") RULE("quick", "  text z");
	struct report_rules *rules;
	struct err err;

	(void)state;
	assert_int_equal(load_texts(&text, 1, &rules, &err), SG_OK);
	assert_rule(
	    rules, "", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxz", "", "quick");
	report_rules_free(&rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wrong_files),
	    cmocka_unit_test(no_file),
	    cmocka_unit_test(order),
	    cmocka_unit_test(empty),
	    cmocka_unit_test(endless_pattern),
	};

	report_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
