/* Connections whose request was refused before all of it was there: what still comes
 * is thrown away for a while, because a socket that is closed with unread bytes is
 * reset, and the client would never see the answer. Answers nothing. */
#ifndef SENDWARD_API_LINGER_H
#define SENDWARD_API_LINGER_H

#include <stdint.h>
#include "base/err.h"

struct api_linger;

enum sg_err api_linger_new(struct api_linger **linger_r, struct err *err_r);
void api_linger_free(struct api_linger **linger);

/* Readable when api_linger_turn has something to do. */
int api_linger_fd(const struct api_linger *linger);

/* Keeps the connection open though the caller closes fd. Any thread. When too many
 * linger already it does nothing. */
void api_linger_add(struct api_linger *linger, int fd, int64_t now_msec);

/* Reads what came, closes what is at its end; to be called when readable, and once a
 * second. One thread. */
void api_linger_turn(struct api_linger *linger, int64_t now_msec);

#endif
