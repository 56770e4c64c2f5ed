/* feedback: verbs of the command table. Reports of mail systems: what they say, and
 * which are kept. */
#include "config.h"

#include "ctl/feedback.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ctl/input.h"
#include "ctl/verbs.h"
#include "ops/feedback.h"
#include "ops/message.h"
#include "report/report.h"

#define MOST 50

/* ---- classify --------------------------------------------------------------- */

/* The configuration; its defaults when there is no file. */
static int
open_conf(struct ctl *ctl)
{
	if (strcmp(ctl->conf_path, CONF_DEFAULT_PATH) != 0 ||
	    access(ctl->conf_path, F_OK) == 0 || errno != ENOENT)
		return ctl_open(ctl, 0);
	ctl->conf = conf_new_defaults();
	return ctl->conf != NULL ? CTL_DONE : ctl_refuse(ctl, "no memory");
}

int
feedback_load_rules(struct ctl *ctl, struct report_rules **rules_r)
{
	const char **paths = calloc(ctl->given_count + 1, sizeof(*paths));
	size_t count = 0;
	struct err err;
	enum sg_err code = SG_OK;
	int rc = CTL_DONE;

	if (paths == NULL)
		return ctl_refuse(ctl, "no memory");
	for (size_t i = 0; i < ctl->given_count; i++)
		if (strcmp(ctl->given[i].option->name, "rules") == 0)
			paths[count++] = ctl->given[i].value;
	rc = open_conf(ctl);
	if (rc == CTL_DONE && count > 0)
		code = report_rules_load(paths, count, rules_r, &err);
	else if (rc == CTL_DONE)
		code = feedback_rules_load(ctl->conf, rules_r, &err);
	free(paths);
	if (rc == CTL_DONE && code != SG_OK)
		return ctl_refuse(ctl, "%s", err.text);
	return rc;
}

static int
print_records(const struct ctl *ctl, const struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		json_t *doc = feedback_record_json(report, &report->records[i]);
		bool is_done = doc != NULL && json_dumpf(doc, stdout, 0) == 0;

		json_decref(doc);
		if (!is_done && !ferror(stdout))
			return ctl_refuse(ctl, "no memory for the answer");
		(void)putchar('\n'); /* main looks at stdout */
	}
	return CTL_DONE;
}

static int
classify(const struct ctl *ctl, const struct report_rules *rules,
    const struct buf *text)
{
	struct report *report = NULL;
	struct err err;
	int rc;

	report_init();
	if (report_read(rules, buf_str(text), text->len, &report, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	rc = print_records(ctl, report);
	report_free(&report);
	return rc;
}

int
feedback_run_classify(struct ctl *ctl)
{
	const char *path = ctl_arg(ctl, 0);
	struct report_rules *rules = NULL;
	struct buf text;
	int rc = feedback_load_rules(ctl, &rules);

	if (rc != CTL_DONE)
		return rc;
	rc = input_head(ctl, path == NULL ? "-" : path,
	    (size_t)ctl->conf->feedback_max_report_bytes, &text);
	if (rc == CTL_DONE)
		rc = classify(ctl, rules, &text);
	buf_fini(&text);
	report_rules_free(&rules);
	return rc;
}

/* ---- kept reports ------------------------------------------------------------ */

const struct out_column feedback_report_columns[] = {
    {"id", "ID", OUT_PLAIN},
    {"received", "RECEIVED", OUT_MOMENT},
    {"account", "ACCOUNT", OUT_PLAIN},
    {"messageId", "MESSAGE", OUT_PLAIN},
    {"state", "STATE", OUT_PLAIN},
    {"format", "FORM", OUT_PLAIN},
    {"why", "WHY", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

json_t *
feedback_report_json(const char *account, const struct store_report *row)
{
	const char *why = row->why[0] != '\0'
			      ? row->why
			      : message_report_state_text(row->state);

	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "id",
	    (json_int_t)row->id, "account", out_text(account), "messageId",
	    out_text(row->queue_id), "recipient", out_text(row->recipient),
	    "received", out_msec(row->received_msec), "state",
	    message_report_state_name(row->state), "why", out_string(why),
	    "format", out_text(row->format));
}

static bool
add_report(void *ctx, const char *account, const struct store_report *row)
{
	return out_add(ctx, feedback_report_json(account, row));
}

int
feedback_run_list(struct ctl *ctl)
{
	bool is_nobodys = ctl_value(ctl, "unmatched") != NULL;
	enum sg_err code;
	struct err err;
	json_t *list;
	int most, rc = input_most(ctl, MOST, &most);

	if (is_nobodys && ctl_arg(ctl, 0) != NULL)
		return ctl_usage(
		    ctl, "--unmatched goes with no account: they are nobody's");
	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_READ);
	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	code = message_report_list(ctl->store, ctl_arg(ctl, 0), is_nobodys,
	    most, add_report, &list, &err);
	return out_list(ctl, &list, code, &err, feedback_report_columns,
	    "no reports are kept");
}

/* As it came; on a terminal without what a terminal obeys. */
static void
print_content(const struct store_report *row)
{
	const char *text = (const char *)row->content;
	size_t len = row->content_len;

	if (!isatty(STDOUT_FILENO)) {
		(void)fwrite(text, 1, len, stdout); /* main looks at stdout */
		return;
	}
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool is_plain = c == '\n' || c == '\t' || (c >= ' ' && c < 127);

		if (c != '\r')
			(void)putchar(is_plain ? c : '?');
	}
}

/* Any bytes as a string: what is no text becomes '?'. */
static json_t *
content_json(const struct store_report *row)
{
	json_t *value =
	    json_stringn((const char *)row->content, row->content_len);
	char *copy;

	if (value != NULL)
		return value;
	copy = malloc(row->content_len + 1);
	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < row->content_len; i++)
		copy[i] =
		    (row->content[i] & 0x80) != 0 ? '?' : (char)row->content[i];
	value = json_stringn(copy, row->content_len);
	free(copy);
	return value;
}

struct shown {
	const struct ctl *ctl;
	json_t *doc;
};

static bool
show_report(void *ctx, const char *account, const struct store_report *row)
{
	struct shown *shown = ctx;

	if (!shown->ctl->json) {
		print_content(row);
		return false;
	}
	shown->doc = feedback_report_json(account, row);
	out_set(&shown->doc, "content", content_json(row));
	return false;
}

int
feedback_run_show(struct ctl *ctl)
{
	struct shown shown = {.ctl = ctl};
	int64_t id;
	struct err err;
	int rc;

	if (!input_int(ctl_arg(ctl, 0), &id))
		return ctl_usage(ctl,
		    "REPORT-ID is a number, as sendwardctl feedback list "
		    "shows it");
	rc = ctl_open(ctl, CTL_READ);
	if (rc != CTL_DONE)
		return rc;
	if (message_report_get(ctl->store, id, show_report, &shown, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	return ctl->json ? out_print(ctl, shown.doc, NULL, "") : CTL_DONE;
}
