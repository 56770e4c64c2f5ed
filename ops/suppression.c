/* The suppression list of an account: see suppression.h. Decides nothing about
 * mail: rules/ does. */
#include "config.h"

#include "ops/suppression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ops/account.h"
#include "ops/suppression_line.h"
#include "rules/mailbox.h"

#define BATCH 1000
#define REASONS 3

static const char *const reason_names[] = {
    [RULES_SUPPRESSED_BOUNCE] = "BOUNCE",
    [RULES_SUPPRESSED_COMPLAINT] = "COMPLAINT",
    [RULES_SUPPRESSED_MANUAL] = "MANUAL",
};

int
suppression_reason_from_name(const char *name)
{
	for (size_t i = 0; i < 3; i++)
		if (strcasecmp(name, reason_names[i]) == 0)
			return (int)i;
	return -1;
}

const char *
suppression_reason_name(enum rules_suppression_reason reason)
{
	return reason_names[reason];
}

const char *
suppression_normalise(
    const char *address, char address_r[RULES_ADDRESS_MAX + 1])
{
	struct mailbox mailbox;
	enum mailbox_error wrong = mailbox_parse_path(address, &mailbox);

	if (wrong != MAILBOX_OK)
		return mailbox_error_text(wrong);
	if (mailbox.address[0] == '\0')
		return "the address is empty";
	for (size_t i = 0; i < sizeof(mailbox.address); i++) {
		char c = mailbox.address[i];

		address_r[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		if (c == '\0')
			break;
	}
	return NULL;
}

enum sg_err
suppression_add(struct store *store, const char *account, const char *address,
    enum rules_suppression_reason reason, int64_t now_sec,
    struct store_suppression *row_r, struct err *err_r)
{
	return suppression_add_for(
	    store, account, address, reason, 0, now_sec, row_r, err_r);
}

enum sg_err
suppression_add_for(struct store *store, const char *account,
    const char *address, enum rules_suppression_reason reason, int64_t days,
    int64_t now_sec, struct store_suppression *row_r, struct err *err_r)
{
	struct store_suppression row = {
	    .facts = {.reason = reason, .since_sec = now_sec},
	    .expires_sec = days == 0 ? 0 : now_sec + days * 86400};
	struct store_account owner;
	const char *wrong = suppression_normalise(address, row.address);
	enum sg_err rc;

	if (wrong != NULL)
		return err_set(err_r, SG_INVALID,
		    "%.100s is no e-mail address: %s", address, wrong);
	if (days < 0 || days > SUPPRESSION_DAYS_MAX)
		return err_set(err_r, SG_INVALID,
		    "an entry stays for 1 to %d days, or (0) until it is "
		    "removed",
		    SUPPRESSION_DAYS_MAX);
	rc = account_get(store, account, &owner, err_r);
	if (rc != SG_OK)
		return rc;
	row.account_id = owner.facts.id;
	rc = store_suppression_put(store, &row, err_r);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

static enum sg_err
not_on_list(const char *account, const char *address, struct err *err_r)
{
	return err_set(err_r, SG_MISSING,
	    "%.100s is not on the suppression list of account %s; see: "
	    "sendwardctl suppression list %s",
	    address, account, account);
}

/* The account's id and the address as it would be there. */
static enum sg_err
find_list(struct store *store, const char *account, const char *address,
    int64_t *id_r, char clean_r[RULES_ADDRESS_MAX + 1], struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	*id_r = owner.facts.id;
	if (suppression_normalise(address, clean_r) != NULL)
		return not_on_list(account, address, err_r);
	return SG_OK;
}

enum sg_err
suppression_get(struct store *store, const char *account, const char *address,
    struct store_suppression *row_r, struct err *err_r)
{
	char clean[RULES_ADDRESS_MAX + 1];
	int64_t id;
	enum sg_err rc = find_list(store, account, address, &id, clean, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_suppression_get(store, id, clean, row_r, err_r);
	return rc == SG_MISSING ? not_on_list(account, address, err_r) : rc;
}

enum sg_err
suppression_remove(struct store *store, const char *account,
    const char *address, struct err *err_r)
{
	char clean[RULES_ADDRESS_MAX + 1];
	int64_t id;
	enum sg_err rc = find_list(store, account, address, &id, clean, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_suppression_delete(store, id, clean, err_r);
	return rc == SG_MISSING ? not_on_list(account, address, err_r) : rc;
}

enum sg_err
suppression_list(struct store *store, const char *account,
    store_suppression_fn *fn, void *ctx, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	return store_suppression_list(store, owner.facts.id, fn, ctx, err_r);
}

/* ---- pages --------------------------------------------------------------- */

/* Keys are "REASON SECOND ADDRESS". */
static bool
read_key(const char *key, int *reason_r, int64_t *sec_r, const char **address_r)
{
	char *end;

	*reason_r = 0;
	*sec_r = INT64_MIN;
	*address_r = "";
	if (key[0] == '\0')
		return true;
	if (key[0] < '0' || key[0] >= '0' + REASONS || key[1] != ' ')
		return false;
	*reason_r = key[0] - '0';
	*sec_r = strtoll(key + 2, &end, 10);
	*address_r = end + 1;
	return end > key + 2 && *end == ' ' && end[1] != '\0' &&
	       strlen(end + 1) <= RULES_ADDRESS_MAX;
}

struct page {
	suppression_page_fn *fn;
	void *ctx;
	int64_t left;
	bool is_over;
};

static bool
tell_row(void *ctx, const struct store_suppression *row)
{
	struct page *page = ctx;
	char key[SUPPRESSION_KEY_MAX + 1];

	(void)snprintf(key, sizeof(key), "%d %lld %s", (int)row->facts.reason,
	    (long long)row->facts.since_sec, row->address);
	page->left--;
	page->is_over = !page->fn(page->ctx, key, row) || page->left == 0;
	return !page->is_over;
}

enum sg_err
suppression_page(struct store *store, int64_t account_id,
    const struct suppression_filter *filter, const char *after, int64_t most,
    suppression_page_fn *fn, void *ctx, struct err *err_r)
{
	struct page page = {
	    .fn = fn, .ctx = ctx, .left = most, .is_over = most <= 0};
	struct store_suppression_page part = {
	    .account_id = account_id, .before_sec = filter->before_sec};
	enum sg_err rc = SG_OK;
	int reason;

	if (!read_key(after, &reason, &part.after_sec, &part.after))
		return err_set(err_r, SG_INVALID, "no key of a page");
	for (; reason < REASONS && rc == SG_OK && !page.is_over; reason++) {
		if (part.after_sec < filter->since_sec) {
			part.after_sec = filter->since_sec;
			part.after = "";
		}
		part.reason = (enum rules_suppression_reason)reason;
		part.most = page.left;
		if ((filter->reasons & 1 << reason) != 0)
			rc = store_suppression_page(
			    store, &part, tell_row, &page, err_r);
		part.after_sec = INT64_MIN;
		part.after = "";
	}
	return rc;
}

/* ---- import ------------------------------------------------------------- */

struct import {
	struct store *store;
	struct suppression_import *counts;
	struct store_suppression row; /* account and time are filled */
	const struct suppression_how *how;
	int64_t in_batch; /* entries in the open transaction */
};

/* What is wrong with the line; NULL: import->row is filled. */
static const char *
read_entry(struct import *import, char *line)
{
	struct suppression_line entry;
	const char *wrong = suppression_line_parse(line, &entry);
	int reason = import->how->reason;

	if (wrong != NULL)
		return wrong;
	if (entry.reason[0] != '\0') {
		reason = suppression_reason_from_name(entry.reason);
		if (reason < 0)
			return "the reason is not BOUNCE, COMPLAINT or MANUAL";
	}
	if (reason < 0 && !import->how->is_removal)
		return "no reason: write ADDRESS,BOUNCE or ADDRESS,COMPLAINT";
	import->row.facts.reason = (enum rules_suppression_reason)reason;
	return suppression_normalise(entry.address, import->row.address);
}

static enum sg_err
end_batch(struct import *import, struct err *err_r)
{
	enum sg_err rc;

	if (import->in_batch == 0)
		return SG_OK;
	rc = store_commit(import->store, err_r);
	if (rc == SG_OK)
		import->counts->taken += import->in_batch;
	import->in_batch = 0;
	return rc;
}

static enum sg_err
write_entry(struct import *import, struct err *err_r)
{
	enum sg_err rc;

	if (!import->how->is_removal)
		return store_suppression_put(
		    import->store, &import->row, err_r);
	rc = store_suppression_delete(
	    import->store, import->row.account_id, import->row.address, err_r);
	return rc == SG_MISSING ? SG_OK : rc;
}

static enum sg_err
put_entry(struct import *import, struct err *err_r)
{
	const struct suppression_how *how = import->how;
	enum sg_err rc = SG_OK;

	if (import->in_batch == 0)
		rc = store_begin(import->store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = write_entry(import, err_r);
	if (rc != SG_OK) {
		store_rollback(import->store);
		import->in_batch = 0;
		return rc;
	}
	if (++import->in_batch < BATCH)
		return SG_OK;
	rc = end_batch(import, err_r);
	if (rc == SG_OK && how->stops != NULL && how->stops(how->ctx))
		rc = err_set(err_r, SG_BUSY, "it was asked to stop");
	return rc;
}

/* One line; the heading and empty lines are passed over. */
static enum sg_err
take_line(struct import *import, char *line, const char *wrong, int64_t number,
    struct err *err_r)
{
	const struct suppression_how *how = import->how;

	if (wrong == NULL &&
	    (line[0] == '\0' ||
		(number == 1 && suppression_line_is_heading(line))))
		return SG_OK;
	import->counts->lines++;
	if (wrong == NULL)
		wrong = read_entry(import, line);
	if (wrong == NULL)
		return put_entry(import, err_r);
	import->counts->rejected++;
	if (how->reject != NULL)
		how->reject(how->ctx, number, wrong);
	return SG_OK;
}

enum sg_err
suppression_import(struct store *store, const char *account, FILE *in,
    int reason, int64_t now_sec, suppression_reject_fn *reject, void *ctx,
    struct suppression_import *counts_r, struct err *err_r)
{
	const struct suppression_how how = {
	    .reason = reason, .reject = reject, .ctx = ctx};

	return suppression_import_by(
	    store, account, in, &how, now_sec, counts_r, err_r);
}

enum sg_err
suppression_import_by(struct store *store, const char *account, FILE *in,
    const struct suppression_how *how, int64_t now_sec,
    struct suppression_import *counts_r, struct err *err_r)
{
	struct import import = {.store = store, .counts = counts_r, .how = how};
	struct store_account owner = {0};
	char line[SUPPRESSION_LINE_MAX + 1];
	const char *wrong = NULL;
	int64_t number = 0;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	memset(counts_r, 0, sizeof(*counts_r));
	import.row.account_id = owner.facts.id;
	import.row.facts.since_sec = now_sec;
	while (rc == SG_OK &&
	       suppression_line_read(in, line, sizeof(line), &wrong))
		rc = take_line(&import, line, wrong, ++number, err_r);
	if (rc == SG_OK && ferror(in))
		rc = err_set(err_r, SG_INVALID,
		    "the input could not be read to its end, after line %lld",
		    (long long)number);
	if (rc == SG_OK)
		return end_batch(&import, err_r);
	if (import.in_batch > 0) {
		struct err ignored;

		(void)end_batch(&import, &ignored); /* rc tells already */
	}
	return rc;
}
