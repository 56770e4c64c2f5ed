/* How much of one report is looked at: each cap with its reason. A report that
 * passes one is read as if it ended there; none is an error. */
#ifndef SENDWARD_REPORT_LIMITS_H
#define SENDWARD_REPORT_LIMITS_H

/* What a report says stands before the message that it returns: the longest of
 * the labelled real ones has 47 KB in all. Keeps GMime's work, whatever comes,
 * under some 100 ms. */
#define LIMIT_INPUT_BYTES (1024 * 1024)

/* Header lines longer than this are no mail any more (RFC 5322: 998). */
#define LIMIT_LINE_BYTES (64 * 1024)

/* GMime compares each line that begins with "--" with all open boundaries, and
 * recurses as deep as they nest (it stops at 1,024 itself). Reports nest 4
 * deep; a forwarded digest in one may have 20 multiparts. */
#define LIMIT_MULTIPARTS 64
#define LIMIT_MESSAGES 32

/* Parts that are looked at, and how deep. */
#define LIMIT_PARTS 256
#define LIMIT_DEPTH 24

/* Text for people, together; patterns run over it. As much as the longest of
 * the labelled real reports has in all. */
#define LIMIT_TEXT_BYTES (48 * 1024)

/* Fields for programs: 1,000 recipients with 500 bytes each. */
#define LIMIT_STATUS_BYTES (640 * 1024)
#define LIMIT_FEEDBACK_BYTES (64 * 1024)

/* The header of the report and of the returned message, as patterns see it. */
#define LIMIT_HEADER_BYTES (32 * 1024)

/* Of one reply, when it is classified. */
#define LIMIT_REPLY_BYTES 2000

/* Addresses in text that may be recipients. */
#define LIMIT_MENTIONS 2000

/* Recipients of one report for whom the text for people is searched: real ones
 * have fewer; the others have their fields. */
#define LIMIT_ABOUT 100
#define LIMIT_WHOLE 10 /* the same for the whole text, which is longer */

/* Steps of one pattern over one text, and its memory: a pattern that needs
 * more does not match. */
#define LIMIT_MATCH_STEPS 200000
#define LIMIT_MATCH_HEAP_KIB 1024
#define LIMIT_MATCH_DEPTH 1000

/* A rules file, its lines, its entries. */
#define LIMIT_RULES_BYTES (4 * 1024 * 1024)
#define LIMIT_RULES 4000
#define LIMIT_PATTERN_BYTES (64 * 1024)

#endif
