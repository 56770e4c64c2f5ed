/* Records of reports for people and programs, and the rules that classify them.
 * Touches no store. */
#include "config.h"

#include <string.h>

#include "conf/conf.h"
#include "ops/feedback.h"
#include "ops/text_json.h"

const char *
feedback_rules_file(const struct conf *conf)
{
	return conf->feedback_rules_file[0] != '\0' ? conf->feedback_rules_file
						    : SW_PKGDATADIR
		   "/bounce.rules";
}

enum sg_err
feedback_rules_load(
    const struct conf *conf, struct report_rules **rules_r, struct err *err_r)
{
	const char *paths[2];
	size_t count = 0;

	if (conf->feedback_local_rules_file[0] != '\0')
		paths[count++] = conf->feedback_local_rules_file;
	paths[count++] = feedback_rules_file(conf);
	return report_rules_load(paths, count, rules_r, err_r);
}

static bool
set_text(json_t *object, const char *key, const char *text)
{
	return json_object_set_new(
		   object, key, text_json_new(text, strlen(text))) == 0;
}

/* null when it is "". */
static bool
set_or_null(json_t *object, const char *key, const char *text)
{
	if (text[0] != '\0')
		return set_text(object, key, text);
	return json_object_set_new(object, key, json_null()) == 0;
}

/* Not at all when it is "". */
static bool
set_known(json_t *object, const char *key, const char *text)
{
	return text[0] == '\0' || set_text(object, key, text);
}

/* bounceType and bounceSubType, also of what is no bounce. */
static bool
set_types(json_t *object, const struct report_record *record)
{
	const char *type = "", *subtype = "";

	if (record->kind == REPORT_BOUNCE) {
		type = report_type_name(record->type);
		subtype = report_subtype_name(record->subtype);
	} else if (record->kind == REPORT_COMPLAINT) {
		type = "Complaint";
		subtype = record->feedback_type;
	}
	return set_or_null(object, "bounceType", type) &&
	       set_or_null(object, "bounceSubType", subtype) &&
	       (record->kind != REPORT_COMPLAINT ||
		   set_or_null(
		       object, "complaintFeedbackType", record->feedback_type));
}

json_t *
feedback_record_json(
    const struct report *report, const struct report_record *record)
{
	json_t *object = json_object();
	bool ok = set_text(object, "kind", report_kind_name(record->kind));

	ok &= set_or_null(object, "recipient", record->recipient);
	ok &= set_known(object, "finalRecipient", record->final_recipient);
	ok &= set_or_null(object, "status", record->status);
	ok &= set_or_null(object, "action", report_action_name(record->action));
	ok &= set_types(object, record);
	ok &= set_text(object, "fault", report_fault_name(record->fault));
	ok &= set_or_null(object, "rule", record->rule);
	ok &= set_or_null(object, "diagnosticCode", record->diagnostic);
	ok &= set_or_null(object, "remoteMta", record->remote_mta);
	ok &= set_or_null(object, "reportingMta", report->reporting_mta);
	ok &= set_text(object, "format", report->format);
	ok &=
	    set_known(object, "originalMessageId", report->original_message_id);
	ok &= set_known(object, "envelopeId", report->envelope_id);
	if (!ok) {
		json_decref(object);
		return NULL;
	}
	return object;
}
