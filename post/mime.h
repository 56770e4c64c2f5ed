/* What messages of sendward's own have in common, by GMime. Knows no letters. */
#ifndef SENDWARD_POST_MIME_H
#define SENDWARD_POST_MIME_H

#include <stdbool.h>
#include <gmime/gmime.h>
#include "base/err.h"

struct buf;

/* GMime writes an address as it is: it must be one, else nothing is added and false
 * is returned. name: shown beside it; NULL none. */
bool mime_add_address(GMimeMessage *message, GMimeAddressType type,
    const char *name, const char *address);

/* text/SUBTYPE in UTF-8, encoded so that each line is short ASCII. */
GMimeObject *mime_text_new(const char *subtype, const char *text);

void mime_set_date(GMimeMessage *message, int64_t now_sec);

/* Appends it with CRLF line ends. SG_NOMEM: it does not fit. */
enum sg_err mime_write(
    GMimeMessage *message, struct buf *out, struct err *err_r);

#endif
