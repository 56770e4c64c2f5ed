/* The operator's DKIM signature on a message that is whole in memory. */
#ifndef SENDWARD_JOBS_LETTER_SIGN_H
#define SENDWARD_JOBS_LETTER_SIGN_H

#include "base/err.h"

struct buf;
struct dkim_key;

/* Puts the signature before the message (CRLF line ends, header and body).
 * SG_INVALID: it has no empty line; SG_NOMEM: it does not fit; SG_CRYPTO. */
enum sg_err letter_sign(struct dkim_key *key, const char *selector,
    const char *domain, struct buf *message, struct err *err_r);

#endif
