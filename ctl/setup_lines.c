/* The lines of `setup`: see setup_lines.h. Kept like conf/examples/, which says
 * more about why the policy service is asked at DATA. */
#include "config.h"

#include "ctl/setup_lines.h"

#include <stddef.h>

#define MAIN SETUP_POSTFIX_DIR "/main.cf"
#define MASTER SETUP_POSTFIX_DIR "/master.cf"
#define SENDMAIL_MC "/etc/mail/sendmail.mc"
#define DOMAINS SETUP_POSTFIX_DIR "/sendward_domains"
#define DOVECOT "/etc/dovecot/conf.d/99-sendward.conf"
#define DOVECOT_SQL "/etc/dovecot/dovecot-sendward-sql.conf.ext"

/* clang-format off */
const struct setup_line setup_postfix_lines[] = {
{MAIN, "smtpd_milters = @milter@",
 "The milter: identities, sandbox, suppression, return path, DKIM signature.\n"
 "For all listeners: mail that no account sent passes untouched. Other milters\n"
 "stand before it, so that the signature covers what they change.", SETUP_ALWAYS},
{MAIN, "milter_default_action = tempfail",
 "Without the milter nothing is checked or signed: the client shall come again.", SETUP_ALWAYS},
{MAIN, "milter_protocol = 6",
 "The milter protocol's version that sendward speaks.", SETUP_ALWAYS},
{MAIN, "milter_connect_timeout = 30s\nmilter_command_timeout = 30s\nmilter_content_timeout = 300s",
 "How long Postfix waits for the milter before it answers 451.", SETUP_ALWAYS},
{MAIN, "non_smtpd_milters =",
 "Mail from sendmail(1) belongs to no account; a 4xx would leave it in maildrop\n"
 "for ever. (Keep what you have here for other milters.)", SETUP_ALWAYS},
{MAIN, "internal_mail_filter_classes =",
 "Postfix's own bounces do not go through the milter.", SETUP_ALWAYS},
{MAIN, "sendward_policy = check_policy_service { @policy@,\n"
 "    timeout=@policy-timeout@, try_limit=2,\n"
 "    { default_action = 451 4.3.0 Temporary service failure } }",
 "The policy service: pause, rate, 24 h quota. Used in master.cf below. Its\n"
 "timeout must be longer than pacing_sec, which holds answers back; the default\n"
 "action is what the client hears while sendward-policyd is down.", SETUP_ALWAYS},
{MAIN, "sendward_policy_private = check_policy_service { @policy@,\n"
 "    timeout=@policy-timeout@, try_limit=2, policy_context=@daemon-name@,\n"
 "    { default_action = 451 4.3.0 Temporary service failure } }",
 "The same for the private door of sendward-apid. The policy protocol does not say\n"
 "which listener a client came to; policy_context does.", SETUP_API_SOCKET},
{MAIN, "enable_long_queue_ids = yes",
 "The queue id is the message's name in replies, logs and events: short ones are\n"
 "used again within a day.", SETUP_ALWAYS},
{MAIN, "disable_mime_output_conversion = yes\nsmtp_line_length_limit = 0",
 "A signed message must leave as it was signed: no change of 8-bit bodies, no\n"
 "cutting of long lines.", SETUP_ALWAYS},
{MAIN, "smtputf8_enable = no",
 "Accounts and identities are 7-bit; a next hop that lacks SMTPUTF8 would bounce\n"
 "what was accepted here.", SETUP_ALWAYS},
{MAIN, "message_size_limit = @size@",
 "More than max_message_bytes: sendward's limit answers, Postfix's stands behind.", SETUP_ALWAYS},
{MAIN, "relay_domains = hash:" DOMAINS "\ntransport_maps = hash:" DOMAINS,
 "Bounces and complaints come back to b-TOKEN at the bounce domain, and at MAIL FROM\n"
 "domains of customers; their MX is this server. The map below names them: their\n"
 "mail is taken from anybody and goes to sendward-feedback, as does that for the\n"
 "mailbox simulator. (Add to what you have in these two lists.)", SETUP_ALWAYS},
{MAIN, "smtpd_discard_ehlo_keywords = dsn",
 "A client that says NOTIFY=NEVER would have no bounces, and bounce as much as it\n"
 "likes unseen.", SETUP_ALWAYS},
{MAIN, "smtpd_authorized_verp_clients =",
 "XVERP would change the return path behind the milter's back.", SETUP_ALWAYS},
{MASTER, "submission inet n - n - - smtpd",
 "Port 587, for clients with a login. The fifth column is n: not chrooted, so that\n"
 "the paths of sendward's sockets are found.", SETUP_ALWAYS},
{MASTER, "  -o syslog_name=postfix/submission",
 "Its log lines are told apart.", SETUP_ALWAYS},
{MASTER, "  -o smtpd_tls_security_level=encrypt",
 "Passwords travel under TLS alone (smtpd_tls_cert_file must be set in main.cf).", SETUP_ALWAYS},
{MASTER, "  -o smtpd_sasl_auth_enable=yes\n  -o smtpd_sasl_type=dovecot\n"
 "  -o smtpd_sasl_path=private/auth\n  -o smtpd_sasl_security_options=noanonymous",
 "Logins are checked by Dovecot (sendwardctl setup dovecot). Only here: while\n"
 "Dovecot is down, a listener with SASL on refuses to serve.", SETUP_ALWAYS},
{MASTER, "  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject",
 "Who has logged in may send anywhere, nobody else.", SETUP_ALWAYS},
{MASTER, "  -o smtpd_recipient_restrictions=",
 "Restrictions of main.cf that are meant for mail from outside do not apply.", SETUP_ALWAYS},
{MASTER, "  -o smtpd_data_restrictions=$sendward_policy",
 "Recipients are counted once a message, when all of them are known.", SETUP_ALWAYS},
{MASTER, "  -o local_header_rewrite_clients=",
 "Postfix would add a missing From by itself, before the milter could see that\n"
 "the client sent none.", SETUP_ALWAYS},
{MASTER, "smtp inet n - n - - smtpd\n  -o smtpd_data_restrictions=$sendward_policy",
 "Port 25, mail from outside. The policy service is needed here only when accounts\n"
 "are found by client network (networks in sendward.conf).", SETUP_ALWAYS},
{MASTER, "sendward-lmtp unix - - n - 4 lmtp",
 "The way to sendward-feedback. Fifth column n: Debian's own lmtp is chrooted and\n"
 "would not find the socket. Four deliveries at once keep it busy.", SETUP_ALWAYS},
{MASTER, "@mail-service@ unix n - n - - smtpd\n  -o syslog_name=postfix/sendward-letters\n"
 "  -o smtpd_relay_restrictions=permit_mynetworks,reject",
 "The socket of the option mail.server, where sendward-jobd hands in its letters.\n"
 "Only root and group postdrop can enter its folder:\n"
 "usermod --append --groups postdrop @user@", SETUP_MAIL_SOCKET},
{MASTER, "@api-service@ unix n - n - - smtpd\n  -o syslog_name=postfix/sendward\n"
 "  -o smtpd_relay_restrictions=permit_mynetworks,reject\n"
 "  -o smtpd_data_restrictions=$sendward_policy_private\n"
 "  -o local_header_rewrite_clients=\n"
 "  -o { milter_macro_daemon_name = @daemon-name@ }",
 "The private door: the socket of the option api.submission, where sendward-apid\n"
 "hands in mail in an account's name. AUTH= of MAIL FROM names the account here and\n"
 "nowhere else. Only root and group postdrop can enter the socket's folder:\n"
 "usermod --append --groups postdrop @user@", SETUP_API_SOCKET},
{NULL, NULL, NULL, SETUP_ALWAYS},
};

const struct setup_line setup_dovecot_lines[] = {
{DOVECOT, "auth_mechanisms = plain login",
 "What mail clients and Amazon SES users speak.", SETUP_ALWAYS},
{DOVECOT, "auth_username_format = %u",
 "The default turns the name into lower case; access key ids are upper case.", SETUP_ALWAYS},
{DOVECOT, "auth_cache_size = 0",
 "A disabled credential must be refused at once.", SETUP_ALWAYS},
{DOVECOT, "passdb {\n  driver = sql\n  args = " DOVECOT_SQL "\n}",
 "Credentials of sendward (package dovecot-@store-kind@). A passdb of your own may stand\n"
 "before or after it: its users are attached by sendwardctl login add.", SETUP_ALWAYS},
{DOVECOT, "userdb {\n  driver = static\n  args = uid=65534 gid=65534 home=/nonexistent\n}",
 "For logins that have no mailbox. Not needed when you have a userdb.", SETUP_ALWAYS},
{DOVECOT, "service auth {\n  user = @user@\n  unix_listener /var/spool/postfix/private/auth {\n"
 "    user = postfix\n    group = postfix\n    mode = 0660\n  }\n}",
 "The socket that Postfix asks (smtpd_sasl_path). SQLite's readers write, too (its\n"
 "-shm file): the process must be the owner of the database.", SETUP_SQLITE},
{DOVECOT, "service auth {\n  user = @user@\n  unix_listener /var/spool/postfix/private/auth {\n"
 "    user = postfix\n    group = postfix\n    mode = 0660\n  }\n}",
 "The socket that Postfix asks (smtpd_sasl_path). By a unix socket PostgreSQL knows\n"
 "the process by its user; with a password in `connect` any user will do.", SETUP_POSTGRESQL},
{DOVECOT, "service auth-worker {\n  user = @user@\n}",
 "The same for the workers.", SETUP_ALWAYS},
{DOVECOT, "default_internal_user = @user@\ndefault_internal_group = @group@",
 "The socket between the two belongs to this user.", SETUP_ALWAYS},
{DOVECOT_SQL, "driver = sqlite\nconnect = @store@",
 "Where the credentials are (mode 0600: nobody else needs to read it).", SETUP_SQLITE},
{DOVECOT_SQL, "driver = pgsql\nconnect = @store@",
 "Where the credentials are (mode 0600; a password stands behind the user's name and\n"
 "a colon). A role that may read the view dovecot_passdb and nothing else will do.", SETUP_POSTGRESQL},
{DOVECOT_SQL, "password_query = SELECT username AS user, password FROM dovecot_passdb \\\n"
 "  WHERE username = '%u'",
 "Only enabled credentials that may send are in this view. Dovecot quotes %u itself.", SETUP_ALWAYS},
{NULL, NULL, NULL, SETUP_ALWAYS},
};

const struct setup_line setup_sendmail_lines[] = {
{SENDMAIL_MC, "INPUT_MAIL_FILTER(`sendward', `S=@milter-raw@, F=T, T=C:30s;S:30s;R:@milter-reply@;E:5m')",
 "The milter: identities, sandbox, suppression, return path, DKIM signature. F=T:\n"
 "without it nothing is checked or signed, the client shall come again. Sendmail\n"
 "asks no policy service: the milter counts, with milter = { quota = true; }; in\n"
 "sendward.conf, and R= is longer than it may hold an answer back. Sendmail binds\n"
 "all that it sends to one address (CLIENT_OPTIONS): pools of addresses choose\n"
 "nothing here.", SETUP_ALWAYS},
{SENDMAIL_MC, "define(`confPRIVACY_FLAGS', `authwarnings,noreceipts')",
 "NOTIFY= is answered 504: a client that says NOTIFY=NEVER would have no bounces,\n"
 "and bounce as much as it likes unseen. (Add to the flags that you have.)", SETUP_ALWAYS},
{SENDMAIL_MC, "define(`confMUST_QUOTE_CHARS', `')",
 "Else Sendmail puts quotes around J. Smith or O'Brien in From and To when the\n"
 "message leaves, and its signature is broken.", SETUP_ALWAYS},
{SENDMAIL_MC, "FEATURE(`mailertable', `hash -o /etc/mail/mailertable')",
 "The map below is looked at. Its folder may be writable for root alone.", SETUP_ALWAYS},
{SENDMAIL_MC, "MAILER_DEFINITIONS\n"
 "Msendward, P=[IPC], F=PSXmnz, S=EnvFromSMTP, R=EnvToSMTP, E=\\r\\n,\n"
 "\tT=DNS/RFC822/SMTP, A=FILE @feedback-path@",
 "The way to sendward-feedback, by LMTP (behind MAILER(`smtp'), whose rules it\n"
 "uses). Every folder above the socket must be writable for its owner alone.", SETUP_LMTP_UNIX},
{SENDMAIL_MC, "MAILER_DEFINITIONS\n"
 "Msendward, P=[IPC], F=PSXmnz, S=EnvFromSMTP, R=EnvToSMTP, E=\\r\\n,\n"
 "\tT=DNS/RFC822/SMTP, A=TCP @feedback-host@ @feedback-port@",
 "The way to sendward-feedback, by LMTP (behind MAILER(`smtp'), whose rules it\n"
 "uses).", SETUP_LMTP_INET},
{SENDMAIL_MC, "Msendwardpipe, P=/usr/sbin/sendward-feedback, F=DFMn, S=EnvFromSMTP,\n"
 "\tR=EnvToSMTP, U=@user@, T=DNS/RFC822/X-Unix,\n"
 "\tA=sendward-feedback -i $u",
 "The same without the daemon, a process a report: with sendwardpipe: in the map\n"
 "instead of sendward:. The user of U= must own the master key (chown, mode 0400).\n"
 "No group there: of U=USER:GROUP Sendmail 8.17 makes no mailer, and says nothing.", SETUP_ALWAYS},
{NULL, NULL, NULL, SETUP_ALWAYS},
};
/* clang-format on */

const struct setup_map setup_postfix_maps[] = {
    {DOMAINS, "%s sendward-lmtp:", true,
	"Domains whose mail is for sendward-feedback, for postmap(1): the bounce\n"
	"domain, what is below it, the mailbox simulator, and MAIL FROM domains of\n"
	"verified identities. conf/examples/sendward-domains writes it anew every\n"
	"minute, so that a new MAIL FROM domain needs nobody."},
    {NULL, NULL, false, NULL},
};

const struct setup_map setup_sendmail_maps[] = {
    {"/etc/mail/mailertable", "%s\tsendward:here", true,
	"Domains whose mail is for sendward-feedback, for makemap(8): the bounce\n"
	"domain, what is below it, the mailbox simulator, and MAIL FROM domains of\n"
	"verified identities."},
    {"/etc/mail/relay-domains", "%s", false,
	"Their mail is taken from anybody. Read when Sendmail starts."},
    {NULL, NULL, false, NULL},
};
