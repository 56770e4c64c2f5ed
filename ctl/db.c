/* db: verbs of the command table. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/admin.h"

static void
print_key(const struct ctl *ctl, const struct admin_migrated *done)
{
	if (done->key_created && !ctl->json)
		(void)printf(
		    "made the master key %s: keep a copy in a safe place, "
		    "without it no\nkey or secret in the store can be read\n",
		    ctl->conf->master_key_file);
}

static void
print_migrated(const struct ctl *ctl, const struct admin_migrated *done)
{
	const char *file = admin_store_file(ctl->conf);

	print_key(ctl, done);
	if (done->from == 0)
		(void)printf("made the store%s%s with schema %d\n",
		    file == NULL ? "" : " ", file == NULL ? "" : file,
		    done->to);
	else if (done->from < done->to)
		(void)printf(
		    "brought the schema from %d to %d\n", done->from, done->to);
	else
		(void)printf("the schema is %d already\n", done->to);
	if (done->owner_changed)
		(void)printf("gave the store's files to user %s\n",
		    ctl->conf->user[0] == '\0' ? "root" : ctl->conf->user);
}

int
db_run_migrate(struct ctl *ctl)
{
	struct admin_migrated done;
	struct err err;
	int rc = ctl_open(ctl, 0);

	if (rc != CTL_DONE)
		return rc;
	if (admin_migrate(ctl->conf, &done, &err) != SG_OK) {
		print_key(ctl, &done); /* made before the failure */
		return ctl_fail(ctl, &err);
	}
	if (!ctl->json) {
		print_migrated(ctl, &done);
		return CTL_DONE;
	}
	return out_print(ctl,
	    json_pack("{s:i, s:i, s:b, s:b}", "from", done.from, "to", done.to,
		"key_created", done.key_created, "owner_changed",
		done.owner_changed),
	    NULL, "");
}

/* SG_IO may be of the new file: then the store itself can be opened. */
static int
backup_failed(struct ctl *ctl, const struct err *err)
{
	struct err ignored;

	if (admin_store_open(
		ctl->conf, STORE_OPEN_READ, &ctl->store, &ignored) == SG_OK)
		return ctl_refuse(ctl, "%s", err->text);
	return ctl_fail(ctl, err);
}

int
db_run_backup(struct ctl *ctl)
{
	const char *path = ctl_arg(ctl, 0);
	struct err err;
	enum sg_err code;
	int rc = ctl_open(ctl, 0);

	if (rc != CTL_DONE)
		return rc;
	code = admin_backup(ctl->conf, path, clock_now_sec(), &err);
	if (code == SG_EXISTS)
		return ctl_refuse(ctl,
		    "%.300s is there already; a backup goes into a new file",
		    path);
	if (code != SG_OK)
		return backup_failed(ctl, &err);
	return out_done(ctl, json_pack("{s:o}", "path", out_string(path)),
	    "%s is a copy of the store; the master key %s is not in it", path,
	    ctl->conf->master_key_file);
}

static void
print_table(void *ctx, const char *table, int64_t rows)
{
	const struct ctl *ctl = ctx;

	if (!ctl->json && rows > 0)
		(void)printf("%-28s %12" PRId64 "\n", table, rows);
}

/* SG_IO may be of either store: which one is in the text. */
static int
copy_failed(struct ctl *ctl, enum sg_err code, const struct err *err)
{
	if (code == SG_BUSY || code == SG_EXISTS || code == SG_INVALID)
		return ctl_refuse(ctl, "%s", err->text);
	return ctl_fail(ctl, err);
}

int
db_run_copy(struct ctl *ctl)
{
	const char *url = ctl_value(ctl, "to");
	struct admin_copied copied;
	struct err err;
	enum sg_err code;
	int rc = ctl_open(ctl, 0);

	if (rc != CTL_DONE)
		return rc;
	if (strcmp(url, ctl->conf->store) == 0)
		return ctl_refuse(ctl, "that is the store itself");
	code = admin_copy(
	    ctl->conf, url, clock_now_sec(), print_table, ctl, &copied, &err);
	if (code != SG_OK)
		return copy_failed(ctl, code, &err);
	return out_done(ctl,
	    json_pack("{s:i, s:I}", "tables", copied.tables, "rows",
		(json_int_t)copied.rows),
	    "copied and compared: %" PRId64
	    " rows. Next: set the option `store`, run `sendwardctl config "
	    "check`, start the programs; keep the old store until mail flows",
	    copied.rows);
}
