/* What Postfix needs to send from dedicated addresses: a transport for each, and the
 * table that finds it by the label in the return path. Lines alone: who writes them
 * where is not known here. */
#ifndef SENDWARD_OPS_TRANSPORT_H
#define SENDWARD_OPS_TRANSPORT_H

#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"
#include "store/pools.h"

/* The table's name, beside main.cf. */
#define TRANSPORT_TABLE "sendward_pools"
/* What every transport's name begins with: none of another's does. */
#define TRANSPORT_PREFIX "sw-"
#define TRANSPORT_NAME_MAX (3 + STORE_IP_MAX)

/* "sw-192-0-2-1", "sw-2001-db8--1": all but letters and digits is "-". */
void transport_name(const char *address, char name_r[TRANSPORT_NAME_MAX + 1]);
/* A line of master.cf, without its end, single blanks. False: no memory. */
bool transport_service(const struct store_ip *row, struct buf *out);
/* A line of the table (regexp_table(5)) with its end; nothing for an address that has
 * no label. False: no memory. */
bool transport_table_line(const struct store_ip *row, struct buf *out);

/* Addresses that this host has, in their order. The host's name is conf->host, or the
 * system's. */
struct conf;
enum sg_err transport_list(struct store *store, const struct conf *conf,
    store_ip_fn *fn, void *ctx, struct err *err_r);

#endif
