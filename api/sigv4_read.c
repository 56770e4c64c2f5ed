/* What a request says of its signature: see sigv4.h. Needs no secret. */
#include "config.h"

#include "api/sigv4.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "api/sigv4_parts.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"

static enum sigv4_finding fail(struct sigv4 *sig, enum sigv4_finding finding,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum sigv4_finding
fail(struct sigv4 *sig, enum sigv4_finding finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sig->why, sizeof(sig->why), format, args);
	va_end(args);
	return finding;
}

/* ---- times ------------------------------------------------------------------ */

static void
write_time(int64_t sec, char text_r[17])
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text_r, 17, "%Y%m%dT%H%M%SZ", &tm) != 16)
		text_r[0] = '\0';
}

static int
number(const char *digits, int count)
{
	int value = 0;

	while (count-- > 0)
		value = 10 * value + (*digits++ - '0');
	return value;
}

/* Of yyyymmddThhmmssZ, in digits where they must be. */
static int64_t
time_of(const char *text)
{
	struct tm tm = {.tm_year = number(text, 4) - 1900,
	    .tm_mon = number(text + 4, 2) - 1,
	    .tm_mday = number(text + 6, 2),
	    .tm_hour = number(text + 9, 2),
	    .tm_min = number(text + 11, 2),
	    .tm_sec = number(text + 13, 2)};

	return timegm(&tm);
}

/* "Tue, 24 Nov 2026 11:55:26 GMT" (RFC 9110 §5.6.7); botocore writes the zone as in
 * letters: "-0000". */
static bool
read_http_date(const char *text, char time_r[17])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char form[] = "aaa, 00 aaa 0000 00:00:00 ";
	int month = 0;

	if (strlen(text) < strlen(form) ||
	    (strcmp(text + strlen(form), "GMT") != 0 &&
		strcmp(text + strlen(form), "-0000") != 0))
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? !sigv4_is_digits(text + i, 1)
				   : form[i] != 'a' && form[i] != text[i])
			return false;
	while (month < 12 && memcmp(months + 3 * month, text + 8, 3) != 0)
		month++;
	if (month == 12)
		return false;
	month++;
	memcpy(time_r, text + 12, 4);
	time_r[4] = month < 10 ? '0' : '1';
	time_r[5] = (char)('0' + month % 10);
	memcpy(time_r + 6, text + 5, 2);
	time_r[8] = 'T';
	memcpy(time_r + 9, text + 17, 2);
	memcpy(time_r + 11, text + 20, 2);
	memcpy(time_r + 13, text + 23, 2);
	memcpy(time_r + 15, "Z", 2);
	return true;
}

/* Either form of a time, as yyyymmddThhmmssZ; false when there is no such time. */
static bool
read_time(const char *text, char time_r[17])
{
	char again[17];

	if (strlen(text) == 16)
		(void)snprintf(time_r, 17, "%s", text);
	else if (!read_http_date(text, time_r))
		return false;
	if (!sigv4_is_digits(time_r, 8) || time_r[8] != 'T' ||
	    !sigv4_is_digits(time_r + 9, 6) || time_r[15] != 'Z')
		return false;
	write_time(time_of(time_r), again);
	return strcmp(time_r, again) == 0;
}

/* Not twice, not empty, not too long. */
static bool
take(char *text_r, size_t size, const char *text, size_t len)
{
	if (text_r[0] != '\0' || len == 0 || len >= size)
		return false;
	memcpy(text_r, text, len);
	text_r[len] = '\0';
	return true;
}

/* "AKID/yyyymmdd/region/service/aws4_request" */
static bool
read_credential(const char *text, struct sigv4 *sig)
{
	const struct {
		char *text;
		size_t size;
	} parts[] = {
	    {sig->access_key_id, sizeof(sig->access_key_id)},
	    {sig->date, sizeof(sig->date)},
	    {sig->region, sizeof(sig->region)},
	    {sig->service, sizeof(sig->service)},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t len = strcspn(text, "/");

		if (text[len] != '/' ||
		    !take(parts[i].text, parts[i].size, text, len))
			return false;
		for (const char *c = parts[i].text; *c != '\0'; c++)
			if (!sigv4_is_letter_or_digit((unsigned char)*c) &&
			    *c != '-')
				return false;
		text += len + 1;
	}
	return strcmp(text, TERMINATOR) == 0 && strlen(sig->date) == 8 &&
	       sigv4_is_digits(sig->date, 8);
}

/* "a;b": lower case, each once, sorted. */
static bool
is_header_list(const char *text)
{
	const char *before = NULL;
	size_t before_len = 0;

	for (;;) {
		size_t len = strcspn(text, ";");

		if (len == 0 ||
		    (before != NULL &&
			sigv4_compare(before, before_len, text, len) >= 0))
			return false;
		for (size_t i = 0; i < len; i++)
			if ((text[i] >= 'A' && text[i] <= 'Z') ||
			    text[i] <= 0x20 || text[i] == ':')
				return false;
		if (text[len] == '\0')
			return true;
		before = text;
		before_len = len;
		text += len + 1;
	}
}

static bool
is_signature(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (sigv4_hex_value(*c) < 0 || (*c >= 'A' && *c <= 'F'))
			return false;
	return strlen(text) == 64;
}

/* What both forms carry, when all of it has come. */
static enum sigv4_finding
read_parts(const char *credential, struct sigv4 *sig)
{
	if (credential[0] == '\0')
		return fail(
		    sig, SIGV4_INCOMPLETE, "The signature names no Credential");
	if (sig->signed_headers[0] == '\0')
		return fail(sig, SIGV4_INCOMPLETE,
		    "The signature names no SignedHeaders");
	if (sig->signature[0] == '\0')
		return fail(
		    sig, SIGV4_INCOMPLETE, "The Signature itself is missing");
	if (!read_credential(credential, sig))
		return fail(sig, SIGV4_INCOMPLETE,
		    "Credential must have the form "
		    "ACCESSKEYID/yyyymmdd/region/service/" TERMINATOR);
	if (!is_header_list(sig->signed_headers))
		return fail(sig, SIGV4_INCOMPLETE,
		    "SignedHeaders must be names in lower case, sorted, with "
		    "semicolons between them");
	if (!is_signature(sig->signature))
		return fail(sig, SIGV4_INCOMPLETE,
		    "Signature must be 64 hexadecimal digits in lower case");
	return SIGV4_READ;
}

/* "Credential=…, SignedHeaders=…, Signature=…" */
static enum sigv4_finding
read_authorization(const char *text, struct sigv4 *sig)
{
	char credential[SIGV4_CREDENTIAL_MAX + 1] = "";

	for (text += strspn(text, " \t,"); *text != '\0';
	     text += strspn(text, " \t,")) {
		size_t len = strcspn(text, " \t,");
		size_t name = strcspn(text, "=");
		const char *value = text + name + 1;
		bool is_good = false;

		if (name >= len)
			name = 0;
		else if (name == 10 && memcmp(text, "Credential", name) == 0)
			is_good = take(credential, sizeof(credential), value,
			    len - name - 1);
		else if (name == 13 && memcmp(text, "SignedHeaders", name) == 0)
			is_good = take(sig->signed_headers,
			    sizeof(sig->signed_headers), value, len - name - 1);
		else if (name == 9 && memcmp(text, "Signature", name) == 0)
			is_good = take(sig->signature, sizeof(sig->signature),
			    value, len - name - 1);
		if (!is_good)
			return fail(sig, SIGV4_INCOMPLETE,
			    "Authorization must be \"" ALGORITHM
			    " Credential=..., SignedHeaders=..., "
			    "Signature=...\"");
		text += len;
	}
	return read_parts(credential, sig);
}

static enum sigv4_finding
read_header_form(
    const struct api_request *request, const char *value, struct sigv4 *sig)
{
	size_t len = strcspn(value, " \t");
	const char *time = sigv4_field_value(request, "x-amz-date");

	if (len != strlen(ALGORITHM) || memcmp(value, ALGORITHM, len) != 0)
		return fail(sig, SIGV4_ABSENT,
		    "Requests must be signed by Signature Version 4 "
		    "(" ALGORITHM ")");
	if (time == NULL)
		time = sigv4_field_value(request, "date");
	if (time == NULL)
		return fail(sig, SIGV4_INCOMPLETE,
		    "The request has neither X-Amz-Date nor Date");
	if (!read_time(time, sig->time))
		return fail(sig, SIGV4_INCOMPLETE,
		    "X-Amz-Date must have the form yyyymmddThhmmssZ");
	return read_authorization(value + len, sig);
}

/* ---- query form */

struct query_form {
	char algorithm[32];
	char credential[SIGV4_CREDENTIAL_MAX + 1];
	char time[32];
	char expires[16];
	bool has_token;
};

/* False: a part that came twice, or is not one. */
static bool
take_pair(
    const struct sigv4_pair *pair, struct query_form *form, struct sigv4 *sig)
{
	const struct {
		const char *name;
		char *text;
		size_t size;
	} parts[] = {
	    {"X-Amz-Algorithm", form->algorithm, sizeof(form->algorithm)},
	    {"X-Amz-Credential", form->credential, sizeof(form->credential)},
	    {"X-Amz-Date", form->time, sizeof(form->time)},
	    {"X-Amz-Expires", form->expires, sizeof(form->expires)},
	    {"X-Amz-SignedHeaders", sig->signed_headers,
		sizeof(sig->signed_headers)},
	    {"X-Amz-Signature", sig->signature, sizeof(sig->signature)},
	};

	if (sigv4_is_pair(pair, "X-Amz-Security-Token"))
		form->has_token = true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (sigv4_is_pair(pair, parts[i].name))
			return parts[i].text[0] == '\0' &&
			       sigv4_decode(pair->value, pair->value_len,
				   parts[i].text, parts[i].size);
	return true;
}

static enum sigv4_finding
read_query_form(const struct api_request *request, struct sigv4 *sig)
{
	struct query_form form = {0};
	const char *at = request->query;
	struct sigv4_pair pair;
	long expires;

	sig->is_query = true;
	while (sigv4_next_pair(&at, &pair))
		if (!take_pair(&pair, &form, sig))
			return fail(sig, SIGV4_INCOMPLETE,
			    "A parameter of the signature came twice, or is "
			    "too long");
	if (form.has_token)
		return fail(sig, SIGV4_UNKNOWN,
		    "The security token included in the request is invalid");
	if (strcmp(form.algorithm, ALGORITHM) != 0)
		return fail(sig, SIGV4_INCOMPLETE,
		    "X-Amz-Algorithm must be " ALGORITHM);
	if (strlen(form.time) != 16 || !read_time(form.time, sig->time))
		return fail(sig, SIGV4_INCOMPLETE,
		    "X-Amz-Date must have the form yyyymmddThhmmssZ");
	expires = sigv4_is_digits(form.expires, strlen(form.expires))
		      ? strtol(form.expires, NULL, 10)
		      : 0;
	if (expires < 1 || expires > SIGV4_EXPIRES_MAX_SEC)
		return fail(sig, SIGV4_INCOMPLETE,
		    "X-Amz-Expires must be 1 to %d seconds",
		    SIGV4_EXPIRES_MAX_SEC);
	sig->expires_sec = expires;
	return read_parts(form.credential, sig);
}

static bool
has_query_form(const struct api_request *request)
{
	const char *at = request->query;
	struct sigv4_pair pair;

	while (sigv4_next_pair(&at, &pair))
		if (sigv4_is_pair(&pair, "X-Amz-Signature") ||
		    sigv4_is_pair(&pair, "X-Amz-Algorithm") ||
		    sigv4_is_pair(&pair, "X-Amz-Credential"))
			return true;
	return false;
}

/* ---- what must hold without a secret --------------------------------------------- */

/* Of some a second one would let two readers see two requests. Each signed one is
 * looked for among all: they must be few. */
static enum sigv4_finding
check_fields(const struct api_request *request, struct sigv4 *sig)
{
	static const char *const once[] = {"Authorization", "Host",
	    "X-Amz-Date", "Date", "X-Amz-Content-Sha256", "Content-Type",
	    "Content-Length"};

	if (request->field_count > SIGV4_FIELDS_MAX)
		return fail(sig, SIGV4_INCOMPLETE,
		    "The request has more than %d header fields",
		    SIGV4_FIELDS_MAX);
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		if (sigv4_count_fields(request, once[i]) > 1)
			return fail(sig, SIGV4_INCOMPLETE,
			    "The header %s came twice", once[i]);
	return SIGV4_READ;
}

/* Both are at most API_TARGET_MAX when they come by HTTP. */
static enum sigv4_finding
check_target(const struct api_request *request, struct sigv4 *sig)
{
	const char *const texts[] = {request->path, request->query};
	const char *at = request->query;
	struct sigv4_pair pair;
	size_t pairs = 0;

	for (int i = 0; i < 2; i++) {
		const unsigned char *c = (const unsigned char *)texts[i];

		for (; *c != '\0'; c++)
			if (*c <= 0x20 || *c == 0x7f)
				return fail(sig, SIGV4_INCOMPLETE,
				    "The request's target has blanks or "
				    "control characters");
	}
	while (sigv4_next_pair(&at, &pair))
		if (++pairs > SIGV4_PAIRS_MAX)
			return fail(sig, SIGV4_INCOMPLETE,
			    "The request's query has more than %d parameters",
			    SIGV4_PAIRS_MAX);
	return SIGV4_READ;
}

static bool
is_signed(const struct sigv4 *sig, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = sig->signed_headers; *at != '\0';) {
		size_t part = strcspn(at, ";");

		if (part == len && strncasecmp(at, name, len) == 0)
			return true;
		at += part;
		at += *at == ';';
	}
	return false;
}

static enum sigv4_finding
check_coverage(const struct api_request *request, struct sigv4 *sig)
{
	if (!is_signed(sig, "host"))
		return fail(
		    sig, SIGV4_INCOMPLETE, "SignedHeaders must name host");
	if (!sig->is_query && !is_signed(sig, "x-amz-date") &&
	    !is_signed(sig, "date"))
		return fail(sig, SIGV4_INCOMPLETE,
		    "SignedHeaders must name x-amz-date or date");
	for (size_t i = 0; i < request->field_count; i++) {
		const char *name = request->fields[i].name;

		if (strncasecmp(name, "x-amz-", 6) == 0 &&
		    !is_signed(sig, name))
			return fail(sig, SIGV4_INCOMPLETE,
			    "SignedHeaders must name %.100s, which the request "
			    "has",
			    name);
	}
	for (const char *at = sig->signed_headers; *at != '\0';) {
		char name[101];
		int len = (int)strcspn(at, ";");

		(void)snprintf(name, sizeof(name), "%.*s", len, at);
		if (sigv4_count_fields(request, name) == 0)
			return fail(sig, SIGV4_INCOMPLETE,
			    "SignedHeaders names %s, which the request lacks",
			    name);
		at += len;
		at += *at == ';';
	}
	return SIGV4_READ;
}

static enum sigv4_finding
check_scope(const char *service, struct sigv4 *sig)
{
	if (strcmp(sig->service, service) != 0)
		return fail(sig, SIGV4_WRONG,
		    "Credential should be scoped to correct service: '%s'",
		    service);
	if (memcmp(sig->date, sig->time, 8) != 0)
		return fail(sig, SIGV4_WRONG,
		    "Date in Credential scope (%s) does not match the "
		    "request's time (%s)",
		    sig->date, sig->time);
	return SIGV4_READ;
}

static enum sigv4_finding
check_time(int64_t now_sec, struct sigv4 *sig)
{
	char now[17], limit[17];
	int64_t at_sec = time_of(sig->time);

	write_time(now_sec, now);
	if (at_sec > now_sec + SIGV4_SKEW_SEC) {
		write_time(now_sec + SIGV4_SKEW_SEC, limit);
		return fail(sig, SIGV4_WRONG,
		    "Signature not yet current: %s is still later than %s (%s "
		    "+ 15 min.)",
		    sig->time, limit, now);
	}
	if (sig->is_query && now_sec > at_sec + sig->expires_sec)
		return fail(sig, SIGV4_WRONG,
		    "Signature expired: %s + %lld s is now earlier than %s",
		    sig->time, (long long)sig->expires_sec, now);
	if (!sig->is_query && at_sec < now_sec - SIGV4_SKEW_SEC) {
		write_time(now_sec - SIGV4_SKEW_SEC, limit);
		return fail(sig, SIGV4_WRONG,
		    "Signature expired: %s is now earlier than %s (%s - 15 "
		    "min.)",
		    sig->time, limit, now);
	}
	return SIGV4_READ;
}

/* Whichever form it has; the parts as texts. */
static enum sigv4_finding
read_form(const struct api_request *request, struct sigv4 *sig)
{
	const char *value = sigv4_field_value(request, "authorization");
	bool is_query = has_query_form(request);

	if (value != NULL && is_query)
		return fail(sig, SIGV4_INCOMPLETE,
		    "The request is signed twice: in Authorization and in its "
		    "query");
	if (sigv4_count_fields(request, "x-amz-security-token") > 0)
		return fail(sig, SIGV4_UNKNOWN,
		    "The security token included in the request is invalid");
	if (value != NULL)
		return read_header_form(request, value, sig);
	if (is_query)
		return read_query_form(request, sig);
	if (sigv4_count_fields(request, "x-amzn-authorization") > 0)
		return fail(sig, SIGV4_ABSENT,
		    "X-Amzn-Authorization is no longer taken; sign by "
		    "Signature Version 4");
	return fail(
	    sig, SIGV4_ABSENT, "Request is missing Authentication Token");
}

enum sigv4_finding
sigv4_read(
    const struct api_request *request, const char *service, struct sigv4 *sig_r)
{
	enum sigv4_finding rc;

	memset(sig_r, 0, sizeof(*sig_r));
	rc = check_target(request, sig_r);
	if (rc == SIGV4_READ)
		rc = check_fields(request, sig_r);
	if (rc == SIGV4_READ)
		rc = read_form(request, sig_r);
	if (rc == SIGV4_READ)
		rc = check_coverage(request, sig_r);
	if (rc == SIGV4_READ)
		rc = check_scope(service, sig_r);
	if (rc == SIGV4_READ)
		rc = check_time(request->now_sec, sig_r);
	return rc;
}

enum sigv4_finding
sigv4_read_body(const struct api_request *request, struct sigv4 *sig)
{
	const char *said = sigv4_field_value(request, "x-amz-content-sha256");

	if (said != NULL && strlen(said) != 64)
		return fail(sig, SIGV4_INCOMPLETE,
		    "x-amz-content-sha256 must be the body's SHA-256; %.40s "
		    "is not taken",
		    said);
	if (!sigv4_hash(request->body, request->body_len, sig->body_hash))
		return fail(sig, SIGV4_FAILED, "no digest");
	if (said != NULL && strcmp(said, sig->body_hash) != 0)
		return fail(sig, SIGV4_WRONG,
		    "The provided x-amz-content-sha256 header does not match "
		    "what was computed");
	return SIGV4_READ;
}
