/* What is taken over from other programs: entries that their files were read into,
 * and what is shown of them. Reading comes first, as the caller's user; then the
 * store is opened. */
#ifndef SENDWARD_CTL_IMPORT_H
#define SENDWARD_CTL_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "ctl/command.h"

#define IMPORT_FILE_MAX ((size_t)64 * 1024 * 1024)
#define IMPORT_KEY_FILE_MAX ((size_t)64 * 1024)
#define IMPORT_ENTRIES_MAX 1000000
#define IMPORT_TABLE_MAX                                                       \
	20000 /* keys of one table; an account has 10,000 domains */
#define IMPORT_NOTE_MAX 400

enum import_kind {
	IMPORT_KEY,      /* of a domain, which is made when it is not there */
	IMPORT_IDENTITY, /* a domain or an address */
	IMPORT_LOGIN,    /* a SASL name */
	IMPORT_SUPPRESSION, /* an address */
	IMPORT_OTHER,       /* what was read and is none of these */
};

enum import_state {
	IMPORT_NEW,     /* to be taken, or taken */
	IMPORT_THERE,   /* is there already, and the same */
	IMPORT_REFUSED, /* not to be taken; the note says why */
};

/* As get-email-identity tells them. */
struct import_settings {
	char *mail_from; /* NULL: none */
	bool mail_from_reject, forwarding, signing;
	char *set; /* NULL: none */
};

struct import_entry {
	enum import_kind kind;
	enum import_state state;
	char *file;  /* borrowed from struct import */
	size_t line; /* 0: no line; see place */
	char *
	    place; /* NULL, or where in the file, such as ".EmailIdentities[3]" */
	char *name; /* as it was written; clean when it is to be taken */
	char *note; /* NULL, or what to know: why not, or a warning */
	/* of a key */
	char *selector, *key_text, *public_base64;
	const char *algorithm;
	int bits;
	/* of a suppression */
	int reason;
	int64_t since_sec; /* 0: now */
	/* of an identity; NULL: as identity create makes it */
	struct import_settings *settings;
};

struct import {
	struct ctl *ctl;
	struct import_entry *list;
	size_t count, room;
	char **files;
	size_t file_count;
	json_t *
	    seen; /* names of a kind that are in the list, with their numbers */
	bool failed; /* no memory, or more than IMPORT_ENTRIES_MAX */
};

struct import_at {
	const char *file;
	size_t line;
	const char *place; /* NULL */
};

void import_begin_list(struct import *in, struct ctl *ctl);
/* Private keys are overwritten. */
void import_end_list(struct import *in);

/* Reads a regular file (or "-", stdin) of at most max bytes. A pipe by name is not
 * waited for. SG_IO, SG_INVALID: the text names the file. The caller ends it by
 * input_wipe. */
enum sg_err import_read(
    const char *path, size_t max, struct buf *out, struct err *err_r);

/* What people call it. */
const char *import_label(const char *path);

/* Is the domain (or that of the address) among those of --only? Also true when there
 * are none. */
bool import_wants(const struct import *in, const char *name);

/* Each adds an entry, unless the same name of that kind was added before. What cannot
 * be taken is added as IMPORT_REFUSED with its reason. The result may be NULL; it is
 * valid until the next is added. */
struct import_entry *import_add_login(
    struct import *in, const struct import_at *at, const char *name);
struct import_entry *import_add_identity(
    struct import *in, const struct import_at *at, const char *name);
struct import_entry *import_add_suppression(struct import *in,
    const struct import_at *at, const char *address, const char *reason,
    int64_t since_sec);
/* key: a path when it begins with '/', else PEM or base64. The second key of a domain
 * and an algorithm is refused, unless it is the same. */
struct import_entry *import_add_key(struct import *in,
    const struct import_at *at, const char *domain, const char *selector,
    const char *key);
struct import_entry *import_refuse(struct import *in,
    const struct import_at *at, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Joined to what was noted before. */
void import_note(struct import *in, struct import_entry *entry,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Finds out about each entry what the store has of it, and with --apply takes those
 * that are new. An error is the store's, and what was taken before it stays. */
enum sg_err import_take(
    struct import *in, const char *account, bool is_applied, struct err *err_r);

/* Opens the store, takes, shows, and ends the list. Returns the exit status. */
int import_finish(struct import *in);

#endif
