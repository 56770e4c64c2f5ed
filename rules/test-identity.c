/* Who covers an address, whose keys sign, and which names are names. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/identity.h"

#define NAMES_MAX 4

/* One identity: name, status by letter (S P F N T), keys, signing, DKIM status by
 * letter (0: N). */
struct known {
	const char *name;
	char status;
	int64_t key;
	bool signing;
	char dkim;
};

struct resolve_row {
	const char *name;
	const char *address;
	struct known known[NAMES_MAX];
	bool is_verified;
	const char *settings;
	const char *signer; /* "" when nobody signs */
	bool signing_off;
	bool is_waiting;
};

/* clang-format off */
static const struct resolve_row resolves[] = {
	{ "nothing known", "a@b.example", { { NULL, 'N', 0, false, 0 } }, false, "", "", false, false },
	{ "exact address", "a@b.example", { { "a@b.example", 'S', 1, true, 0 } }, true, "a@b.example", "a@b.example", false, false },
	{ "domain", "a@b.example", { { "b.example", 'S', 1, true, 0 } }, true, "b.example", "b.example", false, false },
	{ "parent", "a@x.b.example", { { "b.example", 'S', 1, true, 0 } }, true, "b.example", "b.example", false, false },
	{ "far parent", "a@u.v.w.x.b.example", { { "b.example", 'S', 1, true, 0 } }, true, "b.example", "b.example", false, false },
	{ "deepest first", "a@x.y.b.example", { { "b.example", 'S', 1, true, 0 }, { "y.b.example", 'S', 2, true, 0 } }, true, "y.b.example", "y.b.example", false, false },
	{ "child covers not", "a@b.example", { { "x.b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "sibling covers not", "a@x.b.example", { { "y.b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "end of a label covers not", "a@evilb.example", { { "b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "top level is never asked", "a@b.example", { { "example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "single label is never asked", "a@localhost", { { "localhost", 'S', 1, true, 0 } }, false, "", "", false, false },

	{ "label", "a+x@b.example", { { "a@b.example", 'S', 1, true, 0 } }, true, "a@b.example", "a@b.example", false, false },
	{ "first plus counts", "a+x+y@b.example", { { "a@b.example", 'S', 1, true, 0 } }, true, "a@b.example", "a@b.example", false, false },
	{ "second plus does not", "a+x+y@b.example", { { "a+x@b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "exact before label", "a+x@b.example", { { "a@b.example", 'S', 1, true, 0 }, { "a+x@b.example", 'S', 2, true, 0 } }, true, "a+x@b.example", "a+x@b.example", false, false },
	{ "label covers not the bare one", "a@b.example", { { "a+x@b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "nothing before the plus", "+x@b.example", { { "@b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "quoted plus is no label", "\"a +x\"@b.example", { { "\"a @b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "plus in the domain is no label", "a@b+c.example", { { "a@b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "local part in other case", "A@b.example", { { "a@b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "last at divides", "\"a@b.example\"@c.example", { { "b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "no at", "b.example", { { "b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "no local part", "@b.example", { { "b.example", 'S', 1, true, 0 } }, false, "", "", false, false },
	{ "empty", "", { { "", 'S', 1, true, 0 } }, false, "", "", false, false },

	{ "pending", "a@b.example", { { "b.example", 'P', 1, true, 0 } }, false, "", "", false, false },
	{ "failed", "a@b.example", { { "b.example", 'F', 1, true, 0 } }, false, "", "", false, false },
	{ "not started", "a@b.example", { { "b.example", 'N', 1, true, 0 } }, false, "", "", false, false },
	{ "temporary failure still sends", "a@b.example", { { "b.example", 'T', 1, true, 0 } }, true, "b.example", "b.example", false, false },
	{ "pending address, verified domain", "a@b.example", { { "a@b.example", 'P', 1, true, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "b.example", "b.example", false, false },
	{ "failed subdomain, verified parent", "a@x.b.example", { { "x.b.example", 'F', 1, true, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "b.example", "b.example", false, false },

	{ "address without key, domain signs", "a@b.example", { { "a@b.example", 'S', 0, true, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "a@b.example", "b.example", false, false },
	{ "the same, address has signing off", "a@b.example", { { "a@b.example", 'S', 0, false, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "a@b.example", "b.example", false, false },
	{ "address without key, parent signs", "a@x.b.example", { { "a@x.b.example", 'S', 0, true, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "a@x.b.example", "b.example", false, false },
	{ "address with key signs itself", "a@b.example", { { "a@b.example", 'S', 1, true, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "a@b.example", "a@b.example", false, false },
	{ "address with key, signing off", "a@b.example", { { "a@b.example", 'S', 1, false, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "a@b.example", "", true, false },
	{ "domain has signing off", "a@b.example", { { "a@b.example", 'S', 0, true, 0 }, { "b.example", 'S', 2, false, 0 } }, true, "a@b.example", "", true, false },
	{ "subdomain without key, parent signs", "a@x.b.example", { { "x.b.example", 'S', 0, true, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "x.b.example", "b.example", false, false },
	{ "subdomain with signing off, no key", "a@x.b.example", { { "x.b.example", 'S', 0, false, 0 }, { "b.example", 'S', 2, true, 0 } }, true, "x.b.example", "", true, false },
	{ "pending domain signs not", "a@b.example", { { "a@b.example", 'S', 0, true, 0 }, { "b.example", 'P', 2, true, 0 } }, true, "a@b.example", "", false, false },
	{ "no key anywhere", "a@b.example", { { "a@b.example", 'S', 0, true, 0 } }, true, "a@b.example", "", false, false },
	{ "no key, signing off", "a@b.example", { { "a@b.example", 'S', 0, false, 0 } }, true, "a@b.example", "", true, false },

	{ "DKIM pending", "a@b.example", { { "b.example", 'S', 0, true, 'P' } }, true, "b.example", "", false, true },
	{ "DKIM failed", "a@b.example", { { "b.example", 'S', 0, true, 'F' } }, true, "b.example", "", false, true },
	{ "DKIM pending, a key of before", "a@b.example", { { "b.example", 'S', 1, true, 'P' } }, true, "b.example", "", false, true },
	{ "DKIM proved", "a@b.example", { { "b.example", 'S', 1, true, 'S' } }, true, "b.example", "b.example", false, false },
	{ "DKIM record vanished", "a@b.example", { { "b.example", 'S', 1, true, 'T' } }, true, "b.example", "b.example", false, false },
	{ "DKIM proved, its key is lost", "a@b.example", { { "b.example", 'S', 0, true, 'S' } }, true, "b.example", "", false, false },
	{ "DKIM pending, signing off", "a@b.example", { { "b.example", 'S', 0, false, 'P' } }, true, "b.example", "", true, false },
	{ "address, its domain's DKIM pending", "a@b.example", { { "a@b.example", 'S', 0, true, 0 }, { "b.example", 'S', 0, true, 'P' } }, true, "a@b.example", "", false, true },
	{ "address with signing off, the same", "a@b.example", { { "a@b.example", 'S', 0, false, 0 }, { "b.example", 'S', 0, true, 'P' } }, true, "a@b.example", "", false, true },
	{ "DKIM pending, parent signs", "a@x.b.example", { { "x.b.example", 'S', 0, true, 'P' }, { "b.example", 'S', 2, true, 'S' } }, true, "x.b.example", "b.example", false, false },
	{ "DKIM pending, parent has signing off", "a@x.b.example", { { "x.b.example", 'S', 0, true, 'P' }, { "b.example", 'S', 2, false, 'S' } }, true, "x.b.example", "", true, false },
	{ "key is lost, parent's DKIM pending", "a@x.b.example", { { "x.b.example", 'S', 0, true, 'S' }, { "b.example", 'S', 0, true, 'P' } }, true, "x.b.example", "", false, false },
};
/* clang-format on */

static enum rules_identity_status
status_of(char letter)
{
	switch (letter) {
	case 'S':
		return RULES_IDENTITY_SUCCESS;
	case 'P':
		return RULES_IDENTITY_PENDING;
	case 'F':
		return RULES_IDENTITY_FAILED;
	case 'T':
		return RULES_IDENTITY_TEMPORARY_FAILURE;
	default:
		return RULES_IDENTITY_NOT_STARTED;
	}
}

static bool
find_known(void *ctx, const char *name, struct rules_identity *identity_r)
{
	const struct resolve_row *row = ctx;
	size_t i;

	for (i = 0; i < NAMES_MAX && row->known[i].name != NULL; i++) {
		const struct known *known = &row->known[i];

		if (strcmp(known->name, name) != 0)
			continue;
		identity_r->id = (int64_t)i + 1;
		identity_r->type = strchr(name, '@') != NULL
				       ? RULES_IDENTITY_EMAIL
				       : RULES_IDENTITY_DOMAIN;
		identity_r->status = status_of(known->status);
		identity_r->signing_enabled = known->signing;
		identity_r->dkim_status = status_of(known->dkim);
		/* The second place: a domain may have Ed25519 alone. */
		identity_r->key_id[1] = known->key;
		(void)snprintf(identity_r->name, sizeof identity_r->name, "%s",
		    known->name);
		return true;
	}
	return false;
}

static void
test_resolve(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof resolves / sizeof resolves[0]; i++) {
		struct resolve_row row = resolves[i];
		struct identity_cover cover;
		bool verified =
		    identity_resolve(row.address, find_known, &row, &cover);

		if (verified != row.is_verified ||
		    cover.is_verified != row.is_verified)
			fail_msg("%s: verified %d", row.name, verified);
		if (strcmp(cover.settings.name, row.settings) != 0)
			fail_msg("%s: settings of %s", row.name,
			    cover.settings.name);
		if (cover.is_signed != (row.signer[0] != '\0') ||
		    (cover.is_signed &&
			strcmp(cover.signer.name, row.signer) != 0))
			fail_msg("%s: signed %d by %s", row.name,
			    cover.is_signed, cover.signer.name);
		if (cover.signing_off != row.signing_off)
			fail_msg("%s: signing_off", row.name);
		if (cover.is_waiting != row.is_waiting)
			fail_msg("%s: is_waiting", row.name);
	}
}

/* Counts the look-ups and finds nothing. */
static bool
count_asked(void *ctx, const char *name, struct rules_identity *identity_r)
{
	(void)identity_r;
	assert_true(strlen(name) <= RULES_ADDRESS_MAX);
	++*(int *)ctx;
	return false;
}

static void
test_lookups_are_bounded(void **state)
{
	static char address[2000];
	struct identity_cover cover;
	int asked = 0;
	size_t i;

	(void)state;
	memset(address, 'a', sizeof address - 1);
	address[10] = '+';
	address[20] = '@';
	assert_false(
	    identity_resolve(address + 21, count_asked, &asked, &cover));
	assert_int_equal(asked, 0);
	for (i = 22; i + 4 < 277; i += 2)
		address[i] = '.';
	address[276] = '\0';
	assert_false(identity_resolve(address, count_asked, &asked, &cover));
	assert_in_range(asked, 100, 130);
}

static void
test_label_of_long_address(void **state)
{
	static char address[1000];
	struct resolve_row nothing = {.name = "nothing"};
	struct identity_cover cover;

	(void)state;
	memset(address, 'a', sizeof address - 1);
	address[500] = '+';
	address[600] = '@';
	assert_false(identity_resolve(address, find_known, &nothing, &cover));
}

struct name_row {
	const char *name;
	const char *text;
	const char *normal; /* NULL: refused */
	enum rules_identity_type type;
};

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define D RULES_IDENTITY_DOMAIN
#define M RULES_IDENTITY_EMAIL

/* clang-format off */
static const struct name_row names[] = {
	{ "domain", "b.example", "b.example", D },
	{ "domain in capitals", "B.Example", "b.example", D },
	{ "final dot", "b.example.", "b.example", D },
	{ "subdomain", "a-1.b.example", "a-1.b.example", D },
	{ "A-label", "xn--bcher-kva.example", "xn--bcher-kva.example", D },
	{ "longest domain", SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghi", SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghi", D },
	{ "longest with final dot", SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghi.", SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghi", D },
	{ "longer domain", SIXTY "." SIXTY "." SIXTY "." SIXTY ".abcdefghij", NULL, D },
	{ "much longer domain", SIXTY "." SIXTY "." SIXTY "." SIXTY "." SIXTY "." SIXTY, NULL, D },
	{ "nothing", "", NULL, D },
	{ "a dot", ".", NULL, D },
	{ "two final dots", "b.example..", NULL, D },
	{ "one label", "localhost", NULL, D },
	{ "one label, final dot", "localhost.", NULL, D },
	{ "underscore", "_x.b.example", NULL, D },
	{ "wildcard", "*.b.example", NULL, D },
	{ "U-label", "b\xc3\xbc""cher.example", NULL, D },
	{ "blank", "b.example ", NULL, D },
	{ "IP address", "192.0.2.1", NULL, D },
	{ "hyphen", "-b.example", NULL, D },
	{ "address", "a@b.example", "a@b.example", M },
	{ "local part as written", "Ann.Bee+x@B.Example", "Ann.Bee+x@b.example", M },
	{ "quotes not needed", "\"a\"@b.example", "a@b.example", M },
	{ "quotes needed", "\"a b\"@b.example", "\"a b\"@b.example", M },
	{ "no local part", "@b.example", NULL, M },
	{ "no domain", "a@", NULL, M },
	{ "address at one label", "a@localhost", NULL, M },
	{ "address with final dot", "a@b.example.", NULL, M },
	{ "angle brackets", "<a@b.example>", NULL, M },
	{ "null path", "<>@", NULL, M },
	{ "name", "Ann <a@b.example>", NULL, M },
	{ "two", "a@b.example,c@d.example", NULL, M },
	{ "8-bit", "\xc3\xbc@b.example", NULL, M },
	{ "line end", "a@b.example\n", NULL, M },
};
/* clang-format on */

static void
test_names(void **state)
{
	char normal[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct name_row *row = &names[i];
		const char *wrong =
		    identity_check_name(row->text, normal, &type);

		if ((wrong == NULL) != (row->normal != NULL))
			fail_msg("%s: %s", row->name, wrong ? wrong : "taken");
		if (wrong == NULL &&
		    (strcmp(normal, row->normal) != 0 || type != row->type))
			fail_msg("%s: became %s", row->name, normal);
	}
}

static void
test_status_names(void **state)
{
	static const char *const expected[] = {
	    "NOT_STARTED", "PENDING", "SUCCESS", "FAILED", "TEMPORARY_FAILURE"};
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_string_equal(
		    identity_status_name((enum rules_identity_status)i),
		    expected[i]);
		assert_int_equal(identity_status_from_name(expected[i]), i);
	}
	assert_string_equal(
	    identity_status_name((enum rules_identity_status)5), "UNKNOWN");
	assert_int_equal(identity_status_from_name("success"), -1);
	assert_int_equal(identity_status_from_name(""), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_resolve),
	    cmocka_unit_test(test_lookups_are_bounded),
	    cmocka_unit_test(test_label_of_long_address),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_status_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
