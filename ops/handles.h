/* Store handles that read, for many threads that come and go: each has one of its
 * own while it asks. Does not know what is asked. */
#ifndef SENDWARD_OPS_HANDLES_H
#define SENDWARD_OPS_HANDLES_H

#include "base/err.h"

struct handles;
struct store;

/* So many ask at once; the others wait for a handle, at most for so long. */
#define HANDLES_MAX 8
#define HANDLES_WAIT_MSEC 2000

/* url is copied. Nothing is opened before somebody asks. */
enum sg_err handles_new(
    const char *url, struct handles **handles_r, struct err *err_r);
/* Nobody may be asking any more. NULL inside is fine. */
void handles_free(struct handles **handles);

/* Asks by one handle and returns what the store says; an answer may be SG_MISSING. */
typedef enum sg_err handles_fn(
    void *ctx, struct store *store, struct err *err_r);
/* Calls fn with a handle. One that turns out to be lost (its file was replaced, the
 * server was started anew) is closed, and fn is called once more with a new one.
 * SG_BUSY: none was free. Any thread. */
enum sg_err handles_ask(
    struct handles *handles, handles_fn *fn, void *ctx, struct err *err_r);

#endif
