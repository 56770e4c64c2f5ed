/* The message that a report is about, with its recipients and what is known of how
 * they ended. Writes nothing. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ops/feedback_parts.h"
#include "rules/ascii.h"

static char *
lower_dup(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *c = copy; c != NULL && *c != '\0'; c++)
		*c = ascii_lower(*c);
	return copy;
}

static enum sg_err
no_memory(struct err *err_r)
{
	return err_set(err_r, SG_NOMEM, "no memory for a report");
}

/* ---- the message ---------------------------------------------------------------- */

struct copy {
	struct feedback_case *in_hand;
	bool failed;
};

static bool
copy_message(void *ctx, const struct store_message *row)
{
	struct copy *copy = ctx;
	struct arena *arena = copy->in_hand->arena;
	struct store_message *message = &copy->in_hand->message;

	*message = *row;
	message->login = arena_strdup(arena, row->login);
	message->sender = arena_strdup(arena, row->sender);
	message->source_ip = arena_strdup(arena, row->source_ip);
	message->recipients = arena_strdup(arena, row->recipients);
	message->facts = arena_strdup(arena, row->facts);
	copy->failed = message->login == NULL || message->sender == NULL ||
		       message->source_ip == NULL ||
		       message->recipients == NULL || message->facts == NULL;
	return true;
}

static enum sg_err
load_message(struct feedback_case *in_hand, struct err *err_r)
{
	struct copy copy = {.in_hand = in_hand};
	enum sg_err rc =
	    store_message_get(in_hand->env->store, in_hand->scene.account_id,
		in_hand->queue_id, copy_message, &copy, err_r);

	if (rc == SG_MISSING)
		return SG_OK;
	if (rc == SG_OK && copy.failed)
		return no_memory(err_r);
	in_hand->is_known = rc == SG_OK;
	return rc;
}

/* ---- its recipients --------------------------------------------------------------- */

static int
by_key(const void *a, const void *b)
{
	const struct feedback_target *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static struct feedback_target *
find_target(const struct feedback_case *in_hand, const char *key)
{
	struct feedback_target wanted = {.key = key};

	if (in_hand->target_count == 0)
		return NULL;
	return bsearch(&wanted, in_hand->targets, in_hand->target_count,
	    sizeof(wanted), by_key);
}

static bool
make_target(struct feedback_case *in_hand, struct feedback_target *target,
    const char *address, enum recipient_flag flag)
{
	target->address = arena_strdup(in_hand->arena, address);
	target->key = lower_dup(in_hand->arena, address);
	target->flag = flag;
	return target->address != NULL && target->key != NULL;
}

/* Of a message that is known. */
static enum sg_err
load_targets(struct feedback_case *in_hand, struct err *err_r)
{
	const char *text = in_hand->message.recipients;
	struct recipient recipient;
	size_t count = 0;

	while (recipients_next(&text, &recipient))
		count++;
	in_hand->targets = arena_alloc(
	    in_hand->arena, (count + 1) * sizeof(*in_hand->targets));
	if (in_hand->targets == NULL)
		return no_memory(err_r);
	text = in_hand->message.recipients;
	while (in_hand->target_count < count &&
	       recipients_next(&text, &recipient)) {
		if (!make_target(in_hand,
			&in_hand->targets[in_hand->target_count],
			recipient.address, recipient.flag))
			return no_memory(err_r);
		in_hand->target_count++;
		in_hand->left += !recipients_is_dropped(recipient.flag);
	}
	qsort(in_hand->targets, in_hand->target_count,
	    sizeof(*in_hand->targets), by_key);
	return SG_OK;
}

/* Of one that is not: whom the report names. */
static enum sg_err
guess_targets(struct feedback_case *in_hand, struct err *err_r)
{
	const struct report *report = in_hand->report;
	size_t to = 0;

	in_hand->targets = arena_alloc(
	    in_hand->arena, (report->count + 1) * sizeof(*in_hand->targets));
	if (in_hand->targets == NULL)
		return no_memory(err_r);
	for (size_t i = 0; i < report->count; i++) {
		if (report->records[i].recipient[0] == '\0')
			continue;
		if (!make_target(in_hand, &in_hand->targets[to],
			report->records[i].recipient, RECIPIENT_ELIGIBLE))
			return no_memory(err_r);
		to++;
	}
	qsort(in_hand->targets, to, sizeof(*in_hand->targets), by_key);
	for (size_t i = 0; i < to; i++)
		if (in_hand->target_count == 0 ||
		    by_key(&in_hand->targets[in_hand->target_count - 1],
			&in_hand->targets[i]) != 0)
			in_hand->targets[in_hand->target_count++] =
			    in_hand->targets[i];
	in_hand->left = in_hand->target_count;
	return SG_OK;
}

static bool
mark_fate(void *ctx, const struct store_fate *row)
{
	struct feedback_case *in_hand = ctx;
	struct feedback_target *target;

	if (row->recipient[0] == '\0') {
		in_hand->has_ambiguous_complaint = true;
		return true;
	}
	target = find_target(in_hand, row->recipient);
	if (target != NULL && row->kind == STORE_FATE_BOUNCE)
		target->has_bounced = true;
	if (target != NULL && row->kind == STORE_FATE_COMPLAINT)
		target->has_complained = true;
	return true;
}

enum sg_err
feedback_message_load(struct feedback_case *in_hand, struct err *err_r)
{
	int64_t set_id;
	enum sg_err rc = load_message(in_hand, err_r);

	if (rc == SG_OK)
		rc = in_hand->is_known ? load_targets(in_hand, err_r)
				       : guess_targets(in_hand, err_r);
	set_id = in_hand->is_known ? in_hand->message.set_id : 0;
	if (rc == SG_OK)
		rc = feedback_scene_load(in_hand->env->store,
		    in_hand->env->conf, in_hand->scene.account_id, set_id,
		    in_hand->now_msec / 1000, &in_hand->scene, err_r);
	if (rc == SG_OK)
		rc = store_fate_list(in_hand->env->store,
		    in_hand->scene.account_id, in_hand->queue_id, mark_fate,
		    in_hand, err_r);
	return rc;
}

/* ---- records ------------------------------------------------------------------------- */

static struct feedback_target *
find_address(struct feedback_case *in_hand, const char *address)
{
	char key[RULES_ADDRESS_MAX + 1];
	struct feedback_target *target;
	size_t i = 0;

	for (; address[i] != '\0' && i < sizeof(key) - 1; i++)
		key[i] = ascii_lower(address[i]);
	key[i] = '\0';
	target = find_target(in_hand, key);
	return target != NULL && !recipients_is_dropped(target->flag) ? target
								      : NULL;
}

struct feedback_target *
feedback_target_of(
    struct feedback_case *in_hand, const struct report_record *record)
{
	struct feedback_target *target =
	    find_address(in_hand, record->recipient);

	if (target == NULL && record->final_recipient[0] != '\0')
		target = find_address(in_hand, record->final_recipient);
	if (target != NULL || !in_hand->is_known || in_hand->left != 1)
		return target;
	for (size_t i = 0; i < in_hand->target_count; i++)
		if (!recipients_is_dropped(in_hand->targets[i].flag))
			return &in_hand->targets[i];
	return NULL;
}
