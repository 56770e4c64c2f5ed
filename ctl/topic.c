/* topic: verbs of the command table. */
#include "config.h"

#include "ctl/topic.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/delete.h"
#include "ctl/input.h"
#include "ctl/verbs.h"
#include "ops/listing.h"
#include "ops/topic.h"

static const struct out_column fields[] = {
    {"name", "topic", OUT_PLAIN},
    {"account", "account", OUT_PLAIN},
    {"arn", "ARN", OUT_PLAIN},
    {"displayName", "display name", OUT_PLAIN},
    {"signatureVersion", "signature version", OUT_PLAIN},
    {"created", "created", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static json_t *
topic_json(
    const struct ctl *ctl, const char *account, const struct store_topic *row)
{
	char arn[TOPIC_ARN_MAX];

	topic_arn(ctl->conf, row, arn);
	return json_pack("{s:o, s:s, s:s, s:o, s:i, s:o}", "account",
	    out_string(account), "name", row->name, "arn", arn, "displayName",
	    out_text(row->display_name), "signatureVersion",
	    row->signature_version, "created", out_time(row->created_sec));
}

/* --signature and --display-name. */
static int
read_change(const struct ctl *ctl, int *version_r, const char **display_name_r)
{
	const char *version = ctl_value(ctl, "signature");

	*display_name_r = ctl_value(ctl, "display-name");
	*version_r = version == NULL ? 0 : version[0] - '0';
	if (version != NULL && strcmp(version, "1") != 0 &&
	    strcmp(version, "2") != 0)
		return ctl_usage(ctl, "--signature must be 1 or 2");
	return CTL_DONE;
}

int
topic_run_create(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *display_name;
	struct store_topic row;
	char text[768];
	bool is_new;
	struct err err;
	json_t *doc;
	int version, rc = read_change(ctl, &version, &display_name);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (topic_create(ctl->store, account, ctl_arg(ctl, 1), clock_now_sec(),
		&row, &is_new, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	if (ctl->given_count > 0 &&
	    topic_change(ctl->store, account, row.name, version, display_name,
		&row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	doc = topic_json(ctl, account, &row);
	out_set(&doc, "isNew", json_boolean(is_new));
	(void)snprintf(text, sizeof(text),
	    "%sNext: say who is told of what is published to it:\n  "
	    "sendwardctl subscription add %s %s PROTOCOL ENDPOINT\nand of "
	    "what: sendwardctl configset listen, or identity set "
	    "--bounce-topic.",
	    is_new ? "" : "It was there already. ", account,
	    row.name); /* fits */
	return out_print_with(ctl, doc, fields, text);
}

static bool
add_topic(void *ctx, const char *account, const struct store_topic *row)
{
	json_t **list = ((void **)ctx)[0];
	const struct ctl *ctl = ((void **)ctx)[1];

	return out_add(list, topic_json(ctl, account, row));
}

int
topic_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "TOPIC", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"signatureVersion", "SIGNATURE", OUT_PLAIN},
	    {"created", "CREATED", OUT_PLAIN},
	    {"arn", "ARN", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	void *ctx[2] = {&list, ctl};
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	return out_list(ctl, &list,
	    listing_topics(ctl->store, ctl_arg(ctl, 0), add_topic, ctx, &err),
	    &err, columns,
	    "no topics; make one: sendwardctl topic create ACCOUNT NAME");
}

static bool
add_subscription(void *ctx, const struct listing_subscription *subscription)
{
	json_t **list = ((void **)ctx)[0];
	const struct ctl *ctl = ((void **)ctx)[1];

	return out_add(list, topic_subscription_json(ctl, subscription));
}

int
topic_run_show(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_topic row;
	struct err err;
	json_t *list, *doc;
	void *ctx[2] = {&list, ctl};
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	if (topic_get(ctl->store, account, ctl_arg(ctl, 1), &row, &err) !=
		SG_OK ||
	    listing_subscriptions(ctl->store, account, row.name,
		clock_now_sec(), add_subscription, ctx, &err) != SG_OK) {
		json_decref(list);
		return ctl_fail(ctl, &err);
	}
	doc = topic_json(ctl, account, &row);
	out_set(&doc, "subscriptions", json_incref(list));
	rc = out_print(ctl, doc, fields, "");
	if (rc == CTL_DONE && !ctl->json) {
		(void)putchar('\n'); /* main looks at stdout */
		return out_print(ctl, list, topic_subscription_columns,
		    "nobody subscribes to it: sendwardctl subscription add");
	}
	json_decref(list);
	return rc;
}

int
topic_run_set(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *display_name;
	struct store_topic row;
	struct err err;
	int version, rc = read_change(ctl, &version, &display_name);

	if (rc == CTL_DONE && ctl->given_count == 0)
		return ctl_usage(ctl, "nothing to set: give an option");
	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (topic_change(ctl->store, account, ctl_arg(ctl, 1), version,
		display_name, &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_print(ctl, topic_json(ctl, account, &row), fields, "");
}

int
topic_run_delete(struct ctl *ctl)
{
	return delete_named(
	    ctl, topic_delete, "topic", " with its subscriptions");
}
