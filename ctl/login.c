/* login: verbs of the command table. */
#include "config.h"

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/login.h"

static json_t *
login_json(const char *account, const char *name)
{
	return json_pack("{s:o, s:o}", "account", out_string(account), "name",
	    out_string(name));
}

int
login_run_add(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (login_add(ctl->store, account, name, clock_now_sec(), &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, login_json(account, name),
	    "login %s sends as account %s", name, account);
}

int
login_run_remove(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (login_remove(ctl->store, account, name, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, login_json(account, name),
	    "login %s belongs to no account any more: its mail is refused",
	    name);
}

static bool
add_login(void *ctx, const char *account, const struct store_login *row)
{
	json_t *entry = login_json(account, row->name);

	if (entry != NULL && json_object_set_new(entry, "created",
				 out_time(row->created_sec)) != 0) {
		json_decref(entry);
		entry = NULL;
	}
	return out_add(ctx, entry);
}

int
login_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "LOGIN", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"created", "CREATED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	return out_list(ctl, &list,
	    login_list(ctl->store, ctl_arg(ctl, 0), add_login, &list, &err),
	    &err, columns,
	    "no logins; add one: sendwardctl login add ACCOUNT NAME");
}
