/* What becomes of mail: messages that left, events, reports, fates of recipients,
 * counts for reputation, how far files were read. Part of store.h: its rules on
 * threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_EVENTS_H
#define SENDWARD_STORE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/store.h"

/* ---- messages ------------------------------------------------------------- */
struct store_message {
	int64_t id;
	int64_t account_id;
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	int64_t sent_msec;
	const char *login;  /* "" none */
	const char *sender; /* envelope sender as the client said it; "" null */
	const char *source_ip; /* "" unknown */
	int64_t
	    identity_id; /* of From; may belong to another account, or be gone */
	int64_t set_id;  /* 0 none */
	int64_t tenant_id; /* 0 none; may be gone */
	bool tells_send;   /* its Send event has no row: this one tells it */
	int64_t size;
	const char *recipients; /* rules/recipients.h */
	const char *facts;      /* JSON object, ops/journal.h */
};
typedef bool store_message_fn(void *ctx, const struct store_message *row);
/* *is_new_r false: the account has one of that queue id already; nothing was
 * written. SG_MISSING: there is no such account. */
enum sg_err store_message_add(struct store *store, struct store_message *row,
    bool *is_new_r, struct err *err_r);
/* As many calls of store_message_add, within a transaction of store_begin in which all
 * their accounts were found (store_counted_list): id is filled, 0 where nothing was
 * written. *last_id_r: ids of all that were written are behind it. A failure may come
 * with a later statement. */
enum sg_err store_message_add_many(struct store *store,
    struct store_message *rows, size_t count, int64_t *last_id_r,
    struct err *err_r);
/* account_id 0: of any account, the newest first. SG_MISSING. */
enum sg_err store_message_get(struct store *store, int64_t account_id,
    const char *queue_id, store_message_fn *fn, void *ctx, struct err *err_r);
/* account_id 0: all. The newest first, those with an id below before_id (0: from
 * the newest), at most `most`. */
enum sg_err store_message_list(struct store *store, int64_t account_id,
    int64_t before_id, int most, store_message_fn *fn, void *ctx,
    struct err *err_r);

/* ---- events ----------------------------------------------------------------- */
/* Numbers are in stores: never reorder. */
enum store_event_kind {
	STORE_EVENT_SEND,
	STORE_EVENT_DELIVERY,
	STORE_EVENT_BOUNCE,
	STORE_EVENT_COMPLAINT,
	STORE_EVENT_DELIVERY_DELAY,
	STORE_EVENT_REJECT,
	STORE_EVENT_RENDERING_FAILURE,
	STORE_EVENT_KINDS
};
struct store_event {
	int64_t id;
	int64_t account_id;
	int64_t set_id;
	enum store_event_kind kind;
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	int64_t at_msec;
	const char *recipients; /* one a line, without a last line end */
	const char *detail;     /* JSON: the object named after the kind */
};
typedef bool store_event_fn(void *ctx, const struct store_event *row);
enum sg_err store_event_add(struct store *store,
    struct store_event *row /* id is filled */, struct err *err_r);
/* Of kinds that nobody is told of: ids stay as they are. Within a transaction. */
enum sg_err store_event_add_many(struct store *store,
    const struct store_event *rows, size_t count, struct err *err_r);
/* recipients and detail of one. SG_MISSING */
enum sg_err store_event_update(
    struct store *store, const struct store_event *row, struct err *err_r);
enum sg_err store_event_get(struct store *store, int64_t id, store_event_fn *fn,
    void *ctx, struct err *err_r); /* SG_MISSING */
struct store_event_filter {
	int64_t account_id;   /* 0: all */
	const char *queue_id; /* "": any */
	int kinds;            /* sum of 1 << kind; 0: all */
	int64_t since_msec;   /* at or after; 0: all */
	int most;
	bool oldest_first;
};
/* Send events that messages tell themselves (id 0, detail "{}") stand among the rows
 * by time, the others by id; of one moment the Send is the first. */
enum sg_err store_event_list(struct store *store,
    const struct store_event_filter *filter, store_event_fn *fn, void *ctx,
    struct err *err_r);

/* ---- fates: how a recipient of a message ended ------------------------------ */
enum store_fate_kind { STORE_FATE_BOUNCE, STORE_FATE_COMPLAINT };
enum store_fate_counted {
	STORE_FATE_NOT_COUNTED,
	STORE_FATE_COUNTED,
	STORE_FATE_WAITS /* for its message to become known */
};
struct store_fate {
	int64_t account_id;
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	char recipient[RULES_ADDRESS_MAX + 1]; /* whole in lower case */
	enum store_fate_kind kind;
	int64_t at_msec;
	int type, subtype, fault; /* report/report.h */
	char status[12];
	char rule[65];
	enum store_fate_counted counted;
	bool suppressed; /* it put the address on the list */
	int64_t event_id, report_id;
};
typedef bool store_fate_fn(void *ctx, const struct store_fate *row);
/* *is_new_r false: there is one of that account, message, recipient and kind;
 * nothing was written. */
enum sg_err store_fate_add(struct store *store, const struct store_fate *row,
    bool *is_new_r, struct err *err_r);
/* type, subtype, fault, status, rule, counted, suppressed, event_id. SG_MISSING */
enum sg_err store_fate_update(
    struct store *store, const struct store_fate *row, struct err *err_r);
/* Of a message. */
enum sg_err store_fate_list(struct store *store, int64_t account_id,
    const char *queue_id, store_fate_fn *fn, void *ctx, struct err *err_r);
/* Messages with an id behind last_id for which a fate was waiting. */
typedef bool store_fate_waiting_fn(
    void *ctx, int64_t account_id, const char *queue_id);
enum sg_err store_fate_waiting(struct store *store, int64_t last_id,
    store_fate_waiting_fn *fn, void *ctx, struct err *err_r);
/* Of a report. */
enum sg_err store_fate_list_of_report(struct store *store, int64_t report_id,
    store_fate_fn *fn, void *ctx, struct err *err_r);

/* ---- reports ------------------------------------------------------------------ */
#define STORE_REPORT_HASH_BYTES 32
/* Numbers are in stores: never reorder. */
enum store_report_state {
	STORE_REPORT_MATCHED,
	STORE_REPORT_UNMATCHED, /* no token of ours in it */
	STORE_REPORT_FORGED,    /* a token whose MAC is wrong */
	STORE_REPORT_STRANGE,   /* the message had no such recipient */
	STORE_REPORT_LATE,      /* older than what is kept */
};
struct store_report {
	int64_t id;
	unsigned char hash[STORE_REPORT_HASH_BYTES];
	int64_t account_id; /* 0: nobody's */
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	char recipient[RULES_ADDRESS_MAX + 1];
	int64_t received_msec;
	enum store_report_state state;
	char why[256];
	char format[32];
	const unsigned char *content;
	size_t content_len;
};
typedef bool store_report_fn(void *ctx, const struct store_report *row);
/* *is_new_r false: one with that hash is kept; row->id is its id. */
enum sg_err store_report_add(struct store *store, struct store_report *row,
    bool *is_new_r, struct err *err_r);
/* format, state, why */
enum sg_err store_report_update(
    struct store *store, const struct store_report *row, struct err *err_r);
enum sg_err store_report_get(struct store *store, int64_t id,
    store_report_fn *fn, void *ctx, struct err *err_r); /* SG_MISSING */
/* Without content, the newest first. account_id 0: all, -1: nobody's; queue_id "":
 * any. */
enum sg_err store_report_list(struct store *store, int64_t account_id,
    const char *queue_id, int64_t before_id, int most, store_report_fn *fn,
    void *ctx, struct err *err_r);
/* With content, ids above after_id, the oldest first: for a replay. */
enum sg_err store_report_replay(struct store *store, int64_t after_id, int most,
    store_report_fn *fn, void *ctx, struct err *err_r);
/* How many of a message are kept, and the bytes of their contents. */
enum sg_err store_report_count(struct store *store, int64_t account_id,
    const char *queue_id, int64_t *count_r, int64_t *bytes_r,
    struct err *err_r);

/* ---- tallies -------------------------------------------------------------------- */
#define STORE_TALLY_BUCKET_SEC 900
struct store_tally {
	int64_t account_id;
	int64_t set_id; /* 0: the whole account; below: STORE_TALLY_TENANT */
	int64_t bucket_sec; /* a multiple of STORE_TALLY_BUCKET_SEC, or the
			       moment of a fresh start */
	int64_t sent, eligible, bounces, complaints;
	int64_t rejected; /* recipients of messages that were refused */
};
typedef bool store_tally_fn(void *ctx, const struct store_tally *row);
/* Adds the numbers (which may be negative) to those that are there. */
enum sg_err store_tally_add(
    struct store *store, const struct store_tally *row, struct err *err_r);
/* The same within a transaction; a failure may come with a later statement. */
enum sg_err store_tally_send(
    struct store *store, const struct store_tally *row, struct err *err_r);
/* Of accounts, sets or tenants with these ids that are there: since when reputation
 * counts; is somebody told of what a set sends? In no order. */
enum store_counted_kind {
	STORE_COUNTED_ACCOUNT,
	STORE_COUNTED_SET,
	STORE_COUNTED_TENANT
};
struct store_counted {
	int64_t id, fresh_start_sec;
	bool tells_sends;
};
typedef bool store_counted_fn(void *ctx, const struct store_counted *row);
enum sg_err store_counted_list(struct store *store,
    enum store_counted_kind kind, const int64_t *ids, size_t count,
    store_counted_fn *fn, void *ctx, struct err *err_r);
/* The newest bucket first, those at or after since_sec. account_id 0: all accounts,
 * ordered by account and set, then the newest first (set_id is ignored). */
enum sg_err store_tally_list(struct store *store, int64_t account_id,
    int64_t set_id, int64_t since_sec, store_tally_fn *fn, void *ctx,
    struct err *err_r);
/* Accounts, sets (0) and tenants with a tally at or after since_sec. */
typedef bool store_tally_who_fn(void *ctx, int64_t account_id, int64_t set_id);
enum sg_err store_tally_who(struct store *store, int64_t since_sec,
    store_tally_who_fn *fn, void *ctx, struct err *err_r);

/* ---- bookmarks ------------------------------------------------------------------ */
struct store_bookmark {
	char name[256];
	char file[64]; /* device and inode, or "" */
	int64_t offset;
	int64_t updated_sec;
};
enum sg_err store_bookmark_get(struct store *store, const char *name,
    struct store_bookmark *row_r, struct err *err_r); /* SG_MISSING */
enum sg_err store_bookmark_put(
    struct store *store, const struct store_bookmark *row, struct err *err_r);
/* SG_OK also when there is none. */
enum sg_err store_bookmark_delete(
    struct store *store, const char *name, struct err *err_r);

/* ---- retention ------------------------------------------------------------------ */
/* Deletes messages, events, reports and fates of an account, about `most` of each
 * kind; *gone_r how many in all: call again while it is not 0. Before its account,
 * so that nobody waits until a million of them are deleted with it. */
enum sg_err store_account_forget(struct store *store, int64_t account_id,
    int most, int64_t *gone_r, struct err *err_r);
/* Deletes what is older, at most `most` rows of each kind; *gone_r how many in all:
 * call again while it is not 0. Messages, events, reports, fates before
 * before_msec; tallies before tally_before_sec; of reports that are nobody's all
 * but the newest unmatched_most. And what was used of brakes, when it had left
 * the window before before_msec. */
enum sg_err store_purge(struct store *store, int64_t before_msec,
    int64_t tally_before_sec, int64_t unmatched_most, int most, int64_t *gone_r,
    struct err *err_r);

#endif
