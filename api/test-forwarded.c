/* Who a request behind proxies is from. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/exchange.h"
#include "api/forwarded.h"

#define NEAR "127.0.0.1 10.0.0.0/8 2001:db8::/32"

static const struct {
	const char *what, *proxies, *from;
	const char *fields[3]; /* each an X-Forwarded-For */
	const char *client;
} rows[] = {
    {"no proxies", "", "127.0.0.1", {"192.0.2.7"}, "127.0.0.1"},
    {"no field", NEAR, "127.0.0.1", {NULL}, "127.0.0.1"},
    {"one hop", NEAR, "127.0.0.1", {"192.0.2.7"}, "192.0.2.7"},
    {"a stranger says so", NEAR, "192.0.2.66", {"192.0.2.7"}, "192.0.2.66"},
    {"what the client wrote before", NEAR, "127.0.0.1",
	{"198.51.100.1, 192.0.2.7"}, "192.0.2.7"},
    {"the client writes of a proxy", NEAR, "127.0.0.1", {"10.0.0.1, 192.0.2.7"},
	"192.0.2.7"},
    {"two proxies", NEAR, "127.0.0.1", {"198.51.100.1,192.0.2.7,10.9.9.9"},
	"192.0.2.7"},
    {"two fields", NEAR, "127.0.0.1", {"198.51.100.1, 192.0.2.7", "10.0.0.1"},
	"192.0.2.7"},
    {"proxies alone", NEAR, "127.0.0.1", {"10.0.0.2, 10.0.0.1"}, "10.0.0.2"},
    {"IPv6", NEAR, "2001:db8::1", {"2001:DB9:0::7"}, "2001:db9::7"},
    {"IPv4 in IPv6", NEAR, "::ffff:127.0.0.1", {"::ffff:192.0.2.7"},
	"192.0.2.7"},
    {"a port", NEAR, "127.0.0.1", {"192.0.2.7:5678"}, "192.0.2.7"},
    {"brackets", NEAR, "127.0.0.1", {"[2001:db9::7]"}, "2001:db9::7"},
    {"brackets and a port", NEAR, "127.0.0.1", {"[2001:db9::7]:80"},
	"2001:db9::7"},
    {"brackets left open", NEAR, "127.0.0.1", {"192.0.2.7, [2001:db9::7"},
	"127.0.0.1"},
    {"something behind brackets", NEAR, "127.0.0.1", {"[2001:db9::7]x"},
	"127.0.0.1"},
    {"no address", NEAR, "127.0.0.1", {"192.0.2.7, unknown"}, "127.0.0.1"},
    {"no address behind a proxy", NEAR, "127.0.0.1", {"<b>, 10.0.0.1"},
	"10.0.0.1"},
    {"no address in a field before", NEAR, "127.0.0.1",
	{"192.0.2.7", "x", "10.0.0.1"}, "10.0.0.1"},
    {"a zone", NEAR, "127.0.0.1", {"fe80::1%eth0"}, "127.0.0.1"},
    {"commas and blanks", NEAR, "127.0.0.1", {" ,192.0.2.7 ,\t, "},
	"192.0.2.7"},
    {"nothing at all", NEAR, "127.0.0.1", {" , ,"}, "127.0.0.1"},
    {"an empty field", NEAR, "127.0.0.1", {"192.0.2.7", ""}, "192.0.2.7"},
    {"octal", NEAR, "127.0.0.1", {"010.0.0.1"}, "127.0.0.1"},
    {"long", NEAR, "127.0.0.1",
	{"1111111111111111111111111111111111111111111111111111111111111"},
	"127.0.0.1"},
    {"no connection's address", NEAR, "", {"192.0.2.7"}, ""},
};

static void
finds_the_client(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct api_field fields[4] = {{"Accept", "192.0.2.99"}};
		struct api_request request = {
		    .fields = fields, .field_count = 1};
		char client[INET6_ADDRSTRLEN];

		for (int n = 0; n < 3 && rows[i].fields[n] != NULL; n++)
			fields[request.field_count++] = (struct api_field){
			    "x-forwarded-FOR", rows[i].fields[n]};
		(void)snprintf(client, sizeof(client), "%s", rows[i].from);
		api_forwarded_client(rows[i].proxies, &request, client);
		if (strcmp(client, rows[i].client) != 0)
			fail_msg("%s: %s", rows[i].what, client);
	}
}

/* A list without an end costs no look at each. */
static void
follows_so_many_hops(void **state)
{
	char hops[12 * 40] = "";
	struct api_field field = {"X-Forwarded-For", hops};
	struct api_request request = {.fields = &field, .field_count = 1};
	char client[INET6_ADDRSTRLEN] = "127.0.0.1";

	(void)state;
	for (int i = 0; i < 40; i++)
		(void)snprintf(hops + strlen(hops), sizeof(hops) - strlen(hops),
		    "10.0.0.%d,", 50 - i);
	api_forwarded_client(NEAR, &request, client);
	assert_string_equal(client, "10.0.0.42");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_the_client),
	    cmocka_unit_test(follows_so_many_hops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
