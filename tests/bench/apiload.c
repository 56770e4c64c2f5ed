/* Load on an HTTP server over connections that are kept, one thread, one request in
 * flight on each: whole requests from files, in turns, written as they are. How long
 * each answer took, and whether it had the status that was expected. Signs nothing,
 * judges nothing. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "load.h"

#define CONNS_MAX 4096
#define FILES_MAX 256
#define SILENCE_MSEC 30000

struct conn {
	int fd;
	bool busy;
	uint64_t begin;
	struct load_buf in, out;
};

struct run {
	const char *addr;
	unsigned long conns, requests;
	long status;
	struct load_buf *texts; /* the requests */
	size_t text_count;
	int ep;
	struct conn *conn;
	unsigned long started, done, hung;
	uint64_t begin, end, retries, reconnects;
	uint64_t ok, other, broken;
	struct load_lat lat;
	char first_other[256];
};

static void
usage(void)
{
	(void)fputs(
	    "usage: apiload -s inet:HOST:PORT|unix:PATH [-c CONNECTIONS]"
	    "\n  [-n REQUESTS] [-w STATUS] FILE...\n",
	    stderr);
	exit(2);
}

static void
read_text(struct load_buf *text, const char *path)
{
	char piece[65536];
	FILE *file = fopen(path, "rb");
	size_t n;

	if (file == NULL)
		load_die("%s", path);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		load_buf_add(text, piece, n);
	(void)fclose(file);
}

/* ---- one connection ------------------------------------------------------- */

static void
watch(struct run *r, unsigned long i, int op, bool wants_write)
{
	struct epoll_event ev = {
	    .events = wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN,
	    .data = {.u64 = i}};

	if (epoll_ctl(r->ep, op, r->conn[i].fd, &ev) != 0)
		load_die("epoll_ctl");
}

static void
open_conn(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];

	c->fd = load_connect(r->addr, &r->retries);
	if (c->fd < 0)
		load_die("%s", r->addr);
	watch(r, i, EPOLL_CTL_ADD, false);
}

static void
close_conn(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];

	(void)close(c->fd);
	load_buf_free(&c->in);
	load_buf_free(&c->out);
	open_conn(r, i);
	r->reconnects++;
}

static void
flush(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];
	int rc = load_buf_flush(&c->out, c->fd);

	if (rc < 0) {
		r->broken++;
		r->done++;
		c->busy = false;
		close_conn(r, i);
		return;
	}
	watch(r, i, EPOLL_CTL_MOD, rc == 0);
}

static void
start(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];
	const struct load_buf *text = &r->texts[r->started % r->text_count];

	if (r->started == r->requests)
		return;
	r->started++;
	c->busy = true;
	c->begin = load_now();
	load_buf_add(&c->out, text->data, text->len);
	if (load_buf_flush(&c->out, c->fd) != 1)
		flush(r, i);
}

/* ---- answers -------------------------------------------------------------- */

/* The whole answer's length, 0 when it is not all there. */
static size_t
answer_len(const char *text, size_t len, bool *is_last_r)
{
	const char *end = memmem(text, len, "\r\n\r\n", 4);
	const char *line = text;
	size_t body = 0;

	if (end == NULL)
		return 0;
	*is_last_r = false;
	while (line < end) {
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			body = strtoul(line + 15, NULL, 10);
		if (strncasecmp(line, "Connection: close", 17) == 0)
			*is_last_r = true;
		line = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
		line += 2;
	}
	body += (size_t)(end + 4 - text);
	return body <= len ? body : 0;
}

static void
note(struct run *r, struct conn *c, const char *text, size_t len)
{
	bool is_ok = len > 12 && strtol(text + 9, NULL, 10) == r->status;

	load_lat_add(&r->lat, load_now() - c->begin);
	r->done++;
	c->busy = false;
	if (is_ok) {
		r->ok++;
		return;
	}
	if (r->other++ == 0)
		(void)snprintf(r->first_other, sizeof(r->first_other), "%.*s",
		    (int)strcspn(text, "\r\n"), text);
}

static void
take(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];
	bool is_last = false;
	size_t len;

	if (load_buf_fill(&c->in, c->fd) < 0 && c->in.len == c->in.off) {
		r->broken += c->busy;
		r->done += c->busy;
		c->busy = false;
		close_conn(r, i);
		start(r, i);
		return;
	}
	len =
	    answer_len(c->in.data + c->in.off, c->in.len - c->in.off, &is_last);
	if (len == 0 || !c->busy)
		return;
	note(r, c, c->in.data + c->in.off, len);
	c->in.off += len;
	load_buf_compact(&c->in);
	if (is_last)
		close_conn(r, i);
	start(r, i);
}

static void
loop(struct run *r)
{
	struct epoll_event evs[64];

	r->begin = load_now();
	for (unsigned long i = 0; i < r->conns; i++)
		start(r, i);
	while (r->done < r->requests) {
		int n = epoll_wait(r->ep, evs, 64, SILENCE_MSEC);

		if (n <= 0) {
			r->hung = r->started - r->done;
			break;
		}
		for (int e = 0; e < n; e++) {
			if (evs[e].events & EPOLLOUT)
				flush(r, evs[e].data.u64);
			if (evs[e].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				take(r, evs[e].data.u64);
		}
	}
	r->end = load_now();
}

/* ---- start and end -------------------------------------------------------- */

static void
options(struct run *r, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "s:c:n:w:")) != -1) {
		if (opt == 's')
			r->addr = optarg;
		else if (opt == 'c')
			r->conns =
			    (unsigned long)load_arg("-c", optarg, 1, CONNS_MAX);
		else if (opt == 'n')
			r->requests =
			    (unsigned long)load_arg("-n", optarg, 1, 100000000);
		else if (opt == 'w')
			r->status = load_arg("-w", optarg, 100, 599);
		else
			usage();
	}
	if (r->addr == NULL || optind == argc || argc - optind > FILES_MAX)
		usage();
	r->text_count = (size_t)(argc - optind);
	r->texts = calloc(r->text_count, sizeof(*r->texts));
	r->conn = calloc(r->conns, sizeof(*r->conn));
	if (r->texts == NULL || r->conn == NULL)
		load_die("no memory");
	for (size_t i = 0; i < r->text_count; i++)
		read_text(&r->texts[i], argv[optind + (int)i]);
}

static void
report(struct run *r)
{
	double secs = (double)(r->end - r->begin) / 1e9;

	(void)printf("{\"requests\": %lu, \"seconds\": %.6f, "
		     "\"per_second\": %.1f, ",
	    r->done, secs, secs > 0 ? (double)r->done / secs : 0);
	(void)printf("\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, ",
	    load_lat_ms(&r->lat, 50), load_lat_ms(&r->lat, 99),
	    load_lat_ms(&r->lat, 100));
	(void)printf("\"ok\": %" PRIu64 ", \"other\": %" PRIu64
		     ", \"broken\": %" PRIu64 ", \"hung\": %lu, "
		     "\"reconnects\": %" PRIu64 ", \"first_other\": \"",
	    r->ok, r->other, r->broken, r->hung, r->reconnects);
	for (const char *p = r->first_other; *p != '\0'; p++)
		(void)putchar(
		    *p < 32 || *p > 126 || *p == '"' || *p == '\\' ? '?' : *p);
	(void)printf("\"}\n");
}

int
main(int argc, char **argv)
{
	struct run r = {.conns = 1, .requests = 1000, .status = 200};

	options(&r, argc, argv);
	r.ep = epoll_create1(EPOLL_CLOEXEC);
	if (r.ep < 0)
		load_die("epoll_create1");
	for (unsigned long i = 0; i < r.conns; i++)
		open_conn(&r, i);
	loop(&r);
	report(&r);
	return r.hung > 0 || r.broken > 0 ? 1 : 0;
}
