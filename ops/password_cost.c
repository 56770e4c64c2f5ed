/* The cost of hashes outside tests: see password_cost.h. In a file of its own, so that
 * a test's stands in its place. */
#include "config.h"

#include "ops/password_cost.h"

#include <sodium.h>

_Static_assert(crypto_pwhash_STRBYTES == PASSWORD_NOBODYS_MAX, "nobody's");

const struct password_cost password_cost = {
    .operations = crypto_pwhash_OPSLIMIT_INTERACTIVE,
    .memory_bytes = crypto_pwhash_MEMLIMIT_INTERACTIVE,
    .nobodys = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};
