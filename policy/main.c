/* sendward-policyd: Postfix policy delegation; pauses, rates, daily quotas. */
#include "config.h"

#include <stdio.h>

#include "policy/server.h"

static const struct daemon_hooks hooks = {
    .name = "sendward-policyd",
    .load = policy_server_load,
    .open = policy_server_open,
    .run = policy_server_run,
    .reload = policy_server_reload,
    .stop = policy_server_stop,
};

int
main(int argc, char **argv)
{
	struct policy_server *server = policy_server_new();
	int status;

	if (server == NULL) {
		(void)fputs("sendward-policyd: no memory\n", stderr);
		return 1;
	}
	status = daemon_main(&hooks, server, argc, argv);
	policy_server_free(&server);
	return status;
}
