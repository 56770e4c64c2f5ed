/* The floor for a policy server: epoll, one thread, finds the empty line that
 * ends a request and answers DUNNO. Reads no attribute, counts nothing. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FD_MAX 1024
#define REQUEST_MAX 8192

static const char answer[] = "action=DUNNO\n\n";

/* What is left of an unfinished request, per descriptor. */
static struct {
	char data[REQUEST_MAX];
	size_t len;
} pending[FD_MAX];

static int
listen_unix(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (snprintf(un.sun_path, sizeof(un.sun_path), "%s", path) >=
	    (int)sizeof(un.sun_path))
		return -1;
	(void)unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof(un)) != 0 ||
	    chmod(path, 0666) != 0 || listen(fd, SOMAXCONN) != 0)
		return -1;
	return fd;
}

static void
watch(int ep, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data = {.fd = fd}};

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) != 0)
		(void)close(fd);
}

static void
accept_one(int ep, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (fd >= FD_MAX) {
		(void)close(fd);
		return;
	}
	pending[fd].len = 0;
	watch(ep, fd);
}

/* Answers every whole request in the buffer; -1 when the peer is gone. */
static int
answer_all(int fd)
{
	char *data = pending[fd].data;
	char *end;

	while ((end = memmem(data, pending[fd].len, "\n\n", 2)) != NULL) {
		size_t used = (size_t)(end - data) + 2;

		if (send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0)
			return -1;
		pending[fd].len -= used;
		memmove(data, data + used, pending[fd].len);
	}
	return pending[fd].len == REQUEST_MAX ? -1 : 0;
}

static void
serve(int fd)
{
	size_t room = REQUEST_MAX - pending[fd].len;
	ssize_t n = recv(fd, pending[fd].data + pending[fd].len, room, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0) {
		pending[fd].len += (size_t)n;
		if (answer_all(fd) == 0)
			return;
	}
	(void)close(fd);
}

int
main(int argc, char **argv)
{
	struct epoll_event evs[64];
	int listener, ep;

	if (argc != 2) {
		(void)fputs("usage: noop-policy PATH\n", stderr);
		return 2;
	}
	listener = listen_unix(argv[1]);
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (listener < 0 || ep < 0) {
		perror("noop-policy");
		return 1;
	}
	watch(ep, listener);
	for (;;) {
		int n = epoll_wait(ep, evs, 64, -1);

		for (int i = 0; i < n; i++) {
			if (evs[i].data.fd == listener)
				accept_one(ep, listener);
			else
				serve(evs[i].data.fd);
		}
	}
}
