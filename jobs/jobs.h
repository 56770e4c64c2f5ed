/* sendward-jobd: lines of work, none of which waits for another: looks in DNS (the
 * main thread), the operator's zone and the calendar, letters, notifications, the
 * books of mail (a thread each, with store handles of their own). Does none of the
 * work. */
#ifndef SENDWARD_JOBS_JOBS_H
#define SENDWARD_JOBS_JOBS_H

#include <stdbool.h>
#include "base/daemon.h"

struct jobs;

/* NULL: no memory. */
struct jobs *jobs_new(void);
/* False: a thread has not ended in time and uses it still, so it was not freed;
 * the process is to end without further ado. What that thread was doing is done
 * again next time. */
bool jobs_free(struct jobs **jobs);

/* Hooks; ctx is the struct jobs. */
enum sg_err jobs_load(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
enum sg_err jobs_open(void *ctx, struct err *err_r);
enum sg_err jobs_run(void *ctx, struct err *err_r);
enum sg_err jobs_reload(void *ctx, const char *conf_path,
    struct daemon_settings *settings_r, struct err *err_r);
void jobs_stop(void *ctx);

#endif
