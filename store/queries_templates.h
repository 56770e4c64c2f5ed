/* Statements on templates: a part of queries.h, which says how they are written.
 * Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_TEMPLATES_H
#define SENDWARD_STORE_QUERIES_TEMPLATES_H

/* clang-format off */
#define TEMPLATE_THIS "account_id = $account_id AND name = $name"
#define VERIFICATION_PAGE_COLUMNS "id, account_id, name, created_sec, " \
	"from_address, subject, success_url, failure_url"

#define STORE_QUERIES_TEMPLATES(X) \
X(TEMPLATE_CREATE,    "INSERT INTO template (account_id, name, subject, text, " \
                      "html, created_sec) VALUES ($account_id, $name, " \
                      "$subject, $text, $html, $created_sec) RETURNING id") \
X(TEMPLATE_UPDATE,    "UPDATE template SET subject = $subject, text = $text, " \
                      "html = $html WHERE " TEMPLATE_THIS) \
X(TEMPLATE_GET,       "SELECT id, account_id, name, created_sec, subject, " \
                      "text, html FROM template WHERE " TEMPLATE_THIS) \
X(TEMPLATE_PAGE,      "SELECT id, account_id, name, created_sec FROM template " \
                      "WHERE account_id = $account_id AND name > $after " \
                      "ORDER BY name LIMIT $most") \
X(TEMPLATE_DELETE,    "DELETE FROM template WHERE " TEMPLATE_THIS) \
X(TEMPLATE_COUNT,     "SELECT COUNT(*) FROM template " \
                      "WHERE account_id = $account_id") \
\
X(WORDING_CREATE,     "INSERT INTO verification_template (account_id, name, " \
                      "from_address, subject, content, success_url, " \
                      "failure_url, created_sec) VALUES ($account_id, $name, " \
                      "$from_address, $subject, $content, $success_url, " \
                      "$failure_url, $created_sec) RETURNING id") \
X(WORDING_UPDATE,     "UPDATE verification_template SET " \
                      "from_address = $from_address, subject = $subject, " \
                      "content = $content, success_url = $success_url, " \
                      "failure_url = $failure_url WHERE " TEMPLATE_THIS) \
X(WORDING_GET,        "SELECT " VERIFICATION_PAGE_COLUMNS ", content " \
                      "FROM verification_template WHERE " TEMPLATE_THIS) \
X(WORDING_PAGE,       "SELECT " VERIFICATION_PAGE_COLUMNS " " \
                      "FROM verification_template " \
                      "WHERE account_id = $account_id AND name > $after " \
                      "ORDER BY name LIMIT $most") \
X(WORDING_DELETE,     "DELETE FROM verification_template " \
                      "WHERE " TEMPLATE_THIS) \
X(WORDING_COUNT,      "SELECT COUNT(*) FROM verification_template " \
                      "WHERE account_id = $account_id") \
\
X(REDIRECTION_PUT,    "INSERT INTO link_redirection (identity_id, hash, " \
                      "success_url, failure_url) VALUES ($identity_id, " \
                      "$hash, $success_url, $failure_url) " \
                      "ON CONFLICT (identity_id) DO UPDATE SET " \
                      "hash = excluded.hash, " \
                      "success_url = excluded.success_url, " \
                      "failure_url = excluded.failure_url") \
X(REDIRECTION_GET,    "SELECT identity_id, success_url, failure_url " \
                      "FROM link_redirection WHERE hash = $hash") \
X(REDIRECTION_DELETE, "DELETE FROM link_redirection " \
                      "WHERE identity_id = $identity_id") \
/* A letter that was not handed in counts for nobody.                            */ \
X(LINK_SENT_UNDO,     "DELETE FROM link_sent WHERE address = $address " \
                      "AND sent_sec = $sent_sec AND account_id = $account_id")
/* clang-format on */

#endif
