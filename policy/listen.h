/* The listening socket: "unix:PATH" or "inet:PORT@ADDRESS". Accepts nothing. */
#ifndef SENDWARD_POLICY_LISTEN_H
#define SENDWARD_POLICY_LISTEN_H

#include "base/err.h"
#include "base/local_socket.h"

/* Binds and listens (backlog SOMAXCONN). mode: permissions of a unix socket,
 * octal digits. A socket file that nobody listens on is replaced; one that is
 * answered is SG_EXISTS; another kind of file is SG_EXISTS, too. inet: ADDRESS is
 * numeric or a name of this host, IPv6 in brackets or without; TCP_NODELAY is set
 * and handed down to what is accepted. The caller closes it by local_socket_close. */
enum sg_err policy_listen(const char *spec, const char *mode,
    struct local_socket *listener_r, struct err *err_r);

#endif
