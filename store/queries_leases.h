/* Statements of leases: see queries.h. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_LEASES_H
#define SENDWARD_STORE_QUERIES_LEASES_H

/* clang-format off */
/* What lives unspent in leases; an account's, in buckets that still count. */
#define LEASE_UNSPENT(account, now_usec) "COALESCE((SELECT SUM(CASE " \
	"WHEN l.granted > l.spent THEN l.granted - l.spent ELSE 0 END) " \
	"FROM lease l WHERE l.account_id = " account " " \
	"AND l.bucket_sec > $expired AND l.until_usec > " now_usec "), 0)"
#define HOLDER_COLUMNS "h.id, h.host, h.program, h.mark, h.made_sec, " \
	"h.renewed_sec"
#define LEASE_COLUMNS "l.account_id, l.bucket_sec, l.serial, l.granted, " \
	"l.spent, l.until_usec"
#define LEASE_REST "CASE WHEN l.granted - $spent < u.recipients " \
	"THEN l.granted - $spent ELSE u.recipients END " \
	"FROM lease l JOIN usage u ON u.account_id = l.account_id " \
	"AND u.bucket = l.bucket_sec WHERE l.account_id = $account_id " \
	"AND l.holder_id = $holder_id AND l.bucket_sec = $bucket " \
	"AND l.granted > $spent"
#define LEASE_KEY "WHERE account_id = $account_id " \
	"AND holder_id = $holder_id AND bucket_sec = $bucket"

/* Of many accounts at once: $rows is a JSON array of objects of whole numbers, one
 * for each account. How databases read it differs: see queries_pgsql.h.         */
#define LEASE_ACCOUNTS "(SELECT json_extract(value, '$.account') " \
	"FROM json_each($rows))"
#define LEASE_TAKES "(SELECT json_extract(value, '$.account') AS account, " \
	"json_extract(value, '$.recipients') AS recipients, " \
	"json_extract(value, '$.quota') AS quota, " \
	"json_extract(value, '$.now') AS now, " \
	"json_extract(value, '$.absurd') AS absurd, " \
	"json_extract(value, '$.cost') AS cost, " \
	"json_extract(value, '$.ceiling') AS ceiling FROM json_each($rows)) t"
#define LEASE_TAKEN "(SELECT json_extract(value, '$.account') AS account, " \
	"json_extract(value, '$.recipients') AS recipients, " \
	"json_extract(value, '$.serial') AS serial, " \
	"json_extract(value, '$.spent') AS spent FROM json_each($rows)) t"
#define LEASE_SPENTS "(SELECT json_extract(value, '$.account') AS account, " \
	"json_extract(value, '$.bucket') AS bucket, " \
	"json_extract(value, '$.spent') AS spent FROM json_each($rows)) t"
/* QUOTA_EXPIRE and USAGE_EXPIRE; not of accounts with buckets from a future that
 * is none: those are left to them.                                              */
#define LEASE_NO_FUTURE(account) "NOT EXISTS (SELECT 1 FROM usage f " \
	"WHERE f.account_id = " account " AND f.bucket > $last)"
#define LEASE_QUOTA_EXPIRE(accounts) "UPDATE quota SET used = used - " \
	"COALESCE((SELECT SUM(u.recipients) FROM usage u " \
	"WHERE u.account_id = quota.account_id AND u.bucket <= $expired), 0), " \
	"expired_bucket = $expired WHERE account_id IN " accounts " " \
	"AND " LEASE_NO_FUTURE("quota.account_id")
#define LEASE_USAGE_EXPIRE(accounts) "DELETE FROM usage " \
	"WHERE account_id IN " accounts " AND bucket <= $expired " \
	"AND " LEASE_NO_FUTURE("usage.account_id")
#define LEASE_OTHERS(what, account) "(SELECT " what " FROM lease l " \
	"WHERE l.account_id = " account " AND l.holder_id <> $holder_id " \
	"AND l.until_usec > $now_usec)"
/* QUOTA_TAKE */
#define LEASE_QUOTA_TAKE(takes) "UPDATE quota SET " \
	"used = used + t.recipients, rate_state_usec = t.cost + CASE " \
	"WHEN rate_state_usec > t.now AND rate_state_usec <= t.absurd " \
	"THEN rate_state_usec ELSE t.now END FROM " takes " " \
	"WHERE account_id = t.account AND expired_bucket = $expired " \
	"AND (t.quota < 0 OR used + t.recipients <= t.quota) " \
	"AND (rate_state_usec <= t.ceiling OR rate_state_usec > t.absurd) " \
	"RETURNING account_id, used, rate_state_usec, " \
	"CASE WHEN $is_shared = 0 THEN 0 ELSE " \
	LEASE_OTHERS("COUNT(DISTINCT l.holder_id)", "quota.account_id") " END"
#define LEASE_QUOTA_GET(accounts) "SELECT q.account_id, q.used, " \
	"q.rate_state_usec, q.expired_bucket, " \
	LEASE_OTHERS("COUNT(DISTINCT l.holder_id)", "q.account_id") ", " \
	LEASE_OTHERS("COALESCE(SUM(CASE WHEN l.granted > l.spent " \
	"THEN l.granted - l.spent ELSE 0 END), 0)", "q.account_id") \
	" FROM quota q WHERE q.account_id IN " accounts
/* USAGE_ADD, LEASE_PUT, LEASE_SPENT */
#define LEASE_USAGE_ADD(taken) "INSERT INTO usage (account_id, bucket, " \
	"recipients) SELECT t.account, $bucket, t.recipients FROM " taken " " \
	"WHERE t.recipients > 0 ON CONFLICT (account_id, bucket) DO UPDATE " \
	"SET recipients = usage.recipients + excluded.recipients"
#define LEASE_LEASE_PUT(taken) "INSERT INTO lease (holder_id, account_id, " \
	"bucket_sec, serial, granted, spent, until_usec, recalled) " \
	"SELECT $holder_id, t.account, $bucket, t.serial, t.recipients, " \
	"t.spent, $until, 0 FROM " taken " WHERE t.recipients > 0 " \
	"ON CONFLICT (account_id, holder_id, bucket_sec) " \
	"DO UPDATE SET serial = excluded.serial, " \
	"granted = lease.granted + excluded.granted, " \
	"spent = excluded.spent, until_usec = excluded.until_usec"

/* LEASE_SPENT, LEASE_END_QUOTA, LEASE_END_USAGE, LEASE_END */
#define LEASE_LEASE_SPENT(spents) "UPDATE lease SET spent = t.spent " \
	"FROM " spents " WHERE account_id = t.account " \
	"AND holder_id = $holder_id AND bucket_sec = t.bucket"
#define LEASE_RESTS(spents) "SELECT l.account_id, l.bucket_sec, " \
	"CASE WHEN l.granted - t.spent < u.recipients " \
	"THEN l.granted - t.spent ELSE u.recipients END AS rest " \
	"FROM " spents " JOIN lease l ON l.account_id = t.account " \
	"AND l.holder_id = $holder_id AND l.bucket_sec = t.bucket " \
	"JOIN usage u ON u.account_id = l.account_id " \
	"AND u.bucket = l.bucket_sec WHERE l.granted > t.spent"
#define LEASE_ENDS_QUOTA(spents) "UPDATE quota SET used = used - r.rest " \
	"FROM (SELECT x.account_id, CAST(SUM(x.rest) AS BIGINT) AS rest " \
	"FROM (" LEASE_RESTS(spents) ") x GROUP BY x.account_id) r " \
	"WHERE quota.account_id = r.account_id"
#define LEASE_ENDS_USAGE(spents) "UPDATE usage " \
	"SET recipients = recipients - r.rest " \
	"FROM (" LEASE_RESTS(spents) ") r " \
	"WHERE usage.account_id = r.account_id AND bucket = r.bucket_sec"
#define LEASE_ENDS(spents) "DELETE FROM lease WHERE holder_id = $holder_id " \
	"AND (account_id, bucket_sec) IN (SELECT t.account, t.bucket " \
	"FROM " spents ")"
/* Leases that others have of these accounts, to be asked for. */
#define LEASE_ASKED(accounts) "account_id IN " accounts " " \
	"AND holder_id <> $holder_id AND granted > spent " \
	"AND until_usec > $now_usec AND recalled = 0"

#define STORE_QUERIES_LEASES(X) \
/* Of many accounts, in their order; SQLite has one writer anyway.            */ \
X(LEASE_LOCK,         "SELECT $rows") \
X(LEASE_QUOTA_EXPIRE, LEASE_QUOTA_EXPIRE(LEASE_ACCOUNTS)) \
X(LEASE_USAGE_EXPIRE, LEASE_USAGE_EXPIRE(LEASE_ACCOUNTS)) \
X(LEASE_QUOTA_TAKE,   LEASE_QUOTA_TAKE(LEASE_TAKES)) \
X(LEASE_QUOTA_GET,    LEASE_QUOTA_GET(LEASE_ACCOUNTS)) \
X(LEASE_USAGE_ADD,    LEASE_USAGE_ADD(LEASE_TAKEN)) \
X(LEASE_PUT_MANY,     LEASE_LEASE_PUT(LEASE_TAKEN)) \
X(LEASE_SPENT_MANY,   LEASE_LEASE_SPENT(LEASE_SPENTS)) \
X(LEASE_END_QUOTA_MANY, LEASE_ENDS_QUOTA(LEASE_SPENTS)) \
X(LEASE_END_USAGE_MANY, LEASE_ENDS_USAGE(LEASE_SPENTS)) \
X(LEASE_END_MANY,     LEASE_ENDS(LEASE_SPENTS)) \
X(CLOCK_NOW,          "SELECT now_usec FROM database_clock") \
X(HOLDER_ADD,         "INSERT INTO holder (host, program, mark, made_sec, " \
                      "renewed_sec) VALUES ($host, $program, $mark, $now, " \
                      "$now) RETURNING id") \
X(HOLDER_RENEW,       "UPDATE holder SET renewed_sec = $now WHERE id = $id") \
X(HOLDER_DELETE,      "DELETE FROM holder WHERE id = $id AND NOT EXISTS " \
                      "(SELECT 1 FROM lease l WHERE l.holder_id = $id)") \
X(HOLDER_LIST,        "SELECT " HOLDER_COLUMNS " FROM holder h " \
                      "ORDER BY h.host, h.program, h.id") \
X(HOLDER_COUNT,       "SELECT COUNT(*) FROM holder WHERE renewed_sec > $since") \
X(HOLDER_PURGE,       "DELETE FROM holder WHERE renewed_sec <= $before " \
                      "AND NOT EXISTS (SELECT 1 FROM lease l " \
                      "WHERE l.holder_id = holder.id)") \
X(LEASE_PUT,          "INSERT INTO lease (holder_id, account_id, bucket_sec, " \
                      "serial, granted, spent, until_usec, recalled) VALUES " \
                      "($holder_id, $account_id, $bucket, $serial, " \
                      "$recipients, $spent, $until, 0) " \
                      "ON CONFLICT (account_id, holder_id, bucket_sec) " \
                      "DO UPDATE SET serial = excluded.serial, " \
                      "granted = lease.granted + excluded.granted, " \
                      "spent = excluded.spent, " \
                      "until_usec = excluded.until_usec") \
X(LEASE_SPENT,        "UPDATE lease SET spent = $spent " LEASE_KEY) \
X(LEASE_DELETE,       "DELETE FROM lease " LEASE_KEY " RETURNING granted") \
/* Without an answer: what is unspent, as far as its bucket still has it.     */ \
X(LEASE_END_QUOTA,    "UPDATE quota SET used = used - (SELECT " LEASE_REST ") " \
                      "WHERE account_id = $account_id " \
                      "AND EXISTS (SELECT " LEASE_REST ")") \
X(LEASE_END_USAGE,    "UPDATE usage SET recipients = recipients - " \
                      "(SELECT " LEASE_REST ") " \
                      "WHERE account_id = $account_id AND bucket = $bucket " \
                      "AND EXISTS (SELECT " LEASE_REST ")") \
X(LEASE_END,          "DELETE FROM lease " LEASE_KEY) \
X(LEASE_LIST,         "SELECT " LEASE_COLUMNS ", a.name FROM lease l " \
                      "JOIN account a ON a.id = l.account_id " \
                      "WHERE l.holder_id = $holder_id " \
                      "ORDER BY l.account_id, l.bucket_sec") \
X(LEASE_ELSEWHERE,    "SELECT COALESCE(SUM(CASE WHEN granted > spent " \
                      "THEN granted - spent ELSE 0 END), 0), " \
                      "COUNT(DISTINCT holder_id) FROM lease " \
                      "WHERE account_id = $account_id " \
                      "AND holder_id <> $holder_id AND until_usec > $now_usec") \
X(LEASE_RECALL,       "UPDATE lease SET recalled = 1 " \
                      "WHERE " LEASE_ASKED(LEASE_ACCOUNTS)) \
X(LEASE_RECALLED,     "SELECT account_id FROM lease " \
                      "WHERE holder_id = $holder_id AND recalled = 1 " \
                      "ORDER BY account_id") \
X(LEASE_PURGE,        "DELETE FROM lease WHERE holder_id IN " \
                      "(SELECT id FROM holder WHERE renewed_sec <= $before) " \
                      "AND bucket_sec <= $expired AND until_usec <= $now_usec")
/* clang-format on */

#endif
