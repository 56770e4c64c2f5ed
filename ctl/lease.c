/* lease: verbs of the command table. Parts of quotas that processes have taken. */
#include "config.h"

#include <stdio.h>

#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/lease_admin.h"

/* A program without leases is shown, too: with those it could take. */
static bool
add_lease(void *ctx, const struct store_holder *holder,
    const struct store_lease *lease, bool is_live)
{
	const struct store_lease none = {.account = ""};

	if (lease == NULL)
		lease = &none;
	return out_add(ctx,
	    json_pack("{s:s, s:s, s:o, s:I, s:I, s:o, s:b}", "host",
		holder->host, "program", holder->program, "account",
		out_text(lease->account), "taken", (json_int_t)lease->granted,
		"spent", (json_int_t)lease->spent, "ends",
		out_time(lease->until_usec / 1000000), "live", is_live));
}

int
lease_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"host", "HOST", OUT_PLAIN},
	    {"program", "PROGRAM", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"taken", "TAKEN", OUT_PLAIN},
	    {"spent", "SPENT", OUT_PLAIN},
	    {"ends", "ENDS", OUT_PLAIN},
	    {"live", "LIVE", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	json_t *list = json_array();
	struct err err;
	enum sg_err code;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE) {
		json_decref(list);
		return rc;
	}
	code = lease_admin_list(ctl->store, add_lease, &list, &err);
	return out_list(
	    ctl, &list, code, &err, columns, "no program takes leases");
}

int
lease_run_return(struct ctl *ctl)
{
	const char *host = ctl_arg(ctl, 0);
	struct lease_admin_returned returned;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (lease_admin_return(ctl->store, host, &returned, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:I, s:I}", "host", host, "leases",
		(json_int_t)returned.leases, "recipients",
		(json_int_t)returned.recipients),
	    "%lld recipients of %lld leases of %s are free again; what it sent "
	    "of them without saying so is beyond the quota",
	    (long long)returned.recipients, (long long)returned.leases, host);
}
