/* identity allow, disallow and grants: an account sends as another's identity. */
#include "config.h"

#include "ctl/grant.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/grant.h"

static json_t *
grant_json(
    const char *owner, const char *delegate, const struct store_grant *row)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "identity",
	    row->identity, "owner", owner, "account", delegate, "from",
	    out_string(row->from_pattern), "policy", out_text(row->policy),
	    "created", out_time(row->created_sec));
}

struct load {
	json_t *list;
	int64_t identity_id; /* 0: any */
};

static bool
add_grant(void *ctx, const char *owner, const char *delegate,
    const struct store_grant *row)
{
	struct load *load = ctx;

	if (load->identity_id != 0 && row->identity_id != load->identity_id)
		return true;
	return out_add(&load->list, grant_json(owner, delegate, row));
}

int
grant_load(const struct ctl *ctl, const char *account, int64_t identity_id,
    json_t **list_r)
{
	struct load load = {json_array(), identity_id};
	struct err err;

	if (load.list != NULL &&
	    grant_list(ctl->store, account, add_grant, &load, &err) != SG_OK) {
		json_decref(load.list);
		return ctl_fail(ctl, &err);
	}
	if (load.list == NULL)
		return ctl_refuse(ctl, "no memory for the answer");
	*list_r = load.list;
	return CTL_DONE;
}

int
grant_print(const struct ctl *ctl, json_t *list)
{
	static const struct out_column columns[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"identity", "MAY SEND AS", OUT_PLAIN},
	    {"owner", "OF", OUT_PLAIN},
	    {"from", "FROM", OUT_PLAIN},
	    {"policy", "BY POLICY", OUT_PLAIN},
	    {"created", "SINCE", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};

	return out_print(ctl, list, columns,
	    "no grants; make one: sendwardctl identity allow OWNER DOMAIN "
	    "ACCOUNT");
}

int
identity_run_grants(struct ctl *ctl)
{
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc == CTL_DONE)
		rc = grant_load(ctl, ctl_arg(ctl, 0), 0, &list);
	return rc == CTL_DONE ? grant_print(ctl, list) : rc;
}

/* [OWNER] IDENTITY ACCOUNT */
struct names {
	const char *owner, *identity, *delegate;
};

static struct names
read_names(const struct ctl *ctl)
{
	int first = ctl->arg_count == 3;

	return (struct names){first ? ctl_arg(ctl, 0) : NULL,
	    ctl_arg(ctl, first), ctl_arg(ctl, first + 1)};
}

/* The account, when it is in the sandbox still: the grant does nothing yet. */
static void
warn_of_sandbox(const char *name, const struct rules_account *facts)
{
	if (!facts->production)
		(void)printf("Account %s is in the sandbox: until it is out, "
			     "the grant is of no use.\n",
		    name); /* main looks at stdout */
}

static int
print_granted(const struct ctl *ctl, const struct store_grant *row)
{
	struct account_names names = {.list = NULL};
	struct store_account owner, delegate;
	const char *owner_name;
	struct err err;
	int64_t all;
	bool is_any = strcmp(row->from_pattern, "*") == 0;
	int rc = CTL_DONE;

	if (account_names_load(ctl->store, NULL, &names, &all, &err) != SG_OK) {
		account_names_fini(&names);
		return ctl_fail(ctl, &err);
	}
	owner_name = account_names_find(&names, row->owner_id);
	if (account_get(ctl->store, owner_name, &owner, &err) != SG_OK ||
	    account_get(ctl->store, account_names_find(&names, row->account_id),
		&delegate, &err) != SG_OK)
		rc = ctl_fail(ctl, &err);
	account_names_fini(&names);
	if (rc != CTL_DONE)
		return rc;
	rc = out_done(ctl,
	    grant_json(owner.facts.name, delegate.facts.name, row),
	    "account %s may send as %s of account %s, from %s%s",
	    delegate.facts.name, row->identity, owner.facts.name,
	    is_any ? "any address of it" : "addresses like ",
	    is_any ? "" : row->from_pattern);
	if (rc == CTL_DONE && !ctl->json) {
		warn_of_sandbox(owner.facts.name, &owner.facts);
		warn_of_sandbox(delegate.facts.name, &delegate.facts);
	}
	return rc;
}

int
identity_run_allow(struct ctl *ctl)
{
	struct names names = read_names(ctl);
	struct store_grant row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (grant_allow(ctl->store, names.owner, names.identity, names.delegate,
		ctl_value(ctl, "from"), clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return print_granted(ctl, &row);
}

int
identity_run_disallow(struct ctl *ctl)
{
	struct names names = read_names(ctl);
	const char *from = ctl_value(ctl, "from");
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (grant_disallow(ctl->store, names.owner, names.identity,
		names.delegate, from, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:o, s:s, s:o, s:b}", "identity",
		out_string(names.identity), "account", names.delegate, "from",
		from == NULL ? json_null() : out_string(from), "removed", 1),
	    from == NULL
		? "account %s may not send as %s any more, within a second"
		: "account %s may not send as %s with that From any more, "
		  "within a second",
	    names.delegate, names.identity);
}
