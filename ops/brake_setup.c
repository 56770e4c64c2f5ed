/* Brakes made and removed, their words: see brake.h. Decides about no message. */
#include "config.h"

#include "ops/brake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "ops/account.h"
#include "ops/brake_parts.h"
#include "rules/ascii.h"
#include "rules/identity.h"
#include "rules/recipients.h"
#include "store/events.h"

#define WINDOW_MIN_SEC 60
#define WINDOW_MAX_SEC INT64_C(2678400) /* 31 days */
#define SHA256_BYTES 32

/* ---- words ------------------------------------------------------------------ */

static const char *const scopes[] = {
    [RULES_BRAKE_LOGIN] = "login",
    [RULES_BRAKE_CREDENTIAL] = "credential",
    [RULES_BRAKE_IDENTITY] = "identity",
    [RULES_BRAKE_DOMAIN] = "domain",
};
static const char *const measures[] = {
    [RULES_BRAKE_MESSAGES] = "messages",
    [RULES_BRAKE_RECIPIENTS] = "recipients",
    [RULES_BRAKE_BYTES] = "bytes",
    [RULES_BRAKE_NEW_RECIPIENTS] = "new-recipients",
};
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static int
find_name(const char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
brake_scope_name(enum rules_brake_scope scope)
{
	return (size_t)scope < COUNT(scopes) ? scopes[scope] : "unknown";
}

int
brake_scope_from_name(const char *name)
{
	return find_name(scopes, COUNT(scopes), name);
}

const char *
brake_measure_name(enum rules_brake_measure measure)
{
	return (size_t)measure < COUNT(measures) ? measures[measure]
						 : "unknown";
}

int
brake_measure_from_name(const char *name)
{
	return find_name(measures, COUNT(measures), name);
}

void
brake_limit_text(const struct store_brake *brake, char text_r[256])
{
	static const struct {
		int64_t sec;
		const char *name;
	} units[] = {
	    {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	static const char *const things[] = {
	    [RULES_BRAKE_MESSAGES] = "message",
	    [RULES_BRAKE_RECIPIENTS] = "recipient",
	    [RULES_BRAKE_BYTES] = "byte",
	    [RULES_BRAKE_NEW_RECIPIENTS] = "new recipient",
	};
	const char *thing = (size_t)brake->measure < COUNT(things)
				? things[brake->measure]
				: "unit";
	size_t unit = 0;
	int64_t number;

	while (brake->window_sec % units[unit].sec != 0)
		unit++; /* a second divides all */
	number = brake->window_sec / units[unit].sec;
	(void)snprintf(text_r, 256, /* fits */
	    "%" PRId64 " %s%s in %" PRId64 " %s%s", brake->most, thing,
	    brake->most == 1 ? "" : "s", number, units[unit].name,
	    number == 1 ? "" : "s");
}

/* ---- whom the account knows ---------------------------------------------------- */

bool
brake_hash(const char *address, int64_t *hash_r)
{
	unsigned char sum[SHA256_BYTES];
	char lower[RULES_ADDRESS_MAX + 1];
	size_t len = strnlen(address, RULES_ADDRESS_MAX);
	uint64_t hash = 0;

	for (size_t i = 0; i < len; i++)
		lower[i] = ascii_lower(address[i]);
	if (EVP_Digest(lower, len, sum, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (int i = 0; i < 8; i++)
		hash = hash << 8 | sum[i];
	memcpy(hash_r, &hash, sizeof(hash));
	return true;
}

/* One page of kept messages. */
#define PAGE 500
struct page {
	struct known {
		int64_t account_id, hash;
	} * list;
	size_t count, size;
	int64_t last_id;
	bool failed;
};

static bool
add_known(struct page *page, int64_t account_id, const char *address)
{
	if (page->count == page->size) {
		size_t size = page->size == 0 ? 1024 : 2 * page->size;
		void *list = realloc(page->list, size * sizeof(*page->list));

		if (list == NULL)
			return false;
		page->list = list;
		page->size = size;
	}
	page->list[page->count].account_id = account_id;
	return brake_hash(address, &page->list[page->count++].hash);
}

static bool
add_message(void *ctx, const struct store_message *row)
{
	struct page *page = ctx;
	const char *text = row->recipients;
	struct recipient r;

	page->last_id = row->id;
	while (recipients_next(&text, &r) && !page->failed)
		if (!recipients_is_dropped(r.flag))
			page->failed =
			    !add_known(page, row->account_id, r.address);
	return !page->failed;
}

static enum sg_err
write_page(struct store *store, const struct page *page, struct err *err_r)
{
	enum sg_err rc = store_begin(store, err_r);
	bool is_new;

	if (rc != SG_OK)
		return rc;
	for (size_t i = 0; i < page->count && rc == SG_OK; i++)
		rc = store_known_add(store, page->list[i].account_id,
		    page->list[i].hash, &is_new, err_r);
	return store_finish(store, rc, err_r);
}

/* A page in each transaction, so that the mail path is never held up for long. */
static enum sg_err
learn(struct store *store, int64_t account_id, struct err *err_r)
{
	struct page page = {0};
	enum sg_err rc;

	do {
		int64_t before_id = page.last_id;

		page.count = 0;
		page.last_id = 0;
		rc = store_message_list(store, account_id, before_id, PAGE,
		    add_message, &page, err_r);
		if (rc == SG_OK && page.failed)
			rc = err_set(
			    err_r, SG_NOMEM, "no memory for known recipients");
		if (rc == SG_OK && page.count > 0)
			rc = write_page(store, &page, err_r);
	} while (rc == SG_OK && page.last_id != 0);
	free(page.list);
	return rc;
}

/* ---- made and removed ------------------------------------------------------------ */

enum sg_err
brake_take_subject(enum rules_brake_scope scope, const char *subject,
    char subject_r[RULES_ADDRESS_MAX + 1], struct err *err_r)
{
	size_t len = strnlen(subject, RULES_ADDRESS_MAX + 1);
	enum rules_identity_type type;
	const char *wrong = NULL;

	if (len == 0 || len > RULES_ADDRESS_MAX)
		return err_set(err_r, SG_INVALID,
		    "the name of a %s has 1 to %d bytes",
		    brake_scope_name(scope), RULES_ADDRESS_MAX);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)subject[i] < ' ' || subject[i] == 0x7f)
			wrong = "it has a control character";
	memcpy(subject_r, subject, len + 1);
	if (wrong == NULL &&
	    (scope == RULES_BRAKE_IDENTITY || scope == RULES_BRAKE_DOMAIN))
		wrong = identity_check_name(subject, subject_r, &type);
	if (wrong == NULL && scope == RULES_BRAKE_DOMAIN &&
	    type != RULES_IDENTITY_DOMAIN)
		wrong = "it is no domain";
	if (wrong != NULL)
		return err_set(err_r, SG_INVALID, "%s %.100s: %s",
		    brake_scope_name(scope), subject, wrong);
	return SG_OK;
}

static enum sg_err
check(const struct store_brake *brake, struct err *err_r)
{
	if ((size_t)brake->scope >= COUNT(scopes))
		return err_set(err_r, SG_INVALID,
		    "a limit is on a login, credential, identity or domain");
	if ((size_t)brake->measure >= COUNT(measures))
		return err_set(err_r, SG_INVALID,
		    "a limit counts messages, recipients, bytes or "
		    "new-recipients");
	if (brake->window_sec < WINDOW_MIN_SEC ||
	    brake->window_sec > WINDOW_MAX_SEC)
		return err_set(err_r, SG_INVALID,
		    "the window of a limit is 60 seconds to 31 days");
	if (brake->most < 0 || brake->most > INT64_C(1000000000000000))
		return err_set(err_r, SG_INVALID, "a limit is 0 or more");
	return SG_OK;
}

struct has_ctx {
	int64_t account_id;
	bool found;
};

static bool
find_new_recipients(void *ctx, const struct store_brake *row)
{
	struct has_ctx *has = ctx;

	/* one of a single account does not help all of them */
	has->found |= row->measure == RULES_BRAKE_NEW_RECIPIENTS &&
		      (has->account_id != 0 || row->account_id == 0);
	return !has->found;
}

/* The recipients that are known, before the first brake asks for new ones. */
static enum sg_err
prepare(struct store *store, const struct store_brake *brake, struct err *err_r)
{
	struct has_ctx has = {.account_id = brake->account_id};
	enum sg_err rc;

	if (brake->measure != RULES_BRAKE_NEW_RECIPIENTS)
		return SG_OK;
	rc = store_brake_list(
	    store, brake->account_id, find_new_recipients, &has, err_r);
	if (rc != SG_OK || has.found)
		return rc;
	return learn(store, brake->account_id, err_r);
}

enum sg_err
brake_add(struct store *store, const char *account,
    const struct store_brake *brake, int64_t now_sec, int64_t *id_r,
    struct err *err_r)
{
	struct store_brake row = *brake;
	struct store_account owner;
	enum sg_err rc = check(brake, err_r);

	row.account_id = 0;
	row.created_sec = now_sec;
	if (rc == SG_OK && account != NULL) {
		rc = account_get(store, account, &owner, err_r);
		row.account_id = rc == SG_OK ? owner.facts.id : 0;
	}
	if (rc == SG_OK && brake->subject[0] != '\0')
		rc = brake_take_subject(
		    brake->scope, brake->subject, row.subject, err_r);
	if (rc == SG_OK)
		rc = prepare(store, &row, err_r);
	if (rc == SG_OK)
		rc = store_brake_add(store, &row, err_r);
	if (rc == SG_OK)
		*id_r = row.id;
	return rc;
}

enum sg_err
brake_remove(struct store *store, int64_t id, struct err *err_r)
{
	enum sg_err rc = store_brake_remove(store, id, err_r);

	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "there is no limit %" PRId64
		    "; see: sendwardctl limit list",
		    id);
	return rc;
}
