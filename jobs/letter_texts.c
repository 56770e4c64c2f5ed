/* The words of sendward's own letters: see letter_texts.h. No logic but the choice
 * of words. */
#include "config.h"

#include "jobs/letter_texts.h"

#include <string.h>

/* clang-format off */
const struct letter_text letter_texts[STORE_LETTER_KINDS] = {
[STORE_LETTER_CONFIRM] = {
	"Please confirm {identity}", {
	{LETTER_TEXT, "The account {account} of this mail server wants to send mail from the address {identity}. If you asked for this, open the link and confirm:"},
	{LETTER_LINK, "{link}"},
	{LETTER_TEXT, "The link is valid for 24 hours, until {until}, and works once. Do not pass it on: whoever has it can confirm for you."},
	{LETTER_TEXT, "If you did not ask for this, do nothing. Without the link nobody can send from your address here."},
	}},
[STORE_LETTER_VERIFIED] = {
	"Verified: {what}", {
	{LETTER_TEXT, "Verified: {what} (account {account})."},
	{LETTER_TEXT, "{effect}"},
	{LETTER_TEXT, "{keep}"},
	}},
[STORE_LETTER_FAILED] = {
	"Not verified: {what}", {
	{LETTER_TEXT, "Not verified in time: {what} (account {account}). Nothing is looked for any more."},
	{LETTER_TEXT, "{effect}"},
	{LETTER_TEXT, "Why: {why}"},
	{LETTER_TEXT, "This is what DNS must have:"},
	{LETTER_BLOCK, "{records}"},
	{LETTER_TEXT, "To begin anew, the operator of the mail server runs:"},
	{LETTER_BLOCK, "sendwardctl identity restart {command}"},
	}},
[STORE_LETTER_WARNING] = {
	"Please act: DNS records are missing, {what}", {
	{LETTER_TEXT, "What was verified is not found in DNS any more: {what} (account {account})."},
	{LETTER_TEXT, "Nothing changes until {until}. If the records are not back by then, this follows: {effect}"},
	{LETTER_TEXT, "Why: {why}"},
	{LETTER_TEXT, "This is what DNS must have:"},
	{LETTER_BLOCK, "{records}"},
	{LETTER_TEXT, "DNS is looked at every hour, so there is nothing else to do once they are back. You will get a letter."},
	}},
[STORE_LETTER_RESTORED] = {
	"Found again: {what}", {
	{LETTER_TEXT, "The DNS records are there again: {what} (account {account}) is verified as before. There is nothing to do."},
	}},
[STORE_LETTER_REVOKED] = {
	"No longer verified: {what}", {
	{LETTER_TEXT, "No longer verified: {what} (account {account}). The DNS records were missing for 72 hours."},
	{LETTER_TEXT, "{effect}"},
	{LETTER_TEXT, "Why: {why}"},
	{LETTER_TEXT, "This is what DNS must have:"},
	{LETTER_BLOCK, "{records}"},
	{LETTER_TEXT, "To begin anew, the operator of the mail server runs:"},
	{LETTER_BLOCK, "sendwardctl identity restart {command}"},
	}},
[STORE_LETTER_KEY_READY] = {
	"A new signing key for {identity} waits for DNS", {
	{LETTER_TEXT, "A new key is ready to sign the mail of {identity} (account {account}). It signs as soon as DNS has this record:"},
	{LETTER_BLOCK, "{records}"},
	{LETTER_TEXT, "Publish it in addition to the old record. Until then the old key goes on signing, so there is no hurry."},
	{LETTER_TEXT, "Please do so by {until}."},
	{LETTER_TEXT, "Leave the old record in DNS for 7 days after the change: mail that is under way was signed with it."},
	}},
[STORE_LETTER_KEY_OLD] = {
	"Time for a new signing key of {identity}", {
	{LETTER_TEXT, "The DKIM key that you brought for {identity} (account {account}) has signed for a long time. A new one limits what can be done with a key that leaked."},
	{LETTER_TEXT, "Why: {why}"},
	{LETTER_TEXT, "Make a key with a selector of its own and publish its record. The operator of the mail server takes it over with:"},
	{LETTER_BLOCK, "sendwardctl dkim import {command} --selector SELECTOR --key-file FILE"},
	{LETTER_TEXT, "The old key goes on signing until DNS has the new one. Leave its record in DNS for 7 days after that."},
	{LETTER_BLOCK, "{records}"},
	}},
[STORE_LETTER_REQUEST] = {
	"Account {account} asks for production access", {
	{LETTER_TEXT, "The account {account} asks to leave the sandbox, so that it can send to everybody."},
	{LETTER_TEXT, "Type of mail: {mail_type}"},
	{LETTER_TEXT, "Web site: {website}"},
	{LETTER_TEXT, "What it says about its mail:"},
	{LETTER_BLOCK, "{use_case}"},
	{LETTER_TEXT, "To let it out, or to decline:"},
	{LETTER_BLOCK, "sendwardctl request approve {account}\nsendwardctl request deny {account} --reason TEXT"},
	{LETTER_TEXT, "The account gets a letter with the answer."},
	}},
[STORE_LETTER_REQUEST_GRANTED] = {
	"Account {account} may send to everybody", {
	{LETTER_TEXT, "Your request for production access was granted: the account {account} is out of the sandbox and may send to everybody."},
	{LETTER_TEXT, "Recipients in any 24 hours: {daily}"},
	{LETTER_TEXT, "Recipients in a second: {rate}"},
	}},
[STORE_LETTER_REQUEST_DENIED] = {
	"Account {account} stays in the sandbox", {
	{LETTER_TEXT, "Your request for production access was declined: the account {account} stays in the sandbox and can send to its own verified addresses and domains only. The reason:"},
	{LETTER_BLOCK, "{reason}"},
	{LETTER_TEXT, "When this is mended, a new request can be made."},
	}},
[STORE_LETTER_PAUSED] = {
	"Sending is paused: {who}", {
	{LETTER_TEXT, "Sending is paused for the {who}: its mail is refused from now on. What was accepted before is still delivered."},
	{LETTER_TEXT, "Why: {why}."},
	{LETTER_TEXT, "What was counted: {figures}."},
	{LETTER_TEXT, "Mail to addresses that do not exist, and mail that its readers call spam, makes other servers refuse everybody who sends through this one. Please find out where these addresses came from, and take what bounced or complained off every list."},
	{LETTER_TEXT, "The pause ends only when a person ends it. Once the cause is mended, the operator of the mail server runs this, and what is sent from then on is counted anew:"},
	{LETTER_BLOCK, "{resume}"},
	}},
[STORE_LETTER_REVIEW] = {
	"Under review: {who}", {
	{LETTER_TEXT, "The {who} is under review. It sends as before, but too much of its mail bounces or is complained about."},
	{LETTER_TEXT, "Why: {why}."},
	{LETTER_TEXT, "What was counted: {figures}."},
	{LETTER_TEXT, "Please find out where these addresses came from, and take what bounced or complained off every list. If the figures grow worse, sending may be paused. The review ends by itself when they are better."},
	}},
[STORE_LETTER_THROTTLED] = {
	"Held: {who} of account {account}", {
	{LETTER_TEXT, "Mail with the {who} (account {account}) is held from now on, because a limit was crossed: {why}."},
	{LETTER_TEXT, "Clients hear 454 4.7.1 and try again, so nothing is lost if this mail was meant to be sent. Nobody else's mail is held."},
	{LETTER_TEXT, "If you do not know of it, somebody may have the password: change it first."},
	{LETTER_TEXT, "To let it go on, the operator of the mail server runs:"},
	{LETTER_BLOCK, "{release}"},
	}},
[STORE_LETTER_OURS] = {
	"{domain} refuses mail of this server", {
	{LETTER_TEXT, "{domain} refuses mail, and the fault is this server's, not the recipient's: it may be on a list of senders of spam, or something is wrong with its name in DNS, with TLS, or with how it proves who it is."},
	{LETTER_TEXT, "What the other server said:"},
	{LETTER_BLOCK, "{diagnostic}"},
	{LETTER_TEXT, "Recipient: {recipient}"},
	{LETTER_TEXT, "Message: {id} (account {account})"},
	{LETTER_TEXT, "Rule that told it: {rule}"},
	{LETTER_TEXT, "Such bounces count against no account, and put nobody on a suppression list. The next letter about this comes in a day at the earliest. All reports of the message:"},
	{LETTER_BLOCK, "sendwardctl message show {id}"},
	}},
/* FORWARD and SIMULATED_… have no words of ours: they are made of mail. */
};

const char letter_keep[] =
    "The DNS records must stay: they are looked at every day.";
const char letter_footer[] =
    "This letter was written by the program that watches over what this mail server sends (sendward). Nobody reads answers to it.";

static const struct {
	const char *subject; /* how it begins */
	const char *gained, *lost;
} effects[] = {
{"DKIM", "Its mail is signed from now on.", "Mail leaves without its DKIM signature, and receivers may take it for spam."},
{"MAIL FROM", "Its mail leaves with this return path from now on.", "The domain is not used as return path: mail leaves with the server's own, or is refused if that was chosen."},
{"", "The account may send from it.", "The account cannot send from it."},
};
/* clang-format on */

const char *
letter_effect(enum store_letter_kind kind, const char *subject)
{
	size_t i = 0;

	while (strncmp(subject, effects[i].subject,
		   strlen(effects[i].subject)) != 0)
		i++; /* the last one is any */
	switch (kind) {
	case STORE_LETTER_VERIFIED:
	case STORE_LETTER_RESTORED:
		return effects[i].gained;
	case STORE_LETTER_FAILED:
	case STORE_LETTER_WARNING:
	case STORE_LETTER_REVOKED:
		return effects[i].lost;
	default:
		return NULL;
	}
}
