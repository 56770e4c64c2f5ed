/* Keys of messages that stand together in runs: their entries, and how a row of
 * message_chunk holds them. Internal to store/. */
#ifndef SENDWARD_STORE_RUNS_H
#define SENDWARD_STORE_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct arena;
struct buf;
struct store;

/* A key of a message; key: the account's id in network order, then the text (of no
 * NUL). Entries stand by key, then by id. */
#define RUN_ACCOUNT_BYTES 8
#define RUN_TEXT_MAX 640 /* what is longer nobody can ask for */
struct run_entry {
	const unsigned char *key;
	size_t len;
	int64_t id;
};
int run_entry_compare(const struct run_entry *a, const struct run_entry *b);

/* Entries whose keys are of the arena. */
struct run_entries {
	struct arena *arena;
	struct run_entry *list; /* malloc'ed */
	size_t count, size;
};
enum sg_err run_entries_init(struct run_entries *entries, struct err *err_r);
void run_entries_fini(struct run_entries *entries);
/* text is copied; one that is too long is left out. */
enum sg_err run_entries_add(struct run_entries *entries, int64_t account_id,
    const char *text, size_t len, int64_t id, struct err *err_r);
/* The same of one that was read. */
enum sg_err run_entries_copy(struct run_entries *entries,
    const struct run_entry *entry, struct err *err_r);
/* In their order, each once. SG_NOMEM */
enum sg_err run_entries_sort(struct run_entries *entries, struct err *err_r);

/* The bytes by which rows are found: key, a NUL, the id in network order. */
#define RUN_PLACE_MAX (RUN_ACCOUNT_BYTES + RUN_TEXT_MAX + 1 + 8)
size_t run_place(
    const struct run_entry *entry, unsigned char place_r[RUN_PLACE_MAX]);

/* ---- a row's bytes -------------------------------------------------------------- */
/* Appends an entry behind prev (NULL: it is the first): bytes that its key has in
 * common with prev's, how many follow, these, and the id, numbers by seven bits a
 * byte. */
void run_put(struct buf *bytes, const struct run_entry *prev,
    const struct run_entry *entry);
struct run_reader {
	const unsigned char *at, *end;
	unsigned char key[RUN_ACCOUNT_BYTES + RUN_TEXT_MAX];
	struct run_entry entry; /* key points into this struct */
	bool is_bad;
};
void run_reader_init(struct run_reader *reader, const void *data, size_t len);
/* False: the end, or, is_bad, bytes that are none of ours. */
bool run_reader_next(struct run_reader *reader);

/* ---- runs ------------------------------------------------------------------------ */
/* Writes sorted entries of messages of these ids, sent at the latest then. Nothing
 * when there are none. Within a transaction. */
struct run {
	int64_t id, first_id, until_msec, bytes;
};
enum sg_err run_write(struct store *store, struct run *run,
    const struct run_entries *entries, struct err *err_r);
/* See messages.h: store_message_seek, store_message_range. found: ids at or below
 * need no look. */
enum sg_err run_seek(struct store *store, int64_t account_id, const char *key,
    int64_t before_id, int64_t *found, struct err *err_r);
enum sg_err run_range(struct store *store, int64_t account_id,
    const char *prefix, int64_t from_id, int64_t before_id, int most,
    bool (*fn)(void *ctx, int64_t id), void *ctx, struct err *err_r);
/* Runs all of whose messages were sent before go; an account's entries do; at most
 * `most` rows, which *gone counts. */
enum sg_err run_purge(struct store *store, int64_t before_msec, int most,
    int64_t *gone, struct err *err_r);
enum sg_err run_forget(struct store *store, int64_t account_id, int most,
    int64_t *gone, struct err *err_r);

#endif
