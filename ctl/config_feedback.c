/* config check: what reports, events and notifications need. Changes nothing. */
#include "config.h"

#include "ctl/checks.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "conf/conf.h"
#include "ops/feedback.h"
#include "report/report.h"

#define PATH_BYTES 4096

enum checks_may
checks_user_may(const char *user, const char *path, int mode)
{
	int status = 0;
	struct err err;
	pid_t pid;

	if (user[0] == '\0' || geteuid() != 0)
		return access(path, mode) == 0 ? CHECKS_MAY
		       : user[0] == '\0'       ? CHECKS_MAY_NOT
					       : CHECKS_MAY_BE;
	pid = fork();
	if (pid == 0)
		_exit(process_become_user(user, &err) == SG_OK &&
			      access(path, mode) == 0
			  ? 0
			  : 1);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return CHECKS_MAY_BE;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CHECKS_MAY
							     : CHECKS_MAY_NOT;
}

static enum checks_may
user_may(const struct conf *conf, const char *path, int mode)
{
	return checks_user_may(conf->user, path, mode);
}

static const char *
user_of(const struct conf *conf)
{
	return conf->user[0] == '\0' ? "root" : conf->user;
}

/* ---- the journal ---------------------------------------------------------------- */

/* The milter makes it, when it may. */
static enum checks_may
may_make(const struct conf *conf, const char *path)
{
	char parent[PATH_BYTES];
	const char *slash = strrchr(path, '/');

	(void)snprintf(parent, sizeof(parent), "%.*s",
	    slash == path ? 1 : (int)(slash - path), path); /* fits */
	return user_may(conf, parent, W_OK | X_OK);
}

static void
check_journal(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *path = conf->journal;
	char fix[PATH_BYTES + 128];
	struct stat st;
	bool is_there = stat(path, &st) == 0;
	enum checks_may may = is_there
				  ? user_may(conf, path, R_OK | W_OK | X_OK)
				  : may_make(conf, path);

	(void)snprintf(fix, sizeof(fix), "install -d -o %s -m 0750 %s",
	    user_of(conf), path); /* fits */
	if (is_there && !S_ISDIR(st.st_mode))
		checks_note(checks, CHECKS_WRONG, "journal", fix,
		    "%s is no folder: mail of accounts is answered 451", path);
	else if (may == CHECKS_MAY_NOT)
		checks_note(checks, CHECKS_WRONG, "journal", fix,
		    "the user %s cannot %s %s: mail of accounts is answered "
		    "451",
		    user_of(conf), is_there ? "write to" : "make", path);
	else if (may == CHECKS_MAY_BE)
		checks_note(checks, CHECKS_WARNING, "journal", "run it as root",
		    "%s is another user's; it was not looked at", path);
	else
		checks_note(checks, CHECKS_FINE, "journal", "",
		    is_there ? "what leaves is noted in %s"
			     : "what leaves is noted in %s, which the milter "
			       "makes",
		    path);
}

/* ---- the mail log --------------------------------------------------------------- */

static void
check_mail_log(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *path = conf->mail_log;
	char fix[PATH_BYTES + 128];

	(void)snprintf(fix, sizeof(fix),
	    "usermod -a -G adm %s, when the group adm reads it; then start "
	    "sendward-jobd anew",
	    user_of(conf)); /* fits */
	if (path[0] == '\0') {
		checks_note(checks, CHECKS_FINE, "mail_log", "",
		    "empty: deliveries and delays are not heard of (set it to "
		    "the log of Postfix or Sendmail)");
		return;
	}
	switch (user_may(conf, path, R_OK)) {
	case CHECKS_MAY:
		checks_note(checks, CHECKS_FINE, "mail_log", "",
		    "deliveries and delays are read from %s", path);
		break;
	case CHECKS_MAY_BE:
		checks_note(checks, CHECKS_WARNING, "mail_log",
		    "run it as root",
		    "%s may be read by others alone; it was not looked at",
		    path);
		break;
	case CHECKS_MAY_NOT:
		if (access(path, F_OK) == 0)
			checks_note(checks, CHECKS_WRONG, "mail_log", fix,
			    "the user %s cannot read %s: deliveries are not "
			    "heard of",
			    user_of(conf), path);
		else
			checks_note(checks, CHECKS_WRONG, "mail_log",
			    "set it to the file that the MTA's log goes to",
			    "%s: %s: deliveries are not heard of", path,
			    strerror(errno));
	}
}

/* ---- rules, domains -------------------------------------------------------------- */

static void
check_rules(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *local = conf->feedback_local_rules_file;
	struct report_rules *rules = NULL;
	struct err err;

	if (feedback_rules_load(conf, &rules, &err) != SG_OK)
		checks_note(checks, CHECKS_WRONG, "feedback.rules_file",
		    "mend the line, or set it to the file that came with "
		    "sendward",
		    "%s: sendward-feedback does not start", err.text);
	else
		checks_note(checks, CHECKS_FINE, "feedback.rules_file", "",
		    "bounces are classified by %s%s%s", local,
		    local[0] == '\0' ? "" : ", then by ",
		    feedback_rules_file(conf));
	report_rules_free(&rules);
}

static void
check_simulator(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *domain = conf->simulator_domain;

	if (domain[0] == '\0')
		return;
	if (strcasecmp(domain, conf->bounce_domain) == 0)
		checks_note(checks, CHECKS_WRONG, "simulator_domain",
		    "give the simulator a domain of its own, such as "
		    "simulator.YOURDOMAIN",
		    "%s is the bounce domain, too", domain);
	else
		checks_note(checks, CHECKS_FINE, "simulator_domain", "",
		    "bounce@%s and others play recipients; the MTA must route "
		    "it as sendwardctl setup prints",
		    domain);
}

/* ---- notifications ---------------------------------------------------------------- */

/* Whoever can write to it runs programs as notify.command_user. */
static void
check_commands(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *dir = conf->notify_command_dir;
	char fix[PATH_BYTES + 64];
	struct stat st;

	if (dir[0] == '\0')
		return;
	(void)snprintf(
	    fix, sizeof(fix), "install -d -o root -m 0755 %s", dir); /* fits */
	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		checks_note(checks, CHECKS_WRONG, "notify.command_dir", fix,
		    "%s is no folder", dir);
	else if (st.st_uid != 0 || (st.st_mode & 022) != 0)
		checks_note(checks, CHECKS_WRONG, "notify.command_dir", fix,
		    "%s may be changed by others than root", dir);
	else if (getpwnam(conf->notify_command_user) == NULL)
		checks_note(checks, CHECKS_WRONG, "notify.command_user",
		    "set notify = { command_user = \"nobody\"; };",
		    "the user %s does not exist", conf->notify_command_user);
	else
		checks_note(checks, CHECKS_FINE, "notify.command_dir", "",
		    "programs in %s may be subscribed; they run as %s", dir,
		    conf->notify_command_user);
}

static void
check_ca_file(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *path = conf->notify_ca_file;

	if (path[0] != '\0' && user_may(conf, path, R_OK) == CHECKS_MAY_NOT)
		checks_note(checks, CHECKS_WRONG, "notify.ca_file",
		    "give it a file of certificates, PEM, that everybody may "
		    "read",
		    "the user %s cannot read %s: no https webhook is "
		    "delivered to",
		    user_of(conf), path);
}

void
checks_feedback(struct checks *checks)
{
	check_journal(checks);
	check_mail_log(checks);
	check_rules(checks);
	check_simulator(checks);
	check_commands(checks);
	check_ca_file(checks);
}
