/* The nouns of the command table, and its options, one array a verb: a part of
 * commands.c, which alone includes it. Data only. */
#ifndef SENDWARD_CTL_COMMAND_OPTIONS_H
#define SENDWARD_CTL_COMMAND_OPTIONS_H

#include <stddef.h>
#include "ctl/command.h"

/* clang-format off */
const struct ctl_noun ctl_nouns[] = {
{"account",     "Accounts: one for each customer, the owner of all below"},
{"user",        "People who sign in to the console"},
{"login",       "Logins of an existing mail setup, attached to accounts"},
{"credential",  "Access keys and the SMTP passwords that go with them"},
{"identity",    "Domains and addresses that an account may send from"},
{"dkim",        "Signing keys of identities"},
{"request",     "Accounts that ask to leave the sandbox"},
{"message",     "Mail that left: all that happened to it"},
{"event",       "Sends, deliveries, bounces, complaints, as Amazon SES tells them"},
{"feedback",    "Reports of mail systems: what they say, which are kept"},
{"suppression", "Addresses that an account must not send to"},
{"reputation",  "Bounce and complaint rates, and who is paused for them"},
{"quota",       "What an account has sent in the last 24 hours"},
{"limit",       "Brakes for stolen logins, beside the quota"},
{"configset",   "Configuration sets: kinds of mail, and who is told of their events"},
{"lease",       "Parts of quotas that programs have taken to spend them from memory"},
{"tenant",      "Customers of an account's own, and whether they may send"},
{"pool",        "Pools of addresses that mail leaves from"},
{"topic",       "What subscribers are told: topics, as Amazon SNS has them"},
{"subscription", "Who is told: webhooks, addresses, programs; dead letters"},
{"observed",    "Who sends as whom while nothing is refused (mode monitor)"},
{"import",      "What OpenDKIM, rspamd, Postfix and Amazon SES have is taken over"},
{"explain",     "What would become of a message that nobody sends"},
{"letter",      "Letters of sendward's own that wait to be sent"},
{"duty",        "What one host does for all, and which"},
{"doctor",      "What is wrong between Postfix and sendward, and what mends it"},
{"health",      "Whether every part is well, and what to do"},
{"config",      "The configuration in force, and what is wrong with it"},
{"db",          "The store: making it, migrating it, copying it"},
{"key",         "The master key: another one in its place"},
{"setup",       "The lines that Postfix, Sendmail and Dovecot need"},
{NULL, NULL},
};

static const struct ctl_option account_create_options[] = {
{"contact", "ADDRESS", "whom the operator writes to about this account", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option account_set_options[] = {
{"production", "on|off",  "out of the sandbox, or back into it", false},
{"daily",      "N",       "recipients in 24 hours; -1 or unlimited", false},
{"rate",       "R",       "recipients per second, such as 14 or 0.5", false},
{"policy",     "NAME",    "reputation policy: none, standard, strict", false},
{"suppress",   "REASONS", "what its list is for: BOUNCE,COMPLAINT (default), one, or none", false},
{"pool",       "NAME",    "pool of addresses to send from; \"\" none", false},
{"contact",    "ADDRESS", "whom to write to; \"\" nobody", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option account_resume_options[] = {
{"fresh-start", NULL, "its reputation counts anew: what was sent before counts no more", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option account_pause_options[] = {
{"reason", "TEXT", "what clients hear after \"Sending paused for this account: \"", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option tenant_pause_options[] = {
{"reason", "TEXT", "what clients hear after \"Sending paused for this tenant: \"", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option observed_list_options[] = {
{"open",    NULL, "what is still to be done (default)", false},
{"adopted", NULL, "what belongs to an account and would pass", false},
{"all",     NULL, "both", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option observed_adopt_options[] = {
{"login",      "LOGIN",  "one that was observed, or another; may be repeated", false},
{"from",       "DOMAIN", "that it sends from; may be repeated; else all that were observed", false},
{"all-logins", NULL,     "all that were observed and belong to no account", false},
{"create",     NULL,     "make the account when there is none", false},
{"verify",     NULL,     "the identities are verified by your word, without DNS", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option pool_options[] = {
{"account", "ACCOUNT", "whose pool; else the operator's, for all", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option pool_ip_options[] = {
{"account", "ACCOUNT", "whose pool; else the operator's, for all", false},
{"warmup",  "PERCENT", "how far its warm-up is; a new one is warm (100) when not given", false},
{"helo",    "NAME",    "what it is called in HELO: its name by DNS; \"\" the MTA's own", false},
{"host",    "NAME",    "the machine that has it (option host); \"\" every one", false},
{"weight",  "NUMBER",  "its share of the pool's mail, 0 to 1000; 0: no new mail", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option pool_transports_options[] = {
{"apply",   NULL,     "write them, keep copies, and reload Postfix", false},
{"postfix", "FOLDER", "of its main.cf; else the option postfix_dir, or Postfix's own", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option setup_postfix_options[] = {
{"diff",    NULL,     "show what --apply would change, and change nothing", false},
{"apply",   NULL,     "show it, keep copies, write it, and reload Postfix", false},
{"undo",    NULL,     "put back main.cf and master.cf as they were before sendward wrote to them", false},
{"postfix", "FOLDER", "of its main.cf; else the option postfix_dir, or Postfix's own", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option pool_show_options[] = {
{"account", "ACCOUNT", "whose pool; else the operator's, for all", false},
{"days",    "NUMBER",  "how many days, today among them; 14 when not given", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option user_create_options[] = {
{"operator",      NULL,      "for operators: sees and changes all accounts", false},
{"account",       "ACCOUNT", "or of this account", false},
{"password-file", "FILE",    "its first line is the password (- for stdin); else one is made", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option user_list_options[] = {
{"account", "ACCOUNT", "of this account alone", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option user_set_options[] = {
{"password-file",        "FILE", "a new password: the first line (- for stdin)", false},
{"reset-password",       NULL,   "a new one is made and shown once; to be changed at the next sign-in", false},
{"enable",               NULL,   "may sign in again", false},
{"disable",              NULL,   "may not sign in", false},
{"unlock",               NULL,   "tries that failed are forgotten", false},
{"remove-second-factor", NULL,   "the password is enough again: the phone was lost", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option user_sign_out_options[] = {
{"all", NULL, "everybody", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option key_drop_options[] = {
{"yes", NULL, "really; without it nothing is changed", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option account_delete_options[] = {
{"yes", NULL, "really; without it nothing is deleted", false},
{NULL, NULL, NULL, false},
};
#define PERMISSION_VALUES "all|send|read"
#define PERMISSION_HELP "all (default); send: by API and SMTP; read: by the API"
static const struct ctl_option credential_create_options[] = {
{"permission", PERMISSION_VALUES, PERMISSION_HELP, false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option credential_set_options[] = {
{"permission", PERMISSION_VALUES, "all; send: by API and SMTP; read: by the API", true},
{NULL, NULL, NULL, false},
};
static const struct ctl_option credential_import_options[] = {
{"access-key",  "ID",   "the access key id", true},
{"secret-file", "FILE", "file whose first line is the secret; - is stdin", true},
{"permission",  PERMISSION_VALUES, PERMISSION_HELP, false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option identity_create_options[] = {
{"dkim", "KIND", "rsa2048 (default), rsa1024, rsa4096, ed25519, both, none, easy", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option identity_show_options[] = {
{"offline", NULL, "do not ask DNS what SPF and DMARC say", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option identity_mail_from_options[] = {
{"on-failure", "WHAT", "while it is not verified: default (the bounce domain) or reject", false},
{"off",        NULL,   "no MAIL FROM domain any more", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option identity_allow_options[] = {
{"from", "PATTERN", "From addresses it may use, with * and ?; without it any", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option identity_disallow_options[] = {
{"from", "PATTERN", "take back this pattern alone; without it all", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option identity_records_options[] = {
{"format", "FORM", "text (default), zone, json", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option identity_set_options[] = {
{"signing",         "on|off", "whether its mail is signed with DKIM", false},
{"forwarding",      "on|off", "whether bounces and complaints go to the sender by mail", false},
{"bounce-topic",    "TOPIC",  "topic that is told of its bounces; \"\" none", false},
{"complaint-topic", "TOPIC",  "topic that is told of its complaints; \"\" none", false},
{"delivery-topic",  "TOPIC",  "topic that is told of its deliveries; \"\" none", false},
{"headers",         "TYPES",  "of bounce,complaint,delivery: told with the message's header; \"\" none", false},
{"configset",       "NAME",   "configuration set of its mail, unless that names one; \"\" none", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option dkim_import_options[] = {
{"selector", "NAME", "the selector whose DNS record has the public key", true},
{"key-file", "FILE", "private key in PEM, no passphrase; - is stdin", true},
{"now",      NULL,   "it signs at once: your word that its record is in DNS", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option dkim_rotate_options[] = {
{"give-up-old", NULL, "give up the oldest key that is kept in DNS, if its place is needed", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option request_create_options[] = {
{"type",          "TYPE", "TRANSACTIONAL or MARKETING", true},
{"website",       "URL",  "the sender's web site, https://...", true},
{"use-case",      "TEXT", "what is sent, to whom, how they agreed", false},
{"use-case-file", "FILE", "the same from a file; - is stdin", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option request_approve_options[] = {
{"daily", "N", "recipients in 24 hours; without it production_daily", false},
{"rate",  "R", "recipients per second; without it production_rate", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option request_deny_options[] = {
{"reason", "TEXT", "why, and what would help; the account reads it", true},
{NULL, NULL, NULL, false},
};
static const struct ctl_option suppression_add_options[] = {
{"reason",  "REASON", "BOUNCE, COMPLAINT or MANUAL (default)", false},
{"expires", "DAYS",   "it leaves the list by itself after so many days", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option suppression_import_options[] = {
{"reason", "REASON", "for lines that have none: BOUNCE, COMPLAINT, MANUAL", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option import_keys_options[] = {
{"account",       "ACCOUNT", "whose identities they become", true},
{"apply",         NULL,      "take what is new; without it nothing changes", false},
{"only",          "DOMAIN",  "this domain alone; may be repeated", false},
{"key-table",     "TABLE",   "instead of opendkim.conf: /FILE, file:/FILE, refile:/FILE", false},
{"signing-table", "TABLE",   "with --key-table: who is signed for; else every key is taken", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option import_rspamd_options[] = {
{"account", "ACCOUNT", "whose identities they become", true},
{"apply",   NULL,      "take what is new; without it nothing changes", false},
{"only",    "DOMAIN",  "this domain alone; may be repeated", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option import_postfix_options[] = {
{"account", "ACCOUNT", "whose logins and identities they become", true},
{"apply",   NULL,      "take what is new; without it nothing changes", false},
{"only",    "DOMAIN",  "logins that send from this domain alone; may be repeated", false},
{"postfix", "FOLDER",  "of its main.cf; else the option postfix_dir, or Postfix's own", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option import_ses_options[] = {
{"account", "ACCOUNT", "whose identities and suppression list they become", true},
{"apply",   NULL,      "take what is new; without it nothing changes", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option suppression_export_options[] = {
{"format", "FORM", "csv (default) or jsonl", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option explain_options[] = {
{"login",       "NAME",    "login or access key id of the session", false},
{"from",        "ADDRESS", "envelope sender (MAIL FROM); <> is the null sender", true},
{"header-from", "TEXT",    "From header, when it differs", false},
{"client",      "IP",      "the client's address, for accounts by network", false},
{"to",          "ADDRESS", "recipient; further ones may follow", true},
{"configset",   "NAME",    "configuration set that the message names", false},
{"tenant",      "NAME",    "tenant that the message names", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option doctor_options[] = {
{"postfix", "FOLDER", "of its main.cf; else the option postfix_dir, or Postfix's own", false},
{"skip",    "CHECK",  "leave this one out; may be repeated", false},
{"list",    NULL,     "look at nothing, and list the checks", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option config_check_options[] = {
{"clear", NULL, "forget the daemons' notices", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option db_copy_options[] = {
{"to", "URL", "the empty store, as the option `store` will name it", true},
{NULL, NULL, NULL, false},
};
static const struct ctl_option most_options[] = {
{"most", "N", "so many at most, the newest", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option event_list_options[] = {
{"type",    "TYPES", "send, delivery, bounce, complaint, delivery_delay, reject, rendering_failure", false},
{"message", "ID",    "of one message alone", false},
{"since",   "TIME",  "at that time or later, such as 90m, 24h, 7d, 2026-11-28T12:00:00Z", false},
{"most",    "N",     "so many at most, the newest; 100 without it", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option feedback_classify_options[] = {
{"rules", "FILE", "these rules instead of the configuration's; several: the first is asked first", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option feedback_reclassify_options[] = {
{"dry-run", NULL,   "say what would change, and change nothing", false},
{"rules",   "FILE", "rules of this file instead of the configuration's", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option feedback_list_options[] = {
{"unmatched", NULL, "those that belong to no message, and count for nobody", false},
{"most",      "N",  "so many at most, the newest; 50 without it", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option reputation_show_options[] = {
{"dry-run",    NULL,   "go through the stored history: who would have been paused, and when", false},
{"thresholds", "LIST", "with --dry-run: other limits, such as bounce_pause=8,minimum=200", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option limit_add_options[] = {
{"all-accounts", NULL,   "for every account, instead of ACCOUNT", false},
{"subject",      "NAME", "for this login, identity or domain alone; without it for each by itself", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option limit_status_options[] = {
{"all", NULL, "also those that were released: when, and by whom", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option limit_release_options[] = {
{"note", "TEXT", "why; it is kept with the release", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option configset_set_options[] = {
{"suppress",   "REASONS", "account (default), none, BOUNCE, COMPLAINT, BOUNCE,COMPLAINT", false},
{"reputation", "on|off",  "whether its mail has a reputation, and a pause, of its own", false},
{"pool",       "NAME",    "pool of addresses that its mail leaves from; \"\" the account's", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option configset_listen_options[] = {
{"topic", "TOPIC", "topic of the account that is told", true},
{"types", "TYPES", "send,delivery,bounce,complaint,delivery_delay,reject,rendering_failure, or all", true},
{"off",   NULL,    "keep it, but tell nothing at present", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option topic_set_options[] = {
{"signature",    "1|2",  "how notifications are signed: 1 SHA1 (as SNS by default), 2 SHA256", false},
{"display-name", "TEXT", "the sender's name in its e-mail notifications; \"\" none", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option subscription_add_options[] = {
{"raw",       NULL, "the message alone, without SNS's envelope (http, https, command)", false},
{"confirmed", NULL, "your word that the endpoint wants it: nothing is asked", false},
{NULL, NULL, NULL, false},
};
/* clang-format on */

#endif
