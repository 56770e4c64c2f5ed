/* An identity's keys and DNS records as JSON, and the records as text for people
 * and for a zone file. Looks nothing up in DNS. */
#ifndef SENDWARD_CTL_RECORDS_H
#define SENDWARD_CTL_RECORDS_H

#include <jansson.h>
#include "ctl/command.h"

struct store_identity;

/* "keys": [{selector, algorithm, bits, active, created}], and "records" of the
 * active ones: [{name, type, value, strings, purpose}]. Returns CTL_DONE with two
 * new references, or, having said why, the exit status. */
int records_load(const struct ctl *ctl, const struct store_identity *row,
    json_t **keys_r, json_t **records_r);

/* For people: what to publish and where. */
void records_print_text(const char *domain, const json_t *records);
/* Zone-file lines (RFC 1035 §5). */
void records_print_zone(const json_t *records);

#endif
