/* A new database for a test of any folder, on the kind of database that the
 * environment names:
 *   SENDWARD_TEST_STORE  unset or "sqlite": a file of its own in a folder of its
 *                        own; "postgresql": a database of its own
 *   SENDWARD_TEST_PG     with "postgresql": url of a server and a role that may
 *                        create databases, such as
 *                        postgresql:///postgres?host=/tmp/x&port=5433&user=postgres
 * Not thread-safe. A test program links store/test-database.c, libstore.a and
 * STORE_LIBS; cmocka is not needed. What fails is told on stderr. */
#ifndef SENDWARD_STORE_TEST_DATABASE_H
#define SENDWARD_STORE_TEST_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEST_DATABASE_URL_SIZE 1024

bool test_database_is_postgresql(void);

/* A new database of this program's schema, without a row of a test. url_r: as the
 * option `store` has it; at least TEST_DATABASE_URL_SIZE. It costs some
 * milliseconds: the schema is made once for each program. */
bool test_database_make(char url_r[], size_t size);
/* The same without any schema: for tests of store_migrate. */
bool test_database_make_empty(char url_r[], size_t size);
/* Removes it, also while handles are open. */
void test_database_drop(const char *url);

/* Runs SQL (one statement or several) behind the store's back; *value_r (may be
 * NULL): the first column of the last row, 0 when there is none. For a BLOB write
 * CAST('text' AS BLOB): PostgreSQL has a domain of that name here. */
bool test_database_sql(const char *url, const char *sql, int64_t *value_r);

#endif
