/* The replies of the gate. Does not choose the order of checks. */
#include "config.h"

#include "rules/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rules/ascii.h"

/* A reply line has 512 bytes with code, status and line end (RFC 5321
 * §4.5.3.1.5). */
#define TEXT_MAX 490

/* Most of one outside value in a reply: an address fits whole. */
#define VALUE_MAX RULES_ADDRESS_MAX

static void
set(struct rules_verdict *v, enum rules_action action, enum rules_reason reason,
    int code, const char *status)
{
	memset(v, 0, sizeof *v);
	v->action = action;
	v->reason = reason;
	v->code = code;
	(void)snprintf(v->status, sizeof v->status, "%s", status);
}

/* Appends what fits below TEXT_MAX; false when something was left out. */
static bool
add(struct rules_verdict *v, const char *text)
{
	size_t have = strlen(v->text), len = strlen(text);
	bool fits = len <= TEXT_MAX - have;

	if (!fits)
		len = TEXT_MAX - have;
	memcpy(v->text + have, text, len);
	v->text[have + len] = '\0';
	return fits;
}

/* A value from outside, made fit for a reply: at most VALUE_MAX characters. */
static void
clean(const char *value, char value_r[VALUE_MAX + 1])
{
	size_t i;

	for (i = 0; i < VALUE_MAX && value != NULL && value[i] != '\0'; i++)
		value_r[i] = ascii_is_print(value[i]) ? value[i] : '?';
	value_r[i] = '\0';
	if (i == VALUE_MAX && value[i] != '\0')
		memcpy(value_r + VALUE_MAX - 3, "...", 3);
}

static bool
add_clean(struct rules_verdict *v, const char *value)
{
	char cleaned[VALUE_MAX + 1];

	clean(value, cleaned);
	return add(v, cleaned);
}

void
verdict_accept(struct rules_verdict *v)
{
	set(v, RULES_ACCEPT, RULES_REASON_NONE, 0, "");
}

void
verdict_no_account(struct rules_verdict *v, const char *login)
{
	set(v, RULES_REJECT, RULES_REASON_NO_ACCOUNT, 554, "5.7.1");
	add(v, "login ");
	add_clean(v, login);
	add(v, " belongs to no account");
}

void
verdict_paused(struct rules_verdict *v, const char *why)
{
	set(v, RULES_REJECT, RULES_REASON_PAUSED, 554, "5.7.1");
	add(v, "Message rejected: Sending paused for this account");
	if (why == NULL || why[0] == '\0')
		return;
	add(v, ": ");
	add_clean(v, why);
}

void
verdict_rate(struct rules_verdict *v)
{
	set(v, RULES_DEFER, RULES_REASON_RATE, 454, "4.7.1");
	add(v, "Throttling failure: Maximum sending rate exceeded");
}

void
verdict_quota(struct rules_verdict *v)
{
	set(v, RULES_DEFER, RULES_REASON_QUOTA, 454, "4.7.1");
	add(v, "Throttling failure: Daily message quota exceeded");
}

void
verdict_throttled(struct rules_verdict *v, const char *what)
{
	set(v, RULES_DEFER, RULES_REASON_THROTTLED, 454, "4.7.1");
	add(v, "Throttling failure: ");
	add_clean(v, what);
}

void
verdict_no_set(struct rules_verdict *v, const char *name)
{
	set(v, RULES_REJECT, RULES_REASON_SET, 554, "5.7.1");
	add(v, "Transaction failed: Configuration set ");
	add_clean(v, name);
	add(v, " does not exist");
}

void
verdict_set_paused(struct rules_verdict *v, const char *name, const char *why)
{
	set(v, RULES_REJECT, RULES_REASON_SET_PAUSED, 554, "5.7.1");
	add(v, "Message rejected: Sending paused for this configuration set: ");
	add_clean(v, why == NULL || why[0] == '\0' ? name : why);
}

void
verdict_no_tenant(struct rules_verdict *v, const char *name)
{
	set(v, RULES_REJECT, RULES_REASON_TENANT, 554, "5.7.1");
	add(v, "Transaction failed: Tenant ");
	add_clean(v, name);
	add(v, " does not exist");
}

void
verdict_tenant_paused(
    struct rules_verdict *v, const char *name, const char *why)
{
	set(v, RULES_REJECT, RULES_REASON_TENANT_PAUSED, 554, "5.7.1");
	add(v, "Message rejected: Sending paused for this tenant: ");
	add_clean(v, why == NULL || why[0] == '\0' ? name : why);
}

void
verdict_not_the_tenants(struct rules_verdict *v, const char *tenant,
    const char *kind, const char *what)
{
	set(v, RULES_REJECT, RULES_REASON_TENANT_RESOURCE, 554, "5.7.1");
	add(v, "Message rejected: The ");
	add(v, kind);
	add(v, " ");
	add_clean(v, what);
	add(v, " is not associated with the tenant ");
	add_clean(v, tenant);
}

static bool
is_repeated(const char *const *names, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++) {
		if (strcmp(names[k], names[i]) == 0)
			return true;
	}
	return false;
}

/* Appends ", NAME" while the whole of it and a final ", ..." fit. */
static bool
add_name(struct rules_verdict *v, const char *name, bool is_first)
{
	char cleaned[VALUE_MAX + 1];
	size_t need;

	clean(name, cleaned);
	need = strlen(cleaned) + strlen(", ") + strlen(", ...");
	if (need > TEXT_MAX - strlen(v->text))
		return false;
	if (!is_first)
		add(v, ", ");
	return add(v, cleaned);
}

void
verdict_not_verified(struct rules_verdict *v, const char *region,
    const char *const *names, size_t count, enum rules_reason reason)
{
	char upper[33];
	size_t i;

	set(v, RULES_REJECT, reason, 554, "5.7.1");
	for (i = 0; i < sizeof upper - 1 && region[i] != '\0'; i++)
		upper[i] = ascii_upper(region[i]);
	upper[i] = '\0';
	add(v, "Message rejected: Email address is not verified."
	       " The following identities failed the check in region ");
	add_clean(v, upper);
	add(v, ": ");
	for (i = 0; i < count; i++) {
		if (is_repeated(names, i))
			continue;
		if (!add_name(v, names[i], i == 0)) {
			add(v, i == 0 ? "..." : ", ...");
			return;
		}
	}
}

void
verdict_add_note(struct rules_verdict *v, const char *note)
{
	if (strlen(v->text) + strlen(" ()") + strlen(note) > TEXT_MAX)
		return;
	add(v, " (");
	add_clean(v, note);
	add(v, ")");
}

void
verdict_mail_from(struct rules_verdict *v, const char *domain)
{
	set(v, RULES_REJECT, RULES_REASON_MAIL_FROM, 554, "5.7.1");
	add(v, "MAIL FROM domain not verified: DNS setup for MAIL FROM"
	       " domain ");
	add_clean(v, domain);
	add(v, " is invalid.");
}

void
verdict_bad_recipient(
    struct rules_verdict *v, const char *address, const char *why)
{
	set(v, RULES_REJECT, RULES_REASON_BAD_RECIPIENT, 553, "5.1.3");
	add_clean(v, address);
	add(v, ": ");
	add(v, why);
}

void
verdict_bad_header(struct rules_verdict *v, const char *detail)
{
	set(v, RULES_REJECT, RULES_REASON_BAD_HEADER, 554, "5.6.0");
	add(v, "Transaction failed: ");
	add_clean(v, detail);
}

void
verdict_too_many(struct rules_verdict *v, int64_t max)
{
	set(v, RULES_DEFER, RULES_REASON_TOO_MANY_RECIPIENTS, 452, "4.5.3");
	(void)snprintf(v->text, sizeof v->text,
	    "Too many recipients: at most %" PRId64 " in one message", max);
}

void
verdict_too_large(struct rules_verdict *v)
{
	set(v, RULES_REJECT, RULES_REASON_TOO_LARGE, 552, "5.3.4");
	add(v, "Message is too long.");
}

#define SEC_PER_DAY 86400
#define DAYS_PER_400_YEARS 146097

struct date {
	int64_t year;
	int month, day;
};

/* Gregorian date of a day since 1970-01-01. Counts from 1 March of year 0, so
 * that the leap day ends each year, in whole cycles of 400 years. */
static struct date
date_of(int64_t days)
{
	struct date date;
	int64_t cycle, doe, yoe, doy, march_month;

	days += 719468; /* 0000-03-01 to 1970-01-01 */
	cycle = (days >= 0 ? days : days - (DAYS_PER_400_YEARS - 1)) /
		DAYS_PER_400_YEARS;
	doe = days - cycle * DAYS_PER_400_YEARS;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	march_month = (5 * doy + 2) / 153;
	date.day = (int)(doy - (153 * march_month + 2) / 5 + 1);
	date.month =
	    (int)(march_month < 10 ? march_month + 3 : march_month - 9);
	date.year = yoe + cycle * 400 + (date.month <= 2);
	return date;
}

static void
add_date(struct rules_verdict *v, int64_t sec)
{
	const int64_t year_10000_sec = INT64_C(253402300800);
	char text[40];
	struct date date;

	if (sec < 0 || sec >= year_10000_sec) {
		add(v, "an unknown date");
		return;
	}
	date = date_of(sec / SEC_PER_DAY);
	(void)snprintf(text, sizeof text, "%04d-%02d-%02d", (int)date.year,
	    date.month, date.day);
	add(v, text);
}

static const char *
suppression_name(enum rules_suppression_reason reason)
{
	switch (reason) {
	case RULES_SUPPRESSED_BOUNCE:
		return "BOUNCE";
	case RULES_SUPPRESSED_COMPLAINT:
		return "COMPLAINT";
	case RULES_SUPPRESSED_MANUAL:
		return "MANUAL";
	}
	return "UNKNOWN";
}

void
verdict_suppressed(struct rules_verdict *v, const char *address,
    const struct rules_suppression *s, bool drop)
{
	set(v, drop ? RULES_DROP : RULES_REJECT, RULES_REASON_SUPPRESSED, 550,
	    "5.1.1");
	add_clean(v, address);
	add(v, " is on the suppression list: ");
	add(v, suppression_name(s->reason));
	add(v, ", since ");
	add_date(v, s->since_sec);
}

void
verdict_unavailable(struct rules_verdict *v)
{
	set(v, RULES_DEFER, RULES_REASON_UNAVAILABLE, 451, "4.3.0");
	add(v, "Temporary service failure");
}

void
verdict_wrong_stage(struct rules_verdict *v, const char *stage)
{
	set(v, RULES_DEFER, RULES_REASON_WRONG_STAGE, 451, "4.3.5");
	add(v, "Server configuration error: sendward-policyd cannot count at ");
	add_clean(v, stage);
}

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at == NULL ? "" : at + 1;
}

bool
sandbox_allows(const struct rules_account *account, const char *recipient,
    bool recipient_verified, const char *simulator_domain)
{
	if (account->production || recipient_verified)
		return true;
	return simulator_domain[0] != '\0' &&
	       ascii_casecmp(domain_of(recipient), simulator_domain) == 0;
}
