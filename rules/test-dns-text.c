/* Records of DKIM, SPF and DMARC as people publish them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rules/dkim_text.h"
#include "rules/dmarc.h"
#include "rules/spf.h"

#define KEY "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMII+/Q=="
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

struct dkim_row {
	const char *name, *text;
	enum dkim_text state;
};

/* clang-format off */
static const struct dkim_row dkim_rows[] = {
	{ "as it is printed",      "v=DKIM1; k=rsa; p=" KEY, DKIM_TEXT_RIGHT },
	{ "final semicolon",       "v=DKIM1; k=rsa; p=" KEY ";", DKIM_TEXT_RIGHT },
	{ "semicolon and blanks",  "v=DKIM1;k=rsa;p=" KEY " ;  ", DKIM_TEXT_RIGHT },
	{ "version left out",      "k=rsa; p=" KEY, DKIM_TEXT_RIGHT },
	{ "key alone",             "p=" KEY, DKIM_TEXT_RIGHT },
	{ "blanks everywhere",     " v = DKIM1 ;\tk = rsa ; p = MIIBIjANBgkqhkiG9w0B AQEFAAOCAQ8A\r\n MII+/Q= = ", DKIM_TEXT_RIGHT },
	{ "order of tags",         "v=DKIM1; p=" KEY "; k=rsa", DKIM_TEXT_RIGHT },
	{ "notes and unknown tags", "v=DKIM1; n=hello there; x_1=a:b; p=" KEY, DKIM_TEXT_RIGHT },
	{ "sha256 among others",   "v=DKIM1; h=sha1 : sha256; p=" KEY, DKIM_TEXT_RIGHT },
	{ "for e-mail",            "v=DKIM1; s=email; p=" KEY, DKIM_TEXT_RIGHT },
	{ "for all",               "v=DKIM1; s=*; p=" KEY, DKIM_TEXT_RIGHT },
	{ "no subdomains",         "v=DKIM1; t=s; p=" KEY, DKIM_TEXT_RIGHT },
	{ "testing",               "v=DKIM1; t=y; p=" KEY, DKIM_TEXT_TESTING },
	{ "testing, no subdomains", "v=DKIM1; t=s:y; p=" KEY, DKIM_TEXT_TESTING },
	{ "old hash alone",        "v=DKIM1; h=sha1; p=" KEY, DKIM_TEXT_HASH },
	{ "another service",       "v=DKIM1; s=tlsrpt; p=" KEY, DKIM_TEXT_SERVICE },
	{ "another algorithm",     "v=DKIM1; k=ed25519; p=" KEY, DKIM_TEXT_KEY_TYPE },
	{ "algorithm in capitals", "v=DKIM1; k=RSA; p=" KEY, DKIM_TEXT_KEY_TYPE },
	{ "another key",           "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMII+/R==", DKIM_TEXT_OTHER_KEY },
	{ "key with more behind",  "v=DKIM1; k=rsa; p=" KEY "AA", DKIM_TEXT_OTHER_KEY },
	{ "key in lower case",     "v=DKIM1; k=rsa; p=miibijANBgkqhkiG9w0BAQEFAAOCAQ8AMII+/Q==", DKIM_TEXT_OTHER_KEY },
	{ "key cut",               "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQ", DKIM_TEXT_CUT },
	{ "padding lost",          "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMII+/Q", DKIM_TEXT_CUT },
	{ "a few letters of it",   "v=DKIM1; k=rsa; p=MIIBIj", DKIM_TEXT_OTHER_KEY },
	{ "revoked",               "v=DKIM1; p=", DKIM_TEXT_REVOKED },
	{ "revoked, semicolon",    "v=DKIM1; p=;", DKIM_TEXT_REVOKED },
	{ "no key",                "v=DKIM1; k=rsa", DKIM_TEXT_NO_KEY },
	{ "version alone",         "v=DKIM1", DKIM_TEXT_NO_KEY },
	{ "next version",          "v=DKIM12; p=" KEY, DKIM_TEXT_VERSION },
	{ "version in lower case", "v=dkim1; p=" KEY, DKIM_TEXT_VERSION },
	{ "version not first",     "k=rsa; v=DKIM1; p=" KEY, DKIM_TEXT_VERSION },
	{ "a tag twice",           "v=DKIM1; p=" KEY "; p=" KEY, DKIM_TEXT_MALFORMED },
	{ "empty tag",             "v=DKIM1;; p=" KEY, DKIM_TEXT_MALFORMED },
	{ "two final semicolons",  "v=DKIM1; p=" KEY ";;", DKIM_TEXT_MALFORMED },
	{ "no equals sign",        "v=DKIM1; rsa; p=" KEY, DKIM_TEXT_MALFORMED },
	{ "no semicolon",          "v=DKIM1 k=rsa p=" KEY, DKIM_TEXT_VERSION },
	{ "control character",     "v=DKIM1; n=\001; p=" KEY, DKIM_TEXT_MALFORMED },
	{ "8-bit",                 "v=DKIM1; n=\303\274; p=" KEY, DKIM_TEXT_MALFORMED },
	{ "quotes within the key", "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0B\" \"AQEFAAOCAQ8AMII+/Q==", DKIM_TEXT_ESCAPED },
	{ "quotes around all",     "\"v=DKIM1; k=rsa; p=" KEY "\"", DKIM_TEXT_ESCAPED },
	{ "backslashes",           "v=DKIM1\\; k=rsa\\; p=" KEY, DKIM_TEXT_ESCAPED },
	{ "quotes and another key", "\"v=DKIM1; p=AAAA\"", DKIM_TEXT_MALFORMED },
	{ "SPF",                   "v=spf1 -all", DKIM_TEXT_UNRELATED },
	{ "DMARC",                 "v=DMARC1; p=none", DKIM_TEXT_UNRELATED },
	{ "a token",               "google-site-verification=abc", DKIM_TEXT_UNRELATED },
	{ "nothing",               "", DKIM_TEXT_UNRELATED },
};
/* clang-format on */

static void
test_dkim(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(dkim_rows); i++) {
		const struct dkim_row *row = &dkim_rows[i];
		enum dkim_text found =
		    dkim_text_judge(row->text, strlen(row->text), "rsa", KEY);

		if (found != row->state)
			fail_msg("%s: %d", row->name, (int)found);
	}
	assert_int_equal(dkim_text_judge("v=DKIM1; k=ed25519; p=AAAA", 26,
			     "ed25519", "AAAA"),
	    DKIM_TEXT_RIGHT);
	assert_int_equal(
	    dkim_text_judge("v=DKIM1; p=AAAA", 15, "ed25519", "AAAA"),
	    DKIM_TEXT_KEY_TYPE);
	assert_int_equal(
	    dkim_text_judge("v=DKIM1; p=AA\0AA", 16, "rsa", "AAAA"),
	    DKIM_TEXT_MALFORMED);
}

static void
test_dkim_holds(void **state)
{
	(void)state;
	assert_true(dkim_text_holds("v=DKIM1; t=y; p=AA AA", 21, "AAAA"));
	assert_false(dkim_text_holds("v=DKIM1; p=AAAB", 15, "AAAA"));
	assert_false(dkim_text_holds("AAAA", 4, "AAAA"));
}

static void
test_dkim_long(void **state)
{
	static char text[70000];

	(void)state;
	memset(text, 'A', sizeof text);
	memcpy(text, "v=DKIM1; p=", 11);
	assert_int_equal(dkim_text_judge(text, sizeof text, "rsa", KEY),
	    DKIM_TEXT_MALFORMED);
	assert_int_equal(dkim_text_judge(text, DKIM_TEXT_MAX, "rsa", KEY),
	    DKIM_TEXT_OTHER_KEY);
	memset(text, ';', sizeof text);
	assert_int_equal(dkim_text_judge(text, sizeof text, "rsa", KEY),
	    DKIM_TEXT_UNRELATED);
}

struct spf_row {
	const char *name, *text;
	bool is_record;
	enum spf_cover cover;
};

/* clang-format off */
static const struct spf_row spf_rows[] = {
	{ "as it is printed",  "v=spf1 include:op.example ~all", true, SPF_COVERS },
	{ "with others",       "v=spf1 mx ip4:192.0.2.1 include:b.example include:op.example -all", true, SPF_COVERS },
	{ "with a plus",       "v=spf1 +include:op.example -all", true, SPF_COVERS },
	{ "capitals",          "V=SPF1 INCLUDE:Op.Example -ALL", true, SPF_COVERS },
	{ "final dot",         "v=spf1 include:op.example. -all", true, SPF_COVERS },
	{ "no all",            "v=spf1 include:op.example", true, SPF_COVERS },
	{ "two blanks",        "v=spf1  include:op.example  -all ", true, SPF_COVERS },
	{ "redirect",          "v=spf1 redirect=op.example", true, SPF_COVERS },
	{ "redirect and all",  "v=spf1 -all redirect=op.example", true, SPF_LEAVES_OUT },
	{ "another",           "v=spf1 include:op.example.org ~all", true, SPF_LEAVES_OUT },
	{ "part of a name",    "v=spf1 include:xop.example ~all", true, SPF_LEAVES_OUT },
	{ "nothing",           "v=spf1", true, SPF_LEAVES_OUT },
	{ "nobody sends",      "v=spf1 -all", true, SPF_LEAVES_OUT },
	{ "after all",         "v=spf1 -all include:op.example", true, SPF_AFTER_ALL },
	{ "minus",             "v=spf1 -include:op.example ~all", true, SPF_FORBIDS },
	{ "tilde",             "v=spf1 ~include:op.example ~all", true, SPF_FORBIDS },
	{ "8-bit",             "v=spf1 include:\303\274.example ~all", true, SPF_MALFORMED },
	{ "next version",      "v=spf10 include:op.example ~all", false, SPF_COVERS },
	{ "quoted",            "\"v=spf1 include:op.example ~all\"", false, SPF_COVERS },
};
/* clang-format on */

static void
test_spf(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(spf_rows); i++) {
		const struct spf_row *row = &spf_rows[i];
		size_t len = strlen(row->text);
		enum spf_cover cover = spf_covers(row->text, len, "op.example");

		if (spf_is_record(row->text, len) != row->is_record)
			fail_msg("%s: is a record?", row->name);
		if (cover != row->cover)
			fail_msg("%s: %d", row->name, (int)cover);
	}
}

struct dmarc_row {
	const char *name, *text;
	enum dmarc_parsed parsed;
	struct dmarc dmarc;
};

/* clang-format off */
static const struct dmarc_row dmarc_rows[] = {
	{ "none",        "v=DMARC1; p=none", DMARC_PARSED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "reject",      "v=DMARC1;p=reject;", DMARC_PARSED, { DMARC_REJECT, DMARC_REJECT, false, false } },
	{ "capitals",    "v=DMARC1; p=Quarantine", DMARC_PARSED, { DMARC_QUARANTINE, DMARC_QUARANTINE, false, false } },
	{ "subdomains",  "v=DMARC1; p=reject; sp=none", DMARC_PARSED, { DMARC_REJECT, DMARC_NONE, false, false } },
	{ "strict",      "v=DMARC1; p=none; adkim=s; aspf=S", DMARC_PARSED, { DMARC_NONE, DMARC_NONE, true, true } },
	{ "relaxed",     "v=DMARC1; p=none; adkim=r; aspf=r", DMARC_PARSED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "no policy, but reports", "v=DMARC1; rua=mailto:a@b.example", DMARC_PARSED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "no policy",   "v=DMARC1;", DMARC_MALFORMED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "bad policy",  "v=DMARC1; p=monitor", DMARC_MALFORMED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "no list",     "v=DMARC1 p=none", DMARC_MALFORMED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "a tag twice", "v=DMARC1; p=none; p=reject", DMARC_MALFORMED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "not first",   "p=none; v=DMARC1", DMARC_UNRELATED, { DMARC_NONE, DMARC_NONE, false, false } },
	{ "SPF",         "v=spf1 -all", DMARC_UNRELATED, { DMARC_NONE, DMARC_NONE, false, false } },
};
/* clang-format on */

static void
test_dmarc(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(dmarc_rows); i++) {
		const struct dmarc_row *row = &dmarc_rows[i];
		struct dmarc d;

		if (dmarc_parse(row->text, strlen(row->text), &d) !=
		    row->parsed)
			fail_msg("%s: parsed otherwise", row->name);
		if (row->parsed == DMARC_PARSED &&
		    (d.policy != row->dmarc.policy ||
			d.subdomain_policy != row->dmarc.subdomain_policy ||
			d.dkim_is_strict != row->dmarc.dkim_is_strict ||
			d.spf_is_strict != row->dmarc.spf_is_strict))
			fail_msg("%s: read otherwise", row->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_dkim),
	    cmocka_unit_test(test_dkim_holds),
	    cmocka_unit_test(test_dkim_long),
	    cmocka_unit_test(test_spf),
	    cmocka_unit_test(test_dmarc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
