/* Logins: see login.h. Knows no passwords. */
#include "config.h"

#include "ops/login.h"

#include <string.h>

#include "ops/account.h"

static enum sg_err
check_name(const char *name, struct err *err_r)
{
	size_t len = strnlen(name, sizeof(((struct store_login *)0)->name));

	if (len == 0 || len == sizeof(((struct store_login *)0)->name))
		return err_set(
		    err_r, SG_INVALID, "a login's name has 1 to 255 bytes");
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f)
			return err_set(err_r, SG_INVALID,
			    "a login's name holds no blanks or control "
			    "characters");
	return SG_OK;
}

enum sg_err
login_add(struct store *store, const char *account, const char *name,
    int64_t now_sec, struct err *err_r)
{
	struct store_login row = {.created_sec = now_sec};
	struct store_account owner;
	enum sg_err rc = check_name(name, err_r);

	if (rc == SG_OK)
		rc = account_get(store, account, &owner, err_r);
	if (rc != SG_OK)
		return rc;
	row.account_id = owner.facts.id;
	memcpy(row.name, name, strlen(name));
	rc = store_login_add(store, &row, err_r);
	if (rc == SG_EXISTS)
		return err_set(err_r, SG_EXISTS,
		    "the name %s is a login or credential already; see: "
		    "sendwardctl login list",
		    name);
	return rc;
}

enum sg_err
login_remove(struct store *store, const char *account, const char *name,
    struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_login_remove(store, owner.facts.id, name, err_r);
	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "account %s has no login %.255s; see: sendwardctl login "
		    "list %s",
		    account, name, account);
	return rc;
}

struct list {
	struct account_names names;
	login_list_fn *fn;
	void *ctx;
};

static bool
list_row(void *ctx, const struct store_login *row)
{
	struct list *list = ctx;

	return list->fn(
	    list->ctx, account_names_find(&list->names, row->account_id), row);
}

enum sg_err
login_list(struct store *store, const char *account, login_list_fn *fn,
    void *ctx, struct err *err_r)
{
	struct list list = {.fn = fn, .ctx = ctx};
	int64_t account_id;
	enum sg_err rc =
	    account_names_load(store, account, &list.names, &account_id, err_r);

	if (rc == SG_OK)
		rc =
		    store_login_list(store, account_id, list_row, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}
