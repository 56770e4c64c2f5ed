/* Statements on programs that run and senders that were observed: a part of
 * queries.h, which says how they are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_OBSERVED_H
#define SENDWARD_STORE_QUERIES_OBSERVED_H

/* clang-format off */
#define OBSERVED_COLUMNS "o.id, o.login, o.network, o.domain, o.account_id, " \
	"o.messages, o.first_sec, o.last_sec, o.verdict, o.reason, " \
	"COALESCE(a.name, '')"
#define OBSERVED_FROM "FROM observed o " \
	"LEFT JOIN login l ON l.name = o.login " \
	"LEFT JOIN credential c ON c.access_key_id = o.login " \
	"LEFT JOIN account a ON a.id = COALESCE(l.account_id, c.account_id, " \
	"o.account_id) "
#define OBSERVED_IS_OPEN "(a.id IS NULL OR (o.verdict = 1 AND NOT EXISTS " \
	"(SELECT 1 FROM identity i WHERE i.account_id = a.id " \
	"AND i.name = o.domain)))"

#define STORE_QUERIES_OBSERVED(X) \
X(HEARTBEAT_PUT,      "INSERT INTO heartbeat (program, host, pid, " \
                      "started_sec, seen_sec, version, detail) VALUES " \
                      "($program, $host, $pid, $started_sec, $seen_sec, " \
                      "$version, $detail) " \
                      "ON CONFLICT (program, host, pid) DO UPDATE SET " \
                      "started_sec = excluded.started_sec, " \
                      "seen_sec = excluded.seen_sec, " \
                      "version = excluded.version, detail = excluded.detail") \
X(HEARTBEAT_DELETE,   "DELETE FROM heartbeat WHERE program = $program " \
                      "AND host = $host AND pid = $pid") \
X(HEARTBEAT_LIST,     "SELECT program, host, pid, started_sec, seen_sec, " \
                      "version, detail FROM heartbeat " \
                      "ORDER BY program, host, seen_sec DESC, " \
                      "started_sec DESC LIMIT $most") \
X(HEARTBEAT_PURGE,    "DELETE FROM heartbeat WHERE (program, host, pid) IN " \
                      "(SELECT program, host, pid FROM heartbeat " \
                      "WHERE seen_sec < $before LIMIT $most)") \
\
X(IMPORTS_WAITING,    "SELECT COUNT(*) FROM import_job WHERE state < 2") \
\
X(OBSERVED_ADD,       "INSERT INTO observed (login, network, domain, " \
                      "account_id, messages, first_sec, last_sec, verdict, " \
                      "reason) VALUES ($login, $network, $domain, " \
                      "$account_id, $messages, $first_sec, $last_sec, " \
                      "$verdict, $reason) " \
                      "ON CONFLICT (login, network, domain) DO UPDATE SET " \
                      "account_id = excluded.account_id, " \
                      "messages = observed.messages + excluded.messages, " \
                      "last_sec = excluded.last_sec, " \
                      "verdict = excluded.verdict, reason = excluded.reason") \
X(OBSERVED_HAS,       "SELECT 1 FROM observed WHERE login = $login " \
                      "AND network = $network AND domain = $domain") \
X(OBSERVED_COUNT,     "SELECT COUNT(*) FROM observed") \
X(OBSERVED_COUNT_OPEN, "SELECT COUNT(*) FROM (SELECT 1 " OBSERVED_FROM \
                      "WHERE " OBSERVED_IS_OPEN " LIMIT $most) s") \
X(OBSERVED_PAGE,      "SELECT " OBSERVED_COLUMNS " " OBSERVED_FROM \
                      "WHERE (o.messages, o.id) < ($messages, $id) " \
                      "AND ($state = 0 " \
                      "OR ($state = 1 AND " OBSERVED_IS_OPEN ") " \
                      "OR ($state = 2 AND NOT " OBSERVED_IS_OPEN ")) " \
                      "ORDER BY o.messages DESC, o.id DESC LIMIT $most") \
X(OBSERVED_OF_LOGIN,  "SELECT " OBSERVED_COLUMNS " " OBSERVED_FROM \
                      "WHERE o.login = $login AND o.network = '' " \
                      "AND o.domain > $after ORDER BY o.domain LIMIT $most") \
X(OBSERVED_PURGE,     "DELETE FROM observed WHERE id IN (SELECT id " \
                      "FROM observed WHERE last_sec < $before LIMIT $most)") \
\
X(POOL_PAGE,          "SELECT p.id, COALESCE(p.account_id, 0), p.name, " \
                      "p.scaling, p.created_sec, COALESCE(a.name, ''), " \
                      "CASE WHEN p.account_id IS NULL THEN (SELECT COUNT(*) " \
                      "FROM account u WHERE u.pool = p.name " \
                      "AND u.pool <> '' AND NOT EXISTS (SELECT 1 " \
                      "FROM pool o WHERE o.account_id = u.id " \
                      "AND o.name = u.pool)) ELSE (SELECT COUNT(*) " \
                      "FROM account u WHERE u.id = p.account_id " \
                      "AND u.pool = p.name) END FROM pool p " \
                      "LEFT JOIN account a ON a.id = p.account_id " \
                      "WHERE p.id > $after ORDER BY p.id LIMIT $most")
/* clang-format on */

#endif
