/* The LMTP server's socket: see listen.h. */
#include "config.h"

#include "feedback/listen.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/conf.h"

#define UNIX_PREFIX "unix:"
#define INET_PREFIX "inet:"

static enum sg_err
new_socket(int family, int *fd_r, struct err *err_r)
{
	*fd_r = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd_r < 0)
		return err_set(err_r, SG_IO, "socket: %s", strerror(errno));
	return SG_OK;
}

/* ---- unix:PATH ----------------------------------------------------------------- */

/* Only a socket that refuses connections is dead. */
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
	rc = new_socket(AF_UNIX, &fd, err_r);
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
set_owner(const char *path, const char *user, struct err *err_r)
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
		return err_set(err_r, SG_IO, "chown: %s", strerror(errno));
	return SG_OK;
}

static enum sg_err
bind_unix(
    struct listener *l, const struct conf *conf, mode_t mode, struct err *err_r)
{
	const char *path = l->address.sun_path;
	struct stat st;
	/* Nobody gets in before owner and permissions are those asked for. */
	mode_t old = umask(0777);
	int bound = bind(
	    l->fd, (const struct sockaddr *)&l->address, sizeof(l->address));
	int error = errno;
	enum sg_err rc;

	(void)umask(old);
	if (bound != 0)
		return err_set(err_r, SG_IO, "bind: %s", strerror(error));
	if (stat(path, &st) == 0) {
		l->device = st.st_dev;
		l->inode = st.st_ino;
	}
	rc = set_owner(path, conf->user, err_r);
	if (rc == SG_OK && chmod(path, mode) != 0)
		rc = err_set(err_r, SG_IO, "chmod: %s", strerror(errno));
	return rc;
}

static enum sg_err
listen_unix(const struct conf *conf, const char *path, struct listener *l,
    struct err *err_r)
{
	const char *mode = conf->feedback_socket_mode;
	char *end;
	unsigned long bits = strtoul(mode, &end, 8);
	enum sg_err rc;

	if (*mode == '\0' || *end != '\0' || bits > 0777)
		return err_set(err_r, SG_INVALID,
		    "feedback.socket_mode %s is no octal number up to 0777",
		    mode);
	if (path[0] != '/' || strlen(path) >= sizeof(l->address.sun_path))
		return err_set(err_r, SG_INVALID,
		    "the path must begin with / and have less than %zu bytes",
		    sizeof(l->address.sun_path));
	l->is_unix = true;
	l->address.sun_family = AF_UNIX;
	memcpy(l->address.sun_path, path, strlen(path) + 1);
	rc = remove_stale(&l->address, err_r);
	if (rc == SG_OK)
		rc = new_socket(AF_UNIX, &l->fd, err_r);
	if (rc == SG_OK)
		rc = bind_unix(l, conf, (mode_t)bits, err_r);
	return rc;
}

/* ---- inet:PORT@ADDRESS ------------------------------------------------------------ */

static enum sg_err
listen_inet(const char *text, struct listener *l, struct err *err_r)
{
	const int on = 1;
	const char *at = strchr(text, '@');
	struct sockaddr_storage address;
	socklen_t len;
	char turned[256];
	bool is_bare_v6;
	enum sg_err rc;

	if (at == NULL)
		return err_set(err_r, SG_INVALID, "is not inet:PORT@ADDRESS");
	is_bare_v6 = strchr(at, ':') != NULL && at[1] != '[';
	(void)snprintf(turned, sizeof(turned), "%s%s%s:%.*s",
	    is_bare_v6 ? "[" : "", at + 1, is_bare_v6 ? "]" : "",
	    (int)(at - text), text);
	rc = conf_listen_address(turned, &address, &len, err_r);
	if (rc == SG_OK)
		rc = new_socket(address.ss_family, &l->fd, err_r);
	if (rc == SG_OK &&
	    (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) !=
		    0 ||
		bind(l->fd, (const struct sockaddr *)&address, len) != 0))
		rc = err_set(err_r, SG_IO, "bind: %s", strerror(errno));
	return rc;
}

/* ---- both ------------------------------------------------------------------------- */

enum sg_err
listener_open(
    const struct conf *conf, struct listener *listener_r, struct err *err_r)
{
	const char *spec = conf->feedback_socket;
	struct listener l = {.fd = -1};
	enum sg_err rc;

	if (strncmp(spec, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		rc = listen_unix(conf, spec + strlen(UNIX_PREFIX), &l, err_r);
	else if (strncmp(spec, INET_PREFIX, strlen(INET_PREFIX)) == 0)
		rc = listen_inet(spec + strlen(INET_PREFIX), &l, err_r);
	else
		rc = err_set(err_r, SG_INVALID,
		    "is neither unix:PATH nor inet:PORT@ADDRESS");
	if (rc == SG_OK && listen(l.fd, SOMAXCONN) != 0)
		rc = err_set(err_r, SG_IO, "listen: %s", strerror(errno));
	if (rc != SG_OK) {
		listener_close(&l);
		rc = err_prefix(err_r, rc, "feedback.socket %s", spec);
	}
	*listener_r = l;
	return rc;
}

void
listener_close(struct listener *l)
{
	const char *path = l->address.sun_path;
	struct stat st;

	if (l->fd < 0)
		return;
	/* inode 0: it was not bound. Failing means that root made it. */
	if (l->is_unix && l->inode != 0 && lstat(path, &st) == 0 &&
	    st.st_dev == l->device && st.st_ino == l->inode)
		(void)unlink(path);
	(void)close(l->fd);
	l->fd = -1;
}
