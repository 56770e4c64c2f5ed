/* Secrets that are sealed, of all tables alike, to be sealed anew. Part of store.h: its
 * rules on threads, errors and lists hold here. Opens nothing. */
#ifndef SENDWARD_STORE_SEALED_H
#define SENDWARD_STORE_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct store;

enum store_sealed_kind {
	STORE_SEALED_CREDENTIAL,
	STORE_SEALED_DKIM,
	STORE_SEALED_LETTER,
	STORE_SEALED_PUBLICATION,
	STORE_SEALED_CERTIFICATE,
	STORE_SEALED_TOTP,
	STORE_SEALED_TOTP_PENDING,
	STORE_SEALED_KINDS
};

/* A private key in PEM is the longest. */
#define STORE_SEALED_MAX 16384
struct store_sealed {
	int64_t id;
	char name[129]; /* of a credential, in the place of id */
	unsigned char blob[STORE_SEALED_MAX];
	size_t len;
};
/* The first one behind row_r, which begins as zeroes: SG_MISSING at the end. Empty
 * ones are passed over. */
enum sg_err store_sealed_next(struct store *store, enum store_sealed_kind kind,
    struct store_sealed *row_r, struct err *err_r);
/* row says which, and what is in its place from now on. */
enum sg_err store_sealed_put(struct store *store, enum store_sealed_kind kind,
    const struct store_sealed *row, struct err *err_r);

#endif
