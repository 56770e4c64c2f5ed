/* Letters that confirm addresses: see verification_template.h. */
#include "config.h"

#include "ops/verification_template.h"

#include <string.h>
#include <strings.h>

#include "rules/ascii.h"
#include "rules/identity.h"
#include "rules/mailbox.h"
#include "store/store.h"

#define SUBJECT_MAX 998

/* ---- senders -------------------------------------------------------------------------- */

struct finder {
	struct store *store;
	int64_t account_id;
	enum sg_err rc;
	struct err *err_r;
};

static bool
find_identity(void *ctx, const char *name, struct rules_identity *identity_r)
{
	struct finder *finder = ctx;
	struct store_identity row;
	enum sg_err rc = store_identity_get(
	    finder->store, finder->account_id, name, &row, finder->err_r);

	if (rc == SG_OK)
		*identity_r = row.facts;
	else if (rc != SG_MISSING)
		finder->rc = rc;
	return rc == SG_OK;
}

enum sg_err
verification_template_may_send(struct store *store, int64_t account_id,
    const char *address, bool *ok_r, struct err *err_r)
{
	struct finder finder = {store, account_id, SG_OK, err_r};
	struct identity_cover cover;
	struct mailbox box;

	*ok_r = mailbox_parse_path(address, &box) == MAILBOX_OK &&
		box.address[0] != '\0' &&
		identity_resolve(box.address, find_identity, &finder, &cover);
	return finder.rc;
}

/* ---- what may be in one ----------------------------------------------------------------- */

/* It goes into a page as it is. */
static bool
is_url(const char *url)
{
	size_t len = strlen(url);
	const char *host = NULL;

	if (strncasecmp(url, "https://", 8) == 0)
		host = url + 8;
	else if (strncasecmp(url, "http://", 7) == 0)
		host = url + 7;
	if (host == NULL || len > STORE_URL_MAX || *host == '\0' ||
	    strchr("/?#", *host) != NULL)
		return false;
	for (; *url != '\0'; url++)
		if (*url <= ' ' || *url > '~' ||
		    strchr("\"'<>\\^`{|}", *url) != NULL)
			return false;
	return true;
}

static enum sg_err
wrong(enum verification_template_wrong what,
    enum verification_template_wrong *wrong_r, struct err *err_r,
    const char *text)
{
	*wrong_r = what;
	return err_set(err_r, SG_INVALID, "%s", text);
}

static enum sg_err
check_from(struct store *store, const struct store_wording *row,
    enum verification_template_wrong *wrong_r, struct err *err_r)
{
	bool ok;
	enum sg_err rc = verification_template_may_send(
	    store, row->account_id, row->from, &ok, err_r);

	if (rc != SG_OK || ok)
		return rc;
	*wrong_r = VERIFICATION_TEMPLATE_FROM;
	return err_set(err_r, SG_INVALID,
	    "FromEmailAddress %.320s is not verified", row->from);
}

static enum sg_err
check_texts(const struct store_wording *row,
    enum verification_template_wrong *wrong_r, struct err *err_r)
{
	if (row->content != NULL && row->content[0] == '\0')
		return wrong(VERIFICATION_TEMPLATE_CONTENT, wrong_r, err_r,
		    "TemplateContent is empty");
	if (row->subject != NULL &&
	    (row->subject[0] == '\0' || strlen(row->subject) > SUBJECT_MAX ||
		strpbrk(row->subject, "\r\n") != NULL))
		return wrong(VERIFICATION_TEMPLATE_OTHER, wrong_r, err_r,
		    "TemplateSubject is empty, too long, or has line ends");
	if (row->success_url != NULL && !is_url(row->success_url))
		return wrong(VERIFICATION_TEMPLATE_OTHER, wrong_r, err_r,
		    "SuccessRedirectionURL is no URL of http or https");
	if (row->failure_url != NULL && !is_url(row->failure_url))
		return wrong(VERIFICATION_TEMPLATE_OTHER, wrong_r, err_r,
		    "FailureRedirectionURL is no URL of http or https");
	return SG_OK;
}

/* ---- made, changed ------------------------------------------------------------------------ */

static enum sg_err
create_within(struct store *store, struct store_wording *row,
    enum verification_template_wrong *wrong_r, struct err *err_r)
{
	int64_t count;
	enum sg_err rc = check_from(store, row, wrong_r, err_r);

	if (rc == SG_OK)
		rc = store_wording_count(store, row->account_id, &count, err_r);
	if (rc == SG_OK && count >= VERIFICATION_TEMPLATE_MOST) {
		*wrong_r = VERIFICATION_TEMPLATE_FULL;
		return err_set(err_r, SG_INVALID,
		    "An account has at most %d custom verification email "
		    "templates",
		    VERIFICATION_TEMPLATE_MOST);
	}
	if (rc == SG_OK)
		rc = store_wording_create(store, row, err_r);
	if (rc == SG_EXISTS)
		rc = err_set(err_r, SG_EXISTS,
		    "Custom verification email template %s already exists.",
		    row->name);
	return rc;
}

static enum sg_err
check_name(const char *name, enum verification_template_wrong *wrong_r,
    struct err *err_r)
{
	if (ascii_is_resource_name(name, STORE_TEMPLATE_NAME_MAX))
		return SG_OK;
	return wrong(VERIFICATION_TEMPLATE_OTHER, wrong_r, err_r,
	    "TemplateName must have 1 to 64 letters, digits, _ and -");
}

enum sg_err
verification_template_create(struct store *store, struct store_wording *row,
    enum verification_template_wrong *wrong_r, struct err *err_r)
{
	bool own;
	enum sg_err rc;

	*wrong_r = VERIFICATION_TEMPLATE_GOOD;
	rc = check_name(row->name, wrong_r, err_r);
	if (rc == SG_OK)
		rc = check_texts(row, wrong_r, err_r);
	if (rc == SG_OK)
		rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = create_within(store, row, wrong_r, err_r);
	return store_scope_end(store, own, rc, err_r);
}

struct change {
	struct store *store;
	const struct store_wording *wish;
	enum verification_template_wrong *wrong_r;
	enum sg_err rc;
	struct err *err_r;
};

/* Fills in what is not to be changed. */
static bool
change_row(void *ctx, const struct store_wording *old)
{
	struct change *change = ctx;
	struct store_wording row = *change->wish;

	if (row.from == NULL)
		row.from = old->from;
	if (row.subject == NULL)
		row.subject = old->subject;
	if (row.content == NULL)
		row.content = old->content;
	if (row.success_url == NULL)
		row.success_url = old->success_url;
	if (row.failure_url == NULL)
		row.failure_url = old->failure_url;
	change->rc =
	    check_from(change->store, &row, change->wrong_r, change->err_r);
	if (change->rc == SG_OK)
		change->rc =
		    store_wording_update(change->store, &row, change->err_r);
	return false;
}

enum sg_err
verification_template_update(struct store *store,
    const struct store_wording *row, enum verification_template_wrong *wrong_r,
    struct err *err_r)
{
	struct change change = {store, row, wrong_r, SG_OK, err_r};
	bool own;
	enum sg_err rc;

	*wrong_r = VERIFICATION_TEMPLATE_GOOD;
	rc = check_texts(row, wrong_r, err_r);
	if (rc == SG_OK)
		rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = store_wording_get(
	    store, row->account_id, row->name, change_row, &change, err_r);
	if (rc == SG_OK)
		rc = change.rc;
	else if (rc == SG_MISSING)
		rc = err_set(err_r, SG_MISSING,
		    "Custom verification email template %.64s does not exist.",
		    row->name);
	return store_scope_end(store, own, rc, err_r);
}
