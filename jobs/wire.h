/* Posts to webhooks that are under way, many at once, by libcurl (whose SMTP waits
 * for a server's last word, and all others with it: mail goes by submit.h). Knows nothing of what it carries, decides nothing about retries.
 *
 * Posts go to http and https alone, over no proxy; to the address that the socket
 * really connects to, if that may be; the server's certificate must be good;
 * redirects are not followed.
 *
 * Thread rule: a struct wire belongs to one thread; submit_init once before. */
#ifndef SENDWARD_JOBS_WIRE_H
#define SENDWARD_JOBS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct wire;

#define WIRE_POST_SEC 15 /* from the look-up of the name to the answer's end */
#define WIRE_ANSWER_MAX (64 * 1024) /* of a body, which is dropped */
#define WIRE_TEXT_MAX 256

struct wire_settings {
	bool allows_private; /* notify.private_addresses */
	const char *ca_file; /* "" the system's certificates */
};
/* Copies the settings. */
enum sg_err wire_new(const struct wire_settings *settings, struct wire **wire_r,
    struct err *err_r);
/* Breaks off what is under way, and tells nobody. */
void wire_free(struct wire **wire);

/* headers: "Name: value", NULL-terminated, copied. body is borrowed until the end is
 * told. item: for the caller. */
enum sg_err wire_post(struct wire *wire, const char *url,
    const char *const *headers, const void *body, size_t len, void *item,
    struct err *err_r);
enum wire_end {
	WIRE_DELIVERED, /* 2xx */
	WIRE_LATER,     /* another try may help */
	WIRE_NEVER,     /* refused for good: 4xx, but not 408 or 429 */
};
typedef void wire_end_fn(
    void *ctx, void *item, enum wire_end end, const char *text);

/* Waits up to wait_msec for something to happen (also on extra_fd, unless it is -1),
 * moves all on, and tells of each end. */
void wire_turn(
    struct wire *wire, int wait_msec, int extra_fd, wire_end_fn *fn, void *ctx);
/* Fetches url by the same rules, and waits for it: at most max_bytes, WIRE_FETCH_SEC.
 * stops (may be NULL): asked now and then whether to break off. SG_INVALID says what
 * is wrong with the address, its host or its answer; SG_BUSY: broken off. */
#define WIRE_FETCH_SEC 60
struct buf;
enum sg_err wire_fetch(const struct wire_settings *settings, const char *url,
    struct buf *body_r, bool (*stops)(void *ctx), void *ctx, struct err *err_r);

#endif
