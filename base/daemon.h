/* What every daemon's main does alike: command line, configuration, log,
 * sockets before privileges, privileges, signals, readiness, reload, end. Knows
 * nothing of the configuration's meaning: the program's hooks do. */
#ifndef SENDWARD_BASE_DAEMON_H
#define SENDWARD_BASE_DAEMON_H

#include <stdbool.h>
#include "base/err.h"

struct daemon_settings {
	char user[64];        /* account to run as, "" = do not change */
	char log_target[256]; /* as log_open */
	char log_level[8];
	char listens[256]; /* for the start line, such as "unix:/run/x.sock" */
};

/* A program is one const table of these. Hooks return SG_OK or fill err_r;
 * `ctx` is the program's own state. Order: load, [test_only: exit], open
 * (sockets, keys; still root), drop to user/group, start (threads may be made
 * from here on), readiness, run, stop. */
struct daemon_hooks {
	const char *name; /* "sendward-milter" */
	/* Reads and checks the file; fills user_r with the account to run as
	 * ("" = stay), log target and level. */
	enum sg_err (*load)(void *ctx, const char *conf_path,
	    struct daemon_settings *settings_r, struct err *err_r);
	enum sg_err (*open)(void *ctx, struct err *err_r);
	/* Serves until stop is asked for. Runs in a thread of its own when
	 * threaded is true (libmilter wants the signals kept from it), in
	 * the main thread otherwise; daemon_signal_fd() then tells of
	 * signals. Returns when done. */
	enum sg_err (*run)(void *ctx, struct err *err_r);
	/* SIGHUP, called in the main thread: load the file anew and swap; on
	 * error the old one stays and the skeleton logs conf.kept. settings_r
	 * holds what is in force; log target and level may be changed in it,
	 * the skeleton applies them (and opens a log file anew). */
	enum sg_err (*reload)(void *ctx, const char *conf_path,
	    struct daemon_settings *settings_r, struct err *err_r);
	/* SIGTERM or SIGINT: make run() return once what is in hand is done. */
	void (*stop)(void *ctx);
	bool threaded;
};

/* Parses -c FILE -f -t -V -h, runs the hooks, returns the exit status (0; 1
 * could not start or run, 2 usage). -t loads, prints "FILE: ok" or the error,
 * and exits. Without -f it detaches: the calling process ends when the program
 * is ready (0) or has failed (1, the reason on stderr). The log is opened after
 * privileges are dropped, so that it can be opened anew at SIGHUP. Handles
 * sd_notify READY, RELOADING, STOPPING. From the end of open on the process is
 * confined (base/confine.h), except in a build with sanitizers. One call per process. In such a program
 * sigwait() is the skeleton's and never returns (libmilter's thread must not
 * take the signals). */
int daemon_main(
    const struct daemon_hooks *hooks, void *ctx, int argc, char **argv);

/* In a program that is not threaded: a descriptor that turns readable when
 * signals wait; daemon_handle_signals() then acts on them (calls reload and
 * stop). To be watched by the program's own event loop. */
int daemon_signal_fd(void);
void daemon_handle_signals(void);

#endif
