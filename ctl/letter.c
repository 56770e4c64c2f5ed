/* letter: what sendward-jobd has still to send. Shows no link. */
#include "config.h"

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/letter.h"

static bool
add_letter(void *ctx, const char *account, const struct store_letter *row)
{
	return out_add(ctx,
	    json_pack("{s:s, s:s, s:o, s:o, s:o, s:I, s:o}", "kind",
		letter_kind_name(row->kind), "account", account, "to",
		out_string(row->recipient), "created",
		out_time(row->created_sec), "next", out_time(row->next_sec),
		"attempts", (json_int_t)row->attempts, "error",
		row->error[0] == '\0' ? json_null() : out_string(row->error)));
}

/* Errors stand below the table: they are long. */
static void
print_errors(const json_t *list)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		const char *error =
		    json_string_value(json_object_get(row, "error"));
		struct buf clean;

		if (error == NULL)
			continue;
		buf_init(&clean, 4096);
		(void)out_clean(error, &clean); /* cut at the cap */
		(void)printf("\n%s: %s\n",
		    json_string_value(json_object_get(row, "to")),
		    buf_str(&clean)); /* main looks at stdout */
		buf_fini(&clean);
	}
}

int
letter_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"to", "TO", OUT_PLAIN},
	    {"kind", "ABOUT", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"attempts", "TRIES", OUT_PLAIN},
	    {"next", "NEXT TRY", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	json_t *list;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	if (list != NULL &&
	    letter_list(ctl->store, add_letter, &list, &err) != SG_OK) {
		json_decref(list);
		return ctl_fail(ctl, &err);
	}
	rc = out_print(
	    ctl, json_incref(list), columns, "no letter waits to be sent");
	if (rc == CTL_DONE && !ctl->json)
		print_errors(list);
	json_decref(list);
	return rc;
}
