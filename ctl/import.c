/* import: what other programs' files hold is shown, and taken with --apply. Knows no
 * format: import_opendkim.c and its like read the files. */
#include "config.h"

#include "ctl/import.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/out.h"

static const char *const kind_names[] = {
    [IMPORT_KEY] = "key",
    [IMPORT_IDENTITY] = "identity",
    [IMPORT_LOGIN] = "login",
    [IMPORT_SUPPRESSION] = "suppression",
    [IMPORT_OTHER] = "other",
};
static const char *const state_names[] = {
    [IMPORT_NEW] = "NEW",
    [IMPORT_THERE] = "UNCHANGED",
    [IMPORT_REFUSED] = "REFUSED",
};

struct counts {
	size_t fresh, there, refused;
	size_t fresh_of[IMPORT_OTHER + 1];
};

static void
count(const struct import *in, struct counts *counts_r)
{
	*counts_r = (struct counts){0};
	for (size_t i = 0; i < in->count; i++)
		switch (in->list[i].state) {
		case IMPORT_NEW:
			counts_r->fresh++;
			counts_r->fresh_of[in->list[i].kind]++;
			break;
		case IMPORT_THERE:
			counts_r->there++;
			break;
		case IMPORT_REFUSED:
			counts_r->refused++;
			break;
		}
}

/* ---- JSON ------------------------------------------------------------------------ */

static json_t *
entry_json(const struct import_entry *entry)
{
	json_t *doc = json_pack("{s:o, s:o, s:o, s:s, s:o, s:s, s:o}", "file",
	    out_string(entry->file), "line",
	    entry->line == 0 ? json_null()
			     : json_integer((json_int_t)entry->line),
	    "place",
	    entry->place == NULL ? json_null() : out_text(entry->place), "kind",
	    kind_names[entry->kind], "name", out_string(entry->name), "state",
	    state_names[entry->state], "note",
	    entry->note == NULL ? json_null() : out_text(entry->note));

	if (entry->kind == IMPORT_KEY) {
		out_set(&doc, "selector", out_string(entry->selector));
		out_set(&doc, "algorithm", json_string(entry->algorithm));
		out_set(&doc, "bits", json_integer(entry->bits));
	}
	return doc;
}

static int
print_json(const struct import *in, const char *account, bool is_applied,
    const struct counts *counts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < in->count && list != NULL; i++)
		(void)out_add(&list, entry_json(&in->list[i]));
	return out_print(in->ctl,
	    list == NULL ? NULL
			 : json_pack("{s:s, s:b, s:I, s:I, s:I, s:o}",
			       "account", account, "applied", is_applied, "new",
			       (json_int_t)counts->fresh, "unchanged",
			       (json_int_t)counts->there, "refused",
			       (json_int_t)counts->refused, "entries", list),
	    NULL, "");
}

/* ---- text ------------------------------------------------------------------------ */

static bool
add_what(const struct import_entry *entry, struct buf *line)
{
	if (!buf_puts(line, entry->name))
		return false;
	switch (entry->kind) {
	case IMPORT_KEY:
		return buf_printf(line, ": key %s, %s of %d bits",
		    entry->selector, entry->algorithm, entry->bits);
	case IMPORT_IDENTITY:
		return buf_puts(line, strchr(entry->name, '@') == NULL
					  ? ": domain"
					  : ": address");
	case IMPORT_LOGIN:
		return buf_puts(line, ": login");
	case IMPORT_SUPPRESSION:
		return buf_puts(line, ": suppressed");
	case IMPORT_OTHER:
		break;
	}
	return true;
}

/* "FILE:LINE: NAME: WHAT: STATE; NOTE" */
static void
print_entry(const struct import_entry *entry, bool is_applied)
{
	const char *state = entry->state == IMPORT_REFUSED ? "REFUSED"
			    : entry->state == IMPORT_THERE ? "there already"
			    : is_applied                   ? "taken"
							   : "new";
	struct buf line, clean;

	buf_init(&line, (size_t)32 * 1024);
	buf_init(&clean, (size_t)64 * 1024);
	(void)buf_printf(&line, "%.1000s", entry->file);
	if (entry->line > 0)
		(void)buf_printf(&line, ":%zu", entry->line);
	if (entry->place != NULL)
		(void)buf_printf(&line, " %s", entry->place);
	(void)buf_puts(&line, ": ");
	(void)add_what(entry, &line);
	(void)buf_printf(
	    &line, "%s%s", entry->name[0] == '\0' ? "" : ": ", state);
	if (entry->note != NULL)
		(void)buf_printf(&line,
		    entry->state == IMPORT_REFUSED ? ": %s" : " (%s)",
		    entry->note);
	(void)out_clean(buf_str(&line), &clean); /* cut at the cap */
	(void)puts(buf_str(&clean));             /* main looks at stdout */
	buf_fini(&line);
	buf_fini(&clean);
}

/* What comes next, for those that are new. */
static void
print_next(const char *account, bool is_applied, const struct counts *counts)
{
	if (!is_applied && counts->fresh > 0)
		(void)puts("Nothing was changed. To take what is new, add "
			   "--apply.");
	if (!is_applied)
		return;
	if (counts->fresh_of[IMPORT_KEY] > 0)
		(void)printf(
		    "Keys sign, and their domains are verified, as soon as "
		    "sendward-jobd finds the\nrecords that are published for "
		    "them, within a minute. What it found:\n"
		    "  sendwardctl identity list %s\n",
		    account); /* main looks at stdout */
	if (counts->fresh_of[IMPORT_IDENTITY] > 0)
		(void)printf(
		    "Identities are PENDING: nothing can be sent from them "
		    "until they are proved. What to\npublish: sendwardctl "
		    "identity records %s DOMAIN. What is there: sendwardctl "
		    "identity list %s\n",
		    account, account); /* main looks at stdout */
}

static void
print_text(const struct import *in, const char *account, bool is_applied,
    const struct counts *counts)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct import_entry *entry = &in->list[i];

		/* lists of these are long: only what is wrong */
		if (entry->kind != IMPORT_SUPPRESSION ||
		    entry->state == IMPORT_REFUSED)
			print_entry(entry, is_applied);
	}
	if (in->count == 0)
		(void)puts("there is nothing to take"); /* main looks at it */
	else
		(void)printf("%zu %s, %zu there already, %zu refused\n",
		    counts->fresh, is_applied ? "taken" : "new", counts->there,
		    counts->refused);
	print_next(account, is_applied, counts);
}

/* ---- the command ----------------------------------------------------------------- */

static int
show(const struct import *in, const char *account, bool is_applied)
{
	struct counts counts;
	int rc = CTL_DONE;

	count(in, &counts);
	if (in->ctl->json)
		rc = print_json(in, account, is_applied, &counts);
	else
		print_text(in, account, is_applied, &counts);
	if (rc != CTL_DONE || counts.refused == 0)
		return rc;
	return ctl_refuse(in->ctl,
	    "%zu of %zu entries %s be taken; each says why", counts.refused,
	    in->count, is_applied ? "could not" : "can not");
}

int
import_finish(struct import *in)
{
	struct ctl *ctl = in->ctl;
	const char *account = ctl_value(ctl, "account");
	bool is_applied = ctl_value(ctl, "apply") != NULL;
	struct err err;
	int rc;

	if (in->failed)
		rc = ctl_refuse(ctl,
		    "no memory, or more than %d entries: split the files",
		    IMPORT_ENTRIES_MAX);
	else
		rc = ctl_open(ctl, is_applied ? CTL_WRITE | CTL_KEY : CTL_READ);
	if (rc == CTL_DONE &&
	    import_take(in, account, is_applied, &err) != SG_OK)
		rc = ctl_fail(ctl, &err);
	if (rc == CTL_DONE)
		rc = show(in, account, is_applied);
	import_end_list(in);
	return rc;
}
