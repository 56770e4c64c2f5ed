/* identity show and identity check: what is known, and what DNS says of it now.
 * What follows from a look is decided in ops/check.h. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/facts.h"
#include "ctl/findings.h"
#include "ctl/grant.h"
#include "ctl/identity_set.h"
#include "ops/look.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/advice.h"
#include "ops/check.h"
#include "ops/identity.h"

/* identity show waits for DNS no longer than this. */
#define ADVICE_MSEC 3000

/* Adds value (its reference is taken) to doc; false: no memory. */
static bool
put(json_t *doc, const char *key, json_t *value)
{
	return json_object_set_new(doc, key, value) == 0;
}

/* ---- identity show ---------------------------------------------------------- */

/* What was shown is freed with it. */
struct shown {
	struct identity_file *file;
	struct check *check; /* NULL: DNS was not asked */
	struct err trouble;  /* of DNS; code SG_OK: none */
	struct advice spf, dmarc;
	bool has_advice;
	json_t *grants;
};

static void
shown_fini(struct shown *shown)
{
	check_free(&shown->check);
	identity_file_free(&shown->file);
	json_decref(shown->grants);
}

/* Asks DNS about SPF and DMARC. Trouble with it is no error. */
static void
load_advice(struct ctl *ctl, int64_t identity_id, struct shown *shown)
{
	if (check_new(ctl->store, ctl->conf, identity_id, true, &shown->check,
		&shown->trouble) != SG_OK ||
	    look_ask(ctl->conf, shown->check, ADVICE_MSEC, &shown->trouble) !=
		SG_OK)
		return;
	shown->trouble.code = SG_OK;
	shown->has_advice =
	    check_advice(shown->check, &shown->spf, &shown->dmarc);
}

static int
print_shown_json(const struct ctl *ctl, struct shown *shown)
{
	json_t *doc = facts_whole(shown->file);
	int rc = identity_set_facts(ctl, &shown->file->row, &doc);

	out_set(&doc, "grants", json_incref(shown->grants));
	out_set(&doc, "advice",
	    shown->has_advice ? facts_advice(&shown->spf, &shown->dmarc)
			      : json_null());
	if (rc == CTL_DONE)
		return out_print(ctl, doc, NULL, "");
	json_decref(doc);
	return rc;
}

static int
print_shown(const struct ctl *ctl, struct shown *shown)
{
	const struct rules_identity *facts = &shown->file->row.facts;
	int rc = facts_print(ctl, shown->file, clock_now_sec());

	if (rc == CTL_DONE) {
		(void)putchar('\n'); /* main looks at stdout */
		rc = identity_set_print(ctl, &shown->file->row);
	}
	if (rc == CTL_DONE && (facts->type == RULES_IDENTITY_DOMAIN ||
				  shown->file->key_count > 0)) {
		(void)putchar('\n'); /* main looks at stdout */
		rc = facts_print_keys(ctl, shown->file);
	}
	if (rc == CTL_DONE && json_array_size(shown->grants) > 0) {
		(void)putchar('\n'); /* main looks at stdout */
		rc = grant_print(ctl, json_incref(shown->grants));
	}
	if (shown->has_advice) {
		facts_print_advice(&shown->spf);
		facts_print_advice(&shown->dmarc);
	} else if (shown->trouble.code != SG_OK)
		(void)printf("\nSPF and DMARC: not known, DNS could not be "
			     "asked: %s\n",
		    shown->trouble.text); /* main looks at stdout */
	if (rc == CTL_DONE && facts->type == RULES_IDENTITY_EMAIL &&
	    shown->file->row.proofs == 0)
		(void)printf(
		    "\nA new link: sendwardctl identity resend %s %s\n",
		    shown->file->account, facts->name);
	if (shown->file->record_count > 0)
		(void)printf("\nTo publish: sendwardctl identity records %s "
			     "%s\nWhat is in DNS: sendwardctl identity check "
			     "%s %s\n",
		    shown->file->account, facts->name, shown->file->account,
		    facts->name); /* main looks at stdout */
	return rc;
}

int
identity_run_show(struct ctl *ctl)
{
	struct shown shown = {.file = NULL};
	struct store_identity row;
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (identity_get(ctl->store, ctl_arg(ctl, 0), ctl_arg(ctl, 1), &row,
		&err) != SG_OK ||
	    identity_file_load(ctl->store, ctl->conf, row.facts.id, &shown.file,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = grant_load(ctl, shown.file->account, row.facts.id, &shown.grants);
	if (rc == CTL_DONE && ctl_value(ctl, "offline") == NULL)
		load_advice(ctl, row.facts.id, &shown);
	if (rc == CTL_DONE)
		rc = ctl->json ? print_shown_json(ctl, &shown)
			       : print_shown(ctl, &shown);
	shown_fini(&shown);
	return rc;
}

/* ---- identity check --------------------------------------------------------- */

static int
print_check_json(const struct ctl *ctl, struct check *check)
{
	const struct finding *list;
	size_t count = check_findings(check, &list);
	struct advice spf, dmarc;
	json_t *doc = facts_whole(check_file(check));
	bool has_advice = check_advice(check, &spf, &dmarc);

	if (doc == NULL || !put(doc, "findings", findings_json(list, count)) ||
	    !put(doc, "answered", json_boolean(!check_is_unanswered(check))) ||
	    !put(doc, "advice",
		has_advice ? facts_advice(&spf, &dmarc) : json_null())) {
		json_decref(doc);
		doc = NULL;
	}
	return out_print(ctl, doc, NULL, "");
}

static void
print_unanswered(const struct ctl *ctl)
{
	const char *servers = ctl->conf->dns_servers;

	(void)printf("\nNo name server answered, so nothing has changed. "
		     "Asked were %s%s\n",
	    servers[0] == '\0' ? "those of /etc/resolv.conf."
			       : "those of\nthe option dns.servers: ",
	    servers); /* main looks at stdout */
}

/* Among the ways to prove a domain one that is wrong is no fault. */
static void
print_enough(
    const struct identity_file *file, const struct finding *list, size_t count)
{
	const int by_dns =
	    STORE_PROOF_DKIM_TXT | STORE_PROOF_EASY_DKIM | STORE_PROOF_TXT;
	size_t wrong = 0, ways = 0;

	for (size_t i = 0; i < count; i++) {
		enum record_purpose purpose = list[i].record->purpose;
		bool is_way = purpose != RECORD_MAIL_FROM_MX &&
			      purpose != RECORD_MAIL_FROM_SPF;

		ways += is_way;
		wrong += is_way && list[i].state != FINDING_OK &&
			 list[i].state != FINDING_NOT_NEEDED;
	}
	if (wrong == 0 || ways < 2)
		return;
	(void)printf(
	    (file->row.proofs & by_dns) != 0
		? "\nOne way proves the domain. What is wrong with the others "
		  "may stay as it is.\n"
		: "\nOne way is enough: the DKIM record, all three CNAME "
		  "records, or the TXT record.\n"); /* main looks at it */
}

/* The findings show what is wanted cut. */
static void
print_where_whole(
    const struct identity_file *file, const struct finding *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].state != FINDING_OK &&
		    list[i].state != FINDING_NOT_NEEDED) {
			(void)printf("The whole values, to copy: sendwardctl "
				     "identity records %s %s\n",
			    file->account, file->row.facts.name);
			return; /* main looks at stdout */
		}
}

static const char *
why_not(const struct store_identity *row)
{
	if (facts_may_send(row))
		return ".";
	if (row->facts.mail_from_use == RULES_MAIL_FROM_REJECT)
		return " yet: its MAIL FROM domain is not verified.";
	return " yet.";
}

static int
print_check(const struct ctl *ctl, struct check *check)
{
	const struct identity_file *file = check_file(check);
	const struct finding *list;
	size_t count = check_findings(check, &list);
	struct advice spf, dmarc;
	int rc;

	if (count == 0)
		(void)printf("No record of %s is looked for in DNS: %s\n",
		    file->row.facts.name,
		    file->row.facts.type == RULES_IDENTITY_EMAIL
			? "an address is proved by the link\nin a letter "
			  "(sendwardctl identity resend)."
			: "it has none."); /* main looks at stdout */
	else
		(void)printf("%s in DNS, just now:\n", file->row.facts.name);
	findings_print(file, list, count);
	if (count > 0 && check_is_unanswered(check))
		print_unanswered(ctl);
	else if (file->row.facts.type == RULES_IDENTITY_DOMAIN)
		print_enough(file, list, count);
	(void)putchar('\n'); /* main looks at stdout */
	rc = facts_print(ctl, file, clock_now_sec());
	if (check_advice(check, &spf, &dmarc)) {
		facts_print_advice(&spf);
		facts_print_advice(&dmarc);
	}
	if (rc == CTL_DONE)
		(void)printf("\nAccount %s %s send from %s%s\n", file->account,
		    facts_may_send(&file->row) ? "may" : "may not",
		    file->row.facts.name, why_not(&file->row));
	if (rc == CTL_DONE)
		print_where_whole(file, list, count);
	return rc;
}

/* Asks, applies, prints. */
static int
run_check(struct ctl *ctl, struct check *check)
{
	struct err err;
	int rc;

	if (look_ask(ctl->conf, check, 0, &err) != SG_OK ||
	    check_apply(check, ctl->store, true, clock_now_sec(), &err) !=
		SG_OK)
		return ctl_fail(ctl, &err);
	rc = ctl->json ? print_check_json(ctl, check) : print_check(ctl, check);
	if (rc == CTL_DONE && !facts_may_send(&check_file(check)->row))
		rc = CTL_REFUSED;
	return rc;
}

int
identity_run_check(struct ctl *ctl)
{
	struct check *check = NULL;
	struct store_identity row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (identity_get(ctl->store, ctl_arg(ctl, 0), ctl_arg(ctl, 1), &row,
		&err) != SG_OK ||
	    check_new(ctl->store, ctl->conf, row.facts.id, true, &check,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = run_check(ctl, check);
	check_free(&check);
	return rc;
}
