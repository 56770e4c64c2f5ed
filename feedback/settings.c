/* Configuration and rules in force: see settings.h. */
#include "config.h"

#include "feedback/settings.h"

#include <stdlib.h>

#include "conf/conf.h"
#include "ops/feedback.h"

enum sg_err
settings_load(
    const char *conf_path, struct settings **settings_r, struct err *err_r)
{
	struct settings *settings = calloc(1, sizeof(*settings));
	enum sg_err rc;

	if (settings == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	settings->refs = 1;
	rc = conf_load(conf_path, &settings->conf, err_r);
	if (rc == SG_OK)
		rc = feedback_rules_load(
		    settings->conf, &settings->rules, err_r);
	if (rc != SG_OK)
		settings_unref(&settings);
	*settings_r = settings;
	return rc;
}

struct settings *
settings_ref(struct settings *settings)
{
	(void)__atomic_add_fetch(&settings->refs, 1, __ATOMIC_RELAXED);
	return settings;
}

void
settings_unref(struct settings **settings)
{
	struct settings *s = *settings;

	*settings = NULL;
	if (s == NULL || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	report_rules_free(&s->rules);
	conf_unref(&s->conf);
	free(s);
}
