/* doctor: does a message leave as it was signed, and does its bounce come back? See
 * doctor.h. */
#include "config.h"

#include "ctl/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

/* ---- a listener ------------------------------------------------------------------ */

static void
check_dsn(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX], words[2 * MTA_WORD_MAX];
	struct buf value;

	buf_init(&value, MTA_WORD_MAX);
	if (!mta_has_word(mta_value(doctor->mta, service,
			      "smtpd_discard_ehlo_keywords", &value),
		"dsn")) {
		(void)snprintf(words, sizeof(words), "%s%sdsn", buf_str(&value),
		    value.len > 0 ? ", " : "");
		doctor_find(doctor, DOCTOR_DSN_KEYWORD,
		    doctor_fix_where(doctor, service,
			"smtpd_discard_ehlo_keywords", words, fix),
		    "clients of %s/%s may say NOTIFY=NEVER: their bounces are "
		    "not seen, and pause nobody",
		    service->name, service->type);
	}
	buf_fini(&value);
}

static void
check_verp(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	struct buf value;

	buf_init(&value, 8192);
	if (mta_value(doctor->mta, service, "smtpd_authorized_verp_clients",
		&value)[0] != '\0')
		doctor_find(doctor, DOCTOR_VERP_CLIENTS,
		    doctor_fix_where(doctor, service,
			"smtpd_authorized_verp_clients", "", fix),
		    "clients of %s/%s in %s may say XVERP, which changes the "
		    "return path behind the milter",
		    service->name, service->type, buf_str(&value));
	buf_fini(&value);
}

/* A number of Postfix's against one of ours. zero_is_none: 0 is no limit. */
static void
check_least(struct doctor *doctor, const struct mta_service *service,
    enum doctor_check check, const char *name, long long least,
    bool zero_is_none, const char *option)
{
	char fix[DOCTOR_FIX_MAX], wanted[32];
	struct buf value;
	long long number;

	buf_init(&value, MTA_WORD_MAX);
	number =
	    strtoll(mta_value(doctor->mta, service, name, &value), NULL, 10);
	buf_fini(&value);
	if (number >= least || (number == 0 && zero_is_none))
		return;
	(void)snprintf(wanted, sizeof(wanted), "%lld",
	    check == DOCTOR_MESSAGE_SIZE ? least * 3 / 2 : least);
	doctor_find(doctor, check,
	    doctor_fix_where(doctor, service, name, wanted, fix),
	    "%s/%s: %s is %lld, and %s %lld: Postfix refuses what sendward "
	    "allows, in its own words",
	    service->name, service->type, name, number, option, least);
}

static void
check_utf8(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];

	if (mta_is_yes(doctor->mta, service, "smtputf8_enable"))
		doctor_find(doctor, DOCTOR_SMTPUTF8,
		    doctor_fix_where(
			doctor, service, "smtputf8_enable", "no", fix),
		    "%s/%s takes mail that needs SMTPUTF8: a next hop without "
		    "it bounces it",
		    service->name, service->type);
}

static void
check_door(struct doctor *doctor, const struct mta_service *service)
{
	const struct conf *conf = doctor->conf;

	check_dsn(doctor, service);
	check_verp(doctor, service);
	check_utf8(doctor, service);
	check_least(doctor, service, DOCTOR_MESSAGE_SIZE, "message_size_limit",
	    (long long)conf->max_message_bytes, true, "max_message_bytes");
	check_least(doctor, service, DOCTOR_RECIPIENT_LIMIT,
	    "smtpd_recipient_limit", (long long)conf->max_recipients, false,
	    "max_recipients");
}

/* ---- what leaves ------------------------------------------------------------------- */

static bool
is_client(const struct mta_service *service)
{
	return strcmp(service->command, "smtp") == 0 &&
	       strcmp(service->type, "unix") == 0;
}

static void
check_late(struct doctor *doctor, const struct mta_service *service)
{
	static const struct {
		const char *name;
		enum doctor_check check;
		const char *what;
	} rows[] = {
	    {"smtp_header_checks", DOCTOR_LATE_CHANGES, "changes fields"},
	    {"smtp_mime_header_checks", DOCTOR_LATE_CHANGES, "changes fields"},
	    {"smtp_nested_header_checks", DOCTOR_LATE_CHANGES,
		"changes fields"},
	    {"smtp_body_checks", DOCTOR_LATE_CHANGES, "changes bodies"},
	    {"smtp_generic_maps", DOCTOR_GENERIC_MAPS, "changes addresses"},
	};
	char fix[DOCTOR_FIX_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *value = mta_raw(doctor->mta, service, rows[i].name);

		if (value[0] != '\0' && value[0] != '$')
			doctor_find(doctor, rows[i].check,
			    doctor_fix_where(
				doctor, service, rows[i].name, "", fix),
			    "%s/%s %s after the message was signed: %s = %s",
			    service->name, service->type, rows[i].what,
			    rows[i].name, value);
	}
}

static void
check_line(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	struct buf value;

	buf_init(&value, MTA_WORD_MAX);
	if (strcmp(mta_value(
		       doctor->mta, service, "smtp_line_length_limit", &value),
		"0") != 0)
		doctor_find(doctor, DOCTOR_LINE_LENGTH,
		    doctor_fix_where(
			doctor, service, "smtp_line_length_limit", "0", fix),
		    "%s/%s cuts lines after %s bytes: the signature of such "
		    "mail fails",
		    service->name, service->type, buf_str(&value));
	buf_fini(&value);
}

static void
check_leaving(struct doctor *doctor)
{
	const struct mta *mta = doctor->mta;
	char fix[DOCTOR_FIX_MAX];

	for (size_t i = 0; i < mta->service_count; i++)
		if (is_client(&mta->services[i])) {
			check_late(doctor, &mta->services[i]);
			check_line(doctor, &mta->services[i]);
		}
	if (!mta_is_yes(mta, NULL, "disable_mime_output_conversion"))
		doctor_find(doctor, DOCTOR_MIME_CONVERSION,
		    doctor_fix_main(
			doctor, "disable_mime_output_conversion = yes", fix),
		    "8-bit mail is converted for next hops without 8BITMIME: "
		    "its signature fails");
	if (!mta_is_yes(mta, NULL, "enable_long_queue_ids"))
		doctor_find(doctor, DOCTOR_QUEUE_IDS,
		    doctor_fix_main(doctor, "enable_long_queue_ids = yes", fix),
		    "queue ids are short, and used again within a day: events "
		    "and bounces find the wrong message");
}

/* ---- what comes back ----------------------------------------------------------------- */

/* "NAME:NEXTHOP": where does the service lead? */
static void
check_service(struct doctor *doctor)
{
	const char *transport = doctor->route.transport;
	size_t len = strcspn(transport, ":");
	const char *next = transport[len] == ':' ? transport + len + 1 : "";
	const char *ours = doctor->conf->feedback_socket;
	const char *domain = doctor->conf->bounce_domain;
	const struct mta_service *service;
	char name[MTA_WORD_MAX], fix[DOCTOR_FIX_MAX];

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, transport);
	service = mta_service(doctor->mta, name, "unix");
	if (service == NULL)
		doctor_find(doctor, DOCTOR_BOUNCE_SERVICE,
		    doctor_fix_setup(doctor, fix),
		    "%s goes to the transport %s, which master.cf does not "
		    "have: bounces wait in the queue",
		    domain, name);
	else if (strcmp(service->command, "pipe") == 0 ||
		 mta_is_socket(doctor->mta, service, ours, next, false))
		return;
	else if (mta_is_socket(doctor->mta, service, ours, next, true))
		doctor_find(doctor, DOCTOR_BOUNCE_SERVICE,
		    doctor_fix_setup(doctor, fix),
		    "the transport %s is chrooted and does not find %s", name,
		    next);
	else
		doctor_find(doctor, DOCTOR_BOUNCE_TRANSPORT,
		    doctor_fix_setup(doctor, fix),
		    "mail of %s goes to %s, and not to %s (feedback.socket)",
		    domain, transport, ours);
}

static void
check_coming_back(struct doctor *doctor)
{
	const struct doctor_route *route = &doctor->route;
	const char *domain = doctor->conf->bounce_domain;
	char fix[DOCTOR_FIX_MAX];

	if (route->transport[0] == '\0')
		doctor_find(doctor, DOCTOR_BOUNCE_TRANSPORT,
		    doctor_fix_setup(doctor, fix),
		    "transport_maps does not have %s: bounces do not come to "
		    "sendward-feedback",
		    domain);
	else
		check_service(doctor);
	if (!route->is_relayed && route->home[0] == '\0')
		doctor_find(doctor, DOCTOR_BOUNCE_RELAY,
		    doctor_fix_setup(doctor, fix),
		    "relay_domains does not have %s: bounces are refused",
		    domain);
	if (route->home[0] != '\0')
		doctor_find(doctor, DOCTOR_BOUNCE_HOME,
		    "take the bounce domain out of that list",
		    "%s is in %s: addresses of bounces are unknown there, and "
		    "refused",
		    domain, route->home);
	if (route->is_refused)
		doctor_find(doctor, DOCTOR_BOUNCE_RECIPIENTS,
		    "add a line for the bounce domain to that table: "
		    "@BOUNCE-DOMAIN OK",
		    "relay_recipient_maps does not have @%s: bounces are "
		    "refused as unknown",
		    domain);
	if (route->alias[0] != '\0')
		doctor_find(doctor, DOCTOR_BOUNCE_ALIAS,
		    "take the bounce domain, or the line for every domain, "
		    "out of virtual_alias_maps",
		    "virtual_alias_maps makes %s of addresses at %s: bounces "
		    "go there",
		    route->alias, domain);
}

void
doctor_way(struct doctor *doctor)
{
	const struct mta *mta = doctor->mta;

	for (size_t i = 0; i < mta->service_count; i++)
		if (doctor_is_door(doctor, &mta->services[i]))
			check_door(doctor, &mta->services[i]);
	check_leaving(doctor);
	check_coming_back(doctor);
}
