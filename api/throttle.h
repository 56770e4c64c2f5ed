/* How often: calls by credential, and failed signatures by client address, as token
 * buckets in tables of fixed size. Any thread. Counts no mail: the gate does. */
#ifndef SENDWARD_API_THROTTLE_H
#define SENDWARD_API_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct api_throttle;

enum sg_err api_throttle_new(
    struct api_throttle **throttle_r, struct err *err_r);
void api_throttle_free(struct api_throttle **throttle);

/* Takes one call of the credential's: per_sec, twice that at once. False: none is
 * left now. now_msec of all functions: of a clock that never goes back. */
bool api_throttle_call(struct api_throttle *throttle, const char *access_key_id,
    int per_sec, int64_t now_msec);

/* Takes one look of an identity in DNS: one in API_THROTTLE_LOOK_SEC. */
#define API_THROTTLE_LOOK_SEC 5
bool api_throttle_look(
    struct api_throttle *throttle, int64_t identity_id, int64_t now_msec);

/* May this client (an address; of IPv6 its /64) try a signature by that key? Who
 * signed right from there within an hour always may, so that users of one address
 * are not locked out by a guest of theirs. Others have 3 failures a second for each
 * key (30 at once), and 30 for the address (300 at once). */
bool api_throttle_may_try(struct api_throttle *throttle, const char *client,
    const char *access_key_id, int64_t now_msec);
/* What became of the try. */
void api_throttle_tried(struct api_throttle *throttle, const char *client,
    const char *access_key_id, bool is_right, int64_t now_msec);

#endif
