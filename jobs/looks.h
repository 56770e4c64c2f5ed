/* Looks at identities in DNS when they are due: many at once, the longest due
 * first, in bounded memory whatever the table holds. While no name server answers
 * nothing is written: what is due stays due, and is done when one is back. What
 * is asked and what follows from the answers is ops/check.h's.
 *
 * Thread rule: all of it belongs to one thread, the resolver's. */
#ifndef SENDWARD_JOBS_LOOKS_H
#define SENDWARD_JOBS_LOOKS_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "dns/resolver.h"

struct conf;
struct looks;

#define JOBS_LOOKS_MAX 200     /* identities in flight */
#define JOBS_QUESTIONS_MAX 240 /* their questions, when one more begins */

/* Whom to ask: dns_ask with its resolver, or a test's script. */
typedef enum sg_err looks_ask_fn(void *asker, const char *name,
    enum dns_type type, dns_answer_fn *fn, void *ctx, struct err *err_r);

/* url is borrowed. */
enum sg_err looks_new(
    const char *url, struct looks **looks_r, struct err *err_r);
void looks_free(struct looks **looks);

/* Configuration and resolver from now on; both are borrowed until the next call
 * or the end. What the resolver before was asked must not be answered any more;
 * those looks are due still and begin anew. */
void looks_use(struct looks *looks, const struct conf *conf, looks_ask_fn *ask,
    void *asker);

/* Begins what is due and writes what was found, a little of each, so that the
 * caller comes back to its signals within a few ten milliseconds. Between two
 * calls the caller lets the resolver call back. now_msec is clock_mono_msec(). */
void looks_turn(struct looks *looks, int64_t now_sec, int64_t now_msec);

/* How long the caller may wait before the next call, unless answers come: at most
 * a second, 0 when there is more to do. */
int looks_wait_msec(const struct looks *looks, int64_t now_msec);

/* Identities in flight. */
size_t looks_count(const struct looks *looks);

#endif
