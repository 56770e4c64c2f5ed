/* Cookies: see cookie.h. */
#include "config.h"

#include "api/cookie.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/exchange.h"

int
api_cookie_find(const struct api_request *request, const char *name,
    char *value_r, size_t size)
{
	size_t name_len = strlen(name);
	int count = 0;

	value_r[0] = '\0';
	for (size_t i = 0; i < request->field_count; i++) {
		const char *at = request->fields[i].value;

		if (strcasecmp(request->fields[i].name, "cookie") != 0)
			continue;
		for (; *at != '\0'; at += strcspn(at, ";"), at += *at == ';') {
			size_t len;

			at += strspn(at, " \t");
			if (strncmp(at, name, name_len) != 0 ||
			    at[name_len] != '=')
				continue;
			at += name_len + 1;
			len = strcspn(at, "; \t");
			if (count++ == 0 && len < size)
				(void)snprintf(
				    value_r, size, "%.*s", (int)len, at);
		}
	}
	return count;
}
