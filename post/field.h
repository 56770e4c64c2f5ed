/* Fields of a message's header that clients word: subject and fields of their own.
 * Refuses what would forge or double those that sendward writes. */
#ifndef SENDWARD_POST_FIELD_H
#define SENDWARD_POST_FIELD_H

#include <gmime/gmime.h>
#include "base/err.h"
#include "post/compose.h"

#define POST_FIELDS_MAX 15
#define POST_FIELD_NAME_MAX 126
#define POST_FIELD_MAX 996   /* name and value */
#define POST_SUBJECT_MAX 998 /* characters */

enum sg_err post_field_subject(
    GMimeMessage *message, const struct post_text *subject, struct err *err_r);

/* SG_INVALID: a client may not have such a field, or it is ill formed. Adds them all,
 * but for Message-ID, whose value *message_id_r is then (without
 * brackets, borrowed by *len_r): NULL none. */
enum sg_err post_field_all(GMimeMessage *message,
    const struct post_field *fields, const char **message_id_r, size_t *len_r,
    struct err *err_r);

#endif
