/* What the API says, in a field of its own, of a message that it hands in at the
 * private door: under which name, by which operation, with whose credential, from
 * where. Elsewhere anybody may write such a field, and nobody reads it. */
#ifndef SENDWARD_MILTER_SUBMISSION_H
#define SENDWARD_MILTER_SUBMISSION_H

#include <stdbool.h>

struct message;

/* "X-Sendward-Submission: NAME OPERATION ACCESSKEYID ADDRESS"; the first one
 * counts, and one of another form is none. At the end of the header. False: no
 * memory. */
bool submission_take(struct message *m);

#endif
