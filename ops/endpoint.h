/* Where notifications may go: the forms of endpoints, and addresses that no
 * stranger may make this host talk to. Resolves no names, connects to nothing. */
#ifndef SENDWARD_OPS_ENDPOINT_H
#define SENDWARD_OPS_ENDPOINT_H

#include <stdbool.h>
#include "base/err.h"
#include "store/topics.h"

struct conf;
struct sockaddr;

/* Is it anything but a public unicast address (the IANA special-purpose registries,
 * RFC 6890): loopback, link-local, private, shared, documentation, multicast,
 * unspecified, or an IPv6 form that stands for such an IPv4 address (mapped, NAT64,
 * 6to4)? Other families are private, too. */
bool endpoint_is_private(const struct sockaddr *addr);

/* Checks an endpoint's form and writes it as it is kept: addresses with their
 * domain in lower case, commands as their name below notify.command_dir. A host
 * that is written as an address is judged at once; one with a name when it is
 * connected to. SG_INVALID says what is wrong. */
enum sg_err endpoint_check(const struct conf *conf, const char *protocol,
    const char *endpoint, char endpoint_r[STORE_ENDPOINT_MAX + 1],
    struct err *err_r);

/* The host of a checked http or https endpoint, for the log: the rest may be a
 * secret. "" when it has none. */
#define ENDPOINT_HOST_MAX 256
void endpoint_host(const char *endpoint, char host_r[ENDPOINT_HOST_MAX]);

/* May it be the name of a program in notify.command_dir? Letters, digits, and
 * "._-" after the first. */
bool endpoint_is_command(const char *name);

#endif
