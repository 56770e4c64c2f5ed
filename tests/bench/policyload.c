/* Load on a policy server over many connections, one thread: the 29 attributes
 * of Postfix 3.7, one request in flight per connection, how long each answer
 * took and what it said. Judges nothing. */
#include <errno.h>
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
#define STAGES_MAX 3
#define SILENCE_MSEC 30000
#define ANSWER_MAX 65536

enum stage { STAGE_RCPT, STAGE_DATA, STAGE_EOM };

static const char *const stage_names[] = {"RCPT", "DATA", "END-OF-MESSAGE"};

struct conn {
	int fd;
	bool busy;
	unsigned long msg;
	size_t stage; /* index into the run's stages */
	uint64_t due;
	struct load_buf in, out;
};

struct run {
	const char *addr, *login, *sender;
	unsigned long users, conns, messages, rcpts, stamp;
	enum stage stages[STAGES_MAX];
	size_t stages_len;
	double rate;
	int ep;
	struct conn *conn;
	unsigned long *idle, idle_len;
	unsigned long started, done, hung;
	uint64_t begin, end, connect_retries;
	uint64_t requests, passed, deferred, rejected, other, broken;
	struct load_lat lat;
	char first_other[256];
};

static void
usage(void)
{
	(void)fputs(
	    "usage: policyload -s unix:PATH|inet:HOST:PORT [-c CONNECTIONS]\n"
	    "  [-n MESSAGES] [-q STAGES] [-l LOGIN] [-f SENDER] [-u ACCOUNTS]\n"
	    "  [-r RECIPIENTS] [-R RATE]\n"
	    "STAGES is of R (RCPT), D (DATA), E (END-OF-MESSAGE), such as RE;\n"
	    "each message asks at each of them. %u in LOGIN and SENDER is the\n"
	    "account's number.\n",
	    stderr);
	exit(2);
}

static void
stages_option(struct run *r, const char *text)
{
	static const char letters[] = "RDE";

	r->stages_len = 0;
	for (; *text != '\0'; text++) {
		const char *at = strchr(letters, *text);

		if (at == NULL || r->stages_len == STAGES_MAX)
			usage();
		r->stages[r->stages_len++] = (enum stage)(at - letters);
	}
	if (r->stages_len == 0)
		usage();
}

static unsigned long
number(const char *opt, const char *text, long max)
{
	return (unsigned long)load_arg(opt, text, 1, max);
}

static void
options(struct run *r, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "s:c:n:q:l:f:u:r:R:")) != -1) {
		if (opt == 's')
			r->addr = optarg;
		else if (opt == 'c')
			r->conns = number("-c", optarg, CONNS_MAX);
		else if (opt == 'n')
			r->messages = number("-n", optarg, 100000000);
		else if (opt == 'q')
			stages_option(r, optarg);
		else if (opt == 'l')
			r->login = optarg;
		else if (opt == 'f')
			r->sender = optarg;
		else if (opt == 'u')
			r->users = number("-u", optarg, 100000000);
		else if (opt == 'r')
			r->rcpts = number("-r", optarg, 1000);
		else if (opt == 'R')
			r->rate = (double)number("-R", optarg, 10000000);
		else
			usage();
	}
	if (r->addr == NULL || optind != argc)
		usage();
}

static void
put_request(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];
	enum stage stage = r->stages[c->stage];
	unsigned long user = c->msg % r->users;
	bool one = stage == STAGE_RCPT || r->rcpts == 1;
	char login[256], sender[256], recipient[64], queue_id[24], text[2048];
	int n;

	load_expand(login, sizeof(login), r->login, user);
	load_expand(sender, sizeof(sender), r->sender, user);
	(void)snprintf(recipient, sizeof(recipient), "%s",
	    one ? "recipient@example.net" : "");
	queue_id[0] = '\0';
	if (stage != STAGE_RCPT)
		(void)snprintf(queue_id, sizeof(queue_id), "%09lX%06lX",
		    r->stamp & 0xfffffffffUL, c->msg & 0xffffffUL);
	/* A connection is an smtpd process with one client. */
	n = snprintf(text, sizeof(text),
	    "request=smtpd_access_policy\nprotocol_state=%s\n"
	    "protocol_name=ESMTP\nclient_address=127.0.0.1\n"
	    "client_name=unknown\nclient_port=%lu\n"
	    "reverse_client_name=unknown\nserver_address=127.0.0.1\n"
	    "server_port=587\nhelo_name=client.example\nsender=%s\n"
	    "recipient=%s\nrecipient_count=%lu\nqueue_id=%s\n"
	    "instance=%lx.%lx.%lx.0\nsize=%d\netrn_domain=\nstress=\n"
	    "sasl_method=PLAIN\nsasl_username=%s\nsasl_sender=\n"
	    "ccert_subject=\nccert_issuer=\nccert_fingerprint=\n"
	    "ccert_pubkey_fingerprint=\nencryption_protocol=\n"
	    "encryption_cipher=\nencryption_keysize=0\npolicy_context=\n\n",
	    stage_names[stage], 40000 + i, sender, recipient,
	    stage == STAGE_RCPT ? 0 : r->rcpts, queue_id, 0x4000 + i, r->stamp,
	    c->msg, stage == STAGE_EOM ? 2048 : 0, login);
	load_buf_add(&c->out, text, (size_t)n);
	r->requests++;
}

static void
watch(struct run *r, unsigned long i, int op)
{
	struct conn *c = &r->conn[i];
	struct epoll_event ev = {.events = EPOLLIN, .data = {.u64 = i}};

	if (c->out.off < c->out.len)
		ev.events |= EPOLLOUT;
	if (epoll_ctl(r->ep, op, c->fd, &ev) != 0)
		load_die("epoll_ctl");
}

static void
message_done(struct run *r, unsigned long i)
{
	r->conn[i].busy = false;
	r->done++;
	r->idle[r->idle_len++] = i;
}

static void
drop(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];

	r->broken++;
	(void)close(c->fd);
	c->fd = -1;
	c->in.len = c->in.off = c->out.len = c->out.off = 0;
	if (c->busy)
		message_done(r, i);
}

static void
send_request(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];
	int sent;

	put_request(r, i);
	sent = load_buf_flush(&c->out, c->fd);
	if (sent < 0)
		drop(r, i);
	else if (sent == 0)
		watch(r, i, EPOLL_CTL_MOD);
}

static void
start_message(struct run *r, unsigned long i, uint64_t due)
{
	struct conn *c = &r->conn[i];

	if (c->fd < 0) {
		c->fd = load_connect(r->addr, &r->connect_retries);
		if (c->fd < 0)
			load_die("%s", r->addr);
		watch(r, i, EPOLL_CTL_ADD);
	}
	c->msg = r->started++;
	c->stage = 0;
	c->due = due;
	c->busy = true;
	send_request(r, i);
}

static void
note_other(struct run *r, const char *p, size_t len)
{
	if (r->first_other[0] == '\0')
		(void)snprintf(r->first_other, sizeof(r->first_other), "%.*s",
		    (int)(len > 200 ? 200 : len), p);
}

static bool
begins(const char *p, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && strncasecmp(p, word, n) == 0;
}

/* "action=..." without its end; what cannot be told is counted apart. */
static void
count_answer(struct run *r, const char *p, size_t len)
{
	uint64_t *counter = &r->other;

	if (begins(p, len, "action=DUNNO") || begins(p, len, "action=OK") ||
	    begins(p, len, "action=PERMIT"))
		counter = &r->passed;
	else if (begins(p, len, "action=4") || begins(p, len, "action=DEFER"))
		counter = &r->deferred;
	else if (begins(p, len, "action=5") || begins(p, len, "action=REJECT"))
		counter = &r->rejected;
	(*counter)++;
	if (counter != &r->passed)
		note_other(r, p, len);
}

static void
on_answer(struct run *r, unsigned long i, const char *p, size_t len)
{
	struct conn *c = &r->conn[i];
	uint64_t now = load_now();

	count_answer(r, p, len);
	load_lat_add(&r->lat, now - c->due);
	if (++c->stage < r->stages_len) {
		c->due = now;
		send_request(r, i);
		return;
	}
	message_done(r, i);
}

static void
on_event(struct run *r, unsigned long i)
{
	struct conn *c = &r->conn[i];
	bool wrote = c->out.off < c->out.len;
	char *end;
	int got;

	if (c->fd < 0)
		return;
	if (load_buf_flush(&c->out, c->fd) < 0) {
		drop(r, i);
		return;
	}
	if (wrote)
		watch(r, i, EPOLL_CTL_MOD);
	got = load_buf_fill(&c->in, c->fd);
	if (got < 0 || c->in.len - c->in.off > ANSWER_MAX) {
		drop(r, i);
		return;
	}
	while ((end = memmem(c->in.data + c->in.off, c->in.len - c->in.off,
		    "\n\n", 2)) != NULL &&
	       c->busy) {
		const char *p = c->in.data + c->in.off;

		c->in.off = (size_t)(end - c->in.data) + 2;
		on_answer(r, i, p, (size_t)(end - p));
	}
}

/* Start what is due; returns ms until the next is due. */
static int
start_due(struct run *r)
{
	while (r->idle_len > 0 && r->started < r->messages) {
		uint64_t now = load_now();
		uint64_t due = now;

		if (r->rate > 0)
			due = r->begin +
			      (uint64_t)((double)r->started * 1e9 / r->rate);
		if (due > now)
			return (int)((due - now) / 1000000u);
		start_message(r, r->idle[--r->idle_len], due);
	}
	return SILENCE_MSEC;
}

static void
loop(struct run *r)
{
	struct epoll_event evs[64];

	r->begin = load_now();
	while (r->done < r->messages) {
		int wait = start_due(r);
		int n = epoll_wait(r->ep, evs, 64, wait);

		if (n == 0 && wait == SILENCE_MSEC) {
			r->hung = r->started - r->done;
			break;
		}
		for (int i = 0; i < n; i++)
			on_event(r, (unsigned long)evs[i].data.u64);
	}
	r->end = load_now();
}

static void
prepare(struct run *r)
{
	r->conn = calloc(r->conns, sizeof(*r->conn));
	r->idle = calloc(r->conns, sizeof(*r->idle));
	r->ep = epoll_create1(EPOLL_CLOEXEC);
	if (r->conn == NULL || r->idle == NULL || r->ep < 0)
		load_die("cannot start");
	for (unsigned long i = 0; i < r->conns; i++) {
		r->conn[i].fd = -1;
		r->idle[r->idle_len++] = r->conns - 1 - i;
	}
}

static void
print_text(const char *key, const char *text)
{
	(void)printf("\"%s\": \"", key);
	for (; *text != '\0'; text++) {
		unsigned char ch = (unsigned char)*text;

		if (ch < 0x20 || ch >= 0x7f || ch == '"' || ch == '\\')
			(void)printf("\\u%04x", ch);
		else
			(void)putchar(ch);
	}
	(void)fputs("\", ", stdout);
}

static void
report(struct run *r)
{
	double secs = (double)(r->end - r->begin) / 1e9;

	(void)printf("{\"messages\": %lu, \"requests\": %" PRIu64
		     ", \"seconds\": %.6f, \"per_second\": %.1f, ",
	    r->done, r->requests, secs,
	    secs > 0 ? (double)r->requests / secs : 0);
	(void)printf("\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, ",
	    load_lat_ms(&r->lat, 50), load_lat_ms(&r->lat, 99),
	    load_lat_ms(&r->lat, 100));
	(void)printf("\"passed\": %" PRIu64 ", \"deferred\": %" PRIu64
		     ", \"rejected\": %" PRIu64 ", \"other\": %" PRIu64
		     ", \"broken\": %" PRIu64 ", \"hung\": %lu, ",
	    r->passed, r->deferred, r->rejected, r->other, r->broken, r->hung);
	print_text("first_other", r->first_other);
	(void)printf("\"connect_retries\": %" PRIu64 "}\n", r->connect_retries);
}

int
main(int argc, char **argv)
{
	struct run r = {.conns = 1,
	    .messages = 1000,
	    .users = 100,
	    .rcpts = 1,
	    .login = "user%u",
	    .sender = "user@example.com",
	    .stages = {STAGE_EOM},
	    .stages_len = 1,
	    .stamp = load_now() / 1000000};

	options(&r, argc, argv);
	prepare(&r);
	loop(&r);
	report(&r);
	return r.hung > 0 || r.broken > 0 ? 1 : 0;
}
