/* What the files of the snapshot share. Inside ops. */
#ifndef SENDWARD_OPS_SNAPSHOT_PARTS_H
#define SENDWARD_OPS_SNAPSHOT_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "ops/snapshot_content.h"
#include "store/store.h"

struct handles;

/* What is many: identities and suppressions, loaded a page at a time into a content
 * that nobody sees. Changes go there, too, so that it is right when it is whole. */
struct snapshot_late {
	struct snapshot_content *content; /* NULL: nothing is being loaded */
	int parts;                        /* not whole yet */
	int64_t after_identity;
	int64_t after_account;
	char after_address[RULES_ADDRESS_MAX + 1];
};

struct snapshot {
	int parts;
	struct handles *handles; /* NULL: nothing can be asked */
	int64_t said_msec;       /* that asking failed; atomic; 0 never */
	/* Guards content and refreshed_msec; the refreshing thread alone uses
	 * the rest. Writers come first, or readers that never pause could keep a
	 * snapshot stale. */
	pthread_rwlock_t lock;
	struct snapshot_content *content; /* NULL: not loaded yet */
	int64_t refreshed_msec;
	struct store_position position;
	bool is_behind; /* the last refresh failed half-way */
	struct snapshot_late late;
	size_t filter_most; /* of hashes: then the filter is made anew */
};

/* One refresh under way. Rows go into `content`: the one that readers see, or a
 * new one that nobody sees yet (is_hidden). */
struct loader {
	struct snapshot *snapshot;
	struct snapshot_content *content;
	bool is_hidden;
	struct store *store;
	enum sg_err failed;
	struct err *err_r;
};

/* Around each write to l->content. */
void snapshot_write_begin(struct loader *l);
void snapshot_write_end(struct loader *l);
/* Notes how a row went; true: go on. */
bool snapshot_noted(struct loader *l, bool done);

/* Rows into tables (snapshot_rows.c): callbacks of the store with a struct loader as
 * ctx. */
bool snapshot_put_account(void *ctx, const struct store_account *row);
bool snapshot_put_login(void *ctx, const struct store_login *row);
bool snapshot_put_credential(void *ctx, const struct store_credential *row);
bool snapshot_put_identity(void *ctx, const struct store_identity *row);
struct store_set;
struct store_tenant;
bool snapshot_put_set(void *ctx, const struct store_set *row);
bool snapshot_put_tenant(void *ctx, const struct store_tenant *row);
/* Who has brakes: few rows, so all of them. */
enum sg_err snapshot_put_brakes(struct loader *l);
/* account_id 0: all, into an empty table. */
enum sg_err snapshot_put_grants(struct loader *l, int64_t account_id);
/* All that is loaded at once. */
enum sg_err snapshot_load(struct loader *l);

/* Follows what changed since s->position (snapshot_follow.c). *gap_r: everything is to
 * be loaded anew. */
enum sg_err snapshot_follow(
    struct snapshot *s, struct store *store, bool *gap_r, struct err *err_r);

/* Loading bit by bit (snapshot_late.c). end: what was under way is forgotten; the next
 * step begins with what is missing. */
void snapshot_late_end(struct snapshot *s);
/* Where a change to an identity goes: what readers see, or what is being loaded. */
struct loader snapshot_late_identities(const struct loader *l);
bool snapshot_late_suppress(
    struct loader *l, int64_t account_id, const char *address);
/* Some pages of what is missing, or of a filter that is full. Nothing when there is
 * nothing to do. */
enum sg_err snapshot_late_step(
    struct snapshot *s, struct store *store, struct err *err_r);

#endif
