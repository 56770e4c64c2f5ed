/* Names that are asked for, and records as they come. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dns/rdata.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#define LABEL63                                                                \
	"a23456789b123456789c123456789d123456789e123456789f123456789g123"
#define NAME253                                                                \
	LABEL63 "." LABEL63 "." LABEL63 ".a23456789b123456789"                 \
		"c123456789d123456789e123456789f123456789g1"

/* clang-format off */
static const struct {
	const char *name, *read; /* NULL: refused */
} names[] = {
	{"shop.example",                 "shop.example"},
	{"Shop.EXAMPLE.",                "shop.example"},
	{"sel._domainkey.shop.example",  "sel._domainkey.shop.example"},
	{"test",                         "test"},
	{"1-2.3-",                       "1-2.3-"},
	{LABEL63 ".test",                LABEL63 ".test"},
	{NAME253,                        NAME253},
	{NAME253 ".",                    NAME253},
	{NAME253 "x",                    NULL},
	{LABEL63 "x.test",               NULL},
	{"",                             NULL},
	{".",                            NULL},
	{"..",                           NULL},
	{".shop.example",                NULL},
	{"shop..example",                NULL},
	{"shop.example..",               NULL},
	{"shop example",                 NULL},
	{"shop\\046.example",            NULL},
	{"*.shop.example",               NULL},
	{"sh\xc3\xb6p.example",          NULL},
	{"shop.example\n",               NULL},
	{"a/b.example",                  NULL},
};
/* clang-format on */

static void
names_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char read[DNS_NAME_MAX + 1];
		bool is_name = dns_name_read(names[i].name, read);

		if (is_name != (names[i].read != NULL))
			fail_msg("name %s", names[i].name);
		if (is_name)
			assert_string_equal(read, names[i].read);
	}
}

#define WIRE(bytes) (const uint8_t *)(bytes), sizeof(bytes) - 1

/* clang-format off */
static const struct {
	const char *what;
	enum dns_type type;
	const uint8_t *data;
	size_t len;
	const char *text; /* NULL: not readable */
	int number;       /* strings, or the preference */
} records[] = {
	{"one string",        DNS_TXT, WIRE("\5hello"), "hello", 1},
	{"three strings",     DNS_TXT, WIRE("\2v=\0\4DKIM"), "v=DKIM", 3},
	{"empty string",      DNS_TXT, WIRE("\0"), "", 1},
	{"no string",         DNS_TXT, WIRE(""), NULL, 0},
	{"string cut",        DNS_TXT, WIRE("\6hello"), NULL, 0},
	{"second cut",        DNS_TXT, WIRE("\5hello\1"), NULL, 0},
	{"MX",                DNS_MX, WIRE("\0\12\4Mail\7EXAMPLE\0"), "mail.example", 10},
	{"MX of 65535",       DNS_MX, WIRE("\377\377\1a\0"), "a", 65535},
	{"null MX",           DNS_MX, WIRE("\0\0\0"), ".", 0},
	{"MX without host",   DNS_MX, WIRE("\0\12"), NULL, 0},
	{"MX and more",       DNS_MX, WIRE("\0\12\1a\0x"), NULL, 0},
	{"CNAME",             DNS_CNAME, WIRE("\1A\4TEST\0"), "a.test", 0},
	{"dot in a label",    DNS_CNAME, WIRE("\3a.b\0"), "a\\.b", 0},
	{"NUL in a label",    DNS_CNAME, WIRE("\3a\0b\0"), "a\\000b", 0},
	{"label cut",         DNS_CNAME, WIRE("\5abc"), NULL, 0},
	{"no end",            DNS_CNAME, WIRE("\1a"), NULL, 0},
	{"pointer to itself", DNS_CNAME, WIRE("\300\0"), NULL, 0},
	{"NS",                DNS_NS, WIRE("\2ns\0"), "ns", 0},
	{"SOA",               DNS_SOA,
	    WIRE("\2NS\0\1H\0\377\377\377\377\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"),
	    "ns h 4294967295", 0},
	{"SOA cut",           DNS_SOA, WIRE("\2ns\0\1h\0\0\0\0"), NULL, 0},
	{"A",                 DNS_A, WIRE("\300\0\2\1"), "192.0.2.1", 0},
	{"A of five",         DNS_A, WIRE("\300\0\2\1\1"), NULL, 0},
	{"AAAA",              DNS_AAAA,
	    WIRE("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"), "2001:db8::1", 0},
	{"AAAA of four",      DNS_AAAA, WIRE("\300\0\2\1"), NULL, 0},
};
/* clang-format on */

static void
records_are_read(void **state)
{
	struct arena *arena = arena_new(100 * 1024);

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct dns_record record;
		enum sg_err code = dns_rdata_read(records[i].type,
		    records[i].data, records[i].len, arena, &record);

		if (code != (records[i].text == NULL ? SG_INVALID : SG_OK))
			fail_msg("%s: %s", records[i].what, err_name(code));
		if (code != SG_OK)
			continue;
		assert_string_equal(record.text, records[i].text);
		assert_int_equal(record.len, strlen(record.text));
		assert_int_equal(records[i].type == DNS_TXT ? record.strings
							    : record.preference,
		    records[i].number);
	}
	arena_free(&arena);
}

static void
a_text_may_be_long_and_hold_nul(void **state)
{
	static uint8_t data[256 * 255];
	struct arena *arena = arena_new(100 * 1024);
	struct dns_record record;

	(void)state;
	memset(data, 'x', sizeof(data));
	for (size_t i = 0; i < 255; i++)
		data[i * 256] = 255;
	data[10] = '\0';
	assert_int_equal(
	    dns_rdata_read(DNS_TXT, data, sizeof(data), arena, &record), SG_OK);
	assert_int_equal(record.len, 255 * 255);
	assert_int_equal(record.strings, 255);
	assert_int_equal(record.text[9], '\0');
	assert_int_equal(record.text[255 * 255], '\0');
	arena_free(&arena);
}

static void
no_memory_is_told_apart(void **state)
{
	struct arena *arena = arena_new(4);
	struct dns_record record;

	(void)state;
	assert_int_equal(
	    dns_rdata_read(
		DNS_TXT, WIRE("\30123456789012345678901234"), arena, &record),
	    SG_NOMEM);
	arena_free(&arena);
}

#define HEAD "\0\0\201\200\0\1\0\0\0\1\0\0\1b\4test\0\0\20\0\1"
#define SOA_REST                                                               \
	"\0\0\0\1\0\30\300\16\300\16\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"

static void
a_denial_has_the_soa_of_the_zone(void **state)
{
	(void)state;
	assert_true(dns_is_denial(WIRE(HEAD "\300\16\0\6\0\1" SOA_REST)));
	/* The same with an NS record: a referral. */
	assert_false(
	    dns_is_denial(WIRE(HEAD "\300\16\0\2\0\1\0\0\0\1\0\2\300\16")));
	assert_false(
	    dns_is_denial(WIRE("\0\0\201\200\0\1\0\0\0\0\0\0\1b\4test\0\0\20"
			       "\0\1")));
	assert_false(dns_is_denial(WIRE("\0\0\201")));
	assert_false(dns_is_denial(NULL, 0));
}

static void
types_have_names(void **state)
{
	(void)state;
	assert_string_equal(dns_type_name(DNS_TXT), "TXT");
	assert_string_equal(dns_type_name(DNS_AAAA), "AAAA");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_read),
	    cmocka_unit_test(records_are_read),
	    cmocka_unit_test(a_text_may_be_long_and_hold_nul),
	    cmocka_unit_test(no_memory_is_told_apart),
	    cmocka_unit_test(a_denial_has_the_soa_of_the_zone),
	    cmocka_unit_test(types_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
