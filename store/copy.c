/* Copies all that is kept into an empty store of another kind, in one transaction,
 * and compares what arrived before it is committed. Does not know the tables: each
 * database tells of its own. */
#include "config.h"

#include "store/copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/driver.h"
#include "store/query.h"
#include "store/store.h"

#define NAME_SIZE 64
#define TABLES_MAX 128
#define COLUMNS_MAX 40
#define SERIALS_MAX 64
#define TRIGGERS_MAX 128
#define SQL_MAX_BYTES 65536
#define COPY_BUSY_MSEC 10000

struct column {
	char name[NAME_SIZE];
	char param[8]; /* "$c0" */
	char type;     /* i t b r */
	bool nullable;
};

struct table {
	char name[NAME_SIZE];
	struct column columns[COLUMNS_MAX];
	int column_count;
	bool done;
};

/* Sums over the rows of a table, in whatever order they come. */
struct digest {
	int64_t rows;
	uint64_t sum[2];
};

struct side {
	struct store *store;
	const struct copy_dialect *dialect;
	struct table *tables; /* TABLES_MAX */
	int table_count;
};

struct reference {
	char from[NAME_SIZE], to[NAME_SIZE];
};

struct copy {
	struct side from, to;
	struct reference *references;
	int reference_count;
	char *triggers[TRIGGERS_MAX]; /* that put them back */
	int trigger_count;
	struct err *err_r;
};

/* ---- asking ------------------------------------------------------------------ */

struct answer {
	struct side *side;
	struct driver_stmt *stmt;
	enum sg_err failed;
	struct err *err_r;
};

static void
ask(struct answer *a, struct side *side, const char *sql, struct err *err_r)
{
	a->side = side;
	a->err_r = err_r;
	a->stmt = NULL;
	a->failed =
	    side->store->driver->prepare(side->store->db, sql, &a->stmt, err_r);
}

static bool
answer_next(struct answer *a)
{
	bool row = false;

	if (a->failed == SG_OK)
		a->failed =
		    a->side->store->driver->step(a->stmt, &row, a->err_r);
	return row && a->failed == SG_OK;
}

static const char *
answer_text(struct answer *a, int column)
{
	return a->side->store->driver->column_text(a->stmt, column);
}

static int64_t
answer_int(struct answer *a, int column)
{
	return a->side->store->driver->column_int(a->stmt, column);
}

static enum sg_err
answer_end(struct answer *a)
{
	if (a->stmt != NULL)
		a->side->store->driver->finalize(a->stmt);
	return a->failed;
}

static enum sg_err
too_many(struct answer *a, const char *what)
{
	a->failed =
	    err_set(a->err_r, SG_BUG, "more %s than a copy knows", what);
	return a->failed;
}

static bool
take_name(struct answer *a, int column, char name_r[NAME_SIZE])
{
	const char *name = answer_text(a, column);

	if (strlen(name) >= NAME_SIZE) {
		(void)too_many(a, "letters in a name");
		return false;
	}
	(void)snprintf(name_r, NAME_SIZE, "%s", name);
	return true;
}

/* sql with names and number in their places; the caller frees it. */
static char *
fill_dup(const char *sql, const char *table, const char *column, int64_t number)
{
	char digits[24];
	struct buf out;
	char *text;

	(void)snprintf(digits, sizeof(digits), "%" PRId64, number);
	buf_init(&out, SQL_MAX_BYTES);
	for (; *sql != '\0'; sql++) {
		if (sql[0] != '@') {
			(void)buf_append(&out, sql, 1);
			continue;
		}
		sql++;
		buf_puts(&out, *sql == 't'   ? table
			       : *sql == 'c' ? column
					     : digits);
	}
	text = out.failed ? NULL : strdup(buf_str(&out));
	buf_fini(&out);
	return text;
}

/* ---- the schema -------------------------------------------------------------- */

static struct table *
find_table(struct side *side, const char *name)
{
	for (int i = 0; i < side->table_count; i++)
		if (strcmp(side->tables[i].name, name) == 0)
			return &side->tables[i];
	return NULL;
}

static void
take_column(struct answer *a, struct side *side, struct table *table)
{
	struct column *column = &table->columns[table->column_count];

	if (!take_name(a, 1, column->name))
		return;
	(void)snprintf(
	    column->param, sizeof(column->param), "$c%d", table->column_count);
	column->type = answer_text(a, 2)[0];
	column->nullable = answer_int(a, 3) != 0;
	table->column_count++;
	if (column->type == '?')
		a->failed = err_set(a->err_r, SG_BUG,
		    "%s: %s.%s has a type that a copy does not know",
		    side->store->driver->name(side->store->db), table->name,
		    column->name);
}

static enum sg_err
read_tables(struct side *side, struct err *err_r)
{
	struct answer a;
	struct table *table = NULL;

	side->tables = calloc(TABLES_MAX, sizeof(*side->tables));
	if (side->tables == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	ask(&a, side, side->dialect->columns, err_r);
	while (answer_next(&a)) {
		if (table == NULL ||
		    strcmp(table->name, answer_text(&a, 0)) != 0) {
			if (side->table_count == TABLES_MAX) {
				(void)too_many(&a, "tables");
				break;
			}
			table = &side->tables[side->table_count++];
			if (!take_name(&a, 0, table->name))
				break;
		}
		if (table->column_count == COLUMNS_MAX)
			(void)too_many(&a, "columns");
		else
			take_column(&a, side, table);
	}
	return answer_end(&a);
}

/* Both sides have the same tables and columns, in the same order. */
static enum sg_err
compare_tables(struct copy *copy)
{
	const struct side *from = &copy->from, *to = &copy->to;

	for (int i = 0; i < from->table_count || i < to->table_count; i++) {
		const struct table *a = &from->tables[i], *b = &to->tables[i];
		bool same = i < from->table_count && i < to->table_count &&
			    strcmp(a->name, b->name) == 0 &&
			    a->column_count == b->column_count;

		for (int k = 0; same && k < a->column_count; k++)
			same = strcmp(a->columns[k].name, b->columns[k].name) ==
				   0 &&
			       a->columns[k].type == b->columns[k].type;
		if (!same)
			return err_set(copy->err_r, SG_BUG,
			    "the stores differ in table %s",
			    i < from->table_count ? a->name : b->name);
	}
	return SG_OK;
}

static enum sg_err
read_references(struct copy *copy)
{
	struct answer a;

	copy->references = calloc(TABLES_MAX * 4, sizeof(*copy->references));
	if (copy->references == NULL)
		return err_set(copy->err_r, SG_NOMEM, "no memory");
	ask(&a, &copy->from, copy->from.dialect->references, copy->err_r);
	while (answer_next(&a)) {
		struct reference *r = &copy->references[copy->reference_count];

		if (copy->reference_count == TABLES_MAX * 4)
			(void)too_many(&a, "references");
		else if (take_name(&a, 0, r->from) && take_name(&a, 1, r->to))
			copy->reference_count++;
	}
	return answer_end(&a);
}

/* A table that is not copied yet, and refers to none such. */
static struct table *
next_table(struct copy *copy)
{
	for (int i = 0; i < copy->from.table_count; i++) {
		struct table *table = &copy->from.tables[i];
		bool ready = !table->done;

		for (int k = 0; ready && k < copy->reference_count; k++) {
			struct table *to =
			    find_table(&copy->from, copy->references[k].to);

			ready = strcmp(copy->references[k].from, table->name) !=
				    0 ||
				to == NULL || to->done;
		}
		if (ready)
			return table;
	}
	return NULL;
}

static enum sg_err
refuse_rows(struct copy *copy)
{
	enum sg_err code = SG_OK;

	for (int i = 0; i < copy->to.table_count && code == SG_OK; i++) {
		char sql[NAME_SIZE + 40];
		struct answer a;

		(void)snprintf(sql, sizeof(sql), "SELECT 1 FROM %s LIMIT 1",
		    copy->to.tables[i].name);
		ask(&a, &copy->to, sql, copy->err_r);
		if (answer_next(&a))
			a.failed = err_set(copy->err_r, SG_EXISTS,
			    "%s is not empty: table %s has rows",
			    copy->to.store->driver->name(copy->to.store->db),
			    copy->to.tables[i].name);
		code = answer_end(&a);
	}
	return code;
}

/* ---- triggers ---------------------------------------------------------------- */

/* The first column of every row, in copies that the caller frees. */
static enum sg_err
collect(struct side *side, const char *sql, char **texts, int *count_r,
    struct err *err_r)
{
	struct answer a;

	*count_r = 0;
	ask(&a, side, sql, err_r);
	while (answer_next(&a)) {
		if (*count_r == TRIGGERS_MAX) {
			(void)too_many(&a, "triggers");
			break;
		}
		texts[*count_r] = strdup(answer_text(&a, 0));
		if (texts[*count_r] == NULL) {
			a.failed = err_set(err_r, SG_NOMEM, "no memory");
			break;
		}
		(*count_r)++;
	}
	return answer_end(&a);
}

static enum sg_err
run_all(struct side *side, char **texts, int count, struct err *err_r)
{
	enum sg_err code = SG_OK;

	for (int i = 0; i < count && code == SG_OK; i++)
		code = side->store->driver->script(
		    side->store->db, texts[i], err_r);
	return code;
}

static void
free_all(char **texts, int count)
{
	for (int i = 0; i < count; i++)
		free(texts[i]);
}

static enum sg_err
put_triggers_away(struct copy *copy)
{
	struct side *to = &copy->to;
	char *off[TRIGGERS_MAX];
	int count;
	enum sg_err code = collect(to, to->dialect->triggers_on, copy->triggers,
	    &copy->trigger_count, copy->err_r);

	if (code != SG_OK)
		return code;
	code = collect(to, to->dialect->triggers_off, off, &count, copy->err_r);
	if (code == SG_OK)
		code = run_all(to, off, count, copy->err_r);
	free_all(off, count);
	return code;
}

/* ---- rows -------------------------------------------------------------------- */

static uint64_t
mixed(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

static void
add_bytes(uint64_t h[2], char type, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t head = (uint64_t)len << 8 | (unsigned char)type;

	h[0] = mixed(h[0] ^ head);
	h[1] = mixed(h[1] + head);
	for (size_t i = 0; i < len; i++) {
		h[0] = (h[0] ^ bytes[i]) * 0x100000001b3ULL;
		h[1] = (h[1] + bytes[i]) * 0x9e3779b97f4a7c15ULL;
	}
}

/* SELECT of a table's columns; of each that may be NULL whether it is, behind. */
static char *
select_dup(const struct table *table)
{
	struct buf sql;
	char *text;

	buf_init(&sql, SQL_MAX_BYTES);
	buf_puts(&sql, "SELECT ");
	for (int i = 0; i < table->column_count; i++) {
		buf_puts(&sql, i > 0 ? ", \"" : "\"");
		buf_puts(&sql, table->columns[i].name);
		buf_puts(&sql, "\"");
	}
	for (int i = 0; i < table->column_count; i++)
		if (table->columns[i].nullable) {
			buf_puts(&sql, ", CASE WHEN \"");
			buf_puts(&sql, table->columns[i].name);
			buf_puts(&sql, "\" IS NULL THEN 1 ELSE 0 END");
		}
	buf_puts(&sql, " FROM ");
	buf_puts(&sql, table->name);
	text = sql.failed ? NULL : strdup(buf_str(&sql));
	buf_fini(&sql);
	return text;
}

static char *
insert_dup(const struct table *table)
{
	struct buf sql;
	char *text;

	buf_init(&sql, SQL_MAX_BYTES);
	buf_puts(&sql, "INSERT INTO ");
	buf_puts(&sql, table->name);
	for (int i = 0; i < table->column_count; i++) {
		buf_puts(&sql, i > 0 ? ", \"" : " (\"");
		buf_puts(&sql, table->columns[i].name);
		buf_puts(&sql, "\"");
	}
	for (int i = 0; i < table->column_count; i++) {
		buf_puts(&sql, i > 0 ? ", " : ") VALUES (");
		buf_puts(&sql, table->columns[i].param);
	}
	buf_puts(&sql, ")");
	text = sql.failed ? NULL : strdup(buf_str(&sql));
	buf_fini(&sql);
	return text;
}

/* One column of the row at hand: into the hash and, where there is one, into the
 * statement that inserts. */
static enum sg_err
take_value(struct answer *a, const struct column *column, int i, uint64_t h[2],
    const struct driver *driver, struct driver_stmt *insert, struct err *err_r)
{
	const struct driver *from = a->side->store->driver;
	const void *data;
	int64_t number;
	double real;
	size_t len;

	switch (column->type) {
	case 'i':
		number = from->column_int(a->stmt, i);
		add_bytes(h, 'i', &number, sizeof(number));
		return insert == NULL ? SG_OK
				      : driver->bind_int(insert, column->param,
					    number, err_r);
	case 'r':
		real = from->column_real(a->stmt, i);
		add_bytes(h, 'r', &real, sizeof(real));
		return insert == NULL ? SG_OK
				      : driver->bind_real(
					    insert, column->param, real, err_r);
	case 't':
		data = from->column_text(a->stmt, i);
		add_bytes(h, 't', data, strlen(data));
		return insert == NULL ? SG_OK
				      : driver->bind_text(
					    insert, column->param, data, err_r);
	default:
		data = from->column_blob(a->stmt, i, &len);
		add_bytes(h, 'b', data, len);
		return insert == NULL ? SG_OK
				      : driver->bind_blob(insert, column->param,
					    data, len, err_r);
	}
}

static enum sg_err
take_row(struct answer *a, const struct table *table, struct digest *digest,
    const struct driver *driver, struct driver_stmt *insert, struct err *err_r)
{
	uint64_t h[2] = {0x51ed270b, 0x6c62272e};
	int behind = table->column_count;
	enum sg_err code = SG_OK;

	for (int i = 0; i < table->column_count && code == SG_OK; i++) {
		const struct column *column = &table->columns[i];

		/* what is not bound is NULL */
		if (column->nullable && answer_int(a, behind++) != 0)
			add_bytes(h, 'n', "", 0);
		else
			code =
			    take_value(a, column, i, h, driver, insert, err_r);
	}
	digest->rows++;
	digest->sum[0] += mixed(h[0]);
	digest->sum[1] += mixed(h[1]);
	return code;
}

static enum sg_err
send_row(
    const struct driver *driver, struct driver_stmt *insert, struct err *err_r)
{
	bool row;
	enum sg_err code = driver->send != NULL
			       ? driver->send(insert, err_r)
			       : driver->step(insert, &row, err_r);

	driver->reset(insert);
	return code;
}

static enum sg_err
copy_rows(struct copy *copy, const struct table *table, struct digest *digest)
{
	const struct driver *driver = copy->to.store->driver;
	struct driver_stmt *insert = NULL;
	char *select = select_dup(table), *text = insert_dup(table);
	struct answer a = {.failed = SG_OK};
	enum sg_err code;

	if (select == NULL || text == NULL) {
		code = err_set(copy->err_r, SG_NOMEM, "no memory");
		goto out;
	}
	code = driver->prepare(copy->to.store->db, text, &insert, copy->err_r);
	if (code != SG_OK)
		goto out;
	ask(&a, &copy->from, select, copy->err_r);
	while (code == SG_OK && answer_next(&a)) {
		code = take_row(&a, table, digest, driver, insert, copy->err_r);
		if (code == SG_OK)
			code = send_row(driver, insert, copy->err_r);
	}
	if (code == SG_OK)
		code = a.failed;
	(void)answer_end(&a); /* its failure was looked at */
out:
	if (insert != NULL)
		driver->finalize(insert);
	free(select);
	free(text);
	return code;
}

/* Reads again what arrived. */
static enum sg_err
check_rows(
    struct copy *copy, const struct table *table, const struct digest *sent)
{
	struct digest there = {.rows = 0};
	char *select = select_dup(table);
	struct answer a;
	enum sg_err code = SG_OK;

	if (select == NULL)
		return err_set(copy->err_r, SG_NOMEM, "no memory");
	ask(&a, &copy->to, select, copy->err_r);
	while (code == SG_OK && answer_next(&a))
		code = take_row(&a, table, &there, NULL, NULL, copy->err_r);
	if (code == SG_OK)
		code = a.failed;
	(void)answer_end(&a); /* its failure was looked at */
	free(select);
	if (code == SG_OK && memcmp(&there, sent, sizeof(there)) != 0)
		code = err_set(copy->err_r, SG_IO,
		    "table %s did not arrive as it was: %" PRId64 " of %" PRId64
		    " rows, or other values",
		    table->name, there.rows, sent->rows);
	return code;
}

static enum sg_err
copy_table(struct copy *copy, struct table *table, int64_t *rows_r)
{
	struct digest digest = {.rows = 0};
	struct err why;
	enum sg_err code = copy_rows(copy, table, &digest);

	if (code == SG_OK)
		code = check_rows(copy, table, &digest);
	*rows_r = digest.rows;
	table->done = true;
	if (code == SG_OK)
		return code;
	why = *copy->err_r;
	return err_set(copy->err_r, code, "table %s, row %" PRId64 ": %s",
	    table->name, digest.rows, why.text);
}

/* ---- numbers that are given out ---------------------------------------------- */

static enum sg_err
ask_highest(
    struct copy *copy, const struct reference *serial, int64_t *highest_r)
{
	char *sql =
	    fill_dup(copy->from.dialect->highest, serial->from, serial->to, 0);
	struct answer a;

	if (sql == NULL)
		return err_set(copy->err_r, SG_NOMEM, "no memory");
	ask(&a, &copy->from, sql, copy->err_r);
	*highest_r = answer_next(&a) ? answer_int(&a, 0) : 0;
	free(sql);
	return answer_end(&a);
}

static enum sg_err
set_highest(struct copy *copy, const struct reference *serial, int64_t highest)
{
	char *sql = fill_dup(
	    copy->to.dialect->set_highest, serial->from, serial->to, highest);
	enum sg_err code;

	if (sql == NULL)
		return err_set(copy->err_r, SG_NOMEM, "no memory");
	code = copy->to.store->driver->script(
	    copy->to.store->db, sql, copy->err_r);
	free(sql);
	return code;
}

/* A number that belonged to a row that is gone is not given out again, either. */
static enum sg_err
copy_serials(struct copy *copy)
{
	struct reference serials[SERIALS_MAX];
	int count = 0;
	struct answer a;
	enum sg_err code;

	ask(&a, &copy->to, copy->to.dialect->serials, copy->err_r);
	while (answer_next(&a)) {
		if (count == SERIALS_MAX)
			(void)too_many(&a, "numbered tables");
		else if (take_name(&a, 0, serials[count].from) &&
			 take_name(&a, 1, serials[count].to))
			count++;
	}
	code = answer_end(&a);
	for (int i = 0; i < count && code == SG_OK; i++) {
		int64_t highest = 0;

		code = ask_highest(copy, &serials[i], &highest);
		if (code == SG_OK)
			code = set_highest(copy, &serials[i], highest);
	}
	return code;
}

/* ---- the whole --------------------------------------------------------------- */

static enum sg_err
copy_all(struct copy *copy, store_copy_fn *fn, void *ctx)
{
	struct table *table;
	int64_t rows;
	int left = copy->from.table_count;
	enum sg_err code = put_triggers_away(copy);

	while (code == SG_OK && (table = next_table(copy)) != NULL) {
		code = copy_table(copy, table, &rows);
		left--;
		if (code == SG_OK && fn != NULL)
			fn(ctx, table->name, rows);
	}
	if (code == SG_OK && left > 0)
		code = err_set(copy->err_r, SG_BUG,
		    "tables refer to each other in a ring");
	if (code == SG_OK)
		code = copy_serials(copy);
	if (code == SG_OK)
		code = run_all(&copy->to, copy->triggers, copy->trigger_count,
		    copy->err_r);
	return code;
}

static enum sg_err
copy_between(struct copy *copy, store_copy_fn *fn, void *ctx)
{
	enum sg_err code = SG_OK;

	if (copy->from.dialect->patience != NULL)
		code = copy->from.store->driver->script(copy->from.store->db,
		    copy->from.dialect->patience, copy->err_r);
	if (code == SG_OK)
		code = store_read_begin(copy->from.store, copy->err_r);
	if (code == SG_OK)
		code = store_begin(copy->to.store, copy->err_r);
	if (code != SG_OK)
		goto out;
	code = read_tables(&copy->from, copy->err_r);
	if (code == SG_OK)
		code = read_tables(&copy->to, copy->err_r);
	if (code == SG_OK)
		code = compare_tables(copy);
	if (code == SG_OK)
		code = read_references(copy);
	if (code == SG_OK)
		code = refuse_rows(copy);
	if (code == SG_OK)
		code = copy_all(copy, fn, ctx);
	code = store_finish(copy->to.store, code, copy->err_r);
out:
	store_read_end(copy->from.store);
	return code;
}

static const struct copy_dialect *
dialect_of(const struct store *store)
{
	return store->driver == &driver_sqlite ? &copy_dialect_sqlite
					       : &copy_dialect_pgsql;
}

/* The target may be new, or one that a failed copy left: a schema without rows. */
static enum sg_err
open_target(const char *url, struct store **store_r, struct err *err_r)
{
	int from, to;
	enum sg_err code = store_migrate(url, &from, &to, err_r);

	*store_r = NULL;
	if (code != SG_OK)
		return code;
	/* no limit to how long a statement or a pause takes */
	return store_connect(
	    url, DRIVER_CREATE, COPY_BUSY_MSEC, store_r, err_r);
}

enum sg_err
store_copy(const char *from, const char *to, store_copy_fn *fn, void *ctx,
    struct err *err_r)
{
	struct copy *copy = calloc(1, sizeof(*copy));
	enum sg_err code;

	if (copy == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	copy->err_r = err_r;
	code = store_open(
	    from, STORE_OPEN_READ, COPY_BUSY_MSEC, &copy->from.store, err_r);
	if (code == SG_OK)
		code = open_target(to, &copy->to.store, err_r);
	if (code == SG_OK) {
		copy->from.dialect = dialect_of(copy->from.store);
		copy->to.dialect = dialect_of(copy->to.store);
		code = copy_between(copy, fn, ctx);
	}
	store_close(&copy->to.store);
	store_close(&copy->from.store);
	free_all(copy->triggers, copy->trigger_count);
	free(copy->from.tables);
	free(copy->to.tables);
	free(copy->references);
	free(copy);
	return code;
}
