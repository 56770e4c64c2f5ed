/* What the two load generators share: addresses, clocks, latencies, buffers.
 * Nothing here is linked into a sendward program. */
#ifndef SENDWARD_TESTS_BENCH_LOAD_H
#define SENDWARD_TESTS_BENCH_LOAD_H

#include <stddef.h>
#include <stdint.h>

/* A byte queue: bytes are added at the end and taken from off. */
struct load_buf {
	char *data;
	size_t len;
	size_t cap;
	size_t off;
};

/* One latency per message, in nanoseconds. */
struct load_lat {
	uint64_t *ns;
	size_t len;
	size_t cap;
};

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t load_now(void);

/* Print "NAME: text" with errno's meaning when nonzero, exit 2. */
void load_die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* Connect to "unix:PATH" or "inet:HOST:PORT" (IPv4 numeric), retrying for up
 * to five seconds while the listen queue is full or nobody listens yet; the
 * socket comes back nonblocking and with TCP_NODELAY (a request is written
 * whole, so that delays seen over TCP are the server's). Returns -1 with errno
 * set. *retries_r grows by the number of attempts that were not taken. */
int load_connect(const char *addr, uint64_t *retries_r);

/* Grow, append, drop what was taken. Exits when memory is out. */
void load_buf_add(struct load_buf *b, const void *data, size_t len);
void load_buf_reserve(struct load_buf *b, size_t more);
void load_buf_compact(struct load_buf *b);
void load_buf_free(struct load_buf *b);

/* Write what is queued. 1 all written, 0 would block, -1 error. */
int load_buf_flush(struct load_buf *b, int fd);
/* Read what is there. 1 got bytes, 0 would block, -1 error or end. */
int load_buf_fill(struct load_buf *b, int fd);

void load_lat_add(struct load_lat *l, uint64_t ns);
/* Sorts l. p is 0..100; 100 is the maximum. Milliseconds. */
double load_lat_ms(struct load_lat *l, double p);

/* Decimal argument within [min, max], else exit 2 naming the option. */
long load_arg(const char *opt, const char *text, long min, long max);

/* Write pattern into out with every "%u" replaced by n. */
void load_expand(char *out, size_t size, const char *pattern, unsigned long n);

#endif
