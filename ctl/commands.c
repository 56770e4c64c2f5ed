/* The command table: every noun and verb, its arguments, options and help. The
 * dispatcher, usage checks and --help are made from it. Data only. */
#include "config.h"

#include "ctl/command.h"
#include "ctl/verbs.h"

/* clang-format off */
const struct ctl_noun ctl_nouns[] = {
{"account",     "Accounts: one for each customer, the owner of all below"},
{"login",       "Logins of an existing mail setup, attached to accounts"},
{"credential",  "Access keys and the SMTP passwords that go with them"},
{"identity",    "Domains and addresses that an account may send from"},
{"dkim",        "Signing keys of identities"},
{"request",     "Accounts that ask to leave the sandbox"},
{"suppression", "Addresses that an account must not send to"},
{"quota",       "What an account has sent in the last 24 hours"},
{"explain",     "What would become of a message that nobody sends"},
{"letter",      "Letters of sendward's own that wait to be sent"},
{"config",      "The configuration in force, and what is wrong with it"},
{"db",          "The store: making it, migrating it, copying it"},
{"setup",       "The lines that Postfix and Dovecot need"},
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
{"pool",       "NAME",    "pool of addresses to send from; \"\" none", false},
{"contact",    "ADDRESS", "whom to write to; \"\" nobody", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option account_pause_options[] = {
{"reason", "TEXT", "what clients hear after \"Sending paused for this account: \"", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option account_delete_options[] = {
{"yes", NULL, "really; without it nothing is deleted", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option credential_import_options[] = {
{"access-key",  "ID",   "the access key id", true},
{"secret-file", "FILE", "file whose first line is the secret; - is stdin", true},
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
{"signing", "on|off", "whether its mail is signed with DKIM", true},
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
{"reason", "REASON", "BOUNCE, COMPLAINT or MANUAL (default)", false},
{NULL, NULL, NULL, false},
};
static const struct ctl_option suppression_import_options[] = {
{"reason", "REASON", "for lines that have none: BOUNCE, COMPLAINT, MANUAL", false},
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
{NULL, NULL, NULL, false},
};
static const struct ctl_option config_check_options[] = {
{"clear", NULL, "forget the daemons' notices", false},
{NULL, NULL, NULL, false},
};

/* noun, verb, arguments, least, most, options, handler, summary, help, example */
const struct ctl_command ctl_commands[] = {
{"account", "create", "NAME", 1, 1, account_create_options, account_run_create,
 "Makes an account, in the sandbox",
 "NAME is made of a-z 0-9 . _ - and begins with a letter or digit. In the\n"
 "sandbox an account reaches only recipients that it has verified itself, with\n"
 "the options sandbox_daily and sandbox_rate. `account set` lets it out.",
 "account create shop"},
{"account", "list", "", 0, 0, NULL, account_run_list,
 "Lists all accounts",
 "One line for each account, with its quota and rate.",
 "account list"},
{"account", "show", "NAME", 1, 1, NULL, account_run_show,
 "Shows one account",
 "All that is set for the account. What it has sent: quota show.",
 "account show shop"},
{"account", "set", "NAME", 1, 1, account_set_options, account_run_set,
 "Changes an account: sandbox, quota, rate",
 "What is not given stays. --production on brings production_daily and\n"
 "production_rate with it, --production off the sandbox's, unless --daily or\n"
 "--rate is given, too. In force within a second.",
 "account set shop --production on --daily 20000 --rate 10"},
{"account", "pause", "NAME", 1, 1, account_pause_options, account_run_pause,
 "Stops an account's sending",
 "Its mail is refused with 554 5.7.1, within a second, until `account resume`.\n"
 "What Postfix has accepted already goes out.",
 "account pause shop --reason \"please call us\""},
{"account", "resume", "NAME", 1, 1, NULL, account_run_resume,
 "Lets a paused account send again",
 "In force within a second.",
 "account resume shop"},
{"account", "delete", "NAME", 1, 1, account_delete_options, account_run_delete,
 "Deletes an account and all that belongs to it",
 "Identities with their keys, credentials, logins, suppression list, counters.\n"
 "Without --yes it only says what would go.",
 "account delete shop --yes"},

{"login", "add", "ACCOUNT NAME", 2, 2, NULL, login_run_add,
 "Attaches a login of an existing mail setup to an account",
 "NAME is the SASL name as Postfix logs it (sasl_username=). Its password stays\n"
 "where it is. A name belongs to one account. Mail of a login that belongs to no\n"
 "account is refused.",
 "login add shop info@shop.example"},
{"login", "remove", "ACCOUNT NAME", 2, 2, NULL, login_run_remove,
 "Takes a login away from an account",
 "Its mail is refused from then on, within a second.",
 "login remove shop info@shop.example"},
{"login", "list", "[ACCOUNT]", 0, 1, NULL, login_run_list,
 "Lists the logins of one account or of all",
 "Credentials are not among them: credential list.",
 "login list shop"},

{"credential", "create", "ACCOUNT", 1, 1, NULL, credential_run_create,
 "Makes an access key and its SMTP password",
 "Shown this once: access key id (which is the SMTP user name), secret, and the\n"
 "SMTP password that Amazon SES's algorithm makes of secret and region. The\n"
 "store keeps the secret sealed and the password as a hash.",
 "credential create shop\ncredential create shop --json"},
{"credential", "import", "ACCOUNT", 1, 1, credential_import_options,
 credential_run_import,
 "Takes over an access key that exists already",
 "Programs that use it need no new settings but the server's name. The secret\n"
 "comes from a file or stdin, never from the command line.",
 "credential import shop --access-key AKIAIOSFODNN7EXAMPLE --secret-file key.txt"},
{"credential", "list", "[ACCOUNT]", 0, 1, NULL, credential_run_list,
 "Lists the credentials of one account or of all",
 "Secrets and passwords cannot be shown again.",
 "credential list shop"},
{"credential", "disable", "ACCOUNT ACCESS-KEY-ID", 2, 2, NULL,
 credential_run_disable,
 "Refuses a credential's logins until it is enabled",
 "Within a second; sessions that are open may not send any more either.",
 "credential disable shop SWKAEXAMPLEEXAMPLE23"},
{"credential", "enable", "ACCOUNT ACCESS-KEY-ID", 2, 2, NULL,
 credential_run_enable,
 "Lets a disabled credential log in again",
 "Secret and password are the same as before.",
 "credential enable shop SWKAEXAMPLEEXAMPLE23"},
{"credential", "delete", "ACCOUNT ACCESS-KEY-ID", 2, 2, NULL,
 credential_run_delete,
 "Deletes a credential",
 "It cannot be brought back.",
 "credential delete shop SWKAEXAMPLEEXAMPLE23"},

{"identity", "create", "ACCOUNT DOMAIN|ADDRESS", 2, 2, identity_create_options,
 identity_run_create,
 "Makes a domain or an address that the account wants to send from",
 "A domain covers all its addresses and subdomains. Its owner proves it by DNS\n"
 "records, which are shown: any one way is enough, and sendward-jobd looks for\n"
 "them by itself for 72 hours. An address gets a letter with a link. Until then\n"
 "it is PENDING, and nothing can be sent from it. --dkim says which keys are made\n"
 "for the domain's TXT records; easy: Easy DKIM alone, by three CNAME records into\n"
 "the operator's zone (the option dkim.zone), so that keys change by themselves.",
 "identity create shop shop.example\nidentity create shop boss@other.example"},
{"identity", "list", "[ACCOUNT]", 0, 1, NULL, identity_run_list,
 "Lists the identities of one account or of all",
 "With their status as Amazon SES names it: PENDING, SUCCESS, FAILED,\n"
 "TEMPORARY_FAILURE. The second status is that of DKIM: are its keys in DNS?",
 "identity list shop"},
{"identity", "show", "ACCOUNT DOMAIN|ADDRESS", 2, 2, identity_show_options,
 identity_run_show,
 "Shows all about an identity: states and why, keys, grants",
 "Since when, what it was proved by, when it is looked at next, which key signs,\n"
 "who else may send as it, and whether the domain's SPF and DMARC records let its\n"
 "mail align (asked in DNS now, for some seconds at most). What to publish:\n"
 "identity records. What is wrong in DNS: identity check.",
 "identity show shop shop.example"},
{"identity", "check", "ACCOUNT DOMAIN|ADDRESS", 2, 2, NULL, identity_run_check,
 "Looks in DNS now and explains what it found, record by record",
 "Each record with what was wanted and what is there instead, and what to do. What\n"
 "follows is done at once: a record that is there verifies the domain, also one\n"
 "that had FAILED; a key that DNS has may sign. A name server that does not answer\n"
 "changes nothing. Exit status 0: the account may send from it now; 1: it may not.",
 "identity check shop shop.example"},
{"identity", "records", "ACCOUNT DOMAIN|ADDRESS", 2, 2,
 identity_records_options, identity_run_records,
 "Prints the DNS records that the domain's owner publishes",
 "text is for people and says which records are one way and which another; zone\n"
 "are lines for a zone file; json is an array of {name, type, value, strings,\n"
 "purpose, ...}.",
 "identity records shop shop.example --format zone"},
{"identity", "restart", "ACCOUNT DOMAIN|ADDRESS", 2, 2, NULL,
 identity_run_restart,
 "Begins anew: looks for a domain again, writes to an address again",
 "A domain that FAILED, or is PENDING, is looked for again for 72 hours; its\n"
 "records stay the same. An address gets a new link, and the old one is void.",
 "identity restart shop shop.example"},
{"identity", "resend", "ACCOUNT ADDRESS", 2, 2, NULL, identity_run_restart,
 "Sends an address a new link; the old one is void",
 "The same as identity restart. Once a minute, and ten times a day at most.",
 "identity resend shop boss@other.example"},
{"identity", "verify", "ACCOUNT DOMAIN|ADDRESS", 2, 2, NULL,
 identity_run_verify,
 "Says that the account may send from it",
 "The operator's word: nothing is looked up in DNS and no mail is sent, its keys\n"
 "sign at once, and no look in DNS takes it back. Be sure that the domain or\n"
 "address is the account's own and that the DKIM record is published.",
 "identity verify shop shop.example"},
{"identity", "mail-from", "ACCOUNT DOMAIN|ADDRESS [DOMAIN]", 2, 3,
 identity_mail_from_options, identity_run_mail_from,
 "Gives an identity a domain of its own for return paths",
 "The MAIL FROM domain: a subdomain of the identity's domain, used for nothing\n"
 "else. Bounces come to it, and SPF aligns with it. Its MX and SPF records are\n"
 "shown; it is used when both are in DNS. Until then, or when they vanish, mail\n"
 "leaves with the bounce domain, or is refused: --on-failure.",
 "identity mail-from shop shop.example bounce.shop.example\n"
 "identity mail-from shop shop.example --off"},
{"identity", "allow", "[OWNER] DOMAIN|ADDRESS ACCOUNT", 2, 3,
 identity_allow_options, identity_run_allow,
 "Lets another account send as an identity",
 "ACCOUNT may then send as the identity of OWNER (who need not be named when the\n"
 "verified identity is one account's alone). --from narrows it to From addresses\n"
 "of that form. Both accounts must be out of the sandbox when mail is sent.",
 "identity allow shop shop.example agency\n"
 "identity allow shop shop.example agency --from \"news*@shop.example\""},
{"identity", "disallow", "[OWNER] DOMAIN|ADDRESS ACCOUNT", 2, 3,
 identity_disallow_options, identity_run_disallow,
 "Takes back what identity allow gave",
 "ACCOUNT's mail as that identity is refused again, within a second.",
 "identity disallow shop shop.example agency"},
{"identity", "grants", "[ACCOUNT]", 0, 1, NULL, identity_run_grants,
 "Lists who may send as whose identity",
 "Those that the account gave and those that it got; without ACCOUNT all.",
 "identity grants shop"},
{"identity", "set", "ACCOUNT DOMAIN|ADDRESS", 2, 2, identity_set_options,
 identity_run_set,
 "Switches DKIM signing of an identity on or off",
 "In force within a second. The keys stay.",
 "identity set shop shop.example --signing off"},
{"identity", "delete", "ACCOUNT DOMAIN|ADDRESS", 2, 2, NULL,
 identity_run_delete,
 "Deletes an identity with its keys",
 "Nothing can be sent from it any more, within a second. Leave the DNS record\n"
 "for some days: mail on its way is still checked with it.",
 "identity delete shop shop.example"},

{"dkim", "show", "ACCOUNT DOMAIN|ADDRESS", 2, 2, NULL, dkim_run_show,
 "Shows the signing keys of an identity",
 "Where each comes from, whether it signs, waits to be seen in DNS, or is kept in\n"
 "DNS for mail on its way, and until when. One key per algorithm signs.",
 "dkim show shop shop.example"},
{"dkim", "rotate", "ACCOUNT DOMAIN|ADDRESS", 2, 2, dkim_rotate_options,
 dkim_run_rotate,
 "Makes a new signing key, which takes over when DNS has it",
 "Easy DKIM: it is published in the operator's zone and takes over by itself. TXT\n"
 "records: the owner publishes the record that is shown. The old key signs until\n"
 "then, and stays in DNS for 7 days after. Keys of the option dkim.rotate_days are\n"
 "changed without this command.",
 "dkim rotate shop shop.example"},
{"dkim", "import", "ACCOUNT DOMAIN|ADDRESS", 2, 2, dkim_import_options,
 dkim_run_import,
 "Takes over a signing key that exists already",
 "RSA of 1024 to 4096 bits or Ed25519. It signs as soon as DNS has its record,\n"
 "instead of the key of the same algorithm that was there; with --now at once.",
 "dkim import shop shop.example --selector mail --key-file mail.private"},
{"dkim", "zone", "", 0, 0, NULL, dkim_run_zone,
 "Prints the zone of Easy DKIM, to include in a zone file",
 "All records below the option dkim.zone, for a name server that takes no updates\n"
 "from sendward-jobd (the option dkim.update_server). To be written to a file that\n"
 "the zone includes, every hour or so: a new key signs when DNS has it.",
 "dkim zone"},
{"dkim", "operator", "", 0, 0, NULL, dkim_run_operator,
 "Makes the operator's own signing key and shows its DNS record",
 "For the option dkim.operator_domain: a second signature on every message, so\n"
 "that feedback loops know this server. Makes the file of the option\n"
 "dkim.operator_key_file when there is none, else shows its record again. Run it\n"
 "as root.",
 "dkim operator"},

{"request", "create", "ACCOUNT", 1, 1, request_create_options,
 request_run_create,
 "Asks for production access, out of the sandbox",
 "For the account: what it sends, to whom, and how recipients agreed to it. The\n"
 "operator (the option mail.operator) gets a letter. One request at a time.",
 "request create shop --type MARKETING --website https://shop.example --use-case-file -"},
{"request", "list", "[ACCOUNT]", 0, 1, NULL, request_run_list,
 "Lists requests for production access",
 "The open ones first, then the newest.",
 "request list"},
{"request", "show", "ACCOUNT", 1, 1, NULL, request_run_show,
 "Shows the newest request of an account",
 "With its use case and, when it was denied, the reason.",
 "request show shop"},
{"request", "approve", "ACCOUNT", 1, 1, request_approve_options,
 request_run_approve,
 "Lets an account that asked for it out of the sandbox",
 "With quota and rate, in force within a second; its contact gets a letter.",
 "request approve shop --daily 20000 --rate 10"},
{"request", "deny", "ACCOUNT", 1, 1, request_deny_options, request_run_deny,
 "Declines a request, and says why",
 "The account stays in the sandbox, reads the reason (request show, and a letter to\n"
 "its contact) and may ask again.",
 "request deny shop --reason \"please say how recipients agree to your mail\""},

{"suppression", "add", "ACCOUNT ADDRESS", 2, 2, suppression_add_options,
 suppression_run_add,
 "Puts an address on an account's suppression list",
 "In any case of letters. Mail to it is accepted and left out, or refused: the\n"
 "option suppressed. An address that is on the list already gets the new reason.",
 "suppression add shop gone@customer.example --reason BOUNCE"},
{"suppression", "remove", "ACCOUNT ADDRESS", 2, 2, NULL,
 suppression_run_remove,
 "Takes an address off the list",
 "The account may send to it again, within a second.",
 "suppression remove shop gone@customer.example"},
{"suppression", "list", "ACCOUNT", 1, 1, NULL, suppression_run_list,
 "Shows an account's suppression list",
 "Ordered by address.",
 "suppression list shop"},
{"suppression", "import", "ACCOUNT [FILE]", 1, 2, suppression_import_options,
 suppression_run_import,
 "Puts many addresses on the list",
 "Lines ADDRESS,REASON or JSON objects {\"emailAddress\":...,\"reason\":...}, the\n"
 "forms that Amazon SES imports; of any number, from FILE or stdin. Lines that\n"
 "are not taken are named with their number, and the exit status is 1 then.",
 "suppression import shop list.csv"},
{"suppression", "export", "ACCOUNT", 1, 1, suppression_export_options,
 suppression_run_export,
 "Prints the list in a form that can be imported",
 "csv: ADDRESS,REASON. jsonl: one object {\"emailAddress\",\"reason\"} a line.",
 "suppression export shop --format jsonl"},

{"quota", "show", "ACCOUNT", 1, 1, NULL, quota_run_show,
 "Shows what an account has sent in the last 24 hours",
 "Recipients counted, the limit, what remains, and the rate.",
 "quota show shop"},

{"explain", NULL, "[ADDRESS...]", 0, -1, explain_options, explain_run,
 "Shows every decision about a message that nobody sends",
 "The rules of the milter and the policy service, step by step, with the reply\n"
 "that the client would hear, quota and rate, the identity that covers the\n"
 "sender, and who signs. Nothing is sent or counted. Exit status 0: it would be\n"
 "accepted; 1: at least one step refuses.",
 "explain --login info@shop.example --from info@shop.example --to jane@customer.example"},

{"letter", "list", "", 0, 0, NULL, letter_run_list,
 "Lists the letters that sendward-jobd has still to send",
 "Confirmation links, news about identities and keys, requests: to whom, since\n"
 "when, how often it was tried, and what went wrong. Links are not shown.",
 "letter list"},

{"config", "check", "", 0, 0, config_check_options, config_run_check,
 "Checks the configuration and what is around it",
 "The file as the programs' -t does, then user, master key, store, sockets,\n"
 "signing keys, name servers, letters, the web address, certificates, and the\n"
 "standing complaints of the daemons. Each with its mend. Exit status 1: an\n"
 "error; 75: the store cannot be reached.",
 "config check"},
{"config", "dump", "", 0, 0, NULL, config_run_dump,
 "Prints what is in force, defaults included",
 "As a file that can be used as sendward.conf; no secrets are in it.",
 "config dump"},

{"db", "migrate", "", 0, 0, NULL, db_run_migrate,
 "Makes the store, or brings its schema up to this version",
 "Also makes the master key when there is none. Run it as root: the files are\n"
 "given to the option `user`. Folders are not made, it says which is missing.\n"
 "Running it again is harmless.",
 "db migrate"},
{"db", "backup", "FILE", 1, 1, NULL, db_run_backup,
 "Copies the store into a new file, while everything runs",
 "The copy is consistent. The master key is not in it: keep it elsewhere.",
 "db backup /var/backups/sendward.db"},

{"setup", "postfix", "", 0, 0, NULL, setup_run_postfix,
 "Prints the lines for main.cf and master.cf",
 "Made from the configuration in force, each with what it is for. Nothing is\n"
 "changed.",
 "setup postfix"},
{"setup", "dovecot", "", 0, 0, NULL, setup_run_dovecot,
 "Prints the lines for Dovecot, which checks credentials",
 "Made from the configuration in force, each with what it is for. Nothing is\n"
 "changed.",
 "setup dovecot"},
{NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */
