/* What is known of an identity, as JSON and as lines for people: states and why,
 * keys, looks. Asks neither the store nor DNS. */
#ifndef SENDWARD_CTL_FACTS_H
#define SENDWARD_CTL_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "ctl/command.h"

struct advice;
struct identity_file;
struct store_identity;

/* May its account send from it now? It is verified, and no MAIL FROM domain that
 * is not has its mail refused. */
bool facts_may_send(const struct store_identity *row);

/* The row alone; NULL: no memory. */
json_t *facts_row(const char *account, const struct store_identity *row);
/* The row with "keys", "looks" and "records". NULL: no memory. */
json_t *facts_whole(const struct identity_file *file);
/* {"spf": {known, aligned, name, found, wanted, text}, "dmarc": …} */
json_t *facts_advice(const struct advice *spf, const struct advice *dmarc);

/* For people: name and value line by line; the keys as a table; advice as
 * paragraphs. Return the exit status. */
int facts_print(
    const struct ctl *ctl, const struct identity_file *file, int64_t now_sec);
int facts_print_keys(const struct ctl *ctl, const struct identity_file *file);
void facts_print_advice(const struct advice *advice);

/* Prints text in lines of at most 78 columns, each with `indent` before it. */
void facts_print_wrapped(const char *text, const char *indent);

#endif
