/* suppression: verbs of the command table. Lists stream: they may be long. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/suppression.h"

static json_t *
entry_json(const struct store_suppression *row)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "address",
	    out_string(row->address), "reason",
	    suppression_reason_name(row->facts.reason), "since",
	    out_time(row->facts.since_sec), "expires",
	    out_time(row->expires_sec), "message", out_text(row->queue_id),
	    "feedback_id", out_text(row->feedback_id));
}

/* --reason; -1 when not given. False: it was complained about. */
static bool
read_reason(const struct ctl *ctl, int *reason_r)
{
	const char *name = ctl_value(ctl, "reason");

	*reason_r = name == NULL ? -1 : suppression_reason_from_name(name);
	if (name == NULL || *reason_r >= 0)
		return true;
	(void)ctl_usage(ctl, "--reason must be BOUNCE, COMPLAINT or MANUAL");
	return false;
}

int
suppression_run_add(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *address = ctl_arg(ctl, 1);
	const char *expires = ctl_value(ctl, "expires");
	struct store_suppression row;
	char end[CLOCK_ISO_MAX];
	struct err err;
	int64_t days = 0;
	int reason, rc;

	if (!read_reason(ctl, &reason))
		return CTL_USAGE;
	if (reason < 0)
		reason = RULES_SUPPRESSED_MANUAL;
	if (expires != NULL && (!input_int(expires, &days) || days < 1 ||
				   days > SUPPRESSION_DAYS_MAX))
		return ctl_usage(ctl,
		    "--expires must be a number of days from 1 to %d",
		    SUPPRESSION_DAYS_MAX);
	rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (suppression_add_for(ctl->store, account, address,
		(enum rules_suppression_reason)reason, days, clock_now_sec(),
		&row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, entry_json(&row),
	    "account %s sends nothing to %s any more%s%s (%s)", account,
	    row.address, days == 0 ? "" : " until ",
	    days == 0 ? "" : clock_iso(row.expires_sec, end),
	    suppression_reason_name(row.facts.reason));
}

int
suppression_run_show(struct ctl *ctl)
{
	static const struct out_column fields[] = {
	    {"address", "address", OUT_PLAIN},
	    {"reason", "reason", OUT_PLAIN},
	    {"since", "since", OUT_PLAIN},
	    {"expires", "until", OUT_PLAIN},
	    {"message", "message", OUT_PLAIN},
	    {"feedback_id", "feedback id", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct store_suppression row;
	char text[160] = "";
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (suppression_get(ctl->store, ctl_arg(ctl, 0), ctl_arg(ctl, 1), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	if (row.queue_id[0] != '\0')
		(void)snprintf(text, sizeof(text),
		    "What happened to that message: sendwardctl message show "
		    "%s",
		    row.queue_id); /* fits */
	return out_print_with(ctl, entry_json(&row), fields, text);
}

int
suppression_run_remove(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *address = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (suppression_remove(ctl->store, account, address, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:o, s:b}", "account", account, "address",
		out_string(address), "removed", 1),
	    "account %s may send to %s again", account, address);
}

/* ---- lists ------------------------------------------------------------------ */

enum form { FORM_TABLE, FORM_JSON, FORM_CSV, FORM_JSONL };

struct stream {
	enum form form;
	int64_t rows;
	bool failed;
};

/* RFC 4180: quoted when a quote or comma is in it. */
static void
print_csv_field(const char *text)
{
	if (strpbrk(text, "\",") == NULL) {
		(void)fputs(text, stdout); /* main looks at stdout */
		return;
	}
	(void)putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			(void)putchar('"');
		(void)putchar(*text);
	}
	(void)putchar('"');
}

static bool
print_json_row(const struct stream *stream, json_t *row)
{
	bool is_done;

	if (stream->form == FORM_JSON)
		(void)fputs(stream->rows == 0 ? "[\n  " : ",\n  ", stdout);
	is_done = row != NULL && json_dumpf(row, stdout, 0) == 0;
	json_decref(row);
	if (stream->form == FORM_JSONL)
		(void)putchar('\n'); /* main looks at stdout */
	return is_done;
}

/* Columns of fixed width: the list is not read twice. */
static void
print_table_row(
    const struct stream *stream, const struct store_suppression *row)
{
	char since[CLOCK_ISO_MAX], end[CLOCK_ISO_MAX];

	if (stream->rows == 0)
		(void)printf("%-9s  %-20s  %-20s  %-16s  %s\n", "REASON",
		    "SINCE", "UNTIL", "MESSAGE", "ADDRESS");
	(void)printf("%-9s  %-20s  %-20s  %-16s  %s\n",
	    suppression_reason_name(row->facts.reason),
	    clock_iso(row->facts.since_sec, since),
	    row->expires_sec == 0 ? "-" : clock_iso(row->expires_sec, end),
	    row->queue_id[0] == '\0' ? "-" : row->queue_id,
	    row->address); /* main looks at stdout */
}

static bool
print_row(void *ctx, const struct store_suppression *row)
{
	struct stream *stream = ctx;
	const char *reason = suppression_reason_name(row->facts.reason);

	switch (stream->form) {
	case FORM_CSV:
		print_csv_field(row->address);
		(void)printf(",%s\n", reason); /* main looks at stdout */
		break;
	case FORM_TABLE:
		print_table_row(stream, row);
		break;
	case FORM_JSONL:
		stream->failed = !print_json_row(
		    stream, json_pack("{s:o, s:s}", "emailAddress",
				out_string(row->address), "reason", reason));
		break;
	case FORM_JSON:
		stream->failed = !print_json_row(stream, entry_json(row));
		break;
	}
	stream->rows++;
	return !stream->failed && !ferror(stdout);
}

static int
print_list(struct ctl *ctl, enum form form)
{
	struct stream stream = {.form = form};
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (suppression_list(
		ctl->store, ctl_arg(ctl, 0), print_row, &stream, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	if (form == FORM_JSON)
		(void)puts(stream.rows == 0 ? "[]" : "\n]");
	if (form == FORM_TABLE && stream.rows == 0)
		(void)puts("the suppression list is empty");
	if (stream.failed && !ferror(stdout))
		return ctl_refuse(ctl, "no memory for the list");
	return CTL_DONE;
}

int
suppression_run_list(struct ctl *ctl)
{
	return print_list(ctl, ctl->json ? FORM_JSON : FORM_TABLE);
}

int
suppression_run_export(struct ctl *ctl)
{
	const char *format = ctl_value(ctl, "format");

	if (format == NULL)
		return print_list(ctl, ctl->json ? FORM_JSON : FORM_CSV);
	if (strcmp(format, "csv") == 0)
		return print_list(ctl, FORM_CSV);
	if (strcmp(format, "jsonl") == 0)
		return print_list(ctl, FORM_JSONL);
	return ctl_usage(ctl, "--format must be csv or jsonl");
}

/* ---- import ------------------------------------------------------------------ */

#define SHOWN_MAX 1000

struct rejects {
	json_t *list; /* of at most SHOWN_MAX */
	bool is_json;
	int64_t count;
};

static void
note_reject(void *ctx, int64_t number, const char *why)
{
	struct rejects *rejects = ctx;

	if (++rejects->count > SHOWN_MAX)
		return;
	if (!rejects->is_json)
		(void)fprintf(stderr, "sendwardctl: line %lld: %s\n",
		    (long long)number, why);
	else
		(void)json_array_append_new(rejects->list, /* counted anyway */
		    json_pack(
			"{s:I, s:s}", "line", (json_int_t)number, "why", why));
}

static int
import_file(struct ctl *ctl, FILE *in, int reason, struct rejects *rejects)
{
	const char *account = ctl_arg(ctl, 0);
	struct suppression_import counts;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (suppression_import(ctl->store, account, in, reason, clock_now_sec(),
		note_reject, rejects, &counts, &err) != SG_OK) {
		rc = ctl_fail(ctl, &err);
		if (counts.taken > 0)
			(void)ctl_refuse(ctl,
			    "%lld entries were taken before that; the same "
			    "file can be imported again",
			    (long long)counts.taken);
		return rc;
	}
	rc = out_done(ctl,
	    json_pack("{s:s, s:I, s:I, s:I, s:O}", "account", account, "lines",
		(json_int_t)counts.lines, "taken", (json_int_t)counts.taken,
		"rejected", (json_int_t)counts.rejected, "rejected_lines",
		rejects->list),
	    "%lld lines: %lld taken, %lld rejected", (long long)counts.lines,
	    (long long)counts.taken, (long long)counts.rejected);
	return rc == CTL_DONE && counts.rejected > 0 ? CTL_REFUSED : rc;
}

int
suppression_run_import(struct ctl *ctl)
{
	struct rejects rejects = {.is_json = ctl->json};
	const char *path = ctl_arg(ctl, 1);
	int reason, rc;
	FILE *in;

	if (!read_reason(ctl, &reason))
		return CTL_USAGE;
	in = input_open(ctl, path == NULL ? "-" : path);
	if (in == NULL)
		return CTL_REFUSED;
	rejects.list = json_array();
	if (rejects.list == NULL)
		rc = ctl_refuse(ctl, "no memory");
	else
		rc = import_file(ctl, in, reason, &rejects);
	json_decref(rejects.list);
	(void)fclose(in); /* nothing was written */
	return rc;
}
