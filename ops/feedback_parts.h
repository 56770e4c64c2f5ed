/* One report on its way through feedback_take. Internal to ops/feedback*.c and
 * ops/ingest*.c. */
#ifndef SENDWARD_OPS_FEEDBACK_PARTS_H
#define SENDWARD_OPS_FEEDBACK_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/buf.h"
#include "ops/event.h"
#include "ops/feedback.h"
#include "report/report.h"
#include "rules/recipients.h"
#include "rules/return_path.h"
#include "store/events.h"

struct arena;
struct conf;
struct return_mac;

/* ---- what follows from a fate (feedback_follow.c) ---------------------------- */

/* Where the counts of a message belong: the bucket of its account, and the one of its
 * configuration set (set_id 0, or gone: as the account's). A fresh start begins a
 * bucket of its own. */
enum sg_err feedback_buckets(struct store *store, int64_t account_id,
    int64_t set_id, int64_t sent_msec, int64_t buckets_r[2], struct err *err_r);

/* The same for a tenant (0, or gone: the bucket of that moment). */
enum sg_err feedback_tenant_bucket(struct store *store, int64_t tenant_id,
    int64_t sent_msec, int64_t *bucket_r, struct err *err_r);

/* What decides on consequences, beside the fate. */
struct feedback_scene {
	struct store *store;
	const struct conf *conf;
	int64_t now_sec;
	int64_t account_id, set_id;
	int reasons; /* in force, of enum rules_suppressed_reasons */
};
/* reasons: the configuration set's, else the account's. SG_MISSING: account. */
enum sg_err feedback_scene_load(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t set_id, int64_t now_sec,
    struct feedback_scene *scene_r, struct err *err_r);

/* A dead address, not our own fault? */
bool feedback_is_hard(const struct store_fate *fate);
/* Does it count for reputation, of a recipient with that flag? */
bool feedback_counts(const struct store_fate *fate, enum recipient_flag flag);
/* Does it put the address on the list? */
bool feedback_suppresses(const struct feedback_scene *scene,
    const struct store_fate *fate, enum recipient_flag flag);
/* Puts the address there, unless somebody did so by hand; sets fate->suppressed. */
enum sg_err feedback_suppress(const struct feedback_scene *scene,
    struct store_fate *fate, const char *address, const char *feedback_id,
    struct err *err_r);
/* A fate that was waiting for its message: counted (fate->counted says so; the
 * caller adds the tally), suppressed, its event handed to those who listen, unless
 * it is *told_event, which becomes it; writes the fate. */
enum sg_err feedback_settle(struct store *store, const struct conf *conf,
    const struct store_message *message, struct store_fate *fate,
    int64_t now_sec, int64_t *told_event, struct err *err_r);
/* feedbackId of an event's detail; "" none. */
void feedback_id_of_event(
    const struct store_event *event, char id_r[EVENT_FEEDBACK_ID_MAX + 1]);

/* ---- whose it is (feedback_token.c) ------------------------------------------- */

struct feedback_token {
	enum store_report_state state; /* MATCHED: path is whose */
	const char *why;               /* it is nobody's; "" */
	struct return_path path;
};
/* SG_CRYPTO: it could not be checked. */
enum sg_err feedback_token_find(const struct feedback_env *env,
    const char *recipient, const struct report *report, int64_t now_sec,
    struct feedback_token *token_r, struct err *err_r);

/* ---- a report in hand ----------------------------------------------------------- */

/* A recipient of the message. */
struct feedback_target {
	const char *address; /* as the message had it */
	const char *key;     /* in lower case */
	enum recipient_flag flag;
	bool has_bounced, has_complained;
	bool is_named; /* by this report, for what is done at the moment */
	bool
	    is_told_mildly; /* of a complaint of this report that does not count */
};

struct feedback_case {
	const struct feedback_env *env;
	const struct report *report;
	int64_t now_msec;
	struct arena *arena;
	struct feedback_scene scene;
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	unsigned char hash[STORE_REPORT_HASH_BYTES];
	int64_t report_id; /* 0: its text is not kept */
	bool is_known;     /* the message */
	struct store_message message;
	struct feedback_target *targets; /* by key */
	size_t target_count, target_size;
	size_t left;                  /* of these, not held back by the list */
	bool has_ambiguous_complaint; /* a fate without recipient is there */
	bool has_told_mildly;      /* as is_told_mildly, of one among several */
	size_t matched, strangers; /* records */
	struct store_tally tally;  /* what it adds */
	const char *ours_rule;     /* logged for this report already */
	/* Who is told by mail, and of what: see feedback_tell.c. */
	const char *forward; /* "bounce", "complaint", "autoreply"; NULL none */
	enum store_event_kind forward_kind; /* SEND of an autoreply */
	struct buf forward_to;              /* recipients, ", " between them */
	const char *forward_diagnostic;
	struct feedback_result *result;
	bool is_replay; /* nobody is told */
};
/* Of a report that is a message's: row has account, message, hash and id (0: its text
 * is not kept). fini also after an error. */
enum sg_err feedback_case_init(struct feedback_case *in_hand,
    const struct feedback_env *env, const struct report *report,
    const struct store_report *row, int64_t now_msec,
    struct feedback_result *result, struct err *err_r);
void feedback_case_fini(struct feedback_case *in_hand);
/* Writes in_hand->tally; judges: and what follows from it for the reputation. */
enum sg_err feedback_count(
    struct feedback_case *in_hand, bool judges, struct err *err_r);

/* Message, recipients, and what is known of how they ended. */
enum sg_err feedback_message_load(
    struct feedback_case *in_hand, struct err *err_r);
/* Whose record it is; NULL: nobody's. Of a message that is not known each
 * recipient is taken at its word. */
struct feedback_target *feedback_target_of(
    struct feedback_case *in_hand, const struct report_record *record);

/* Each does the records of its kind, within the transaction. */
enum sg_err feedback_bounces(struct feedback_case *in_hand, struct err *err_r);
enum sg_err feedback_transit(
    struct feedback_case *in_hand, struct err *err_r); /* delays, deliveries */
enum sg_err feedback_complaints(
    struct feedback_case *in_hand, struct err *err_r);

/* Writes an event of the message. Takes detail; recipients: one a line. */
enum sg_err feedback_event(struct feedback_case *in_hand,
    enum store_event_kind kind, const struct buf *recipients, json_t *detail,
    int64_t *event_id_r, struct err *err_r);
/* The report's own time in a detail, when it can be true. */
const char *feedback_time(
    const struct feedback_case *in_hand, char text_r[EVENT_TIME_MAX]);
/* feedbackId of one event of the report: what tells it from its others. */
void feedback_make_id(const struct feedback_case *in_hand, const char *what,
    char id_r[EVENT_FEEDBACK_ID_MAX + 1]);
/* A fate of the target (NULL: of one among several), with what follows from it. */
enum sg_err feedback_fate(struct feedback_case *in_hand,
    const struct report_record *record, struct feedback_target *target,
    enum recipient_flag flag, enum store_fate_kind kind, int64_t event_id,
    const char *feedback_id, struct err *err_r);
/* Appends a line; false: no memory. */
bool feedback_add_line(struct buf *lines, const char *text);

/* ---- who is told by mail (feedback_tell.c) ----------------------------------------- */

/* Notes that the sender is to hear of this; the first of a report decides. */
void feedback_forward_note(struct feedback_case *in_hand, const char *what,
    enum store_event_kind kind, const char *recipient, const char *diagnostic);
/* Puts the letter, when something was noted and the sender wants it. */
enum sg_err feedback_forward(struct feedback_case *in_hand, struct err *err_r);
/* A bounce whose fault is ours: logs it, and tells the operator once a day. */
enum sg_err feedback_ours(struct feedback_case *in_hand,
    const struct report_record *record, const char *recipient,
    struct err *err_r);

#endif
