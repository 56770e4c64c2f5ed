/* One report and all that follows from it, in one transaction: whose it is, events,
 * the suppression list, reputation and pause, who is told. Reads no sockets. */
#ifndef SENDWARD_OPS_FEEDBACK_H
#define SENDWARD_OPS_FEEDBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "report/report.h"
#include "rules/return_path.h"
#include "store/events.h"

struct conf;
struct return_mac;

/* Borrowed for the call. */
struct feedback_env {
	const struct conf *conf;
	const struct report_rules *rules;
	struct return_mac *mac;
	struct store *store;
};

struct feedback_result {
	enum store_report_state state; /* MATCHED: it is a message's of ours */
	bool is_repeated;              /* nothing was new */
	int64_t account_id;
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	int64_t bounces, complaints, delays; /* recipients, new ones alone */
};

/* Reports of one message whose text is kept, and their bytes (of the first, however
 * many): whoever got the message can write them. Of more only bounces and complaints
 * are taken, and nothing when the message is not known. */
#define FEEDBACK_REPORTS_PER_MESSAGE 100
#define FEEDBACK_REPORTS_MAX_BYTES (INT64_C(8) * 1024 * 1024)
/* A token is believed so long after its day; the option retention_days, if that is
 * longer. */
#define FEEDBACK_TOKEN_DAYS 30

/* recipient: the envelope recipient that it came to, without brackets ("" not
 * known). data: what was read of it. The token of the recipient's local part names
 * account and message; without one that of ours, the returned message's own
 * (report->tokens). What came to a forged token is not looked into.
 *
 * A second copy (same content to the same address; of nobody's reports, to any)
 * changes nothing. A recipient that
 * the message did not have, or that the suppression list held back, counts for
 * nobody; of a message that left for but one recipient every report is about him.
 * Each recipient of a message bounces once and complains once.
 *
 * Bounce: events by type, fates, the list (hard bounces alone, by the reasons that the
 * configuration set or account has in force; entries that people made stay, and so
 * does a complaint's), counts of eligible recipients. A fault of ours counts against
 * nobody; mail.operator gets a letter, one a day for each remote domain and rule.
 * Delay, delivery: events. Complaint: as a bounce; who is hidden by his provider is
 * told as all recipients there, as in Amazon SES, but counts once, and puts nobody on
 * the list. not-spam, auth-failure and dmarc are events alone. An answer of a robot is
 * no event, unlike in SES, whose users take it for a bounce: it is forwarded.
 *
 * The sender gets bounces, complaints and answers of robots by mail (a letter FORWARD,
 * one a report), unless his identity has that switched off and somebody else is told.
 *
 * A message that is not in the store is looked for in the journal. If it is nowhere,
 * the bounce is told and waits: counts, list and subscribers follow when the message
 * becomes known (ops/ingest.h).
 *
 * Logs one line. An error is the store's or of memory: the MTA is to bring the report
 * again. */
enum sg_err feedback_take(const struct feedback_env *env, const char *recipient,
    const void *data, size_t len, int64_t now_msec,
    struct feedback_result *result_r, struct err *err_r);
/* The same for one that was read already: reading takes far longer than the rest, and
 * anybody may send one report to a hundred addresses. */
enum sg_err feedback_take_read(const struct feedback_env *env,
    const char *recipient, const void *data, size_t len,
    const struct report *report, int64_t now_msec,
    struct feedback_result *result_r, struct err *err_r);

/* Reads every kept report of a message anew under the rules in force and mends what
 * they say differently now: fates, counts, the suppression list (entries that this
 * report made, and that nobody touched since), events; finds what earlier rules did
 * not see. No event is published again, nobody gets mail. Each report is a
 * transaction of its own. is_dry: nothing is written. fn is told of each difference;
 * before or after is "none" where there is no bounce or complaint. */
struct feedback_difference {
	const char *account;
	const char *queue_id;
	const char *recipient;
	const char *before, *after; /* "Permanent/General (rule)" */
	bool suppressed_before, suppressed_after;
};
typedef void feedback_difference_fn(
    void *ctx, const struct feedback_difference *difference);
struct feedback_replay {
	int64_t reports, recipients, changed;
};
enum sg_err feedback_reclassify(const struct feedback_env *env, bool is_dry,
    int64_t now_sec, feedback_difference_fn *fn, void *ctx,
    struct feedback_replay *counts_r, struct err *err_r);

/* The option feedback.rules_file, or what stands for it. */
const char *feedback_rules_file(const struct conf *conf);
/* The rules of conf: local file first. */
enum sg_err feedback_rules_load(
    const struct conf *conf, struct report_rules **rules_r, struct err *err_r);

/* One record as JSON: kind, recipient, status, action, bounceType, bounceSubType,
 * … as `feedback classify` prints it. A new reference. */
struct json_t;
struct json_t *feedback_record_json(
    const struct report *report, const struct report_record *record);

#endif
