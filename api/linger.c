/* Refused connections on their way out: see linger.h. */
#include "config.h"

#include "api/linger.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <fcntl.h>

#define LINGER_MOST 64
#define SILENCE_MSEC 5000
#define TOTAL_MSEC 60000
#define TOTAL_BYTES ((int64_t)128 * 1024 * 1024)
#define PIECE (64 * 1024)
#define PIECES_A_TURN 16

struct lingerer {
	int fd; /* -1: free */
	int64_t left_bytes;
	int64_t silent_by_msec, end_by_msec;
};

struct api_linger {
	pthread_mutex_t lock; /* which are free */
	int epoll_fd;
	struct lingerer all[LINGER_MOST];
};

enum sg_err
api_linger_new(struct api_linger **linger_r, struct err *err_r)
{
	struct api_linger *linger = calloc(1, sizeof(*linger));

	*linger_r = NULL;
	if (linger == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for connections");
	linger->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (linger->epoll_fd < 0) {
		free(linger);
		return err_set(err_r, SG_IO, "epoll: %s", strerror(errno));
	}
	(void)pthread_mutex_init(
	    &linger->lock, NULL); /* never fails on Linux */
	for (size_t i = 0; i < LINGER_MOST; i++)
		linger->all[i].fd = -1;
	*linger_r = linger;
	return SG_OK;
}

static void
end(struct lingerer *one)
{
	if (one->fd >= 0)
		(void)close(one->fd); /* epoll forgets it */
	one->fd = -1;
}

void
api_linger_free(struct api_linger **linger)
{
	struct api_linger *l = *linger;

	if (l == NULL)
		return;
	for (size_t i = 0; i < LINGER_MOST; i++)
		end(&l->all[i]);
	(void)close(l->epoll_fd);
	(void)pthread_mutex_destroy(&l->lock);
	free(l);
	*linger = NULL;
}

int
api_linger_fd(const struct api_linger *linger)
{
	return linger->epoll_fd;
}

void
api_linger_add(struct api_linger *linger, int fd, int64_t now_msec)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct lingerer *one = linger->all;

	(void)pthread_mutex_lock(&linger->lock);
	while (one < linger->all + LINGER_MOST && one->fd >= 0)
		one++;
	if (one < linger->all + LINGER_MOST) {
		*one = (struct lingerer){.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0),
		    .left_bytes = TOTAL_BYTES,
		    .silent_by_msec = now_msec + SILENCE_MSEC,
		    .end_by_msec = now_msec + TOTAL_MSEC};
		event.data.ptr = one;
		if (one->fd >= 0 && epoll_ctl(linger->epoll_fd, EPOLL_CTL_ADD,
					one->fd, &event) != 0)
			end(one);
	}
	(void)pthread_mutex_unlock(&linger->lock);
}

/* False: it is at its end. */
static bool
read_some(struct lingerer *one, int64_t now_msec)
{
	char piece[PIECE];

	one->silent_by_msec = now_msec + SILENCE_MSEC;
	for (int i = 0; i < PIECES_A_TURN; i++) {
		ssize_t n = recv(one->fd, piece, sizeof(piece), MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		one->left_bytes -= n;
		if (n == 0 || one->left_bytes < 0)
			return false;
	}
	return true;
}

void
api_linger_turn(struct api_linger *linger, int64_t now_msec)
{
	struct epoll_event events[LINGER_MOST];
	int count;

	(void)pthread_mutex_lock(&linger->lock);
	count = epoll_wait(linger->epoll_fd, events, LINGER_MOST, 0);
	for (int i = 0; i < count; i++)
		if (!read_some(events[i].data.ptr, now_msec))
			end(events[i].data.ptr);
	for (size_t i = 0; i < LINGER_MOST; i++)
		if (now_msec >= linger->all[i].silent_by_msec ||
		    now_msec >= linger->all[i].end_by_msec)
			end(&linger->all[i]);
	(void)pthread_mutex_unlock(&linger->lock);
}
