/* The store as an administrator's command opens it: when root runs it, files are
 * used and made as the user that the daemons run as. Also making the store and
 * copying it. Does not read the command line. */
#ifndef SENDWARD_OPS_ADMIN_H
#define SENDWARD_OPS_ADMIN_H

#include <stdbool.h>
#include "base/err.h"
#include "store/store.h"

struct conf;

/* Where the option `store` keeps its file; NULL when it is none (PostgreSQL).
 * Points into conf. */
const char *admin_store_file(const struct conf *conf);

/* Opens the store. Run as root, the process first takes the effective user and
 * group of the database file's owner (files that only root may read must have
 * been read before), so that what SQLite makes beside the database belongs to
 * its user. Waits up to five seconds for a locked database. Not reentrant, once
 * at a time: admin_store_close takes the old user back. */
enum sg_err admin_store_open(const struct conf *conf, enum store_open_mode mode,
    struct store **store_r, struct err *err_r);
void admin_store_close(struct store **store);

struct admin_migrated {
	int from, to;       /* schema versions; from 0: the store is new */
	bool key_created;   /* the master key file was missing */
	bool owner_changed; /* files were given to the option `user` */
};
/* Makes the master key file (0400) when there is none, makes the store or brings
 * its schema up. Run as root it gives the store's files to the option `user`.
 * Makes no folders: SG_INVALID names the command that does. */
enum sg_err admin_migrate(const struct conf *conf,
    struct admin_migrated *result_r, struct err *err_r);

/* A consistent copy into a new file (0600), while others read and write; when it was
 * made is noted in the store, if that can be written. SG_EXISTS when path is there. */
enum sg_err admin_backup(const struct conf *conf, const char *path,
    int64_t now_sec, struct err *err_r);
/* When the last one was made; 0 never. */
enum sg_err admin_backup_sec(
    struct store *store, int64_t *at_sec_r, struct err *err_r);

struct admin_copied {
	int tables;
	int64_t rows;
};
/* Copies the store into the empty one at url, as store_copy. SG_BUSY: a program said
 * within half a minute that it runs. A file that is the target is given to the option
 * `user`. fn may be NULL. */
enum sg_err admin_copy(const struct conf *conf, const char *url,
    int64_t now_sec, store_copy_fn *fn, void *ctx,
    struct admin_copied *copied_r, struct err *err_r);

/* Standing complaints of the daemons. */
enum sg_err admin_notice_list(
    struct store *store, store_notice_fn *fn, void *ctx, struct err *err_r);
enum sg_err admin_notice_clear(
    struct store *store, const char *key, struct err *err_r);

#endif
