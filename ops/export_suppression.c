/* The suppression list as a sheet, which an import takes again. */
#include "config.h"

#include "ops/export_parts.h"

#include <stdio.h>
#include <string.h>

#include "ops/suppression.h"
#include "rules/ascii.h"

static const char *
text_of(const json_t *filter, const char *name)
{
	const char *text = json_string_value(json_object_get(filter, name));

	return text == NULL ? "" : text;
}

struct page {
	struct export_sheet *sheet;
	char last[RULES_ADDRESS_MAX + 1];
	int64_t rows;
};

static bool
write_row(void *ctx, const struct store_suppression *row)
{
	struct page *page = ctx;
	struct export_sheet *sheet = page->sheet;

	export_cell(sheet, row->address);
	export_cell(sheet, suppression_reason_name(row->facts.reason));
	export_cell_time(sheet, row->facts.since_sec);
	export_cell_time(sheet, row->expires_sec);
	export_cell(sheet, row->queue_id);
	export_end_line(sheet);
	(void)snprintf(page->last, sizeof(page->last), "%s", row->address);
	page->rows++;
	return true;
}

enum sg_err
export_suppressions(struct export_sheet *sheet, struct err *err_r)
{
	struct page page = {.sheet = sheet, .rows = EXPORT_PAGE_ROWS};
	char prefix[RULES_ADDRESS_MAX + 1];
	struct store_suppression_search search = {
	    .account_id = sheet->row->account_id,
	    .reason =
		suppression_reason_from_name(text_of(sheet->filter, "Reason")),
	    .prefix = prefix,
	    .after = page.last,
	    .most = EXPORT_PAGE_ROWS};
	int64_t all = 0;
	enum sg_err rc = SG_OK;

	/* Too long a prefix finds nothing either way. */
	ascii_copy_lower(text_of(sheet->filter, "Address"), RULES_ADDRESS_MAX,
	    prefix, sizeof(prefix));
	(void)fputs(
	    "emailAddress,reason,timestamp,expires,messageId\r\n", sheet->out);
	if (search.reason < 0)
		rc = store_suppression_count(sheet->store, search.account_id,
		    search.prefix, &all, err_r);
	while (rc == SG_OK && page.rows == EXPORT_PAGE_ROWS) {
		page.rows = 0;
		rc = store_suppression_search(
		    sheet->store, &search, write_row, &page, err_r);
		if (rc == SG_OK)
			rc = export_turn(sheet,
			    all == 0 ? -1 : sheet->row->records * 100 / all,
			    err_r);
	}
	return rc;
}
