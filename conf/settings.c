/* From the configuration to the daemon skeleton's settings. */
#include "config.h"

#include "conf/conf.h"

#include <stdio.h>

#include "base/daemon.h"

void
conf_daemon_settings(const struct conf *conf, const char *listens,
    struct daemon_settings *settings_r)
{
	static const char *const levels[] = {
	    [CONF_LOG_DEBUG] = "debug",
	    [CONF_LOG_INFO] = "info",
	    [CONF_LOG_WARN] = "warn",
	    [CONF_LOG_ERROR] = "error",
	};

	(void)snprintf(
	    settings_r->user, sizeof(settings_r->user), "%s", conf->user);
	(void)snprintf(settings_r->log_target, sizeof(settings_r->log_target),
	    "%s", conf->log_target);
	(void)snprintf(settings_r->log_level, sizeof(settings_r->log_level),
	    "%s", levels[conf->log_level]);
	(void)snprintf(
	    settings_r->listens, sizeof(settings_r->listens), "%s", listens);
}
