/* Header fields of a message: which must be verified, which may occur once,
 * which are requests to sendward and leave before delivery. Pure. */
#ifndef SENDWARD_RULES_HEADERS_H
#define SENDWARD_RULES_HEADERS_H

#include "rules/mailbox.h"
#include "rules/types.h"

/* From addresses beyond the first that headers_check ever tells of. */
#define HEADERS_MORE_FROM_MAX 15

struct headers_senders {
	struct mailbox from;
	struct mailbox sender;      /* address "" when there is no Sender */
	struct mailbox return_path; /* address "" when there is none */
};

/* Checks all fields (SES's 59 names that may occur once, of RFC 5322 §3.6 all
 * but To, Cc and Bcc, which SES lets repeat; names are compared without case).
 * True: *senders_r is filled. False: *v is the refusal, naming the header; names
 * are checked before values, fields in their order. From must be there once; with
 * several addresses a Sender is needed and then every From address still must be
 * verified: they are in more_from_r (at most max_more, which may be 0, and never
 * above HEADERS_MORE_FROM_MAX; more are refused). Time: linear in the bytes. */
bool headers_check(const struct rules_header *list, size_t count,
    struct headers_senders *senders_r, struct mailbox *more_from_r,
    size_t max_more, size_t *more_count_r, struct rules_verdict *v);

/* Is this field a request to sendward that must not leave (X-SES-*, X-Sendward-*,
 * Return-Path, Bcc, Resent-Bcc)? */
bool headers_is_removed(const char *name);

/* May this field be covered by a DKIM signature (RFC 6376 §5.4.1's advice)? */
bool headers_is_signed(const char *name);

#endif
