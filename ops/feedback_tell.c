/* Who is told of a report by mail: the sender of the message, and the operator when
 * the fault is this server's. Writes no mail. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/feedback_parts.h"
#include "ops/letter.h"
#include "rules/mailbox.h"
#include "store/topics.h"

#define DAY_SEC 86400
/* Notices of this kind; what is beyond shares one. */
#define NOTICES_MAX 100

/* ---- the sender ----------------------------------------------------------------- */

void
feedback_forward_note(struct feedback_case *in_hand, const char *what,
    enum store_event_kind kind, const char *recipient, const char *diagnostic)
{
	if (in_hand->forward == NULL) {
		in_hand->forward = what;
		in_hand->forward_kind = kind;
		in_hand->forward_diagnostic = diagnostic;
	}
	if (in_hand->forward_kind != kind || recipient[0] == '\0')
		return;
	if (in_hand->forward_to.len > 0)
		(void)buf_puts(&in_hand->forward_to, ", ");
	(void)buf_puts(&in_hand->forward_to, recipient);
}

/* Does an event destination of its set listen to the kind? */
static enum sg_err
is_listened(const struct feedback_case *in_hand, bool *is_r, struct err *err_r)
{
	struct store_set set;
	enum sg_err rc;

	*is_r = false;
	if (in_hand->scene.set_id == 0)
		return SG_OK;
	rc = store_set_get_by_id(
	    in_hand->env->store, in_hand->scene.set_id, &set, err_r);
	if (rc == SG_OK)
		*is_r = (set.facts.listens_kinds &
			    (1 << in_hand->forward_kind)) != 0;
	return rc == SG_MISSING ? SG_OK : rc;
}

/* As in Amazon SES: on by default; off only works where somebody else is told. */
static enum sg_err
is_wanted(const struct feedback_case *in_hand, bool *is_r, struct err *err_r)
{
	struct store_identity identity;
	bool is_bounce = in_hand->forward_kind == STORE_EVENT_BOUNCE;
	enum sg_err rc;

	*is_r = true;
	if (in_hand->message.identity_id == 0)
		return SG_OK;
	rc = store_identity_get_by_id(in_hand->env->store,
	    in_hand->message.identity_id, &identity, err_r);
	if (rc == SG_MISSING)
		return SG_OK;
	if (rc != SG_OK || identity.forwarding ||
	    identity.account_id != in_hand->scene.account_id)
		return rc;
	*is_r = false;
	if (in_hand->forward_kind == STORE_EVENT_SEND ||
	    (is_bounce ? identity.bounce_topic_id
		       : identity.complaint_topic_id) != 0)
		return SG_OK;
	rc = is_listened(in_hand, is_r, err_r);
	*is_r = !*is_r;
	return rc;
}

/* Who wrote the message: its envelope sender, else its From. "" nobody. */
static const char *
sender_of(const struct feedback_case *in_hand, struct mailbox *from_r)
{
	json_t *facts;
	const char *from;
	size_t count = 0;

	if (in_hand->message.sender[0] != '\0')
		return in_hand->message.sender;
	facts = json_loads(in_hand->message.facts, 0, NULL);
	from = json_string_value(json_array_get(
	    json_object_get(json_object_get(facts, "commonHeaders"), "from"),
	    0));
	if (from == NULL || mailbox_parse_list(from, strlen(from), from_r, 1,
				&count) != MAILBOX_OK)
		count = 0;
	json_decref(facts);
	return count == 1 ? from_r->address : "";
}

enum sg_err
feedback_forward(struct feedback_case *in_hand, struct err *err_r)
{
	struct letter_fact facts[] = {
	    {"what", in_hand->forward},
	    {"recipients", buf_str(&in_hand->forward_to)},
	    {"diagnostic", in_hand->forward_diagnostic},
	    {"id", in_hand->queue_id},
	    {NULL, NULL},
	};
	struct mailbox from;
	bool wanted = false;
	enum sg_err rc;

	if (in_hand->forward == NULL || !in_hand->is_known ||
	    in_hand->report_id == 0)
		return SG_OK;
	rc = is_wanted(in_hand, &wanted, err_r);
	if (rc != SG_OK || !wanted)
		return rc;
	return letter_put_to(in_hand->env->store, in_hand->env->conf,
	    STORE_LETTER_FORWARD, in_hand->scene.account_id,
	    sender_of(in_hand, &from), facts, in_hand->report_id,
	    in_hand->now_msec / 1000, err_r);
}

/* ---- the operator ------------------------------------------------------------------ */

/* "mx1.mail.example" is of "mail.example", "mail.example" of itself; without a host
 * that of the recipient. */
static const char *
domain_of(const struct report_record *record, const char *recipient)
{
	const char *host = record->remote_mta;
	const char *dot = strchr(host, '.');
	const char *at = strrchr(recipient, '@');

	if (dot != NULL && strchr(dot + 1, '.') != NULL && host[0] != '[')
		return dot + 1;
	if (host[0] != '\0')
		return host;
	return at != NULL ? at + 1 : "";
}

struct notice {
	const char *key;
	int64_t last_sec; /* 0: none of that key */
	size_t count;     /* of this kind */
};

static bool
see_notice(void *ctx, const struct store_notice *row)
{
	struct notice *notice = ctx;

	if (strncmp(row->key, "ours ", 5) == 0)
		notice->count++;
	if (strcmp(row->key, notice->key) == 0)
		notice->last_sec = row->last_sec;
	return true;
}

/* A letter, and a notice that keeps the next one away for a day. */
static enum sg_err
tell_operator(struct feedback_case *in_hand, const char *domain,
    const struct report_record *record, const char *recipient,
    struct err *err_r)
{
	int64_t now_sec = in_hand->now_msec / 1000;
	const struct letter_fact facts[] = {
	    {"domain", domain},
	    {"rule", record->rule},
	    {"diagnostic", record->diagnostic},
	    {"recipient", recipient},
	    {"id", in_hand->queue_id},
	    {NULL, NULL},
	};
	struct store *store = in_hand->env->store;
	char key[64], text[256];
	struct notice notice = {.key = key};
	enum sg_err rc;

	(void)snprintf(
	    key, sizeof(key), "ours %.30s %.27s", domain, record->rule);
	rc = store_notice_list(store, see_notice, &notice, err_r);
	if (rc == SG_OK && notice.last_sec == 0 &&
	    notice.count >= NOTICES_MAX) {
		(void)snprintf(key, sizeof(key), "ours others");
		rc = store_notice_list(store, see_notice, &notice, err_r);
	}
	if (rc != SG_OK ||
	    (notice.last_sec != 0 && notice.last_sec > now_sec - DAY_SEC))
		return rc;
	(void)snprintf(text, sizeof(text), "%.80s refuses this server: %.140s",
	    domain, record->diagnostic);
	rc = store_notice_add(store, key, text, now_sec, err_r);
	if (rc != SG_OK)
		return rc;
	return letter_put_to(store, in_hand->env->conf, STORE_LETTER_OURS,
	    in_hand->scene.account_id, in_hand->env->conf->mail_operator, facts,
	    in_hand->report_id, now_sec, err_r);
}

enum sg_err
feedback_ours(struct feedback_case *in_hand, const struct report_record *record,
    const char *recipient, struct err *err_r)
{
	const char *domain = domain_of(record, recipient);

	/* a report of a thousand recipients says it once */
	if (in_hand->is_replay ||
	    (in_hand->ours_rule != NULL &&
		strcmp(in_hand->ours_rule, record->rule) == 0))
		return SG_OK;
	in_hand->ours_rule = record->rule;
	log_event(LOG_FEEDBACK_OURS_EVENT, in_hand->queue_id, "domain", domain,
	    "to", recipient, "rule", record->rule, "diagnostic",
	    record->diagnostic, NULL);
	return tell_operator(in_hand, domain, record, recipient, err_r);
}
