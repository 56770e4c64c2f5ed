/* A listening socket with a path: see local_socket.h. Does not listen. */
#include "config.h"
#include "base/local_socket.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum sg_err
new_socket(int family, int type, int *fd_r, struct err *err_r)
{
	*fd_r = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd_r < 0)
		return err_set(err_r, SG_IO, "socket: %s", strerror(errno));
	return SG_OK;
}

enum sg_err
local_socket_new(int family, int *fd_r, struct err *err_r)
{
	return new_socket(family, SOCK_STREAM, fd_r, err_r);
}

bool
local_socket_mode(const char *text, mode_t *mode_r)
{
	char *end;
	unsigned long bits = strtoul(text, &end, 8);

	if (*text == '\0' || *end != '\0' || bits > 0777)
		return false;
	*mode_r = (mode_t)bits;
	return true;
}

enum sg_err
local_socket_own(const char *path, const char *user, struct err *err_r)
{
	const struct passwd *pw;

	if (user[0] == '\0' || geteuid() != 0)
		return SG_OK;
	/* One thread yet: getpwnam's static memory is ours. */
	pw = getpwnam(user);
	if (pw == NULL)
		return err_set(err_r, SG_INVALID,
		    "user: %s: no such user; create it or set user = \"\"",
		    user);
	if (chown(path, pw->pw_uid, pw->pw_gid) != 0)
		return err_set(
		    err_r, SG_IO, "chown %s: %s", path, strerror(errno));
	return SG_OK;
}

/* Only a socket that refuses connections is dead; one of another type does it in
 * another way. */
static enum sg_err
remove_stale(const struct sockaddr_un *un, struct err *err_r)
{
	struct stat st;
	enum sg_err rc;
	int fd, error = 0;

	if (lstat(un->sun_path, &st) != 0)
		return SG_OK;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err_r, SG_EXISTS, "is there and is no socket");
	rc = local_socket_new(AF_UNIX, &fd, err_r);
	if (rc != SG_OK)
		return rc;
	if (connect(fd, (const struct sockaddr *)un, sizeof(*un)) != 0)
		error = errno;
	(void)close(fd);
	if (error != ECONNREFUSED)
		return err_set(
		    err_r, SG_EXISTS, "another process listens there");
	if (unlink(un->sun_path) != 0)
		return err_set(err_r, SG_IO, "remove: %s", strerror(errno));
	return SG_OK;
}

static enum sg_err
make_file(
    struct local_socket *s, mode_t mode, const char *user, struct err *err_r)
{
	const char *path = s->address.sun_path;
	struct stat st;
	/* Nobody gets in before the permissions are those asked for. */
	mode_t old = umask(0777);
	int bound = bind(
	    s->fd, (const struct sockaddr *)&s->address, sizeof(s->address));
	int error = errno;

	(void)umask(old);
	if (bound != 0)
		return err_set(err_r, SG_IO, "bind: %s", strerror(error));
	if (stat(path, &st) == 0) {
		s->device = st.st_dev;
		s->inode = st.st_ino;
	}
	/* In this order root needs no capability for files of others. */
	if (chmod(path, mode) != 0)
		return err_set(err_r, SG_IO, "chmod: %s", strerror(errno));
	return local_socket_own(path, user, err_r);
}

static enum sg_err
bind_as(int type, struct local_socket *socket_r, const char *path, mode_t mode,
    const char *user, struct err *err_r)
{
	struct sockaddr_un *un = &socket_r->address;
	enum sg_err rc;

	*socket_r =
	    (struct local_socket){.fd = -1, .address.sun_family = AF_UNIX};
	if (path[0] != '/' || strlen(path) >= sizeof(un->sun_path))
		return err_set(err_r, SG_INVALID,
		    "the path must begin with / and have less than %zu bytes",
		    sizeof(un->sun_path));
	memcpy(un->sun_path, path, strlen(path) + 1);
	rc = remove_stale(un, err_r);
	if (rc == SG_OK)
		rc = new_socket(AF_UNIX, type, &socket_r->fd, err_r);
	if (rc == SG_OK)
		rc = make_file(socket_r, mode, user, err_r);
	return rc;
}

enum sg_err
local_socket_bind(struct local_socket *socket_r, const char *path, mode_t mode,
    const char *user, struct err *err_r)
{
	return bind_as(SOCK_STREAM, socket_r, path, mode, user, err_r);
}

enum sg_err
local_socket_bind_datagrams(struct local_socket *socket_r, const char *path,
    mode_t mode, const char *user, struct err *err_r)
{
	return bind_as(SOCK_DGRAM, socket_r, path, mode, user, err_r);
}

void
local_socket_close(struct local_socket *s)
{
	const char *path = s->address.sun_path;
	struct stat st;

	if (s->fd < 0)
		return;
	/* inode 0: it was not bound. Failing means that root made it. */
	if (s->inode != 0 && lstat(path, &st) == 0 && st.st_dev == s->device &&
	    st.st_ino == s->inode)
		(void)unlink(path);
	(void)close(s->fd);
	s->fd = -1;
}
