/* Keys by which messages are found, written beside them: as the schema's view
 * message_key_of has them. Does not search. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "rules/ascii.h"
#include "rules/recipients.h"
#include "store/query.h"
#include "store/messages.h"
#include "store/runs.h"

#define TAGS_BEGIN "\"tags\":{\""

/* kind and the text in lower case. */
static enum sg_err
note_lower(struct run_entries *keys, const struct store_message *message,
    const char *kind, const char *text, struct err *err_r)
{
	char key[2 + RULES_ADDRESS_MAX + 1];
	size_t len = strlen(text);

	if (len > RULES_ADDRESS_MAX)
		return SG_OK;
	memcpy(key, kind, 2);
	for (size_t i = 0; i < len; i++)
		key[2 + i] = ascii_lower(text[i]);
	return run_entries_add(
	    keys, message->account_id, key, 2 + len, message->id, err_r);
}

static enum sg_err
note_recipient(struct run_entries *keys, const struct store_message *message,
    const char *address, struct err *err_r)
{
	const char *at = strrchr(address, '@');
	enum sg_err rc = note_lower(keys, message, "r:", address, err_r);

	if (rc != SG_OK || at == NULL)
		return rc;
	return note_lower(keys, message, "d:", at + 1, err_r);
}

/* Those of a message with a control character in an address are left out. */
static bool
has_controls(const char *recipients)
{
	for (const char *c = recipients; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' && *c != '\n')
			return true;
	return false;
}

static enum sg_err
note_recipients(struct run_entries *keys, const struct store_message *message,
    struct err *err_r)
{
	const char *text = message->recipients;
	struct recipient recipient;
	enum sg_err rc = SG_OK;

	if (has_controls(text))
		return SG_OK;
	while (rc == SG_OK && recipients_next(&text, &recipient))
		rc = note_recipient(keys, message, recipient.address, err_r);
	return rc;
}

/* The facts from the tags on, as an object: the header before may be long. NULL:
 * none, or no memory. */
static json_t *
read_tags(const char *facts)
{
	const char *begin = strstr(facts, TAGS_BEGIN);
	json_t *object = NULL;
	char *text;

	if (begin == NULL || begin == facts ||
	    (text = strdup(begin - 1)) == NULL)
		return NULL;
	text[0] = '{';
	object = json_loads(text, 0, NULL);
	free(text);
	return object;
}

static enum sg_err
note_tag(struct run_entries *keys, const struct store_message *message,
    const char *name, const char *value, struct err *err_r)
{
	char key[RUN_TEXT_MAX + 1];
	int len = snprintf(key, sizeof(key), "t:%s=%s", name, value);

	if (len < 0 || (size_t)len >= sizeof(key)) /* nobody can ask for it */
		return SG_OK;
	return run_entries_add(
	    keys, message->account_id, key, (size_t)len, message->id, err_r);
}

static enum sg_err
note_tags(struct run_entries *keys, const struct store_message *message,
    struct err *err_r)
{
	json_t *object = read_tags(message->facts), *values, *value;
	enum sg_err rc = SG_OK;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(object, "tags"), name, values)
	{
		json_array_foreach(values, i, value)
		{
			if (rc == SG_OK && json_is_string(value))
				rc = note_tag(keys, message, name,
				    json_string_value(value), err_r);
		}
	}
	json_decref(object);
	return rc;
}

/* ---- what has happened ----------------------------------------------------------- */

/* It may have been noted before its message: then it has no key yet. */
static enum sg_err
add_outcome(struct store *store, struct query *found, struct err *err_r)
{
	char key[16];
	struct query q;

	(void)snprintf(
	    key, sizeof(key), "s:%lld", (long long)query_int(found, 1));
	query_open(&q, store, QUERY_MESSAGE_KEY_ADD, err_r);
	query_bind_int(&q, "$account_id", query_int(found, 2));
	query_bind_text(&q, "$key", key);
	query_bind_int(&q, "$id", query_int(found, 0));
	return query_send(&q);
}

static enum sg_err
add_outcomes(struct store *store, int64_t last_id, struct err *err_r)
{
	enum sg_err rc = SG_OK, closed;
	struct query q;

	query_open(&q, store, QUERY_MESSAGE_OUTCOMES_SINCE, err_r);
	query_bind_int(&q, "$id", last_id);
	while (rc == SG_OK && query_next(&q))
		rc = add_outcome(store, &q, err_r);
	closed = query_close(&q);
	return rc == SG_OK ? closed : rc;
}

/* ---- writing ------------------------------------------------------------------ */

static enum sg_err
note_message(struct run_entries *keys, struct run *run,
    const struct store_message *message, struct err *err_r)
{
	enum sg_err rc;

	if (run->first_id == 0)
		run->first_id = message->id;
	run->id = message->id;
	if (message->sent_msec > run->until_msec)
		run->until_msec = message->sent_msec;
	rc = note_recipients(keys, message, err_r);
	return rc == SG_OK ? note_tags(keys, message, err_r) : rc;
}

enum sg_err
store_message_add_keys(struct store *store, const struct store_message *list,
    size_t count, int64_t last_id, struct err *err_r)
{
	struct run run = {.first_id = 0};
	struct run_entries keys;
	enum sg_err rc = run_entries_init(&keys, err_r);

	for (size_t i = 0; i < count && rc == SG_OK; i++)
		if (list[i].id != 0)
			rc = note_message(&keys, &run, &list[i], err_r);
	if (rc == SG_OK)
		rc = run_entries_sort(&keys, err_r);
	if (rc == SG_OK)
		rc = run_write(store, &run, &keys, err_r);
	if (rc == SG_OK && run.id > 0)
		rc = add_outcomes(store, last_id, err_r);
	run_entries_fini(&keys);
	return rc;
}
