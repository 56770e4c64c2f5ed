/* observed: who sends as whom in monitor mode, and taking them over. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/observed.h"

/* ---- list ------------------------------------------------------------------------ */

static bool
add_row(void *ctx, const struct store_observed *row)
{
	return out_add(ctx,
	    json_pack("{s:o, s:o, s:o, s:I, s:o, s:o, s:s, s:o, s:o}", "login",
		out_text(row->login), "network", out_text(row->network), "from",
		out_string(row->domain), "messages", (json_int_t)row->messages,
		"first", out_time(row->first_sec), "last",
		out_time(row->last_sec), "verdict",
		row->verdict == STORE_OBSERVED_PASS ? "pass" : "refuse",
		"reason", out_text(row->reason), "account",
		out_text(row->account)));
}

int
observed_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"login", "LOGIN", OUT_PLAIN},
	    {"network", "NETWORK", OUT_PLAIN},
	    {"from", "FROM DOMAIN", OUT_PLAIN},
	    {"messages", "MESSAGES", OUT_PLAIN},
	    {"first", "FIRST", OUT_PLAIN},
	    {"last", "LAST", OUT_PLAIN},
	    {"verdict", "VERDICT", OUT_PLAIN},
	    {"reason", "REASON", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	enum store_observed_state state = STORE_OBSERVED_OPEN;
	struct err err;
	json_t *list;
	enum sg_err code;
	int rc;

	if (ctl_value(ctl, "adopted") != NULL)
		state = STORE_OBSERVED_ADOPTED;
	if (ctl_value(ctl, "all") != NULL)
		state = STORE_OBSERVED_ALL;
	rc = ctl_open(ctl, CTL_READ);
	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	code = store_observed_page(ctl->store, state, INT64_MAX, INT64_MAX,
	    INT64_MAX, add_row, &list, &err);
	return out_list(ctl, &list, code, &err, columns,
	    state == STORE_OBSERVED_OPEN
		? "nobody else was observed (mode = \"monitor\" collects)"
		: "nobody was observed");
}

/* ---- adopt ----------------------------------------------------------------------- */

struct wanted {
	struct observed_sender *list;
	size_t count, room;
	json_t *logins; /* whose names `list` borrows */
	bool failed;
};

static void
want(struct wanted *wanted, const char *login, const char *domain)
{
	if (wanted->count == wanted->room) {
		size_t room = wanted->room * 2 + 16;
		struct observed_sender *list =
		    realloc(wanted->list, room * sizeof(*list));

		if (list == NULL) {
			wanted->failed = true;
			return;
		}
		wanted->list = list;
		wanted->room = room;
	}
	wanted->list[wanted->count++] =
	    (struct observed_sender){.login = login, .domain = domain};
}

/* --login with all --from, or with what was observed of it. */
static void
want_named(const struct ctl *ctl, struct wanted *wanted)
{
	for (size_t i = 0; i < ctl->given_count; i++) {
		const struct ctl_given *login = &ctl->given[i];
		bool has_from = false;

		if (strcmp(login->option->name, "login") != 0)
			continue;
		for (size_t j = 0; j < ctl->given_count; j++) {
			if (strcmp(ctl->given[j].option->name, "from") != 0)
				continue;
			has_from = true;
			want(wanted, login->value, ctl->given[j].value);
		}
		if (!has_from)
			want(wanted, login->value, NULL);
	}
}

/* Logins of nobody, each once. */
static bool
keep_login(void *ctx, const struct store_observed *row)
{
	struct wanted *wanted = ctx;

	if (row->login[0] == '\0' || row->account[0] != '\0' ||
	    json_object_get(wanted->logins, row->login) != NULL)
		return true;
	if (json_object_set_new(wanted->logins, row->login, json_true()) != 0) {
		wanted->failed = true; /* also: no UTF-8 */
		return false;
	}
	return true;
}

static enum sg_err
want_all(struct ctl *ctl, struct wanted *wanted, struct err *err_r)
{
	const char *login;
	json_t *value;
	enum sg_err code = store_observed_page(ctl->store, STORE_OBSERVED_OPEN,
	    INT64_MAX, INT64_MAX, INT64_MAX, keep_login, wanted, err_r);

	json_object_foreach(wanted->logins, login, value)
	    want(wanted, login, NULL);
	return code;
}

struct told {
	json_t *logins, *identities;
};

static void
tell_login(void *ctx, const char *name)
{
	out_add(&((struct told *)ctx)->logins, out_string(name));
}

static void
tell_identity(void *ctx, const char *name)
{
	out_add(&((struct told *)ctx)->identities, out_string(name));
}

static int
adopt(struct ctl *ctl, const struct wanted *wanted)
{
	struct told told = {json_array(), json_array()};
	const struct observed_teller teller = {
	    .login = tell_login, .identity = tell_identity, .ctx = &told};
	const struct observed_wish wish = {.account = ctl_arg(ctl, 0),
	    .can_create = ctl_value(ctl, "create") != NULL,
	    .is_verified = ctl_value(ctl, "verify") != NULL,
	    .senders = wanted->list,
	    .count = wanted->count};
	size_t logins, identities;
	struct err err;

	if (observed_adopt(ctl->store, ctl->seal, ctl->conf, &wish,
		clock_now_sec(), &teller, &err) != SG_OK) {
		json_decref(told.logins);
		json_decref(told.identities);
		return ctl_fail(ctl, &err);
	}
	logins = json_array_size(told.logins);
	identities = json_array_size(told.identities);
	return out_done(ctl,
	    json_pack("{s:s, s:o, s:o}", "account", wish.account, "logins",
		told.logins, "identities", told.identities),
	    "account %s has %zu login%s and %zu identit%s more%s", wish.account,
	    logins, logins == 1 ? "" : "s", identities,
	    identities == 1 ? "y" : "ies",
	    wish.is_verified || identities == 0
		? ""
		: "; their DNS records: sendwardctl identity records");
}

int
observed_run_adopt(struct ctl *ctl)
{
	bool all = ctl_value(ctl, "all-logins") != NULL;
	struct wanted wanted = {.logins = NULL};
	struct err err;
	int rc;

	if (all == (ctl_value(ctl, "login") != NULL) ||
	    (all && ctl_value(ctl, "from") != NULL))
		return ctl_usage(ctl,
		    "give --login (with --from, if not all of its domains are "
		    "meant), or --all-logins");
	rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);
	if (rc != CTL_DONE)
		return rc;
	wanted.logins = json_object();
	want_named(ctl, &wanted);
	if (all && want_all(ctl, &wanted, &err) != SG_OK)
		rc = ctl_fail(ctl, &err);
	else if (wanted.failed)
		rc = ctl_refuse(ctl, "no memory, or a login is not UTF-8");
	else
		rc = adopt(ctl, &wanted);
	json_decref(wanted.logins);
	free(wanted.list);
	return rc;
}
