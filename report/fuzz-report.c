/* Fuzz target of the report reader, with the rules that are shipped: whatever
 * comes, each record is whole, and the answer is the same again.
 * fuzz-sources: report/address.c report/arf.c report/classify.c report/dsn.c
 * fuzz-sources: report/fields.c report/html.c report/match.c report/names.c
 * fuzz-sources: report/notice.c report/original.c report/parts.c report/read.c
 * fuzz-sources: report/rules.c report/text.c report/wording.c
 * fuzz-sources: base/buf.c base/err.c
 * fuzz-packages: gmime-3.0 libpcre2-8
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs in the top of the source tree, or is told where the rules are. */
static struct report_rules *
load_rules(void)
{
	const char *path = getenv("FUZZ_RULES");
	struct report_rules *rules;
	struct err err;

	if (path == NULL)
		path = "report/bounce.rules";
	report_init();
	if (report_rules_load(&path, 1, &rules, &err) != SG_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return rules;
}

static void
check_text(const char *text, size_t size)
{
	if (memchr(text, '\0', size) == NULL ||
	    !g_utf8_validate(text, -1, NULL))
		abort();
}

static void
check_record(const struct report_record *r)
{
	check_text(r->recipient, sizeof(r->recipient));
	check_text(r->final_recipient, sizeof(r->final_recipient));
	check_text(r->status, sizeof(r->status));
	check_text(r->diagnostic, sizeof(r->diagnostic));
	check_text(r->remote_mta, sizeof(r->remote_mta));
	check_text(r->feedback_type, sizeof(r->feedback_type));
	check_text(r->rule, sizeof(r->rule));
	if (strpbrk(r->diagnostic, "\r\n") != NULL ||
	    strpbrk(r->recipient, "\r\n") != NULL ||
	    (r->recipient[0] != '\0' && strchr(r->recipient, '@') == NULL) ||
	    report_kind_name(r->kind)[0] == '\0' ||
	    report_type_name(r->type)[0] == '\0' ||
	    report_subtype_name(r->subtype)[0] == '\0')
		abort();
}

static void
check(const struct report *report)
{
	size_t i;

	if (report->count == 0 || report->count > REPORT_RECORDS_MAX ||
	    report->format == NULL || report->left_out < 0 ||
	    report->token_count > REPORT_TOKENS_MAX)
		abort();
	for (i = 0; i < report->count; i++)
		check_record(&report->records[i]);
	for (i = 0; i < report->token_count; i++)
		if (strncasecmp(report->tokens[i], "b-", 2) != 0)
			abort();
	check_text(report->subject, sizeof(report->subject));
	check_text(report->envelope_id, sizeof(report->envelope_id));
	check_text(report->message_id, sizeof(report->message_id));
	check_text(report->reporting_mta, sizeof(report->reporting_mta));
	check_text(
	    report->original_message_id, sizeof(report->original_message_id));
	check_text(report->original_subject, sizeof(report->original_subject));
	check_text(report->user_agent, sizeof(report->user_agent));
	check_text(report->source_ip, sizeof(report->source_ip));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct report_rules *rules;
	struct report *report, *again;
	struct err err;

	if (rules == NULL)
		rules = load_rules();
	if (report_read(rules, data, size, &report, &err) != SG_OK ||
	    report_read(rules, data, size, &again, &err) != SG_OK)
		abort();
	check(report);
	if (again->count != report->count ||
	    memcmp(again->records, report->records,
		report->count * sizeof(*report->records)) != 0)
		abort();
	report_free(&report);
	report_free(&again);
	return 0;
}
