/* What commands show: one value, as JSON or as a table for people. Does not know
 * what it shows. */
#ifndef SENDWARD_CTL_OUT_H
#define SENDWARD_CTL_OUT_H

#include <jansson.h>
#include "base/buf.h"
#include "base/err.h"
#include "ctl/command.h"

enum out_kind {
	OUT_PLAIN,   /* text and numbers; true and false as yes and no */
	OUT_LIMIT,   /* a number, -1 as "unlimited" */
	OUT_ON_OFF,  /* true and false as on and off */
	OUT_MOMENT,  /* "2026-11-24T15:04:05.123Z" without the milliseconds */
	OUT_PERCENT, /* 0.05 as "5 %" */
};

/* One column of a table or one line of a list of fields; ended by a NULL key. */
struct out_column {
	const char *key;
	const char *title;
	enum out_kind kind;
};

/* Takes the reference to doc (NULL: no memory). With --json prints it whole; else
 * an array of objects as a table (`empty` when it has no row), an object as
 * fields. Returns the exit status. */
int out_print(const struct ctl *ctl, json_t *doc,
    const struct out_column *columns, const char *empty);

/* The same for an object, for people: lines without a value are left out. */
int out_print_some(
    const struct ctl *ctl, json_t *doc, const struct out_column *columns);

/* The same for an object, and `text` after it for people. */
int out_print_with(const struct ctl *ctl, json_t *doc,
    const struct out_column *columns, const char *text);

/* With --json prints doc (its reference is taken), else the formatted line. */
int out_done(const struct ctl *ctl, json_t *doc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends entry (its reference is taken; NULL: no memory) to *list. False: no
 * memory, and *list is freed and NULL, as out_print expects it. */
bool out_add(json_t **list, json_t *entry);

/* A table for people as out_print makes it; doc stays the caller's. False: no
 * memory. */
bool out_table(const json_t *doc, const struct out_column *columns);

/* Ends a command that lists: *list is what out_add made, whose reference is taken,
 * code and err what the listing said. */
int out_list(const struct ctl *ctl, json_t **list, enum sg_err code,
    const struct err *err, const struct out_column *columns, const char *empty);

/* A JSON string of any bytes: what is not UTF-8 becomes '?'. */
json_t *out_string(const char *text);
/* "" becomes null. */
json_t *out_text(const char *text);
/* "2026-11-24T15:04:05Z"; null for 0. */
json_t *out_time(int64_t sec);
/* "2026-11-24T15:04:05.123Z" */
json_t *out_msec(int64_t msec);

/* Adds value (its reference is taken; NULL: no memory) to *doc, which is freed and
 * NULL afterwards when that fails; does nothing when it is NULL. */
void out_set(json_t **doc, const char *key, json_t *value);

/* text for a terminal: control characters and what is not UTF-8 become '?'. */
bool out_clean(const char *text, struct buf *out);
/* Columns that text takes on a terminal (wcwidth). text is clean. */
size_t out_width(const char *text);

#endif
