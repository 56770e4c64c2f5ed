/* Findings as JSON and for people: see findings.h. Looks nothing up. */
#include "config.h"

#include "ctl/findings.h"

#include <string.h>

#include "ctl/diff.h"
#include "ctl/facts.h"
#include "ctl/out.h"
#include "ctl/records.h"
#include "ops/check.h"

#define INDENT "  "
#define VALUE_COLUMNS 64

static json_t *
text_or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() : out_string(text);
}

static json_t *
finding_json(const struct finding *finding)
{
	const struct wanted_record *record = finding->record;

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}",
	    "purpose", records_purpose_name(record->purpose), "name",
	    record->name, "type", dns_type_name(record->type), "wanted",
	    record->value, "state", check_state_name(finding->state), "error",
	    finding->error == VERIFICATION_NO_ERROR
		? json_null()
		: json_string(verification_error_name(finding->error)),
	    "found", out_string(finding->found == NULL ? "" : finding->found),
	    "found_at", text_or_null(finding->found_at), "hint",
	    text_or_null(finding->hint));
}

json_t *
findings_json(const struct finding *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count && array != NULL; i++)
		(void)out_add(&array, finding_json(&list[i]));
	return array;
}

/* ---- for people ------------------------------------------------------------- */

/* How a state is called where people read it. */
static const char *
state_text(enum finding_state state)
{
	switch (state) {
	case FINDING_OK:
		return "right";
	case FINDING_MISSING:
		return "not found";
	case FINDING_WRONG_VALUE:
		return "wrong value";
	case FINDING_WRONG_PLACE:
		return "in the wrong place";
	case FINDING_OLD_VALUE:
		return "the value of an older key";
	case FINDING_SPLIT_WRONG:
		return "split wrongly";
	case FINDING_SEVERAL:
		return "more than one record";
	case FINDING_NO_ANSWER:
		return "no answer from its name servers";
	default:
		return "not there, and not needed";
	}
}

static void
print_values(const struct finding *finding)
{
	struct buf text;

	buf_init(&text, 4096);
	if (diff_show(finding->record->value, finding->found, INDENT,
		VALUE_COLUMNS, &text))
		(void)fputs(buf_str(&text), stdout); /* main looks at it */
	buf_fini(&text);
}

/* A value alone, cut: identity records prints the wanted one whole. */
static void
print_value(const char *label, const char *value, size_t len)
{
	bool is_cut = len > VALUE_COLUMNS;
	size_t room = is_cut ? VALUE_COLUMNS - 3 : len;

	(void)printf(INDENT "%-6s  ", label);
	for (size_t i = 0; i < room; i++)
		(void)putchar(
		    value[i] >= ' ' && value[i] <= '~' ? value[i] : '?');
	(void)puts(is_cut ? "..." : ""); /* main looks at stdout */
}

static void
print_wanted(const struct finding *finding)
{
	const char *value = finding->record->value;

	print_value("wanted", value, strlen(value));
}

/* Where one record must be: each that is there, in a line of its own. */
static void
print_several(const struct finding *finding)
{
	static const char between[] = " | "; /* check_answer_text's */
	const char *at = finding->found, *end;

	print_wanted(finding);
	while ((end = strstr(at, between)) != NULL) {
		print_value("found", at, (size_t)(end - at));
		at = end + strlen(between);
	}
	print_value("found", at, strlen(at));
}

static void
print_finding(const struct identity_file *file, const struct finding *finding)
{
	const struct wanted_record *record = finding->record;
	bool has_found = finding->found != NULL && finding->found[0] != '\0';
	char about[RECORDS_ABOUT_MAX];

	(void)printf("\n%s  %s\n" INDENT "%s: %s\n", record->name,
	    dns_type_name(record->type), records_about(file, record, about),
	    state_text(finding->state)); /* main looks at stdout */
	switch (finding->state) {
	case FINDING_OK:
	case FINDING_NOT_NEEDED:
		return;
	case FINDING_MISSING:
	case FINDING_NO_ANSWER:
		print_wanted(finding);
		break;
	case FINDING_WRONG_PLACE:
		(void)printf(INDENT "found at %s\n", finding->found_at);
		break;
	case FINDING_SEVERAL:
		print_several(finding);
		break;
	default:
		if (has_found)
			print_values(finding);
		break;
	}
	if (finding->hint != NULL && finding->hint[0] != '\0')
		facts_print_wrapped(finding->hint, INDENT);
}

void
findings_print(
    const struct identity_file *file, const struct finding *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		print_finding(file, &list[i]);
}
