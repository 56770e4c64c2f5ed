/* Reads reports and prints what they say, one JSON object a record: for
 * tests/report/. Usage: read-reports RULES FILE... */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report/report.h"

#define FILE_BYTES (64 * 1024 * 1024)

static void
print_record(const char *path, const struct report *report,
    const struct report_record *record)
{
	json_t *o = json_pack("{s:s s:s s:s s:s s:s s:s s:s s:s s:s s:s s:s}",
	    "file", path, "format", report->format, "kind",
	    report_kind_name(record->kind), "report_kind",
	    report_kind_name(report->kind), "action",
	    report_action_name(record->action), "recipient", record->recipient,
	    "status", record->status, "type", report_type_name(record->type),
	    "subtype", report_subtype_name(record->subtype), "fault",
	    report_fault_name(record->fault), "rule", record->rule);

	if (o == NULL) {
		(void)fprintf(stderr, "%s: not UTF-8\n", path);
		exit(1);
	}
	json_object_set_new(o, "feedback", json_string(record->feedback_type));
	json_object_set_new(
	    o, "final_recipient", json_string(record->final_recipient));
	json_object_set_new(o, "diagnostic", json_string(record->diagnostic));
	json_object_set_new(o, "mta", json_string(record->remote_mta));
	json_object_set_new(
	    o, "original_id", json_string(report->original_message_id));
	json_object_set_new(o, "envelope_id", json_string(report->envelope_id));
	json_object_set_new(o, "subject", json_string(report->subject));
	(void)json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
}

static int
read_file(const struct report_rules *rules, const char *path)
{
	char *data = malloc(FILE_BYTES);
	FILE *file = fopen(path, "rb");
	struct report *report;
	struct err err;
	size_t len, i;

	if (data == NULL || file == NULL) {
		perror(path);
		free(data);
		return 1;
	}
	len = fread(data, 1, FILE_BYTES, file);
	(void)fclose(file); /* only read from */
	if (report_read(rules, data, len, &report, &err) != SG_OK) {
		(void)fprintf(stderr, "%s: %s\n", path, err.text);
		free(data);
		return 1;
	}
	for (i = 0; i < report->count; i++)
		print_record(path, report, &report->records[i]);
	report_free(&report);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	struct report_rules *rules;
	const char *path = argc > 1 ? argv[1] : "";
	struct err err;
	int i, failed = 0;

	report_init();
	if (report_rules_load(&path, 1, &rules, &err) != SG_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (i = 2; i < argc; i++)
		failed |= read_file(rules, argv[i]);
	report_rules_free(&rules);
	return failed;
}
