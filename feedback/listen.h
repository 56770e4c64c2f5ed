/* The socket that reports come to. Does not serve it. */
#ifndef SENDWARD_FEEDBACK_LISTEN_H
#define SENDWARD_FEEDBACK_LISTEN_H

#include "base/err.h"
#include "base/local_socket.h"

struct conf;

/* The options feedback.socket and feedback.socket_mode. A unix socket that nobody
 * listens on any more is replaced, and belongs to conf->user when root makes it.
 * SG_EXISTS: another process listens there, or it is no socket.
 * The caller closes it by local_socket_close. */
enum sg_err feedback_listen(const struct conf *conf,
    struct local_socket *listener_r, struct err *err_r);

#endif
