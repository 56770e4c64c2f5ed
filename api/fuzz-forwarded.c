/* Fuzz target of X-Forwarded-For: proxies, the connection's address, and a field a
 * line.
 * fuzz-sources: api/forwarded.c conf/networks.c conf/source.c base/err.c
 * fuzz-packages: libconfig
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/exchange.h"
#include "api/forwarded.h"

#define FIELDS 8

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* An address, or what the connection's was. */
static void
check(const char *client, const char *from)
{
	unsigned char address[16];

	if (strcmp(client, from) != 0 &&
	    inet_pton(AF_INET, client, address) != 1 &&
	    inet_pton(AF_INET6, client, address) != 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct api_field fields[FIELDS];
	struct api_request request = {.fields = fields};
	char *text = malloc(size + 1), *rest = text, *line;
	char client[INET6_ADDRSTRLEN] = "", from[INET6_ADDRSTRLEN];
	const char *proxies;

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	proxies = strsep(&rest, "\n");
	line = strsep(&rest, "\n");
	if (line != NULL)
		(void)snprintf(client, sizeof(client), "%s", line);
	memcpy(from, client, sizeof(from));
	while (request.field_count < FIELDS &&
	       (line = strsep(&rest, "\n")) != NULL)
		fields[request.field_count++] =
		    (struct api_field){"X-Forwarded-For", line};
	api_forwarded_client(proxies, &request, client);
	check(client, from);
	free(text);
	return 0;
}
