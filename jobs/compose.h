/* One letter of sendward's own as a whole message (RFC 5322, multipart/alternative
 * of text and HTML), made by GMime from letter_texts.h. Sends nothing. */
#ifndef SENDWARD_JOBS_COMPOSE_H
#define SENDWARD_JOBS_COMPOSE_H

#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct buf;
struct conf;
struct seal;

#define COMPOSE_MAX_BYTES (256 * 1024) /* for the buffers given */

/* Once for the process, before any thread composes (deliver_init does it). */
void compose_init(void);

/* Appends the message, with CRLF line ends, to message. The letter's facts may be
 * anybody's text: they cannot add fields, parts or markup. The Message-ID is the
 * same whenever the same letter is composed.
 * STORE_LETTER_FORWARD is compose_forward.h's.
 * SG_INVALID: the row can never become a letter (facts, recipient, kind);
 * SG_CRYPTO: its token cannot be unsealed; SG_NOMEM; SG_MISSING: mail.from is no
 * address. */
enum sg_err compose_letter(const struct conf *conf, const struct seal *seal,
    const struct store_letter *row, int64_t now_sec, struct buf *message,
    struct err *err_r);

/* message is a GMimeMessage. */
struct _GMimeMessage;
/* From mail.from to the letter's recipient. SG_MISSING, SG_INVALID as above. */
enum sg_err compose_addresses(struct _GMimeMessage *message,
    const struct conf *conf, const struct store_letter *row, struct err *err_r);
/* The Message-ID that the letter always has; from is an address. */
void compose_message_id(struct _GMimeMessage *message, const char *from,
    const struct store_letter *row);

/* Where sendward-apid's users reach it, without a final slash: the option api.url,
 * else made from api.listen. SG_NOMEM: url is full. */
enum sg_err compose_base_url(
    const struct conf *conf, struct buf *url, struct err *err_r);

#endif
