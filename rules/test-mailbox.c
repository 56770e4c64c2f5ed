/* Tables for mailbox.c: what is read, and what is refused for which reason. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/mailbox.h"

#define LIST_MAX 4

/* A literal with its length: it may hold NUL. */
#define TEXT(literal) literal, sizeof(literal) - 1

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

struct accept_row {
	const char *name;
	const char *text;
	const char *addresses; /* joined by a blank */
};

/* clang-format off */
static const struct accept_row accepted[] = {
	{ "bare", "a@b.example", "a@b.example" },
	{ "blanks around", " \t a@b.example \t ", "a@b.example" },
	{ "angle", "<a@b.example>", "a@b.example" },
	{ "blanks in the angle", "< a@b.example >", "a@b.example" },
	{ "name", "Ann Bee <a@b.example>", "a@b.example" },
	{ "no blank before the angle", "Ann<a@b.example>", "a@b.example" },
	{ "name with dots", "Dr. A. N. Bee Jr. <a@b.example>", "a@b.example" },
	{ "name that begins with a dot", ".net news <a@b.example>", "a@b.example" },
	{ "atext of all kinds", "A&B's #1 {x} <a@b.example>", "a@b.example" },
	{ "quoted name", "\"Bee, Ann\" <a@b.example>", "a@b.example" },
	{ "empty quoted name", "\"\" <a@b.example>", "a@b.example" },
	{ "quoted name with escapes", "\"Ann \\\"A\\\\B\\\" Bee\" <a@b.example>", "a@b.example" },
	{ "quoted name with angles", "\"I <3 Bees\" <a@b.example>", "a@b.example" },
	{ "name is the address", "\"a@b.example\" <a@b.example>", "a@b.example" },
	{ "name is another address", "\"boss@c.example\" <a@b.example>", "a@b.example" },
	{ "mention in the name", "\"Ann Bee (@abee)\" <a@b.example>", "a@b.example" },
	{ "lone at and comma", "\"Bee @ Bee, Sons\" <a@b.example>", "a@b.example" },
	{ "via name", "\"'c@d.example' via Team\" <a@b.example>", "a@b.example" },
	{ "quoted word beside atom", "\"Ann\" Bee <a@b.example>", "a@b.example" },
	{ "raw UTF-8 name", "J\xc3\xbcrgen \xe5\xb1\xb1 \xf0\x9f\x90\x9d <a@b.example>", "a@b.example" },
	{ "raw UTF-8 quoted name", "\"B\xc3\xa9""e, Ann\" <a@b.example>", "a@b.example" },
	{ "encoded word, Q", "=?utf-8?Q?J=C3=BCrgen_B?= <a@b.example>", "a@b.example" },
	{ "encoded word, B", "=?UTF-8?B?SsO8cmdlbg==?= <a@b.example>", "a@b.example" },
	{ "encoded words, folded", "=?utf-8?Q?Ann?=\r\n =?utf-8?Q?_Bee?= <a@b.example>", "a@b.example" },
	{ "encoded comma", "=?utf-8?Q?Bee=2C_Ann?= <a@b.example>", "a@b.example" },
	{ "encoded address", "=?utf-8?Q?a=40b=2Eexample?= <a@b.example>", "a@b.example" },
	{ "encoded word with language", "=?utf-8*de?Q?B=C3=BCro?= <a@b.example>", "a@b.example" },
	{ "encoded word with full stop", "=?utf-8?Q?Bee_Inc.?= <a@b.example>", "a@b.example" },
	{ "encoded word in quotes", "\"=?utf-8?Q?Bee=2C_Ann?=\" <a@b.example>", "a@b.example" },
	{ "ISO-2022-JP with bytes like at and angle", "=?ISO-2022-JP?B?GyRCISEjQCNBPCE7MyxAQGkbKEI=?= <a@b.example>", "a@b.example" },
	{ "ISO-2022-KR", "=?iso-2022-kr?B?GyQpQw48QDs/DyA=?= <a@b.example>", "a@b.example" },
	{ "Shift_JIS with a trail byte like at", "=?shift_jis?B?iUCSt4sg?= <a@b.example>", "a@b.example" },
	{ "encoded word without charset's end", "=?utf-8 <a@b.example> (?=)", "a@b.example" },
	{ "start and end of an encoded word in one", "=?= <a@b.example>", "a@b.example" },
	{ "encoded word of no encoding", "=?utf-8?x?b=40bad.example=2C?= <a@b.example>", "a@b.example" },
	{ "encoded word without its second part", "=?utf-8?q?= <a@b.example>", "a@b.example" },
	{ "encoded word with a cut escape", "=?utf-8?Q?Ann_=4?= =?utf-8?Q?=zz=?= <a@b.example>", "a@b.example" },
	{ "encoded word in cut base64", "=?utf-8?B?SsO!8c?= <a@b.example>", "a@b.example" },
	{ "quotation marks around nothing", "\"=?utf-8?Q?\?=\" <a@b.example>", "a@b.example" },
	{ "not quite an encoded word", "=?utf-8 Q Ann <a@b.example>", "a@b.example" },
	{ "comment after", "a@b.example (Ann Bee)", "a@b.example" },
	{ "comment right after", "a@b.example(Ann)", "a@b.example" },
	{ "comment before", "(Ann) a@b.example", "a@b.example" },
	{ "comment in the name", "Ann (Acme) Bee <a@b.example>", "a@b.example" },
	{ "comment after the angle", "Ann <a@b.example> (work)", "a@b.example" },
	{ "comment with quotes", "a@b.example (Ann \"Bee\" C)", "a@b.example" },
	{ "comment with escapes", "a@b.example (Ann \\) \\( Bee)", "a@b.example" },
	{ "comment with a name and a comma", "a@b.example (Bee, Ann)", "a@b.example" },
	{ "nested comments, 20", "((((((((((((((((((((x)))))))))))))))))))) a@b.example", "a@b.example" },
	{ "several comments", "(a) (b)(c) Ann (d) <a@b.example> (e) (f)", "a@b.example" },
	{ "fold with LF", "Ann\n <a@b.example>", "a@b.example" },
	{ "fold with CRLF and tab", "Ann\r\n\t<a@b.example>", "a@b.example" },
	{ "fold first", "\r\n a@b.example", "a@b.example" },
	{ "fold in the angle", "Ann <\r\n a@b.example>", "a@b.example" },
	{ "fold in quotes", "\"Ann\r\n Bee\" <a@b.example>", "a@b.example" },
	{ "fold in a comment", "a@b.example (Ann\n Bee)", "a@b.example" },
	{ "encoded address, then a fold", "=?utf-8?Q?a=40b?= =?utf-8?Q?=2EExample?=\r\n <a@b.example>", "a@b.example" },
	{ "encoded address in quotes", "\"=?utf-8?Q?a=40b=2Eexample?=\" <a@b.example>", "a@b.example" },
	{ "encoded mention", "=?utf-8?Q?B=C3=A9e_=28=40bee=29?= <a@b.example>", "a@b.example" },
	{ "encoded mention without brackets", "=?utf-8?Q?B=C3=A9e_=40bee?= <a@b.example>", "a@b.example" },
	{ "encoded full stop behind a lone at", "=?utf-8?Q?B=C3=A9e_=40_Home._Now?= <a@b.example>", "a@b.example" },
	{ "encoded lone at", "=?utf-8?Q?Bee_=40_B=C3=A9e=2C_Sons?= <a@b.example>", "a@b.example" },
	{ "the same twice", "a@b.example <a@b.example>", "a@b.example" },
	{ "the same twice, domain in other case", "a@B.example <a@b.EXAMPLE>", "a@b.example" },
	{ "the same twice with a comment", "a@b.example (x) <a@b.example> (y)", "a@b.example" },
	{ "domain in lower case, local as written", "Ann.Bee@B.ExAmple", "Ann.Bee@b.example" },
	{ "all of atext in the local part", "!#$%&'*+-/?=^_`{|}~@b.example", "!#$%&'*+-/?=^_`{|}~@b.example" },
	{ "label", "a+c.d@b.example", "a+c.d@b.example" },
	{ "percent hack is a local part", "a%c.example@b.example", "a%c.example@b.example" },
	{ "bang path is a local part", "c.example!a@b.example", "c.example!a@b.example" },
	{ "quotes not needed", "\"a.b\"@b.example", "a.b@b.example" },
	{ "quotes needed for a blank", "\"a b\"@b.example", "\"a b\"@b.example" },
	{ "quotes needed for dots", "<\"a..b\"@b.example>", "\"a..b\"@b.example" },
	{ "A-label", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example" },
	{ "single label", "root@localhost", "root@localhost" },
	{ "digits in a domain", "a@1.2b.3c", "a@1.2b.3c" },
	{ "64 in the local part", SIXTY "abcd@b.example", SIXTY "abcd@b.example" },
	{ "63 in a label", "a@" SIXTY "abc.example", "a@" SIXTY "abc.example" },
	{ "two", "a@b.example, c@d.example", "a@b.example c@d.example" },
	{ "four of all kinds", "a@b.example,Bee <c@d.example>,\"x, y\" <e@f.example>(g, h) , i@j.example (k)",
	    "a@b.example c@d.example e@f.example i@j.example" },
};

struct refuse_row {
	const char *name;
	const char *text;
	size_t len;
	enum mailbox_error error;
};

static const struct refuse_row refused[] = {
	{ "nothing", TEXT(""), MAILBOX_EMPTY },
	{ "blanks", TEXT("  \t"), MAILBOX_EMPTY },
	{ "comment alone", TEXT("(a@b.example)"), MAILBOX_EMPTY },
	{ "comma first", TEXT(", a@b.example"), MAILBOX_SYNTAX },
	{ "comma last", TEXT("a@b.example,"), MAILBOX_SYNTAX },
	{ "comma twice", TEXT("a@b.example,,c@d.example"), MAILBOX_SYNTAX },
	{ "too many", TEXT("a@b.example,a@b.example,a@b.example,a@b.example,a@b.example"), MAILBOX_TOO_MANY },

	{ "no domain", TEXT("Ann"), MAILBOX_NO_DOMAIN },
	{ "no domain in the angle", TEXT("Ann <ann>"), MAILBOX_NO_DOMAIN },
	{ "empty angle", TEXT("Ann <>"), MAILBOX_NO_DOMAIN },
	{ "empty domain", TEXT("a@"), MAILBOX_NO_DOMAIN },
	{ "empty domain in the angle", TEXT("<a@>"), MAILBOX_NO_DOMAIN },
	{ "name with a bare comma", TEXT("Bee, Ann <a@b.example>"), MAILBOX_NO_DOMAIN },
	{ "comma in an encoded word", TEXT("=?utf-8?Q?Bee,_Ann?= <a@b.example>"), MAILBOX_NO_DOMAIN },
	{ "quoted name alone", TEXT("\"a@b.example\""), MAILBOX_NO_DOMAIN },

	{ "no local part", TEXT("@b.example"), MAILBOX_BAD_LOCAL },
	{ "dot first", TEXT(".a@b.example"), MAILBOX_BAD_LOCAL },
	{ "dot last", TEXT("a.@b.example"), MAILBOX_BAD_LOCAL },
	{ "dots together", TEXT("a..b@b.example"), MAILBOX_BAD_LOCAL },
	{ "empty quoted local part", TEXT("\"\"@b.example"), MAILBOX_BAD_LOCAL },
	{ "backslash outside quotes", TEXT("<a\\b@b.example>"), MAILBOX_BAD_LOCAL },

	{ "quoted at in the local part", TEXT("\"a@good.example\"@b.example"), MAILBOX_AMBIGUOUS },
	{ "quoted at, the other way round", TEXT("\"x@bad.example\"@good.example"), MAILBOX_AMBIGUOUS },
	{ "quoted angle in the local part", TEXT("\"<x>\"@good.example"), MAILBOX_AMBIGUOUS },
	{ "quoted comma in the local part", TEXT("\"x,y\"@good.example"), MAILBOX_AMBIGUOUS },
	{ "quoted pair in the local part", TEXT("\"x\\\"y\"@good.example"), MAILBOX_AMBIGUOUS },
	{ "quoted blank first", TEXT("\" a\"@good.example"), MAILBOX_AMBIGUOUS },
	{ "quoted blank last", TEXT("\"a \"@good.example"), MAILBOX_AMBIGUOUS },
	{ "quoted blanks together", TEXT("\"a  b\"@good.example"), MAILBOX_AMBIGUOUS },
	{ "quoted tab", TEXT("\"a\tb\"@good.example"), MAILBOX_CONTROL },
	{ "quoted fold", TEXT("\"a\r\n b\"@good.example"), MAILBOX_CONTROL },
	{ "quoted word and atom", TEXT("\"a\".b@good.example"), MAILBOX_AMBIGUOUS },
	{ "atom and quoted word", TEXT("<a\"b\"@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded word as local part", TEXT("=?utf-8?Q?x?=@good.example"), MAILBOX_AMBIGUOUS },
	{ "encoded words with NUL, as Mailsploit", TEXT("=?utf-8?b?eEBiYWQuZXhhbXBsZQ==?==?utf-8?Q?=00?=@good.example"), MAILBOX_AMBIGUOUS },
	{ "encoded word in a quoted local part", TEXT("\"=?utf-8?Q?x?=\"@good.example"), MAILBOX_AMBIGUOUS },

	{ "underscore", TEXT("a@b_c.example"), MAILBOX_BAD_DOMAIN },
	{ "hyphen first", TEXT("a@-b.example"), MAILBOX_BAD_DOMAIN },
	{ "hyphen last", TEXT("a@b-.example"), MAILBOX_BAD_DOMAIN },
	{ "final dot", TEXT("a@b.example."), MAILBOX_BAD_DOMAIN },
	{ "first dot", TEXT("a@.b.example"), MAILBOX_BAD_DOMAIN },
	{ "dots together in the domain", TEXT("a@b..example"), MAILBOX_BAD_DOMAIN },
	{ "address literal", TEXT("a@[192.0.2.1]"), MAILBOX_BAD_DOMAIN },
	{ "address literal in the angle", TEXT("<a@[IPv6:::1]>"), MAILBOX_BAD_DOMAIN },
	{ "address without brackets", TEXT("a@192.0.2.1"), MAILBOX_BAD_DOMAIN },
	{ "U-label", TEXT("a@b\xc3\xbc""cher.example"), MAILBOX_BAD_DOMAIN },
	{ "full-width full stop", TEXT("a@good\xef\xbc\x8e""example"), MAILBOX_BAD_DOMAIN },
	{ "64 in a label", TEXT("a@" SIXTY "abcd.example"), MAILBOX_BAD_DOMAIN },
	{ "encoded word as domain", TEXT("a@=?utf-8?Q?x?="), MAILBOX_BAD_DOMAIN },
	{ "percent in the domain", TEXT("a@good.example%2ebad.example"), MAILBOX_BAD_DOMAIN },

	{ "65 in the local part", TEXT(SIXTY "abcde@b.example"), MAILBOX_TOO_LONG },
	{ "254 in the domain", TEXT("a@" SIXTY "." SIXTY "." SIXTY "." SIXTY "." TEN), MAILBOX_TOO_LONG },

	{ "8-bit local part", TEXT("b\xc3\xbc""cher@b.example"), MAILBOX_CONTROL },
	{ "8-bit local part in the angle", TEXT("Ann <\xc3\xbc@b.example>"), MAILBOX_CONTROL },
	{ "invalid UTF-8 in the name", TEXT("J\xfcrgen <a@b.example>"), MAILBOX_CONTROL },
	{ "cut UTF-8", TEXT("a@b.example (\xc3"), MAILBOX_CONTROL },
	{ "cut UTF-8 last", TEXT("<a@b.example> \xe5\xb1"), MAILBOX_CONTROL },
	{ "UTF-8 cut by ASCII", TEXT("\xe5\xb1y <a@b.example>"), MAILBOX_CONTROL },
	{ "overlong UTF-8", TEXT("\xc0\xbc <a@b.example>"), MAILBOX_CONTROL },
	{ "overlong UTF-8, three bytes", TEXT("\xe0\x80\xbc <a@b.example>"), MAILBOX_CONTROL },
	{ "surrogate", TEXT("\xed\xa0\x80 <a@b.example>"), MAILBOX_CONTROL },
	{ "beyond Unicode", TEXT("\xf4\x90\x80\x80 <a@b.example>"), MAILBOX_CONTROL },
	{ "NEL, a line end to some", TEXT("x\xc2\x85y <a@b.example>"), MAILBOX_CONTROL },
	{ "line separator", TEXT("x\xe2\x80\xa8y <a@b.example>"), MAILBOX_CONTROL },
	{ "NUL in the name", TEXT("x\0y <a@b.example>"), MAILBOX_CONTROL },
	{ "NUL in the domain", TEXT("a@good.example\0.bad.example"), MAILBOX_CONTROL },
	{ "NUL last", TEXT("a@b.example\0"), MAILBOX_CONTROL },
	{ "bare CR", TEXT("x\ry <a@b.example>"), MAILBOX_CONTROL },
	{ "bare CR last", TEXT("a@b.example\r"), MAILBOX_CONTROL },
	{ "CR, blank", TEXT("x\r y <a@b.example>"), MAILBOX_CONTROL },
	{ "bare LF", TEXT("x\nFrom: <a@b.example>"), MAILBOX_CONTROL },
	{ "LF last", TEXT("a@b.example\n"), MAILBOX_CONTROL },
	{ "vertical tab", TEXT("x\vy <a@b.example>"), MAILBOX_CONTROL },
	{ "escape", TEXT("x\x1b(B <a@b.example>"), MAILBOX_CONTROL },
	{ "delete", TEXT("x\x7f <a@b.example>"), MAILBOX_CONTROL },
	{ "blank line in a fold", TEXT("a@b.example\r\n \r\n ,c@d.example"), MAILBOX_AMBIGUOUS },
	{ "blank line last", TEXT("a@b.example\n "), MAILBOX_AMBIGUOUS },

	{ "angle not closed", TEXT("Ann <a@b.example"), MAILBOX_UNBALANCED },
	{ "angle not closed, then more", TEXT("<a@good.example, <b@bad.example>"), MAILBOX_AMBIGUOUS },
	{ "angle ends in a comma", TEXT("<a@b.example,"), MAILBOX_AMBIGUOUS },
	{ "angle never opened", TEXT("a@b.example>"), MAILBOX_UNBALANCED },
	{ "angle closed twice", TEXT("<a@b.example>>"), MAILBOX_UNBALANCED },
	{ "angle opened twice", TEXT("<<a@b.example>>"), MAILBOX_BAD_LOCAL },
	{ "quote not closed", TEXT("\"Ann <a@b.example>"), MAILBOX_UNBALANCED },
	{ "quote closed by an escape", TEXT("\"Ann\\\" <a@b.example>"), MAILBOX_UNBALANCED },
	{ "backslash last", TEXT("\"Ann\\"), MAILBOX_UNBALANCED },
	{ "comment not closed", TEXT("a@b.example (Ann"), MAILBOX_UNBALANCED },
	{ "comment not closed, nested", TEXT("a@b.example ((Ann)"), MAILBOX_UNBALANCED },
	{ "comment never opened", TEXT("a@b.example Ann)"), MAILBOX_AMBIGUOUS },
	{ "comment closed first", TEXT(") a@b.example"), MAILBOX_UNBALANCED },
	{ "comment closed twice", TEXT("a@b.example (x))"), MAILBOX_UNBALANCED },
	{ "nested comments, 21", TEXT("(((((((((((((((((((((x))))))))))))))))))))) a@b.example"), MAILBOX_AMBIGUOUS },
	{ "escaped line end in quotes", TEXT("\"x\\\r\n y\" <a@b.example>"), MAILBOX_AMBIGUOUS },
	{ "escaped line end in a comment", TEXT("(x\\\n y) a@b.example"), MAILBOX_AMBIGUOUS },
	{ "escaped 8-bit", TEXT("\"\\\xc3\xbc\" <a@b.example>"), MAILBOX_AMBIGUOUS },
	{ "odd quotes in a comment", TEXT("(\") a@b.example"), MAILBOX_AMBIGUOUS },

	{ "two angles", TEXT("<a@good.example> <b@bad.example>"), MAILBOX_AMBIGUOUS },
	{ "two angles, no blank", TEXT("<a@good.example><b@bad.example>"), MAILBOX_AMBIGUOUS },
	{ "address before another", TEXT("a@good.example <b@bad.example>"), MAILBOX_AMBIGUOUS },
	{ "address before another, the other way round", TEXT("b@bad.example <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "local parts differ in case", TEXT("A@b.example <a@b.example>"), MAILBOX_AMBIGUOUS },
	{ "address after another", TEXT("<a@good.example> b@bad.example"), MAILBOX_AMBIGUOUS },
	{ "two addresses, a blank", TEXT("a@good.example b@bad.example"), MAILBOX_AMBIGUOUS },
	{ "two addresses, a semicolon", TEXT("a@good.example; b@bad.example"), MAILBOX_SYNTAX },
	{ "name, then a bare address", TEXT("Ann a@b.example"), MAILBOX_AMBIGUOUS },
	{ "text after the angle", TEXT("<a@b.example> Ann"), MAILBOX_AMBIGUOUS },
	{ "string after the angle", TEXT("<a@b.example> \"Ann\""), MAILBOX_AMBIGUOUS },
	{ "two at signs", TEXT("a@good.example@bad.example"), MAILBOX_AMBIGUOUS },
	{ "two at signs in the angle", TEXT("<a@good.example@bad.example>"), MAILBOX_AMBIGUOUS },
	{ "at in the name", TEXT("Ann @ Bee <a@b.example>"), MAILBOX_AMBIGUOUS },
	{ "at in an encoded word", TEXT("=?utf-8?Q?a@good.example?= <b@bad.example>"), MAILBOX_AMBIGUOUS },
	{ "comment before the at", TEXT("a(x)@b.example"), MAILBOX_AMBIGUOUS },
	{ "comment behind the at", TEXT("a@(x)b.example"), MAILBOX_NO_DOMAIN },
	{ "comment in the domain", TEXT("a@good.example(x).bad.example"), MAILBOX_AMBIGUOUS },
	{ "comment in the angle, first", TEXT("<(x)a@b.example>"), MAILBOX_AMBIGUOUS },
	{ "comment in the angle, last", TEXT("<a@b.example(x)>"), MAILBOX_AMBIGUOUS },
	{ "comment in the angle, before the at", TEXT("<a(x)@b.example>"), MAILBOX_AMBIGUOUS },
	{ "blank before the at", TEXT("<a @b.example>"), MAILBOX_AMBIGUOUS },
	{ "blank behind the at", TEXT("<a@ b.example>"), MAILBOX_NO_DOMAIN },
	{ "blank in the domain", TEXT("a@good.example .bad.example"), MAILBOX_AMBIGUOUS },
	{ "fold in the domain", TEXT("a@good.example\r\n .bad.example"), MAILBOX_AMBIGUOUS },
	{ "fold in the local part", TEXT("a\r\n b@good.example"), MAILBOX_AMBIGUOUS },
	{ "source route", TEXT("<@good.example:b@bad.example>"), MAILBOX_AMBIGUOUS },
	{ "source route of two", TEXT("<@a.example,@b.example:c@d.example>"), MAILBOX_AMBIGUOUS },
	{ "colon in the angle", TEXT("<mailto:a@b.example>"), MAILBOX_AMBIGUOUS },

	{ "address and comma in the name", TEXT("\"b@bad.example, \" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "address and angle in the name", TEXT("\"x <b@bad.example>\" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "address and semicolon in the name", TEXT("\"b@bad.example;\" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "escaped quote and an angle in the name", TEXT("\"x\\\" <b@bad.example>, \\\"\" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "address and comma in a comment", TEXT("a@good.example (, b@bad.example)"), MAILBOX_AMBIGUOUS },
	{ "address and angle in a comment", TEXT("(<b@bad.example>) <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "angle in a comment after the angle", TEXT("<a@good.example> (<b@bad.example>)"), MAILBOX_AMBIGUOUS },
	{ "nested comment around an address", TEXT("((x) , b@bad.example) a@good.example"), MAILBOX_AMBIGUOUS },
	{ "escaped parenthesis", TEXT("(\\) <b@bad.example>) a@good.example"), MAILBOX_AMBIGUOUS },
	{ "address in a folded string", TEXT("\"b@bad.example\r\n x\" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "address in a folded comment", TEXT("a@good.example (b@bad.example\r\n x)"), MAILBOX_AMBIGUOUS },
	{ "address before, comma after", TEXT("\"b@bad.example\" <a@good.example> (,)"), MAILBOX_AMBIGUOUS },
	{ "encoded address and comma", TEXT("=?utf-8?Q?b=40bad.example=2C?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded address and angles, B", TEXT("=?utf-8?B?PGJAYmFkLmV4YW1wbGU+?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded address, not the own", TEXT("=?utf-8?Q?b=40bad.example?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded own address and more", TEXT("=?utf-8?Q?a=40good.example_x?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded start of the own address", TEXT("=?utf-8?Q?a=40good.exampl?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded at with blanks", TEXT("=?utf-8?Q?b_=40_bad.example?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded at as a word", TEXT("b =?utf-8?Q?=40?= bad.example <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded at before a domain", TEXT("=?utf-8?Q?b_=40bad.example?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "address and an encoded quote", TEXT("\"b@bad.example\" =?utf-8?Q?=22?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "address and an encoded parenthesis", TEXT("\"b@bad.example\" =?utf-8?Q?=28?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded at behind 8-bit", TEXT("=?utf-8?Q?=C3=A9=40bad.example?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded at in Shift_JIS", TEXT("=?shift_jis?B?iUAgYkBiYWQuZXhhbXBsZQ==?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded at alone", TEXT("b=?utf-8?Q?=40?=bad.example <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "long text with an encoded address", TEXT(SIXTY " " SIXTY " " SIXTY " " SIXTY " " SIXTY " " SIXTY " =?utf-8?Q?b=40bad.example?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded over two words", TEXT("=?utf-8?Q?b?= =?utf-8?Q?=40bad.example=2C?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded over two words, no blank", TEXT("=?utf-8?Q?b=40?==?utf-8?Q?bad.example=2C?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded in quotes", TEXT("\"=?utf-8?Q?b=40bad.example=2C?=\" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded in a comment", TEXT("a@good.example (=?utf-8?q?=2C_b=40bad.example?=)"), MAILBOX_AMBIGUOUS },
	{ "address and comma in what is no base64", TEXT("\"=?utf-8?B?, QUFB@QUFB.QUFB?=\" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded NUL", TEXT("=?utf-8?Q?b=40bad.example=00?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded line end", TEXT("=?utf-8?Q?x=0D=0ABcc=3A_y?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded escape", TEXT("=?utf-8?Q?=1B$B?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "ISO-2022-JP back in ASCII", TEXT("=?iso-2022-jp?Q?=1B$B!!=1B=28Bb=40bad.example=2C?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded UTF-7", TEXT("=?utf-7?Q?b+AEA-bad.example+ACw-?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded UTF-16", TEXT("=?utf-16be?B?AGEAQABi?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded EBCDIC", TEXT("=?cp037?B?gnyCgYQ=?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded in a charset of no name we know", TEXT("=?utf8aaaaaaaaaaaaaaaaaaaaaaa?Q?=00?= <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded words, blanks and an end", TEXT("\"=?utf-8?Q?b=40?= =?utf-8?Q?bad.example?=  =?utf-8\" <a@good.example>"), MAILBOX_AMBIGUOUS },
	{ "encoded in no charset", TEXT("=??Q?x?= <a@good.example>"), MAILBOX_AMBIGUOUS },

	{ "group", TEXT("Team: a@b.example, c@d.example;"), MAILBOX_GROUP },
	{ "empty group", TEXT("undisclosed-recipients:;"), MAILBOX_GROUP },
	{ "group without a name", TEXT(":a@b.example;"), MAILBOX_GROUP },
	{ "name with a colon", TEXT("Re: Ann <a@b.example>"), MAILBOX_GROUP },
	{ "semicolon last", TEXT("a@b.example;"), MAILBOX_SYNTAX },
	{ "bracket in the name", TEXT("[x] <a@b.example>"), MAILBOX_SYNTAX },
	{ "backslash in the name", TEXT("A\\B <a@b.example>"), MAILBOX_SYNTAX },
};

struct path_row {
	const char *name;
	const char *text;
	enum mailbox_error error;
	const char *address;
};

static const struct path_row paths[] = {
	{ "null path", "<>", MAILBOX_OK, "" },
	{ "nothing", "", MAILBOX_OK, "" },
	{ "angle", "<a@B.example>", MAILBOX_OK, "a@b.example" },
	{ "bare", "a@B.example", MAILBOX_OK, "a@b.example" },
	{ "quoted", "<\"a b\"@b.example>", MAILBOX_OK, "\"a b\"@b.example" },
	{ "quotes not needed", "\"a\"@b.example", MAILBOX_OK, "a@b.example" },
	{ "longest", "<" SIXTY "abcd@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghi>", MAILBOX_OK,
	    SIXTY "abcd@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghi" },
	{ "longer", SIXTY "abcd@" SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghij", MAILBOX_TOO_LONG, "" },
	{ "local user", "root", MAILBOX_NO_DOMAIN, "" },
	{ "local user in angles", "<postmaster>", MAILBOX_NO_DOMAIN, "" },
	{ "not closed", "<a@b.example", MAILBOX_UNBALANCED, "" },
	{ "not opened", "a@b.example>", MAILBOX_SYNTAX, "" },
	{ "text behind", "<a@b.example> SIZE=1", MAILBOX_SYNTAX, "" },
	{ "blank in front", " a@b.example", MAILBOX_AMBIGUOUS, "" },
	{ "blank inside", "<a@b.example >", MAILBOX_SYNTAX, "" },
	{ "name", "Ann <a@b.example>", MAILBOX_AMBIGUOUS, "" },
	{ "comment", "<a@b.example(x)>", MAILBOX_SYNTAX, "" },
	{ "route", "<@c.example:a@b.example>", MAILBOX_AMBIGUOUS, "" },
	{ "no local part", "@b.example", MAILBOX_BAD_LOCAL, "" },
	{ "quote not closed", "\"a@b.example", MAILBOX_UNBALANCED, "" },
	{ "8-bit", "<\xc3\xbc@b.example>", MAILBOX_CONTROL, "" },
	{ "line end", "<a@b.example>\n", MAILBOX_CONTROL, "" },
	{ "two", "a@b.example,c@d.example", MAILBOX_SYNTAX, "" },
};
/* clang-format on */

static const char *
join(const struct mailbox *list, size_t count, char *text, size_t size)
{
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    i > 0 ? " " : "", list[i].address);
	return text;
}

static void
test_accepted(void **state)
{
	struct mailbox list[LIST_MAX];
	char text[LIST_MAX * sizeof list[0].address];
	size_t i, k, count;

	(void)state;
	for (i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
		const struct accept_row *row = &accepted[i];
		enum mailbox_error error = mailbox_parse_list(
		    row->text, strlen(row->text), list, LIST_MAX, &count);

		if (error != MAILBOX_OK)
			fail_msg(
			    "%s: %s", row->name, mailbox_error_text(error));
		if (strcmp(join(list, count, text, sizeof text),
			row->addresses) != 0)
			fail_msg("%s: got %s", row->name, text);
		for (k = 0; k < count; k++)
			assert_int_equal(list[k].address[list[k].at], '@');
	}
}

static void
test_refused(void **state)
{
	struct mailbox list[LIST_MAX];
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const struct refuse_row *row = &refused[i];
		enum mailbox_error error = mailbox_parse_list(
		    row->text, row->len, list, LIST_MAX, &count);

		if (error != row->error)
			fail_msg("%s: got %d (%s), not %d", row->name, error,
			    mailbox_error_text(error), row->error);
		assert_int_equal(count, 0);
	}
}

static void
test_paths(void **state)
{
	struct mailbox path;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		const struct path_row *row = &paths[i];
		enum mailbox_error error = mailbox_parse_path(row->text, &path);

		if (error != row->error || strcmp(path.address, row->address))
			fail_msg("%s: got %d (%s) %s", row->name, error,
			    mailbox_error_text(error), path.address);
	}
}

static const struct path_row recipients[] = {
    {"usual", "<x+y@B.example>", MAILBOX_OK, "x+y@b.example"},
    {"no need for quotes", "\"x\"@b.example", MAILBOX_OK, "x@b.example"},
    {"nothing", "<>", MAILBOX_EMPTY, ""},
    {"percent", "x%y@b.example", MAILBOX_AMBIGUOUS, ""},
    {"percent in quotes", "\"x y%z\"@b.example", MAILBOX_AMBIGUOUS, ""},
    {"bang", "x!y@b.example", MAILBOX_AMBIGUOUS, ""},
    {"local part alone", "<post-master.x_y+z>", MAILBOX_NO_DOMAIN, ""},
    {"percent alone", "x%y", MAILBOX_AMBIGUOUS, ""},
    {"bang alone", "<y!x>", MAILBOX_AMBIGUOUS, ""},
    {"quotes alone", "\"x@y.example\"", MAILBOX_AMBIGUOUS, ""},
    {"bracket not opened", "x@b.example>", MAILBOX_SYNTAX, ""},
    {"comma", "<x,", MAILBOX_AMBIGUOUS, ""},
};

static void
test_recipients(void **state)
{
	struct mailbox box;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof recipients / sizeof recipients[0]; i++) {
		const struct path_row *row = &recipients[i];
		enum mailbox_error error =
		    mailbox_parse_recipient(row->text, &box);

		if (error != row->error || strcmp(box.address, row->address))
			fail_msg("%s: got %d (%s) %s", row->name, error,
			    mailbox_error_text(error), box.address);
	}
}

/* What was accepted is accepted again and stays the same. */
static void
test_addresses_are_stable(void **state)
{
	struct mailbox list[LIST_MAX], again;
	size_t i, k, count;

	(void)state;
	for (i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
		assert_int_equal(
		    mailbox_parse_list(accepted[i].text,
			strlen(accepted[i].text), list, LIST_MAX, &count),
		    MAILBOX_OK);
		for (k = 0; k < count; k++) {
			assert_int_equal(
			    mailbox_parse_path(list[k].address, &again),
			    MAILBOX_OK);
			assert_string_equal(again.address, list[k].address);
			assert_int_equal(again.at, list[k].at);
		}
	}
}

/* Inputs as long as they may be, made to be slow: each must be read in one
 * pass. A quadratic reader needs minutes here. */
static void
test_long_input(void **state)
{
	static const char *const pieces[] = {"(", "\"", "\\\"", "=?a?q? ", "=?",
	    "=?u?b?QA==?= ", "a ", "<", ",", "\n ", "(\\))", "@"};
	static char text[65538];
	struct mailbox list[LIST_MAX];
	size_t i, at, count;

	(void)state;
	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		size_t len = strlen(pieces[i]);

		for (at = 0; at + len <= 65536; at += len)
			memcpy(text + at, pieces[i], len);
		assert_int_not_equal(
		    mailbox_parse_list(text, at, list, LIST_MAX, &count),
		    MAILBOX_OK);
	}
	memset(text, ' ', sizeof text);
	memcpy(text, "a@b.example", 11);
	assert_int_equal(
	    mailbox_parse_list(text, 65536, list, LIST_MAX, &count),
	    MAILBOX_OK);
	assert_int_equal(
	    mailbox_parse_list(text, 65537, list, LIST_MAX, &count),
	    MAILBOX_TOO_LONG);
	memset(text, 'a', 65537);
	text[65537] = '\0';
	assert_int_equal(mailbox_parse_path(text, list), MAILBOX_TOO_LONG);
}

static void
test_error_texts(void **state)
{
	int error;

	(void)state;
	for (error = MAILBOX_OK; error <= MAILBOX_SYNTAX + 1; error++)
		assert_true(
		    strlen(mailbox_error_text((enum mailbox_error)error)) > 5);
	assert_string_equal(
	    mailbox_error_text(MAILBOX_NO_DOMAIN), "Missing final '@domain'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_recipients),
	    cmocka_unit_test(test_addresses_are_stable),
	    cmocka_unit_test(test_long_input),
	    cmocka_unit_test(test_error_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
