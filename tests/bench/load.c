/* What the two load generators share: addresses, clocks, latencies, buffers.
 * Knows neither the milter protocol nor policy delegation. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define CONNECT_TRIES 500
#define CONNECT_PAUSE_NS 10000000L

uint64_t
load_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail here */
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void
load_die(const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	(void)fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (saved != 0)
		(void)fprintf(stderr, ": %s", strerror(saved));
	(void)fputc('\n', stderr);
	exit(2);
}

static socklen_t
parse_unix(const char *path, struct sockaddr_storage *ss)
{
	struct sockaddr_un *un = (struct sockaddr_un *)ss;

	un->sun_family = AF_UNIX;
	if (snprintf(un->sun_path, sizeof(un->sun_path), "%s", path) >=
	    (int)sizeof(un->sun_path))
		load_die("socket path too long: %s", path);
	return (socklen_t)sizeof(*un);
}

static socklen_t
parse_inet(const char *text, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	const char *colon = strrchr(text, ':');
	char host[64];

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
		load_die("not inet:HOST:PORT: %s", text);
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)load_arg("port", colon + 1, 1, 65535));
	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		load_die("not an IPv4 address: %s", host);
	return (socklen_t)sizeof(*in);
}

static socklen_t
parse_addr(const char *addr, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof(*ss));
	errno = 0;
	if (strncmp(addr, "unix:", 5) == 0)
		return parse_unix(addr + 5, ss);
	if (strncmp(addr, "inet:", 5) == 0)
		return parse_inet(addr + 5, ss);
	load_die("address must begin with unix: or inet:: %s", addr);
}

static int
connect_once(const struct sockaddr_storage *ss, socklen_t len)
{
	int fd = socket(ss->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	/* Blocking, a connect would wait for room in a full listen queue and
	 * hide it; nonblocking it says EAGAIN, as Postfix sees it. */
	if (ss->ss_family == AF_UNIX)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (const struct sockaddr *)ss, len) != 0) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
		return -1;
	}
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int
load_connect(const char *addr, uint64_t *retries_r)
{
	struct timespec pause = {0, CONNECT_PAUSE_NS};
	struct sockaddr_storage ss;
	socklen_t len = parse_addr(addr, &ss);
	int one = 1;
	int fd = -1;

	for (int i = 0; i < CONNECT_TRIES && fd < 0; i++) {
		fd = connect_once(&ss, len);
		if (fd >= 0)
			break;
		if (errno != EAGAIN && errno != ECONNREFUSED && errno != ENOENT)
			return -1;
		(*retries_r)++;
		(void)nanosleep(&pause, NULL);
	}
	if (fd >= 0 && ss.ss_family == AF_INET)
		(void)setsockopt(
		    fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

void
load_buf_reserve(struct load_buf *b, size_t more)
{
	size_t cap = b->cap == 0 ? 4096 : b->cap;

	while (cap < b->len + more)
		cap *= 2;
	if (cap == b->cap)
		return;
	b->data = realloc(b->data, cap);
	if (b->data == NULL)
		load_die("out of memory");
	b->cap = cap;
}

void
load_buf_add(struct load_buf *b, const void *data, size_t len)
{
	load_buf_reserve(b, len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void
load_buf_compact(struct load_buf *b)
{
	if (b->off == 0)
		return;
	memmove(b->data, b->data + b->off, b->len - b->off);
	b->len -= b->off;
	b->off = 0;
}

void
load_buf_free(struct load_buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

int
load_buf_flush(struct load_buf *b, int fd)
{
	while (b->off < b->len) {
		ssize_t n =
		    send(fd, b->data + b->off, b->len - b->off, MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0)
			return -1;
		b->off += (size_t)n;
	}
	b->off = 0;
	b->len = 0;
	return 1;
}

int
load_buf_fill(struct load_buf *b, int fd)
{
	ssize_t n;

	load_buf_compact(b);
	load_buf_reserve(b, 16384);
	n = recv(fd, b->data + b->len, b->cap - b->len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == 0)
		errno = ECONNRESET;
	if (n <= 0)
		return -1;
	b->len += (size_t)n;
	return 1;
}

void
load_lat_add(struct load_lat *l, uint64_t ns)
{
	if (l->len == l->cap) {
		l->cap = l->cap == 0 ? 4096 : l->cap * 2;
		l->ns = realloc(l->ns, l->cap * sizeof(*l->ns));
		if (l->ns == NULL)
			load_die("out of memory");
	}
	l->ns[l->len++] = ns;
}

static int
compare_ns(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

double
load_lat_ms(struct load_lat *l, double p)
{
	size_t i;

	if (l->len == 0)
		return 0;
	qsort(l->ns, l->len, sizeof(*l->ns), compare_ns);
	i = (size_t)(p / 100 * (double)(l->len - 1) + 0.5);
	return (double)l->ns[i] / 1e6;
}

long
load_arg(const char *opt, const char *text, long min, long max)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < min || v > max) {
		errno = 0;
		load_die("%s: %s is not a number from %ld to %ld", opt, text,
		    min, max);
	}
	return v;
}

void
load_expand(char *out, size_t size, const char *pattern, unsigned long n)
{
	const char *u = strstr(pattern, "%u");

	if (u == NULL)
		(void)snprintf(out, size, "%s", pattern);
	else
		(void)snprintf(out, size, "%.*s%lu%s", (int)(u - pattern),
		    pattern, n, u + 2);
}
