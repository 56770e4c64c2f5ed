/* identity: verbs of the command table. Asks no DNS. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/records.h"
#include "ctl/verbs.h"
#include "ops/identity.h"
#include "rules/identity.h"

static const struct out_column fields[] = {
    {"name", "identity", OUT_PLAIN},
    {"account", "account", OUT_PLAIN},
    {"type", "type", OUT_PLAIN},
    {"status", "status", OUT_PLAIN},
    {"verified", "may send", OUT_PLAIN},
    {"covers", "covers", OUT_PLAIN},
    {"signing", "DKIM signing", OUT_ON_OFF},
    {"created", "created", OUT_PLAIN},
    {"verified_at", "verified at", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static json_t *
identity_json(const char *account, const struct store_identity *row)
{
	const struct rules_identity *facts = &row->facts;
	bool is_domain = facts->type == RULES_IDENTITY_DOMAIN;
	bool is_verified = facts->status == RULES_IDENTITY_SUCCESS ||
			   facts->status == RULES_IDENTITY_TEMPORARY_FAILURE;
	char covers[2 * RULES_ADDRESS_MAX];

	if (is_domain)
		(void)snprintf(covers, sizeof(covers), /* fits */
		    "every address of %s and of its subdomains", facts->name);
	else
		(void)snprintf(covers, sizeof(covers), /* fits */
		    "%s, also with a +label", facts->name);
	return json_pack("{s:o, s:s, s:s, s:s, s:b, s:o, s:b, s:o, s:o}",
	    "account", out_string(account), "name", facts->name, "type",
	    is_domain ? "DOMAIN" : "EMAIL_ADDRESS", "status",
	    identity_status_name(facts->status), "verified", is_verified,
	    "covers", out_string(covers), "signing", facts->signing_enabled,
	    "created", out_time(row->created_sec), "verified_at",
	    out_time(row->verified_sec));
}

/* The whole of it: facts, keys, records. Returns CTL_DONE and a reference. */
static int
load_whole(
    const struct ctl *ctl, const struct store_identity *row, json_t **doc_r)
{
	json_t *keys, *records;
	json_t *doc = identity_json(ctl_arg(ctl, 0), row);
	int rc = doc == NULL ? ctl_refuse(ctl, "no memory for the answer")
			     : records_load(ctl, row, &keys, &records);

	if (rc == CTL_DONE &&
	    (json_object_set_new(doc, "keys", keys) != 0) +
		    (json_object_set_new(doc, "records", records) != 0) >
		0)
		rc = ctl_refuse(ctl, "no memory for the answer");
	if (rc != CTL_DONE) {
		json_decref(doc);
		return rc;
	}
	*doc_r = doc;
	return CTL_DONE;
}

static int
print_keys(const struct ctl *ctl, json_t *doc)
{
	static const struct out_column columns[] = {
	    {"selector", "SELECTOR", OUT_PLAIN},
	    {"algorithm", "ALGORITHM", OUT_PLAIN},
	    {"bits", "BITS", OUT_PLAIN},
	    {"active", "SIGNS", OUT_PLAIN},
	    {"created", "CREATED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};

	return out_print(ctl, json_incref(json_object_get(doc, "keys")),
	    columns, "no signing key of its own");
}

/* Facts, keys, and records when there are any. */
static int
print_whole(const struct ctl *ctl, const struct store_identity *row)
{
	json_t *doc, *records;
	int rc = load_whole(ctl, row, &doc);

	if (rc != CTL_DONE)
		return rc;
	if (ctl->json)
		return out_print(ctl, doc, fields, "");
	rc = out_print(ctl, json_incref(doc), fields, "");
	(void)putchar('\n'); /* main looks at stdout */
	if (rc == CTL_DONE)
		rc = print_keys(ctl, doc);
	records = json_object_get(doc, "records");
	if (rc == CTL_DONE && json_array_size(records) > 0) {
		(void)putchar('\n'); /* main looks at stdout */
		records_print_text(identity_domain(row), records);
	}
	json_decref(doc);
	return rc;
}

static void
print_next_step(const struct ctl *ctl, const struct store_identity *row)
{
	bool is_domain = row->facts.type == RULES_IDENTITY_DOMAIN;

	if (ctl->json)
		return;
	(void)printf(
	    is_domain
		? "\nIt is PENDING: nothing can be sent from it yet. When you "
		  "are sure that the domain is\nthe account's own, say so:\n"
		: "\nIt is PENDING: nothing can be sent from it yet. sendward "
		  "does not mail a confirmation\nlink yet: verify it yourself "
		  "with:\n");
	(void)printf("  sendwardctl identity verify %s %s\n", ctl_arg(ctl, 0),
	    row->facts.name);
}

int
identity_run_create(struct ctl *ctl)
{
	const char *kind = ctl_value(ctl, "dkim");
	int keys = identity_keys_from_name(kind == NULL ? "rsa2048" : kind);
	struct store_identity row;
	struct err err;
	int rc;

	if (keys < 0)
		return ctl_usage(ctl,
		    "--dkim must be rsa2048, rsa1024, rsa4096, ed25519, both or "
		    "none");
	rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);
	if (rc != CTL_DONE)
		return rc;
	if (identity_create(ctl->store, ctl->seal, ctl_arg(ctl, 0),
		ctl_arg(ctl, 1), (enum identity_keys)keys, clock_now_sec(),
		&row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = print_whole(ctl, &row);
	if (rc == CTL_DONE)
		print_next_step(ctl, &row);
	return rc;
}

static bool
add_identity(void *ctx, const char *account, const struct store_identity *row)
{
	return out_add(ctx, identity_json(account, row));
}

int
identity_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "IDENTITY", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"type", "TYPE", OUT_PLAIN},
	    {"status", "STATUS", OUT_PLAIN},
	    {"signing", "SIGNING", OUT_ON_OFF},
	    {"created", "CREATED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	if (list != NULL && identity_list(ctl->store, ctl_arg(ctl, 0),
				add_identity, &list, &err) != SG_OK) {
		json_decref(list);
		return ctl_fail(ctl, &err);
	}
	return out_print(ctl, list, columns,
	    "no identities; make one: sendwardctl identity create ACCOUNT "
	    "DOMAIN");
}

/* Opens the store to read and finds the identity that the arguments name. */
static int
open_and_get(struct ctl *ctl, struct store_identity *row_r)
{
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc == CTL_DONE && identity_get(ctl->store, ctl_arg(ctl, 0),
				  ctl_arg(ctl, 1), row_r, &err) != SG_OK)
		rc = ctl_fail(ctl, &err);
	return rc;
}

int
identity_run_show(struct ctl *ctl)
{
	struct store_identity row;
	int rc = open_and_get(ctl, &row);

	return rc == CTL_DONE ? print_whole(ctl, &row) : rc;
}

int
dkim_run_show(struct ctl *ctl)
{
	struct store_identity row;
	json_t *doc;
	int rc = open_and_get(ctl, &row);

	if (rc == CTL_DONE)
		rc = load_whole(ctl, &row, &doc);
	if (rc != CTL_DONE)
		return rc;
	rc = ctl->json ? out_print(ctl, json_incref(doc), fields, "")
		       : print_keys(ctl, doc);
	json_decref(doc);
	return rc;
}

int
identity_run_records(struct ctl *ctl)
{
	static const struct out_column none[] = {{NULL, NULL, OUT_PLAIN}};
	const char *format = ctl_value(ctl, "format");
	struct store_identity row;
	json_t *keys, *records;
	int rc;

	if (format == NULL)
		format = ctl->json ? "json" : "text";
	if (strcmp(format, "text") != 0 && strcmp(format, "zone") != 0 &&
	    strcmp(format, "json") != 0)
		return ctl_usage(ctl, "--format must be text, zone or json");
	if (strcmp(format, "json") == 0)
		ctl->json = true;
	rc = open_and_get(ctl, &row);
	if (rc == CTL_DONE)
		rc = records_load(ctl, &row, &keys, &records);
	if (rc != CTL_DONE)
		return rc;
	json_decref(keys);
	if (ctl->json)
		return out_print(ctl, records, none, "");
	if (strcmp(format, "zone") == 0)
		records_print_zone(records);
	else
		records_print_text(identity_domain(&row), records);
	json_decref(records);
	return CTL_DONE;
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
	return out_done(ctl, identity_json(account, &row),
	    "%s is verified: account %s may send from it, within a second",
	    row.facts.name, account);
}

int
identity_run_set(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	const char *signing = ctl_value(ctl, "signing");
	struct store_identity row;
	struct err err;
	bool on;
	int rc;

	if (!input_on_off(signing, &on))
		return ctl_usage(ctl, "--signing must be on or off");
	rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (identity_set_signing(
		ctl->store, account, ctl_arg(ctl, 1), on, &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, identity_json(account, &row), "mail from %s is %s",
	    row.facts.name,
	    on ? "signed, when there is a key" : "not signed any more");
}

int
identity_run_delete(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (identity_delete(ctl->store, account, name, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:o, s:b}", "account", account, "name",
		out_string(name), "deleted", 1),
	    "identity %s of account %s is deleted with its keys", name,
	    account);
}
