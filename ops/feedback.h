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

/* Reports of one message whose text is kept; of more only what they say is. */
#define FEEDBACK_REPORTS_PER_MESSAGE 100
/* A token is believed so long after its day; the option retention_days, if that is
 * longer. */
#define FEEDBACK_TOKEN_DAYS 30

/* recipient: the envelope recipient that it came to, without brackets ("" not
 * known). data: what was read of it. The token of the recipient's local part names
 * account and message; without one that of ours, the returned message's own
 * (report->tokens). A recipient that the message did not have counts for nobody,
 * unless it had but one. Each recipient of a message bounces once and complains
 * once. Logs one line. An error is the store's or of memory: the MTA is to bring
 * the report again. */
enum sg_err feedback_take(const struct feedback_env *env, const char *recipient,
    const void *data, size_t len, int64_t now_msec,
    struct feedback_result *result_r, struct err *err_r);

/* Reads every kept report anew under the rules in force and mends what they say
 * differently now: fates, counts, the suppression list (entries that this report
 * made, and that nobody touched since), events. No event is published again.
 * is_dry: writes nothing. fn is told of each difference. */
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

/* The rules of conf: local file first. */
enum sg_err feedback_rules_load(
    const struct conf *conf, struct report_rules **rules_r, struct err *err_r);

/* One record as JSON: kind, recipient, status, action, bounceType, bounceSubType,
 * … as `feedback classify` prints it. A new reference. */
struct json_t;
struct json_t *feedback_record_json(
    const struct report *report, const struct report_record *record);

#endif
