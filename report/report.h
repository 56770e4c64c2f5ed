/* What a report of a mail system says: a bounce (RFC 3464, RFC 6533, or free
 * text), a complaint (RFC 5965 and the habits of providers), an answer of a robot,
 * or nothing of the kind. One record per recipient, classified by rules that are
 * data. Knows nothing of accounts and of the store.
 *
 * Thread rule: struct report_rules is read-only once loaded, any thread may use it;
 * a struct report belongs to one thread. report_init once before, in main. */
#ifndef SENDWARD_REPORT_REPORT_H
#define SENDWARD_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"

struct report_rules;

/* Once for the process, before any thread: GMime. */
void report_init(void);

/* Compiles rule files; an earlier file's rules come before a later one's, and
 * within a file the first that matches decides. SG_INVALID names file and line;
 * SG_IO. */
enum sg_err report_rules_load(const char *const *paths, size_t count,
    struct report_rules **rules_r, struct err *err_r);
void report_rules_free(struct report_rules **rules);

enum report_kind {
	REPORT_BOUNCE,    /* final: it was not delivered */
	REPORT_COMPLAINT, /* a recipient, or a filter for him, complains */
	REPORT_AUTOREPLY, /* vacation, challenge-response, ticket systems */
	REPORT_OTHER, /* delay, delivery, read receipts, DMARC, people's mail */
};

/* RFC 3464 §2.3.3; of free text as it says. */
enum report_action {
	REPORT_ACTION_NONE,
	REPORT_ACTION_FAILED,
	REPORT_ACTION_DELAYED,
	REPORT_ACTION_DELIVERED,
	REPORT_ACTION_RELAYED,
	REPORT_ACTION_EXPANDED,
};

/* Numbers of this and the next are in stores: never reorder. */
enum report_type {
	REPORT_UNDETERMINED, /* "Undetermined" */
	REPORT_PERMANENT,    /* the address is dead */
	REPORT_TRANSIENT,
};
enum report_subtype {
	REPORT_SUB_UNDETERMINED,
	REPORT_SUB_GENERAL,
	REPORT_SUB_NO_EMAIL, /* no address could be read from the report */
	REPORT_SUB_SUPPRESSED,
	REPORT_SUB_ON_ACCOUNT_SUPPRESSION_LIST,
	REPORT_SUB_MAILBOX_FULL,
	REPORT_SUB_MESSAGE_TOO_LARGE,
	REPORT_SUB_CONTENT_REJECTED,
	REPORT_SUB_ATTACHMENT_REJECTED,
	REPORT_SUB_CUSTOM_TIMEOUT_EXCEEDED,
	REPORT_SUB_UNSUBSCRIBED,
};

/* Whose fault it is: what an account's reputation and list depend on. */
enum report_fault {
	REPORT_FAULT_UNKNOWN,
	REPORT_FAULT_RECIPIENT, /* address, mailbox, domain */
	REPORT_FAULT_MESSAGE,   /* content, size */
	REPORT_FAULT_OURS, /* our address is listed, our DNS or TLS is broken,
	                      our authentication or rate is not liked: warns the
	                      operator, counts against nobody */
	REPORT_FAULT_NETWORK, /* theirs, or on the way: unreachable, timed out */
};

#define REPORT_STATUS_MAX 12
#define REPORT_DIAGNOSTIC_MAX 2000
#define REPORT_HOST_MAX 255
#define REPORT_NAME_MAX 64

struct report_record {
	enum report_kind kind;
	enum report_action action;
	enum report_type type; /* of bounces */
	enum report_subtype subtype;
	enum report_fault fault;
	/* Whom we wrote to: Original-Recipient when it is an address, else
	 * Final-Recipient, else what the text says. "" not to be read. Domain in
	 * lower case. */
	char recipient[RULES_ADDRESS_MAX + 1];
	char final_recipient[RULES_ADDRESS_MAX + 1]; /* when it differs; "" */
	char status[REPORT_STATUS_MAX]; /* "5.1.1", RFC 3463; "" unknown */
	char diagnostic[REPORT_DIAGNOSTIC_MAX]; /* one line, UTF-8 */
	char remote_mta[REPORT_HOST_MAX + 1];   /* host, without its type; "" */
	char feedback_type[32]; /* complaints: abuse, fraud, not-spam, … */
	char rule[REPORT_NAME_MAX + 1]; /* the rule that decided; "" none */
};

/* Records beyond are counted in `left_out` alone. */
#define REPORT_RECORDS_MAX 1000
#define REPORT_TOKENS_MAX 8

struct report {
	const char *format; /* dsn, dsn-text, arf, jmrp, qmail, exim, text,
	                       autoreply, mdn, mail, … for people */
	enum report_kind kind;
	struct report_record *records; /* at least one; of one without any
	                                  recipient its recipient is "" */
	size_t count;
	int64_t left_out;
	char reporting_mta[REPORT_HOST_MAX + 1];
	char envelope_id[256]; /* Original-Envelope-Id */
	char message_id[512];  /* of the report itself, without <> */
	char subject[512];     /* of the report, decoded */
	int64_t arrival_sec;   /* Arrival-Date; 0 unknown */
	int64_t date_sec;      /* Date of the report; 0 */
	char user_agent[256];  /* ARF */
	char source_ip[64];    /* ARF; "" */
	/* Of the returned message. */
	char original_message_id[512]; /* without <> */
	char original_from[RULES_ADDRESS_MAX + 1];
	char original_subject[512];
	/* What may be our return-path token: the local parts "b-…" of addresses in
	 * its Return-Path, its X-Sendward-Token, and what ARF calls
	 * Original-Mail-From, in the order found, without repeats. */
	char tokens[REPORT_TOKENS_MAX][RULES_ADDRESS_MAX + 1];
	size_t token_count;
};

/* Reads one report: a message with header and body, LF or CRLF, any bytes; it may
 * be cut off anywhere. Bounded in memory (a small multiple of len) and time
 * (nesting, parts, records, and steps of each pattern have limits; what is beyond
 * is not looked at). SG_NOMEM alone is an error: whatever it is, it has a kind. */
enum sg_err report_read(const struct report_rules *rules, const void *data,
    size_t len, struct report **report_r, struct err *err_r);
void report_free(struct report **report);

/* What the rules say about one reply without a report around it (as in an MTA's
 * log): fills kind BOUNCE, type, subtype, fault, rule. status "" unknown. */
void report_classify_reply(const struct report_rules *rules, const char *status,
    const char *diagnostic, const char *remote_mta,
    struct report_record *record_r);

/* As SES writes them: "Permanent", "MailboxFull"; kinds in lower case; "failed". */
const char *report_kind_name(enum report_kind kind);
const char *report_action_name(enum report_action action); /* "" for NONE */
const char *report_type_name(enum report_type type);
const char *report_subtype_name(enum report_subtype subtype);
const char *report_fault_name(enum report_fault fault); /* "recipient", … */

#endif
