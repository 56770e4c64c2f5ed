/* Header and body of a message: see content.h. */
#include "config.h"

#include "milter/content.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/log.h"
#include "conf/conf.h"
#include "dkim/sign.h"
#include "milter/edits.h"
#include "milter/message.h"
#include "milter/operator.h"
#include "milter/requests.h"
#include "milter/submission.h"
#include "rules/headers.h"
#include "rules/identity.h"
#include "rules/verdict.h"

#define HEADERS_FIRST_ROOM 32

/* The return path's token where every report has it: complaints come without our
 * envelope. */
#define TOKEN_FIELD "X-Sendward-Token"

/* An MTA cuts a long field somewhere (Postfix 3.7 at 60,000 bytes, the protocol
 * ends at 65,535): what nobody saw must not leave. */
#define HEADER_FIELD_MAX 32768

static bool
make_room(struct message *m)
{
	struct message_content *c = &m->content;
	size_t room =
	    c->header_room > 0 ? c->header_room * 2 : HEADERS_FIRST_ROOM;
	struct rules_header *list;

	if (c->header_count < c->header_room)
		return true;
	list = arena_alloc(m->arena, room * sizeof(*list));
	if (list == NULL)
		return false;
	if (c->header_count > 0)
		memcpy(list, c->headers, c->header_count * sizeof(*list));
	c->headers = list;
	c->header_room = room;
	return true;
}

static enum message_overflow
keep_header(
    struct message *m, const char *name, const char *value, int64_t bytes)
{
	const struct conf *conf = m->env->admit.conf;
	struct message_content *c = &m->content;
	struct rules_header kept;

	if ((int64_t)c->header_count >= conf->milter_max_headers)
		return MESSAGE_MANY_HEADERS;
	if (bytes > HEADER_FIELD_MAX)
		return MESSAGE_LONG_HEADER;
	if (c->header_bytes > conf->milter_max_header_bytes)
		return MESSAGE_LARGE_HEADERS;
	kept.name = arena_strdup(m->arena, name);
	kept.value = arena_strdup(m->arena, value);
	if (kept.name == NULL || kept.value == NULL || !make_room(m))
		return MESSAGE_NO_MEMORY;
	c->headers[c->header_count++] = kept;
	return MESSAGE_FITS;
}

void
content_header(struct message *m, const char *name, const char *value)
{
	struct message_content *c = &m->content;
	/* ": " and the line end */
	int64_t bytes = (int64_t)(strlen(name) + strlen(value)) + 4;

	c->size += bytes;
	c->header_bytes += bytes;
	if (c->overflow == MESSAGE_FITS)
		c->overflow = keep_header(m, name, value, bytes);
}

static bool
is_header_whole(struct message *m, struct rules_verdict *v)
{
	const struct conf *conf = m->env->admit.conf;
	char detail[64];

	switch (m->content.overflow) {
	case MESSAGE_FITS:
		return true;
	case MESSAGE_MANY_HEADERS:
		(void)snprintf(detail, sizeof(detail),
		    "More than %" PRId64 " header fields.",
		    conf->milter_max_headers);
		verdict_bad_header(v, detail);
		return false;
	case MESSAGE_LONG_HEADER:
		(void)snprintf(detail, sizeof(detail),
		    "A header field is longer than %d bytes.",
		    HEADER_FIELD_MAX);
		verdict_bad_header(v, detail);
		return false;
	case MESSAGE_LARGE_HEADERS:
		verdict_too_large(v);
		return false;
	case MESSAGE_NO_MEMORY:
		break;
	}
	verdict_unavailable(v);
	return false;
}

/* Requests to sendward, and what would be counted as the operator's word. */
static bool
is_removed(const struct message *m, const char *name)
{
	return headers_is_removed(name) ||
	       (m->content.drops_feedback_id &&
		   strcasecmp(name, "Feedback-ID") == 0);
}

/* The operator's feedback loop counts by this field; a client may have one of his
 * own. */
static bool
choose_feedback_id(struct message *m)
{
	const struct operator* operator= m->env->operator;
	struct message_content *c = &m->content;
	char value[OPERATOR_FEEDBACK_ID_MAX + 1];
	bool has_own = false;

	if (operator== NULL)
		return true;
	for (size_t i = 0; i < c->header_count; i++) {
		if (strcasecmp(c->headers[i].name, "Feedback-ID") != 0)
			continue;
		has_own = true;
		if (operator_is_claimed(operator, c->headers[i].value))
			c->drops_feedback_id = true;
	}
	if (has_own && !c->drops_feedback_id)
		return true;
	operator_feedback_id(operator, m->account.name,
	    c->cover.identity.settings.name, value);
	c->feedback_id = arena_strdup(m->arena, value);
	return c->feedback_id != NULL;
}

/* The keys that sign: all of the identity's, and the operator's. */
struct key_set {
	struct dkim_keyring_entry entries[RULES_KEYS_PER_IDENTITY];
	struct dkim_sign_key keys[DKIM_SIGN_MAX_KEYS];
	size_t entry_count, count;
};

_Static_assert(
    DKIM_SIGN_MAX_KEYS > RULES_KEYS_PER_IDENTITY, "the operator's has no room");

static enum sg_err
load_keys(const struct message_env *env, const struct rules_identity *signer,
    struct key_set *set, struct err *err_r)
{
	const char *at = strrchr(signer->name, '@');

	for (size_t i = 0; i < RULES_KEYS_PER_IDENTITY; i++) {
		struct dkim_keyring_entry *entry =
		    &set->entries[set->entry_count];
		enum sg_err rc;

		if (signer->key_id[i] == 0)
			continue;
		rc = env->get_key(env->keys, signer->key_id[i], entry, err_r);
		if (rc != SG_OK)
			return rc;
		set->entry_count++;
		set->keys[set->count++] =
		    (struct dkim_sign_key){.key = entry->key,
			.selector = entry->selector,
			.domain = at != NULL ? at + 1 : signer->name};
	}
	if (set->count == 0)
		return err_set(err_r, SG_MISSING, "no active key");
	return SG_OK;
}

static void
add_operator(const struct operator* operator, struct key_set * set)
{
	if (operator!= NULL)
		set->keys[set->count++] =
		    (struct dkim_sign_key){.key = operator->key,
			.selector = operator->selector,
			.domain = operator->domain };
}

static enum sg_err
feed_headers(struct message *m, struct err *err_r)
{
	const struct message_content *c = &m->content;
	enum sg_err rc = SG_OK;

	/* these will stand on top */
	if (c->token != NULL)
		rc =
		    dkim_signer_header(c->signer, TOKEN_FIELD, c->token, err_r);
	if (rc == SG_OK && c->feedback_id != NULL)
		rc = dkim_signer_header(
		    c->signer, "Feedback-ID", c->feedback_id, err_r);
	for (size_t i = 0; i < c->header_count && rc == SG_OK; i++) {
		const struct rules_header *h = &c->headers[i];

		if (!is_removed(m, h->name) && headers_is_signed(h->name))
			rc = dkim_signer_header(
			    c->signer, h->name, h->value, err_r);
	}
	if (rc == SG_OK)
		rc = dkim_signer_end_of_headers(c->signer, err_r);
	return rc;
}

static enum sg_err
begin_signatures(struct message *m, bool by_identity, struct err *err_r)
{
	struct message_content *c = &m->content;
	struct key_set set = {.count = 0};
	enum sg_err rc = SG_OK;

	if (by_identity)
		rc = load_keys(m->env, &c->cover.identity.signer, &set, err_r);
	add_operator(m->env->operator, & set);
	if (rc == SG_OK && set.count > 0) {
		/* as Amazon SES signs; a relaxed body costs twice the hash */
		rc = dkim_signer_new(m->queue_id, set.keys, set.count,
		    DKIM_RELAXED_SIMPLE, &c->signer, err_r);
		if (rc == SG_OK)
			rc = feed_headers(m, err_r);
	}
	for (size_t i = 0; i < set.entry_count; i++)
		dkim_key_unref(&set.entries[i].key);
	return rc;
}

static enum sg_err
start_signing(struct message *m, struct err *err_r)
{
	struct message_content *c = &m->content;
	const struct identity_cover *cover = &c->cover.identity;
	const char *at = strrchr(cover->signer.name, '@');

	c->dkim = "none";
	if (cover->is_signed)
		c->dkim = at != NULL ? at + 1 : cover->signer.name;
	else if (cover->signing_off)
		c->dkim = "off";
	else if (cover->is_waiting)
		c->dkim = "pending";
	if (identity_lacks_key(cover))
		return err_set(err_r, SG_MISSING, "no active key");
	if (!choose_feedback_id(m))
		return err_set(err_r, SG_NOMEM, "no memory");
	return begin_signatures(m, cover->is_signed, err_r);
}

/* No key, no memory, no store: the message waits at the client, it does not leave
 * unsigned. */
static bool
cannot_sign(struct message *m, const struct err *err, struct rules_verdict *v)
{
	const struct identity_cover *cover = &m->content.cover.identity;

	dkim_signer_free(&m->content.signer);
	log_event(LOG_DKIM_KEY_EVENT, m->queue_id, "account", m->account.name,
	    "identity",
	    cover->is_signed ? cover->signer.name : cover->settings.name,
	    "error", err->text, "code", err_name(err->code), NULL);
	verdict_unavailable(v);
	return false;
}

static bool
check_headers(
    struct message *m, struct admit_cover *cover_r, struct rules_verdict *v)
{
	const struct message_content *c = &m->content;

	return admit_headers(&m->env->admit, &m->account, m->sender, c->headers,
	    c->header_count, cover_r, v);
}

bool
content_still_covered(struct message *m, struct rules_verdict *v)
{
	struct admit_cover now; /* keys and return path stay as they were */

	return check_headers(m, &now, v) && requests_still_granted(m, v);
}

/* A key may have been relieved and deleted since the snapshot was made, or made
 * and activated. */
static bool
sign_headers(struct message *m, struct rules_verdict *v)
{
	struct err err = {0};
	enum sg_err rc = start_signing(m, &err);

	if (rc == SG_MISSING) {
		verdict_unavailable(v);
		if (message_look_again(m, v)) {
			if (!check_headers(m, &m->content.cover, v))
				return false;
			rc = start_signing(m, &err);
		}
	}
	return rc == SG_OK || cannot_sign(m, &err, v);
}

bool
content_end_of_headers(struct message *m, struct rules_verdict *v)
{
	struct message_content *c = &m->content;

	c->is_header_over = true;
	c->size += 2; /* the empty line */
	if (!is_header_whole(m, v))
		return false;
	if (!submission_take(m)) {
		verdict_unavailable(v);
		return false;
	}
	if (!check_headers(m, &c->cover, v) &&
	    !(message_look_again(m, v) && check_headers(m, &c->cover, v)))
		return false;
	return requests_take(m, v) && sign_headers(m, v);
}

bool
content_body(
    struct message *m, const void *data, size_t len, struct rules_verdict *v)
{
	struct message_content *c = &m->content;
	struct err err = {0};

	c->size += (int64_t)len;
	if (c->size > m->env->admit.conf->max_message_bytes) {
		dkim_signer_free(&c->signer);
		verdict_too_large(v);
		return false;
	}
	if (c->signer == NULL)
		return true;
	if (dkim_signer_body(c->signer, data, len, &err) != SG_OK)
		return cannot_sign(m, &err, v);
	return true;
}

static int
by_name_and_place(const void *left, const void *right)
{
	const struct rules_header *a =
	    *(const struct rules_header *const *)left;
	const struct rules_header *b =
	    *(const struct rules_header *const *)right;
	int order = strcasecmp(a->name, b->name);

	if (order != 0)
		return order;
	return a < b ? -1 : a > b;
}

/* A field is named by its occurrence among those of its name; deleting one
 * renumbers those behind it, so the last goes first. Sorting finds the numbers
 * without comparing each field with each. */
static void
delete_headers(struct message *m, struct edits *edits)
{
	const struct message_content *c = &m->content;
	const struct rules_header **gone;
	size_t count = 0, begin = 0;

	gone = arena_alloc(m->arena, (c->header_count + 1) * sizeof(*gone));
	if (gone == NULL) {
		edits->failed = true;
		return;
	}
	for (size_t i = 0; i < c->header_count; i++) {
		if (is_removed(m, c->headers[i].name))
			gone[count++] = &c->headers[i];
	}
	qsort(gone, count, sizeof(*gone), by_name_and_place);
	while (begin < count) {
		size_t end = begin + 1;

		while (end < count &&
		       strcasecmp(gone[begin]->name, gone[end]->name) == 0)
			end++;
		for (size_t i = end; i > begin; i--)
			edits_delete_header(
			    edits, gone[i - 1]->name, i - begin);
		begin = end;
	}
}

bool
content_edits(struct message *m, struct edits *edits, struct rules_verdict *v)
{
	struct message_content *c = &m->content;
	const char *values[DKIM_SIGN_MAX_KEYS];
	struct err err = {0};
	size_t count = 0;

	delete_headers(m, edits);
	if (c->feedback_id != NULL)
		edits_insert_header(edits, 0, "Feedback-ID", c->feedback_id);
	edits_insert_header(edits, 0, TOKEN_FIELD, c->token);
	if (c->signer == NULL)
		return true;
	if (dkim_signer_finish(c->signer, values, &count, &err) != SG_OK)
		return cannot_sign(m, &err, v);
	/* Each is put on top, so the first key's comes last. */
	while (count > 0)
		edits_insert_header(
		    edits, 0, "DKIM-Signature", values[--count]);
	dkim_signer_free(&c->signer);
	return true;
}

void
content_fini(struct message *m)
{
	dkim_signer_free(&m->content.signer);
}

const char *
content_from(const struct message *m)
{
	const struct message_content *c = &m->content;

	for (size_t i = 0; i < c->header_count; i++) {
		if (strcasecmp(c->headers[i].name, "From") == 0)
			return c->headers[i].value;
	}
	return "";
}
