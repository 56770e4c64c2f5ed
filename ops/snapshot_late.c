/* Identities and suppressions, loaded a page at a time while mail flows. Does not
 * follow changes (snapshot_follow.c does). */
#include "config.h"

#include "ops/snapshot.h"

#include <stdio.h>

#include "ops/snapshot_parts.h"
#include "store/store.h"

/* A page is read in some milliseconds; a step is so many, that changes are not kept
 * waiting, and little enough to be one that small stores are loaded with. */
#define PAGE_ROWS 4000
#define STEP_PAGES 5

/* A filter forgets nothing. With more than twice what was on the list when it was
 * made, it is made anew. */
#define FILTER_SPARE 100000

void
snapshot_late_end(struct snapshot *s)
{
	snapshot_content_free(&s->late.content);
	s->late = (struct snapshot_late){.content = NULL};
}

struct loader
snapshot_late_identities(const struct loader *l)
{
	struct snapshot *s = l->snapshot;
	struct loader to = *l;

	if (s->late.parts & SNAPSHOT_IDENTITIES) {
		to.content = s->late.content;
		to.is_hidden = true;
	}
	return to;
}

bool
snapshot_late_suppress(
    struct loader *l, int64_t account_id, const char *address)
{
	struct snapshot_late *late = &l->snapshot->late;
	bool done = true;

	if (late->parts & SNAPSHOT_SUPPRESSIONS)
		done =
		    content_put_suppression(late->content, account_id, address);
	if (!done || !(l->content->whole & SNAPSHOT_SUPPRESSIONS))
		return done;
	snapshot_write_begin(l);
	done = content_put_suppression(l->content, account_id, address);
	snapshot_write_end(l);
	return done;
}

/* ---- pages ---- */

struct page {
	struct loader loader;
	int64_t rows;
};

static bool
take_identity(void *ctx, const struct store_identity *row)
{
	struct page *page = ctx;

	page->rows++;
	page->loader.snapshot->late.after_identity = row->facts.id;
	return snapshot_put_identity(&page->loader, row);
}

static bool
take_suppressed(void *ctx, int64_t account_id, const char *address)
{
	struct page *page = ctx;
	struct snapshot_late *late = &page->loader.snapshot->late;

	page->rows++;
	late->after_account = account_id;
	(void)snprintf(late->after_address, sizeof(late->after_address), "%s",
	    address); /* longer ones are on no list: snapshot_noted */
	return snapshot_noted(&page->loader,
	    content_put_suppression(late->content, account_id, address));
}

/* Readers see it from here on. */
static void
publish(struct snapshot *s, int part)
{
	struct snapshot_content *late = s->late.content;

	(void)pthread_rwlock_wrlock(&s->lock);
	content_take(s->content, late, part);
	s->content->whole |= part;
	(void)pthread_rwlock_unlock(&s->lock);
	s->late.parts &= ~part;
	if (part == SNAPSHOT_SUPPRESSIONS)
		s->filter_most = s->content->suppressed.used * 2 + FILTER_SPARE;
	if (s->late.parts == 0)
		snapshot_late_end(s);
}

/* What changed while the last pages were read is in it when it takes the place of the
 * store's answers. */
static enum sg_err
finish(struct snapshot *s, int part, struct store *store, struct err *err_r)
{
	bool gap;
	enum sg_err code = snapshot_follow(s, store, &gap, err_r);

	if (code == SG_OK && !gap) {
		publish(s, part);
		return SG_OK;
	}
	/* the next refresh looks, whether or not the store tells of changes */
	s->is_behind = true;
	if (gap)
		snapshot_late_end(s);
	return code;
}

static enum sg_err
load_page(struct snapshot *s, struct store *store, struct err *err_r)
{
	struct snapshot_late *late = &s->late;
	struct page page = {.loader = {.snapshot = s,
				.content = late->content,
				.is_hidden = true,
				.store = store,
				.err_r = err_r}};
	int part = late->parts & SNAPSHOT_IDENTITIES ? SNAPSHOT_IDENTITIES
						     : SNAPSHOT_SUPPRESSIONS;
	char after[RULES_ADDRESS_MAX + 1];
	enum sg_err code;

	(void)snprintf(after, sizeof(after), "%s", late->after_address);
	if (part == SNAPSHOT_IDENTITIES)
		code = store_identity_page_all(store, late->after_identity,
		    PAGE_ROWS, take_identity, &page, err_r);
	else
		code = store_suppression_page_all(store, late->after_account,
		    after, PAGE_ROWS, take_suppressed, &page, err_r);
	if (code == SG_OK)
		code = page.loader.failed;
	if (code == SG_OK && page.rows < PAGE_ROWS)
		code = finish(s, part, store, err_r);
	return code;
}

/* What is to be loaded when nothing is. */
static int
missing_parts(const struct snapshot *s)
{
	int parts = s->parts & (SNAPSHOT_IDENTITIES | SNAPSHOT_SUPPRESSIONS);
	int missing = parts & ~s->content->whole;

	if ((s->content->whole & SNAPSHOT_SUPPRESSIONS) &&
	    s->content->suppressed.used > s->filter_most)
		missing |= SNAPSHOT_SUPPRESSIONS;
	return missing;
}

static bool
start(struct snapshot *s, int parts)
{
	s->late.content = snapshot_content_new();
	if (s->late.content == NULL)
		return false;
	s->late.content->key = s->content->key;
	s->late.parts = parts;
	return true;
}

enum sg_err
snapshot_late_step(struct snapshot *s, struct store *store, struct err *err_r)
{
	int parts = s->late.parts == 0 ? missing_parts(s) : 0;
	enum sg_err code = SG_OK;

	if (parts != 0 && !start(s, parts))
		return err_set(err_r, SG_NOMEM, "no memory for the snapshot");
	for (int i = 0; code == SG_OK && s->late.parts != 0 && i < STEP_PAGES;
	     i++)
		code = load_page(s, store, err_r);
	return code;
}
