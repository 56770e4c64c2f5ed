/* One connection of the MTA: who the client is, the message in hand, the memory
 * that messages live in. Does not know libmilter. */
#ifndef SENDWARD_MILTER_SESSION_H
#define SENDWARD_MILTER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <netinet/in.h>
#include "milter/message.h"

struct filter;
struct journal_ticket;
struct sockaddr;

#define SESSION_NAME_MAX 80

struct session {
	struct filter *filter;
	unsigned char address[16]; /* of the client, IPv4 mapped */
	bool has_address;
	char name[SESSION_NAME_MAX]; /* "address:port", "" unknown */
	char ip[INET6_ADDRSTRLEN];   /* "" unknown */
	struct arena *arena;
	size_t arena_max;
	struct message_env env;  /* of the message in hand */
	struct message *message; /* NULL: none is in hand */
	/* Of a message that passes, whose sender claims a label of ours (see
	 * return_path_unlabel): the sender that it is to have. NULL: none. */
	char *plain;
};

/* NULL: no memory. A session belongs to one thread at a time. */
struct session *session_new(struct filter *filter);
/* Gives up the message in hand. NULL inside is fine. */
void session_free(struct session **session);

/* The client's address; NULL or another family than IPv4 and IPv6: unknown. */
void session_client(struct session *s, const struct sockaddr *address);

/* MAIL: as message_mail; mail's address, session, is_fresh and is_ending are
 * filled in here. After MESSAGE_GOES_ON a message is in hand. After MESSAGE_PASSES
 * plain may be set: the message is then to be waited for, and its sender changed at
 * its end. */
enum message_step session_mail(
    struct session *s, struct message_mail *mail, struct rules_verdict *v);

/* It was answered so, and does not leave: noted in the journal when it is a refusal for
 * good. */
void session_note_refused(struct session *s, const struct rules_verdict *v);

/* The message in hand is to leave: its note is begun. False: it cannot be noted, so it
 * must not leave. Else session_end_note follows: leaves false withdraws the note. True:
 * it is noted, and leaves. */
bool session_begin_note(struct session *s, struct journal_ticket *ticket_r);
bool session_end_note(
    struct session *s, struct journal_ticket *ticket, bool leaves);

/* The message in hand is over. has_left: the MTA delivers it; else what the
 * policy server, or milter/quota.h, counted for it is given back. Does nothing when none is. */
void session_end_message(struct session *s, bool has_left);

#endif
