/* Templates are not there yet: weak symbols in the place of rendering.h's and
 * verification.h's. */
#include "config.h"

#include "api/rendering.h"
#include "api/verification.h"

#define WEAK __attribute__((weak))

WEAK bool
api_rendering_open(struct api_call *call, const json_t *template,
    struct api_rendering **rendering_r)
{
	(void)template;
	*rendering_r = NULL;
	api_fail(call, "InternalFailure", "templates are not there yet");
	return false;
}

WEAK bool
api_rendering_open_named(struct api_call *call, const char *name,
    const char *arn, struct api_rendering **rendering_r)
{
	(void)name;
	(void)arn;
	*rendering_r = NULL;
	api_fail(call, "InternalFailure", "templates are not there yet");
	return false;
}

WEAK void
api_rendering_close(struct api_rendering **rendering)
{
	*rendering = NULL;
}

WEAK const char *
api_rendering_name(const struct api_rendering *rendering)
{
	(void)rendering;
	return "";
}

WEAK void
api_rendered_init(struct api_rendered *rendered)
{
	*rendered = (struct api_rendered){.has_text = false};
}

WEAK void
api_rendered_fini(struct api_rendered *rendered)
{
	(void)rendered;
}

WEAK enum sg_err
api_rendering_run(const struct api_rendering *rendering, const char *defaults,
    const char *data, struct api_rendered *rendered, struct err *err_r)
{
	(void)rendering;
	(void)defaults;
	(void)data;
	(void)rendered;
	return err_set(err_r, SG_INVALID, "templates are not there yet");
}

WEAK void
api_rendered_fill(const struct api_rendered *rendered, struct post_mail *mail)
{
	(void)rendered;
	(void)mail;
}

WEAK void
api_verification_send(struct api_call *call)
{
	api_fail(call, "InternalFailure", "templates are not there yet");
}
