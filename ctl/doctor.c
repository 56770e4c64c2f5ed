/* doctor: everything that is wrong between Postfix and sendward, each with the line
 * that mends it. What is looked at stands in doctor_*.c, in `config check` and in
 * health.h. Changes nothing. */
#include "config.h"

#include "ctl/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/checks.h"
#include "ctl/out.h"
#include "ctl/postconf.h"
#include "ctl/verbs.h"
#include "ops/admin.h"
#include "ops/health.h"
#include "ops/identity.h"

#define ROUTES_MAX 100
#define NAME_BYTES 128

/* ---- the list of findings -------------------------------------------------------- */

struct report {
	struct ctl *ctl;
	json_t *list;
	int errors, warnings;
	bool failed;
};

/* "config" leaves out all that begin with "config.". */
static bool
is_skipped(const struct ctl *ctl, const char *name)
{
	for (size_t i = 0; i < ctl->given_count; i++) {
		const char *value = ctl->given[i].value;
		size_t len = strlen(value);

		if (strcmp(ctl->given[i].option->name, "skip") == 0 &&
		    strncmp(name, value, len) == 0 &&
		    (name[len] == '\0' || name[len] == '.'))
			return true;
	}
	return false;
}

static void
add(struct report *report, const char *name, bool is_error, const char *fix,
    const char *text)
{
	if (is_skipped(report->ctl, name))
		return;
	report->errors += is_error;
	report->warnings += !is_error;
	if (json_array_append_new(report->list,
		json_pack("{s:o, s:s, s:o, s:o}", "check", out_string(name),
		    "state", is_error ? "error" : "warning", "text",
		    out_string(text), "fix", out_string(fix))) != 0)
		report->failed = true;
}

/* Was this setting of main.cf told of before, for another listener? */
static bool
is_told_of(const struct report *report, const char *name, const char *fix)
{
	const json_t *row;
	size_t i;

	if (strstr(fix, "-e '") == NULL)
		return false;
	json_array_foreach(report->list, i,
	    row) if (strcmp(json_string_value(json_object_get(row, "check")),
			 name) == 0 &&
		     strcmp(json_string_value(json_object_get(row, "fix")),
			 fix) == 0) return true;
	return false;
}

static void
take_finding(
    void *ctx, enum doctor_check check, const char *fix, const char *text)
{
	if (!is_told_of(ctx, doctor_name(check), fix))
		add(ctx, doctor_name(check), doctor_is_error(check), fix, text);
}

/* ---- Postfix ---------------------------------------------------------------------- */

/* What is open while the commands runs. */
struct visit {
	struct ctl *ctl;
	struct report report;
	struct postconf postconf;
	struct mta mta;
	bool has_mta;
	struct doctor doctor;
	json_t *mail_froms; /* domain: identity */
};

static bool
is_other_dir(const char *dir)
{
	struct postconf own;
	struct err err;

	return postconf_open(NULL, &own, &err) != SG_OK ||
	       strcmp(own.dir, dir) != 0;
}

/* A server that has the milter count is Sendmail's as a rule: it needs no Postfix. */
static void
look_at_postfix(struct visit *visit)
{
	const struct conf *conf = visit->ctl->conf;
	const char *dir =
	    postconf_chosen(ctl_value(visit->ctl, "postfix"), conf);
	struct doctor *doctor = &visit->doctor;
	struct err err;
	enum sg_err rc = postconf_open(dir, &visit->postconf, &err);

	if (rc != SG_OK && conf->milter_quota == CONF_MILTER_QUOTA_YES &&
	    dir == NULL)
		return;
	if (rc == SG_OK)
		rc = postconf_read(&visit->postconf, &visit->mta, &err);
	if (rc != SG_OK) {
		doctor_find(doctor, DOCTOR_POSTFIX,
		    "name the folder of main.cf: --postfix FOLDER, or the "
		    "option postfix_dir",
		    "Postfix's configuration cannot be read: %s", err.text);
		return;
	}
	visit->has_mta = true;
	doctor->mta = &visit->mta;
	doctor->dir = visit->postconf.dir;
	doctor->is_other_dir = dir != NULL && is_other_dir(dir);
	doctor_look_up(&visit->postconf, doctor, &doctor->route);
	doctor_gate(doctor);
	doctor_policy(doctor);
	doctor_doors(doctor);
	doctor_way(doctor);
	doctor_machine(doctor);
}

/* ---- MAIL FROM domains -------------------------------------------------------------- */

static bool
keep_mail_from(void *ctx, const char *account, const struct store_identity *row)
{
	json_t *domains = ctx;
	enum rules_identity_status status = row->facts.status;

	(void)account;
	if (row->facts.mail_from[0] != '\0' &&
	    (status == RULES_IDENTITY_SUCCESS ||
		status == RULES_IDENTITY_TEMPORARY_FAILURE))
		(void)json_object_set_new(
		    domains, row->facts.mail_from, out_string(row->facts.name));
	return json_object_size(domains) < ROUTES_MAX;
}

/* The store is closed by now: its user may not be able to read Postfix's tables. */
static void
look_at_mail_froms(struct visit *visit)
{
	struct doctor *doctor = &visit->doctor;
	char fix[DOCTOR_FIX_MAX];
	const char *domain;
	const json_t *identity;

	if (!visit->has_mta)
		return;
	json_object_foreach(visit->mail_froms, domain, identity)
	{
		if (doctor_is_routed(&visit->postconf, doctor, domain))
			continue;
		doctor_find(doctor, DOCTOR_MAIL_FROM_ROUTE,
		    doctor_fix_setup(doctor, fix),
		    "transport_maps does not have %s, the MAIL FROM domain of "
		    "%s: its bounces do not come to sendward-feedback",
		    domain, json_string_value(identity));
	}
}

/* ---- config check, health ------------------------------------------------------------ */

static const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text == NULL ? "" : text;
}

static void
look_at_config(struct visit *visit)
{
	struct checks checks = {.ctl = visit->ctl, .list = json_array()};
	char name[NAME_BYTES];
	const json_t *row;
	size_t i;

	if (checks.list == NULL) {
		visit->report.failed = true;
		return;
	}
	checks_all(&checks);
	json_array_foreach(checks.list, i, row)
	{
		const char *state = text_of(row, "state");

		if (strcmp(state, "ok") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s.%s",
		    doctor_name(DOCTOR_CONFIG), text_of(row, "check"));
		add(&visit->report, name, strcmp(state, "error") == 0,
		    text_of(row, "fix"), text_of(row, "text"));
	}
	visit->report.failed |= checks.failed;
	json_decref(checks.list);
}

/* `config check` tells of these two. */
static bool
is_told(const char *part)
{
	return strcmp(part, "dns") == 0 || strcmp(part, "mode") == 0;
}

static void
add_health(struct visit *visit, const struct health *health)
{
	char name[NAME_BYTES];

	for (size_t i = 0; i < health->part_count; i++) {
		const struct health_part *part = &health->parts[i];

		if (part->status == HEALTH_OK || is_told(part->name))
			continue;
		(void)snprintf(name, sizeof(name), "%s.%s",
		    doctor_name(DOCTOR_HEALTH), part->name);
		add(&visit->report, name, part->status == HEALTH_FAIL,
		    part->advice, part->detail);
	}
}

/* The rest, in the order in which the process may do it: as the caller first. */
static enum sg_err
look_at_programs(struct visit *visit, struct err *err_r)
{
	struct ctl *ctl = visit->ctl;
	int64_t now_sec = clock_now_sec();
	struct health *health = calloc(1, sizeof(*health));
	struct health_facts *facts = health_facts_new(ctl->conf, now_sec);
	struct err why = {.text = "see config.store"};

	if (health == NULL || facts == NULL) {
		free(health);
		health_facts_free(&facts);
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	health_ask(facts, ctl->conf);
	look_at_config(visit);
	if (ctl->store != NULL) {
		(void)identity_list(
		    ctl->store, NULL, keep_mail_from, visit->mail_froms, NULL);
		doctor_store(&visit->doctor, ctl->store, (long long)now_sec);
	}
	health_read(facts, ctl->conf, ctl->store, &why);
	admin_store_close(&ctl->store);
	health_judge(facts, health);
	add_health(visit, health);
	health_facts_free(&facts);
	free(health);
	return SG_OK;
}

/* ---- output ---------------------------------------------------------------------------- */

static void
print_row(const json_t *row)
{
	struct buf text, fix;

	buf_init(&text, 8192);
	buf_init(&fix, 8192);
	(void)out_clean(text_of(row, "text"), &text); /* cut at the cap */
	(void)out_clean(text_of(row, "fix"), &fix);
	(void)printf("%-7s  %s\n         %s\n", text_of(row, "state"),
	    text_of(row, "check"), buf_str(&text)); /* main looks at it */
	if (fix.len > 0)
		(void)printf("         fix: %s\n", buf_str(&fix));
	buf_fini(&fix);
	buf_fini(&text);
}

static void
print_rows(const struct report *report)
{
	const json_t *row;
	size_t i;

	json_array_foreach(report->list, i, row) print_row(row);
	if (geteuid() != 0)
		(void)puts("Not run as root: what root alone may see was not "
			   "looked at.");
	if (json_array_size(report->list) == 0) {
		(void)puts("nothing is wrong");
		return;
	}
	(void)printf("\n%d error%s, %d warning%s. After a change of Postfix: "
		     "postfix reload; then look again.\n",
	    report->errors, report->errors == 1 ? "" : "s", report->warnings,
	    report->warnings == 1 ? "" : "s");
}

static int
print_report(struct visit *visit)
{
	struct report *report = &visit->report;
	int rc = report->errors > 0 ? CTL_REFUSED : CTL_DONE;
	int printed = CTL_DONE;

	if (report->failed)
		return ctl_refuse(visit->ctl, "no memory for the answer");
	if (visit->ctl->json)
		printed = out_print(visit->ctl,
		    json_pack("{s:b, s:o, s:i, s:i, s:O}", "ok", rc == CTL_DONE,
			"postfix",
			visit->has_mta ? out_string(visit->postconf.dir)
				       : json_null(),
			"errors", report->errors, "warnings", report->warnings,
			"checks", report->list),
		    NULL, "");
	else
		print_rows(report);
	return printed != CTL_DONE ? printed : rc;
}

static int
print_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"check", "CHECK", OUT_PLAIN},
	    {"state", "STATE", OUT_PLAIN},
	    {"text", "WHAT IS WRONG", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	json_t *list = json_array();

	for (int i = 0; i < DOCTOR_CHECK_COUNT; i++)
		out_add(&list,
		    json_pack("{s:s, s:s, s:s}", "check",
			doctor_name((enum doctor_check)i), "state",
			doctor_is_error((enum doctor_check)i) ? "error"
							      : "warning",
			"text", doctor_help((enum doctor_check)i)));
	return out_print(ctl, list, columns, "");
}

/* A name that nobody has is a mistake: it would hide nothing. */
static const char *
unknown_skip(const struct ctl *ctl)
{
	for (size_t i = 0; i < ctl->given_count; i++) {
		const char *value = ctl->given[i].value;
		bool is_known = false;

		if (strcmp(ctl->given[i].option->name, "skip") != 0)
			continue;
		for (int j = 0; j < DOCTOR_CHECK_COUNT; j++) {
			const char *name = doctor_name((enum doctor_check)j);
			size_t len = strlen(name);

			is_known |=
			    strncmp(value, name, len) == 0 &&
			    (value[len] == '\0' ||
				(value[len] == '.' && j >= DOCTOR_CONFIG));
		}
		if (!is_known)
			return value;
	}
	return NULL;
}

int
doctor_run(struct ctl *ctl)
{
	struct visit visit = {.ctl = ctl};
	const char *unknown = unknown_skip(ctl);
	struct err err;
	int rc;

	if (unknown != NULL)
		return ctl_usage(ctl,
		    "there is no check %.60s; sendwardctl doctor --list has "
		    "their names",
		    unknown);
	if (ctl_value(ctl, "list") != NULL)
		return print_list(ctl);
	rc = ctl_open(ctl, 0);
	if (rc != CTL_DONE)
		return rc;
	visit.report = (struct report){.ctl = ctl, .list = json_array()};
	visit.mail_froms = json_object();
	visit.doctor = (struct doctor){
	    .conf = ctl->conf, .found = take_finding, .ctx = &visit.report};
	look_at_postfix(&visit);
	rc = look_at_programs(&visit, &err) != SG_OK ? ctl_fail(ctl, &err)
						     : CTL_DONE;
	if (rc == CTL_DONE) {
		look_at_mail_froms(&visit);
		rc = print_report(&visit);
	}
	json_decref(visit.mail_froms);
	json_decref(visit.report.list);
	mta_fini(&visit.mta);
	return rc;
}
