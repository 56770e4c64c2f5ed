/* Load on a milter over many sessions, one thread: how many messages, how
 * long each took, what the filter did with them. Judges nothing. */
#include <errno.h>
#include <libmilter/mfdef.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "load.h"
#include "miltersess.h"

#define SESSIONS_MAX 4096
#define SILENCE_MSEC 30000

struct run {
	struct sess_conf conf;
	struct sess_stats stats;
	struct load_lat lat;
	struct sess *sess;
	unsigned long sessions, messages;
	unsigned long started, done, hung;
	unsigned long *idle, idle_len;
	double rate; /* per second, 0: as fast as answers come */
	bool one_each;
	int ep;
	uint64_t begin, end;
};

static void
usage(void)
{
	(void)fputs(
	    "usage: milterload -s unix:PATH|inet:HOST:PORT [-c SESSIONS]\n"
	    "  [-n MESSAGES] [-b BODYBYTES] [-r RECIPIENTS] [-1] [-R RATE]\n"
	    "  [-l LOGIN] [-f FROM] [-t TO] [-u ACCOUNTS] [-S COUNT:DIR]\n"
	    "-1 one message a session, -R messages/s offered whatever the\n"
	    "answers, -S writes the first COUNT messages as edited to DIR.\n"
	    "%u in LOGIN and FROM is the account's number, in TO the\n"
	    "recipient's.\n",
	    stderr);
	exit(2);
}

/* Lines of 72 characters, the last one ending in CRLF too. */
static void
make_body(struct sess_conf *c, size_t len)
{
	static const char text[] = "The quick brown fox jumps over the lazy "
				   "dog, and does so once a message.";

	c->body = malloc(len + 1);
	if (c->body == NULL)
		load_die("out of memory");
	for (size_t i = 0; i < len; i++)
		c->body[i] = i % 74 == 72   ? '\r'
			     : i % 74 == 73 ? '\n'
					    : text[i % 74];
	if (len >= 2) {
		c->body[len - 2] = '\r';
		c->body[len - 1] = '\n';
	}
	if (len >= 3 && c->body[len - 3] == '\r')
		c->body[len - 3] = '.';
	c->body_len = len;
}

static void
sample_option(struct sess_conf *c, const char *text)
{
	char count[16];
	const char *colon = strchr(text, ':');

	if (colon == NULL || (size_t)(colon - text) >= sizeof(count))
		usage();
	(void)snprintf(count, sizeof(count), "%.*s", (int)(colon - text), text);
	c->samples = (unsigned long)load_arg("-S", count, 0, 100000);
	c->sample_dir = colon + 1;
}

static void
options(struct run *r, int argc, char **argv)
{
	struct sess_conf *c = &r->conf;
	size_t body = 2048;
	int opt;

	while ((opt = getopt(argc, argv, "s:c:n:b:r:1R:l:f:t:u:S:")) != -1) {
		if (opt == 's')
			c->addr = optarg;
		else if (opt == 'c')
			r->sessions = (unsigned long)load_arg(
			    "-c", optarg, 1, SESSIONS_MAX);
		else if (opt == 'n')
			r->messages =
			    (unsigned long)load_arg("-n", optarg, 1, 100000000);
		else if (opt == 'b')
			body = (size_t)load_arg("-b", optarg, 0, 1 << 30);
		else if (opt == 'r')
			c->rcpts =
			    (unsigned long)load_arg("-r", optarg, 1, 1000);
		else if (opt == '1')
			r->one_each = true;
		else if (opt == 'R')
			r->rate = (double)load_arg("-R", optarg, 1, 1000000);
		else if (opt == 'l')
			c->login = optarg;
		else if (opt == 'f')
			c->from = optarg;
		else if (opt == 't')
			c->rcpt = optarg;
		else if (opt == 'u')
			c->users =
			    (unsigned long)load_arg("-u", optarg, 1, 100000000);
		else if (opt == 'S')
			sample_option(c, optarg);
		else
			usage();
	}
	if (c->addr == NULL || optind != argc)
		usage();
	make_body(c, body);
}

static void
prepare(struct run *r)
{
	r->sess = calloc(r->sessions, sizeof(*r->sess));
	r->idle = calloc(r->sessions, sizeof(*r->idle));
	r->ep = epoll_create1(EPOLL_CLOEXEC);
	if (r->sess == NULL || r->idle == NULL || r->ep < 0)
		load_die("cannot start");
	for (unsigned long i = 0; i < r->sessions; i++) {
		sess_init(&r->sess[i]);
		r->idle[r->idle_len++] = r->sessions - 1 - i;
	}
}

/* Tell epoll what session i waits for; a new socket must be added. */
static void
watch(struct run *r, unsigned long i, int op)
{
	struct epoll_event ev = {.events = EPOLLIN, .data = {.u64 = i}};

	if (sess_wants_write(&r->sess[i]))
		ev.events |= EPOLLOUT;
	if (epoll_ctl(r->ep, op, r->sess[i].fd, &ev) != 0)
		load_die("epoll_ctl");
}

static void
message_done(struct run *r, unsigned long i, enum sess_state state)
{
	if (state == SESS_IDLE)
		load_lat_add(&r->lat, load_now() - r->sess[i].due);
	if (r->one_each)
		sess_quit(&r->sess[i]);
	r->done++;
	r->idle[r->idle_len++] = i;
}

static uint64_t
due_at(const struct run *r, unsigned long msg)
{
	return r->begin + (uint64_t)((double)msg * 1e9 / r->rate);
}

/* Start what is due while a session is free. Returns how long, in ms, until
 * the next one is due. */
static int
start_due(struct run *r)
{
	while (r->idle_len > 0 && r->started < r->messages) {
		uint64_t now = load_now();
		uint64_t due = r->rate > 0 ? due_at(r, r->started) : now;
		unsigned long i;
		bool fresh;

		if (due > now)
			return (int)((due - now) / 1000000u);
		i = r->idle[--r->idle_len];
		fresh = r->sess[i].fd < 0;
		if (sess_start(&r->sess[i], &r->conf, &r->stats, r->started++,
			due) == SESS_BROKEN) {
			message_done(r, i, SESS_BROKEN);
			continue;
		}
		watch(r, i, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD);
	}
	return SILENCE_MSEC;
}

static void
on_event(struct run *r, unsigned long i)
{
	struct sess *s = &r->sess[i];
	bool wrote = sess_wants_write(s);
	bool busy = s->step != SESS_REST;
	enum sess_state state = sess_event(s, &r->conf, &r->stats);

	if (busy && state != SESS_BUSY)
		message_done(r, i, state);
	if (s->fd >= 0 && wrote != sess_wants_write(s))
		watch(r, i, EPOLL_CTL_MOD);
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
	for (unsigned long i = 0; i < r->sessions; i++)
		sess_quit(&r->sess[i]);
}

static void
print_text(const char *key, const char *text)
{
	(void)printf("\"%s\": \"", key);
	for (; *text != '\0'; text++) {
		unsigned char ch = (unsigned char)*text;

		if (ch == '"' || ch == '\\')
			(void)printf("\\%c", ch);
		else if (ch < 0x20 || ch >= 0x7f)
			(void)printf("\\u%04x", ch);
		else
			(void)putchar(ch);
	}
	(void)fputs("\", ", stdout);
}

static void
print_replies(const struct sess_stats *st)
{
	static const struct {
		char letter;
		const char *name;
	} kinds[] = {{SMFIR_CONTINUE, "continue"}, {SMFIR_ACCEPT, "accept"},
	    {SMFIR_REJECT, "reject"}, {SMFIR_TEMPFAIL, "tempfail"},
	    {SMFIR_REPLYCODE, "code"}, {SMFIR_DISCARD, "discard"},
	    {SMFIR_SKIP, "skip"}, {SMFIR_PROGRESS, "progress"},
	    {SMFIR_INSHEADER, "insheader"}, {SMFIR_ADDHEADER, "addheader"},
	    {SMFIR_CHGHEADER, "chgheader"}, {SMFIR_CHGFROM, "chgfrom"},
	    {SMFIR_DELRCPT, "delrcpt"}, {SMFIR_ADDRCPT, "addrcpt"}};

	(void)fputs("\"replies\": {", stdout);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		(void)printf("%s\"%s\": %" PRIu64, i > 0 ? ", " : "",
		    kinds[i].name, st->reply[(unsigned char)kinds[i].letter]);
	(void)fputs("}, ", stdout);
}

static void
report(struct run *r)
{
	const struct sess_stats *st = &r->stats;
	double secs = (double)(r->end - r->begin) / 1e9;

	(void)printf("{\"messages\": %lu, \"seconds\": %.6f, "
		     "\"per_second\": %.1f, ",
	    r->done, secs, secs > 0 ? (double)r->done / secs : 0);
	(void)printf("\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, ",
	    load_lat_ms(&r->lat, 50), load_lat_ms(&r->lat, 99),
	    load_lat_ms(&r->lat, 100));
	(void)printf("\"accepted\": %" PRIu64 ", \"rejected\": %" PRIu64
		     ", \"tempfailed\": %" PRIu64 ", \"discarded\": %" PRIu64
		     ", \"broken\": %" PRIu64 ", \"hung\": %lu, ",
	    st->accepted, st->rejected, st->tempfailed, st->discarded,
	    st->broken, r->hung);
	(void)printf("\"signatures\": %" PRIu64 ", \"rcpt_accepted\": %" PRIu64
		     ", \"rcpt_refused\": %" PRIu64 ", \"samples\": %" PRIu64
		     ", ",
	    st->signatures, st->rcpt_accepted, st->rcpt_refused, st->samples);
	print_replies(st);
	print_text("first_refusal", st->first_refusal);
	(void)printf("\"sessions\": %" PRIu64 ", \"connect_retries\": %" PRIu64
		     ", \"actions\": %" PRIu32 ", \"flags\": %" PRIu32 "}\n",
	    st->sessions, st->connect_retries, st->actions, st->flags);
}

int
main(int argc, char **argv)
{
	struct run r = {.sessions = 1,
	    .messages = 1000,
	    .conf = {.from = "user@example.com",
		.rcpt = "rcpt%u@example.net",
		.users = 1,
		.stamp = load_now() / 1000000,
		.rcpts = 1}};

	options(&r, argc, argv);
	prepare(&r);
	loop(&r);
	report(&r);
	return r.hung > 0 || r.stats.broken > 0 ? 1 : 0;
}
