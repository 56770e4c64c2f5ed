/* Observed senders taken over: see observed.h. Collects none: observer.h. */
#include "config.h"

#include "ops/observed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/account.h"
#include "ops/identity.h"
#include "ops/login.h"
#include "rules/ascii.h"
#include "rules/mailbox.h"

/* Domains of a login, when all of them are wanted: at once. */
#define DOMAINS_AT_ONCE 100

void
observed_domain(const char *address, char domain_r[RULES_DOMAIN_MAX + 1])
{
	const char *at = strrchr(address, '@');
	size_t len = at == NULL ? 0 : strlen(at + 1), labels;

	if (len == 0 || len > RULES_DOMAIN_MAX ||
	    mailbox_check_domain(at + 1, len, &labels) != MAILBOX_OK) {
		(void)snprintf(
		    domain_r, RULES_DOMAIN_MAX + 1, "%s", OBSERVED_MALFORMED);
		return;
	}
	for (size_t i = 0; i <= len; i++)
		domain_r[i] = ascii_lower(at[1 + i]);
}

struct adoption {
	struct store *store;
	const struct seal *seal;
	const struct conf *conf;
	const struct observed_wish *wish;
	const struct observed_teller *teller;
	struct store_account account;
	int64_t now_sec;
	struct err *err_r;
};

static void
tell(const struct adoption *a, observed_told_fn *fn, const char *name)
{
	if (fn != NULL)
		fn(a->teller->ctx, name);
}

static bool
keep_owner(void *ctx, const struct store_credential *row)
{
	*(int64_t *)ctx = row->account_id;
	return true;
}

/* An access key id is a login, too. SG_MISSING: nobody's. */
static enum sg_err
find_owner(struct adoption *a, const char *login, int64_t *account_id_r)
{
	struct store_login row;
	enum sg_err rc = store_login_get(a->store, login, &row, a->err_r);

	*account_id_r = rc == SG_OK ? row.account_id : 0;
	if (rc == SG_MISSING)
		rc = store_credential_get(
		    a->store, login, keep_owner, account_id_r, a->err_r);
	return rc;
}

/* Whose is the login? *is_own_r: it is the account's already. */
static enum sg_err
check_login(struct adoption *a, const char *login, bool *is_own_r)
{
	struct store_account other;
	int64_t owner;
	enum sg_err rc = find_owner(a, login, &owner);

	*is_own_r = rc == SG_OK && owner == a->account.facts.id;
	if (rc == SG_MISSING)
		return SG_OK;
	if (rc != SG_OK || *is_own_r)
		return rc;
	rc = store_account_get_by_id(a->store, owner, &other, a->err_r);
	return rc != SG_OK ? rc
			   : err_set(a->err_r, SG_EXISTS,
				 "the login %s belongs to the account %s",
				 login, other.facts.name);
}

static enum sg_err
adopt_login(struct adoption *a, const char *login)
{
	bool is_own;
	enum sg_err rc;

	if (login[0] == '\0') /* a network's: its domains alone */
		return SG_OK;
	rc = check_login(a, login, &is_own);
	if (rc != SG_OK || is_own)
		return rc;
	rc = login_add(a->store, a->wish->account, login, a->now_sec, a->err_r);
	if (rc == SG_OK && a->teller != NULL)
		tell(a, a->teller->login, login);
	return rc;
}

/* An identity that is not verified, when the operator gives his word for it. */
static enum sg_err
verify(struct adoption *a, const struct store_identity *row)
{
	struct store_identity verified;

	if (!a->wish->is_verified ||
	    row->facts.status == RULES_IDENTITY_SUCCESS)
		return SG_OK;
	return identity_verify(a->store, a->wish->account, row->facts.name,
	    a->now_sec, &verified, a->err_r);
}

static enum sg_err
adopt_domain(struct adoption *a, const char *domain)
{
	struct store_identity row;
	enum sg_err rc;

	if (domain[0] == '(') /* OBSERVED_MALFORMED, OBSERVED_OTHER */
		return SG_OK;
	rc = identity_get(a->store, a->wish->account, domain, &row, a->err_r);
	if (rc == SG_MISSING) {
		rc = identity_create(a->store, a->seal, a->conf,
		    a->wish->account, domain, IDENTITY_KEYS_BOTH, false,
		    a->now_sec, &row, a->err_r);
		if (rc == SG_OK && a->teller != NULL)
			tell(a, a->teller->identity, row.facts.name);
	}
	return rc == SG_OK ? verify(a, &row) : rc;
}

/* Names are kept, and dealt with when the list is over. */
struct names {
	char list[DOMAINS_AT_ONCE][RULES_DOMAIN_MAX + 1];
	size_t count;
};

static bool
keep_domain(void *ctx, const struct store_observed *row)
{
	struct names *names = ctx;

	memcpy(
	    names->list[names->count++], row->domain, sizeof(names->list[0]));
	return names->count < DOMAINS_AT_ONCE;
}

static enum sg_err
adopt_domains(struct adoption *a, const char *login)
{
	struct names *names = calloc(1, sizeof(*names));
	char after[RULES_DOMAIN_MAX + 1] = "";
	enum sg_err rc = SG_OK;

	if (names == NULL)
		return err_set(a->err_r, SG_NOMEM, "no memory");
	do {
		names->count = 0;
		rc = store_observed_of_login(a->store, login, after,
		    DOMAINS_AT_ONCE, keep_domain, names, a->err_r);
		for (size_t i = 0; i < names->count && rc == SG_OK; i++)
			rc = adopt_domain(a, names->list[i]);
		if (names->count > 0)
			memcpy(after, names->list[names->count - 1],
			    sizeof(after));
	} while (rc == SG_OK && names->count == DOMAINS_AT_ONCE);
	free(names);
	return rc;
}

static enum sg_err
check_wish(struct adoption *a)
{
	const struct observed_wish *wish = a->wish;
	enum sg_err rc = SG_OK;
	char domain[RULES_DOMAIN_MAX + 1], text[RULES_DOMAIN_MAX + 3];
	bool is_own;

	for (size_t i = 0; i < wish->count && rc == SG_OK; i++) {
		const struct observed_sender *sender = &wish->senders[i];

		rc = check_login(a, sender->login, &is_own);
		if (rc != SG_OK || sender->domain == NULL ||
		    sender->domain[0] == '(')
			continue;
		(void)snprintf(text, sizeof(text), "@%.254s", sender->domain);
		observed_domain(text, domain);
		if (domain[0] == '(')
			rc = err_set(a->err_r, SG_INVALID,
			    "%.100s is no domain name", sender->domain);
	}
	return rc;
}

static enum sg_err
find_account(struct adoption *a)
{
	enum sg_err rc =
	    account_get(a->store, a->wish->account, &a->account, a->err_r);

	if (rc == SG_MISSING && a->wish->can_create)
		rc = account_create(a->store, a->conf, a->wish->account, "",
		    a->now_sec, &a->account, a->err_r);
	return rc;
}

enum sg_err
observed_adopt(struct store *store, const struct seal *seal,
    const struct conf *conf, const struct observed_wish *wish, int64_t now_sec,
    const struct observed_teller *teller, struct err *err_r)
{
	struct err own;
	struct adoption a = {.store = store,
	    .seal = seal,
	    .conf = conf,
	    .wish = wish,
	    .teller = teller,
	    .now_sec = now_sec,
	    .err_r = err_r != NULL ? err_r : &own};
	enum sg_err rc = find_account(&a);

	if (rc == SG_OK)
		rc = check_wish(&a);
	for (size_t i = 0; i < wish->count && rc == SG_OK; i++) {
		const struct observed_sender *sender = &wish->senders[i];

		rc = adopt_login(&a, sender->login);
		if (rc == SG_OK)
			rc = sender->domain == NULL
				 ? adopt_domains(&a, sender->login)
				 : adopt_domain(&a, sender->domain);
	}
	return rc;
}
