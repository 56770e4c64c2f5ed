/* Notifications on their way: see notify.h. How they look is envelope.h's and
 * notify_mail.h's, how they travel wire.h's and runner.h's. */
#include "config.h"

#include "jobs/notify.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "jobs/compose.h"
#include "jobs/envelope.h"
#include "jobs/notify_mail.h"
#include "jobs/phases.h"
#include "jobs/runner.h"
#include "post/submit.h"
#include "jobs/wire.h"
#include "jobs/worker.h"
#include "ops/endpoint.h"
#include "ops/topic.h"
#include "store/messages.h"

#define DUE_MOST 1000
#define SIGNER_MSEC (3600 * 1000)
/* Added to what an attempt may take: if it is not noted by then, it is made anew. */
#define LEASE_SEC 30
#define EX_TEMPFAIL 75

enum end {
	END_NONE, /* under way */
	END_DELIVERED,
	END_DROPPED, /* nobody waits for it any more */
	END_LATER,
	END_PATIENT, /* a command asked for patience */
	END_NEVER,
	END_STOPPED, /* broken off: we are to end */
};

struct delivery {
	struct delivery *next;
	struct store_notification row; /* its texts point into copy */
	char *copy;
	struct buf body;
	enum end end;
	char text[WIRE_TEXT_MAX];
};

struct notify {
	enum notify_what what;
	struct wire *wire;
	struct wire_settings settings; /* of wire; ca_file is ours */
	char *ca_file;
	struct envelope_signer *signer;
	int64_t signer_msec; /* when it was looked for */
	int64_t look_msec;   /* for what is due, not before */
	struct delivery *list;
	int under_way, over; /* of list */
};

struct notify *
notify_new(enum notify_what what)
{
	struct notify *n = calloc(1, sizeof(*n));

	if (n != NULL)
		n->what = what;
	return n;
}

static void
delivery_free(struct delivery *d)
{
	buf_fini(&d->body);
	free(d->copy);
	free(d);
}

static void
list_free(struct delivery *list)
{
	while (list != NULL) {
		struct delivery *d = list;

		list = d->next;
		delivery_free(d);
	}
}

void
notify_free(struct notify **notify_p)
{
	struct notify *n = *notify_p;

	*notify_p = NULL;
	if (n == NULL)
		return;
	wire_free(&n->wire);
	list_free(n->list);
	envelope_signer_free(&n->signer);
	free(n->ca_file);
	free(n);
}

static bool
is_protocol(const struct delivery *d, const char *protocol)
{
	return strcmp(d->row.subscription.protocol, protocol) == 0;
}

static bool
is_mail(const struct delivery *d)
{
	return strncmp(d->row.subscription.protocol, "email", 5) == 0;
}

/* ---- ends ------------------------------------------------------------------------- */

static void
end_delivery(
    struct notify *n, struct delivery *d, enum end end, const char *text)
{
	if (d->end != END_NONE)
		return;
	d->end = end;
	/* cut: what a peer says may be longer */
	(void)snprintf(
	    d->text, sizeof(d->text), "%.*s", (int)sizeof(d->text) - 1, text);
	n->under_way--;
	n->over++;
	n->look_msec = 0;
}

static void
wire_ended(void *ctx, void *item, enum wire_end end, const char *text)
{
	static const enum end ends[] = {[WIRE_DELIVERED] = END_DELIVERED,
	    [WIRE_LATER] = END_LATER,
	    [WIRE_NEVER] = END_NEVER};

	end_delivery(ctx, item, ends[end], text);
}

static void
end_command(struct notify *n, struct delivery *d, const struct runner_end *end)
{
	char text[WIRE_TEXT_MAX];
	const char *colon = end->text[0] != '\0' ? ": " : "";

	if (end->how == RUNNER_EXITED)
		(void)snprintf(text, sizeof(text), "exit %d%s%s", end->code,
		    colon, end->text);
	else if (end->how == RUNNER_KILLED)
		(void)snprintf(text, sizeof(text), "signal %d%s%s", end->code,
		    colon, end->text);
	else if (end->how == RUNNER_LATE)
		(void)snprintf(text, sizeof(text),
		    "it took longer than notify.command_sec%s%s", colon,
		    end->text);
	else
		(void)snprintf(text, sizeof(text), "%s", end->text);
	if (end->how == RUNNER_EXITED && end->code == 0)
		end_delivery(n, d, END_DELIVERED, text);
	else if (end->how == RUNNER_EXITED && end->code == EX_TEMPFAIL)
		end_delivery(n, d, END_PATIENT, text);
	else
		end_delivery(n, d, END_LATER, text);
}

static void
take_commands(struct notify *n, struct runner *runner)
{
	struct runner_end end;
	enum sg_err rc = SG_OK;

	while (runner_take(runner, &end, &rc))
		for (struct delivery *d = n->list; d != NULL; d = d->next)
			if (d->row.id == end.id && is_protocol(d, "command"))
				end_command(n, d, &end);
	if (rc == SG_OK)
		return;
	for (struct delivery *d = n->list; d != NULL; d = d->next)
		if (is_protocol(d, "command"))
			end_delivery(n, d, END_LATER,
			    "the process that runs commands is gone; restart "
			    "sendward-jobd");
}

/* ---- noting them ------------------------------------------------------------------ */

/* When it is tried again; 0: never. attempts: made so far. */
static int64_t
next_of(const struct delivery *d, int64_t now_sec)
{
	const struct phases *phases =
	    is_mail(d) || d->end == END_PATIENT ? &phases_mail : &phases_http;
	int64_t pause;

	if (d->end == END_STOPPED)
		return now_sec;
	if (d->end == END_NEVER)
		return 0;
	pause = phases_pause_sec(phases, d->row.attempts + 1);
	return pause < 0 ? 0 : now_sec + pause;
}

static void
say(const struct delivery *d, int64_t next_sec)
{
	const struct store_notification *row = &d->row;
	const struct store_subscription *to = &row->subscription;
	char tries[32], account[32], next[CLOCK_ISO_MAX],
	    host[ENDPOINT_HOST_MAX];

	if (d->end == END_DROPPED || d->end == END_STOPPED)
		return;
	(void)snprintf(tries, sizeof(tries), "%" PRId64, row->attempts + 1);
	(void)snprintf(
	    account, sizeof(account), "%" PRId64, row->topic.account_id);
	if (is_mail(d) || is_protocol(d, "command"))
		(void)snprintf(host, sizeof(host), "%.200s", to->endpoint);
	else
		endpoint_host(to->endpoint, host);
	if (d->end == END_DELIVERED)
		log_event(LOG_NOTIFY_SENT_EVENT, NULL, "message",
		    row->publication.uuid, "account_id", account, "topic",
		    row->topic.name, "subscription", to->uuid, "protocol",
		    to->protocol, "to", host, "tries", tries, "reply", d->text,
		    NULL);
	else if (next_sec > 0)
		log_event(LOG_NOTIFY_RETRY_EVENT, NULL, "message",
		    row->publication.uuid, "account_id", account, "topic",
		    row->topic.name, "subscription", to->uuid, "protocol",
		    to->protocol, "to", host, "tries", tries, "next",
		    clock_iso(next_sec, next), "why", d->text, NULL);
	else
		log_event(LOG_NOTIFY_DEAD_EVENT, NULL, "message",
		    row->publication.uuid, "account_id", account, "topic",
		    row->topic.name, "subscription", to->uuid, "protocol",
		    to->protocol, "to", host, "tries", tries, "why", d->text,
		    NULL);
}

/* With the attempt that did it. */
static enum sg_err
note_delivered(struct store *store, const struct store_notification *row,
    struct err *err_r)
{
	struct store_notification delivered = *row;

	delivered.attempts++;
	return store_notification_delivered(store, &delivered, err_r);
}

static enum sg_err
note_one(struct store *store, const struct delivery *d, int64_t now_sec,
    struct err *err_r)
{
	if (d->end == END_DELIVERED)
		return note_delivered(store, &d->row, err_r);
	if (d->end == END_DROPPED)
		return store_notification_delete(store, d->row.id, err_r);
	return store_notification_set(
	    store, d->row.id, next_of(d, now_sec), d->text, err_r);
}

static void
forget_ended(struct notify *n, int64_t now_sec)
{
	struct delivery **link = &n->list;

	while (*link != NULL) {
		struct delivery *d = *link;

		if (d->end == END_NONE) {
			link = &d->next;
			continue;
		}
		say(d, next_of(d, now_sec));
		*link = d->next;
		delivery_free(d);
	}
	n->over = 0;
}

/* All in one transaction. They stay in the list until it is committed. */
static enum sg_err
note_ends(
    struct notify *n, struct store *store, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc;

	if (n->over == 0)
		return SG_OK;
	rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	for (struct delivery *d = n->list; d != NULL && rc == SG_OK;
	     d = d->next)
		if (d->end != END_NONE)
			rc = note_one(store, d, now_sec, err_r);
	rc = store_finish(store, rc, err_r);
	if (rc == SG_OK)
		forget_ended(n, now_sec);
	return rc;
}

/* ---- beginning -------------------------------------------------------------------- */

/* Raw delivery leaves the envelope away, but not of confirmations. */
static bool
is_raw(const struct delivery *d)
{
	return d->row.subscription.raw &&
	       d->row.publication.type == STORE_PUBLICATION_NOTIFICATION;
}

static enum sg_err
write_body(
    const struct envelope_env *env, struct delivery *d, struct err *err_r)
{
	if (!is_raw(d))
		return envelope_write(env, &d->row, &d->body, err_r);
	return buf_puts(&d->body, d->row.publication.body)
		   ? SG_OK
		   : err_set(err_r, SG_NOMEM, "no memory");
}

static enum sg_err
post(struct notify *n, const struct envelope_env *env, struct delivery *d,
    struct err *err_r)
{
	const struct store_notification *row = &d->row;
	char type[80], id[80], topic[TOPIC_ARN_MAX + 40],
	    subscription[TOPIC_ARN_MAX + 40], arn[TOPIC_ARN_MAX];
	const char *headers[8] = {
	    "Content-Type: text/plain; charset=UTF-8", type, id, topic};
	size_t count = 4;
	enum sg_err rc = write_body(env, d, err_r);

	if (rc != SG_OK)
		return rc;
	(void)snprintf(type, sizeof(type), "x-amz-sns-message-type: %s",
	    envelope_type(row->publication.type));
	(void)snprintf(
	    id, sizeof(id), "x-amz-sns-message-id: %s", row->publication.uuid);
	topic_arn(env->conf, &row->topic, arn);
	(void)snprintf(topic, sizeof(topic), "x-amz-sns-topic-arn: %s", arn);
	if (row->publication.type != STORE_PUBLICATION_CONFIRMATION) {
		topic_subscription_arn(
		    env->conf, &row->topic, row->subscription.uuid, arn);
		(void)snprintf(subscription, sizeof(subscription),
		    "x-amz-sns-subscription-arn: %s", arn);
		headers[count++] = subscription;
	}
	if (is_raw(d))
		headers[count++] = "x-amz-sns-rawdelivery: true";
	return wire_post(n->wire, row->subscription.endpoint, headers,
	    d->body.data, d->body.len, d, err_r);
}

static enum sg_err
write_mail(const struct notify_env *env, const struct envelope_env *envelope,
    struct delivery *d, int64_t now_sec, struct err *err_r)
{
	struct store_account account;
	const struct notify_mail_env mail_env = {.envelope = envelope,
	    .account = account.facts.name,
	    .operator_key = env->operator_key};
	enum sg_err rc = store_account_get_by_id(
	    env->store, d->row.topic.account_id, &account, err_r);

	return rc == SG_OK ? notify_mail_write(
				 &mail_env, &d->row, now_sec, &d->body, err_r)
			   : rc;
}

/* Waits for the server. *is_down: it does not answer, and need not be asked again
 * for the next. */
static enum sg_err
mail(struct notify *n, const struct notify_env *env,
    const struct envelope_env *envelope, struct submit *submit, bool *is_down,
    struct delivery *d, int64_t now_sec, struct err *err_r)
{
	static const enum end ends[] = {[SUBMIT_SENT] = END_DELIVERED,
	    [SUBMIT_LATER] = END_LATER,
	    [SUBMIT_NO_ANSWER] = END_LATER,
	    [SUBMIT_REFUSED] = END_NEVER,
	    [SUBMIT_STOPPED] = END_STOPPED};
	char text[SUBMIT_TEXT_MAX];
	enum submit_result result;
	enum sg_err rc;

	if (worker_is_stopping(env->worker)) {
		end_delivery(n, d, END_STOPPED, "sendward-jobd was to end");
		return SG_OK;
	}
	if (*is_down)
		return err_set(err_r, SG_IO, "the mail server does not answer");
	rc = write_mail(env, envelope, d, now_sec, err_r);
	if (rc != SG_OK)
		return rc;
	result = submit_message(submit, "", d->row.subscription.endpoint,
	    d->body.data, d->body.len, text);
	*is_down = result == SUBMIT_NO_ANSWER;
	end_delivery(n, d, ends[result], text);
	return SG_OK;
}

static enum sg_err
run(const struct notify_env *env, const struct envelope_env *envelope,
    struct delivery *d, struct err *err_r)
{
	enum sg_err rc;

	if (env->runner == NULL)
		return err_set(err_r, SG_IO,
		    "notify.command_dir was not set when sendward-jobd began");
	rc = write_body(envelope, d, err_r);
	return rc == SG_OK
		   ? runner_run(env->runner, d->row.id,
			 d->row.subscription.endpoint, d->body.data,
			 d->body.len, (int)env->conf->notify_command_sec, err_r)
		   : rc;
}

/* Of one round. */
struct way {
	const struct envelope_env *envelope;
	struct submit *submit; /* NULL: no mail is in it */
	bool is_down;
};

static void
begin(struct notify *n, const struct notify_env *env, struct way *way,
    struct delivery *d, int64_t now_sec)
{
	const struct envelope_env *envelope = way->envelope;
	struct err err = {0};
	enum sg_err rc;

	if (is_mail(d))
		rc = mail(n, env, envelope, way->submit, &way->is_down, d,
		    now_sec, &err);
	else if (is_protocol(d, "command"))
		rc = run(env, envelope, d, &err);
	else
		rc = post(n, envelope, d, &err);
	if (rc == SG_INVALID || rc == SG_CRYPTO)
		end_delivery(n, d, END_NEVER, err.text);
	else if (rc != SG_OK)
		end_delivery(n, d, END_LATER, err.text);
}

/* ---- what is due ------------------------------------------------------------------ */

enum kind { KIND_POST, KIND_MAIL, KIND_COMMAND, KINDS };

static enum kind
kind_of(const struct store_subscription *to)
{
	if (strcmp(to->protocol, "command") == 0)
		return KIND_COMMAND;
	return strncmp(to->protocol, "email", 5) == 0 ? KIND_MAIL : KIND_POST;
}

struct due {
	struct notify *n;
	const struct notify_env *env;
	int room[KINDS];
	struct delivery *list, **last;
	bool failed;
};

static int
count_of(const struct delivery *list, const struct store_notification *row,
    bool *is_there)
{
	int count = 0;

	for (; list != NULL; list = list->next) {
		*is_there |= list->row.id == row->id;
		count += list->row.subscription.id == row->subscription.id &&
			 list->end == END_NONE;
	}
	return count;
}

static bool
may_begin(const struct due *due, const struct store_notification *row)
{
	bool is_there = false;
	int count;

	if (due->room[kind_of(&row->subscription)] <= 0)
		return false;
	count = count_of(due->n->list, row, &is_there) +
		count_of(due->list, row, &is_there);
	return !is_there && count < (row->attempts > 0 ? 1 : NOTIFY_EACH);
}

static struct delivery *
delivery_new(const struct store_notification *row)
{
	const struct store_publication *p = &row->publication;
	size_t subject = strlen(p->subject) + 1, body = strlen(p->body) + 1;
	struct delivery *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->copy = malloc(subject + body + p->sealed_len);
	if (d->copy == NULL) {
		free(d);
		return NULL;
	}
	memcpy(d->copy, p->subject, subject);
	memcpy(d->copy + subject, p->body, body);
	if (p->sealed_len > 0)
		memcpy(d->copy + subject + body, p->sealed, p->sealed_len);
	d->row = *row;
	d->row.publication.subject = d->copy;
	d->row.publication.body = d->copy + subject;
	d->row.publication.sealed =
	    (const unsigned char *)d->copy + subject + body;
	buf_init(&d->body, ENVELOPE_MAX_BYTES);
	return d;
}

static bool
add_due(void *ctx, const struct store_notification *row)
{
	struct due *due = ctx;
	struct delivery *d;

	if (!may_begin(due, row))
		return true;
	d = delivery_new(row);
	if (d == NULL) {
		due->failed = true;
		return false;
	}
	*due->last = d;
	due->last = &d->next;
	due->room[kind_of(&row->subscription)]--;
	return true;
}

/* Of who unsubscribed, and confirmations of what is confirmed. */
static bool
is_void(const struct store_notification *row)
{
	bool is_notification =
	    row->publication.type == STORE_PUBLICATION_NOTIFICATION;

	return row->subscription.confirmed != is_notification;
}

static int64_t
lease_sec(const struct notify_env *env, const struct delivery *d)
{
	if (is_mail(d))
		return SUBMIT_TOTAL_SEC + LEASE_SEC;
	if (is_protocol(d, "command"))
		return env->conf->notify_command_sec + LEASE_SEC;
	return WIRE_POST_SEC + LEASE_SEC;
}

/* All in one transaction. */
static enum sg_err
note_begun(const struct notify_env *env, struct delivery *list, int64_t now_sec,
    struct err *err_r)
{
	enum sg_err rc = store_begin(env->store, err_r);

	if (rc != SG_OK)
		return rc;
	for (struct delivery *d = list; d != NULL && rc == SG_OK; d = d->next)
		rc = is_void(&d->row)
			 ? store_notification_delete(
			       env->store, d->row.id, err_r)
			 : store_notification_retry(env->store, d->row.id,
			       now_sec + lease_sec(env, d),
			       "it was being delivered", err_r);
	return store_finish(env->store, rc, err_r);
}

static void
begin_all(struct notify *n, const struct notify_env *env, struct way *way,
    struct delivery *list, int64_t now_sec)
{
	while (list != NULL) {
		struct delivery *d = list;

		list = d->next;
		if (is_void(&d->row)) {
			delivery_free(d);
			continue;
		}
		d->next = n->list;
		n->list = d;
		n->under_way++;
		begin(n, env, way, d, now_sec);
	}
}

static enum sg_err
load_due(struct due *due, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc;

	due->last = &due->list;
	for (struct delivery *d = due->n->list; d != NULL; d = d->next)
		due->room[kind_of(&d->row.subscription)] -= d->end == END_NONE;
	rc = store_notification_due(due->env->store, now_sec, DUE_MOST,
	    NOTIFY_EACH, add_due, due, err_r);
	if (rc == SG_OK && due->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for notifications");
	if (rc == SG_OK && due->list != NULL)
		rc = note_begun(due->env, due->list, now_sec, err_r);
	if (rc != SG_OK) {
		list_free(due->list);
		due->list = NULL;
	}
	return rc;
}

/* ---- turns ------------------------------------------------------------------------ */

struct signer_ctx {
	const struct seal *seal;
	struct envelope_signer *signer;
	enum sg_err rc;
	struct err *err_r;
};

static bool
take_signer(void *ctx, const struct store_certificate *row)
{
	struct signer_ctx *s = ctx;

	s->rc = envelope_signer_new(s->seal, row, &s->signer, s->err_r);
	return false;
}

static enum sg_err
renew_signer(struct notify *n, const struct notify_env *env, int64_t now_sec,
    struct err *err_r)
{
	struct signer_ctx s = {.seal = env->seal, .err_r = err_r};
	int64_t now_msec = clock_mono_msec();
	enum sg_err rc;

	if (n->signer != NULL && now_msec - n->signer_msec < SIGNER_MSEC)
		return SG_OK;
	rc = topic_certificate(
	    env->store, env->seal, now_sec, take_signer, &s, err_r);
	if (rc == SG_OK)
		rc = s.rc;
	if (rc != SG_OK) {
		envelope_signer_free(&s.signer);
		return rc;
	}
	envelope_signer_free(&n->signer);
	n->signer = s.signer;
	n->signer_msec = now_msec;
	return SG_OK;
}

static bool
is_current(const struct notify *n, const struct conf *conf)
{
	return n->wire != NULL &&
	       n->settings.allows_private ==
		   (conf->notify_private_addresses == CONF_PRIVATE_ALLOW) &&
	       strcmp(n->ca_file, conf->notify_ca_file) == 0;
}

/* Kept connections were made by the old settings: they go with them, as soon as
 * nothing is under way. */
static enum sg_err
renew_wire(struct notify *n, const struct notify_env *env, struct err *err_r)
{
	const struct conf *conf = env->conf;
	char *ca_file;

	if (is_current(n, conf) || n->under_way > 0)
		return SG_OK;
	wire_free(&n->wire);
	ca_file = strdup(conf->notify_ca_file);
	if (ca_file == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	free(n->ca_file);
	n->ca_file = ca_file;
	n->settings = (struct wire_settings){
	    .allows_private =
		conf->notify_private_addresses == CONF_PRIVATE_ALLOW,
	    .ca_file = ca_file};
	return wire_new(&n->settings, &n->wire, err_r);
}

static void
move_on(struct notify *n, const struct notify_env *env, int wait_msec)
{
	if (n->under_way == 0 || n->wire == NULL)
		return;
	wire_turn(n->wire, wait_msec,
	    env->runner != NULL ? runner_fd(env->runner) : -1, wire_ended, n);
	if (env->runner != NULL)
		take_commands(n, env->runner);
}

static enum sg_err
begin_due(struct notify *n, const struct notify_env *env, int64_t now_sec,
    struct err *err_r)
{
	struct due due = {.n = n,
	    .env = env,
	    .room = {(int)env->conf->notify_parallel, 0, NOTIFY_COMMANDS}};
	struct envelope_env envelope = {.conf = env->conf, .seal = env->seal};
	struct way way = {.envelope = &envelope};
	struct buf url;
	enum sg_err rc;

	if (n->what == NOTIFY_MAIL) {
		due.room[KIND_POST] = due.room[KIND_COMMAND] = 0;
		due.room[KIND_MAIL] = NOTIFY_MAILS;
	}
	n->look_msec = clock_mono_msec() + NOTIFY_LOOK_MSEC;
	rc = load_due(&due, now_sec, err_r);
	if (rc != SG_OK || due.list == NULL)
		return rc;
	buf_init(&url, 4096);
	rc = compose_base_url(env->conf, &url, err_r);
	envelope.base_url = buf_str(&url);
	envelope.signer = n->signer;
	if (rc == SG_OK && n->what == NOTIFY_MAIL)
		rc = submit_new(env->conf->mail_server, worker_shall_stop,
		    env->worker, &way.submit, err_r);
	/* else their attempts were counted, and they are due again by and by */
	if (rc == SG_OK)
		begin_all(n, env, &way, due.list, now_sec);
	else
		list_free(due.list);
	submit_free(&way.submit);
	buf_fini(&url);
	return rc;
}

enum sg_err
notify_turn(struct notify *n, const struct notify_env *env, int64_t now_sec,
    int64_t *wait_msec_r, struct err *err_r)
{
	enum sg_err rc = renew_wire(n, env, err_r);

	move_on(n, env, n->over > 0 ? 0 : NOTIFY_LOOK_MSEC);
	*wait_msec_r = n->under_way > 0 ? 0 : NOTIFY_LOOK_MSEC;
	if (rc != SG_OK || env->store == NULL)
		return rc;
	rc = note_ends(n, env->store, now_sec, err_r);
	if (rc == SG_OK)
		rc = renew_signer(n, env, now_sec, err_r);
	if (rc == SG_OK && is_current(n, env->conf) &&
	    clock_mono_msec() >= n->look_msec)
		rc = begin_due(n, env, now_sec, err_r);
	if (n->under_way > 0 || n->over > 0)
		*wait_msec_r = 0;
	return rc;
}

enum sg_err
notify_end(struct notify *n, const struct notify_env *env, int64_t now_sec,
    int64_t deadline_msec, struct err *err_r)
{
	int64_t left;

	while (
	    n->under_way > 0 && (left = deadline_msec - clock_mono_msec()) > 0)
		move_on(n, env, (int)left);
	for (struct delivery *d = n->list; d != NULL; d = d->next)
		end_delivery(n, d, END_STOPPED,
		    "broken off, because sendward-jobd was to end");
	return note_ends(n, env->store, now_sec, err_r);
}
