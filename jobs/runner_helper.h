/* The process behind runner.h; for runner.c alone. */
#ifndef SENDWARD_JOBS_RUNNER_HELPER_H
#define SENDWARD_JOBS_RUNNER_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "jobs/runner.h"

#define RUNNER_GROUPS_MAX 32

/* Whom programs run as. */
struct runner_user {
	bool keeps; /* the user that we are */
	uid_t uid;
	gid_t gid;
	gid_t groups[RUNNER_GROUPS_MAX];
	int group_count;
};

/* One packet, with the descriptor of the standard input; the answer is a struct
 * runner_end. */
struct runner_request {
	int64_t id;
	int32_t limit_sec;
	char name[RUNNER_NAME_MAX + 1];
};

/* Serves fd until its other side is closed; ends the process. */
_Noreturn void runner_helper(
    int fd, const char *dir, const struct runner_user *user);

#endif
