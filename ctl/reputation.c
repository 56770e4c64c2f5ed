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
    [RULES_HEALTHY] = {"HEALTHY", "healthy"},
    [RULES_UNDER_REVIEW] = {"PROBATION", "under review"},
    [RULES_SHUT_DOWN] = {"SHUTDOWN", "paused"},
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

/* ---- figures as JSON ---------------------------------------------------------- */

static json_t *
rate_json(
    int64_t events, double rate, double lower_end, double review, double pause)
{
	return json_pack("{s:I, s:f, s:f, s:f, s:f}", "count",
	    (json_int_t)events, "rate", rate, "lower_end", lower_end, "review",
	    review, "pause", pause);
}

/* volume, since, bounces, complaints: of counts as they were judged. */
static void
set_counts(json_t **doc, const struct reputation_counts *counts,
    const struct reputation_verdict *v, const struct reputation_limits *limits)
{
	out_set(doc, "volume", json_integer(counts->eligible));
	out_set(doc, "since", out_time(counts->since_sec));
	out_set(doc, "bounces",
	    rate_json(counts->bounces, v->bounce_rate, v->bounce_lower_end,
		limits->bounce_review, limits->bounce_pause));
	out_set(doc, "complaints",
	    rate_json(counts->complaints, v->complaint_rate,
		v->complaint_lower_end, limits->complaint_review,
		limits->complaint_pause));
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
	json_t *doc = json_pack("{s:o, s:o, s:o, s:b, s:s, s:s, s:o}",
	    "account", out_string(figures->account), "configuration_set",
	    out_text(figures->set), "policy", out_string(figures->policy),
	    "paused", figures->paused, "standing",
	    reputation_standing_name(figures->standing), "figures_say",
	    reputation_standing_name(figures->verdict.standing), "fresh_start",
	    out_time(figures->fresh_start_sec));

	set_counts(&doc, &figures->counts, &figures->verdict, &show->limits);
	return out_add(&show->list, doc);
}

/* ---- figures in words --------------------------------------------------------- */

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
percent(const json_t *rate, const char *key)
{
	return 100 * json_number_value(json_object_get(rate, key));
}

/* "bounces 92 of 1,000: 9.2 %, surely more than 7.9 %; under review from 5 %, paused
 * from 10 %" */
static void
print_rate(const json_t *doc, const char *key)
{
	const json_t *rate = json_object_get(doc, key);
	json_int_t count = json_integer_value(json_object_get(rate, "count"));
	json_int_t volume = json_integer_value(json_object_get(doc, "volume"));
	const char *policy = json_string_value(json_object_get(doc, "policy"));
	bool is_strict = policy != NULL && strcmp(policy, "strict") == 0;
	bool is_none = policy != NULL && strcmp(policy, "none") == 0;
	char a[32], b[32];

	(void)printf("  %-11s %s of %s: %.3g %%", key, grouped(count, a),
	    grouped(volume, b), percent(rate, "rate"));
	if (count > 0)
		(void)printf(", proved %.3g %%", percent(rate, "lower_end"));
	if (is_strict)
		(void)printf(
		    "; paused from %.3g %%\n", percent(rate, "review"));
	else if (is_none)
		(void)printf("; under review from %.3g %%, never paused\n",
		    percent(rate, "review"));
	else
		(void)printf("; under review from %.3g %%, paused from "
			     "%.3g %%\n",
		    percent(rate, "review"),
		    percent(rate, "pause")); /* main looks at stdout */
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

static const char *
string_of(const json_t *doc, const char *key)
{
	const char *text = json_string_value(json_object_get(doc, key));

	return text == NULL ? "" : text;
}

static void
print_window(const struct show *show, const json_t *doc)
{
	const struct conf *conf = show->ctl->conf;
	const char *fresh = string_of(doc, "fresh_start");
	char a[32], b[32];

	(void)printf("  %-11s the newest %s recipients of the last %lld days",
	    "counted", grouped(conf->reputation_volume, a),
	    (long long)conf->reputation_window_days);
	if (fresh[0] != '\0')
		(void)printf(", sent since the fresh start %s", fresh);
	(void)printf(";\n  %-11s ", "");
	if (json_integer_value(json_object_get(doc, "volume")) <
	    conf->reputation_minimum)
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
	const char *set = string_of(doc, "configuration_set");
	const char *account = string_of(doc, "account");
	enum rules_standing kept = standing_of(doc, "standing");
	enum rules_standing now = standing_of(doc, "figures_say");
	bool paused = json_is_true(json_object_get(doc, "paused"));

	(void)printf("%s%s%s%s%s: %s%s, policy %s\n", is_first ? "" : "\n",
	    set[0] == '\0' ? "account " : "configuration set ",
	    set[0] == '\0' ? account : set, set[0] == '\0' ? "" : " of ",
	    set[0] == '\0' ? "" : account, standings[kept].text,
	    paused && kept != RULES_SHUT_DOWN ? ", paused by hand"
	    : !paused                         ? ", sends"
					      : "",
	    string_of(doc, "policy"));
	print_rate(doc, "bounces");
	print_rate(doc, "complaints");
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
	    {"configuration_set", "SET", OUT_PLAIN},
	    {"state", "STANDING", OUT_PLAIN},
	    {"volume", "RECIPIENTS", OUT_PLAIN},
	    {"bounce_rate", "BOUNCES", OUT_PERCENT},
	    {"bounce_proved", "PROVED", OUT_PERCENT},
	    {"complaint_rate", "COMPLAINTS", OUT_PERCENT},
	    {"complaint_proved", "PROVED", OUT_PERCENT},
	    {NULL, NULL, OUT_PLAIN},
	};
	static const char *const keys[][3] = {
	    {"bounces", "bounce_rate", "bounce_proved"},
	    {"complaints", "complaint_rate", "complaint_proved"}};
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		(void)json_object_set_new(row, "state",
		    json_string(standings[standing_of(row, "standing")].text));
		for (size_t k = 0; k < 2; k++) {
			const json_t *rate = json_object_get(row, keys[k][0]);

			(void)json_object_set(
			    row, keys[k][1], json_object_get(rate, "rate"));
			(void)json_object_set(row, keys[k][2],
			    json_object_get(rate, "lower_end"));
		}
	}
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
	json_t *doc = json_pack("{s:o, s:o, s:o, s:o}", "account",
	    out_string(history->account), "configuration_set",
	    out_text(history->set), "under_review",
	    out_time(history->review_sec), "paused",
	    out_time(history->pause_sec));

	set_counts(&doc, &history->counts, &history->verdict, &show->limits);
	return out_add(&show->list, doc);
}

static int
print_histories(struct show *show)
{
	static const struct out_column columns[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"configuration_set", "SET", OUT_PLAIN},
	    {"under_review", "UNDER REVIEW", OUT_PLAIN},
	    {"paused", "PAUSED", OUT_PLAIN},
	    {"volume", "RECIPIENTS", OUT_PLAIN},
	    {"bounce_count", "BOUNCES", OUT_PLAIN},
	    {"complaint_count", "COMPLAINTS", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	int paused = 0;
	json_t *row;
	size_t i;

	json_array_foreach(show->list, i, row)
	{
		paused += json_is_string(json_object_get(row, "paused"));
		(void)json_object_set(row, "bounce_count",
		    json_object_get(json_object_get(row, "bounces"), "count"));
		(void)json_object_set(row, "complaint_count",
		    json_object_get(
			json_object_get(row, "complaints"), "count"));
	}
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
