/* user: verbs of the command table. Passwords come by file, or go to stdout once. */
#include "config.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/user.h"

#define PASSWORD_FILE_MAX 4096

/* The first line of --password-file; *password_r NULL: it is not given. Points into
 * file, which the caller wipes. Returns the exit status. */
static int
read_password(struct ctl *ctl, struct buf *file, const char **password_r)
{
	const char *path = ctl_value(ctl, "password-file");
	char *end;
	int rc;

	*password_r = NULL;
	buf_init(file, PASSWORD_FILE_MAX + 1);
	if (path == NULL)
		return CTL_DONE;
	rc = input_file(ctl, path, PASSWORD_FILE_MAX, file);
	if (rc != CTL_DONE)
		return rc;
	if (file->len == 0 || memchr(file->data, '\0', file->len) != NULL)
		return ctl_refuse(ctl, "%s: there is no password in it", path);
	*password_r = buf_str(file);
	end = (char *)file->data + strcspn(*password_r, "\r\n");
	*end = '\0';
	return CTL_DONE;
}

static const struct out_column fields[] = {
    {"name", "user", OUT_PLAIN},
    {"role", "role", OUT_PLAIN},
    {"account", "account", OUT_PLAIN},
    {"enabled", "enabled", OUT_PLAIN},
    {"second_factor", "second factor", OUT_PLAIN},
    {"password", "first password", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static json_t *
user_new(const struct store_user *row)
{
	int64_t locked =
	    row->locked_until_sec > clock_now_sec() ? row->locked_until_sec : 0;

	return json_pack("{s:s, s:s, s:o, s:b, s:b, s:b, s:o, s:o, s:o}",
	    "name", row->name, "role",
	    row->role == STORE_ROLE_OPERATOR ? "operator" : "account",
	    "account", out_text(row->account), "enabled", row->enabled,
	    "second_factor", row->totp_len > 0, "must_change", row->must_change,
	    "created", out_time(row->created_sec), "signed_in",
	    out_time(row->signed_in_sec), "locked_until", out_time(locked));
}

/* password "": none is shown. */
static int
show_user(struct ctl *ctl, const struct store_user *row, const char *password)
{
	json_t *doc = user_new(row);

	if (password[0] == '\0')
		return out_print_some(ctl, doc, fields);
	out_set(&doc, "password", json_string(password));
	return out_print_with(ctl, doc, fields,
	    "The password is shown this once, and must be changed at the "
	    "first sign-in.");
}

/* ---- create ---------------------------------------------------------------------- */

static int
create(struct ctl *ctl, const char *account, const char *given)
{
	char password[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (user_create(ctl->store, ctl_arg(ctl, 0), account, given,
		clock_now_sec(), &row, password, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = show_user(ctl, &row, password);
	OPENSSL_cleanse(password, sizeof(password));
	return rc;
}

int
user_run_create(struct ctl *ctl)
{
	const char *account = ctl_value(ctl, "account"), *given;
	bool is_operator = ctl_value(ctl, "operator") != NULL;
	struct buf file;
	int rc;

	if (is_operator == (account != NULL))
		return ctl_usage(ctl,
		    "say either --operator or --account ACCOUNT: who the user "
		    "is");
	rc = read_password(ctl, &file, &given);
	if (rc == CTL_DONE)
		rc = create(ctl, account != NULL ? account : "", given);
	input_wipe(&file);
	return rc;
}

/* ---- list ------------------------------------------------------------------------ */

static bool
add_user(void *ctx, const struct store_user *row)
{
	return out_add(ctx, user_new(row));
}

int
user_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "USER", OUT_PLAIN},
	    {"role", "ROLE", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"enabled", "ENABLED", OUT_PLAIN},
	    {"second_factor", "SECOND FACTOR", OUT_PLAIN},
	    {"signed_in", "SIGNED IN", OUT_PLAIN},
	    {"locked_until", "LOCKED UNTIL", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	const char *name = ctl_value(ctl, "account");
	struct store_account account = {.facts.id = 0};
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (name != NULL &&
	    account_get(ctl->store, name, &account, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	list = json_array();
	return out_list(ctl, &list,
	    store_user_list(ctl->store, account.facts.id, "", INT64_MAX,
		add_user, &list, &err),
	    &err, columns,
	    "no users; make one: sendwardctl user create NAME --operator");
}

/* ---- set ------------------------------------------------------------------------- */

static int
change(struct ctl *ctl, const struct user_change *wanted)
{
	char password[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (user_change(ctl->store, ctl_arg(ctl, 0), wanted, 0, clock_now_sec(),
		&row, password, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = show_user(ctl, &row, password);
	OPENSSL_cleanse(password, sizeof(password));
	return rc;
}

int
user_run_set(struct ctl *ctl)
{
	bool is_on = ctl_value(ctl, "enable") != NULL;
	bool is_off = ctl_value(ctl, "disable") != NULL;
	struct user_change wanted = {.has_enabled = is_on || is_off,
	    .enabled = is_on,
	    .reset_password = ctl_value(ctl, "reset-password") != NULL,
	    .remove_second_factor =
		ctl_value(ctl, "remove-second-factor") != NULL,
	    .unlock = ctl_value(ctl, "unlock") != NULL};
	struct buf file;
	int rc;

	if (is_on && is_off)
		return ctl_usage(ctl, "--enable and --disable exclude each "
				      "other");
	if (wanted.reset_password && ctl_value(ctl, "password-file") != NULL)
		return ctl_usage(ctl, "--reset-password and --password-file "
				      "exclude each other");
	rc = read_password(ctl, &file, &wanted.password);
	if (rc == CTL_DONE && !wanted.has_enabled && !wanted.reset_password &&
	    !wanted.remove_second_factor && !wanted.unlock &&
	    wanted.password == NULL)
		rc = ctl_usage(ctl, "nothing is to be changed: give an option");
	if (rc == CTL_DONE)
		rc = change(ctl, &wanted);
	input_wipe(&file);
	return rc;
}

/* ---- out ------------------------------------------------------------------------- */

int
user_run_sign_out(struct ctl *ctl)
{
	const char *name = ctl_arg(ctl, 0);
	bool is_all = ctl_value(ctl, "all") != NULL;
	struct store_user row;
	struct err err;
	int64_t gone = 0;
	enum sg_err code;
	int rc;

	if (is_all == (name != NULL))
		return ctl_usage(ctl, "say either NAME or --all");
	rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (is_all) {
		code = store_session_end_all(ctl->store, &gone, &err);
	} else {
		code = user_get(ctl->store, name, &row, &err);
		if (code == SG_OK)
			code = store_session_end_of(
			    ctl->store, row.id, 0, &gone, &err);
	}
	if (code != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:o, s:I}", "name", out_text(is_all ? "" : name),
		"sessions", (json_int_t)gone),
	    "%s signed out; sessions that ended: %lld",
	    is_all ? "everybody is" : "the user is", (long long)gone);
}

int
user_run_delete(struct ctl *ctl)
{
	const char *name = ctl_arg(ctl, 0);
	struct err err;
	int rc;

	if (ctl_value(ctl, "yes") == NULL)
		return ctl_refuse(ctl,
		    "user %.64s would be deleted and signed out; to do it: "
		    "sendwardctl user delete %.64s --yes",
		    name, name);
	rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (user_delete(ctl->store, name, 0, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:b}", "name", name, "deleted", 1),
	    "user %s is deleted", name);
}
