/* Two values shown below each other, with a mark where they begin to differ. Does
 * not know what they are. */
#ifndef SENDWARD_CTL_DIFF_H
#define SENDWARD_CTL_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

/* Index of the first byte in which they differ; of equal ones their length. */
size_t diff_at(const char *wanted, const char *found);

/* Appends three lines, each with `indent` before it: "wanted  …", "found   …", and
 * a mark below the first difference that says where it is. Of values wider than
 * width columns only the part around it is shown, with "..." where it was cut.
 * Bytes that are not printable ASCII become '?'. False: out is full. */
bool diff_show(const char *wanted, const char *found, const char *indent,
    size_t width, struct buf *out);

#endif
