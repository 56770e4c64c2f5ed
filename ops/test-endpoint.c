/* Forms of endpoints, and addresses that are refused. */
#include "config.h"

#include "ops/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include "conf/conf.h"

static bool
is_private(const char *text)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in4 = {.sin_family = AF_INET};

	if (strchr(text, ':') == NULL) {
		assert_int_equal(inet_pton(AF_INET, text, &in4.sin_addr), 1);
		return endpoint_is_private((struct sockaddr *)&in4);
	}
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return endpoint_is_private((struct sockaddr *)&in6);
}

static void
test_addresses(void **state)
{
	static const char *const private[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1",
	    "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
	    "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
	    "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1",
	    "198.19.255.255", "198.51.100.7", "203.0.113.1", "224.0.0.1",
	    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
	    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.1.1.1",
	    "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
	    "2002:7f00:1::", "2002:c0a8:101::1", "2001::1", "2001:db8::1",
	    "3fff:1::1", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1",
	    "100::1", "4000::1", "::8.8.8.8"};
	static const char *const public[] = {"1.1.1.1", "9.255.255.255",
	    "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255",
	    "128.0.0.1", "169.253.0.1", "172.15.255.255", "172.32.0.1",
	    "192.0.1.1", "192.167.0.1", "198.17.0.1", "198.20.0.1",
	    "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
	    "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
	    "2001:200::1"};
	struct sockaddr local = {.sa_family = AF_UNIX};

	(void)state;
	for (size_t i = 0; i < sizeof(private) / sizeof(*private); i++)
		if (!is_private(private[i]))
			fail_msg("%s is not private", private[i]);
	for (size_t i = 0; i < sizeof(public) / sizeof(*public); i++)
		if (is_private(public[i]))
			fail_msg("%s is private", public[i]);
	assert_true(endpoint_is_private(&local));
}

static void
check_rows(const struct conf *conf, int is_bad, const char *const (*rows)[2])
{
	char kept[STORE_ENDPOINT_MAX + 1];
	struct err err;

	for (; (*rows)[0] != NULL; rows++) {
		enum sg_err rc =
		    endpoint_check(conf, (*rows)[0], (*rows)[1], kept, &err);

		if (rc != (is_bad ? SG_INVALID : SG_OK))
			fail_msg("%s %s: %s %s", (*rows)[0], (*rows)[1],
			    err_name(rc), err.text);
	}
}

static void
test_forms(void **state)
{
	static const char *const good[][2] = {
	    {"http", "http://hooks.example.com/a?b=c"},
	    {"http", "HTTP://hooks.example.com"},
	    {"https", "https://user:pass@hooks.example.com:8443/x"},
	    {"https", "https://1.1.1.1/"}, {"https", "https://[2606:4700::1]/"},
	    {"https", "https://[2606:4700::1]:99/"},
	    {"https", "https://localhost.example.com/"},
	    {"email", "jane@shop.example"}, {"email-json", "j+x@shop.example"},
	    {"command", "tell-desk"}, {"command", "/etc/hooks/tell-desk"},
	    {NULL, NULL}};
	static const char *const bad[][2] = {
	    {"http", "https://hooks.example.com/"}, {"https", "hooks"},
	    {"https", "https://"}, {"https", "https:///x"},
	    {"https", "https://user@/x"}, {"https", "https://a b/"},
	    {"https", "https://a\\@b/"}, {"https", "https://a/\r\nX: y"},
	    {"https", "https://a/\x80"}, {"https", "https://a:0/"},
	    {"https", "https://a:65536/"}, {"https", "https://a:/"},
	    {"https", "https://a:b/"}, {"https", "https://[::1/"},
	    {"https", "https://[2606:4700::1]x/"}, {"https", "https://[a]/"},
	    {"https", "https://127.0.0.1/"}, {"https", "https://127.1/"},
	    {"https", "https://0x7f.1/"}, {"https", "https://2130706433/"},
	    {"https", "https://017700000001/"}, {"https", "https://[::1]/"},
	    {"https", "https://[::ffff:7f00:1]/"}, {"https", "https://0/"},
	    {"https", "https://x:y@10.1.1.1:80/"},
	    {"http", "http://LOCALHOST/"}, {"http", "http://localhost./"},
	    {"http", "http://a.localhost:80/"}, {"http", "file:///etc/passwd"},
	    {"file", "file:///etc/passwd"}, {"ftp", "ftp://a.example/"},
	    {"email", "jane"}, {"email", ""}, {"email", "<>"},
	    {"email", "a@b.example, c@d.example"}, {"command", ""},
	    {"command", "../sh"}, {"command", "a/b"}, {"command", ".hidden"},
	    {"command", "/bin/sh"}, {"command", "/etc/hooks/../sh"},
	    {"command", "a b"}, {"command", "a;b"}, {"sqs", "x"}, {NULL, NULL}};
	struct conf *conf = conf_new_defaults();
	char kept[STORE_ENDPOINT_MAX + 1], long_one[STORE_ENDPOINT_MAX + 2];

	(void)state;
	free(conf->mail_from);
	conf->mail_from = strdup("news@provider.test");
	free(conf->notify_command_dir);
	conf->notify_command_dir = strdup("/etc/hooks/");
	check_rows(conf, 0, good);
	check_rows(conf, 1, bad);
	assert_int_equal(
	    endpoint_check(conf, "http", "HTTP://a.example/B", kept, NULL),
	    SG_OK);
	assert_string_equal(kept, "http://a.example/B");
	assert_int_equal(
	    endpoint_check(conf, "command", "/etc/hooks/x", kept, NULL), SG_OK);
	assert_string_equal(kept, "x");
	(void)memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	memcpy(long_one, "http://", 7);
	assert_int_equal(
	    endpoint_check(conf, "http", long_one, kept, NULL), SG_INVALID);
	conf_unref(&conf);
}

static void
test_options(void **state)
{
	struct conf *conf = conf_new_defaults();
	char kept[STORE_ENDPOINT_MAX + 1];

	(void)state;
	/* neither mail.from nor notify.command_dir is set */
	assert_int_equal(
	    endpoint_check(conf, "email", "a@b.example", kept, NULL),
	    SG_INVALID);
	assert_int_equal(
	    endpoint_check(conf, "command", "x", kept, NULL), SG_INVALID);
	conf->notify_private_addresses = CONF_PRIVATE_ALLOW;
	assert_int_equal(
	    endpoint_check(conf, "http", "http://127.0.0.1:8/", kept, NULL),
	    SG_OK);
	assert_int_equal(
	    endpoint_check(conf, "http", "http://localhost/", kept, NULL),
	    SG_OK);
	conf_unref(&conf);
}

static void
test_host(void **state)
{
	static const char *const rows[][2] = {
	    {"https://a.example/secret", "a.example"},
	    {"https://u:p@a.example:8/x@y", "a.example"},
	    {"https://[2606:4700::1]:8?x", "2606:4700::1"},
	    {"jane@shop.example", ""}};
	char host[ENDPOINT_HOST_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		endpoint_host(rows[i][0], host);
		assert_string_equal(host, rows[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
