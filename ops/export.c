/* Exports: see export.h. What a line holds: export_suppression.c, export_message.c. */
#include "config.h"

#include "ops/export.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/export_parts.h"
#include "ops/files.h"
#include "ops/publish.h"
#include "ops/text_json.h"

#define DAY_SEC INT64_C(86400)
/* A note of progress costs a write that is synced. */
#define RECORDS_BETWEEN_NOTES 5000

/* ---- rows --------------------------------------------------------------------- */

/* NULL, or the member that the kind's list does not have. */
static const char *
strange_member(enum store_export_kind kind, const json_t *filter)
{
	static const char *const suppressions[] = {"Address", "Reason", NULL};
	static const char *const messages[] = {
	    "Recipient", "MessageId", "Status", "Tag", "Since", "Until", NULL};
	const char *const *names =
	    kind == STORE_EXPORT_MESSAGES ? messages : suppressions;
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)filter, key, value)
	{
		for (i = 0; names[i] != NULL && strcmp(names[i], key) != 0; i++)
			;
		if (names[i] == NULL && !json_is_null(value))
			return key;
	}
	return NULL;
}

static enum sg_err
write_filter(struct store_export *row, const json_t *filter, struct err *err_r)
{
	size_t len;

	if (filter == NULL) {
		memcpy(row->filter, "{}", 3);
		return SG_OK;
	}
	len = json_dumpb(filter, row->filter, STORE_EXPORT_FILTER_MAX,
	    JSON_COMPACT | JSON_SORT_KEYS);
	if (len == 0 || len > STORE_EXPORT_FILTER_MAX)
		return err_set(err_r, SG_INVALID, "Filter is too long");
	row->filter[len] = '\0';
	return SG_OK;
}

static enum sg_err
add(struct store *store, struct store_export *row, struct err *err_r)
{
	int64_t all, open;
	enum sg_err rc = store_export_expire(store, row->created_sec, err_r);

	if (rc == SG_OK)
		rc = store_export_count(
		    store, row->account_id, &all, &open, err_r);
	if (rc != SG_OK)
		return rc;
	if (open >= EXPORT_OPEN_MAX)
		return err_set(err_r, SG_EXISTS,
		    "%d exports are under way: wait until one is done",
		    EXPORT_OPEN_MAX);
	if (all >= EXPORT_KEPT_MAX)
		return err_set(err_r, SG_EXISTS,
		    "%d exports are kept: delete one that is not needed any "
		    "more",
		    EXPORT_KEPT_MAX);
	return store_export_add(store, row, err_r);
}

enum sg_err
export_create(struct store *store, int64_t account_id,
    enum store_export_kind kind, const json_t *filter, int64_t now_sec,
    struct store_export *row_r, struct err *err_r)
{
	const char *strange = strange_member(kind, filter);
	enum sg_err rc;

	*row_r = (struct store_export){.account_id = account_id,
	    .kind = kind,
	    .created_sec = now_sec,
	    .expires_sec = now_sec + EXPORT_KEPT_DAYS * DAY_SEC,
	    .percent = -1};
	if (strange != NULL)
		return err_set(err_r, SG_INVALID,
		    "Filter: %.40s is none of this list", strange);
	rc = write_filter(row_r, filter, err_r);
	if (rc == SG_OK)
		rc = publish_uuid(row_r->uuid, err_r);
	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = add(store, row_r, err_r);
	return store_finish(store, rc, err_r);
}

enum sg_err
export_delete(struct store *store, const struct conf *conf, int64_t account_id,
    const char *uuid, struct err *err_r)
{
	enum sg_err rc = store_export_delete(store, account_id, uuid, err_r);

	if (rc == SG_OK) {
		files_remove(conf, uuid, FILES_EXPORT);
		files_remove(conf, uuid, FILES_PART);
	}
	return rc;
}

enum sg_err
export_open(struct store *store, const struct conf *conf, int64_t account_id,
    const char *uuid, int64_t now_sec, struct store_export *row_r, int *fd_r,
    int64_t *bytes_r, struct err *err_r)
{
	enum sg_err rc =
	    store_export_get(store, account_id, uuid, row_r, err_r);

	*fd_r = -1;
	if (rc == SG_OK && (row_r->state != STORE_EXPORT_DONE ||
			       row_r->expires_sec <= now_sec))
		rc = err_set(err_r, SG_MISSING, "no such export");
	if (rc == SG_OK)
		rc = files_open(conf, uuid, FILES_EXPORT, fd_r, bytes_r, err_r);
	return rc;
}

enum sg_err
export_purge(struct store *store, const struct conf *conf, int64_t now_sec,
    struct err *err_r)
{
	enum sg_err rc = store_export_expire(store, now_sec, err_r);

	return rc == SG_OK ? files_sweep(store, conf, now_sec, err_r) : rc;
}

/* ---- lines ---------------------------------------------------------------------- */

static void
put_quoted(FILE *out, const char *text)
{
	(void)putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			(void)putc('"', out);
		(void)putc(*text, out);
	}
	(void)putc('"', out);
}

/* Errors of the file are looked at by export_turn. */
static void
put_text(struct export_sheet *sheet, const char *text)
{
	char first[3] = "";
	size_t len = strlen(text);

	if (sheet->has_cells)
		(void)putc(',', sheet->out);
	sheet->has_cells = true;
	if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
		first[0] = '\'';
	if (strpbrk(text, ",\"\r\n") == NULL &&
	    (len == 0 || (text[0] != ' ' && text[len - 1] != ' '))) {
		(void)fputs(first, sheet->out);
		(void)fputs(text, sheet->out);
	} else if (first[0] == '\0') {
		put_quoted(sheet->out, text);
	} else {
		(void)fputs("\"'", sheet->out);
		for (; *text != '\0'; text++) {
			if (*text == '"')
				(void)putc('"', sheet->out);
			(void)putc(*text, sheet->out);
		}
		(void)putc('"', sheet->out);
	}
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

void
export_cell(struct export_sheet *sheet, const char *text)
{
	json_t *clean;

	if (is_ascii(text)) {
		put_text(sheet, text);
		return;
	}
	clean = text_json_new(text, strlen(text));
	put_text(sheet, clean == NULL ? "" : json_string_value(clean));
	json_decref(clean);
}

void
export_cell_time(struct export_sheet *sheet, int64_t sec)
{
	const time_t t = (time_t)sec;
	struct tm tm = {.tm_mday = 1};
	char text[64];

	if (sec == 0) {
		put_text(sheet, "");
		return;
	}
	(void)gmtime_r(&t, &tm); /* fails after the year 2 billion */
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	put_text(sheet, text);
}

void
export_cell_number(struct export_sheet *sheet, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	put_text(sheet, text);
}

void
export_end_line(struct export_sheet *sheet)
{
	(void)fputs("\r\n", sheet->out);
	sheet->has_cells = false;
	sheet->row->records++;
}

/* ---- the run ---------------------------------------------------------------------- */

/* What went wrong with the file, for people. */
static enum sg_err
check_file(struct export_sheet *sheet, struct err *err_r)
{
	errno = 0;
	if (fflush(sheet->out) == 0 && !ferror(sheet->out)) {
		sheet->row->bytes = ftello(sheet->out);
		if (sheet->row->bytes <= EXPORT_BYTES_MAX)
			return SG_OK;
		return err_set(err_r, SG_INVALID,
		    "The file would have more than 2 GB. Narrow the filter.");
	}
	if (errno == ENOSPC || errno == EDQUOT)
		return err_set(err_r, SG_INVALID,
		    "The server has no room for the file. Tell whoever runs "
		    "it.");
	return err_set(err_r, SG_INVALID,
	    "The server could not write the file (%s). Tell whoever runs it.",
	    errno == 0 ? "error" : strerror(errno));
}

enum sg_err
export_turn(struct export_sheet *sheet, int64_t percent, struct err *err_r)
{
	struct store_export *row = sheet->row;
	enum sg_err rc;

	if (sheet->stops != NULL && sheet->stops(sheet->ctx))
		return err_set(err_r, SG_BUSY, "it was asked to stop");
	if (row->records % RECORDS_BETWEEN_NOTES != 0)
		return SG_OK;
	rc = check_file(sheet, err_r);
	row->percent = percent < 100 ? percent : 99;
	return rc == SG_OK ? store_export_update(sheet->store, row, err_r) : rc;
}

static enum sg_err
end_export(struct store *store, struct store_export *row,
    enum store_export_state state, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc;

	row->state = state;
	row->expires_sec = now_sec + EXPORT_KEPT_DAYS * DAY_SEC;
	row->percent = state == STORE_EXPORT_DONE ? 100 : -1;
	rc = store_export_update(store, row, err_r);
	if (rc == SG_OK)
		log_event(LOG_EXPORT_ENDED_EVENT, NULL, "export", row->uuid,
		    "state", state == STORE_EXPORT_DONE ? "done" : "failed",
		    "error", row->error[0] == '\0' ? NULL : row->error, NULL);
	return rc;
}

/* SG_INVALID: text for people. */
static enum sg_err
write_all(struct export_sheet *sheet, struct err *err_r)
{
	enum sg_err rc;

	sheet->filter = json_loads(sheet->row->filter, 0, NULL);
	if (!json_is_object(sheet->filter))
		return err_set(err_r, SG_INVALID, "The filter is broken.");
	rc = sheet->row->kind == STORE_EXPORT_MESSAGES
		 ? export_messages(sheet, err_r)
		 : export_suppressions(sheet, err_r);
	if (rc == SG_OK)
		rc = check_file(sheet, err_r);
	if (rc == SG_OK && fsync(fileno(sheet->out)) != 0)
		rc = err_set(err_r, SG_INVALID,
		    "The server could not write the file (%s). Tell whoever "
		    "runs it.",
		    strerror(errno));
	return rc;
}

static enum sg_err
fail(struct store *store, struct store_export *row, int64_t now_sec,
    struct err *err_r)
{
	(void)snprintf(row->error, sizeof(row->error), "%.250s", err_r->text);
	row->records = row->bytes = 0;
	return end_export(store, row, STORE_EXPORT_FAILED, now_sec, err_r);
}

enum sg_err
export_run(struct store *store, const struct conf *conf,
    struct store_export *row, bool (*stops)(void *ctx), void *ctx,
    int64_t now_sec, struct err *err_r)
{
	struct export_sheet sheet = {
	    .store = store, .row = row, .stops = stops, .ctx = ctx};
	enum sg_err rc;

	row->state = STORE_EXPORT_RUNNING;
	row->records = row->bytes = 0;
	row->percent = -1;
	row->error[0] = '\0';
	rc = store_export_update(store, row, err_r);
	if (rc == SG_OK)
		rc = files_create(
		    conf, row->uuid, FILES_PART, &sheet.out, err_r);
	if (rc != SG_OK)
		return rc;
	rc = write_all(&sheet, err_r);
	json_decref(sheet.filter);
	(void)fclose(sheet.out); /* it was synced, or is not wanted */
	if (rc == SG_OK)         /* deleted meanwhile? */
		rc = store_export_update(store, row, err_r);
	if (rc == SG_OK)
		rc = files_finish(conf, row->uuid, err_r);
	if (rc == SG_OK)
		rc = end_export(store, row, STORE_EXPORT_DONE, now_sec, err_r);
	else if (rc == SG_INVALID)
		rc = fail(store, row, now_sec, err_r);
	files_remove(conf, row->uuid, FILES_PART);
	if (rc == SG_MISSING)
		files_remove(conf, row->uuid, FILES_EXPORT);
	return rc;
}
