/* RFC 3464 and RFC 6533 delivery status: fields to records. Neither classifies
 * them nor looks at text for people. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "report/address.h"
#include "report/fields.h"
#include "report/limits.h"
#include "report/reading.h"
#include "report/wording.h"

struct dsn {
	struct reading *r;
	size_t block;
	struct report_record *record; /* that is being read */
	bool has_record; /* a recipient's fields have begun, read or not */
	bool has_final;
	bool has_original;
	bool has_action;
	bool has_code; /* a Diagnostic-Code, not what stands in for it */
};

static const char *
after_type(const char *value)
{
	const char *at = value;

	while (isalnum((unsigned char)*at) || *at == '-' || *at == ' ')
		at++;
	if (*at != ';')
		return value;
	return at + 1 + strspn(at + 1, " \t");
}

static void
begin(struct dsn *d, size_t block)
{
	d->record = reading_record(d->r);
	d->has_record = true;
	d->block = block;
	d->has_final = d->has_original = d->has_action = d->has_code = false;
	if (d->record != NULL)
		d->record->kind = REPORT_BOUNCE;
	else /* the next one begins with its Final-Recipient */
		d->has_final = d->has_original = true;
}

static void
set_diagnostic(struct report_record *record, const char *value)
{
	struct buf line;

	buf_init(&line, REPORT_DIAGNOSTIC_MAX * 2);
	wording_line(&line, value, strlen(value), REPORT_DIAGNOSTIC_MAX - 1);
	wording_copy(record->diagnostic, sizeof(record->diagnostic),
	    buf_str(&line), line.len);
	buf_fini(&line);
}

static enum report_action
action_of(const char *value)
{
	static const struct {
		const char *word;
		enum report_action action;
	} words[] = {
	    {"fail", REPORT_ACTION_FAILED},
	    {"undeliver", REPORT_ACTION_FAILED},
	    {"expired", REPORT_ACTION_FAILED},
	    {"bounce", REPORT_ACTION_FAILED},
	    {"reject", REPORT_ACTION_FAILED},
	    {"delay", REPORT_ACTION_DELAYED},
	    {"deferred", REPORT_ACTION_DELAYED},
	    {"warning", REPORT_ACTION_DELAYED},
	    {"deliver", REPORT_ACTION_DELIVERED},
	    {"relay", REPORT_ACTION_RELAYED},
	    {"expand", REPORT_ACTION_EXPANDED},
	};
	size_t i;

	value += strspn(value, " \t");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncasecmp(value, words[i].word, strlen(words[i].word)) ==
		    0)
			return words[i].action;
	return REPORT_ACTION_NONE;
}

/* "5.2.2 (over quota)": the code, and the comment when nothing says more. */
static void
set_status(struct dsn *d, const char *value)
{
	struct report_record *record = d->record;
	const char *comment = strchr(value, '(');

	if (record->status[0] == '\0')
		wording_status(value, record->status);
	if (comment != NULL && record->diagnostic[0] == '\0')
		set_diagnostic(record, comment);
}

static void
recipient_field(struct dsn *d, const char *name, const char *value)
{
	struct report_record *record = d->record;

	if (strcasecmp(name, "Original-Recipient") == 0) {
		d->has_original = address_of_field(record->recipient, value) ||
				  d->has_original;
	} else if (strcasecmp(name, "Final-Recipient") == 0) {
		(void)address_of_field(record->final_recipient, value);
		d->has_final = true;
	} else if (strcasecmp(name, "X-Actual-Recipient") == 0) {
		if (record->final_recipient[0] == '\0')
			(void)address_of_field(record->final_recipient, value);
	} else if (strcasecmp(name, "Action") == 0) {
		record->action = action_of(value);
		d->has_action = true;
	} else if (strcasecmp(name, "Status") == 0) {
		set_status(d, value);
	} else if (strcasecmp(name, "Remote-MTA") == 0) {
		reading_host(record->remote_mta, value);
	} else if (strcasecmp(name, "Diagnostic-Code") == 0) {
		/* an empty one, or a number, says less than a comment */
		if (strlen(after_type(value)) > 4 && !d->has_code) {
			set_diagnostic(record, after_type(value));
			d->has_code = true;
		} else if (record->diagnostic[0] == '\0') {
			set_diagnostic(record, after_type(value));
		}
	} else if (strcasecmp(name, "X-Supplementary-Info") == 0) {
		if (!d->has_code)
			set_diagnostic(record, value);
	}
}

static void
message_field(struct dsn *d, const char *name, const char *value)
{
	struct report *report = d->r->report;

	if (strcasecmp(name, "Reporting-MTA") == 0)
		reading_host(report->reporting_mta, value);
	else if (strcasecmp(name, "Original-Envelope-Id") == 0)
		wording_copy(report->envelope_id, sizeof(report->envelope_id),
		    value, strlen(value));
	else if (strcasecmp(name, "Arrival-Date") == 0)
		report->arrival_sec = reading_date(value);
	else if (strcasecmp(name, "X-Postfix-Sender") == 0 &&
		 d->r->sender[0] == '\0')
		(void)address_of_field(d->r->sender, value);
}

static bool
is_of_recipient(const char *name)
{
	static const char *const names[] = {"Final-Recipient",
	    "Original-Recipient", "Action", "Status", "Diagnostic-Code",
	    "X-Actual-Recipient"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Broken programs leave out the blank line between two recipients, or put one
 * into the middle of one. */
static bool
begins_another(const struct dsn *d, size_t block, const char *name)
{
	bool is_final = strcasecmp(name, "Final-Recipient") == 0;
	bool is_original = strcasecmp(name, "Original-Recipient") == 0;
	bool is_action = strcasecmp(name, "Action") == 0;

	if (!d->has_record)
		return is_of_recipient(name);
	if ((is_final && d->has_final) || (is_original && d->has_original) ||
	    (is_action && d->has_action))
		return true;
	return block != d->block && (is_final || is_original) &&
	       (d->has_final || d->has_original);
}

static bool
hear_field(void *data, size_t block, const char *name, const char *value)
{
	struct dsn *d = data;

	if (begins_another(d, block, name))
		begin(d, block);
	if (!d->has_record || strcasecmp(name, "Reporting-MTA") == 0)
		message_field(d, name, value);
	else if (d->record != NULL)
		recipient_field(d, name, value);
	return !d->r->has_no_memory;
}

/* What its fields leave open. */
static void
complete(struct report_record *record)
{
	char class = record->status[0];

	if (record->recipient[0] == '\0') {
		memcpy(record->recipient, record->final_recipient,
		    sizeof(record->recipient));
		record->final_recipient[0] = '\0';
	} else if (address_equal(record->recipient, record->final_recipient)) {
		record->final_recipient[0] = '\0';
	}
	if (record->action == REPORT_ACTION_NONE)
		record->action = class == '2' ? REPORT_ACTION_DELIVERED
					      : REPORT_ACTION_FAILED;
	record->kind = record->action == REPORT_ACTION_FAILED ? REPORT_BOUNCE
							      : REPORT_OTHER;
}

bool
dsn_read(struct reading *r, const char *text, size_t len)
{
	struct dsn d = {r, 0, NULL, false, false, false, false, false};
	size_t i, first = r->report->count;

	fields_read(text, len, hear_field, &d);
	for (i = first; i < r->report->count; i++)
		complete(&r->report->records[i]);
	return r->report->count > first;
}
