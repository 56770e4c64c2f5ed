/* The facts that decisions are made of, and the decisions. Plain values; no
 * I/O, no allocation, nothing of ours is included from elsewhere. */
#ifndef SENDWARD_RULES_TYPES_H
#define SENDWARD_RULES_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULES_ADDRESS_MAX 320 /* RFC 5321 §4.5.3.1: 64 + 1 + 255 */
#define RULES_DOMAIN_MAX 255
#define RULES_NAME_MAX 64   /* account names */
#define RULES_REPLY_MAX 512 /* text of a reply, without code and status */
#define RULES_QUEUE_ID_MAX 64

/* $REASON: stable tokens, in the log, in JSON and in the API. */
/* clang-format off */
#define RULES_REASONS(X) \
X(NONE,                "NONE",                "nothing is wrong") \
X(NO_ACCOUNT,          "NO_ACCOUNT",          "login attached to no account, or credential disabled or for reading only") \
X(PAUSED,              "SENDING_PAUSED",      "the account may not send at present") \
X(RATE,                "RATE_EXCEEDED",       "recipients per second") \
X(QUOTA,               "QUOTA_EXCEEDED",      "recipients per 24 hours") \
X(NOT_VERIFIED,        "NOT_VERIFIED",        "a sender address is not covered by a verified identity") \
X(SANDBOX,             "SANDBOX",             "recipient not verified, and the account is in the sandbox") \
X(BAD_RECIPIENT,       "BAD_RECIPIENT",       "recipient that may be read, and delivered, in more than one way") \
X(BAD_HEADER,          "BAD_HEADER",          "From missing, ambiguous or unreadable; a header twice") \
X(TOO_MANY_RECIPIENTS, "TOO_MANY_RECIPIENTS", "more recipients than one message may have") \
X(TOO_LARGE,           "TOO_LARGE",           "the message is too large") \
X(SUPPRESSED,          "SUPPRESSED",          "recipient on the suppression list") \
X(UNAVAILABLE,         "UNAVAILABLE",         "the store, a key or memory is not to be had now") \
X(SET,                 "CONFIGURATION_SET", "the configuration set that the message names does not exist") \
X(SET_PAUSED,          "CONFIGURATION_SET_PAUSED", "mail with this configuration set may not leave at present") \
X(TENANT,              "TENANT", "the tenant that the message names does not exist") \
X(TENANT_PAUSED,       "TENANT_PAUSED", "mail of this tenant may not leave at present") \
X(TENANT_RESOURCE,     "NOT_THE_TENANTS", "the identity or configuration set is not the tenant's") \
X(THROTTLED,           "THROTTLED",           "a login, credential, identity or domain has crossed a brake") \
X(MAIL_FROM,           "MAIL_FROM_NOT_VERIFIED", "the identity's MAIL FROM domain is not set up in DNS") \
X(WRONG_STAGE,         "WRONG_STAGE",         "the policy service is asked where it cannot count")
/* clang-format on */

enum rules_reason {
#define X(id, token, help) RULES_REASON_##id,
	RULES_REASONS(X)
#undef X
	    RULES_REASON_COUNT
};

/* The stable token of a reason, such as "NOT_VERIFIED". */
const char *rules_reason_token(enum rules_reason reason);

enum rules_action {
	RULES_ACCEPT,
	RULES_DROP,   /* accept, but leave this recipient out */
	RULES_DEFER,  /* 4xx */
	RULES_REJECT, /* 5xx */
};

/* A decision and what the client hears. For RULES_ACCEPT code is 0. */
struct rules_verdict {
	enum rules_action action;
	enum rules_reason reason;
	int code;                   /* 554 */
	char status[12];            /* "5.7.1" (RFC 3463) */
	char text[RULES_REPLY_MAX]; /* printable ASCII, no line ends */
};

/* What is known of the reputation; numbers are in stores. */
enum rules_standing {
	RULES_HEALTHY,
	RULES_UNDER_REVIEW, /* still sends */
	RULES_SHUT_DOWN,    /* paused, until a person resumes it */
};

/* Sums of these: reasons for which mail is held back from an address. */
enum rules_suppressed_reasons {
	RULES_REASONS_BOUNCE = 1,
	RULES_REASONS_COMPLAINT = 2,
};

struct rules_account {
	int64_t id;
	char name[RULES_NAME_MAX + 1];
	bool production; /* out of the sandbox */
	bool paused;
	char pause_reason[161];
	int64_t daily_quota;    /* recipients in 24 h, -1 unlimited */
	double rate;            /* recipients per second, > 0 */
	int suppressed_reasons; /* of enum rules_suppressed_reasons */
};

struct rules_set {
	int64_t id;
	int64_t account_id;
	char name[65];
	bool paused;
	char pause_reason[161];
	int suppressed_reasons; /* as of an account; -1: the account's */
	int listens_kinds; /* events that a destination wants: sum of 1 << kind */
};

/* A customer of an account's own. */
struct rules_tenant {
	int64_t id;
	int64_t account_id;
	char name[65];
	bool paused;
	char pause_reason[161];
};

/* What a brake is about, and what it counts; numbers are in stores. */
enum rules_brake_scope {
	RULES_BRAKE_LOGIN,      /* any SASL name */
	RULES_BRAKE_CREDENTIAL, /* access keys alone */
	RULES_BRAKE_IDENTITY,   /* that covers From */
	RULES_BRAKE_DOMAIN,     /* of From */
};
enum rules_brake_measure {
	RULES_BRAKE_MESSAGES,
	RULES_BRAKE_RECIPIENTS,
	RULES_BRAKE_BYTES,
	RULES_BRAKE_NEW_RECIPIENTS, /* never written to by this account */
};

enum rules_identity_type { RULES_IDENTITY_EMAIL, RULES_IDENTITY_DOMAIN };

/* SES v2 states. Only SUCCESS and TEMPORARY_FAILURE may send. */
enum rules_identity_status {
	RULES_IDENTITY_NOT_STARTED,
	RULES_IDENTITY_PENDING,
	RULES_IDENTITY_SUCCESS,
	RULES_IDENTITY_FAILED,
	RULES_IDENTITY_TEMPORARY_FAILURE,
};

/* What becomes of the return path when an identity has a MAIL FROM domain. */
enum rules_mail_from {
	RULES_MAIL_FROM_NONE,     /* it has none: the bounce domain */
	RULES_MAIL_FROM_VERIFIED, /* it is used */
	RULES_MAIL_FROM_DEFAULT,  /* not verified: the bounce domain */
	RULES_MAIL_FROM_REJECT,   /* not verified: mail is refused */
};

#define RULES_KEYS_PER_IDENTITY 2

struct rules_identity {
	int64_t id;
	enum rules_identity_type type;
	enum rules_identity_status status;
	bool signing_enabled;
	/* Are its keys in DNS? While PENDING or FAILED mail leaves unsigned. */
	enum rules_identity_status dkim_status;
	enum rules_mail_from mail_from_use;
	char mail_from[RULES_DOMAIN_MAX + 1]; /* "" none */
	/* Active signing keys (store ids), RSA first; 0 = none. */
	int64_t key_id[RULES_KEYS_PER_IDENTITY];
	char name[RULES_ADDRESS_MAX + 1]; /* domain in lower case */
	int64_t default_set_id;           /* configuration set; 0 none */
	int notify_headers; /* sum of 1 << kind of event: its notifications have the
			       message's header */
};

enum rules_suppression_reason {
	RULES_SUPPRESSED_BOUNCE,
	RULES_SUPPRESSED_COMPLAINT,
	RULES_SUPPRESSED_MANUAL
};

struct rules_suppression {
	enum rules_suppression_reason reason;
	int64_t since_sec;
};

/* One header field as the milter hears it: value without the colon, folding
 * kept as "\n " or "\r\n ". Borrowed strings. */
struct rules_header {
	const char *name;
	const char *value;
};

#endif
