/* One message on its way through the gate: see message.h. */
#include "config.h"

#include "milter/message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "milter/content.h"
#include "milter/report.h"
#include "rules/mailbox.h"
#include "rules/verdict.h"

/* Per header field: its place in a list that doubles (twice 16 bytes), two
 * roundings of the arena, its place in the list of deletions and edits. */
#define ARENA_PER_HEADER 160
#define ARENA_PER_RECIPIENT (RULES_ADDRESS_MAX + 128)
#define ARENA_REST (64 * 1024)
#define SECONDS_PER_DAY 86400

size_t
message_arena_max(const struct conf *conf)
{
	return (size_t)conf->milter_max_header_bytes +
	       (size_t)conf->milter_max_headers * ARENA_PER_HEADER +
	       (size_t)conf->max_recipients * ARENA_PER_RECIPIENT + ARENA_REST;
}

/* A path as heard, without its brackets: for what the parser does not read. */
static const char *
bare_path_dup(struct arena *arena, const char *path)
{
	size_t len = strlen(path);

	if (len >= 2 && path[0] == '<' && path[len - 1] == '>')
		return arena_strndup(arena, path + 1, len - 2);
	return arena_strdup(arena, path);
}

/* The first refusal counts. */
static void
hold(struct message *m, const char *stage, const struct rules_verdict *v)
{
	if (m->refusal.is_held)
		return;
	m->refusal.is_held = true;
	m->refusal.stage = stage;
	m->refusal.verdict = *v;
}

/* Says a refusal now, or holds it: monitor mode says none, and sendmail(1) hears
 * none before the end. */
static enum message_step
refuse(struct message *m, const char *stage, const struct rules_verdict *v)
{
	if (m->is_monitor || !m->is_smtp) {
		hold(m, stage, v);
		return MESSAGE_GOES_ON;
	}
	report_refused(m, stage, NULL, v);
	return MESSAGE_ANSWERED;
}

static bool
look_again(const struct message_env *env)
{
	return env->look_again != NULL && env->look_again(env->look_ctx);
}

bool
message_look_again(struct message *m, const struct rules_verdict *v)
{
	bool can_change = v->reason == RULES_REASON_NOT_VERIFIED ||
			  v->reason == RULES_REASON_SANDBOX ||
			  v->reason == RULES_REASON_MAIL_FROM ||
			  v->reason == RULES_REASON_UNAVAILABLE;

	if (!can_change || m->has_looked_again)
		return false;
	m->has_looked_again = true;
	return look_again(m->env);
}

/* A login that was made a moment ago is found at a second look. */
static enum admit_owner
owner_of(const struct message_env *env, const struct admit_client *client,
    struct rules_account *account_r, struct rules_verdict *v)
{
	enum admit_owner owner =
	    admit_owner_of(&env->admit, client, account_r, v);

	if (owner == ADMIT_REFUSED && look_again(env))
		owner = admit_owner_of(&env->admit, client, account_r, v);
	return owner;
}

static enum admit_owner
find_owner(const struct message_env *env, const struct message_mail *mail,
    struct rules_account *account_r, struct rules_verdict *v)
{
	enum admit_owner owner;

	if (!mail->is_fresh) {
		if (!admit_may_have_owner(&env->admit, &mail->client))
			return ADMIT_NOBODY;
		verdict_unavailable(v);
		return ADMIT_REFUSED;
	}
	owner = owner_of(env, &mail->client, account_r, v);
	if (owner == ADMIT_ACCOUNT && mail->is_ending) {
		verdict_unavailable(v);
		return ADMIT_REFUSED;
	}
	return owner;
}

static struct message *
message_new(const struct message_env *env, struct arena *arena,
    const struct message_mail *mail)
{
	const struct conf *conf = env->admit.conf;
	struct message *m = arena_alloc(arena, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->env = env;
	m->arena = arena;
	/* sendmail(1) has neither; a client may leave the brackets out */
	m->is_smtp = mail->path[0] == '<' || mail->session[0] != '\0';
	m->is_monitor = conf->mode == CONF_MODE_MONITOR;
	m->login = arena_strdup(arena, mail->client.login);
	m->session = arena_strdup(arena, mail->session);
	m->dropped = arena_alloc(
	    arena, (size_t)conf->max_recipients * sizeof(*m->dropped));
	m->sender = bare_path_dup(arena, mail->path);
	if (m->login == NULL || m->session == NULL || m->dropped == NULL ||
	    m->sender == NULL)
		return NULL;
	return m;
}

/* MAIL of an account: its envelope sender as an address, then the checks. */
static bool
check_sender(
    struct message *m, const struct message_mail *mail, struct rules_verdict *v)
{
	const struct admit *admit = &m->env->admit;
	struct mailbox box;
	const char *address;

	if (mailbox_parse_path(mail->path, &box) != MAILBOX_OK) {
		verdict_not_verified(v, admit->conf->region, &m->sender, 1,
		    RULES_REASON_NOT_VERIFIED);
		return false;
	}
	address = arena_strdup(m->arena, box.address);
	if (address == NULL) {
		verdict_unavailable(v);
		return false;
	}
	m->sender = address;
	if (admit_sender(admit, &m->account, address, mail->declared_size, v))
		return true;
	return message_look_again(m, v) && admit_sender(admit, &m->account,
					       address, mail->declared_size, v);
}

enum message_step
message_mail(const struct message_env *env, struct arena *arena,
    const struct message_mail *mail, struct message **message_r,
    struct rules_verdict *v)
{
	struct rules_account account = {0};
	enum admit_owner owner = find_owner(env, mail, &account, v);
	enum message_step step = MESSAGE_GOES_ON;
	struct message *m;

	*message_r = NULL;
	if (owner == ADMIT_NOBODY)
		return MESSAGE_PASSES;
	m = message_new(env, arena, mail);
	if (m == NULL) {
		verdict_unavailable(v);
		return MESSAGE_ANSWERED;
	}
	m->owner = owner;
	m->account = account;
	if (owner == ADMIT_REFUSED || !check_sender(m, mail, v))
		step = refuse(m, "mail", v);
	if (step == MESSAGE_GOES_ON)
		*message_r = m;
	return step;
}

void
message_queue_id(struct message *m, const char *queue_id)
{
	size_t len = 0;

	if (queue_id == NULL)
		return;
	while (isalnum((unsigned char)queue_id[len]))
		len++;
	if (queue_id[len] == '\0' && len <= RETURN_PATH_QUEUE_ID_MAX)
		(void)snprintf(
		    m->queue_id, sizeof(m->queue_id), "%s", queue_id);
}

/* Takes a suppressed recipient off the envelope when the message leaves; in
 * monitor mode it stays. */
static void
drop_recipient(struct message *m, const char *path, const char *address,
    struct rules_verdict *v)
{
	const char *copy = NULL;

	if (m->is_monitor) {
		m->rcpt_taken++;
		report_refused(m, "rcpt", address, v);
		return;
	}
	copy = arena_strdup(m->arena, path);
	if (copy == NULL) {
		verdict_unavailable(v);
		return;
	}
	/* admit_recipient lets no more than max_recipients through. */
	m->rcpt_taken++;
	m->dropped[m->rcpt_dropped++] = copy;
	report_dropped(m, address, v);
}

/* One recipient is refused. Monitor mode logs and lets it pass; in mail from
 * sendmail(1) it makes the whole message fail. */
static enum message_step
refuse_recipient(
    struct message *m, const char *address, const struct rules_verdict *v)
{
	if (!m->is_monitor && !m->is_smtp) {
		hold(m, "rcpt", v);
		return MESSAGE_GOES_ON;
	}
	report_refused(m, "rcpt", address, v);
	return m->is_monitor ? MESSAGE_GOES_ON : MESSAGE_ANSWERED;
}

enum message_step
message_rcpt(struct message *m, const char *path, struct rules_verdict *v)
{
	const char *address;

	verdict_accept(v);
	m->rcpt_seen++;
	if (m->refusal.is_held)
		return MESSAGE_GOES_ON;
	address = bare_path_dup(m->arena, path);
	if (address == NULL)
		verdict_unavailable(v);
	else if (!admit_recipient(
		     &m->env->admit, &m->account, address, m->rcpt_taken, v) &&
		 message_look_again(m, v))
		(void)admit_recipient(
		    &m->env->admit, &m->account, address, m->rcpt_taken, v);
	if (v->action == RULES_DROP)
		drop_recipient(m, path, address, v);
	else if (v->action == RULES_ACCEPT)
		m->rcpt_taken++;
	if (v->action == RULES_ACCEPT || v->action == RULES_DROP)
		return MESSAGE_GOES_ON;
	return refuse_recipient(m, address, v);
}

void
message_header(struct message *m, const char *name, const char *value)
{
	content_header(m, name, value);
}

void
message_end_of_headers(struct message *m, bool is_fresh)
{
	struct rules_verdict v;

	if (m->refusal.is_held)
		return;
	if (!is_fresh) {
		verdict_unavailable(&v);
		hold(m, "headers", &v);
	} else if (!content_end_of_headers(m, &v)) {
		hold(m, "headers", &v);
	}
}

void
message_body(struct message *m, const void *data, size_t len)
{
	struct rules_verdict v;

	if (!m->refusal.is_held && !content_body(m, data, len, &v))
		hold(m, "body", &v);
}

/* sendmail(1) tries a 4xx again for ever, so it hears a final answer. */
static void
make_final(struct rules_verdict *v)
{
	if (v->action != RULES_DEFER)
		return;
	v->action = RULES_REJECT;
	v->code = 554;
	v->status[0] = '5';
}

static enum message_step
answer_held(struct message *m, struct rules_verdict *v)
{
	*v = m->refusal.verdict;
	if (!m->is_smtp)
		make_final(v);
	report_refused(m, m->refusal.stage, NULL, v);
	return m->is_monitor ? MESSAGE_PASSES : MESSAGE_ANSWERED;
}

/* The identity's MAIL FROM domain, when DNS has it as it must. */
static const char *
return_path_domain(const struct message *m)
{
	const struct rules_identity *settings =
	    &m->content.cover.identity.settings;

	if (settings->mail_from_use == RULES_MAIL_FROM_VERIFIED)
		return settings->mail_from;
	return m->env->admit.conf->bounce_domain;
}

static bool
return_path_edit(struct message *m, int64_t now_sec, struct edits *edits)
{
	struct return_path path = {
	    .account_id = m->account.id, .day = now_sec / SECONDS_PER_DAY};
	char local[RETURN_PATH_LOCAL_MAX + 1];
	char sender[RETURN_PATH_LOCAL_MAX + RULES_DOMAIN_MAX + 4];

	(void)snprintf(path.queue_id, sizeof(path.queue_id), "%.*s",
	    RETURN_PATH_QUEUE_ID_MAX, m->queue_id);
	if (!return_path_encode(&path, m->env->mac, m->env->mac_ctx, local))
		return false;
	(void)snprintf(
	    sender, sizeof(sender), "<%s@%s>", local, return_path_domain(m));
	edits_sender(edits, sender);
	return true;
}

/* NULL: *edits is whole. Else what is missing, for the log. */
static const char *
make_edits(struct message *m, int64_t now_sec, struct edits *edits,
    struct rules_verdict *v)
{
	/* Nothing would tie the message to its bounces. */
	verdict_unavailable(v);
	if (m->queue_id[0] == '\0')
		return "queue id (macro i)";
	if (!return_path_edit(m, now_sec, edits))
		return "return path";
	for (int64_t i = 0; i < m->rcpt_dropped; i++)
		edits_delete_recipient(edits, m->dropped[i]);
	if (!content_edits(m, edits, v))
		return "signature";
	return edits->failed ? "memory" : NULL;
}

enum message_step
message_end(struct message *m, int64_t now_sec, struct edits *edits_r,
    struct rules_verdict *v)
{
	const char *missing;

	edits_init(edits_r, m->arena);
	if (!m->content.is_header_over)
		message_end_of_headers(m, true);
	if (m->refusal.is_held)
		return answer_held(m, v);
	/* Monitor mode: every recipient would have been refused. */
	if (m->is_monitor && m->rcpt_seen > 0 && m->rcpt_taken == 0)
		return MESSAGE_PASSES;
	if (!admit_end(&m->env->admit, &m->account, v) ||
	    !content_still_covered(m, v)) {
		hold(m, "end", v);
		return answer_held(m, v);
	}
	missing = make_edits(m, now_sec, edits_r, v);
	if (missing == NULL)
		return MESSAGE_GOES_ON;
	hold(m, missing, v);
	return answer_held(m, v);
}

void
message_edit_failed(struct message *m, struct rules_verdict *v)
{
	verdict_unavailable(v);
	if (!m->is_smtp)
		make_final(v);
	report_refused(m, "end", NULL, v);
}

void
message_log_accepted(const struct message *m)
{
	report_accepted(m);
}

bool
message_is_counted(const struct message *m)
{
	return m->owner == ADMIT_ACCOUNT && m->rcpt_seen > 0;
}

void
message_fini(struct message *m)
{
	if (m != NULL)
		content_fini(m);
}
