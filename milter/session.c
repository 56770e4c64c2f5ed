/* One connection of the MTA: see session.h. */
#include "config.h"

#include "milter/session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "milter/filter.h"
#include "milter/quota.h"
#include "ops/releaser.h"
#include "rules/return_path.h"
#include "rules/verdict.h"

#define IPV4_AT 12 /* in ::ffff:a.b.c.d */

struct session *
session_new(struct filter *filter)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->filter = filter;
	return s;
}

void
session_free(struct session **session)
{
	if (*session == NULL)
		return;
	session_end_message(*session, false);
	free((*session)->plain);
	arena_free(&(*session)->arena);
	free(*session);
	*session = NULL;
}

/* As the policy server builds it from client_address and client_port. */
static void
set_name(struct session *s, int family, const void *address, in_port_t port)
{
	if (inet_ntop(family, address, s->ip, sizeof(s->ip)) == NULL)
		s->ip[0] = '\0';
	if (port != 0 && s->ip[0] != '\0')
		(void)snprintf(s->name, sizeof(s->name), "%s:%u", s->ip,
		    (unsigned)ntohs(port));
}

void
session_client(struct session *s, const struct sockaddr *address)
{
	s->has_address = false;
	s->name[0] = s->ip[0] = '\0';
	memset(s->address, 0, sizeof(s->address));
	if (address == NULL)
		return;
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		s->address[IPV4_AT - 2] = s->address[IPV4_AT - 1] = 0xff;
		memcpy(s->address + IPV4_AT, &in.sin_addr, sizeof(in.sin_addr));
		set_name(s, AF_INET, &in.sin_addr, in.sin_port);
		s->has_address = true;
	} else if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		memcpy(s->address, &in6.sin6_addr, sizeof(in6.sin6_addr));
		set_name(s, AF_INET6, &in6.sin6_addr, in6.sin6_port);
		s->has_address = true;
	}
}

/* An empty arena of the size that the configuration in force asks for. */
static bool
ready_arena(struct session *s)
{
	size_t max = message_arena_max(s->env.admit.conf);

	if (s->arena != NULL && s->arena_max == max) {
		arena_reset(s->arena);
		return true;
	}
	arena_free(&s->arena);
	s->arena = arena_new(max);
	s->arena_max = max;
	return s->arena != NULL;
}

/* The MTA finds the address that a message leaves from by the label alone, so only
 * what was labelled here may keep one. False: no memory. */
static bool
keep_plain(struct session *s, const char *path)
{
	s->plain = malloc(strlen(path) + 1);
	if (s->plain == NULL)
		return false;
	if (!return_path_unlabel(path, s->plain)) {
		free(s->plain);
		s->plain = NULL;
	}
	return true;
}

enum message_step
session_mail(
    struct session *s, struct message_mail *mail, struct rules_verdict *v)
{
	enum message_step step;

	session_end_message(s, false);
	free(s->plain);
	s->plain = NULL;
	filter_begin(s->filter);
	filter_env_init(s->filter, &s->env);
	mail->client.address = s->has_address ? s->address : NULL;
	mail->session = s->name;
	mail->source_ip = s->ip;
	mail->is_fresh = filter_is_fresh(s->filter);
	mail->is_ending = filter_is_ending(s->filter);
	if (ready_arena(s)) {
		step = message_mail(&s->env, s->arena, mail, &s->message, v);
	} else {
		verdict_unavailable(v);
		step = MESSAGE_ANSWERED;
	}
	if (step == MESSAGE_PASSES && !keep_plain(s, mail->path)) {
		verdict_unavailable(v);
		step = MESSAGE_ANSWERED;
	}
	if (s->message == NULL) {
		filter_env_fini(&s->env);
		filter_end(s->filter);
	}
	return step;
}

static void
give_back(struct session *s)
{
	const struct message *m = s->message;

	if (message_is_counted(m) &&
	    !releaser_push(s->filter->releaser, m->queue_id, m->session))
		log_event(LOG_POLICY_UNHEARD_EVENT, m->queue_id, "account",
		    m->account.name, "session", m->session, NULL);
}

void
session_note_refused(struct session *s, const struct rules_verdict *v)
{
	struct journal_entry entry;

	if (message_note(s->message, clock_now_usec() / 1000, v, &entry))
		filter_note_refused(s->filter, &entry);
}

bool
session_begin_note(struct session *s, struct journal_ticket *ticket_r)
{
	struct journal_entry entry;

	return message_note(
		   s->message, clock_now_usec() / 1000, NULL, &entry) &&
	       filter_begin_note(s->filter, &entry, ticket_r);
}

bool
session_end_note(struct session *s, struct journal_ticket *ticket, bool leaves)
{
	return filter_end_note(s->filter, s->message->queue_id, ticket, leaves);
}

void
session_end_message(struct session *s, bool has_left)
{
	if (s->message == NULL)
		return;
	if (s->env.quota != NULL)
		quota_settle(s->message, has_left);
	else if (!has_left)
		give_back(s);
	message_fini(s->message);
	s->message = NULL;
	arena_reset(s->arena);
	filter_env_fini(&s->env);
	filter_end(s->filter);
}
