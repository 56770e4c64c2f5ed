/* Templates of an account: see template.h. */
#include "config.h"

#include "ops/template.h"

#include <string.h>

#include "rules/ascii.h"
#include "store/store.h"

static enum sg_err
check_name(const char *name, struct err *err_r)
{
	if (!ascii_is_resource_name(name, STORE_TEMPLATE_NAME_MAX))
		return err_set(err_r, SG_INVALID,
		    "TemplateName must have 1 to %d letters, digits, _ and -",
		    STORE_TEMPLATE_NAME_MAX);
	return SG_OK;
}

static enum sg_err
check(const struct store_template *row, struct err *err_r)
{
	enum sg_err rc = check_name(row->name, err_r);

	if (rc != SG_OK)
		return rc;
	if (row->subject[0] == '\0')
		return err_set(
		    err_r, SG_INVALID, "The subject must be specified");
	if (strlen(row->subject) + strlen(row->text) + strlen(row->html) >
	    TEMPLATE_BYTES_MAX)
		return err_set(err_r, SG_INVALID,
		    "A template has at most %d bytes", TEMPLATE_BYTES_MAX);
	return SG_OK;
}

static enum sg_err
create_within(struct store *store, struct store_template *row, bool *is_full_r,
    struct err *err_r)
{
	int64_t count;
	enum sg_err rc =
	    store_template_count(store, row->account_id, &count, err_r);

	if (rc == SG_OK && count >= TEMPLATE_MOST) {
		*is_full_r = true;
		rc = err_set(err_r, SG_INVALID,
		    "An account has at most %d templates", TEMPLATE_MOST);
	}
	if (rc == SG_OK)
		rc = store_template_create(store, row, err_r);
	if (rc == SG_EXISTS)
		rc = err_set(
		    err_r, SG_EXISTS, "Template %s already exists.", row->name);
	return rc;
}

enum sg_err
template_create(struct store *store, struct store_template *row,
    bool *is_full_r, struct err *err_r)
{
	bool own;
	enum sg_err rc = check(row, err_r);

	*is_full_r = false;
	if (rc == SG_OK)
		rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = create_within(store, row, is_full_r, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
template_update(
    struct store *store, const struct store_template *row, struct err *err_r)
{
	enum sg_err rc = check(row, err_r);

	if (rc == SG_OK)
		rc = store_template_update(store, row, err_r);
	if (rc == SG_MISSING)
		rc = err_set(err_r, SG_MISSING, "Template %s does not exist.",
		    row->name);
	return rc;
}
