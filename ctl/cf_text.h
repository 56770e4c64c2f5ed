/* main.cf and master.cf as text: what stands there is changed in its place, what does
 * not is added at the end; comments and order stay. Knows no parameter. */
#ifndef SENDWARD_CTL_CF_TEXT_H
#define SENDWARD_CTL_CF_TEXT_H

#include <stdbool.h>
#include "base/buf.h"

/* All return false for want of memory (or beyond the cap), which text->failed says,
 * too; text is then of no use. */

/* A parameter of main.cf, its lines joined by single blanks; the last one, when there
 * are several. False: it is not set. */
bool cf_text_get(const struct buf *text, const char *name, struct buf *value);
/* value may have several lines, each but the first beginning with a blank. */
bool cf_text_set(struct buf *text, const char *name, const char *value);

/* Is there such a service in master.cf? */
bool cf_text_has_service(
    const struct buf *text, const char *name, const char *type);
/* Lines with their end, as they shall stand. */
bool cf_text_add(struct buf *text, const char *lines);
/* A field of the service's line: 2 private, 4 chroot, 7 the command. Nothing when it is
 * not there. */
bool cf_text_set_field(struct buf *text, const char *name, const char *type,
    int field, const char *value);
/* -o option=value of a service that is there. */
bool cf_text_set_option(struct buf *text, const char *name, const char *type,
    const char *option, const char *value);

#endif
