/* One session of the MTA's side of the milter protocol, version 6, packet for
 * packet as Postfix 3.7 speaks it (seen on the wire): macros before every
 * command, header and body chunk, an abort after each finished message, every
 * NO and NR flag, SKIP, and macro lists of the filter's own. */
#ifndef SENDWARD_TESTS_BENCH_MILTERSESS_H
#define SENDWARD_TESTS_BENCH_MILTERSESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"
#include "milteredit.h"

#define SESS_STAGES 7 /* as SMFIM_CONNECT ... SMFIM_EOH */
#define SESS_MACROS_MAX 512

/* What every message is made of. In the texts "%u" stands for the account's
 * number, message number modulo users. */
struct sess_conf {
	const char *addr;
	const char *login; /* NULL: not logged in */
	const char *from;
	const char *rcpt;
	const char *sample_dir;
	unsigned long users;
	unsigned long rcpts;
	unsigned long samples; /* messages 0 .. samples-1 are written out */
	unsigned long stamp;   /* makes the queue ids of this run unique */
	char *body;
	size_t body_len;
};

/* What the filter really did, summed over all sessions. */
struct sess_stats {
	uint64_t accepted, rejected, tempfailed, discarded, broken;
	uint64_t reply[256]; /* by the reply's letter */
	uint64_t signatures; /* inserted DKIM-Signature headers */
	uint64_t rcpt_accepted, rcpt_refused;
	uint64_t sessions, connect_retries, samples;
	uint32_t actions, flags; /* what the filter negotiated */
	char first_refusal[256];
};

enum sess_step {
	SESS_NEGOTIATE,
	SESS_CONNECT,
	SESS_HELO,
	SESS_MAIL,
	SESS_RCPT,
	SESS_DATA,
	SESS_HEADER,
	SESS_EOH,
	SESS_BODY,
	SESS_EOM,
	SESS_REST /* no message in hand */
};

enum sess_state { SESS_BUSY, SESS_IDLE, SESS_BROKEN };

struct sess {
	int fd;
	bool greeted;
	bool waiting; /* for the reply to step */
	bool skip_body;
	enum sess_step step;
	uint32_t flags;
	unsigned long msg; /* its number, over all sessions */
	unsigned long account;
	unsigned long rcpt_sent, rcpt_ok;
	size_t header_sent, body_sent;
	uint64_t due; /* when the message should have begun */
	char queue_id[24];
	char macros[SESS_STAGES][SESS_MACROS_MAX];
	struct load_buf in, out;
	struct edit_msg edits;
};

void sess_init(struct sess *s);
/* Open the session when there is none and send message number msg. */
enum sess_state sess_start(struct sess *s, const struct sess_conf *c,
    struct sess_stats *st, unsigned long msg, uint64_t due);
/* Something can be read or written. SESS_IDLE: the message is finished,
 * SESS_BROKEN: the session is gone and closed. */
enum sess_state sess_event(
    struct sess *s, const struct sess_conf *c, struct sess_stats *st);
/* Say QUIT and close. */
void sess_quit(struct sess *s);
/* True while bytes wait to be written. */
bool sess_wants_write(const struct sess *s);

#endif
