/* reputation: verbs of the command table. Figures and what they mean; pauses
 * nobody. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/out.h"
#include "ctl/reputation.h"
#include "ctl/verbs.h"
#include "ops/reputation.h"

static const struct {
	const char *name, *text;
} standings[] = {
    [RULES_HEALTHY] = {"healthy", "healthy"},
    [RULES_UNDER_REVIEW] = {"review", "under review"},
    [RULES_SHUT_DOWN] = {"paused", "paused"},
};

const char *
reputation_standing_name(enum rules_standing standing)
{
	return standings[standing].name;
}

const char *
reputation_standing_text(enum rules_standing standing)
{
	return standings[standing].text;
}

json_t *
reputation_paused_by(bool is_paused, enum store_paused_by by)
{
	static const char *const names[] = {
	    [STORE_PAUSED_BY_OPERATOR] = "operator",
	    [STORE_PAUSED_BY_REPUTATION] = "reputation",
	    [STORE_PAUSED_BY_ACCOUNT] = "account",
	};

	return is_paused ? json_string(names[by]) : json_null();
}

/* ---- figures as JSON ---------------------------------------------------------- */

/* Of counts as they were judged. */
static void
set_counts(json_t **doc, const struct reputation_counts *counts,
    const struct reputation_verdict *v, const struct reputation_limits *limits)
{
	const struct {
		const char *key;
		double value;
	} rates[] = {
	    {"bounceRate", v->bounce_rate},
	    {"bounceLowerEnd", v->bounce_lower_end},
	    {"bounceReview", limits->bounce_review},
	    {"bouncePause", limits->bounce_pause},
	    {"complaintRate", v->complaint_rate},
	    {"complaintLowerEnd", v->complaint_lower_end},
	    {"complaintReview", limits->complaint_review},
	    {"complaintPause", limits->complaint_pause},
	};

	out_set(doc, "eligible", json_integer(counts->eligible));
	out_set(doc, "bounces", json_integer(counts->bounces));
	out_set(doc, "complaints", json_integer(counts->complaints));
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++)
		out_set(doc, rates[i].key, json_real(rates[i].value));
	out_set(doc, "minimum", json_integer(limits->minimum));
	out_set(doc, "volume", json_integer(limits->volume));
	out_set(doc, "since", out_time(counts->since_sec));
}

struct show {
	const struct ctl *ctl;
	struct reputation_limits limits;
	json_t *list;
};

static bool
add_figures(void *ctx, const struct reputation_figures *figures)
{
	struct show *show = ctx;
	json_t *doc = json_pack("{s:o, s:o, s:o, s:o, s:b, s:s, s:s, s:o}",
	    "account", out_string(figures->account), "configurationSet",
	    out_text(figures->set), "tenant", out_text(figures->tenant),
	    "policy", out_string(figures->policy), "paused", figures->paused,
	    "standing", reputation_standing_name(figures->standing),
	    "figuresSay", reputation_standing_name(figures->verdict.standing),
	    "freshStart", out_time(figures->fresh_start_sec));

	set_counts(&doc, &figures->counts, &figures->verdict, &show->limits);
	return out_add(&show->list, doc);
}

/* ---- figures in words --------------------------------------------------------- */

static const char *
string_of(const json_t *doc, const char *key)
{
	const char *text = json_string_value(json_object_get(doc, key));

	return text == NULL ? "" : text;
}

/* "12,345" */
static const char *
grouped(json_int_t number, char text_r[32])
{
	char plain[24];
	size_t len, out = 0;

	(void)snprintf(
	    plain, sizeof(plain), "%lld", (long long)number); /* fits */
	len = strlen(plain);
	for (size_t i = 0; i < len; i++) {
		text_r[out++] = plain[i];
		if ((len - i - 1) % 3 == 0 && i + 1 < len && plain[i] != '-')
			text_r[out++] = ',';
	}
	text_r[out] = '\0';
	return text_r;
}

static double
percent(const json_t *doc, const char *what, const char *key)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%s%s", what, key); /* fits */
	return 100 * json_number_value(json_object_get(doc, name));
}

static json_int_t
number(const json_t *doc, const char *key)
{
	return json_integer_value(json_object_get(doc, key));
}

/* "bounces 92 of 1,000: 9.2 %, proved 7.9 %; under review from 5 %, paused from
 * 10 %". what: "bounce" or "complaint". */
static void
print_rate(const json_t *doc, const char *what)
{
	const char *policy = string_of(doc, "policy");
	char title[16], a[32], b[32];
	json_int_t count;

	(void)snprintf(title, sizeof(title), "%ss", what); /* fits */
	count = number(doc, title);
	(void)printf("  %-11s %s of %s: %.3g %%", title, grouped(count, a),
	    grouped(number(doc, "eligible"), b), percent(doc, what, "Rate"));
	if (count > 0)
		(void)printf(
		    ", proved %.3g %%", percent(doc, what, "LowerEnd"));
	if (strcmp(policy, "strict") == 0)
		(void)printf(
		    "; paused from %.3g %%\n", percent(doc, what, "Review"));
	else if (strcmp(policy, "none") == 0)
		(void)printf("; under review from %.3g %%, never paused\n",
		    percent(doc, what, "Review"));
	else
		(void)printf("; under review from %.3g %%, paused from "
			     "%.3g %%\n",
		    percent(doc, what, "Review"),
		    percent(doc, what, "Pause")); /* main looks at stdout */
}

static enum rules_standing
standing_of(const json_t *doc, const char *key)
{
	const char *name = json_string_value(json_object_get(doc, key));

	for (int i = RULES_HEALTHY; i < RULES_SHUT_DOWN; i++)
		if (name != NULL && strcmp(name, standings[i].name) == 0)
			return (enum rules_standing)i;
	return RULES_SHUT_DOWN;
}

static void
print_window(const struct show *show, const json_t *doc)
{
	const struct conf *conf = show->ctl->conf;
	const char *fresh = string_of(doc, "freshStart");
	char a[32], b[32];

	(void)printf("  %-11s the newest %s recipients of the last %lld days",
	    "counted", grouped(conf->reputation_volume, a),
	    (long long)conf->reputation_window_days);
	if (fresh[0] != '\0')
		(void)printf(", sent since the fresh start %s", fresh);
	(void)printf(";\n  %-11s ", "");
	if (number(doc, "eligible") < conf->reputation_minimum)
		(void)printf("fewer than %s: only what is beyond doubt "
			     "counts\n",
		    grouped(conf->reputation_minimum, b));
	else
		(void)printf("without suppressed, simulated and own "
			     "recipients\n"); /* main looks at stdout */
}

/* One account or set in a paragraph. */
static void
print_paragraph(const struct show *show, const json_t *doc, bool is_first)
{
	const char *set = string_of(doc, "configurationSet");
	const char *tenant = string_of(doc, "tenant");
	const char *kind = set[0] != '\0'      ? "configuration set "
			   : tenant[0] != '\0' ? "tenant "
					       : "account ";
	const char *name = set[0] != '\0' ? set : tenant;
	const char *account = string_of(doc, "account");
	enum rules_standing kept = standing_of(doc, "standing");
	enum rules_standing now = standing_of(doc, "figuresSay");
	bool paused = json_is_true(json_object_get(doc, "paused"));

	(void)printf("%s%s%s%s%s: %s%s, policy %s\n", is_first ? "" : "\n",
	    kind, name[0] == '\0' ? account : name,
	    name[0] == '\0' ? "" : " of ", name[0] == '\0' ? "" : account,
	    !paused && kept == RULES_SHUT_DOWN ? "to be paused"
					       : standings[kept].text,
	    paused && kept != RULES_SHUT_DOWN ? ", paused by hand"
	    : !paused && kept == RULES_SHUT_DOWN
		? ", but sends (a person resumed it, or mode = monitor)"
	    : !paused ? ", sends"
		      : "",
	    string_of(doc, "policy"));
	print_rate(doc, "bounce");
	print_rate(doc, "complaint");
	print_window(show, doc);
	if (now != kept && kept == RULES_SHUT_DOWN)
		(void)printf("  %-11s the figures alone would say: %s; a "
			     "person resumes it\n",
		    "", standings[now].text); /* main looks at stdout */
}

/* The table of many. */
static bool
print_overview(json_t *list)
{
	static const struct out_column columns[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"configurationSet", "SET", OUT_PLAIN},
	    {"tenant", "TENANT", OUT_PLAIN},
	    {"standing", "STANDING", OUT_PLAIN},
	    {"eligible", "RECIPIENTS", OUT_PLAIN},
	    {"bounceRate", "BOUNCES", OUT_PERCENT},
	    {"bounceLowerEnd", "PROVED", OUT_PERCENT},
	    {"complaintRate", "COMPLAINTS", OUT_PERCENT},
	    {"complaintLowerEnd", "PROVED", OUT_PERCENT},
	    {NULL, NULL, OUT_PLAIN},
	};
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row)(void)
	    json_object_set_new(row, "standing",
		json_string(standings[standing_of(row, "standing")].text));
	return out_table(list, columns);
}

static int
print_figures(struct show *show)
{
	const struct reputation_limits *limits = &show->limits;
	const json_t *row;
	size_t i;

	if (json_array_size(show->list) == 0)
		(void)puts("no account has sent anything yet");
	else if (ctl_arg(show->ctl, 0) == NULL) {
		if (!print_overview(show->list))
			return ctl_refuse(
			    show->ctl, "no memory for the answer");
		(void)printf("\nUnder review from %.3g %% bounces or %.3g %% "
			     "complaints that are proved, paused from\n%.3g "
			     "%% or %.3g %%. More: sendwardctl reputation "
			     "show ACCOUNT\n",
		    100 * limits->bounce_review, 100 * limits->complaint_review,
		    100 * limits->bounce_pause, 100 * limits->complaint_pause);
	} else
		json_array_foreach(show->list, i, row)
		    print_paragraph(show, row, i == 0);
	return CTL_DONE;
}

/* ---- dry run ------------------------------------------------------------------ */

static bool
add_history(void *ctx, const struct reputation_history *history)
{
	struct show *show = ctx;
	json_t *doc = json_pack("{s:o, s:o, s:o, s:o, s:o}", "account",
	    out_string(history->account), "configurationSet",
	    out_text(history->set), "tenant", out_text(history->tenant),
	    "reviewAt", out_time(history->review_sec), "pausedAt",
	    out_time(history->pause_sec));

	set_counts(&doc, &history->counts, &history->verdict, &show->limits);
	return out_add(&show->list, doc);
}

static int
print_histories(struct show *show)
{
	static const struct out_column columns[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"configurationSet", "SET", OUT_PLAIN},
	    {"tenant", "TENANT", OUT_PLAIN},
	    {"reviewAt", "UNDER REVIEW", OUT_PLAIN},
	    {"pausedAt", "PAUSED", OUT_PLAIN},
	    {"eligible", "RECIPIENTS", OUT_PLAIN},
	    {"bounces", "BOUNCES", OUT_PLAIN},
	    {"complaints", "COMPLAINTS", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	const json_t *row;
	int paused = 0;
	size_t i;

	json_array_foreach(show->list, i, row) paused +=
	    json_is_string(json_object_get(row, "pausedAt"));
	if (json_array_size(show->list) == 0) {
		(void)puts("nothing was sent in the stored history");
		return CTL_DONE;
	}
	if (!out_table(show->list, columns))
		return ctl_refuse(show->ctl, "no memory for the answer");
	(void)printf("\n%d of %zu would have been paused. Nothing was "
		     "changed.\n",
	    paused, json_array_size(show->list)); /* main looks at stdout */
	return CTL_DONE;
}

/* ---- show --------------------------------------------------------------------- */

/* Ends both forms. */
static int
finish(struct show *show, enum sg_err code, const struct err *err,
    int (*print)(struct show *show))
{
	int rc;

	if (code != SG_OK) {
		json_decref(show->list);
		return ctl_fail(show->ctl, err);
	}
	if (show->list == NULL || show->ctl->json)
		return out_print(show->ctl, show->list, NULL, "");
	rc = print(show);
	json_decref(show->list);
	return rc;
}

int
reputation_run_show(struct ctl *ctl)
{
	const char *thresholds = ctl_value(ctl, "thresholds");
	bool is_dry = ctl_value(ctl, "dry-run") != NULL;
	struct show show = {.ctl = ctl};
	struct err err;
	int rc;

	if (thresholds != NULL && !is_dry)
		return ctl_usage(ctl, "--thresholds goes with --dry-run");
	rc = ctl_open(ctl, CTL_READ);
	if (rc != CTL_DONE)
		return rc;
	reputation_limits_of(ctl->conf, &show.limits);
	if (thresholds != NULL &&
	    reputation_limits_parse(thresholds, &show.limits, &err) != SG_OK)
		return ctl_usage(ctl, "--thresholds: %s", err.text);
	show.list = json_array();
	if (is_dry)
		return finish(&show,
		    reputation_dry_run(ctl->store, ctl->conf, &show.limits,
			ctl_arg(ctl, 0), clock_now_sec(), add_history, &show,
			&err),
		    &err, print_histories);
	return finish(&show,
	    reputation_show(ctl->store, ctl->conf, ctl_arg(ctl, 0),
		clock_now_sec(), add_figures, &show, &err),
	    &err, print_figures);
}
