/* How many tries to sign in may fail before no more are taken for a time: by name and
 * network, by network, by name. Counted before the password is looked at, so that
 * tries side by side are not more; taken back when it was right. */
#ifndef SENDWARD_OPS_LOCKOUT_H
#define SENDWARD_OPS_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct store;
struct store_failure;

#define LOCKOUT_NETWORK_MAX 64

/* Of an address: the /24 of IPv4, the /64 of IPv6; else the text. */
void lockout_network(const char *address, char network_r[LOCKOUT_NETWORK_MAX]);

struct lockout_rule {
	int64_t most, window_sec;        /* failures, in this time */
	int64_t lock_sec, lock_most_sec; /* doubles up to there */
};
extern const struct lockout_rule lockout_pair, lockout_of_network,
    lockout_of_user;

/* One try more. False: it is locked; row stays. */
bool lockout_count(struct store_failure *row, const struct lockout_rule *rule,
    int64_t now_sec);
/* The last one was none. */
void lockout_uncount(
    struct store_failure *row, const struct lockout_rule *rule);

/* Failures that count no more and sessions that are over, at most `most` of each;
 * *gone_r how many. */
enum sg_err lockout_purge(struct store *store, int64_t now_sec, int most,
    int64_t *gone_r, struct err *err_r);
/* Counts in the store. *until_r 0: the try may go on; else it is locked till then,
 * and nothing was counted. */
enum sg_err lockout_begin(struct store *store, const char *user,
    const char *network, int64_t now_sec, int64_t *until_r, struct err *err_r);
/* The try did not fail. is_in: he is signed in, and his failures from that network
 * are forgotten. Within a transaction of the caller's or without. */
enum sg_err lockout_end(struct store *store, const char *user,
    const char *network, bool is_in, struct err *err_r);
/* Was it the failure that locked? */
enum sg_err lockout_is_locked(struct store *store, const char *user,
    const char *network, int64_t now_sec, int64_t *until_r, struct err *err_r);

#endif
