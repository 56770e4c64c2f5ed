/* A template made into subject, text and HTML: found by name or ARN among the
 * account's, or given in the request itself; rendered once or many times. Sends
 * nothing. */
#ifndef SENDWARD_API_RENDERING_H
#define SENDWARD_API_RENDERING_H

#include <jansson.h>
#include <stdbool.h>
#include "api/call.h"
#include "base/buf.h"
#include "base/err.h"
#include "post/compose.h"

struct api_rendering;

/* v2's Template object: {TemplateName | TemplateArn | TemplateContent}. False: the
 * call has failed (NotFoundException, BadRequestException). */
bool api_rendering_open(struct api_call *call, const json_t *template,
    struct api_rendering **rendering_r);
/* v1's members; arn "": none. False: TemplateDoesNotExist, InvalidParameterValue. */
bool api_rendering_open_named(struct api_call *call, const char *name,
    const char *arn, struct api_rendering **rendering_r);
/* Could it be opened? SG_INVALID names the part, line and column; SG_NOMEM: too
 * large. "" is none. */
enum sg_err api_rendering_check(
    const char *subject, const char *text, const char *html, struct err *err_r);
void api_rendering_close(struct api_rendering **rendering);

/* For events and tenants: "" when the content came with the request. */
const char *api_rendering_name(const struct api_rendering *rendering);

struct api_rendered {
	struct buf subject, text, html;
	bool has_text, has_html;
	/* Why it failed, as events of rendering failures tell it:
	 * "Attribute 'x' is not present in the rendering data." */
	char failure[ERR_TEXT_MAX];
	char missing
	    [256]; /* the attribute's path; "" when it is another failure */
};
void api_rendered_init(struct api_rendered *rendered);
void api_rendered_fini(struct api_rendered *rendered);

/* defaults, data: JSON texts ("" or NULL: none) of objects; where both have a member
 * of the same name data's counts. SG_INVALID: one of them is no JSON object of at most
 * 262,144 characters (err_r says it). SG_MISSING: an attribute is missing, and SG_NOMEM:
 * too large, too deep, too many steps: nothing is to be sent, `failure` says why.
 * What was rendered before is dropped. */
enum sg_err api_rendering_run(const struct api_rendering *rendering,
    const char *defaults, const char *data, struct api_rendered *rendered,
    struct err *err_r);

/* Puts what was rendered into mail (borrowed from rendered). */
void api_rendered_fill(
    const struct api_rendered *rendered, struct post_mail *mail);

#endif
