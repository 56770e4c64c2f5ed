/* config check: what jobd, apid and the look-ups need. Changes nothing, sends
 * nothing; asks DNS a few questions. */
#include "config.h"

#include "ctl/checks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <openssl/decoder.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "dkim/record.h"
#include "dns/resolver.h"
#include "dns/update.h"
#include "ops/operator_key.h"

#define NAME_MAX_BYTES 320
#define CERTIFICATE_DAYS 14

/* ---- DNS --------------------------------------------------------------------- */

/* What one look-up showed. */
struct shown {
	const char *wanted; /* begin of a TXT value, or NULL: any record */
	bool is_answered;
	bool is_there; /* a record, with `wanted` when that is not NULL */
	char why[160];
};

static void
take_answer(void *ctx, const struct dns_answer *answer)
{
	struct shown *shown = ctx;

	shown->is_answered = answer->outcome == DNS_FOUND ||
			     answer->outcome == DNS_NO_NAME ||
			     answer->outcome == DNS_NO_DATA;
	for (size_t i = 0; i < answer->count; i++)
		if (shown->wanted == NULL ||
		    strncmp(answer->records[i].text, shown->wanted,
			strlen(shown->wanted)) == 0)
			shown->is_there = true;
	(void)snprintf(
	    shown->why, sizeof(shown->why), "%s", answer->why); /* fits */
}

static struct shown
look(struct dns_resolver *resolver, const char *name, enum dns_type type,
    const char *wanted)
{
	struct shown shown = {.wanted = wanted};
	struct err err;

	if (dns_look_up(resolver, name, type, take_answer, &shown, &err) !=
	    SG_OK)
		(void)snprintf(shown.why, sizeof(shown.why), "%.150s",
		    err.text); /* fits */
	return shown;
}

/* False: nobody answers, more questions are of no use. */
static bool
check_name_servers(struct checks *checks, struct dns_resolver *resolver)
{
	const struct conf *conf = checks->ctl->conf;
	const char *servers = conf->dns_servers[0] == '\0'
				  ? "those of /etc/resolv.conf"
				  : conf->dns_servers;
	struct shown mx = look(resolver, conf->bounce_domain, DNS_MX, NULL);
	char fix[NAME_MAX_BYTES + 64];

	if (!mx.is_answered) {
		checks_note(checks, CHECKS_WARNING, "dns.servers",
		    "set dns = { servers = \"ADDRESS\"; };",
		    "no answer about %s from the name servers (%s): %s",
		    conf->bounce_domain, servers, mx.why);
		return false;
	}
	checks_note(checks, CHECKS_FINE, "dns.servers", "",
	    "name servers answer (%s)", servers);
	(void)snprintf(fix, sizeof(fix), "publish %s MX 10 THIS-HOST",
	    conf->bounce_domain); /* fits */
	if (!mx.is_there)
		checks_note(checks, CHECKS_WARNING, "bounce_domain", fix,
		    "%s has no MX record: bounces do not come back",
		    conf->bounce_domain);
	return true;
}

/* Customers include it in the SPF records of their MAIL FROM domains. */
static void
check_spf(struct checks *checks, struct dns_resolver *resolver)
{
	const struct conf *conf = checks->ctl->conf;
	const char *domain = conf->spf_include[0] == '\0' ? conf->bounce_domain
							  : conf->spf_include;
	struct shown spf = look(resolver, domain, DNS_TXT, "v=spf1");
	char fix[NAME_MAX_BYTES + 64];

	(void)snprintf(fix, sizeof(fix),
	    "publish %s TXT \"v=spf1 a:THIS-HOST -all\"", domain); /* fits */
	if (spf.is_answered && !spf.is_there)
		checks_note(checks, CHECKS_WARNING,
		    conf->spf_include[0] == '\0' ? "bounce_domain"
						 : "spf_include",
		    fix, "%s has no SPF record, so no return path passes SPF",
		    domain);
}

static void
check_zone_delegation(struct checks *checks, struct dns_resolver *resolver)
{
	const char *zone = checks->ctl->conf->dkim_zone;
	struct shown soa;

	if (zone[0] == '\0')
		return;
	soa = look(resolver, zone, DNS_SOA, NULL);
	if (soa.is_answered && !soa.is_there)
		checks_note(checks, CHECKS_WARNING, "dkim.zone",
		    "set the zone up at your name server, and delegate it",
		    "%s is no zone in DNS: Easy DKIM cannot work", zone);
	else if (!soa.is_answered)
		checks_note(checks, CHECKS_WARNING, "dkim.zone",
		    "mend the name servers of the zone",
		    "the name servers of %s do not answer: %s", zone, soa.why);
}

static void
check_trust_anchor(struct checks *checks)
{
	const char *path = checks->ctl->conf->dns_trust_anchor_file;

	if (path[0] != '\0' && access(path, R_OK) != 0)
		checks_note(checks, CHECKS_WRONG, "dns.trust_anchor_file",
		    "apt install dns-root-data, and set it to "
		    "/usr/share/dns/root.key",
		    "%s: %s", path, strerror(errno));
}

/* ---- files that hold secrets ---------------------------------------------------- */

/* Does the user of the programs get at the file? They read it again after they
 * have changed to him. True when that cannot be tried: only root can. */
static bool
is_readable_by_user(const struct conf *conf, const char *path)
{
	const struct passwd *user =
	    conf->user[0] == '\0' ? NULL : getpwnam(conf->user);
	gid_t group = getegid();
	int fd;

	if (user == NULL || geteuid() != 0 || setegid(user->pw_gid) != 0)
		return true;
	fd = seteuid(user->pw_uid) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return seteuid(0) == 0 && setegid(group) == 0 && fd >= 0;
}

/* True: it is there and its owner, who runs the programs, alone may read it. */
static bool
check_secret_file(struct checks *checks, const char *option, const char *path)
{
	struct stat st;
	char fix[4200];

	(void)snprintf(fix, sizeof(fix), "chmod 0400 %.4000s", path);
	if (stat(path, &st) != 0) {
		checks_note(checks, CHECKS_WRONG, option,
		    "make the file, or take the option out", "%s: %s", path,
		    strerror(errno));
		return false;
	}
	if ((st.st_mode & 077) != 0) {
		checks_note(checks, CHECKS_WRONG, option, fix,
		    "%s may be read by others than its owner", path);
		return false;
	}
	if (!is_readable_by_user(checks->ctl->conf, path)) {
		(void)snprintf(fix, sizeof(fix),
		    "chown %s %.3900s, and let him into its folder",
		    checks->ctl->conf->user, path);
		checks_note(checks, CHECKS_WRONG, option, fix,
		    "%s cannot be read by the user %s", path,
		    checks->ctl->conf->user);
		return false;
	}
	if (access(path, R_OK) == 0)
		return true;
	checks_note(checks, CHECKS_WARNING, option, "run it as root",
	    "%s may be read by its owner alone; it was not looked at", path);
	return false;
}

static void
check_easy_dkim(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	struct dns_updater *updater = NULL;
	struct err err;

	if (conf->dkim_zone[0] == '\0')
		return;
	if (conf->dkim_update_server[0] == '\0') {
		checks_note(checks, CHECKS_FINE, "dkim.zone", "",
		    "%s is yours to fill: include what `sendwardctl dkim "
		    "zone` prints, again after each change of keys",
		    conf->dkim_zone);
		return;
	}
	if (!check_secret_file(
		checks, "dkim.update_key_file", conf->dkim_update_key_file))
		return;
	if (dns_updater_new(conf, &updater, &err) != SG_OK)
		checks_note(checks, CHECKS_WRONG, "dkim.update_key_file",
		    "one line: ALGORITHM:NAME:BASE64, as the name server has "
		    "it",
		    "%s", err.text);
	else
		checks_note(checks, CHECKS_FINE, "dkim.zone", "",
		    "%s is kept by updates at %s", conf->dkim_zone,
		    conf->dkim_update_server);
	dns_updater_free(&updater);
}

/* Is the public key in DNS? resolver NULL: nobody answers. */
static void
check_operator_record(struct checks *checks, struct dns_resolver *resolver,
    const struct dkim_record *record)
{
	struct buf name, value;
	struct shown shown;

	buf_init(&name, 512);
	buf_init(&value, 4096);
	if (!dkim_record_name(record, &name) ||
	    !dkim_record_value(record, &value))
		checks->failed = true;
	else if (resolver != NULL) {
		shown =
		    look(resolver, buf_str(&name), DNS_TXT, buf_str(&value));
		if (shown.is_answered && !shown.is_there)
			checks_note(checks, CHECKS_WARNING,
			    "dkim.operator_domain",
			    "publish what `sendwardctl dkim operator` prints",
			    "the key is not in DNS at %s: the second signature "
			    "fails",
			    buf_str(&name));
	}
	buf_fini(&name);
	buf_fini(&value);
}

static void
check_operator_key(struct checks *checks, struct dns_resolver *resolver)
{
	const struct conf *conf = checks->ctl->conf;
	struct dkim_record record;
	struct dkim_key *key = NULL;
	char *public_base64 = NULL;
	struct err err;

	if (conf->dkim_operator_domain[0] == '\0')
		return;
	if (operator_key_load(conf, &key, &err) != SG_OK ||
	    operator_key_record(conf, key, &record, &public_base64, &err) !=
		SG_OK)
		checks_note(checks, CHECKS_WRONG, "dkim.operator_key_file",
		    err.code == SG_MISSING ? "sendwardctl dkim operator" : "",
		    "%s", err.text);
	else {
		checks_note(checks, CHECKS_FINE, "dkim.operator_domain", "",
		    "every message is signed by %s, too",
		    conf->dkim_operator_domain);
		check_operator_record(checks, resolver, &record);
	}
	free(public_base64);
	dkim_key_unref(&key);
}

/* ---- letters -------------------------------------------------------------------- */

static void
check_letters(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *server = conf->mail_server;

	if (conf->mail_from[0] == '\0') {
		checks_note(checks, CHECKS_WARNING, "mail.from",
		    "set mail = { from = \"postmaster@YOURDOMAIN\"; };",
		    "no sender for letters: senders do not hear of their "
		    "bounces, addresses cannot be confirmed by a link, and "
		    "nobody hears of pauses and lost domains");
		return;
	}
	checks_note(checks, CHECKS_FINE, "mail.from", "",
	    "letters come from %s, by %s", conf->mail_from, server);
	if (conf->mail_operator[0] == '\0')
		checks_note(checks, CHECKS_WARNING, "mail.operator",
		    "set mail = { operator = \"YOU@YOURDOMAIN\"; };",
		    "nobody hears of requests for production access, and of "
		    "accounts without a contact");
	if (strncmp(server, "unix:", 5) == 0 && access(server + 5, F_OK) != 0)
		checks_note(checks, CHECKS_WARNING, "mail.server",
		    "sendwardctl setup postfix prints the listener",
		    "nothing listens at %s: %s", server + 5, strerror(errno));
}

/* ---- the API --------------------------------------------------------------------- */

/* May the user of the programs, with all his groups, write to it? True when that
 * cannot be tried: only root can. */
static bool
is_open_to_user(const struct conf *conf, const char *path)
{
	const struct passwd *user =
	    conf->user[0] == '\0' ? NULL : getpwnam(conf->user);
	int count = getgroups(0, NULL);
	gid_t *groups, group = getegid();
	bool is_open, is_back;

	if (user == NULL || geteuid() != 0 || count < 0)
		return true;
	groups = calloc((size_t)count + 1, sizeof(*groups));
	if (groups == NULL || getgroups(count, groups) != count ||
	    initgroups(user->pw_name, user->pw_gid) != 0) {
		free(groups);
		return true;
	}
	is_open = setegid(user->pw_gid) == 0 && seteuid(user->pw_uid) == 0 &&
		  faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
	is_back = seteuid(0) == 0 && setegid(group) == 0 &&
		  setgroups((size_t)count, groups) == 0;
	free(groups);
	return is_open && is_back;
}

/* Where sendward-apid hands mail in. Opens nothing: the MTA would log it. */
static void
check_private_door(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *path = conf->api_submission + strlen("unix:");
	char fix[128];

	if (strncmp(conf->api_submission, "unix:", 5) != 0)
		return;
	if (access(path, F_OK) != 0) {
		checks_note(checks, CHECKS_WARNING, "api.submission",
		    "sendwardctl setup postfix prints the listener",
		    "%s: %s: the API cannot send", path, strerror(errno));
		return;
	}
	(void)snprintf(fix, sizeof(fix),
	    "usermod --append --groups postdrop %.32s, and restart "
	    "sendward-apid",
	    conf->user); /* fits */
	if (!is_open_to_user(conf, path))
		checks_note(checks, CHECKS_WARNING, "api.submission", fix,
		    "the user %s may not enter %s: the API cannot send",
		    conf->user, path);
	else
		checks_note(checks, CHECKS_FINE, "api.submission", "",
		    "the API hands mail in at %s", path);
}

/* ---- the web address ------------------------------------------------------------- */

/* Does this machine alone reach the host that text begins with? */
static bool
is_loopback(const char *host)
{
	static const char *const locals[] = {
	    "127.", "localhost", "[::1]", "::1"};

	for (size_t i = 0; i < sizeof(locals) / sizeof(*locals); i++)
		if (strncmp(host, locals[i], strlen(locals[i])) == 0)
			return true;
	return false;
}

static void
check_url(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *url = conf->api_url;
	const char *host = url[0] == '\0' ? conf->api_listen : url;

	if (url[0] != '\0')
		host = strstr(url, "://") + 3; /* conf takes no other */
	if (is_loopback(host) && conf->mail_from[0] != '\0')
		checks_note(checks, CHECKS_WARNING, "api.url",
		    "set api = { url = \"https://HOST\"; }, as others reach "
		    "it",
		    "links in letters lead to %s, which this machine alone "
		    "reaches",
		    host);
	else
		checks_note(checks, CHECKS_FINE, "api.url", "",
		    "users reach sendward-apid at %s",
		    url[0] == '\0' ? conf->api_listen : url);
}

static X509 *
read_certificate(const char *path)
{
	FILE *file = fopen(path, "re");
	X509 *certificate =
	    file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);

	if (file != NULL)
		(void)fclose(file); /* nothing was written */
	return certificate;
}

static EVP_PKEY *
read_key(const char *path)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key = NULL;
	OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(&key, "PEM",
	    NULL, NULL, OSSL_KEYMGMT_SELECT_PRIVATE_KEY, NULL, NULL);

	if (file != NULL && decoder != NULL)
		(void)OSSL_DECODER_from_fp(decoder, file); /* key says it */
	OSSL_DECODER_CTX_free(decoder);
	if (file != NULL)
		(void)fclose(file); /* nothing was written */
	return key;
}

static void
check_pair(
    struct checks *checks, const char *certificate_path, const char *key_path)
{
	X509 *certificate = read_certificate(certificate_path);
	EVP_PKEY *key = read_key(key_path);
	time_t soon = (time_t)(clock_now_sec() + CERTIFICATE_DAYS * 86400);

	if (certificate == NULL)
		checks_note(checks, CHECKS_WRONG, "api.tls_certificate_file",
		    "a certificate chain in PEM, the server's own first",
		    "%s holds no certificate that can be read",
		    certificate_path);
	else if (key == NULL)
		checks_note(checks, CHECKS_WRONG, "api.tls_key_file",
		    "a private key in PEM, without a passphrase",
		    "%s holds no key that can be read", key_path);
	else if (X509_check_private_key(certificate, key) != 1)
		checks_note(checks, CHECKS_WRONG, "api.tls_key_file",
		    "take the key that the certificate was made for",
		    "the key does not belong to the certificate");
	else if (X509_cmp_time(X509_get0_notAfter(certificate), &soon) < 0)
		checks_note(checks, CHECKS_WARNING, "api.tls_certificate_file",
		    "renew it, then reload sendward-apid",
		    "%s ends within %d days, or has ended", certificate_path,
		    CERTIFICATE_DAYS);
	else
		checks_note(checks, CHECKS_FINE, "api.tls_certificate_file", "",
		    "certificate and key fit");
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void
check_tls(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	const char *certificate = conf->api_tls_certificate_file;
	const char *key = conf->api_tls_key_file;

	if (certificate[0] == '\0') /* neither; conf knows no half of it */
		return;
	if (check_secret_file(checks, "api.tls_key_file", key))
		check_pair(checks, certificate, key);
}

/* ---- all of it -------------------------------------------------------------------- */

void
checks_services(struct checks *checks)
{
	const struct conf *conf = checks->ctl->conf;
	struct dns_resolver *resolver = NULL;
	struct err err;
	bool answers = false;

	check_trust_anchor(checks);
	if (dns_resolver_new(conf, &resolver, &err) != SG_OK)
		checks_note(
		    checks, CHECKS_WRONG, "dns.servers", "", "%s", err.text);
	else if (conf->bounce_domain[0] != '\0')
		answers = check_name_servers(checks, resolver);
	if (answers) {
		check_spf(checks, resolver);
		check_zone_delegation(checks, resolver);
	}
	check_easy_dkim(checks);
	check_operator_key(checks, answers ? resolver : NULL);
	check_letters(checks);
	check_private_door(checks);
	check_url(checks);
	check_tls(checks);
	dns_resolver_free(&resolver);
}
