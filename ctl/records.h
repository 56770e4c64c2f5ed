/* The DNS records of an identity, as JSON, as text for people, and as lines of a
 * zone file. Which there are says ops/records.h. Looks nothing up. */
#ifndef SENDWARD_CTL_RECORDS_H
#define SENDWARD_CTL_RECORDS_H

#include <jansson.h>
#include <stdint.h>

struct identity_file;

/* [{name, type, value, strings, purpose, selector, active, remove_after}]; strings
 * are those of a TXT record, else empty. NULL: no memory. */
json_t *records_json(const struct identity_file *file);

/* For people: what to publish, and which records are one way. */
void records_print_text(const struct identity_file *file);
/* For people: those of the MAIL FROM domain alone, and what happens next. */
void records_print_mail_from(const struct identity_file *file);
/* For people: the record of one key. */
void records_print_key(const struct identity_file *file, int64_t key_id);
/* Zone-file lines (RFC 1035 §5). */
void records_print_zone(const struct identity_file *file);

#endif
