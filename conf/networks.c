/* networks = ( { cidr = "192.0.2.0/24"; account = "shop"; } ): see parts.h and
 * conf.h. Does not know whether an account exists. */
#include "config.h"

#include "conf/parts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const unsigned char mapped[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool
same_prefix(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

static void
clear_host_bits(unsigned char address[16], unsigned bits)
{
	for (unsigned i = bits; i < 128; i++)
		address[i / 8] &= (unsigned char)~(0x80 >> i % 8);
}

/* "/24" or "" after the address; the number of bits, or -1. */
static int
parse_bits(const char *text, int most)
{
	char *end;
	long bits;

	if (text[0] == '\0')
		return most;
	if (text[1] < '0' || text[1] > '9')
		return -1;
	bits = strtol(text + 1, &end, 10);
	return *end == '\0' && bits <= most ? (int)bits : -1;
}

bool
conf_network_parse(
    const char *text, struct conf_network *network_r, const char **problem_r)
{
	char address[INET6_ADDRSTRLEN];
	unsigned char clean[16];
	size_t len = strcspn(text, "/");
	int bits;

	*problem_r = "is no network; write it as 192.0.2.0/24 or 2001:db8::/32";
	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, network_r->address + 12) == 1) {
		memcpy(network_r->address, mapped, sizeof(mapped));
		bits = parse_bits(text + len, 32);
		bits = bits < 0 ? -1 : bits + 96;
	} else if (inet_pton(AF_INET6, address, network_r->address) == 1) {
		bits = parse_bits(text + len, 128);
	} else {
		return false;
	}
	if (bits < 0) {
		*problem_r = "has no length that can be; IPv4 has /0 to /32, "
			     "IPv6 /0 to /128";
		return false;
	}
	network_r->prefix_bits = (unsigned)bits;
	memcpy(clean, network_r->address, sizeof(clean));
	clear_host_bits(clean, network_r->prefix_bits);
	if (memcmp(clean, network_r->address, sizeof(clean)) != 0) {
		*problem_r = "has bits set behind its length; write the first "
			     "address of the network, or a longer length";
		return false;
	}
	*problem_r = NULL;
	return true;
}

bool
conf_network_next(
    const char **list, struct conf_network *network_r, const char **problem_r)
{
	const char *word = *list + strspn(*list, " ,");
	size_t len = strcspn(word, " ,");
	char text[INET6_ADDRSTRLEN + 8];

	*list = word + len;
	*problem_r = NULL;
	network_r->account[0] = '\0';
	if (len == 0)
		return false;
	(void)snprintf(text, sizeof(text), "%.*s",
	    len < sizeof(text) ? (int)len : 0, word);
	return conf_network_parse(text, network_r, problem_r);
}

bool
conf_network_has(
    const struct conf_network *network, const unsigned char address[16])
{
	return same_prefix(network->address, address, network->prefix_bits);
}

void
conf_network_format(
    const struct conf_network *network, char *text_r, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "";
	bool is_ipv4 = network->prefix_bits >= 96 &&
		       memcmp(network->address, mapped, sizeof(mapped)) == 0;

	if (is_ipv4)
		(void)inet_ntop(
		    AF_INET, network->address + 12, address, sizeof(address));
	else
		(void)inet_ntop(
		    AF_INET6, network->address, address, sizeof(address));
	(void)snprintf(text_r, size, "%s/%u", address,
	    network->prefix_bits - (is_ipv4 ? 96 : 0));
}

/* What ops/account.h allows. */
static bool
is_account_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > sizeof(((struct conf_network *)0)->account) - 1)
		return false;
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") != len)
		return false;
	return strchr("._-", name[0]) == NULL;
}

/* Every member must be "cidr" or "account", both strings. */
static enum sg_err
check_members(const struct conf_source *source, config_setting_t *entry,
    struct err *err_r)
{
	if (!config_setting_is_group(entry))
		return conf_fault(err_r, source,
		    config_setting_source_line(entry), "networks",
		    "an entry is no group; write { cidr = \"192.0.2.0/24\"; "
		    "account = \"shop\"; }");
	for (int i = 0; i < config_setting_length(entry); i++) {
		config_setting_t *member =
		    config_setting_get_elem(entry, (unsigned)i);
		const char *name = config_setting_name(member);
		unsigned line = config_setting_source_line(member);

		if (strcmp(name, "cidr") != 0 && strcmp(name, "account") != 0)
			return conf_fault(err_r, source, line, "networks",
			    "an entry has cidr and account, not %s", name);
		if (config_setting_type(member) != CONFIG_TYPE_STRING)
			return conf_fault(err_r, source, line, "networks",
			    "%s must be a string; put it in quotes", name);
	}
	return SG_OK;
}

static enum sg_err
load_entry(struct conf_network *network_r, const struct conf_source *source,
    config_setting_t *entry, struct err *err_r)
{
	unsigned line = config_setting_source_line(entry);
	const char *cidr = NULL, *account = NULL, *problem;
	enum sg_err rc = check_members(source, entry, err_r);

	if (rc != SG_OK)
		return rc;
	(void)config_setting_lookup_string(entry, "cidr", &cidr);
	(void)config_setting_lookup_string(entry, "account", &account);
	if (cidr == NULL || account == NULL)
		return conf_fault(err_r, source, line, "networks",
		    "an entry has no %s; add it",
		    cidr == NULL ? "cidr" : "account");
	if (!conf_network_parse(cidr, network_r, &problem))
		return conf_fault(
		    err_r, source, line, "networks", "%s %s", cidr, problem);
	if (!is_account_name(account))
		return conf_fault(err_r, source, line, "networks",
		    "\"%s\" is no name of an account; it has 1 to %zu of "
		    "a-z 0-9 . _ - and begins with a letter or digit",
		    account, sizeof(network_r->account) - 1);
	(void)snprintf(
	    network_r->account, sizeof(network_r->account), "%s", account);
	return SG_OK;
}

/* Longest prefix first, then by address. */
static int
compare(const void *left, const void *right)
{
	const struct conf_network *a = left, *b = right;

	if (a->prefix_bits != b->prefix_bits)
		return a->prefix_bits > b->prefix_bits ? -1 : 1;
	return memcmp(a->address, b->address, sizeof(a->address));
}

static enum sg_err
check_twice(const struct conf *conf, const struct conf_source *source,
    unsigned line, struct err *err_r)
{
	for (size_t i = 1; i < conf->network_count; i++) {
		const struct conf_network *network = &conf->networks[i];
		char text[INET6_ADDRSTRLEN + 8];

		if (compare(network - 1, network) != 0)
			continue;
		conf_network_format(network, text, sizeof(text));
		return conf_fault(err_r, source, line, "networks",
		    "%s is there twice; keep one entry", text);
	}
	return SG_OK;
}

enum sg_err
conf_networks_load(struct conf *conf, const struct conf_source *source,
    const config_setting_t *setting, struct err *err_r)
{
	unsigned line = config_setting_source_line(setting);
	int count = config_setting_length(setting);

	if (config_setting_type(setting) != CONFIG_TYPE_LIST)
		return conf_fault(err_r, source, line, "networks",
		    "must be a list; write networks = ( { cidr = "
		    "\"192.0.2.0/24\"; account = \"shop\"; } );");
	if (count > CONF_MAX_NETWORKS)
		return conf_fault(err_r, source, line, "networks",
		    "has %d entries; at most %d are taken", count,
		    CONF_MAX_NETWORKS);
	if (count == 0)
		return SG_OK;
	conf->networks = calloc((size_t)count, sizeof(*conf->networks));
	if (conf->networks == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	for (int i = 0; i < count; i++) {
		enum sg_err rc = load_entry(&conf->networks[i], source,
		    config_setting_get_elem(setting, (unsigned)i), err_r);

		if (rc != SG_OK)
			return rc;
		conf->network_count++;
	}
	qsort(conf->networks, conf->network_count, sizeof(*conf->networks),
	    compare);
	return check_twice(conf, source, line, err_r);
}

const char *
conf_account_of_address(
    const struct conf *conf, const unsigned char address[16])
{
	for (size_t i = 0; i < conf->network_count; i++) {
		const struct conf_network *network = &conf->networks[i];

		if (conf_network_has(network, address))
			return network->account;
	}
	return NULL;
}
