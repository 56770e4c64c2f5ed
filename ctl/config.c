/* config: the configuration, and what is around it on this machine. Name servers,
 * letters, web: config_services.c. */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ctl/checks.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/identity.h"

int
config_run_dump(struct ctl *ctl)
{
	struct err err;
	int rc = ctl_open(ctl, 0);

	if (rc != CTL_DONE)
		return rc;
	if (!ctl->json) {
		conf_dump(ctl->conf, stdout);
		return CTL_DONE;
	}
	if (conf_dump_json(ctl->conf, stdout) != SG_OK) {
		err_set(&err, SG_NOMEM, "no memory for the answer");
		return ctl_fail(ctl, &err);
	}
	return CTL_DONE;
}

/* ---- config check ----------------------------------------------------------- */

void
checks_note(struct checks *checks, enum checks_state state, const char *name,
    const char *fix, const char *format, ...)
{
	static const char *const states[] = {"ok", "warning", "error"};
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* may be cut */
	va_end(ap);
	checks->warnings += state == CHECKS_WARNING;
	checks->errors += state == CHECKS_WRONG;
	if (json_array_append_new(checks->list,
		json_pack("{s:s, s:s, s:o, s:o}", "check", name, "state",
		    states[state], "text", out_string(text), "fix",
		    out_string(fix))) != 0)
		checks->failed = true;
}

static void
check_user(struct checks *checks)
{
	const char *user = checks->ctl->conf->user;
	char fix[256];

	(void)snprintf(fix, sizeof(fix), /* fits: at most 32 bytes each */
	    "useradd --system --home-dir / --shell /usr/sbin/nologin %s", user);
	if (user[0] == '\0')
		checks_note(checks, CHECKS_WARNING, "user",
		    "set user = \"sendward\";",
		    "user is empty: the programs stay what they are started as");
	else if (getpwnam(user) == NULL)
		checks_note(checks, CHECKS_WRONG, "user", fix,
		    "the user %s does not exist", user);
	else
		checks_note(checks, CHECKS_FINE, "user", "",
		    "the programs run as %s", user);
}

static void
check_key(struct checks *checks)
{
	struct ctl *ctl = checks->ctl;
	const char *path = ctl->conf->master_key_file;
	struct err err;

	if (access(path, R_OK) != 0 && errno == EACCES) {
		checks_note(checks, CHECKS_WARNING, "master_key_file",
		    "run it as root",
		    "%s may be read by its owner alone; it was not looked at",
		    path);
		return;
	}
	if (seal_open(path, &ctl->seal, &err) != SG_OK)
		checks_note(checks, CHECKS_WRONG, "master_key_file",
		    access(path, F_OK) == 0
			? "a key that is lost or changed makes all sealed keys "
			  "useless: bring back your copy"
			: "sendwardctl db migrate makes a new one",
		    "%s", err.text);
	else
		checks_note(checks, CHECKS_FINE, "master_key_file", "",
		    "%s can be read", path);
}

static void
check_return_path(struct checks *checks)
{
	const char *domain = checks->ctl->conf->bounce_domain;

	if (domain[0] == '\0')
		checks_note(checks, CHECKS_WRONG, "bounce_domain",
		    "set bounce_domain = \"bounce.YOURDOMAIN\";",
		    "no domain for return paths is set");
	else
		checks_note(checks, CHECKS_FINE, "bounce_domain", "",
		    "mail leaves with b-TOKEN@%s; its MX must be this server",
		    domain);
}

static void
check_mode(struct checks *checks)
{
	if (checks->ctl->conf->mode == CONF_MODE_MONITOR)
		checks_note(checks, CHECKS_WARNING, "mode",
		    "set mode = \"enforce\";",
		    "mode is monitor: nothing is refused, verdicts are logged");
	else
		checks_note(
		    checks, CHECKS_FINE, "mode", "", "the rules are enforced");
}

/* The folder of a unix socket. */
static void
check_socket(struct checks *checks, const char *option, const char *socket)
{
	char folder[4096], fix[4300];
	const char *path = socket + strlen("unix:");
	const char *slash = strrchr(socket, '/');
	const char *user = checks->ctl->conf->user;

	if (strncmp(socket, "unix:", 5) != 0 || slash == NULL) {
		checks_note(checks, CHECKS_FINE, option, "", "%s", socket);
		return;
	}
	(void)snprintf(folder, sizeof(folder), "%.*s",
	    slash == path ? 1 : (int)(slash - path), path); /* fits */
	(void)snprintf(fix, sizeof(fix),
	    "install -d -o %s -m 0755 %s (systemd's RuntimeDirectory= makes it "
	    "at start)",
	    user[0] == '\0' ? "root" : user, folder); /* fits */
	if (access(folder, F_OK) != 0)
		checks_note(checks, CHECKS_WARNING, option, fix,
		    "the socket's folder %s: %s", folder, strerror(errno));
	else
		checks_note(checks, CHECKS_FINE, option, "", "%s", socket);
}

/* Both would count a message that passes both. */
static void
check_quota(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *path = conf->policy_socket + strlen("unix:");

	if (conf->milter_quota == CONF_MILTER_QUOTA_NO)
		return;
	if (strncmp(conf->policy_socket, "unix:", 5) == 0 &&
	    access(path, F_OK) == 0)
		checks_note(checks, CHECKS_WARNING, "milter.quota",
		    "take check_policy_service out of main.cf, and stop "
		    "sendward-policyd; or set milter.quota to no",
		    "the milter counts, and sendward-policyd is there, too: it "
		    "answers 451 to what it would count");
	else
		checks_note(checks, CHECKS_FINE, "milter.quota", "",
		    "the milter counts; sendward-policyd is not needed");
}

static bool
has_password(const struct conf *conf)
{
	char *shown = conf_store_shown(conf->store);
	bool has = shown != NULL && strcmp(shown, conf->store) != 0;

	free(shown);
	return has;
}

static void
check_file(struct checks *checks)
{
	const char *path = checks->ctl->conf_path;
	const char *user = checks->ctl->conf->user;
	struct stat st;
	bool is_there = stat(path, &st) == 0;
	char fix[8300];

	(void)snprintf(fix, sizeof(fix), "chmod go-w %.4000s", path);
	if (is_there && (st.st_mode & 022) != 0) {
		checks_note(checks, CHECKS_WARNING, "file", fix,
		    "%s may be changed by others than its owner", path);
		return;
	}
	(void)snprintf(fix, sizeof(fix), "chown %s %.3900s; chmod 0400 %.3900s",
	    user[0] == '\0' ? "root" : user, path, path);
	if (is_there && (st.st_mode & 04) != 0 &&
	    has_password(checks->ctl->conf))
		checks_note(checks, CHECKS_WARNING, "file", fix,
		    "%s has the store's password in it, and everybody may read "
		    "it",
		    path);
	else
		checks_note(
		    checks, CHECKS_FINE, "file", "", "%s is right", path);
}

/* ---- what needs the store ---------------------------------------------------- */

static bool
open_store(struct checks *checks)
{
	struct ctl *ctl = checks->ctl;
	struct err err;
	enum sg_err code =
	    admin_store_open(ctl->conf, STORE_OPEN_WRITE, &ctl->store, &err);

	if (code == SG_OK) {
		char *shown = conf_store_shown(ctl->conf->store);

		checks_note(checks, CHECKS_FINE, "store", "",
		    "%s has the right schema", shown != NULL ? shown : "it");
		free(shown);
		return true;
	}
	checks->is_unreachable =
	    code == SG_IO || code == SG_BUSY || code == SG_SCHEMA;
	checks_note(checks, CHECKS_WRONG, "store",
	    code == SG_BUSY ? "another program holds it: try again"
	    : strstr(err.text, "no database") != NULL
		? "mount its file system; if it never was, sendwardctl db "
		  "migrate (as root) makes it"
		: "sendwardctl db migrate (as root)",
	    "%s", err.text);
	return false;
}

static void
check_store_owner(struct checks *checks)
{
	const struct ctl *ctl = checks->ctl;
	const char *file = admin_store_file(ctl->conf);
	const struct passwd *user = getpwnam(ctl->conf->user);
	struct stat st;

	if (file == NULL || user == NULL || stat(file, &st) != 0 ||
	    st.st_uid == user->pw_uid)
		return;
	checks_note(checks, CHECKS_WRONG, "store",
	    "sendwardctl db migrate (as root)",
	    "%s does not belong to the user %s, who must write it", file,
	    ctl->conf->user);
}

static bool
note_notice(void *ctx, const struct store_notice *row)
{
	struct checks *checks = ctx;
	char since[CLOCK_ISO_MAX];

	checks_note(checks, CHECKS_WARNING, "notice",
	    "mend it; then: sendwardctl config check --clear",
	    "%s: %s (%lld times, last %s)", row->key, row->text,
	    (long long)row->count, clock_iso(row->last_sec, since));
	return true;
}

static void
check_notices(struct checks *checks)
{
	struct err err;

	if (admin_notice_list(checks->ctl->store, note_notice, checks, &err) !=
	    SG_OK)
		checks_note(checks, CHECKS_WRONG, "notice", "", "%s", err.text);
}

static void
check_networks(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	struct store_account row;
	struct err err;

	for (size_t i = 0; i < conf->network_count; i++)
		if (account_get(checks->ctl->store, conf->networks[i].account,
			&row, &err) != SG_OK)
			checks_note(checks, CHECKS_WRONG, "networks",
			    "make the account, or take the network out",
			    "a network names the account %s: %s",
			    conf->networks[i].account, err.text);
}

/* Can every key that signs, or will, be unsealed? One line for all that cannot. */
struct key_check {
	struct checks *checks;
	const char *identity;
	int good, bad;
};

static bool
unseal_key(void *ctx, const struct store_key *row)
{
	struct key_check *keys = ctx;
	unsigned char *pem = NULL;
	size_t len = 0;
	struct err err;

	if (row->retired_sec != 0)
		return true;
	if (seal_unwrap(keys->checks->ctl->seal, "dkim.key", row->sealed,
		row->sealed_len, &pem, &len, &err) == SG_OK)
		keys->good++;
	else if (keys->bad++ == 0)
		checks_note(keys->checks, CHECKS_WRONG, "dkim",
		    "bring back the master key that it was sealed with, or "
		    "import the key anew",
		    "key %s of %s cannot be read: %s", row->selector,
		    keys->identity, err.text);
	seal_wipe_free(&pem, len);
	return true;
}

static bool
unseal_keys(void *ctx, const char *account, const struct store_identity *row)
{
	struct key_check *keys = ctx;
	struct err err;

	(void)account;
	keys->identity = row->facts.name;
	if (identity_key_list(
		keys->checks->ctl->store, row, unseal_key, keys, &err) == SG_OK)
		return true;
	checks_note(keys->checks, CHECKS_WRONG, "dkim", "", "%s", err.text);
	return false;
}

static void
check_keys(struct checks *checks)
{
	struct key_check keys = {.checks = checks};
	struct err err;

	if (identity_list(checks->ctl->store, NULL, unseal_keys, &keys, &err) !=
	    SG_OK)
		checks_note(checks, CHECKS_WRONG, "dkim", "", "%s", err.text);
	else if (keys.bad > 1)
		checks_note(checks, CHECKS_WRONG, "dkim", "",
		    "%d keys cannot be read", keys.bad);
	else if (keys.bad == 0)
		checks_note(checks, CHECKS_FINE, "dkim", "",
		    "%d signing key%s can be read", keys.good,
		    keys.good == 1 ? "" : "s");
}

/* ---- all of it ---------------------------------------------------------------- */

static bool
clear_notice(void *ctx, const struct store_notice *row)
{
	return json_array_append_new(ctx, json_string(row->key)) == 0;
}

/* --clear: the notices have been read. */
static void
clear_notices(struct checks *checks)
{
	json_t *keys = json_array();
	const json_t *key;
	struct err err;
	size_t i;

	if (keys == NULL || admin_notice_list(checks->ctl->store, clear_notice,
				keys, &err) != SG_OK)
		checks->failed = true;
	json_array_foreach(
	    keys, i, key) if (admin_notice_clear(checks->ctl->store,
				  json_string_value(key), &err) != SG_OK)
	    checks_note(checks, CHECKS_WRONG, "notice", "", "%s", err.text);
	json_decref(keys);
}

void
checks_all(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;

	check_file(checks);
	check_mode(checks);
	check_return_path(checks);
	check_user(checks);
	check_key(checks);
	check_socket(checks, "milter.socket", conf->milter_socket);
	if (conf->milter_quota == CONF_MILTER_QUOTA_NO)
		check_socket(checks, "policy.socket", conf->policy_socket);
	check_quota(checks);
	check_socket(checks, "feedback.socket", conf->feedback_socket);
	checks_feedback(checks);
	checks_services(checks);
	if (!open_store(checks))
		return;
	check_store_owner(checks);
	check_networks(checks);
	if (checks->ctl->seal != NULL)
		check_keys(checks);
	if (ctl_value(checks->ctl, "clear") != NULL)
		clear_notices(checks);
	check_notices(checks);
}

static const char *
text_of(const json_t *check, const char *key)
{
	const char *text = json_string_value(json_object_get(check, key));

	return text == NULL ? "" : text;
}

/* Columns of the longest name. */
static int
name_columns(const json_t *list)
{
	const json_t *check;
	size_t i, longest = 0;

	json_array_foreach(list, i, check)
	{
		size_t len = strlen(text_of(check, "check"));

		if (len > longest)
			longest = len;
	}
	return (int)longest;
}

static void
print_checks(const json_t *list)
{
	int columns = name_columns(list);
	const json_t *check;
	struct buf text;
	size_t i;

	buf_init(&text, 8192);
	json_array_foreach(list, i, check)
	{
		buf_clear(&text);
		(void)out_clean(
		    text_of(check, "text"), &text); /* cut at the cap */
		(void)printf("%-8s %-*s  %s\n", text_of(check, "state"),
		    columns, text_of(check, "check"), buf_str(&text));
		buf_clear(&text);
		(void)out_clean(
		    text_of(check, "fix"), &text); /* cut at the cap */
		if (text.len > 0)
			(void)printf("%-8s %-*s  fix: %s\n", "", columns, "",
			    buf_str(&text));
	}
	buf_fini(&text);
}

static int
print_all(struct checks *checks)
{
	int rc = checks->is_unreachable ? CTL_UNREACHABLE
		 : checks->errors > 0   ? CTL_REFUSED
					: CTL_DONE;
	int printed = CTL_DONE;

	if (checks->failed) {
		json_decref(checks->list);
		return ctl_refuse(checks->ctl, "no memory for the answer");
	}
	if (checks->ctl->json)
		printed = out_print(checks->ctl,
		    json_pack("{s:b, s:s, s:i, s:i, s:o}", "ok", rc == CTL_DONE,
			"file", checks->ctl->conf_path, "errors",
			checks->errors, "warnings", checks->warnings, "checks",
			checks->list),
		    NULL, "");
	else {
		print_checks(checks->list);
		json_decref(checks->list);
		(void)printf("\n%d error%s, %d warning%s\n", checks->errors,
		    checks->errors == 1 ? "" : "s", checks->warnings,
		    checks->warnings == 1 ? "" : "s"); /* main looks at it */
	}
	return printed != CTL_DONE ? printed : rc;
}

int
config_run_check(struct ctl *ctl)
{
	struct checks checks = {.ctl = ctl, .list = json_array()};
	struct err err;

	if (checks.list == NULL)
		return ctl_refuse(ctl, "no memory for the answer");
	if (conf_load(ctl->conf_path, &ctl->conf, &err) == SG_OK)
		checks_all(&checks);
	else
		checks_note(&checks, CHECKS_WRONG, "file", "", "%s", err.text);
	return print_all(&checks);
}
