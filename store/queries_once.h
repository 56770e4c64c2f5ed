/* Statements on sends that are to happen once: a part of queries.h, which says how
 * they are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_ONCE_H
#define SENDWARD_STORE_QUERIES_ONCE_H

/* clang-format off */
#define ONCE_COLUMNS "account_id, body_hash, state, holder, answer, " \
	"created_msec"
#define ONCE_THIS "access_key_id = $access_key_id AND key = $key"

#define STORE_QUERIES_ONCE(X) \
/* A row from before $before_msec is as none.                                    */ \
X(ONCE_BEGIN,         "INSERT INTO once (access_key_id, key, account_id, " \
                      "body_hash, state, holder, answer, created_msec) VALUES " \
                      "($access_key_id, $key, $account_id, $body_hash, 0, " \
                      "$holder, $answer, $created_msec) " \
                      "ON CONFLICT (access_key_id, key) DO UPDATE SET " \
                      "account_id = excluded.account_id, " \
                      "body_hash = excluded.body_hash, state = 0, " \
                      "holder = excluded.holder, answer = excluded.answer, " \
                      "created_msec = excluded.created_msec " \
                      "WHERE once.created_msec < $before_msec RETURNING 1") \
X(ONCE_GET,           "SELECT " ONCE_COLUMNS " FROM once WHERE " ONCE_THIS) \
X(ONCE_TAKE,          "UPDATE once SET holder = $holder WHERE " ONCE_THIS \
                      " AND state = 0 AND holder = $old") \
X(ONCE_ANSWER,        "UPDATE once SET state = 1, answer = $answer " \
                      "WHERE " ONCE_THIS " AND state = 0 " \
                      "AND holder = $holder") \
X(ONCE_FORGET,        "DELETE FROM once WHERE " ONCE_THIS " AND state = 0 " \
                      "AND holder = $holder") \
X(ONCE_PURGE,         "DELETE FROM once WHERE (access_key_id, key) IN " \
                      "(SELECT access_key_id, key FROM once " \
                      "WHERE created_msec < $before_msec " \
                      "ORDER BY created_msec LIMIT $most)") \
/* By the time: an account may have sent millions. The sign leads SQLite to the
 * index by age.                                                                 */ \
X(MESSAGE_SUBMITTED,  "SELECT queue_id FROM message " \
                      "WHERE sent_msec >= $since_msec " \
                      "AND +account_id = $account_id " \
                      "AND facts LIKE $pattern LIMIT 1")
/* clang-format on */

#endif
