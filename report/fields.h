/* Header-like fields for programs (RFC 3464, RFC 5965), read by GMime. Knows no
 * field. */
#ifndef SENDWARD_REPORT_FIELDS_H
#define SENDWARD_REPORT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/* Hears one field: value unfolded, decoded, valid UTF-8; block counts from 0.
 * False: enough. */
typedef bool (*fields_fn)(
    void *data, size_t block, const char *name, const char *value);

/* Reads fields block by block; blank lines part blocks. Lines that are no field
 * are left out, an indentation that all lines share is taken off. */
void fields_read(const char *text, size_t len, fields_fn fn, void *data);

#endif
