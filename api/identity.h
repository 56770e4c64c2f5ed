/* What the operations on identities of both SES protocols share: the caller's
 * identity by its name, made, listed, and what an error of ops/ is to the client. */
#ifndef SENDWARD_API_IDENTITY_H
#define SENDWARD_API_IDENTITY_H

#include <stdbool.h>
#include "api/call.h"
#include "ops/identity.h"
#include "ops/records.h"
#include "store/store.h"

/* An identity as v1 takes it: its name, or its ARN, of which the name is given back.
 * An ARN that is none of the caller's identities comes back as it is: nothing has
 * that name. */
const char *api_identity_name(const struct api_call *call, const char *text);

/* True: SG_OK. SG_MISSING is the identity: NotFoundException, for v1
 * InvalidParameterValue. SG_INVALID and SG_EXISTS are bad requests, with err's
 * text. */
bool api_identity_done(struct api_call *call, enum sg_err rc,
    const struct err *err, const char *name);
/* False: the call has failed. */
bool api_identity_find(
    struct api_call *call, const char *name, struct store_identity *row_r);
/* Everything about it; free with identity_file_free. False: the call has failed. */
bool api_identity_load(struct api_call *call, const struct store_identity *row,
    struct identity_file **file_r);

/* The keys of a domain for which the client wishes none of its own: Easy DKIM where
 * the server has it, else one that the customer publishes. bits: 0 the default. */
void api_identity_wish_keys(
    const struct api_call *call, int bits, struct identity_wish *wish);
/* Makes it. False: the call has failed, with AlreadyExistsException,
 * LimitExceededException or NotFoundException (the configuration set) in v2. */
bool api_identity_make(struct api_call *call, const struct identity_wish *wish,
    struct store_identity *row_r);

/* A domain that failed is looked for anew, as after any new proof. */
void api_identity_begin_anew(
    struct api_call *call, const struct store_identity *row);

/* One page by NextToken and the member `size` (0 to 1000), in the order of names.
 * type: of enum rules_identity_type, -1 all. */
typedef void api_identity_fn(json_t *list, const struct store_identity *row);
void api_identity_list(struct api_call *call, const char *size, int type,
    const char *member, api_identity_fn *add);

#endif
