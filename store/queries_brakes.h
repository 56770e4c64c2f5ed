/* Statements on brakes: a part of queries.h, which says how they are written.
 * Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_BRAKES_H
#define SENDWARD_STORE_QUERIES_BRAKES_H

/* clang-format off */
#define BRAKE_COLUMNS "id, COALESCE(account_id, 0), scope, subject, measure, " \
	"window_sec, most, created_sec"
#define THROTTLE_COLUMNS "id, account_id, scope, subject, why, since_sec, " \
	"released_sec, released_by, note"

#define STORE_QUERIES_BRAKES(X) \
X(BRAKE_ADD,          "INSERT INTO brake (account_id, scope, subject, " \
                      "measure, window_sec, most, created_sec) VALUES " \
                      "(NULLIF($account_id, 0), $scope, $subject, $measure, " \
                      "$window_sec, $most, $created_sec) RETURNING id") \
X(BRAKE_REMOVE,       "DELETE FROM brake WHERE id = $id") \
X(BRAKE_LIST_ALL,     "SELECT " BRAKE_COLUMNS " FROM brake ORDER BY id") \
X(BRAKE_LIST,         "SELECT " BRAKE_COLUMNS " FROM brake " \
                      "WHERE account_id = $account_id OR account_id IS NULL " \
                      "ORDER BY id") \
X(BRAKE_USED,         "SELECT COALESCE(SUM(used), 0) FROM brake_use " \
                      "WHERE brake_id = $brake_id " \
                      "AND account_id = $account_id AND subject = $subject " \
                      "AND bucket >= $first AND bucket <= $last") \
X(BRAKE_USE,          "INSERT INTO brake_use (brake_id, account_id, subject, " \
                      "bucket, used, end_sec) VALUES ($brake_id, " \
                      "$account_id, $subject, $bucket, $used, $end_sec) " \
                      "ON CONFLICT (brake_id, account_id, subject, bucket) " \
                      "DO UPDATE SET used = brake_use.used + excluded.used") \
X(BRAKE_FORGET,       "DELETE FROM brake_use WHERE brake_id = $brake_id " \
                      "AND account_id = $account_id AND subject = $subject " \
                      "AND bucket < $first") \
X(BRAKE_FORGET_FUTURE, "DELETE FROM brake_use WHERE brake_id = $brake_id " \
                      "AND account_id = $account_id AND subject = $subject " \
                      "AND bucket > $last") \
X(BRAKE_FORGET_SUBJECT, "DELETE FROM brake_use WHERE brake_id IN (SELECT id " \
                      "FROM brake WHERE scope = $scope " \
                      "AND (account_id = $account_id OR account_id IS NULL)) " \
                      "AND account_id = $account_id AND subject = $subject") \
X(BRAKE_USE_LIST_OLD, "SELECT brake_id, account_id, subject, bucket " \
                      "FROM brake_use WHERE end_sec < $before " \
                      "ORDER BY end_sec LIMIT $most") \
X(BRAKE_USE_DELETE,   "DELETE FROM brake_use WHERE brake_id = $brake_id " \
                      "AND account_id = $account_id AND subject = $subject " \
                      "AND bucket = $bucket") \
\
X(THROTTLE_ADD,       "INSERT INTO throttle (account_id, scope, subject, why, " \
                      "since_sec, released_sec, released_by, note) VALUES " \
                      "($account_id, $scope, $subject, $why, $since_sec, 0, " \
                      "'', '') ON CONFLICT (account_id, scope, subject) " \
                      "WHERE released_sec = 0 DO NOTHING RETURNING id") \
X(THROTTLE_GET,       "SELECT " THROTTLE_COLUMNS " FROM throttle " \
                      "WHERE account_id = $account_id AND scope = $scope " \
                      "AND subject = $subject AND released_sec = 0") \
X(THROTTLE_RELEASE,   "UPDATE throttle SET released_sec = $released_sec, " \
                      "released_by = $released_by, note = $note " \
                      "WHERE id = $id AND released_sec = 0 " \
                      "RETURNING account_id, scope, subject") \
X(THROTTLE_LIST,      "SELECT " THROTTLE_COLUMNS " FROM throttle " \
                      "WHERE account_id = $account_id " \
                      "AND ($all = 1 OR released_sec = 0) ORDER BY id DESC") \
X(THROTTLE_LIST_ALL,  "SELECT " THROTTLE_COLUMNS " FROM throttle " \
                      "WHERE $all = 1 OR released_sec = 0 ORDER BY id DESC") \
\
X(KNOWN_ADD,          "INSERT INTO known_recipient (account_id, hash) VALUES " \
                      "($account_id, $hash) " \
                      "ON CONFLICT (account_id, hash) DO NOTHING") \
X(KNOWN_HAS,          "SELECT 1 FROM known_recipient " \
                      "WHERE account_id = $account_id AND hash = $hash")
/* clang-format on */

#endif
