/* A report that is forwarded to who sent the message, as a whole message: a few
 * words, and the report itself. Sends nothing, decides nothing. */
#ifndef SENDWARD_JOBS_COMPOSE_FORWARD_H
#define SENDWARD_JOBS_COMPOSE_FORWARD_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct buf;
struct conf;

/* For the buffer given, beside the report's own length: every line of it may grow by
 * its end. */
#define COMPOSE_FORWARD_EXTRA_BYTES (256 * 1024)

/* Appends the message, with CRLF line ends, to message. Facts, all strings, anybody's
 * text: account, what (bounce, complaint, autoreply), recipients, diagnostic, id.
 * report: as it came, any bytes; NULL when it is not kept any more. From is
 * mail.from. compose_init was called before.
 * SG_INVALID: the row can never become a letter; SG_NOMEM; SG_MISSING: mail.from is
 * no address. */
enum sg_err compose_forward(const struct conf *conf,
    const struct store_letter *row, const void *report, size_t report_len,
    int64_t now_sec, struct buf *message, struct err *err_r);

#endif
