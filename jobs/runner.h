/* Programs of the operator's that are given notifications. jobd gives up root, so a
 * helper process that keeps it is made at the start; all that it does is to run
 * programs of one folder as one user, whatever it is asked. Knows nothing of
 * notifications.
 *
 * A program must be a regular file of root's in a folder of root's, neither
 * writable by others. It runs without a shell, alone in its session, with PATH as
 * its environment, no descriptors but 0 to 2, few resources and a time limit; what
 * it leaves behind in its process group is ended with it. */
#ifndef SENDWARD_JOBS_RUNNER_H
#define SENDWARD_JOBS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct runner;

#define RUNNER_MOST 32 /* programs at once */
#define RUNNER_NAME_MAX 128
#define RUNNER_TEXT_MAX 200

/* Forks: before secrets are read, threads made, root given up. Not started as root,
 * the programs run as the user that it is (runner_keeps_user). SG_INVALID: no such
 * user, or root itself. */
enum sg_err runner_start(const char *dir, const char *user,
    struct runner **runner_r, struct err *err_r);
/* The helper ends, and with it all programs. */
void runner_free(struct runner **runner);

bool runner_keeps_user(const struct runner *runner);
/* Readable when runner_take has something. */
int runner_fd(const struct runner *runner);

/* data comes on the program's standard input. id: of the caller's. SG_IO: the helper
 * is gone. */
enum sg_err runner_run(struct runner *runner, int64_t id, const char *name,
    const void *data, size_t len, int limit_sec, struct err *err_r);

enum runner_how {
	RUNNER_EXITED,  /* code is the exit status */
	RUNNER_KILLED,  /* code is the signal */
	RUNNER_LATE,    /* the time limit passed */
	RUNNER_REFUSED, /* it cannot be run: text says why */
};
struct runner_end {
	int64_t id;
	enum runner_how how;
	int code;
	/* what it said on its standard error, the first line */
	char text[RUNNER_TEXT_MAX];
};
/* False: none at present. SG_IO in *rc_r: the helper is gone. */
bool runner_take(
    struct runner *runner, struct runner_end *end_r, enum sg_err *rc_r);

#endif
