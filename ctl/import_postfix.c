/* import postfix: logins and the domains that they send from, by the tables of
 * smtpd_sender_login_maps. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "ctl/import.h"
#include "ctl/import_text.h"
#include "ctl/input.h"
#include "ctl/postconf.h"
#include "ctl/verbs.h"

#define PARAMETER "smtpd_sender_login_maps"
#define TABLES_MAX 16384

static void
take_row(struct import *in, const struct import_at *at, char *row)
{
	struct import_login_row login_row;
	const char *why = import_text_login_row(row, &login_row);
	const char *login;

	if (why != NULL) {
		(void)import_refuse(in, at, login_row.sender, "%s", why);
		return;
	}
	if (!import_wants(in, login_row.domain))
		return;
	while ((login = import_text_login(&login_row)) != NULL)
		(void)import_add_login(in, at, login);
	if (login_row.domain[0] == '\0')
		(void)import_refuse(in, at, login_row.sender,
		    "an address without a domain is of Postfix's own "
		    "(myorigin, mydestination): sendwardctl identity create");
	else
		(void)import_add_identity(in, at, login_row.domain);
}

static int
read_table(struct import *in, const char *path)
{
	char row[IMPORT_LINE_MAX + 1];
	struct import_at at = {.file = import_label(path)};
	struct import_text text;
	const char *why;
	struct buf data;
	struct err err;
	int rc = CTL_DONE;

	if (import_read(path, IMPORT_FILE_MAX, &data, &err) != SG_OK)
		rc = ctl_refuse(in->ctl, "%s", err.text);
	import_text_begin(&text, buf_str(&data), data.len, true);
	while (rc == CTL_DONE && import_text_row(&text, row, &why)) {
		at.line = text.line;
		if (why != NULL)
			(void)import_refuse(in, &at, "", "%s", why);
		else
			take_row(in, &at, row);
	}
	buf_fini(&data);
	return rc;
}

/* Is the table of a type whose text lies beside it? */
static bool
has_text(const char *type, size_t len)
{
	static const char *const types[] = {
	    "hash", "btree", "lmdb", "cdb", "dbm", "sdbm", "texthash"};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strlen(types[i]) == len &&
		    strncmp(type, types[i], len) == 0)
			return true;
	return false;
}

/* "hash:/etc/postfix/logins", perhaps behind "proxy:", or a path. */
static int
take_table(struct import *in, const char *table)
{
	const char *name = table;
	size_t len;

	if (strncmp(name, "proxy:", 6) == 0)
		name += 6;
	len = strcspn(name, ":");
	if (name[0] == '/' || name[len] == '\0')
		return read_table(in, name);
	if (!has_text(name, len) || strchr(name, '$') != NULL)
		return ctl_refuse(in->ctl,
		    "%.300s: its rows cannot be listed here; write them as "
		    "SENDER LOGIN,... into a file, and give that",
		    table);
	if (name[len + 1] != '/')
		return ctl_refuse(
		    in->ctl, "%.300s: give the whole path of the table", table);
	return read_table(in, name + len + 1);
}

/* What main.cf names. */
static int
take_configured(struct import *in)
{
	struct postconf postconf;
	struct buf value;
	struct err err;
	char *table, *rest;
	int rc;

	buf_init(&value, TABLES_MAX);
	rc = ctl_open(in->ctl, 0);
	if (rc != CTL_DONE)
		return rc;
	if (postconf_open(
		postconf_chosen(ctl_value(in->ctl, "postfix"), in->ctl->conf),
		&postconf, &err) != SG_OK ||
	    postconf_get(&postconf, PARAMETER, &value, &err) != SG_OK)
		rc = ctl_refuse(in->ctl, "%s", err.text);
	else if (buf_str(&value)[strspn(buf_str(&value), " \t")] == '\0')
		rc = ctl_refuse(in->ctl,
		    PARAMETER " is empty: Postfix lets every login send as "
			      "anybody; give a file, or see: sendwardctl "
			      "observed list");
	for (rest = value.data; rc == CTL_DONE && rest != NULL;) {
		rest += strspn(rest, ", \t");
		table = rest;
		rest = strpbrk(rest, ", \t");
		if (rest != NULL)
			*rest++ = '\0';
		if (table[0] != '\0')
			rc = take_table(in, table);
	}
	buf_fini(&value);
	return rc;
}

int
import_run_postfix(struct ctl *ctl)
{
	struct import in;
	int rc = CTL_DONE;

	if (ctl->arg_count > 0 && ctl_value(ctl, "postfix") != NULL)
		return ctl_usage(
		    ctl, "--postfix goes without tables: main.cf names them");
	import_begin_list(&in, ctl);
	for (int i = 0; i < ctl->arg_count && rc == CTL_DONE; i++)
		rc = take_table(&in, ctl_arg(ctl, i));
	if (ctl->arg_count == 0)
		rc = take_configured(&in);
	if (rc == CTL_DONE)
		return import_finish(&in);
	import_end_list(&in);
	return rc;
}
