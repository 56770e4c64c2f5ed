/* doctor: who may send by Postfix's listeners, and what Postfix itself does to
 * accounts' mail there? See doctor.h. */
#include "config.h"

#include "ctl/doctor.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

/* ---- TLS, logins ---------------------------------------------------------------- */

static bool
is_port_25(const struct mta_service *service)
{
	const char *port = strrchr(service->name, ':');

	port = port != NULL ? port + 1 : service->name;
	return strcmp(port, "smtp") == 0 || strcmp(port, "25") == 0;
}

static void
check_tls(struct doctor *doctor, const struct mta_service *service)
{
	const struct mta *mta = doctor->mta;
	char fix[DOCTOR_FIX_MAX];
	struct buf level;
	bool is_safe;

	buf_init(&level, MTA_WORD_MAX);
	is_safe =
	    strcmp(mta_value(mta, service, "smtpd_tls_security_level", &level),
		"encrypt") == 0 ||
	    mta_is_yes(mta, service, "smtpd_tls_wrappermode") ||
	    mta_is_yes(mta, service, "smtpd_tls_auth_only") ||
	    doctor_is_loopback(doctor, service);
	if (!is_safe)
		doctor_find(doctor, DOCTOR_TLS_MISSING,
		    doctor_fix_master(doctor, service,
			is_port_25(service)
			    ? "smtpd_tls_auth_only=yes"
			    : "smtpd_tls_security_level=encrypt",
			fix),
		    "%s/%s takes passwords without TLS "
		    "(smtpd_tls_security_level = %s)",
		    service->name, service->type,
		    level.len > 0 ? buf_str(&level) : "empty");
	buf_fini(&level);
}

static void
check_anonymous(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	struct buf options;

	buf_init(&options, MTA_WORD_MAX);
	if (!mta_has_word(mta_value(doctor->mta, service,
			      "smtpd_sasl_security_options", &options),
		"noanonymous"))
		doctor_find(doctor, DOCTOR_SASL_ANONYMOUS,
		    doctor_fix_where(doctor, service,
			"smtpd_sasl_security_options", "noanonymous", fix),
		    "%s/%s may take logins without a name "
		    "(smtpd_sasl_security_options = %s)",
		    service->name, service->type, buf_str(&options));
	buf_fini(&options);
}

/* ---- relaying ------------------------------------------------------------------- */

/* Does the list refuse mail for elsewhere, before it permits everything? */
static bool
refuses(const struct doctor *doctor, const struct mta_service *service,
    const char *name)
{
	static const char *const words[] = {"reject_unauth_destination",
	    "defer_unauth_destination", "reject", "defer"};
	char word[MTA_WORD_MAX];
	struct buf value;
	const char *list;
	bool is_refused = false, is_open = false;

	buf_init(&value, 65536);
	list = mta_value(doctor->mta, service, name, &value);
	while (!is_open && !is_refused && mta_next(&list, word)) {
		is_open = strcmp(word, "permit") == 0;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			is_refused |= strcmp(word, words[i]) == 0;
	}
	buf_fini(&value);
	return is_refused;
}

static void
check_relaying(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];

	if (strcmp(service->type, "unix") == 0 ||
	    refuses(doctor, service, "smtpd_relay_restrictions") ||
	    refuses(doctor, service, "smtpd_recipient_restrictions"))
		return;
	doctor_find(doctor, DOCTOR_OPEN_RELAY,
	    doctor_fix_master(doctor, service,
		"smtpd_relay_restrictions=permit_mynetworks,permit_sasl_"
		"authenticated,reject_unauth_destination",
		fix),
	    "%s/%s relays for everybody: neither smtpd_relay_restrictions nor "
	    "smtpd_recipient_restrictions refuses",
	    service->name, service->type);
}

/* Is a word of mynetworks a network? 16 bytes, IPv4 mapped, and its length. */
static bool
read_network(const char *word, unsigned char address_r[16], long *bits_r)
{
	char text[MTA_WORD_MAX];
	const char *slash = strchr(word, '/');
	size_t len = slash == NULL ? strlen(word) : (size_t)(slash - word);

	if (word[0] == '[' && len > 2) {
		word++;
		len -= 2;
	}
	(void)snprintf(text, sizeof(text), "%.*s", (int)len, word);
	if (inet_pton(AF_INET, text, address_r + 12) == 1) {
		memset(address_r, 0, 10);
		memset(address_r + 10, 0xff, 2);
		*bits_r =
		    slash == NULL ? 128 : 96 + strtol(slash + 1, NULL, 10);
		return true;
	}
	*bits_r = slash == NULL ? 128 : strtol(slash + 1, NULL, 10);
	return inet_pton(AF_INET6, text, address_r) == 1;
}

static bool
is_loopback(const unsigned char address[16])
{
	static const unsigned char one[16] = {[15] = 1};
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, one, 16) == 0 ||
	       (memcmp(address, mapped, 12) == 0 && address[12] == 127);
}

static void
check_network(struct doctor *doctor, const char *word)
{
	unsigned char address[16];
	char fix[DOCTOR_FIX_MAX], setting[2 * MTA_WORD_MAX], rest[MTA_WORD_MAX];
	long bits;

	if (word[0] == '!' || !read_network(word, address, &bits))
		return;
	if (bits < 16 || (bits >= 80 && bits < 96 + 8 && address[10] == 0xff)) {
		doctor_list_without(
		    mta_raw(doctor->mta, NULL, "mynetworks"), word, rest);
		(void)snprintf(setting, sizeof(setting), "mynetworks = %s",
		    rest[0] != '\0' ? rest : "127.0.0.0/8 [::1]/128");
		doctor_find(doctor, DOCTOR_OPEN_RELAY,
		    doctor_fix_main(doctor, setting, fix),
		    "mynetworks has %s: half the world may relay", word);
		return;
	}
	if (is_loopback(address) || (bits == 128 && doctor_is_own(address)) ||
	    conf_account_of_address(doctor->conf, address) != NULL)
		return;
	doctor_find(doctor, DOCTOR_RELAY_UNOWNED,
	    "sendward.conf: networks = ( { cidr = \"CIDR\"; account = "
	    "\"NAME\"; } ); or take it out of mynetworks",
	    "clients of %s in mynetworks belong to no account: they relay "
	    "unchecked and unsigned",
	    word);
}

/* Does anybody but this host reach a listener that lets mynetworks pass? */
static bool
relays_for_networks(const struct doctor *doctor)
{
	static const char *const lists[] = {
	    "smtpd_relay_restrictions", "smtpd_recipient_restrictions"};
	const struct mta *mta = doctor->mta;
	struct buf value;
	bool relays = false;

	buf_init(&value, 65536);
	for (size_t i = 0; i < mta->service_count; i++) {
		const struct mta_service *service = &mta->services[i];

		if (strcmp(service->command, "smtpd") != 0 ||
		    doctor_is_loopback(doctor, service))
			continue;
		for (size_t j = 0; j < 2; j++)
			relays |= mta_has_word(
			    mta_value(mta, service, lists[j], &value),
			    "permit_mynetworks");
	}
	buf_fini(&value);
	return relays;
}

static void
check_networks(struct doctor *doctor)
{
	char word[MTA_WORD_MAX];
	struct buf value;
	const char *list;

	if (!relays_for_networks(doctor))
		return;
	buf_init(&value, 65536);
	list = mta_value(doctor->mta, NULL, "mynetworks", &value);
	while (mta_next(&list, word))
		check_network(doctor, word);
	buf_fini(&value);
}

/* ---- the private listener ---------------------------------------------------------- */

static bool
bears_name(const struct doctor *doctor, const struct mta_service *service)
{
	return strcmp(mta_raw(doctor->mta, service, "milter_macro_daemon_name"),
		   doctor->conf->trusted_daemon_name) == 0;
}

static bool
has_context(const struct doctor *doctor, const struct mta_service *service)
{
	static const char *const lists[] = {"smtpd_relay_restrictions",
	    "smtpd_recipient_restrictions", "smtpd_data_restrictions",
	    "smtpd_end_of_data_restrictions"};
	char word[MTA_WORD_MAX], context[MTA_WORD_MAX];
	struct buf value;
	bool has = false;

	buf_init(&value, 65536);
	for (size_t i = 0; i < 4; i++) {
		const char *list =
		    mta_value(doctor->mta, service, lists[i], &value);

		while (mta_next(&list, word))
			has |= word[0] == '{' &&
			       mta_item(word, "policy_context", context) &&
			       strcmp(context,
				   doctor->conf->trusted_daemon_name) == 0;
	}
	buf_fini(&value);
	return has;
}

static void
check_private(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX], setting[MTA_WORD_MAX];

	(void)snprintf(setting, sizeof(setting), "milter_macro_daemon_name=%s",
	    doctor->conf->trusted_daemon_name);
	if (!bears_name(doctor, service))
		doctor_find(doctor, DOCTOR_DOOR_NAME,
		    doctor_fix_master(doctor, service, setting, fix),
		    "the private listener %s/%s does not bear the name %s: "
		    "what the API sends belongs to no account",
		    service->name, service->type,
		    doctor->conf->trusted_daemon_name);
}

static void
check_public(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	bool is_named = bears_name(doctor, service);

	if (strcmp(service->command, "smtpd") != 0 ||
	    (!is_named && !has_context(doctor, service)))
		return;
	doctor_find(doctor, DOCTOR_DOOR_PUBLIC,
	    !is_named ? doctor_fix_master(doctor, service,
			    "smtpd_data_restrictions=$sendward_policy", fix)
	    : mta_is_overridden(
		  doctor->mta, service, "milter_macro_daemon_name")
		? doctor_fix_master(
		      doctor, service, "milter_macro_daemon_name", fix)
		: doctor_fix_main(
		      doctor, "milter_macro_daemon_name = $myhostname", fix),
	    "%s/%s bears the name %s of the private listener: whoever comes to "
	    "it may send as any account, by AUTH=",
	    service->name, service->type, doctor->conf->trusted_daemon_name);
}

/* ---- what Postfix does to mail ------------------------------------------------------ */

static void
check_sender_login(struct doctor *doctor, const struct mta_service *service)
{
	static const char *const lists[] = {"smtpd_client_restrictions",
	    "smtpd_helo_restrictions", "smtpd_sender_restrictions",
	    "smtpd_relay_restrictions", "smtpd_recipient_restrictions"};
	char word[MTA_WORD_MAX], rest[MTA_WORD_MAX], fix[DOCTOR_FIX_MAX];
	struct buf value;

	buf_init(&value, 65536);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *list =
		    mta_value(doctor->mta, service, lists[i], &value);

		while (mta_next(&list, word)) {
			if (strncmp(word, "reject_", 7) != 0 ||
			    strstr(word, "sender_login_mismatch") == NULL)
				continue;
			doctor_list_without(buf_str(&value), word, rest);
			doctor_find(doctor, DOCTOR_SENDER_LOGIN,
			    doctor_fix_where(
				doctor, service, lists[i], rest, fix),
			    "%s/%s has %s in %s: it refuses senders that "
			    "sendward has verified and "
			    "smtpd_sender_login_maps does not know",
			    service->name, service->type, word, lists[i]);
		}
	}
	buf_fini(&value);
}

static void
check_rewrite(struct doctor *doctor, const struct mta_service *service)
{
	char fix[DOCTOR_FIX_MAX];
	const char *value =
	    mta_raw(doctor->mta, service, "local_header_rewrite_clients");

	if (value[0] != '\0')
		doctor_find(doctor, DOCTOR_HEADER_REWRITE,
		    doctor_fix_master(
			doctor, service, "local_header_rewrite_clients=", fix),
		    "%s/%s completes fields, and makes a From that is missing, "
		    "for %s: the milter cannot refuse what it does not see",
		    service->name, service->type, value);
}

static void
check_filter(struct doctor *doctor, const struct mta_service *service)
{
	static const char *const names[] = {
	    "content_filter", "smtpd_proxy_filter"};
	char fix[DOCTOR_FIX_MAX];
	struct buf value;

	buf_init(&value, MTA_WORD_MAX);
	for (size_t i = 0; i < 2; i++)
		if (mta_value(doctor->mta, service, names[i], &value)[0] !=
		    '\0')
			doctor_find(doctor, DOCTOR_CONTENT_FILTER,
			    doctor_fix_where(
				doctor, service, names[i], "", fix),
			    "mail of %s/%s goes to %s (%s) after it was signed; "
			    "what that changes breaks the signature",
			    service->name, service->type, buf_str(&value),
			    names[i]);
	buf_fini(&value);
}

static void
check_door(struct doctor *doctor, const struct mta_service *service)
{
	if (doctor_has_sasl(doctor, service)) {
		check_tls(doctor, service);
		check_anonymous(doctor, service);
	}
	check_sender_login(doctor, service);
	check_rewrite(doctor, service);
	check_filter(doctor, service);
}

/* ---- all of it ---------------------------------------------------------------------- */

static void
check_whole(struct doctor *doctor, bool has_private, bool has_logins)
{
	const struct conf *conf = doctor->conf;
	char fix[DOCTOR_FIX_MAX];

	if (!has_private && strncmp(conf->api_submission, "unix:", 5) == 0)
		doctor_find(doctor, DOCTOR_DOOR_MISSING,
		    doctor_fix_setup(doctor, fix),
		    "no listener of master.cf makes %s (api.submission): the "
		    "API cannot send",
		    conf->api_submission + 5);
	if (!has_logins && conf->network_count == 0)
		doctor_find(doctor, DOCTOR_NO_SUBMISSION,
		    doctor_fix_setup(doctor, fix),
		    "no listener has smtpd_sasl_auth_enable: accounts cannot "
		    "send by SMTP");
	if (mta_is_yes(doctor->mta, NULL, "soft_bounce"))
		doctor_find(doctor, DOCTOR_SOFT_BOUNCE,
		    doctor_fix_main(doctor, "soft_bounce = no", fix),
		    "soft_bounce makes a 4xx of every 5xx: what is refused "
		    "comes again for days");
}

void
doctor_doors(struct doctor *doctor)
{
	const struct mta *mta = doctor->mta;
	bool has_private = false, has_logins = false;

	for (size_t i = 0; i < mta->service_count; i++) {
		const struct mta_service *service = &mta->services[i];

		if (strcmp(service->command, "smtpd") == 0)
			check_relaying(doctor, service);
		if (doctor->conf->trusted_daemon_name[0] != '\0' &&
		    !doctor_is_private_door(doctor, service))
			check_public(doctor, service);
		if (!doctor_is_door(doctor, service))
			continue;
		has_logins |= doctor_has_sasl(doctor, service);
		if (doctor_is_private_door(doctor, service)) {
			has_private = true;
			check_private(doctor, service);
		}
		check_door(doctor, service);
	}
	check_whole(doctor, has_private, has_logins);
	check_networks(doctor);
}
