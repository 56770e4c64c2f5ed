/* One session of the MTA's side of the milter protocol, version 6, packet for
 * packet as Postfix 3.7 speaks it. Knows neither epoll nor the clock. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "miltersess.h"

#define PACKET_MAX (1u << 20)
#define BODY_CHUNK 65535u
#define HEADERS 8

/* Postfix offers all of version 6 but the large packets. */
#define OFFERED_ACTIONS 0x1ffu
#define OFFERED_FLAGS 0x1fffffu

/* clang-format off */
static const char *const default_macros[SESS_STAGES] = {
	"j {daemon_name} {daemon_addr} v _",
	"{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}",
	"i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}",
	"i {rcpt_addr} {rcpt_host} {rcpt_mailer}",
	"i",
	"i",
	"i",
};

/* What a step sends, which list of macros goes before it, and the flags by
 * which the filter says that it wants no such event, or gives no reply. */
static const struct {
	char cmd;
	int stage;
	uint32_t skip, noreply;
} steps[] = {
	[SESS_NEGOTIATE] = { SMFIC_OPTNEG,  0, 0,               0 },
	[SESS_CONNECT]   = { SMFIC_CONNECT, 0, SMFIP_NOCONNECT, SMFIP_NR_CONN },
	[SESS_HELO]      = { SMFIC_HELO,    1, SMFIP_NOHELO,    SMFIP_NR_HELO },
	[SESS_MAIL]      = { SMFIC_MAIL,    2, SMFIP_NOMAIL,    SMFIP_NR_MAIL },
	[SESS_RCPT]      = { SMFIC_RCPT,    3, SMFIP_NORCPT,    SMFIP_NR_RCPT },
	[SESS_DATA]      = { SMFIC_DATA,    4, SMFIP_NODATA,    SMFIP_NR_DATA },
	[SESS_HEADER]    = { SMFIC_HEADER,  6, SMFIP_NOHDRS,    SMFIP_NR_HDR },
	[SESS_EOH]       = { SMFIC_EOH,     6, SMFIP_NOEOH,     SMFIP_NR_EOH },
	[SESS_BODY]      = { SMFIC_BODY,    5, SMFIP_NOBODY,    SMFIP_NR_BODY },
	[SESS_EOM]       = { SMFIC_BODYEOB, 5, 0,               0 },
};
/* clang-format on */

static size_t
packet_begin(struct load_buf *b, char cmd)
{
	size_t at = b->len;

	load_buf_add(b, "\0\0\0\0", 4);
	load_buf_add(b, &cmd, 1);
	return at;
}

static void
packet_end(struct load_buf *b, size_t at)
{
	uint32_t n = htonl((uint32_t)(b->len - at - 4));

	memcpy(b->data + at, &n, 4);
}

static void
put_str(struct load_buf *b, const char *text)
{
	load_buf_add(b, text, strlen(text) + 1);
}

static void
put_u32(struct load_buf *b, uint32_t v)
{
	uint32_t n = htonl(v);

	load_buf_add(b, &n, 4);
}

static uint32_t
get_u32(const char *p)
{
	uint32_t n;

	memcpy(&n, p, 4);
	return ntohl(n);
}

/* Value of a macro now, or NULL when Postfix would not know it either. */
static const char *
macro_value(const struct sess *s, const struct sess_conf *c, const char *name,
    char *buf, size_t size)
{
	bool in_rcpt = s->step == SESS_RCPT;

	if (strcmp(name, "i") == 0)
		return s->step >= SESS_DATA || s->rcpt_ok > 0 ? s->queue_id
							      : NULL;
	if (strcmp(name, "j") == 0 || strcmp(name, "{daemon_name}") == 0)
		return "mx.bench.example";
	if (strcmp(name, "{daemon_addr}") == 0 ||
	    strcmp(name, "{client_addr}") == 0)
		return "127.0.0.1";
	if (strcmp(name, "v") == 0)
		return "Postfix 3.7.11";
	if (strcmp(name, "_") == 0)
		return "unknown [127.0.0.1]";
	if (strcmp(name, "{auth_type}") == 0)
		return c->login != NULL ? "PLAIN" : NULL;
	if (strcmp(name, "{auth_authen}") == 0 && c->login != NULL) {
		load_expand(buf, size, c->login, s->account);
		return buf;
	}
	if (strcmp(name, "{mail_addr}") == 0) {
		load_expand(buf, size, c->from, s->account);
		return buf;
	}
	if (strcmp(name, "{rcpt_addr}") == 0 && in_rcpt) {
		load_expand(buf, size, c->rcpt, s->rcpt_sent);
		return buf;
	}
	if (strcmp(name, "{mail_host}") == 0 ||
	    (strcmp(name, "{rcpt_host}") == 0 && in_rcpt))
		return "[127.0.0.1]:25";
	if (strcmp(name, "{mail_mailer}") == 0 ||
	    (strcmp(name, "{rcpt_mailer}") == 0 && in_rcpt))
		return "smtp";
	return NULL;
}

static void
put_macros(struct sess *s, const struct sess_conf *c)
{
	const char *list = s->macros[steps[s->step].stage];
	size_t at = packet_begin(&s->out, SMFIC_MACRO);

	load_buf_add(&s->out, &steps[s->step].cmd, 1);
	while (*list != '\0') {
		size_t n = strcspn(list, " ,");
		char name[64], buf[256];
		const char *value;

		(void)snprintf(name, sizeof(name), "%.*s", (int)n, list);
		value = macro_value(s, c, name, buf, sizeof(buf));
		if (value != NULL) {
			put_str(&s->out, name);
			put_str(&s->out, value);
		}
		list += n;
		list += strspn(list, " ,");
	}
	packet_end(&s->out, at);
}

static void
put_negotiate(struct sess *s)
{
	size_t at = packet_begin(&s->out, SMFIC_OPTNEG);

	put_u32(&s->out, 6);
	put_u32(&s->out, OFFERED_ACTIONS);
	put_u32(&s->out, OFFERED_FLAGS);
	packet_end(&s->out, at);
}

static void
put_address(struct sess *s, const char *pattern, unsigned long n)
{
	char addr[256], path[260];

	load_expand(addr, sizeof(addr), pattern, n);
	(void)snprintf(path, sizeof(path), "<%s>", addr);
	put_str(&s->out, path);
}

/* The message's i-th header; values differ from message to message. */
static const char *
header(const struct sess *s, const struct sess_conf *c, size_t i, char *value,
    size_t size)
{
	static const char *const names[HEADERS] = {"From", "To", "Subject",
	    "Date", "Message-ID", "MIME-Version", "Content-Type",
	    "Content-Transfer-Encoding"};
	static const char *const values[HEADERS] = {NULL, NULL, NULL,
	    "Tue, 24 Nov 2026 12:00:00 +0000", NULL, "1.0",
	    "text/plain; charset=us-ascii", "7bit"};
	char addr[200];

	if (i == 0) {
		load_expand(addr, sizeof(addr), c->from, s->account);
		(void)snprintf(value, size, "A Sender <%s>", addr);
	} else if (i == 1) {
		load_expand(addr, sizeof(addr), c->rcpt, 0);
		(void)snprintf(value, size, "A Recipient <%s>", addr);
	} else if (i == 2) {
		(void)snprintf(value, size,
		    "Message %lu of a benchmark, with a subject\n"
		    " long enough to be folded",
		    s->msg);
	} else if (i == 4) {
		(void)snprintf(value, size, "<%lu.%s@client.example>", s->msg,
		    s->queue_id);
	} else {
		(void)snprintf(value, size, "%s", values[i]);
	}
	return names[i];
}

static void
put_header(struct sess *s, const struct sess_conf *c)
{
	char value[512];
	const char *name = header(s, c, s->header_sent, value, sizeof(value));

	put_str(&s->out, name);
	if ((s->flags & SMFIP_HDR_LEADSPC) != 0)
		load_buf_add(&s->out, " ", 1);
	put_str(&s->out, value);
	s->header_sent++;
}

static void
put_body(struct sess *s, const struct sess_conf *c)
{
	size_t n = c->body_len - s->body_sent;

	if (n > BODY_CHUNK)
		n = BODY_CHUNK;
	load_buf_add(&s->out, c->body + s->body_sent, n);
	s->body_sent += n;
}

static void
put_command(struct sess *s, const struct sess_conf *c)
{
	uint16_t port = htons(40000);
	size_t at = packet_begin(&s->out, steps[s->step].cmd);

	if (s->step == SESS_CONNECT) {
		put_str(&s->out, "[127.0.0.1]");
		load_buf_add(&s->out, "4", 1);
		load_buf_add(&s->out, &port, 2);
		put_str(&s->out, "127.0.0.1");
	} else if (s->step == SESS_HELO) {
		put_str(&s->out, "client.example");
	} else if (s->step == SESS_MAIL) {
		put_address(s, c->from, s->account);
	} else if (s->step == SESS_RCPT) {
		put_address(s, c->rcpt, s->rcpt_sent);
	} else if (s->step == SESS_HEADER) {
		put_header(s, c);
	} else if (s->step == SESS_BODY) {
		put_body(s, c);
	}
	packet_end(&s->out, at);
}

/* Go on to what follows a step that is done; a step may repeat. */
static void
next_step(struct sess *s, const struct sess_conf *c)
{
	switch (s->step) {
	case SESS_NEGOTIATE:
		s->step = SESS_CONNECT;
		break;
	case SESS_HELO:
		s->greeted = true;
		s->step = SESS_MAIL;
		break;
	case SESS_RCPT:
		s->rcpt_sent++;
		if (s->rcpt_sent >= c->rcpts)
			s->step = SESS_DATA;
		break;
	case SESS_HEADER:
		if (s->header_sent == HEADERS)
			s->step = SESS_EOH;
		break;
	case SESS_BODY:
		if (s->skip_body || s->body_sent == c->body_len)
			s->step = SESS_EOM;
		break;
	default:
		s->step++;
		break;
	}
}

/* Counts what an unwanted event would have carried, so that it ends. */
static void
pass_over(struct sess *s, const struct sess_conf *c)
{
	if (s->step == SESS_HEADER)
		s->header_sent = HEADERS;
	if (s->step == SESS_BODY)
		s->body_sent = c->body_len;
	if (s->step == SESS_RCPT)
		s->rcpt_ok++;
}

/* Queue commands until one needs a reply, then write. */
static enum sess_state
advance(struct sess *s, const struct sess_conf *c, struct sess_stats *st)
{
	while (!s->waiting) {
		bool noreply = (s->flags & steps[s->step].noreply) != 0;

		if (s->step == SESS_NEGOTIATE) {
			put_negotiate(s);
		} else if ((s->flags & steps[s->step].skip) != 0 ||
			   (s->step == SESS_BODY &&
			       s->body_sent == c->body_len)) {
			pass_over(s, c);
			next_step(s, c);
			continue;
		} else {
			put_macros(s, c);
			put_command(s, c);
		}
		if (noreply && s->step == SESS_RCPT) {
			s->rcpt_ok++;
			st->rcpt_accepted++;
		}
		if (noreply)
			next_step(s, c);
		else
			s->waiting = true;
	}
	return load_buf_flush(&s->out, s->fd) < 0 ? SESS_BROKEN : SESS_BUSY;
}

static void
put_plain(struct sess *s, char cmd)
{
	packet_end(&s->out, packet_begin(&s->out, cmd));
}

static enum sess_state
finish(struct sess *s, uint64_t *counter)
{
	(*counter)++;
	s->step = SESS_REST;
	s->waiting = false;
	put_plain(s, SMFIC_ABORT);
	return load_buf_flush(&s->out, s->fd) < 0 ? SESS_BROKEN : SESS_IDLE;
}

/* Macro lists of the filter's own: stage number, list, NUL, repeated. */
static void
take_macro_lists(struct sess *s, const char *p, size_t len)
{
	while (len > 5) {
		uint32_t stage = get_u32(p);
		size_t n = strnlen(p + 4, len - 4);

		if (stage < SESS_STAGES && n < SESS_MACROS_MAX)
			(void)snprintf(s->macros[stage], SESS_MACROS_MAX,
			    "%.*s", (int)n, p + 4);
		if (n + 5 > len)
			return;
		p += n + 5;
		len -= n + 5;
	}
}

static enum sess_state
on_negotiate(struct sess *s, const struct sess_conf *c, struct sess_stats *st,
    const char *p, size_t len)
{
	if (len < 12)
		return SESS_BROKEN;
	st->actions = get_u32(p + 4);
	s->flags = st->flags = get_u32(p + 8);
	if ((s->flags & ~OFFERED_FLAGS) != 0)
		return SESS_BROKEN;
	take_macro_lists(s, p + 12, len - 12);
	s->waiting = false;
	next_step(s, c);
	return advance(s, c, st);
}

static void
note_refusal(struct sess_stats *st, char cmd, const char *p, size_t len)
{
	if (st->first_refusal[0] == '\0')
		(void)snprintf(st->first_refusal, sizeof(st->first_refusal),
		    "%c %.*s", cmd, (int)len, p);
}

/* The reply was no: of one recipient, or of the message. */
static enum sess_state
on_refusal(struct sess *s, const struct sess_conf *c, struct sess_stats *st,
    bool permanent)
{
	if (s->step == SESS_RCPT) {
		st->rcpt_refused++;
		s->waiting = false;
		next_step(s, c);
		if (s->step == SESS_RCPT || s->rcpt_ok > 0)
			return advance(s, c, st);
	}
	return finish(s, permanent ? &st->rejected : &st->tempfailed);
}

static void
write_sample(struct sess *s, const struct sess_conf *c, struct sess_stats *st)
{
	char path[512];

	if (s->msg >= c->samples)
		return;
	(void)snprintf(
	    path, sizeof(path), "%s/%06lu.eml", c->sample_dir, s->msg);
	if (edit_write(&s->edits, path, c->body, c->body_len) != 0)
		load_die("%s", path);
	st->samples++;
}

static enum sess_state
on_yes(struct sess *s, const struct sess_conf *c, struct sess_stats *st)
{
	if (s->step == SESS_EOM) {
		write_sample(s, c, st);
		return finish(s, &st->accepted);
	}
	if (s->step == SESS_RCPT) {
		s->rcpt_ok++;
		st->rcpt_accepted++;
	}
	s->waiting = false;
	next_step(s, c);
	return advance(s, c, st);
}

/* An edit at end of message; p is NUL-terminated by the caller's buffer. */
static void
on_edit(struct sess *s, const struct sess_conf *c, struct sess_stats *st,
    char cmd, const char *p, size_t len)
{
	bool indexed = cmd == SMFIR_INSHEADER || cmd == SMFIR_CHGHEADER;
	const char *name = p + (indexed ? 4 : 0);
	const char *value;

	if (cmd != SMFIR_ADDHEADER && !indexed)
		return;
	if (len < (indexed ? 6u : 2u) || p[len - 1] != '\0')
		load_die("malformed header edit");
	value = name + strlen(name) + 1;
	if (value > p + len - 1)
		load_die("header edit without a value");
	if (cmd != SMFIR_CHGHEADER && strcasecmp(name, "DKIM-Signature") == 0)
		st->signatures++;
	if (s->msg >= c->samples)
		return;
	if (cmd == SMFIR_CHGHEADER)
		edit_change(&s->edits, get_u32(p), name, value);
	else
		edit_insert(
		    &s->edits, indexed ? get_u32(p) : (size_t)-1, name, value);
}

static enum sess_state
on_packet(struct sess *s, const struct sess_conf *c, struct sess_stats *st,
    char cmd, const char *p, size_t len)
{
	st->reply[(unsigned char)cmd]++;
	if (!s->waiting)
		return SESS_BROKEN; /* a reply that nobody asked for */
	if (s->step == SESS_NEGOTIATE)
		return cmd == SMFIC_OPTNEG ? on_negotiate(s, c, st, p, len)
					   : SESS_BROKEN;
	switch (cmd) {
	case SMFIR_CONTINUE:
		return on_yes(s, c, st);
	case SMFIR_ACCEPT:
		return s->step == SESS_EOM ? on_yes(s, c, st)
					   : finish(s, &st->accepted);
	case SMFIR_SKIP:
		if (s->step != SESS_BODY)
			return SESS_BROKEN;
		s->skip_body = true;
		return on_yes(s, c, st);
	case SMFIR_DISCARD:
		return finish(s, &st->discarded);
	case SMFIR_REJECT:
	case SMFIR_TEMPFAIL:
		note_refusal(st, steps[s->step].cmd, "(no text)", 9);
		return on_refusal(s, c, st, cmd == SMFIR_REJECT);
	case SMFIR_REPLYCODE:
		note_refusal(st, steps[s->step].cmd, p, len);
		return on_refusal(s, c, st, len > 0 && p[0] == '5');
	default:
		if (s->step != SESS_EOM)
			return SESS_BROKEN;
		on_edit(s, c, st, cmd, p, len);
		return SESS_BUSY;
	}
}

static void
drop(struct sess *s, struct sess_stats *st)
{
	st->broken++;
	(void)close(s->fd);
	s->fd = -1;
	s->waiting = false;
	s->step = SESS_REST;
}

void
sess_init(struct sess *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->step = SESS_REST;
}

/* Start the list that the filter's edits will work on. */
static void
begin_sample(struct sess *s, const struct sess_conf *c)
{
	char value[512];

	edit_clear(&s->edits);
	(void)snprintf(value, sizeof(value),
	    "from client.example (unknown [127.0.0.1])\n"
	    "\tby mx.bench.example (Postfix) with ESMTPSA id %s",
	    s->queue_id);
	edit_insert(&s->edits, 0, "Received", value);
	for (size_t i = 0; i < HEADERS; i++) {
		const char *name = header(s, c, i, value, sizeof(value));

		edit_insert(&s->edits, (size_t)-1, name, value);
	}
}

static void
connect_filter(struct sess *s, const struct sess_conf *c, struct sess_stats *st)
{
	s->fd = load_connect(c->addr, &st->connect_retries);
	if (s->fd < 0)
		load_die("%s", c->addr);
	st->sessions++;
	s->greeted = false;
	s->flags = 0;
	s->in.len = s->in.off = s->out.len = s->out.off = 0;
	for (int i = 0; i < SESS_STAGES; i++)
		(void)snprintf(
		    s->macros[i], SESS_MACROS_MAX, "%s", default_macros[i]);
}

enum sess_state
sess_start(struct sess *s, const struct sess_conf *c, struct sess_stats *st,
    unsigned long msg, uint64_t due)
{
	enum sess_state r;

	if (s->fd < 0)
		connect_filter(s, c, st);
	s->msg = msg;
	s->account = msg % c->users;
	s->due = due;
	s->rcpt_sent = s->rcpt_ok = 0;
	s->header_sent = s->body_sent = 0;
	s->skip_body = s->waiting = false;
	(void)snprintf(s->queue_id, sizeof(s->queue_id), "%09lX%06lX",
	    c->stamp & 0xfffffffffUL, msg & 0xffffffUL);
	if (msg < c->samples)
		begin_sample(s, c);
	s->step = s->greeted ? SESS_MAIL : SESS_NEGOTIATE;
	r = advance(s, c, st);
	if (r == SESS_BROKEN)
		drop(s, st);
	return r;
}

/* Take every whole packet out of what was read. */
static enum sess_state
take_packets(struct sess *s, const struct sess_conf *c, struct sess_stats *st)
{
	enum sess_state r = SESS_BUSY;

	while (r == SESS_BUSY && s->in.len - s->in.off >= 5) {
		const char *p = s->in.data + s->in.off;
		uint32_t n = get_u32(p);

		if (n == 0 || n > PACKET_MAX)
			return SESS_BROKEN;
		if (s->in.len - s->in.off < 4 + (size_t)n)
			break;
		s->in.off += 4 + (size_t)n;
		r = on_packet(s, c, st, p[4], p + 5, n - 1);
	}
	return r;
}

enum sess_state
sess_event(struct sess *s, const struct sess_conf *c, struct sess_stats *st)
{
	enum sess_state r = SESS_BUSY;
	bool idle = s->step == SESS_REST;
	int got;

	if (load_buf_flush(&s->out, s->fd) < 0) {
		drop(s, st);
		return SESS_BROKEN;
	}
	got = load_buf_fill(&s->in, s->fd);
	if (got < 0)
		r = SESS_BROKEN;
	if (got > 0)
		r = take_packets(s, c, st);
	if (r == SESS_BROKEN)
		drop(s, st);
	return r == SESS_BUSY && idle ? SESS_IDLE : r;
}

void
sess_quit(struct sess *s)
{
	if (s->fd < 0)
		return;
	put_plain(s, SMFIC_ABORT);
	put_plain(s, SMFIC_QUIT);
	(void)load_buf_flush(&s->out, s->fd); /* closing anyway */
	(void)close(s->fd);
	s->fd = -1;
}

bool
sess_wants_write(const struct sess *s)
{
	return s->out.off < s->out.len;
}
