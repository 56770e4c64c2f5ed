/* A sending authorization policy, read: who may send as the identity, and as which
 * From addresses. The grammar is Amazon's; what this server cannot enforce is
 * refused, never ignored. Pure: looks nothing up. */
#ifndef SENDWARD_OPS_POLICY_DOCUMENT_H
#define SENDWARD_OPS_POLICY_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"

#define POLICY_BYTES_MAX 4096
#define POLICY_ALLOWS_MOST 100

struct policy_allow {
	int64_t account_id; /* by its number; whether it exists is not known */
	char pattern[RULES_ADDRESS_MAX + 1]; /* of From; "*" any */
};
struct policy_document {
	struct policy_allow list[POLICY_ALLOWS_MOST];
	size_t count; /* the identity's owner is left out */
};

/* text: JSON. identity: the normalised name that Resource must be, owner_id its
 * account. Statements are of Effect Allow, with Principal AWS (account numbers, or
 * their root), Action ses:SendEmail, ses:SendRawEmail, ses:Send* or ses:* (beside
 * which the templated ones may stand), and at most one Condition: StringEquals or
 * StringLike of ses:FromAddress. SG_INVALID names what is wrong or not supported. */
enum sg_err policy_document_read(const char *text, size_t len,
    const char *identity, int64_t owner_id, struct policy_document *document_r,
    struct err *err_r);

#endif
