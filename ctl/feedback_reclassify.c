/* feedback reclassify: kept reports are read again under other rules. */
#include "config.h"

#include "base/clock.h"
#include "ctl/feedback.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/feedback.h"
#include "ops/return_mac.h"
#include "report/report.h"

static json_t *
difference_json(const struct feedback_difference *difference)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "account",
	    out_string(difference->account), "messageId",
	    out_string(difference->queue_id), "recipient",
	    out_string(difference->recipient), "before",
	    out_string(difference->before), "after",
	    out_string(difference->after), "suppressedBefore",
	    difference->suppressed_before, "suppressedAfter",
	    difference->suppressed_after);
}

static void
add_difference(void *ctx, const struct feedback_difference *difference)
{
	json_t **list = ctx;

	if (*list != NULL)
		(void)out_add(list, difference_json(difference));
}

static int
print_replay(const struct ctl *ctl, const struct feedback_replay *counts,
    bool is_dry, json_t *list)
{
	static const struct out_column columns[] = {
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"messageId", "MESSAGE", OUT_PLAIN},
	    {"recipient", "RECIPIENT", OUT_PLAIN},
	    {"before", "BEFORE", OUT_PLAIN},
	    {"after", "AFTER", OUT_PLAIN},
	    {"suppressedAfter", "SUPPRESSED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};

	if (list == NULL)
		return ctl_refuse(ctl, "no memory for the answer");
	if (!ctl->json && json_array_size(list) > 0) {
		(void)out_table(list, columns); /* main looks at stdout */
		(void)putchar('\n');
	}
	return out_done(ctl,
	    json_pack("{s:b, s:I, s:I, s:I, s:o}", "dryRun", is_dry, "reports",
		(json_int_t)counts->reports, "recipients",
		(json_int_t)counts->recipients, "changed",
		(json_int_t)counts->changed, "differences", list),
	    "%lld reports with %lld recipients read anew: %lld %s",
	    (long long)counts->reports, (long long)counts->recipients,
	    (long long)counts->changed, is_dry ? "would change" : "changed");
}

static int
reclassify(struct ctl *ctl, struct feedback_env *env)
{
	bool is_dry = ctl_value(ctl, "dry-run") != NULL;
	struct feedback_replay counts = {0};
	json_t *list = json_array();
	struct err err;

	env->conf = ctl->conf;
	env->store = ctl->store;
	report_init();
	if (feedback_reclassify(env, is_dry, clock_now_sec(), add_difference,
		&list, &counts, &err) == SG_OK)
		return print_replay(ctl, &counts, is_dry, list);
	json_decref(list);
	return ctl_fail(ctl, &err);
}

int
feedback_run_reclassify(struct ctl *ctl)
{
	struct report_rules *rules = NULL;
	struct feedback_env env = {NULL};
	struct err err;
	int rc = feedback_load_rules(ctl, &rules);

	if (rc != CTL_DONE)
		return rc;
	env.rules = rules;
	rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);
	if (rc == CTL_DONE &&
	    return_mac_new(ctl->seal, &env.mac, &err) != SG_OK)
		rc = ctl_fail(ctl, &err);
	if (rc == CTL_DONE)
		rc = reclassify(ctl, &env);
	return_mac_free(&env.mac);
	report_rules_free(&rules);
	return rc;
}
