/* Header and body of a message: kept, checked, signed as they stream by. Part of
 * milter/message.h; does not see the envelope and does not answer. */
#ifndef SENDWARD_MILTER_CONTENT_H
#define SENDWARD_MILTER_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include "rules/types.h"

struct edits;
struct message;

/* Each fills *v and returns false when the message must not leave. */
void content_header(struct message *m, const char *name, const char *value);
bool content_end_of_headers(struct message *m, struct rules_verdict *v);
bool content_body(
    struct message *m, const void *data, size_t len, struct rules_verdict *v);
/* End of message: does the account still own, or is it still granted, what the
 * message says, its configuration set too? A client can take as long as it likes from the header to here. */
bool content_still_covered(struct message *m, struct rules_verdict *v);
/* Signatures, and the fields that leave before delivery. */
bool content_edits(
    struct message *m, struct edits *edits, struct rules_verdict *v);
void content_fini(struct message *m);

/* The From field as it came, for the log; "" when there is none. */
const char *content_from(const struct message *m);

#endif
