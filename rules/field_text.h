/* Which bytes an address field may hold. Internal to rules/. */
#ifndef SENDWARD_RULES_FIELD_TEXT_H
#define SENDWARD_RULES_FIELD_TEXT_H

#include "rules/mailbox.h"

/* Printable ASCII, tabs, folds and valid UTF-8 without characters that some
 * reader takes for a line end: MAILBOX_OK; the grammar then meets nothing else.
 * MAILBOX_AMBIGUOUS: a fold with a blank line. Else MAILBOX_CONTROL. */
enum mailbox_error field_text_check(const char *text, size_t len);

#endif
