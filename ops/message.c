/* What is known of mail that left: see message.h. Changes nothing. */
#include "config.h"

#include "ops/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ops/account.h"
#include "store/topics.h"

#define FILE_MAX_BYTES (64 * 1024 * 1024)

/* ---- one message ------------------------------------------------------------ */

struct load {
	struct message_file *file;
	bool failed;
};

static const char *
keep_text(struct load *load, const char *text)
{
	char *copy = arena_strdup(load->file->arena, text);

	load->failed = load->failed || copy == NULL;
	return copy == NULL ? "" : copy;
}

/* A list with room for one more; NULL: there is none, or no memory. */
static void *
room_for_one(struct load *load, void *list, size_t count, size_t size)
{
	void *grown;

	if (count == MESSAGE_ROWS_MAX) {
		load->file->is_cut = true;
		return NULL;
	}
	if ((count & (count - 1)) != 0) /* it grows at powers of two */
		return list;
	grown = realloc(list, (count == 0 ? 1 : 2 * count) * size);
	load->failed = load->failed || grown == NULL;
	return grown;
}

static bool
keep_message(void *ctx, const struct store_message *row)
{
	struct load *load = ctx;
	struct store_message *kept = &load->file->row;

	*kept = *row;
	kept->login = keep_text(load, row->login);
	kept->sender = keep_text(load, row->sender);
	kept->source_ip = keep_text(load, row->source_ip);
	kept->recipients = keep_text(load, row->recipients);
	kept->facts = keep_text(load, row->facts);
	load->file->is_known = true;
	return false;
}

static bool
keep_event(void *ctx, const struct store_event *row)
{
	struct load *load = ctx;
	struct message_file *file = load->file;
	struct store_event *list =
	    room_for_one(load, file->events, file->event_count, sizeof(*list));

	if (list == NULL)
		return false;
	file->events = list;
	list += file->event_count;
	*list = *row;
	list->recipients = keep_text(load, row->recipients);
	list->detail = keep_text(load, row->detail);
	file->event_count += !load->failed;
	return !load->failed;
}

static bool
keep_fate(void *ctx, const struct store_fate *row)
{
	struct load *load = ctx;
	struct message_file *file = load->file;
	struct store_fate *list =
	    room_for_one(load, file->fates, file->fate_count, sizeof(*list));

	if (list == NULL)
		return false;
	file->fates = list;
	list[file->fate_count++] = *row;
	return true;
}

static bool
keep_report(void *ctx, const struct store_report *row)
{
	struct load *load = ctx;
	struct message_file *file = load->file;
	struct store_report *list = room_for_one(
	    load, file->reports, file->report_count, sizeof(*list));

	if (list == NULL)
		return false;
	file->reports = list;
	list += file->report_count++;
	*list = *row;
	list->content = NULL;
	list->content_len = 0;
	return true;
}

/* Deliveries are read from a log, so an event may be written after a later one. */
static int
by_time(const void *a, const void *b)
{
	const struct store_event *x = a, *y = b;

	if (x->at_msec != y->at_msec)
		return x->at_msec < y->at_msec ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Events, and reports; of one account, or, when the message is not known, of any:
 * then they say whose it is. */
static enum sg_err
load_traces(struct store *store, struct load *load, struct err *err_r)
{
	struct message_file *file = load->file;
	struct store_event_filter filter = {.account_id = file->row.account_id,
	    .queue_id = file->row.queue_id,
	    .most = MESSAGE_ROWS_MAX + 1,
	    .oldest_first = true};
	enum sg_err rc =
	    store_event_list(store, &filter, keep_event, load, err_r);

	if (rc == SG_OK && file->row.account_id == 0 && file->event_count > 0)
		file->row.account_id = file->events[0].account_id;
	if (rc == SG_OK)
		rc = store_report_list(store, file->row.account_id,
		    file->row.queue_id, 0, MESSAGE_ROWS_MAX + 1, keep_report,
		    load, err_r);
	if (rc == SG_OK && file->row.account_id == 0 && file->report_count > 0)
		file->row.account_id = file->reports[0].account_id;
	if (rc == SG_OK && file->row.account_id > 0)
		rc = store_fate_list(store, file->row.account_id,
		    file->row.queue_id, keep_fate, load, err_r);
	if (rc == SG_OK && file->event_count > 1)
		qsort(file->events, file->event_count, sizeof(*file->events),
		    by_time);
	return rc;
}

/* The names of what the rows have the ids of. What is gone has none. */
static enum sg_err
load_names(struct store *store, struct message_file *file, struct err *err_r)
{
	struct store_account account = {.facts = {.name = ""}};
	struct store_identity identity = {.facts = {.name = ""}};
	struct store_set set = {.facts = {.name = ""}};
	enum sg_err rc = SG_OK;

	if (file->row.account_id > 0)
		rc = store_account_get_by_id(
		    store, file->row.account_id, &account, err_r);
	if ((rc == SG_OK || rc == SG_MISSING) && file->row.identity_id > 0)
		rc = store_identity_get_by_id(
		    store, file->row.identity_id, &identity, err_r);
	if ((rc == SG_OK || rc == SG_MISSING) && file->row.set_id > 0)
		rc = store_set_get_by_id(store, file->row.set_id, &set, err_r);
	(void)snprintf(file->account, sizeof(file->account), "%s",
	    account.facts.name); /* all fit */
	(void)snprintf(
	    file->identity, sizeof(file->identity), "%s", identity.facts.name);
	(void)snprintf(file->set, sizeof(file->set), "%s", set.facts.name);
	return rc == SG_MISSING ? SG_OK : rc;
}

static enum sg_err
load_file(struct store *store, const char *queue_id, struct load *load,
    struct err *err_r)
{
	struct message_file *file = load->file;
	enum sg_err rc;

	(void)snprintf(file->row.queue_id, sizeof(file->row.queue_id), "%s",
	    queue_id); /* fits */
	file->row.login = file->row.sender = file->row.source_ip = "";
	file->row.recipients = file->row.facts = "";
	rc = store_message_get(
	    store, file->row.account_id, queue_id, keep_message, load, err_r);
	if (rc == SG_OK || rc == SG_MISSING)
		rc = load_traces(store, load, err_r);
	if (rc == SG_OK)
		rc = load_names(store, file, err_r);
	if (rc == SG_OK && load->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for a message");
	return rc;
}

enum sg_err
message_file_load(struct store *store, const char *queue_id,
    struct message_file **file_r, struct err *err_r)
{
	return message_file_load_of(store, 0, queue_id, file_r, err_r);
}

enum sg_err
message_file_load_of(struct store *store, int64_t account_id,
    const char *queue_id, struct message_file **file_r, struct err *err_r)
{
	struct message_file *file = calloc(1, sizeof(*file));
	struct load load = {.file = file};
	enum sg_err rc = SG_OK;

	if (file == NULL || (file->arena = arena_new(FILE_MAX_BYTES)) == NULL)
		rc = err_set(err_r, SG_NOMEM, "no memory for a message");
	else if (queue_id[0] != '\0' &&
		 strlen(queue_id) <= RULES_QUEUE_ID_MAX) {
		file->row.account_id = account_id;
		rc = load_file(store, queue_id, &load, err_r);
	}
	if (rc == SG_OK && !file->is_known && file->event_count == 0 &&
	    file->report_count == 0)
		rc = err_set(err_r, SG_MISSING,
		    "no message %.100s: accounts have sent none of that id, or "
		    "it is older than retention_days; see: sendwardctl "
		    "message list",
		    queue_id);
	if (rc != SG_OK)
		message_file_free(&file);
	*file_r = file;
	return rc;
}

void
message_file_free(struct message_file **file)
{
	if (*file == NULL)
		return;
	free((*file)->events);
	free((*file)->fates);
	free((*file)->reports);
	arena_free(&(*file)->arena);
	free(*file);
	*file = NULL;
}

/* ---- lists ------------------------------------------------------------------ */

struct list_ctx {
	struct store *store;
	struct account_names names;
	message_list_fn *message_fn;
	message_report_fn *report_fn;
	message_event_fn *event_fn;
	void *ctx;
	enum sg_err code; /* of what was asked within the list */
	struct err *err_r;
	/* of one event */
	const struct store_event *event;
	bool goes_on;
};

static bool
list_message(void *ctx, const struct store_message *row)
{
	const struct list_ctx *list = ctx;

	return list->message_fn(
	    list->ctx, account_names_find(&list->names, row->account_id), row);
}

enum sg_err
message_list(struct store *store, const char *account, int most,
    message_list_fn *fn, void *ctx, struct err *err_r)
{
	struct list_ctx list = {.message_fn = fn, .ctx = ctx};
	int64_t account_id;
	enum sg_err rc =
	    account_names_load(store, account, &list.names, &account_id, err_r);

	if (rc == SG_OK)
		rc = store_message_list(
		    store, account_id, 0, most, list_message, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}

static bool
show_event(void *ctx, const struct store_message *message)
{
	struct list_ctx *list = ctx;

	list->goes_on = list->event_fn(list->ctx, list->event, message);
	return false;
}

static bool
list_event(void *ctx, const struct store_event *row)
{
	struct list_ctx *list = ctx;

	list->event = row;
	list->code = store_message_get(list->store, row->account_id,
	    row->queue_id, show_event, list, list->err_r);
	if (list->code == SG_MISSING) {
		list->code = SG_OK;
		(void)show_event(list, NULL);
	}
	return list->code == SG_OK && list->goes_on;
}

enum sg_err
message_event_list(struct store *store, const char *account,
    const struct store_event_filter *filter, message_event_fn *fn, void *ctx,
    struct err *err_r)
{
	struct list_ctx list = {
	    .store = store, .event_fn = fn, .ctx = ctx, .err_r = err_r};
	struct store_event_filter wanted = *filter;
	struct store_account owner;
	enum sg_err rc = SG_OK;

	wanted.account_id = 0;
	if (account != NULL) {
		rc = account_get(store, account, &owner, err_r);
		wanted.account_id = owner.facts.id;
	}
	if (rc == SG_OK)
		rc = store_event_list(store, &wanted, list_event, &list, err_r);
	return rc == SG_OK ? list.code : rc;
}

/* ---- reports ---------------------------------------------------------------- */

static const struct {
	const char *name, *text;
} report_states[] = {
    [STORE_REPORT_MATCHED] = {"MATCHED", "of a message of ours"},
    [STORE_REPORT_UNMATCHED] = {"UNMATCHED", "no token of ours in it"},
    [STORE_REPORT_FORGED] = {"FORGED", "a token that this server never made"},
    [STORE_REPORT_STRANGE] = {"STRANGE",
	"about a recipient that the message did not have"},
    [STORE_REPORT_LATE] = {"LATE", "about a message of long ago"},
};

const char *
message_report_state_name(enum store_report_state state)
{
	return report_states[state].name;
}

const char *
message_report_state_text(enum store_report_state state)
{
	return report_states[state].text;
}

static bool
list_report(void *ctx, const struct store_report *row)
{
	const struct list_ctx *list = ctx;

	return list->report_fn(
	    list->ctx, account_names_find(&list->names, row->account_id), row);
}

enum sg_err
message_report_list(struct store *store, const char *account, bool is_nobodys,
    int most, message_report_fn *fn, void *ctx, struct err *err_r)
{
	struct list_ctx list = {.report_fn = fn, .ctx = ctx};
	int64_t account_id;
	enum sg_err rc =
	    account_names_load(store, account, &list.names, &account_id, err_r);

	if (is_nobodys)
		account_id = -1;
	if (rc == SG_OK)
		rc = store_report_list(
		    store, account_id, "", 0, most, list_report, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}

enum sg_err
message_report_get(struct store *store, int64_t id, message_report_fn *fn,
    void *ctx, struct err *err_r)
{
	struct list_ctx list = {.report_fn = fn, .ctx = ctx};
	int64_t all;
	enum sg_err rc =
	    account_names_load(store, NULL, &list.names, &all, err_r);

	if (rc == SG_OK)
		rc = store_report_get(store, id, list_report, &list, err_r);
	if (rc == SG_MISSING)
		rc = err_set(err_r, SG_MISSING,
		    "no report %lld is kept; see: sendwardctl feedback list",
		    (long long)id);
	account_names_fini(&list.names);
	return rc;
}
