/* Everything that is kept: typed rows over SQLite (later PostgreSQL). The only
 * folder that sees SQL. Decides nothing.
 *
 * Thread rule: one struct store (one database handle) belongs to one thread.
 * Errors: SG_BUSY the database stayed locked for the busy time; SG_IO it cannot
 * be used (full disk, read-only, gone, damaged); SG_SCHEMA; SG_EXISTS, SG_MISSING
 * where said; an update or delete of a row that is not there is SG_MISSING, and
 * so is a row whose owner is not there, unless said. Outside store_begin/commit every call is a transaction of its own.
 * Times are UTC seconds unless the name says usec. Lists call back row by row,
 * the row is borrowed for the call; a callback that returns false ends the list
 * (result SG_OK). */
#ifndef SENDWARD_STORE_STORE_H
#define SENDWARD_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/key_plan.h"
#include "rules/types.h"
#include "rules/verification.h"

struct store;

enum store_open_mode {
	STORE_OPEN_READ, /* never writes */
	/* a commit is on the disk when it returns */
	STORE_OPEN_WRITE,
	/* For counters: a commit outlives the end of any process (kill -9), but
	 * a power cut may take the last ones; a sync for each would be half of
	 * a decision's cost. */
	STORE_OPEN_COUNT,
	/* As STORE_OPEN_WRITE, for who writes much all day: takes more memory. */
	STORE_OPEN_BULK,
};

/* url is the option `store`. Checks the schema version (SG_SCHEMA says which
 * command mends it). busy_msec: how long a locked database is waited for; 0 =
 * answer SG_BUSY at once. */
enum sg_err store_open(const char *url, enum store_open_mode mode,
    int busy_msec, struct store **store_r, struct err *err_r);
void store_close(struct store **store);

/* Creates the database or brings its schema up to this program's; each file of
 * store/schema is applied in its own transaction. *from_r 0: it was new.
 * SG_SCHEMA when the database is newer than the program. */
enum sg_err store_migrate(
    const char *url, int *from_r, int *to_r, struct err *err_r);
int store_schema_version(void); /* what this program needs */

/* A consistent copy into a new file (mode 0600) while others read and write
 * (SQLite's online backup); appears under its name when it is whole. SG_EXISTS
 * when path is there. The schema may be an older one. */
enum sg_err store_backup(const char *url, const char *path, struct err *err_r);

/* Copies all rows of one store, as they are at one moment, into another that has
 * none, of whatever kind, and makes it first where it is new. What arrived is read
 * again and compared, all before the one commit: a failed copy leaves no row. fn (may
 * be NULL) hears of each table that arrived. SG_EXISTS: the target has rows. Programs
 * that write to either meanwhile must have been stopped: what they write is not in
 * the copy. */
typedef void store_copy_fn(void *ctx, const char *table, int64_t rows);
enum sg_err store_copy(const char *from, const char *to, store_copy_fn *fn,
    void *ctx, struct err *err_r);

/* BEGIN IMMEDIATE … COMMIT. A failed commit is rolled back. One such transaction is
 * open at a time, on whatever database: what was read in it is still so when it
 * writes. */
enum sg_err store_begin(struct store *store, struct err *err_r);
/* For what is written often by many hosts and needs no such peace, because each
 * statement holds by itself: on PostgreSQL several may be open at once (SG_BUSY when
 * two wait for each other: roll back, try again), on SQLite it is store_begin. Rows
 * of several accounts are written in the order of their accounts. */
enum sg_err store_begin_parallel(struct store *store, struct err *err_r);
enum sg_err store_commit(struct store *store, struct err *err_r);
void store_rollback(struct store *store);
/* The end of what store_begin began: commits when code is SG_OK, else rolls back.
 * Returns code, or the commit's error. */
enum sg_err store_finish(
    struct store *store, enum sg_err code, struct err *err_r);
/* What is read until store_read_end is of one moment and locks the database once.
 * Whatever writes meanwhile ends it at first; so does store_begin. Nothing within a
 * transaction. For calls that end soon: the log cannot be emptied meanwhile. */
enum sg_err store_read_begin(struct store *store, struct err *err_r);
void store_read_end(struct store *store); /* also when none was begun */
/* For a call that needs several statements, within a transaction of the caller's
 * or without: joins his (*own_r false; its end is his, too, also after an error),
 * or opens one that store_scope_end ends as store_finish does. */
enum sg_err store_scope_begin(
    struct store *store, bool *own_r, struct err *err_r);
enum sg_err store_scope_end(
    struct store *store, bool own, enum sg_err code, struct err *err_r);

/* ---- accounts ---------------------------------------------------------- */
/* Numbers are in stores: never reorder. */
enum store_paused_by {
	STORE_PAUSED_BY_OPERATOR,
	STORE_PAUSED_BY_REPUTATION,
	STORE_PAUSED_BY_ACCOUNT, /* the account itself, by the API */
};
struct store_account {
	struct rules_account facts;
	char policy[16]; /* none, standard, strict */
	char pool[65];
	char contact[RULES_ADDRESS_MAX + 1];
	int64_t created_sec;
	enum rules_standing standing;
	enum store_paused_by paused_by; /* means something while paused */
	int64_t paused_sec;
	int64_t
	    fresh_start_sec; /* reputation counts what was sent since; 0 all */
	bool auto_warmup;    /* of its own sending addresses */
};
typedef bool store_account_fn(void *ctx, const struct store_account *row);

enum sg_err store_account_create(struct store *store,
    struct store_account *row /* facts.id is filled */, struct err *err_r);
enum sg_err store_account_get(struct store *store, const char *name,
    struct store_account *row_r, struct err *err_r); /* SG_MISSING */
enum sg_err store_account_get_by_id(struct store *store, int64_t id,
    struct store_account *row_r, struct err *err_r);
/* Writes every field but id, name and created_sec. */
enum sg_err store_account_update(
    struct store *store, const struct store_account *row, struct err *err_r);
/* With everything that belongs to it. */
enum sg_err store_account_delete(
    struct store *store, int64_t id, struct err *err_r);
enum sg_err store_account_list(
    struct store *store, store_account_fn *fn, void *ctx, struct err *err_r);

/* ---- logins and credentials -------------------------------------------- */
/* A SASL name is a login or the access key id of an enabled credential that may
 * send; no name is both, none belongs to two accounts (SG_EXISTS). */
struct store_login {
	char name[256];
	int64_t account_id;
	int64_t created_sec;
};
typedef bool store_login_fn(void *ctx, const struct store_login *row);
enum sg_err store_login_add(
    struct store *store, const struct store_login *row, struct err *err_r);
enum sg_err store_login_get(struct store *store, const char *name,
    struct store_login *row_r, struct err *err_r); /* SG_MISSING */
enum sg_err store_login_remove(struct store *store, int64_t account_id,
    const char *name, struct err *err_r);
/* account_id 0: all. */
enum sg_err store_login_list(struct store *store, int64_t account_id,
    store_login_fn *fn, void *ctx, struct err *err_r);

/* What a credential may do; STORE_MAY_READ by the API alone. Numbers are in
 * stores: never reorder. */
enum store_permission { STORE_MAY_ALL, STORE_MAY_SEND, STORE_MAY_READ };
struct store_credential {
	char access_key_id[129];
	int64_t account_id;
	enum store_permission permission;
	bool enabled;
	int64_t created_sec;
	char smtp_hash[256]; /* Dovecot's form with scheme: "{SSHA256}…" */
	const unsigned char
	    *sealed_secret; /* seal context "credential.secret" */
	size_t sealed_len;
};
typedef bool store_credential_fn(void *ctx, const struct store_credential *row);
enum sg_err store_credential_add(
    struct store *store, const struct store_credential *row, struct err *err_r);
enum sg_err store_credential_get(struct store *store, const char *access_key_id,
    store_credential_fn *fn, void *ctx, struct err *err_r); /* SG_MISSING */
enum sg_err store_credential_set_enabled(struct store *store,
    int64_t account_id, const char *access_key_id, bool enabled,
    struct err *err_r);
enum sg_err store_credential_set_permission(struct store *store,
    int64_t account_id, const char *access_key_id,
    enum store_permission permission, struct err *err_r);
enum sg_err store_credential_delete(struct store *store, int64_t account_id,
    const char *access_key_id, struct err *err_r);
/* account_id 0: all. */
enum sg_err store_credential_list(struct store *store, int64_t account_id,
    store_credential_fn *fn, void *ctx, struct err *err_r);

/* ---- identities and their signing keys --------------------------------- */
/* What a status rests on; several may hold at once. */
enum store_proof {
	STORE_PROOF_DKIM_TXT = 1,
	STORE_PROOF_EASY_DKIM = 2,
	STORE_PROOF_TXT = 4,  /* _sendward.DOMAIN, _amazonses.DOMAIN */
	STORE_PROOF_WORD = 8, /* the operator's: no look in DNS takes it back */
	STORE_PROOF_LINK = 16, /* an address, confirmed */
};
#define STORE_TOKEN_MAX 64
struct store_identity {
	/* mail_from_use is made of the fields below by the store */
	struct rules_identity facts;
	int64_t account_id;
	int64_t created_sec;
	int64_t verified_sec;                        /* 0: never */
	enum rules_identity_status mail_from_status; /* NOT_STARTED: none */
	bool mail_from_reject; /* while not verified: refuse, else default */
	int proofs;            /* of enum store_proof */
	char txt_token[STORE_TOKEN_MAX + 1]; /* "" for addresses */
	/* Easy DKIM: selectors of its three keys, names below dkim.zone; "" none */
	char easy_tokens[KEY_PLAN_EASY_SLOTS][STORE_TOKEN_MAX + 1];
	/* topics that are told of events without a configuration set; 0 none */
	int64_t bounce_topic_id, complaint_topic_id, delivery_topic_id;
	bool forwarding; /* bounces and complaints go to the sender by mail */
};
typedef bool store_identity_fn(void *ctx, const struct store_identity *row);
enum sg_err store_identity_create(struct store *store,
    struct store_identity *row /* facts.id is filled */, struct err *err_r);
enum sg_err store_identity_get(struct store *store, int64_t account_id,
    const char *name, struct store_identity *row_r, struct err *err_r);
enum sg_err store_identity_get_by_id(struct store *store, int64_t id,
    struct store_identity *row_r, struct err *err_r);
enum sg_err store_identity_update(struct store *store,
    const struct store_identity *row, struct err *err_r); /* all but id,
    account_id, name, type, created_sec and keys */
enum sg_err store_identity_delete(
    struct store *store, int64_t account_id, int64_t id, struct err *err_r);
enum sg_err store_identity_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);
/* account_id 0: all. */
enum sg_err store_identity_list(struct store *store, int64_t account_id,
    store_identity_fn *fn, void *ctx, struct err *err_r);
/* The first `most` behind the name `after`, by name. type: of enum
 * rules_identity_type; -1 any. */
enum sg_err store_identity_page(struct store *store, int64_t account_id,
    int type, const char *after, int64_t most, store_identity_fn *fn, void *ctx,
    struct err *err_r);
/* Of all accounts, by id: the first `most` behind after_id. */
enum sg_err store_identity_page_all(struct store *store, int64_t after_id,
    int64_t most, store_identity_fn *fn, void *ctx, struct err *err_r);

struct store_key {
	int64_t id;
	int64_t identity_id;
	char selector[64];
	char algorithm[8]; /* "rsa" or "ed25519" */
	int bits;
	bool active; /* signs; one for each algorithm, a second is SG_EXISTS */
	int64_t created_sec;
	enum key_origin origin;
	int slot;              /* KEY_EASY: 0..2, selector is that token */
	int64_t published_sec; /* KEY_EASY: last put into dkim.zone; 0 never */
	int64_t seen_sec;      /* first time that DNS had it; 0 never */
	int64_t last_seen_sec;
	int64_t active_sec;        /* began to sign; 0 never */
	int64_t retired_sec;       /* stopped signing; 0 not */
	const char *public_base64; /* DNS p= */
	const unsigned char
	    *sealed; /* private key PEM, seal context "dkim.key" */
	size_t sealed_len;
};
typedef bool store_key_fn(void *ctx, const struct store_key *row);
/* An active one without active_sec signs since created_sec. A selector of Easy
 * DKIM is one key's, whoever's (SG_EXISTS). */
enum sg_err store_key_add(
    struct store *store, struct store_key *row /* id */, struct err *err_r);
/* true: begins to sign (active_sec = now when it was 0, retired_sec = 0), and the
 * one of its algorithm that was active is retired (retired_sec = now). false: is
 * retired itself. */
enum sg_err store_key_set_active(struct store *store, int64_t id, bool active,
    int64_t now_sec, struct err *err_r);
/* DNS had it at now_sec: last_seen_sec, and seen_sec when it was 0. */
enum sg_err store_key_seen(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r);
enum sg_err store_key_published(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r);
/* store_key_list_aged takes it for one that signs since since_sec. */
enum sg_err store_key_put_off(
    struct store *store, int64_t id, int64_t since_sec, struct err *err_r);
enum sg_err store_key_delete(
    struct store *store, int64_t id, struct err *err_r);
enum sg_err store_key_get(struct store *store, int64_t id, store_key_fn *fn,
    void *ctx, struct err *err_r); /* SG_MISSING */
enum sg_err store_key_list(struct store *store, int64_t identity_id,
    store_key_fn *fn, void *ctx, struct err *err_r);

/* Across all accounts: active keys that sign since before_sec or earlier and were
 * not put off beyond it, of identities that may send; keys retired at before_sec
 * or earlier. The oldest `most` of them; sealed is NULL. */
enum sg_err store_key_list_aged(struct store *store, int64_t before_sec,
    int most, store_key_fn *fn, void *ctx, struct err *err_r);
enum sg_err store_key_list_retired(struct store *store, int64_t before_sec,
    int most, store_key_fn *fn, void *ctx, struct err *err_r);

/* ---- the operator's zone (dkim.zone) ------------------------------------ */
/* Keys of Easy DKIM in the order of published_sec, those that were put into the
 * zone before before_sec (INT64_MAX: all) and at most `most`; sealed is NULL. */
enum sg_err store_zone_list(struct store *store, int64_t before_sec, int most,
    store_key_fn *fn, void *ctx, struct err *err_r);
/* Names (below the zone) that must go from it: left by keys that were deleted.
 * A name that has a key again must be put, not removed: is_taken. */
typedef bool store_zone_removal_fn(void *ctx, const char *name, bool is_taken);
enum sg_err store_zone_removal_list(struct store *store, int most,
    store_zone_removal_fn *fn, void *ctx, struct err *err_r);
/* SG_OK also when there is none. */
enum sg_err store_zone_removal_done(
    struct store *store, const char *name, struct err *err_r);

/* ---- looks in DNS -------------------------------------------------------- */
/* status is the identity's (facts.status, facts.dkim_status, mail_from_status)
 * and not kept here: get leaves it alone, put does not write it. */
enum sg_err store_verification_get(struct store *store, int64_t identity_id,
    enum verification_subject subject, struct verification *v_r,
    struct err *err_r); /* SG_MISSING */
enum sg_err store_verification_put(struct store *store, int64_t identity_id,
    enum verification_subject subject, const struct verification *v,
    struct err *err_r);
/* SG_OK also when there is none. */
enum sg_err store_verification_delete(struct store *store, int64_t identity_id,
    enum verification_subject subject, struct err *err_r);
/* No look is put off for so long: one that is was written under a wrong clock. */
#define STORE_DUE_ABSURD_SEC (2 * 86400)
/* Identities with a look due at now_sec, each once, the longest due first, and
 * those of an absurd future last. */
typedef bool store_due_fn(void *ctx, int64_t identity_id, int64_t due_sec);
enum sg_err store_verification_due(struct store *store, int64_t now_sec,
    int most, store_due_fn *fn, void *ctx, struct err *err_r);

/* ---- confirmation links ---------------------------------------------------- */
#define STORE_LINK_HASH_BYTES 32
struct store_link {
	unsigned char hash[STORE_LINK_HASH_BYTES];
	int64_t identity_id;
	int64_t created_sec, expires_sec;
};
/* Replaces the identity's link, which is void from then on; notes that the address
 * (any case) was written to. */
enum sg_err store_link_put(struct store *store, const struct store_link *row,
    int64_t account_id, const char *address, struct err *err_r);
enum sg_err store_link_get(struct store *store,
    const unsigned char hash[STORE_LINK_HASH_BYTES], struct store_link *row_r,
    struct err *err_r); /* SG_MISSING */
/* The newest one of an identity. SG_MISSING */
enum sg_err store_link_of(struct store *store, int64_t identity_id,
    struct store_link *row_r, struct err *err_r);
/* SG_OK also when there is none. */
enum sg_err store_link_delete(
    struct store *store, int64_t identity_id, struct err *err_r);
/* How often the address was written to since since_sec, and when last (0). */
enum sg_err store_link_sent(struct store *store, const char *address,
    int64_t since_sec, int64_t *count_r, int64_t *last_sec_r,
    struct err *err_r);
/* How often the account wrote to anybody since since_sec. */
enum sg_err store_link_sent_by(struct store *store, int64_t account_id,
    int64_t since_sec, int64_t *count_r, struct err *err_r);
/* Forgets what was sent before. */
enum sg_err store_link_sent_purge(
    struct store *store, int64_t before_sec, struct err *err_r);
/* Identities whose link expired at now_sec or earlier, while they are PENDING. */
enum sg_err store_link_expired(struct store *store, int64_t now_sec, int most,
    store_due_fn *fn, void *ctx, struct err *err_r);

/* ---- letters ----------------------------------------------------------------- */
/* Numbers are in stores: never reorder. */
enum store_letter_kind {
	STORE_LETTER_CONFIRM,  /* to the address: the link */
	STORE_LETTER_VERIFIED, /* from here: to the account's contact */
	STORE_LETTER_FAILED,   /* pending for 72 hours */
	STORE_LETTER_WARNING,  /* records vanished: 72 hours of grace */
	STORE_LETTER_RESTORED,
	STORE_LETTER_REVOKED,
	STORE_LETTER_KEY_READY, /* a new TXT key waits to be published */
	STORE_LETTER_KEY_OLD,   /* own key: time to change it */
	STORE_LETTER_REQUEST,   /* to the operator: production access */
	STORE_LETTER_REQUEST_GRANTED,
	STORE_LETTER_REQUEST_DENIED,
	STORE_LETTER_PAUSED, /* to the account and the operator: reputation */
	STORE_LETTER_REVIEW,
	STORE_LETTER_THROTTLED, /* to both: a brake was crossed */
	STORE_LETTER_OURS, /* to the operator: the fault of a bounce is ours */
	STORE_LETTER_FORWARD,        /* a bounce or complaint, to the sender */
	STORE_LETTER_SIMULATED_OOTO, /* of the mailbox simulator */
	STORE_LETTER_SIMULATED_COMPLAINT,
	STORE_LETTER_KINDS
};
struct store_letter {
	int64_t id;
	enum store_letter_kind kind;
	int64_t account_id;
	int64_t identity_id; /* 0: about none */
	char recipient[RULES_ADDRESS_MAX + 1];
	const char *facts;           /* JSON object of strings */
	const unsigned char *sealed; /* token of a link; seal context "link" */
	size_t sealed_len;
	int64_t created_sec, next_sec;
	int64_t attempts;
	char error[256];   /* of the last attempt */
	int64_t report_id; /* that is forwarded; 0 none */
};
typedef bool store_letter_fn(void *ctx, const struct store_letter *row);
enum sg_err store_letter_put(struct store *store, struct store_letter *row,
    struct err *err_r); /* id is filled */
/* Due at now_sec, the longest due first. */
enum sg_err store_letter_due(struct store *store, int64_t now_sec, int most,
    store_letter_fn *fn, void *ctx, struct err *err_r);
/* All, the oldest first. */
enum sg_err store_letter_list(
    struct store *store, store_letter_fn *fn, void *ctx, struct err *err_r);
/* attempts + 1, next_sec, error; error may be cut. SG_MISSING also when it was tried
 * meanwhile: attempts are not as many any more. */
enum sg_err store_letter_retry(struct store *store, int64_t id,
    int64_t attempts, int64_t next_sec, const char *error, struct err *err_r);
/* How the attempt that store_letter_retry counted ended. SG_OK also when the
 * letter is not there any more. */
enum sg_err store_letter_error(
    struct store *store, int64_t id, const char *error, struct err *err_r);
/* SG_OK also when there is none. */
enum sg_err store_letter_delete(
    struct store *store, int64_t id, struct err *err_r);
/* Those of one kind about an identity: a newer one takes their place. */
enum sg_err store_letter_delete_kind(struct store *store, int64_t identity_id,
    enum store_letter_kind kind, struct err *err_r);

/* ---- sending authorization ------------------------------------------------ */
struct store_grant {
	int64_t identity_id;
	int64_t owner_id; /* account of the identity; not written by add */
	char identity[RULES_ADDRESS_MAX + 1]; /* its name; not written by add */
	int64_t account_id;                   /* may send as it */
	char from_pattern[RULES_ADDRESS_MAX + 1]; /* with * and ?; "*" any */
	int64_t created_sec;
	/* the policy it is from, "" a single one; not written by add */
	char policy[65];
};
typedef bool store_grant_fn(void *ctx, const struct store_grant *row);
enum sg_err store_grant_add(struct store *store, const struct store_grant *row,
    struct err *err_r); /* SG_EXISTS */
/* from_pattern NULL: all of that account. Those of policies stay. SG_MISSING. */
enum sg_err store_grant_remove(struct store *store, int64_t identity_id,
    int64_t account_id, const char *from_pattern, struct err *err_r);
/* identity_id 0, account_id 0: any. */
enum sg_err store_grant_list(struct store *store, int64_t identity_id,
    int64_t account_id, store_grant_fn *fn, void *ctx, struct err *err_r);

/* ---- requests for production access --------------------------------------- */
struct store_request {
	int64_t id;
	int64_t account_id;
	char mail_type[16]; /* TRANSACTIONAL, MARKETING */
	char website[1001];
	char use_case[5001];
	char status[8];    /* PENDING, GRANTED, DENIED */
	char reason[1001]; /* of a denial */
	int64_t created_sec, decided_sec;
};
typedef bool store_request_fn(void *ctx, const struct store_request *row);
/* SG_EXISTS: one is open. */
enum sg_err store_request_add(
    struct store *store, struct store_request *row, struct err *err_r);
/* status, reason, decided_sec; only of one that is PENDING, else SG_MISSING. */
enum sg_err store_request_decide(
    struct store *store, const struct store_request *row, struct err *err_r);
/* The newest of the account. SG_MISSING. */
enum sg_err store_request_get(struct store *store, int64_t account_id,
    struct store_request *row_r, struct err *err_r);
/* account_id 0: all; the open ones first, then the newest. */
enum sg_err store_request_list(struct store *store, int64_t account_id,
    store_request_fn *fn, void *ctx, struct err *err_r);

/* What an account says of itself and its mail, whether it asks for anything or
 * not. */
struct store_details {
	char mail_type[16];
	char website[1001];
	char language[3]; /* EN, JA; "" not said */
	char use_case[5001];
	char contacts[4 * (RULES_ADDRESS_MAX + 1) + 1]; /* one a line */
};
/* Takes the place of what was there. */
enum sg_err store_details_put(struct store *store, int64_t account_id,
    const struct store_details *row, struct err *err_r);
enum sg_err store_details_get(struct store *store, int64_t account_id,
    struct store_details *row_r, struct err *err_r); /* SG_MISSING */

/* ---- numbers, for /metrics ------------------------------------------------ */
struct store_numbers {
	int64_t accounts, accounts_production, accounts_paused;
	int64_t accounts_review; /* not those that are paused */
	int64_t throttled;       /* in force */
	/* Unspent recipients of leases. Lost: the holder was renewed last 30 s before
	 * now_sec, or earlier. */
	int64_t leased, leased_lost;
	int64_t identities[5]; /* by status */
	int64_t dkim[5];       /* domains by dkim_status */
	int64_t mail_from[5];
	int64_t looks_due; /* at now_sec */
	int64_t letters, letters_due;
	int64_t requests_open;
	int64_t zone_waiting; /* keys and removals not yet published */
	int64_t suppressions;
};
enum sg_err store_numbers(struct store *store, int64_t now_sec,
    struct store_numbers *numbers_r, struct err *err_r);

/* ---- suppression list -------------------------------------------------- */
struct store_suppression {
	int64_t account_id;
	char address[RULES_ADDRESS_MAX + 1]; /* whole address in lower case */
	struct rules_suppression facts;
	int64_t expires_sec;                   /* 0 never */
	char queue_id[RULES_QUEUE_ID_MAX + 1]; /* the message; "" by hand */
	char feedback_id[65];                  /* the event; "" */
};
typedef bool store_suppression_fn(
    void *ctx, const struct store_suppression *row);
/* Adds or replaces. */
enum sg_err store_suppression_put(struct store *store,
    const struct store_suppression *row, struct err *err_r);
enum sg_err store_suppression_get(struct store *store, int64_t account_id,
    const char *address, struct store_suppression *row_r, struct err *err_r);
enum sg_err store_suppression_delete(struct store *store, int64_t account_id,
    const char *address, struct err *err_r);
/* account_id 0: all. Ordered by account, then address. */
enum sg_err store_suppression_list(struct store *store, int64_t account_id,
    store_suppression_fn *fn, void *ctx, struct err *err_r);
/* Entries of one reason, ordered by since_sec, then address: the first `most`
 * behind (after_sec, after), and since before_sec. after "": from after_sec on.
 * expires_sec, queue_id and feedback_id are not read. */
struct store_suppression_page {
	int64_t account_id;
	enum rules_suppression_reason reason;
	int64_t after_sec, before_sec;
	const char *after;
	int64_t most;
};
enum sg_err store_suppression_page(struct store *store,
    const struct store_suppression_page *page, store_suppression_fn *fn,
    void *ctx, struct err *err_r);
/* Of all accounts, by account and address: the first `most` behind these two. The
 * address is borrowed for the call. */
typedef bool store_suppressed_fn(
    void *ctx, int64_t account_id, const char *address);
enum sg_err store_suppression_page_all(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_suppressed_fn *fn, void *ctx,
    struct err *err_r);
/* Deletes what expired at now_sec or before, at most `most`. */
enum sg_err store_suppression_expire(struct store *store, int64_t now_sec,
    int most, int64_t *gone_r, struct err *err_r);

/* ---- counters ---------------------------------------------------------- */
struct store_take {
	int64_t account_id;
	int64_t recipients;  /* >= 0; 0: of the rate alone */
	int64_t daily_quota; /* -1 unlimited */
	int64_t now_sec;
	int64_t bucket_sec; /* counted in; 0: quota_bucket(now_sec) */
	bool is_first;      /* there may be no row of it yet; only for speed */
	int64_t now_usec;   /* same moment; of the rate: or later */
	int64_t rate_cost_usec;    /* rate_cost_usec() */
	int64_t rate_ceiling_usec; /* rate_ceiling_usec() */
	int64_t rate_horizon_usec; /* a later state counts as none:
	                              rate_horizon_usec() */
};
enum store_taken { STORE_TAKEN, STORE_QUOTA_FULL, STORE_RATE_FULL };
struct store_counter {
	int64_t used;            /* recipients in the window, after the take */
	int64_t rate_state_usec; /* before the take; at least now when taken */
};
/* Expires old buckets, then takes all or nothing in one conditional UPDATE …
 * RETURNING. Full quota is told before full rate. SG_MISSING: no such account.
 * Inside store_begin or store_begin_parallel when several are to share one commit. */
enum sg_err store_quota_take(struct store *store, const struct store_take *take,
    enum store_taken *taken_r, struct store_counter *counter_r,
    struct err *err_r);
/* Gives recipients back to the bucket they were taken from (never below zero;
 * nothing when it has left the window). The rate is not given back. */
enum sg_err store_quota_give_back(struct store *store, int64_t account_id,
    int64_t bucket_sec, int64_t recipients, struct err *err_r);
/* What counts now: not what lies unspent in leases (leases.h). 0 for an account
 * that never sent. Does not write. */
enum sg_err store_quota_used(struct store *store, int64_t account_id,
    int64_t now_sec, int64_t *used_r, struct err *err_r);

/* ---- notices: standing complaints of daemons, shown by config check ------ */
struct store_notice {
	char key[64]; /* such as "policy.stage MAIL" */
	char text[256];
	int64_t first_sec, last_sec, count;
};
typedef bool store_notice_fn(void *ctx, const struct store_notice *row);
enum sg_err store_notice_add(struct store *store, const char *key,
    const char *text, int64_t now_sec, struct err *err_r);
enum sg_err store_notice_list(
    struct store *store, store_notice_fn *fn, void *ctx, struct err *err_r);
/* SG_OK also when there is none. */
enum sg_err store_notice_clear(
    struct store *store, const char *key, struct err *err_r);

/* ---- changes: how snapshots stay fresh ---------------------------------- */
enum store_change_kind {
	STORE_CHANGE_ACCOUNT,
	STORE_CHANGE_LOGIN,
	STORE_CHANGE_CREDENTIAL,
	STORE_CHANGE_IDENTITY,
	STORE_CHANGE_KEY,
	STORE_CHANGE_SUPPRESSION,
	STORE_CHANGE_GRANT, /* id: identity, owner_id: the account that may */
	STORE_CHANGE_SET,   /* also when its destinations changed */
	STORE_CHANGE_BRAKE, /* owner_id 0: of every account */
	STORE_CHANGE_TENANT,
	STORE_CHANGE_RESOURCE, /* id, owner_id: the tenant; name: the resource */
};
struct store_change {
	enum store_change_kind kind;
	int64_t id;       /* account, identity or key id; else account id */
	int64_t owner_id; /* account id; of a key: its identity's id */
	/* login, access key id, address, name of account or identity; else "" */
	const char *name;
};
/* How far a reader has come: the newest change it knows. mark is random, so that
 * another database in the place of the first is noticed. {0, 0}: knows none. */
struct store_position {
	int64_t seq;
	int64_t mark;
};
typedef bool store_change_fn(void *ctx, const struct store_change *change);
/* Written by triggers in the same transaction as the change itself, also for rows
 * that went with their owner. Calls back for all after *position and moves it on.
 * *gap_r: it is not known here (purged, or another database), so the reader must
 * load everything anew; *position is the newest then, and fn may have been called.
 * fn NULL: only moves *position to the newest. However many there are, no more than
 * some thousands are read at a time, and none that came long after the call began. */
enum sg_err store_changes(struct store *store, struct store_position *position,
    store_change_fn *fn, void *ctx, bool *gap_r, struct err *err_r);
/* Cheap look (a few microseconds): may something have changed since the last
 * call on this handle? True the first time. SG_IO also when the file was deleted
 * or replaced: the handle is of no use any more, close it and open anew.
 * changed_r NULL: only whether it is of use. */
enum sg_err store_maybe_changed(
    struct store *store, bool *changed_r, struct err *err_r);

#endif
