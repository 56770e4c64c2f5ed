/* One line of a suppression file: bytes in, address and reason out. Reads no
 * more than a line at a time, stores nothing. */
#ifndef SENDWARD_OPS_SUPPRESSION_LINE_H
#define SENDWARD_OPS_SUPPRESSION_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct suppression_line {
	char address[1024];
	char reason[32]; /* "" when the line has none */
};

/* Reads up to the next LF or the end into line (NUL-terminated; CR, LF and
 * surrounding blanks are cut, a byte order mark too). *wrong_r: what is wrong with
 * it, else NULL; a line that does not fit is read to its end and given as "".
 * False at the end of the input or when it cannot be read (ferror). */
bool suppression_line_read(
    FILE *in, char *line, size_t size, const char **wrong_r);

/* `addr,REASON`, perhaps with more columns, which are not looked at (ops/export.h
 * writes such), or a JSON object; addr may be quoted as in CSV (RFC 4180). NULL when
 * fine, else what is wrong. Does not look at what address and reason hold. */
const char *suppression_line_parse(
    const char *line, struct suppression_line *line_r);

/* Names of columns instead of an entry, such as "emailAddress,reason"? */
bool suppression_line_is_heading(const char *line);

#endif
