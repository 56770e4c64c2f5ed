/* Templates of letters that confirm addresses: see verification.h. */
#include "config.h"

#include "api/verification.h"

#include <stdio.h>

#include "api/call.h"
#include "api/v2_tag.h"
#include "api/verification_parts.h"
#include "ops/verification_template.h"

#define PAGE_MOST 50

static const struct words {
	const char *missing, *exists, *full, *from, *content, *invalid;
	const char *size;
} words[] = {
    [API_V2] = {.missing = "NotFoundException",
	.exists = "AlreadyExistsException",
	.full = "LimitExceededException",
	.from = "BadRequestException",
	.content = "BadRequestException",
	.invalid = "BadRequestException",
	.size = "PageSize"},
    [API_V1] = {.missing = "CustomVerificationEmailTemplateDoesNotExist",
	.exists = "CustomVerificationEmailTemplateAlreadyExists",
	.full = "LimitExceeded",
	.from = "FromEmailAddressNotVerified",
	.content = "CustomVerificationEmailInvalidContent",
	.invalid = "InvalidParameterValue",
	.size = "MaxResults"},
};

static const struct words *
words_of(const struct api_call *call)
{
	return &words[call->operation->protocol];
}

static bool
check(struct api_call *call, enum sg_err rc, const struct err *err)
{
	const struct words *w = words_of(call);
	const struct api_codes codes = {w->invalid, w->missing, w->exists};

	return api_check(call, rc, err, &codes);
}

bool
verification_get(
    struct api_call *call, const char *name, store_wording_fn *fn, void *ctx)
{
	struct err err = {.text = ""};
	enum sg_err rc = store_wording_get(
	    call->store, call->owner.facts.id, name, fn, ctx, &err);

	if (rc == SG_MISSING)
		(void)err_set(&err, rc,
		    "Custom verification email template %.200s does not "
		    "exist.",
		    name);
	return check(call, rc, &err);
}

/* ---- made, changed ------------------------------------------------------------------- */

/* NULL when it is missing. */
static const char *
given(const struct api_call *call, const char *name)
{
	return api_has(call->in, name) ? api_text(call->in, name) : NULL;
}

static struct store_wording
read_row(const struct api_call *call)
{
	return (struct store_wording){.account_id = call->owner.facts.id,
	    .name = api_text(call->in, "TemplateName"),
	    .from = given(call, "FromEmailAddress"),
	    .subject = given(call, "TemplateSubject"),
	    .content = given(call, "TemplateContent"),
	    .success_url = given(call, "SuccessRedirectionURL"),
	    .failure_url = given(call, "FailureRedirectionURL"),
	    .created_sec = call->now_sec};
}

/* What is wrong has a code of its own. */
static void
fail_wrong(struct api_call *call, enum verification_template_wrong wrong,
    const struct err *err)
{
	const struct words *w = words_of(call);

	if (wrong == VERIFICATION_TEMPLATE_FULL)
		api_fail(call, w->full, "%s", err->text);
	else if (wrong == VERIFICATION_TEMPLATE_FROM)
		api_fail(call, w->from, "%s", err->text);
	else if (wrong == VERIFICATION_TEMPLATE_CONTENT)
		api_fail(call, w->content, "%s", err->text);
}

/* Within a transaction. */
static enum sg_err
create(struct api_call *call, struct err *err_r)
{
	struct store_wording row = read_row(call);
	const json_t *tags = api_object(call->in, "Tags");
	char resource[STORE_TEMPLATE_NAME_MAX + 48];
	enum verification_template_wrong wrong;
	enum sg_err rc =
	    verification_template_create(call->store, &row, &wrong, err_r);

	fail_wrong(call, wrong, err_r);
	if (rc != SG_OK || json_array_size(tags) == 0)
		return rc;
	(void)snprintf(resource, sizeof(resource),
	    "custom-verification-email-template/%s", row.name); /* fits */
	if (!api_tags_put(call, resource, tags)) /* the call has failed */
		return err_set(err_r, SG_INVALID, "tags");
	return SG_OK;
}

void
api_verification_create(struct api_call *call)
{
	struct err err = {.text = ""};
	bool own;
	enum sg_err rc;

	if (!api_tags_check(call, api_object(call->in, "Tags")) ||
	    !check(call, store_scope_begin(call->store, &own, &err), &err))
		return;
	rc = create(call, &err);
	(void)check(call, store_scope_end(call->store, own, rc, &err), &err);
}

void
api_verification_update(struct api_call *call)
{
	struct store_wording row = read_row(call);
	enum verification_template_wrong wrong;
	struct err err = {.text = ""};
	enum sg_err rc =
	    verification_template_update(call->store, &row, &wrong, &err);

	fail_wrong(call, wrong, &err);
	(void)check(call, rc, &err);
}

/* ---- told ------------------------------------------------------------------------------ */

static void
put_row(json_t *out, const struct store_wording *row)
{
	api_put_text(out, "TemplateName", row->name);
	api_put_text(out, "FromEmailAddress", row->from);
	api_put_text(out, "TemplateSubject", row->subject);
	api_put_text(out, "SuccessRedirectionURL", row->success_url);
	api_put_text(out, "FailureRedirectionURL", row->failure_url);
}

static bool
put_whole(void *ctx, const struct store_wording *row)
{
	struct api_call *call = ctx;

	put_row(call->out, row);
	api_put_text(call->out, "TemplateContent", row->content);
	return false;
}

void
api_verification_get(struct api_call *call)
{
	const char *name = api_text(call->in, "TemplateName");
	char resource[STORE_TEMPLATE_NAME_MAX + 48];

	if (!verification_get(call, name, put_whole, call) ||
	    call->operation->protocol != API_V2)
		return;
	(void)snprintf(resource, sizeof(resource),
	    "custom-verification-email-template/%s", name); /* fits */
	api_tags_list(call, resource, api_put_list(call->out, "Tags"));
}

struct listing {
	struct api_call *call;
	struct api_page page;
	json_t *list;
};

static bool
put_listed(void *ctx, const struct store_wording *row)
{
	struct listing *l = ctx;
	bool is_full = false;

	if (!api_page_takes(l->call, &l->page, row->name, &is_full))
		return !is_full;
	put_row(api_add_object(l->list), row);
	return true;
}

void
api_verification_list(struct api_call *call)
{
	struct listing l = {.call = call};
	struct err err = {.text = ""};

	if (!api_page_open(call, words_of(call)->size, PAGE_MOST, &l.page))
		return;
	l.list = api_put_list(call->out, "CustomVerificationEmailTemplates");
	/* one more tells that there are more */
	(void)check(call,
	    store_wording_page(call->store, call->owner.facts.id, l.page.after,
		l.page.most + 1, put_listed, &l, &err),
	    &err);
}

void
api_verification_delete(struct api_call *call)
{
	const char *name = api_text(call->in, "TemplateName");
	struct err err = {.text = ""};
	enum sg_err rc =
	    store_wording_delete(call->store, call->owner.facts.id, name, &err);

	if (rc == SG_MISSING && call->operation->protocol == API_V1)
		return;
	if (rc == SG_MISSING)
		(void)err_set(&err, rc,
		    "Custom verification email template %.200s does not "
		    "exist.",
		    name);
	(void)check(call, rc, &err);
}
