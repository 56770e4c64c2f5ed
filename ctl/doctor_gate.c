/* doctor: is every listener for accounts behind the milter, and does it mean what it
 * says? See doctor.h. */
#include "config.h"

#include "ctl/doctor.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

#define WAIT_SEC 30
#define CONTENT_WAIT_SEC 60

/* ---- listeners ------------------------------------------------------------------ */

static bool
is_smtpd(const struct mta_service *service)
{
	return strcmp(service->command, "smtpd") == 0;
}

/* Of type pass when postscreen(8) stands before it. */
static bool
is_of_net(const struct mta_service *service)
{
	return strcmp(service->type, "inet") == 0 ||
	       strcmp(service->type, "pass") == 0;
}

/* Is the option "unix:PATH", and PATH this service's socket? */
static bool
is_socket_of(const struct doctor *doctor, const struct mta_service *service,
    const char *option)
{
	char path[2 * MTA_WORD_MAX];

	(void)snprintf(path, sizeof(path), "unix:%s/%s/%s",
	    mta_raw(doctor->mta, NULL, "queue_directory"),
	    service->is_private ? "private" : "public", service->name);
	return strcmp(service->type, "unix") == 0 && strcmp(path, option) == 0;
}

bool
doctor_is_private_door(
    const struct doctor *doctor, const struct mta_service *service)
{
	return is_smtpd(service) &&
	       is_socket_of(doctor, service, doctor->conf->api_submission);
}

bool
doctor_has_sasl(const struct doctor *doctor, const struct mta_service *service)
{
	return is_smtpd(service) && is_of_net(service) &&
	       mta_is_yes(doctor->mta, service, "smtpd_sasl_auth_enable");
}

static bool
is_loopback_name(const char *name)
{
	return strncmp(name, "127.", 4) == 0 ||
	       strncmp(name, "localhost", 9) == 0 ||
	       strncmp(name, "[::1]", 5) == 0 || strcmp(name, "::1") == 0 ||
	       strcmp(name, "loopback-only") == 0;
}

bool
doctor_is_loopback(
    const struct doctor *doctor, const struct mta_service *service)
{
	struct buf value;
	char word[MTA_WORD_MAX];
	const char *list;
	bool is_loopback = true;

	if (!is_of_net(service) || is_loopback_name(service->name))
		return true;
	if (strchr(service->name, ':') != NULL)
		return false;
	buf_init(&value, 4096);
	list = mta_value(doctor->mta, service, "inet_interfaces", &value);
	while (mta_next(&list, word))
		is_loopback = is_loopback && is_loopback_name(word);
	buf_fini(&value);
	return is_loopback;
}

bool
doctor_is_door(const struct doctor *doctor, const struct mta_service *service)
{
	if (!is_smtpd(service))
		return false;
	return doctor_has_sasl(doctor, service) ||
	       doctor_is_private_door(doctor, service) ||
	       (doctor->conf->network_count > 0 && is_of_net(service) &&
		   !doctor_is_loopback(doctor, service));
}

/* ---- the milter ------------------------------------------------------------------- */

/* Ours in a list, as this service sees it; its word in word_r. */
static bool
find_milter(const struct doctor *doctor, const struct mta_service *service,
    const char *list, bool is_by_name, char word_r[MTA_WORD_MAX])
{
	char head[MTA_WORD_MAX];

	while (mta_next(&list, word_r))
		if (mta_item(word_r, NULL, head) &&
		    mta_is_socket(doctor->mta, service,
			doctor->conf->milter_socket, head, is_by_name))
			return true;
	return false;
}

/* As Postfix writes it. */
static const char *
milter_name(const struct doctor *doctor, char name_r[MTA_WORD_MAX])
{
	const char *socket = doctor->conf->milter_socket;
	const char *at = strchr(socket, '@');

	if (strncmp(socket, "inet:", 5) == 0 && at != NULL)
		(void)snprintf(name_r, MTA_WORD_MAX, "inet:%s:%.*s", at + 1,
		    (int)(at - socket - 5), socket + 5);
	else
		(void)snprintf(name_r, MTA_WORD_MAX, "%s", socket);
	return name_r;
}

void
doctor_find_chroot(struct doctor *doctor, const struct mta_service *service,
    const char *socket)
{
	char fix[DOCTOR_FIX_MAX];

	(void)snprintf(fix, sizeof(fix), "postconf %s%s%s-F '%s/%s/chroot=n'",
	    doctor->is_other_dir ? "-c " : "",
	    doctor->is_other_dir ? doctor->dir : "",
	    doctor->is_other_dir ? " " : "", service->name, service->type);
	doctor_find(doctor, DOCTOR_CHROOT, fix,
	    "%s/%s is chrooted to %s, where %s is not", service->name,
	    service->type, mta_raw(doctor->mta, NULL, "queue_directory"),
	    socket);
}

static void
find_no_milter(struct doctor *doctor, const struct mta_service *service,
    const char *list, bool is_in_main)
{
	char name[MTA_WORD_MAX], setting[3000], fix[DOCTOR_FIX_MAX];

	if (is_in_main) {
		doctor_find(doctor, DOCTOR_MILTER_OVERRIDDEN,
		    doctor_fix_master(doctor, service, "smtpd_milters", fix),
		    "%s/%s of master.cf has smtpd_milters=%s, without %s",
		    service->name, service->type, list,
		    milter_name(doctor, name));
		return;
	}
	(void)snprintf(setting, sizeof(setting), "smtpd_milters = %s%s%s",
	    mta_raw(doctor->mta, NULL, "smtpd_milters"),
	    mta_raw(doctor->mta, NULL, "smtpd_milters")[0] == '\0' ? "" : ", ",
	    milter_name(doctor, name));
	doctor_find(doctor, DOCTOR_MILTER_MISSING,
	    doctor_fix_main(doctor, setting, fix),
	    "mail that comes to %s/%s is neither checked nor signed: "
	    "smtpd_milters has no %s",
	    service->name, service->type, name);
}

static void
check_action(
    struct doctor *doctor, const struct mta_service *service, const char *word)
{
	char action[MTA_WORD_MAX], fix[DOCTOR_FIX_MAX];
	bool is_own = mta_item(word, "default_action", action);
	struct buf value;

	buf_init(&value, MTA_WORD_MAX);
	if (!is_own)
		(void)snprintf(action, sizeof(action), "%s",
		    mta_value(
			doctor->mta, service, "milter_default_action", &value));
	buf_fini(&value);
	if (strcmp(action, "accept") != 0 && strcmp(action, "quarantine") != 0)
		return;
	doctor_find(doctor, DOCTOR_MILTER_ACTION,
	    is_own ? "take default_action out of the braces in smtpd_milters"
		   : doctor_fix_where(doctor, service, "milter_default_action",
			 "tempfail", fix),
	    "while the milter is down, %s/%s takes mail unchecked "
	    "(default action %s)",
	    service->name, service->type, action);
}

static void
check_protocol(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	struct buf value;
	const char *text;

	buf_init(&value, MTA_WORD_MAX);
	text = mta_value(doctor->mta, service, "milter_protocol", &value);
	if (strtol(text, NULL, 10) < 6)
		doctor_find(doctor, DOCTOR_MILTER_PROTOCOL,
		    doctor_fix_where(
			doctor, service, "milter_protocol", "6", fix),
		    "%s/%s speaks version %s of the milter protocol; sendward "
		    "needs 6",
		    service->name, service->type, text);
	buf_fini(&value);
}

static void
check_wait(struct doctor *doctor, const struct mta_service *service,
    const char *word, const char *name, const char *option, long long least)
{
	char own[MTA_WORD_MAX], wanted[32], fix[DOCTOR_FIX_MAX];
	struct buf value;
	bool is_own = mta_item(word, option, own);
	long long sec;

	buf_init(&value, MTA_WORD_MAX);
	sec = mta_seconds(
	    is_own ? own : mta_value(doctor->mta, service, name, &value));
	buf_fini(&value);
	(void)snprintf(wanted, sizeof(wanted), "%llds", least);
	if (sec >= 0 && sec < least)
		doctor_find(doctor, DOCTOR_MILTER_TIMEOUT,
		    is_own
			? "raise it in the braces in smtpd_milters"
			: doctor_fix_where(doctor, service, name, wanted, fix),
		    "%s/%s waits %lld s for the milter (%s), where %lld s may "
		    "be needed",
		    service->name, service->type, sec, is_own ? option : name,
		    least);
}

static void
check_waits(
    struct doctor *doctor, const struct mta_service *service, const char *word)
{
	const struct conf *conf = doctor->conf;
	long long command = WAIT_SEC;

	/* the milter holds answers back then */
	if (conf->milter_quota == CONF_MILTER_QUOTA_YES)
		command += 2 * (long long)conf->pacing_sec;
	check_wait(doctor, service, word, "milter_command_timeout",
	    "command_timeout", command);
	check_wait(doctor, service, word, "milter_content_timeout",
	    "content_timeout", CONTENT_WAIT_SEC);
}

static bool
is_signer(const char *word)
{
	static const char *const signs[] = {"opendkim", "dkimpy", "dkim-milter",
	    "dkim-filter", ":8891", ":12301"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(word, signs[i]) != NULL)
			return true;
	return false;
}

/* What else is in the list. */
static void
check_others(struct doctor *doctor, const struct mta_service *service,
    const char *list, const char *own)
{
	char word[MTA_WORD_MAX], rest[MTA_WORD_MAX], fix[DOCTOR_FIX_MAX];
	char last[2 * MTA_WORD_MAX + 8];
	const char *at = list;
	bool is_behind = false; /* of sendward's */
	bool has_behind = false;

	while (mta_next(&at, word)) {
		if (is_signer(word)) {
			doctor_list_without(list, word, rest);
			doctor_find(doctor, DOCTOR_OTHER_SIGNER,
			    doctor_fix_where(
				doctor, service, "smtpd_milters", rest, fix),
			    "%s signs, too, at %s/%s: mail has two signatures, "
			    "the other's over what sendward changes",
			    word, service->name, service->type);
		}
		has_behind = has_behind || is_behind;
		is_behind = is_behind || strcmp(word, own) == 0;
	}
	if (!has_behind)
		return;
	doctor_list_without(list, own, rest);
	(void)snprintf(last, sizeof(last), "%s, %s", rest, own);
	doctor_find(doctor, DOCTOR_MILTER_ORDER,
	    doctor_fix_where(doctor, service, "smtpd_milters", last, fix),
	    "sendward's milter is not the last of %s/%s: those behind it may "
	    "change what it has signed",
	    service->name, service->type);
}

static void
check_switch(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	struct buf value;

	buf_init(&value, MTA_WORD_MAX);
	if (mta_has_word(mta_value(doctor->mta, service,
			     "receive_override_options", &value),
		"no_milters"))
		doctor_find(doctor, DOCTOR_MILTER_SWITCHED_OFF,
		    doctor_fix_where(
			doctor, service, "receive_override_options", "", fix),
		    "%s/%s has receive_override_options=no_milters: its mail "
		    "is neither checked nor signed",
		    service->name, service->type);
	buf_fini(&value);
}

static void
check_door(struct doctor *doctor, const struct mta_service *service)
{
	char word[MTA_WORD_MAX], own[MTA_WORD_MAX];
	struct buf list, main_list;
	const struct mta *mta = doctor->mta;

	buf_init(&list, 8192);
	buf_init(&main_list, 8192);
	(void)mta_value(mta, service, "smtpd_milters", &list);
	(void)mta_value(mta, NULL, "smtpd_milters", &main_list);
	check_switch(doctor, service);
	if (find_milter(doctor, service, buf_str(&list), false, own)) {
		check_action(doctor, service, own);
		check_protocol(doctor, service);
		check_waits(doctor, service, own);
		check_others(doctor, service, buf_str(&list), own);
	} else if (find_milter(doctor, service, buf_str(&list), true, own))
		doctor_find_chroot(
		    doctor, service, doctor->conf->milter_socket);
	else
		find_no_milter(doctor, service, buf_str(&list),
		    find_milter(doctor, NULL, buf_str(&main_list), true, word));
	buf_fini(&main_list);
	buf_fini(&list);
}

/* ---- mail from sendmail(1) --------------------------------------------------------- */

static bool
has_own_address(const struct conf *conf)
{
	static const char *const own[] = {"::ffff:127.0.0.1", "::1"};
	unsigned char address[16];

	for (size_t i = 0; i < 2; i++)
		if (inet_pton(AF_INET6, own[i], address) == 1 &&
		    conf_account_of_address(conf, address) != NULL)
			return true;
	return false;
}

static void
check_local(struct doctor *doctor)
{
	char word[MTA_WORD_MAX], rest[MTA_WORD_MAX], fix[DOCTOR_FIX_MAX];
	char setting[2 * MTA_WORD_MAX];
	const struct mta *mta = doctor->mta;
	struct buf list;

	buf_init(&list, 8192);
	(void)mta_value(mta, NULL, "non_smtpd_milters", &list);
	if (find_milter(doctor, NULL, buf_str(&list), true, word)) {
		doctor_list_without(buf_str(&list), word, rest);
		(void)snprintf(
		    setting, sizeof(setting), "non_smtpd_milters = %s", rest);
		doctor_find(doctor, DOCTOR_LOCAL_MILTER,
		    doctor_fix_main(doctor, setting, fix),
		    "non_smtpd_milters has sendward's milter: mail of "
		    "sendmail(1) that it puts off stays in maildrop for ever");
	} else if (has_own_address(doctor->conf) &&
		   strcmp(mta_raw(mta, NULL, "authorized_submit_users"),
		       "static:anyone") == 0)
		doctor_find(doctor, DOCTOR_LOCAL_MAIL,
		    doctor_fix_main(
			doctor, "authorized_submit_users = root", fix),
		    "mail to port 25 of this host belongs to an account, but "
		    "what any user gives to sendmail(1) passes unchecked");
	buf_fini(&list);
}

void
doctor_gate(struct doctor *doctor)
{
	const struct mta *mta = doctor->mta;

	for (size_t i = 0; i < mta->service_count; i++)
		if (doctor_is_door(doctor, &mta->services[i]))
			check_door(doctor, &mta->services[i]);
	check_local(doctor);
}
