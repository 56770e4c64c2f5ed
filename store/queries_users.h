/* Statements on people who sign in: a part of queries.h, which says how they are
 * written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_USERS_H
#define SENDWARD_STORE_QUERIES_USERS_H

/* clang-format off */
#define USER_COLUMNS "u.id, u.name, u.role, COALESCE(u.account_id, 0), " \
	"COALESCE(a.name, ''), u.password_hash, u.must_change, u.enabled, " \
	"u.totp_sealed, u.totp_pending, u.totp_step, u.created_sec, " \
	"u.password_sec, u.signed_in_sec, COALESCE((SELECT " \
	"MAX(f.locked_until_sec) FROM sign_in_failure f " \
	"WHERE f.user_name = u.name), 0)"
#define USER_FROM "FROM console_user u LEFT JOIN account a " \
	"ON a.id = u.account_id "
#define FAILURE_THIS "user_name = $user_name AND network = $network"

#define STORE_QUERIES_USERS(X) \
X(USER_CREATE,        "INSERT INTO console_user (name, role, account_id, " \
                      "password_hash, must_change, enabled, totp_sealed, " \
                      "totp_pending, created_sec, password_sec) VALUES ($name, " \
                      "$role, NULLIF($account_id, 0), $password_hash, " \
                      "$must_change, $enabled, $totp_sealed, $totp_pending, " \
                      "$created_sec, $password_sec) RETURNING id") \
X(USER_GET,           "SELECT " USER_COLUMNS " " USER_FROM \
                      "WHERE u.name = $name") \
X(USER_GET_BY_ID,     "SELECT " USER_COLUMNS " " USER_FROM \
                      "WHERE u.id = $id") \
X(USER_LIST,          "SELECT " USER_COLUMNS " " USER_FROM \
                      "WHERE u.name > $after ORDER BY u.name LIMIT $most") \
X(USER_LIST_OF,       "SELECT " USER_COLUMNS " " USER_FROM \
                      "WHERE u.account_id = $account_id AND u.name > $after " \
                      "ORDER BY u.name LIMIT $most") \
X(USER_OTHERS,        "SELECT COUNT(*) FROM console_user " \
                      "WHERE role = 0 AND enabled = 1 AND id <> $id") \
X(USER_PASSWORD,      "UPDATE console_user SET password_hash = $password_hash, " \
                      "must_change = $must_change, " \
                      "password_sec = $password_sec WHERE id = $id") \
X(USER_REHASH,        "UPDATE console_user SET password_hash = $new " \
                      "WHERE id = $id AND password_hash = $old") \
X(USER_ENABLE,        "UPDATE console_user SET enabled = $enabled " \
                      "WHERE id = $id") \
X(USER_TOTP,          "UPDATE console_user SET totp_sealed = $totp_sealed, " \
                      "totp_pending = $totp_pending WHERE id = $id") \
X(USER_STEP,          "UPDATE console_user SET totp_step = $step " \
                      "WHERE id = $id AND totp_step < $step") \
X(USER_SIGNED_IN,     "UPDATE console_user SET signed_in_sec = $now " \
                      "WHERE id = $id") \
X(USER_DELETE,        "DELETE FROM console_user WHERE id = $id") \
\
X(SESSION_CREATE,     "INSERT INTO console_session (token_hash, user_id, " \
                      "created_sec, used_sec, expires_sec, address, " \
                      "user_agent) VALUES ($token_hash, $user_id, " \
                      "$created_sec, $created_sec, $expires_sec, $address, " \
                      "$user_agent) RETURNING id") \
X(SESSION_GET,        "SELECT s.id, s.user_id, s.created_sec, s.used_sec, " \
                      "s.expires_sec, s.address, s.user_agent, u.name, u.role, " \
                      "COALESCE(u.account_id, 0), u.must_change " \
                      "FROM console_session s " \
                      "JOIN console_user u ON u.id = s.user_id " \
                      "WHERE s.token_hash = $token_hash AND u.enabled = 1") \
X(SESSION_LIST,       "SELECT s.id, s.user_id, s.created_sec, s.used_sec, " \
                      "s.expires_sec, s.address, s.user_agent, u.name, u.role, " \
                      "COALESCE(u.account_id, 0), u.must_change " \
                      "FROM console_session s " \
                      "JOIN console_user u ON u.id = s.user_id " \
                      "WHERE s.user_id = $user_id AND s.expires_sec > $now " \
                      "AND s.used_sec > $used_since ORDER BY s.id DESC LIMIT $most") \
X(SESSION_USE,        "UPDATE console_session SET used_sec = $now " \
                      "WHERE id = $id AND used_sec <= $before") \
X(SESSION_DELETE,     "DELETE FROM console_session WHERE id = $id") \
X(SESSION_DELETE_OF,  "DELETE FROM console_session WHERE user_id = $user_id " \
                      "AND id <> $except") \
X(SESSION_DELETE_OLD, "DELETE FROM console_session WHERE user_id = $user_id " \
                      "AND id NOT IN (SELECT id FROM console_session WHERE " \
                      "user_id = $user_id ORDER BY id DESC LIMIT $most)") \
X(SESSION_DELETE_ALL, "DELETE FROM console_session") \
X(SESSION_PURGE,      "DELETE FROM console_session WHERE id IN (SELECT id " \
                      "FROM console_session WHERE expires_sec <= $now " \
                      "ORDER BY expires_sec LIMIT $most)") \
\
X(FAILURE_GET,        "SELECT failures, locks, since_sec, last_sec, " \
                      "locked_until_sec FROM sign_in_failure WHERE " \
                      FAILURE_THIS) \
X(FAILURE_PUT,        "INSERT INTO sign_in_failure (user_name, network, " \
                      "failures, locks, since_sec, last_sec, " \
                      "locked_until_sec) VALUES ($user_name, $network, " \
                      "$failures, $locks, $since_sec, $last_sec, " \
                      "$locked_until_sec) ON CONFLICT (user_name, network) " \
                      "DO UPDATE SET failures = excluded.failures, " \
                      "locks = excluded.locks, " \
                      "since_sec = excluded.since_sec, " \
                      "last_sec = excluded.last_sec, " \
                      "locked_until_sec = excluded.locked_until_sec") \
X(FAILURE_DELETE,     "DELETE FROM sign_in_failure WHERE " FAILURE_THIS) \
X(FAILURE_FORGIVE,    "DELETE FROM sign_in_failure " \
                      "WHERE user_name = $user_name") \
X(FAILURE_PURGE,      "DELETE FROM sign_in_failure WHERE (user_name, network) " \
                      "IN (SELECT user_name, network FROM sign_in_failure " \
                      "WHERE last_sec < $before AND locked_until_sec < $before " \
                      "ORDER BY last_sec LIMIT $most)")
/* clang-format on */

#endif
