/* Templates made into messages: see rendering.h. The engine is template/'s. */
#include "config.h"

#include "api/rendering.h"

#include <stdlib.h>
#include <string.h>

#include "store/templates.h"
#include "template/template.h"

#define DATA_CHARACTERS_MAX 262144
#define SUBJECT_BYTES_MAX 65536
#define BODY_BYTES_MAX ((size_t)10 * 1024 * 1024)

struct api_rendering {
	char name[STORE_TEMPLATE_NAME_MAX + 1];
	struct template *subject, *text, *html; /* NULL: there is none */
};

/* ---- finding ------------------------------------------------------------------------- */

static enum sg_err
parse_one(const char *member, const char *text, struct template **template_r,
    struct err *err_r)
{
	enum sg_err rc;

	if (text[0] == '\0')
		return SG_OK;
	/* SES escapes nothing: its clients do */
	rc = template_parse(text, strlen(text), false, template_r, err_r);
	return rc == SG_OK ? SG_OK : err_prefix(err_r, rc, "%s", member);
}

static enum sg_err
parse(struct api_rendering *rendering, const char *subject, const char *text,
    const char *html, struct err *err_r)
{
	enum sg_err rc =
	    parse_one("Subject", subject, &rendering->subject, err_r);

	if (rc == SG_OK)
		rc = parse_one("Text", text, &rendering->text, err_r);
	if (rc == SG_OK)
		rc = parse_one("Html", html, &rendering->html, err_r);
	return rc;
}

enum sg_err
api_rendering_check(
    const char *subject, const char *text, const char *html, struct err *err_r)
{
	struct api_rendering *rendering = calloc(1, sizeof(*rendering));
	enum sg_err rc = rendering == NULL
			     ? err_set(err_r, SG_NOMEM, "no memory")
			     : parse(rendering, subject, text, html, err_r);

	api_rendering_close(&rendering);
	return rc;
}

struct loading {
	struct api_rendering *rendering;
	enum sg_err rc;
	struct err *err_r;
};

static bool
load_row(void *ctx, const struct store_template *row)
{
	struct loading *loading = ctx;

	loading->rc = parse(loading->rendering, row->subject, row->text,
	    row->html, loading->err_r);
	return false;
}

static void
fail_missing(struct api_call *call, const char *name)
{
	api_fail(call,
	    call->operation->protocol == API_V1 ? "TemplateDoesNotExist"
						: "NotFoundException",
	    "Template %s does not exist.", name);
}

/* What was kept was checked: that it cannot be parsed is no client's fault. */
static void
load(struct api_call *call, const char *name, struct api_rendering *rendering)
{
	static const struct api_codes none = {NULL, NULL, NULL};
	struct err err = {.text = ""};
	struct loading loading = {.rendering = rendering, .err_r = &err};
	enum sg_err rc = SG_MISSING;

	if (strlen(name) <= STORE_TEMPLATE_NAME_MAX)
		rc = store_template_get(call->store, call->owner.facts.id, name,
		    load_row, &loading, &err);
	if (rc == SG_MISSING) {
		fail_missing(call, name);
		return;
	}
	memcpy(rendering->name, name, strlen(name) + 1);
	(void)api_check(call, rc == SG_OK ? loading.rc : rc, &err, &none);
}

static const char *
invalid_code(const struct api_call *call)
{
	return call->operation->protocol == API_V1 ? "InvalidParameterValue"
						   : "BadRequestException";
}

/* The name behind an ARN of the caller's; NULL: the call has failed. */
static const char *
name_of_arn(struct api_call *call, const char *arn, const char *name)
{
	char kind[64];
	const char *found = api_arn_name(call, arn, kind);

	if (found == NULL || strcmp(kind, "template") != 0) {
		fail_missing(call, arn);
		return NULL;
	}
	if (name[0] != '\0' && strcmp(name, found) != 0) {
		api_fail(call, invalid_code(call),
		    "TemplateArn names another template than TemplateName.");
		return NULL;
	}
	return found;
}

static struct api_rendering *
rendering_new(struct api_call *call)
{
	static const struct api_codes none = {NULL, NULL, NULL};
	const struct err err = {.text = "no memory for a template"};
	struct api_rendering *rendering = calloc(1, sizeof(*rendering));

	if (rendering == NULL)
		(void)api_check(call, SG_NOMEM, &err, &none);
	return rendering;
}

static bool
finish(struct api_call *call, struct api_rendering *rendering,
    struct api_rendering **rendering_r)
{
	if (api_failed(call))
		api_rendering_close(&rendering);
	*rendering_r = rendering;
	return rendering != NULL;
}

bool
api_rendering_open_named(struct api_call *call, const char *name,
    const char *arn, struct api_rendering **rendering_r)
{
	struct api_rendering *rendering = rendering_new(call);

	if (rendering != NULL && arn[0] != '\0')
		name = name_of_arn(call, arn, name);
	if (rendering != NULL && name != NULL)
		load(call, name, rendering);
	return finish(call, rendering, rendering_r);
}

/* Content that came with the request. */
static void
load_content(struct api_call *call, const json_t *content,
    struct api_rendering *rendering)
{
	const struct api_codes invalid = {invalid_code(call), NULL, NULL};
	struct err err = {.text = ""};
	enum sg_err rc = parse(rendering, api_text(content, "Subject"),
	    api_text(content, "Text"), api_text(content, "Html"), &err);

	/* SG_NOMEM: too large, or too much in it */
	if (rc == SG_NOMEM)
		rc = SG_INVALID;
	(void)api_check(call, rc, &err, &invalid);
}

bool
api_rendering_open(struct api_call *call, const json_t *template,
    struct api_rendering **rendering_r)
{
	const char *name = api_text(template, "TemplateName");
	const char *arn = api_text(template, "TemplateArn");
	const json_t *content = api_object(template, "TemplateContent");
	struct api_rendering *rendering;

	if (content == NULL && (name[0] != '\0' || arn[0] != '\0'))
		return api_rendering_open_named(call, name, arn, rendering_r);
	rendering = rendering_new(call);
	if (content == NULL || name[0] != '\0' || arn[0] != '\0')
		api_fail(call, invalid_code(call),
		    "Template must have one of TemplateName, TemplateArn and "
		    "TemplateContent.");
	else if (rendering != NULL)
		load_content(call, content, rendering);
	return finish(call, rendering, rendering_r);
}

void
api_rendering_close(struct api_rendering **rendering)
{
	if (*rendering == NULL)
		return;
	template_free(&(*rendering)->subject);
	template_free(&(*rendering)->text);
	template_free(&(*rendering)->html);
	free(*rendering);
	*rendering = NULL;
}

const char *
api_rendering_name(const struct api_rendering *rendering)
{
	return rendering->name;
}

/* ---- rendering ------------------------------------------------------------------------- */

void
api_rendered_init(struct api_rendered *rendered)
{
	*rendered = (struct api_rendered){.has_text = false};
	buf_init(&rendered->subject, SUBJECT_BYTES_MAX);
	buf_init(&rendered->text, BODY_BYTES_MAX);
	buf_init(&rendered->html, BODY_BYTES_MAX);
}

void
api_rendered_fini(struct api_rendered *rendered)
{
	buf_fini(&rendered->subject);
	buf_fini(&rendered->text);
	buf_fini(&rendered->html);
}

static size_t
count_characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static enum sg_err
add_data(const char *text, json_t *object, struct err *err_r)
{
	json_error_t error;
	json_t *data;
	enum sg_err rc = SG_OK;

	if (text == NULL || text[0] == '\0')
		return SG_OK;
	if (count_characters(text) > DATA_CHARACTERS_MAX)
		return err_set(err_r, SG_INVALID,
		    "TemplateData has more than %d characters",
		    DATA_CHARACTERS_MAX);
	data = json_loads(text, 0, &error);
	if (data == NULL)
		rc = err_set(err_r, SG_INVALID,
		    "TemplateData is no JSON: line %d, column %d: %.200s",
		    error.line, error.column, error.text);
	else if (!json_is_object(data))
		rc = err_set(
		    err_r, SG_INVALID, "TemplateData is no JSON object");
	else if (json_object_update(object, data) != 0)
		rc = err_set(err_r, SG_NOMEM, "no memory");
	json_decref(data);
	return rc;
}

static enum sg_err
render_one(const struct template *template, const json_t *data, struct buf *out,
    struct api_rendered *rendered)
{
	char missing[TEMPLATE_PATH_MAX];
	struct err err = {.text = ""};
	enum sg_err rc;

	if (template == NULL)
		return SG_OK;
	rc = template_render(template, data, out, missing, &err);
	if (rc == SG_MISSING) {
		memcpy(rendered->missing, missing, sizeof(missing));
		(void)err_set(&err, rc,
		    "Attribute '%s' is not present in the rendering data.",
		    missing);
	}
	if (rc != SG_OK)
		memcpy(rendered->failure, err.text, sizeof(err.text));
	return rc;
}

static enum sg_err
render_all(const struct api_rendering *rendering, const json_t *data,
    struct api_rendered *rendered, struct err *err_r)
{
	enum sg_err rc =
	    render_one(rendering->subject, data, &rendered->subject, rendered);

	if (rc == SG_OK)
		rc = render_one(
		    rendering->text, data, &rendered->text, rendered);
	if (rc == SG_OK)
		rc = render_one(
		    rendering->html, data, &rendered->html, rendered);
	return rc == SG_OK ? SG_OK
			   : err_set(err_r, rc, "%s", rendered->failure);
}

enum sg_err
api_rendering_run(const struct api_rendering *rendering, const char *defaults,
    const char *data, struct api_rendered *rendered, struct err *err_r)
{
	json_t *object = json_object();
	enum sg_err rc = object == NULL ? err_set(err_r, SG_NOMEM, "no memory")
					: add_data(defaults, object, err_r);

	buf_clear(&rendered->subject);
	buf_clear(&rendered->text);
	buf_clear(&rendered->html);
	rendered->failure[0] = rendered->missing[0] = '\0';
	rendered->has_text = rendering->text != NULL;
	rendered->has_html = rendering->html != NULL;
	if (rc == SG_OK)
		rc = add_data(data, object, err_r);
	if (rc == SG_OK)
		rc = render_all(rendering, object, rendered, err_r);
	json_decref(object);
	return rc;
}

void
api_rendered_fill(const struct api_rendered *rendered, struct post_mail *mail)
{
	mail->subject = (struct post_text){.data = buf_str(&rendered->subject)};
	mail->text = (struct post_text){
	    .data = rendered->has_text ? buf_str(&rendered->text) : NULL};
	mail->html = (struct post_text){
	    .data = rendered->has_html ? buf_str(&rendered->html) : NULL};
}
