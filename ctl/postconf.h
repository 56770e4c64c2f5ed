/* Postfix's configuration by postconf(1) and postfix(1): reads, writes, reloads.
 * Knows no line of it. */
#ifndef SENDWARD_CTL_POSTCONF_H
#define SENDWARD_CTL_POSTCONF_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

struct mta;

#define POSTCONF_PATH_MAX 1024
/* What the copies of main.cf and master.cf end in. */
#define POSTCONF_COPY ".before-sendward"

struct postconf {
	char dir[POSTCONF_PATH_MAX]; /* of main.cf */
};

struct conf;
/* The folder that a command means: the one it was given, or else the option
 * postfix_dir; NULL: Postfix's own. */
const char *postconf_chosen(const char *given, const struct conf *conf);
/* dir NULL: Postfix's own. SG_IO: there is no Postfix, or no such folder; what it
 * said is in *err_r, as with all that follow. */
enum sg_err postconf_open(
    const char *dir, struct postconf *postconf_r, struct err *err_r);
/* A parameter of main.cf, unexpanded, without an end of line. */
enum sg_err postconf_get(const struct postconf *postconf, const char *name,
    struct buf *value, struct err *err_r);
enum sg_err postconf_set(const struct postconf *postconf, const char *name,
    const char *value, struct err *err_r);
/* Lines of master.cf whose name begins with prefix, with single blanks. */
enum sg_err postconf_services(const struct postconf *postconf,
    const char *prefix, struct buf *lines, struct err *err_r);
/* line: len bytes. Type unix. */
enum sg_err postconf_set_service(const struct postconf *postconf,
    const char *name, const char *line, size_t len, struct err *err_r);
enum sg_err postconf_remove_service(
    const struct postconf *postconf, const char *name, struct err *err_r);
/* All of it, in one value to look things up in; mta_fini is due when it is SG_OK. */
enum sg_err postconf_read(
    const struct postconf *postconf, struct mta *mta_r, struct err *err_r);
/* One key in one table ("hash:/etc/postfix/x"), by postmap(1). False: it is not there,
 * or the table cannot be asked. */
bool postconf_look_up(const struct postconf *postconf, const char *table,
    const char *key, struct buf *value);
/* Copies of main.cf and master.cf as they are now, unless there are some: what was
 * there before sendward wrote to them first is never lost. *is_new_r: they were made. */
enum sg_err postconf_keep_copies(
    const struct postconf *postconf, bool *is_new_r, struct err *err_r);
/* The same of another file beside main.cf. */
enum sg_err postconf_keep_copy(
    const struct postconf *postconf, const char *name, struct err *err_r);
/* The copy takes the file's place, with its owner and mode, and what was there is kept
 * with this end. Nothing when there is no copy. */
enum sg_err postconf_restore(const struct postconf *postconf, const char *name,
    const char *end, struct err *err_r);

/* A file beside main.cf. SG_MISSING: it is not there. */
enum sg_err postconf_load(const struct postconf *postconf, const char *name,
    struct buf *text, struct err *err_r);
/* At once, with the owner and mode that it had, or 0644. */
enum sg_err postconf_store(const struct postconf *postconf, const char *name,
    const char *text, struct err *err_r);
/* postmap(1) for a table of type hash; both files go. */
enum sg_err postconf_compile(
    const struct postconf *postconf, const char *name, struct err *err_r);
enum sg_err postconf_remove_map(
    const struct postconf *postconf, const char *name, struct err *err_r);
/* Appends what diff -u says of the file and the text. */
enum sg_err postconf_diff(const struct postconf *postconf, const char *name,
    const char *text, struct buf *diff, struct err *err_r);
/* Does postconf(1) read these texts of main.cf and master.cf? */
enum sg_err postconf_try(
    const char *main_cf, const char *master_cf, struct err *err_r);
/* Beside main.cf, at once, mode 0644. *is_new_r false: it was so already. */
enum sg_err postconf_write_table(const struct postconf *postconf,
    const char *name, const char *text, bool *is_new_r, struct err *err_r);
/* *is_running_r false: it does not run, and nothing was done. */
enum sg_err postconf_reload(
    const struct postconf *postconf, bool *is_running_r, struct err *err_r);

#endif
