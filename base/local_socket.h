/* A listening socket with a path of this host: the file is made, kept to whom it is
 * for, and taken away again. Accepts nothing. */
#ifndef SENDWARD_BASE_LOCAL_SOCKET_H
#define SENDWARD_BASE_LOCAL_SOCKET_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include "base/err.h"

struct local_socket {
	int fd; /* non-blocking; -1: none */
	struct sockaddr_un address;
	dev_t device; /* of the file that was made here */
	ino_t inode;  /* 0: none was; it may be of another family */
};

/* A non-blocking stream socket of any family, closed by exec. */
enum sg_err local_socket_new(int family, int *fd_r, struct err *err_r);

/* Octal digits up to 0777; false: it is none. */
bool local_socket_mode(const char *text, mode_t *mode_r);

/* When root asks, gives the file to the user ("": to nobody). For a process with one
 * thread: it asks getpwnam. */
enum sg_err local_socket_own(
    const char *path, const char *user, struct err *err_r);

/* Binds; the caller listens. The file has the mode, and belongs to the user as by
 * local_socket_own. A socket file that nobody listens on is replaced; SG_EXISTS:
 * somebody does, or another kind of file is there. After an error the caller closes,
 * too. */
enum sg_err local_socket_bind(struct local_socket *socket_r, const char *path,
    mode_t mode, const char *user, struct err *err_r);
/* The same for datagrams, which come at once. */
enum sg_err local_socket_bind_datagrams(struct local_socket *socket_r,
    const char *path, mode_t mode, const char *user, struct err *err_r);

/* Takes the file away when it is still the one that was made, and we may. */
void local_socket_close(struct local_socket *socket);

#endif
