/* What a copy between two kinds of database needs of each. Internal to store/. */
#ifndef SENDWARD_STORE_COPY_H
#define SENDWARD_STORE_COPY_H

/* Statements that tell of the schema or change it for the time of a copy. @t stands
 * for a table's name, @c for a column's, @n for a number. */
struct copy_dialect {
	/* No limit to how long a statement or a pause takes; NULL: none is. */
	const char *patience;
	/* table, column, type (i t b r), 1 where NULL may stand; by table and
	 * place */
	const char *columns;
	/* table, the table that it refers to */
	const char *references;
	/* table, column: numbers that are given out and never twice */
	const char *serials;
	/* the highest that was given out */
	const char *highest;
	const char *set_highest;
	/* Rows of statements that put the triggers away, and of those that put
	 * them back; asked for before any of them is run. */
	const char *triggers_off;
	const char *triggers_on;
};

extern const struct copy_dialect copy_dialect_sqlite;
extern const struct copy_dialect copy_dialect_pgsql;

#endif
