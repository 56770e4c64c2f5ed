/* A snapshot: when what is loaded. Packs nothing itself (snapshot_content.h does),
 * reads no rows (snapshot_rows.c, snapshot_late.c, snapshot_follow.c) and looks nothing
 * up (snapshot_look.c). */
#include "config.h"

#include "ops/snapshot.h"

#include <stdlib.h>

#include "ops/handles.h"
#include "ops/snapshot_parts.h"
#include "store/store.h"

enum sg_err
snapshot_new(int parts, struct snapshot **snapshot_r, struct err *err_r)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	pthread_rwlockattr_t attr;

	*snapshot_r = s;
	if (s == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for the snapshot");
	s->parts = parts;
	(void)pthread_rwlockattr_init(&attr);
	(void)pthread_rwlockattr_setkind_np(
	    &attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	(void)pthread_rwlock_init(&s->lock, &attr);
	(void)pthread_rwlockattr_destroy(&attr);
	return SG_OK;
}

void
snapshot_free(struct snapshot **snapshot)
{
	struct snapshot *s = *snapshot;

	*snapshot = NULL;
	if (s == NULL)
		return;
	snapshot_late_end(s);
	snapshot_content_free(&s->content);
	handles_free(&s->handles);
	(void)pthread_rwlock_destroy(&s->lock);
	free(s);
}

enum sg_err
snapshot_set_store(struct snapshot *s, const char *url, struct err *err_r)
{
	handles_free(&s->handles);
	return handles_new(url, &s->handles, err_r);
}

/* Builds a new content beside the old one and swaps. What is many is not in it: until
 * that is loaded, the store is asked. The position is taken before
 * the first row is read, so changes made meanwhile are seen again later. */
static enum sg_err
reload(struct snapshot *s, struct store *store, struct err *err_r)
{
	struct store_position position = {0, 0};
	struct loader l = {
	    .snapshot = s, .is_hidden = true, .store = store, .err_r = err_r};
	struct snapshot_content *old;
	enum sg_err code;
	bool gap;

	code = store_changes(store, &position, NULL, NULL, &gap, err_r);
	if (code != SG_OK)
		return code;
	l.content = snapshot_content_new();
	if (l.content == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for the snapshot");
	code = snapshot_load(&l);
	if (code != SG_OK) {
		snapshot_content_free(&l.content);
		return code;
	}
	(void)pthread_rwlock_wrlock(&s->lock);
	old = s->content;
	s->content = l.content;
	(void)pthread_rwlock_unlock(&s->lock);
	snapshot_content_free(&old);
	s->position = position;
	snapshot_late_end(s);
	return SG_OK;
}

static enum sg_err
catch_up_or_reload(struct snapshot *s, struct store *store, struct err *err_r)
{
	bool gap = true;
	enum sg_err code = SG_OK;

	if (s->content != NULL)
		code = snapshot_follow(s, store, &gap, err_r);
	if (code == SG_OK && gap)
		code = reload(s, store, err_r);
	return code;
}

/* A server that is cut off, or hangs, tells of no change either: that none was told
 * of counts for so long. */
#define ASK_MSEC 1000

/* *asked_r: the store has answered. */
static enum sg_err
refresh(struct snapshot *s, struct store *store, int64_t now_msec,
    bool *asked_r, struct err *err_r)
{
	bool changed;
	enum sg_err code = store_maybe_changed(store, &changed, err_r);

	*asked_r = false;
	if (code != SG_OK || (!changed && !s->is_behind && s->content != NULL &&
				 now_msec - s->refreshed_msec < ASK_MSEC))
		return code;
	*asked_r = true;
	/* the store tells of a change only once */
	s->is_behind = true;
	code = catch_up_or_reload(s, store, err_r);
	s->is_behind = code != SG_OK;
	return code;
}

enum sg_err
snapshot_refresh(struct snapshot *snapshot, struct store *store,
    int64_t now_mono_msec, struct err *err_r)
{
	bool asked;
	enum sg_err code =
	    refresh(snapshot, store, now_mono_msec, &asked, err_r);

	if (code != SG_OK)
		return code;
	if (asked) {
		(void)pthread_rwlock_wrlock(&snapshot->lock);
		snapshot->refreshed_msec = now_mono_msec;
		(void)pthread_rwlock_unlock(&snapshot->lock);
	}
	return snapshot_late_step(snapshot, store, err_r);
}

void
snapshot_doubt(struct snapshot *snapshot)
{
	snapshot->is_behind = true;
}

bool
snapshot_is_loading(const struct snapshot *snapshot)
{
	return snapshot->late.parts != 0;
}
