/* Requests for production access: see request.h. */
#include "config.h"

#include "ops/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/letter.h"
#include "rules/identity.h"

/* ---- what an account says ------------------------------------------------ */

static enum sg_err
take_mail_type(const char *text, struct store_request *row, struct err *err_r)
{
	static const char *const types[] = {"TRANSACTIONAL", "MARKETING"};

	for (size_t i = 0; i < 2; i++)
		if (strcasecmp(text, types[i]) == 0) {
			(void)snprintf(row->mail_type, sizeof(row->mail_type),
			    "%s", types[i]);
			return SG_OK;
		}
	return err_set(err_r, SG_INVALID,
	    "the type of mail must be TRANSACTIONAL or MARKETING");
}

static enum sg_err
take_website(const char *text, struct store_request *row, struct err *err_r)
{
	static const char *const schemes[] = {"https://", "http://"};
	size_t len = strnlen(text, sizeof(row->website));
	const char *host = NULL;

	if (len == sizeof(row->website))
		return err_set(err_r, SG_INVALID,
		    "the web site's address has more than %zu bytes",
		    sizeof(row->website) - 1);
	for (size_t i = 0; i < 2 && host == NULL; i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			host = text + strlen(schemes[i]);
	if (host == NULL || strcspn(host, "/?#") == 0)
		return err_set(err_r, SG_INVALID,
		    "the web site must be an address such as "
		    "https://www.example.com");
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return err_set(err_r, SG_INVALID,
			    "the web site's address has a character that no "
			    "address has; write it as %%XX");
	memcpy(row->website, text, len + 1);
	return SG_OK;
}

/* Text for people, with lines; size: of to. */
static enum sg_err
take_text(const char *text, const char *what, char *to, size_t size,
    struct err *err_r)
{
	size_t len = strnlen(text, size);
	bool is_blank = true;

	if (len == size)
		return err_set(err_r, SG_INVALID, "%s has more than %zu bytes",
		    what, size - 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && strchr("\r\n\t", c) == NULL) || c == 0x7f)
			return err_set(err_r, SG_INVALID,
			    "%s has a control character (byte %zu)", what,
			    i + 1);
		is_blank = is_blank && strchr(" \r\n\t", c) != NULL;
	}
	if (is_blank)
		return err_set(err_r, SG_INVALID, "%s is empty", what);
	memcpy(to, text, len + 1);
	return SG_OK;
}

static enum sg_err
add_request(struct store *store, const struct conf *conf, const char *account,
    struct store_request *row, struct err *err_r)
{
	const struct letter_fact facts[] = {
	    {"mail_type", row->mail_type},
	    {"website", row->website},
	    {"use_case", row->use_case},
	    {NULL, NULL},
	};
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	if (owner.facts.production)
		return err_set(err_r, SG_INVALID,
		    "account %s is out of the sandbox already", account);
	row->account_id = owner.facts.id;
	rc = store_request_add(store, row, err_r);
	if (rc == SG_EXISTS)
		return err_set(err_r, SG_EXISTS,
		    "a request of account %s is open already; see: sendwardctl "
		    "request show %s",
		    account, account);
	if (rc == SG_OK)
		rc = letter_put(store, conf, STORE_LETTER_REQUEST,
		    row->account_id, NULL, facts, NULL, 0, row->created_sec,
		    err_r);
	return rc;
}

enum sg_err
request_create(struct store *store, const struct conf *conf,
    const char *account, const char *mail_type, const char *website,
    const char *use_case, int64_t now_sec, struct store_request *row_r,
    struct err *err_r)
{
	enum sg_err rc;

	*row_r =
	    (struct store_request){.status = "PENDING", .created_sec = now_sec};
	rc = take_mail_type(mail_type, row_r, err_r);
	if (rc == SG_OK)
		rc = take_website(website, row_r, err_r);
	if (rc == SG_OK)
		rc = take_text(use_case, "the use case", row_r->use_case,
		    sizeof(row_r->use_case), err_r);
	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = add_request(store, conf, account, row_r, err_r);
	return store_finish(store, rc, err_r);
}

/* ---- details ------------------------------------------------------------------ */

static enum sg_err
take_contacts(const struct request_details *details, struct store_details *row,
    struct err *err_r)
{
	size_t len = 0;

	if (details->contact_count > REQUEST_CONTACTS_MAX)
		return err_set(err_r, SG_INVALID,
		    "there are more than %d additional contacts",
		    REQUEST_CONTACTS_MAX);
	for (size_t i = 0; i < details->contact_count; i++) {
		const char *contact = details->contacts[i];
		char name[RULES_ADDRESS_MAX + 1];
		enum rules_identity_type type;
		const char *wrong = identity_check_name(contact, name, &type);

		if (wrong == NULL && type != RULES_IDENTITY_EMAIL)
			wrong = "it is a domain";
		if (wrong != NULL)
			return err_set(err_r, SG_INVALID,
			    "the additional contact %.100s is no e-mail "
			    "address: %s",
			    contact, wrong);
		len += (size_t)snprintf(row->contacts + len,
		    sizeof(row->contacts) - len, "%s%s", len > 0 ? "\n" : "",
		    name);
	}
	return SG_OK;
}

/* request_r: the same as a request. */
static enum sg_err
take_details(const struct request_details *details, struct store_details *row_r,
    struct store_request *request_r, struct err *err_r)
{
	enum sg_err rc = take_mail_type(details->mail_type, request_r, err_r);

	*row_r = (struct store_details){0};
	if (rc == SG_OK)
		rc = take_website(details->website, request_r, err_r);
	if (rc == SG_OK && details->use_case[0] != '\0')
		rc = take_text(details->use_case, "the use case",
		    row_r->use_case, sizeof(row_r->use_case), err_r);
	if (rc == SG_OK && details->language[0] != '\0' &&
	    strcmp(details->language, "EN") != 0 &&
	    strcmp(details->language, "JA") != 0)
		rc = err_set(
		    err_r, SG_INVALID, "the contact language is EN or JA");
	if (rc == SG_OK)
		rc = take_contacts(details, row_r, err_r);
	if (rc != SG_OK)
		return rc;
	memcpy(
	    row_r->mail_type, request_r->mail_type, sizeof(row_r->mail_type));
	memcpy(row_r->website, request_r->website, sizeof(row_r->website));
	(void)snprintf(
	    row_r->language, sizeof(row_r->language), "%s", details->language);
	(void)snprintf(request_r->use_case, sizeof(request_r->use_case), "%s",
	    row_r->use_case[0] != '\0' ? row_r->use_case : "not described");
	return SG_OK;
}

static enum sg_err
check_none_open(struct store *store, int64_t account_id, struct err *err_r)
{
	struct store_request newest;
	enum sg_err rc = store_request_get(store, account_id, &newest, err_r);

	if (rc == SG_OK && strcmp(newest.status, "PENDING") == 0)
		return err_set(err_r, SG_EXISTS,
		    "a request of the account for production access is open");
	return rc == SG_MISSING ? SG_OK : rc;
}

enum sg_err
request_tell(struct store *store, const struct conf *conf, const char *account,
    const struct request_details *details, bool asks, int64_t now_sec,
    struct err *err_r)
{
	struct store_request request = {
	    .status = "PENDING", .created_sec = now_sec};
	struct store_account owner;
	struct store_details row;
	enum sg_err rc = take_details(details, &row, &request, err_r);

	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = account_get(store, account, &owner, err_r);
	if (rc == SG_OK)
		rc = check_none_open(store, owner.facts.id, err_r);
	if (rc == SG_OK)
		rc = store_details_put(store, owner.facts.id, &row, err_r);
	if (rc == SG_OK && asks && !owner.facts.production)
		rc = add_request(store, conf, account, &request, err_r);
	return store_finish(store, rc, err_r);
}

enum sg_err
request_details_get(struct store *store, int64_t account_id,
    struct store_details *row_r, struct err *err_r)
{
	struct store_request newest;
	enum sg_err rc = store_details_get(store, account_id, row_r, err_r);

	if (rc != SG_MISSING)
		return rc;
	rc = store_request_get(store, account_id, &newest, err_r);
	if (rc != SG_OK)
		return rc;
	*row_r = (struct store_details){0};
	memcpy(row_r->mail_type, newest.mail_type, sizeof(row_r->mail_type));
	memcpy(row_r->website, newest.website, sizeof(row_r->website));
	memcpy(row_r->use_case, newest.use_case, sizeof(row_r->use_case));
	return SG_OK;
}

/* ---- what the operator answers --------------------------------------------- */

/* The account and its open request. */
static enum sg_err
find_open(struct store *store, const char *account,
    struct store_account *owner_r, struct store_request *row_r,
    struct err *err_r)
{
	enum sg_err rc = account_get(store, account, owner_r, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_request_get(store, owner_r->facts.id, row_r, err_r);
	if (rc == SG_MISSING ||
	    (rc == SG_OK && strcmp(row_r->status, "PENDING") != 0))
		return err_set(err_r, SG_MISSING,
		    "no request of account %s is open; see: sendwardctl "
		    "request list",
		    account);
	return rc;
}

static enum sg_err
decide(struct store *store, const char *status, int64_t now_sec,
    struct store_request *row, struct err *err_r)
{
	(void)snprintf(row->status, sizeof(row->status), "%s", status);
	row->decided_sec = now_sec;
	return store_request_decide(store, row, err_r);
}

static enum sg_err
tell_granted(struct store *store, const struct conf *conf,
    const struct store_account *owner, int64_t now_sec, struct err *err_r)
{
	char daily[32], rate[32];
	const struct letter_fact facts[] = {
	    {"daily", daily},
	    {"rate", rate},
	    {NULL, NULL},
	};

	if (owner->facts.daily_quota < 0)
		(void)snprintf(daily, sizeof(daily), "unlimited");
	else
		(void)snprintf(
		    daily, sizeof(daily), "%" PRId64, owner->facts.daily_quota);
	(void)snprintf(rate, sizeof(rate), "%g", owner->facts.rate);
	return letter_put(store, conf, STORE_LETTER_REQUEST_GRANTED,
	    owner->facts.id, NULL, facts, NULL, 0, now_sec, err_r);
}

static enum sg_err
approve(struct store *store, const struct conf *conf, const char *account,
    const struct account_change *change, int64_t now_sec,
    struct store_request *row_r, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = find_open(store, account, &owner, row_r, err_r);

	if (rc == SG_OK)
		rc = account_edit(&owner, conf, change, err_r);
	if (rc == SG_OK)
		rc = store_account_update(store, &owner, err_r);
	if (rc == SG_OK)
		rc = decide(store, "GRANTED", now_sec, row_r, err_r);
	if (rc == SG_OK)
		rc = tell_granted(store, conf, &owner, now_sec, err_r);
	return rc;
}

enum sg_err
request_approve(struct store *store, const struct conf *conf,
    const char *account, int64_t daily, double rate, int64_t now_sec,
    struct store_request *row_r, struct err *err_r)
{
	const struct account_change change = {
	    .has_production = true,
	    .production = true,
	    .has_daily = daily != 0,
	    .daily = daily,
	    .has_rate = rate != 0,
	    .rate = rate,
	};
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = approve(store, conf, account, &change, now_sec, row_r, err_r);
	return store_finish(store, rc, err_r);
}

static enum sg_err
deny(struct store *store, const struct conf *conf, const char *account,
    const char *reason, int64_t now_sec, struct store_request *row_r,
    struct err *err_r)
{
	const struct letter_fact facts[] = {{"reason", reason}, {NULL, NULL}};
	struct store_account owner;
	enum sg_err rc = find_open(store, account, &owner, row_r, err_r);

	if (rc != SG_OK)
		return rc;
	(void)snprintf(row_r->reason, sizeof(row_r->reason), "%s", reason);
	rc = decide(store, "DENIED", now_sec, row_r, err_r);
	if (rc == SG_OK)
		rc = letter_put(store, conf, STORE_LETTER_REQUEST_DENIED,
		    owner.facts.id, NULL, facts, NULL, 0, now_sec, err_r);
	return rc;
}

enum sg_err
request_deny(struct store *store, const struct conf *conf, const char *account,
    const char *reason, int64_t now_sec, struct store_request *row_r,
    struct err *err_r)
{
	char text[sizeof(row_r->reason)];
	enum sg_err rc =
	    take_text(reason, "the reason", text, sizeof(text), err_r);

	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = deny(store, conf, account, text, now_sec, row_r, err_r);
	return store_finish(store, rc, err_r);
}

/* ---- looking --------------------------------------------------------------- */

enum sg_err
request_get(struct store *store, const char *account,
    struct store_request *row_r, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_request_get(store, owner.facts.id, row_r, err_r);
	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "account %s has not asked for production access; it does "
		    "so with: sendwardctl request create %s",
		    account, account);
	return rc;
}

struct list_ctx {
	request_list_fn *fn;
	void *ctx;
	struct account_names names;
};

static bool
list_row(void *ctx, const struct store_request *row)
{
	const struct list_ctx *list = ctx;

	return list->fn(
	    list->ctx, account_names_find(&list->names, row->account_id), row);
}

enum sg_err
request_list(struct store *store, const char *account, request_list_fn *fn,
    void *ctx, struct err *err_r)
{
	struct list_ctx list = {.fn = fn, .ctx = ctx};
	int64_t id;
	enum sg_err rc =
	    account_names_load(store, account, &list.names, &id, err_r);

	if (rc == SG_OK)
		rc = store_request_list(store, id, list_row, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}
