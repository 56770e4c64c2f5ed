/* The socket that reports come to. Does not serve it. */
#ifndef SENDWARD_FEEDBACK_LISTEN_H
#define SENDWARD_FEEDBACK_LISTEN_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "base/err.h"

struct conf;

struct listener {
	int fd; /* -1: none */
	bool is_unix;
	struct sockaddr_un address;
	dev_t device; /* of the socket that was made here */
	ino_t inode;
};
/* The options feedback.socket and feedback.socket_mode. A unix socket that nobody
 * listens on any more is replaced, and belongs to conf->user when root makes it.
 * SG_EXISTS: another process listens there, or it is no socket. */
enum sg_err listener_open(
    const struct conf *conf, struct listener *listener_r, struct err *err_r);
/* Also removes the unix socket that was made, if it may. */
void listener_close(struct listener *listener);

#endif
