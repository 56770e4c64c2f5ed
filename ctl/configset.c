/* configset: verbs of the command table. Configuration sets and whom they tell. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/event.h"
#include "ctl/delete.h"
#include "ctl/input.h"
#include "ctl/reputation.h"
#include "ctl/verbs.h"
#include "ops/listing.h"
#include "ops/set.h"

static const struct out_column fields[] = {
    {"name", "configuration set", OUT_PLAIN},
    {"account", "account", OUT_PLAIN},
    {"paused", "paused", OUT_PLAIN},
    {"pausedBy", "paused by", OUT_PLAIN},
    {"pauseReason", "pause reason", OUT_PLAIN},
    {"suppress", "suppression list", OUT_PLAIN},
    {"reputation", "own reputation", OUT_ON_OFF},
    {"standing", "standing", OUT_PLAIN},
    {"freshStart", "fresh start", OUT_PLAIN},
    {"pool", "pool", OUT_PLAIN},
    {"created", "created", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static json_t *
set_json(const char *account, const struct store_set *row)
{
	return json_pack("{s:o, s:s, s:b, s:o, s:o, s:s, s:b, s:s, s:o, s:o, "
			 "s:o}",
	    "account", out_string(account), "name", row->facts.name, "paused",
	    row->facts.paused, "pausedBy",
	    reputation_paused_by(row->facts.paused, row->paused_by),
	    "pauseReason",
	    out_text(row->facts.paused ? row->facts.pause_reason : ""),
	    "suppress", set_suppressed_name(row->facts.suppressed_reasons),
	    "reputation", row->reputation, "standing",
	    reputation_standing_name(row->standing), "freshStart",
	    out_time(row->fresh_start_sec), "pool", out_text(row->pool),
	    "created", out_time(row->created_sec));
}

int
configset_run_create(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	struct store_set row;
	char text[640];
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (set_create(ctl->store, account, name, clock_now_sec(), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	(void)snprintf(text, sizeof(text),
	    "Mail has it by the field X-SES-CONFIGURATION-SET: %s, or by its "
	    "identity:\n  sendwardctl identity set %s IDENTITY --configset "
	    "%s\nNext: tell a topic of its events:\n  sendwardctl configset "
	    "listen %s %s DESTINATION --topic TOPIC --types bounce,complaint",
	    row.facts.name, account, row.facts.name, account,
	    row.facts.name); /* fits */
	return out_print_with(ctl, set_json(account, &row), fields, text);
}

static bool
add_set(void *ctx, const char *account, const struct store_set *row)
{
	return out_add(ctx, set_json(account, row));
}

int
configset_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "SET", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"paused", "PAUSED", OUT_PLAIN},
	    {"suppress", "SUPPRESSION", OUT_PLAIN},
	    {"reputation", "REPUTATION", OUT_ON_OFF},
	    {"created", "CREATED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	return out_list(ctl, &list,
	    listing_sets(ctl->store, ctl_arg(ctl, 0), add_set, &list, &err),
	    &err, columns,
	    "no configuration sets; make one: sendwardctl configset create "
	    "ACCOUNT NAME");
}

/* ---- show ------------------------------------------------------------------- */

static bool
add_destination(
    void *ctx, const char *topic, const struct store_destination *row)
{
	return out_add(ctx, json_pack("{s:s, s:b, s:s, s:o}", "name", row->name,
				"enabled", row->enabled, "topic", topic,
				"types", event_kinds_json(row->kinds)));
}

static void
print_destinations(const json_t *list)
{
	const json_t *row, *type;
	size_t i, t;

	(void)puts(json_array_size(list) == 0
		       ? "\nNobody is told of its events; tell a topic: "
			 "sendwardctl configset listen"
		       : "\nWho is told of its events:");
	json_array_foreach(list, i, row)
	{
		(void)printf("  %s: topic %s%s:",
		    json_string_value(json_object_get(row, "name")),
		    json_string_value(json_object_get(row, "topic")),
		    json_is_true(json_object_get(row, "enabled")) ? ""
								  : " (off)");
		json_array_foreach(json_object_get(row, "types"), t, type)(void)
		    printf(" %s", json_string_value(type));
		(void)putchar('\n'); /* main looks at stdout */
	}
}

int
configset_run_show(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_set row;
	struct err err;
	json_t *list, *doc;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	if (set_get(ctl->store, account, ctl_arg(ctl, 1), &row, &err) !=
		SG_OK ||
	    listing_destinations(ctl->store, row.facts.id, add_destination,
		&list, &err) != SG_OK) {
		json_decref(list);
		return ctl_fail(ctl, &err);
	}
	doc = set_json(account, &row);
	out_set(&doc, "destinations", json_incref(list));
	rc = out_print(ctl, doc, fields, "");
	if (rc == CTL_DONE && !ctl->json)
		print_destinations(list);
	json_decref(list);
	return rc;
}

/* ---- set, pause, resume, delete ------------------------------------------------ */

static int
read_change(const struct ctl *ctl, struct set_change *change_r)
{
	const char *reputation = ctl_value(ctl, "reputation");

	*change_r =
	    (struct set_change){.suppressed = ctl_value(ctl, "suppress"),
		.pool = ctl_value(ctl, "pool"),
		.has_reputation = reputation != NULL};
	if (ctl->given_count == 0)
		return ctl_usage(ctl, "nothing to set: give an option");
	if (change_r->suppressed != NULL &&
	    set_suppressed_from_name(change_r->suppressed) == -2)
		return ctl_usage(ctl,
		    "--suppress must be account, none, BOUNCE, COMPLAINT or "
		    "BOUNCE,COMPLAINT");
	if (reputation != NULL &&
	    !input_on_off(reputation, &change_r->reputation))
		return ctl_usage(ctl, "--reputation must be on or off");
	return CTL_DONE;
}

int
configset_run_set(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0);
	struct set_change change;
	struct store_set row;
	struct err err;
	int rc = read_change(ctl, &change);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (set_change(ctl->store, account, ctl_arg(ctl, 1), &change, &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_print(ctl, set_json(account, &row), fields, "");
}

/* What became of it, after a change that tells nothing itself. */
static int
print_changed(struct ctl *ctl, const char *what)
{
	const char *account = ctl_arg(ctl, 0);
	struct store_set row;
	struct err err;

	if (set_get(ctl->store, account, ctl_arg(ctl, 1), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, set_json(account, &row),
	    "configuration set %s of account %s %s", row.facts.name, account,
	    what);
}

int
configset_run_pause(struct ctl *ctl)
{
	const char *reason = ctl_value(ctl, "reason");
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (set_pause(ctl->store, ctl_arg(ctl, 0), ctl_arg(ctl, 1),
		reason == NULL ? "paused by the operator" : reason,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return print_changed(
	    ctl, "is paused: mail that names it is refused, within a second");
}

int
configset_run_resume(struct ctl *ctl)
{
	bool is_fresh = ctl_value(ctl, "fresh-start") != NULL;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (set_resume(ctl->store, ctl_arg(ctl, 0), ctl_arg(ctl, 1), is_fresh,
		clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return print_changed(ctl,
	    is_fresh
		? "may be sent with again; its reputation counts anew from now"
		: "may be sent with again");
}

int
configset_run_delete(struct ctl *ctl)
{
	return delete_named(ctl, set_delete, "configuration set",
	    ": mail that names it is refused");
}

/* ---- listen, unlisten ------------------------------------------------------------ */

int
configset_run_listen(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	const char *destination = ctl_arg(ctl, 2);
	const char *topic = ctl_value(ctl, "topic");
	bool on = ctl_value(ctl, "off") == NULL;
	struct err err;
	int kinds, rc = event_read_kinds(ctl, "types", &kinds);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (set_destination_put(ctl->store, account, name, destination, kinds,
		on, topic, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:s, s:b, s:s, s:o}", "account", account,
		"configurationSet", name, "name", destination, "enabled", on,
		"topic", topic, "types", event_kinds_json(kinds)),
	    on ? "topic %s is told of events of configuration set %s"
	       : "topic %s is not told of events of configuration set %s at "
		 "present",
	    topic, name);
}

int
configset_run_unlisten(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *name = ctl_arg(ctl, 1);
	const char *destination = ctl_arg(ctl, 2);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (set_destination_remove(
		ctl->store, account, name, destination, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:o, s:b}", "account", account,
		"configurationSet", name, "name", out_string(destination),
		"removed", 1),
	    "%s is not told of events of configuration set %s any more",
	    destination, name);
}
