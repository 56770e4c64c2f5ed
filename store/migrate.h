/* The schema files that are built into the library. Internal to store/. */
#ifndef SENDWARD_STORE_MIGRATE_H
#define SENDWARD_STORE_MIGRATE_H

#include <stddef.h>

struct schema_file {
	int version;      /* leading number of the file's name: 1, 2, ... */
	const char *name; /* "001-gate.sql" */
	const char *const *lines; /* with line ends, NULL-terminated */
};

/* In ascending order of version, without holes. */
extern const struct schema_file schema_files[];
extern const size_t schema_file_count;

#endif
