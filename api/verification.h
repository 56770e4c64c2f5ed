/* Confirmation of addresses in an account's own words, for both protocols: the
 * templates, and the letter, which is a message of the account's like any other. */
#ifndef SENDWARD_API_VERIFICATION_H
#define SENDWARD_API_VERIFICATION_H

struct api_call;

/* CreateCustomVerificationEmailTemplate, … of v2 and v1. */
void api_verification_create(struct api_call *call);
void api_verification_update(struct api_call *call);
void api_verification_get(struct api_call *call);
void api_verification_list(struct api_call *call);
void api_verification_delete(struct api_call *call);

/* SendCustomVerificationEmail of v2 and v1. */
void api_verification_send(struct api_call *call);

#endif
