/* Letters of sendward's own on their way into the store: see letter.h. */
#include "config.h"

#include "ops/letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "conf/conf.h"
#include "ops/account.h"

const char *
letter_kind_name(enum store_letter_kind kind)
{
	static const char *const names[STORE_LETTER_KINDS] = {
	    [STORE_LETTER_CONFIRM] = "confirm",
	    [STORE_LETTER_VERIFIED] = "verified",
	    [STORE_LETTER_FAILED] = "failed",
	    [STORE_LETTER_WARNING] = "warning",
	    [STORE_LETTER_RESTORED] = "restored",
	    [STORE_LETTER_REVOKED] = "revoked",
	    [STORE_LETTER_KEY_READY] = "key-ready",
	    [STORE_LETTER_KEY_OLD] = "key-old",
	    [STORE_LETTER_REQUEST] = "request",
	    [STORE_LETTER_REQUEST_GRANTED] = "granted",
	    [STORE_LETTER_REQUEST_DENIED] = "denied",
	    [STORE_LETTER_PAUSED] = "paused",
	    [STORE_LETTER_REVIEW] = "review",
	    [STORE_LETTER_THROTTLED] = "throttled",
	    [STORE_LETTER_OURS] = "ours",
	    [STORE_LETTER_FORWARD] = "forward",
	    [STORE_LETTER_SIMULATED_OOTO] = "simulated-ooto",
	    [STORE_LETTER_SIMULATED_COMPLAINT] = "simulated-complaint",
	};

	return (unsigned)kind < STORE_LETTER_KINDS ? names[kind] : "unknown";
}

/* Whom it goes to; "" nobody. */
static const char *
recipient_of(const struct conf *conf, enum store_letter_kind kind,
    const struct store_account *account, const struct store_identity *identity)
{
	if (kind == STORE_LETTER_CONFIRM)
		return identity != NULL ? identity->facts.name : "";
	if (kind == STORE_LETTER_REQUEST || kind == STORE_LETTER_OURS ||
	    account->contact[0] == '\0')
		return conf->mail_operator;
	return account->contact;
}

/* JSON takes UTF-8 alone; of other text the ASCII is kept. */
static json_t *
text_json(const char *text)
{
	json_t *value = json_string(text);
	char *copy;

	if (value != NULL)
		return value;
	copy = strdup(text);
	if (copy == NULL)
		return NULL;
	for (char *c = copy; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	value = json_string(copy);
	free(copy);
	return value;
}

/* The facts with those that every letter has; malloc'ed, NULL without memory. */
static char *
facts_dup(const struct store_account *account,
    const struct store_identity *identity, const struct letter_fact *facts)
{
	json_t *object = json_object();
	int failed = object == NULL;
	char *text = NULL;

	failed |= json_object_set_new(
	    object, "account", text_json(account->facts.name));
	if (identity != NULL)
		failed |= json_object_set_new(
		    object, "identity", text_json(identity->facts.name));
	for (; facts != NULL && facts->name != NULL; facts++)
		failed |= json_object_set_new(
		    object, facts->name, text_json(facts->value));
	if (!failed)
		text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return text;
}

static enum sg_err
put_row(struct store *store, struct store_letter *row, struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc == SG_OK && row->identity_id != 0)
		rc = store_letter_delete_kind(
		    store, row->identity_id, row->kind, err_r);
	if (rc == SG_OK)
		rc = store_letter_put(store, row, err_r);
	return store_scope_end(store, own, rc, err_r);
}

/* To recipient, or when that is NULL to whom the kind goes. */
static enum sg_err
put_letter(struct store *store, const struct conf *conf,
    const struct store_identity *identity, const char *recipient,
    const struct letter_fact *facts, struct store_letter *row,
    struct err *err_r)
{
	struct store_account account;
	enum sg_err rc;
	char *text;

	if (conf->mail_from[0] == '\0')
		return SG_OK;
	rc = store_account_get_by_id(store, row->account_id, &account, err_r);
	if (rc != SG_OK)
		return rc;
	if (recipient == NULL)
		recipient = recipient_of(conf, row->kind, &account, identity);
	if (recipient[0] == '\0')
		return SG_OK;
	(void)snprintf(row->recipient, sizeof(row->recipient), "%s", recipient);
	text = facts_dup(&account, identity, facts);
	if (text == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a letter");
	row->facts = text;
	rc = put_row(store, row, err_r);
	row->facts = NULL;
	free(text);
	return rc;
}

enum sg_err
letter_put(struct store *store, const struct conf *conf,
    enum store_letter_kind kind, int64_t account_id,
    const struct store_identity *identity, const struct letter_fact *facts,
    const unsigned char *sealed, size_t sealed_len, int64_t now_sec,
    struct err *err_r)
{
	struct store_letter row = {
	    .kind = kind,
	    .account_id = account_id,
	    .identity_id = identity != NULL ? identity->facts.id : 0,
	    .sealed = sealed,
	    .sealed_len = sealed != NULL ? sealed_len : 0,
	    .created_sec = now_sec,
	    .next_sec = now_sec,
	};

	return put_letter(store, conf, identity, NULL, facts, &row, err_r);
}

enum sg_err
letter_put_to(struct store *store, const struct conf *conf,
    enum store_letter_kind kind, int64_t account_id, const char *recipient,
    const struct letter_fact *facts, int64_t report_id, int64_t now_sec,
    struct err *err_r)
{
	struct store_letter row = {
	    .kind = kind,
	    .account_id = account_id,
	    .created_sec = now_sec,
	    .next_sec = now_sec,
	    .report_id = report_id,
	};

	return put_letter(store, conf, NULL, recipient, facts, &row, err_r);
}

struct list_ctx {
	letter_list_fn *fn;
	void *ctx;
	struct account_names names;
};

static bool
list_row(void *ctx, const struct store_letter *row)
{
	const struct list_ctx *list = ctx;

	return list->fn(
	    list->ctx, account_names_find(&list->names, row->account_id), row);
}

enum sg_err
letter_list(
    struct store *store, letter_list_fn *fn, void *ctx, struct err *err_r)
{
	struct list_ctx list = {.fn = fn, .ctx = ctx};
	int64_t all;
	enum sg_err rc =
	    account_names_load(store, NULL, &list.names, &all, err_r);

	if (rc == SG_OK)
		rc = store_letter_list(store, list_row, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}
