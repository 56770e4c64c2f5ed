/* One message on its way through the gate: facts in, verdict and edits out. Knows
 * the order of an SMTP transaction, not libmilter; the tests run whole messages
 * through it. */
#ifndef SENDWARD_MILTER_MESSAGE_H
#define SENDWARD_MILTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dkim/keyring.h"
#include "milter/edits.h"
#include "ops/admit.h"
#include "ops/brake.h"
#include "ops/journal.h"
#include "ops/pool_route.h"
#include "rules/return_path.h"

struct arena;
struct dkim_signer;
struct operator;
struct quota;

/* For facts that were changed a moment ago: true when newer ones may be there. */
typedef bool message_look_fn(void *ctx);

/* May it leave, as far as brakes are concerned? As brake_decide. */
typedef enum sg_err message_brake_fn(void *ctx, const struct conf *conf,
    const struct brake_message *message, struct rules_verdict *v,
    struct err *err_r);

/* What a message needs from outside; borrowed for its life. */
struct message_env {
	struct admit admit;
	dkim_keyring_load_fn *get_key;
	void *keys;
	return_path_mac_fn *mac;
	void *mac_ctx;
	message_look_fn *look_again; /* NULL: there is nothing newer */
	void *look_ctx;
	message_brake_fn *brake; /* is asked when the account has brakes */
	void *brake_ctx;
	struct operator* operator; /* signs too; NULL: none */
	struct pool_route *route;  /* NULL: the shared addresses */
	struct quota *quota;       /* counts; NULL: the policy server does */
};

/* What is known at MAIL. Strings are borrowed for the call. */
struct message_mail {
	const char *path;      /* "<a@b.example>"; sendmail(1): no brackets */
	int64_t declared_size; /* SIZE=, 0 not said */
	struct admit_client client;
	const char *session; /* "address:port" as the policy server's, or "" */
	const char *source_ip; /* the client's address as text, or "" */
	bool is_fresh;         /* the snapshot may be trusted */
	bool is_ending;        /* the program is about to end */
};

enum message_step {
	MESSAGE_GOES_ON,
	MESSAGE_PASSES,   /* leaves as it is; no more is to be looked at */
	MESSAGE_ANSWERED, /* *v is what the client hears */
};

/* One that was accepted at RCPT. */
struct message_recipient {
	struct admit_listing listing;
	const char *path; /* as the MTA said it; NULL: it is not listed */
	const char *address;
	bool is_held; /* by the suppression list; in monitor mode it stays */
};

/* A refusal that is said later, or in monitor mode only logged. */
struct message_refusal {
	bool is_held;
	const char *stage; /* for the log: "mail", "rcpt", "headers", "body", or
	                      what is missing at the end */
	struct rules_verdict verdict;
};

enum message_overflow {
	MESSAGE_FITS,
	MESSAGE_MANY_HEADERS,
	MESSAGE_LONG_HEADER,
	MESSAGE_LARGE_HEADERS,
	MESSAGE_NO_MEMORY
};

/* Owned by milter/content.c. */
struct message_content {
	struct rules_header *headers; /* in the arena */
	size_t header_count, header_room;
	int64_t header_bytes;
	int64_t size; /* of all seen so far */
	enum message_overflow overflow;
	bool is_header_over;
	struct admit_cover cover;   /* of From */
	struct dkim_signer *signer; /* NULL: not signed, or not yet */
	const char *dkim; /* for the log: domain, "none", "off" or "pending" */
	const char *feedback_id;    /* the field that is added; NULL none */
	bool drops_feedback_id;     /* the client's own are taken off */
	struct rules_set set;       /* the configuration set; id 0 none */
	struct rules_tenant tenant; /* id 0 none */
	struct journal_tag *tags;
	size_t tag_count;
	/* by the API; NULL: it was not */
	const char *submission, *operation;
	const char *token; /* "b-TOKEN" of the return path; NULL: not yet */
};

struct message {
	const struct message_env *env;
	struct arena *arena; /* everything of this message; dies with it */
	bool is_smtp; /* false: sendmail(1), which hears only 5xx at the end */
	bool is_monitor;
	bool is_private;       /* came through the private door */
	bool has_looked_again; /* once is enough for a message */
	enum admit_owner owner;
	struct rules_account account;
	const char *login;
	const char *session, *source_ip;
	const char *sender;                    /* address, "" the null sender */
	char queue_id[RULES_QUEUE_ID_MAX + 1]; /* "" not known yet */
	int64_t rcpt_seen, rcpt_taken, rcpt_dropped;
	/* those taken; in monitor mode all that leave */
	struct message_recipient *recipients;
	size_t recipient_count, recipient_room;
	char *recipient_text; /* rules/recipients.h; NULL: not made yet */
	struct message_refusal refusal;
	enum rules_reason refused_recipient; /* the newest, in monitor mode */
	char counted_as[24]; /* owned by milter/quota.c; "" not counted */
	struct pool_way way; /* out; known at the end */
	struct message_content content;
};

/* How much a message's arena may hold at most under this configuration. */
size_t message_arena_max(const struct conf *conf);

/* MAIL. *message_r lives in the arena; NULL when the step is not
 * MESSAGE_GOES_ON. */
enum message_step message_mail(const struct message_env *env,
    struct arena *arena, const struct message_mail *mail,
    struct message **message_r, struct rules_verdict *v);

/* The queue id, as soon as the MTA says it; longer ones and those with odd bytes
 * are ignored. */
void message_queue_id(struct message *m, const char *queue_id);

/* RCPT: MESSAGE_GOES_ON or MESSAGE_ANSWERED (this recipient alone). */
enum message_step message_rcpt(
    struct message *m, const char *path, struct rules_verdict *v);

/* Header fields, end of headers, pieces of the body. What is wrong is held. */
void message_header(struct message *m, const char *name, const char *value);
void message_end_of_headers(struct message *m, bool is_fresh, int64_t now_sec);
void message_body(struct message *m, const void *data, size_t len);

/* End of message. MESSAGE_GOES_ON: it may leave once it is noted and signed.
 * MESSAGE_PASSES (monitor mode): *edits_r is to be applied, and that is all. */
enum message_step message_end(struct message *m, int64_t now_sec,
    struct edits *edits_r, struct rules_verdict *v);

/* After MESSAGE_GOES_ON. MESSAGE_GOES_ON again: *edits_r is what is to be changed, the
 * signatures among it; once that is done message_log_accepted is due. Else as
 * message_end, and the note is to be withdrawn. */
enum message_step message_sign(
    struct message *m, struct edits *edits_r, struct rules_verdict *v);

/* After message_end: what is to be noted of the message, v being its answer (NULL:
 * it leaves). False: nothing; it may come again. Borrowed from m and v. */
bool message_note(struct message *m, int64_t now_msec,
    const struct rules_verdict *v, struct journal_entry *entry_r);

/* An edit could not be applied, or the message not be noted. */
void message_edit_failed(struct message *m, struct rules_verdict *v);
void message_log_accepted(const struct message *m);

/* May facts that are newer change this refusal? Asks for them, once a message. */
bool message_look_again(struct message *m, const struct rules_verdict *v);

/* May the policy server have counted recipients of it? */
bool message_is_counted(const struct message *m);

/* Frees what is not in the arena. NULL is fine. */
void message_fini(struct message *m);

#endif
