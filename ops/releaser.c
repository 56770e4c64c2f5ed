/* Datagrams about refused messages: see releaser.h. */
#include "config.h"

#include "ops/releaser.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"

#define DEFAULT_PATH "/run/sendward/release.sock"
#define FILE_NAME "release.sock"
#define SOCKET_MODE 0660
/* Queue id, line feed, session. */
#define DATAGRAM_MAX (RULES_QUEUE_ID_MAX + 1 + RELEASER_SESSION_MAX)
/* First nap while the socket is full; doubled each time. */
#define NAP_USEC 1000

struct releaser {
	int fd;
	struct sockaddr_un to;
};

enum sg_err
releaser_path(
    const struct conf *conf, char path_r[RELEASER_PATH_MAX], struct err *err_r)
{
	const char *given = conf->policy_release_socket;
	const char *other = conf->policy_socket;
	int len;

	if (given[0] != '\0')
		len = snprintf(path_r, RELEASER_PATH_MAX, "%s", given);
	else if (strncmp(other, "unix:/", 6) == 0)
		len = snprintf(path_r, RELEASER_PATH_MAX, "%.*s/%s",
		    (int)(strrchr(other, '/') - (other + 5)), other + 5,
		    FILE_NAME);
	else
		len = snprintf(path_r, RELEASER_PATH_MAX, "%s", DEFAULT_PATH);
	if ((size_t)len >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return err_set(err_r, SG_INVALID,
		    "policy.release_socket: %s: the path is longer than a "
		    "socket can have",
		    path_r);
	return SG_OK;
}

enum sg_err
releaser_new(
    const struct conf *conf, struct releaser **releaser_r, struct err *err_r)
{
	struct releaser *r = calloc(1, sizeof(*r));
	char path[RELEASER_PATH_MAX];
	enum sg_err rc;

	*releaser_r = r;
	if (r == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	r->fd = -1;
	r->to.sun_family = AF_UNIX;
	rc = releaser_path(conf, path, err_r);
	if (rc == SG_OK) {
		memcpy(r->to.sun_path, path, strlen(path) + 1);
		r->fd = socket(
		    AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (r->fd < 0)
			rc = err_set(
			    err_r, SG_IO, "socket: %s", strerror(errno));
	}
	if (rc != SG_OK)
		releaser_free(releaser_r);
	return rc;
}

void
releaser_free(struct releaser **releaser)
{
	struct releaser *r = *releaser;

	*releaser = NULL;
	if (r == NULL)
		return;
	if (r->fd >= 0)
		(void)close(r->fd);
	free(r);
}

/* Linux has room for ten datagrams by default: a burst may find it full. */
static bool
send_soon(const struct releaser *r, const char *data, size_t len)
{
	struct timespec nap = {.tv_nsec = NAP_USEC * 1000L};

	for (int64_t napped = 0; napped <= RELEASER_TRY_MSEC * 1000;) {
		if (sendto(r->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL,
			(const struct sockaddr *)&r->to, sizeof(r->to)) >= 0)
			return true;
		if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
			return false;
		(void)nanosleep(&nap, NULL);
		napped += nap.tv_nsec / 1000;
		nap.tv_nsec *= 2;
	}
	return false;
}

bool
releaser_push(struct releaser *r, const char *queue_id, const char *session)
{
	char data[DATAGRAM_MAX + 1];
	int len = snprintf(data, sizeof(data), "%s\n%s", queue_id, session);

	return len > 0 && (size_t)len < sizeof(data) &&
	       send_soon(r, data, (size_t)len);
}

enum sg_err
releaser_listen(
    const struct conf *conf, struct local_socket *socket_r, struct err *err_r)
{
	char path[RELEASER_PATH_MAX];
	enum sg_err rc = releaser_path(conf, path, err_r);

	if (rc != SG_OK)
		return rc;
	rc = local_socket_bind_datagrams(
	    socket_r, path, SOCKET_MODE, conf->user, err_r);
	if (rc != SG_OK) {
		local_socket_close(socket_r);
		(void)err_prefix(err_r, rc, "policy.release_socket %s", path);
	}
	return rc;
}

bool
releaser_parse(const char *data, size_t len, struct releaser_message *message_r)
{
	const char *end = memchr(data, '\n', len);
	size_t id_len, session_len;

	if (end == NULL || memchr(data, '\0', len) != NULL)
		return false;
	id_len = (size_t)(end - data);
	session_len = len - id_len - 1;
	if (id_len >= sizeof(message_r->queue_id) ||
	    session_len >= sizeof(message_r->session) ||
	    memchr(end + 1, '\n', session_len) != NULL)
		return false;
	memcpy(message_r->queue_id, data, id_len);
	message_r->queue_id[id_len] = '\0';
	memcpy(message_r->session, end + 1, session_len);
	message_r->session[session_len] = '\0';
	return true;
}

bool
releaser_receive(int fd, struct releaser_message *message_r)
{
	char data[DATAGRAM_MAX + 1]; /* one more tells what is too long */

	for (;;) {
		ssize_t n = recv(fd, data, sizeof(data), MSG_DONTWAIT);

		if (n < 0)
			return false;
		if (releaser_parse(data, (size_t)n, message_r))
			return true;
	}
}
