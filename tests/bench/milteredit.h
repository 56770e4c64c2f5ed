/* A message's headers and the edits that a filter asks for, as the MTA would
 * apply them, so that a sample can be handed to a verifier. No I/O but the
 * final write. */
#ifndef SENDWARD_TESTS_BENCH_MILTEREDIT_H
#define SENDWARD_TESTS_BENCH_MILTEREDIT_H

#include <stddef.h>

#define EDIT_HEADERS_MAX 64

struct edit_header {
	char *name;
	char *value;
};

/* Position 0 is the Received header that the MTA writes itself and does not
 * show to the filter. */
struct edit_msg {
	struct edit_header header[EDIT_HEADERS_MAX];
	size_t len;
};

void edit_clear(struct edit_msg *m);
/* Put a header before position at (beyond the end: last), as SMFIR_INSHEADER
 * counts in Postfix. What does not fit is an exit: the limit is ours. */
void edit_insert(
    struct edit_msg *m, size_t at, const char *name, const char *value);
/* SMFIR_CHGHEADER: the nth (from 1) header of that name among those shown;
 * an empty value deletes it. */
void edit_change(
    struct edit_msg *m, size_t nth, const char *name, const char *value);
/* Write headers, empty line and body to path, lines ending in CRLF.
 * 0, or -1 with errno. */
int edit_write(const struct edit_msg *m, const char *path, const char *body,
    size_t body_len);

#endif
