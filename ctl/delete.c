/* Deletes by name: see delete.h. */
#include "config.h"

#include "ctl/delete.h"

#include "ctl/out.h"

int
delete_named(
    struct ctl *ctl, delete_call *call, const char *kind, const char *what)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (call(ctl->store, account, name, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:o, s:b}", "account", account, "name",
		out_string(name), "deleted", 1),
	    "%s %s of account %s is deleted%s", kind, name, account, what);
}
