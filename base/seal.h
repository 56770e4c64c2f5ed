/* Secrets at rest: AES-256-GCM under the master key, and keys derived from it.
 * Knows nothing of what it seals. */
#ifndef SENDWARD_BASE_SEAL_H
#define SENDWARD_BASE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

#define SEAL_KEY_BYTES 32
/* version 1 byte, nonce 12, tag 16 */
#define SEAL_OVERHEAD_BYTES 29

struct seal;

/* How many keys the file may have: the first seals, all of them open. */
#define SEAL_KEYS_MAX 4

/* Reads the master key: a file of exactly 32 raw bytes, or 64 hex digits and an
 * optional newline; further keys are further lines, "+" before the digits of one
 * that will seal, "-" before those of one that did. The mode must not let group or others read it (SG_INVALID names
 * the mend). The handle is read-only afterwards and shared by all threads. */
enum sg_err seal_open(
    const char *path, struct seal **seal_r, struct err *err_r);

/* A new file that its owner alone may read (0400), on the disk when it returns;
 * nothing is left of it on failure. what: such as "master key", for errors. like:
 * root gives it to the owner of that file, if there is one; may be NULL.
 * SG_EXISTS: it is there, and stays as it is. */
enum sg_err seal_write_file(const char *what, const char *path,
    const void *data, size_t len, const char *like, struct err *err_r);

/* Creates the file (0400, 32 random bytes); SG_EXISTS when it is there. */
enum sg_err seal_create_file(const char *path, struct err *err_r);

size_t seal_count(const struct seal *seal);
bool seal_has_next(const struct seal *seal);

/* The file's keys changed, by a new file in its place, owner kept; handles that are
 * open keep theirs. add: a new one that only opens at first (SG_EXISTS: there is one,
 * or too many). turn: that one seals from now on, the one of before is former
 * (SG_MISSING: there is none). drop: former ones go. */
enum sg_err seal_file_add(const char *path, struct err *err_r);
enum sg_err seal_file_turn(const char *path, struct err *err_r);
enum sg_err seal_file_drop(const char *path, struct err *err_r);

/* Overwrites and frees the key. */
void seal_free(struct seal **seal);

/* Seals len bytes; `context` (such as "dkim.key" or "credential.secret") is
 * bound as additional data, so that a blob cannot be moved to another place.
 * *blob_r has len + SEAL_OVERHEAD_BYTES bytes, malloc'ed. */
enum sg_err seal_wrap(const struct seal *seal, const char *context,
    const void *data, size_t len, unsigned char **blob_r, size_t *blob_len_r,
    struct err *err_r);

/* The opposite. *data_r is malloc'ed, NUL-terminated after *len_r bytes; clear
 * it with seal_wipe_free. SG_CRYPTO: wrong key, wrong context or damaged. */
enum sg_err seal_unwrap(const struct seal *seal, const char *context,
    const void *blob, size_t blob_len, unsigned char **data_r, size_t *len_r,
    struct err *err_r);

/* The same secret under the first key. *blob_r NULL: it is already. */
enum sg_err seal_renew(const struct seal *seal, const char *context,
    const void *blob, size_t blob_len, unsigned char **blob_r,
    size_t *blob_len_r, struct err *err_r);

/* 32 bytes derived from a key (below seal_count) by HKDF-SHA256 (RFC 5869) for
 * `label`. */
enum sg_err seal_derive(const struct seal *seal, size_t which,
    const char *label, unsigned char key_r[SEAL_KEY_BYTES], struct err *err_r);

/* OPENSSL_cleanse, then free; NULL is fine; sets *data to NULL. */
void seal_wipe_free(unsigned char **data, size_t len);

#endif
