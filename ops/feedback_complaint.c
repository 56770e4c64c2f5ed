/* What a report says of complaints. Providers hide who complained: then it may have
 * been any of the recipients there. */
#include "config.h"

#include <string.h>

#include "ops/feedback_parts.h"
#include "ops/text_json.h"
#include "rules/ascii.h"

#define LINES_MAX (4 * 1024 * 1024)

/* Types of feedback by which nobody complains: they are told, but do not count. */
static bool
is_mild(const char *type)
{
	static const char *const types[] = {
	    "not-spam", "auth-failure", "dmarc"};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (ascii_casecmp(type, types[i]) == 0)
			return true;
	return false;
}

/* ---- who complained --------------------------------------------------------------- */

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "";
}

/* Is host the domain, or in it? */
static bool
is_within(const char *host, const char *domain)
{
	size_t host_len = strlen(host), len = strlen(domain);

	if (len == 0 || host_len < len ||
	    ascii_casecmp(host + host_len - len, domain) != 0)
		return false;
	return host_len == len || host[host_len - len - 1] == '.';
}

/* May somebody at the address have complained to that provider ("" any)? */
static bool
is_customer(const char *address, const char *provider)
{
	const char *domain = domain_of(address);

	return provider[0] == '\0' || is_within(provider, domain) ||
	       is_within(domain, provider);
}

static void
name_one(struct feedback_case *in_hand, struct feedback_target *one)
{
	for (size_t i = 0; i < in_hand->target_count; i++)
		in_hand->targets[i].is_named = &in_hand->targets[i] == one;
}

static size_t
name_customers(struct feedback_case *in_hand, const char *provider)
{
	size_t count = 0;

	for (size_t i = 0; i < in_hand->target_count; i++) {
		struct feedback_target *target = &in_hand->targets[i];

		target->is_named = !recipients_is_dropped(target->flag) &&
				   is_customer(target->address, provider);
		count += target->is_named;
	}
	return count;
}

/* Names those who may have sent the complaint: the recipient in it, else all of the
 * message at the provider's domain, else all. *one_r: there is but one. */
static size_t
name_complainers(struct feedback_case *in_hand,
    const struct report_record *record, struct feedback_target **one_r)
{
	const char *const providers[] = {domain_of(record->recipient),
	    in_hand->report->reporting_mta, record->remote_mta, ""};
	size_t count = 0;

	*one_r = feedback_target_of(in_hand, record);
	if (*one_r != NULL) {
		name_one(in_hand, *one_r);
		return 1;
	}
	for (size_t i = 0; i < 4 && count == 0; i++)
		if (i == 3 || providers[i][0] != '\0')
			count = name_customers(in_hand, providers[i]);
	for (size_t i = 0; count == 1 && i < in_hand->target_count; i++)
		if (in_hand->targets[i].is_named)
			*one_r = &in_hand->targets[i];
	return count;
}

/* ---- the event ---------------------------------------------------------------------- */

static bool
set_text(json_t *object, const char *key, const char *text)
{
	return text[0] == '\0' || json_object_set_new(object, key,
				      text_json_new(text, strlen(text))) == 0;
}

static json_t *
complaint_json(const struct feedback_case *in_hand,
    const struct report_record *record, const char *id, json_t *recipients)
{
	const struct report *report = in_hand->report;
	char time[EVENT_TIME_MAX], arrival[EVENT_TIME_MAX] = "";
	json_t *detail = json_pack("{s:s, s:s, s:n, s:O}", "feedbackId", id,
	    "timestamp", feedback_time(in_hand, time), "complaintSubType",
	    "complainedRecipients", recipients);
	bool ok = detail != NULL;

	if (report->arrival_sec > 0)
		(void)event_time(report->arrival_sec * 1000, arrival);
	ok = ok && set_text(detail, "userAgent", report->user_agent);
	ok = ok &&
	     set_text(detail, "complaintFeedbackType", record->feedback_type);
	ok = ok && set_text(detail, "arrivalDate", arrival);
	if (!ok) {
		json_decref(detail);
		return NULL;
	}
	return detail;
}

/* Those that are named. */
static enum sg_err
complaint_event(struct feedback_case *in_hand,
    const struct report_record *record, const char *id, int64_t *event_id_r,
    struct err *err_r)
{
	json_t *list = json_array();
	struct buf lines;
	bool ok = list != NULL;
	enum sg_err rc;

	buf_init(&lines, LINES_MAX);
	for (size_t i = 0; i < in_hand->target_count && ok; i++) {
		const char *address = in_hand->targets[i].address;

		if (!in_hand->targets[i].is_named)
			continue;
		ok = feedback_add_line(&lines, address) &&
		     json_array_append_new(list,
			 json_pack("{s:o}", "emailAddress",
			     text_json_new(address, strlen(address)))) == 0;
	}
	if (ok)
		rc = feedback_event(in_hand, STORE_EVENT_COMPLAINT, &lines,
		    complaint_json(in_hand, record, id, list), event_id_r,
		    err_r);
	else
		rc = err_set(err_r, SG_NOMEM, "no memory for a complaint");
	buf_fini(&lines);
	json_decref(list);
	return rc;
}

/* ---- what follows --------------------------------------------------------------------- */

/* Of one among several the complaint counts once, and nobody is put on the list. */
static enum recipient_flag
flag_of_named(const struct feedback_case *in_hand)
{
	enum recipient_flag flag = RECIPIENT_SIMULATOR;

	for (size_t i = 0; i < in_hand->target_count; i++) {
		if (!in_hand->targets[i].is_named)
			continue;
		if (in_hand->targets[i].flag == RECIPIENT_ELIGIBLE)
			return RECIPIENT_ELIGIBLE;
		flag = in_hand->targets[i].flag;
	}
	return flag;
}

/* Is it told already? Marks it. What does not count leaves no fate: each report that
 * is kept tells it once, when it is taken. */
static bool
is_old(struct feedback_case *in_hand, struct feedback_target *one, bool mild)
{
	bool *mark = one != NULL ? &one->has_complained
				 : &in_hand->has_ambiguous_complaint;
	bool old;

	if (mild)
		mark = one != NULL ? &one->is_told_mildly
				   : &in_hand->has_told_mildly;
	old = *mark;
	*mark = true;
	return old || (mild && (in_hand->report_id == 0 || !in_hand->is_known ||
				   in_hand->is_replay));
}

static enum sg_err
complaint(struct feedback_case *in_hand, const struct report_record *record,
    struct err *err_r)
{
	bool mild = is_mild(record->feedback_type);
	char id[EVENT_FEEDBACK_ID_MAX + 1];
	struct feedback_target *one;
	size_t count = name_complainers(in_hand, record, &one);
	const char *whom = one != NULL ? one->key : "";
	int64_t event_id = 0;
	enum sg_err rc;

	in_hand->matched += count > 0;
	in_hand->strangers += count == 0;
	if (count == 0 || is_old(in_hand, one, mild))
		return SG_OK;
	feedback_make_id(in_hand, whom, id);
	rc = complaint_event(in_hand, record, id, &event_id, err_r);
	if (rc != SG_OK || mild)
		return rc;
	in_hand->result->complaints++;
	feedback_forward_note(in_hand, "complaint", STORE_EVENT_COMPLAINT,
	    one != NULL ? one->address : "", record->feedback_type);
	return feedback_fate(in_hand, record, one,
	    one != NULL ? one->flag : flag_of_named(in_hand),
	    STORE_FATE_COMPLAINT, event_id, id, err_r);
}

enum sg_err
feedback_complaints(struct feedback_case *in_hand, struct err *err_r)
{
	const struct report *report = in_hand->report;
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < report->count && rc == SG_OK; i++)
		if (report->records[i].kind == REPORT_COMPLAINT)
			rc = complaint(in_hand, &report->records[i], err_r);
	return rc;
}
