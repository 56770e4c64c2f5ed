/* Parts of a message: texts in the charset that was wished for, and attachments,
 * encoded so that what is read is what was given, and each line is short ASCII. */
#ifndef SENDWARD_POST_PART_H
#define SENDWARD_POST_PART_H

#include <gmime/gmime.h>
#include "base/err.h"
#include "post/compose.h"

/* The charset to write text in: the one wished for where it holds the text and is
 * fit for mail, else UTF-8. SG_INVALID: nobody knows it. */
enum sg_err post_part_charset(const char *member, const struct post_text *text,
    const char **charset_r, struct err *err_r);

/* text/SUBTYPE. Line ends become the message's own. */
enum sg_err post_part_text(const char *member, const char *subtype,
    const struct post_text *text, GMimeObject **part_r, struct err *err_r);

enum sg_err post_part_attachment(const struct post_attachment *attachment,
    GMimeObject **part_r, struct err *err_r);

#endif
