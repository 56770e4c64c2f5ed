/* limit: verbs of the command table. Brakes for stolen logins: what may be used,
 * and who has crossed one. */
#include "config.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/brake.h"
#include "ops/listing.h"

/* "1h", "90s": what the unit divides. */
static const char *
window_text(int64_t sec, char text_r[32])
{
	if (sec % 86400 == 0)
		(void)snprintf(
		    text_r, 32, "%lldd", (long long)(sec / 86400)); /* fits */
	else if (sec % 3600 == 0)
		(void)snprintf(text_r, 32, "%lldh", (long long)(sec / 3600));
	else if (sec % 60 == 0)
		(void)snprintf(text_r, 32, "%lldm", (long long)(sec / 60));
	else
		(void)snprintf(text_r, 32, "%llds", (long long)sec);
	return text_r;
}

static json_t *
brake_json(const char *account, const struct store_brake *row)
{
	char window[32];

	return json_pack("{s:I, s:o, s:s, s:o, s:s, s:I, s:I, s:s, s:o}", "id",
	    (json_int_t)row->id, "account", out_text(account), "scope",
	    brake_scope_name(row->scope), "subject", out_text(row->subject),
	    "measure", brake_measure_name(row->measure), "most",
	    (json_int_t)row->most, "windowSec", (json_int_t)row->window_sec,
	    "window", window_text(row->window_sec, window), "created",
	    out_time(row->created_sec));
}

/* ---- add, list, remove --------------------------------------------------------- */

static int
read_scope(const struct ctl *ctl, const char *name, int *scope_r)
{
	*scope_r = brake_scope_from_name(name);
	if (*scope_r >= 0)
		return CTL_DONE;
	return ctl_usage(
	    ctl, "SCOPE must be login, credential, identity or domain");
}

/* [ACCOUNT] SCOPE MEASURE MOST WINDOW */
static int
read_brake(
    const struct ctl *ctl, const char **account_r, struct store_brake *brake_r)
{
	const char *subject = ctl_value(ctl, "subject");
	int first = ctl->arg_count == 5, scope, measure, rc;

	*account_r = first ? ctl_arg(ctl, 0) : NULL;
	*brake_r = (struct store_brake){.id = 0};
	if (first == (ctl_value(ctl, "all-accounts") != NULL))
		return ctl_usage(
		    ctl, first ? "--all-accounts goes with no ACCOUNT"
			       : "name the ACCOUNT first, or give "
				 "--all-accounts");
	rc = read_scope(ctl, ctl_arg(ctl, first), &scope);
	if (rc != CTL_DONE)
		return rc;
	measure = brake_measure_from_name(ctl_arg(ctl, first + 1));
	if (measure < 0)
		return ctl_usage(ctl,
		    "MEASURE must be messages, recipients, bytes or "
		    "new-recipients");
	if (!input_int(ctl_arg(ctl, first + 2), &brake_r->most))
		return ctl_usage(ctl, "MOST must be a whole number");
	if (!input_duration(ctl_arg(ctl, first + 3), &brake_r->window_sec))
		return ctl_usage(
		    ctl, "WINDOW must be a time such as 90s, 15m, 24h or 7d");
	if (subject != NULL &&
	    (subject[0] == '\0' || strlen(subject) > RULES_ADDRESS_MAX))
		return ctl_usage(ctl, "--subject is empty or too long");
	brake_r->scope = (enum rules_brake_scope)scope;
	brake_r->measure = (enum rules_brake_measure)measure;
	(void)snprintf(brake_r->subject, sizeof(brake_r->subject), "%s",
	    subject == NULL ? "" : subject); /* fits */
	return CTL_DONE;
}

int
limit_run_add(struct ctl *ctl)
{
	struct store_brake brake;
	const char *account;
	struct err err;
	char window[32];
	int rc = read_brake(ctl, &account, &brake);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	brake.created_sec = clock_now_sec();
	if (brake_add(ctl->store, account, &brake, brake.created_sec, &brake.id,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, brake_json(account == NULL ? "" : account, &brake),
	    "limit %lld: %s %s of %s%s%s%s: at most %lld %s in %s; in force "
	    "within a second",
	    (long long)brake.id, brake.subject[0] == '\0' ? "each" : "the",
	    brake_scope_name(brake.scope), account == NULL ? "" : "account ",
	    account == NULL ? "every account" : account,
	    brake.subject[0] == '\0' ? "" : ", ", brake.subject,
	    (long long)brake.most, brake_measure_name(brake.measure),
	    window_text(brake.window_sec, window));
}

static bool
add_brake(void *ctx, const char *account, const struct store_brake *row)
{
	return out_add(ctx, brake_json(account, row));
}

/* What null stands for, for people. */
static void
say_all(json_t *list, const char *key, const char *text)
{
	json_t *row;
	size_t i;

	json_array_foreach(
	    list, i, row) if (json_is_null(json_object_get(row, key)))(void)
	    json_object_set_new(row, key, json_string(text));
}

int
limit_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"id", "ID", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"scope", "SCOPE", OUT_PLAIN},
	    {"subject", "SUBJECT", OUT_PLAIN},
	    {"most", "MOST", OUT_PLAIN},
	    {"measure", "MEASURE", OUT_PLAIN},
	    {"window", "IN", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	enum sg_err code;
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	code =
	    listing_brakes(ctl->store, ctl_arg(ctl, 0), add_brake, &list, &err);
	if (!ctl->json) {
		say_all(list, "account", "(every account)");
		say_all(list, "subject", "(each one)");
	}
	return out_list(ctl, &list, code, &err, columns,
	    "no limits beside the quota; an example: sendwardctl limit add "
	    "ACCOUNT login new-recipients 500 1h");
}

int
limit_run_remove(struct ctl *ctl)
{
	int64_t id;
	struct err err;
	int rc;

	if (!input_int(ctl_arg(ctl, 0), &id))
		return ctl_usage(
		    ctl, "ID is a number, as sendwardctl limit list shows it");
	rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (brake_remove(ctl->store, id, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:I, s:b}", "id", (json_int_t)id, "removed", 1),
	    "limit %lld is gone; who crossed it stays throttled until "
	    "sendwardctl limit release",
	    (long long)id);
}

/* ---- who is throttled ----------------------------------------------------------- */

static bool
add_throttle(void *ctx, const char *account, const struct store_throttle *row)
{
	return out_add(ctx,
	    json_pack("{s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o}",
		"account", out_string(account), "scope",
		brake_scope_name(row->scope), "subject",
		out_string(row->subject), "why", out_string(row->why), "since",
		out_time(row->since_sec), "throttled", row->released_sec == 0,
		"released", out_time(row->released_sec), "releasedBy",
		out_text(row->released_by), "note", out_text(row->note)));
}

int
limit_run_status(struct ctl *ctl)
{
	static const struct out_column now[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"scope", "SCOPE", OUT_PLAIN},
	    {"subject", "THROTTLED", OUT_PLAIN},
	    {"since", "SINCE", OUT_PLAIN},
	    {"why", "WHY", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	static const struct out_column history[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"scope", "SCOPE", OUT_PLAIN},
	    {"subject", "SUBJECT", OUT_PLAIN},
	    {"since", "SINCE", OUT_PLAIN},
	    {"released", "RELEASED", OUT_PLAIN},
	    {"releasedBy", "BY", OUT_PLAIN},
	    {"note", "NOTE", OUT_PLAIN},
	    {"why", "WHY", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	bool is_all = ctl_value(ctl, "all") != NULL;
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	return out_list(ctl, &list,
	    listing_throttles(
		ctl->store, ctl_arg(ctl, 0), is_all, add_throttle, &list, &err),
	    &err, is_all ? history : now,
	    is_all ? "nobody was ever throttled" : "nobody is throttled");
}

/* The person who ran it. sudo says who became root. */
static void
who_ran(char *name_r, size_t size)
{
	const char *sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *user = getpwuid(getuid());

	if (sudo != NULL && sudo[0] != '\0')
		(void)snprintf(name_r, size, "%s", sudo); /* may be cut */
	else if (user != NULL)
		(void)snprintf(name_r, size, "%s", user->pw_name);
	else
		(void)snprintf(name_r, size, "uid %ld", (long)getuid());
}

int
limit_run_release(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *subject = ctl_arg(ctl, 2);
	const char *note = ctl_value(ctl, "note");
	char who[65];
	struct err err;
	int scope, rc = read_scope(ctl, ctl_arg(ctl, 1), &scope);

	who_ran(who, sizeof(who));
	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (brake_release(ctl->store, account, (enum rules_brake_scope)scope,
		subject, who, note == NULL ? "" : note, clock_now_sec(),
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:o, s:b, s:o, s:o}", "account", account,
		"scope", brake_scope_name((enum rules_brake_scope)scope),
		"subject", out_string(subject), "throttled", 0, "releasedBy",
		out_string(who), "note",
		note == NULL ? json_null() : out_string(note)),
	    "%s %s may send again; recorded as released by %s", ctl_arg(ctl, 1),
	    subject, who);
}
