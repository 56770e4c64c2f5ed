/* Counting: policyd's decisions. The book of one process has one entry a message,
 * made or enlarged at RCPT, DATA or END-OF-MESSAGE, given back when the message is
 * refused later. It is in memory alone; what is counted is taken from leases
 * (ops/lease.h). Neither reads sockets nor waits.
 *
 * What is forgotten is counted again when it is asked again, never less: when the
 * process ends or dies (a message that was between two of its stages), after
 * RESERVE_KEEP_SEC, or when the book is full and the message is its oldest. What
 * was counted stays counted then, also when the message is refused. */
#ifndef SENDWARD_OPS_RESERVE_H
#define SENDWARD_OPS_RESERVE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "rules/types.h"

struct conf;
struct leases;
struct reserve_book;

enum reserve_stage { RESERVE_RCPT, RESERVE_DATA, RESERVE_END_OF_MESSAGE };

struct reserve_request {
	enum reserve_stage stage;
	const char *instance;  /* not "": what is asked for the same message
	                              has the same; at most RESERVE_INSTANCE_MAX */
	const char *queue_id;  /* "" unknown */
	const char *session;   /* "address:port" or "" */
	const char *recipient; /* at RCPT, byte for byte as it will be repeated;
	                              later "" unless there is exactly one */
	int64_t recipient_count; /* at DATA and END-OF-MESSAGE; 0 unknown */
	int64_t now_sec;
	int64_t now_mono_msec;
};

struct reserve_answer {
	struct rules_verdict verdict; /* ACCEPT, or what the client hears */
	int64_t wait_usec;            /* hold an ACCEPT back for this long */
	int64_t counted; /* recipients taken now; negative: given back */
	int64_t used;    /* in the window, after it, as far as known here; 0
	                    when nothing was taken now */
	bool is_beyond;  /* monitor, after PENDING: the verdict is known */
};

enum reserve_state {
	RESERVE_ANSWERED,
	RESERVE_PENDING, /* ask again, with the same answer_r, after leases_fd
	                    told of news */
};

#define RESERVE_INSTANCE_MAX 99

/* How long a message is remembered. That only keeps it from being counted twice,
 * and lets it be given back, while its SMTP transaction lasts. */
#define RESERVE_KEEP_SEC 900
/* Messages in the book of a program. Each takes about 200 bytes; those whose
 * recipients were counted one by one share 64 MiB for them. */
#define RESERVE_MESSAGES_MAX (1U << 20)

/* leases is borrowed for the book's life. messages_max: RESERVE_MESSAGES_MAX. */
enum sg_err reserve_new(struct leases *leases, size_t messages_max,
    struct reserve_book **book_r, struct err *err_r);
/* What is in the book stays counted. */
void reserve_free(struct reserve_book **book);

/* Asked again for what is already counted (a repeated RCPT, DATA after RCPT, the
 * same request after a broken connection) it counts nothing. Fewer recipients at
 * DATA than counted: the difference is given back. DATA and END-OF-MESSAGE without
 * a number of recipients count what RCPT counted, or the one recipient that is
 * named; with neither they are refused. A refusal at DATA or END-OF-MESSAGE gives
 * all of the message's recipients back. In mode monitor everything is counted,
 * beyond the limits too; the verdict says what would have been. All recipients of a
 * message come free together, 24 h after its last stage or later. When leases are
 * not to be had, or memory, the verdict is "unavailable". Does not look at
 * account->paused. Any thread; answer_r: all zero at the first try. */
enum reserve_state reserve_decide(struct reserve_book *book,
    const struct conf *conf, const struct rules_account *account,
    const struct reserve_request *request, struct reserve_answer *answer_r);

/* The message was refused or given up: gives all of its recipients back, once. By
 * queue id, or, when that finds none and session is not "", the session's message
 * in hand whose queue id is not known yet. How many; 0 when nothing is found. Any
 * thread. To be called only for a message that has come to RCPT: before, the
 * session's message may still be the one before it. */
int64_t reserve_release(
    struct reserve_book *book, const char *queue_id, const char *session);

/* The message with that queue id has left: it stays counted, and is forgotten. Any
 * thread. */
void reserve_forget(struct reserve_book *book, const char *queue_id);

/* To be called every second. */
void reserve_expire(struct reserve_book *book, int64_t now_mono_msec);

/* What the book holds. */
struct reserve_size {
	size_t messages, bytes;
};
void reserve_size(struct reserve_book *book, struct reserve_size *size_r);

#endif
