/* The milter protocol, by libmilter: its callbacks, turned into the steps of a
 * message. Decides nothing. */
#ifndef SENDWARD_MILTER_MILTER_H
#define SENDWARD_MILTER_MILTER_H

#include "base/err.h"

struct filter;

/* Registers the filter with libmilter and opens the socket of its configuration.
 * Once per process; filter is borrowed for good, since libmilter's callbacks
 * carry no pointer of ours. */
enum sg_err milter_open(struct filter *filter, struct err *err_r);
/* Serves until milter_stop. */
enum sg_err milter_run(struct err *err_r);
/* Any thread: lets milter_run return within a moment. */
void milter_stop(void);

#endif
