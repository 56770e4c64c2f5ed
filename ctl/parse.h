/* The command line, from argv to a filled struct ctl. Runs nothing. */
#ifndef SENDWARD_CTL_PARSE_H
#define SENDWARD_CTL_PARSE_H

#include "ctl/command.h"

enum parse_result {
	PARSE_RUN,  /* ctl->command is to be run */
	PARSE_STOP, /* help, version or a complaint was printed; *status_r */
};

/* Reads global options (anywhere), noun, verb, the verb's options and arguments,
 * and checks their number. ctl->args points into argv, which is reordered;
 * ctl->given is allocated: ctl_parse_fini. Not reentrant (getopt). */
enum parse_result ctl_parse(
    struct ctl *ctl, int argc, char **argv, int *status_r);
void ctl_parse_fini(struct ctl *ctl);

#endif
