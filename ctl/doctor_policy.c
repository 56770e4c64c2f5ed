/* doctor: is the policy service asked by every listener for accounts, at the right
 * place? See doctor.h. */
#include "config.h"

#include "ctl/doctor.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf/conf.h"

/* At these the recipients are known. */
static const char *const good_stages[] = {"smtpd_relay_restrictions",
    "smtpd_recipient_restrictions", "smtpd_data_restrictions",
    "smtpd_end_of_data_restrictions", NULL};
static const char *const early_stages[] = {"smtpd_client_restrictions",
    "smtpd_helo_restrictions", "smtpd_sender_restrictions",
    "smtpd_etrn_restrictions", NULL};

/* Where the service is asked. */
struct ask {
	const char *stage;         /* NULL: nowhere */
	char permit[MTA_WORD_MAX]; /* stands before it; "" nothing that does */
	bool is_after_relay_check;
	char word[MTA_WORD_MAX]; /* the socket, with its options */
};

static bool
is_permit(const struct doctor *doctor, const struct mta_service *service,
    const char *word)
{
	if (strcmp(word, "permit") == 0)
		return true;
	if (strcmp(word, "permit_sasl_authenticated") == 0)
		return doctor_has_sasl(doctor, service);
	return strcmp(word, "permit_mynetworks") == 0 &&
	       (doctor->conf->network_count > 0 ||
		   doctor_is_private_door(doctor, service));
}

static bool
is_relay_check(const char *word)
{
	return strcmp(word, "reject_unauth_destination") == 0 ||
	       strcmp(word, "defer_unauth_destination") == 0 ||
	       strcmp(word, "reject") == 0;
}

/* The first one of a list. */
static bool
find_in(const struct doctor *doctor, const struct mta_service *service,
    const char *stage, bool is_by_name, struct ask *ask)
{
	char word[MTA_WORD_MAX], head[MTA_WORD_MAX];
	struct buf value;
	const char *list;
	bool is_next = false, is_found = false;

	*ask = (struct ask){.stage = NULL};
	buf_init(&value, 65536);
	list = mta_value(doctor->mta, service, stage, &value);
	while (!is_found && mta_next(&list, word)) {
		if (is_next && mta_item(word, NULL, head) &&
		    mta_is_socket(doctor->mta, service,
			doctor->conf->policy_socket, head, is_by_name)) {
			memcpy(ask->word, word, sizeof(word));
			ask->stage = stage;
			is_found = true;
		}
		if (is_permit(doctor, service, word) && ask->permit[0] == '\0')
			memcpy(ask->permit, word, sizeof(word));
		ask->is_after_relay_check =
		    ask->is_after_relay_check || is_relay_check(word);
		is_next = strcmp(word, "check_policy_service") == 0;
	}
	buf_fini(&value);
	return is_found;
}

/* The best place where it is asked: one that is reached before others. */
static bool
find_ask(const struct doctor *doctor, const struct mta_service *service,
    const char *const *stages, bool is_by_name, struct ask *ask_r)
{
	struct ask ask;
	bool is_found = false;

	for (; *stages != NULL; stages++) {
		if (!find_in(doctor, service, *stages, is_by_name, &ask) ||
		    (is_found && ask_r->permit[0] == '\0'))
			continue;
		*ask_r = ask;
		is_found = true;
	}
	return is_found;
}

/* ---- how it is asked -------------------------------------------------------------- */

static bool
lets_pass(const char *action)
{
	static const char *const stops[] = {
	    "reject", "defer", "defer_if_permit", "discard", "hold"};
	size_t len = strcspn(action, " \t");

	if (isdigit((unsigned char)action[0]))
		return action[0] == '2';
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if (strlen(stops[i]) == len &&
		    strncasecmp(action, stops[i], len) == 0)
			return false;
	return true;
}

static void
check_action(struct doctor *doctor, const struct mta_service *service,
    const struct ask *ask)
{
	char action[MTA_WORD_MAX], fix[DOCTOR_FIX_MAX];
	bool is_own = mta_item(ask->word, "default_action", action);

	if (!is_own)
		(void)snprintf(action, sizeof(action), "%s",
		    mta_raw(doctor->mta, service,
			"smtpd_policy_service_default_action"));
	if (!lets_pass(action))
		return;
	doctor_find(doctor, DOCTOR_POLICY_ACTION,
	    is_own ? doctor_fix_setup(doctor, fix)
		   : doctor_fix_where(doctor, service,
			 "smtpd_policy_service_default_action",
			 "451 4.3.0 Temporary service failure", fix),
	    "while sendward-policyd is down, %s/%s takes mail uncounted "
	    "(default action %s)",
	    service->name, service->type, action);
}

static void
check_wait(struct doctor *doctor, const struct mta_service *service,
    const struct ask *ask)
{
	char text[MTA_WORD_MAX], wanted[32], fix[DOCTOR_FIX_MAX];
	bool is_own = mta_item(ask->word, "timeout", text);
	long long pacing = (long long)doctor->conf->pacing_sec;
	long long sec;

	if (!is_own)
		(void)snprintf(text, sizeof(text), "%s",
		    mta_raw(
			doctor->mta, service, "smtpd_policy_service_timeout"));
	sec = mta_seconds(text);
	if (sec < 0 || sec > pacing)
		return;
	(void)snprintf(wanted, sizeof(wanted), "%llds",
	    pacing + 20 > 30 ? pacing + 20 : 30);
	doctor_find(doctor, DOCTOR_POLICY_TIMEOUT,
	    is_own ? doctor_fix_setup(doctor, fix)
		   : doctor_fix_where(doctor, service,
			 "smtpd_policy_service_timeout", wanted, fix),
	    "%s/%s waits %lld s for the policy service, which may hold an "
	    "answer back for %lld s: the client hears 451",
	    service->name, service->type, sec, pacing);
}

static void
check_context(struct doctor *doctor, const struct mta_service *service,
    const struct ask *ask)
{
	const char *wanted = doctor->conf->trusted_daemon_name;
	char context[MTA_WORD_MAX], fix[DOCTOR_FIX_MAX];

	if (!doctor_is_private_door(doctor, service) || wanted[0] == '\0')
		return;
	if (!mta_item(ask->word, "policy_context", context))
		(void)snprintf(context, sizeof(context), "%s",
		    mta_raw(doctor->mta, service,
			"smtpd_policy_service_policy_context"));
	if (strcmp(context, wanted) != 0)
		doctor_find(doctor, DOCTOR_POLICY_CONTEXT,
		    doctor_fix_setup(doctor, fix),
		    "the private listener %s/%s asks with policy_context=%s, "
		    "and not %s: what the API sends counts for nobody",
		    service->name, service->type, context, wanted);
}

/* ---- where it is asked ------------------------------------------------------------ */

static void
check_place(struct doctor *doctor, const struct mta_service *service,
    const struct ask *ask)
{
	char fix[DOCTOR_FIX_MAX];
	struct buf relay;
	char word[MTA_WORD_MAX];
	const char *list;
	bool is_checked = ask->is_after_relay_check;

	if (ask->permit[0] != '\0') {
		doctor_find(doctor, DOCTOR_POLICY_AFTER_PERMIT,
		    doctor_fix_setup(doctor, fix),
		    "%s/%s asks the policy service behind %s in %s: mail of "
		    "accounts never comes to it",
		    service->name, service->type, ask->permit, ask->stage);
		return;
	}
	if (strcmp(ask->stage, "smtpd_recipient_restrictions") != 0 &&
	    strcmp(ask->stage, "smtpd_relay_restrictions") != 0)
		return;
	buf_init(&relay, 65536);
	list =
	    mta_value(doctor->mta, service, "smtpd_relay_restrictions", &relay);
	if (strcmp(ask->stage, "smtpd_recipient_restrictions") == 0)
		while (mta_next(&list, word))
			is_checked = is_checked || is_relay_check(word);
	buf_fini(&relay);
	if (!is_checked)
		doctor_find(doctor, DOCTOR_POLICY_BEFORE_RELAY,
		    doctor_fix_setup(doctor, fix),
		    "%s/%s asks the policy service in %s before "
		    "reject_unauth_destination: recipients that are refused "
		    "are counted",
		    service->name, service->type, ask->stage);
}

static void
check_door(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	struct ask ask;

	if (find_ask(doctor, service, good_stages, false, &ask)) {
		check_place(doctor, service, &ask);
		check_action(doctor, service, &ask);
		check_wait(doctor, service, &ask);
		check_context(doctor, service, &ask);
	} else if (find_ask(doctor, service, good_stages, true, &ask))
		doctor_find_chroot(
		    doctor, service, doctor->conf->policy_socket);
	else if (find_ask(doctor, service, early_stages, true, &ask))
		doctor_find(doctor, DOCTOR_POLICY_STAGE,
		    doctor_fix_setup(doctor, fix),
		    "%s/%s asks the policy service in %s, where the "
		    "recipients are not known",
		    service->name, service->type, ask.stage);
	else
		doctor_find(doctor, DOCTOR_POLICY_MISSING,
		    doctor_fix_setup(doctor, fix),
		    "%s/%s does not ask the policy service: no quota, rate or "
		    "pause holds there",
		    service->name, service->type);
}

static void
check_twice(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	struct ask ask;

	if (find_ask(doctor, service, good_stages, true, &ask))
		doctor_find(doctor, DOCTOR_POLICY_TWICE,
		    doctor_fix_where(doctor, service, ask.stage, "", fix),
		    "the milter counts (milter.quota), and %s/%s asks the "
		    "policy service in %s, too",
		    service->name, service->type, ask.stage);
}

void
doctor_policy(struct doctor *doctor)
{
	const struct mta *mta = doctor->mta;
	bool is_counted_by_milter =
	    doctor->conf->milter_quota == CONF_MILTER_QUOTA_YES;

	for (size_t i = 0; i < mta->service_count; i++) {
		const struct mta_service *service = &mta->services[i];

		if (!doctor_is_door(doctor, service))
			continue;
		if (is_counted_by_milter)
			check_twice(doctor, service);
		else
			check_door(doctor, service);
	}
}
