/* ops/admit.c over a snapshot from tables. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "ops/admit.h"
#include "ops/fake-snapshot.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct rules_account accounts[] = {
	{.id = 1, .name = "shop", .suppressed_reasons = 3, .production = true,  .daily_quota = -1, .rate = 10},
	{.id = 2, .name = "young", .suppressed_reasons = 3, .production = false, .daily_quota = 200, .rate = 1},
	{.id = 3, .name = "still", .suppressed_reasons = 3, .production = true,  .daily_quota = -1, .rate = 10,
	    .paused = true, .pause_reason = "bounce rate 12 %"},
	{.id = 4, .name = "agency", .suppressed_reasons = 3, .production = true, .daily_quota = -1, .rate = 10},
};
static const struct fake_login logins[] = {
	{"AKIASHOP", "shop"}, {"alice", "young"}, {"bob", "still"},
	{"apid", "shop"},
};
static const struct fake_identity identities[] = {
	{1, {.id = 1, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {7, 8}, .name = "shop.example"}},
	{1, {.id = 2, .type = RULES_IDENTITY_EMAIL, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "me@other.example"}},
	{1, {.id = 3, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_PENDING,
	    .signing_enabled = true, .name = "soon.example"}},
	{2, {.id = 4, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {9, 0}, .name = "young.example"}},
	{2, {.id = 5, .type = RULES_IDENTITY_EMAIL, .status = RULES_IDENTITY_SUCCESS,
	    .name = "friend@reader.example"}},
	{3, {.id = 6, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "still.example"}},
	{1, {.id = 7, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {7, 0}, .name = "strict.example",
	    .mail_from_use = RULES_MAIL_FROM_REJECT, .mail_from = "b.strict.example"}},
	{1, {.id = 8, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "waits.example",
	    .dkim_status = RULES_IDENTITY_PENDING}},
	{4, {.id = 9, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {10, 0}, .name = "agency.example"}},
	/* proved by two accounts; the owner of one of them may use both */
	{1, {.id = 10, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {11, 0}, .name = "twice.example"}},
	{4, {.id = 11, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {12, 0}, .name = "twice.example"}},
	{1, {.id = 12, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_FAILED,
	    .signing_enabled = true, .key_id = {13, 0}, .name = "lost.example"}},
};
/* What agency (4) and young (2) may send as. */
static const struct fake_grant grants[] = {
	{4, 1, "shop.example", "news@*"}, {4, 1, "shop.example", "*@x.shop.example"},
	{4, 1, "me@other.example", "*"},  {4, 1, "soon.example", "*"},
	{4, 1, "strict.example", "*"},    {4, 1, "lost.example", "*"},
	{4, 1, "twice.example", "*"},     {4, 2, "young.example", "*"},
	{4, 3, "still.example", "*"},     {2, 1, "shop.example", "*"},
};
static const struct fake_suppression suppressions[] = {
	{1, "gone@reader.example", {RULES_SUPPRESSED_BOUNCE, 1700000000}},
};
/* clang-format on */

static const struct snapshot facts = {
    .accounts = accounts,
    .account_count = COUNT(accounts),
    .logins = logins,
    .login_count = COUNT(logins),
    .credential = "AKIASHOP",
    .identities = identities,
    .identity_count = COUNT(identities),
    .suppressions = suppressions,
    .suppression_count = COUNT(suppressions),
    .grants = grants,
    .grant_count = COUNT(grants),
    .is_fresh = true,
};

static struct conf_network networks[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 0}, 120, "shop"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 3, 0}, 120, "gone"},
};

static void
set_option(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	assert_non_null(*field);
}

static struct conf *
test_conf(void)
{
	struct conf *conf = conf_new_defaults();

	assert_non_null(conf);
	conf->networks = calloc(COUNT(networks), sizeof(networks[0]));
	assert_non_null(conf->networks);
	memcpy(conf->networks, networks, sizeof(networks));
	conf->network_count = COUNT(networks);
	set_option(&conf->simulator_domain, "simulator.example");
	return conf;
}

struct owner_row {
	const char *name;
	const char *login, *author, *daemon;
	unsigned char last[2]; /* 192.0.X.Y; 0, 0: unknown */
	const char *trusted_login;
	enum admit_owner owner;
	const char *account; /* or the reply */
};

/* clang-format off */
static const struct owner_row owner_rows[] = {
	{"login", "AKIASHOP", "", "smtpd", {0, 0}, "", ADMIT_ACCOUNT, "shop"},
	{"unknown login", "mallory", "", "smtpd", {0, 0}, "", ADMIT_REFUSED,
	    "login mallory belongs to no account"},
	{"login wins over network", "alice", "", "smtpd", {2, 1}, "", ADMIT_ACCOUNT, "young"},
	{"unknown login from a known network", "mallory", "", "smtpd", {2, 1}, "",
	    ADMIT_REFUSED, "login mallory belongs to no account"},
	{"network", "", "", "smtpd", {2, 77}, "", ADMIT_ACCOUNT, "shop"},
	{"network of an account that is gone", "", "", "smtpd", {3, 1}, "", ADMIT_REFUSED,
	    "login gone belongs to no account"},
	{"nobody", "", "", "smtpd", {9, 1}, "", ADMIT_NOBODY, ""},
	{"nobody, address unknown", "", "", "", {0, 0}, "", ADMIT_NOBODY, ""},
	{"AUTH= forged by nobody", "", "shop", "smtpd", {9, 1}, "", ADMIT_NOBODY, ""},
	{"AUTH= forged by a network", "", "young", "smtpd", {2, 1}, "", ADMIT_ACCOUNT, "shop"},
	{"AUTH= forged by a login", "alice", "shop", "smtpd", {0, 0}, "", ADMIT_ACCOUNT, "young"},
	{"AUTH= at the private door", "", "young", "sendward-unix", {0, 0}, "",
	    ADMIT_ACCOUNT, "young"},
	{"AUTH= in brackets, with a host", "", "<young@localhost>", "sendward-unix", {0, 0}, "",
	    ADMIT_ACCOUNT, "young"},
	{"AUTH= in xtext", "", "yo+75ng", "sendward-unix", {0, 0}, "", ADMIT_ACCOUNT, "young"},
	{"AUTH= of nobody", "", "mallory", "sendward-unix", {0, 0}, "", ADMIT_REFUSED,
	    "login mallory belongs to no account"},
	{"AUTH= with a line end", "", "young+0A", "sendward-unix", {0, 0}, "", ADMIT_REFUSED,
	    "login young+0A belongs to no account"},
	{"private door without AUTH=", "", "<>", "sendward-unix", {2, 1}, "", ADMIT_REFUSED,
	    "login (no AUTH= given) belongs to no account"},
	{"trusted login with AUTH=", "apid", "young", "smtpd", {0, 0}, "apid",
	    ADMIT_ACCOUNT, "young"},
	{"trusted login without AUTH=", "apid", "", "smtpd", {0, 0}, "apid",
	    ADMIT_ACCOUNT, "shop"},
	{"no trusted login configured", "", "young", "smtpd", {9, 1}, "", ADMIT_NOBODY, ""},
};
/* clang-format on */

static void
test_private_door(void **state)
{
	struct conf *conf = test_conf();
	struct admit admit = {conf, &facts};
	struct admit_client client = {"", "young", "sendward-unix", NULL};
	struct rules_account account = {0};
	struct rules_verdict v;

	(void)state;
	set_option(&conf->trusted_daemon_name, "back-door");
	assert_int_equal(
	    admit_owner_of(&admit, &client, &account, &v), ADMIT_NOBODY);
	client.daemon_name = "back-door";
	assert_int_equal(
	    admit_owner_of(&admit, &client, &account, &v), ADMIT_ACCOUNT);
	assert_string_equal(account.name, "young");
	/* No name is no door: an MTA that says none opens nothing. */
	set_option(&conf->trusted_daemon_name, "");
	client.daemon_name = "";
	assert_int_equal(
	    admit_owner_of(&admit, &client, &account, &v), ADMIT_NOBODY);
	conf_unref(&conf);
}

static void
test_owner(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(owner_rows); i++) {
		const struct owner_row *row = &owner_rows[i];
		unsigned char address[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		    0xff, 192, 0, row->last[0], row->last[1]};
		struct conf *conf = test_conf();
		struct admit admit = {conf, &facts};
		struct admit_client client = {row->login, row->author,
		    row->daemon, row->last[0] != 0 ? address : NULL};
		struct rules_account account = {0};
		struct rules_verdict v;

		print_message("  %s\n", row->name);
		set_option(&conf->trusted_login, row->trusted_login);
		assert_int_equal(
		    admit_owner_of(&admit, &client, &account, &v), row->owner);
		if (row->owner == ADMIT_ACCOUNT)
			assert_string_equal(account.name, row->account);
		if (row->owner == ADMIT_REFUSED) {
			assert_int_equal(v.action, RULES_REJECT);
			assert_int_equal(v.code, 554);
			assert_string_equal(v.status, "5.7.1");
			assert_string_equal(v.text, row->account);
		} else {
			assert_int_equal(v.action, RULES_ACCEPT);
		}
		conf_unref(&conf);
	}
}

#define NOT_VERIFIED                                                           \
	"Message rejected: Email address is not verified. "                    \
	"The following identities failed the check in region LOCAL: "

#define AMBIGUOUS "Address can be read in more than one way"

struct verdict_row {
	const char *name;
	size_t account; /* index */
	const char *address;
	int64_t number; /* size, or recipients before */
	int code;       /* 0 accept */
	const char *text;
};

/* clang-format off */
static const struct verdict_row sender_rows[] = {
	{"verified domain", 0, "a@shop.example", 0, 0, ""},
	{"subdomain", 0, "a@news.shop.example", 0, 0, ""},
	{"verified address", 0, "me@other.example", 0, 0, ""},
	{"neighbour of a verified address", 0, "you@other.example", 0, 554,
	    NOT_VERIFIED "you@other.example"},
	{"pending domain", 0, "a@soon.example", 0, 554, NOT_VERIFIED "a@soon.example"},
	{"another account's domain", 0, "a@young.example", 0, 554, NOT_VERIFIED "a@young.example"},
	{"null sender", 0, "", 0, 0, ""},
	{"size fits", 0, "a@shop.example", 41943040, 0, ""},
	{"too large", 0, "a@shop.example", 41943041, 552, "Message is too long."},
	{"paused", 2, "a@still.example", 0, 554,
	    "Message rejected: Sending paused for this account: bounce rate 12 %"},
	{"granted", 3, "news@shop.example", 0, 0, ""},
	{"granted, by another pattern", 3, "a@x.shop.example", 0, 0, ""},
	{"granted address", 3, "me@other.example", 0, 0, ""},
	{"granted address with a label", 3, "me+x@other.example", 0, 0, ""},
	{"no pattern matches", 3, "a@shop.example", 0, 554, NOT_VERIFIED "a@shop.example"},
	{"granted to others only", 1, "news@agency.example", 0, 554,
	    NOT_VERIFIED "news@agency.example"},
	{"a grant is for one direction", 0, "a@agency.example", 0, 554,
	    NOT_VERIFIED "a@agency.example"},
	{"granted, not verified yet", 3, "a@soon.example", 0, 554, NOT_VERIFIED "a@soon.example"},
	{"granted, revoked since", 3, "a@lost.example", 0, 554, NOT_VERIFIED "a@lost.example"},
	{"granted, owner in the sandbox", 3, "a@young.example", 0, 554,
	    NOT_VERIFIED "a@young.example"
	    " (granted by account young, but account young is in the sandbox)"},
	{"granted, sender in the sandbox", 1, "a@shop.example", 0, 554,
	    NOT_VERIFIED "a@shop.example"
	    " (granted by account shop, but account young is in the sandbox)"},
	{"granted, owner paused", 3, "a@still.example", 0, 554,
	    NOT_VERIFIED "a@still.example"
	    " (granted by account still, but account still is paused)"},
	{"pause comes first", 2, "a@nowhere.example", 99999999999, 554,
	    "Message rejected: Sending paused for this account: bounce rate 12 %"},
};

static const struct verdict_row recipient_rows[] = {
	{"production", 0, "x@reader.example", 0, 0, ""},
	{"production, local part alone", 0, "postmaster", 0, 0, ""},
	{"route", 0, "gone%reader.example@shop.example", 0, 553,
	    "gone%reader.example@shop.example: " AMBIGUOUS},
	{"route by bangs", 0, "reader.example!gone@shop.example", 0, 553,
	    "reader.example!gone@shop.example: " AMBIGUOUS},
	{"route without a domain", 0, "gone%reader.example", 0, 553,
	    "gone%reader.example: " AMBIGUOUS},
	{"quoted pair", 0, "\"go\\ne\"@reader.example", 0, 553,
	    "\"go\\ne\"@reader.example: " AMBIGUOUS},
	{"final dot", 0, "gone@reader.example.", 0, 553,
	    "gone@reader.example.: Domain contains illegal character"
	    " (write an internationalised domain in its xn-- form)"},
	{"50th", 0, "x@reader.example", 49, 0, ""},
	{"51st", 0, "x@reader.example", 50, 452, "Too many recipients: at most 50 in one message"},
	{"sandbox, verified address", 1, "friend@reader.example", 0, 0, ""},
	{"sandbox, own domain", 1, "any@young.example", 0, 0, ""},
	{"sandbox, simulator", 1, "bounce@simulator.example", 0, 0, ""},
	{"sandbox, somebody else's simulator", 1, "bounce@simulator.amazonses.com", 0, 554,
	    NOT_VERIFIED "bounce@simulator.amazonses.com"},
	{"sandbox, stranger", 1, "x@reader.example", 0, 554, NOT_VERIFIED "x@reader.example"},
	{"sandbox, another account's identity", 1, "x@shop.example", 0, 554,
	    NOT_VERIFIED "x@shop.example"},
	{"sandbox, what others granted is not its own", 1, "news@shop.example", 0, 554,
	    NOT_VERIFIED "news@shop.example"},
	{"sandbox, unreadable", 1, "friend@reader.example@evil.example", 0, 554,
	    NOT_VERIFIED "friend@reader.example@evil.example"},
	{"sandbox, route by own domain", 1, "x%reader.example@young.example", 0, 554,
	    NOT_VERIFIED "x%reader.example@young.example"},
	{"sandbox, route by bangs", 1, "reader.example!x@young.example", 0, 554,
	    NOT_VERIFIED "reader.example!x@young.example"},
	{"sandbox, local part alone", 1, "friend", 0, 554, NOT_VERIFIED "friend"},
};
/* clang-format on */

static void
check_row(const struct verdict_row *row, const struct rules_verdict *v)
{
	if (row->code == 0) {
		assert_int_equal(v->action, RULES_ACCEPT);
		return;
	}
	assert_int_equal(
	    v->action, row->code < 500 ? RULES_DEFER : RULES_REJECT);
	assert_int_equal(v->code, row->code);
	assert_string_equal(v->text, row->text);
}

static void
test_sender(void **state)
{
	struct conf *conf = test_conf();
	struct admit admit = {conf, &facts};

	(void)state;
	for (size_t i = 0; i < COUNT(sender_rows); i++) {
		const struct verdict_row *row = &sender_rows[i];
		struct rules_verdict v;

		print_message("  %s\n", row->name);
		assert_int_equal(admit_sender(&admit, &accounts[row->account],
				     row->address, row->number, &v),
		    row->code == 0);
		check_row(row, &v);
	}
	conf_unref(&conf);
}

static void
test_recipient(void **state)
{
	struct conf *conf = test_conf();
	struct admit admit = {conf, &facts};

	(void)state;
	for (size_t i = 0; i < COUNT(recipient_rows); i++) {
		const struct verdict_row *row = &recipient_rows[i];
		struct admit_recipient recipient;
		struct rules_verdict v;

		print_message("  %s\n", row->name);
		assert_int_equal(
		    admit_recipient(&admit, &accounts[row->account],
			row->address, row->number, &recipient, &v),
		    row->code == 0);
		check_row(row, &v);
	}
	conf_unref(&conf);
}

/* Everything is listed for the reason of its name. */
static const struct fake_suppression listed[] = {
    {1, "bounce@reader.example", {RULES_SUPPRESSED_BOUNCE, 1700000000}},
    {1, "complaint@reader.example", {RULES_SUPPRESSED_COMPLAINT, 5}},
    {1, "manual@reader.example", {RULES_SUPPRESSED_MANUAL, 5}},
    {1, "manual@shop.example", {RULES_SUPPRESSED_MANUAL, 5}},
    {1, "manual@simulator.example", {RULES_SUPPRESSED_MANUAL, 5}},
    {1, "manual@simulator.amazonses.com", {RULES_SUPPRESSED_MANUAL, 5}},
};

struct flag_row {
	const char *given, *address;
	char flag;
	bool is_listed;
};

static void
test_recipient_flags(void **state)
{
	/* clang-format off */
	static const struct flag_row rows[] = {
		{"x@reader.example", "x@reader.example", 'E', false},
		{"X@Reader.Example", "X@Reader.Example", 'E', false},
		{"postmaster", "postmaster", 'E', false},
		{"bounce@reader.example", "bounce@reader.example", 'E', true},
		{"Bounce@Reader.Example", "Bounce@Reader.Example", 'E', true},
		/* quotes that are not needed name the same mailbox */
		{"\"bounce\"@reader.example", "bounce@reader.example", 'E', true},
		{"a@shop.example", "a@shop.example", 'V', false},
		{"manual@shop.example", "manual@shop.example", 'V', true},
		{"ME@other.example", "ME@other.example", 'E', false},
		{"me@Other.example", "me@Other.example", 'V', false},
		{"me+x@other.example", "me+x@other.example", 'V', false},
		{"a@soon.example", "a@soon.example", 'E', false},
		{"bounce@simulator.example", "bounce@simulator.example", 'S', false},
		{"manual@SIMULATOR.example", "manual@SIMULATOR.example", 'S', false},
		{"manual@x.simulator.example", "manual@x.simulator.example", 'E', false},
		{"manual@simulator.amazonses.com", "manual@simulator.amazonses.com", 'E', true},
	};
	/* clang-format on */
	struct snapshot with_list = facts;
	struct conf *conf = test_conf();
	struct admit admit = {conf, &with_list};
	struct admit_recipient r;
	struct rules_verdict v;

	(void)state;
	with_list.suppressions = listed;
	with_list.suppression_count = COUNT(listed);
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %s\n", rows[i].given);
		assert_true(admit_recipient(
		    &admit, &accounts[0], rows[i].given, 0, &r, &v));
		assert_string_equal(r.address, rows[i].address);
		assert_int_equal(r.listing.flag, rows[i].flag);
		assert_int_equal(r.listing.is_listed, rows[i].is_listed);
	}
	/* without a simulator nothing is its */
	set_option(&conf->simulator_domain, "");
	conf->simulator_aws = CONF_SIMULATOR_AWS_YES;
	assert_true(admit_recipient(
	    &admit, &accounts[0], "manual@simulator.example", 0, &r, &v));
	assert_int_equal(r.listing.flag, RECIPIENT_ELIGIBLE);
	/* but Amazon's name, when the operator says so */
	assert_true(admit_recipient(
	    &admit, &accounts[0], "manual@Simulator.AmazonSES.com", 0, &r, &v));
	assert_int_equal(r.listing.flag, RECIPIENT_SIMULATOR);
	assert_false(r.listing.is_listed);
	assert_true(admit_recipient(
	    &admit, &accounts[1], "bounce@simulator.amazonses.com", 0, &r, &v));
	conf_unref(&conf);
}

static void
test_held(void **state)
{
	/* clang-format off */
	static const struct { int account, set; const char *held; } rows[] = {
		{3, -1, "BCM"}, {1, -1, "BM"}, {2, -1, "CM"}, {0, -1, "M"},
		{3, 0, "M"}, {3, 1, "BM"}, {1, 2, "CM"}, {0, 3, "BCM"},
		{3, -2, "BCM"}, /* no set */
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rules_account account = {
		    .suppressed_reasons = rows[i].account};
		struct rules_set set = {.id = rows[i].set == -2 ? 0 : 7,
		    .suppressed_reasons = rows[i].set == -2 ? 0 : rows[i].set};
		struct admit_listing listing = {.is_listed = true};
		char held[4] = {0};

		for (int reason = 0; reason < 3; reason++) {
			listing.entry.reason =
			    (enum rules_suppression_reason)reason;
			if (admit_is_held(&listing, &account, &set))
				held[strlen(held)] = "BCM"[reason];
		}
		assert_string_equal(held, rows[i].held);
		listing.is_listed = false;
		assert_false(admit_is_held(&listing, &account, &set));
	}
}

/* At RCPT the account's rule alone is known. */
static void
test_rejected(void **state)
{
	struct snapshot with_list = facts;
	struct conf *conf = test_conf();
	struct admit admit = {conf, &with_list};
	struct rules_account account = accounts[0];
	struct admit_recipient r;
	struct rules_verdict v;

	(void)state;
	with_list.suppressions = listed;
	with_list.suppression_count = COUNT(listed);
	conf->suppressed = CONF_SUPPRESSED_REJECT;
	assert_false(admit_recipient(
	    &admit, &account, "bounce@reader.example", 0, &r, &v));
	assert_int_equal(v.action, RULES_REJECT);
	assert_int_equal(v.code, 550);
	assert_string_equal(v.status, "5.1.1");
	assert_non_null(strstr(v.text, "bounce@reader.example"));
	assert_non_null(strstr(v.text, "BOUNCE"));
	account.suppressed_reasons = RULES_REASONS_COMPLAINT;
	assert_true(admit_recipient(
	    &admit, &account, "bounce@reader.example", 0, &r, &v));
	assert_true(r.listing.is_listed);
	assert_false(admit_recipient(
	    &admit, &account, "complaint@reader.example", 0, &r, &v));
	account.suppressed_reasons = 0;
	assert_false(admit_recipient(
	    &admit, &account, "manual@reader.example", 0, &r, &v));
	conf_unref(&conf);
}

/* What cannot be looked up: the message waits, whatever else is wrong with it. */
static void
test_unknown(void **state)
{
	struct snapshot blind = facts;
	struct conf *conf = test_conf();
	struct admit admit = {conf, &blind};
	const struct rules_header from[] = {{"From", "a@shop.example"}};
	struct admit_cover cover;
	struct admit_recipient r;
	struct rules_verdict v;

	(void)state;
	blind.is_list_unknown = true;
	assert_false(admit_recipient(
	    &admit, &accounts[0], "reader@reader.example", 0, &r, &v));
	assert_int_equal(v.code, 451);
	assert_int_equal(v.reason, RULES_REASON_UNAVAILABLE);
	assert_true(
	    admit_sender(&admit, &accounts[0], "a@shop.example", 0, &v));
	blind.is_list_unknown = false;
	blind.is_unknown = true;
	assert_false(
	    admit_sender(&admit, &accounts[0], "a@shop.example", 0, &v));
	assert_int_equal(v.code, 451);
	assert_false(admit_headers(
	    &admit, &accounts[0], "", from, COUNT(from), &cover, &v));
	assert_int_equal(v.code, 451);
	assert_false(admit_recipient(
	    &admit, &accounts[1], "friend@reader.example", 0, &r, &v));
	assert_int_equal(v.code, 451);
	assert_false(
	    admit_covers(&admit, &accounts[0], "a@shop.example", &cover));
	conf_unref(&conf);
}

static const struct rules_set sets[] = {
    {.id = 1, .account_id = 1, .name = "plain"},
    {.id = 2, .account_id = 1, .name = "stopped", .paused = true},
    {.id = 3, .account_id = 4, .name = "agency"},
};

struct set_row {
	const char *name;    /* NULL: none is named */
	int64_t default_set; /* of the identity */
	const char *owner;
	int64_t set; /* -1: refused */
	enum rules_reason reason;
};

static void
test_set(void **state)
{
	/* clang-format off */
	static const struct set_row rows[] = {
		{NULL, 0, "", 0, 0},
		{NULL, 1, "", 1, 0},
		{"plain", 0, "", 1, 0},
		{"plain", 2, "", 1, 0},
		{"Plain", 1, "", -1, RULES_REASON_SET},
		{"agency", 0, "", -1, RULES_REASON_SET},
		{"", 0, "", -1, RULES_REASON_SET},
		{"stopped", 0, "", -1, RULES_REASON_SET_PAUSED},
		{NULL, 2, "", -1, RULES_REASON_SET_PAUSED},
		{NULL, 99, "", 0, 0}, /* gone meanwhile */
		{NULL, 3, "agency", 0, 0},
		{NULL, 1, "agency", 0, 0},
		{"plain", 3, "agency", 1, 0},
		{NULL, 3, "", 0, 0},
	};
	/* clang-format on */
	struct snapshot with_sets = facts;
	struct conf *conf = test_conf();
	struct admit admit = {conf, &with_sets};

	(void)state;
	with_sets.sets = sets;
	with_sets.set_count = COUNT(sets);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct admit_cover cover = {.owner = ""};
		struct rules_set set;
		struct rules_verdict v;

		(void)snprintf(
		    cover.owner, sizeof(cover.owner), "%s", rows[i].owner);
		cover.identity.settings.default_set_id = rows[i].default_set;
		assert_int_equal(admit_set(&admit, &accounts[0], rows[i].name,
				     &cover, &set, &v),
		    rows[i].set >= 0);
		assert_int_equal(v.reason, rows[i].reason);
		if (rows[i].set >= 0)
			assert_int_equal(set.id, rows[i].set);
		else
			assert_int_equal(v.code, 554);
	}
	conf_unref(&conf);
}

static void
test_credential(void **state)
{
	struct conf *conf = test_conf();
	struct admit admit = {conf, &facts};

	(void)state;
	assert_true(admit_is_credential(&admit, &accounts[0], "AKIASHOP"));
	assert_false(admit_is_credential(&admit, &accounts[1], "AKIASHOP"));
	assert_false(admit_is_credential(&admit, &accounts[0], "apid"));
	assert_false(admit_is_credential(&admit, &accounts[0], ""));
	conf_unref(&conf);
}

struct headers_row {
	const char *name;
	const char *sender;
	struct rules_header list[4];
	int code;
	const char *text; /* of the reply, or whose keys sign */
	bool is_signed;
	size_t account; /* index */
	const char *owner;
};

/* clang-format off */
static const struct headers_row headers_rows[] = {
	{"plain", "a@shop.example", {{"From", "A <a@shop.example>"}}, 0, "shop.example", true, 0, ""},
	{"null sender", "", {{"From", "a@shop.example"}}, 0, "shop.example", true, 0, ""},
	{"address without a key of its own", "me@other.example",
	    {{"From", "me@other.example"}}, 0, "", false, 0, ""},
	{"From not verified", "a@shop.example", {{"From", "a@evil.example"}}, 554,
	    NOT_VERIFIED "a@evil.example", false, 0, ""},
	{"several fail", "b@evil.example",
	    {{"From", "a@evil.example"}, {"Sender", "s@evil.example"},
	     {"Return-Path", "<r@evil.example>"}}, 554,
	    NOT_VERIFIED "b@evil.example, a@evil.example, s@evil.example, r@evil.example", false, 0, ""},
	{"the same name is said once", "a@evil.example", {{"From", "a@evil.example"}}, 554,
	    NOT_VERIFIED "a@evil.example", false, 0, ""},
	{"second From address not verified", "a@shop.example",
	    {{"From", "a@shop.example, a@evil.example"}, {"Sender", "a@shop.example"}}, 554,
	    NOT_VERIFIED "a@evil.example", false, 0, ""},
	{"several From, all verified, with Sender", "a@shop.example",
	    {{"From", "a@shop.example, b@shop.example"}, {"Sender", "a@shop.example"}}, 0,
	    "shop.example", true, 0, ""},
	{"granted From, own envelope sender", "a@agency.example",
	    {{"From", "news@shop.example"}}, 0, "shop.example", true, 3, "shop"},
	{"granted envelope sender, own From", "news@shop.example",
	    {{"From", "a@agency.example"}}, 0, "agency.example", true, 3, ""},
	{"granted Sender and Return-Path", "a@agency.example",
	    {{"From", "a@agency.example"}, {"Sender", "news@shop.example"},
	     {"Return-Path", "<news@shop.example>"}}, 0, "agency.example", true, 3, ""},
	{"Sender not granted", "a@agency.example",
	    {{"From", "a@agency.example"}, {"Sender", "a@shop.example"}}, 554,
	    NOT_VERIFIED "a@shop.example", false, 3, ""},
	{"one granted, one of an owner in the sandbox", "news@shop.example",
	    {{"From", "a@young.example"}}, 554, NOT_VERIFIED "a@young.example"
	    " (granted by account young, but account young is in the sandbox)", false, 3, ""},
	{"granted address has no key", "a@agency.example", {{"From", "me@other.example"}}, 0,
	    "", false, 3, "shop"},
	{"granted, and its own", "a@agency.example", {{"From", "a@twice.example"}}, 0,
	    "twice.example", true, 3, ""},
	{"MAIL FROM domain not set up", "a@shop.example", {{"From", "a@strict.example"}}, 554,
	    "MAIL FROM domain not verified: DNS setup for MAIL FROM domain b.strict.example"
	    " is invalid.", false, 0, ""},
	{"the same, granted", "a@agency.example", {{"From", "a@strict.example"}}, 554,
	    "MAIL FROM domain not verified: DNS setup for MAIL FROM domain b.strict.example"
	    " is invalid.", false, 3, ""},
	{"it counts for From alone", "a@strict.example", {{"From", "a@shop.example"}}, 0,
	    "shop.example", true, 0, ""},
	{"DKIM pending", "a@waits.example", {{"From", "a@waits.example"}}, 0, "", false, 0, ""},
	{"no From", "a@shop.example", {{"To", "x@reader.example"}}, 554,
	    "Transaction failed: Missing header 'From'.", false, 0, ""},
};
/* clang-format on */

static void
test_headers(void **state)
{
	struct conf *conf = test_conf();
	struct admit admit = {conf, &facts};

	(void)state;
	for (size_t i = 0; i < COUNT(headers_rows); i++) {
		const struct headers_row *row = &headers_rows[i];
		struct admit_cover cover = {0};
		struct rules_verdict v;
		size_t count = 0;

		while (count < COUNT(row->list) && row->list[count].name)
			count++;
		print_message("  %s\n", row->name);
		assert_int_equal(admit_headers(&admit, &accounts[row->account],
				     row->sender, row->list, count, &cover, &v),
		    row->code == 0);
		if (row->code != 0) {
			assert_int_equal(v.code, row->code);
			assert_string_equal(v.text, row->text);
			continue;
		}
		assert_int_equal(cover.identity.is_signed, row->is_signed);
		if (row->is_signed)
			assert_string_equal(
			    cover.identity.signer.name, row->text);
		assert_string_equal(
		    cover.owner, row->owner != NULL ? row->owner : "");
	}
	conf_unref(&conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_owner),
	    cmocka_unit_test(test_private_door),
	    cmocka_unit_test(test_sender),
	    cmocka_unit_test(test_recipient),
	    cmocka_unit_test(test_recipient_flags),
	    cmocka_unit_test(test_held),
	    cmocka_unit_test(test_rejected),
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_set),
	    cmocka_unit_test(test_credential),
	    cmocka_unit_test(test_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
