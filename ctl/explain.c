/* explain: what would become of a message, step by step. */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>
#include <stdlib.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/explain.h"
#include "rules/types.h"

/* "554 5.7.1 text" */
static void
reply_text(const struct rules_verdict *v, char *text_r, size_t size)
{
	(void)snprintf(text_r, size, "%d %s %s", v->code, v->status, v->text);
}

static bool
is_refusal(const struct rules_verdict *v)
{
	return v->action == RULES_REJECT || v->action == RULES_DEFER;
}

struct steps {
	json_t *list; /* NULL: no memory */
	bool is_json;
};

static json_t *
step_json(const struct explain_step *step)
{
	char reply[RULES_REPLY_MAX + 32];
	bool is_refused = is_refusal(&step->verdict);

	reply_text(&step->verdict, reply, sizeof(reply)); /* fits */
	return json_pack("{s:s, s:o, s:b, s:s, s:o, s:o}", "check",
	    explain_check_name(step->check), "subject",
	    out_string(step->subject), "ok", !is_refused, "reason",
	    rules_reason_token(step->verdict.reason), "reply",
	    is_refused ? out_string(reply) : json_null(), "note",
	    out_string(step->note));
}

static void
print_step(const struct explain_step *step)
{
	struct buf subject, note;

	buf_init(&subject, 4096);
	buf_init(&note, 4096);
	(void)out_clean(step->subject, &subject); /* cut at the cap */
	(void)out_clean(step->note, &note);
	if (is_refusal(&step->verdict))
		(void)printf("%-9s  REFUSED  %s\n%11s%d %s %s\n",
		    explain_check_name(step->check), buf_str(&subject), "",
		    step->verdict.code, step->verdict.status,
		    step->verdict.text);
	else
		(void)printf("%-9s  %-7s  %s%s%s\n",
		    explain_check_name(step->check),
		    step->verdict.action == RULES_DROP ? "dropped" : "ok",
		    buf_str(&subject), note.len > 0 ? ": " : "",
		    buf_str(&note));
	buf_fini(&subject);
	buf_fini(&note);
}

static void
take_step(void *ctx, const struct explain_step *step)
{
	struct steps *steps = ctx;

	if (!steps->is_json)
		print_step(step);
	else if (steps->list != NULL &&
		 json_array_append_new(steps->list, step_json(step)) != 0) {
		json_decref(steps->list);
		steps->list = NULL;
	}
}

static json_t *
signatures_json(const struct explain_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->signature_count; i++)
		(void)json_array_append_new(list, /* memory: doc is NULL then */
		    json_pack("{s:s, s:s, s:s}", "domain",
			result->signatures[i].domain, "selector",
			result->signatures[i].selector, "algorithm",
			result->signatures[i].algorithm));
	return list;
}

static json_t *
result_json(
    const struct ctl *ctl, const struct explain_result *result, json_t *steps)
{
	bool has = result->has_account;

	return json_pack(
	    "{s:b, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:f, "
	    "s:o, s:o}",
	    "accepted", result->accepted, "mode",
	    ctl->conf->mode == CONF_MODE_MONITOR ? "monitor" : "enforce",
	    "would_be_refused", result->observed || !result->accepted,
	    "account", has ? out_string(result->account.name) : json_null(),
	    "used", has ? json_integer(result->used) : json_null(),
	    "daily_quota",
	    has ? json_integer(result->account.daily_quota) : json_null(),
	    "rate", has ? json_real(result->account.rate) : json_null(),
	    "identity", out_text(result->identity), "owner",
	    out_text(result->owner), "configuration_set", out_text(result->set),
	    "mail_from", out_text(result->mail_from), "dkim_waits",
	    result->dkim_waits, "wait_sec", (double)result->wait_usec / 1e6,
	    "signatures", signatures_json(result), "steps", steps);
}

static void
print_result(const struct explain_result *result)
{
	for (size_t i = 0; i < result->signature_count; i++)
		(void)printf("%-9s  d=%s s=%s a=%s\n", "",
		    result->signatures[i].domain,
		    result->signatures[i].selector,
		    result->signatures[i].algorithm);
	(void)puts(
	    !result->accepted ? "\nIt would be refused."
	    : result->observed
		? "\nIt would be refused, but mode = \"monitor\" lets it pass."
		: "\nIt would be accepted.");
}

/* IPv4 as ::ffff:a.b.c.d */
static bool
read_address(const char *text, unsigned char address_r[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(address_r, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, address_r + sizeof(mapped)) == 1 ||
	       inet_pton(AF_INET6, text, address_r) == 1;
}

/* Every --to, then every argument. */
static const char **
recipients_new(const struct ctl *ctl, size_t *count_r)
{
	const char **list = calloc(
	    ctl->given_count + (size_t)ctl->arg_count + 1, sizeof(*list));

	*count_r = 0;
	for (size_t i = 0; i < ctl->given_count && list != NULL; i++)
		if (strcmp(ctl->given[i].option->name, "to") == 0)
			list[(*count_r)++] = ctl->given[i].value;
	for (int i = 0; i < ctl->arg_count && list != NULL; i++)
		list[(*count_r)++] = ctl->args[i];
	return list;
}

static int
run(struct ctl *ctl, const struct explain_request *request)
{
	struct steps steps = {.is_json = ctl->json};
	struct explain_result result;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	steps.list = json_array();
	if (explain_message(ctl->conf, ctl->store, request, take_step, &steps,
		&result, &err) != SG_OK) {
		json_decref(steps.list);
		return ctl_fail(ctl, &err);
	}
	if (ctl->json)
		rc = out_print(
		    ctl, result_json(ctl, &result, steps.list), NULL, "");
	else {
		print_result(&result);
		json_decref(steps.list);
	}
	return rc == CTL_DONE && !result.accepted ? CTL_REFUSED : rc;
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

int
explain_run(struct ctl *ctl)
{
	const char *client = ctl_value(ctl, "client");
	const char *from = ctl_value(ctl, "from");
	struct explain_request request = {
	    .login = or_empty(ctl_value(ctl, "login")),
	    .header_from = or_empty(ctl_value(ctl, "header-from")),
	    .set = or_empty(ctl_value(ctl, "configset")),
	    .tenant = or_empty(ctl_value(ctl, "tenant")),
	    .now_usec = clock_now_usec()};
	unsigned char address[16];
	const char **recipients;
	int rc;

	if (client != NULL && !read_address(client, address))
		return ctl_usage(
		    ctl, "--client must be an IPv4 or IPv6 address");
	recipients = recipients_new(ctl, &request.recipient_count);
	if (recipients == NULL)
		return ctl_refuse(ctl, "no memory");
	request.sender = strcmp(from, "<>") == 0 ? "" : from;
	request.address = client == NULL ? NULL : address;
	request.recipients = recipients;
	rc = run(ctl, &request);
	free(recipients);
	return rc;
}
