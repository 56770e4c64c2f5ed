/* sendward-apid: the API, pages behind links, /healthz, /metrics over HTTP. */
#include "config.h"

#include <stdio.h>

#include "api/server.h"

static const struct daemon_hooks hooks = {
    .name = "sendward-apid",
    .load = api_server_load,
    .open = api_server_open,
    .run = api_server_run,
    .reload = api_server_reload,
    .stop = api_server_stop,
};

int
main(int argc, char **argv)
{
	struct api_server *server = api_server_new();
	int status;

	if (server == NULL) {
		(void)fputs("sendward-apid: no memory\n", stderr);
		return 1;
	}
	status = daemon_main(&hooks, server, argc, argv);
	api_server_free(&server);
	return status;
}
