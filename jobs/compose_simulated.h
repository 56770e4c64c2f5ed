/* What the mailbox simulator sends back, as a whole message: an automatic reply
 * (RFC 3834) or a complaint (RFC 5965). Sends nothing, decides nothing. */
#ifndef SENDWARD_JOBS_COMPOSE_SIMULATED_H
#define SENDWARD_JOBS_COMPOSE_SIMULATED_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct buf;

/* Is it a letter of that kind? Its envelope sender is then the null one, and
 * mail.from does not stand in it. */
bool compose_is_simulated(enum store_letter_kind kind);

/* Appends the message, with CRLF line ends, to message (COMPOSE_MAX_BYTES). Facts,
 * both strings, anybody's text: simulator (the address that was written to), header
 * (the header fields of the original, at most 64 KiB). The row's recipient is the
 * return path of the original. compose_init was called before.
 * SG_INVALID: the row can never become a letter; SG_NOMEM. */
enum sg_err compose_simulated(const struct store_letter *row, int64_t now_sec,
    struct buf *message, struct err *err_r);

#endif
