/* Statements on tenants, figures by the day, pools: a part of queries.h, which says
 * how they are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_TENANTS_H
#define SENDWARD_STORE_QUERIES_TENANTS_H

/* clang-format off */
#define TENANT_COLUMNS "id, account_id, name, uuid, policy, status, status_by, " \
	"status_cause, status_sec, stopped, stop_reason, stopped_sec, " \
	"standing, impact, finding, finding_text, found_sec, judged_sec, " \
	"fresh_start_sec, created_sec"
#define TENANT_EFFECT "CASE WHEN stopped = 1 THEN 1 ELSE status END"
#define POOL_COLUMNS "id, COALESCE(account_id, 0), name, scaling, created_sec"
#define IP_COLUMNS "d.address, COALESCE(d.account_id, 0), " \
	"COALESCE(d.pool_id, 0), COALESCE(p.name, ''), d.warmup, " \
	"d.percentage, d.created_sec, d.label, d.helo, d.host, d.weight, " \
	"d.warmup_since_sec FROM dedicated_ip d " \
	"LEFT JOIN pool p ON p.id = d.pool_id "

#define METRIC_VALUES "VALUES ($account_id, $day_sec, $kind, $set_id, " \
	"$identity_id, $recipients) "
#define METRIC_ADD(rows) "INSERT INTO metric (account_id, day_sec, kind, " \
	"set_id, identity_id, recipients) " rows \
	"ON CONFLICT (account_id, kind, day_sec, set_id, identity_id) " \
	"DO UPDATE SET recipients = metric.recipients + excluded.recipients"

#define STORE_QUERIES_TENANTS(X) \
X(TENANT_CREATE,      "INSERT INTO tenant (account_id, name, uuid, policy, " \
                      "status, status_by, status_cause, status_sec, stopped, " \
                      "stop_reason, stopped_sec, standing, impact, finding, " \
                      "finding_text, found_sec, judged_sec, " \
                      "fresh_start_sec, created_sec) VALUES ($account_id, " \
                      "$name, $uuid, $policy, $status, $status_by, " \
                      "$status_cause, $status_sec, $stopped, $stop_reason, " \
                      "$stopped_sec, $standing, $impact, $finding, " \
                      "$finding_text, $found_sec, $judged_sec, " \
                      "$fresh_start_sec, $created_sec) RETURNING id") \
X(TENANT_GET,         "SELECT " TENANT_COLUMNS " FROM tenant " \
                      "WHERE account_id = $account_id AND name = $name") \
X(TENANT_GET_BY_ID,   "SELECT " TENANT_COLUMNS " FROM tenant WHERE id = $id") \
X(TENANT_UPDATE,      "UPDATE tenant SET policy = $policy, " \
                      "status = $status, status_by = $status_by, " \
                      "status_cause = $status_cause, " \
                      "status_sec = $status_sec, stopped = $stopped, " \
                      "stop_reason = $stop_reason, " \
                      "stopped_sec = $stopped_sec, standing = $standing, " \
                      "impact = $impact, finding = $finding, " \
                      "finding_text = $finding_text, " \
                      "found_sec = $found_sec, judged_sec = $judged_sec, " \
                      "fresh_start_sec = $fresh_start_sec WHERE id = $id") \
X(TENANT_DELETE,      "DELETE FROM tenant WHERE id = $id") \
X(TENANT_COUNT,       "SELECT COUNT(*) FROM tenant " \
                      "WHERE account_id = $account_id") \
X(TENANT_LIST_ALL,    "SELECT " TENANT_COLUMNS " FROM tenant") \
X(TENANT_LIST_UNWELL, "SELECT " TENANT_COLUMNS " FROM tenant " \
                      "WHERE standing <> 0 OR impact <> 0") \
X(TENANT_PAGE,        "SELECT " TENANT_COLUMNS " FROM tenant " \
                      "WHERE account_id = $account_id AND name > $after " \
                      "AND substr(name || '/' || uuid, 1, length($prefix)) " \
                      "= $prefix " \
                      "AND ($status < 0 OR " TENANT_EFFECT " = $status) " \
                      "AND ($impact < 0 OR impact = $impact) " \
                      "ORDER BY name LIMIT $most") \
X(TENANT_FINDINGS,    "SELECT " TENANT_COLUMNS " FROM tenant " \
                      "WHERE account_id = $account_id " \
                      "AND (standing <> 0 OR impact <> 0) AND id > $after " \
                      "AND impact <> 0 ORDER BY id LIMIT $most") \
\
X(RESOURCE_ADD,       "INSERT INTO tenant_resource (tenant_id, resource, " \
                      "created_sec) VALUES ($tenant_id, $resource, " \
                      "$created_sec)") \
X(RESOURCE_REMOVE,    "DELETE FROM tenant_resource " \
                      "WHERE tenant_id = $tenant_id " \
                      "AND resource = $resource") \
X(RESOURCE_HAS,       "SELECT 1 FROM tenant_resource " \
                      "WHERE tenant_id = $tenant_id " \
                      "AND resource = $resource") \
X(RESOURCE_LIST_ALL,  "SELECT tenant_id, resource, created_sec " \
                      "FROM tenant_resource") \
X(RESOURCE_LIST,      "SELECT tenant_id, resource, created_sec " \
                      "FROM tenant_resource WHERE tenant_id = $tenant_id " \
                      "AND resource > $after " \
                      "AND substr(resource, 1, length($prefix)) = $prefix " \
                      "ORDER BY resource LIMIT $most") \
X(RESOURCE_HOLDERS,   "SELECT " TENANT_COLUMNS ", since FROM (SELECT t.*, " \
                      "r.created_sec AS since FROM tenant_resource r " \
                      "JOIN tenant t ON t.id = r.tenant_id " \
                      "WHERE r.resource = $resource " \
                      "AND r.tenant_id > $after " \
                      "AND t.account_id = $account_id " \
                      "ORDER BY r.tenant_id LIMIT $most) t") \
X(RESOURCE_EXISTS,    "SELECT 1 FROM identity WHERE account_id = $account_id " \
                      "AND 'identity/' || name = $resource " \
                      "AND name = $name UNION ALL " \
                      "SELECT 1 FROM configuration_set " \
                      "WHERE account_id = $account_id " \
                      "AND 'configuration-set/' || name = $resource " \
                      "AND name = $name UNION ALL " \
                      "SELECT 1 FROM template WHERE account_id = $account_id " \
                      "AND 'template/' || name = $resource AND name = $name") \
\
X(METRIC_ADD,         METRIC_ADD(METRIC_VALUES)) \
/* The same, gathered.                                                             */ \
X(METRIC_ADD_MANY,    METRIC_ADD(METRIC_VALUES)) \
X(METRIC_SUMS,        "SELECT day_sec, SUM(recipients) FROM metric " \
                      "WHERE account_id = $account_id AND kind = $kind " \
                      "AND day_sec >= $first AND day_sec < $last " \
                      "AND ($set_id < 0 OR set_id = $set_id) " \
                      "AND ($identity_id < 0 OR identity_id = $identity_id) " \
                      "GROUP BY day_sec ORDER BY day_sec") \
X(METRIC_PURGE,       "DELETE FROM metric WHERE (account_id, kind, day_sec, " \
                      "set_id, identity_id) IN (SELECT account_id, kind, " \
                      "day_sec, set_id, identity_id FROM metric " \
                      "WHERE day_sec < $before ORDER BY day_sec LIMIT $most)") \
\
/* Subjects 1 DKIM, 2 MAIL FROM domain; status 2: proved.                         */ \
X(FINDING_LIST,       "SELECT i.name, i.dkim_status, i.mail_from_status, " \
                      "i.mail_from, COALESCE(d.started_sec, i.created_sec), " \
                      "COALESCE(d.checked_sec, 0), " \
                      "COALESCE(m.started_sec, i.created_sec), " \
                      "COALESCE(m.checked_sec, 0) FROM identity i " \
                      "LEFT JOIN verification d ON d.identity_id = i.id " \
                      "AND d.subject = 1 " \
                      "LEFT JOIN verification m ON m.identity_id = i.id " \
                      "AND m.subject = 2 " \
                      "WHERE i.account_id = $account_id AND i.type = 1 " \
                      "AND i.name > $after AND (($subject = 1 " \
                      "AND i.dkim_status <> 2) OR ($subject = 2 " \
                      "AND i.mail_from <> '' AND i.mail_from_status <> 2)) " \
                      "ORDER BY i.name LIMIT $most") \
\
X(POOL_CREATE,        "INSERT INTO pool (account_id, name, scaling, " \
                      "created_sec) VALUES (NULLIF($account_id, 0), $name, " \
                      "$scaling, $created_sec) RETURNING id") \
X(POOL_GET,           "SELECT " POOL_COLUMNS " FROM pool " \
                      "WHERE COALESCE(account_id, 0) = $account_id " \
                      "AND name = $name") \
X(POOL_DELETE,        "DELETE FROM pool WHERE id = $id") \
X(POOL_COUNT,         "SELECT COUNT(*) FROM pool " \
                      "WHERE COALESCE(account_id, 0) = $account_id") \
X(POOL_LIST,          "SELECT " POOL_COLUMNS " FROM pool " \
                      "WHERE COALESCE(account_id, 0) = $account_id " \
                      "AND name > $after ORDER BY name LIMIT $most") \
X(POOL_LIST_ALL,      "SELECT " POOL_COLUMNS " FROM pool " \
                      "ORDER BY COALESCE(account_id, 0), name") \
/* A shared pool stands behind one of the account's own of the same name.         */ \
X(POOL_USER,          "SELECT a.name || '/' || s.name FROM configuration_set s " \
                      "JOIN account a ON a.id = s.account_id " \
                      "WHERE s.pool = $name " \
                      "AND ($account_id = 0 OR s.account_id = $account_id) " \
                      "AND ($account_id > 0 OR NOT EXISTS (SELECT 1 FROM pool " \
                      "p WHERE p.account_id = s.account_id " \
                      "AND p.name = $name)) UNION ALL " \
                      "SELECT name FROM account WHERE pool = $name " \
                      "AND ($account_id = 0 OR id = $account_id) LIMIT 1") \
X(IP_ADD,             "INSERT INTO dedicated_ip (address, account_id, " \
                      "pool_id, warmup, percentage, created_sec, label, " \
                      "helo, host, weight, warmup_since_sec) VALUES " \
                      "($address, NULLIF($account_id, 0), " \
                      "NULLIF($pool_id, 0), $warmup, $percentage, " \
                      "$created_sec, $label, $helo, $host, $weight, " \
                      "$warmup_since_sec)") \
X(IP_GET,             "SELECT " IP_COLUMNS "WHERE d.address = $address") \
X(IP_UPDATE,          "UPDATE dedicated_ip SET " \
                      "account_id = NULLIF($account_id, 0), " \
                      "pool_id = NULLIF($pool_id, 0), warmup = $warmup, " \
                      "percentage = $percentage, helo = $helo, " \
                      "host = $host, weight = $weight, " \
                      "warmup_since_sec = $warmup_since_sec " \
                      "WHERE address = $address") \
X(IP_REMOVE,          "DELETE FROM dedicated_ip WHERE address = $address") \
X(IP_LIST,            "SELECT " IP_COLUMNS \
                      "WHERE ($account_id < 0 " \
                      "OR COALESCE(d.account_id, 0) = $account_id) " \
                      "AND ($pool_id < 0 " \
                      "OR COALESCE(d.pool_id, 0) = $pool_id) " \
                      "AND d.address > $after " \
                      "ORDER BY d.address LIMIT $most")
/* clang-format on */

#endif
