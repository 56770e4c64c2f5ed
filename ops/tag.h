/* Tags of resources: names and values that an account gives to what it has. They
 * mean nothing to sendward. */
#ifndef SENDWARD_OPS_TAG_H
#define SENDWARD_OPS_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

/* As Amazon SES has it. */
#define TAG_MOST 50
#define TAG_KEY_MAX 128 /* characters */
#define TAG_VALUE_MAX 256

struct tag {
	const char *key, *value; /* UTF-8 */
};

/* SG_INVALID names the key: too long, empty, control characters, "aws:", twice, or
 * more than TAG_MOST. */
enum sg_err tag_check(const struct tag *list, size_t count, struct err *err_r);
/* Adds, or replaces the values of keys that are there: all or nothing. resource:
 * "KIND/NAME", see store/policies.h; it is not looked for. Within the caller's
 * transaction when one is open. SG_INVALID as tag_check, and when the resource had
 * more than TAG_MOST then. */
enum sg_err tag_put(struct store *store, int64_t account_id,
    const char *resource, const struct tag *list, size_t count,
    struct err *err_r);
/* Keys that are not there are no error. */
enum sg_err tag_remove(struct store *store, int64_t account_id,
    const char *resource, const char *const *keys, size_t count,
    struct err *err_r);

#endif
