/* Statements on who is told: a part of queries.h, which says how they are written.
 * Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_TOPICS_H
#define SENDWARD_STORE_QUERIES_TOPICS_H

/* clang-format off */
/* Last: the kinds of event that an enabled destination wants. No database has the
 * same function for the bits that any row has, so each is asked for. */
#define SET_COLUMNS "s.id, s.account_id, s.name, s.paused, s.pause_reason, " \
	"s.suppressed_reasons, s.reputation, s.standing, s.fresh_start_sec, " \
	"s.created_sec, COALESCE((SELECT MAX(d.kinds & 1) + MAX(d.kinds & 2) " \
	"+ MAX(d.kinds & 4) + MAX(d.kinds & 8) + MAX(d.kinds & 16) " \
	"+ MAX(d.kinds & 32) + MAX(d.kinds & 64) FROM event_destination d " \
	"WHERE d.set_id = s.id AND d.enabled = 1), 0), s.paused_by, s.pool"
#define DESTINATION_COLUMNS "id, set_id, name, enabled, kinds, topic_id"
#define TOPIC_COLUMNS "id, account_id, name, display_name, " \
	"signature_version, created_sec"
#define SUBSCRIPTION_COLUMNS "id, uuid, topic_id, protocol, endpoint, " \
	"confirmed, token_hash, token_expires_sec, raw, created_sec"
#define NOTIFICATION_COLUMNS "n.id, n.next_sec, n.attempts, n.error, " \
	"p.id, p.uuid, p.topic_id, p.type, p.subject, p.body, p.sealed, " \
	"p.created_msec, s.id, s.uuid, s.topic_id, s.protocol, s.endpoint, " \
	"s.confirmed, s.token_hash, s.token_expires_sec, s.raw, " \
	"s.created_sec, t.id, t.account_id, t.name, t.display_name, " \
	"t.signature_version, t.created_sec"
#define NOTIFICATION_JOINS \
	"JOIN publication p ON p.id = n.publication_id " \
	"JOIN subscription s ON s.id = n.subscription_id " \
	"JOIN topic t ON t.id = s.topic_id "
#define NOTIFICATION_SELECT "SELECT " NOTIFICATION_COLUMNS \
	" FROM notification n " NOTIFICATION_JOINS

#define STORE_QUERIES_TOPICS(X) \
X(SET_CREATE,         "INSERT INTO configuration_set (account_id, name, " \
                      "paused, pause_reason, suppressed_reasons, reputation, " \
                      "standing, fresh_start_sec, created_sec, paused_by, " \
                      "pool) VALUES " \
                      "($account_id, $name, $paused, $pause_reason, " \
                      "$suppressed_reasons, $reputation, $standing, " \
                      "$fresh_start_sec, $created_sec, $paused_by, $pool) " \
                      "RETURNING id") \
X(SET_GET,            "SELECT " SET_COLUMNS " FROM configuration_set s " \
                      "WHERE s.account_id = $account_id AND s.name = $name") \
X(SET_GET_BY_ID,      "SELECT " SET_COLUMNS " FROM configuration_set s " \
                      "WHERE s.id = $id") \
X(SET_UPDATE,         "UPDATE configuration_set SET paused = $paused, " \
                      "pause_reason = $pause_reason, " \
                      "suppressed_reasons = $suppressed_reasons, " \
                      "reputation = $reputation, standing = $standing, " \
                      "fresh_start_sec = $fresh_start_sec, " \
                      "paused_by = $paused_by, pool = $pool WHERE id = $id") \
X(SET_DELETE,         "DELETE FROM configuration_set WHERE id = $id") \
X(SET_LIST,           "SELECT " SET_COLUMNS " FROM configuration_set s " \
                      "WHERE s.account_id = $account_id ORDER BY s.name") \
X(SET_LIST_ALL,       "SELECT " SET_COLUMNS " FROM configuration_set s " \
                      "ORDER BY s.account_id, s.name") \
\
X(DESTINATION_ADD,    "INSERT INTO event_destination (set_id, name, enabled, " \
                      "kinds, topic_id) VALUES ($set_id, $name, $enabled, " \
                      "$kinds, $topic_id) RETURNING id") \
X(DESTINATION_UPDATE, "UPDATE event_destination SET enabled = $enabled, " \
                      "kinds = $kinds, topic_id = $topic_id " \
                      "WHERE set_id = $set_id AND name = $name") \
X(DESTINATION_REMOVE, "DELETE FROM event_destination " \
                      "WHERE set_id = $set_id AND name = $name") \
X(DESTINATION_LIST,   "SELECT " DESTINATION_COLUMNS " FROM event_destination " \
                      "WHERE set_id = $set_id ORDER BY name") \
\
X(TOPIC_CREATE,       "INSERT INTO topic (account_id, name, display_name, " \
                      "signature_version, created_sec) VALUES ($account_id, " \
                      "$name, $display_name, $signature_version, " \
                      "$created_sec) RETURNING id") \
X(TOPIC_GET,          "SELECT " TOPIC_COLUMNS " FROM topic " \
                      "WHERE account_id = $account_id AND name = $name") \
X(TOPIC_GET_BY_ID,    "SELECT " TOPIC_COLUMNS " FROM topic WHERE id = $id") \
X(TOPIC_UPDATE,       "UPDATE topic SET display_name = $display_name, " \
                      "signature_version = $signature_version " \
                      "WHERE id = $id") \
X(TOPIC_DELETE,       "DELETE FROM topic WHERE id = $id") \
X(TOPIC_LIST,         "SELECT " TOPIC_COLUMNS " FROM topic " \
                      "WHERE account_id = $account_id ORDER BY name") \
X(TOPIC_PAGE,         "SELECT " TOPIC_COLUMNS " FROM topic " \
                      "WHERE account_id = $account_id AND name > $after " \
                      "ORDER BY name LIMIT $most") \
X(TOPIC_COUNT,        "SELECT COUNT(*) FROM topic " \
                      "WHERE account_id = $account_id") \
X(TOPIC_LIST_ALL,     "SELECT " TOPIC_COLUMNS " FROM topic " \
                      "ORDER BY account_id, name") \
\
X(SUBSCRIPTION_ADD,   "INSERT INTO subscription (uuid, topic_id, protocol, " \
                      "endpoint, confirmed, token_hash, token_expires_sec, " \
                      "raw, created_sec) VALUES ($uuid, $topic_id, " \
                      "$protocol, $endpoint, $confirmed, $token_hash, " \
                      "$token_expires_sec, $raw, $created_sec) RETURNING id") \
X(SUBSCRIPTION_GET,   "SELECT " SUBSCRIPTION_COLUMNS " FROM subscription " \
                      "WHERE uuid = $uuid") \
X(SUBSCRIPTION_GET_BY_ID, "SELECT " SUBSCRIPTION_COLUMNS " FROM subscription " \
                      "WHERE id = $id") \
X(SUBSCRIPTION_GET_BY_ENDPOINT, "SELECT " SUBSCRIPTION_COLUMNS " " \
                      "FROM subscription WHERE topic_id = $topic_id " \
                      "AND protocol = $protocol AND endpoint = $endpoint") \
X(SUBSCRIPTION_GET_BY_TOKEN, "SELECT " SUBSCRIPTION_COLUMNS " " \
                      "FROM subscription WHERE token_hash = $token_hash " \
                      "AND length(token_hash) > 0") \
X(SUBSCRIPTION_UPDATE, "UPDATE subscription SET confirmed = $confirmed, " \
                      "token_hash = $token_hash, " \
                      "token_expires_sec = $token_expires_sec, raw = $raw " \
                      "WHERE id = $id") \
X(SUBSCRIPTION_DELETE, "DELETE FROM subscription WHERE id = $id") \
X(SUBSCRIPTION_LIST,  "SELECT " SUBSCRIPTION_COLUMNS " FROM subscription " \
                      "WHERE topic_id = $topic_id ORDER BY id") \
/* Of an account, or of one of its topics ($topic_id not 0).                     */ \
X(SUBSCRIPTION_PAGE,  "SELECT " SUBSCRIPTION_COLUMNS " FROM subscription " \
                      "WHERE id > $after_id AND topic_id IN (SELECT t.id " \
                      "FROM topic t WHERE t.account_id = $account_id " \
                      "AND (t.id = $topic_id OR $topic_id = 0)) " \
                      "ORDER BY id LIMIT $most") \
X(SUBSCRIPTION_COUNT, "SELECT COUNT(*) FILTER (WHERE confirmed = 1), " \
                      "COUNT(*) FILTER (WHERE confirmed = 0) " \
                      "FROM subscription WHERE topic_id = $topic_id") \
X(SUBSCRIPTION_LIST_ALL, "SELECT " SUBSCRIPTION_COLUMNS " FROM subscription " \
                      "ORDER BY id") \
\
X(PUBLICATION_ADD,    "INSERT INTO publication (uuid, topic_id, type, " \
                      "subject, body, sealed, created_msec, queue_id) VALUES " \
                      "($uuid, $topic_id, $type, $subject, $body, $sealed, " \
                      "$created_msec, $queue_id) RETURNING id") \
/* Whom a publication goes to: all confirmed, or one.                            */ \
X(PUBLICATION_HAS_READERS, "SELECT 1 FROM subscription " \
                      "WHERE topic_id = $topic_id AND confirmed = 1 LIMIT 1") \
X(PUBLICATION_HAS_READER, "SELECT 1 FROM subscription " \
                      "WHERE id = $subscription_id AND topic_id = $topic_id") \
X(NOTIFICATION_ADD,   "INSERT INTO notification (publication_id, " \
                      "subscription_id, next_sec, attempts, error) VALUES " \
                      "($publication_id, $subscription_id, $now, 0, '')") \
X(NOTIFICATION_ADD_ALL, "INSERT INTO notification (publication_id, " \
                      "subscription_id, next_sec, attempts, error) " \
                      "SELECT p.id, s.id, CAST($now AS BIGINT), 0, '' " \
                      "FROM publication p JOIN subscription s " \
                      "ON s.topic_id = p.topic_id AND s.confirmed = 1 " \
                      "WHERE p.id = $publication_id") \
/* From one subscription to the next by the index, over all that waits for it,   */ \
/* and of each the first few: however much waits for one, this is as fast.       */ \
X(NOTIFICATION_DUE,   "WITH RECURSIVE who (id) AS " \
                      "(SELECT MIN(subscription_id) FROM notification " \
                      "UNION ALL SELECT (SELECT MIN(m.subscription_id) " \
                      "FROM notification m WHERE m.subscription_id > who.id) " \
                      "FROM who WHERE who.id IS NOT NULL) " \
                      "SELECT " NOTIFICATION_COLUMNS " FROM who " \
                      "JOIN notification n ON n.id IN (SELECT d.id " \
                      "FROM notification d WHERE d.subscription_id = who.id " \
                      "AND d.next_sec > 0 AND d.next_sec <= $now " \
                      "ORDER BY d.next_sec, d.id LIMIT $each) " \
                      NOTIFICATION_JOINS \
                      "ORDER BY n.next_sec, n.id LIMIT $most") \
X(NOTIFICATION_WAITING, NOTIFICATION_SELECT "WHERE n.next_sec > 0 " \
                      "ORDER BY n.id LIMIT $most") \
X(NOTIFICATION_WAITING_OF, NOTIFICATION_SELECT \
                      "WHERE n.subscription_id = $subscription_id " \
                      "AND n.next_sec > 0 " \
                      "ORDER BY n.next_sec, n.id LIMIT $most") \
X(NOTIFICATION_DEAD,  NOTIFICATION_SELECT "WHERE n.next_sec = 0 " \
                      "ORDER BY n.id LIMIT $most") \
X(NOTIFICATION_DEAD_OF, NOTIFICATION_SELECT \
                      "WHERE n.subscription_id = $subscription_id " \
                      "AND n.next_sec = 0 ORDER BY n.id LIMIT $most") \
X(NOTIFICATION_RETRY, "UPDATE notification SET attempts = attempts + 1, " \
                      "next_sec = $next_sec, error = $error WHERE id = $id") \
X(NOTIFICATION_SET,   "UPDATE notification SET next_sec = $next_sec, " \
                      "error = $error WHERE id = $id") \
X(NOTIFICATION_DELETE, "DELETE FROM notification WHERE id = $id " \
                      "RETURNING publication_id") \
X(PUBLICATION_DONE,   "DELETE FROM publication WHERE id = $id " \
                      "AND NOT EXISTS (SELECT 1 FROM notification n " \
                      "WHERE n.publication_id = $id)") \
X(NOTIFICATION_REPLAY, "UPDATE notification SET next_sec = $now, attempts = 0 " \
                      "WHERE subscription_id = $subscription_id " \
                      "AND next_sec = 0") \
X(NOTIFICATION_PURGE, "DELETE FROM notification WHERE id IN (SELECT n.id " \
                      "FROM publication p JOIN notification n " \
                      "ON n.publication_id = p.id AND n.next_sec = 0 " \
                      "WHERE p.created_msec < $before " \
                      "ORDER BY p.created_msec LIMIT $most)") \
X(PUBLICATION_PURGE,  "DELETE FROM publication WHERE id IN (SELECT p.id " \
                      "FROM publication p WHERE p.created_msec < $before " \
                      "AND NOT EXISTS (SELECT 1 FROM notification n " \
                      "WHERE n.publication_id = p.id) " \
                      "ORDER BY p.created_msec LIMIT $most)") \
/* Waiting, of these due, dead.                                                  */ \
X(NOTIFICATION_COUNT, "SELECT COUNT(*) FILTER (WHERE next_sec > 0), " \
                      "COUNT(*) FILTER (WHERE next_sec > 0 " \
                      "AND next_sec <= $now), " \
                      "COUNT(*) FILTER (WHERE next_sec = 0) " \
                      "FROM notification") \
X(NOTIFICATION_COUNT_OF, "SELECT COUNT(*) FILTER (WHERE next_sec > 0), " \
                      "COUNT(*) FILTER (WHERE next_sec > 0 " \
                      "AND next_sec <= $now), " \
                      "COUNT(*) FILTER (WHERE next_sec = 0) " \
                      "FROM notification " \
                      "WHERE subscription_id = $subscription_id") \
\
X(CERTIFICATE_ADD,    "INSERT INTO signing_certificate (name, certificate, " \
                      "sealed, created_sec) VALUES ($name, $certificate, " \
                      "$sealed, $created_sec) RETURNING id") \
X(CERTIFICATE_GET,    "SELECT id, name, certificate, sealed, created_sec " \
                      "FROM signing_certificate WHERE name = $name") \
X(CERTIFICATE_NEWEST, "SELECT id, name, certificate, sealed, created_sec " \
                      "FROM signing_certificate ORDER BY id DESC LIMIT 1")
/* clang-format on */

#endif
