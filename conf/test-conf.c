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

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/sendward-test-conf-XXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/x.conf", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static enum sg_err
load_bytes(
    const char *text, size_t len, struct conf **conf_r, struct err *err_r)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	err_r->text[0] = '\0';
	return conf_load(path, conf_r, err_r);
}

static enum sg_err
load(const char *text, struct conf **conf_r, struct err *err_r)
{
	return load_bytes(text, strlen(text), conf_r, err_r);
}

#define BOUNCE "bounce_domain = \"b.example\";\n"

/* The file, and what stands after its name in the error. */
static const struct {
	const char *name, *text, *error;
} faults[] = {
    {"nothing", "",
	": bounce_domain: is required; add a line bounce_domain = "},
    {"not named", "mode = \"enforce\";\n", ": bounce_domain: is required"},
    {"empty", "bounce_domain = \"\";\n",
	":1: bounce_domain: has 0 bytes; it must have 3 to 180"},
    {"unknown", BOUNCE "pacing = 3;\n",
	":2: pacing: unknown option; did you mean pacing_sec?"},
    {"one letter wrong", BOUNCE "\n\nmax_recipeints = 3;\n",
	":4: max_recipeints: unknown option; did you mean max_recipients?"},
    {"unknown in a group", BOUNCE "milter = {\n  timeout = 30;\n};\n",
	":3: milter.timeout: unknown option; did you mean "
	"milter.timeout_sec?"},
    {"outside its group", BOUNCE "level = \"info\";\n",
	":2: level: unknown option; did you mean log.level?"},
    {"unknown group", BOUNCE "policyd = { };\n",
	":2: policyd: unknown option; did you mean policy"},
    {"networks misspelt", BOUNCE "network = ( );\n",
	":2: network: unknown option; did you mean networks?"},
    {"group in a group", BOUNCE "log = { milter = { }; };\n",
	":2: log.milter: unknown option"},
    {"group as a string", BOUNCE "log = \"syslog\";\n",
	":2: log: must be a group, is a string; write log = { ... };"},
    {"string for a number", BOUNCE "pacing_sec = \"5\";\n",
	":2: pacing_sec: must be a whole number, is a string; write it "
	"without quotes, such as 5"},
    {"fraction", BOUNCE "pacing_sec = 1.5;\n",
	":2: pacing_sec: must be a whole number, is a number with a "
	"fraction"},
    {"bool", BOUNCE "pacing_sec = true;\n",
	":2: pacing_sec: must be a whole number, is true or false"},
    {"list", BOUNCE "pacing_sec = ( 1 );\n",
	":2: pacing_sec: must be a whole number, is a list"},
    {"number for a string", BOUNCE "region = 5;\n",
	":2: region: must be a string, is a number; write it in quotes"},
    {"group for a string", BOUNCE "region = { };\n",
	":2: region: must be a string, is a group { }"},
    {"too small", BOUNCE "max_recipients = 0;\n",
	":2: max_recipients: 0 is out of range; it must be 1 to 10000"},
    {"negative", BOUNCE "pacing_sec = -1;\n",
	":2: pacing_sec: -1 is out of range; it must be 0 to 60"},
    {"too large", BOUNCE "pacing_sec = 61;\n",
	":2: pacing_sec: 61 is out of range; it must be 0 to 60"},
    {"wraps around", BOUNCE "\npacing_sec = 4294967301;\n",
	":3: number too large; 2147483647 is the largest"},
    {"wraps around in hex", BOUNCE "pacing_sec = 0xffffffff0000005;\n",
	":2: number too large"},
    {"beyond all", BOUNCE "pacing_sec = 99999999999999999999999L;\n",
	":2: number too large"},
    {"no choice", BOUNCE "mode = \"Enforce\";\n",
	":2: mode: \"Enforce\" is none of its values; it must be one of "
	"\"enforce\", \"monitor\""},
    {"empty choice", BOUNCE "mode = \"\";\n", ":2: mode: \"\" is none"},
    {"part of a choice", BOUNCE "mode = \"enforce|\";\n", ":2: mode: \"enf"},
    {"choice no string", BOUNCE "log = {\nlevel = 1; };\n",
	":3: log.level: must be one of \"debug\", \"info\", \"warn\", "
	"\"error\", is a number"},
    {"twice", BOUNCE "region = \"a\";\nmode = \"monitor\";\nregion = \"b\";\n",
	":4: region: is set twice; keep one of the lines"},
    {"twice in a group",
	BOUNCE "log = {\n level = \"info\";\n"
	       " level = \"warn\";\n};\n",
	":4: level: is set twice"},
    {"syntax", BOUNCE "region = \"a\"\nmode \"monitor\";\n",
	":3: syntax error near \"mode\"; look for a missing ;"},
    {"open quote", BOUNCE "region = \"a;\nuser = \"b\";\n",
	":2: the string is not closed; add the missing \""},
    {"open quote at the end", BOUNCE "region = \"a\\",
	":2: the string is not closed"},
    {"open comment", BOUNCE "/* region", ":2: a comment is not closed"},
    {"open brace", BOUNCE "log = {\n", ": syntax error"},
    {"include", BOUNCE "@include \"/etc/passwd\"\n",
	":2: @include is not known"},
    {"name server by name", BOUNCE "dns = { servers = \"::1 ns.example\"; };\n",
	":2: dns.servers: \"::1 ns.example\" names a server that is none"},
    {"two update servers", BOUNCE "dkim = { update_server = \"::1 ::2\"; };\n",
	":2: dkim.update_server: \"::1 ::2\" is no name server"},
    {"Easy DKIM in the bounce domain",
	BOUNCE "dkim = { zone = \"b.example\"; };\n",
	":2: dkim.zone: is the bounce domain"},
    {"updates of nothing",
	BOUNCE "dkim = { update_key_file = \"/k\";\n"
	       "update_server = \"::1\"; };\n",
	":3: dkim.update_server: is set without dkim.zone"},
    {"updates without a key",
	BOUNCE "dkim = { update_server = \"::1\"; zone = \"d.example\"; };\n",
	":2: dkim.update_server: is set without dkim.update_key_file"},
    {"relative TSIG key", BOUNCE "dkim = { update_key_file = \"k\"; };\n",
	":2: dkim.update_key_file: \"k\" must be a path"},
    {"certificate without key",
	BOUNCE "api = { tls_certificate_file = \"/c\"; };\n",
	":2: api.tls_certificate_file: is one of two"},
    {"key without certificate", BOUNCE "api = { tls_key_file = \"/k\"; };\n",
	":2: api.tls_key_file: is one of two"},
    {"listen at a name", BOUNCE "api = { listen = \"localhost:80\"; };\n",
	":2: api.listen: \"localhost:80\" is no place to listen at; write"},
    {"listen at a port", BOUNCE "api = { listen = \"8025\"; };\n",
	":2: api.listen: "},
    {"listen at bare IPv6", BOUNCE "api = { listen = \"::1:8025\"; };\n",
	":2: api.listen: "},
    {"listen at port 0", BOUNCE "api = { listen = \"127.0.0.1:0\"; };\n",
	":2: api.listen: "},
    {"listen at a large port",
	BOUNCE "api = { listen = \"127.0.0.1:65536\"; };\n",
	":2: api.listen: "},
    {"URL without scheme", BOUNCE "api = { url = \"mail.example\"; };\n",
	":2: api.url: \"mail.example\" is no web address; write it"},
    {"URL with a path", BOUNCE "api = { url = \"https://m.example/x\"; };\n",
	":2: api.url: "},
    {"URL with a user", BOUNCE "api = { url = \"https://a@m.example\"; };\n",
	":2: api.url: "},
    {"URL without host", BOUNCE "api = { url = \"https://\"; };\n",
	":2: api.url: "},
    {"URL with half an IPv6", BOUNCE "api = { url = \"http://[::1\"; };\n",
	":2: api.url: "},
    {"sender without domain", BOUNCE "mail = { from = \"root\"; };\n",
	":2: mail.from: \"root\" is no e-mail address; write one"},
    {"sender with a name", BOUNCE "mail = { from = \"A <a@b.test>\"; };\n",
	":2: mail.from: "},
    {"operator with two @", BOUNCE "mail = { operator = \"a@b@c.test\"; };\n",
	":2: mail.operator: "},
    {"mail server without scheme", BOUNCE "mail = { server = \"::1:25\"; };\n",
	":2: mail.server: \"::1:25\" is no mail server; write \"smtp"},
    {"mail server port", BOUNCE "mail = { server = \"smtp://a:0\"; };\n",
	":2: mail.server: "},
    {"mail server path", BOUNCE "mail = { server = \"smtp://a/b\"; };\n",
	":2: mail.server: "},
    {"operator selector", BOUNCE "dkim = { operator_selector = \"a..b\"; };\n",
	":2: dkim.operator_selector: \"a..b\" is no selector"},
    {"operator domain", BOUNCE "dkim = { operator_domain = \"a b\"; };\n",
	":2: dkim.operator_domain: \"a b\" is no domain name"},
    {"trust anchor", BOUNCE "dns = { trust_anchor_file = \"root.key\"; };\n",
	":2: dns.trust_anchor_file: "},
    {"MX of MAIL FROM", BOUNCE "mail_from_mx = \"mx\";\n",
	":2: mail_from_mx: "},
    {"control character", BOUNCE "region = \"a\\nb\";\n",
	":2: region: \"a\nb\" holds a control character"},
    {"not UTF-8", BOUNCE "trusted_login = \"caf\xe9\";\n",
	" is not UTF-8; save the file in that encoding"},
    {"too long", BOUNCE "user = \"123456789012345678901234567890123\";\n",
	":2: user: has 33 bytes; it must have 0 to 32"},
    {"relative key", BOUNCE "master_key_file = \"key\";\n",
	":2: master_key_file: \"key\" must be a path that begins with /"},
    {"relative store", BOUNCE "store = \"sqlite:sendward.db\";\n",
	":2: store: \"sqlite:sendward.db\" is no store that is known; write"},
    {"other store", BOUNCE "store = \"mysql:/x/y\";\n", ":2: store: "},
    {"log target", BOUNCE "log = { target = \"file.log\"; };\n",
	":2: log.target: \"file.log\" must be \"syslog\", \"stderr\", or"},
    {"socket", BOUNCE "milter = { socket = \"/run/m.sock\"; };\n",
	":2: milter.socket: \"/run/m.sock\" is no socket; write \"unix:"},
    {"socket port",
	BOUNCE "policy = { socket = \"inet:70000@127.0.0.1\"; "
	       "};\n",
	":2: policy.socket: "},
    {"socket path",
	BOUNCE "policy = { socket = \"unix:/123456789/123456789/"
	       "123456789/123456789/123456789/123456789/123456789/123456789/"
	       "123456789/123456789/1234567\"; };\n",
	"has a path of more than 107 bytes"},
    {"socket mode", BOUNCE "policy = { socket_mode = \"0888\"; };\n",
	":2: policy.socket_mode: \"0888\" must be octal permissions"},
    {"socket mode bits", BOUNCE "milter = { socket_mode = \"4777\"; };\n",
	":2: milter.socket_mode: "},
    {"user", BOUNCE "user = \"a b\";\n", ":2: user: \"a b\" is no name"},
    {"region", BOUNCE "region = \"eu west\";\n", ":2: region: \"eu west\""},
    {"no domain", "bounce_domain = \"localhost\";\n",
	":1: bounce_domain: \"localhost\" is no domain name; write it"},
    {"upper case", "bounce_domain = \"B.example\";\n",
	":1: bounce_domain: \"B.example\" is no domain"},
    {"empty label", "bounce_domain = \"b..example\";\n", ":1: bounce_domain"},
    {"simulator", BOUNCE "simulator_domain = \"a_b.example\";\n",
	":2: simulator_domain: \"a_b.example\" is no domain"},
    {"networks no list", BOUNCE "networks = { };\n",
	":2: networks: must be a list; write networks = ( {"},
    {"networks entry", BOUNCE "networks = (\n\"192.0.2.0/24\" );\n",
	": networks: an entry is no group"},
    {"networks member",
	BOUNCE "networks = (\n{ cidr = \"192.0.2.0/24\";\n"
	       "acount = \"a\"; } );\n",
	":4: networks: an entry has cidr and account, not acount"},
    {"networks member type", BOUNCE "networks = ( { cidr = 5; } );\n",
	":2: networks: cidr must be a string; put it in quotes"},
    {"networks without cidr", BOUNCE "networks = ( { account = \"a\"; } );\n",
	": networks: an entry has no cidr; add it"},
    {"networks without account",
	BOUNCE "networks = ( { cidr = \"::/0\"; } "
	       ");\n",
	": networks: an entry has no account; add it"},
    {"networks account",
	BOUNCE "networks = ( { cidr = \"::/0\"; account = "
	       "\"a b\"; } );\n",
	": networks: \"a b\" is no name of an account"},
    {"networks account in upper case",
	BOUNCE "networks = ( { cidr = "
	       "\"::/0\"; account = \"Shop\"; } );\n",
	": networks: \"Shop\" is no name of an account; it has 1 to 64 of "},
    {"networks account begins with a dot",
	BOUNCE "networks = ( { cidr = "
	       "\"::/0\"; account = \".a\"; } );\n",
	": networks: \".a\" is no name of an account"},
    {"networks host bits",
	BOUNCE "networks = (\n{ cidr = \"192.0.2.1/24\";"
	       "\naccount = \"a\"; } );\n",
	": networks: 192.0.2.1/24 has bits set behind its length"},
    {"networks length",
	BOUNCE "networks = ( { cidr = \"192.0.2.0/33\"; "
	       "account = \"a\"; } );\n",
	": networks: 192.0.2.0/33 has no length that can be"},
    {"networks twice",
	BOUNCE
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
		enum sg_err rc = load(faults[i].text, &conf, &err);

		assert_null(conf);
		if (rc != SG_INVALID ||
		    strncmp(err.text, path, strlen(path)) != 0 ||
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
	(void)unlink(path);
	assert_int_equal(conf_load(path, &conf, &err), SG_MISSING);
	assert_non_null(strstr(err.text, "is missing; create it"));
	assert_int_equal(conf_load(dir, &conf, &err), SG_INVALID);
	assert_non_null(strstr(err.text, "is not a regular file"));
	assert_int_equal(
	    load_bytes(BOUNCE "\0", sizeof(BOUNCE), &conf, &err), SG_INVALID);
	assert_non_null(strstr(err.text, "is NUL"));
	assert_non_null(large);
	memset(large, ' ', most + 1);
	memcpy(large, BOUNCE, strlen(BOUNCE));
	assert_int_equal(load_bytes(large, most, &conf, &err), SG_OK);
	conf_unref(&conf);
	assert_int_equal(load_bytes(large, most + 1, &conf, &err), SG_INVALID);
	assert_non_null(strstr(err.text, "more than 1048576 bytes"));
	free(large);
}

static void
defaults_are_those_of_the_table(void **state)
{
	struct conf *conf;
	struct err err = {0};

	(void)state;
	assert_int_equal(load(BOUNCE, &conf, &err), SG_OK);
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

		(void)snprintf(text, sizeof(text), BOUNCE "%s\n", allowed[i]);
		if (load(text, &conf, &err) != SG_OK)
			fail_msg("%s: %s", allowed[i], err.text);
		conf_unref(&conf);
	}
}

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

static const char full[] =
    "# a comment with 99999999999 and @include\n"
    "/* another\n 99999999999 */\n"
    "mode = \"monitor\"\n"
    "bounce_domain : \"b.example\"; // 99999999999\n"
    "suppressed = \"reject\"; pacing_sec = 0x0A;\n"
    "trusted_login = \"a\\\"b\\\\c@99999999999\"; store = \"sqlite:/x/y.db\";\n"
    "max_message_bytes = 2147483647; user = \"\";\n"
    "log = { target = \"/var/log/x\"; level = \"error\"; };\n"
    "milter = { socket = \"inet:8891@127.0.0.1\"; timeout_sec = 10; };\n"
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

	if (load(full, &conf, &err) != SG_OK)
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
	if (load(first, &again, &err) != SG_OK)
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

/* Whose is the address in `full`? */
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
	struct conf *conf = load_full();

	(void)state;
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
	(void)fprintf(out, BOUNCE "networks = (");
	for (int i = 0; i <= CONF_MAX_NETWORKS; i++)
		(void)fprintf(out,
		    "%s{ cidr = \"10.0.%d.%d\"; account = \"a\"; }",
		    i == 0 ? "" : ",\n", i / 256, i % 256);
	(void)fprintf(out, ");\n");
	assert_int_equal(fclose(out), 0);
	assert_int_equal(load(text, &conf, &err), SG_INVALID);
	assert_non_null(
	    strstr(err.text, "has 4097 entries; at most 4096 are taken"));
	free(text);
}

static void
a_reload_keeps_what_is_held(void **state)
{
	struct conf *held = load_full(), *mine = conf_ref(held), *next = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(load(BOUNCE "mode = 5;\n", &next, &err), SG_INVALID);
	assert_null(next);
	assert_int_equal(held->mode, CONF_MODE_MONITOR);
	assert_int_equal(load(BOUNCE, &next, &err), SG_OK);
	conf_unref(&held);
	assert_null(held);
	assert_int_equal(mine->mode, CONF_MODE_MONITOR);
	assert_int_equal(next->mode, CONF_MODE_ENFORCE);
	conf_unref(&mine);
	conf_unref(&next);
	conf_unref(&next);
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
	    cmocka_unit_test(faults_name_file_line_option_and_fix),
	    cmocka_unit_test(files_that_are_none),
	    cmocka_unit_test(defaults_are_those_of_the_table),
	    cmocka_unit_test(every_default_is_allowed),
	    cmocka_unit_test(forms_that_are_taken),
	    cmocka_unit_test(listen_addresses_are_read),
	    cmocka_unit_test(everything_that_is_written_is_taken),
	    cmocka_unit_test(a_dump_loads_back),
	    cmocka_unit_test(json_has_every_option),
	    cmocka_unit_test(the_longest_prefix_owns_an_address),
	    cmocka_unit_test(networks_are_read_and_written),
	    cmocka_unit_test(too_many_networks_are_refused),
	    cmocka_unit_test(a_reload_keeps_what_is_held),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
