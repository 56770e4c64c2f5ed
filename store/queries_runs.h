/* Statements on runs of keys, and on Send events that a message tells itself: a part of
 * queries.h, which says how they are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_RUNS_H
#define SENDWARD_STORE_QUERIES_RUNS_H

/* clang-format off */
/* Bytes of a run that is not brought together with others any more. The schema's
 * index has this number. */
#define MESSAGE_RUN_FULL 4194304
#define MESSAGE_RUN_SMALL "bytes < 4194304"

/* The row that may hold a place, and those behind it. */
#define CHUNKS_FROM "c.first >= COALESCE((SELECT p.first " \
	"FROM message_chunk p WHERE p.run_id = c.run_id " \
	"AND p.first <= $from ORDER BY p.first DESC LIMIT 1), $from) " \
	"AND c.first < $to "
#define HAPPENED "SELECT 1 FROM message_key k " \
	"WHERE k.account_id = m.account_id " \
	"AND k.key IN ('s:1', 's:2', 's:3', 's:4') AND k.message_id = m.id"
#define SETTLED_UPTO "COALESCE((SELECT upto FROM message_settled), 0)"

#define SEND_SELECT "SELECT 0, account_id, set_id, 0, queue_id, sent_msec, " \
	"recipients, '{}' FROM message WHERE (traits & 1) <> 0 " \
	"AND sent_msec >= $since "
#define SEND_NEWEST "ORDER BY id DESC LIMIT $most"
#define SEND_OLDEST "ORDER BY id LIMIT $most"
#define SEND_OF_ACCOUNT "AND account_id = $account_id "
#define SEND_OF_MESSAGE "AND queue_id = $queue_id " \
	"AND ($account_id = 0 OR account_id = $account_id) "

#define STORE_QUERIES_RUNS(X) \
X(SEND_LIST_ALL,      SEND_SELECT SEND_NEWEST) \
X(SEND_LIST,          SEND_SELECT SEND_OF_ACCOUNT SEND_NEWEST) \
X(SEND_LIST_OF_MESSAGE, SEND_SELECT SEND_OF_MESSAGE SEND_NEWEST) \
X(SEND_OLDEST_ALL,    SEND_SELECT SEND_OLDEST) \
X(SEND_OLDEST,        SEND_SELECT SEND_OF_ACCOUNT SEND_OLDEST) \
X(SEND_OLDEST_OF_MESSAGE, SEND_SELECT SEND_OF_MESSAGE SEND_OLDEST) \
\
X(RUN_ADD,            "INSERT INTO message_run (id, first_id, until_msec, " \
                      "bytes) VALUES ($id, $first_id, $until_msec, $bytes)") \
X(CHUNK_ADD,          "INSERT INTO message_chunk (run_id, first, entries) " \
                      "VALUES ($a0, $b0, $c0)") \
X(CHUNK_ADD_MANY,     "INSERT INTO message_chunk (run_id, first, entries) " \
                      "VALUES ($a0, $b0, $c0), ($a1, $b1, $c1), " \
                      "($a2, $b2, $c2), ($a3, $b3, $c3)") \
/* The newest first, with what may hold a place.                                  */ \
X(RUN_SEEK,           "SELECT r.id, (SELECT c.entries FROM message_chunk c " \
                      "WHERE c.run_id = r.id AND c.first <= $place " \
                      "ORDER BY c.first DESC LIMIT 1) FROM message_run r " \
                      "WHERE r.id < $below AND r.id > $found " \
                      "AND r.first_id < $before " \
                      "ORDER BY r.id DESC LIMIT $most") \
X(RUN_LIST,           "SELECT id FROM message_run WHERE id >= $from_id " \
                      "AND first_id < $before ORDER BY id DESC") \
X(CHUNK_RANGE,        "SELECT c.id, c.entries FROM message_chunk c " \
                      "WHERE c.run_id = $run AND " CHUNKS_FROM \
                      "ORDER BY c.first LIMIT $most") \
X(CHUNK_UPDATE,       "UPDATE message_chunk SET entries = $entries " \
                      "WHERE id = $id") \
X(CHUNK_DELETE,       "DELETE FROM message_chunk WHERE id = $id") \
X(RUN_LIST_SMALL,     "SELECT id, first_id, until_msec, bytes " \
                      "FROM message_run WHERE " MESSAGE_RUN_SMALL \
                      " ORDER BY id") \
X(RUN_DELETE,         "DELETE FROM message_run WHERE id = $id") \
X(CHUNK_LIST,         "SELECT entries FROM message_chunk WHERE run_id = $run " \
                      "ORDER BY first") \
X(CHUNK_FORGET,       "DELETE FROM message_chunk WHERE run_id = $run") \
X(RUN_LOCK_OLD,       "UPDATE message_run SET bytes = bytes " \
                      "WHERE until_msec < $before") \
X(CHUNK_PURGE,        "DELETE FROM message_chunk WHERE id IN (SELECT c.id " \
                      "FROM message_run r JOIN message_chunk c " \
                      "ON c.run_id = r.id WHERE r.until_msec < $before " \
                      "LIMIT $most)") \
X(RUN_PURGE,          "DELETE FROM message_run WHERE until_msec < $before " \
                      "AND NOT EXISTS (SELECT 1 FROM message_chunk c " \
                      "WHERE c.run_id = message_run.id)") \
\
X(MESSAGE_SEEK_PENDING, "SELECT m.id FROM message m " \
                      "WHERE m.account_id = $account_id AND m.id < $before " \
                      "AND m.id > " SETTLED_UPTO \
                      " AND NOT EXISTS (" HAPPENED ") " \
                      "ORDER BY m.id DESC LIMIT 1") \
X(SETTLED_GET,        "SELECT upto, goal, goal_sec FROM message_settled") \
X(SETTLED_PUT,        "INSERT INTO message_settled (id, upto, goal, goal_sec) " \
                      "VALUES (1, $upto, $goal, $goal_sec) " \
                      "ON CONFLICT (id) DO UPDATE SET upto = excluded.upto, " \
                      "goal = excluded.goal, goal_sec = excluded.goal_sec") \
X(PENDING_KEEP,       "INSERT INTO message_key (account_id, key, message_id) " \
                      "SELECT m.account_id, 's:', m.id FROM message m " \
                      "WHERE m.id > $from AND m.id <= $upto " \
                      "AND NOT EXISTS (" HAPPENED ") " \
                      "ON CONFLICT (account_id, key, message_id) DO NOTHING")
/* clang-format on */

#endif
