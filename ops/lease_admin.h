/* Leases as administrators see them, and those of a host that does not come back.
 * The processes that spend use lease.h. */
#ifndef SENDWARD_OPS_LEASE_ADMIN_H
#define SENDWARD_OPS_LEASE_ADMIN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/leases.h"

struct store;

/* is_live: its process renewed it lately, or a lease of it has not ended. lease
 * NULL: it has none. */
typedef bool lease_admin_fn(void *ctx, const struct store_holder *holder,
    const struct store_lease *lease, bool is_live);
/* All, by host, program and account. */
enum sg_err lease_admin_list(
    struct store *store, lease_admin_fn *fn, void *ctx, struct err *err_r);

struct lease_admin_returned {
	int64_t leases;
	int64_t recipients; /* given back */
};
/* Ends all leases of a host that is gone: what it had not reported as spent is free
 * again. It may have spent some of that within its last quarter of a second, or
 * while it was cut off: that is sent beyond the quota then. SG_MISSING: the host has
 * none; SG_INVALID: it lives, or its leases have not ended. */
enum sg_err lease_admin_return(struct store *store, const char *host,
    struct lease_admin_returned *returned_r, struct err *err_r);

#endif
