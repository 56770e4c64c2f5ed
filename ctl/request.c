/* request: accounts ask to leave the sandbox, the operator answers. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/facts.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/request.h"

#define USE_CASE_MAX 5000

static json_t *
request_json(const char *account, const struct store_request *row)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "account",
	    account, "status", row->status, "type", row->mail_type, "website",
	    out_string(row->website), "use_case", out_string(row->use_case),
	    "reason",
	    row->reason[0] == '\0' ? json_null() : out_string(row->reason),
	    "created", out_time(row->created_sec), "decided",
	    out_time(row->decided_sec));
}

static bool
is_text(const struct buf *text)
{
	json_t *value = json_stringn(buf_str(text), text->len);
	bool is_utf8 = value != NULL;

	json_decref(value);
	return is_utf8 && memchr(buf_str(text), '\0', text->len) == NULL;
}

/* The use case, of one option or the other; freed with buf_fini. */
static int
read_use_case(const struct ctl *ctl, struct buf *text)
{
	const char *value = ctl_value(ctl, "use-case");
	const char *file = ctl_value(ctl, "use-case-file");
	int rc = CTL_DONE;

	buf_init(text, USE_CASE_MAX + 1);
	if ((value == NULL) == (file == NULL))
		return ctl_usage(ctl, "give --use-case or --use-case-file");
	if (file != NULL)
		rc = input_file(ctl, file, USE_CASE_MAX + 1, text);
	else if (!buf_puts(text, value))
		return ctl_refuse(
		    ctl, "--use-case has more than %d bytes", USE_CASE_MAX);
	while (rc == CTL_DONE && file != NULL && text->len > 0 &&
	       strchr("\r\n", text->data[text->len - 1]) != NULL)
		text->data[--text->len] = '\0';
	if (rc == CTL_DONE && !is_text(text))
		return ctl_refuse(ctl, "the use case is no text in UTF-8");
	return rc;
}

static int
create(struct ctl *ctl, const char *use_case)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_request row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (request_create(ctl->store, ctl->conf, account,
		ctl_value(ctl, "type"), ctl_value(ctl, "website"), use_case,
		clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, request_json(account, &row),
	    "account %s asks for production access; the operator answers with "
	    "request approve or request deny",
	    account);
}

int
request_run_create(struct ctl *ctl)
{
	struct buf text;
	int rc = read_use_case(ctl, &text);

	if (rc == CTL_DONE)
		rc = create(ctl, buf_str(&text));
	buf_fini(&text);
	return rc;
}

static bool
add_request(void *ctx, const char *account, const struct store_request *row)
{
	return out_add(ctx, request_json(account, row));
}

int
request_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"status", "STATUS", OUT_PLAIN},
	    {"type", "TYPE", OUT_PLAIN},
	    {"created", "ASKED", OUT_PLAIN},
	    {"decided", "DECIDED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	return out_list(ctl, &list,
	    request_list(ctl->store, ctl_arg(ctl, 0), add_request, &list, &err),
	    &err, columns, "no requests");
}

/* Text of the account's, which may have lines of its own. */
static void
print_text(const char *title, const char *text)
{
	if (text[0] == '\0')
		return;
	(void)printf("\n%s\n", title); /* main looks at stdout */
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char line[USE_CASE_MAX + 1];

		(void)snprintf(
		    line, sizeof(line), "%.*s", (int)len, text); /* fits */
		facts_print_wrapped(line, "  ");
		text += len + (text[len] == '\n');
	}
}

int
request_run_show(struct ctl *ctl)
{
	static const struct out_column lines[] = {
	    {"account", "account", OUT_PLAIN},
	    {"status", "status", OUT_PLAIN},
	    {"type", "type of mail", OUT_PLAIN},
	    {"website", "web site", OUT_PLAIN},
	    {"created", "asked", OUT_PLAIN},
	    {"decided", "decided", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	const char *account = ctl_arg(ctl, 0);
	struct store_request row;
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (request_get(ctl->store, account, &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = out_print(ctl, request_json(account, &row), lines, "");
	if (rc == CTL_DONE && !ctl->json) {
		print_text("use case", row.use_case);
		print_text("why it was denied", row.reason);
	}
	return rc;
}

/* Quota and rate of `request approve`; 0: the configured ones. */
static int
read_limits(const struct ctl *ctl, int64_t *daily_r, double *rate_r)
{
	const char *daily = ctl_value(ctl, "daily");
	const char *rate = ctl_value(ctl, "rate");

	*daily_r = 0;
	*rate_r = 0;
	if (daily != NULL && strcmp(daily, "unlimited") == 0)
		*daily_r = -1;
	else if (daily != NULL && (!input_int(daily, daily_r) || *daily_r == 0))
		return ctl_usage(
		    ctl, "--daily must be a whole number over 0, or unlimited");
	if (rate != NULL && (!input_real(rate, rate_r) || *rate_r <= 0))
		return ctl_usage(ctl, "--rate must be a number over 0");
	return CTL_DONE;
}

int
request_run_approve(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_request row;
	struct err err;
	int64_t daily;
	double rate;
	int rc = read_limits(ctl, &daily, &rate);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (request_approve(ctl->store, ctl->conf, account, daily, rate,
		clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, request_json(account, &row),
	    "account %s is out of the sandbox, within a second; its quota: "
	    "sendwardctl quota show %s",
	    account, account);
}

int
request_run_deny(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_request row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (request_deny(ctl->store, ctl->conf, account,
		ctl_value(ctl, "reason"), clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, request_json(account, &row),
	    "the request of account %s is denied; it stays in the sandbox and "
	    "may ask again",
	    account);
}
