/* The schema files that are built into the library, for each kind of database.
 * Internal to store/. */
#ifndef SENDWARD_STORE_MIGRATE_H
#define SENDWARD_STORE_MIGRATE_H

#include <stddef.h>

struct schema_file {
	int version;      /* leading number of the file's name: 1, 2, ... */
	const char *name; /* "001-gate.sql" */
	const char *const *lines; /* with line ends, NULL-terminated */
};

/* In ascending order of version. The last ones of both have the same. */
struct schema {
	const struct schema_file *files;
	size_t count;
};
extern const struct schema schema_sqlite;
extern const struct schema schema_pgsql;

#endif
