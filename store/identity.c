/* Rows of identity, with the ids of their active keys. Looks in DNS are in
 * verification.c. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store/query.h"
#include "store/store.h"

/* The schema holds these numbers. */
_Static_assert(
    RULES_IDENTITY_EMAIL == 0 && RULES_IDENTITY_DOMAIN == 1, "identity.type");
_Static_assert(RULES_IDENTITY_NOT_STARTED == 0 && RULES_IDENTITY_PENDING == 1 &&
		   RULES_IDENTITY_SUCCESS == 2 && RULES_IDENTITY_FAILED == 3 &&
		   RULES_IDENTITY_TEMPORARY_FAILURE == 4,
    "identity.status");

_Static_assert(STORE_PROOF_DKIM_TXT == 1 && STORE_PROOF_EASY_DKIM == 2 &&
		   STORE_PROOF_TXT == 4 && STORE_PROOF_WORD == 8 &&
		   STORE_PROOF_LINK == 16,
    "identity.proofs");

#define EASY_TOKENS_MAX (KEY_PLAN_EASY_SLOTS * (STORE_TOKEN_MAX + 1))

/* The column: the tokens with blanks between them, or nothing. */
static void
tokens_join(const struct store_identity *row, char text_r[EASY_TOKENS_MAX])
{
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < KEY_PLAN_EASY_SLOTS; i++) {
		if (row->easy_tokens[i][0] == '\0')
			continue;
		len += (size_t)snprintf(text_r + len, EASY_TOKENS_MAX - len,
		    "%s%s", len > 0 ? " " : "", row->easy_tokens[i]);
	}
}

static void
tokens_split(struct query *q, int column, struct store_identity *row_r)
{
	const char *text = query_text(q, column);

	for (size_t i = 0; i < KEY_PLAN_EASY_SLOTS && *text != '\0'; i++) {
		size_t len = strcspn(text, " ");

		if (len > STORE_TOKEN_MAX)
			break;
		memcpy(row_r->easy_tokens[i], text, len);
		text += len + (text[len] == ' ');
	}
	if (*text != '\0' && q->failed == SG_OK)
		q->failed = err_set(q->err_r, SG_IO,
		    "these are no Easy DKIM tokens in the database: %.40s",
		    text);
}

static enum rules_mail_from
mail_from_use(const struct store_identity *row)
{
	if (row->facts.mail_from[0] == '\0')
		return RULES_MAIL_FROM_NONE;
	if (row->mail_from_status == RULES_IDENTITY_SUCCESS)
		return RULES_MAIL_FROM_VERIFIED;
	return row->mail_from_reject ? RULES_MAIL_FROM_REJECT
				     : RULES_MAIL_FROM_DEFAULT;
}

static void
proofs_read(struct query *q, struct store_identity *row_r)
{
	row_r->facts.dkim_status = (enum rules_identity_status)query_int(q, 8);
	query_copy(
	    q, 9, row_r->facts.mail_from, sizeof(row_r->facts.mail_from));
	row_r->mail_from_status = (enum rules_identity_status)query_int(q, 10);
	row_r->mail_from_reject = query_int(q, 11) != 0;
	row_r->proofs = (int)query_int(q, 12);
	query_copy(q, 13, row_r->txt_token, sizeof(row_r->txt_token));
	tokens_split(q, 14, row_r);
	row_r->facts.mail_from_use = mail_from_use(row_r);
}

/* Who is told of its events. */
static void
feedback_read(struct query *q, struct store_identity *row_r)
{
	row_r->facts.default_set_id = query_int(q, 17);
	row_r->facts.notify_headers = (int)query_int(q, 18);
	row_r->bounce_topic_id = query_int(q, 19);
	row_r->complaint_topic_id = query_int(q, 20);
	row_r->delivery_topic_id = query_int(q, 21);
	row_r->forwarding = query_int(q, 22) != 0;
}

static bool
identity_read(struct query *q, struct store_identity *row_r)
{
	int64_t rsa = query_int(q, 15);
	int64_t ed25519 = query_int(q, 16);

	*row_r = (struct store_identity){0};
	row_r->facts.id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	query_copy(q, 2, row_r->facts.name, sizeof(row_r->facts.name));
	row_r->facts.type = (enum rules_identity_type)query_int(q, 3);
	row_r->facts.status = (enum rules_identity_status)query_int(q, 4);
	row_r->facts.signing_enabled = query_int(q, 5) != 0;
	row_r->created_sec = query_int(q, 6);
	row_r->verified_sec = query_int(q, 7);
	proofs_read(q, row_r);
	feedback_read(q, row_r);
	row_r->facts.key_id[0] = rsa != 0 ? rsa : ed25519;
	row_r->facts.key_id[1] = rsa != 0 ? ed25519 : 0;
	return q->failed == SG_OK;
}

/* What create and update write alike; text is borrowed until the query is run. */
static void
identity_bind(struct query *q, const struct store_identity *row,
    const char text[EASY_TOKENS_MAX])
{
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_int(q, "$status", row->facts.status);
	query_bind_int(q, "$signing_enabled", row->facts.signing_enabled);
	query_bind_int(q, "$verified_sec", row->verified_sec);
	query_bind_int(q, "$dkim_status", row->facts.dkim_status);
	query_bind_text(q, "$mail_from", row->facts.mail_from);
	query_bind_int(q, "$mail_from_status", row->mail_from_status);
	query_bind_int(q, "$mail_from_reject", row->mail_from_reject);
	query_bind_int(q, "$proofs", row->proofs);
	query_bind_text(q, "$txt_token", row->txt_token);
	query_bind_text(q, "$easy_tokens", text);
	query_bind_int(q, "$default_set_id", row->facts.default_set_id);
	query_bind_int(q, "$notify_headers", row->facts.notify_headers);
	query_bind_int(q, "$bounce_topic_id", row->bounce_topic_id);
	query_bind_int(q, "$complaint_topic_id", row->complaint_topic_id);
	query_bind_int(q, "$delivery_topic_id", row->delivery_topic_id);
	query_bind_int(q, "$forwarding", row->forwarding);
}

enum sg_err
store_identity_create(
    struct store *store, struct store_identity *row, struct err *err_r)
{
	char tokens[EASY_TOKENS_MAX];
	struct query q;

	tokens_join(row, tokens);
	query_open(&q, store, QUERY_IDENTITY_CREATE, err_r);
	query_bind_text(&q, "$name", row->facts.name);
	query_bind_int(&q, "$type", row->facts.type);
	query_bind_int(&q, "$created_sec", row->created_sec);
	identity_bind(&q, row, tokens);
	if (query_next(&q))
		row->facts.id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static enum sg_err
identity_get(struct query *q, struct store_identity *row_r, bool *found_r)
{
	*found_r = query_next(q);
	if (*found_r)
		identity_read(q, row_r);
	return query_close(q);
}

enum sg_err
store_identity_get(struct store *store, int64_t account_id, const char *name,
    struct store_identity *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_IDENTITY_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$name", name);
	code = identity_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no identity %s", name);
	return code;
}

enum sg_err
store_identity_get_by_id(struct store *store, int64_t id,
    struct store_identity *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_IDENTITY_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	code = identity_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no identity with id %lld",
		    (long long)id);
	return code;
}

enum sg_err
store_identity_update(
    struct store *store, const struct store_identity *row, struct err *err_r)
{
	char tokens[EASY_TOKENS_MAX];
	struct query q;

	tokens_join(row, tokens);
	query_open(&q, store, QUERY_IDENTITY_UPDATE, err_r);
	query_bind_int(&q, "$id", row->facts.id);
	identity_bind(&q, row, tokens);
	return query_run_one(&q, "such identity of the account");
}

enum sg_err
store_identity_delete(
    struct store *store, int64_t account_id, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IDENTITY_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$account_id", account_id);
	return query_run_one(&q, "such identity of the account");
}

enum sg_err
store_identity_count(struct store *store, int64_t account_id, int64_t *count_r,
    struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_IDENTITY_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

enum sg_err
store_identity_list(struct store *store, int64_t account_id,
    store_identity_fn *fn, void *ctx, struct err *err_r)
{
	struct store_identity row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_IDENTITY_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_IDENTITY_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!identity_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_identity_page_all(struct store *store, int64_t after_id, int64_t most,
    store_identity_fn *fn, void *ctx, struct err *err_r)
{
	struct store_identity row;
	struct query q;

	query_open(&q, store, QUERY_IDENTITY_PAGE_ALL, err_r);
	query_bind_int(&q, "$after", after_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!identity_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_identity_page(struct store *store, int64_t account_id, int type,
    const char *after, int64_t most, store_identity_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_identity row;
	struct query q;

	query_open(&q, store, QUERY_IDENTITY_PAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$type", type);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!identity_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
