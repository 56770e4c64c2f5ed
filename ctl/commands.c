/* The command table: every noun and verb, its arguments, options and help. The
 * dispatcher, usage checks and --help are made from it. Data only. */
#include "config.h"

#include "ctl/command.h"
#include "ctl/command_options.h"
#include "ctl/verbs.h"

/* clang-format off */
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
 "One line for each account, with its quota, rate and standing.",
 "account list"},
{"account", "show", "NAME", 1, 1, NULL, account_run_show,
 "Shows one account",
 "All that is set for the account; when it is paused, by whom and since when.\n"
 "What it has sent: quota show. How its mail was received: reputation show.",
 "account show shop"},
{"account", "set", "NAME", 1, 1, account_set_options, account_run_set,
 "Changes an account: sandbox, quota, rate",
 "What is not given stays. --production on brings production_daily and\n"
 "production_rate with it, --production off the sandbox's, unless --daily or\n"
 "--rate is given, too. --policy says what follows from a bad reputation: none\n"
 "never pauses, standard pauses at the pause thresholds (options reputation.*),\n"
 "strict at the review thresholds already. In force within a second.",
 "account set shop --production on --daily 20000 --rate 10\n"
 "account set shop --policy strict --suppress BOUNCE,COMPLAINT"},
{"account", "pause", "NAME", 1, 1, account_pause_options, account_run_pause,
 "Stops an account's sending",
 "Its mail is refused with 554 5.7.1, within a second, until `account resume`.\n"
 "What Postfix has accepted already goes out.",
 "account pause shop --reason \"please call us\""},
{"account", "resume", "NAME", 1, 1, account_resume_options, account_run_resume,
 "Lets a paused account send again",
 "Also one that its reputation paused, which nothing else resumes. Without\n"
 "--fresh-start the figures that paused it are still there, and the next bounce\n"
 "may pause it again. In force within a second.",
 "account resume shop --fresh-start"},
{"account", "delete", "NAME", 1, 1, account_delete_options, account_run_delete,
 "Deletes an account and all that belongs to it",
 "Identities with their keys, credentials, logins, suppression list, counters.\n"
 "Without --yes it only says what would go.",
 "account delete shop --yes"},

{"user", "create", "NAME", 1, 1, user_create_options, user_run_create,
 "Makes a user of the console",
 "NAME: small letters, digits and . _ @ -, at most 64. Without --password-file a\n"
 "password is made, shown once, and must be changed at the first sign-in. One has\n"
 "at least 12 characters. An account's users go with it.",
 "user create root --operator\n"
 "user create ann --account shop"},
{"user", "list", "", 0, 0, user_list_options, user_run_list,
 "Lists the users of the console",
 "Also who has a second factor, and who is locked because tries failed.",
 "user list --account shop"},
{"user", "set", "NAME", 1, 1, user_set_options, user_run_set,
 "Changes a user: password, second factor, whether he may sign in",
 "What is not given stays. A change ends all sessions of the user; --unlock does\n"
 "not.",
 "user set ann --reset-password --remove-second-factor\n"
 "user set ann --disable"},
{"user", "sign-out", "[NAME]", 0, 1, user_sign_out_options, user_run_sign_out,
 "Ends all sessions of a user, or of everybody",
 "At once. He may sign in again.",
 "user sign-out ann\n"
 "user sign-out --all"},
{"user", "delete", "NAME", 1, 1, account_delete_options, user_run_delete,
 "Deletes a user of the console",
 "He is signed out at once. Without --yes it only says so.",
 "user delete ann --yes"},

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

{"credential", "create", "ACCOUNT", 1, 1, credential_create_options,
 credential_run_create,
 "Makes an access key and its SMTP password",
 "Shown this once: access key id (which is the SMTP user name), secret (for the\n"
 "API), and the SMTP password that Amazon SES's algorithm makes of secret and\n"
 "region. The store keeps the secret sealed and the password as a hash. With send\n"
 "it may send and nothing else, with read make the API's calls that change nothing.",
 "credential create shop\ncredential create shop --permission send --json"},
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
{"credential", "set", "ACCOUNT ACCESS-KEY-ID", 2, 2, credential_set_options,
 credential_run_set,
 "Says what a credential may do",
 "Calls of the API that it may not make are answered AccessDenied, from the next\n"
 "one on. With read it may not log in by SMTP either, within a second.",
 "credential set shop SWKAEXAMPLEEXAMPLE23 --permission read"},
{"credential", "disable", "ACCOUNT ACCESS-KEY-ID", 2, 2, NULL,
 credential_run_disable,
 "Refuses a credential's logins and calls until it is enabled",
 "Calls of the API at once, logins within a second; sessions that are open may not\n"
 "send any more either.",
 "credential disable shop SWKAEXAMPLEEXAMPLE23"},
{"credential", "enable", "ACCOUNT ACCESS-KEY-ID", 2, 2, NULL,
 credential_run_enable,
 "Lets a disabled credential call and log in again",
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
 "Those that the account gave and those that it got; without ACCOUNT all. What a\n"
 "policy allows has the policy's name; only the API changes it.",
 "identity grants shop"},
{"identity", "set", "ACCOUNT DOMAIN|ADDRESS", 2, 2, identity_set_options,
 identity_run_set,
 "Changes an identity: signing, who hears of bounces, configuration set",
 "What is not given stays. Bounces and complaints are forwarded to the sender by\n"
 "mail until --forwarding off; topics are told of them beside that, and of\n"
 "deliveries, in the form of Amazon SES's notifications. Keys stay when signing is\n"
 "switched off. In force within a second.",
 "identity set shop shop.example --signing off\n"
 "identity set shop shop.example --bounce-topic bounces --forwarding off\n"
 "identity set shop shop.example --configset newsletter"},
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

{"message", "show", "ID", 1, 1, NULL, message_run_show,
 "Shows all that happened to one message",
 "ID is the queue id, which the reply to the client has (250 ... queued as ID) and\n"
 "the mail log: who sent it, what became of each recipient, every event in the\n"
 "order of time with what the other side said, what followed from it, and the\n"
 "reports that are kept. Whosever message it is. A message appears within a second\n"
 "after it was accepted, and is kept for the option retention_days.",
 "message show 4bWz3n1Xb5z4kT\nmessage show 4bWz3n1Xb5z4kT --json"},
{"message", "list", "[ACCOUNT]", 0, 1, most_options, message_run_list,
 "Lists mail that left, the newest first",
 "Of one account or of all; 50 without --most. With the id for message show.",
 "message list shop --most 20"},

{"event", "list", "[ACCOUNT]", 0, 1, event_list_options, event_run_list,
 "Lists events, the newest first",
 "With --json the whole documents, as event destinations get them: those of Amazon\n"
 "SES (eventType, mail, bounce, ...). Deliveries and delays are there when the\n"
 "option mail_log is set; Reject is a message that the milter refused. --type may\n"
 "be given several times, or as a list.",
 "event list shop --type bounce,complaint --since 24h\n"
 "event list --message 4bWz3n1Xb5z4kT --json"},

{"feedback", "classify", "[FILE]", 0, 1, feedback_classify_options,
 feedback_run_classify,
 "Says what a report means, and which rule says so",
 "FILE or stdin holds one report: a bounce, a complaint (ARF), an automatic answer,\n"
 "as it came. One JSON object for each recipient, one a line: kind, recipient,\n"
 "status, bounceType, bounceSubType, diagnosticCode, the rule that decided. Reads\n"
 "no store and changes nothing; without a configuration file the rules are those\n"
 "that came with the program.",
 "feedback classify bounce.eml\n"
 "feedback classify --rules my.rules --rules /usr/share/sendward/bounce.rules bounce.eml"},
{"feedback", "reclassify", "", 0, 0, feedback_reclassify_options,
 feedback_run_reclassify,
 "Reads all kept reports again, after the rules have changed",
 "What they say otherwise now is mended: how recipients ended, figures of\n"
 "reputation, entries of suppression lists that a report made. Nobody is told\n"
 "again. The differences are shown.",
 "feedback reclassify --dry-run"},
{"feedback", "list", "[ACCOUNT]", 0, 1, feedback_list_options,
 feedback_run_list,
 "Lists reports that are kept, the newest first",
 "MATCHED: of a message of ours. The others count for nobody: UNMATCHED has no\n"
 "token of ours, FORGED one that this server never made, STRANGE is about a\n"
 "recipient that the message did not have, LATE about a message of long ago.",
 "feedback list shop\nfeedback list --unmatched"},
{"feedback", "show", "REPORT-ID", 1, 1, NULL, feedback_run_show,
 "Prints a kept report as it came",
 "The text as the mail system sent it; on a terminal without control characters.",
 "feedback show 17"},

{"suppression", "add", "ACCOUNT ADDRESS", 2, 2, suppression_add_options,
 suppression_run_add,
 "Puts an address on an account's suppression list",
 "Addresses are compared whole and in lower case: A@B.example is a@b.example, but\n"
 "a+x@b.example is another entry. Mail to it is accepted and left out, or refused:\n"
 "the option suppressed. One that is on the list already gets the new reason.\n"
 "Bounces and complaints enter it by themselves: account set --suppress.",
 "suppression add shop gone@customer.example --reason BOUNCE\n"
 "suppression add shop away@customer.example --expires 30"},
{"suppression", "show", "ACCOUNT ADDRESS", 2, 2, NULL, suppression_run_show,
 "Shows why and since when an address is on the list",
 "With the message whose bounce or complaint it was, when it was not put there by\n"
 "hand, and when it leaves the list. Exit status 1: it is not on it. Compared\n"
 "whole, in lower case; a+x@b.example is not a@b.example.",
 "suppression show shop gone@customer.example"},
{"suppression", "remove", "ACCOUNT ADDRESS", 2, 2, NULL,
 suppression_run_remove,
 "Takes an address off the list",
 "The account may send to it again, within a second.",
 "suppression remove shop gone@customer.example"},
{"suppression", "list", "ACCOUNT", 1, 1, NULL, suppression_run_list,
 "Shows an account's suppression list",
 "Ordered by address. With the message that it came from, and when it leaves.",
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

{"reputation", "show", "[ACCOUNT]", 0, 1, reputation_show_options,
 reputation_run_show,
 "Shows bounce and complaint rates, and what follows from them",
 "Hard bounces and complaints of the newest recipients (options reputation.volume,\n"
 "window_days), without suppressed, simulated and own-verified ones. What counts is\n"
 "the proved rate, the lower end of a confidence interval: chance pauses nobody.\n"
 "Under review an account sends on; paused it stays so until account resume. Rates\n"
 "and thresholds are fractions in JSON: 0.05 is 5 %. --dry-run tells what other\n"
 "thresholds would have done: bounce_review, bounce_pause, complaint_review,\n"
 "complaint_pause (percent), volume, minimum. Mail is counted by the quarter of an\n"
 "hour, so the times that it shows are the ends of these.",
 "reputation show\nreputation show shop\n"
 "reputation show --dry-run --thresholds bounce_pause=8,minimum=200"},

{"quota", "show", "ACCOUNT", 1, 1, NULL, quota_run_show,
 "Shows what an account has sent in the last 24 hours",
 "Recipients counted, the limit, what remains, and the rate.",
 "quota show shop"},

{"limit", "add", "[ACCOUNT] SCOPE MEASURE MOST WINDOW", 4, 5, limit_add_options,
 limit_run_add,
 "Limits what a login, credential, identity or domain may send",
 "SCOPE: login (any SASL name), credential (access keys alone), identity (that\n"
 "covers From), domain (of From). MEASURE: messages, recipients, bytes,\n"
 "new-recipients (never written to by the account before). MOST of them in any\n"
 "WINDOW, 60s to 31d: 15m, 1h, 7d. Several limits hold at once. Who crosses one is\n"
 "throttled (454 4.7.1), he alone, until limit release; the account and the\n"
 "operator get a letter.",
 "limit add shop login new-recipients 500 1h\n"
 "limit add --all-accounts login recipients 20000 24h\n"
 "limit add shop domain messages 100 1h --subject news.shop.example"},
{"limit", "list", "[ACCOUNT]", 0, 1, NULL, limit_run_list,
 "Lists limits",
 "Those of the account and of every account, which hold for it, too.",
 "limit list shop"},
{"limit", "remove", "ID", 1, 1, NULL, limit_run_remove,
 "Takes a limit away",
 "By the number that limit list shows. Who has crossed it stays throttled.",
 "limit remove 3"},
{"limit", "status", "[ACCOUNT]", 0, 1, limit_status_options, limit_run_status,
 "Shows who has crossed a limit and is throttled",
 "Since when, and which limit it was.",
 "limit status"},
{"limit", "release", "ACCOUNT SCOPE SUBJECT", 3, 3, limit_release_options,
 limit_run_release,
 "Lets one that crossed a limit send again",
 "Within a second, and counted from nothing. It is recorded who did it: the system\n"
 "user, or who called sudo. Change the password first, when it was stolen.",
 "limit release shop login info@shop.example --note \"password changed\""},

{"tenant", "list", "ACCOUNT", 1, 1, NULL, tenant_run_list,
 "Lists an account's tenants",
 "Tenants are made by the account itself, through the API (CreateTenant).",
 "tenant list shop"},
{"tenant", "show", "ACCOUNT NAME", 2, 2, NULL, tenant_run_show,
 "Shows a tenant, and what is its own",
 "STATUS is what the account says, or its reputation: ENABLED, DISABLED, or\n"
 "REINSTATED, which lets it send whatever its figures are until they are well again.\n"
 "Mail of a tenant names it in the field X-SES-TENANT; its identity and its\n"
 "configuration set must be the tenant's own.",
 "tenant show shop customer-a"},
{"tenant", "pause", "ACCOUNT NAME", 2, 2, tenant_pause_options,
 tenant_run_pause,
 "Stops mail of one tenant",
 "The operator's word: the account cannot take it back through the API. Its other\n"
 "tenants send on.",
 "tenant pause shop customer-a --reason \"list was bought\""},
{"tenant", "resume", "ACCOUNT NAME", 2, 2, account_resume_options,
 tenant_run_resume,
 "Lets a paused tenant send again",
 "Also when its reputation has paused it; not when the account has disabled it.",
 "tenant resume shop customer-a --fresh-start"},

{"lease", "list", "", 0, 0, NULL, lease_run_list,
 "Lists what programs have taken of quotas",
 "Each program takes a part of an account's quota ahead, on each host, and gives back\n"
 "what it does not send. What it sent is told four times a second. One that is not\n"
 "live counts as sent until it leaves the 24 hours, unless its host comes back.",
 "lease list"},
{"lease", "return", "HOST", 1, 1, NULL, lease_run_return,
 "Gives back the quota of a host that does not come back",
 "What it had not told as sent is free again. It may have sent some of that before it\n"
 "was lost: so much may be sent beyond the quota. Refused while the host lives.",
 "lease return mx3"},

{"pool", "create", "NAME", 1, 1, pool_options, pool_run_create,
 "Makes a pool of addresses",
 "Without --account it is the operator's, and every account's configuration sets may\n"
 "name it. NAME: 1 to 64 of a-z 0-9 _ -",
 "pool create bulk\npool create own --account shop"},
{"pool", "list", "", 0, 0, NULL, pool_run_list,
 "Lists pools and their addresses",
 "Those of accounts, too. Of each address which day of its warm-up it is, and how\n"
 "many recipients it may have today.",
 "pool list"},
{"pool", "add-ip", "NAME ADDRESS", 2, 2, pool_ip_options, pool_run_add_ip,
 "Gives an address to a pool",
 "IPv4 or IPv6. In the pool of an account it is the account's, which sees it by the\n"
 "API and may move it between its pools. One that is in another pool is moved. Then:\n"
 "sendwardctl pool transports --apply",
 "pool add-ip own 192.0.2.10 --account shop --warmup 10"},
{"pool", "remove-ip", "NAME ADDRESS", 2, 2, pool_options, pool_run_remove_ip,
 "Takes an address from a pool",
 "And from its account.",
 "pool remove-ip own 192.0.2.10 --account shop"},
{"pool", "set", "NAME ADDRESS", 2, 2, pool_ip_options, pool_run_set,
 "Changes an address of a pool",
 "What is not given stays. A warm-up goes on from there by itself, unless its\n"
 "account wants otherwise; 100 is done.",
 "pool set own 192.0.2.10 --account shop --warmup 50\n"
 "pool set own 192.0.2.10 --account shop --helo out1.example.com"},
{"pool", "show", "NAME", 1, 1, pool_show_options, pool_run_show,
 "Shows a pool's addresses and what left by them",
 "Recipients by day (UTC) and address: sent, delivered, bounced for good or for a\n"
 "time, complained. Of a warm-up its day, what it may have today, and what of that\n"
 "the milters have taken, which may be more than they have sent.",
 "pool show own --account shop --days 3"},
{"pool", "transports", "", 0, 0, pool_transports_options, pool_run_transports,
 "Shows or writes what Postfix needs to send from addresses",
 "A transport in master.cf for each address that this machine has, the table that\n"
 "finds it by the return path, and the line of main.cf that names the table. Needed\n"
 "when addresses come or go, not when pools, accounts or configuration sets change.\n"
 "Mail of an address that is gone leaves from the shared ones. --apply touches no\n"
 "other line, and keeps main.cf and master.cf as they were under names that end in\n"
 ".before-sendward; it wants root. An address that is not the machine's is named:\n"
 "Postfix would send from another. The milter takes such a label out of return paths\n"
 "that others wrote; mail of sendmail(1) does not pass it. Sendmail cannot choose an\n"
 "address by message: there, pools have no effect.",
 "pool transports\npool transports --apply\n"
 "pool transports --apply --postfix /etc/postfix-out"},
{"pool", "delete", "NAME", 1, 1, pool_options, pool_run_delete,
 "Deletes a pool that nobody uses",
 "Its addresses stay with their account, in no pool.",
 "pool delete own --account shop"},

{"configset", "create", "ACCOUNT NAME", 2, 2, NULL, configset_run_create,
 "Makes a configuration set",
 "A name for a kind of mail, such as receipts or newsletter, with events, pause,\n"
 "reputation and suppression of its own. A message names it in the field\n"
 "X-SES-CONFIGURATION-SET; or its identity does (identity set --configset). NAME:\n"
 "1 to 64 of A-Z a-z 0-9 _ -",
 "configset create shop newsletter"},
{"configset", "list", "[ACCOUNT]", 0, 1, NULL, configset_run_list,
 "Lists configuration sets",
 "Of one account or of all.",
 "configset list shop"},
{"configset", "show", "ACCOUNT NAME", 2, 2, NULL, configset_run_show,
 "Shows a configuration set, and who is told of its events",
 "Its figures: reputation show ACCOUNT.",
 "configset show shop newsletter"},
{"configset", "set", "ACCOUNT NAME", 2, 2, configset_set_options,
 configset_run_set,
 "Changes suppression and reputation of a configuration set",
 "What is not given stays. --suppress none: its mail also goes to addresses that\n"
 "bounced or complained, and nothing of it enters the list.",
 "configset set shop receipts --suppress BOUNCE --reputation on"},
{"configset", "pause", "ACCOUNT NAME", 2, 2, account_pause_options,
 configset_run_pause,
 "Stops mail of one configuration set",
 "Mail that names it is refused, within a second; other mail of the account is not.",
 "configset pause shop newsletter --reason \"list under review\""},
{"configset", "resume", "ACCOUNT NAME", 2, 2, account_resume_options,
 configset_run_resume,
 "Lets mail of a paused configuration set leave again",
 "Also when its reputation has paused it.",
 "configset resume shop newsletter --fresh-start"},
{"configset", "delete", "ACCOUNT NAME", 2, 2, NULL, configset_run_delete,
 "Deletes a configuration set",
 "Mail that names it is refused from then on. Topics stay.",
 "configset delete shop newsletter"},
{"configset", "listen", "ACCOUNT NAME DESTINATION", 3, 3,
 configset_listen_options, configset_run_listen,
 "Tells a topic of a configuration set's events",
 "DESTINATION names this for later: one of that name is replaced. At most 10. The\n"
 "topic's subscribers get each event as Amazon SES publishes it.",
 "configset listen shop newsletter trouble --topic alerts --types bounce,complaint"},
{"configset", "unlisten", "ACCOUNT NAME DESTINATION", 3, 3, NULL,
 configset_run_unlisten,
 "Ends what configset listen began",
 "configset show lists the destinations.",
 "configset unlisten shop newsletter trouble"},

{"topic", "create", "ACCOUNT NAME", 2, 2, topic_set_options, topic_run_create,
 "Makes a topic, which subscribers are told by",
 "One that is there already stays. NAME: 1 to 256 of A-Z a-z 0-9 _ -",
 "topic create shop bounces"},
{"topic", "list", "[ACCOUNT]", 0, 1, NULL, topic_run_list,
 "Lists topics",
 "Of one account or of all, each with the ARN that the API calls it by.",
 "topic list shop"},
{"topic", "show", "ACCOUNT NAME", 2, 2, NULL, topic_run_show,
 "Shows a topic with its subscriptions",
 "How many notifications wait for each, and how many were given up.",
 "topic show shop bounces"},
{"topic", "set", "ACCOUNT NAME", 2, 2, topic_set_options, topic_run_set,
 "Changes signature or display name of a topic",
 "What is not given stays.",
 "topic set shop bounces --signature 2"},
{"topic", "delete", "ACCOUNT NAME", 2, 2, NULL, topic_run_delete,
 "Deletes a topic with all its subscriptions",
 "What is on its way to them goes, too.",
 "topic delete shop bounces"},

{"subscription", "add", "ACCOUNT TOPIC PROTOCOL ENDPOINT", 4, 4,
 subscription_add_options, subscription_run_add,
 "Tells somebody of what is published to a topic",
 "PROTOCOL and ENDPOINT: http or https and a URL, which gets POST requests signed\n"
 "as Amazon SNS's; email and an address, which gets the message and a link to end\n"
 "it; email-json and an address, the whole document; command and a program in the\n"
 "option notify.command_dir, which gets the document on stdin. A URL or address is\n"
 "asked first and hears nothing until it confirms, unless --confirmed. URLs on\n"
 "private addresses need the option notify.private_addresses.",
 "subscription add shop bounces https https://shop.example/hooks/mail\n"
 "subscription add shop bounces email boss@shop.example\n"
 "subscription add shop bounces command /etc/sendward/hooks/unsubscribe"},
{"subscription", "list", "[ACCOUNT] [TOPIC]", 0, 2, NULL, subscription_run_list,
 "Lists subscriptions",
 "Of one topic, of one account, or all, with the number of notifications that wait\n"
 "and that were given up.",
 "subscription list shop bounces"},
{"subscription", "show", "ID", 1, 1, NULL, subscription_run_show,
 "Shows a subscription",
 "By its id or its ARN.",
 "subscription show 0d6f7c1e-2a0b-4c57-9a43-51d1f3b8a6e2"},
{"subscription", "confirm", "TOKEN", 1, 1, NULL, subscription_run_confirm,
 "Confirms a subscription by its token",
 "The token of the request that the endpoint got. Without it, at your word:\n"
 "subscription add ... --confirmed, again.",
 "subscription confirm 2336412f37fb687f5d51e6e2425dacbba3b"},
{"subscription", "remove", "ID", 1, 1, NULL, subscription_run_remove,
 "Ends a subscription",
 "A webhook is told so. What waits for it is given up.",
 "subscription remove 0d6f7c1e-2a0b-4c57-9a43-51d1f3b8a6e2"},
{"subscription", "dead", "[ACCOUNT]", 0, 1, most_options,
 subscription_run_dead,
 "Lists notifications that could not be delivered and were given up",
 "What, to whom, how often it was tried, and what went wrong the last time. They\n"
 "are kept for the option retention_days.",
 "subscription dead shop"},
{"subscription", "replay", "ID", 1, 1, NULL, subscription_run_replay,
 "Delivers a subscription's dead letters again",
 "All of them, at once, each with the MessageId that it had, so that a receiver\n"
 "knows what it has seen.",
 "subscription replay 0d6f7c1e-2a0b-4c57-9a43-51d1f3b8a6e2"},

{"import", "opendkim", "[FILE]", 0, 1, import_keys_options, import_run_opendkim,
 "Takes over domains and keys that OpenDKIM signs with",
 "Of /etc/opendkim.conf or FILE: KeyTable and SigningTable, or Domain, Selector and\n"
 "KeyFile. Shows row by row what would be taken, and what not and why; --apply takes\n"
 "it, and a second time nothing is new. Domains are PENDING until sendward-jobd finds\n"
 "a key's record, which stays as it is in DNS, and then the key signs. Keys that sign\n"
 "for nobody are left out. Exit status 1: a row cannot be taken.",
 "import opendkim --account shop --only shop.example --apply"},
{"import", "rspamd", "[FILE]", 0, 1, import_rspamd_options, import_run_rspamd,
 "Takes over domains and keys that rspamd signs with",
 "Of /etc/rspamd/local.d/dkim_signing.conf, or FILE, or what `rspamadm configdump\n"
 "dkim_signing` prints: blocks of domains, maps of selectors and paths, and keys that\n"
 "lie where `path` points to. Else as import opendkim.",
 "import rspamd --account shop"},
{"import", "postfix", "[TABLE...]", 0, -1, import_postfix_options, import_run_postfix,
 "Takes over logins and their domains from smtpd_sender_login_maps",
 "TABLE is hash:/PATH and the like, whose text is read at /PATH, or a file, or - for\n"
 "what `postmap -s` prints; without it those of main.cf. Domains become identities,\n"
 "PENDING until DNS proves them. An account's logins may all send from them: leave\n"
 "the table in Postfix where that is to be narrower. Else as import opendkim.",
 "import postfix --account shop hash:/etc/postfix/logins"},
{"import", "ses", "FILE...", 1, -1, import_ses_options, import_run_ses,
 "Takes over identities and the suppression list of Amazon SES",
 "FILE is what `aws sesv2 list-suppressed-destinations`, `list-email-identities` or\n"
 "`get-email-identity` (call it IDENTITY.json) print. Domains get new keys, addresses\n"
 "a letter with a link. What is suppressed here already stays as it is.",
 "import ses --account shop suppressed.json shop.example.json"},

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

{"observed", "list", "", 0, 0, observed_list_options, observed_run_list,
 "Lists who was seen to send, and as whom, most mail first",
 "In mode monitor the milter counts by login (or client network) and domain of\n"
 "the header From, within ten seconds. Open is a login that belongs to no account,\n"
 "and what would be refused while its account has no identity of that domain. Kept\n"
 "for 90 days after the last message.",
 "observed list --all"},
{"observed", "adopt", "ACCOUNT", 1, 1, observed_adopt_options, observed_run_adopt,
 "Gives observed logins and their domains to an account",
 "Adds the logins to the account, and makes the domains its identities, which must\n"
 "still be proved by DNS, unless --verify says that they are the account's. What\n"
 "the account has already is left as it is: it may be run again.",
 "observed adopt shop --login info@shop.example --verify\n"
 "observed adopt legacy --all-logins --create"},

{"duty", "list", "", 0, 0, NULL, duty_run_list,
 "Shows which host does what one does for all",
 "Looks in DNS, updates of the zone, key rotation, letters, notifications, imports\n"
 "and exports, reputation, and deleting what is old are done by one sendward-jobd of\n"
 "all that share the store. When it ends, another one goes on at once; when it is\n"
 "killed or cut off, within ten seconds.",
 "duty list"},

{"health", NULL, "", 0, 0, NULL, health_run,
 "Asks every part whether it is well",
 "The programs (each says every ten seconds that it runs), their sockets, the\n"
 "store, the name servers, the mail server, and what waits longer than it should,\n"
 "with what to do about it. Exit status 1 when a part fails. Run it as root, who\n"
 "may reach every socket.",
 "health"},

{"doctor", NULL, "", 0, 0, doctor_options, doctor_run,
 "Looks for everything that defeats the gate, and says what mends it",
 "Postfix's configuration as it is in force (every listener, its restrictions and\n"
 "milters, TLS, relaying, the way of bounces), sockets and files as its user meets\n"
 "them, what `config check` and `health` find, identities, clock, copies. Each\n"
 "finding has a name (--list has all), and the line that mends it.\n"
 "Changes nothing. Run it as root. Exit status 1: an error was found.",
 "doctor\ndoctor --skip backup --json"},

{"config", "check", "", 0, 0, config_check_options, config_run_check,
 "Checks the configuration and what is around it",
 "The file as the programs' -t does, then user, master key, store, sockets,\n"
 "journal, mail log, rules of bounces, signing keys, name servers, letters, the web\n"
 "address, certificates, and the standing complaints of the daemons. Each with its\n"
 "mend. Exit status 1: an error; 75: the store cannot be reached.",
 "config check"},
{"config", "dump", "", 0, 0, NULL, config_run_dump,
 "Prints what is in force, defaults included",
 "As a file that can be used as sendward.conf; no secrets are in it.",
 "config dump"},

{"db", "migrate", "", 0, 0, NULL, db_run_migrate,
 "Makes the store, or brings its schema up to this version",
 "Also makes the master key when there is none. Run it as root: the files are\n"
 "given to the option `user`. Folders are not made, it says which is missing.\n"
 "Running it again is harmless. A store of an earlier version takes about a\n"
 "minute for each million messages: stop the programs before, for mail is put\n"
 "off meanwhile.",
 "db migrate"},
{"db", "backup", "FILE", 1, 1, NULL, db_run_backup,
 "Copies an SQLite store into a new file, while everything runs",
 "The copy is consistent. The master key is not in it: keep it elsewhere. Of a\n"
 "store on PostgreSQL pg_dump and pg_basebackup make copies.",
 "db backup /var/backups/sendward.db"},
{"db", "copy", "", 0, 0, db_copy_options, db_run_copy,
 "Copies everything into an empty store, such as one on PostgreSQL",
 "Stop the programs on every host before: what they write meanwhile would be\n"
 "lost, so it refuses while one runs. All rows arrive in one transaction, are\n"
 "read again and compared; a copy that fails leaves none behind, and the old\n"
 "store stays as it is. Then change the option `store`, run `config check`, and\n"
 "start the programs. A password in URL is seen by every user meanwhile: put\n"
 "it into the environment, PGPASSWORD. It works the other way, too.",
 "db copy --to postgresql://sendward@db.example/sendward"},

{"key", "show", "", 0, 0, NULL, key_run_show,
 "Shows how many keys there are, and what is sealed by which",
 "Opens every secret in the store: it fails when one cannot be opened.",
 "key show"},
{"key", "add", "", 0, 0, NULL, key_run_add,
 "Makes a new master key, which seals nothing yet",
 "It stands in the file of the option master_key_file, behind the one in use.\n"
 "Copy the file to every host, restart all programs, which then open what either\n"
 "key sealed, and go on with `key rotate`. Run it as root.",
 "key add"},
{"key", "rotate", "", 0, 0, NULL, key_run_rotate,
 "Turns to the key that was added, and seals everything anew",
 "All secrets in one transaction, or none; mail of accounts waits for a moment.\n"
 "Refused while a program runs that was started before `key add`, on whatever\n"
 "host. Then copy the file to every host again and restart all programs. The\n"
 "former key stays in the file: return paths of mail that has left are known by\n"
 "it. Keep a copy of the new file in a safe place.",
 "key rotate"},
{"key", "drop", "", 0, 0, key_drop_options, key_run_drop,
 "Forgets former master keys",
 "Bounces and complaints of mail from before `key rotate` count for nobody from\n"
 "then on: wait a month. What was sealed by a former key meanwhile is sealed\n"
 "anew first. Copies of the store from before then need a copy of the former\n"
 "file. Without --yes it only says what would be. Copy the file to every host,\n"
 "and restart all programs.",
 "key drop --yes"},

{"setup", "postfix", "", 0, 0, setup_postfix_options, setup_run_postfix,
 "Prints the lines for main.cf, master.cf and the map of domains, or writes them",
 "Made from the configuration in force, each with what it is for. Nothing is\n"
 "changed without --apply, which joins them to what is there: lists keep what they\n"
 "have, listeners that take logins keep their options and get the gate's, one is\n"
 "made when there is none. A second time it changes nothing. The first time keeps\n"
 "copies, *.before-sendward, which nothing overwrites and --undo puts back; what was\n"
 "undone stays as *.undone-sendward.",
 "setup postfix\nsetup postfix --diff\nsetup postfix --apply"},
{"setup", "sendmail", "", 0, 0, NULL, setup_run_sendmail,
 "Prints the lines for sendmail.mc and its maps",
 "Made from the configuration in force, each with what it is for. Nothing is\n"
 "changed. Sendmail asks no policy service: with milter.quota the milter counts.",
 "setup sendmail"},
{"setup", "dovecot", "", 0, 0, NULL, setup_run_dovecot,
 "Prints the lines for Dovecot, which checks credentials",
 "Made from the configuration in force, each with what it is for. Nothing is\n"
 "changed.",
 "setup dovecot"},
{NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */
