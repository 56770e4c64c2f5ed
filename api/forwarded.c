/* Clients behind proxies: see forwarded.h. */
#include "config.h"

#include "api/forwarded.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "api/exchange.h"
#include "conf/conf.h"

#define BLANKS " \t"
/* More proxies than that in a row there are not. */
#define HOPS_MOST 32

static const unsigned char mapped[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* ADDRESS, IPV4:PORT, [IPV6], [IPV6]:PORT, as some write it. */
static bool
parse_hop(const char *text, size_t len, unsigned char address_r[16])
{
	char copy[INET6_ADDRSTRLEN + 8];
	char *start = copy, *end;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (copy[0] == '[') {
		start = copy + 1;
		end = strchr(copy, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		*end = '\0';
	} else {
		end = strchr(copy, ':');
		if (end != NULL && strchr(end + 1, ':') == NULL)
			*end = '\0';
		if (inet_pton(AF_INET, copy, address_r + 12) == 1) {
			memcpy(address_r, mapped, sizeof(mapped));
			return true;
		}
	}
	return inet_pton(AF_INET6, start, address_r) == 1;
}

static void
write_hop(const unsigned char address[16], char text_r[INET6_ADDRSTRLEN])
{
	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		(void)inet_ntop(
		    AF_INET, address + 12, text_r, INET6_ADDRSTRLEN);
	else
		(void)inet_ntop(AF_INET6, address, text_r, INET6_ADDRSTRLEN);
}

static bool
is_proxy(const char *proxies, const unsigned char address[16])
{
	struct conf_network network;
	const char *problem;

	while (conf_network_next(&proxies, &network, &problem))
		if (conf_network_has(&network, address))
			return true;
	return false;
}

/* Takes the last hop of a field off: its text is left. False: there is none left. */
static bool
take_last(const char *field, size_t *left, const char **hop_r, size_t *len_r)
{
	size_t end = *left, start;

	while (end > 0 && strchr(BLANKS ",", field[end - 1]) != NULL)
		end--;
	for (start = end; start > 0 && field[start - 1] != ',';)
		start--;
	*left = start;
	while (start < end && strchr(BLANKS, field[start]) != NULL)
		start++;
	*hop_r = field + start;
	*len_r = end - start;
	return end > start;
}

/* False: the client was found. */
static bool
follow(const char *proxies, const char *field, unsigned char address[16],
    int *hops)
{
	size_t left = strlen(field), len;
	unsigned char hop[16];
	const char *text;

	while (take_last(field, &left, &text, &len)) {
		if ((*hops)++ == HOPS_MOST || !parse_hop(text, len, hop))
			return false;
		memcpy(address, hop, sizeof(hop));
		if (!is_proxy(proxies, address))
			return false;
	}
	return true;
}

void
api_forwarded_client(const char *proxies, const struct api_request *request,
    char client[INET6_ADDRSTRLEN])
{
	unsigned char address[16];
	int hops = 0;

	if (proxies[0] == '\0' || !parse_hop(client, strlen(client), address) ||
	    !is_proxy(proxies, address))
		return;
	for (size_t i = request->field_count; i-- > 0;)
		if (strcasecmp(request->fields[i].name, "x-forwarded-for") ==
			0 &&
		    !follow(proxies, request->fields[i].value, address, &hops))
			break;
	write_hop(address, client);
}
