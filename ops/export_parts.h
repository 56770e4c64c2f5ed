/* What export.c shares with those who write rows: export_suppression.c and
 * export_message.c. */
#ifndef SENDWARD_OPS_EXPORT_PARTS_H
#define SENDWARD_OPS_EXPORT_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"
#include "store/exports.h"

/* Rows that are read at a time. */
#define EXPORT_PAGE_ROWS 1000

struct export_sheet {
	struct store *store;
	struct store_export *row; /* records and percent: while it runs */
	json_t *filter;           /* an object */
	FILE *out;
	bool has_cells; /* in the line that is being written */
	bool (*stops)(void *ctx);
	void *ctx;
};

/* A field of the line: quoted where it must be, guarded against spreadsheets, UTF-8
 * (what is not becomes U+FFFD). */
void export_cell(struct export_sheet *sheet, const char *text);
void export_cell_time(struct export_sheet *sheet, int64_t sec); /* 0: "" */
void export_cell_number(struct export_sheet *sheet, int64_t number);
void export_end_line(struct export_sheet *sheet);

/* Between pages: notes records and percent (0 to 99; -1 not known). SG_BUSY,
 * SG_MISSING as export_run; SG_INVALID: the file cannot be written on, the text is for
 * people. */
enum sg_err export_turn(
    struct export_sheet *sheet, int64_t percent, struct err *err_r);

/* Write all that fits the filter. Errors as export_turn's, or the store's. */
enum sg_err export_suppressions(struct export_sheet *sheet, struct err *err_r);
enum sg_err export_messages(struct export_sheet *sheet, struct err *err_r);

#endif
