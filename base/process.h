/* A process's identity and surroundings: privileges, detaching, secrets in
 * memory. For base/daemon.c and programs; does not read configuration. */
#ifndef SENDWARD_BASE_PROCESS_H
#define SENDWARD_BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

/* Gives up root for `user`, its group and supplementary groups, for good (that
 * they cannot be had back is checked). "" or being that user already: nothing to
 * do. SG_INVALID: no such user, or not root; the text names the mend. Call it
 * before threads are made. */
enum sg_err process_become_user(const char *user, struct err *err_r);

/* No core dumps, no tracing by others: keys are in memory. Does the opposite in
 * builds with sanitizers, whose leak check needs tracing. */
void process_keep_secrets(void);

/* Whether sanitizers are built in: their leak check traces the process. */
bool process_has_sanitizer(void);

/* Forks. In the parent: waits until the child has called process_detach_end or
 * ended; *status_r is the exit status to end with (0 or 1). In the child:
 * *status_r is -1, *parent_fd_r is for process_detach_end; stderr is still the
 * parent's. */
enum sg_err process_detach_begin(
    int *parent_fd_r, int *status_r, struct err *err_r);

/* In the child, when ready: lets the parent go, leaves the directory and the
 * standard descriptors (stderr is kept when told so). */
void process_detach_end(int parent_fd, bool keep_stderr);

/* As many descriptors as are wanted, or as many as the system lets us have: what
 * opens one too many hears EMFILE. */
void process_raise_files(int64_t wanted);

/* path from "/"; malloc'ed; NULL: errno tells. Symbolic links stay as they
 * are, so that they can be switched before a reload. */
char *process_absolute_path_dup(const char *path);

#endif
