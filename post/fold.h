/* Values of header fields written and folded: lines of at most 76 bytes where there
 * are blanks (RFC 5322, 2.2.3), encoded words (RFC 2047) of at most 75, which GMime
 * makes longer for texts of several bytes a character. Refuses nothing: texts are
 * UTF-8 without control characters. */
#ifndef SENDWARD_POST_FOLD_H
#define SENDWARD_POST_FOLD_H

#include <gmime/gmime.h>

/* Printable ASCII: the words stay as they are. */
void post_fold_ascii(GMimeObject *object, const char *name, const char *value);

/* Any text, unstructured: as it is where it can be, else in encoded words. charset:
 * one that holds the text. */
void post_fold_text(GMimeObject *object, const char *name, const char *text,
    const char *charset);

/* Nothing when the list is empty. */
void post_fold_addresses(
    GMimeObject *object, const char *name, InternetAddressList *list);

#endif
