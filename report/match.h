/* Patterns: PCRE2 with limits. Knows nothing of what they are for. */
#ifndef SENDWARD_REPORT_MATCH_H
#define SENDWARD_REPORT_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

struct match_code; /* read-only once compiled: any thread may use it */
struct match;      /* scratch of one thread */

/* Compiles one pattern: UTF-8, case-insensitive; ^ and $ match at lines; plain
 * parentheses capture only with is_capturing. SG_INVALID says what is wrong and
 * where, SG_NOMEM. */
enum sg_err match_compile(const char *pattern, bool is_capturing,
    struct match_code **code_r, struct err *err_r);
void match_code_free(struct match_code **code);

/* Adds one alternative to a pattern that is being put together in b, so that
 * the first group of each is group 1 when capturing. False: too long. */
bool match_add(struct buf *b, const char *pattern, bool is_capturing);

struct match *match_new(void); /* NULL: no memory */
void match_free(struct match **match);

/* Is it found in text (valid UTF-8)? A pattern that passes a limit is not. */
bool match_found(struct match *match, const struct match_code *code,
    const char *text, size_t len);

/* As match_found from byte `start`; where it was found, and its group 1 (both
 * 0 when it has none), as offsets in text. */
struct match_place {
	size_t from, to;
	size_t group_from, group_to;
};
bool match_place(struct match *match, const struct match_code *code,
    const char *text, size_t len, size_t start, struct match_place *place_r);

#endif
