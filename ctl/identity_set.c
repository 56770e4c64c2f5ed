/* identity set: signing, and who hears of an identity's bounces, complaints and
 * deliveries. */
#include "config.h"

#include "ctl/identity_set.h"

#include <string.h>

#include "ctl/event.h"
#include "ctl/facts.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/identity.h"
#include "ops/identity_notify.h"

/* --signing and --forwarding. */
static int
read_switch(const struct ctl *ctl, const char *option, bool *has_r, bool *on_r)
{
	const char *value = ctl_value(ctl, option);

	*has_r = value != NULL;
	if (value != NULL && !input_on_off(value, on_r))
		return ctl_usage(ctl, "--%s must be on or off", option);
	return CTL_DONE;
}

static int
read_change(const struct ctl *ctl, struct identity_notify_change *change_r)
{
	const char *headers = ctl_value(ctl, "headers");
	int rc;

	*change_r = (struct identity_notify_change){
	    .bounce_topic = ctl_value(ctl, "bounce-topic"),
	    .complaint_topic = ctl_value(ctl, "complaint-topic"),
	    .delivery_topic = ctl_value(ctl, "delivery-topic"),
	    .has_headers = headers != NULL,
	    .set = ctl_value(ctl, "configset")};
	rc = read_switch(ctl, "forwarding", &change_r->has_forwarding,
	    &change_r->forwarding);
	if (rc == CTL_DONE && headers != NULL && headers[0] != '\0')
		rc = event_read_kinds(ctl, "headers", &change_r->headers);
	return rc;
}

int
identity_set_facts(
    const struct ctl *ctl, const struct store_identity *row, json_t **doc)
{
	struct identity_notify_names names;
	struct err err;

	if (identity_notify_names(ctl->store, row, &names, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	out_set(doc, "forwarding", json_boolean(row->forwarding));
	out_set(doc, "bounce_topic", out_text(names.bounce_topic));
	out_set(doc, "complaint_topic", out_text(names.complaint_topic));
	out_set(doc, "delivery_topic", out_text(names.delivery_topic));
	out_set(doc, "headers", event_kinds_json(row->facts.notify_headers));
	out_set(doc, "configuration_set", out_text(names.set));
	return CTL_DONE;
}

static const struct out_column fields[] = {
    {"name", "identity", OUT_PLAIN},
    {"signing", "signing", OUT_ON_OFF},
    {"forwarding", "forwarding by mail", OUT_ON_OFF},
    {"bounce_topic", "bounces to topic", OUT_PLAIN},
    {"complaint_topic", "complaints to topic", OUT_PLAIN},
    {"delivery_topic", "deliveries to topic", OUT_PLAIN},
    {"configuration_set", "configuration set", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

int
identity_set_print(const struct ctl *ctl, const struct store_identity *row)
{
	json_t *doc = json_object();
	int rc = identity_set_facts(ctl, row, &doc);

	if (rc == CTL_DONE)
		return out_print_some(ctl, doc, fields);
	json_decref(doc);
	return rc;
}

static int
print_identity(const struct ctl *ctl, const struct store_identity *row)
{
	json_t *doc = facts_row(ctl_arg(ctl, 0), row);
	int rc = identity_set_facts(ctl, row, &doc);

	if (rc == CTL_DONE)
		return out_print(ctl, doc, fields, "");
	json_decref(doc);
	return rc;
}

int
identity_run_set(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	struct identity_notify_change change;
	struct store_identity row;
	bool has_signing, signing = false;
	struct err err;
	int rc = read_switch(ctl, "signing", &has_signing, &signing);

	if (ctl->given_count == 0)
		return ctl_usage(ctl, "nothing to set: give an option");
	if (rc == CTL_DONE)
		rc = read_change(ctl, &change);
	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (has_signing && identity_set_signing(ctl->store, account, name,
			       signing, &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	if (identity_notify_change(
		ctl->store, account, name, &change, &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return print_identity(ctl, &row);
}
