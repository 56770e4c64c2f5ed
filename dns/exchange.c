/* One question over TCP: see exchange.h. Opens a connection each time. */
#include "config.h"

#include "dns/exchange.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"

struct peer {
	const struct conf_server *server;
	int fd;
	int64_t deadline_msec;
};

static enum sg_err
failed(const struct peer *peer, const char *what, int error, struct err *err_r)
{
	return err_set(err_r, SG_IO, "name server %s: %s: %s",
	    peer->server->text, what, strerror(error));
}

/* SG_OK: the socket may be ready. */
static enum sg_err
wait_for(const struct peer *peer, short events, struct err *err_r)
{
	struct pollfd fd = {.fd = peer->fd, .events = events};

	for (;;) {
		int64_t left = peer->deadline_msec - clock_mono_msec();
		int n;

		if (left <= 0)
			return err_set(err_r, SG_IO,
			    "name server %s gave no answer in time",
			    peer->server->text);
		n = poll(&fd, 1, (int)left);
		if (n > 0)
			return SG_OK;
		if (n < 0 && errno != EINTR)
			return failed(peer, "poll", errno, err_r);
	}
}

static enum sg_err
connect_to(struct peer *peer, struct err *err_r)
{
	const struct sockaddr *addr =
	    (const struct sockaddr *)&peer->server->addr;
	int error = 0;
	socklen_t error_len = sizeof(error);
	enum sg_err code;

	peer->fd = socket(
	    addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->fd < 0)
		return failed(peer, "socket", errno, err_r);
	if (connect(peer->fd, addr, peer->server->len) == 0)
		return SG_OK;
	if (errno != EINPROGRESS)
		return failed(peer, "connect", errno, err_r);
	code = wait_for(peer, POLLOUT, err_r);
	if (code != SG_OK)
		return code;
	if (getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &error, &error_len) != 0)
		error = errno;
	return error == 0 ? SG_OK : failed(peer, "connect", error, err_r);
}

static enum sg_err
send_all(const struct peer *peer, const uint8_t *data, size_t len, int flags,
    struct err *err_r)
{
	while (len > 0) {
		ssize_t n = send(peer->fd, data, len, MSG_NOSIGNAL | flags);

		if (n >= 0) {
			data += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			enum sg_err code = wait_for(peer, POLLOUT, err_r);

			if (code != SG_OK)
				return code;
		} else if (errno != EINTR) {
			return failed(peer, "send", errno, err_r);
		}
	}
	return SG_OK;
}

static enum sg_err
read_all(const struct peer *peer, uint8_t *data, size_t len, struct err *err_r)
{
	while (len > 0) {
		enum sg_err code = wait_for(peer, POLLIN, err_r);
		ssize_t n;

		if (code != SG_OK)
			return code;
		n = recv(peer->fd, data, len, 0);
		if (n == 0)
			return err_set(err_r, SG_IO,
			    "name server %s hung up without an answer",
			    peer->server->text);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else if (errno != EAGAIN && errno != EINTR) {
			return failed(peer, "receive", errno, err_r);
		}
	}
	return SG_OK;
}

enum sg_err
dns_exchange(const struct conf_server *server, const uint8_t *query, size_t len,
    int64_t deadline_msec, uint8_t *reply_r, size_t *len_r, struct err *err_r)
{
	struct peer peer = {server, -1, deadline_msec};
	uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};
	enum sg_err code;

	if (len > DNS_MESSAGE_MAX)
		return err_set(
		    err_r, SG_INVALID, "too much for one DNS message");
	code = connect_to(&peer, err_r);
	if (code == SG_OK)
		code = send_all(&peer, head, sizeof(head), MSG_MORE, err_r);
	if (code == SG_OK)
		code = send_all(&peer, query, len, 0, err_r);
	if (code == SG_OK)
		code = read_all(&peer, head, sizeof(head), err_r);
	*len_r = (size_t)(head[0] << 8 | head[1]);
	if (code == SG_OK)
		code = read_all(&peer, reply_r, *len_r, err_r);
	if (peer.fd >= 0)
		(void)close(peer.fd); /* all that was wanted has come */
	return code;
}
