/* Reads ahead and writes together for libmilter: see wire.h. */
#include "config.h"

#include "milter/wire.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

/* Connections beyond are served as libmilter does it. */
#define WIRES_MAX 65536
/* Larger pieces of the body are read where they belong. */
#define IN_BYTES 8192
/* Edits of a message; what is more leaves at once. */
#define OUT_BYTES 8192
/* Length and command, which libmilter writes as a piece of their own. */
#define HEAD_BYTES 5
/* A thread of libmilter's looks 1 ms for the next command before it gives the session
 * back to the pool, which costs more than a wait. */
#define SHORT_MSEC 10

struct wire {
	bool is_polled;    /* libmilter's poll comes by here */
	bool is_read;      /* so does its read */
	bool is_limited;   /* a read waits SHORT_MSEC at most */
	short readable;    /* what poll said, until the next read; 0: unknown */
	int write_msec;    /* how long a write may wait, as poll was told */
	size_t at, in_end; /* of in: what libmilter has not read yet */
	size_t out_len;
	char in[IN_BYTES];
	char out[OUT_BYTES];
};

static _Atomic(struct wire *) wires[WIRES_MAX];
static atomic_int watched = -1;
static atomic_ulong saved;

/* These are the names that libmilter calls. */
int wire_accept(int fd, struct sockaddr *address, socklen_t *len) __asm__(
    "accept");
int wire_close(int fd) __asm__("close");
int wire_poll(struct pollfd *fds, nfds_t count, int timeout_msec) __asm__(
    "poll");
ssize_t wire_read(int fd, void *data, size_t len) __asm__("read");
ssize_t wire_writev(int fd, const struct iovec *iov, int count) __asm__(
    "writev");

typedef int accept_fn(int fd, struct sockaddr *address, socklen_t *len);
typedef int close_fn(int fd);
typedef int poll_fn(struct pollfd *fds, nfds_t count, int timeout_msec);
typedef ssize_t read_fn(int fd, void *data, size_t len);
typedef ssize_t writev_fn(int fd, const struct iovec *iov, int count);

/* The C library's own. One that is missing ends the process at the first call: no
 * C library is without. ISO C has no conversion from object to function pointers;
 * POSIX requires that the copy of the representation works. */
#define PLAIN(name)                                                            \
	static name##_fn *plain_##name(void)                                   \
	{                                                                      \
		static _Atomic(void *) found;                                  \
		void *symbol = atomic_load(&found);                            \
		name##_fn *function;                                           \
                                                                               \
		if (symbol == NULL) {                                          \
			symbol = dlsym(RTLD_NEXT, #name);                      \
			atomic_store(&found, symbol);                          \
		}                                                              \
		memcpy(&function, &symbol, sizeof(function));                  \
		return function;                                               \
	}
PLAIN(accept)
PLAIN(close)
PLAIN(poll)
PLAIN(read)
PLAIN(writev)

void
wire_watch(int listen_fd)
{
	atomic_store(&watched, listen_fd);
}

unsigned long
wire_saved(void)
{
	return atomic_load(&saved);
}

static void
count_saved(void)
{
	(void)atomic_fetch_add_explicit(&saved, 1, memory_order_relaxed);
}

/* NULL: not libmilter's. */
static struct wire *
wire_of(int fd)
{
	return fd >= 0 && fd < WIRES_MAX
		   ? atomic_load_explicit(&wires[fd], memory_order_acquire)
		   : NULL;
}

static void
wire_set(int fd, struct wire *wire)
{
	if (fd >= 0 && fd < WIRES_MAX)
		free(atomic_exchange(&wires[fd], wire));
	else
		free(wire);
}

/* No memory: served without. */
int
wire_accept(int fd, struct sockaddr *address, socklen_t *len)
{
	int accepted = plain_accept()(fd, address, len);
	struct wire *wire;

	if (accepted < 0 || fd != atomic_load(&watched))
		return accepted;
	wire = malloc(sizeof(*wire));
	if (wire != NULL) {
		memset(wire, 0, offsetof(struct wire, in));
		wire->write_msec = -1;
	}
	wire_set(accepted, wire);
	return accepted;
}

static bool
send_all(int fd, struct wire *wire, const char *data, size_t len)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			int ready = plain_poll()(&room, 1, wire->write_msec);

			if (ready == 0)
				errno = ETIMEDOUT;
			if (ready <= 0 && errno != EINTR)
				return false;
		} else if (n < 0 && errno != EINTR) {
			return false;
		} else if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* What was held back. */
static bool
flush(int fd, struct wire *wire)
{
	size_t len = wire->out_len;

	wire->out_len = 0; /* a connection that failed is not tried again */
	return send_all(fd, wire, wire->out, len);
}

int
wire_close(int fd)
{
	struct wire *wire = wire_of(fd);

	if (wire != NULL) {
		if (wire->out_len > 0)
			(void)flush(fd, wire); /* nobody hears of a failure */
		wire_set(fd, NULL);
	}
	return plain_close()(fd);
}

static bool
limit_reads(int fd, struct wire *wire)
{
	const struct timeval limit = {.tv_usec = SHORT_MSEC * 1000};

	if (!wire->is_limited)
		wire->is_limited = setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO,
				       &limit, sizeof(limit)) == 0;
	return wire->is_limited;
}

/* The next command, when it comes soon: one call where poll and read were two. The
 * end is found again by read. */
static int
read_soon(struct wire *wire, struct pollfd *fd)
{
	ssize_t n = recv(fd->fd, wire->in, sizeof(wire->in), 0);

	fd->revents = 0;
	if (n < 0 && errno == EINTR)
		return -1;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	wire->at = 0;
	wire->in_end = n > 0 ? (size_t)n : 0;
	fd->revents = n > 0 ? POLLIN : POLLIN | POLLHUP;
	if (n <= 0)
		wire->readable = fd->revents;
	else
		count_saved();
	return 1;
}

/* One connection of libmilter's: 1 when something is there. */
static int
poll_wire(struct wire *wire, struct pollfd *fd, int timeout_msec)
{
	int ready;

	if ((fd->events & POLLOUT) != 0) {
		/* writev waits, should it have to */
		wire->write_msec = timeout_msec;
		fd->revents = POLLOUT;
		count_saved();
		return 1;
	}
	if (wire->at < wire->in_end || wire->readable != 0) {
		fd->revents = wire->at < wire->in_end ? POLLIN : wire->readable;
		count_saved();
		return 1;
	}
	if (wire->out_len > 0 && !flush(fd->fd, wire))
		return -1;
	if (timeout_msec > 0 && timeout_msec <= SHORT_MSEC && wire->is_polled &&
	    wire->is_read && limit_reads(fd->fd, wire))
		return read_soon(wire, fd);
	ready = plain_poll()(fd, 1, timeout_msec);
	wire->readable = ready > 0 ? fd->revents : 0;
	wire->is_polled = true;
	return ready;
}

/* libmilter waits for many connections only when it has read all that is there;
 * should it not have, they are ready. */
static int
poll_many(struct pollfd *fds, nfds_t count, int timeout_msec)
{
	nfds_t ahead = 0;
	int ready;

	for (nfds_t i = 0; i < count; i++) {
		struct wire *wire = wire_of(fds[i].fd);

		if (wire != NULL && wire->at < wire->in_end)
			ahead++;
	}
	ready = plain_poll()(fds, count, ahead > 0 ? 0 : timeout_msec);
	for (nfds_t i = 0; i < count && ahead > 0 && ready >= 0; i++) {
		struct wire *wire = wire_of(fds[i].fd);

		if (wire == NULL || wire->at == wire->in_end)
			continue;
		if (fds[i].revents == 0)
			ready++;
		fds[i].revents |= POLLIN;
	}
	return ready;
}

int
wire_poll(struct pollfd *fds, nfds_t count, int timeout_msec)
{
	struct wire *wire = count == 1 ? wire_of(fds->fd) : NULL;

	return wire != NULL ? poll_wire(wire, fds, timeout_msec)
			    : poll_many(fds, count, timeout_msec);
}

static ssize_t
read_ahead(int fd, struct wire *wire, void *data, size_t len)
{
	if (wire->at == wire->in_end) {
		ssize_t n = plain_read()(fd, wire->in, sizeof(wire->in));

		if (n <= 0)
			return n;
		wire->at = 0;
		wire->in_end = (size_t)n;
	} else {
		count_saved();
	}
	if (len > wire->in_end - wire->at)
		len = wire->in_end - wire->at;
	memcpy(data, wire->in + wire->at, len);
	wire->at += len;
	return (ssize_t)len;
}

ssize_t
wire_read(int fd, void *data, size_t len)
{
	struct wire *wire = wire_of(fd);

	if (wire == NULL)
		return plain_read()(fd, data, len);
	wire->readable = 0;
	wire->is_read = true;
	if (wire->at == wire->in_end &&
	    (!wire->is_polled || len >= sizeof(wire->in)))
		return plain_read()(fd, data, len);
	return read_ahead(fd, wire, data, len);
}

/* Another answer follows for sure. */
static bool
is_edit(const struct iovec *head)
{
	static const char edits[] = {SMFIR_CHGFROM, SMFIR_INSHEADER,
	    SMFIR_CHGHEADER, SMFIR_ADDHEADER, SMFIR_DELRCPT, SMFIR_ADDRCPT};

	return head->iov_len == HEAD_BYTES &&
	       memchr(edits, ((const char *)head->iov_base)[HEAD_BYTES - 1],
		   sizeof(edits)) != NULL;
}

static void
hold_back(struct wire *wire, const struct iovec *iov, int count)
{
	for (int i = 0; i < count; i++) {
		if (iov[i].iov_len == 0)
			continue;
		memcpy(
		    wire->out + wire->out_len, iov[i].iov_base, iov[i].iov_len);
		wire->out_len += iov[i].iov_len;
	}
}

static bool
send_each(int fd, struct wire *wire, const struct iovec *iov, int count)
{
	for (int i = 0; i < count; i++) {
		if (!send_all(fd, wire, iov[i].iov_base, iov[i].iov_len))
			return false;
	}
	return true;
}

/* All of it or an error, as libmilter expects of a socket that blocks. */
ssize_t
wire_writev(int fd, const struct iovec *iov, int count)
{
	struct wire *wire = wire_of(fd);
	size_t len = 0;

	if (wire == NULL || !wire->is_polled || count < 1)
		return plain_writev()(fd, iov, count);
	for (int i = 0; i < count; i++)
		len += iov[i].iov_len;
	if (len > sizeof(wire->out) - wire->out_len && !flush(fd, wire))
		return -1;
	if (len > sizeof(wire->out))
		return send_each(fd, wire, iov, count) ? (ssize_t)len : -1;
	hold_back(wire, iov, count);
	if (is_edit(iov))
		count_saved();
	else if (!flush(fd, wire))
		return -1;
	return (ssize_t)len;
}
