/* Statements on who does what for all hosts: a part of queries.h, which says how they
 * are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_DUTIES_H
#define SENDWARD_STORE_QUERIES_DUTIES_H

/* clang-format off */
#define STORE_QUERIES_DUTIES(X) \
X(DUTY_TAKE,          "INSERT INTO duty (name, host, boot, pid, mark, kept, " \
                      "taken_usec, kept_usec) VALUES ($name, $host, $boot, " \
                      "$pid, $mark, 1, $now, $now) " \
                      "ON CONFLICT (name) DO UPDATE SET " \
                      "taken_usec = CASE WHEN duty.mark = excluded.mark " \
                      "THEN duty.taken_usec ELSE excluded.taken_usec END, " \
                      "host = excluded.host, boot = excluded.boot, " \
                      "pid = excluded.pid, mark = excluded.mark, " \
                      "kept = duty.kept + 1, kept_usec = excluded.kept_usec " \
                      "WHERE duty.mark = excluded.mark " \
                      "OR (duty.mark = $old_mark AND duty.kept = $old_kept)") \
X(DUTY_LEAVE,         "DELETE FROM duty WHERE name = $name AND mark = $mark") \
X(DUTY_LIST,          "SELECT name, host, boot, pid, mark, kept, taken_usec, " \
                      "kept_usec FROM duty ORDER BY name")
/* clang-format on */

#endif
