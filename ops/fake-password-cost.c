/* For tests alone: the cheapest hashes that there are, in the place of
 * password_cost.c. */
#include "config.h"

#include "ops/password_cost.h"

#include <sodium.h>

const struct password_cost password_cost = {
    .operations = crypto_pwhash_OPSLIMIT_MIN,
    .memory_bytes = crypto_pwhash_MEMLIMIT_MIN,
    .nobodys = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};
