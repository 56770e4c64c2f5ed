/* sendward's own operations: what an identity's owner publishes in DNS, and what is
 * there now. Which records, and what a look means, is decided in ops/. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/identity.h"
#include "api/operation.h"
#include "api/service.h"
#include "api/shapes.h"
#include "api/throttle.h"
#include "base/clock.h"
#include "ops/advice.h"
#include "ops/check.h"
#include "ops/link.h"
#include "ops/look.h"
#include "ops/records.h"
#include "rules/identity.h"

/* A person waits. */
#define LOOK_MSEC 4000

/* Its identity, by the name in the path. False: the call has failed. */
static bool
find(struct api_call *call, struct store_identity *row_r)
{
	return api_identity_find(
	    call, api_text(call->in, "EmailIdentity"), row_r);
}

static const char *
for_whom(enum record_purpose purpose)
{
	switch (purpose) {
	case RECORD_TXT_TOKEN:
		return "IDENTITY";
	case RECORD_MAIL_FROM_MX:
	case RECORD_MAIL_FROM_SPF:
		return "MAIL_FROM";
	default:
		return "DKIM";
	}
}

/* ---- records -------------------------------------------------------------------- */

static bool
has_purpose(const struct identity_file *file, enum record_purpose purpose)
{
	for (size_t i = 0; i < file->record_count; i++)
		if (file->records[i].purpose == purpose &&
		    !file->records[i].key_retired)
			return true;
	return false;
}

/* Of several ways to prove a domain the first that signs is the one to go. */
static bool
is_required(
    const struct identity_file *file, const struct wanted_record *record)
{
	bool has_easy = has_purpose(file, RECORD_EASY_CNAME);

	if (record->key_retired)
		return false;
	switch (record->purpose) {
	case RECORD_DKIM_TXT:
		return !has_easy;
	case RECORD_TXT_TOKEN:
		return !has_easy && !has_purpose(file, RECORD_DKIM_TXT) &&
		       !has_purpose(file, RECORD_DKIM_OWN);
	default:
		return true;
	}
}

static void
put_note(json_t *object, const struct identity_file *file,
    const struct wanted_record *record)
{
	char text[128], when[CLOCK_ISO_MAX];

	if (record->key_retired) {
		(void)snprintf(text, sizeof(text),
		    "Leave it until %.10s, for mail on its way; then it may "
		    "go.",
		    clock_iso(record->key_remove_sec, when)); /* fits */
		api_put_text(object, "Note", text);
	} else if (record->purpose == RECORD_MAIL_FROM_MX)
		api_put_text(object, "Note",
		    "It must be the only MX record of this name.");
	else if (is_required(file, record))
		return;
	else if (record->purpose == RECORD_TXT_TOKEN)
		api_put_text(object, "Note",
		    "Another way to prove the domain. It does not sign mail: "
		    "with the DKIM records it is not needed.");
	else
		api_put_text(object, "Note",
		    "Another way to prove the domain and to sign its mail: "
		    "with the CNAME records it is not needed.");
}

/* "10 host": a priority and a host. */
static void
put_value(json_t *object, const struct wanted_record *record)
{
	char *host = NULL;

	if (record->type == DNS_MX) {
		api_put_integer(
		    object, "Priority", strtol(record->value, &host, 10));
		host += *host == ' ';
	}
	api_put_text(object, "Value", host == NULL ? record->value : host);
}

static void
add_record(json_t *list, const struct identity_file *file,
    const struct wanted_record *record)
{
	json_t *object = api_add_object(list);
	char about[RECORDS_ABOUT_MAX];

	api_put_text(object, "Purpose", records_about(file, record, about));
	api_put_text(object, "For", for_whom(record->purpose));
	api_put_text(object, "Name", record->name);
	api_put_text(object, "Type", dns_type_name(record->type));
	put_value(object, record);
	api_put_flag(object, "Required", is_required(file, record));
	if (record->key_retired)
		api_put_time(
		    object, "RemoveAfterTimestamp", record->key_remove_sec);
	put_note(object, file, record);
}

static void
add_dmarc(json_t *list, const struct identity_file *file)
{
	json_t *object = api_add_object(list);
	char name[sizeof("_dmarc.") + RULES_ADDRESS_MAX];

	(void)snprintf(name, sizeof(name), "_dmarc.%s",
	    identity_domain(&file->row)); /* fits */
	api_put_text(object, "Purpose", "policy of DMARC");
	api_put_text(object, "For", "DMARC");
	api_put_text(object, "Name", name);
	api_put_text(object, "Type", "TXT");
	api_put_text(object, "Value", "v=DMARC1; p=none");
	api_put_flag(object, "Required", false);
	api_put_text(object, "Note",
	    "Large receivers want one from who sends much. If this domain or "
	    "one above it has a DMARC record, leave that as it is.");
}

static void
get_records(struct api_call *call)
{
	struct identity_file *file = NULL;
	struct store_identity row;
	json_t *list;

	if (!find(call, &row) || !api_identity_load(call, &row, &file))
		return;
	list = api_put_list(call->out, "Records");
	for (size_t i = 0; i < file->record_count; i++)
		add_record(list, file, &file->records[i]);
	if (row.facts.type == RULES_IDENTITY_DOMAIN)
		add_dmarc(list, file);
	identity_file_free(&file);
}

/* ---- a look ----------------------------------------------------------------------- */

static const char *
result_name(enum finding_state state)
{
	switch (state) {
	case FINDING_OK:
		return "FOUND";
	case FINDING_MISSING:
		return "MISSING";
	case FINDING_WRONG_PLACE:
		return "ELSEWHERE";
	case FINDING_NO_ANSWER:
		return "NO_ANSWER";
	case FINDING_NOT_NEEDED:
		return "NOT_NEEDED";
	default:
		return "DIFFERENT";
	}
}

static void
put_hint(json_t *object, const char *hint)
{
	if (hint != NULL && hint[0] != '\0')
		api_put_text(object, "Hint", hint);
}

/* Several records stand in one text, as ops/check.h has it. */
static void
put_found(json_t *object, const char *found)
{
	static const char between[] = " | ";
	json_t *list = api_put_list(object, "Found");
	const char *end;

	if (found == NULL || found[0] == '\0')
		return;
	while ((end = strstr(found, between)) != NULL) {
		char *part = strndup(found, (size_t)(end - found));

		if (part != NULL)
			api_add_text(list, part);
		free(part);
		found = end + strlen(between);
	}
	api_add_text(list, found);
}

static void
add_finding(json_t *list, const struct identity_file *file,
    const struct finding *finding)
{
	const struct wanted_record *record = finding->record;
	json_t *object = api_add_object(list);
	char about[RECORDS_ABOUT_MAX];

	api_put_text(object, "Name", record->name);
	api_put_text(object, "Type", dns_type_name(record->type));
	api_put_text(object, "Purpose", records_about(file, record, about));
	api_put_text(object, "For", for_whom(record->purpose));
	api_put_text(object, "Wanted", record->value);
	put_found(object, finding->found);
	if (finding->found_at != NULL && finding->found_at[0] != '\0')
		api_put_text(object, "FoundAt", finding->found_at);
	api_put_text(object, "Result", result_name(finding->state));
	put_hint(object, finding->hint);
}

static const char *
advice_result(const struct advice *advice)
{
	if (!advice->is_known)
		return "NO_ANSWER";
	if (advice->wanted[0] == '\0')
		return advice->subject == ADVICE_SPF && !advice->will_align
			   ? "NOT_NEEDED"
			   : "FOUND";
	return advice->found[0] == '\0' ? "MISSING" : "DIFFERENT";
}

static void
add_advice(json_t *list, const struct advice *advice)
{
	bool is_spf = advice->subject == ADVICE_SPF;
	json_t *object = api_add_object(list), *found;

	api_put_text(object, "Name", advice->name);
	api_put_text(object, "Type", "TXT");
	api_put_text(object, "Purpose", is_spf ? "SPF" : "policy of DMARC");
	api_put_text(object, "For", is_spf ? "SPF" : "DMARC");
	api_put_text(object, "Wanted",
	    advice->wanted[0] != '\0' ? advice->wanted : advice->found);
	found = api_put_list(object, "Found");
	if (advice->found[0] != '\0')
		api_add_text(found, advice->found);
	api_put_text(object, "Result", advice_result(advice));
	put_hint(object, advice->text);
}

static void
put_findings(struct api_call *call, struct check *check)
{
	const struct identity_file *file = check_file(check);
	json_t *list = api_put_list(call->out, "Findings");
	const struct finding *findings;
	size_t count = check_findings(check, &findings);
	struct advice spf, dmarc;

	api_put_text(
	    call->out, "Status", identity_status_name(file->row.facts.status));
	for (size_t i = 0; i < count; i++)
		add_finding(list, file, &findings[i]);
	if (check_advice(check, &spf, &dmarc)) {
		add_advice(list, &spf);
		add_advice(list, &dmarc);
	}
}

/* The link of an address, while one is open. */
static void
put_link(struct api_call *call, const struct store_identity *row)
{
	struct store_link link;
	struct err err = {0};
	enum sg_err rc = store_link_of(call->store, row->facts.id, &link, &err);
	json_t *object;

	if (rc == SG_MISSING || !api_check(call, rc, &err, &api_v2_codes))
		return;
	object = api_put_object(call->out, "Link");
	api_put_time(object, "SentTimestamp", link.created_sec);
	api_put_time(object, "ExpiresTimestamp", link.expires_sec);
}

static void
look(struct api_call *call, const struct store_identity *row)
{
	struct check *check = NULL;
	struct err err = {0};
	const char *name = row->facts.name;

	if (api_identity_done(call,
		check_new(
		    call->store, call->conf, row->facts.id, true, &check, &err),
		&err, name) &&
	    api_identity_done(call,
		look_ask(call->conf, check, LOOK_MSEC, &err), &err, name) &&
	    api_identity_done(call,
		check_apply(check, call->store, true, call->now_sec, &err),
		&err, name))
		put_findings(call, check);
	check_free(&check);
}

/* Each look is a dozen questions to the owner's name servers. */
static bool
is_too_soon(struct api_call *call, const struct store_identity *row)
{
	if (call->service == NULL || /* in tests */
	    api_throttle_look(api_service_throttle(call->service),
		row->facts.id, clock_mono_msec()))
		return false;
	api_fail(call, "TooManyRequestsException",
	    "The records of %.300s were looked at just now: once in %d "
	    "seconds is enough.",
	    row->facts.name, API_THROTTLE_LOOK_SEC);
	return true;
}

static void
check_identity(struct api_call *call)
{
	struct store_identity row;

	if (!find(call, &row))
		return;
	if (row.facts.type == RULES_IDENTITY_DOMAIN) {
		if (!is_too_soon(call, &row))
			look(call, &row);
		return;
	}
	api_put_text(
	    call->out, "Status", identity_status_name(row.facts.status));
	(void)api_put_list(call->out, "Findings");
	put_link(call, &row);
}

/* ops says of letters that come too fast when the next may go. */
static void
restart_identity(struct api_call *call)
{
	const char *name = api_text(call->in, "EmailIdentity");
	struct store_identity row;
	struct err err = {0};
	enum sg_err rc;

	if (!find(call, &row))
		return;
	rc = identity_restart(call->store, call->seal, call->conf,
	    call->account, name, call->now_sec, &row, &err);
	if (rc == SG_BUSY)
		api_fail(call, "TooManyRequestsException", "%.900s", err.text);
	else if (api_identity_done(call, rc, &err, name))
		api_put_text(call->out, "Status",
		    identity_status_name(row.facts.status));
}

/* clang-format off */
const struct api_operation api_own_identity[] = {
	{API_OWN, "GetRecords", "GET", "/sendward/identities/{EmailIdentity}/records",
	    api_in_own_identity, NULL, API_OP_READS,
	    "NotFoundException", get_records},
	{API_OWN, "CheckIdentity", "POST", "/sendward/identities/{EmailIdentity}/check",
	    api_in_own_identity, NULL, API_OP_SLOW,
	    "NotFoundException", check_identity},
	{API_OWN, "RestartIdentity", "POST", "/sendward/identities/{EmailIdentity}/restart",
	    api_in_own_identity, NULL, 0,
	    "NotFoundException", restart_identity},
	{.name = NULL}};
/* clang-format on */
