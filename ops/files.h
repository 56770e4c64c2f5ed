/* The folder of the option console.files_dir: exports that wait to be fetched, uploads
 * that wait to be read. Each file is called after the UUID of the row that it belongs
 * to; one without a row is removed. Knows nothing of what they hold. */
#ifndef SENDWARD_OPS_FILES_H
#define SENDWARD_OPS_FILES_H

#include <stdint.h>
#include <stdio.h>
#include "base/err.h"

struct conf;
struct store;

enum files_kind {
	FILES_EXPORT,
	FILES_PART, /* of an export, while it is written */
	FILES_UPLOAD,
};
/* What import_job.source begins with when the file is an upload. */
#define FILES_UPLOAD_SOURCE "upload:"

/* Empty, for writing; the folder is made when it is not there (mode 0700). SG_IO. */
enum sg_err files_create(const struct conf *conf, const char *uuid,
    enum files_kind kind, FILE **file_r, struct err *err_r);
/* For reading; a regular file, by no link. SG_MISSING. */
enum sg_err files_open(const struct conf *conf, const char *uuid,
    enum files_kind kind, int *fd_r, int64_t *bytes_r, struct err *err_r);
/* FILES_PART becomes FILES_EXPORT. */
enum sg_err files_finish(
    const struct conf *conf, const char *uuid, struct err *err_r);
/* Whether it was there or not. */
void files_remove(
    const struct conf *conf, const char *uuid, enum files_kind kind);
/* Those that no row wants any more, when they are an hour old. */
enum sg_err files_sweep(struct store *store, const struct conf *conf,
    int64_t now_sec, struct err *err_r);

#endif
