/* Which fields a message may have, and who it says sent it. Does not know which
 * identities are verified. */
#include "config.h"

#include "rules/headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/ascii.h"
#include "rules/verdict.h"

#define NAME_MAX_SHOWN 76

/* Fields that may occur once (SES developer guide, "Header fields"), in the
 * order of ascii_casecmp. */
/* clang-format off */
static const char *const once_names[] = {
	"Accept-Language", "acceptLanguage", "Archived-At", "Auto-Submitted",
	"Bounces-to", "Comments", "Content-Alternative", "Content-Base",
	"Content-Class", "Content-Description", "Content-Disposition",
	"Content-Duration", "Content-ID", "Content-Language", "Content-Length",
	"Content-Location", "Content-MD5", "Content-Transfer-Encoding",
	"Content-Type", "Date", "Delivered-To",
	"Disposition-Notification-Options", "Disposition-Notification-To",
	"DKIM-Signature", "DomainKey-Signature", "Errors-To", "From",
	"Importance", "In-Reply-To", "Keywords", "List-Archive", "List-Help",
	"List-Id", "List-Owner", "List-Post", "List-Subscribe",
	"List-Unsubscribe", "Message-Context", "Message-ID", "MIME-Version",
	"Organization", "Original-From", "Original-Message-ID",
	"Original-Recipient", "Original-Subject", "Precedence", "Priority",
	"References", "Reply-To", "Return-Path", "Return-Receipt-To", "Sender",
	"Sensitivity", "Solicitation", "Subject", "Thread-Index",
	"Thread-Topic", "User-Agent", "VBR-Info",
};

/* Fields that a signature may cover: RFC 6376 §5.4.1, the MIME fields, and those
 * that receivers of bulk mail want covered (RFC 8058 §4). In order. */
static const char *const signed_names[] = {
	"Cc", "Content-Description", "Content-ID", "Content-Transfer-Encoding",
	"Content-Type", "Date", "Feedback-ID", "From", "In-Reply-To",
	"List-Archive", "List-Help", "List-Id", "List-Owner", "List-Post",
	"List-Subscribe", "List-Unsubscribe", "List-Unsubscribe-Post",
	"Message-ID", "MIME-Version", "References", "Reply-To", "Resent-Cc",
	"Resent-Date", "Resent-From", "Resent-Message-ID", "Resent-Sender",
	"Resent-To", "Sender", "Subject", "To",
};
/* clang-format on */

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])
#define ONCE_COUNT COUNT_OF(once_names)

static int
compare_name(const void *key, const void *entry)
{
	return ascii_casecmp(key, *(const char *const *)entry);
}

/* The name's place in a sorted table; -1 when it is not there. */
static int
find_name(const char *name, const char *const *table, size_t count)
{
	const char *const *entry =
	    bsearch(name, table, count, sizeof table[0], compare_name);

	return entry == NULL ? -1 : (int)(entry - table);
}

/* RFC 5322 §3.6.8: printable ASCII without blank and colon. */
static bool
is_field_name(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++) {
		if (!ascii_is_print(name[i]) || name[i] == ' ' ||
		    name[i] == ':')
			return false;
	}
	return i > 0;
}

/* A CR that is no part of a line end: to some readers a new field begins there. */
static bool
has_bare_cr(const char *value)
{
	const char *cr = value;

	while ((cr = strchr(cr, '\r')) != NULL) {
		if (cr[1] != '\n')
			return true;
		cr++;
	}
	return false;
}

static bool
refuse(struct rules_verdict *v, const char *what, const char *name,
    const char *end)
{
	char detail[RULES_REPLY_MAX];

	(void)snprintf(detail, sizeof detail, "%s'%.*s'%s", what,
	    NAME_MAX_SHOWN, name, end);
	verdict_bad_header(v, detail);
	return false;
}

static bool
refuse_address(
    struct rules_verdict *v, enum mailbox_error error, const char *name)
{
	char what[160];

	(void)snprintf(
	    what, sizeof what, "%s in header ", mailbox_error_text(error));
	return refuse(v, what, name, ".");
}

/* The values of the fields that say who sent it; NULL when not there. */
struct sender_values {
	const char *from;
	const char *sender;
	const char *return_path;
};

static void
take_value(const struct rules_header *field, const char *name,
    struct sender_values *values)
{
	if (strcmp(name, "From") == 0)
		values->from = field->value;
	else if (strcmp(name, "Sender") == 0)
		values->sender = field->value;
	else if (strcmp(name, "Return-Path") == 0)
		values->return_path = field->value;
}

static bool
check_names(const struct rules_header *list, size_t count,
    struct sender_values *values_r, struct rules_verdict *v)
{
	bool seen[ONCE_COUNT] = {false};
	size_t i;

	for (i = 0; i < count; i++) {
		int at;

		if (!is_field_name(list[i].name))
			return refuse(
			    v, "Unreadable header name ", list[i].name, ".");
		if (has_bare_cr(list[i].value))
			return refuse(
			    v, "Carriage return in header ", list[i].name, ".");
		at = find_name(list[i].name, once_names, ONCE_COUNT);
		if (at < 0)
			continue;
		if (seen[at])
			return refuse(
			    v, "Duplicate header ", once_names[at], ".");
		seen[at] = true;
		take_value(&list[i], once_names[at], values_r);
	}
	return true;
}

/* A field that holds one mailbox. */
static bool
read_single(const char *value, const char *name, struct mailbox *mailbox_r,
    struct rules_verdict *v)
{
	enum mailbox_error error;
	size_t count;

	error = mailbox_parse_list(value, strlen(value), mailbox_r, 1, &count);
	if (error == MAILBOX_OK)
		return true;
	if (error == MAILBOX_TOO_MANY)
		return refuse(v, "More than one address in header ", name, ".");
	return refuse_address(v, error, name);
}

/* "<>" with blanks around it: a bounce's return path. */
static bool
is_null_path(const char *value)
{
	size_t i = strspn(value, " \t");

	if (strncmp(value + i, "<>", 2) != 0)
		return false;
	i += 2;
	return value[i + strspn(value + i, " \t")] == '\0';
}

static bool
read_from(const char *value, struct mailbox *list_r, size_t max,
    size_t *count_r, struct rules_verdict *v)
{
	enum mailbox_error error;

	if (value == NULL)
		return refuse(v, "Missing header ", "From", ".");
	error = mailbox_parse_list(value, strlen(value), list_r, max, count_r);
	if (error == MAILBOX_OK)
		return true;
	if (error == MAILBOX_TOO_MANY)
		return refuse(v, "Too many addresses in header ", "From", ".");
	return refuse_address(v, error, "From");
}

bool
headers_check(const struct rules_header *list, size_t count,
    struct headers_senders *senders_r, struct mailbox *more_from_r,
    size_t max_more, size_t *more_count_r, struct rules_verdict *v)
{
	struct mailbox from[1 + HEADERS_MORE_FROM_MAX];
	struct sender_values values = {NULL, NULL, NULL};
	size_t from_count = 0;

	memset(senders_r, 0, sizeof *senders_r);
	*more_count_r = 0;
	if (max_more > HEADERS_MORE_FROM_MAX)
		max_more = HEADERS_MORE_FROM_MAX;
	if (!check_names(list, count, &values, v) ||
	    !read_from(values.from, from, 1 + max_more, &from_count, v))
		return false;
	if (values.sender != NULL &&
	    !read_single(values.sender, "Sender", &senders_r->sender, v))
		return false;
	if (values.return_path != NULL && !is_null_path(values.return_path) &&
	    !read_single(
		values.return_path, "Return-Path", &senders_r->return_path, v))
		return false;
	if (from_count > 1 && values.sender == NULL)
		return refuse(v, "Several addresses in header ", "From",
		    ", but no header 'Sender'.");
	senders_r->from = from[0];
	*more_count_r = from_count - 1;
	memcpy(more_from_r, from + 1, *more_count_r * sizeof from[0]);
	verdict_accept(v);
	return true;
}

bool
headers_is_removed(const char *name)
{
	return ascii_has_prefix(name, "X-SES-") ||
	       ascii_has_prefix(name, "X-Sendward-") ||
	       ascii_casecmp(name, "Return-Path") == 0 ||
	       ascii_casecmp(name, "Bcc") == 0 ||
	       ascii_casecmp(name, "Resent-Bcc") == 0;
}

bool
headers_is_signed(const char *name)
{
	return find_name(name, signed_names, COUNT_OF(signed_names)) >= 0;
}
