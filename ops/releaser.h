/* How the milter tells sendward-policyd of messages that were refused or given up,
 * so that their recipients are given back: one datagram each, on a socket where
 * sendward's user alone may write. What is not heard (sendward-policyd does not run,
 * or is far behind) stays counted. Knows nothing of counting. */
#ifndef SENDWARD_OPS_RELEASER_H
#define SENDWARD_OPS_RELEASER_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "base/local_socket.h"
#include "rules/types.h"

struct conf;
struct releaser;

#define RELEASER_SESSION_MAX 79

/* Where: policy.release_socket, or "release.sock" beside policy.socket, or in
 * /run/sendward. SG_INVALID: too long for a socket. */
#define RELEASER_PATH_MAX 128
enum sg_err releaser_path(
    const struct conf *conf, char path_r[RELEASER_PATH_MAX], struct err *err_r);

/* conf is borrowed for the call. */
enum sg_err releaser_new(
    const struct conf *conf, struct releaser **releaser_r, struct err *err_r);
void releaser_free(struct releaser **releaser);

/* As reserve_release: the message with that queue id ("" not known), or the one that
 * the session has in hand ("" not known). Any thread. Does not block; while the
 * socket is full it tries for RELEASER_TRY_MSEC. False: it is not heard. */
#define RELEASER_TRY_MSEC 15
bool releaser_push(
    struct releaser *releaser, const char *queue_id, const char *session);

/* The other side. Made while root, when the file can be given to conf->user. */
enum sg_err releaser_listen(
    const struct conf *conf, struct local_socket *socket_r, struct err *err_r);
struct releaser_message {
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	char session[RELEASER_SESSION_MAX + 1];
};
/* The next that waits; what is no message is skipped. False: none waits. */
bool releaser_receive(int fd, struct releaser_message *message_r);
/* A datagram's bytes. False: it is none of ours. */
bool releaser_parse(
    const char *data, size_t len, struct releaser_message *message_r);

#endif
