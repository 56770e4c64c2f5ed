/* What a hash of a password costs. A test may bring a cheap one of its own
 * (fake-password-cost.c); no configuration changes it. */
#ifndef SENDWARD_OPS_PASSWORD_COST_H
#define SENDWARD_OPS_PASSWORD_COST_H

#include <stddef.h>

#define PASSWORD_NOBODYS_MAX 128 /* as libsodium's, with its end */

struct password_cost {
	unsigned long long operations;
	size_t memory_bytes;
	/* Nobody's hash: the work that one's would be. */
	char nobodys[PASSWORD_NOBODYS_MAX];
};
extern const struct password_cost password_cost;

#endif
