/* sendward's own operations: who sends as whom in monitor mode, and taking them over. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/observed.h"

static enum store_observed_state
state_of(const char *name)
{
	if (strcmp(name, "OPEN") == 0)
		return STORE_OBSERVED_OPEN;
	return strcmp(name, "ADOPTED") == 0 ? STORE_OBSERVED_ADOPTED
					    : STORE_OBSERVED_ALL;
}

static bool
add_row(void *ctx, const struct store_observed *row)
{
	struct api_listing *list = ctx;
	char key[48];
	json_t *out;

	(void)snprintf(
	    key, sizeof(key), "%" PRId64 " %" PRId64, row->messages, row->id);
	if (!api_listing_takes(list, key))
		return false;
	out = api_add_object(list->list);
	api_put_text(out, "Login", row->login);
	if (row->network[0] != '\0')
		api_put_text(out, "Network", row->network);
	api_put_text(out, "FromDomain", row->domain);
	api_put_integer(out, "Messages", row->messages);
	api_put_time(out, "FirstTimestamp", row->first_sec);
	api_put_time(out, "LastTimestamp", row->last_sec);
	api_put_text(out, "Verdict",
	    row->verdict == STORE_OBSERVED_PASS ? "PASS" : "REFUSE");
	if (row->reason[0] != '\0')
		api_put_text(out, "Reason", row->reason);
	if (row->account[0] != '\0')
		api_put_text(out, "AccountName", row->account);
	return true;
}

static void
list_observed(struct api_call *call)
{
	struct api_listing list;
	struct err err = {0};
	int64_t messages = INT64_MAX, id = INT64_MAX;
	char *rest;

	if (!api_listing_open_own(call, "Observed", &list))
		return;
	if (list.page.after[0] != '\0') {
		messages = strtoll(list.page.after, &rest, 10);
		id = strtoll(rest, NULL, 10);
	}
	(void)api_check(call,
	    store_observed_page(call->store,
		state_of(api_text(call->in, "State")), messages, id,
		list.page.most + 1, add_row, &list, &err),
	    &err, &api_v2_codes);
}

/* ---- taking over ----------------------------------------------------------------- */

struct told {
	json_t *logins, *identities;
};

static void
tell_login(void *ctx, const char *name)
{
	api_add_text(((struct told *)ctx)->logins, name);
}

static void
tell_identity(void *ctx, const char *name)
{
	api_add_text(((struct told *)ctx)->identities, name);
}

/* A login belongs to another account. */
static const struct api_codes adopt_codes = {
    "BadRequestException", "NotFoundException", "ConflictException"};

static void
adopt(struct api_call *call, struct observed_sender *senders, size_t count)
{
	struct told told = {api_put_list(call->out, "Logins"),
	    api_put_list(call->out, "Identities")};
	const struct observed_teller teller = {
	    .login = tell_login, .identity = tell_identity, .ctx = &told};
	const struct observed_wish wish = {
	    .account = api_text(call->in, "AccountName"),
	    .can_create = api_flag(call->in, "CreateAccount"),
	    .is_verified = api_flag(call->in, "Verify"),
	    .senders = senders,
	    .count = count};
	struct err err = {0};

	(void)api_check(call,
	    observed_adopt(call->store, call->seal, call->conf, &wish,
		call->now_sec, &teller, &err),
	    &err, &adopt_codes);
}

static void
adopt_observed(struct api_call *call)
{
	const json_t *list = api_object(call->in, "Senders"), *entry;
	struct observed_sender *senders;
	size_t i;

	if (call->seal == NULL) {
		api_fail(call, "ServiceUnavailable",
		    "The master key cannot be read: no identity can be made.");
		return;
	}
	senders = calloc(json_array_size(list) + 1, sizeof(*senders));
	if (senders == NULL) {
		api_fail(call, "ServiceUnavailable", "No memory.");
		return;
	}
	json_array_foreach(list, i, entry)
	{
		senders[i].login = api_text(entry, "Login");
		senders[i].domain = api_text(entry, "FromDomain");
	}
	adopt(call, senders, json_array_size(list));
	free(senders);
}

/* clang-format off */
const struct api_operation api_own_observed[] = {
	{API_OWN, "ListObserved", "GET", "/sendward/operator/observed",
	    api_in_own_list_observed, NULL, API_OP_READS | API_OP_OPERATOR,
	    "", list_observed},
	{API_OWN, "AdoptObserved", "POST", "/sendward/operator/observed",
	    api_in_own_adopt_observed, NULL, API_OP_OPERATOR | API_OP_SLOW,
	    "NotFoundException|ConflictException", adopt_observed},
	{.name = NULL}};
/* clang-format on */
