/* What is said of SPF and DMARC, row by row. */
#include "config.h"
#include "ops/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "conf/conf.h"
#include "store/store.h"

#define MAIL_FROM "mail.a.example"
#define GOOD_SPF "v=spf1 include:spf.op.example ~all"

struct advice_row {
	const char *name;
	const char *mail_from_spf; /* NULL: no MAIL FROM domain; "" no record */
	bool is_verified;          /* the MAIL FROM domain */
	bool is_signed;
	const char *spf[2];           /* of sub.a.example */
	const char *own_dmarc;        /* at _dmarc.sub.a.example */
	const char *parents_dmarc[2]; /* at _dmarc.a.example; "?" no answer */
	bool spf_aligns, dmarc_aligns;
	const char *spf_text, *dmarc_text; /* parts of what is said */
	const char *spf_wanted, *dmarc_wanted;
};

/* clang-format off */
static const struct advice_row rows[] = {
	{ "bounce domain, signed",   NULL, false, true,  {NULL}, NULL, {"v=DMARC1; p=reject"}, false, true, "cannot align", "passes by DKIM", "", "" },
	{ "bounce domain, not signed", NULL, false, false, {"v=spf1 mx -all"}, NULL, {"v=DMARC1; p=reject"}, false, false, "No SPF record is needed", "refuse it (p=reject)", "", "" },
	{ "policy for subdomains",   NULL, false, false, {NULL}, NULL, {"v=DMARC1; p=reject; sp=none"}, false, false, "cannot align", "do nothing about it (p=none)", "", "" },
	{ "own record wins",         NULL, false, false, {NULL}, "v=DMARC1; p=quarantine; sp=none", {"v=DMARC1; p=reject"}, false, false, "cannot align", "as spam (p=quarantine)", "", "" },
	{ "several SPF",             NULL, false, true,  {"v=spf1 -all", "v=spf1 mx -all"}, NULL, {"v=DMARC1; p=none"}, false, true, "join them", "passes", "", "" },
	{ "no DMARC, signed",        NULL, false, true,  {NULL}, NULL, {NULL}, false, true, "cannot align", "would pass", "", "v=DMARC1; p=none" },
	{ "no DMARC, not signed",    NULL, false, false, {NULL}, NULL, {NULL}, false, false, "cannot align", "not pass yet", "", "v=DMARC1; p=none" },
	{ "two DMARC",               NULL, false, true,  {NULL}, NULL, {"v=DMARC1; p=none", "v=DMARC1; p=reject"}, false, true, "cannot align", "several DMARC", "", "v=DMARC1; p=none" },
	{ "broken DMARC",            NULL, false, true,  {NULL}, NULL, {"v=DMARC1; p=maybe"}, false, true, "cannot align", "cannot be read", "", "v=DMARC1; p=none" },
	{ "another TXT there",       NULL, false, true,  {NULL}, NULL, {"hello"}, false, true, "cannot align", "no DMARC record", "", "v=DMARC1; p=none" },
	{ "strict DKIM",             NULL, false, true,  {NULL}, NULL, {"v=DMARC1; p=reject; adkim=s"}, false, true, "cannot align", "adkim=s", "", "" },
	{ "MAIL FROM",               GOOD_SPF, true, true, {NULL}, NULL, {"v=DMARC1; p=reject"}, true, true, "passes and aligns", "and by SPF", "", "" },
	{ "MAIL FROM alone",         GOOD_SPF, true, false, {NULL}, NULL, {"v=DMARC1; p=reject"}, true, true, "passes and aligns", "by SPF alone", "", "" },
	{ "MAIL FROM, strict SPF",   GOOD_SPF, true, false, {NULL}, NULL, {"v=DMARC1; p=reject; aspf=s; adkim=s"}, false, false, "aspf=r would do", "DMARC fails", "", "v=DMARC1; p=reject; aspf=r; adkim=s" },
	{ "MAIL FROM, strict SPF, signed", GOOD_SPF, true, true, {NULL}, NULL, {"v=DMARC1; p=reject; aspf=s"}, false, true, "aspf=r would do", "passes by DKIM", "", "" },
	{ "MAIL FROM not verified",  GOOD_SPF, false, true, {NULL}, NULL, {"v=DMARC1; p=none"}, false, true, "MX record is not right", "passes by DKIM", "", "" },
	{ "MAIL FROM without SPF",   "", false, true, {NULL}, NULL, {"v=DMARC1; p=none"}, false, true, "no SPF record", "passes by DKIM", GOOD_SPF, "" },
	{ "MAIL FROM, not us",       "v=spf1 mx -all", true, true, {NULL}, NULL, {"v=DMARC1; p=none"}, false, true, "leaves this server out", "passes by DKIM", GOOD_SPF, "" },
	{ "MAIL FROM, after all",    "v=spf1 -all include:spf.op.example", true, true, {NULL}, NULL, {"v=DMARC1; p=none"}, false, true, "after \"all\"", "passes by DKIM", GOOD_SPF, "" },
	{ "MAIL FROM, no answer",    "?", true, true, {NULL}, NULL, {"v=DMARC1; p=none"}, false, true, "no answer", "passes by DKIM", "-", "" },
	{ "DMARC, no answer",        NULL, false, true, {NULL}, NULL, {"?"}, false, true, "cannot align", "no answer", "", "" },
};
/* clang-format on */

struct answers {
	struct dns_record records[4][2];
	struct dns_answer list[4]; /* MAIL FROM, domain, own, parent's DMARC */
};

static const struct dns_answer *
fill(struct answers *answers, int i, const char *const *texts, size_t count)
{
	struct dns_answer *answer = &answers->list[i];

	*answer = (struct dns_answer){
	    .outcome = DNS_NO_NAME, .records = answers->records[i]};
	for (size_t k = 0; k < count && texts[k] != NULL; k++) {
		if (strcmp(texts[k], "?") == 0)
			answer->outcome = DNS_TIMED_OUT;
		if (texts[k][0] == '\0' || texts[k][0] == '?')
			continue;
		answer->outcome = DNS_FOUND;
		answers->records[i][answer->count++] = (struct dns_record){
		    .text = texts[k], .len = strlen(texts[k]), .strings = 1};
	}
	return answer;
}

static void
check_row(const struct conf *conf, const struct advice_row *row)
{
	static const char *const names[] = {
	    "_dmarc.sub.a.example", "_dmarc.a.example"};
	struct store_identity identity = {
	    .facts = {.type = RULES_IDENTITY_DOMAIN, .name = "sub.a.example"}};
	struct answers answers;
	const struct dns_answer *dmarc_answers[2];
	struct advice_input in = {.conf = conf,
	    .identity = &identity,
	    .is_signed = row->is_signed,
	    .dmarc = dmarc_answers,
	    .dmarc_names = names,
	    .dmarc_count = 2};
	struct advice spf, dmarc;

	if (row->mail_from_spf != NULL) {
		(void)snprintf(identity.facts.mail_from,
		    sizeof(identity.facts.mail_from), MAIL_FROM);
		in.mail_from_spf = fill(&answers, 0, &row->mail_from_spf, 1);
		if (row->is_verified)
			identity.mail_from_status = RULES_IDENTITY_SUCCESS;
	}
	in.spf = fill(&answers, 1, row->spf, 2);
	dmarc_answers[0] = fill(&answers, 2, &row->own_dmarc, 1);
	dmarc_answers[1] = fill(&answers, 3, row->parents_dmarc, 2);
	advice_give(&in, &spf, &dmarc);
	if (spf.will_align != row->spf_aligns ||
	    dmarc.will_align != row->dmarc_aligns)
		fail_msg("%s: SPF %d, DMARC %d", row->name, spf.will_align,
		    dmarc.will_align);
	if (strstr(spf.text, row->spf_text) == NULL)
		fail_msg("%s: %s", row->name, spf.text);
	if (strstr(dmarc.text, row->dmarc_text) == NULL)
		fail_msg("%s: %s", row->name, dmarc.text);
	if (strcmp(row->spf_wanted, "-") != 0 &&
	    strcmp(spf.wanted, row->spf_wanted) != 0)
		fail_msg("%s: wanted %s", row->name, spf.wanted);
	if (strcmp(dmarc.wanted, row->dmarc_wanted) != 0)
		fail_msg("%s: wanted %s", row->name, dmarc.wanted);
	if (spf.is_known == (strstr(row->spf_text, "no answer") != NULL))
		fail_msg("%s: SPF known?", row->name);
	if (dmarc.is_known == (strstr(row->dmarc_text, "no answer") != NULL))
		fail_msg("%s: DMARC known?", row->name);
	assert_true(strlen(spf.text) < sizeof(spf.text) - 1);
	assert_true(strlen(dmarc.text) < sizeof(dmarc.text) - 1);
	if (row->mail_from_spf == NULL)
		assert_string_equal(spf.name, "sub.a.example");
	else
		assert_string_equal(spf.name, MAIL_FROM);
	if (row->own_dmarc != NULL)
		assert_string_equal(dmarc.name, names[0]);
}

static void
test_advice(void **state)
{
	struct conf *conf = conf_new_defaults();

	(void)state;
	assert_non_null(conf);
	free(conf->spf_include);
	conf->spf_include = strdup("spf.op.example");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(conf, &rows[i]);
	conf_unref(&conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_advice)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
