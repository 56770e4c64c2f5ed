/* What the files of publish.h share; for them alone. */
#ifndef SENDWARD_OPS_PUBLISH_PARTS_H
#define SENDWARD_OPS_PUBLISH_PARTS_H

#include <stdint.h>
#include "base/err.h"
#include "store/topics.h"

/* As publish_message, unchecked. created_msec is shown to subscribers; due_sec is
 * when the first attempt may be made. queue_id: of the message that it tells of;
 * NULL none. */
enum sg_err publish_put(struct store *store, int64_t topic_id,
    const char *subject, const char *body, const char *queue_id,
    int64_t created_msec, int64_t due_sec, char uuid_r[STORE_UUID_MAX + 1],
    struct err *err_r);

#endif
