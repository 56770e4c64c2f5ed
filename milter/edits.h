/* What is to be changed in an accepted message: a list that is made first and
 * applied afterwards, so that a whole message can be tested without an MTA. Does
 * not talk to the MTA. */
#ifndef SENDWARD_MILTER_EDITS_H
#define SENDWARD_MILTER_EDITS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum edit_kind {
	EDIT_SENDER,           /* value: the new path */
	EDIT_DELETE_RECIPIENT, /* value: the path as the MTA said it */
	EDIT_DELETE_HEADER,    /* the index-th (from 1) of that name */
	EDIT_INSERT_HEADER,    /* before the index-th (from 0) of all fields */
};

struct edit {
	enum edit_kind kind;
	size_t index;
	char *name;
	char *value;
};

struct edits {
	struct arena *arena; /* holds the list and the strings */
	struct edit *list;   /* to be applied in this order */
	size_t count, size;
	bool failed; /* no memory: the list is not whole */
};

void edits_init(struct edits *edits, struct arena *arena);

/* Each copies its strings. On failure `failed` is set: look once, at the end. */
void edits_sender(struct edits *edits, const char *path);
void edits_delete_recipient(struct edits *edits, const char *path);
void edits_delete_header(
    struct edits *edits, const char *name, size_t occurrence);
void edits_insert_header(
    struct edits *edits, size_t index, const char *name, const char *value);

#endif
