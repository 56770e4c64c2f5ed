/* Every statement of the store: name and text, one text for all databases. Those
 * of events.h, topics.h, brakes.h and policies.h are in headers of their own.
 * Parameters are $names; results are read by column number, in the order that
 * the text names. Expand with STORE_QUERIES(X). Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_H
#define SENDWARD_STORE_QUERIES_H

#include "store/queries_api.h"
#include "store/queries_exports.h"
#include "store/queries_brakes.h"
#include "store/queries_events.h"
#include "store/queries_leases.h"
#include "store/queries_figures.h"
#include "store/queries_duties.h"
#include "store/queries_observed.h"
#include "store/queries_messages.h"
#include "store/queries_once.h"
#include "store/queries_runs.h"
#include "store/queries_templates.h"
#include "store/queries_tenants.h"
#include "store/queries_policies.h"
#include "store/queries_pools.h"
#include "store/queries_sealed.h"
#include "store/queries_snapshot.h"
#include "store/queries_topics.h"
#include "store/queries_users.h"

/* clang-format off */
#define ACCOUNT_COLUMNS "id, name, production, paused, pause_reason, " \
	"daily_quota, rate, policy, pool, contact, created_sec, standing, " \
	"paused_by, paused_sec, fresh_start_sec, suppressed_reasons, auto_warmup"
#define CREDENTIAL_COLUMNS "access_key_id, account_id, enabled, created_sec, " \
	"smtp_hash, sealed_secret, permission"
/* The active keys stand beside their identity: RSA, Ed25519. */
#define IDENTITY_COLUMNS "i.id, i.account_id, i.name, i.type, i.status, " \
	"i.signing_enabled, i.created_sec, i.verified_sec, i.dkim_status, " \
	"i.mail_from, i.mail_from_status, i.mail_from_reject, i.proofs, " \
	"i.txt_token, i.easy_tokens, r.id, e.id, " \
	"COALESCE(i.default_set_id, 0), i.notify_headers, " \
	"COALESCE(i.bounce_topic_id, 0), COALESCE(i.complaint_topic_id, 0), " \
	"COALESCE(i.delivery_topic_id, 0), i.forwarding"
#define IDENTITY_FROM "FROM identity i " \
	"LEFT JOIN dkim_key r ON r.identity_id = i.id AND r.active = 1 " \
	"AND r.algorithm = 'rsa' " \
	"LEFT JOIN dkim_key e ON e.identity_id = i.id AND e.active = 1 " \
	"AND e.algorithm = 'ed25519' "
#define KEY_PUBLIC "k.id, k.identity_id, k.selector, k.algorithm, k.bits, " \
	"k.active, k.created_sec, k.origin, k.slot, k.published_sec, " \
	"k.seen_sec, k.last_seen_sec, k.active_sec, k.retired_sec, " \
	"k.public_base64"
#define KEY_COLUMNS KEY_PUBLIC ", k.sealed"
#define LINK_COLUMNS "hash, identity_id, created_sec, expires_sec"
#define LETTER_COLUMNS "id, kind, account_id, COALESCE(identity_id, 0), " \
	"recipient, facts, sealed, created_sec, next_sec, attempts, error, " \
	"report_id"
#define SUPPRESSION_COLUMNS "account_id, address, reason, since_sec, " \
	"expires_sec, queue_id, feedback_id"
#define REQUEST_COLUMNS "id, account_id, mail_type, website, use_case, " \
	"status, reason, created_sec, decided_sec"
#define REQUEST_ORDER "ORDER BY CASE status WHEN 'PENDING' THEN 0 ELSE 1 END, " \
	"id DESC"

#define STORE_QUERIES(X) \
X(VERSION_SET,        "UPDATE schema_version SET version = $version") \
\
X(ACCOUNT_CREATE,     "INSERT INTO account (name, production, paused, " \
                      "pause_reason, daily_quota, rate, policy, pool, contact, " \
                      "created_sec, standing, paused_by, paused_sec, " \
                      "fresh_start_sec, suppressed_reasons, auto_warmup) " \
                      "VALUES ($name, " \
                      "$production, $paused, $pause_reason, $daily_quota, " \
                      "$rate, $policy, $pool, $contact, $created_sec, " \
                      "$standing, $paused_by, $paused_sec, " \
                      "$fresh_start_sec, $suppressed_reasons, $auto_warmup) " \
                      "RETURNING id") \
X(ACCOUNT_GET,        "SELECT " ACCOUNT_COLUMNS " FROM account " \
                      "WHERE name = $name") \
X(ACCOUNT_GET_BY_ID,  "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $id") \
X(ACCOUNT_UPDATE,     "UPDATE account SET production = $production, " \
                      "paused = $paused, pause_reason = $pause_reason, " \
                      "daily_quota = $daily_quota, rate = $rate, " \
                      "policy = $policy, pool = $pool, contact = $contact, " \
                      "standing = $standing, paused_by = $paused_by, " \
                      "paused_sec = $paused_sec, " \
                      "fresh_start_sec = $fresh_start_sec, " \
                      "suppressed_reasons = $suppressed_reasons, " \
                      "auto_warmup = $auto_warmup WHERE id = $id") \
X(ACCOUNT_DELETE,     "DELETE FROM account WHERE id = $id") \
X(ACCOUNT_LIST,       "SELECT " ACCOUNT_COLUMNS " FROM account ORDER BY name") \
\
X(LOGIN_ADD,          "INSERT INTO login (name, account_id, created_sec) " \
                      "VALUES ($name, $account_id, $created_sec)") \
X(LOGIN_GET,          "SELECT name, account_id, created_sec FROM login " \
                      "WHERE name = $name") \
X(LOGIN_REMOVE,       "DELETE FROM login WHERE name = $name " \
                      "AND account_id = $account_id") \
X(LOGIN_LIST,         "SELECT name, account_id, created_sec FROM login " \
                      "WHERE account_id = $account_id ORDER BY name") \
X(LOGIN_LIST_ALL,     "SELECT name, account_id, created_sec FROM login " \
                      "ORDER BY name") \
\
X(CREDENTIAL_ADD,     "INSERT INTO credential (" CREDENTIAL_COLUMNS ") VALUES " \
                      "($access_key_id, $account_id, $enabled, $created_sec, " \
                      "$smtp_hash, $sealed_secret, $permission)") \
X(CREDENTIAL_GET,     "SELECT " CREDENTIAL_COLUMNS " FROM credential " \
                      "WHERE access_key_id = $access_key_id") \
X(CREDENTIAL_ENABLE,  "UPDATE credential SET enabled = $enabled " \
                      "WHERE access_key_id = $access_key_id " \
                      "AND account_id = $account_id") \
X(CREDENTIAL_PERMIT,  "UPDATE credential SET permission = $permission " \
                      "WHERE access_key_id = $access_key_id " \
                      "AND account_id = $account_id") \
X(CREDENTIAL_DELETE,  "DELETE FROM credential " \
                      "WHERE access_key_id = $access_key_id " \
                      "AND account_id = $account_id") \
X(CREDENTIAL_LIST,    "SELECT " CREDENTIAL_COLUMNS " FROM credential " \
                      "WHERE account_id = $account_id ORDER BY access_key_id") \
X(CREDENTIAL_LIST_ALL, "SELECT " CREDENTIAL_COLUMNS " FROM credential " \
                      "ORDER BY access_key_id") \
\
X(IDENTITY_CREATE,    "INSERT INTO identity (account_id, name, type, status, " \
                      "signing_enabled, created_sec, verified_sec, " \
                      "dkim_status, mail_from, mail_from_status, " \
                      "mail_from_reject, proofs, txt_token, easy_tokens, " \
                      "default_set_id, notify_headers, bounce_topic_id, " \
                      "complaint_topic_id, delivery_topic_id, forwarding) " \
                      "VALUES ($account_id, $name, $type, $status, " \
                      "$signing_enabled, $created_sec, $verified_sec, " \
                      "$dkim_status, $mail_from, $mail_from_status, " \
                      "$mail_from_reject, $proofs, $txt_token, $easy_tokens, " \
                      "NULLIF($default_set_id, 0), $notify_headers, " \
                      "NULLIF($bounce_topic_id, 0), " \
                      "NULLIF($complaint_topic_id, 0), " \
                      "NULLIF($delivery_topic_id, 0), $forwarding) " \
                      "RETURNING id") \
X(IDENTITY_GET,       "SELECT " IDENTITY_COLUMNS " " IDENTITY_FROM \
                      "WHERE i.account_id = $account_id AND i.name = $name") \
X(IDENTITY_GET_BY_ID, "SELECT " IDENTITY_COLUMNS " " IDENTITY_FROM \
                      "WHERE i.id = $id") \
X(IDENTITY_UPDATE,    "UPDATE identity SET status = $status, " \
                      "signing_enabled = $signing_enabled, " \
                      "verified_sec = $verified_sec, " \
                      "dkim_status = $dkim_status, mail_from = $mail_from, " \
                      "mail_from_status = $mail_from_status, " \
                      "mail_from_reject = $mail_from_reject, " \
                      "proofs = $proofs, txt_token = $txt_token, " \
                      "easy_tokens = $easy_tokens, " \
                      "default_set_id = NULLIF($default_set_id, 0), " \
                      "notify_headers = $notify_headers, " \
                      "bounce_topic_id = NULLIF($bounce_topic_id, 0), " \
                      "complaint_topic_id = NULLIF($complaint_topic_id, 0), " \
                      "delivery_topic_id = NULLIF($delivery_topic_id, 0), " \
                      "forwarding = $forwarding WHERE id = $id " \
                      "AND account_id = $account_id") \
X(IDENTITY_DELETE,    "DELETE FROM identity WHERE id = $id " \
                      "AND account_id = $account_id") \
X(IDENTITY_COUNT,     "SELECT COUNT(*) FROM identity " \
                      "WHERE account_id = $account_id") \
X(IDENTITY_LIST,      "SELECT " IDENTITY_COLUMNS " " IDENTITY_FROM \
                      "WHERE i.account_id = $account_id ORDER BY i.name") \
X(IDENTITY_PAGE,      "SELECT " IDENTITY_COLUMNS " " IDENTITY_FROM \
                      "WHERE i.account_id = $account_id AND i.name > $after " \
                      "AND ($type < 0 OR i.type = $type) " \
                      "ORDER BY i.name LIMIT $most") \
X(IDENTITY_LIST_ALL,  "SELECT " IDENTITY_COLUMNS " " IDENTITY_FROM \
                      "ORDER BY i.account_id, i.name") \
\
X(KEY_ADD,            "INSERT INTO dkim_key (identity_id, selector, algorithm, " \
                      "bits, active, created_sec, origin, slot, " \
                      "published_sec, seen_sec, last_seen_sec, active_sec, " \
                      "retired_sec, public_base64, sealed) " \
                      "VALUES ($identity_id, $selector, $algorithm, $bits, " \
                      "$active, $created_sec, $origin, $slot, " \
                      "$published_sec, $seen_sec, $last_seen_sec, " \
                      "$active_sec, $retired_sec, $public_base64, $sealed) " \
                      "RETURNING id") \
X(KEY_GET,            "SELECT " KEY_COLUMNS " FROM dkim_key k WHERE id = $id") \
X(KEY_ACTIVATE,       "UPDATE dkim_key SET active = 1, retired_sec = 0, " \
                      "active_sec = CASE active_sec WHEN 0 THEN $now " \
                      "ELSE active_sec END WHERE id = $id") \
X(KEY_RETIRE,         "UPDATE dkim_key SET active = 0, retired_sec = CASE " \
                      "WHEN active = 0 AND retired_sec > 0 THEN retired_sec " \
                      "ELSE $now END WHERE id = $id") \
X(KEY_RETIRE_OTHERS,  "UPDATE dkim_key SET active = 0, retired_sec = $now " \
                      "WHERE active = 1 " \
                      "AND id <> $id AND identity_id = (SELECT identity_id " \
                      "FROM dkim_key WHERE id = $id) AND algorithm = (SELECT " \
                      "algorithm FROM dkim_key WHERE id = $id)") \
X(KEY_SEEN,           "UPDATE dkim_key SET last_seen_sec = $now, " \
                      "seen_sec = CASE seen_sec WHEN 0 THEN $now " \
                      "ELSE seen_sec END WHERE id = $id") \
X(KEY_PUBLISHED,      "UPDATE dkim_key SET published_sec = $now " \
                      "WHERE id = $id") \
X(KEY_PUT_OFF,        "UPDATE dkim_key SET put_off_sec = $now WHERE id = $id") \
X(KEY_DELETE,         "DELETE FROM dkim_key WHERE id = $id") \
X(KEY_LIST,           "SELECT " KEY_COLUMNS " FROM dkim_key k " \
                      "WHERE identity_id = $identity_id ORDER BY id") \
X(KEY_LIST_AGED,      "SELECT " KEY_PUBLIC " FROM dkim_key k " \
                      "JOIN identity i ON i.id = k.identity_id " \
                      "WHERE k.active = 1 AND k.active_sec <= $before " \
                      "AND k.put_off_sec <= $before " \
                      "AND i.status IN (2, 4) " \
                      "ORDER BY k.active_sec, k.id LIMIT $most") \
X(KEY_LIST_RETIRED,   "SELECT " KEY_PUBLIC " FROM dkim_key k " \
                      "WHERE retired_sec > 0 AND retired_sec <= $before " \
                      "ORDER BY retired_sec, id LIMIT $most") \
\
X(ZONE_LIST,          "SELECT " KEY_PUBLIC " FROM dkim_key k " \
                      "WHERE origin = 1 AND published_sec < $before " \
                      "ORDER BY published_sec, id LIMIT $most") \
X(ZONE_REMOVAL_LIST,  "SELECT z.name, EXISTS (SELECT 1 FROM dkim_key k " \
                      "WHERE k.origin = 1 AND k.selector = z.name) " \
                      "FROM zone_removal z ORDER BY z.name LIMIT $most") \
X(ZONE_REMOVAL_DONE,  "DELETE FROM zone_removal WHERE name = $name") \
\
X(VERIFICATION_GET,   "SELECT started_sec, checked_sec, success_sec, " \
                      "failing_sec, next_sec, error FROM verification " \
                      "WHERE identity_id = $identity_id " \
                      "AND subject = $subject") \
X(VERIFICATION_PUT,   "INSERT INTO verification (identity_id, subject, " \
                      "started_sec, checked_sec, success_sec, failing_sec, " \
                      "next_sec, error) VALUES ($identity_id, $subject, " \
                      "$started_sec, $checked_sec, $success_sec, " \
                      "$failing_sec, $next_sec, $error) " \
                      "ON CONFLICT (identity_id, subject) DO UPDATE SET " \
                      "started_sec = excluded.started_sec, " \
                      "checked_sec = excluded.checked_sec, " \
                      "success_sec = excluded.success_sec, " \
                      "failing_sec = excluded.failing_sec, " \
                      "next_sec = excluded.next_sec, error = excluded.error") \
X(VERIFICATION_DELETE, "DELETE FROM verification " \
                      "WHERE identity_id = $identity_id " \
                      "AND subject = $subject") \
/* One that is due in a far future was written under a clock that was wrong.    */ \
X(VERIFICATION_DUE,   "SELECT identity_id, MIN(next_sec) FROM " \
                      "(SELECT identity_id, next_sec FROM verification " \
                      "WHERE next_sec > 0 AND next_sec <= $now UNION ALL " \
                      "SELECT identity_id, next_sec FROM verification " \
                      "WHERE next_sec > 0 AND next_sec > $absurd) w " \
                      "GROUP BY identity_id " \
                      "ORDER BY MIN(next_sec), identity_id LIMIT $most") \
\
X(LINK_PUT,           "INSERT INTO link (" LINK_COLUMNS ") VALUES ($hash, " \
                      "$identity_id, $created_sec, $expires_sec) " \
                      "ON CONFLICT (identity_id) DO UPDATE SET " \
                      "hash = excluded.hash, " \
                      "created_sec = excluded.created_sec, " \
                      "expires_sec = excluded.expires_sec") \
X(LINK_GET,           "SELECT " LINK_COLUMNS " FROM link WHERE hash = $hash") \
X(LINK_OF,            "SELECT " LINK_COLUMNS " FROM link " \
                      "WHERE identity_id = $identity_id") \
X(LINK_DELETE,        "DELETE FROM link WHERE identity_id = $identity_id") \
X(LINK_EXPIRED,       "SELECT l.identity_id, l.expires_sec FROM link l " \
                      "JOIN identity i ON i.id = l.identity_id " \
                      "WHERE l.expires_sec <= $now AND i.status = 1 " \
                      "ORDER BY l.expires_sec, l.identity_id LIMIT $most") \
X(LINK_SENT_ADD,      "INSERT INTO link_sent (address, sent_sec, account_id) " \
                      "VALUES (lower($address), $sent_sec, $account_id)") \
X(LINK_SENT_GET,      "SELECT COUNT(*) FILTER (WHERE sent_sec >= $since), " \
                      "COALESCE(MAX(sent_sec), 0) FROM link_sent " \
                      "WHERE address = lower($address)") \
X(LINK_SENT_BY,       "SELECT COUNT(*) FROM link_sent " \
                      "WHERE account_id = $account_id " \
                      "AND sent_sec >= $since") \
X(LINK_SENT_PURGE,    "DELETE FROM link_sent WHERE sent_sec < $before") \
\
X(LETTER_PUT,         "INSERT INTO letter (kind, account_id, identity_id, " \
                      "recipient, facts, sealed, created_sec, next_sec, " \
                      "attempts, error, report_id) VALUES ($kind, " \
                      "$account_id, NULLIF($identity_id, 0), $recipient, " \
                      "$facts, $sealed, $created_sec, $next_sec, $attempts, " \
                      "$error, $report_id) " \
                      "RETURNING id") \
X(LETTER_DUE,         "SELECT " LETTER_COLUMNS " FROM letter " \
                      "WHERE next_sec <= $now ORDER BY next_sec, id " \
                      "LIMIT $most") \
X(LETTER_LIST,        "SELECT " LETTER_COLUMNS " FROM letter ORDER BY id") \
X(LETTER_RETRY,       "UPDATE letter SET attempts = attempts + 1, " \
                      "next_sec = $next_sec, error = $error WHERE id = $id " \
                      "AND attempts = $attempts") \
X(LETTER_ERROR,       "UPDATE letter SET error = $error WHERE id = $id") \
X(LETTER_DELETE,      "DELETE FROM letter WHERE id = $id") \
X(LETTER_DELETE_KIND, "DELETE FROM letter WHERE identity_id = $identity_id " \
                      "AND kind = $kind") \
\
X(REQUEST_ADD,        "INSERT INTO access_request (account_id, mail_type, " \
                      "website, use_case, status, reason, created_sec, " \
                      "decided_sec) VALUES ($account_id, $mail_type, " \
                      "$website, $use_case, $status, $reason, $created_sec, " \
                      "$decided_sec) RETURNING id") \
X(REQUEST_DECIDE,     "UPDATE access_request SET status = $status, " \
                      "reason = $reason, decided_sec = $decided_sec " \
                      "WHERE id = $id AND status = 'PENDING'") \
X(REQUEST_GET,        "SELECT " REQUEST_COLUMNS " FROM access_request " \
                      "WHERE account_id = $account_id ORDER BY id DESC " \
                      "LIMIT 1") \
X(REQUEST_LIST,       "SELECT " REQUEST_COLUMNS " FROM access_request " \
                      "WHERE account_id = $account_id " REQUEST_ORDER) \
X(REQUEST_LIST_ALL,   "SELECT " REQUEST_COLUMNS " FROM access_request " \
                      REQUEST_ORDER) \
\
/* Identities by status, their DKIM and their MAIL FROM: which, status, count. */ \
X(NUMBERS_STATUS,     "SELECT 0, status, COUNT(*) FROM identity " \
                      "GROUP BY status UNION ALL " \
                      "SELECT 1, dkim_status, COUNT(*) FROM identity " \
                      "WHERE type = 1 GROUP BY dkim_status UNION ALL " \
                      "SELECT 2, mail_from_status, COUNT(*) FROM identity " \
                      "WHERE mail_from <> '' GROUP BY mail_from_status") \
X(NUMBERS_OTHER,      "SELECT (SELECT COUNT(*) FROM account), " \
                      "(SELECT COUNT(*) FROM account WHERE production = 1), " \
                      "(SELECT COUNT(*) FROM account WHERE paused = 1), " \
                      "(SELECT COUNT(*) FROM verification " \
                      "WHERE next_sec > 0 AND next_sec <= $now), " \
                      "(SELECT COUNT(*) FROM letter), " \
                      "(SELECT COUNT(*) FROM letter WHERE next_sec <= $now), " \
                      "(SELECT COUNT(*) FROM access_request " \
                      "WHERE status = 'PENDING'), " \
                      "(SELECT COUNT(*) FROM dkim_key " \
                      "WHERE origin = 1 AND published_sec = 0) + " \
                      "(SELECT COUNT(*) FROM zone_removal), " \
                      "(SELECT COUNT(*) FROM suppression), " \
                      "(SELECT COUNT(*) FROM account " \
                      "WHERE standing = 1 AND paused = 0), " \
                      "(SELECT COUNT(*) FROM throttle WHERE released_sec = 0), " \
                      "(SELECT COALESCE(SUM(l.granted - l.spent), 0) FROM lease l " \
                      "JOIN holder h ON h.id = l.holder_id " \
                      "WHERE h.renewed_sec > $now - 30), " \
                      "(SELECT COALESCE(SUM(l.granted - l.spent), 0) FROM lease l " \
                      "JOIN holder h ON h.id = l.holder_id " \
                      "WHERE h.renewed_sec <= $now - 30)") \
\
X(SUPPRESSION_PUT,    "INSERT INTO suppression (" SUPPRESSION_COLUMNS ") " \
                      "VALUES ($account_id, $address, $reason, $since_sec, " \
                      "$expires_sec, $queue_id, $feedback_id) " \
                      "ON CONFLICT (account_id, address) DO UPDATE " \
                      "SET reason = excluded.reason, " \
                      "since_sec = excluded.since_sec, " \
                      "expires_sec = excluded.expires_sec, " \
                      "queue_id = excluded.queue_id, " \
                      "feedback_id = excluded.feedback_id") \
X(SUPPRESSION_GET,    "SELECT " SUPPRESSION_COLUMNS " FROM suppression " \
                      "WHERE account_id = $account_id " \
                      "AND address = $address") \
X(SUPPRESSION_DELETE, "DELETE FROM suppression WHERE account_id = $account_id " \
                      "AND address = $address") \
X(SUPPRESSION_LIST,   "SELECT " SUPPRESSION_COLUMNS " FROM suppression " \
                      "WHERE account_id = $account_id ORDER BY address") \
X(SUPPRESSION_LIST_ALL, "SELECT " SUPPRESSION_COLUMNS " FROM suppression " \
                      "ORDER BY account_id, address") \
X(SUPPRESSION_LIST_EXPIRED, "SELECT account_id, address FROM suppression " \
                      "WHERE expires_sec > 0 AND expires_sec <= $now " \
                      "ORDER BY expires_sec LIMIT $most") \
\
/* The grant: nothing else adds to `used`. A rate state beyond $absurd comes  */ \
/* from a clock that was wrong; it counts as none.                            */ \
X(QUOTA_TAKE,         "UPDATE quota SET used = used + $recipients, " \
                      "rate_state_usec = $cost + CASE " \
                      "WHEN rate_state_usec > $now_usec " \
                      "AND rate_state_usec <= $absurd " \
                      "THEN rate_state_usec ELSE $now_usec END " \
                      "WHERE account_id = $account_id " \
                      "AND expired_bucket = $expired " \
                      "AND ($daily_quota < 0 " \
                      "OR used + $recipients <= $daily_quota) " \
                      "AND (rate_state_usec <= $ceiling " \
                      "OR rate_state_usec > $absurd) " \
                      "RETURNING used, rate_state_usec") \
X(USAGE_ADD,          "INSERT INTO usage (account_id, bucket, recipients) " \
                      "VALUES ($account_id, $bucket, $recipients) " \
                      "ON CONFLICT (account_id, bucket) DO UPDATE " \
                      "SET recipients = usage.recipients + excluded.recipients") \
X(QUOTA_GET,          "SELECT used, rate_state_usec, expired_bucket FROM quota " \
                      "WHERE account_id = $account_id") \
X(QUOTA_CREATE,       "INSERT INTO quota (account_id, used, rate_state_usec, " \
                      "expired_bucket) SELECT id, 0, 0, $expired " \
                      "FROM account WHERE id = $account_id " \
                      "ON CONFLICT (account_id) DO NOTHING") \
/* Whoever has the row is alone with the account's usage until he commits.    */ \
X(QUOTA_LOCK,         "UPDATE quota SET used = used " \
                      "WHERE account_id = $account_id") \
X(QUOTA_EXPIRE,       "UPDATE quota SET used = used - COALESCE((SELECT " \
                      "SUM(recipients) FROM usage " \
                      "WHERE account_id = $account_id " \
                      "AND bucket <= $expired), 0), " \
                      "expired_bucket = $expired " \
                      "WHERE account_id = $account_id " \
                      "AND expired_bucket = $seen") \
X(USAGE_EXPIRE,       "DELETE FROM usage WHERE account_id = $account_id " \
                      "AND bucket <= $expired") \
X(USAGE_SUM_AFTER,    "SELECT SUM(recipients) FROM usage " \
                      "WHERE account_id = $account_id AND bucket > $last") \
X(USAGE_DELETE_AFTER, "DELETE FROM usage WHERE account_id = $account_id " \
                      "AND bucket > $last") \
X(USAGE_SUBTRACT,     "UPDATE usage SET recipients = recipients - $recipients " \
                      "WHERE account_id = $account_id AND bucket = $bucket " \
                      "AND recipients >= $recipients") \
X(USAGE_DELETE,       "DELETE FROM usage WHERE account_id = $account_id " \
                      "AND bucket = $bucket RETURNING recipients") \
X(QUOTA_SUBTRACT,     "UPDATE quota SET used = used - $recipients " \
                      "WHERE account_id = $account_id " \
                      "AND used >= $recipients") \
X(QUOTA_RESTORE,      "UPDATE quota SET used = used + $recipients " \
                      "WHERE account_id = $account_id") \
X(QUOTA_USED,         "SELECT used - COALESCE((SELECT SUM(recipients) " \
                      "FROM usage WHERE account_id = $account_id " \
                      "AND bucket <= $expired), 0) - " \
                      LEASE_UNSPENT("$account_id", "$now_usec") " FROM quota " \
                      "WHERE account_id = $account_id") \
\
X(NOTICE_ADD,         "INSERT INTO notice (key, text, first_sec, last_sec, " \
                      "count) VALUES ($key, $text, $now, $now, 1) " \
                      "ON CONFLICT (key) DO UPDATE SET text = excluded.text, " \
                      "last_sec = excluded.last_sec, count = notice.count + 1") \
X(NOTICE_LIST,        "SELECT key, text, first_sec, last_sec, count " \
                      "FROM notice ORDER BY key") \
X(NOTICE_CLEAR,       "DELETE FROM notice WHERE key = $key") \
\
X(CHANGE_LIST,        "SELECT seq, mark, kind, id, owner_id, name FROM change " \
                      "WHERE seq > $since ORDER BY seq LIMIT $most") \
X(CHANGE_KNOWN,       "SELECT 1 FROM change WHERE seq = $seq " \
                      "AND mark = $mark") \
X(CHANGE_OLDEST,      "SELECT MIN(seq) FROM change") \
X(CHANGE_NEWEST,      "SELECT seq, mark FROM change ORDER BY seq DESC LIMIT 1") \
\
STORE_QUERIES_API(X) \
STORE_QUERIES_EXPORTS(X) \
STORE_QUERIES_EVENTS(X) \
STORE_QUERIES_FIGURES(X) \
STORE_QUERIES_LEASES(X) \
STORE_QUERIES_OBSERVED(X) \
STORE_QUERIES_MESSAGES(X) \
STORE_QUERIES_ONCE(X) \
STORE_QUERIES_RUNS(X) \
STORE_QUERIES_TEMPLATES(X) \
STORE_QUERIES_TOPICS(X) \
STORE_QUERIES_TENANTS(X) \
STORE_QUERIES_USERS(X) \
STORE_QUERIES_SEALED(X) \
STORE_QUERIES_BRAKES(X) \
STORE_QUERIES_SNAPSHOT(X) \
STORE_QUERIES_DUTIES(X) \
STORE_QUERIES_POLICIES(X) \
STORE_QUERIES_POOLS(X)
/* clang-format on */

enum query_id {
#define X(id, text) QUERY_##id,
	STORE_QUERIES(X)
#undef X
	    QUERY_COUNT
};

#endif
