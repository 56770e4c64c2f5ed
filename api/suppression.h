/* Reasons of suppression as lists of BOUNCE and COMPLAINT, which the account and its
 * configuration sets take alike. */
#ifndef SENDWARD_API_SUPPRESSION_H
#define SENDWARD_API_SUPPRESSION_H

#include <jansson.h>

/* The sum (of enum rules_suppressed_reasons) of object's SuppressedReasons; 0 when it
 * has none. */
int api_suppressed_reasons(const json_t *object);
/* Puts SuppressedReasons. */
void api_put_reasons(json_t *object, int reasons);

#endif
