/* Statements that the API alone needs: pages of long lists, import jobs, what an
 * account says of itself. A part of queries.h, which says how they are written.
 * Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_API_H
#define SENDWARD_STORE_QUERIES_API_H

/* clang-format off */
#define IMPORT_COLUMNS "id, uuid, account_id, format, action, source, state, " \
	"created_sec, completed_sec, processed, failed, error, percent"

#define STORE_QUERIES_API(X) \
/* What suppression_by_time holds, and no more: a look at each row costs much.     */ \
X(SUPPRESSION_PAGE,   "SELECT account_id, address, reason, since_sec, 0, '', " \
                      "'' FROM suppression " \
                      "WHERE account_id = $account_id AND reason = $reason " \
                      "AND (since_sec, address) > ($after_sec, $after) " \
                      "AND since_sec < $before_sec " \
                      "ORDER BY since_sec, address LIMIT $most") \
X(SET_PAGE,           "SELECT " SET_COLUMNS " FROM configuration_set s " \
                      "WHERE s.account_id = $account_id AND s.name > $after " \
                      "ORDER BY s.name LIMIT $most") \
X(SET_COUNT,          "SELECT COUNT(*) FROM configuration_set " \
                      "WHERE account_id = $account_id") \
X(DETAILS_PUT,        "INSERT INTO account_details (account_id, mail_type, " \
                      "website, language, use_case, contacts) VALUES " \
                      "($account_id, $mail_type, $website, $language, " \
                      "$use_case, $contacts) ON CONFLICT (account_id) " \
                      "DO UPDATE SET mail_type = excluded.mail_type, " \
                      "website = excluded.website, " \
                      "language = excluded.language, " \
                      "use_case = excluded.use_case, " \
                      "contacts = excluded.contacts") \
X(DETAILS_GET,        "SELECT mail_type, website, language, use_case, " \
                      "contacts FROM account_details " \
                      "WHERE account_id = $account_id") \
X(IMPORT_ADD,         "INSERT INTO import_job (uuid, account_id, format, " \
                      "action, source, state, created_sec, completed_sec, " \
                      "processed, failed, error) VALUES ($uuid, $account_id, " \
                      "$format, $action, $source, 0, $created_sec, 0, 0, 0, " \
                      "'') RETURNING id") \
X(IMPORT_UPDATE,      "UPDATE import_job SET state = $state, " \
                      "completed_sec = $completed_sec, " \
                      "processed = $processed, failed = $failed, " \
                      "error = $error, percent = $percent WHERE id = $id") \
X(IMPORT_GET,         "SELECT " IMPORT_COLUMNS " FROM import_job " \
                      "WHERE account_id = $account_id AND uuid = $uuid") \
X(IMPORT_NEXT,        "SELECT " IMPORT_COLUMNS " FROM import_job " \
                      "WHERE state < 2 ORDER BY CASE WHEN " \
                      "account_id > $after THEN 0 ELSE 1 END, account_id, id " \
                      "LIMIT 1") \
X(IMPORT_PAGE,        "SELECT " IMPORT_COLUMNS " FROM import_job " \
                      "WHERE account_id = $account_id AND id > $after " \
                      "ORDER BY id LIMIT $most") \
X(IMPORT_PURGE,       "DELETE FROM import_job WHERE account_id = $account_id " \
                      "AND state >= 2 AND created_sec < $before_sec") \
X(IMPORT_COUNT_OPEN,  "SELECT COUNT(*) FROM import_job " \
                      "WHERE account_id = $account_id AND state < 2")
/* clang-format on */

#endif
