/* One report and all that follows from it: see feedback.h. What it says is read by
 * report/; what a record means is in feedback_*.c beside. */
#include "config.h"

#include "ops/feedback.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/feedback_parts.h"
#include "ops/ingest.h"
#include "rules/ascii.h"

/* Of nobody's reports, with each new one: a lower limit is reached in steps. */
#define NOBODYS_PURGED 10
/* Recipients that one line of the log names. */
#define LOG_RECORDS_MAX 4

/* A report before it is known whether it is a message's. */
struct arrival {
	const struct feedback_env *env;
	const char *recipient;
	const void *data;
	size_t len;
	int64_t now_msec;
	const struct report *report;
	struct feedback_token token;
	char account[RULES_NAME_MAX + 1]; /* its name; "" nobody's */
	unsigned char hash[STORE_REPORT_HASH_BYTES];
	int64_t report_id; /* 0: its text is not kept */
	size_t strangers;
	struct feedback_result *result;
};

/* ---- the message ------------------------------------------------------------------ */

static bool
ignore_message(void *ctx, const struct store_message *row)
{
	(void)ctx;
	(void)row;
	return true;
}

/* A report can be faster than what brings the journal into the store. */
static enum sg_err
need_message(const struct arrival *arrival, struct err *err_r)
{
	const struct return_path *path = &arrival->token.path;
	int64_t messages;
	enum sg_err rc = store_message_get(arrival->env->store,
	    path->account_id, path->queue_id, ignore_message, NULL, err_r);

	if (rc != SG_MISSING)
		return rc;
	return ingest_run(arrival->env->store, arrival->env->conf,
	    arrival->now_msec / 1000, &messages, err_r);
}

/* ---- the report's own row --------------------------------------------------------- */

/* What the MTAs on the way put before a message differs from copy to copy. */
static bool
is_trace(const char *field, size_t left)
{
	static const char *const names[] = {
	    "Received:", "Return-Path:", "Delivered-To:", "X-Original-To:"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (left > strlen(names[i]) &&
		    strncasecmp(field, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Bytes of the trace fields that a report begins with. */
static size_t
trace_len(const char *data, size_t len)
{
	size_t at = 0;

	while (at < len && is_trace(data + at, len - at)) {
		do {
			const char *end = memchr(data + at, '\n', len - at);

			at = end == NULL ? len : (size_t)(end - data) + 1;
		} while (at < len && (data[at] == ' ' || data[at] == '\t'));
	}
	return at;
}

/* Of what it says, and of whom it came to: two messages may bounce in the same
 * words. Not of whom when it is nobody's: one text to a thousand addresses is kept
 * once. */
static enum sg_err
make_hash(struct arrival *arrival, struct err *err_r)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	char key[RULES_ADDRESS_MAX + 2];
	size_t trace = trace_len(arrival->data, arrival->len);
	size_t len = 0;
	bool is_ours = arrival->token.state == STORE_REPORT_MATCHED ||
		       arrival->token.state == STORE_REPORT_LATE;
	bool ok;

	for (const char *c = is_ours ? arrival->recipient : "";
	     *c != '\0' && len < sizeof(key) - 1; c++)
		key[len++] = ascii_lower(*c);
	key[len++] = '\n';
	ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
	     EVP_DigestUpdate(md, key, len) == 1 &&
	     EVP_DigestUpdate(md, (const char *)arrival->data + trace,
		 arrival->len - trace) == 1 &&
	     EVP_DigestFinal_ex(md, arrival->hash, NULL) == 1;
	EVP_MD_CTX_free(md);
	return ok ? SG_OK : err_set(err_r, SG_CRYPTO, "no hash of a report");
}

/* Anybody can send to any address; a store takes UTF-8 alone. */
static void
fill_recipient(const struct arrival *arrival, struct store_report *row)
{
	json_t *text;

	(void)snprintf(
	    row->recipient, sizeof(row->recipient), "%s", arrival->recipient);
	text = json_string(row->recipient); /* NULL: it is none */
	for (char *c = row->recipient; text == NULL && *c != '\0'; c++)
		if (ascii_is_8bit(*c))
			*c = '?';
	json_decref(text);
}

static void
fill_row(const struct arrival *arrival, struct store_report *row)
{
	*row = (struct store_report){
	    .id = arrival->report_id,
	    .account_id = arrival->result->account_id,
	    .received_msec = arrival->now_msec,
	    .state = arrival->result->state,
	    .content = arrival->data,
	    .content_len = arrival->len,
	};
	memcpy(row->hash, arrival->hash, sizeof(row->hash));
	(void)snprintf(row->queue_id, sizeof(row->queue_id), "%s",
	    arrival->result->queue_id);
	fill_recipient(arrival, row);
	(void)snprintf(row->why, sizeof(row->why), "%s", arrival->token.why);
	(void)snprintf(
	    row->format, sizeof(row->format), "%s", arrival->report->format);
}

/* Anybody can write reports that are nobody's: they take no more room than is theirs
 * until the next purge, either. */
static enum sg_err
bound_nobodys(const struct arrival *arrival, struct err *err_r)
{
	int64_t gone;

	if (arrival->result->account_id != 0)
		return SG_OK;
	return store_purge(arrival->env->store, 0, 0,
	    arrival->env->conf->feedback_unmatched_most, NOBODYS_PURGED, &gone,
	    err_r);
}

/* Keeps it, unless its message has too many already. */
static enum sg_err
keep(struct arrival *arrival, struct err *err_r)
{
	const struct feedback_result *result = arrival->result;
	struct store_report row;
	int64_t count = 0, bytes = 0;
	bool is_new;
	enum sg_err rc = SG_OK;

	if (result->queue_id[0] != '\0')
		rc = store_report_count(arrival->env->store, result->account_id,
		    result->queue_id, &count, &bytes, err_r);
	if (rc != SG_OK || count >= FEEDBACK_REPORTS_PER_MESSAGE ||
	    (count > 0 &&
		bytes + (int64_t)arrival->len > FEEDBACK_REPORTS_MAX_BYTES))
		return rc;
	fill_row(arrival, &row);
	rc = store_report_add(arrival->env->store, &row, &is_new, err_r);
	arrival->report_id = row.id;
	arrival->result->is_repeated = rc == SG_OK && !is_new;
	if (rc == SG_OK)
		rc = bound_nobodys(arrival, err_r);
	return rc;
}

/* Whose it is, as far as the account is still there. */
static enum sg_err
find_owner(struct arrival *arrival, struct err *err_r)
{
	struct feedback_result *result = arrival->result;
	const struct return_path *path = &arrival->token.path;
	struct store_account account;
	enum sg_err rc;

	result->state = arrival->token.state;
	if (result->state != STORE_REPORT_MATCHED &&
	    result->state != STORE_REPORT_LATE)
		return SG_OK;
	rc = store_account_get_by_id(
	    arrival->env->store, path->account_id, &account, err_r);
	if (rc == SG_MISSING) {
		result->state = STORE_REPORT_UNMATCHED;
		arrival->token.why = "its account is gone";
		return SG_OK;
	}
	if (rc != SG_OK)
		return rc;
	result->account_id = path->account_id;
	(void)snprintf(arrival->account, sizeof(arrival->account), "%s",
	    account.facts.name);
	(void)snprintf(
	    result->queue_id, sizeof(result->queue_id), "%s", path->queue_id);
	return rc;
}

/* ---- what it says ------------------------------------------------------------------- */

static enum sg_err
take_records(struct feedback_case *in_hand, struct err *err_r)
{
	enum sg_err rc = feedback_bounces(in_hand, err_r);

	if (rc == SG_OK)
		rc = feedback_transit(in_hand, err_r);
	if (rc == SG_OK)
		rc = feedback_complaints(in_hand, err_r);
	if (rc == SG_OK)
		rc = feedback_count(in_hand, true, err_r);
	if (in_hand->report->kind == REPORT_AUTOREPLY)
		feedback_forward_note(in_hand, "autoreply", STORE_EVENT_SEND,
		    in_hand->report->records[0].recipient, "");
	if (rc == SG_OK)
		rc = feedback_forward(in_hand, err_r);
	return rc;
}

static enum sg_err
note_stranger(struct arrival *arrival, struct err *err_r)
{
	struct store_report row;

	arrival->result->state = STORE_REPORT_STRANGE;
	arrival->token.why = "the message had no such recipient";
	if (arrival->report_id == 0)
		return SG_OK;
	fill_row(arrival, &row);
	return store_report_update(arrival->env->store, &row, err_r);
}

/* A report of a message of ours. */
static enum sg_err
apply(struct arrival *arrival, struct err *err_r)
{
	struct feedback_case in_hand;
	struct store_report row;
	enum sg_err rc;

	fill_row(arrival, &row);
	rc = feedback_case_init(&in_hand, arrival->env, arrival->report, &row,
	    arrival->now_msec, arrival->result, err_r);
	if (rc == SG_OK)
		rc = feedback_message_load(&in_hand, err_r);
	/* What is said of an unknown message is bounded by what is kept. */
	if (rc == SG_OK && (in_hand.is_known || in_hand.report_id != 0))
		rc = take_records(&in_hand, err_r);
	arrival->strangers = in_hand.strangers;
	if (rc == SG_OK && in_hand.matched == 0 && in_hand.strangers > 0)
		rc = note_stranger(arrival, err_r);
	feedback_case_fini(&in_hand);
	return rc;
}

static enum sg_err
take(struct arrival *arrival, struct err *err_r)
{
	enum sg_err rc = store_begin(arrival->env->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = find_owner(arrival, err_r);
	if (rc == SG_OK)
		rc = keep(arrival, err_r);
	if (rc == SG_OK && arrival->result->state == STORE_REPORT_MATCHED &&
	    !arrival->result->is_repeated)
		rc = apply(arrival, err_r);
	return store_finish(arrival->env->store, rc, err_r);
}

/* ---- the log ----------------------------------------------------------------------- */

/* "jane@x.example Permanent/General 5.1.1 rule, …" */
static void
describe(const struct report *report, struct buf *text)
{
	for (size_t i = 0; i < report->count && i < LOG_RECORDS_MAX; i++) {
		const struct report_record *record = &report->records[i];
		bool is_bounce = record->kind == REPORT_BOUNCE;

		(void)buf_printf(text, "%s%s %s%s%s%s%s%s%s", i > 0 ? ", " : "",
		    record->recipient[0] != '\0' ? record->recipient : "-",
		    is_bounce ? report_type_name(record->type)
			      : report_kind_name(record->kind),
		    is_bounce ? "/" : "",
		    is_bounce ? report_subtype_name(record->subtype) : "",
		    record->status[0] != '\0' ? " " : "", record->status,
		    record->rule[0] != '\0' ? " " : "", record->rule);
	}
	if (report->count > LOG_RECORDS_MAX)
		(void)buf_puts(text, ", ...");
}

static void
log_report(const struct arrival *arrival)
{
	const struct feedback_result *result = arrival->result;
	bool is_ours = result->state == STORE_REPORT_MATCHED;
	char strangers[24];
	struct buf says;

	buf_init(&says, 4096);
	describe(arrival->report, &says);
	(void)snprintf(strangers, sizeof(strangers), "%zu", arrival->strangers);
	log_event(
	    is_ours ? LOG_FEEDBACK_REPORT_EVENT : LOG_FEEDBACK_STRANGER_EVENT,
	    result->queue_id, "account",
	    arrival->account[0] != '\0' ? arrival->account : NULL, "to",
	    arrival->recipient, "kind", report_kind_name(arrival->report->kind),
	    "format", arrival->report->format, "says", buf_str(&says), "why",
	    is_ours ? NULL : arrival->token.why, "strangers",
	    arrival->strangers > 0 ? strangers : NULL, "repeated",
	    result->is_repeated ? "yes" : NULL, NULL);
	buf_fini(&says);
}

enum sg_err
feedback_take_read(const struct feedback_env *env, const char *recipient,
    const void *data, size_t len, const struct report *report, int64_t now_msec,
    struct feedback_result *result_r, struct err *err_r)
{
	struct arrival arrival = {.env = env,
	    .recipient = recipient,
	    .data = data,
	    .len = len,
	    .now_msec = now_msec,
	    .report = report,
	    .result = result_r};
	enum sg_err rc;

	*result_r = (struct feedback_result){0};
	rc = feedback_token_find(
	    env, recipient, report, now_msec / 1000, &arrival.token, err_r);
	if (rc == SG_OK)
		rc = make_hash(&arrival, err_r);
	if (rc == SG_OK && arrival.token.state == STORE_REPORT_MATCHED)
		rc = need_message(&arrival, err_r);
	if (rc == SG_OK)
		rc = take(&arrival, err_r);
	if (rc == SG_OK)
		log_report(&arrival);
	return rc;
}

enum sg_err
feedback_take(const struct feedback_env *env, const char *recipient,
    const void *data, size_t len, int64_t now_msec,
    struct feedback_result *result_r, struct err *err_r)
{
	struct report *report;
	enum sg_err rc = report_read(env->rules, data, len, &report, err_r);

	*result_r = (struct feedback_result){0};
	if (rc != SG_OK)
		return rc;
	rc = feedback_take_read(
	    env, recipient, data, len, report, now_msec, result_r, err_r);
	report_free(&report);
	return rc;
}
