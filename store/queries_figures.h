/* Statements on figures for people: a part of queries.h, which says how they are
 * written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_FIGURES_H
#define SENDWARD_STORE_QUERIES_FIGURES_H

/* clang-format off */
#define FLOW_COLUMNS "sent, delivered, bounced, complained, rejected, delayed"
#define FLOW_VALUES "$sent, $delivered, $bounced, $complained, $rejected, " \
	"$delayed"
#define FLOW_ROWS "VALUES ($account_id, 60, $minute, " FLOW_VALUES "), " \
	"($account_id, 3600, $hour, " FLOW_VALUES ") "
#define FLOW_ADD(rows) "INSERT INTO flow (account_id, step_sec, start_sec, " \
	FLOW_COLUMNS ") " rows \
	"ON CONFLICT (account_id, step_sec, start_sec) DO UPDATE SET " \
	"sent = flow.sent + excluded.sent, " \
	"delivered = flow.delivered + excluded.delivered, " \
	"bounced = flow.bounced + excluded.bounced, " \
	"complained = flow.complained + excluded.complained, " \
	"rejected = flow.rejected + excluded.rejected, " \
	"delayed = flow.delayed + excluded.delayed"
#define FIGURE_COLUMNS "f.account_id, f.weight, f.risk, f.used, f.volume, " \
	"f.bounces, f.complaints, f.judged_sec"
/* CROSS JOIN: the table named first is gone through, in the order of its index. */
#define FIGURE_FROM "FROM account_figure f CROSS JOIN account a " \
	"WHERE a.id = f.account_id "
#define FIGURE_FILTER "AND ($state <> 3 OR f.weight = 2) " \
	"AND ($state <> 4 OR f.weight = 1) " \
	"AND ($state <> 1 OR a.production = 0) " \
	"AND ($state <> 2 OR a.production = 1) " \
	"AND a.name >= $from AND a.name < $to "
/* What is not of the last 24 hours any more was not yet taken off. */
#define FIGURE_USED "COALESCE((SELECT q.used - COALESCE((" \
	"SELECT SUM(u.recipients) FROM usage u " \
	"WHERE u.account_id = q.account_id AND u.bucket <= $expired), 0) - " \
	LEASE_UNSPENT("q.account_id", "$now * 1000000") " " \
	"FROM quota q WHERE q.account_id = $account_id), 0)"

#define STORE_QUERIES_FIGURES(X) \
X(FLOW_ADD,           FLOW_ADD(FLOW_ROWS)) \
/* The same, gathered.                                                             */ \
X(FLOW_ADD_MANY,      FLOW_ADD(FLOW_ROWS)) \
X(FLOW_LIST,          "SELECT start_sec, " FLOW_COLUMNS " FROM flow " \
                      "WHERE account_id = $account_id AND step_sec = $step " \
                      "AND start_sec >= $first AND start_sec < $before " \
                      "ORDER BY start_sec") \
X(FLOW_PURGE,         "DELETE FROM flow WHERE (account_id, step_sec, " \
                      "start_sec) IN (SELECT account_id, step_sec, start_sec " \
                      "FROM flow WHERE step_sec = $step " \
                      "AND start_sec < $before ORDER BY start_sec " \
                      "LIMIT $most)") \
\
X(FIGURE_PUT,         "UPDATE account_figure SET risk = $risk, " \
                      "used = " FIGURE_USED ", volume = $volume, " \
                      "bounces = $bounces, complaints = $complaints, " \
                      "judged_sec = $now WHERE account_id = $account_id " \
                      "AND (bounces <> $bounces OR complaints <> $complaints " \
                      "OR judged_sec <= $now - $every OR judged_sec > $now)") \
X(FIGURE_GET,         "SELECT " FIGURE_COLUMNS " FROM account_figure f " \
                      "WHERE f.account_id = $account_id") \
X(FIGURE_BY_RISK,     "SELECT " FIGURE_COLUMNS " " FIGURE_FROM \
                      "AND (f.weight, f.risk, f.account_id) < ($weight, " \
                      "$risk, $id) " FIGURE_FILTER "ORDER BY f.weight DESC, " \
                      "f.risk DESC, f.account_id DESC LIMIT $most") \
X(FIGURE_BY_USED,     "SELECT " FIGURE_COLUMNS " " FIGURE_FROM \
                      "AND (f.used, f.account_id) < ($used, $id) " \
                      FIGURE_FILTER "ORDER BY f.used DESC, " \
                      "f.account_id DESC LIMIT $most") \
X(FIGURE_BY_ID,       "SELECT " FIGURE_COLUMNS " " FIGURE_FROM \
                      "AND f.account_id < $id " FIGURE_FILTER \
                      "ORDER BY f.account_id DESC LIMIT $most") \
X(FIGURE_BY_NAME,     "SELECT " FIGURE_COLUMNS " FROM account a " \
                      "CROSS JOIN account_figure f " \
                      "WHERE f.account_id = a.id AND a.name > $after " \
                      FIGURE_FILTER "ORDER BY a.name LIMIT $most") \
\
X(REQUEST_PAGE,       "SELECT " REQUEST_COLUMNS " FROM access_request " \
                      "WHERE status = $status AND id < $before " \
                      "ORDER BY id DESC LIMIT $most") \
X(REQUEST_PAGE_DONE,  "SELECT " REQUEST_COLUMNS " FROM access_request " \
                      "WHERE status <> 'PENDING' AND id < $before " \
                      "ORDER BY id DESC LIMIT $most") \
\
X(ACCOUNT_COUNTS,     "SELECT (SELECT COUNT(*) FROM identity " \
                      "WHERE account_id = $account_id), " \
                      "(SELECT COUNT(*) FROM identity " \
                      "WHERE account_id = $account_id " \
                      "AND status = $verified), " \
                      "(SELECT COUNT(*) FROM credential " \
                      "WHERE account_id = $account_id), " \
                      "(SELECT COUNT(*) FROM (SELECT 1 FROM suppression " \
                      "WHERE account_id = $account_id LIMIT $most) s)") \
X(TOTALS,             "SELECT COUNT(*), COALESCE(SUM(production), 0), " \
                      "(SELECT COUNT(*) FROM account_figure " \
                      "WHERE weight = 2), " \
                      "(SELECT COUNT(*) FROM account_figure " \
                      "WHERE weight = 1) FROM account") \
X(SUMMARY,            "SELECT (SELECT COUNT(*) FROM access_request " \
                      "WHERE status = 'PENDING'), " \
                      "(SELECT COUNT(*) FROM (SELECT 1 FROM report " \
                      "WHERE received_msec >= $since AND state = $unmatched " \
                      "LIMIT $most) r), " \
                      "(SELECT COUNT(*) FROM (SELECT 1 FROM notification " \
                      "WHERE next_sec = 0 LIMIT $most) n), " \
                      "(SELECT COALESCE(SUM(used), 0) FROM account_figure)")
/* clang-format on */

#endif
