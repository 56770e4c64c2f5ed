/* sendward-apid: the API, pages behind links, /healthz, /metrics over HTTP. */
#include "config.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <jansson.h>
#include <openssl/crypto.h>

#include "api/server.h"

static const struct daemon_hooks hooks = {
    .name = "sendward-apid",
    .load = api_server_load,
    .open = api_server_open,
    .run = api_server_run,
    .reload = api_server_reload,
    .stop = api_server_stop,
};

/* What clients send and hear has passwords in it. */
static void
wipe_free(void *memory)
{
	if (memory == NULL)
		return;
	OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

int
main(int argc, char **argv)
{
	struct api_server *server;
	int status;

	json_set_alloc_funcs(malloc, wipe_free);
	server = api_server_new();

	if (server == NULL) {
		(void)fputs("sendward-apid: no memory\n", stderr);
		return 1;
	}
	status = daemon_main(&hooks, server, argc, argv);
	api_server_free(&server);
	return status;
}
