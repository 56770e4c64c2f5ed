/* The listening socket: "unix:PATH" or "inet:PORT@ADDRESS". Accepts nothing. */
#ifndef SENDWARD_POLICY_LISTEN_H
#define SENDWARD_POLICY_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct policy_listener {
	int fd; /* non-blocking; -1 closed */
	bool is_unix;
	char path[108];         /* of a unix socket */
	uint64_t device, inode; /* of the file that we made there */
};

/* Binds and listens (backlog SOMAXCONN). mode: permissions of a unix socket,
 * octal digits. A socket file that nobody listens on is replaced; one that is
 * answered is SG_EXISTS; another kind of file is SG_EXISTS, too. inet: ADDRESS is
 * numeric or a name of this host, IPv6 in brackets or without; TCP_NODELAY is set
 * and handed down to what is accepted. */
enum sg_err policy_listen(const char *spec, const char *mode,
    struct policy_listener *listener_r, struct err *err_r);

/* Closes; removes the socket file when it is still ours and we may. */
void policy_listener_close(struct policy_listener *listener);

#endif
