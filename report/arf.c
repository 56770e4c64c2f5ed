/* Complaints: RFC 5965, RFC 6591, and providers that send the message alone.
 * Decides not what is a complaint. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "report/address.h"
#include "report/fields.h"
#include "report/reading.h"
#include "report/wording.h"

struct arf {
	struct reading *r;
	char type[32];
	char mail_from[RULES_ADDRESS_MAX + 1];
	bool has_recipient;
};

static void
add_recipient(struct arf *a, const char *address)
{
	struct report_record *record;
	size_t i;

	for (i = 0; i < a->r->report->count; i++)
		if (address_equal(a->r->report->records[i].recipient, address))
			return;
	record = reading_record(a->r);
	if (record != NULL)
		wording_copy(record->recipient, sizeof(record->recipient),
		    address, strlen(address));
	a->has_recipient = true;
}

static bool
is_redacted(const char *address)
{
	static const char *const words[] = {
	    "redacted", "xxxxx", "hidden", "undisclosed", "removed"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncasecmp(address, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* "<a@b>", "a@b, c@d" */
static void
add_recipients(struct arf *a, const char *value)
{
	struct address_place place;
	char address[RULES_ADDRESS_MAX + 1];
	size_t len = strlen(value), at = 0;

	while (address_next(value, len, at, &place)) {
		at = place.to;
		if (address_copy(
			address, value + place.from, place.to - place.from) &&
		    !is_redacted(address))
			add_recipient(a, address);
	}
}

static void
lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + 'a' - 'A');
}

static bool
hear_field(void *data, size_t block, const char *name, const char *value)
{
	struct arf *a = data;
	struct report *report = a->r->report;

	(void)block;
	if (strcasecmp(name, "Feedback-Type") == 0) {
		wording_copy(
		    a->type, sizeof(a->type), value, strcspn(value, " ;(\t"));
		lower(a->type);
	} else if (strcasecmp(name, "Original-Rcpt-To") == 0 ||
		   strcasecmp(name, "X-Original-Rcpt-To") == 0 ||
		   strcasecmp(name, "Removal-Recipient") == 0) {
		add_recipients(a, value);
	} else if (strcasecmp(name, "Original-Mail-From") == 0) {
		(void)address_of_field(a->mail_from, value);
	} else if (strcasecmp(name, "Original-Envelope-Id") == 0) {
		wording_copy(report->envelope_id, sizeof(report->envelope_id),
		    value, strlen(value));
	} else if (strcasecmp(name, "User-Agent") == 0) {
		wording_copy(report->user_agent, sizeof(report->user_agent),
		    value, strlen(value));
	} else if (strcasecmp(name, "Source-IP") == 0) {
		wording_copy(report->source_ip, sizeof(report->source_ip),
		    value, strcspn(value, " \t("));
	} else if (strcasecmp(name, "Reporting-MTA") == 0) {
		reading_host(report->reporting_mta, value);
	} else if (strcasecmp(name, "Arrival-Date") == 0 ||
		   strcasecmp(name, "Received-Date") == 0) {
		report->arrival_sec = reading_date(value);
	}
	return !a->r->has_no_memory;
}

/* Who complains by the returned message: Microsoft names him in a field of its
 * own; else whom it was written to, if that is one. */
static void
by_returned(struct arf *a)
{
	const char *value =
	    parts_header(a->r->parts.returned, "X-HmXmrOriginalRecipient");

	if (value == NULL)
		value = parts_header(
		    a->r->parts.message, "X-HmXmrOriginalRecipient");
	if (value != NULL)
		add_recipients(a, value);
	if (!a->has_recipient && a->r->returned_to[0] != '\0' &&
	    !is_redacted(a->r->returned_to))
		add_recipient(a, a->r->returned_to);
}

/* An answer that takes somebody off a list comes from himself. */
static void
by_notice(struct arf *a)
{
	const struct notice *notice = a->r->notice;

	if (notice == NULL || notice->kind != REPORT_COMPLAINT)
		return;
	if (a->type[0] == '\0')
		wording_copy(a->type, sizeof(a->type), notice->feedback,
		    strlen(notice->feedback));
	if (!a->has_recipient && a->r->parts.returned == NULL &&
	    a->r->reporter[0] != '\0' &&
	    strcmp(notice->feedback, "opt-out") == 0)
		add_recipient(a, a->r->reporter);
}

void
arf_read(struct reading *r)
{
	struct arf a = {r, "", "", false};
	size_t i;

	fields_read(
	    buf_str(&r->parts.feedback), r->parts.feedback.len, hear_field, &a);
	if (!a.has_recipient)
		by_returned(&a);
	by_notice(&a);
	if (r->report->count == 0)
		(void)reading_record(r);
	if (a.type[0] == '\0')
		wording_copy(a.type, sizeof(a.type), "abuse", 5);
	for (i = 0; i < r->report->count; i++) {
		r->report->records[i].kind = REPORT_COMPLAINT;
		memcpy(r->report->records[i].feedback_type, a.type,
		    sizeof(a.type));
	}
	reading_token(r->report, a.mail_from, strlen(a.mail_from));
}
