/* Reads one report: which format it has, who reads it, what the rules say. Knows
 * no format itself. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "report/address.h"
#include "report/classify.h"
#include "report/fields.h"
#include "report/limits.h"
#include "report/reading.h"
#include "report/wording.h"

/* GLib makes the class of an object when the first one is made: now, before there are
 * threads. They stay as long as the process. */
static void
make_classes(void)
{
	const GType types[] = {GMIME_TYPE_CONTENT_DISPOSITION,
	    GMIME_TYPE_CONTENT_TYPE, GMIME_TYPE_DATA_WRAPPER,
	    GMIME_TYPE_FILTER_BASIC, GMIME_TYPE_FILTER_CHARSET,
	    GMIME_TYPE_FILTER_DOS2UNIX, GMIME_TYPE_FILTER_OPENPGP,
	    GMIME_TYPE_FILTER_UNIX2DOS, GMIME_TYPE_HEADER,
	    GMIME_TYPE_HEADER_LIST, GMIME_TYPE_MESSAGE, GMIME_TYPE_MESSAGE_PART,
	    GMIME_TYPE_MESSAGE_PARTIAL, GMIME_TYPE_MULTIPART,
	    GMIME_TYPE_MULTIPART_ENCRYPTED, GMIME_TYPE_MULTIPART_SIGNED,
	    GMIME_TYPE_APPLICATION_PKCS7_MIME, GMIME_TYPE_PARAM,
	    GMIME_TYPE_PARAM_LIST, GMIME_TYPE_PARSER, GMIME_TYPE_PART,
	    GMIME_TYPE_STREAM_BUFFER, GMIME_TYPE_STREAM_CAT,
	    GMIME_TYPE_STREAM_FILTER, GMIME_TYPE_STREAM_MEM,
	    GMIME_TYPE_STREAM_NULL, GMIME_TYPE_TEXT_PART,
	    INTERNET_ADDRESS_LIST_TYPE, INTERNET_ADDRESS_TYPE_GROUP,
	    INTERNET_ADDRESS_TYPE_MAILBOX};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		(void)g_type_class_ref(types[i]);
}

void
report_init(void)
{
	g_mime_init();
	make_classes();
}

void
report_free(struct report **report)
{
	if (*report == NULL)
		return;
	free((*report)->records);
	free(*report);
	*report = NULL;
}

struct report_record *
reading_record(struct reading *r)
{
	struct report *report = r->report;
	struct report_record *bigger;
	size_t room = 1;

	if (report->count == REPORT_RECORDS_MAX) {
		report->left_out++;
		return NULL;
	}
	/* the array grows at powers of two */
	while (room < report->count)
		room *= 2;
	if (report->count == 0 || room == report->count) {
		room = report->count == 0 ? 1 : room * 2;
		bigger = realloc(report->records, room * sizeof(*bigger));
		if (bigger == NULL) {
			r->has_no_memory = true;
			return NULL;
		}
		report->records = bigger;
	}
	memset(&report->records[report->count], 0, sizeof(*report->records));
	return &report->records[report->count++];
}

void
reading_host(char to[REPORT_HOST_MAX + 1], const char *value)
{
	const char *semicolon = strchr(value, ';');
	size_t len;

	if (semicolon != NULL)
		value = semicolon + 1;
	value += strspn(value, " \t\r\n[");
	len = strcspn(value, " \t\r\n(;]");
	while (len > 0 && value[len - 1] == '.')
		len--;
	wording_copy(to, REPORT_HOST_MAX + 1, value, len);
}

void
reading_id(char *to, size_t size, const char *value)
{
	const char *open = strchr(value, '<');
	size_t len;

	if (open != NULL)
		value = open + 1;
	value += strspn(value, " \t\r\n");
	len = strcspn(value, open == NULL ? " \t\r\n" : ">\r\n");
	wording_copy(to, size, value, len);
}

void
reading_token(struct report *report, const char *address, size_t len)
{
	const char *at = memchr(address, '@', len);
	size_t i;

	if (at != NULL)
		len = (size_t)(at - address);
	if (len < 3 || len > RULES_ADDRESS_MAX ||
	    strncasecmp(address, "b-", 2) != 0)
		return;
	for (i = 0; i < report->token_count; i++)
		if (strlen(report->tokens[i]) == len &&
		    memcmp(report->tokens[i], address, len) == 0)
			return;
	if (i < REPORT_TOKENS_MAX)
		wording_copy(report->tokens[report->token_count++],
		    sizeof(report->tokens[0]), address, len);
}

int64_t
reading_date(const char *value)
{
	GDateTime *date = g_mime_utils_header_decode_date(value);
	int64_t sec = 0;

	if (date == NULL)
		return 0;
	sec = g_date_time_to_unix(date);
	g_date_time_unref(date);
	return sec;
}

/* Facts of the report's own header. */
static void
read_header(struct reading *r)
{
	GMimeMessage *message = r->parts.message;
	const char *value;
	struct buf line;

	(void)address_of_header(r->reporter, parts_header(message, "From"));
	(void)address_of_header(r->own, parts_header(message, "To"));
	value = parts_header(message, "Message-ID");
	if (value != NULL)
		reading_id(r->report->message_id, sizeof(r->report->message_id),
		    value);
	value = parts_header(message, "Date");
	if (value != NULL)
		r->report->date_sec = reading_date(value);
	value = g_mime_message_get_subject(message);
	if (value == NULL)
		return;
	buf_init(&line, sizeof(r->report->subject) * 2);
	wording_line(
	    &line, value, strlen(value), sizeof(r->report->subject) - 1);
	wording_copy(r->report->subject, sizeof(r->report->subject),
	    buf_str(&line), line.len);
	buf_fini(&line);
}

static bool
is_blank(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] > ' ')
			return false;
	return true;
}

/* Chooses the text for people, and cuts off the returned message. */
static void
choose_text(struct reading *r)
{
	struct buf *text = &r->parts.text;
	struct match_place place;
	size_t start = 0;

	text_forget(r);
	/* HTML only where there is nothing else to read. */
	if (is_blank(buf_str(text), text->len)) {
		buf_fini(text);
		*text = r->parts.html;
		buf_init(&r->parts.html, 0);
	}
	r->text = buf_str(text);
	r->text_len = r->cut = text->len;
	/* One that comes first has the report behind it. */
	while (match_place(
	    r->match, r->rules->cut, r->text, text->len, start, &place)) {
		if (!is_blank(r->text, place.from)) {
			r->text_len = r->cut = place.from;
			return;
		}
		start = place.to > start ? place.to : start + 1;
	}
}

/* A reply's host that text alone names. */
static void
find_remote(struct reading *r, struct report_record *record)
{
	struct match_place place;

	if (record->remote_mta[0] == '\0' &&
	    match_place(r->match, r->rules->remote, record->diagnostic,
		strlen(record->diagnostic), 0, &place) &&
	    place.group_to > place.group_from)
		wording_copy(record->remote_mta, sizeof(record->remote_mta),
		    record->diagnostic + place.group_from,
		    place.group_to - place.group_from);
}

static void
classify_records(struct reading *r)
{
	struct report *report = r->report;
	struct report_record *record;
	struct classify_facts facts;
	struct buf whole, about;
	size_t i;

	buf_init(&whole, LIMIT_REPLY_BYTES * 4);
	buf_init(&about, LIMIT_REPLY_BYTES * 8);
	wording_line(&whole, r->text, r->text_len, LIMIT_REPLY_BYTES * 2);
	for (i = 0; i < report->count; i++) {
		record = &report->records[i];
		if (record->action != REPORT_ACTION_FAILED &&
		    record->action != REPORT_ACTION_DELAYED)
			continue;
		memset(&facts, 0, sizeof(facts));
		find_remote(r, record);
		facts.status = record->status;
		facts.mta = record->remote_mta[0] != '\0'
				? record->remote_mta
				: report->reporting_mta;
		if (record->diagnostic[0] != '\0')
			facts.near[0] = record->diagnostic;
		if (i < LIMIT_ABOUT) {
			text_about(r, record, &about);
			if (strcmp(buf_str(&about), record->diagnostic) != 0)
				facts.near[1] = buf_str(&about);
		}
		if (i < LIMIT_WHOLE) {
			facts.whole = buf_str(&whole);
			facts.subject = report->subject;
		}
		classify_failure(r->rules, r->match, &facts, record);
	}
	buf_fini(&whole);
	buf_fini(&about);
}

/* Words for people become the diagnostic where fields gave none. */
static void
fill_diagnostics(struct reading *r)
{
	struct report *report = r->report;
	struct buf about;
	size_t i;

	buf_init(&about, LIMIT_REPLY_BYTES * 8);
	for (i = 0; i < report->count && i < LIMIT_ABOUT; i++) {
		if (report->records[i].diagnostic[0] != '\0')
			continue;
		text_about(r, &report->records[i], &about);
		wording_copy(report->records[i].diagnostic,
		    sizeof(report->records[i].diagnostic), buf_str(&about),
		    about.len);
	}
	buf_fini(&about);
}

/* SES has this subtype for dead addresses alone. */
static void
no_address(struct report *report)
{
	size_t i;

	for (i = 0; i < report->count; i++)
		if (report->records[i].kind == REPORT_BOUNCE &&
		    report->records[i].recipient[0] == '\0' &&
		    report->records[i].type == REPORT_PERMANENT)
			report->records[i].subtype = REPORT_SUB_NO_EMAIL;
}

/* Programs' fields that stand in the text: where they begin. */
static size_t
fields_in_text(const struct reading *r)
{
	static const char *const names[] = {
	    "Reporting-MTA:", "Final-Recipient:", "Original-Recipient:"};
	const char *text = r->text, *end;
	size_t at = 0, i, lead;

	while (at < r->text_len) {
		lead = at + strspn(text + at, " \t");
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strncasecmp(
				text + lead, names[i], strlen(names[i])) == 0)
				return at;
		end = memchr(text + at, '\n', r->text_len - at);
		at = end == NULL ? r->text_len : (size_t)(end - text) + 1;
	}
	return r->text_len;
}

static void read_any(struct reading *r);

static void
set_single(struct reading *r, enum report_kind kind, enum report_action action)
{
	struct report_record *record = reading_record(r);

	if (record == NULL)
		return;
	record->kind = kind;
	record->action = action;
}

static void
read_autoreply(struct reading *r)
{
	set_single(r, REPORT_AUTOREPLY, REPORT_ACTION_NONE);
	if (r->report->count > 0)
		memcpy(r->report->records[0].recipient, r->reporter,
		    sizeof(r->reporter));
}

/* A robot's notice around a report of another: that is the one to read. Once. */
static bool
read_wrapped(struct reading *r)
{
	GMimeMessage *outer = r->parts.message;

	if (r->is_wrapped || !text_names_nobody(r) || !parts_unwrap(&r->parts))
		return false;
	r->is_wrapped = true;
	read_header(r);
	choose_text(r);
	original_read(r);
	read_any(r);
	g_object_unref(outer);
	return true;
}

/* A bounce, a delay or a delivery that tells people alone. */
static void
read_text_notice(struct reading *r, enum report_action action)
{
	size_t at = fields_in_text(r), i;

	r->report->format =
	    r->notice->format[0] != '\0' ? r->notice->format : "text";
	if (at < r->text_len && dsn_read(r, r->text + at, r->text_len - at)) {
		r->report->format = "dsn-text";
		r->text_len = at;
		text_forget(r);
		text_complete(r);
	} else if (!read_wrapped(r)) {
		text_read(r);
	}
	if (action == REPORT_ACTION_FAILED)
		return;
	for (i = 0; i < r->report->count; i++) {
		r->report->records[i].kind = REPORT_OTHER;
		r->report->records[i].action = action;
	}
}

static void
read_notice(struct reading *r)
{
	const struct notice *notice = r->notice;

	if (notice == NULL) {
		r->report->format = "mail";
		set_single(r, REPORT_OTHER, REPORT_ACTION_NONE);
		return;
	}
	r->report->format = notice->format[0] != '\0' ? notice->format : "mail";
	if (notice->kind == REPORT_COMPLAINT)
		arf_read(r);
	else if (notice->kind == REPORT_AUTOREPLY)
		read_autoreply(r);
	else if (notice->action != REPORT_ACTION_NONE)
		read_text_notice(r, notice->action);
	else
		set_single(r, notice->kind, REPORT_ACTION_NONE);
}

static bool
hear_disposition(void *data, size_t block, const char *name, const char *value)
{
	struct report_record *record = data;

	(void)block;
	if (strcasecmp(name, "Original-Recipient") == 0)
		return !address_of_field(record->recipient, value);
	if (strcasecmp(name, "Final-Recipient") == 0)
		(void)address_of_field(record->recipient, value);
	return true;
}

/* A read receipt (RFC 8098) is no news of a delivery. */
static void
read_disposition(struct reading *r)
{
	struct buf *fields = &r->parts.disposition;

	r->report->format = "mdn";
	set_single(r, REPORT_OTHER, REPORT_ACTION_NONE);
	if (r->report->count > 0)
		fields_read(buf_str(fields), fields->len, hear_disposition,
		    &r->report->records[0]);
}

/* From here on the text is asked for recipients and reasons alone. */
static void
hide_subjects(struct parts *parts)
{
	if (parts->text.len > 0)
		wording_blank_subjects(parts->text.data, parts->text.len);
}

static void
read_any(struct reading *r)
{
	struct parts *parts = &r->parts;

	if (parts->feedback.len > 0 || parts->is_feedback) {
		r->report->format = "arf";
		arf_read(r);
	} else if (parts->is_disposition) {
		read_disposition(r);
	} else if (dsn_read(r, buf_str(&parts->status), parts->status.len)) {
		r->report->format = "dsn";
		hide_subjects(parts);
		text_complete(r);
		fill_diagnostics(r);
	} else {
		notice_find(r);
		hide_subjects(parts);
		read_notice(r);
	}
}

/* The gravest of the records. */
static enum report_kind
kind_of(const struct report *report)
{
	enum report_kind kind = REPORT_OTHER;
	size_t i;

	for (i = 0; i < report->count; i++)
		if (report->records[i].kind < kind)
			kind = report->records[i].kind;
	return kind;
}

static void
read_message(struct reading *r)
{
	r->report->format = "mail";
	if (r->parts.message != NULL) {
		read_header(r);
		choose_text(r);
		original_read(r);
		read_any(r);
		classify_records(r);
		no_address(r->report);
	}
	if (r->report->count == 0)
		set_single(r, REPORT_OTHER, REPORT_ACTION_NONE);
	r->report->kind = kind_of(r->report);
}

enum sg_err
report_read(const struct report_rules *rules, const void *data, size_t len,
    struct report **report_r, struct err *err_r)
{
	struct reading *r = calloc(1, sizeof(*r));
	enum sg_err e = SG_NOMEM;

	*report_r = calloc(1, sizeof(**report_r));
	if (r == NULL || *report_r == NULL)
		goto out;
	r->rules = rules;
	r->report = *report_r;
	r->match = match_new();
	if (r->match == NULL)
		goto out;
	e = parts_read(data, len, &r->parts, err_r);
	if (e == SG_OK)
		read_message(r);
	if (e == SG_OK && (r->has_no_memory || r->report->count == 0))
		e = SG_NOMEM;
	text_forget(r);
	parts_fini(&r->parts);
out:
	if (r != NULL)
		match_free(&r->match);
	free(r);
	if (e != SG_OK) {
		report_free(report_r);
		return err_set(err_r, e, "no memory");
	}
	return SG_OK;
}
