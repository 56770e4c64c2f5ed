/* import ses: identities and the suppression list of Amazon SES, as the AWS CLI prints
 * them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "ctl/import.h"
#include "ctl/input.h"
#include "ctl/verbs.h"

#define NAME_MAX_BYTES 1024

struct reading {
	struct import *in;
	const char *file;
};

static const char *
text_of(const json_t *doc, const char *key)
{
	const char *text = json_string_value(json_object_get(doc, key));

	return text == NULL ? "" : text;
}

/* "2024-05-01T12:00:00.123000+00:00", or seconds; 0: it cannot be told. */
static int64_t
time_of(const json_t *value)
{
	const char *text = json_string_value(value), *end;
	struct tm tm = {.tm_mday = 1};
	int hours, minutes;
	char sign;
	int64_t sec;

	if (json_is_number(value)) {
		double number = json_number_value(value);

		return number > 0 && number < 4e9 ? (int64_t)number : 0;
	}
	end = text == NULL ? NULL : strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end == NULL)
		return 0;
	sec = timegm(&tm);
	end += strspn(end, ".0123456789");
	sign = *end;
	if ((sign != '+' && sign != '-') || strlen(end) != 6 ||
	    strspn(end + 1, "0123456789") != 2 || end[3] != ':' ||
	    strspn(end + 4, "0123456789") != 2)
		return sec;
	hours = (end[1] - '0') * 10 + end[2] - '0';
	minutes = (end[4] - '0') * 10 + end[5] - '0';
	return sec + (sign == '-' ? 60 : -60) * (hours * 60 + minutes);
}

/* ---- lists ----------------------------------------------------------------------- */

static void
take_suppressed(
    struct reading *r, const struct import_at *at, const json_t *row)
{
	(void)import_add_suppression(r->in, at, text_of(row, "EmailAddress"),
	    text_of(row, "Reason"),
	    time_of(json_object_get(row, "LastUpdateTime")));
}

static void
take_identity(struct reading *r, const struct import_at *at, const json_t *row)
{
	const char *name = text_of(row, "IdentityName");
	const char *type = text_of(row, "IdentityType");
	const char *status = text_of(row, "VerificationStatus");
	struct import_entry *entry;

	if (strcmp(type, "DOMAIN") != 0 && strcmp(type, "EMAIL_ADDRESS") != 0) {
		(void)import_refuse(r->in, at, name,
		    "IdentityType is neither DOMAIN nor EMAIL_ADDRESS");
		return;
	}
	entry = import_add_identity(r->in, at, name);
	if (entry != NULL && entry->kind == IMPORT_IDENTITY &&
	    status[0] != '\0' && strcmp(status, "SUCCESS") != 0)
		import_note(r->in, entry, "%.40s in Amazon SES, too", status);
}

typedef void take_row_fn(
    struct reading *r, const struct import_at *at, const json_t *row);

static void
take_list(
    struct reading *r, const char *key, const json_t *list, take_row_fn *take)
{
	char place[80];
	struct import_at at = {.file = r->file, .place = place};
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		(void)snprintf(place, sizeof(place), ".%s[%zu]", key, i);
		take(r, &at, row);
	}
}

/* ---- get-email-identity ---------------------------------------------------------- */

/* The answer has no name in it: the file has. False: not either. */
static bool
name_of_file(const char *path, char name_r[NAME_MAX_BYTES])
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	size_t len = strlen(base);

	if (len > 5 && strcasecmp(base + len - 5, ".json") == 0)
		len -= 5;
	if (len == 0 || len >= NAME_MAX_BYTES || memchr(base, '.', len) == NULL)
		return false;
	memcpy(name_r, base, len);
	name_r[len] = '\0';
	return true;
}

static struct import_settings *
settings_of(struct import *in, const json_t *doc)
{
	const json_t *mail_from = json_object_get(doc, "MailFromAttributes");
	const json_t *dkim = json_object_get(doc, "DkimAttributes");
	const char *domain = text_of(mail_from, "MailFromDomain");
	const char *set = text_of(doc, "ConfigurationSetName");
	struct import_settings *settings = calloc(1, sizeof(*settings));

	if (settings == NULL) {
		in->failed = true;
		return NULL;
	}
	settings->forwarding =
	    !json_is_false(json_object_get(doc, "FeedbackForwardingStatus"));
	settings->signing =
	    !json_is_false(json_object_get(dkim, "SigningEnabled"));
	settings->mail_from_reject =
	    strcmp(text_of(mail_from, "BehaviorOnMxFailure"),
		"REJECT_MESSAGE") == 0;
	if (domain[0] != '\0')
		settings->mail_from = strdup(domain);
	if (set[0] != '\0')
		settings->set = strdup(set);
	if ((domain[0] != '\0' && settings->mail_from == NULL) ||
	    (set[0] != '\0' && settings->set == NULL))
		in->failed = true;
	return settings;
}

static void
take_details(struct reading *r, const json_t *doc)
{
	const struct import_at at = {.file = r->file};
	char name[NAME_MAX_BYTES];
	struct import_entry *entry;

	if (!name_of_file(r->file, name)) {
		(void)import_refuse(r->in, &at, "",
		    "the answer of get-email-identity does not say of which "
		    "identity: call the file IDENTITY.json, such as "
		    "shop.example.json");
		return;
	}
	entry = import_add_identity(r->in, &at, name);
	if (entry == NULL || entry->kind != IMPORT_IDENTITY)
		return;
	entry->settings = settings_of(r->in, doc);
	if (json_object_size(json_object_get(doc, "Policies")) > 0)
		import_note(r->in, entry,
		    "its policies are not taken: sendwardctl identity allow");
}

/* ---- documents ------------------------------------------------------------------- */

static void
take_document(struct reading *r, const json_t *doc)
{
	static const char identities[] = "EmailIdentities";
	static const char suppressed[] = "SuppressedDestinationSummaries";
	const struct import_at at = {.file = r->file};
	const json_t *rows = json_object_get(doc, identities);

	if (json_is_array(rows))
		take_list(r, identities, rows, take_identity);
	rows = json_object_get(doc, suppressed);
	if (json_is_array(rows))
		take_list(r, suppressed, rows, take_suppressed);
	if (json_object_get(doc, "VerifiedForSendingStatus") != NULL)
		take_details(r, doc);
	else if (json_object_get(doc, identities) == NULL &&
		 json_object_get(doc, suppressed) == NULL)
		(void)import_refuse(r->in, &at, "",
		    "it is no answer of list-suppressed-destinations, "
		    "list-email-identities or get-email-identity");
	if (text_of(doc, "NextToken")[0] != '\0')
		(void)import_refuse(r->in, &at, "",
		    "the list goes on behind this page: ask for the rest with "
		    "--next-token, and give that, too");
}

static size_t
line_of(const char *text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/* One document after another, as pages come. */
static int
take_documents(struct reading *r, const struct buf *text)
{
	size_t at = 0, blank;
	json_error_t error;
	json_t *doc;

	for (;;) {
		blank = strspn(buf_str(text) + at, " \t\r\n");
		at += blank;
		if (at >= text->len)
			return CTL_DONE;
		doc = json_loadb(text->data + at, text->len - at,
		    JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
		if (doc == NULL)
			return ctl_refuse(r->in->ctl,
			    "%s:%zu: it is no JSON: %s", r->file,
			    line_of(text->data, at) + (size_t)error.line - 1,
			    error.text);
		take_document(r, doc);
		json_decref(doc);
		at += (size_t)error.position;
	}
}

static int
take_file(struct import *in, const char *path)
{
	struct reading r = {.in = in, .file = import_label(path)};
	struct buf text;
	struct err err;
	int rc;

	if (import_read(path, IMPORT_FILE_MAX, &text, &err) != SG_OK)
		rc = ctl_refuse(in->ctl, "%s", err.text);
	else
		rc = take_documents(&r, &text);
	buf_fini(&text);
	return rc;
}

/* A file that has the settings of an identity comes before the list that has its name:
 * the first of a name is the one that is taken. */
static bool
is_details(const char *path)
{
	char name[NAME_MAX_BYTES];
	size_t len = strlen(path);

	return len > 5 && strcasecmp(path + len - 5, ".json") == 0 &&
	       name_of_file(path, name);
}

int
import_run_ses(struct ctl *ctl)
{
	struct import in;
	int rc = CTL_DONE;

	import_begin_list(&in, ctl);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < ctl->arg_count && rc == CTL_DONE; i++)
			if (is_details(ctl_arg(ctl, i)) == (pass == 0))
				rc = take_file(&in, ctl_arg(ctl, i));
	if (rc == CTL_DONE)
		return import_finish(&in);
	import_end_list(&in);
	return rc;
}
