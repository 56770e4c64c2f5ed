/* sendward-feedback: takes reports of mail systems, by LMTP or on standard input. */
#include "config.h"

#include <stdio.h>

#include "feedback/intake.h"
#include "feedback/server.h"

static const struct daemon_hooks hooks = {
    .name = "sendward-feedback",
    .load = server_load,
    .open = server_open,
    .run = server_run,
    .reload = server_reload,
    .stop = server_stop,
};

int
main(int argc, char **argv)
{
	struct server *server;
	int status;

	if (intake_is_wanted(argc, argv))
		return intake_main(argc, argv);
	server = server_new();
	if (server == NULL) {
		(void)fputs("sendward-feedback: no memory\n", stderr);
		return 1;
	}
	status = daemon_main(&hooks, server, argc, argv);
	server_free(&server);
	return status;
}
