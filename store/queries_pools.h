/* Statements on the ways of mail through pools, their warm-up and figures: a part of
 * queries.h, which says how they are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_POOLS_H
#define SENDWARD_STORE_QUERIES_POOLS_H

/* clang-format off */
#define STORE_QUERIES_POOLS(X) \
X(IP_HAS_LABEL,       "SELECT 1 FROM dedicated_ip WHERE label = $label") \
X(IP_LIST_WARMING,    "SELECT " IP_COLUMNS "WHERE d.warmup = 1 " \
                      "AND d.account_id = $account_id ORDER BY d.address") \
/* Kinds: 0 an account, 1 a configuration set.                                    */ \
X(POOL_ASSIGNED,      "SELECT 0, id, id, pool FROM account " \
                      "WHERE pool <> '' UNION ALL " \
                      "SELECT 1, id, account_id, pool FROM configuration_set " \
                      "WHERE pool <> ''") \
X(POOL_CLOCK,         "SELECT now_sec FROM pool_clock") \
X(WARMUP_BEGIN,       "INSERT INTO ip_warmup (address, day_sec, taken, " \
                      "granted) VALUES ($address, $day_sec, 0, 0) " \
                      "ON CONFLICT (day_sec, address) DO NOTHING") \
X(WARMUP_TAKE,        "UPDATE ip_warmup SET granted = CASE " \
                      "WHEN $cap - taken < $most THEN $cap - taken " \
                      "ELSE $most END, taken = CASE " \
                      "WHEN $cap - taken < $most THEN $cap " \
                      "ELSE taken + $most END " \
                      "WHERE day_sec = $day_sec AND address = $address " \
                      "AND taken < $cap RETURNING granted") \
X(WARMUP_RETURN,      "UPDATE ip_warmup SET taken = taken - $rest " \
                      "WHERE day_sec = $day_sec AND address = $address " \
                      "AND taken >= $rest") \
X(WARMUP_TAKEN,       "SELECT taken FROM ip_warmup " \
                      "WHERE day_sec = $day_sec AND address = $address") \
X(WARMUP_PURGE,       "DELETE FROM ip_warmup WHERE day_sec < $before") \
X(POOL_METRIC_ADD,    "INSERT INTO pool_metric (pool_id, address, day_sec, " \
                      "kind, recipients) VALUES ($pool_id, $address, " \
                      "$day_sec, $kind, $recipients) " \
                      "ON CONFLICT (pool_id, day_sec, address, kind) " \
                      "DO UPDATE SET recipients = pool_metric.recipients " \
                      "+ excluded.recipients") \
X(POOL_METRIC_SUMS,   "SELECT day_sec, address, kind, SUM(recipients) " \
                      "FROM pool_metric WHERE pool_id = $pool_id " \
                      "AND day_sec >= $first " \
                      "GROUP BY day_sec, address, kind " \
                      "ORDER BY day_sec, address, kind") \
X(POOL_METRIC_PURGE,  "DELETE FROM pool_metric WHERE day_sec < $before")
/* clang-format on */

#endif
