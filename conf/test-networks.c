/* Addresses, networks and name servers as they stand in sendward.conf. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "conf/conf.h"
#include "conf/parts.h"
#include "conf/test-file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
listen_addresses_are_read(void **state)
{
	struct sockaddr_storage addr;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&addr;
	struct err err = {0};
	socklen_t len;

	(void)state;
	assert_int_equal(
	    conf_listen_address("192.0.2.1:8025", &addr, &len, &err), SG_OK);
	assert_int_equal(len, sizeof(*in4));
	assert_int_equal(in4->sin_family, AF_INET);
	assert_int_equal(in4->sin_port, htons(8025));
	assert_int_equal(in4->sin_addr.s_addr, htonl(0xc0000201));
	assert_int_equal(
	    conf_listen_address("[::1]:65535", &addr, &len, &err), SG_OK);
	assert_int_equal(len, sizeof(*in6));
	assert_int_equal(in6->sin6_family, AF_INET6);
	assert_int_equal(in6->sin6_port, htons(65535));
	assert_true(IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr));
	assert_int_equal(
	    conf_listen_address("", &addr, &len, &err), SG_INVALID);
}

static const char lists[] = TEST_FILE_BOUNCE
    "networks = ( { cidr = \"192.0.2.0/24\"; account = \"shop\"; },\n"
    "  { account = \"one\"; cidr = \"192.0.2.7\"; },\n"
    "  { cidr = \"2001:db8::/32\"; account = \"six\"; },\n"
    "  { cidr = \"0.0.0.0/0\"; account = \"any4\"; } );\n";

/* Whose is the address in `lists`? */
static const struct {
	const char *address, *account;
} addresses[] = {
    {"::ffff:192.0.2.7", "one"},
    {"::ffff:192.0.2.8", "shop"},
    {"::ffff:192.0.3.7", "any4"},
    {"2001:db8:ffff::1", "six"},
    {"2001:db9::1", NULL},
    {"::1", NULL},
};

static void
the_longest_prefix_owns_an_address(void **state)
{
	struct conf *conf;
	struct err err = {0};

	(void)state;
	if (test_file_load(lists, &conf, &err) != SG_OK)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		unsigned char bytes[16];
		const char *account;

		assert_int_equal(
		    inet_pton(AF_INET6, addresses[i].address, bytes), 1);
		account = conf_account_of_address(conf, bytes);
		if (addresses[i].account == NULL)
			assert_null(account);
		else
			assert_string_equal(account, addresses[i].account);
	}
	conf_unref(&conf);
}

static const struct {
	const char *text, *again; /* NULL: refused */
} networks[] = {
    {"192.0.2.0/24", "192.0.2.0/24"},
    {"192.0.2.7", "192.0.2.7/32"},
    {"0.0.0.0/0", "0.0.0.0/0"},
    {"::/0", "::/0"},
    {"::1", "::1/128"},
    {"2001:db8::/33", "2001:db8::/33"},
    {"::ffff:192.0.2.0/120", "192.0.2.0/24"},
    {"2001:DB8::/32", "2001:db8::/32"},
    {"192.0.2.0/", NULL},
    {"192.0.2.0/ 8", NULL},
    {"192.0.2.0/+8", NULL},
    {"192.0.2.0/-1", NULL},
    {"192.0.2.0/99999999999999999999", NULL},
    {"192.0.2.0/24/24", NULL},
    {"192.0.2/24", NULL},
    {"192.0.2.256", NULL},
    {"", NULL},
    {"/", NULL},
    {"2001:db8::1/32", NULL},
    {"example.test", NULL},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", NULL},
};

static void
networks_are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		struct conf_network network = {0};
		const char *problem;
		char text[INET6_ADDRSTRLEN + 8];
		bool is_read =
		    conf_network_parse(networks[i].text, &network, &problem);

		if (is_read != (networks[i].again != NULL))
			fail_msg("%s", networks[i].text);
		if (!is_read)
			continue;
		conf_network_format(&network, text, sizeof(text));
		assert_string_equal(text, networks[i].again);
	}
}

static void
too_many_networks_are_refused(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct conf *conf;
	struct err err = {0};

	(void)state;
	(void)fprintf(out, TEST_FILE_BOUNCE "networks = (");
	for (int i = 0; i <= CONF_MAX_NETWORKS; i++)
		(void)fprintf(out,
		    "%s{ cidr = \"10.0.%d.%d\"; account = \"a\"; }",
		    i == 0 ? "" : ",\n", i / 256, i % 256);
	(void)fprintf(out, ");\n");
	assert_int_equal(fclose(out), 0);
	assert_int_equal(test_file_load(text, &conf, &err), SG_INVALID);
	assert_non_null(
	    strstr(err.text, "has 4097 entries; at most 4096 are taken"));
	free(text);
}

static const struct {
	const char *list, *servers, *error;
} server_lists[] = {
    {"", "", ""},
    {"  ", "", ""},
    {"192.0.2.53", "192.0.2.53@53 ", ""},
    {" 127.0.0.1@5353 , ::1@65535 2001:db8::1 ",
	"127.0.0.1@5353 ::1@65535 2001:db8::1@53 ", ""},
    {"192.0.2.1 192.0.2.256 ::1", "192.0.2.1@53 ", "192.0.2.256 is no name"},
    {"192.0.2.1@0", "", "192.0.2.1@0 is no name server; write ADDRESS or"},
    {"192.0.2.1@65536", "", "192.0.2.1@65536 is no"},
    {"192.0.2.1@", "", "192.0.2.1@ is no"},
    {"192.0.2.1#853", "", "192.0.2.1#853 is no"},
    {"@53", "", "@53 is no"},
    {"1111:2222:3333:4444:5555:6666:111.122.133.144@12345xxxxxxxxxxxxxxxx", "",
	"1111:2222"},
};

static void
reads_lists_of_name_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(server_lists) / sizeof(server_lists[0]);
	     i++) {
		const char *at = server_lists[i].list;
		struct conf_server server;
		struct err err = {.text = ""};
		char found[200] = "";

		while (conf_server_next(&at, &server, &err)) {
			size_t len = strlen(found);

			(void)snprintf(found + len, sizeof(found) - len, "%s ",
			    server.text);
		}
		assert_string_equal(found, server_lists[i].servers);
		assert_int_equal(err.code,
		    server_lists[i].error[0] == '\0' ? SG_OK : SG_INVALID);
		assert_memory_equal(err.text, server_lists[i].error,
		    strlen(server_lists[i].error));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_lists_of_name_servers),
	    cmocka_unit_test(listen_addresses_are_read),
	    cmocka_unit_test(the_longest_prefix_owns_an_address),
	    cmocka_unit_test(networks_are_read_and_written),
	    cmocka_unit_test(too_many_networks_are_refused),
	};

	return cmocka_run_group_tests(
	    tests, test_file_set_up, test_file_tear_down);
}
