/* sendward.conf as administrators write it: what is taken, and what they are
 * told about what is not. */
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
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file, and what stands after its name in the error. */
static const struct {
	const char *name, *text, *error;
} faults[] = {
    {"nothing", "",
	": bounce_domain: is required; add a line bounce_domain = "},
    {"not named", "mode = \"enforce\";\n", ": bounce_domain: is required"},
    {"empty", "bounce_domain = \"\";\n",
	":1: bounce_domain: has 0 bytes; it must have 3 to 180"},
    {"unknown", TEST_FILE_BOUNCE "pacing = 3;\n",
	":2: pacing: unknown option; did you mean pacing_sec?"},
    {"one letter wrong", TEST_FILE_BOUNCE "\n\nmax_recipeints = 3;\n",
	":4: max_recipeints: unknown option; did you mean max_recipients?"},
    {"unknown in a group", TEST_FILE_BOUNCE "milter = {\n  timeout = 30;\n};\n",
	":3: milter.timeout: unknown option; did you mean "
	"milter.timeout_sec?"},
    {"outside its group", TEST_FILE_BOUNCE "level = \"info\";\n",
	":2: level: unknown option; did you mean log.level?"},
    {"unknown group", TEST_FILE_BOUNCE "policyd = { };\n",
	":2: policyd: unknown option; did you mean policy"},
    {"networks misspelt", TEST_FILE_BOUNCE "network = ( );\n",
	":2: network: unknown option; did you mean networks?"},
    {"group in a group", TEST_FILE_BOUNCE "log = { milter = { }; };\n",
	":2: log.milter: unknown option"},
    {"group as a string", TEST_FILE_BOUNCE "log = \"syslog\";\n",
	":2: log: must be a group, is a string; write log = { ... };"},
    {"string for a number", TEST_FILE_BOUNCE "pacing_sec = \"5\";\n",
	":2: pacing_sec: must be a whole number, is a string; write it "
	"without quotes, such as 5"},
    {"fraction", TEST_FILE_BOUNCE "pacing_sec = 1.5;\n",
	":2: pacing_sec: must be a whole number, is a number with a "
	"fraction"},
    {"bool", TEST_FILE_BOUNCE "pacing_sec = true;\n",
	":2: pacing_sec: must be a whole number, is true or false"},
    {"list", TEST_FILE_BOUNCE "pacing_sec = ( 1 );\n",
	":2: pacing_sec: must be a whole number, is a list"},
    {"number for a string", TEST_FILE_BOUNCE "region = 5;\n",
	":2: region: must be a string, is a number; write it in quotes"},
    {"group for a string", TEST_FILE_BOUNCE "region = { };\n",
	":2: region: must be a string, is a group { }"},
    {"too small", TEST_FILE_BOUNCE "max_recipients = 0;\n",
	":2: max_recipients: 0 is out of range; it must be 1 to 10000"},
    {"negative", TEST_FILE_BOUNCE "pacing_sec = -1;\n",
	":2: pacing_sec: -1 is out of range; it must be 0 to 60"},
    {"too large", TEST_FILE_BOUNCE "pacing_sec = 61;\n",
	":2: pacing_sec: 61 is out of range; it must be 0 to 60"},
    {"wraps around", TEST_FILE_BOUNCE "\npacing_sec = 4294967301;\n",
	":3: number too large; 2147483647 is the largest"},
    {"wraps around in hex",
	TEST_FILE_BOUNCE "pacing_sec = 0xffffffff0000005;\n",
	":2: number too large"},
    {"beyond all", TEST_FILE_BOUNCE "pacing_sec = 99999999999999999999999L;\n",
	":2: number too large"},
    {"no choice", TEST_FILE_BOUNCE "mode = \"Enforce\";\n",
	":2: mode: \"Enforce\" is none of its values; it must be one of "
	"\"enforce\", \"monitor\""},
    {"empty choice", TEST_FILE_BOUNCE "mode = \"\";\n",
	":2: mode: \"\" is none"},
    {"part of a choice", TEST_FILE_BOUNCE "mode = \"enforce|\";\n",
	":2: mode: \"enf"},
    {"choice no string", TEST_FILE_BOUNCE "log = {\nlevel = 1; };\n",
	":3: log.level: must be one of \"debug\", \"info\", \"warn\", "
	"\"error\", is a number"},
    {"choice no switch", TEST_FILE_BOUNCE "mode = true;\n",
	":2: mode: must be one of \"enforce\", \"monitor\", is true or "
	"false"},
    {"twice",
	TEST_FILE_BOUNCE
	"region = \"a\";\nmode = \"monitor\";\nregion = \"b\";\n",
	":4: region: is set twice; keep one of the lines"},
    {"twice in a group",
	TEST_FILE_BOUNCE "log = {\n level = \"info\";\n"
			 " level = \"warn\";\n};\n",
	":4: level: is set twice"},
    {"syntax", TEST_FILE_BOUNCE "region = \"a\"\nmode \"monitor\";\n",
	":3: syntax error near \"mode\"; look for a missing ;"},
    {"open quote", TEST_FILE_BOUNCE "region = \"a;\nuser = \"b\";\n",
	":2: the string is not closed; add the missing \""},
    {"open quote at the end", TEST_FILE_BOUNCE "region = \"a\\",
	":2: the string is not closed"},
    {"open comment", TEST_FILE_BOUNCE "/* region",
	":2: a comment is not closed"},
    {"open brace", TEST_FILE_BOUNCE "log = {\n", ": syntax error"},
    {"include", TEST_FILE_BOUNCE "@include \"/etc/passwd\"\n",
	":2: @include is not known"},
    {"name server by name",
	TEST_FILE_BOUNCE "dns = { servers = \"::1 ns.example\"; };\n",
	":2: dns.servers: \"::1 ns.example\" names a server that is none"},
    {"two update servers",
	TEST_FILE_BOUNCE "dkim = { update_server = \"::1 ::2\"; };\n",
	":2: dkim.update_server: \"::1 ::2\" is no name server"},
    {"Easy DKIM in the bounce domain",
	TEST_FILE_BOUNCE "dkim = { zone = \"b.example\"; };\n",
	":2: dkim.zone: is the bounce domain"},
    {"updates of nothing",
	TEST_FILE_BOUNCE "dkim = { update_key_file = \"/k\";\n"
			 "update_server = \"::1\"; };\n",
	":3: dkim.update_server: is set without dkim.zone"},
    {"updates without a key",
	TEST_FILE_BOUNCE
	"dkim = { update_server = \"::1\"; zone = \"d.example\"; };\n",
	":2: dkim.update_server: is set without dkim.update_key_file"},
    {"relative TSIG key",
	TEST_FILE_BOUNCE "dkim = { update_key_file = \"k\"; };\n",
	":2: dkim.update_key_file: \"k\" must be a path"},
    {"certificate without key",
	TEST_FILE_BOUNCE "api = { tls_certificate_file = \"/c\"; };\n",
	":2: api.tls_certificate_file: is one of two"},
    {"key without certificate",
	TEST_FILE_BOUNCE "api = { tls_key_file = \"/k\"; };\n",
	":2: api.tls_key_file: is one of two"},
    {"listen at a name",
	TEST_FILE_BOUNCE "api = { listen = \"localhost:80\"; };\n",
	":2: api.listen: \"localhost:80\" is no place to listen at; write"},
    {"listen at a port", TEST_FILE_BOUNCE "api = { listen = \"8025\"; };\n",
	":2: api.listen: "},
    {"listen at bare IPv6",
	TEST_FILE_BOUNCE "api = { listen = \"::1:8025\"; };\n",
	":2: api.listen: "},
    {"listen at port 0",
	TEST_FILE_BOUNCE "api = { listen = \"127.0.0.1:0\"; };\n",
	":2: api.listen: "},
    {"listen at a large port",
	TEST_FILE_BOUNCE "api = { listen = \"127.0.0.1:65536\"; };\n",
	":2: api.listen: "},
    {"URL without scheme",
	TEST_FILE_BOUNCE "api = { url = \"mail.example\"; };\n",
	":2: api.url: \"mail.example\" is no web address; write it"},
    {"URL with a path",
	TEST_FILE_BOUNCE "api = { url = \"https://m.example/x\"; };\n",
	":2: api.url: "},
    {"URL with a user",
	TEST_FILE_BOUNCE "api = { url = \"https://a@m.example\"; };\n",
	":2: api.url: "},
    {"URL without host", TEST_FILE_BOUNCE "api = { url = \"https://\"; };\n",
	":2: api.url: "},
    {"URL with half an IPv6",
	TEST_FILE_BOUNCE "api = { url = \"http://[::1\"; };\n",
	":2: api.url: "},
    {"sender without domain", TEST_FILE_BOUNCE "mail = { from = \"root\"; };\n",
	":2: mail.from: \"root\" is no e-mail address; write one"},
    {"sender with a name",
	TEST_FILE_BOUNCE "mail = { from = \"A <a@b.test>\"; };\n",
	":2: mail.from: "},
    {"operator with two @",
	TEST_FILE_BOUNCE "mail = { operator = \"a@b@c.test\"; };\n",
	":2: mail.operator: "},
    {"mail server without scheme",
	TEST_FILE_BOUNCE "mail = { server = \"::1:25\"; };\n",
	":2: mail.server: \"::1:25\" is no mail server; write \"smtp"},
    {"mail server port",
	TEST_FILE_BOUNCE "mail = { server = \"smtp://a:0\"; };\n",
	":2: mail.server: "},
    {"mail server path",
	TEST_FILE_BOUNCE "mail = { server = \"smtp://a/b\"; };\n",
	":2: mail.server: "},
    {"operator selector",
	TEST_FILE_BOUNCE "dkim = { operator_selector = \"a..b\"; };\n",
	":2: dkim.operator_selector: \"a..b\" is no selector"},
    {"operator domain",
	TEST_FILE_BOUNCE "dkim = { operator_domain = \"a b\"; };\n",
	":2: dkim.operator_domain: \"a b\" is no domain name"},
    {"trust anchor",
	TEST_FILE_BOUNCE "dns = { trust_anchor_file = \"root.key\"; };\n",
	":2: dns.trust_anchor_file: "},
    {"SMTP host", TEST_FILE_BOUNCE "console = { smtp_host = \"a b\"; };\n",
	":2: console.smtp_host: \"a b\" is no domain name"},
    {"SMTP port 0", TEST_FILE_BOUNCE "console = { smtp_ports = \"587 0\"; };\n",
	":2: console.smtp_ports: \"587 0\" must be ports"},
    {"SMTP ports with a comma",
	TEST_FILE_BOUNCE "console = { smtp_ports = \"587,465\"; };\n",
	":2: console.smtp_ports: "},
    {"proxies by name",
	TEST_FILE_BOUNCE "api = { proxies = \"localhost\"; };\n",
	":2: api.proxies: \"localhost\" names a proxy that is none; write"},
    {"proxies with a port",
	TEST_FILE_BOUNCE "api = { proxies = \"::1 10.0.0.1:80\"; };\n",
	":2: api.proxies: "},
    {"proxies that are long",
	TEST_FILE_BOUNCE "api = { proxies = \"1111:2222:3333:4444:5555:6666:"
			 "111.122.133.144/128xxxx\"; };\n",
	":2: api.proxies: "},
    {"proxies of IPv4 altogether",
	TEST_FILE_BOUNCE "api = { proxies = \"10.0.0.1 0.0.0.0/0\"; };\n",
	":2: api.proxies: \"10.0.0.1 0.0.0.0/0\" believes everybody"},
    {"proxies altogether", TEST_FILE_BOUNCE "api = { proxies = \"::/0\"; };\n",
	":2: api.proxies: \"::/0\" believes everybody"},
    {"MX of MAIL FROM", TEST_FILE_BOUNCE "mail_from_mx = \"mx\";\n",
	":2: mail_from_mx: "},
    {"control character", TEST_FILE_BOUNCE "region = \"a\\nb\";\n",
	":2: region: \"a\nb\" holds a control character"},
    {"not UTF-8", TEST_FILE_BOUNCE "trusted_login = \"caf\xe9\";\n",
	" is not UTF-8; save the file in that encoding"},
    {"too long",
	TEST_FILE_BOUNCE "user = \"123456789012345678901234567890123\";\n",
	":2: user: has 33 bytes; it must have 0 to 32"},
    {"relative key", TEST_FILE_BOUNCE "master_key_file = \"key\";\n",
	":2: master_key_file: \"key\" must be a path that begins with /"},
    {"store without an address", TEST_FILE_BOUNCE "store = \"postgresql:x\";\n",
	":2: store: \"postgresql:…\" is no store that is known; write"},
    {"password in a url that is none",
	TEST_FILE_BOUNCE "store = \"postgress://u:secret@h/x\";\n",
	":2: store: \"postgress:…\" is no store that is known; write"},
    {"password without a url",
	TEST_FILE_BOUNCE "store = \"password=secret host=h\";\n",
	":2: store: \"…\" is no store that is known; write"},
    {"relative store", TEST_FILE_BOUNCE "store = \"sqlite:sendward.db\";\n",
	":2: store: \"sqlite:sendward.db\" is no store that is known; write"},
    {"other store", TEST_FILE_BOUNCE "store = \"mysql:/x/y\";\n",
	":2: store: \"mysql:…\" is no store that is known"},
    {"log target", TEST_FILE_BOUNCE "log = { target = \"file.log\"; };\n",
	":2: log.target: \"file.log\" must be \"syslog\", \"stderr\", or"},
    {"socket", TEST_FILE_BOUNCE "milter = { socket = \"/run/m.sock\"; };\n",
	":2: milter.socket: \"/run/m.sock\" is no socket; write \"unix:"},
    {"socket port",
	TEST_FILE_BOUNCE "policy = { socket = \"inet:70000@127.0.0.1\"; "
			 "};\n",
	":2: policy.socket: "},
    {"socket path",
	TEST_FILE_BOUNCE
	"policy = { socket = \"unix:/123456789/123456789/"
	"123456789/123456789/123456789/123456789/123456789/123456789/"
	"123456789/123456789/1234567\"; };\n",
	"has a path of more than 107 bytes"},
    {"release socket",
	TEST_FILE_BOUNCE "policy = { release_socket = \"r.sock\"; };\n",
	":2: policy.release_socket: "},
    {"socket mode", TEST_FILE_BOUNCE "policy = { socket_mode = \"0888\"; };\n",
	":2: policy.socket_mode: \"0888\" must be octal permissions"},
    {"socket mode bits",
	TEST_FILE_BOUNCE "milter = { socket_mode = \"4777\"; };\n",
	":2: milter.socket_mode: "},
    {"user", TEST_FILE_BOUNCE "user = \"a b\";\n",
	":2: user: \"a b\" is no name"},
    {"region", TEST_FILE_BOUNCE "region = \"eu west\";\n",
	":2: region: \"eu west\""},
    {"no domain", "bounce_domain = \"localhost\";\n",
	":1: bounce_domain: \"localhost\" is no domain name; write it"},
    {"upper case", "bounce_domain = \"B.example\";\n",
	":1: bounce_domain: \"B.example\" is no domain"},
    {"empty label", "bounce_domain = \"b..example\";\n", ":1: bounce_domain"},
    {"simulator", TEST_FILE_BOUNCE "simulator_domain = \"a_b.example\";\n",
	":2: simulator_domain: \"a_b.example\" is no domain"},
    {"networks no list", TEST_FILE_BOUNCE "networks = { };\n",
	":2: networks: must be a list; write networks = ( {"},
    {"networks entry", TEST_FILE_BOUNCE "networks = (\n\"192.0.2.0/24\" );\n",
	": networks: an entry is no group"},
    {"networks member",
	TEST_FILE_BOUNCE "networks = (\n{ cidr = \"192.0.2.0/24\";\n"
			 "acount = \"a\"; } );\n",
	":4: networks: an entry has cidr and account, not acount"},
    {"networks member type", TEST_FILE_BOUNCE "networks = ( { cidr = 5; } );\n",
	":2: networks: cidr must be a string; put it in quotes"},
    {"networks without cidr",
	TEST_FILE_BOUNCE "networks = ( { account = \"a\"; } );\n",
	": networks: an entry has no cidr; add it"},
    {"networks without account",
	TEST_FILE_BOUNCE "networks = ( { cidr = \"::/0\"; } "
			 ");\n",
	": networks: an entry has no account; add it"},
    {"networks account",
	TEST_FILE_BOUNCE "networks = ( { cidr = \"::/0\"; account = "
			 "\"a b\"; } );\n",
	": networks: \"a b\" is no name of an account"},
    {"networks account in upper case",
	TEST_FILE_BOUNCE "networks = ( { cidr = "
			 "\"::/0\"; account = \"Shop\"; } );\n",
	": networks: \"Shop\" is no name of an account; it has 1 to 64 of "},
    {"networks account begins with a dot",
	TEST_FILE_BOUNCE "networks = ( { cidr = "
			 "\"::/0\"; account = \".a\"; } );\n",
	": networks: \".a\" is no name of an account"},
    {"networks host bits",
	TEST_FILE_BOUNCE "networks = (\n{ cidr = \"192.0.2.1/24\";"
			 "\naccount = \"a\"; } );\n",
	": networks: 192.0.2.1/24 has bits set behind its length"},
    {"networks length",
	TEST_FILE_BOUNCE "networks = ( { cidr = \"192.0.2.0/33\"; "
			 "account = \"a\"; } );\n",
	": networks: 192.0.2.0/33 has no length that can be"},
    {"networks twice",
	TEST_FILE_BOUNCE
	"networks = ( { cidr = \"192.0.2.0/24\"; "
	"account = \"a\"; }, { cidr = \"192.0.2.0/24\"; account = \"b\"; } "
	");\n",
	":2: networks: 192.0.2.0/24 is there twice; keep one entry"},
};

static void
faults_name_file_line_option_and_fix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct conf *conf = (struct conf *)&conf;
		struct err err = {0};
		enum sg_err rc = test_file_load(faults[i].text, &conf, &err);

		assert_null(conf);
		if (rc != SG_INVALID ||
		    strncmp(err.text, test_file_path(),
			strlen(test_file_path())) != 0 ||
		    strstr(err.text, faults[i].error) == NULL)
			fail_msg("%s: %s %s", faults[i].name, err_name(rc),
			    err.text);
	}
}

static void
files_that_are_none(void **state)
{
	struct conf *conf;
	struct err err = {0};
	char *large = malloc(CONF_MAX_FILE_BYTES + 2);
	const size_t most = CONF_MAX_FILE_BYTES;

	(void)state;
	(void)unlink(test_file_path());
	assert_int_equal(conf_load(test_file_path(), &conf, &err), SG_MISSING);
	assert_non_null(strstr(err.text, "is missing; create it"));
	assert_int_equal(conf_load("/tmp", &conf, &err), SG_INVALID);
	assert_non_null(strstr(err.text, "is not a regular file"));
	assert_int_equal(test_file_load_bytes(TEST_FILE_BOUNCE "\0",
			     sizeof(TEST_FILE_BOUNCE), &conf, &err),
	    SG_INVALID);
	assert_non_null(strstr(err.text, "is NUL"));
	assert_non_null(large);
	memset(large, ' ', most + 1);
	memcpy(large, TEST_FILE_BOUNCE, strlen(TEST_FILE_BOUNCE));
	assert_int_equal(test_file_load_bytes(large, most, &conf, &err), SG_OK);
	conf_unref(&conf);
	assert_int_equal(
	    test_file_load_bytes(large, most + 1, &conf, &err), SG_INVALID);
	assert_non_null(strstr(err.text, "more than 1048576 bytes"));
	free(large);
}

static void
defaults_are_those_of_the_table(void **state)
{
	struct conf *conf;
	struct err err = {0};

	(void)state;
	assert_int_equal(test_file_load(TEST_FILE_BOUNCE, &conf, &err), SG_OK);
	assert_string_equal(conf->bounce_domain, "b.example");
	assert_int_equal(conf->mode, CONF_MODE_ENFORCE);
	assert_int_equal(conf->suppressed, CONF_SUPPRESSED_ACCEPT);
	assert_int_equal(conf->log_level, CONF_LOG_INFO);
	assert_int_equal(conf->max_recipients, 50);
	assert_int_equal(conf->max_message_bytes, 41943040);
	assert_string_equal(conf->user, "sendward");
	assert_int_equal(conf->network_count, 0);
	conf_unref(&conf);
	conf = conf_new_defaults();
	assert_string_equal(conf->bounce_domain, "bounce.test");
	conf_unref(&conf);
}

/* Each row's default must itself be allowed; bounce_domain has none. */
static void
every_default_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < conf_table_len; i++) {
		const struct conf_option *o = &conf_table[i];
		long long number = strtoll(o->def, NULL, 10);
		bool is_fine = false;

		if (strcmp(o->path, "bounce_domain") == 0)
			continue;
		switch (o->type) {
		case CONF_TYPE_STRING:
			is_fine = (int64_t)strlen(o->def) >= o->least &&
				  (int64_t)strlen(o->def) <= o->most &&
				  conf_check_string(o, o->def) == NULL;
			break;
		case CONF_TYPE_INT:
			is_fine = number >= o->least && number <= o->most &&
				  o->most <= INT32_MAX;
			break;
		case CONF_TYPE_ENUM:
			is_fine = conf_choice_index(o, o->def) >= 0;
			break;
		}
		if (!is_fine)
			fail_msg("%s: %s", o->path, o->def);
	}
}

/* What is fine in options with a form of their own. */
static const char *const allowed[] = {
    "api = { listen = \"[::1]:8025\"; url = \"http://[::1]:8025\"; };",
    "api = { listen = \"0.0.0.0:443\"; url = \"https://Mail.Example\"; };",
    "api = { tls_certificate_file = \"/c\"; tls_key_file = \"/k\"; };",
    "api = { proxies = \" 127.0.0.1, ::1 10.0.0.0/8 2001:db8::/32 \"; };",
    "dkim = { zone = \"dkim.b.example\"; update_server = \"::1@5353\"; "
    "update_key_file = \"/k\"; };",
    "dkim = { operator_domain = \"b.example\"; operator_selector = "
    "\"a-1.b2\"; };",
    "mail = { from = \"no-reply+x@b.example\"; operator = \"\"; "
    "server = \"smtp://[::1]:10025\"; };",
    "mail = { server = \"smtp://localhost\"; };",
    "mail = { server = \"unix:/var/spool/postfix/private/letters\"; };",
};

static void
forms_that_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		struct conf *conf;
		struct err err = {0};
		char text[512];

		(void)snprintf(
		    text, sizeof(text), TEST_FILE_BOUNCE "%s\n", allowed[i]);
		if (test_file_load(text, &conf, &err) != SG_OK)
			fail_msg("%s: %s", allowed[i], err.text);
		conf_unref(&conf);
	}
}

static const char full[] =
    "# a comment with 99999999999 and @include\n"
    "/* another\n 99999999999 */\n"
    "mode = \"monitor\"\n"
    "bounce_domain : \"b.example\"; // 99999999999\n"
    "suppressed = \"reject\"; pacing_sec = 0x0A;\n"
    "trusted_login = \"a\\\"b\\\\c@99999999999\"; store = \"sqlite:/x/y.db\";\n"
    "max_message_bytes = 2147483647; user = \"\";\n"
    "log = { target = \"/var/log/x\"; level = \"error\"; };\n"
    "milter = { socket = \"inet:8891@127.0.0.1\"; timeout_sec = 10;\n"
    "  quota = true; };\n"
    "policy = { socket = \"unix:/x\"; socket_mode = \"600\";\n"
    "  max_connections = 100000; };\n"
    "networks = ( { cidr = \"192.0.2.0/24\"; account = \"shop\"; },\n"
    "  { account = \"one\"; cidr = \"192.0.2.7\"; },\n"
    "  { cidr = \"2001:db8::/32\"; account = \"six\"; },\n"
    "  { cidr = \"0.0.0.0/0\"; account = \"any4\"; } );\n";

static struct conf *
load_full(void)
{
	struct conf *conf;
	struct err err = {0};

	if (test_file_load(full, &conf, &err) != SG_OK)
		fail_msg("%s", err.text);
	return conf;
}

static void
everything_that_is_written_is_taken(void **state)
{
	struct conf *conf = load_full();

	(void)state;
	assert_int_equal(conf->mode, CONF_MODE_MONITOR);
	assert_int_equal(conf->suppressed, CONF_SUPPRESSED_REJECT);
	assert_int_equal(conf->pacing_sec, 10);
	assert_string_equal(conf->trusted_login, "a\"b\\c@99999999999");
	assert_string_equal(conf->user, "");
	assert_int_equal(conf->max_message_bytes, 2147483647);
	assert_int_equal(conf->log_level, CONF_LOG_ERROR);
	assert_string_equal(conf->log_target, "/var/log/x");
	assert_string_equal(conf->milter_socket, "inet:8891@127.0.0.1");
	assert_string_equal(conf->milter_socket_mode, "0666");
	assert_int_equal(conf->milter_quota, CONF_MILTER_QUOTA_YES);
	assert_int_equal(conf->policy_max_connections, 100000);
	assert_int_equal(conf->network_count, 4);
	conf_unref(&conf);
	assert_null(conf);
}

static char *
dump_dup(const struct conf *conf, bool as_json)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	if (as_json)
		assert_int_equal(conf_dump_json(conf, out), SG_OK);
	else
		conf_dump(conf, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
a_dump_loads_back(void **state)
{
	struct conf *conf = load_full(), *again;
	char *first = dump_dup(conf, false), *second;
	struct err err = {0};

	(void)state;
	if (test_file_load(first, &again, &err) != SG_OK)
		fail_msg("%s\n%s", err.text, first);
	second = dump_dup(again, false);
	assert_string_equal(first, second);
	assert_string_equal(again->trusted_login, conf->trusted_login);
	assert_int_equal(again->network_count, conf->network_count);
	for (size_t i = 0; i < conf_table_len; i++) {
		const char *dot = strchr(conf_table[i].path, '.');
		const char *name = dot == NULL ? conf_table[i].path : dot + 1;

		if (strstr(first, name) == NULL)
			fail_msg("%s is not dumped", conf_table[i].path);
	}
	free(first);
	free(second);
	conf_unref(&conf);
	conf_unref(&again);
}

static void
a_dump_has_no_password(void **state)
{
	static const char *const stores[][2] = {
	    {"postgresql://u:secret@h:5/x?sslmode=require",
		"postgresql://u@h:5/x?sslmode=require"},
	    {"postgresql://u:secret/a@secret@h,g:6/x",
		"postgresql://u@h,g:6/x"},
	    {"postgresql://u:a?secret@h/x", "postgresql://u@h/x"},
	    {"postgresql://u@h:5/x", "postgresql://u@h:5/x"},
	    {"postgresql:///x?password=secret&host=/a&sslpassword=secret",
		"postgresql:///x?password=&host=/a&sslpassword="},
	    {"sqlite:/a:b@c", "sqlite:/a:b@c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		struct conf *conf = conf_new_defaults();
		char *text;

		assert_non_null(conf);
		free(conf->store);
		conf->store = strdup(stores[i][0]);
		for (int as_json = 0; as_json < 2; as_json++) {
			text = dump_dup(conf, as_json);
			assert_null(strstr(text, "secret"));
			free(text);
		}
		text = conf_store_shown(conf->store);
		assert_string_equal(text, stores[i][1]);
		free(text);
		conf_unref(&conf);
	}
}

static void
json_has_every_option(void **state)
{
	struct conf *conf = load_full();
	char *text = dump_dup(conf, true);
	json_t *object = json_loads(text, 0, NULL), *networks;

	(void)state;
	assert_non_null(object);
	for (size_t i = 0; i < conf_table_len; i++)
		if (json_object_get(object, conf_table[i].path) == NULL)
			fail_msg("%s is missing", conf_table[i].path);
	assert_string_equal(
	    json_string_value(json_object_get(object, "mode")), "monitor");
	assert_int_equal(
	    json_integer_value(json_object_get(object, "pacing_sec")), 10);
	networks = json_object_get(object, "networks");
	assert_int_equal(json_array_size(networks), 4);
	json_decref(object);
	free(text);
	conf_unref(&conf);
}

static void
a_reload_keeps_what_is_held(void **state)
{
	struct conf *held = load_full(), *mine = conf_ref(held), *next = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    test_file_load(TEST_FILE_BOUNCE "mode = 5;\n", &next, &err),
	    SG_INVALID);
	assert_null(next);
	assert_int_equal(held->mode, CONF_MODE_MONITOR);
	assert_int_equal(test_file_load(TEST_FILE_BOUNCE, &next, &err), SG_OK);
	conf_unref(&held);
	assert_null(held);
	assert_int_equal(mine->mode, CONF_MODE_MONITOR);
	assert_int_equal(next->mode, CONF_MODE_ENFORCE);
	conf_unref(&mine);
	conf_unref(&next);
	conf_unref(&next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(faults_name_file_line_option_and_fix),
	    cmocka_unit_test(files_that_are_none),
	    cmocka_unit_test(defaults_are_those_of_the_table),
	    cmocka_unit_test(every_default_is_allowed),
	    cmocka_unit_test(forms_that_are_taken),
	    cmocka_unit_test(everything_that_is_written_is_taken),
	    cmocka_unit_test(a_dump_loads_back),
	    cmocka_unit_test(a_dump_has_no_password),
	    cmocka_unit_test(json_has_every_option),
	    cmocka_unit_test(a_reload_keeps_what_is_held),
	};

	return cmocka_run_group_tests(
	    tests, test_file_set_up, test_file_tear_down);
}
