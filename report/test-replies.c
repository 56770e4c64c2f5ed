/* What the shipped rules say about replies: families of words, providers,
 * languages, and words that mean something else than they seem to. */
#include "config.h"

#include "report/test-rules.h"

struct row {
	const char *want; /* "P" the address is dead; "F" full; "L" large; "C"
	                     content; "A" attachment; "T" anything for now; "U"
	                     nobody knows; "S" suppressed; then the fault: r m o n
	                     u, "?" any */
	const char *status;
	const char *text;
	const char *mta;
};

/* clang-format off */
static const struct row rows[] = {
	/* the address is dead */
	{"Pr", "5.1.1", "550 5.1.1 <kim@rcpt.example>: Recipient address rejected: User unknown in virtual mailbox table", ""},
	{"Pr", "", "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos", "gmail-smtp-in.l.google.com"},
	{"Pr", "", "550 Requested action not taken: mailbox unavailable", "mx1.hotmail.com"},
	{"Pr", "", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)", "outlook-com.olc.protection.outlook.com"},
	{"Pr", "", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", "rcpt-example.mail.protection.outlook.com"},
	{"Pr", "", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", ""},
	{"Pr", "", "554 delivery error: dd This user doesn't have a yahoo.com account (kim@yahoo.com) [-9]", "mta7.am0.yahoodns.net"},
	{"Pr", "", "554 delivery error: dd Not a valid recipient - atlas-production", "mta7.am0.yahoodns.net"},
	{"Pr", "", "552 1 Requested mail action aborted, mailbox not found", ""},
	{"Pr", "", "550 sorry, no mailbox here by that name. (#5.1.1 - chkuser)", ""},
	{"Pr", "", "550 No Such User Here", ""},
	{"Pr", "", "551 not our customer", ""},
	{"Pr", "", "550 Invalid recipient kim@rcpt.example", ""},
	{"Pr", "", "550 Mailbox not found", ""},
	{"Pr", "", "550 #5.1.0 Address rejected.", ""},
	{"Pr", "", "550 5.1.1 unknown or illegal alias: kim@rcpt.example", ""},
	{"Pr", "", "User kim (kim@rcpt.example) not listed in Domino Directory", ""},
	{"Pr", "", "550 5.1.1 <kim@rcpt.example> is not a valid mailbox", ""},
	{"Pr", "", "550 Unrouteable address", ""},
	{"Pr", "", "550 5.2.1 The email account that you tried to reach is disabled.", "gmail-smtp-in.l.google.com"},
	{"Pr", "", "554 30 Sorry, your message to kim@aol.com cannot be delivered. This mailbox is disabled (554.30).", "mx-aol.mail.gm0.yahoodns.net"},
	{"Pr", "", "550 5.2.1 This mailbox has been blocked due to inactivity", ""},
	{"Pr", "", "550 account expired", ""},
	{"Pr", "", "550 The recipient no longer works here", ""},
	{"Pr", "", "551 User not local; please try <kim@new.example>", ""},
	{"Pr", "", "550 User has moved to another provider", ""},
	{"Pr", "", "550 Benutzer hat zur Zeit keine Mailbox; Empfänger unbekannt", ""},
	{"Pr", "", "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]", "smtp-in.orange.fr"},
	{"Pr", "", "550 El usuario no existe", ""},
	{"Pr", "", "550 Destinatário desconhecido", ""},
	{"Pr", "", "550 Utente sconosciuto", ""},
	{"Pr", "", "550 Gebruiker onbekend", ""},
	{"Pr", "", "550 Użytkownik nie istnieje", ""},
	{"Pr", "", "550 Пользователь не найден", "mxs.mail.ru"},
	{"Pr", "", "550 5.7.1 No such user!", "mx.yandex.ru"},
	{"Pr", "", "550 收件人不存在", "mx3.qq.com"},
	{"Pr", "", "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help", "mx3.qq.com"},
	{"Pr", "", "550 宛先のメールアドレスが見つかりません", ""},
	{"Pr", "", "550 : User unknown", "lsean.ezweb.ne.jp"},
	{"Pr", "", "550 Unknown user kim@docomo.ne.jp", "mfsmax.docomo.ne.jp"},
	{"Pr", "", "550 5.1.1 RCP-P1 recipient rejected: unknown user", ""},
	{"Pr", "5.1.1", "", ""},
	{"Pr", "5.0.0", "x-unix; user unknown", ""},
	{"Pr", "", "Host or domain name not found. Name service error for name=nodomain.example type=A: Host not found", ""},
	{"Pr", "", "Sorry, I couldn't find any host named nodomain.example. (#5.1.2)", ""},
	{"Pr", "", "all relevant MX records point to non-existent hosts", ""},
	{"Pr", "5.1.10", "550 5.1.10 Domain example does not accept mail (nullMX)", ""},
	{"Pr", "", "DNS Error: DNS type 'mx' lookup of nodomain.example responded with code NXDOMAIN Domain name not found: nodomain.example", ""},
	{"Pr", "5.4.310", "550 5.4.310 DNS domain nodomain.example does not exist [Message=InfoDomainNonexistent]", ""},
	{"Pr", "", "550 5.1.1 <spf@rcpt.example>: user does not exist", ""},
	{"Pr", "", "host virus-filter.rcpt.example[192.0.2.2] said: 550 greylist@rcpt.example: unknown user", ""},
	{"Pr", "", "550 That is not one of our mailboxes", ""},
	{"Pr", "", "550 Nobody here goes by that name", ""},
	{"Pr", "", "550 5.4.1 All recipient addresses rejected : Access denied", ""},
	{"Pr", "4.1.1", "450 4.1.1 <kim@rcpt.example>: Recipient address rejected: unverified address: host mx.rcpt.example[192.0.2.2] said: 550 5.1.1 No such user", ""},
	{"Pr", "", "550 This mailbox was decommissioned", ""},
	{"Pr", "", "550 Teilnehmer unbekannt", ""},
	{"Pr", "", "550 La cuenta fue dada de baja", ""},
	{"Pr", "", "550 Такого пользователя нет", ""},
	{"Pr", "", "550 Okänd mottagare", ""},
	{"Pr", "", "550 存在しないアドレスです", ""},
	{"Pr", "", "550 Das Konto wurde gesperrt", ""},
	{"Pr", "", "550 no mail exchanger for that domain", ""},
	{"Pr", "", "<kim@rcpt.example>: 192.0.2.2 does not like recipient. Remote host said: 550 5.1.1 unable to deliver to <kim@rcpt.example> Giving up on 192.0.2.2.", ""},
	{"Pr", "", "550 kim@rcpt.example is not accepting mail any more", ""},
	{"Pr", "", "550 This account is not allowed to receive mail", ""},
	{"Pr", "", "550 aucune boîte de ce nom", ""},
	{"Pr", "", "550 Empfaenger existiert nicht", ""},
	{"Pr", "", "550 Domäne existiert nicht", ""},
	{"Pr", "", "550 El dominio no existe", ""},
	{"Pr", "", "550 unbekannte Adresse", ""},
	{"Pr", "", "550 Dit account is uitgeschakeld", ""},
	{"Pr", "", "550 Konto zablokowane", ""},
	{"Pr", "", "550 查无此人", ""},
	{"Pr", "", "550 アカウントは停止されています", ""},
	{"Pr", "", "550 Bilinmeyen kullanıcı", ""},
	{"Pr", "", "550 utilizator inexistent", ""},
	{"Pr", "", "550 User relocated", ""},
	{"Pr", "5.7.13", "", ""},
	{"Pr", "", "550 5.1.0 <kim@rcpt.example>: Recipient address rejected", ""},
	{"Pr", "", "all host address lookups failed permanently", ""},
	{"Pr", "", "550 Sorry, kim is not a user here", ""},
	{"Pr", "", "550 Kim does not work here any more", ""},
	{"Pr", "", "550 this address is obsolete", ""},
	{"Pr", "", "Could not find a mail server for nowhere.example", ""},
	{"Pr", "", "551 Mailbox unknown or not accepting mail", ""},
	{"Pr", "", "550 this address does not receive mail", ""},
	{"Pr", "", "The mail server for nowhere.example could not be found", ""},
	{"Pr", "", "550 5.1.1 recipient unknown; see our anti-spam policy", ""},
	/* the mailbox is full, whatever the code */
	{"Fr", "", "552 5.2.2 <kim@rcpt.example>: Recipient address rejected: Mailbox quota exceeded", ""},
	{"Fr", "", "550 5.1.1 Mailbox full", ""},
	{"Fr", "5.2.2", "552-5.2.2 The email account that you tried to reach is over quota. Please direct 552 5.2.2 the recipient to https://support.google.com/mail/?p=OverQuotaPerm", "gmail-smtp-in.l.google.com"},
	{"Fr", "", "452 4.2.2 The recipient's inbox is out of storage space.", "gmail-smtp-in.l.google.com"},
	{"Fr", "", "554 5.2.2 mailbox full;STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded", ""},
	{"Fr", "", "550 user has exceeded quota", ""},
	{"Fr", "", "552 Message exceeds the recipient's mailbox storage limit", ""},
	{"Fr", "", "522 5.2.0 Delivery failed: Over quota", ""},
	{"Fr", "", "552 Quota exceeded for user kim", ""},
	{"Fr", "", "552 Requested mail action aborted: exceeded storage allocation", ""},
	{"Fr", "", "maildrop: maildir over quota.", ""},
	{"Fr", "", "550 El buzón del destinatario está lleno", ""},
	{"Fr", "", "552 La boîte du destinataire est pleine", ""},
	{"Fr", "", "552 Das Postfach ist voll", ""},
	{"Fr", "", "552 Caixa postal cheia", ""},
	{"Fr", "", "552 casella piena", ""},
	{"Fr", "", "552 Skrzynka pocztowa jest przepełniona", ""},
	{"Fr", "", "550 Ящик получателя переполнен", ""},
	{"Fr", "", "552 对方邮箱已满", ""},
	{"Fr", "", "552 メールボックスの容量が一杯です", ""},
	{"Fr", "5.2.2", "", ""},
	{"Fr", "", "552 The mailbox of the recipient has no space left", ""},
	{"Fr", "", "552 insufficient space in the mailbox to accept your message", ""},
	{"Fr", "", "552 Votre correspondant a dépassé son quota", ""},
	{"Fr", "", "552 Posta kutusu dolu", ""},
	{"Fr", "", "550 mailbox space not available", ""},
	{"Fr", "", "452 Recipient has no more storage", ""},
	{"Fr", "", "552 Requested mail action aborted: exceeded mailbox allocation", ""},
	{"Fr", "", "552 el usuario ha excedido su cuota", ""},
	{"Fr", "", "552 espacio insuficiente en el buzón", ""},
	{"Fr", "", "552 превышена квота", ""},
	{"Fr", "", "552 a postafiók megtelt", ""},
	{"Fr", "", "Cannot store mail: database is over its size quota", ""},
	{"Fr", "", "552 maximum mailbox size reached", ""},
	{"Fr", "", "552 no room for this message in the mailbox", ""},
	{"Fr", "", "552 message would push the user above his quota", ""},
	{"Fr", "", "452 user cannot receive: no disk quota left", ""},
	/* too large */
	{"Lm", "", "552 5.3.4 Message size exceeds fixed maximum message size (10485760)", ""},
	{"Lm", "", "552 Message too large", ""},
	{"Lm", "", "552-5.3.4 Your message exceeded Google's message size limits.", "gmail-smtp-in.l.google.com"},
	{"Lm", "5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", ""},
	{"Lm", "", "message size 31457280 exceeds size limit 10240000 of server mx.rcpt.example", ""},
	{"Lm", "", "552 Nachricht zu groß", ""},
	{"Lm", "5.3.4", "", ""},
	{"Lm", "", "recipient. Remote host said: 550 5.3.4 Your message of 31 MB is over the size limit of 20 MB", ""},
	{"Lm", "", "552 Requested mail action aborted: message exceeds 10 MB", ""},
	{"Lm", "", "552 message length of 41943040 is over 20971520", ""},
	{"Lm", "", "552 邮件大小超过限制", ""},
	{"Lm", "", "552 over the maximum message size", ""},
	{"Lm", "", "552 Message rejected due to size", ""},
	{"Lm", "", "552 recipient does not accept messages larger than 5 MB", ""},
	{"Lm", "", "552 too large a message", ""},
	/* attachment, virus, content */
	{"Am", "", "552-5.7.0 This message was blocked because its content presents a potential security issue. Please visit https://support.google.com/mail/?p=BlockedMessage", "gmail-smtp-in.l.google.com"},
	{"Am", "", "550 Executable attachments are not allowed", ""},
	{"Am", "", "554 5.7.0 Reject, id=1 - BANNED: .exe", ""},
	{"Cm", "", "554 Denied [SPAM] (Mode: normal)", ""},
	{"Am", "", "552-5.7.0 This message was blocked because it contains a .exe file", ""},
	{"Am", "", "550 Zip files are not accepted", ""},
	{"Am", "", "554 Encrypted archives are refused", ""},
	{"Cm", "", "554 virus!", ""},
	{"Cm", "", "550 UCE/UBE not accepted", ""},
	{"Cm", "", "550 forbidden words in the body", ""},
	{"Cm", "", "550 message considéré comme indésirable", ""},
	{"Am", "", "550 This system does not accept .zip attachments", ""},
	{"Cm", "", "550 bad words in subject", ""},
	{"Am", "", "550 user does not accept attachments of type exe", ""},
	{"Cm", "", "554 Virus found in message: Eicar-Test-Signature", ""},
	{"Cm", "", "550 5.7.1 This message has been detected as spam", ""},
	{"Cm", "", "554 5.7.1 The message was rejected because it contains prohibited virus or spam content", ""},
	{"Cm", "", "550-5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail.", "gmail-smtp-in.l.google.com"},
	{"Cm", "", "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id", "mxs.mail.ru"},
	{"Cm", "", "554 5.7.1 Message rejected under suspicion of SPAM", "mx.yandex.ru"},
	{"Cm", "", "550 High probability of spam", ""},
	{"Cm", "", "550 Mail content denied. http://service.mail.qq.com", "mx3.qq.com"},
	{"Cm", "", "554 DT:SPM 163 mx1,PcmowABXx. please see http://mail.163.com/help", "163mx01.mxmail.netease.com"},
	{"Cm", "", "550 Rejected: contains a URL in uribl", ""},
	{"Cm", "", "554 Nachricht wegen Spam-Verdacht abgelehnt", ""},
	/* we are not liked */
	{"To", "", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1", ""},
	{"To", "", "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).", "outlook-com.olc.protection.outlook.com"},
	{"To", "", "550 5.7.606 Access denied, banned sending IP [192.0.2.1]", ""},
	{"To", "", "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.", ""},
	{"To", "", "550 Access from ip address 192.0.2.1 blocked. Visit http://win.mail.ru/cgi-bin/support_bl", "mxs.mail.ru"},
	{"To", "", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints", "mta5.am0.yahoodns.net"},
	{"To", "", "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.", "gmail-smtp-in.l.google.com"},
	{"To", "", "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.", "gmail-smtp-in.l.google.com"},
	{"To", "", "550 5.7.1 SPF check failed: 192.0.2.1 is not allowed to send mail from sender.example", ""},
	{"To", "", "550 5.7.1 Email rejected per DMARC policy", ""},
	{"To", "", "550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup", "gmail-smtp-in.l.google.com"},
	{"To", "", "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]", ""},
	{"To", "", "553 5.1.8 <b@sender.example>: Sender address rejected: Domain not found", ""},
	{"To", "", "550 5.7.1 Sender address verify failed", ""},
	{"To", "", "530 5.7.0 Must issue a STARTTLS command first", ""},
	{"To", "", "Cannot start TLS: handshake failure", ""},
	{"To", "", "421 Too many concurrent SMTP connections from this IP address", ""},
	{"To", "", "452 4.5.3 Too many messages in this session", ""},
	{"To", "5.1.1", "550 5.1.1 <kim@rcpt.example> - 192.0.2.1 has sent to too many recipients this hour. IB607", "smtp.secureserver.net"},
	{"To", "", "554 rejected due to 192.0.2.1 being listed in the Realtime Blackhole List", ""},
	{"To", "", "554-gmx.net (mxgmx017) Nemesis ESMTP Service not available 554-No SMTP service 554 Bad DNS PTR resource record.", "mx00.gmx.net"},
	{"To", "", "550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted using SURRIEL.", ""},
	{"To", "", "550 Daily sending quota exceeded", ""},
	{"To", "", "kim@rcpt.example host mx.rcpt.example [192.0.2.2] 553 5.1.8 sender's domain cannot be found", ""},
	{"To", "", "550-5.7.26 The MAIL FROM domain [sender.example] has an SPF record with a hard fail policy (-all). To best protect our users from spam and phishing, the message has been blocked.", "gmail-smtp-in.l.google.com"},
	{"To", "", "554-mx.rcpt.example ESMTP Service not available 554-No SMTP service 554 IP address is black listed.", ""},
	{"To", "", "550 invalid HELO name", ""},
	{"To", "", "550 your host name is unknown", ""},
	{"To", "", "553 the address you send from does not exist", ""},
	{"To", "", "550 5.7.1 your email address is not permitted here", ""},
	/* theirs, or on the way */
	{"Tn", "", "450 4.2.0 <kim@rcpt.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/", ""},
	{"Tn", "", "connect to mx.rcpt.example[192.0.2.2]:25: Connection timed out", ""},
	{"Tn", "", "connect to mx.rcpt.example[192.0.2.2]:25: No route to host", ""},
	{"Tn", "", "lost connection with mx.rcpt.example[192.0.2.2] while receiving the initial server greeting", ""},
	{"Tn", "4.4.7", "delivery temporarily suspended: message expired", ""},
	{"Tn", "", "554 5.4.6 Too many hops", ""},
	{"Tn", "", "mail for rcpt.example loops back to myself", ""},
	{"Tn", "", "452 4.3.1 Insufficient system storage", ""},
	{"Tn", "", "451 4.3.0 Temporary lookup failure", ""},
	{"Tn", "", "450-4.2.1 The user you are trying to contact is receiving mail at a rate that 450-4.2.1 prevents additional messages from being delivered.", "gmail-smtp-in.l.google.com"},
	{"Tn", "", "550 5.7.1 Unable to relay for kim@rcpt.example", ""},
	{"Tn", "", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", ""},
	{"Tn", "", "Host or domain name not found. Name service error for name=rcpt.example type=MX: Host not found, try again", ""},
	{"T?", "", "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", ""},
	{"T?", "", "550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to recipient because the sender isn't on the recipient's allowed senders list", ""},
	{"T?", "", "554 5.7.1 Message rejected due to local policy", ""},
	{"Tn", "", "<kim@rcpt.example>: 192.0.2.2 does not like recipient. Remote host said: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.5.3 - chkuser)", ""},
	{"Tn", "", "retry time not reached for any host after a long failure period", ""},
	{"T?", "5.3.0", "Command died with status 75: \"/usr/bin/vacation\"", ""},
	{"Tn", "", "192.0.2.2 does not like recipient. Remote host said: 452 4.3.1 Insufficient system storage Giving up on 192.0.2.2.", ""},
	{"Tn", "", "Zeitüberschreitung", ""},
	{"T?", "", "192.0.2.2 does not like recipient. Remote host said: 550 posting is limited to subscribers", ""},
	{"T?", "", "サーバーが混み合っています", ""},
	{"Tn", "", "lowest numbered MX record points to local host", ""},
	{"T?", "", "550 5.7.1 <kim@rcpt.example>: Recipient address rejected: Policy Rejection", ""},
	{"T?", "", "554 <kim@rcpt.example>: Recipient address rejected: Service is unavailable", ""},
	{"T?", "", "procmail: Error while writing to \"/var/mail/kim\"", ""},
	{"T?", "", "554 Transaction failed", ""},
	{"Tn", "", "192.0.2.2 does not like recipient. Remote host said: 550 5.4.300 Message expired", ""},
	{"Tn", "", "The following address(es) failed: kim@rcpt.example Remote host closed connection unexpectedly", ""},
	{"Tn", "", "kim@rcpt.example expired after 3 days", ""},
	{"To", "", "454 no TLS", ""},
	{"Tn", "5.3.0", "delivery agent crashed with signal 11", ""},
	{"T?", "", "550 the user's organisation does not accept mail from your country", ""},
	{"T?", "", "kim@rcpt.example 550 list is closed to non-members", ""},
	/* the simulator */
	{"Sr", "5.1.1", "550 5.1.1 <suppressionlist@simulator.example>: Suppressed: on the global suppression list of the mailbox simulator", ""},
	/* nothing to go by */
	{"Uu", "", "", ""},
	{"Uu", "", "qwertz", ""},
};
/* clang-format on */

static const struct {
	char letter;
	enum report_type type;
	enum report_subtype subtype;
} kinds[] = {
    {'P', REPORT_PERMANENT, REPORT_SUB_GENERAL},
    {'S', REPORT_PERMANENT, REPORT_SUB_SUPPRESSED},
    {'F', REPORT_TRANSIENT, REPORT_SUB_MAILBOX_FULL},
    {'L', REPORT_TRANSIENT, REPORT_SUB_MESSAGE_TOO_LARGE},
    {'C', REPORT_TRANSIENT, REPORT_SUB_CONTENT_REJECTED},
    {'A', REPORT_TRANSIENT, REPORT_SUB_ATTACHMENT_REJECTED},
    {'T', REPORT_TRANSIENT, REPORT_SUB_GENERAL},
    {'U', REPORT_UNDETERMINED, REPORT_SUB_UNDETERMINED},
};

static const char faults[] = "urmon";

static bool
row_is_right(const struct report_rules *rules, const struct row *row)
{
	struct report_record record;
	size_t i = 0;

	while (kinds[i].letter != row->want[0])
		i++;
	report_classify_reply(rules, row->status, row->text, row->mta, &record);
	if (record.type == kinds[i].type &&
	    record.subtype == kinds[i].subtype &&
	    (row->want[1] == '?' || faults[record.fault] == row->want[1]))
		return true;
	print_error("want %s, not %s/%s %s by %s: %s\n", row->want,
	    report_type_name(record.type), report_subtype_name(record.subtype),
	    report_fault_name(record.fault), record.rule, row->text);
	return false;
}

static void
replies(void **state)
{
	size_t i, wrong = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += !row_is_right(*state, &rows[i]);
	assert_int_equal(wrong, 0);
}

/* The answer is one line with its facts. */
static void
record_of_reply(void **state)
{
	struct report_record record;

	report_classify_reply(*state, "",
	    "550-5.1.1  no such\r\n 550 5.1.1 user\xFF", "mx.rcpt.example",
	    &record);
	assert_int_equal(record.kind, REPORT_BOUNCE);
	assert_string_equal(record.status, "5.1.1");
	assert_string_equal(
	    record.diagnostic, "550-5.1.1 no such user\xC3\xBF");
	assert_string_equal(record.remote_mta, "mx.rcpt.example");
	assert_string_equal(record.rule, "user-unknown");
	report_classify_reply(
	    *state, "", "said: 550 550 5.7.1 spam", "", &record);
	assert_string_equal(record.status, "5.7.1");
	report_classify_reply(*state, "5.0.0",
	    "version 5.1.1.2, 192.5.1.1; 452 4.2.2", "", &record);
	assert_string_equal(record.status, "4.2.2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies),
	    cmocka_unit_test(record_of_reply),
	};

	return cmocka_run_group_tests(
	    tests, test_rules_setup, test_rules_teardown);
}
