/* Looks at identities with answers made by hand: every fault that people make. */
#include "config.h"
#include "ops/test-check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/advice.h"

struct fault_row {
	const char *name;
	enum record_purpose purpose;
	zone_lines lines;
	enum finding_state state;
	enum verification_error error;
	const char *found_at; /* or a part of the hint after "~" */
};

#define P_KEY RECORD_DKIM_TXT
#define P_EASY RECORD_EASY_CNAME
#define P_TOKEN RECORD_TXT_TOKEN
#define P_MX RECORD_MAIL_FROM_MX
#define P_SPF RECORD_MAIL_FROM_SPF

/* clang-format off */
static const struct fault_row faults[] = {
	{ "nothing there",       P_KEY, {NULL}, FINDING_MISSING, E_HOST, "" },
	{ "right",               P_KEY, {S1 DKIM(KEY1)}, FINDING_OK, E_NONE, "" },
	{ "blanks in the key",   P_KEY, {S1 "v=DKIM1; p=MIIBkey1 BBBBBBBBBBBBBBBBBBBB"}, FINDING_OK, E_NONE, "" },
	{ "SPF beside it",       P_KEY, {S1 DKIM(KEY1), S1 "v=spf1 -all"}, FINDING_OK, E_NONE, "~no harm" },
	{ "another type",        P_KEY, {"s1._domainkey.a.example A 192.0.2.1"}, FINDING_MISSING, E_TYPE, "~no TXT" },
	{ "no answer",           P_KEY, {"s1._domainkey.a.example FAILS"}, FINDING_NO_ANSWER, E_DNS, "~for a reason" },
	{ "dangling CNAME",      P_KEY, {"s1._domainkey.a.example CNAME x.example"}, FINDING_MISSING, E_HOST, "~x.example" },
	{ "by a CNAME of his",   P_KEY, {"s1._domainkey.a.example CNAME x.example", "x.example TXT " DKIM(KEY1)}, FINDING_OK, E_NONE, "" },
	{ "another key",         P_KEY, {S1 DKIM(KEY2)}, FINDING_WRONG_VALUE, E_VALUE, "~another key" },
	{ "the old key",         P_KEY, {S1 DKIM(KEY0)}, FINDING_OLD_VALUE, E_VALUE, "~older key s0" },
	{ "quotes within",       P_KEY, {S1 "v=DKIM1; k=rsa; p=MIIBkey1\" \"BBBBBBBBBBBBBBBBBBBB"}, FINDING_SPLIT_WRONG, E_VALUE, "~Quotes" },
	{ "backslashes",         P_KEY, {S1 "v=DKIM1\\; k=rsa\\; p=" KEY1}, FINDING_SPLIT_WRONG, E_VALUE, "~backslashes" },
	{ "torn in two",         P_KEY, {S1 "BBBBBBBBBBBBBBBB", S1 "v=DKIM1; k=rsa; p=MIIBkey1BBBB"}, FINDING_SPLIT_WRONG, E_VALUE, "~strings of one" },
	{ "cut",                 P_KEY, {S1 "v=DKIM1; k=rsa; p=MIIBkey1BBBBBBBBBB"}, FINDING_WRONG_VALUE, E_VALUE, "~too early" },
	{ "two records",         P_KEY, {S1 DKIM(KEY1), S1 DKIM(KEY2)}, FINDING_SEVERAL, E_VALUE, "~one DKIM record" },
	{ "the same twice, t=y", P_KEY, {S1 DKIM(KEY1), S1 "v=DKIM1; t=y; p=" KEY1}, FINDING_SEVERAL, E_VALUE, "~one DKIM record" },
	{ "only SPF",            P_KEY, {S1 "v=spf1 -all"}, FINDING_WRONG_VALUE, E_VALUE, "~none for DKIM" },
	{ "revoked",             P_KEY, {S1 "v=DKIM1; p="}, FINDING_WRONG_VALUE, E_VALUE, "~revoked" },
	{ "testing",             P_KEY, {S1 "v=DKIM1; t=y; p=" KEY1}, FINDING_WRONG_VALUE, E_VALUE, "~t=y" },
	{ "wrong algorithm",     P_KEY, {S1 "v=DKIM1; k=ed25519; p=" KEY1}, FINDING_WRONG_VALUE, E_VALUE, "~k= must be rsa" },
	{ "domain twice",        P_KEY, {"s1._domainkey.a.example.a.example TXT " DKIM(KEY1)}, FINDING_WRONG_PLACE, E_HOST, "s1._domainkey.a.example.a.example" },
	{ "without _domainkey",  P_KEY, {"s1.a.example TXT " DKIM(KEY1)}, FINDING_WRONG_PLACE, E_HOST, "s1.a.example" },
	{ "at the domain",       P_KEY, {"a.example TXT " DKIM(KEY1)}, FINDING_WRONG_PLACE, E_HOST, "a.example" },
	{ "without the selector", P_KEY, {"_domainkey.a.example TXT " DKIM(KEY1)}, FINDING_WRONG_PLACE, E_HOST, "_domainkey.a.example" },
	{ "not needed: Easy",    P_KEY, {EASY_ALL, EASY_KEY}, FINDING_NOT_NEEDED, E_HOST, "" },
	{ "wrong, Easy there",   P_KEY, {S1 DKIM(KEY2), EASY_ALL, EASY_KEY}, FINDING_WRONG_VALUE, E_VALUE, "" },
	{ "token is no DKIM",    P_KEY, {"_sendward.a.example TXT " TOKEN}, FINDING_MISSING, E_HOST, "" },

	{ "no CNAME",            P_EASY, {NULL}, FINDING_MISSING, E_HOST, "" },
	{ "CNAME",               P_EASY, {EASY_ALL, EASY_KEY}, FINDING_OK, E_NONE, "" },
	{ "not in our zone",     P_EASY, {EASY_ALL}, FINDING_OK, E_NONE, "~operator" },
	{ "capitals, final dot", P_EASY, {"e0._domainkey.a.example CNAME E0.DKIM.op.example."}, FINDING_OK, E_NONE, "" },
	{ "elsewhere",           P_EASY, {"e0._domainkey.a.example CNAME x.example"}, FINDING_WRONG_VALUE, E_VALUE, "~point to e0." ZONE },
	{ "domain behind",       P_EASY, {"e0._domainkey.a.example CNAME e0." ZONE ".a.example"}, FINDING_WRONG_VALUE, E_VALUE, "~dot" },
	{ "mixed up",            P_EASY, {"e0._domainkey.a.example CNAME e1." ZONE}, FINDING_WRONG_VALUE, E_VALUE, "~point to e0." ZONE },
	{ "two",                 P_EASY, {EASY("0"), "e0._domainkey.a.example CNAME x.example"}, FINDING_SEVERAL, E_VALUE, "~one CNAME" },
	{ "TXT in its place",    P_EASY, {"e0._domainkey.a.example TXT " DKIM(KEYE)}, FINDING_MISSING, E_TYPE, "~TXT record" },
	{ "CNAME's domain twice", P_EASY, {"e0._domainkey.a.example.a.example CNAME e0." ZONE}, FINDING_WRONG_PLACE, E_HOST, "e0._domainkey.a.example.a.example" },
	{ "CNAME, no _domainkey", P_EASY, {"e0.a.example CNAME e0." ZONE}, FINDING_WRONG_PLACE, E_HOST, "e0.a.example" },
	{ "not needed: TXT key", P_EASY, {S1 DKIM(KEY1)}, FINDING_NOT_NEEDED, E_HOST, "" },
	{ "CNAME, no answer",    P_EASY, {"* FAILS"}, FINDING_NO_ANSWER, E_DNS, "" },

	{ "no token",            P_TOKEN, {NULL}, FINDING_MISSING, E_HOST, "" },
	{ "token",               P_TOKEN, {"_sendward.a.example TXT " TOKEN}, FINDING_OK, E_NONE, "" },
	{ "token of SES",        P_TOKEN, {"_amazonses.a.example TXT " TOKEN}, FINDING_OK, E_NONE, "" },
	{ "beside another's",    P_TOKEN, {"_sendward.a.example TXT other token", "_sendward.a.example TXT " TOKEN}, FINDING_OK, E_NONE, "" },
	{ "another's",           P_TOKEN, {"_sendward.a.example TXT other token"}, FINDING_WRONG_VALUE, E_VALUE, "~Another value" },
	{ "in capitals",         P_TOKEN, {"_sendward.a.example TXT TOKEN/ABC+DEF="}, FINDING_WRONG_VALUE, E_VALUE, "~Capitals" },
	{ "more behind it",      P_TOKEN, {"_sendward.a.example TXT " TOKEN "x"}, FINDING_WRONG_VALUE, E_VALUE, "~alone" },
	{ "cut",                 P_TOKEN, {"_sendward.a.example TXT ToKeN/abc"}, FINDING_WRONG_VALUE, E_VALUE, "~Another value" },
	{ "in quotes",           P_TOKEN, {"_sendward.a.example TXT \"" TOKEN "\""}, FINDING_WRONG_VALUE, E_VALUE, "~alone" },
	{ "Amazon's own",        P_TOKEN, {"_amazonses.a.example TXT other token"}, FINDING_MISSING, E_HOST, "" },
	{ "no answer at SES",    P_TOKEN, {"_amazonses.a.example FAILS"}, FINDING_NO_ANSWER, E_DNS, "" },
	{ "no answer",           P_TOKEN, {"_sendward.a.example FAILS"}, FINDING_NO_ANSWER, E_DNS, "" },
	{ "token at the domain", P_TOKEN, {"a.example TXT " TOKEN}, FINDING_WRONG_PLACE, E_HOST, "a.example" },
	{ "no underscore",       P_TOKEN, {"sendward.a.example TXT " TOKEN}, FINDING_WRONG_PLACE, E_HOST, "sendward.a.example" },
	{ "not needed: key",     P_TOKEN, {S1 DKIM(KEY1)}, FINDING_NOT_NEEDED, E_HOST, "" },
	{ "not needed: CNAMEs",  P_TOKEN, {EASY_ALL}, FINDING_NOT_NEEDED, E_HOST, "" },
	{ "two CNAMEs are none", P_TOKEN, {EASY("0"), EASY("1")}, FINDING_MISSING, E_HOST, "" },

	{ "MX",                  P_MX, {MX_OK}, FINDING_OK, E_NONE, "" },
	{ "MX, other preference", P_MX, {"mail.a.example MX 0 bounce.op.example"}, FINDING_OK, E_NONE, "" },
	{ "MX, capitals",        P_MX, {"mail.a.example MX 10 Bounce.OP.example."}, FINDING_OK, E_NONE, "" },
	{ "MX, another",         P_MX, {"mail.a.example MX 10 mx.a.example"}, FINDING_WRONG_VALUE, E_VALUE, "~bounce.op.example" },
	{ "MX, two",             P_MX, {MX_OK, "mail.a.example MX 20 mx.a.example"}, FINDING_SEVERAL, E_VALUE, "~exactly one" },
	{ "MX, none",            P_MX, {SPF_OK}, FINDING_MISSING, E_TYPE, "" },
	{ "MX, domain twice",    P_MX, {"mail.a.example.a.example MX 10 bounce.op.example"}, FINDING_WRONG_PLACE, E_HOST, "mail.a.example.a.example" },
	{ "SPF of MAIL FROM",    P_SPF, {SPF_OK}, FINDING_OK, E_NONE, "" },
	{ "SPF, token beside",   P_SPF, {SPF_OK, "mail.a.example TXT abc"}, FINDING_OK, E_NONE, "" },
	{ "SPF, two",            P_SPF, {SPF_OK, "mail.a.example TXT v=spf1 -all"}, FINDING_SEVERAL, E_VALUE, "~one SPF" },
	{ "SPF, not us",         P_SPF, {"mail.a.example TXT v=spf1 -all"}, FINDING_WRONG_VALUE, E_VALUE, "~Add" },
	{ "SPF, after all",      P_SPF, {"mail.a.example TXT v=spf1 -all include:bounce.op.example"}, FINDING_WRONG_VALUE, E_VALUE, "~after" },
	{ "SPF, softfail us",    P_SPF, {"mail.a.example TXT v=spf1 ~include:bounce.op.example -all"}, FINDING_WRONG_VALUE, E_VALUE, "~no sign" },
	{ "SPF, another TXT",    P_SPF, {"mail.a.example TXT hello"}, FINDING_WRONG_VALUE, E_VALUE, "~v=spf1" },
	{ "SPF, no answer",      P_SPF, {"mail.a.example FAILS"}, FINDING_NO_ANSWER, E_DNS, "" },
};
/* clang-format on */

static void
check_fault(struct admin_fixture *f, int64_t id, const struct fault_row *row)
{
	struct check *check = house_look(f, id, row->lines);
	const struct finding *found = house_find(check, row->purpose, 0);

	assert_non_null(found);
	if (found->state != row->state || found->error != row->error)
		fail_msg("%s: %s, %s; %s", row->name,
		    check_state_name(found->state),
		    verification_error_name(found->error), found->hint);
	if (row->found_at[0] == '~' &&
	    strstr(found->hint, row->found_at + 1) == NULL)
		fail_msg("%s: \"%s\"", row->name, found->hint);
	if (row->found_at[0] != '~' && row->found_at[0] != '\0' &&
	    strcmp(found->found_at, row->found_at) != 0)
		fail_msg("%s: at %s", row->name, found->found_at);
	if (found->state != FINDING_OK && found->state != FINDING_MISSING &&
	    found->state != FINDING_NOT_NEEDED && found->hint[0] == '\0')
		fail_msg("%s: no hint", row->name);
	check_free(&check);
}

static void
test_faults(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		check_fault(f, id, &faults[i]);
}

/* A subdomain's records in the zone above. */
static void
test_parent(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "sub.a.example", WITH_KEY);
	zone_lines lines = {"s1._domainkey.a.example TXT " DKIM(KEY1)};
	struct check *check = house_look(f, id, lines);
	const struct finding *found = house_find(check, RECORD_DKIM_TXT, 0);

	assert_int_equal(found->state, FINDING_WRONG_PLACE);
	assert_string_equal(found->found_at, "s1._domainkey.a.example");
	check_free(&check);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_faults, house_setup),
	    cmocka_unit_test_setup(test_parent, house_setup),
	};

	(void)log_open("test-check", "/dev/null", LOG_LEVEL_INFO); /* or so */
	return cmocka_run_group_tests(
	    tests, house_setup_store, admin_fixture_teardown);
}
