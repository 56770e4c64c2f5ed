/* Confirmation of addresses in an account's own words, for both protocols. */
#ifndef SENDWARD_API_VERIFICATION_H
#define SENDWARD_API_VERIFICATION_H

struct api_call;

/* SendCustomVerificationEmail of v2 and v1. */
void api_verification_send(struct api_call *call);

#endif
