/* Templates in SES's part of Handlebars: {{name}} (escaped in HTML), {{{name}}} and
 * {{&name}} (as it is), paths a.b.c, this, ../, @index, @key, @first, @last, {{#if}},
 * {{#unless}}, {{else}}, {{#each}}, {{#with}}, {{! notes}}, ~ for white space. Parsed
 * once, rendered often. No code, no partials, no files.
 *
 * Thread rule: a struct template is read-only; any thread may render it. */
#ifndef SENDWARD_TEMPLATE_TEMPLATE_H
#define SENDWARD_TEMPLATE_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct buf;
struct template;

#define TEMPLATE_DEPTH_MAX 32      /* blocks within blocks */
#define TEMPLATE_STEPS_MAX 1000000 /* nodes, of one rendering */

/* text: UTF-8. is_html: {{name}} escapes & < > " ' ` = as Handlebars does. SG_INVALID
 * says what is wrong and in which line and column. */
enum sg_err template_parse(const char *text, size_t len, bool is_html,
    struct template **template_r, struct err *err_r);
void template_free(struct template **template);

/* Appends to out. data: an object. SG_MISSING: `missing_r` (its path) is not in the
 * data; SG_NOMEM: out is full, or too many steps, or too deep: err_r says which. */
#define TEMPLATE_PATH_MAX 256
enum sg_err template_render(const struct template *template, const json_t *data,
    struct buf *out, char missing_r[TEMPLATE_PATH_MAX], struct err *err_r);

#endif
