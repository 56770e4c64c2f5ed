/* Statements on messages that are looked for, on reports by state and on what was
 * delivered: a part of queries.h, which says how they are written. Internal to
 * store/. */
#ifndef SENDWARD_STORE_QUERIES_MESSAGES_H
#define SENDWARD_STORE_QUERIES_MESSAGES_H

/* clang-format off */
/* One of the account's. */
#define DEAD_LETTER_OF "next_sec = 0 AND id = $id AND subscription_id IN " \
	"(SELECT s.id FROM subscription s JOIN topic t ON t.id = s.topic_id " \
	"WHERE t.account_id = $account_id)"

#define STORE_QUERIES_MESSAGES(X) \
X(MESSAGE_KEY_ADD,    "INSERT INTO message_key (account_id, key, message_id) " \
                      "VALUES ($account_id, $key, $id) " \
                      "ON CONFLICT (account_id, key, message_id) DO NOTHING") \
/* What has happened to the messages behind an id.                                */ \
X(MESSAGE_OUTCOMES_SINCE, "SELECT m.id, e.kind, m.account_id FROM message m " \
                      "CROSS JOIN event e WHERE m.id > $id " \
                      "AND e.queue_id = m.queue_id " \
                      "AND +e.account_id = m.account_id " \
                      "AND e.kind BETWEEN 1 AND 4 ORDER BY m.id") \
X(MESSAGE_SEEK,       "SELECT message_id FROM message_key " \
                      "WHERE account_id = $account_id AND key = $key " \
                      "AND message_id < $before " \
                      "ORDER BY message_id DESC LIMIT 1") \
X(MESSAGE_SEEK_ANY,   "SELECT id FROM message " \
                      "WHERE account_id = $account_id AND id < $before " \
                      "ORDER BY id DESC LIMIT 1") \
X(MESSAGE_RANGE,      "SELECT message_id FROM message_key " \
                      "WHERE account_id = $account_id AND key >= $from " \
                      "AND key < $to AND message_id >= $from_id " \
                      "AND message_id < $before LIMIT $most") \
X(MESSAGE_RANGE_QUEUE_ID, "SELECT id FROM message " \
                      "WHERE queue_id >= $from AND queue_id < $to " \
                      "AND +account_id = $account_id AND id >= $from_id " \
                      "AND id < $before LIMIT $most") \
X(MESSAGE_GET_BY_ID,  "SELECT " MESSAGE_COLUMNS " FROM message " \
                      "WHERE id = $id AND +account_id = $account_id") \
X(MESSAGE_OUTCOMES,   "SELECT key FROM message_key " \
                      "WHERE account_id = $account_id " \
                      "AND key IN ('s:1', 's:2', 's:3', 's:4') " \
                      "AND message_id = $id") \
X(MESSAGE_ID_AT,      "SELECT id FROM message WHERE sent_msec >= $since " \
                      "ORDER BY sent_msec LIMIT 1") \
X(EVENT_REFUSED,      "SELECT " EVENT_COLUMNS " FROM event " \
                      "WHERE account_id = $account_id AND kind >= 5 " \
                      EVENT_PAGE) \
X(REPORT_LIST_STATE,  "SELECT " REPORT_HEAD " FROM report " \
                      "WHERE state = $state AND " REPORT_PAGE) \
\
/* Of each subscription the newest: others' dead letters are not looked at.      */ \
X(DEAD_LETTER_LIST,   "SELECT " NOTIFICATION_COLUMNS " FROM (SELECT d.id " \
                      "FROM topic ot JOIN subscription os " \
                      "ON os.topic_id = ot.id JOIN notification d ON d.id IN " \
                      "(SELECT e.id FROM notification e " \
                      "WHERE e.subscription_id = os.id AND e.next_sec = 0 " \
                      "AND e.id < $before ORDER BY e.id DESC LIMIT $most) " \
                      "WHERE ot.account_id = $account_id " \
                      "ORDER BY d.id DESC LIMIT $most) x " \
                      "JOIN notification n ON n.id = x.id " \
                      NOTIFICATION_JOINS "ORDER BY n.id DESC") \
X(DEAD_LETTER_HAS,    "SELECT 1 FROM notification WHERE " DEAD_LETTER_OF) \
X(DEAD_LETTER_RETRY,  "UPDATE notification SET next_sec = $now, " \
                      "attempts = 0 WHERE " DEAD_LETTER_OF) \
X(NOTIFICATION_OF_MESSAGE, NOTIFICATION_SELECT \
                      "WHERE p.queue_id = $queue_id AND p.queue_id <> '' " \
                      "AND t.account_id = $account_id " \
                      "ORDER BY n.id LIMIT $most") \
X(NOTIFICATION_OF_PUBLICATION, NOTIFICATION_SELECT \
                      "WHERE n.publication_id = $publication_id " \
                      "ORDER BY n.id LIMIT $most") \
\
X(PAST_PUBLICATION_ADD, "INSERT INTO past_publication (topic_id, " \
                      "publication_id, uuid, subject, created_msec) " \
                      "VALUES ($topic_id, $id, $uuid, $subject, " \
                      "$created_msec) " \
                      "ON CONFLICT (topic_id, publication_id) DO NOTHING") \
X(PAST_PUBLICATION_PRUNE, "DELETE FROM past_publication " \
                      "WHERE topic_id = $topic_id AND publication_id <= " \
                      "(SELECT p.publication_id FROM past_publication p " \
                      "WHERE p.topic_id = $topic_id " \
                      "ORDER BY p.publication_id DESC LIMIT 1 OFFSET $kept)") \
X(PAST_DELIVERY_ADD,  "INSERT INTO past_delivery (topic_id, publication_id, " \
                      "subscription_id, attempts) SELECT topic_id, " \
                      "publication_id, CAST($subscription_id AS BIGINT), " \
                      "CAST($attempts AS BIGINT) FROM past_publication " \
                      "WHERE topic_id = $topic_id AND publication_id = $id " \
                      "ON CONFLICT (topic_id, publication_id, " \
                      "subscription_id) DO NOTHING") \
X(PUBLICATION_NEWEST, "SELECT id, uuid, subject, created_msec FROM " \
                      "(SELECT p.id, p.uuid, p.subject, p.created_msec " \
                      "FROM publication p WHERE p.topic_id = $topic_id " \
                      "AND p.type = 0 ORDER BY p.id DESC LIMIT $most) w " \
                      "UNION SELECT publication_id, uuid, subject, " \
                      "created_msec FROM past_publication " \
                      "WHERE topic_id = $topic_id " \
                      "ORDER BY 1 DESC LIMIT $most") \
X(PAST_DELIVERY_LIST, "SELECT s.uuid, s.protocol, s.endpoint, d.attempts " \
                      "FROM past_delivery d JOIN subscription s " \
                      "ON s.id = d.subscription_id " \
                      "WHERE d.topic_id = $topic_id " \
                      "AND d.publication_id = $publication_id " \
                      "ORDER BY d.subscription_id LIMIT $most")
/* clang-format on */

#endif
