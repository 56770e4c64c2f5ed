/* The inside of a tag: paths, literals, names. Internal to template/. */
#ifndef SENDWARD_TEMPLATE_READ_H
#define SENDWARD_TEMPLATE_READ_H

#include "base/err.h"
#include "template/node.h"

#define READ_PARAMS_MAX 3

struct reader {
	const char *text;
	size_t len, pos;
	struct arena *arena;
	struct err *err_r;
	enum sg_err failed; /* the first failure; nothing is read after it */
};

/* Says what is wrong at this offset, with line and column. */
void read_fail(struct reader *r, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Zeroed; NULL: failed. */
void *read_alloc(struct reader *r, size_t size);
char *read_copy(struct reader *r, const char *text, size_t len);

bool read_at(const struct reader *r, const char *word);
void read_skip_blanks(struct reader *r);

/* Everything from here to the end of a tag. */
struct tag {
	size_t offset;
	struct expr *params[READ_PARAMS_MAX]; /* the first may be a helper */
	size_t count;
	const char *names[2]; /* as |a b| */
	bool includes_zero;
	bool has_options; /* name=value, other than includeZero */
	struct strip strip;
};
/* is_triple: it ends with "}}}". */
void read_params(struct reader *r, bool is_triple, struct tag *tag);

/* A path of a single name, such as a helper's; NULL: it is none. */
const char *read_simple_name(const struct expr *expr);
/* Handlebars takes a literal that comes first for a name. */
void read_as_path(struct reader *r, struct expr *expr);

#endif
