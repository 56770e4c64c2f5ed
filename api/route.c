/* Routes: see route.h. Knows no HTTP library. */
#include "config.h"

#include "api/route.h"

#include <stdio.h>
#include <string.h>

#include "api/console.h"
#include "api/health.h"
#include "api/sns.h"
#include "api/verify.h"

/* clang-format off */
const struct api_route api_routes[] = {
	{"verify",  API_GET,  "/verify/*", api_verify_show},
	{"verify",  API_POST, "/verify/*", api_verify_confirm},
	{"healthz", API_GET,  "/healthz",  api_health_check},
	{"metrics", API_GET,  "/metrics",  api_health_metrics},
	{"sns",         API_GET,  "/",               api_console_root},
	{"certificate", API_GET,  "/SimpleNotificationService-*",
	    api_sns_certificate},
	{"subscription", API_GET,  "/subscription/*", api_sns_show},
	{"subscription", API_POST, "/subscription/*", api_sns_confirm},
	{"unsubscribe",  API_GET,  "/unsubscribe/*",  api_sns_show_end},
	{"unsubscribe",  API_POST, "/unsubscribe/*",  api_sns_end},
	{"preview", API_POST, "/console/preview",   api_console_preview},
	{"download", API_GET, "/console/exports/*", api_console_download},
	{"entrance", API_GET, "/console",           api_console_show},
	{"console", API_GET,  "/console/**",        api_console_show},
};
/* clang-format on */
const size_t api_route_count = sizeof(api_routes) / sizeof(api_routes[0]);

static bool
matches(const char *pattern, const char *path,
    struct api_param params_r[API_PARAMS_MAX])
{
	size_t count = 0;

	while (*pattern != '\0') {
		size_t len;

		if (*pattern != '*') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		if (count == API_PARAMS_MAX)
			return false;
		if (pattern[1] == '*') {
			params_r[count] =
			    (struct api_param){path, strlen(path)};
			return true;
		}
		len = strcspn(path, "/");
		if (len == 0)
			return false;
		params_r[count++] = (struct api_param){path, len};
		path += len;
		pattern++;
	}
	return *path == '\0';
}

static const char *
method_words(enum api_method method)
{
	static const char *const words[API_METHODS] = {
	    [API_GET] = "GET, HEAD", [API_POST] = "POST"};

	return words[method] == NULL ? "" : words[method];
}

static void
add_method(char allow[32], enum api_method method)
{
	size_t len = strlen(allow);

	if (strstr(allow, method_words(method)) != NULL)
		return;
	(void)snprintf(allow + len, 32 - len, "%s%s", len == 0 ? "" : ", ",
	    method_words(method));
}

const struct api_route *
api_route_find(const struct api_route *routes, size_t count,
    enum api_method method, const char *path,
    struct api_param params_r[API_PARAMS_MAX], char allow_r[32],
    const char **name_r)
{
	const struct api_route *found = NULL;
	struct api_param params[API_PARAMS_MAX] = {{0}};

	allow_r[0] = '\0';
	*name_r = "none";
	for (size_t i = 0; i < count; i++) {
		if (!matches(routes[i].pattern, path, params))
			continue;
		add_method(allow_r, routes[i].method);
		if (found != NULL)
			continue;
		*name_r = routes[i].name;
		if (routes[i].method != method)
			continue;
		found = &routes[i];
		memcpy(params_r, params, sizeof(params));
	}
	return found;
}
