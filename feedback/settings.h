/* What is in force: the configuration and the rules that classify, counted, so that
 * a reload takes nothing from who still works by the old ones. */
#ifndef SENDWARD_FEEDBACK_SETTINGS_H
#define SENDWARD_FEEDBACK_SETTINGS_H

#include "base/err.h"

struct conf;
struct report_rules;

/* Read-only once loaded; any thread. */
struct settings {
	struct conf *conf;
	struct report_rules *rules;
	int refs; /* atomic */
};

/* The caller owns one reference. */
enum sg_err settings_load(
    const char *conf_path, struct settings **settings_r, struct err *err_r);
struct settings *settings_ref(struct settings *settings);
void settings_unref(struct settings **settings);

#endif
