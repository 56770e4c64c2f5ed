/* Templates of both protocols: see template.h. */
#include "config.h"

#include "api/template.h"

#include <stdio.h>

#include "api/rendering.h"
#include "api/v2_tag.h"
#include "base/buf.h"
#include "ops/template.h"
#include "post/compose.h"

#define PAGE_MOST 100
#define PREVIEW_BYTES_MAX ((size_t)32 * 1024 * 1024)

static struct store_template
read_row(const struct api_call *call, const struct api_template_words *words,
    const char *name, const json_t *content)
{
	return (struct store_template){.account_id = call->owner.facts.id,
	    .name = name,
	    .subject = api_text(content, words->subject),
	    .text = api_text(content, words->text),
	    .html = api_text(content, words->html),
	    .created_sec = call->now_sec};
}

static bool
check(struct api_call *call, const struct api_template_words *words,
    enum sg_err rc, const struct err *err)
{
	const struct api_codes codes = {
	    words->invalid, words->missing, words->exists};

	return api_check(call, rc, err, &codes);
}

/* Can it be rendered at all? */
static bool
check_texts(struct api_call *call, const struct api_template_words *words,
    const struct store_template *row)
{
	struct err err = {.text = ""};
	enum sg_err rc =
	    api_rendering_check(row->subject, row->text, row->html, &err);

	/* too large, or too much in it */
	if (rc == SG_NOMEM)
		rc = SG_INVALID;
	return check(call, words, rc, &err);
}

/* Within a transaction. */
static enum sg_err
create(struct api_call *call, const struct api_template_words *words,
    struct store_template *row, const json_t *tags, struct err *err_r)
{
	char resource[STORE_TEMPLATE_NAME_MAX + 16];
	bool is_full;
	enum sg_err rc = template_create(call->store, row, &is_full, err_r);

	if (is_full)
		api_fail(call, words->full, "%s", err_r->text);
	if (rc != SG_OK || json_array_size(tags) == 0)
		return rc;
	(void)snprintf(
	    resource, sizeof(resource), "template/%s", row->name); /* fits */
	if (!api_tags_put(call, resource, tags)) /* the call has failed */
		return err_set(err_r, SG_INVALID, "tags");
	return SG_OK;
}

void
api_template_create(struct api_call *call,
    const struct api_template_words *words, const char *name,
    const json_t *content, const json_t *tags)
{
	struct store_template row = read_row(call, words, name, content);
	struct err err = {.text = ""};
	bool own;
	enum sg_err rc;

	if (!check_texts(call, words, &row) || !api_tags_check(call, tags) ||
	    !check(
		call, words, store_scope_begin(call->store, &own, &err), &err))
		return;
	rc = create(call, words, &row, tags, &err);
	(void)check(
	    call, words, store_scope_end(call->store, own, rc, &err), &err);
}

void
api_template_update(struct api_call *call,
    const struct api_template_words *words, const char *name,
    const json_t *content)
{
	struct store_template row = read_row(call, words, name, content);
	struct err err = {.text = ""};

	if (check_texts(call, words, &row))
		(void)check(call, words,
		    template_update(call->store, &row, &err), &err);
}

/* ---- reading ---------------------------------------------------------------------------- */

static enum sg_err
say_missing(enum sg_err rc, const char *name, struct err *err_r)
{
	return rc != SG_MISSING ? rc
				: err_set(err_r, rc,
				      "Template %.200s does not exist.", name);
}

struct reading {
	const struct api_template_words *words;
	json_t *out;
};

static bool
put_texts(void *ctx, const struct store_template *row)
{
	struct reading *reading = ctx;

	api_put_text(reading->out, reading->words->subject, row->subject);
	if (row->text[0] != '\0')
		api_put_text(reading->out, reading->words->text, row->text);
	if (row->html[0] != '\0')
		api_put_text(reading->out, reading->words->html, row->html);
	return false;
}

bool
api_template_get(struct api_call *call, const struct api_template_words *words,
    const char *name, json_t *out)
{
	struct reading reading = {words, out};
	struct err err = {.text = ""};
	enum sg_err rc = store_template_get(
	    call->store, call->owner.facts.id, name, put_texts, &reading, &err);

	return check(call, words, say_missing(rc, name, &err), &err);
}

struct listing {
	struct api_call *call;
	const struct api_template_words *words;
	struct api_page page;
	json_t *list;
};

static bool
put_row(void *ctx, const struct store_template *row)
{
	struct listing *l = ctx;
	bool is_full = false;
	json_t *one;

	if (!api_page_takes(l->call, &l->page, row->name, &is_full))
		return !is_full;
	one = api_add_object(l->list);
	api_put_text(one, l->words->list_name, row->name);
	api_put_time(one, "CreatedTimestamp", row->created_sec);
	return true;
}

void
api_template_list(struct api_call *call, const struct api_template_words *words)
{
	struct listing l = {.call = call, .words = words};
	struct err err = {.text = ""};

	if (!api_page_open(call, words->size, PAGE_MOST, &l.page))
		return;
	l.list = api_put_list(call->out, "TemplatesMetadata");
	/* one more tells that there are more */
	(void)check(call, words,
	    store_template_page(call->store, call->owner.facts.id, l.page.after,
		l.page.most + 1, put_row, &l, &err),
	    &err);
}

void
api_template_delete(struct api_call *call,
    const struct api_template_words *words, const char *name, bool is_strict)
{
	struct err err = {.text = ""};
	enum sg_err rc = store_template_delete(
	    call->store, call->owner.facts.id, name, &err);

	if (rc == SG_MISSING && !is_strict)
		return;
	(void)check(call, words, say_missing(rc, name, &err), &err);
}

/* ---- a preview ----------------------------------------------------------------------------- */

static void
put_preview(struct api_call *call, const struct api_template_words *words,
    const struct api_rendered *rendered)
{
	const struct api_codes codes = {words->bad_data, NULL, NULL};
	struct post_mail mail = {
	    .message_id_domain = "preview.invalid", .now_sec = call->now_sec};
	struct err err = {.text = ""};
	struct buf message;

	api_rendered_fill(rendered, &mail);
	buf_init(&message, PREVIEW_BYTES_MAX);
	if (api_check(call, post_compose(&mail, &message, &err), &err, &codes))
		api_put_text(call->out, "RenderedTemplate", buf_str(&message));
	buf_fini(&message);
}

static void
run_test(struct api_call *call, const struct api_template_words *words,
    const struct api_rendering *rendering, const char *data)
{
	struct api_rendered rendered;
	struct err err = {.text = ""};
	enum sg_err rc;

	api_rendered_init(&rendered);
	rc = api_rendering_run(rendering, "", data, &rendered, &err);
	if (rc == SG_OK)
		put_preview(call, words, &rendered);
	else if (rc == SG_MISSING)
		api_fail(call, words->missing_data, "%s", err.text);
	else
		api_fail(call, words->bad_data, "%s", err.text);
	api_rendered_fini(&rendered);
}

void
api_template_test(struct api_call *call, const struct api_template_words *words,
    const char *name, const char *data)
{
	struct api_rendering *rendering;

	if (!api_rendering_open_named(call, name, "", &rendering))
		return;
	run_test(call, words, rendering, data[0] == '\0' ? " " : data);
	api_rendering_close(&rendering);
}
