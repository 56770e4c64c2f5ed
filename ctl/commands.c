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
{"suppression", "Addresses that an account must not send to"},
{"quota",       "What an account has sent in the last 24 hours"},
{"explain",     "What would become of a message that nobody sends"},
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
{"dkim", "KIND", "rsa2048 (default), rsa1024, rsa4096, ed25519, both, none", false},
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
 "A domain covers all its addresses and subdomains and gets a DKIM key of its\n"
 "own; the DNS records to publish are shown. It is PENDING, and nothing can be\n"
 "sent from it, until `identity verify`.",
 "identity create shop shop.example\nidentity create shop boss@other.example"},
{"identity", "list", "[ACCOUNT]", 0, 1, NULL, identity_run_list,
 "Lists the identities of one account or of all",
 "With their status as Amazon SES names it: PENDING, SUCCESS, FAILED,\n"
 "TEMPORARY_FAILURE.",
 "identity list shop"},
{"identity", "show", "ACCOUNT DOMAIN|ADDRESS", 2, 2, NULL, identity_run_show,
 "Shows an identity, its keys and the records to publish",
 "Also what it covers and whether its mail is signed.",
 "identity show shop shop.example"},
{"identity", "records", "ACCOUNT DOMAIN|ADDRESS", 2, 2,
 identity_records_options, identity_run_records,
 "Prints the DNS records that the domain's owner publishes",
 "text is for people, zone are lines for a zone file, json is an array of\n"
 "{name, type, value, strings, purpose}.",
 "identity records shop shop.example --format zone"},
{"identity", "verify", "ACCOUNT DOMAIN|ADDRESS", 2, 2, NULL,
 identity_run_verify,
 "Says that the account may send from it",
 "The operator's word: nothing is looked up in DNS and no mail is sent. Be sure\n"
 "that the domain or address is the account's own.",
 "identity verify shop shop.example"},
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
 "One active key per algorithm signs. The records: identity records.",
 "dkim show shop shop.example"},
{"dkim", "import", "ACCOUNT DOMAIN|ADDRESS", 2, 2, dkim_import_options,
 dkim_run_import,
 "Takes over a signing key that exists already",
 "RSA of 1024 to 4096 bits or Ed25519. It signs from now on, instead of the\n"
 "key of the same algorithm that was there, which is kept but does not sign.\n"
 "Its DNS record must be published already.",
 "dkim import shop shop.example --selector mail --key-file mail.private"},

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

{"config", "check", "", 0, 0, config_check_options, config_run_check,
 "Checks the configuration and what is around it",
 "The file as the programs' -t does, then user, master key, store, sockets,\n"
 "signing keys and the standing complaints of the daemons. Each with its mend.\n"
 "Exit status 1: an error; 75: the store cannot be reached.",
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
