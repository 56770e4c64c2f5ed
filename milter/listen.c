/* The milter's socket: see listen.h. */
#include "config.h"

#include "milter/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "base/local_socket.h"
#include "conf/conf.h"
#include "milter/wire.h"

#define UNIX_PREFIX "unix:"
#define INET_PREFIX "inet:"
/* Descriptors are few when the socket is opened. */
#define SCAN_MAX 256

static const char *
unix_path(const struct conf *conf)
{
	size_t len = strlen(UNIX_PREFIX);

	return strncmp(conf->milter_socket, UNIX_PREFIX, len) == 0
		   ? conf->milter_socket + len
		   : NULL;
}

/* libmilter takes the path of a running program away without a word. */
static enum sg_err
must_be_free(const char *path, struct err *err_r)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	bool is_taken;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(
		    err_r, SG_INVALID, "milter.socket: %s: too long", path);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err_r, SG_IO, "socket: %s", strerror(errno));
	is_taken =
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	(void)close(fd);
	if (is_taken)
		return err_set(err_r, SG_EXISTS,
		    "milter.socket: %s: another process listens there", path);
	return SG_OK;
}

static enum sg_err
set_mode(const char *path, const char *mode, struct err *err_r)
{
	char *end = NULL;
	long bits = strtol(mode, &end, 8);

	if (end == mode || *end != '\0' || bits < 0 || bits > 0777)
		return err_set(err_r, SG_INVALID,
		    "milter.socket_mode: %s: no octal mode such as 0660", mode);
	if (chmod(path, (mode_t)bits) != 0)
		return err_set(
		    err_r, SG_IO, "chmod %s: %s", path, strerror(errno));
	return SG_OK;
}

static int
int_option(int fd, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, option, &value, &len) != 0)
		return -1;
	return value;
}

/* libmilter does not show its socket: it is the one that listens now and did not
 * before. One that was inherited is none of ours. */
struct listening {
	bool is_set[SCAN_MAX];
};

static void
look_for_listening(struct listening *seen_r)
{
	for (int fd = 0; fd < SCAN_MAX; fd++)
		seen_r->is_set[fd] = int_option(fd, SO_ACCEPTCONN) == 1;
}

static int
find_new_listening(const struct listening *before)
{
	struct listening now;

	look_for_listening(&now);
	for (int fd = 0; fd < SCAN_MAX; fd++) {
		if (now.is_set[fd] && !before->is_set[fd])
			return fd;
	}
	return -1;
}

/* libmilter answers in several small writes: with Nagle's algorithm each message
 * waits for a delayed ACK, 44 ms. Accepted sockets inherit the option. */
static enum sg_err
set_nodelay(int fd, struct err *err_r)
{
	int one = 1, domain = int_option(fd, SO_DOMAIN);

	if (domain != AF_INET && domain != AF_INET6)
		return SG_OK;
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
		return err_set(
		    err_r, SG_IO, "TCP_NODELAY: %s", strerror(errno));
	return SG_OK;
}

/* libmilter's own form: an IPv6 address behind '@' makes it inet6. */
static void
libmilter_name(const char *socket_option, char *name_r, size_t size)
{
	const char *at = strchr(socket_option, '@');
	size_t len = strlen(INET_PREFIX);

	if (strncmp(socket_option, INET_PREFIX, len) == 0 && at != NULL &&
	    strchr(at, ':') != NULL)
		(void)snprintf(name_r, size, "inet6:%s", socket_option + len);
	else
		(void)snprintf(name_r, size, "%s", socket_option);
}

static enum sg_err
open_by_libmilter(const struct conf *conf, struct err *err_r)
{
	char name[256];

	libmilter_name(conf->milter_socket, name, sizeof(name));
	errno = 0;
	if (smfi_setconn(name) != MI_SUCCESS ||
	    smfi_setbacklog(SOMAXCONN) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS)
		return err_set(err_r, SG_IO, "milter.socket: %s: %s",
		    conf->milter_socket,
		    errno != 0 ? strerror(errno) : "cannot be opened");
	return SG_OK;
}

enum sg_err
listen_open(const struct conf *conf, int *fd_r, struct err *err_r)
{
	const char *path = unix_path(conf);
	struct listening before;
	enum sg_err rc = SG_OK;
	int fd = -1;

	*fd_r = -1;
	look_for_listening(&before);
	if (path != NULL)
		rc = must_be_free(path, err_r);
	if (rc == SG_OK)
		rc = open_by_libmilter(conf, err_r);
	if (rc == SG_OK) {
		fd = find_new_listening(&before);
		*fd_r = fd < 0 ? -1 : dup(fd);
		if (*fd_r < 0)
			rc = err_set(err_r, SG_IO,
			    "milter.socket: the listening socket is not found");
	}
	if (rc == SG_OK)
		wire_watch(fd);
	if (rc == SG_OK)
		rc = set_nodelay(fd, err_r);
	if (rc == SG_OK && path != NULL)
		rc = set_mode(path, conf->milter_socket_mode, err_r);
	if (rc == SG_OK && path != NULL)
		rc = local_socket_own(path, conf->user, err_r);
	return rc;
}

void
listen_poke(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);
	int poke;

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return;
	poke = socket(
	    address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (poke < 0)
		return;
	/* Whether it succeeds does not matter: the caller tries again. */
	(void)connect(poke, (struct sockaddr *)&address, len);
	(void)close(poke);
}
