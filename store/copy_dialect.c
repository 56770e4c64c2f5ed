/* How SQLite and PostgreSQL tell of their tables, and let rows in as they are: with
 * their numbers, and without triggers that would write what is copied, too. */
#include "config.h"

#include "store/copy.h"

const struct copy_dialect copy_dialect_sqlite = {
    .columns = "SELECT m.name, p.name, CASE p.type WHEN 'INTEGER' THEN 'i' "
	       "WHEN 'TEXT' THEN 't' WHEN 'BLOB' THEN 'b' WHEN 'REAL' THEN 'r' "
	       "ELSE '?' END, p.\"notnull\" = 0 AND p.pk = 0 "
	       "FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p "
	       "WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_' "
	       "AND m.name <> 'schema_version' ORDER BY m.name, p.name",
    .references =
	"SELECT m.name, f.\"table\" FROM sqlite_master AS m "
	"JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' "
	"AND f.\"table\" <> m.name",
    .serials = "SELECT m.name, p.name FROM sqlite_master AS m "
	       "JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table' "
	       "AND p.pk = 1 AND p.type = 'INTEGER' "
	       "AND instr(m.sql, 'AUTOINCREMENT') > 0",
    .highest = "SELECT max(coalesce((SELECT seq FROM sqlite_sequence "
	       "WHERE name = '@t'), 0), coalesce((SELECT max(@c) FROM @t), 0))",
    .set_highest = "DELETE FROM sqlite_sequence WHERE name = '@t'; "
		   "INSERT INTO sqlite_sequence (seq, name) VALUES (@n, '@t')",
    .triggers_off =
	"SELECT 'DROP TRIGGER \"' || name || '\"' FROM sqlite_master "
	"WHERE type = 'trigger'",
    .triggers_on = "SELECT sql FROM sqlite_master WHERE type = 'trigger'",
};

#define TRIGGERS_PGSQL(verb)                                                   \
	"SELECT DISTINCT 'ALTER TABLE ' || tgrelid::regclass::text "           \
	"|| ' " verb " TRIGGER USER' FROM pg_trigger WHERE NOT tgisinternal "  \
	"AND tgrelid IN (SELECT oid FROM pg_class "                            \
	"WHERE relnamespace = current_schema()::regnamespace)"

const struct copy_dialect copy_dialect_pgsql = {
    .patience = "SET statement_timeout = 0; "
		"SET idle_in_transaction_session_timeout = 0",
    .columns =
	"SELECT c.relname::text, a.attname::text, CASE a.atttypid::regtype::text "
	"WHEN 'bigint' THEN 'i' WHEN 'text' THEN 't' WHEN 'bytea' THEN 'b' "
	"WHEN 'double precision' THEN 'r' ELSE '?' END, "
	"CASE WHEN a.attnotnull THEN 0 ELSE 1 END::bigint FROM pg_class AS c "
	"JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE c.relkind = 'r' "
	"AND c.relnamespace = current_schema()::regnamespace "
	"AND a.attnum > 0 AND NOT a.attisdropped "
	"AND c.relname <> 'schema_version' "
	"ORDER BY c.relname::text COLLATE \"C\", a.attname::text COLLATE \"C\"",
    .references =
	"SELECT c.relname::text, r.relname::text FROM pg_constraint AS k "
	"JOIN pg_class AS c ON c.oid = k.conrelid "
	"JOIN pg_class AS r ON r.oid = k.confrelid WHERE k.contype = 'f' "
	"AND c.relnamespace = current_schema()::regnamespace "
	"AND k.conrelid <> k.confrelid",
    .serials = "SELECT c.relname::text, a.attname::text FROM pg_class AS c "
	       "JOIN pg_attribute AS a ON a.attrelid = c.oid "
	       "WHERE c.relnamespace = current_schema()::regnamespace "
	       "AND c.relkind = 'r' AND a.attidentity <> ''",
    .highest = "SELECT greatest(coalesce(pg_sequence_last_value("
	       "pg_get_serial_sequence('@t', '@c')::regclass), 0), "
	       "coalesce((SELECT max(@c) FROM @t), 0))",
    .set_highest = "SELECT setval(pg_get_serial_sequence('@t', '@c'), "
		   "greatest(@n, 1), @n > 0)",
    .triggers_off = TRIGGERS_PGSQL("DISABLE"),
    .triggers_on = TRIGGERS_PGSQL("ENABLE"),
};
