/* sendward's own operations: users, by operators. */
#include "config.h"

#include <string.h>

#include <openssl/crypto.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/session.h"
#include "api/shapes.h"
#include "base/log.h"
#include "ops/account.h"
#include "ops/user.h"

static void
log_user(const struct api_call *call, const char *name, const char *what)
{
	log_event(LOG_CONSOLE_USER_EVENT, NULL, "user", name, "what", what,
	    "by", call->session->user, "client", call->client, NULL);
}

static bool
put_user(void *ctx, const struct store_user *row)
{
	struct api_listing *list = ctx;
	json_t *entry;

	if (!api_listing_takes(list, row->name))
		return false;
	entry = api_add_object(list->list);
	api_put_text(entry, "UserName", row->name);
	api_put_text(entry, "Role", user_role_name(row->role));
	if (row->account_id != 0)
		api_put_text(entry, "AccountName", row->account);
	api_put_flag(entry, "Enabled", row->enabled);
	api_put_flag(entry, "SecondFactor", row->totp_len > 0);
	api_put_time(entry, "CreatedTimestamp", row->created_sec);
	if (row->signed_in_sec != 0)
		api_put_time(entry, "SignedInTimestamp", row->signed_in_sec);
	if (row->locked_until_sec > list->call->now_sec)
		api_put_time(
		    entry, "LockedUntilTimestamp", row->locked_until_sec);
	return true;
}

static void
list_users(struct api_call *call)
{
	const char *name = api_text(call->in, "AccountName");
	struct store_account account = {.facts.id = 0};
	struct api_listing list;
	struct err err = {0};

	if (name[0] != '\0' &&
	    !api_check(call, account_get(call->store, name, &account, &err),
		&err, &api_v2_codes))
		return;
	if (api_listing_open_own(call, "Users", &list))
		(void)api_check(call,
		    store_user_list(call->store, account.facts.id,
			list.page.after, list.page.most + 1, put_user, &list,
			&err),
		    &err, &api_v2_codes);
}

/* Shown once. */
static void
put_password(struct api_call *call, char password[PASSWORD_RANDOM_LEN + 1])
{
	if (password[0] != '\0')
		api_put_text(call->out, "Password", password);
	OPENSSL_cleanse(password, PASSWORD_RANDOM_LEN + 1);
}

static void
create_user(struct api_call *call)
{
	const char *name = api_text(call->in, "UserName");
	const char *account = api_text(call->in, "AccountName");
	bool is_operator = strcmp(api_text(call->in, "Role"), "OPERATOR") == 0;
	char password[PASSWORD_RANDOM_LEN + 1];
	struct err err = {0};

	if (is_operator != (account[0] == '\0')) {
		api_fail(call, "BadRequestException",
		    is_operator
			? "AccountName: an operator has no account"
			: "AccountName is needed with the Role ACCOUNT");
		return;
	}
	if (!api_check(call,
		user_create(call->store, name, account, NULL, call->now_sec,
		    NULL, password, &err),
		&err, &api_v2_codes))
		return;
	log_user(call, name, "created");
	put_password(call, password);
}

static void
log_change(const struct api_call *call, const char *name,
    const struct user_change *change)
{
	if (change->has_enabled)
		log_user(call, name, change->enabled ? "enabled" : "disabled");
	if (change->reset_password)
		log_user(call, name, "password reset");
	if (change->remove_second_factor)
		log_user(call, name, "second factor removed");
	if (change->unlock)
		log_user(call, name, "unlocked");
}

static void
set_user(struct api_call *call)
{
	const struct api_codes codes = {
	    "ConflictException", "NotFoundException", NULL};
	const char *name = api_text(call->in, "UserName");
	const struct user_change change = {
	    .has_enabled = api_has(call->in, "Enabled"),
	    .enabled = api_flag(call->in, "Enabled"),
	    .reset_password = api_flag(call->in, "ResetPassword"),
	    .remove_second_factor = api_flag(call->in, "RemoveSecondFactor"),
	    .unlock = api_flag(call->in, "Unlock")};
	char password[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;
	struct err err = {0};

	if (!api_check(call,
		user_change(call->store, name, &change, call->session->user_id,
		    call->now_sec, &row, password, &err),
		&err, &codes))
		return;
	log_change(call, name, &change);
	put_password(call, password);
}

static void
delete_user(struct api_call *call)
{
	const struct api_codes codes = {
	    "ConflictException", "NotFoundException", NULL};
	const char *name = api_text(call->in, "UserName");
	struct err err = {0};

	if (api_check(call,
		user_delete(call->store, name, call->session->user_id, &err),
		&err, &codes))
		log_user(call, name, "deleted");
}

/* clang-format off */
const struct api_operation api_own_user[] = {
	{API_OWN, "ListUsers", "GET", "/sendward/operator/users",
	    api_in_own_list_users, NULL, API_OP_OPERATOR | API_OP_READS,
	    "NotFoundException", list_users},
	{API_OWN, "CreateUser", "POST", "/sendward/operator/users",
	    api_in_own_create_user, NULL, API_OP_OPERATOR | API_OP_SLOW,
	    "AlreadyExistsException|NotFoundException", create_user},
	{API_OWN, "SetUser", "PUT", "/sendward/operator/users/{UserName}",
	    api_in_own_set_user, NULL, API_OP_OPERATOR | API_OP_SLOW,
	    "ConflictException|NotFoundException", set_user},
	{API_OWN, "DeleteUser", "DELETE", "/sendward/operator/users/{UserName}",
	    api_in_own_delete_user, NULL, API_OP_OPERATOR,
	    "ConflictException|NotFoundException", delete_user},
	{.name = NULL}};
/* clang-format on */
