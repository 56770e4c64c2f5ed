/* Templates in SES's part of Handlebars: {{name}}, {{{name}}} and {{&name}}, paths
 * a.b.c, a.[b c], this, ../, @root, @index, @key, @first, @last; {{#if}}, {{#unless}},
 * {{#each}}, {{#with}}, sections {{#name}} and {{^name}}, {{else}} and chains of it,
 * names for items (as |item index|), {{lookup}}; parts of the template itself,
 * {{#*inline "name"}} and {{> name}}; {{! notes}}, ~ and lines of their own for white
 * space, \{{. Parsed once, rendered often. No code, no files.
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

#define TEMPLATE_TEXT_MAX 524288  /* bytes of a template */
#define TEMPLATE_DEPTH_MAX 32     /* blocks within blocks, parts within parts */
#define TEMPLATE_HEIGHT_MAX 200   /* the same with every {{else if}} counted */
#define TEMPLATE_PARTS_MAX 100    /* {{#*inline}} */
#define TEMPLATE_STEPS_MAX 200000 /* nodes and names, of one rendering */

/* text: UTF-8. escapes: {{name}} writes & < > " ' ` = as HTML's entities (Handlebars
 * does, SES does not). SG_INVALID says what is wrong and in which line and column;
 * SG_NOMEM: it is too large. */
enum sg_err template_parse(const char *text, size_t len, bool escapes,
    struct template **template_r, struct err *err_r);
void template_free(struct template **template);

/* Appends to out. data: an object. SG_MISSING: `missing_r` (its path as the template
 * has it) is not in the data, or null; only values that are to be written must be
 * there. SG_NOMEM: out is full, or too many steps, or too deep: err_r says which. */
#define TEMPLATE_PATH_MAX 256
enum sg_err template_render(const struct template *template, const json_t *data,
    struct buf *out, char missing_r[TEMPLATE_PATH_MAX], struct err *err_r);

#endif
