/* A command: one row of the table that dispatch, usage checks and every --help
 * are made of; and what a running command holds. Does nothing itself. */
#ifndef SENDWARD_CTL_COMMAND_H
#define SENDWARD_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"

struct conf;
struct seal;
struct store;
struct ctl;

enum ctl_exit {
	CTL_DONE = 0,
	CTL_REFUSED = 1, /* refused, not found, or not to be done */
	CTL_USAGE = 2,
	CTL_UNREACHABLE = 75, /* the store; EX_TEMPFAIL of sysexits.h */
};

struct ctl_option {
	const char *name;  /* without "--" */
	const char *value; /* what help calls its value; NULL: it takes none */
	const char *help;
	bool needed; /* the command cannot do without */
};

typedef int ctl_run_fn(struct ctl *ctl); /* returns the exit status */

struct ctl_command {
	const char *noun;
	const char *verb; /* NULL: the noun is the whole command */
	const char *args; /* "ACCOUNT [ADDRESS...]", "" none */
	int least, most;  /* number of arguments; most -1: any */
	const struct ctl_option
	    *options; /* ended by a NULL name; may be NULL */
	ctl_run_fn *run;
	const char *summary; /* one line, no full stop */
	const char *help;    /* what it does, lines of at most 76 columns */
	const char *example; /* command lines without "sendwardctl " */
};

struct ctl_noun {
	const char *name;
	const char *summary;
};

/* Ended by a NULL noun (name). */
extern const struct ctl_command ctl_commands[];
extern const struct ctl_noun ctl_nouns[];

/* More options in one call are a usage error. */
#define CTL_VALUES_MAX 1100

struct ctl_given {
	const struct ctl_option *option;
	const char *value; /* "" for a flag */
};

struct ctl {
	const struct ctl_command *command;
	const char *conf_path;
	bool json;
	char **args;
	int arg_count;
	struct ctl_given *given;
	size_t given_count;
	/* Opened by ctl_need_*, closed by main. */
	struct conf *conf;
	struct seal *seal;
	struct store *store;
};

/* The n-th argument; NULL when not given. */
const char *ctl_arg(const struct ctl *ctl, int n);
/* The value of option `name` (its last, when given more than once); NULL when not
 * given; "" for a flag. */
const char *ctl_value(const struct ctl *ctl, const char *name);

enum ctl_need {
	CTL_READ = 1,  /* the store */
	CTL_WRITE = 2, /* the store, to change it */
	CTL_KEY = 4,   /* the master key */
};
/* Loads the configuration and opens what is needed; files that only the caller
 * may read must have been read before. Returns CTL_DONE or, having said why on
 * stderr, the exit status. 0: the configuration alone. */
int ctl_open(struct ctl *ctl, int needs);

/* Say why, in one line on stderr, and return the exit status. */
int ctl_fail(const struct ctl *ctl, const struct err *err);
int ctl_usage(const struct ctl *ctl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int ctl_refuse(const struct ctl *ctl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
