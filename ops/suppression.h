/* The suppression list of an account: single addresses, and whole files in the
 * two forms that Amazon SES imports. Does not decide about mail. */
#ifndef SENDWARD_OPS_SUPPRESSION_H
#define SENDWARD_OPS_SUPPRESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"
#include "store/store.h"

/* "BOUNCE", "COMPLAINT", "MANUAL" (any case) and back; -1 when unknown. */
int suppression_reason_from_name(const char *name);
const char *suppression_reason_name(enum rules_suppression_reason reason);

/* An address as the list keeps it: whole in lower case. NULL when fine, else what
 * is wrong with it. */
const char *suppression_normalise(
    const char *address, char address_r[RULES_ADDRESS_MAX + 1]);

/* Adds, or replaces reason and time. SG_INVALID: address; SG_MISSING: account. */
enum sg_err suppression_add(struct store *store, const char *account,
    const char *address, enum rules_suppression_reason reason, int64_t now_sec,
    struct store_suppression *row_r, struct err *err_r);
/* The same for some days, 1 to SUPPRESSION_DAYS_MAX (SG_INVALID); 0: until it is
 * removed. */
#define SUPPRESSION_DAYS_MAX 36500
enum sg_err suppression_add_for(struct store *store, const char *account,
    const char *address, enum rules_suppression_reason reason, int64_t days,
    int64_t now_sec, struct store_suppression *row_r, struct err *err_r);
/* SG_MISSING also when the address is not on the list. */
enum sg_err suppression_get(struct store *store, const char *account,
    const char *address, struct store_suppression *row_r, struct err *err_r);

/* SG_MISSING also when the address is not on the list. */
enum sg_err suppression_remove(struct store *store, const char *account,
    const char *address, struct err *err_r);

/* Row by row, ordered by address: the list may be large. */
enum sg_err suppression_list(struct store *store, const char *account,
    store_suppression_fn *fn, void *ctx, struct err *err_r);

/* A page of it, in an order of its own: what fits the filter behind `after` ("" the
 * begin), at most `most`. key of the callback: the next page's after. */
struct suppression_filter {
	int reasons; /* sum of 1 << enum rules_suppression_reason */
	int64_t since_sec, before_sec;
};
#define SUPPRESSION_KEY_MAX (RULES_ADDRESS_MAX + 32)
typedef bool suppression_page_fn(
    void *ctx, const char *key, const struct store_suppression *row);
/* SG_INVALID: `after` is no key. */
enum sg_err suppression_page(struct store *store, int64_t account_id,
    const struct suppression_filter *filter, const char *after, int64_t most,
    suppression_page_fn *fn, void *ctx, struct err *err_r);

#define SUPPRESSION_LINE_MAX 4096

struct suppression_import {
	int64_t lines; /* read, empty ones and a heading not counted */
	int64_t taken;
	int64_t rejected;
};
/* Told of each line that is not taken; number counts from 1. */
typedef void suppression_reject_fn(void *ctx, int64_t number, const char *why);

/* Reads lines `addr,REASON` (the address may be quoted as in CSV) or JSON objects
 * {"emailAddress":…, "reason":…}, mixed as they come, LF or CRLF; a first line
 * with the names of the columns is skipped, and so is a byte order mark. Lines
 * without a reason get `reason` unless it is -1. Nothing but one line (at most
 * SUPPRESSION_LINE_MAX bytes) is held in memory; every 1000 entries are one
 * transaction. On error the entries counted in counts_r->taken are in the store. */
enum sg_err suppression_import(struct store *store, const char *account,
    FILE *in, int reason, int64_t now_sec, suppression_reject_fn *reject,
    void *ctx, struct suppression_import *counts_r, struct err *err_r);
/* The same with more to say. */
struct suppression_how {
	int reason;      /* of lines without one; -1 */
	bool is_removal; /* of the addresses, whether they were there or not */
	bool (*stops)(void *ctx); /* asked now and then; may be NULL */
	suppression_reject_fn *reject;
	void *ctx;
};
/* SG_BUSY: it was asked to stop; what counts_r->taken says is in the store. */
enum sg_err suppression_import_by(struct store *store, const char *account,
    FILE *in, const struct suppression_how *how, int64_t now_sec,
    struct suppression_import *counts_r, struct err *err_r);

#endif
