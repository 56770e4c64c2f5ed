/* credential: verbs of the command table. Secrets come by file, and go to stdout
 * once. */
#include "config.h"

#include <string.h>
#include <openssl/crypto.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/credential.h"

#define SECRET_FILE_MAX 4096

static const struct out_column new_fields[] = {
    {"account", "account", OUT_PLAIN},
    {"permission", "may do", OUT_PLAIN},
    {"access_key_id", "access key id", OUT_PLAIN},
    {"secret_access_key", "secret", OUT_PLAIN},
    {"smtp_username", "SMTP user name", OUT_PLAIN},
    {"smtp_password", "SMTP password", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static const struct out_column given_fields[] = {
    {"account", "account", OUT_PLAIN},
    {"permission", "may do", OUT_PLAIN},
    {"smtp_username", "SMTP user name", OUT_PLAIN},
    {"smtp_password", "SMTP password", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

/* all, when it is not given. */
static int
read_permission(const struct ctl *ctl, enum store_permission *permission_r)
{
	const char *name = ctl_value(ctl, "permission");

	*permission_r = STORE_MAY_ALL;
	if (name == NULL || credential_permission_read(name, permission_r))
		return CTL_DONE;
	return ctl_usage(ctl, "--permission must be all, send or read");
}

/* Keeps the pair, then shows it: what could not be kept is never shown. */
static int
keep_and_show(const struct ctl *ctl, const struct credential_pair *pair,
    enum store_permission permission, bool is_new)
{
	const char *account = ctl_arg(ctl, 0);
	struct err err;
	json_t *doc;

	if (credential_keep(ctl->store, ctl->seal, account, pair, permission,
		clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "account", account,
	    "permission", credential_permission_name(permission),
	    "access_key_id", pair->access_key_id, "secret_access_key",
	    pair->secret, "smtp_username", pair->access_key_id, "smtp_password",
	    pair->smtp_password);
	if (!is_new && doc != NULL)
		(void)json_object_del(doc, "secret_access_key"); /* was given */
	return out_print_with(ctl, doc, is_new ? new_fields : given_fields,
	    "What is secret here is shown this once; only the access key id "
	    "can be listed.");
}

int
credential_run_create(struct ctl *ctl)
{
	struct credential_pair pair;
	enum store_permission permission;
	struct err err;
	int rc = read_permission(ctl, &permission);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);
	if (rc != CTL_DONE)
		return rc;
	if (credential_pair_generate(ctl->conf->region, &pair, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = keep_and_show(ctl, &pair, permission, true);
	credential_pair_wipe(&pair);
	return rc;
}

/* The first line of the file, without its line end. */
static int
read_secret(
    const struct ctl *ctl, const char *path, char secret_r[SECRET_FILE_MAX + 1])
{
	struct buf text;
	size_t len;
	int rc = input_file(ctl, path, SECRET_FILE_MAX, &text);

	if (rc != CTL_DONE)
		return rc;
	len = strcspn(buf_str(&text), "\r\n");
	memcpy(secret_r, buf_str(&text), len);
	secret_r[len] = '\0';
	input_wipe(&text);
	return CTL_DONE;
}

int
credential_run_import(struct ctl *ctl)
{
	const char *id = ctl_value(ctl, "access-key");
	const char *path = ctl_value(ctl, "secret-file");
	char secret[SECRET_FILE_MAX + 1];
	struct credential_pair pair;
	enum store_permission permission;
	struct err err;
	int rc = read_permission(ctl, &permission);

	if (rc == CTL_DONE)
		rc = read_secret(ctl, path, secret);
	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);
	if (rc == CTL_DONE && credential_pair_given(id, secret,
				  ctl->conf->region, &pair, &err) != SG_OK)
		rc = ctl_fail(ctl, &err);
	else if (rc == CTL_DONE)
		rc = keep_and_show(ctl, &pair, permission, false);
	OPENSSL_cleanse(secret, sizeof(secret));
	credential_pair_wipe(&pair);
	return rc;
}

static bool
add_credential(
    void *ctx, const char *account, const struct store_credential *row)
{
	return out_add(
	    ctx, json_pack("{s:o, s:o, s:b, s:s, s:o}", "access_key_id",
		     out_string(row->access_key_id), "account",
		     out_string(account), "enabled", row->enabled, "permission",
		     credential_permission_name(row->permission), "created",
		     out_time(row->created_sec)));
}

int
credential_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"access_key_id", "ACCESS KEY ID", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"enabled", "ENABLED", OUT_PLAIN},
	    {"permission", "PERMISSION", OUT_PLAIN},
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
	    credential_list(
		ctl->store, ctl_arg(ctl, 0), add_credential, &list, &err),
	    &err, columns,
	    "no credentials; make one: sendwardctl credential create ACCOUNT");
}

static int
set_enabled(struct ctl *ctl, bool enabled)
{
	const char *account = ctl_arg(ctl, 0), *id = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (credential_set_enabled(ctl->store, account, id, enabled, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:b}", "account", account, "access_key_id",
		id, "enabled", enabled),
	    enabled ? "credential %s may log in again"
		    : "credential %s may not log in any more, within a second",
	    id);
}

int
credential_run_set(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *id = ctl_arg(ctl, 1);
	enum store_permission permission;
	struct err err;
	int rc = read_permission(ctl, &permission);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (credential_set_permission(
		ctl->store, account, id, permission, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:s}", "account", account, "access_key_id",
		id, "permission", credential_permission_name(permission)),
	    permission == STORE_MAY_ALL ? "credential %s may do all"
	    : permission == STORE_MAY_SEND
		? "credential %s may send, and nothing else"
		: "credential %s may read by the API, and nothing else",
	    id);
}

int
credential_run_disable(struct ctl *ctl)
{
	return set_enabled(ctl, false);
}

int
credential_run_enable(struct ctl *ctl)
{
	return set_enabled(ctl, true);
}

int
credential_run_delete(struct ctl *ctl)
{
	const char *account = ctl_arg(ctl, 0), *id = ctl_arg(ctl, 1);
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (credential_delete(ctl->store, account, id, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:b}", "account", account, "access_key_id",
		id, "deleted", 1),
	    "credential %s is deleted", id);
}
