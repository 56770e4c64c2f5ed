/* What an account sent as a sheet: what the search of messages finds. */
#include "config.h"

#include "ops/export_parts.h"

#include <string.h>

#include "base/buf.h"
#include "ops/message_search.h"
#include "rules/recipients.h"
#include "store/events.h"

/* All recipients of a message are one cell. */
#define RECIPIENTS_BYTES_MAX (256 * 1024)

struct page {
	struct export_sheet *sheet;
	int64_t first_msec, last_msec; /* of what was found; 0 nothing yet */
};

static const char *
text_of(const json_t *filter, const char *name)
{
	const char *text = json_string_value(json_object_get(filter, name));

	return text == NULL ? "" : text;
}

static int64_t
msec_of(const json_t *filter, const char *name)
{
	const json_t *value = json_object_get(filter, name);

	return (int64_t)(json_number_value(value) * 1000);
}

static void
write_recipients(struct export_sheet *sheet, const char *text)
{
	struct recipient recipient;
	struct buf list;

	buf_init(&list, RECIPIENTS_BYTES_MAX);
	while (recipients_next(&text, &recipient))
		(void)buf_printf(
		    &list, "%s%s", list.len == 0 ? "" : " ", recipient.address);
	export_cell(sheet, buf_str(&list));
	buf_fini(&list);
}

static void
write_facts(struct export_sheet *sheet, const char *text)
{
	json_t *facts = json_loads(text, 0, NULL);
	const json_t *common = json_object_get(facts, "commonHeaders");
	const char *subject =
	    json_string_value(json_object_get(common, "subject"));

	export_cell(sheet, subject == NULL ? "" : subject);
	json_decref(facts);
}

static void
write_outcomes(struct export_sheet *sheet, int kinds)
{
	char text[128] = "";
	size_t len = 0;

	for (int kind = 0; kind < STORE_EVENT_KINDS; kind++) {
		const char *name =
		    (kinds >> kind & 1) == 0
			? NULL
			: message_search_status((enum store_event_kind)kind);

		if (name != NULL && len + strlen(name) + 2 < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s%s", len == 0 ? "" : " ", name);
	}
	export_cell(sheet, len == 0 ? "PENDING" : text);
}

static bool
write_row(void *ctx, const struct store_message *row, int kinds)
{
	struct page *page = ctx;
	struct export_sheet *sheet = page->sheet;

	if (page->first_msec == 0)
		page->first_msec = row->sent_msec;
	page->last_msec = row->sent_msec;
	export_cell_time(sheet, row->sent_msec / 1000);
	export_cell(sheet, row->queue_id);
	export_cell(sheet, row->sender);
	write_recipients(sheet, row->recipients);
	write_facts(sheet, row->facts);
	write_outcomes(sheet, kinds);
	export_cell_number(sheet, row->size);
	export_end_line(sheet);
	return true;
}

/* By the time that is behind us; -1 not known. */
static int64_t
percent_of(const struct page *page, int64_t oldest_msec)
{
	if (page->first_msec <= oldest_msec || oldest_msec == 0)
		return -1;
	return (page->first_msec - page->last_msec) * 100 /
	       (page->first_msec - oldest_msec);
}

enum sg_err
export_messages(struct export_sheet *sheet, struct err *err_r)
{
	struct page page = {.sheet = sheet};
	struct message_query query = {.account_id = sheet->row->account_id,
	    .recipient = text_of(sheet->filter, "Recipient"),
	    .message_id = text_of(sheet->filter, "MessageId"),
	    .tag = text_of(sheet->filter, "Tag"),
	    .status = text_of(sheet->filter, "Status"),
	    .since_msec = msec_of(sheet->filter, "Since"),
	    .until_msec = msec_of(sheet->filter, "Until"),
	    .most = EXPORT_PAGE_ROWS};
	int64_t oldest_msec = 0;
	enum sg_err rc = store_message_oldest(
	    sheet->store, query.account_id, &oldest_msec, err_r);

	if (oldest_msec < query.since_msec)
		oldest_msec = query.since_msec;
	(void)fputs("timestamp,messageId,sender,recipients,subject,outcomes,"
		    "sizeBytes\r\n",
	    sheet->out);
	do {
		if (rc == SG_OK)
			rc = message_search(sheet->store, &query, write_row,
			    &page, &query.before, err_r);
		if (rc == SG_OK)
			rc = export_turn(
			    sheet, percent_of(&page, oldest_msec), err_r);
	} while (rc == SG_OK && query.before != 0);
	return rc;
}
