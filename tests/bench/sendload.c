/* Sends messages over connections that are kept: by SMTP, or as HTTP requests that
 * were made before. Prints one line of JSON. Signs and composes nothing, so that it
 * costs little beside what it measures. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define CONNS_MAX 1000

/* What is sent: HTTP requests one after the other, or one message. */
struct work {
	char *data;
	size_t len;
	struct item {
		const char *data;
		size_t len;
	} * items;
	size_t count;
};

enum step { GREETING, EHLO, LOGIN, MAIL, RCPT, DATA, END };

struct conn {
	int fd;
	struct load_buf out, in;
	enum step step;
	bool is_idle;
	uint64_t begun;
};

static struct options {
	const char *addr, *file, *from, *to, *param, *login;
	bool is_http;
	long conns, count;
} opt = {.param = "", .conns = 1, .count = 100};

static struct work work;
static struct load_lat latencies;
static long begun, done, failed;

static void
read_work(void)
{
	FILE *file = fopen(opt.file, "rb");
	size_t room = 0;

	if (file == NULL)
		load_die("%s", opt.file);
	while (!feof(file)) {
		if (room - work.len < 65536) {
			room = room * 2 + 131072;
			work.data = realloc(work.data, room);
			if (work.data == NULL)
				load_die("memory");
		}
		work.len +=
		    fread(work.data + work.len, 1, room - work.len - 1, file);
	}
	work.data[work.len] = '\0';
	(void)fclose(file);
}

/* "LEN\n" before each. */
static void
split_work(void)
{
	char *at = work.data, *end = work.data + work.len;

	while (at < end) {
		struct item item = {.len = strtoul(at, &at, 10)};

		item.data = ++at;
		at += item.len;
		if (at > end)
			load_die("%s ends early", opt.file);
		work.items =
		    realloc(work.items, (work.count + 1) * sizeof(*work.items));
		if (work.items == NULL)
			load_die("memory");
		work.items[work.count++] = item;
	}
	if ((size_t)opt.count > work.count)
		load_die("%s has %zu requests", opt.file, work.count);
}

static void
say(struct conn *c, const char *text)
{
	load_buf_add(&c->out, text, strlen(text));
}

/* The next message on this connection, if there is one. */
static void
next(struct conn *c)
{
	char line[600];

	c->is_idle = begun == opt.count;
	if (c->is_idle)
		return;
	c->begun = load_now();
	if (opt.is_http) {
		const struct item *item = &work.items[begun];

		load_buf_add(&c->out, item->data, item->len);
	} else {
		(void)snprintf(line, sizeof(line), "MAIL FROM:<%s>%s%s\r\n",
		    opt.from, opt.param[0] != '\0' ? " " : "", opt.param);
		say(c, line);
		c->step = MAIL;
	}
	begun++;
}

static void
finish(struct conn *c, bool is_good)
{
	done++;
	failed += !is_good;
	load_lat_add(&latencies, load_now() - c->begun);
	next(c);
}

static void
take_reply(struct conn *c, int code)
{
	char line[600];

	switch (c->step) {
	case GREETING:
		say(c, "EHLO bench\r\n");
		c->step = EHLO;
		return;
	case EHLO:
		if (opt.login == NULL) {
			next(c);
			return;
		}
		(void)snprintf(
		    line, sizeof(line), "AUTH PLAIN %s\r\n", opt.login);
		say(c, line);
		c->step = LOGIN;
		return;
	case LOGIN:
		if (code != 235)
			load_die("login: %d", code);
		next(c);
		return;
	case MAIL:
		(void)snprintf(line, sizeof(line), "RCPT TO:<%s>\r\n", opt.to);
		say(c, line);
		c->step = RCPT;
		break;
	case RCPT:
		say(c, "DATA\r\n");
		c->step = DATA;
		break;
	case DATA:
		load_buf_add(&c->out, work.data, work.len);
		say(c, ".\r\n");
		c->step = END;
		break;
	case END:
		finish(c, code == 250);
		return;
	}
	if (code >= 400)
		load_die("step %d: %d", c->step, code);
}

/* False: there is no whole reply yet. */
static bool
read_smtp(struct conn *c)
{
	char *at = c->in.data + c->in.off;
	size_t len = c->in.len - c->in.off;
	char *end = memchr(at, '\n', len);
	bool is_last;

	if (end == NULL)
		return false;
	is_last = end - at < 4 || at[3] != '-';
	c->in.off += (size_t)(end - at) + 1;
	if (is_last)
		take_reply(c, atoi(at));
	return true;
}

static bool
read_http(struct conn *c)
{
	char *at = c->in.data + c->in.off, *head, *length;
	size_t len = c->in.len - c->in.off, need;

	load_buf_add(&c->in, "", 1);
	c->in.len--;
	at = c->in.data + c->in.off;
	head = strstr(at, "\r\n\r\n");
	if (head == NULL)
		return false;
	length = strcasestr(at, "\r\ncontent-length:");
	if (length == NULL || length > head)
		load_die("an answer without its length");
	need = (size_t)(head - at) + 4 + strtoul(length + 17, NULL, 10);
	if (len < need)
		return false;
	if (strncmp(at, "HTTP/1.1 200", 12) != 0 && failed == 0)
		(void)fprintf(stderr, "%.*s\n", (int)need, at);
	c->in.off += need;
	finish(c, strncmp(at, "HTTP/1.1 200", 12) == 0);
	return true;
}

static void
serve(struct conn *c, short events)
{
	if (events & (POLLIN | POLLHUP | POLLERR)) {
		if (load_buf_fill(&c->in, c->fd) < 0)
			load_die("connection closed after %ld messages", done);
		while (c->in.len > c->in.off &&
		       (opt.is_http ? read_http(c) : read_smtp(c)))
			continue;
		load_buf_compact(&c->in);
	}
	if (c->out.len > c->out.off && load_buf_flush(&c->out, c->fd) < 0)
		load_die("connection closed after %ld messages", done);
}

static void
run(struct conn *conns)
{
	struct pollfd fds[CONNS_MAX];

	while (done < opt.count) {
		for (long i = 0; i < opt.conns; i++) {
			struct conn *c = &conns[i];

			fds[i].fd = c->fd;
			fds[i].events =
			    c->out.len > c->out.off ? POLLIN | POLLOUT : POLLIN;
		}
		if (poll(fds, (nfds_t)opt.conns, 60000) <= 0)
			load_die("no answer after %ld messages", done);
		for (long i = 0; i < opt.conns; i++)
			if (fds[i].revents != 0)
				serve(&conns[i], fds[i].revents);
	}
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "ha:c:n:m:f:t:p:l:")) != -1) {
		switch (c) {
		case 'h':
			opt.is_http = true;
			break;
		case 'a':
			opt.addr = optarg;
			break;
		case 'c':
			opt.conns = load_arg("-c", optarg, 1, CONNS_MAX);
			break;
		case 'n':
			opt.count = load_arg("-n", optarg, 1, 10000000);
			break;
		case 'm':
			opt.file = optarg;
			break;
		case 'f':
			opt.from = optarg;
			break;
		case 't':
			opt.to = optarg;
			break;
		case 'p':
			opt.param = optarg;
			break;
		case 'l':
			opt.login = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (opt.addr == NULL || opt.file == NULL ||
	    (!opt.is_http && (opt.from == NULL || opt.to == NULL)))
		load_die("sendload [-h] -a ADDR -m FILE [-c N] [-n N] "
			 "[-f FROM -t TO [-p PARAMETER] [-l LOGIN]]");
}

static double
cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	struct conn *conns = calloc(CONNS_MAX, sizeof(*conns));
	uint64_t retries = 0, begin;
	double seconds, cpu;

	read_options(argc, argv);
	read_work();
	if (opt.is_http)
		split_work();
	if (conns == NULL)
		load_die("memory");
	cpu = cpu_seconds();
	begin = load_now();
	for (long i = 0; i < opt.conns; i++) {
		conns[i].fd = load_connect(opt.addr, &retries);
		if (conns[i].fd < 0)
			load_die("%s", opt.addr);
		if (opt.is_http)
			next(&conns[i]);
	}
	run(conns);
	seconds = (double)(load_now() - begin) / 1e9;
	(void)printf("{\"count\": %ld, \"failed\": %ld, \"seconds\": %.4f, "
		     "\"cpu\": %.4f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}\n",
	    done, failed, seconds, cpu_seconds() - cpu,
	    load_lat_ms(&latencies, 50), load_lat_ms(&latencies, 99));
	return 0;
}
