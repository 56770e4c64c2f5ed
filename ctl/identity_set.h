/* Who hears of an identity's bounces, complaints and deliveries, for the verbs that
 * show it. */
#ifndef SENDWARD_CTL_IDENTITY_SET_H
#define SENDWARD_CTL_IDENTITY_SET_H

#include <jansson.h>
#include "ctl/command.h"

struct store_identity;

/* Adds forwarding, bounce_topic, complaint_topic, delivery_topic, headers and
 * configuration_set to *doc (NULL afterwards: no memory). Returns CTL_DONE or,
 * having said why, the exit status. */
int identity_set_facts(
    const struct ctl *ctl, const struct store_identity *row, json_t **doc);
/* The same as lines for people. */
int identity_set_print(const struct ctl *ctl, const struct store_identity *row);

#endif
