/* sendward-jobd: what happens without anybody asking. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "jobs/deliver.h"
#include "jobs/jobs.h"

static const struct daemon_hooks hooks = {
    .name = "sendward-jobd",
    .load = jobs_load,
    .open = jobs_open,
    .run = jobs_run,
    .reload = jobs_reload,
    .stop = jobs_stop,
};

int
main(int argc, char **argv)
{
	struct jobs *jobs = jobs_new();
	struct err err;
	int status;

	if (jobs == NULL) {
		(void)fputs("sendward-jobd: no memory\n", stderr);
		return 1;
	}
	if (deliver_init(&err) != SG_OK) {
		(void)fprintf(stderr, "sendward-jobd: %s\n", err.text);
		return 1;
	}
	status = daemon_main(&hooks, jobs, argc, argv);
	if (!jobs_free(&jobs))
		_exit(status);
	deliver_fini();
	return status;
}
