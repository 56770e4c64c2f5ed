/* Statements on what becomes of mail: a part of queries.h, which says how they are
 * written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_EVENTS_H
#define SENDWARD_STORE_QUERIES_EVENTS_H

/* clang-format off */
#define MESSAGE_COLUMNS "id, account_id, queue_id, sent_msec, login, sender, " \
	"source_ip, identity_id, set_id, size, recipients, facts, tenant_id, " \
	"traits"
#define EVENT_COLUMNS "id, account_id, set_id, kind, queue_id, at_msec, " \
	"recipients, detail"
/* $kinds: a sum of 1 << kind. PostgreSQL shifts by an INTEGER alone. */
#define EVENT_WANTED "(($kinds >> CAST(kind AS INTEGER)) & 1) <> 0 " \
	"AND at_msec >= $since "
#define EVENT_NEWEST "ORDER BY id DESC LIMIT $most"
#define EVENT_PAGE "AND id < $before " EVENT_NEWEST
#define FATE_COLUMNS "account_id, queue_id, recipient, kind, at_msec, type, " \
	"subtype, fault, status, rule, counted, suppressed, event_id, report_id"
#define REPORT_HEAD "id, hash, COALESCE(account_id, 0), queue_id, recipient, " \
	"received_msec, state, why, format"
#define REPORT_PAGE "id < $before ORDER BY id DESC LIMIT $most"
#define TALLY_COLUMNS "account_id, set_id, bucket_sec, sent, eligible, " \
	"bounces, complaints, rejected"

#define TALLY_VALUES "VALUES ($account_id, $set_id, $bucket_sec, $sent, " \
	"$eligible, $bounces, $complaints, $rejected) "
#define TALLY_ADD(rows) "INSERT INTO tally (" TALLY_COLUMNS ") " rows \
	"ON CONFLICT (account_id, set_id, bucket_sec) " \
	"DO UPDATE SET sent = tally.sent + excluded.sent, " \
	"eligible = tally.eligible + excluded.eligible, " \
	"bounces = tally.bounces + excluded.bounces, " \
	"complaints = tally.complaints + excluded.complaints, " \
	"rejected = tally.rejected + excluded.rejected"

/* Rows that are written together have parameters of a letter and the row's number. */
#define MANY_4(row) row("0") ", " row("1") ", " row("2") ", " row("3")
#define MESSAGE_INSERT "INSERT INTO message (id, account_id, queue_id, " \
	"sent_msec, login, sender, source_ip, identity_id, set_id, size, recipients, " \
	"facts, tenant_id, traits) VALUES "
#define MESSAGE_VALUES(n) "($n" n ", $a" n ", $b" n ", $c" n ", $d" n ", $e" n ", $f" n \
	", $g" n ", $h" n ", $i" n ", $j" n ", $k" n ", $l" n ", $m" n \
	")"
#define MESSAGE_TWICE " ON CONFLICT (queue_id, account_id) DO NOTHING "
#define EVENT_INSERT "INSERT INTO event (account_id, set_id, kind, queue_id, " \
	"at_msec, recipients, detail) VALUES "
#define EVENT_VALUES(n) "($a" n ", $b" n ", $c" n ", $d" n ", $e" n ", $f" n \
	", $g" n ")"

/* $ids: a JSON array of whole numbers; how databases read it differs.              */
#define COUNTED_IDS "(SELECT value FROM json_each($ids))"
#define COUNTED_ACCOUNTS_OF(ids) "SELECT id, fresh_start_sec, 0 " \
	"FROM account WHERE id IN " ids
#define COUNTED_SETS_OF(ids) "SELECT s.id, s.fresh_start_sec, " \
	"(SELECT COUNT(*) FROM event_destination d WHERE d.set_id = s.id " \
	"AND d.enabled = 1 AND (d.kinds & 1) <> 0) " \
	"FROM configuration_set s WHERE s.id IN " ids
#define COUNTED_TENANTS_OF(ids) "SELECT id, fresh_start_sec, 0 " \
	"FROM tenant WHERE id IN " ids

#define STORE_QUERIES_EVENTS(X) \
X(MESSAGE_ADD_ONE,    MESSAGE_INSERT MESSAGE_VALUES("0") MESSAGE_TWICE) \
X(MESSAGE_ADD_MANY,   MESSAGE_INSERT MANY_4(MESSAGE_VALUES) MESSAGE_TWICE) \
/* The last of $count ids that nobody else will have.                              */ \
X(MESSAGE_IDS,        "SELECT MAX(COALESCE((SELECT seq FROM sqlite_sequence " \
                      "WHERE name = 'message'), 0), " \
                      "COALESCE((SELECT MAX(id) FROM message), 0)) + $count") \
X(MESSAGE_LAST,       "SELECT COALESCE(MAX(id), 0) FROM message") \
X(MESSAGE_SINCE,      "SELECT id FROM message WHERE id > $id ORDER BY id") \
X(MESSAGE_ADD,        "INSERT INTO message (account_id, queue_id, sent_msec, " \
                      "login, sender, source_ip, identity_id, set_id, size, " \
                      "recipients, facts, tenant_id, traits) " \
                      "VALUES ($account_id, $queue_id, " \
                      "$sent_msec, $login, $sender, $source_ip, " \
                      "$identity_id, $set_id, $size, $recipients, $facts, " \
                      "$tenant_id, $traits) " \
                      "ON CONFLICT (queue_id, account_id) DO NOTHING " \
                      "RETURNING id") \
X(MESSAGE_GET,        "SELECT " MESSAGE_COLUMNS " FROM message " \
                      "WHERE queue_id = $queue_id " \
                      "AND account_id = $account_id") \
X(MESSAGE_GET_ANY,    "SELECT " MESSAGE_COLUMNS " FROM message " \
                      "WHERE queue_id = $queue_id ORDER BY id DESC LIMIT 1") \
X(MESSAGE_LIST,       "SELECT " MESSAGE_COLUMNS " FROM message " \
                      "WHERE account_id = $account_id AND id < $before " \
                      "ORDER BY id DESC LIMIT $most") \
X(MESSAGE_LIST_ALL,   "SELECT " MESSAGE_COLUMNS " FROM message " \
                      "WHERE id < $before ORDER BY id DESC LIMIT $most") \
X(MESSAGE_FORGET,     "DELETE FROM message WHERE id IN (SELECT id FROM message " \
                      "WHERE account_id = $account_id LIMIT $most)") \
X(MESSAGE_PURGE,      "DELETE FROM message WHERE id IN (SELECT id " \
                      "FROM message WHERE sent_msec < $before " \
                      "ORDER BY sent_msec LIMIT $most)") \
\
X(EVENT_ADD_ONE,      EVENT_INSERT EVENT_VALUES("0")) \
X(EVENT_ADD_MANY,     EVENT_INSERT MANY_4(EVENT_VALUES)) \
X(EVENT_ADD,          "INSERT INTO event (account_id, set_id, kind, queue_id, " \
                      "at_msec, recipients, detail) VALUES ($account_id, " \
                      "$set_id, $kind, $queue_id, $at_msec, $recipients, " \
                      "$detail) RETURNING id") \
X(EVENT_UPDATE,       "UPDATE event SET recipients = $recipients, " \
                      "detail = $detail WHERE id = $id") \
X(EVENT_GET,          "SELECT " EVENT_COLUMNS " FROM event WHERE id = $id") \
X(EVENT_LIST_ALL,     "SELECT " EVENT_COLUMNS " FROM event WHERE " \
                      EVENT_WANTED EVENT_NEWEST) \
X(EVENT_LIST,         "SELECT " EVENT_COLUMNS " FROM event " \
                      "WHERE account_id = $account_id AND " \
                      EVENT_WANTED EVENT_NEWEST) \
X(EVENT_LIST_OF_MESSAGE, "SELECT " EVENT_COLUMNS " FROM event " \
                      "WHERE queue_id = $queue_id " \
                      "AND ($account_id = 0 OR account_id = $account_id) AND " \
                      EVENT_WANTED EVENT_NEWEST) \
X(EVENT_OLDEST_ALL,   "SELECT " EVENT_COLUMNS " FROM event WHERE " \
                      EVENT_WANTED "ORDER BY id LIMIT $most") \
X(EVENT_OLDEST,       "SELECT " EVENT_COLUMNS " FROM event " \
                      "WHERE account_id = $account_id AND " \
                      EVENT_WANTED "ORDER BY id LIMIT $most") \
X(EVENT_OLDEST_OF_MESSAGE, "SELECT " EVENT_COLUMNS " FROM event " \
                      "WHERE queue_id = $queue_id " \
                      "AND ($account_id = 0 OR account_id = $account_id) AND " \
                      EVENT_WANTED "ORDER BY id LIMIT $most") \
X(EVENT_FORGET,       "DELETE FROM event WHERE id IN (SELECT id FROM event " \
                      "WHERE account_id = $account_id LIMIT $most)") \
X(EVENT_PURGE,        "DELETE FROM event WHERE id IN (SELECT id FROM event " \
                      "WHERE at_msec < $before ORDER BY at_msec LIMIT $most)") \
\
X(FATE_ADD,           "INSERT INTO fate (" FATE_COLUMNS ") VALUES " \
                      "($account_id, $queue_id, $recipient, $kind, $at_msec, " \
                      "$type, $subtype, $fault, $status, $rule, $counted, " \
                      "$suppressed, $event_id, $report_id) " \
                      "ON CONFLICT (account_id, queue_id, recipient, kind) " \
                      "DO NOTHING") \
X(FATE_UPDATE,        "UPDATE fate SET type = $type, subtype = $subtype, " \
                      "fault = $fault, status = $status, rule = $rule, " \
                      "counted = $counted, suppressed = $suppressed, " \
                      "event_id = $event_id WHERE account_id = $account_id " \
                      "AND queue_id = $queue_id AND recipient = $recipient " \
                      "AND kind = $kind") \
X(FATE_LIST,          "SELECT " FATE_COLUMNS " FROM fate " \
                      "WHERE account_id = $account_id " \
                      "AND queue_id = $queue_id ORDER BY recipient, kind") \
/* Of the messages behind an id those that a fate was waiting for.                */ \
X(FATE_WAITING,       "SELECT DISTINCT f.account_id, f.queue_id " \
                      "FROM message m CROSS JOIN fate f WHERE m.id > $id " \
                      "AND f.account_id = m.account_id " \
                      "AND f.queue_id = m.queue_id AND f.counted = 2") \
X(FATE_LIST_OF_REPORT, "SELECT " FATE_COLUMNS " FROM fate " \
                      "WHERE report_id = $report_id " \
                      "ORDER BY account_id, queue_id, recipient, kind") \
X(FATE_LIST_OLD,      "SELECT account_id, queue_id, recipient, kind FROM fate " \
                      "WHERE at_msec < $before ORDER BY at_msec LIMIT $most") \
X(FATE_FORGET,        "DELETE FROM fate WHERE account_id = $account_id " \
                      "AND queue_id IN (SELECT queue_id FROM fate " \
                      "WHERE account_id = $account_id LIMIT $most)") \
X(FATE_DELETE,        "DELETE FROM fate WHERE account_id = $account_id " \
                      "AND queue_id = $queue_id AND recipient = $recipient " \
                      "AND kind = $kind") \
\
X(REPORT_ADD,         "INSERT INTO report (hash, account_id, queue_id, " \
                      "recipient, received_msec, state, why, format, content) " \
                      "VALUES ($hash, NULLIF($account_id, 0), $queue_id, " \
                      "$recipient, $received_msec, $state, $why, $format, " \
                      "$content) ON CONFLICT (hash) DO NOTHING RETURNING id") \
X(REPORT_BY_HASH,     "SELECT id FROM report WHERE hash = $hash") \
X(REPORT_UPDATE,      "UPDATE report SET format = $format, state = $state, " \
                      "why = $why WHERE id = $id") \
X(REPORT_GET,         "SELECT " REPORT_HEAD ", content FROM report " \
                      "WHERE id = $id") \
X(REPORT_LIST_ALL,    "SELECT " REPORT_HEAD " FROM report WHERE " REPORT_PAGE) \
X(REPORT_LIST,        "SELECT " REPORT_HEAD " FROM report " \
                      "WHERE account_id = $account_id AND " REPORT_PAGE) \
X(REPORT_LIST_NOBODYS, "SELECT " REPORT_HEAD " FROM report " \
                      "WHERE account_id IS NULL AND " REPORT_PAGE) \
/* $account_id: 0 any, -1 nobody's.                                              */ \
X(REPORT_LIST_OF_MESSAGE, "SELECT " REPORT_HEAD " FROM report " \
                      "WHERE queue_id = $queue_id AND queue_id <> '' " \
                      "AND ($account_id = 0 " \
                      "OR COALESCE(account_id, -1) = $account_id) AND " \
                      REPORT_PAGE) \
X(REPORT_REPLAY,      "SELECT " REPORT_HEAD ", content FROM report " \
                      "WHERE id > $after ORDER BY id LIMIT $most") \
X(REPORT_COUNT,       "SELECT COUNT(*), COALESCE(SUM(length(content)), 0) " \
                      "FROM report " \
                      "WHERE queue_id = $queue_id AND queue_id <> '' " \
                      "AND account_id = $account_id") \
X(REPORT_FORGET,      "DELETE FROM report WHERE id IN (SELECT id FROM report " \
                      "WHERE account_id = $account_id LIMIT $most)") \
X(REPORT_PURGE,       "DELETE FROM report WHERE id IN (SELECT id FROM report " \
                      "WHERE received_msec < $before " \
                      "ORDER BY received_msec LIMIT $most)") \
X(REPORT_PURGE_NOBODYS, "DELETE FROM report WHERE id IN (SELECT id " \
                      "FROM report WHERE account_id IS NULL " \
                      "ORDER BY id DESC LIMIT $most OFFSET $kept)") \
\
X(TALLY_ADD,          TALLY_ADD(TALLY_VALUES)) \
/* The same, gathered.                                                             */ \
X(TALLY_ADD_MANY,     TALLY_ADD(TALLY_VALUES)) \
X(COUNTED_ACCOUNTS,   COUNTED_ACCOUNTS_OF(COUNTED_IDS)) \
X(COUNTED_SETS,       COUNTED_SETS_OF(COUNTED_IDS)) \
X(COUNTED_TENANTS,    COUNTED_TENANTS_OF(COUNTED_IDS)) \
X(TALLY_LIST,         "SELECT " TALLY_COLUMNS " FROM tally " \
                      "WHERE account_id = $account_id AND set_id = $set_id " \
                      "AND bucket_sec >= $since ORDER BY bucket_sec DESC") \
X(TALLY_LIST_ALL,     "SELECT " TALLY_COLUMNS " FROM tally " \
                      "WHERE bucket_sec >= $since " \
                      "ORDER BY account_id, set_id, bucket_sec DESC") \
/* The signs lead SQLite to the index by age, away from a scan in this order.     */ \
X(TALLY_WHO,          "SELECT DISTINCT +account_id, +set_id FROM tally " \
                      "WHERE bucket_sec >= $since ORDER BY 1, 2") \
X(TALLY_PURGE,        "DELETE FROM tally " \
                      "WHERE (account_id, set_id, bucket_sec) IN " \
                      "(SELECT account_id, set_id, bucket_sec FROM tally " \
                      "WHERE bucket_sec < $before " \
                      "ORDER BY bucket_sec LIMIT $most)") \
\
X(BOOKMARK_GET,       "SELECT name, file, position, updated_sec " \
                      "FROM bookmark WHERE name = $name") \
X(BOOKMARK_PUT,       "INSERT INTO bookmark (name, file, position, " \
                      "updated_sec) VALUES ($name, $file, $position, " \
                      "$updated_sec) ON CONFLICT (name) DO UPDATE SET " \
                      "file = excluded.file, position = excluded.position, " \
                      "updated_sec = excluded.updated_sec") \
X(BOOKMARK_DELETE,    "DELETE FROM bookmark WHERE name = $name")
/* clang-format on */

#endif
