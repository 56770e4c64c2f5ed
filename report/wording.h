/* Text of strangers made fit for patterns, and the codes in it. Decides
 * nothing. */
#ifndef SENDWARD_REPORT_WORDING_H
#define SENDWARD_REPORT_WORDING_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "report/report.h"

/* Appends text as one line: valid UTF-8, one space between words, no control
 * characters, straight quotes, and codes that a reply of several lines repeats
 * ("550-5.1.1 … 550 5.1.1") only once. At most max bytes of text are looked at.
 */
void wording_line(struct buf *out, const char *text, size_t len, size_t max);

/* Appends text with its lines: valid UTF-8 (what is not is read as
 * windows-1252), LF, no other control characters but tab. */
void wording_lines(struct buf *out, const char *text, size_t len);

/* The first enhanced status code in text (RFC 3463: class 2, 4 or 5), which is
 * no part of an IP address; "" none. */
void wording_status(const char *text, char status_r[REPORT_STATUS_MAX]);

/* The first SMTP reply code of class 4 or 5 in a reply; 0 none. */
int wording_reply_code(const char *text);

/* Makes, in place, the letters of addresses and of hosts before their IP address
 * an "x" each: they say nothing of why ("spam@…: unknown user"). */
void wording_mask_names(char *text);

/* Makes, in place, what stands behind "Subject:" in a line, in some languages,
 * spaces: it is the sender's, and says nothing of why. */
void wording_blank_subjects(char *text, size_t len);

/* Copies at most size - 1 bytes, never half a UTF-8 character. */
void wording_copy(char *to, size_t size, const char *text, size_t len);

#endif
