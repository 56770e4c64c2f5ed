/* ADDRESS or ADDRESS@PORT as the options dns.servers and dkim.update_server
 * have them: see conf.h. Connects to nothing. */
#include "config.h"

#include "conf/conf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/parts.h"

static bool
fill_address(const char *address, in_port_t port, struct conf_server *server_r)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&server_r->addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&server_r->addr;

	if (inet_pton(AF_INET, address, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(port);
		server_r->len = sizeof(*in4);
		return true;
	}
	if (inet_pton(AF_INET6, address, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		server_r->len = sizeof(*in6);
		return true;
	}
	return false;
}

static bool
parse_server(const char *word, size_t len, struct conf_server *server_r)
{
	char *at;
	in_port_t port = 53;
	char address[CONF_SERVER_TEXT_MAX];

	memset(server_r, 0, sizeof(*server_r));
	if (len >= sizeof(address))
		return false;
	memcpy(address, word, len);
	address[len] = '\0';
	at = strchr(address, '@');
	if (at != NULL) {
		*at = '\0';
		port = conf_port_parse(at + 1);
	}
	if (port == 0 || !fill_address(address, port, server_r))
		return false;
	(void)snprintf(server_r->text, sizeof(server_r->text), "%.*s@%u",
	    INET6_ADDRSTRLEN, address, (unsigned)port);
	return true;
}

bool
conf_server_next(
    const char **list, struct conf_server *server_r, struct err *err_r)
{
	const char *word = *list + strspn(*list, " ,");
	size_t len = strcspn(word, " ,");

	*list = word + len;
	err_r->code = SG_OK;
	if (len == 0)
		return false;
	if (parse_server(word, len, server_r))
		return true;
	(void)err_set(err_r, SG_INVALID,
	    "%.*s is no name server; write ADDRESS or ADDRESS@PORT, such as "
	    "192.0.2.53 or ::1@5353",
	    len > 100 ? 100 : (int)len, word);
	return false;
}
