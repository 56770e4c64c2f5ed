/* The list of changes to an accepted message: see edits.h. */
#include "config.h"

#include "milter/edits.h"

#include <string.h>

#include "base/arena.h"

#define EDITS_FIRST_SIZE 8

void
edits_init(struct edits *edits, struct arena *arena)
{
	memset(edits, 0, sizeof(*edits));
	edits->arena = arena;
}

/* Room for one more. The smaller list stays behind in the arena: together they
 * are no larger than the one in use. */
static bool
grow(struct edits *edits)
{
	size_t size = edits->size > 0 ? edits->size * 2 : EDITS_FIRST_SIZE;
	struct edit *list;

	if (edits->count < edits->size)
		return true;
	list = arena_alloc(edits->arena, size * sizeof(*list));
	if (list == NULL)
		return false;
	if (edits->count > 0)
		memcpy(list, edits->list, edits->count * sizeof(*list));
	edits->list = list;
	edits->size = size;
	return true;
}

static void
add(struct edits *edits, enum edit_kind kind, size_t index, const char *name,
    const char *value)
{
	struct edit edit = {.kind = kind, .index = index};

	if (name != NULL)
		edit.name = arena_strdup(edits->arena, name);
	if (value != NULL)
		edit.value = arena_strdup(edits->arena, value);
	if ((name != NULL && edit.name == NULL) ||
	    (value != NULL && edit.value == NULL) || !grow(edits)) {
		edits->failed = true;
		return;
	}
	edits->list[edits->count++] = edit;
}

void
edits_sender(struct edits *edits, const char *path)
{
	add(edits, EDIT_SENDER, 0, NULL, path);
}

void
edits_delete_recipient(struct edits *edits, const char *path)
{
	add(edits, EDIT_DELETE_RECIPIENT, 0, NULL, path);
}

void
edits_delete_header(struct edits *edits, const char *name, size_t occurrence)
{
	add(edits, EDIT_DELETE_HEADER, occurrence, name, NULL);
}

void
edits_insert_header(
    struct edits *edits, size_t index, const char *name, const char *value)
{
	add(edits, EDIT_INSERT_HEADER, index, name, value);
}
