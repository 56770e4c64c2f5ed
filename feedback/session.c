/* Answers of an LMTP conversation: see session.h. Takes no messages. */
#include "config.h"

#include "feedback/session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "feedback/simulator.h"

void
session_init(struct session *session, session_own_fn *is_own, void *own_ctx)
{
	memset(session, 0, sizeof(*session));
	session->is_own = is_own;
	session->own_ctx = own_ctx;
}

void
session_reset(struct session *session)
{
	for (size_t i = 0; i < session->count; i++)
		free(session->recipients[i]);
	session->count = 0;
	session->has_mail = false;
	session->sender[0] = '\0';
}

void
session_fini(struct session *session)
{
	session_reset(session);
}

/* Failed appends are looked at where out is sent. */
static void
say(struct buf *out, const char *line)
{
	(void)buf_printf(out, "%s\r\n", line);
}

/* Appends what is said before the host's name, the name, and what is behind. */
static void
say_host(struct buf *out, const char *before, const char *behind)
{
	char host[256] = "";

	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	(void)buf_printf(out, "%s%s%s", before,
	    host[0] != '\0' ? host : "localhost", behind);
}

void
session_greet(struct buf *out)
{
	say_host(out, "220 ", " sendward-feedback LMTP\r\n");
}

void
session_goodbye(const char *status, const char *text, struct buf *out)
{
	(void)buf_printf(out, "421 %s %s\r\n", status, text);
}

static void
hello(struct session *session, struct buf *out)
{
	session_reset(session);
	say_host(out, "250-",
	    "\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
	    "250 ENHANCEDSTATUSCODES\r\n");
}

static enum session_next
complain(struct session *session, const char *line, struct buf *out)
{
	if (++session->errors < SESSION_ERRORS_MAX) {
		say(out, line);
		return SESSION_GO_ON;
	}
	session_goodbye("4.7.0", "Too much of what is no LMTP", out);
	return SESSION_CLOSE;
}

static enum session_next
mail(struct session *session, const struct lmtp_command *command,
    struct buf *out)
{
	if (session->has_mail)
		return complain(
		    session, "451 4.5.1 There is a sender already", out);
	if (!command->has_path)
		return complain(
		    session, "451 4.5.2 Say MAIL FROM:<address>", out);
	session->has_mail = true;
	memcpy(session->sender, command->path, sizeof(session->sender));
	say(out, "250 2.1.0 Sender ok");
	return SESSION_GO_ON;
}

/* Whoever is no customer hears no refusal of the simulator: the report would go to
 * an address that anybody may have forged. */
static bool
is_refused(const struct session *session, const struct conf *conf,
    const char *address, struct buf *out)
{
	enum simulator_box box = simulator_look(conf, address);

	return box != SIMULATOR_NONE && !simulator_takes(box) &&
	       session->is_own(session->own_ctx, session->sender) &&
	       simulator_refuse(box, address, out);
}

/* Where its mail comes to us is the MTA's affair: any recipient is one. */
static enum session_next
recipient(struct session *session, const struct conf *conf,
    const struct lmtp_command *command, struct buf *out)
{
	if (!session->has_mail)
		return complain(session, "451 4.5.1 Say MAIL first", out);
	if (!command->has_path)
		return complain(
		    session, "451 4.5.2 Say RCPT TO:<address>", out);
	if (is_refused(session, conf, command->path, out))
		return SESSION_GO_ON;
	if (session->count == SESSION_RECIPIENTS_MAX) {
		say(out, "452 4.5.3 Too many recipients");
		return SESSION_GO_ON;
	}
	session->recipients[session->count] = strdup(command->path);
	if (session->recipients[session->count] == NULL) {
		say(out, "451 4.3.0 No memory");
		return SESSION_GO_ON;
	}
	session->count++;
	say(out, "250 2.1.5 Recipient ok");
	return SESSION_GO_ON;
}

static enum session_next
data(struct session *session, struct buf *out)
{
	if (session->count == 0) {
		/* After refused recipients of the simulator it is in order. */
		say(out, "451 4.5.1 No recipients");
		return SESSION_GO_ON;
	}
	if (session->is_crowded) {
		say(out, "451 4.3.1 Too much in hand, please come again");
		return SESSION_GO_ON;
	}
	say(out, "354 End with a line of one dot");
	return SESSION_TAKE_DATA;
}

enum session_next
session_command(struct session *session, const struct conf *conf,
    const struct lmtp_command *command, struct buf *out)
{
	switch (command->verb) {
	case LMTP_LHLO:
		hello(session, out);
		return SESSION_GO_ON;
	case LMTP_MAIL:
		return mail(session, command, out);
	case LMTP_RCPT:
		return recipient(session, conf, command, out);
	case LMTP_DATA:
		return data(session, out);
	case LMTP_RSET:
		session_reset(session);
		say(out, "250 2.0.0 Forgotten");
		return SESSION_GO_ON;
	case LMTP_NOOP:
		say(out, "250 2.0.0 Yes");
		return SESSION_GO_ON;
	case LMTP_VRFY:
		say(out, "252 2.0.0 Send it, and it is taken");
		return SESSION_GO_ON;
	case LMTP_QUIT:
		say(out, "221 2.0.0 Goodbye");
		return SESSION_CLOSE;
	case LMTP_UNKNOWN:
		return complain(session, "451 4.5.1 No such command", out);
	case LMTP_RUBBISH:
		break;
	}
	return complain(session, "451 4.5.2 No line of LMTP", out);
}
