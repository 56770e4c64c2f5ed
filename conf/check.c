/* What a string option may hold beyond its length: see parts.h.
 * Does not look at the machine: a path that is missing is no fault here. */
#include "config.h"

#include "conf/parts.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

typedef const char *check_fn(const char *value);

static bool
is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* RFC 1123 §2.1 labels in lower case, at least two. */
static bool
is_domain(const char *name)
{
	size_t labels = 0;

	for (;;) {
		size_t len = strcspn(name, ".");

		if (len == 0 || len > 63 || name[0] == '-' ||
		    name[len - 1] == '-')
			return false;
		for (size_t i = 0; i < len; i++)
			if (!is_lower_or_digit(name[i]) && name[i] != '-')
				return false;
		labels++;
		if (name[len] == '\0')
			return labels >= 2;
		name += len + 1;
	}
}

static const char *
check_ports(const char *value)
{
	while (*value != '\0') {
		char *end;
		unsigned long port = strtoul(value, &end, 10);

		end += strncmp(end, "/tls", 4) == 0 ? 4 : 0;
		if (*value < '1' || *value > '9' || port > 65535 ||
		    (*end != ' ' && *end != '\0'))
			return "must be ports from 1 to 65535 with single "
			       "spaces between them, such as \"587 465\"";
		value = *end == ' ' ? end + 1 : end;
	}
	return NULL;
}

static const char *
check_domain(const char *value)
{
	if (value[0] == '\0' || is_domain(value))
		return NULL;
	return "is no domain name; write it in lower case, such as "
	       "\"bounce.shop.example\"";
}

static const char *
check_path(const char *value)
{
	return value[0] == '/' ? NULL : "must be a path that begins with /";
}

static const char *
check_path_or_none(const char *value)
{
	return value[0] == '\0' ? NULL : check_path(value);
}

bool
conf_percent(const char *text, double *fraction_r)
{
	char *end;
	double value = strtod(text, &end);

	if (text[0] < '0' || text[0] > '9' ||
	    text[strspn(text, "0123456789.")] != '\0' || *end != '\0' ||
	    value <= 0 || value > 100)
		return false;
	*fraction_r = value / 100;
	return true;
}

static const char *
check_percent(const char *value)
{
	double fraction;

	return conf_percent(value, &fraction)
		   ? NULL
		   : "is no percentage; write a number above 0 and at most "
		     "100, such as \"0.5\"";
}

static const char *
check_store(const char *value)
{
	if (strncmp(value, "sqlite:/", 8) == 0 && value[8] != '\0')
		return NULL;
	if (strncmp(value, "postgresql://", 13) == 0 && value[13] != '\0')
		return NULL;
	if (strncmp(value, "postgres://", 11) == 0 && value[11] != '\0')
		return NULL;
	return "is no store that is known; write \"sqlite:/PATH\" or "
	       "\"postgresql://USER@HOST/DATABASE\"";
}

static const char *
check_region(const char *value)
{
	for (; *value != '\0'; value++)
		if (!is_lower_or_digit(*value) && *value != '-')
			return "may have lower case letters, digits and - only";
	return NULL;
}

static const char *
check_user(const char *value)
{
	if (strpbrk(value, " :/\\\"'") == NULL)
		return NULL;
	return "is no name of a system user; write a name, such as "
	       "\"sendward\"";
}

static const char *
check_log_target(const char *value)
{
	if (strcmp(value, "syslog") == 0 || strcmp(value, "stderr") == 0 ||
	    value[0] == '/')
		return NULL;
	return "must be \"syslog\", \"stderr\", or a path that begins with /";
}

static const char *
check_mode(const char *value)
{
	char *end;
	unsigned long mode = strtoul(value, &end, 8);

	if (*end == '\0' && value[0] >= '0' && value[0] <= '7' && mode <= 0777)
		return NULL;
	return "must be octal permissions, such as \"0660\"";
}

/* inet:PORT@ADDRESS */
static bool
is_inet(const char *value)
{
	struct in_addr address;
	char *end;
	unsigned long port;

	if (value[0] < '1' || value[0] > '9')
		return false;
	port = strtoul(value, &end, 10);
	return port <= 65535 && *end == '@' &&
	       inet_pton(AF_INET, end + 1, &address) == 1;
}

static const char *
check_socket(const char *value)
{
	const size_t path_max = sizeof(((struct sockaddr_un *)0)->sun_path);

	if (strncmp(value, "unix:/", 6) == 0) {
		if (strlen(value + 5) < path_max)
			return NULL;
		return "has a path of more than 107 bytes, which no unix "
		       "socket can have; choose a shorter one";
	}
	if (strncmp(value, "inet:", 5) == 0 && is_inet(value + 5))
		return NULL;
	return "is no socket; write \"unix:/PATH\" or "
	       "\"inet:PORT@IPV4-ADDRESS\", such as \"inet:8891@127.0.0.1\"";
}

static const char *
check_dns_servers(const char *value)
{
	struct conf_server server;
	struct err err;

	while (conf_server_next(&value, &server, &err))
		;
	if (err.code == SG_OK)
		return NULL;
	return "names a server that is none; write ADDRESS or ADDRESS@PORT, "
	       "separated by spaces, such as \"192.0.2.53 ::1@5353\"";
}

static const char *
check_update_server(const char *value)
{
	struct conf_server server;
	struct err err;

	if (!conf_server_next(&value, &server, &err) && err.code == SG_OK)
		return NULL;
	if (err.code == SG_OK && value[0] == '\0')
		return NULL;
	return "is no name server; write ADDRESS or ADDRESS@PORT, such as "
	       "\"192.0.2.53@53\"";
}

/* Labels of a-z 0-9 and inner hyphens, as ops/identity.h has them. */
static const char *
check_selector(const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		bool is_edge =
		    p == value || p[1] == '\0' || p[-1] == '.' || p[1] == '.';

		if (!is_lower_or_digit(*p) &&
		    ((*p != '-' && *p != '.') || is_edge))
			return "is no selector; it has a-z 0-9 - and inner "
			       "dots, such as \"sendward\"";
	}
	return NULL;
}

/* RFC 5321 §4.1.2 without quotes. */
static const char *
check_address(const char *value)
{
	static const char atoms[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789"
				    ".!#$%&'*+-/=?^_`{|}~";
	size_t len = strspn(value, atoms);

	if (value[0] == '\0')
		return NULL;
	if (len > 0 && len <= 64 && value[len] == '@' && value[0] != '.' &&
	    value[len - 1] != '.' && is_domain(value + len + 1))
		return NULL;
	return "is no e-mail address; write one with its domain in lower "
	       "case, such as \"no-reply@mail.example.com\"";
}

/* HOST, HOST:PORT, [IPV6], [IPV6]:PORT; no user, no path. */
static bool
is_host_and_port(const char *text)
{
	size_t len;

	if (text[0] == '[') {
		len = strspn(text + 1, "0123456789abcdefABCDEF:.") + 1;
		if (text[len++] != ']' || len < 4)
			return false;
	} else {
		len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789.-");
		if (len == 0)
			return false;
	}
	if (text[len] == '\0')
		return true;
	return text[len] == ':' && conf_port_parse(text + len + 1) != 0;
}

static const char *
check_mail_server(const char *value)
{
	if (strncmp(value, "unix:/", 6) == 0)
		return check_socket(value);
	if (strncmp(value, "smtp://", 7) == 0 && is_host_and_port(value + 7))
		return NULL;
	return "is no mail server; write \"smtp://HOST:PORT\" or "
	       "\"unix:/PATH\" of an smtpd";
}

static const char *
check_listen(const char *value)
{
	struct sockaddr_storage addr;
	socklen_t len;

	if (conf_listen_address(value, &addr, &len, NULL) == SG_OK)
		return NULL;
	return "is no place to listen at; write \"ADDRESS:PORT\", such as "
	       "\"127.0.0.1:8025\" or \"[::1]:8025\"";
}

static const char *
check_url(const char *value)
{
	const char *host = value;

	if (strncmp(value, "https://", 8) == 0)
		host += 8;
	else if (strncmp(value, "http://", 7) == 0)
		host += 7;
	if (value[0] == '\0' || (host != value && is_host_and_port(host)))
		return NULL;
	return "is no web address; write it without a path, such as "
	       "\"https://mail.example.com:8025\"";
}

static const char *
check_proxies(const char *value)
{
	static const unsigned char first[16] = {[10] = 0xff, 0xff, 0},
				   last[16] = {[10] = 0xff,
				       0xff,
				       0xff,
				       0xff,
				       0xff,
				       0xff};
	struct conf_network network;
	const char *problem;

	while (conf_network_next(&value, &network, &problem))
		if (conf_network_has(&network, first) &&
		    conf_network_has(&network, last))
			return "believes everybody; name the proxies alone";
	if (problem == NULL)
		return NULL;
	return "names a proxy that is none; write addresses or networks with "
	       "spaces between them, such as \"127.0.0.1 192.0.2.0/28\"";
}

static const char *
check_console_dir(const char *value)
{
	return strcmp(value, "none") == 0 ? NULL : check_path_or_none(value);
}

/* clang-format off */
static const struct {
	const char *path;
	check_fn *check;
} checks[] = {
	{"api.listen",               check_listen},
	{"api.proxies",              check_proxies},
	{"api.submission",           check_mail_server},
	{"api.tls_certificate_file", check_path_or_none},
	{"api.tls_key_file",         check_path_or_none},
	{"api.url",                  check_url},
	{"bounce_domain",            check_domain},
	{"dkim.operator_domain",     check_domain},
	{"dkim.operator_key_file",   check_path},
	{"dkim.operator_selector",   check_selector},
	{"dkim.update_key_file",     check_path_or_none},
	{"dkim.update_server",       check_update_server},
	{"dkim.zone",                check_domain},
	{"dns.servers",              check_dns_servers},
	{"dns.trust_anchor_file",    check_path_or_none},
	{"feedback.local_rules_file", check_path_or_none},
	{"feedback.rules_file",      check_path_or_none},
	{"feedback.socket",          check_socket},
	{"feedback.socket_mode",     check_mode},
	{"journal",                  check_path},
	{"log.target",               check_log_target},
	{"mail.from",                check_address},
	{"mail.operator",            check_address},
	{"mail.server",              check_mail_server},
	{"mail_log",                 check_path_or_none},
	{"mail_from_mx",             check_domain},
	{"master_key_file",          check_path},
	{"milter.socket",            check_socket},
	{"milter.socket_mode",       check_mode},
	{"notify.ca_file",           check_path_or_none},
	{"notify.command_dir",       check_path_or_none},
	{"api.import_dir",           check_path_or_none},
	{"console.chart_js",         check_path_or_none},
	{"console.dir",              check_console_dir},
	{"console.files_dir",        check_path},
	{"console.smtp_host",        check_domain},
	{"console.smtp_ports",       check_ports},
	{"notify.command_user",      check_user},
	{"policy.release_socket",    check_path_or_none},
	{"policy.socket",            check_socket},
	{"policy.socket_mode",       check_mode},
	{"region",                   check_region},
	{"reputation.bounce_pause",  check_percent},
	{"reputation.bounce_review", check_percent},
	{"reputation.complaint_pause", check_percent},
	{"reputation.complaint_review", check_percent},
	{"simulator_domain",         check_domain},
	{"spf_include",              check_domain},
	{"store",                    check_store},
	{"user",                     check_user},
};
/* clang-format on */

static bool
is_utf8(const char *value)
{
	json_t *string = json_string(value);

	json_decref(string);
	return string != NULL;
}

const char *
conf_check_string(const struct conf_option *option, const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "holds a control character; leave it out";
	if (!is_utf8(value))
		return "is not UTF-8; save the file in that encoding";
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (strcmp(checks[i].path, option->path) == 0)
			return checks[i].check(value);
	return NULL;
}

const char *
conf_check_whole(const struct conf *conf, const char **option_r)
{
	bool has_certificate = conf->api_tls_certificate_file[0] != '\0';

	*option_r = "dkim.zone";
	if (strcmp(conf->dkim_zone, conf->bounce_domain) == 0)
		return "is the bounce domain; Easy DKIM needs a zone of its "
		       "own, such as \"dkim.mail.example\"";
	*option_r = "dkim.update_server";
	if (conf->dkim_update_server[0] != '\0' && conf->dkim_zone[0] == '\0')
		return "is set without dkim.zone; name the zone that it takes "
		       "updates of";
	if (conf->dkim_update_server[0] != '\0' &&
	    conf->dkim_update_key_file[0] == '\0')
		return "is set without dkim.update_key_file; updates are "
		       "signed, so name the file with the TSIG key";
	*option_r =
	    has_certificate ? "api.tls_certificate_file" : "api.tls_key_file";
	if (has_certificate != (conf->api_tls_key_file[0] != '\0'))
		return "is one of two; TLS needs api.tls_certificate_file and "
		       "api.tls_key_file";
	*option_r = NULL;
	return NULL;
}
