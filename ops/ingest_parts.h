/* How a line of the journal becomes rows. Internal to ops/ingest*.c. */
#ifndef SENDWARD_OPS_INGEST_PARTS_H
#define SENDWARD_OPS_INGEST_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/events.h"

struct arena;
struct conf;

/* ---- a line -------------------------------------------------------------------- */
struct ingest_record {
	bool is_sent; /* else it was refused */
	struct store_message message;
	const char *reason, *reply; /* of a refused one */
};
/* Texts belong to arena. SG_INVALID: it is none. */
enum sg_err ingest_read(struct arena *arena, const char *line, size_t len,
    struct ingest_record *record_r, struct err *err_r);
/* The same for lines as the journal writes them, several times as fast. False: it is
 * of another form, which ingest_read may know; or there is no memory. */
bool ingest_scan(struct arena *arena, const char *line, size_t len,
    struct ingest_record *record_r);

/* store_message.facts of a line. A new reference; NULL: no memory. */
json_t *ingest_facts(const json_t *line);
/* Fields that commonHeaders has. The number of one, below INGEST_COMMON, its key
 * there, and whether that is a list of addresses; -1: it is none. */
#define INGEST_COMMON 8
int ingest_common_find(
    const char *name, size_t len, const char **key_r, bool *is_list_r);
/* Bytes up to the next comma that parts addresses. */
size_t ingest_address_len(const char *text);

/* ---- a table ---------------------------------------------------------------------- */
/* Entries that begin with their key, found by it. Zeroed: empty. */
struct ingest_table {
	char *entries;
	size_t entry_size, key_size;
	size_t count, room;
	uint32_t *slots; /* 0 free, else 1 + index */
	size_t slot_count;
};
/* The entry, valid until the next call; made with zeroes behind its key when it is
 * not there. NULL: no memory. */
void *ingest_table_get(
    struct ingest_table *table, const void *key, bool *is_new_r);
/* A table of struct ingest_sum by account, kind, set and time, which ends the
 * finding. */
void ingest_table_sort(struct ingest_table *table);
void ingest_table_fini(struct ingest_table *table);

/* ---- a batch -------------------------------------------------------------------- */
enum ingest_sum_kind { INGEST_TALLY, INGEST_METRIC, INGEST_FLOW };
/* Counts that are written once for all messages of the batch. */
struct ingest_sum {
	int64_t account_id;
	int64_t kind;
	int64_t set_id;      /* of a tally as store_tally has it */
	int64_t identity_id; /* of a metric */
	int64_t at_sec;      /* the beginning of what it is counted by */
	/* a tally's: sent, eligible, bounces, complaints, rejected; the kinds of
	 * flow; a metric's first is its recipients */
	int64_t numbers[6];
};
/* An account, a set or a tenant, as far as it is known. */
struct ingest_counted {
	int64_t kind; /* enum store_counted_kind */
	int64_t id;
	bool is_there;
	struct store_counted row;
};

struct ingest_batch {
	struct store *store;
	const struct conf *conf;
	int64_t now_sec;
	struct arena *arena;
	struct store_message *list; /* to be written */
	size_t count, size;
	struct ingest_record *rejected; /* the same */
	size_t rejected_count, rejected_size;
	size_t bytes; /* of the lines that were taken */
	struct ingest_table sums, counted;
	int64_t messages;
};

enum sg_err ingest_batch_init(struct ingest_batch *batch, struct store *store,
    const struct conf *conf, int64_t now_sec, struct err *err_r);
void ingest_batch_fini(struct ingest_batch *batch);
/* Takes one line; asks nothing of the store. SG_INVALID: it is none. */
enum sg_err ingest_line(struct ingest_batch *batch, const char *line,
    size_t len, struct err *err_r);
/* Writes what was taken, and what it adds up to, within a transaction of store_begin:
 * once. Nothing of accounts that are gone. Sums are sorted afterwards. */
enum sg_err ingest_batch_write(struct ingest_batch *batch, struct err *err_r);

/* The account, set or tenant; NULL: there is none such. */
enum sg_err ingest_batch_find(struct ingest_batch *batch,
    enum store_counted_kind kind, int64_t id,
    const struct store_counted **found_r, struct err *err_r);
/* Adds to the tallies of the message's account, its set and its tenant. tally: the
 * numbers alone. */
enum sg_err ingest_batch_count(struct ingest_batch *batch,
    const struct store_message *message, const struct store_tally *tally,
    struct err *err_r);

/* ---- what follows from a message ----------------------------------------------------- */
/* The addresses, one a line; of the arena. NULL: no memory. */
char *ingest_addresses(struct arena *arena, const char *recipients);
bool ingest_has_dropped(const char *recipients);
/* Bounce and Complaint of the recipients that the suppression list held back. */
enum sg_err ingest_put_dropped(struct ingest_batch *batch,
    const struct store_message *message, struct err *err_r);
/* The whole Send event: written, counted, handed to those who listen. */
enum sg_err ingest_put_send(struct ingest_batch *batch,
    const struct store_message *message, struct err *err_r);
enum sg_err ingest_put_rejected(struct ingest_batch *batch,
    const struct ingest_record *record, struct err *err_r);
/* What waited for the message. */
enum sg_err ingest_settle(struct ingest_batch *batch,
    const struct store_message *message, struct err *err_r);

#endif
