/* Reputation of accounts, configuration sets and tenants: counted in the store by
 * the time of sending, judged by rules/reputation.h, with what follows. */
#ifndef SENDWARD_OPS_REPUTATION_H
#define SENDWARD_OPS_REPUTATION_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/reputation.h"
#include "store/store.h"
#include "store/topics.h"

struct conf;

/* From the options reputation.*. */
void reputation_limits_of(
    const struct conf *conf, struct reputation_limits *limits_r);

/* A bounce or complaint of the account was counted (set_id: with that
 * configuration set, 0 none): looks at both anew, within the caller's transaction,
 * and writes the standing when it changed. Kept is what follows under the account's
 * policy (reputation_consequence), so that under `none` nothing is worse than under
 * review. A pause is written into the account (paused_by reputation) or the set,
 * logged, and told to the account and the operator by letters; so is a review. Each
 * is judged by itself: a set that is beyond is paused, and the account only when all
 * of its mail together is. Who is paused stays so until a person resumes it; under
 * review and back goes by itself. An account that was paused by itself, through the
 * API, is paused by reputation on top of that. In mode monitor the standing is kept,
 * nobody is paused and no letter written. */
enum sg_err reputation_update(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t set_id, int64_t now_sec, struct err *err_r);

/* The same when recipients alone were counted: who was resumed without a fresh start
 * under figures beyond the threshold (not paused, but standing SHUT_DOWN) is not
 * paused again by that, only by a bounce or complaint. */
enum sg_err reputation_update_sent(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t set_id, int64_t now_sec, struct err *err_r);

/* A tenant, by figures and policy of its own. A pause is its status (DISABLED by
 * reputation) and leaves its account alone. One that was reinstated is not paused
 * until its figures have been well in between; then it is ENABLED again. is_news: a
 * bounce or complaint was counted. Nothing when there is none of that id. */
enum sg_err reputation_update_tenant(struct store *store,
    const struct conf *conf, int64_t tenant_id, bool is_news, int64_t now_sec,
    struct err *err_r);

/* All that have counts within the window, or are not healthy: volume and time change
 * figures without any bounce. As reputation_update_sent; each that changes in a
 * transaction of its own. */
enum sg_err reputation_update_all(struct store *store, const struct conf *conf,
    int64_t now_sec, struct err *err_r);

struct reputation_figures {
	int64_t account_id;
	char account[RULES_NAME_MAX + 1];
	char set[65];    /* "" the whole account, or a tenant */
	char tenant[65]; /* "" none */
	char policy[16];
	bool paused;
	enum rules_standing standing; /* as it is kept */
	int64_t fresh_start_sec;
	struct reputation_counts counts;
	struct reputation_verdict verdict; /* as the figures are now */
};
typedef bool reputation_figures_fn(
    void *ctx, const struct reputation_figures *figures);
/* account NULL: all. Each account, its sets that are counted, its tenants. */
enum sg_err reputation_show(struct store *store, const struct conf *conf,
    const char *account, int64_t now_sec, reputation_figures_fn *fn, void *ctx,
    struct err *err_r);

/* The same of one account alone. SG_MISSING. */
enum sg_err reputation_of_account(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t now_sec, struct reputation_figures *figures_r,
    struct err *err_r);

/* Who would have been paused over the stored history (retention, window_days), by
 * these limits and the account's policy: goes through the buckets in their order
 * and tells the first moment of review and of pause, for each account and set.
 * pause_sec, review_sec 0: never. Bounces count where their messages were sent, so
 * that it may have come later than this says. */
struct reputation_history {
	char account[RULES_NAME_MAX + 1];
	char set[65], tenant[65];
	int64_t review_sec, pause_sec;   /* end of the bucket */
	struct reputation_counts counts; /* at the pause, else at the end */
	struct reputation_verdict verdict;
};
typedef bool reputation_history_fn(
    void *ctx, const struct reputation_history *history);
enum sg_err reputation_dry_run(struct store *store, const struct conf *conf,
    const struct reputation_limits *limits, const char *account,
    int64_t now_sec, reputation_history_fn *fn, void *ctx, struct err *err_r);
/* "bounce_pause=8,complaint_pause=0.3,minimum=200": changes limits; percent, or
 * numbers (volume, minimum). SG_INVALID names the word; nothing is changed then. */
enum sg_err reputation_limits_parse(
    const char *text, struct reputation_limits *limits, struct err *err_r);

#endif
