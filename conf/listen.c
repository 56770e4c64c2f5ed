/* ADDRESS:PORT as apid's option api.listen has it: see conf.h. Opens nothing. */
#include "config.h"

#include "conf/conf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/parts.h"

in_port_t
conf_port_parse(const char *text)
{
	size_t len = strspn(text, "0123456789");
	unsigned long port;

	if (len == 0 || len > 5 || text[len] != '\0' || text[0] == '0')
		return 0;
	port = strtoul(text, NULL, 10);
	return port <= 65535 ? (in_port_t)port : 0;
}

/* The part before the last colon; IPv6 without its brackets. */
static bool
copy_address(
    const char *text, const char *colon, char *address_r, size_t size, int *af)
{
	size_t len = (size_t)(colon - text);

	*af = AF_INET;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		*af = AF_INET6;
		text++;
		len -= 2;
	}
	if (len == 0 || len >= size)
		return false;
	memcpy(address_r, text, len);
	address_r[len] = '\0';
	return true;
}

enum sg_err
conf_listen_address(const char *text, struct sockaddr_storage *addr_r,
    socklen_t *len_r, struct err *err_r)
{
	const char *colon = strrchr(text, ':');
	in_port_t port = colon == NULL ? 0 : conf_port_parse(colon + 1);
	char address[INET6_ADDRSTRLEN];
	struct sockaddr_in *in4 = (struct sockaddr_in *)addr_r;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr_r;
	int af = AF_INET;
	bool is_good;

	memset(addr_r, 0, sizeof(*addr_r));
	is_good = port != 0 &&
		  copy_address(text, colon, address, sizeof(address), &af);
	if (is_good && af == AF_INET) {
		is_good = inet_pton(af, address, &in4->sin_addr) == 1;
		in4->sin_port = htons(port);
		*len_r = sizeof(*in4);
	} else if (is_good) {
		is_good = inet_pton(af, address, &in6->sin6_addr) == 1;
		in6->sin6_port = htons(port);
		*len_r = sizeof(*in6);
	}
	addr_r->ss_family = (sa_family_t)af;
	if (!is_good)
		return err_set(err_r, SG_INVALID,
		    "%.100s is no place to listen at; write ADDRESS:PORT, "
		    "such as 127.0.0.1:8025 or [::1]:8025",
		    text);
	return SG_OK;
}
