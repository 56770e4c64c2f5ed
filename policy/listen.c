/* Listening sockets of the policy server. */
#include "config.h"
#include "policy/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static enum sg_err
new_socket(int family, int *fd_r, struct err *err_r)
{
	*fd_r = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd_r < 0)
		return err_set(err_r, SG_IO, "socket: %s", strerror(errno));
	return SG_OK;
}

/* Only a socket that refuses connections is dead. */
static enum sg_err
remove_stale(const struct sockaddr_un *un, struct err *err_r)
{
	struct stat st;
	enum sg_err rc;
	int fd, error;

	if (lstat(un->sun_path, &st) != 0)
		return SG_OK;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err_r, SG_EXISTS, "is there and is no socket");
	rc = new_socket(AF_UNIX, &fd, err_r);
	if (rc != SG_OK)
		return rc;
	error = connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0
		    ? 0
		    : errno;
	(void)close(fd);
	if (error != ECONNREFUSED)
		return err_set(
		    err_r, SG_EXISTS, "another program listens here");
	if (unlink(un->sun_path) != 0)
		return err_set(err_r, SG_IO, "remove: %s", strerror(errno));
	return SG_OK;
}

static enum sg_err
bind_unix(struct policy_listener *l, const struct sockaddr_un *un, mode_t mode,
    struct err *err_r)
{
	struct stat st;
	/* Nobody gets in before the permissions are those that were asked. */
	mode_t old = umask(0777);
	int bound = bind(l->fd, (const struct sockaddr *)un, sizeof(*un));
	int error = errno;

	(void)umask(old);
	if (bound != 0)
		return err_set(err_r, SG_IO, "bind: %s", strerror(error));
	if (chmod(un->sun_path, mode) != 0 || stat(un->sun_path, &st) != 0)
		return err_set(err_r, SG_IO, "chmod: %s", strerror(errno));
	l->device = st.st_dev;
	l->inode = st.st_ino;
	return SG_OK;
}

static enum sg_err
listen_unix(const char *path, const char *mode, struct policy_listener *l,
    struct err *err_r)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	char *end;
	unsigned long bits = strtoul(mode, &end, 8);
	enum sg_err rc;

	if (*mode == '\0' || *end != '\0' || bits > 0777)
		return err_set(err_r, SG_INVALID,
		    "socket_mode %s is no octal number up to 0777", mode);
	if (path[0] != '/' || strlen(path) >= sizeof(un.sun_path))
		return err_set(err_r, SG_INVALID,
		    "the path must begin with / and have less than %zu bytes",
		    sizeof(un.sun_path));
	memcpy(un.sun_path, path, strlen(path) + 1);
	memcpy(l->path, path, strlen(path) + 1);
	l->is_unix = true;
	rc = remove_stale(&un, err_r);
	if (rc == SG_OK)
		rc = new_socket(AF_UNIX, &l->fd, err_r);
	if (rc == SG_OK)
		rc = bind_unix(l, &un, (mode_t)bits, err_r);
	return rc;
}

static enum sg_err
bind_inet(
    struct policy_listener *l, const struct addrinfo *ai, struct err *err_r)
{
	const int on = 1;
	enum sg_err rc = new_socket(ai->ai_family, &l->fd, err_r);

	if (rc != SG_OK)
		return rc;
	if (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		return err_set(err_r, SG_IO, "setsockopt: %s", strerror(errno));
	if (bind(l->fd, ai->ai_addr, ai->ai_addrlen) != 0)
		return err_set(err_r, SG_IO, "bind: %s", strerror(errno));
	return SG_OK;
}

/* "PORT@ADDRESS"; brackets round the address are dropped. */
static bool
split_inet(const char *text, char port_r[8], char host_r[128])
{
	const char *at = strchr(text, '@');
	size_t port_len, host_len;

	if (at == NULL)
		return false;
	port_len = (size_t)(at - text);
	at++;
	host_len = strlen(at);
	if (host_len >= 2 && at[0] == '[' && at[host_len - 1] == ']') {
		at++;
		host_len -= 2;
	}
	if (port_len == 0 || port_len >= 8 || host_len == 0 || host_len >= 128)
		return false;
	memcpy(port_r, text, port_len);
	port_r[port_len] = '\0';
	memcpy(host_r, at, host_len);
	host_r[host_len] = '\0';
	return true;
}

static enum sg_err
listen_inet(const char *text, struct policy_listener *l, struct err *err_r)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *ai = NULL;
	char port[8], host[128];
	enum sg_err rc;
	int error;

	if (!split_inet(text, port, host))
		return err_set(err_r, SG_INVALID, "is not inet:PORT@ADDRESS");
	error = getaddrinfo(host, port, &hints, &ai);
	if (error != 0)
		return err_set(
		    err_r, SG_INVALID, "%s: %s", host, gai_strerror(error));
	rc = bind_inet(l, ai, err_r);
	freeaddrinfo(ai);
	return rc;
}

enum sg_err
policy_listen(const char *spec, const char *mode,
    struct policy_listener *listener_r, struct err *err_r)
{
	struct policy_listener l = {.fd = -1};
	enum sg_err rc;

	if (strncmp(spec, "unix:", 5) == 0)
		rc = listen_unix(spec + 5, mode, &l, err_r);
	else if (strncmp(spec, "inet:", 5) == 0)
		rc = listen_inet(spec + 5, &l, err_r);
	else
		rc = err_set(err_r, SG_INVALID,
		    "is neither unix:PATH nor inet:PORT@ADDRESS");
	if (rc == SG_OK && listen(l.fd, SOMAXCONN) != 0)
		rc = err_set(err_r, SG_IO, "listen: %s", strerror(errno));
	if (rc != SG_OK) {
		policy_listener_close(&l);
		return err_prefix(err_r, rc, "policy.socket %s", spec);
	}
	*listener_r = l;
	return SG_OK;
}

void
policy_listener_close(struct policy_listener *l)
{
	struct stat st;

	if (l->fd < 0)
		return;
	/* inode 0: it was not bound. Failing means that root made it. */
	if (l->is_unix && l->inode != 0 && lstat(l->path, &st) == 0 &&
	    st.st_dev == l->device && st.st_ino == l->inode)
		(void)unlink(l->path);
	(void)close(l->fd);
	l->fd = -1;
}
