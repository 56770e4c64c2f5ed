/* Who does what for all hosts that share a store. Part of store.h: its rules on
 * threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_DUTIES_H
#define SENDWARD_STORE_DUTIES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

#define STORE_DUTY_MAX 32
struct store_duty {
	char name[STORE_DUTY_MAX + 1];
	char host[256];
	char boot[40]; /* of the kernel's start, "" unknown */
	int64_t pid;
	int64_t mark;                  /* random, not 0: of a process */
	int64_t kept;                  /* how often it said that it goes on */
	int64_t taken_usec, kept_usec; /* store_clock's, for people */
};
typedef bool store_duty_fn(void *ctx, const struct store_duty *row);

/* Takes the duty, or keeps it, at row->kept_usec: when nobody has it, or row->mark
 * itself, or when it is still as `from` says (its mark and kept; NULL: as nobody).
 * *held_r false: another one has it. */
enum sg_err store_duty_take(struct store *store, const struct store_duty *row,
    const struct store_duty *from, bool *held_r, struct err *err_r);
/* SG_OK also when it is another one's. */
enum sg_err store_duty_leave(
    struct store *store, const char *name, int64_t mark, struct err *err_r);
/* By name. */
enum sg_err store_duty_list(
    struct store *store, store_duty_fn *fn, void *ctx, struct err *err_r);

#endif
