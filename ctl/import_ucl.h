/* rspamd's configuration language (UCL, of which JSON is a part), as far as settings
 * go: blocks, lists, values, comments. Follows no macro, expands no variable, opens
 * no file. */
#ifndef SENDWARD_CTL_IMPORT_UCL_H
#define SENDWARD_CTL_IMPORT_UCL_H

#include <stdbool.h>
#include <stddef.h>

#define IMPORT_UCL_DEPTH 8      /* of blocks and lists */
#define IMPORT_UCL_NAME_MAX 255 /* bytes of a name */
#define IMPORT_UCL_VALUE_MAX 4096

/* A value: names of the blocks that it is in and its own, depth of them; lists have no
 * name. block: a number of the innermost block, each has another. Borrowed. */
struct import_ucl_value {
	const char *names[IMPORT_UCL_DEPTH];
	size_t depth;
	size_t block;
	size_t line;
	const char *value;
};
typedef void import_ucl_fn(void *ctx, const struct import_ucl_value *value);
/* Told of a macro (.include ...), which is left out. */
typedef void import_ucl_macro_fn(void *ctx, size_t line);

/* NULL when fine; else what is wrong, in the line *line_r; values before it were
 * told. Lines that begin with "***" (as rspamadm configdump prints them) are left
 * out. */
const char *import_ucl_read(const char *text, size_t len, import_ucl_fn *fn,
    import_ucl_macro_fn *macro, void *ctx, size_t *line_r);

#endif
