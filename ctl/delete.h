/* What belongs to an account and has a name is deleted. Does not know what it is. */
#ifndef SENDWARD_CTL_DELETE_H
#define SENDWARD_CTL_DELETE_H

#include "base/err.h"
#include "ctl/command.h"

struct store;

/* Of account and name. */
typedef enum sg_err delete_call(struct store *store, const char *account,
    const char *name, struct err *err_r);

/* The whole command: its arguments are ACCOUNT and NAME. For people it says
 * "KIND NAME of account ACCOUNT is deletedWHAT". Returns the exit status. */
int delete_named(
    struct ctl *ctl, delete_call *call, const char *kind, const char *what);

#endif
