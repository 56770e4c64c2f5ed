/* Statements that snapshots are loaded by, page after page. Part of queries.h. */
#ifndef SENDWARD_STORE_QUERIES_SNAPSHOT_H
#define SENDWARD_STORE_QUERIES_SNAPSHOT_H

/* clang-format off */
#define STORE_QUERIES_SNAPSHOT(X) \
X(IDENTITY_PAGE_ALL,  "SELECT " IDENTITY_COLUMNS " " IDENTITY_FROM \
                      "WHERE i.id > $after ORDER BY i.id LIMIT $most") \
X(SUPPRESSION_PAGE_ALL, "SELECT account_id, address FROM suppression " \
                      "WHERE (account_id, address) > ($account_id, $after) " \
                      "ORDER BY account_id, address LIMIT $most")
/* clang-format on */

#endif
