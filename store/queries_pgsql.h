/* Statements that PostgreSQL answers fast only in a form of its own: what they mean
 * stands beside their common form. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_PGSQL_H
#define SENDWARD_STORE_QUERIES_PGSQL_H

#include "store/queries.h"

/* clang-format off */
#define PGSQL_ROWS "json_to_recordset(CAST($rows AS json)) AS t "
#define PGSQL_ACCOUNTS "(SELECT t.account FROM " PGSQL_ROWS "(account BIGINT))"
#define PGSQL_TAKES PGSQL_ROWS "(account BIGINT, recipients BIGINT, " \
	"quota BIGINT, now BIGINT, absurd BIGINT, cost BIGINT, ceiling BIGINT)"
#define PGSQL_TAKEN PGSQL_ROWS "(account BIGINT, recipients BIGINT, " \
	"serial BIGINT, spent BIGINT)"

#define PGSQL_IDS "(SELECT CAST(t.id AS BIGINT) " \
	"FROM json_array_elements_text(CAST($ids AS json)) AS t (id))"

#define PGSQL_MESSAGE_SEQUENCE \
	"CAST(pg_get_serial_sequence('message', 'id') AS regclass)"

/* Rows that were gathered: each value is an array. None twice, for no statement
 * changes a row a second time. */
#define PGSQL_SUM(column) "CAST(SUM(" column ") AS BIGINT)"
#define PGSQL_TALLIES "SELECT account_id, set_id, bucket_sec, " \
	PGSQL_SUM("sent") ", " PGSQL_SUM("eligible") ", " \
	PGSQL_SUM("bounces") ", " PGSQL_SUM("complaints") ", " \
	PGSQL_SUM("rejected") " FROM unnest($account_id, $set_id, " \
	"$bucket_sec, $sent, $eligible, $bounces, $complaints, $rejected) " \
	"AS t (" TALLY_COLUMNS ") GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 "
#define PGSQL_METRICS "SELECT account_id, day_sec, kind, set_id, " \
	"identity_id, " PGSQL_SUM("recipients") " FROM unnest($account_id, " \
	"$day_sec, $kind, $set_id, $identity_id, $recipients) " \
	"AS t (account_id, day_sec, kind, set_id, identity_id, recipients) " \
	"GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 3, 2, 4, 5 "
#define PGSQL_FLOWS "SELECT account_id, step, start, " PGSQL_SUM("sent") ", " \
	PGSQL_SUM("delivered") ", " PGSQL_SUM("bounced") ", " \
	PGSQL_SUM("complained") ", " PGSQL_SUM("rejected") ", " \
	PGSQL_SUM("delayed") " FROM unnest($account_id, $minute, $hour, " \
	FLOW_VALUES ") AS t (account_id, minute, hour, " FLOW_COLUMNS ") " \
	"CROSS JOIN LATERAL (VALUES (60, minute), (3600, hour)) " \
	"AS s (step, start) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 "
#define PGSQL_SPENTS PGSQL_ROWS "(account BIGINT, bucket BIGINT, " \
	"spent BIGINT)"

#define STORE_QUERIES_PGSQL(X) \
X(TALLY_ADD_MANY,     TALLY_ADD(PGSQL_TALLIES)) \
X(METRIC_ADD_MANY,    METRIC_ADD(PGSQL_METRICS)) \
X(FLOW_ADD_MANY,      FLOW_ADD(PGSQL_FLOWS)) \
X(MESSAGE_IDS,        "SELECT setval(" PGSQL_MESSAGE_SEQUENCE ", " \
                      "GREATEST(nextval(" PGSQL_MESSAGE_SEQUENCE "), " \
                      "COALESCE((SELECT MAX(id) FROM message), 0) + 1) " \
                      "+ $count - 1)") \
X(COUNTED_ACCOUNTS,   COUNTED_ACCOUNTS_OF(PGSQL_IDS)) \
X(COUNTED_SETS,       COUNTED_SETS_OF(PGSQL_IDS)) \
X(COUNTED_TENANTS,    COUNTED_TENANTS_OF(PGSQL_IDS)) \
X(LEASE_LOCK,         "SELECT COUNT(*) FROM (SELECT 1 FROM quota " \
                      "WHERE account_id IN " PGSQL_ACCOUNTS " " \
                      "ORDER BY account_id FOR NO KEY UPDATE) q LIMIT 1") \
X(LEASE_QUOTA_EXPIRE, LEASE_QUOTA_EXPIRE(PGSQL_ACCOUNTS)) \
X(LEASE_USAGE_EXPIRE, LEASE_USAGE_EXPIRE(PGSQL_ACCOUNTS)) \
X(LEASE_QUOTA_TAKE,   LEASE_QUOTA_TAKE(PGSQL_TAKES)) \
X(LEASE_QUOTA_GET,    LEASE_QUOTA_GET(PGSQL_ACCOUNTS)) \
X(LEASE_USAGE_ADD,    LEASE_USAGE_ADD(PGSQL_TAKEN)) \
X(LEASE_PUT_MANY,     LEASE_LEASE_PUT(PGSQL_TAKEN)) \
X(LEASE_SPENT_MANY,   LEASE_LEASE_SPENT(PGSQL_SPENTS)) \
X(LEASE_END_QUOTA_MANY, LEASE_ENDS_QUOTA(PGSQL_SPENTS)) \
X(LEASE_END_USAGE_MANY, LEASE_ENDS_USAGE(PGSQL_SPENTS)) \
X(LEASE_END_MANY,     LEASE_ENDS(PGSQL_SPENTS)) \
/* Waits for nobody, so that rows of many accounts can be locked in any order.      */ \
X(LEASE_RECALL,       "UPDATE lease SET recalled = 1 FROM (SELECT " \
                      "account_id, holder_id, bucket_sec FROM lease " \
                      "WHERE " LEASE_ASKED(PGSQL_ACCOUNTS) " " \
                      "FOR NO KEY UPDATE SKIP LOCKED) r " \
                      "WHERE lease.account_id = r.account_id " \
                      "AND lease.holder_id = r.holder_id " \
                      "AND lease.bucket_sec = r.bucket_sec") \
X(NOTIFICATION_DUE,   "WITH RECURSIVE who (id) AS " \
                      "(SELECT MIN(subscription_id) FROM notification " \
                      "UNION ALL SELECT (SELECT MIN(m.subscription_id) " \
                      "FROM notification m WHERE m.subscription_id > who.id) " \
                      "FROM who WHERE who.id IS NOT NULL) " \
                      "SELECT " NOTIFICATION_COLUMNS " FROM who " \
                      "CROSS JOIN LATERAL (SELECT d.* FROM notification d " \
                      "WHERE d.subscription_id = who.id " \
                      "AND d.next_sec > 0 AND d.next_sec <= $now " \
                      "ORDER BY d.next_sec, d.id LIMIT $each) n " \
                      NOTIFICATION_JOINS \
                      "ORDER BY n.next_sec, n.id LIMIT $most") \
X(DEAD_LETTER_LIST,   "SELECT " NOTIFICATION_COLUMNS " FROM topic ot " \
                      "JOIN subscription os ON os.topic_id = ot.id " \
                      "CROSS JOIN LATERAL (SELECT e.* FROM notification e " \
                      "WHERE e.subscription_id = os.id AND e.next_sec = 0 " \
                      "AND e.id < $before ORDER BY e.id DESC LIMIT $most) n " \
                      NOTIFICATION_JOINS \
                      "WHERE ot.account_id = $account_id " \
                      "ORDER BY n.id DESC LIMIT $most")
/* clang-format on */

#endif
