/* Forms of endpoints and addresses that are refused: see endpoint.h. */
#include "config.h"

#include "ops/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "conf/conf.h"
#include "rules/mailbox.h"

#define COMMAND_MAX 128

/* ---- addresses -------------------------------------------------------------- */

/* clang-format off */
static const struct {
	uint32_t net;
	int bits;
} private4[] = {
	{0x00000000, 8},  /* this network */
	{0x0a000000, 8},  /* private (RFC 1918) */
	{0x64400000, 10}, /* shared by carriers (RFC 6598) */
	{0x7f000000, 8},  /* loopback */
	{0xa9fe0000, 16}, /* link-local */
	{0xac100000, 12}, /* private */
	{0xc0000000, 24}, /* protocol assignments */
	{0xc0000200, 24}, /* documentation */
	{0xc0586300, 24}, /* relays of 6to4 */
	{0xc0a80000, 16}, /* private */
	{0xc6120000, 15}, /* benchmarks */
	{0xc6336400, 24}, /* documentation */
	{0xcb007100, 24}, /* documentation */
	{0xe0000000, 4},  /* multicast */
	{0xf0000000, 4},  /* reserved, broadcast */
};

/* Of 2000::/3, what is no host's; all else is private. */
static const struct {
	unsigned char net[6];
	int bits;
} private6[] = {
	{{0x20, 0x01, 0x00, 0x00}, 23}, /* protocol assignments, Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
	{{0x3f, 0xff, 0x00, 0x00}, 20}, /* documentation */
};
/* clang-format on */

static bool
is_private4(uint32_t addr)
{
	for (size_t i = 0; i < sizeof(private4) / sizeof(private4[0]); i++) {
		int shift = 32 - private4[i].bits;

		if (addr >> shift == private4[i].net >> shift)
			return true;
	}
	return false;
}

static bool
is_within(const unsigned char *addr, const unsigned char *net, int bits)
{
	int whole = bits / 8, rest = bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);

	return memcmp(addr, net, (size_t)whole) == 0 &&
	       (rest == 0 || ((addr[whole] ^ net[whole]) & mask) == 0);
}

static uint32_t
read4(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static bool
is_private6(const unsigned char addr[16])
{
	static const unsigned char mapped[12] = {
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
	static const unsigned char sixto4[2] = {0x20, 0x02};

	if (memcmp(addr, mapped, 12) == 0 || memcmp(addr, nat64, 12) == 0)
		return is_private4(read4(addr + 12));
	if (memcmp(addr, sixto4, 2) == 0)
		return is_private4(read4(addr + 2));
	if (addr[0] >> 5 != 1)
		return true;
	for (size_t i = 0; i < sizeof(private6) / sizeof(private6[0]); i++)
		if (is_within(addr, private6[i].net, private6[i].bits))
			return true;
	return false;
}

bool
endpoint_is_private(const struct sockaddr *addr)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (addr->sa_family == AF_INET) {
		memcpy(&in4, addr, sizeof(in4));
		return is_private4(ntohl(in4.sin_addr.s_addr));
	}
	if (addr->sa_family != AF_INET6)
		return true;
	memcpy(&in6, addr, sizeof(in6));
	return is_private6(in6.sin6_addr.s6_addr);
}

/* ---- http and https --------------------------------------------------------- */

struct parts {
	const char *host; /* without brackets */
	size_t host_len;
	bool is_bracketed;
	const char *port; /* after the colon; NULL none */
	size_t port_len;
};

/* Where the authority (RFC 3986 §3.2) is; false: none. */
static bool
split(const char *url, struct parts *p_r)
{
	const char *begin = strstr(url, "://"), *end, *at, *close;

	*p_r = (struct parts){0};
	if (begin == NULL)
		return false;
	begin += 3;
	end = begin + strcspn(begin, "/?#");
	at = memrchr(begin, '@', (size_t)(end - begin));
	if (at != NULL)
		begin = at + 1;
	p_r->is_bracketed = *begin == '[';
	if (p_r->is_bracketed) {
		close = memchr(begin, ']', (size_t)(end - begin));
		if (close == NULL)
			return false;
		p_r->host = begin + 1;
		p_r->host_len = (size_t)(close - begin) - 1;
		begin = close + 1;
	} else {
		p_r->host = begin;
		while (begin < end && *begin != ':')
			begin++;
		p_r->host_len = (size_t)(begin - p_r->host);
	}
	if (begin < end && *begin != ':')
		return false;
	if (begin < end) {
		p_r->port = begin + 1;
		p_r->port_len = (size_t)(end - begin) - 1;
	}
	return p_r->host_len > 0;
}

void
endpoint_host(const char *endpoint, char host_r[ENDPOINT_HOST_MAX])
{
	struct parts parts;

	host_r[0] = '\0';
	if (split(endpoint, &parts))
		(void)snprintf(host_r, ENDPOINT_HOST_MAX, "%.*s",
		    (int)parts.host_len, parts.host);
}

static bool
is_port(const char *text, size_t len)
{
	long port = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		port = port * 10 + (text[i] - '0');
	}
	return port >= 1 && port <= 65535;
}

/* Also the old forms of IPv4 addresses that resolvers still take: 0x7f.1, 2130706433,
 * 127.1. */
static bool
is_private_literal(const char *host, bool is_bracketed, bool *is_literal_r)
{
	struct sockaddr_in in4 = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	*is_literal_r = true;
	if (is_bracketed && inet_pton(AF_INET6, host, &in6.sin6_addr) == 1)
		return is_private6(in6.sin6_addr.s6_addr);
	if (!is_bracketed && inet_aton(host, &in4.sin_addr) != 0)
		return is_private4(ntohl(in4.sin_addr.s_addr));
	*is_literal_r = false;
	return false;
}

/* One final dot is a way to write the same name. */
static bool
is_local_name(const char *host)
{
	static const char local[] = "localhost";
	size_t len = strlen(host), n = sizeof(local) - 1;

	len -= len > 0 && host[len - 1] == '.';
	return len >= n && strncasecmp(host + len - n, local, n) == 0 &&
	       (len == n || host[len - n - 1] == '.');
}

static enum sg_err
check_host(
    const struct conf *conf, const struct parts *parts, struct err *err_r)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	char host[ENDPOINT_HOST_MAX];
	bool is_literal, is_private;

	if (parts->host_len >= sizeof(host))
		return err_set(
		    err_r, SG_INVALID, "the endpoint's host name is too long");
	(void)snprintf(
	    host, sizeof(host), "%.*s", (int)parts->host_len, parts->host);
	is_private = is_private_literal(host, parts->is_bracketed, &is_literal);
	if (parts->is_bracketed && !is_literal)
		return err_set(
		    err_r, SG_INVALID, "[%s] is no IPv6 address", host);
	if (!parts->is_bracketed && strspn(host, letters) != strlen(host))
		return err_set(err_r, SG_INVALID,
		    "%s is no host name (write others than ASCII in their "
		    "xn-- form)",
		    host);
	if ((is_private || (!is_literal && is_local_name(host))) &&
	    conf->notify_private_addresses != CONF_PRIVATE_ALLOW)
		return err_set(err_r, SG_INVALID,
		    "%s is no public address; the operator can allow such "
		    "endpoints (notify.private_addresses)",
		    host);
	return SG_OK;
}

static enum sg_err
check_url(const struct conf *conf, const char *protocol, const char *endpoint,
    char endpoint_r[STORE_ENDPOINT_MAX + 1], struct err *err_r)
{
	size_t len = strlen(protocol);
	struct parts parts;

	if (strncasecmp(endpoint, protocol, len) != 0 ||
	    strncmp(endpoint + len, "://", 3) != 0)
		return err_set(err_r, SG_INVALID,
		    "an endpoint of the protocol %s begins with %s://",
		    protocol, protocol);
	for (const char *c = endpoint; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}", *c) != NULL)
			return err_set(err_r, SG_INVALID,
			    "the endpoint holds a character that no address "
			    "has; write it as %%XX");
	if (!split(endpoint, &parts) ||
	    (parts.port != NULL && !is_port(parts.port, parts.port_len)))
		return err_set(err_r, SG_INVALID,
		    "the endpoint has no host, or a port that is none");
	(void)snprintf(endpoint_r, STORE_ENDPOINT_MAX + 1, "%s%s", protocol,
	    endpoint + len); /* the length was looked at */
	return check_host(conf, &parts, err_r);
}

/* ---- mail and commands ------------------------------------------------------ */

static enum sg_err
check_mail(const struct conf *conf, const char *endpoint,
    char endpoint_r[STORE_ENDPOINT_MAX + 1], struct err *err_r)
{
	struct mailbox box;
	enum mailbox_error error = mailbox_parse_path(endpoint, &box);

	if (error == MAILBOX_OK && box.address[0] == '\0')
		error = MAILBOX_EMPTY;
	if (error != MAILBOX_OK)
		return err_set(err_r, SG_INVALID,
		    "the endpoint is no e-mail address: %s",
		    mailbox_error_text(error));
	if (conf->mail_from[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "no mail can be sent to it: the option mail.from is not "
		    "set");
	(void)snprintf(endpoint_r, STORE_ENDPOINT_MAX + 1, "%s", box.address);
	return SG_OK;
}

bool
endpoint_is_command(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strnlen(name, COMMAND_MAX + 1);

	return len > 0 && len <= COMMAND_MAX && strspn(name, letters) == len &&
	       strchr("._-", name[0]) == NULL;
}

static enum sg_err
check_command(const struct conf *conf, const char *endpoint,
    char endpoint_r[STORE_ENDPOINT_MAX + 1], struct err *err_r)
{
	const char *dir = conf->notify_command_dir, *name = endpoint;
	size_t len = strlen(dir);

	if (len == 0)
		return err_set(err_r, SG_INVALID,
		    "no command may be run: the option notify.command_dir is "
		    "not set");
	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (strncmp(name, dir, len) == 0 && name[len] == '/')
		name += len + 1;
	if (!endpoint_is_command(name))
		return err_set(err_r, SG_INVALID,
		    "a command is the name of a program in %s "
		    "(notify.command_dir)",
		    dir);
	(void)snprintf(endpoint_r, STORE_ENDPOINT_MAX + 1, "%s", name);
	return SG_OK;
}

enum sg_err
endpoint_check(const struct conf *conf, const char *protocol,
    const char *endpoint, char endpoint_r[STORE_ENDPOINT_MAX + 1],
    struct err *err_r)
{
	endpoint_r[0] = '\0';
	if (strnlen(endpoint, STORE_ENDPOINT_MAX + 1) > STORE_ENDPOINT_MAX)
		return err_set(err_r, SG_INVALID,
		    "an endpoint has at most %d characters",
		    STORE_ENDPOINT_MAX);
	if (strcmp(protocol, "http") == 0 || strcmp(protocol, "https") == 0)
		return check_url(conf, protocol, endpoint, endpoint_r, err_r);
	if (strcmp(protocol, "email") == 0 ||
	    strcmp(protocol, "email-json") == 0)
		return check_mail(conf, endpoint, endpoint_r, err_r);
	if (strcmp(protocol, "command") == 0)
		return check_command(conf, endpoint, endpoint_r, err_r);
	return err_set(err_r, SG_INVALID,
	    "the protocol is one of http, https, email, email-json, command");
}
