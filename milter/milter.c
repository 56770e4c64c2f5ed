/* The milter protocol, by libmilter: see milter.h. */
#include "config.h"

#include "milter/milter.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "milter/filter.h"
#include "milter/listen.h"
#include "milter/message.h"
#include "milter/session.h"
#include "ops/journal.h"
#include "rules/verdict.h"

/* What the filter does to messages. An MTA that does not offer all of it cannot
 * be served. */
#define ACTIONS (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGFROM | SMFIF_DELRCPT)

/* Round trips that are not needed: what is wrong with header or body is said at
 * the end of the message, where the client hears it in any case. libmilter itself
 * answers an MTA that cannot do without an answer. */
#define NO_REPLIES                                                             \
	(SMFIP_NR_CONN | SMFIP_NR_DATA | SMFIP_NR_HDR | SMFIP_NR_EOH |         \
	    SMFIP_NR_BODY)
#define NOT_NEEDED (SMFIP_NOHELO | SMFIP_NOUNKNOWN)

/* The macros that are used, by the step before which the MTA says them. Asked for
 * by name they also come when the MTA's own lists were shortened: without
 * {auth_authen} an account's mail would pass for nobody's. */
static const struct {
	int step;
	const char *names;
} macros[] = {
    {SMFIM_CONNECT, "{daemon_name}"},
    {SMFIM_HELO, ""},
    {SMFIM_ENVFROM, "i {auth_authen} {auth_author}"},
    {SMFIM_ENVRCPT, "i"},
    {SMFIM_DATA, "i"},
    {SMFIM_EOH, ""}, /* known by then; said anew before each field */
    {SMFIM_EOM, "i"},
};

#define SIZE_DIGITS_MAX 18

static struct filter *the_filter;
static int listen_fd = -1;

static struct session *
session_of(SMFICTX *ctx)
{
	return smfi_getpriv(ctx);
}

static const char *
macro(SMFICTX *ctx, const char *name)
{
	const char *value = smfi_getsymval(ctx, (char *)name);

	return value != NULL ? value : "";
}

/* libmilter takes the text for a format. */
static void
double_percent(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n + 2 < size; text++) {
		out[n++] = *text;
		if (*text == '%')
			out[n++] = '%';
	}
	out[n] = '\0';
}

/* What the client hears. Should libmilter not take the text, the class of the
 * answer still is right. */
static sfsistat
answer(SMFICTX *ctx, const struct rules_verdict *v)
{
	char text[2 * RULES_REPLY_MAX + 2], code[12], status[sizeof(v->status)];

	double_percent(v->text, text, sizeof(text));
	(void)snprintf(code, sizeof(code), "%d", v->code);
	(void)snprintf(status, sizeof(status), "%s", v->status);
	if (smfi_setreply(ctx, code, status, text) != MI_SUCCESS)
		log_bug("libmilter refuses a reply");
	return v->action == RULES_REJECT ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

/* NULL: no memory. */
static struct session *
new_session(SMFICTX *ctx)
{
	struct session *s = session_new(the_filter);

	if (s != NULL && smfi_setpriv(ctx, s) != MI_SUCCESS)
		session_free(&s);
	return s;
}

/* An MTA that cannot be told says what it always says. */
static unsigned long
ask_for_macros(SMFICTX *ctx, unsigned long actions)
{
	if ((actions & SMFIF_SETSYMLIST) == 0)
		return 0;
	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
		if (smfi_setsymlist(ctx, macros[i].step,
			(char *)macros[i].names) != MI_SUCCESS)
			log_bug("libmilter refuses a list of macros");
	}
	return SMFIF_SETSYMLIST;
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long unused2, unsigned long unused3, unsigned long *actions_r,
    unsigned long *steps_r, unsigned long *unused2_r, unsigned long *unused3_r)
{
	(void)unused2;
	(void)unused3;
	if ((actions & ACTIONS) != ACTIONS || new_session(ctx) == NULL)
		return SMFIS_REJECT;
	*actions_r = ACTIONS | ask_for_macros(ctx, actions);
	*steps_r = NO_REPLIES | (NOT_NEEDED & steps);
	*unused2_r = *unused3_r = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	struct session *s = session_of(ctx);

	(void)name;
	/* An MTA may say "quit, a new client follows" on the same connection:
	 * then there was a close and there is no negotiation. */
	if (s == NULL)
		s = new_session(ctx);
	if (s == NULL)
		return SMFIS_TEMPFAIL;
	session_client(s, address);
	return SMFIS_NOREPLY;
}

/* SIZE= of MAIL (RFC 1870); 0 when it is not there or no number. */
static int64_t
declared_size(char **args)
{
	for (size_t i = 1; args[0] != NULL && args[i] != NULL; i++) {
		const char *digits = args[i] + strlen("SIZE=");
		size_t len;

		if (strncasecmp(args[i], "SIZE=", strlen("SIZE=")) != 0)
			continue;
		len = strspn(digits, "0123456789");
		if (digits[len] == '\0' && len <= SIZE_DIGITS_MAX)
			return strtoll(digits, NULL, 10);
		return len > SIZE_DIGITS_MAX ? INT64_MAX : 0;
	}
	return 0;
}

static sfsistat
on_mail(SMFICTX *ctx, char **args)
{
	struct session *s = session_of(ctx);
	struct message_mail mail = {0};
	struct rules_verdict v;

	if (s == NULL || args[0] == NULL)
		return SMFIS_TEMPFAIL;
	mail.path = args[0];
	mail.declared_size = declared_size(args);
	mail.client.login = macro(ctx, "{auth_authen}");
	mail.client.auth_author = macro(ctx, "{auth_author}");
	mail.client.daemon_name = macro(ctx, "{daemon_name}");
	switch (session_mail(s, &mail, &v)) {
	case MESSAGE_PASSES:
		return s->plain != NULL ? SMFIS_CONTINUE : SMFIS_ACCEPT;
	case MESSAGE_ANSWERED:
		return answer(ctx, &v);
	case MESSAGE_GOES_ON:
		break;
	}
	/* Sendmail knows it already. */
	message_queue_id(s->message, macro(ctx, "i"));
	return SMFIS_CONTINUE;
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **args)
{
	struct session *s = session_of(ctx);
	struct rules_verdict v;

	if (s != NULL && s->message == NULL && s->plain != NULL)
		return SMFIS_CONTINUE;
	if (s == NULL || s->message == NULL || args[0] == NULL)
		return SMFIS_TEMPFAIL;
	message_queue_id(s->message, macro(ctx, "i"));
	if (message_rcpt(s->message, args[0], &v) == MESSAGE_ANSWERED)
		return answer(ctx, &v);
	return SMFIS_CONTINUE;
}

/* For the queue id: of a message with one recipient Postfix says it only here, and
 * nothing more when the client goes away in the middle. The reservation made at
 * DATA is found by it. */
static sfsistat
on_data(SMFICTX *ctx)
{
	struct session *s = session_of(ctx);

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (s->message != NULL)
		message_queue_id(s->message, macro(ctx, "i"));
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *s = session_of(ctx);

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (s->message != NULL)
		message_header(s->message, name, value);
	return SMFIS_NOREPLY;
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	struct session *s = session_of(ctx);

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (s->message != NULL) {
		message_queue_id(s->message, macro(ctx, "i"));
		message_end_of_headers(
		    s->message, filter_is_fresh(s->filter), clock_now_sec());
	}
	return SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *data, size_t len)
{
	struct session *s = session_of(ctx);

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (s->message != NULL)
		message_body(s->message, data, len);
	return SMFIS_NOREPLY;
}

static bool
apply(SMFICTX *ctx, const struct edit *e)
{
	switch (e->kind) {
	case EDIT_SENDER:
		return smfi_chgfrom(ctx, e->value, NULL) == MI_SUCCESS;
	case EDIT_DELETE_RECIPIENT:
		return smfi_delrcpt(ctx, e->value) == MI_SUCCESS;
	case EDIT_DELETE_HEADER:
		return smfi_chgheader(ctx, e->name, (int)e->index, NULL) ==
		       MI_SUCCESS;
	case EDIT_INSERT_HEADER:
		return smfi_insheader(ctx, (int)e->index, e->name, e->value) ==
		       MI_SUCCESS;
	}
	return false;
}

static bool
apply_all(SMFICTX *ctx, const struct edits *edits)
{
	for (size_t i = 0; i < edits->count; i++) {
		if (!apply(ctx, &edits->list[i]))
			return false;
	}
	return true;
}

/* It may leave: noted before the client hears 250. While it is signed the disk writes
 * the note. */
static enum message_step
leave(SMFICTX *ctx, struct session *s, struct edits *edits,
    struct rules_verdict *v)
{
	struct journal_ticket ticket;
	enum message_step step;
	bool is_noted;

	if (!session_begin_note(s, &ticket)) {
		message_edit_failed(s->message, v);
		return MESSAGE_ANSWERED;
	}
	step = message_sign(s->message, edits, v);
	is_noted = session_end_note(
	    s, &ticket, step == MESSAGE_GOES_ON && apply_all(ctx, edits));
	if (step == MESSAGE_ANSWERED)
		session_note_refused(s, v);
	if (step != MESSAGE_GOES_ON)
		return step;
	if (!is_noted) {
		message_edit_failed(s->message, v);
		return MESSAGE_ANSWERED;
	}
	message_log_accepted(s->message);
	return step;
}

/* The end of the message in hand. */
static enum message_step
end_message(SMFICTX *ctx, struct session *s, struct rules_verdict *v)
{
	struct edits edits;
	enum message_step step =
	    message_end(s->message, clock_now_sec(), &edits, v);

	filter_observe(s->filter, s->message);
	if (step == MESSAGE_ANSWERED)
		session_note_refused(s, v);
	if (step == MESSAGE_GOES_ON)
		step = leave(ctx, s, &edits, v);
	if (step == MESSAGE_PASSES && !apply_all(ctx, &edits)) {
		message_edit_failed(s->message, v);
		return MESSAGE_ANSWERED;
	}
	return step;
}

/* Of a message that is nobody's. */
static sfsistat
end_plain(SMFICTX *ctx, const struct session *s)
{
	return smfi_chgfrom(ctx, s->plain, NULL) == MI_SUCCESS ? SMFIS_CONTINUE
							       : SMFIS_TEMPFAIL;
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	struct session *s = session_of(ctx);
	enum message_step step;
	struct rules_verdict v;

	if (s != NULL && s->message == NULL && s->plain != NULL)
		return end_plain(ctx, s);
	if (s == NULL || s->message == NULL) {
		log_bug("end of a message that did not begin");
		return SMFIS_TEMPFAIL;
	}
	message_queue_id(s->message, macro(ctx, "i"));
	step = end_message(ctx, s, &v);
	session_end_message(s, step != MESSAGE_ANSWERED);
	return step == MESSAGE_ANSWERED ? answer(ctx, &v) : SMFIS_CONTINUE;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct session *s = session_of(ctx);

	if (s != NULL)
		session_end_message(s, false);
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *s = session_of(ctx);

	session_free(&s);
	(void)smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static bool
register_filter(void)
{
	char name[] = "sendward";
	struct smfiDesc desc = {.xxfi_name = name,
	    .xxfi_version = SMFI_VERSION,
	    .xxfi_flags = ACTIONS | SMFIF_SETSYMLIST,
	    .xxfi_connect = on_connect,
	    .xxfi_envfrom = on_mail,
	    .xxfi_envrcpt = on_rcpt,
	    .xxfi_data = on_data,
	    .xxfi_header = on_header,
	    .xxfi_eoh = on_eoh,
	    .xxfi_body = on_body,
	    .xxfi_eom = on_eom,
	    .xxfi_abort = on_abort,
	    .xxfi_close = on_close,
	    .xxfi_negotiate = on_negotiate};

	return smfi_register(desc) == MI_SUCCESS;
}

enum sg_err
milter_open(struct filter *filter, struct err *err_r)
{
	the_filter = filter;
	if (!register_filter())
		return err_set(err_r, SG_IO, "libmilter refuses the filter");
	if (smfi_settimeout((int)filter->conf->milter_timeout_sec) !=
	    MI_SUCCESS)
		return err_set(err_r, SG_IO, "libmilter refuses the timeout");
	return listen_open(filter->conf, &listen_fd, err_r);
}

enum sg_err
milter_run(struct err *err_r)
{
	if (smfi_main() != MI_SUCCESS && !filter_is_ending(the_filter))
		return err_set(err_r, SG_IO, "libmilter gave up listening");
	return SG_OK;
}

static void *
stop_libmilter(void *done)
{
	(void)smfi_stop();
	__atomic_store_n((bool *)done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* libmilter's listener holds, while it waits for a connection, the lock that
 * smfi_stop needs: 5 s at worst. Connections make it look up. */
void
milter_stop(void)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000000L};
	pthread_t thread;
	bool is_done = false;

	if (pthread_create(&thread, NULL, stop_libmilter, &is_done) != 0) {
		(void)smfi_stop();
		return;
	}
	while (!__atomic_load_n(&is_done, __ATOMIC_ACQUIRE)) {
		(void)nanosleep(&pause, NULL);
		listen_poke(listen_fd);
	}
	(void)pthread_join(thread, NULL);
}
