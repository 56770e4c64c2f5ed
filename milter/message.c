/* One message on its way through the gate: see message.h. */
#include "config.h"

#include "milter/message.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "milter/content.h"
#include "milter/quota.h"
#include "milter/report.h"
#include "ops/snapshot.h"
#include "rules/mailbox.h"
#include "rules/verdict.h"

/* Per header field: its place in a list that doubles (twice 16 bytes), two
 * roundings of the arena, its place in the list of deletions and edits. */
#define ARENA_PER_HEADER 160
/* Its path, its address, its line in the text, its place in a list that doubles. */
#define ARENA_PER_RECIPIENT (3 * RULES_ADDRESS_MAX + 256)
/* Tags among it: 50 of 512 bytes. */
#define ARENA_REST (96 * 1024)
#define RECIPIENTS_FIRST_ROOM 4
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
			  v->reason == RULES_REASON_SET ||
			  v->reason == RULES_REASON_SET_PAUSED ||
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
	m->is_private = admit_is_private(&env->admit, &mail->client);
	m->login = arena_strdup(arena, mail->client.login);
	m->session = arena_strdup(arena, mail->session);
	m->source_ip = arena_strdup(arena, mail->source_ip);
	m->sender = bare_path_dup(arena, mail->path);
	if (m->login == NULL || m->session == NULL || m->source_ip == NULL ||
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

static bool
make_recipient_room(struct message *m)
{
	size_t room = m->recipient_room > 0 ? m->recipient_room * 2
					    : RECIPIENTS_FIRST_ROOM;
	struct message_recipient *list;

	if (m->recipient_count < m->recipient_room)
		return true;
	list = arena_alloc(m->arena, room * sizeof(*list));
	if (list == NULL)
		return false;
	if (m->recipient_count > 0)
		memcpy(list, m->recipients, m->recipient_count * sizeof(*list));
	m->recipients = list;
	m->recipient_room = room;
	return true;
}

/* bare: the path without brackets, in the arena. */
static bool
keep_recipient(struct message *m, const char *path, const char *bare,
    const struct admit_recipient *recipient)
{
	struct message_recipient kept = {
	    .listing = recipient->listing, .address = bare};

	if (recipient->listing.is_listed) {
		kept.path = arena_strdup(m->arena, path);
		if (kept.path == NULL)
			return false;
	}
	if (strcmp(recipient->address, bare) != 0)
		kept.address = arena_strdup(m->arena, recipient->address);
	if (kept.address == NULL || !make_recipient_room(m))
		return false;
	m->recipients[m->recipient_count++] = kept;
	return true;
}

/* Monitor mode: it leaves all the same, and reports about it may come. */
static void
keep_refused_recipient(struct message *m, const char *bare)
{
	struct admit_recipient recipient = {
	    .listing = {.flag = RECIPIENT_ELIGIBLE}};

	if ((int64_t)m->recipient_count >= m->env->admit.conf->max_recipients ||
	    strlen(bare) > RULES_ADDRESS_MAX)
		return;
	(void)snprintf(
	    recipient.address, sizeof(recipient.address), "%s", bare);
	(void)keep_recipient(m, bare, bare, &recipient); /* else: not noted */
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
	if (!m->is_monitor)
		return MESSAGE_ANSWERED;
	m->refused_recipient = v->reason;
	if (address != NULL)
		keep_refused_recipient(m, address);
	return MESSAGE_GOES_ON;
}

enum message_step
message_rcpt(struct message *m, const char *path, struct rules_verdict *v)
{
	const struct admit *admit = &m->env->admit;
	struct admit_recipient recipient;
	const char *address;

	verdict_accept(v);
	m->rcpt_seen++;
	if (m->refusal.is_held) {
		if (m->is_monitor)
			(void)quota_recipient(m, path, v); /* it leaves */
		return MESSAGE_GOES_ON;
	}
	address = bare_path_dup(m->arena, path);
	if (address == NULL)
		verdict_unavailable(v);
	else if (!admit_recipient(admit, &m->account, address, m->rcpt_taken,
		     &recipient, v) &&
		 message_look_again(m, v))
		(void)admit_recipient(
		    admit, &m->account, address, m->rcpt_taken, &recipient, v);
	if (v->action == RULES_ACCEPT &&
	    !keep_recipient(m, path, address, &recipient))
		verdict_unavailable(v);
	else if (v->action == RULES_ACCEPT && !quota_recipient(m, address, v))
		m->recipient_count--;
	if (v->action != RULES_ACCEPT) {
		if (m->is_monitor)
			(void)quota_recipient(m, address, v);
		return refuse_recipient(m, address, v);
	}
	m->rcpt_taken++;
	return MESSAGE_GOES_ON;
}

void
message_header(struct message *m, const char *name, const char *value)
{
	content_header(m, name, value);
}

/* The return path's local part. False: without it nothing would tie the message to
 * its bounces. */
static bool
make_token(struct message *m, int64_t now_sec)
{
	struct return_path path = {
	    .account_id = m->account.id, .day = now_sec / SECONDS_PER_DAY};
	char local[RETURN_PATH_LOCAL_MAX + 1];

	if (m->content.token != NULL)
		return true;
	(void)snprintf(path.queue_id, sizeof(path.queue_id), "%.*s",
	    RETURN_PATH_QUEUE_ID_MAX, m->queue_id);
	if (!return_path_encode(&path, m->env->mac, m->env->mac_ctx, local))
		return false;
	m->content.token = arena_strdup(m->arena, local);
	return m->content.token != NULL;
}

void
message_end_of_headers(struct message *m, bool is_fresh, int64_t now_sec)
{
	struct rules_verdict v;

	if (m->refusal.is_held)
		return;
	/* An MTA that says the queue id later has it in the header unsigned. */
	if (m->queue_id[0] != '\0')
		(void)make_token(m, now_sec); /* is asked again at the end */
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

static void
return_path_edit(const struct message *m, struct edits *edits)
{
	const char *label = m->way.label;
	char sender[RETURN_PATH_LOCAL_MAX + RULES_DOMAIN_MAX + 4];

	(void)snprintf(sender, sizeof(sender), "<%s%s%s@%s>", m->content.token,
	    label[0] != '\0' ? "-" : "", label, return_path_domain(m));
	edits_sender(edits, sender);
}

static enum recipient_flag
flag_of(const struct message *m, const struct message_recipient *recipient)
{
	if (!recipient->is_held || m->is_monitor)
		return recipient->listing.flag;
	switch (recipient->listing.entry.reason) {
	case RULES_SUPPRESSED_BOUNCE:
		return RECIPIENT_BOUNCED;
	case RULES_SUPPRESSED_COMPLAINT:
		return RECIPIENT_COMPLAINED;
	case RULES_SUPPRESSED_MANUAL:
		break;
	}
	return RECIPIENT_LISTED;
}

/* Lines for rules/recipients.h. False: no memory. */
static bool
write_recipients(struct message *m)
{
	size_t size = 1;
	char *at;

	for (size_t i = 0; i < m->recipient_count; i++)
		size += strlen(m->recipients[i].address) + strlen("E \n");
	at = m->recipient_text = arena_alloc(m->arena, size);
	if (at == NULL)
		return false;
	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct message_recipient *r = &m->recipients[i];

		if (!recipients_add(at, size - (size_t)(at - m->recipient_text),
			flag_of(m, r), r->address))
			log_bug("a recipient has no line");
		at += strlen(at);
	}
	return true;
}

/* The configuration set is known: who is left out? */
static void
hold_recipients(struct message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++) {
		struct message_recipient *r = &m->recipients[i];

		r->is_held =
		    admit_is_held(&r->listing, &m->account, &m->content.set);
		if (r->is_held && !m->is_monitor)
			m->rcpt_dropped++;
	}
}

/* Brakes come last: what they count should leave. */
static bool
ask_brakes(struct message *m, int64_t now_sec, struct rules_verdict *v)
{
	const struct message_env *env = m->env;
	const struct admit_cover *cover = &m->content.cover;
	const char *at = strrchr(cover->from, '@');
	struct brake_message message = {.account_id = m->account.id,
	    .login = m->login,
	    .identity = cover->identity.settings.name,
	    .domain = at != NULL ? at + 1 : "",
	    .bytes = m->content.size,
	    .recipients = m->recipient_text,
	    .now_sec = now_sec};
	struct err err = {0};

	if (env->brake == NULL ||
	    !snapshot_has_brakes(env->admit.snapshot, m->account.id))
		return true;
	message.is_credential =
	    admit_is_credential(&env->admit, &m->account, m->login);
	if (env->brake(env->brake_ctx, env->admit.conf, &message, v, &err) ==
	    SG_OK)
		return v->action == RULES_ACCEPT;
	log_event(LOG_STORE_FAILED_EVENT, m->queue_id, "what",
	    "brakes could not be asked", "account", m->account.name, "error",
	    err.text, "code", err_name(err.code), NULL);
	verdict_unavailable(v);
	return false;
}

/* The address that it leaves from. Last of all: a warm-up is spent. */
static void
choose_way(struct message *m)
{
	const struct pool_order order = {.account_id = m->account.id,
	    .set_id = m->content.set.id,
	    .queue_id = m->queue_id,
	    .recipients = (int64_t)m->recipient_count - m->rcpt_dropped};

	if (m->env->route != NULL)
		pool_route_choose(
		    m->env->route, &order, clock_mono_msec(), &m->way);
}

/* NULL: it may leave. Else what is missing, for the log, and *v. */
static const char *
make_ready(struct message *m, int64_t now_sec, struct rules_verdict *v)
{
	if (!admit_end(&m->env->admit, &m->account, v) ||
	    !content_still_covered(m, v))
		return "end";
	verdict_unavailable(v);
	if (m->queue_id[0] == '\0')
		return "queue id (macro i)";
	if (!make_token(m, now_sec))
		return "return path";
	hold_recipients(m);
	if (!write_recipients(m))
		return "memory";
	if (!quota_message(m, v))
		return "end";
	if (!ask_brakes(m, now_sec, v))
		return "end";
	choose_way(m);
	return NULL;
}

/* NULL: *edits is whole. Else what is missing. */
static const char *
make_edits(struct message *m, struct edits *edits, struct rules_verdict *v)
{
	verdict_unavailable(v);
	return_path_edit(m, edits);
	for (size_t i = 0; i < m->recipient_count; i++) {
		if (m->recipients[i].is_held && !m->is_monitor)
			edits_delete_recipient(edits, m->recipients[i].path);
	}
	if (!content_edits(m, edits, v))
		return "signature";
	return edits->failed ? "memory" : NULL;
}

/* Monitor mode: it leaves as it came, but by no address that its sender chose. */
static enum message_step
pass(struct message *m, struct edits *edits, struct rules_verdict *v)
{
	char *plain = arena_alloc(m->arena, strlen(m->sender) + 1);

	edits_init(edits, m->arena);
	if (plain != NULL && return_path_unlabel(m->sender, plain))
		edits_sender(edits, plain);
	if (plain != NULL && !edits->failed)
		return MESSAGE_PASSES;
	verdict_unavailable(v);
	return MESSAGE_ANSWERED;
}

static enum message_step
end_held(struct message *m, struct edits *edits, struct rules_verdict *v)
{
	enum message_step step = answer_held(m, v);

	return step == MESSAGE_PASSES ? pass(m, edits, v) : step;
}

enum message_step
message_end(struct message *m, int64_t now_sec, struct edits *edits_r,
    struct rules_verdict *v)
{
	const char *missing;

	edits_init(edits_r, m->arena);
	if (!m->content.is_header_over)
		message_end_of_headers(m, true, now_sec);
	if (m->refusal.is_held)
		return end_held(m, edits_r, v);
	/* Monitor mode: every recipient would have been refused. */
	if (m->is_monitor && m->rcpt_seen > 0 && m->rcpt_taken == 0)
		return pass(m, edits_r, v);
	missing = make_ready(m, now_sec, v);
	if (missing == NULL)
		return MESSAGE_GOES_ON;
	hold(m, missing, v);
	return end_held(m, edits_r, v);
}

enum message_step
message_sign(struct message *m, struct edits *edits_r, struct rules_verdict *v)
{
	const char *missing = make_edits(m, edits_r, v);

	if (missing == NULL)
		return MESSAGE_GOES_ON;
	hold(m, missing, v);
	return end_held(m, edits_r, v);
}

static void
fill_note(
    const struct message *m, int64_t now_msec, struct journal_entry *entry)
{
	const struct message_content *c = &m->content;
	const struct rules_identity *identity = &c->cover.identity.settings;

	*entry = (struct journal_entry){.kind = JOURNAL_SENT,
	    .account_id = m->account.id,
	    .queue_id = m->queue_id,
	    .at_msec = now_msec,
	    .login = m->login,
	    .sender = m->sender,
	    .source_ip = m->source_ip,
	    .identity_id = identity->id,
	    .identity = identity->name,
	    .set_id = c->set.id,
	    .set_name = c->set.name,
	    .tenant_id = c->tenant.id,
	    .tenant_name = c->tenant.name,
	    .size = c->size,
	    .recipients = m->recipient_text,
	    .headers = c->headers,
	    .header_count = c->header_count,
	    .keeps_headers =
		c->set.listens_kinds != 0 || identity->notify_headers != 0,
	    .tags = c->tags,
	    .tag_count = c->tag_count,
	    .submission = c->submission,
	    .operation = c->operation,
	    .outgoing_ip = m->way.address,
	    .outgoing_pool_id = m->way.pool_id};
}

bool
message_note(struct message *m, int64_t now_msec, const struct rules_verdict *v,
    struct journal_entry *entry_r)
{
	if (v == NULL) {
		fill_note(m, now_msec, entry_r);
		return true;
	}
	if (v->action != RULES_REJECT || m->owner != ADMIT_ACCOUNT ||
	    m->queue_id[0] == '\0' || m->recipient_count == 0 ||
	    (m->recipient_text == NULL && !write_recipients(m)))
		return false;
	fill_note(m, now_msec, entry_r);
	entry_r->kind = JOURNAL_REJECTED;
	entry_r->reason = rules_reason_token(v->reason);
	entry_r->reply =
	    arena_printf(m->arena, "%d %s %s", v->code, v->status, v->text);
	return entry_r->reply != NULL;
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
	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct message_recipient *r = &m->recipients[i];
		struct rules_verdict v;

		if (!r->is_held)
			continue;
		verdict_suppressed(&v, r->address, &r->listing.entry, true);
		if (m->is_monitor)
			report_refused(m, "rcpt", r->address, &v);
		else
			report_dropped(m, r->address, &v);
	}
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
