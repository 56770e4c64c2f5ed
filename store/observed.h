/* Which programs run, and who sends as whom while nothing is refused. Part of
 * store.h: its rules on threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_OBSERVED_H
#define SENDWARD_STORE_OBSERVED_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/store.h"

/* ---- programs ---------------------------------------------------------------- */
#define STORE_PROGRAM_MAX 32
#define STORE_HOST_MAX 255
struct store_heartbeat {
	char program[STORE_PROGRAM_MAX + 1]; /* "sendward-milter" */
	char host[STORE_HOST_MAX + 1];
	int64_t pid;
	int64_t started_sec, seen_sec;
	char version[32];
	char detail[256]; /* where it listens, and the like; "" nothing */
};
typedef bool store_heartbeat_fn(void *ctx, const struct store_heartbeat *row);
/* Makes the row of program, host and pid, or takes its place. */
enum sg_err store_heartbeat_put(
    struct store *store, const struct store_heartbeat *row, struct err *err_r);
/* SG_OK also when there is none. */
enum sg_err store_heartbeat_delete(struct store *store, const char *program,
    const char *host, int64_t pid, struct err *err_r);
/* By program, host, and time: the newest of each first. */
enum sg_err store_heartbeat_list(struct store *store, int64_t most,
    store_heartbeat_fn *fn, void *ctx, struct err *err_r);
/* Those seen last before; *gone_r how many. */
enum sg_err store_heartbeat_purge(struct store *store, int64_t before_sec,
    int64_t most, int64_t *gone_r, struct err *err_r);

/* Import jobs of all accounts that are not over. */
enum sg_err store_imports_waiting(
    struct store *store, int64_t *count_r, struct err *err_r);

/* ---- senders ----------------------------------------------------------------- */
/* Numbers are in stores: never reorder. */
enum store_observed_verdict { STORE_OBSERVED_PASS, STORE_OBSERVED_REFUSE };
struct store_observed {
	int64_t id;
	char login[256];  /* "" none */
	char network[64]; /* "192.0.2.0/24"; "" with a login */
	char domain[RULES_DOMAIN_MAX + 1];
	int64_t account_id; /* the network's; 0 with a login */
	int64_t messages;
	int64_t first_sec, last_sec;
	enum store_observed_verdict verdict; /* of the newest message */
	char reason[32];                     /* with a refusal; else "" */
	/* the account that the login belongs to now; "" none. Not written */
	char account[RULES_NAME_MAX + 1];
};
typedef bool store_observed_fn(void *ctx, const struct store_observed *row);

/* Adds row->messages to what is known of login, network and domain; verdict, reason
 * and last_sec are row's from then on. */
enum sg_err store_observed_add(
    struct store *store, const struct store_observed *row, struct err *err_r);
/* Is there a row of login, network and domain? */
enum sg_err store_observed_has(struct store *store,
    const struct store_observed *row, bool *has_r, struct err *err_r);
enum sg_err store_observed_count(
    struct store *store, int64_t *count_r, struct err *err_r);

/* Open: the login belongs to no account, or what it sends would be refused and its
 * account has no identity of that domain. Adopted: all others. */
enum store_observed_state {
	STORE_OBSERVED_ALL,
	STORE_OBSERVED_OPEN,
	STORE_OBSERVED_ADOPTED
};
/* At most `most`, more than that are not counted. */
enum sg_err store_observed_count_open(
    struct store *store, int64_t most, int64_t *count_r, struct err *err_r);
/* Most messages first, of equal ones the newer: those behind the row with that many
 * messages and that id (INT64_MAX each: from the beginning). */
enum sg_err store_observed_page(struct store *store,
    enum store_observed_state state, int64_t messages, int64_t id, int64_t most,
    store_observed_fn *fn, void *ctx, struct err *err_r);
/* By domain, those behind `after`. */
enum sg_err store_observed_of_login(struct store *store, const char *login,
    const char *after, int64_t most, store_observed_fn *fn, void *ctx,
    struct err *err_r);
/* Those seen last before; *gone_r how many. */
enum sg_err store_observed_purge(struct store *store, int64_t before_sec,
    int64_t most, int64_t *gone_r, struct err *err_r);

#endif
