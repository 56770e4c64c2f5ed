/* Statements on exports, on what the console asks of imports, and on searches of the
 * suppression list: a part of queries.h, which says how they are written. Internal to
 * store/. */
#ifndef SENDWARD_STORE_QUERIES_EXPORTS_H
#define SENDWARD_STORE_QUERIES_EXPORTS_H

/* clang-format off */
#define EXPORT_COLUMNS "id, uuid, account_id, kind, filter, state, " \
	"created_sec, expires_sec, records, bytes, percent, error"

#define STORE_QUERIES_EXPORTS(X) \
X(EXPORT_ADD,         "INSERT INTO export_job (uuid, account_id, kind, filter, " \
                      "state, created_sec, expires_sec, records, bytes, " \
                      "percent, error) VALUES ($uuid, $account_id, $kind, " \
                      "$filter, 0, $created_sec, $expires_sec, 0, 0, -1, '') " \
                      "RETURNING id") \
X(EXPORT_UPDATE,      "UPDATE export_job SET state = $state, " \
                      "expires_sec = $expires_sec, records = $records, " \
                      "bytes = $bytes, percent = $percent, error = $error " \
                      "WHERE id = $id") \
X(EXPORT_GET,         "SELECT " EXPORT_COLUMNS " FROM export_job " \
                      "WHERE account_id = $account_id AND uuid = $uuid") \
X(EXPORT_NEXT,        "SELECT " EXPORT_COLUMNS " FROM export_job " \
                      "WHERE state < 2 ORDER BY CASE WHEN " \
                      "account_id > $after THEN 0 ELSE 1 END, account_id, id " \
                      "LIMIT 1") \
X(EXPORT_PAGE,        "SELECT " EXPORT_COLUMNS " FROM export_job " \
                      "WHERE account_id = $account_id AND id < $before " \
                      "ORDER BY id DESC LIMIT $most") \
X(EXPORT_COUNT,       "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state < 2 " \
                      "THEN 1 ELSE 0 END), 0) FROM export_job " \
                      "WHERE account_id = $account_id") \
X(EXPORT_DELETE,      "DELETE FROM export_job WHERE account_id = $account_id " \
                      "AND uuid = $uuid") \
X(EXPORT_EXPIRE,      "DELETE FROM export_job WHERE expires_sec <= $now " \
                      "AND state >= 2") \
X(FILE_IS_WANTED,     "SELECT 1 FROM export_job WHERE uuid = $uuid " \
                      "UNION ALL SELECT 1 FROM import_job " \
                      "WHERE source = $source AND uuid = $uuid AND state < 2") \
X(IMPORT_NEWEST,      "SELECT " IMPORT_COLUMNS " FROM import_job " \
                      "WHERE account_id = $account_id AND id < $before " \
                      "ORDER BY id DESC LIMIT $most") \
X(SUPPRESSION_COUNT,  "SELECT COUNT(*) FROM suppression " \
                      "WHERE account_id = $account_id AND address >= $from " \
                      "AND address < $to") \
X(SUPPRESSION_SEARCH, "SELECT " SUPPRESSION_COLUMNS " FROM suppression " \
                      "WHERE account_id = $account_id AND address >= $from " \
                      "AND address < $to ORDER BY address LIMIT $most") \
/* What suppression_by_reason holds, first: SQLite would walk the primary key else. */ \
X(SUPPRESSION_SEARCH_REASON, "SELECT " SUPPRESSION_COLUMNS " FROM " \
                      "(SELECT address AS found FROM suppression " \
                      "WHERE account_id = $account_id AND reason = $reason " \
                      "AND address >= $from AND address < $to " \
                      "ORDER BY address LIMIT $most) page " \
                      "JOIN suppression ON account_id = $account_id " \
                      "AND address = page.found ORDER BY address") \
X(MESSAGE_OLDEST,     "SELECT sent_msec FROM message " \
                      "WHERE account_id = $account_id ORDER BY id LIMIT 1")
/* clang-format on */

#endif
