/* What became of an account's mail, by the quarter of an hour. Judges nothing:
 * reputation.h does. */
#ifndef SENDWARD_OPS_STATISTICS_H
#define SENDWARD_OPS_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

#define STATISTICS_POINT_SEC 900
#define STATISTICS_DAYS 14

/* Recipients. sec: the begin, a multiple of STATISTICS_POINT_SEC. */
struct statistics_point {
	int64_t sec;
	int64_t sent, bounces, complaints, rejected;
};
typedef bool statistics_fn(void *ctx, const struct statistics_point *point);
/* The newest first; those of the last STATISTICS_DAYS in which there was
 * anything. */
enum sg_err statistics_list(struct store *store, int64_t account_id,
    int64_t now_sec, statistics_fn *fn, void *ctx, struct err *err_r);

#endif
