/* What a look in DNS found, record by record, as JSON and for people. Looks
 * nothing up. */
#ifndef SENDWARD_CTL_FINDINGS_H
#define SENDWARD_CTL_FINDINGS_H

#include <jansson.h>
#include <stddef.h>

struct finding;
struct identity_file;

/* [{purpose, name, type, wanted, state, error, found, found_at, hint}]; error,
 * found_at and hint are null when there is none. NULL: no memory. */
json_t *findings_json(const struct finding *list, size_t count);

/* A paragraph a record: state, name, what was wanted against what was found with
 * a mark where they begin to differ, and what to do. */
void findings_print(
    const struct identity_file *file, const struct finding *list, size_t count);

#endif
