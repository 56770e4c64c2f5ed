/* A letter that confirms an address in the account's own words: an identity, a link,
 * and a message with it that goes as any other of the account's. See
 * verification.h. */
#include "config.h"

#include "api/verification.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "api/fault.h"
#include "api/outgoing.h"
#include "api/send_parts.h"
#include "api/sender.h"
#include "api/verification_parts.h"
#include "base/buf.h"
#include "conf/conf.h"
#include "ops/identity.h"
#include "ops/link.h"
#include "ops/public_url.h"
#include "ops/verification_template.h"
#include "rules/mailbox.h"

#define HTML_BYTES_MAX ((size_t)12 * 1024 * 1024)

/* A copy of the template, for the store is not kept open while mail is sent. */
struct letter {
	char *from, *subject, *content, *success_url, *failure_url;
	char address[RULES_ADDRESS_MAX + 1];
	struct store_identity identity;
	bool is_new; /* made for this letter */
	char token[LINK_TOKEN_MAX + 1];
};

static void
letter_fini(struct letter *letter)
{
	free(letter->from);
	free(letter->subject);
	free(letter->content);
	free(letter->success_url);
	free(letter->failure_url);
	OPENSSL_cleanse(letter->token, sizeof(letter->token));
}

static bool
copy_template(void *ctx, const struct store_wording *row)
{
	struct letter *letter = ctx;

	letter->from = strdup(row->from);
	letter->subject = strdup(row->subject);
	letter->content = strdup(row->content);
	letter->success_url = strdup(row->success_url);
	letter->failure_url = strdup(row->failure_url);
	return false;
}

/* ---- may it be sent? -------------------------------------------------------------------- */

static bool
is_v1(const struct api_call *call)
{
	return call->operation->protocol == API_V1;
}

static bool
check_err(struct api_call *call, enum sg_err rc, const struct err *err)
{
	const struct api_codes codes = {
	    api_fault_invalid(call->operation->protocol), NULL, NULL};

	return api_check(call, rc, err, &codes);
}

static void
check_sender(struct api_call *call, const struct letter *letter)
{
	struct err err = {.text = ""};
	bool ok;

	if (!check_err(call,
		verification_template_may_send(
		    call->store, call->owner.facts.id, letter->from, &ok, &err),
		&err) ||
	    ok)
		return;
	if (is_v1(call))
		api_fail(call, "FromEmailAddressNotVerified",
		    "FromEmailAddress %.320s is not verified", letter->from);
	else
		api_fail(call, "MessageRejected",
		    "Email address is not verified. The following identities "
		    "failed the check: %.320s",
		    letter->from);
}

static void
check_call(struct api_call *call, struct letter *letter)
{
	const char *text = api_text(call->in, "EmailAddress");
	struct mailbox box;
	enum mailbox_error error = mailbox_parse_recipient(text, &box);

	if (!call->owner.facts.production)
		api_fail(call,
		    is_v1(call) ? "ProductionAccessNotGranted"
				: "BadRequestException",
		    "Custom verification emails can be sent by accounts with "
		    "production access alone.");
	else if (error != MAILBOX_OK)
		api_fail(call, api_fault_invalid(call->operation->protocol),
		    "EmailAddress: %s", mailbox_error_text(error));
	else
		memcpy(letter->address, box.address, sizeof(box.address));
}

static bool
load(struct api_call *call, struct letter *letter)
{
	static const struct err no_memory = {.text = "no memory for a letter"};

	if (!verification_get(call, api_text(call->in, "TemplateName"),
		copy_template, letter))
		return false;
	if (letter->from == NULL || letter->subject == NULL ||
	    letter->content == NULL || letter->success_url == NULL ||
	    letter->failure_url == NULL)
		return check_err(call, SG_NOMEM, &no_memory);
	check_sender(call, letter);
	return !api_failed(call);
}

/* ---- the link ------------------------------------------------------------------------------ */

/* The identity as it is, or a new one without a letter of sendward's own. */
static enum sg_err
find_identity(struct api_call *call, struct letter *letter, struct err *err_r)
{
	struct conf quiet = *call->conf; /* borrows its texts */
	char none[] = "";
	enum sg_err rc = store_identity_get(call->store, call->owner.facts.id,
	    letter->address, &letter->identity, err_r);

	if (rc != SG_MISSING)
		return rc;
	quiet.mail_from = none;
	rc = identity_create(call->store, call->seal, &quiet, call->account,
	    letter->address, IDENTITY_KEYS_NONE, false, call->now_sec,
	    &letter->identity, err_r);
	letter->is_new = rc == SG_OK;
	return rc;
}

/* Nobody shall find an identity that was made for a letter that did not leave. */
static void
forget_identity(struct api_call *call, const struct letter *letter)
{
	struct err err;

	/* what stays can be verified by the next letter */
	if (letter->is_new)
		(void)identity_delete(
		    call->store, call->account, letter->address, &err);
}

static bool
make_link(struct api_call *call, struct letter *letter)
{
	const struct link_redirection redirection = {
	    letter->success_url, letter->failure_url};
	struct err err = {.text = ""};
	enum sg_err rc;

	if (!check_err(call, find_identity(call, letter, &err), &err))
		return false;
	rc = link_make(call->store, &letter->identity, &redirection,
	    call->now_sec, letter->token, &err);
	if (rc == SG_BUSY)
		api_fail(call, api_fault_throttled(call->operation->protocol),
		    "%s", err.text);
	if (check_err(call, rc, &err))
		return true;
	forget_identity(call, letter);
	return false;
}

static void
unmake_link(struct api_call *call, const struct letter *letter)
{
	struct err err;

	/* without it the next try has to wait a minute */
	(void)link_unmake(call->store, &letter->identity, call->now_sec, &err);
	forget_identity(call, letter);
}

/* ---- the letter ---------------------------------------------------------------------------- */

/* Where "</body>" begins, the last one, or the end. */
static size_t
end_of_body(const char *html)
{
	for (size_t i = strlen(html); i > 0; i--)
		if (html[i - 1] == '<' &&
		    strncasecmp(html + i - 1, "</body", 6) == 0)
			return i - 1;
	return strlen(html);
}

/* As SES: the link stands behind the content, and who is behind it. */
static void
write_html(
    const struct api_call *call, const struct letter *letter, struct buf *html)
{
	size_t end = end_of_body(letter->content);
	struct buf url;

	buf_init(&url, 4096);
	public_url_put(call->conf, &url);
	(void)buf_printf(&url, "/verify/%s", letter->token);
	(void)buf_append(html, letter->content, end);
	(void)buf_printf(html,
	    "\n<p style=\"overflow-wrap: anywhere\"><a href=\"%s\">%s</a></p>\n"
	    "<p>If you did not ask for this message you need not do anything: "
	    "without a click nothing happens. The link is good for 24 "
	    "hours.</p>\n",
	    buf_str(&url), buf_str(&url));
	(void)buf_puts(html, letter->content + end); /* failed is looked at */
	html->failed |= url.failed;
	buf_fini(&url);
}

static void
hand_in(struct api_call *call, struct api_try *try, struct letter *letter,
    struct api_outgoing *o)
{
	json_t *to = json_pack("{s:[s]}", "ToAddresses", letter->address);
	struct post_mail mail = {.subject = {.data = letter->subject}};
	struct err err = {.text = "no memory for a letter"};
	enum sg_err rc = SG_NOMEM;
	struct buf html;

	buf_init(&html, HTML_BYTES_MAX);
	write_html(call, letter, &html);
	o->from = letter->from;
	(void)snprintf(o->sender, sizeof(o->sender), "%s", letter->from);
	if (to != NULL && !html.failed)
		rc = api_outgoing_address(o, to, &err);
	mail.html.data = buf_str(&html);
	if (rc == SG_OK)
		send_one(call, try, o, &mail, NULL, NULL);
	else
		api_outgoing_fail(call, rc, &err);
	buf_fini(&html);
	json_decref(to);
}

static void
try_send(struct api_call *call, struct api_try *try)
{
	static const struct api_outgoing_names names = {
	    .from = "", .feedback = "", .tags = ""};
	struct letter letter = {.from = NULL};
	struct api_outgoing o;

	check_call(call, &letter);
	if (api_failed(call))
		return;
	if (api_outgoing_open(call, &names, &o) && load(call, &letter) &&
	    make_link(call, &letter)) {
		hand_in(call, try, &letter, &o);
		if (api_failed(call))
			unmake_link(call, &letter);
	}
	api_outgoing_close(&o);
	letter_fini(&letter);
}

void
api_verification_send(struct api_call *call)
{
	api_sender_run(call, try_send);
}
