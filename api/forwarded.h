/* Whose request it is that a proxy hands on. Believes those alone that the option
 * api.proxies names; no I/O. */
#ifndef SENDWARD_API_FORWARDED_H
#define SENDWARD_API_FORWARDED_H

#include <netinet/in.h>

struct api_request;

/* Of a request that came from *client (in: the connection's address; "" none), the
 * client: of the hops that its fields X-Forwarded-For name, from the last one on, the
 * first that is none of `proxies` (as the option api.proxies, which was checked). What
 * is no address, and what stands before it, is not believed: then it is the last hop
 * that was. IPv4 is written as IPv4. Unchanged when the connection is none of a
 * proxy's. */
void api_forwarded_client(const char *proxies,
    const struct api_request *request, char client[INET6_ADDRSTRLEN]);

#endif
