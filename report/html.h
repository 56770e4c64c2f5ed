/* HTML made text, so that patterns can read it. No parser: tags go, blocks are
 * lines. */
#ifndef SENDWARD_REPORT_HTML_H
#define SENDWARD_REPORT_HTML_H

#include <stddef.h>
#include "base/buf.h"

/* Appends the text of html; time and memory in proportion to len. */
void html_text(struct buf *out, const char *html, size_t len);

#endif
