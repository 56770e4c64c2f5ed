/* identity: verbs of the command table. Asks no DNS: identity_check.c does. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/facts.h"
#include "ctl/delete.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/records.h"
#include "ctl/verbs.h"
#include "ops/identity.h"
#include "ops/records.h"
#include "rules/identity.h"

static bool
is_domain(const struct store_identity *row)
{
	return row->facts.type == RULES_IDENTITY_DOMAIN;
}

/* Everything about the identity that the row is of; freed by the caller. */
static int
load_file(const struct ctl *ctl, const struct store_identity *row,
    struct identity_file **file_r)
{
	struct err err;

	if (identity_file_load(
		ctl->store, ctl->conf, row->facts.id, file_r, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return CTL_DONE;
}

/* Finds the identity that the first two arguments name; the store is open. */
static int
get_file(const struct ctl *ctl, struct identity_file **file_r)
{
	struct store_identity row;
	struct err err;

	if (identity_get(ctl->store, ctl_arg(ctl, 0), ctl_arg(ctl, 1), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return load_file(ctl, &row, file_r);
}

/* ---- create, restart -------------------------------------------------------- */

/* What goes on by itself, and what may be done meanwhile. */
static void
print_domain_steps(const struct identity_file *file)
{
	const char *account = file->account, *name = file->row.facts.name;

	(void)printf(
	    "\n%s is PENDING: nothing can be sent from it yet. sendward-jobd "
	    "looks for the\nrecords by itself for 72 hours, and verifies it "
	    "when one way is there. To look now,\nand to hear what is "
	    "missing:\n"
	    "  sendwardctl identity check %s %s\n"
	    "Without DNS, when you know that the domain is the account's "
	    "own:\n"
	    "  sendwardctl identity verify %s %s\n",
	    name, account, name, account, name); /* main looks at stdout */
}

static void
print_address_steps(const struct ctl *ctl, const struct identity_file *file)
{
	const char *account = file->account, *name = file->row.facts.name;

	(void)printf("%s is PENDING: nothing can be sent from it yet.\n", name);
	if (ctl->conf->mail_from[0] == '\0')
		(void)printf(
		    "No letter with a link can be sent: the option mail.from "
		    "is not set. When you know\nthat the address is the "
		    "account's own:\n");
	else
		(void)printf(
		    "A letter is on its way to it (sendward-jobd sends it: "
		    "sendwardctl letter list).\nIts link is good for 24 "
		    "hours; whoever opens it and confirms proves the "
		    "address.\nA new link, when it got lost:\n"
		    "  sendwardctl identity resend %s %s\n"
		    "Without it, when you know that the address is the "
		    "account's own:\n",
		    account, name);
	(void)printf("  sendwardctl identity verify %s %s\n", account,
	    name); /* main looks at stdout */
}

static int
print_created(const struct ctl *ctl, const struct identity_file *file)
{
	if (ctl->json)
		return out_print(ctl, facts_whole(file), NULL, "");
	if (is_domain(&file->row))
		records_print_text(file);
	if (file->row.facts.status == RULES_IDENTITY_SUCCESS)
		return CTL_DONE;
	if (is_domain(&file->row))
		print_domain_steps(file);
	else
		print_address_steps(ctl, file);
	return CTL_DONE;
}

/* Which keys --dkim asks for. */
static int
read_keys(const struct ctl *ctl, enum identity_keys *keys_r, bool *easy_only_r)
{
	const char *kind = ctl_value(ctl, "dkim");
	int keys = identity_keys_from_name(kind == NULL ? "rsa2048" : kind);

	*easy_only_r = kind != NULL && strcmp(kind, "easy") == 0;
	if (*easy_only_r)
		keys = IDENTITY_KEYS_NONE;
	if (keys < 0)
		return ctl_usage(ctl,
		    "--dkim must be rsa2048, rsa1024, rsa4096, ed25519, both, "
		    "none or easy");
	*keys_r = (enum identity_keys)keys;
	return CTL_DONE;
}

int
identity_run_create(struct ctl *ctl)
{
	struct identity_file *file = NULL;
	struct store_identity row;
	enum identity_keys keys = IDENTITY_KEYS_NONE;
	bool easy_only;
	struct err err;
	int rc = read_keys(ctl, &keys, &easy_only);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);
	if (rc != CTL_DONE)
		return rc;
	if (identity_create(ctl->store, ctl->seal, ctl->conf, ctl_arg(ctl, 0),
		ctl_arg(ctl, 1), keys, easy_only, clock_now_sec(), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = load_file(ctl, &row, &file);
	if (rc == CTL_DONE)
		rc = print_created(ctl, file);
	identity_file_free(&file);
	return rc;
}

int
identity_run_restart(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_identity row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	if (identity_restart(ctl->store, ctl->seal, ctl->conf, account,
		ctl_arg(ctl, 1), clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	if (is_domain(&row))
		return out_done(ctl, facts_row(account, &row),
		    "sendward-jobd looks for the records of %s again%s; to "
		    "look now: sendwardctl identity check %s %s",
		    row.facts.name,
		    row.facts.status == RULES_IDENTITY_PENDING
			? ", for 72 hours"
			: "",
		    account, row.facts.name);
	return out_done(ctl, facts_row(account, &row),
	    "a letter with a new link is on its way to %s, good for 24 hours; "
	    "links of before are void",
	    row.facts.name);
}

/* ---- list, records ---------------------------------------------------------- */

static bool
add_identity(void *ctx, const char *account, const struct store_identity *row)
{
	return out_add(ctx, facts_row(account, row));
}

int
identity_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "IDENTITY", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"type", "TYPE", OUT_PLAIN},
	    {"status", "STATUS", OUT_PLAIN},
	    {"dkim_status", "DKIM", OUT_PLAIN},
	    {"signing", "SIGNING", OUT_ON_OFF},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	return out_list(ctl, &list,
	    identity_list(
		ctl->store, ctl_arg(ctl, 0), add_identity, &list, &err),
	    &err, columns,
	    "no identities; make one: sendwardctl identity create ACCOUNT "
	    "DOMAIN");
}

int
identity_run_records(struct ctl *ctl)
{
	const char *format = ctl_value(ctl, "format");
	struct identity_file *file = NULL;
	int rc;

	if (format == NULL)
		format = ctl->json ? "json" : "text";
	if (strcmp(format, "text") != 0 && strcmp(format, "zone") != 0 &&
	    strcmp(format, "json") != 0)
		return ctl_usage(ctl, "--format must be text, zone or json");
	if (strcmp(format, "json") == 0)
		ctl->json = true;
	rc = ctl_open(ctl, CTL_READ);
	if (rc == CTL_DONE)
		rc = get_file(ctl, &file);
	if (rc != CTL_DONE)
		return rc;
	if (ctl->json)
		rc = out_print(ctl, records_json(file), NULL, "");
	else if (strcmp(format, "zone") == 0)
		records_print_zone(file);
	else
		records_print_text(file);
	identity_file_free(&file);
	return rc;
}

/* ---- verify, mail-from, set, delete ------------------------------------------ */

/* A domain that is to be signed and has nothing to sign with. */
static bool
lacks_key(const struct store_identity *row)
{
	return is_domain(row) && row->facts.signing_enabled &&
	       row->facts.dkim_status == RULES_IDENTITY_NOT_STARTED;
}

int
identity_run_verify(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_identity row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (identity_verify(ctl->store, account, ctl_arg(ctl, 1),
		clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, facts_row(account, &row),
	    "%s is verified: account %s may send from it, within a second%s",
	    row.facts.name, account,
	    lacks_key(&row)
		? "\nIt has no DKIM key: unless a domain above it has, its mail "
		  "is answered 451.\nBring one (sendwardctl dkim import), or "
		  "sendwardctl identity set --signing off"
		: "");
}

/* The new domain and what to publish for it. */
static int
print_mail_from(const struct ctl *ctl, const struct store_identity *row)
{
	struct identity_file *file = NULL;
	int rc;

	if (row->facts.mail_from[0] == '\0')
		return out_done(ctl, facts_row(ctl_arg(ctl, 0), row),
		    "mail from %s leaves with the bounce domain %s, within a "
		    "second",
		    row->facts.name, ctl->conf->bounce_domain);
	rc = load_file(ctl, row, &file);
	if (rc != CTL_DONE)
		return rc;
	if (ctl->json)
		rc = out_print(ctl, facts_whole(file), NULL, "");
	else
		records_print_mail_from(file);
	identity_file_free(&file);
	return rc;
}

/* Reads --on-failure, --off and the third argument, which exclude each other. */
static int
read_mail_from(const struct ctl *ctl, const char **domain_r, bool *reject_r)
{
	const char *what = ctl_value(ctl, "on-failure");
	bool off = ctl_value(ctl, "off") != NULL;

	*domain_r = off ? "" : ctl_arg(ctl, 2);
	*reject_r = what != NULL && strcmp(what, "reject") == 0;
	if (off && (ctl->arg_count == 3 || what != NULL))
		return ctl_usage(
		    ctl, "--off goes with no domain and no --on-failure");
	if (!off && ctl->arg_count < 3)
		return ctl_usage(ctl, "give the MAIL FROM domain, or --off");
	if (*domain_r[0] == '\0' && !off)
		return ctl_usage(ctl, "the MAIL FROM domain is empty");
	if (what != NULL && !*reject_r && strcmp(what, "default") != 0)
		return ctl_usage(ctl, "--on-failure must be default or reject");
	return CTL_DONE;
}

int
identity_run_mail_from(struct ctl *ctl)
{
	struct store_identity row;
	const char *domain;
	bool reject;
	struct err err;
	int rc = read_mail_from(ctl, &domain, &reject);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (identity_set_mail_from(ctl->store, ctl->conf, ctl_arg(ctl, 0),
		ctl_arg(ctl, 1), domain, reject, clock_now_sec(), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return print_mail_from(ctl, &row);
}

int
identity_run_delete(struct ctl *ctl)
{
	return delete_named(ctl, identity_delete, "identity", " with its keys");
}
