/* Statements on sending authorization and tags: a part of queries.h, which says how
 * they are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_POLICIES_H
#define SENDWARD_STORE_QUERIES_POLICIES_H

/* clang-format off */
/* Single grants, and those of policies. */
#define GRANT_SELECT "SELECT g.identity_id, i.account_id, i.name, " \
	"g.account_id, g.from_pattern, g.created_sec, g.policy FROM " \
	"(SELECT identity_id, account_id, from_pattern, created_sec, " \
	"'' AS policy FROM identity_grant UNION ALL SELECT p.identity_id, " \
	"d.account_id, d.from_pattern, p.created_sec, p.name " \
	"FROM policy_grant d JOIN identity_policy p ON p.id = d.policy_id) g " \
	"JOIN identity i ON i.id = g.identity_id "
#define GRANT_ORDER "ORDER BY g.identity_id, g.account_id, " \
	"g.from_pattern, g.policy"

#define STORE_QUERIES_POLICIES(X) \
X(GRANT_ADD,          "INSERT INTO identity_grant (identity_id, account_id, " \
                      "from_pattern, created_sec) VALUES ($identity_id, " \
                      "$account_id, $from_pattern, $created_sec)") \
X(GRANT_REMOVE,       "DELETE FROM identity_grant " \
                      "WHERE identity_id = $identity_id " \
                      "AND account_id = $account_id " \
                      "AND from_pattern = $from_pattern") \
X(GRANT_REMOVE_ALL,   "DELETE FROM identity_grant " \
                      "WHERE identity_id = $identity_id " \
                      "AND account_id = $account_id") \
X(GRANT_LIST_ALL,     GRANT_SELECT GRANT_ORDER) \
X(GRANT_LIST_OF,      GRANT_SELECT "WHERE g.identity_id = $identity_id " \
                      "AND ($account_id = 0 OR g.account_id = $account_id) " \
                      GRANT_ORDER) \
X(GRANT_LIST_TO,      GRANT_SELECT "WHERE g.account_id = $account_id " \
                      GRANT_ORDER) \
\
X(POLICY_PUT,         "INSERT INTO identity_policy (identity_id, name, " \
                      "document, created_sec) VALUES ($identity_id, $name, " \
                      "$document, $created_sec) " \
                      "ON CONFLICT (identity_id, name) DO UPDATE SET " \
                      "document = excluded.document " \
                      "RETURNING id") \
X(POLICY_LIST,        "SELECT id, identity_id, name, document, created_sec " \
                      "FROM identity_policy " \
                      "WHERE identity_id = $identity_id ORDER BY name") \
X(POLICY_DELETE,      "DELETE FROM identity_policy " \
                      "WHERE identity_id = $identity_id AND name = $name") \
X(POLICY_GRANT_ADD,   "INSERT INTO policy_grant (policy_id, account_id, " \
                      "from_pattern, identity_id) VALUES ($policy_id, " \
                      "$account_id, $from_pattern, $identity_id) " \
                      "ON CONFLICT (policy_id, account_id, from_pattern) " \
                      "DO NOTHING") \
X(POLICY_GRANT_CLEAR, "DELETE FROM policy_grant " \
                      "WHERE policy_id = $policy_id") \
X(POLICY_GRANT_COUNT, "SELECT COUNT(*) FROM identity i " \
                      "JOIN policy_grant d ON d.identity_id = i.id " \
                      "WHERE i.account_id = $account_id") \
\
X(TAG_PUT,            "INSERT INTO tag (account_id, resource, key, value) " \
                      "VALUES ($account_id, $resource, $key, $value) " \
                      "ON CONFLICT (account_id, resource, key) " \
                      "DO UPDATE SET value = excluded.value") \
X(TAG_LIST,           "SELECT key, value FROM tag " \
                      "WHERE account_id = $account_id " \
                      "AND resource = $resource ORDER BY key") \
X(TAG_COUNT,          "SELECT COUNT(*) FROM tag " \
                      "WHERE account_id = $account_id " \
                      "AND resource = $resource") \
X(TAG_DELETE,         "DELETE FROM tag WHERE account_id = $account_id " \
                      "AND resource = $resource AND key = $key") \
X(TAG_DELETE_ALL,     "DELETE FROM tag WHERE account_id = $account_id " \
                      "AND resource = $resource") \
/* What may have tags beside identities: enum store_tag_resource. $uuid '': any.      */ \
X(TAG_RESOURCE_HAS,   "SELECT 1 FROM configuration_set WHERE $kind = 0 " \
                      "AND account_id = $account_id AND name = $name " \
                      "UNION ALL SELECT 1 FROM template WHERE $kind = 1 " \
                      "AND account_id = $account_id AND name = $name " \
                      "UNION ALL SELECT 1 FROM verification_template " \
                      "WHERE $kind = 2 " \
                      "AND account_id = $account_id AND name = $name " \
                      "UNION ALL SELECT 1 FROM pool WHERE $kind = 3 " \
                      "AND account_id = $account_id AND name = $name " \
                      "UNION ALL SELECT 1 FROM tenant WHERE $kind = 4 " \
                      "AND account_id = $account_id AND name = $name " \
                      "AND ($uuid = '' OR uuid = $uuid)")
/* clang-format on */

#endif
