/* Accounts: made in the sandbox, let out, paused, looked at, deleted with all that
 * they own. Does not count mail. */
#ifndef SENDWARD_OPS_ACCOUNT_H
#define SENDWARD_OPS_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct conf;

/* NULL when `name` may name an account ([a-z0-9][a-z0-9._-]{0,63}), else what is
 * wrong, for people. */
const char *account_check_name(const char *name);

/* A new account in the sandbox, with sandbox_daily and sandbox_rate. contact may
 * be "". SG_INVALID: name or contact; SG_EXISTS. row_r may be NULL. */
enum sg_err account_create(struct store *store, const struct conf *conf,
    const char *name, const char *contact, int64_t now_sec,
    struct store_account *row_r, struct err *err_r);

/* SG_MISSING says that there is no such account and how to list them. */
enum sg_err account_get(struct store *store, const char *name,
    struct store_account *row_r, struct err *err_r);

/* What `account set` changes; what is not given stays as it is. Production on or
 * off brings the configured quota and rate with it, unless they are given. */
struct account_change {
	bool has_production, production;
	bool has_daily;
	int64_t daily; /* >= 1, or -1 unlimited */
	bool has_rate;
	double rate;         /* per second, 0.001 to 1,000,000 */
	const char *pool;    /* NULL: stays; "" none */
	const char *policy;  /* NULL: stays; none, standard, strict */
	const char *contact; /* NULL: stays; "" none */
	/* NULL: stays; "none", "BOUNCE", "COMPLAINT", "BOUNCE,COMPLAINT": what
	 * enters the suppression list by itself, and holds mail back */
	const char *suppressed;
	bool has_auto_warmup, auto_warmup;
};
enum sg_err account_change(struct store *store, const struct conf *conf,
    const char *name, const struct account_change *change,
    struct store_account *row_r, struct err *err_r);
/* The same to a row, which is not written. */
enum sg_err account_edit(struct store_account *row, const struct conf *conf,
    const struct account_change *change, struct err *err_r);

/* SG_OK: reason may be what clients hear: printable ASCII, 1 to 160 bytes. */
enum sg_err account_check_reason(const char *reason, struct err *err_r);
/* By the operator. reason as account_check_reason takes it. */
enum sg_err account_pause(struct store *store, const char *name,
    const char *reason, int64_t now_sec, struct store_account *row_r,
    struct err *err_r);
/* By a person, whoever paused it. is_fresh: reputation counts anew what is sent from
 * now_sec on, and the standing is healthy. Without a fresh start the old figures
 * count on: under figures beyond the threshold the account is paused again with the
 * next bounce or complaint that counts, and not before; account_resume_note says
 * so. */
enum sg_err account_resume(struct store *store, const char *name, bool is_fresh,
    int64_t now_sec, struct store_account *row_r, struct err *err_r);
/* By the account itself: mail off (paused by STORE_PAUSED_BY_ACCOUNT) or on again.
 * Off while somebody else has paused it changes nothing; on then is SG_INVALID, and
 * says who did and why. */
enum sg_err account_switch(struct store *store, const char *name,
    bool is_enabled, int64_t now_sec, struct store_account *row_r,
    struct err *err_r);
/* What whoever resumed the account should know; "" nothing. */
const char *account_resume_note(const struct store_account *row);

/* The account and all that belongs to it. */
enum sg_err account_delete(
    struct store *store, const char *name, struct err *err_r);

enum sg_err account_list(
    struct store *store, store_account_fn *fn, void *ctx, struct err *err_r);

/* What counts in the last 24 hours. remaining is -1 when unlimited. */
struct account_quota {
	int64_t used, limit, remaining;
	double rate;
	bool production;
};
enum sg_err account_quota(struct store *store, const char *name,
    int64_t now_sec, struct account_quota *quota_r, struct err *err_r);

/* For lists over one account (name) or all (name NULL): the id to ask the store
 * for (0: all), and the names of the accounts by id. fini also after an error. */
struct account_names {
	struct account_names_entry *list;
	size_t count, size;
	bool failed;
};
enum sg_err account_names_load(struct store *store, const char *name,
    struct account_names *names_r, int64_t *account_id_r, struct err *err_r);
/* "" when unknown. Owned by names. */
const char *account_names_find(const struct account_names *names, int64_t id);
void account_names_fini(struct account_names *names);

#endif
