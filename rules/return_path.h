/* The return path's token: says by itself whose message it was, and cannot be
 * forged. TOKEN = base32 (RFC 4648, lower case, no padding, any case accepted)
 * of: version 1 byte, account id 4, day 2 (since 1970), queue id bytes 1..20,
 * MAC 8. With "b-" it stays within the 64 bytes of a local part, and so it does with
 * "-LABEL" behind it (rules/pool_choice.h), by which the MTA knows what address a
 * message leaves from. The label is not under the MAC: it owns nothing. Pure: the
 * MAC function is passed in. */
#ifndef SENDWARD_RULES_RETURN_PATH_H
#define SENDWARD_RULES_RETURN_PATH_H

#include "rules/types.h"

#define RETURN_PATH_LOCAL_MAX 64
#define RETURN_PATH_QUEUE_ID_MAX 20
#define RETURN_PATH_MAC_BYTES 8

/* A keyed MAC over len bytes; fills the first RETURN_PATH_MAC_BYTES of its
 * result. False: no memory or crypto trouble. */
typedef bool return_path_mac_fn(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES]);

struct return_path {
	int64_t account_id; /* 1..2^32-1 */
	int64_t day;        /* days since 1970-01-01, 0..65535 */
	char queue_id[RETURN_PATH_QUEUE_ID_MAX + 1]; /* letters and digits */
};

/* "b-TOKEN" into local_r. False: a field is out of range, or the MAC failed. */
bool return_path_encode(const struct return_path *path, return_path_mac_fn *mac,
    void *ctx, char local_r[RETURN_PATH_LOCAL_MAX + 1]);

enum return_path_error {
	RETURN_PATH_OK,
	RETURN_PATH_FOREIGN /* no token of ours */,
	RETURN_PATH_DAMAGED,
	RETURN_PATH_FORGED,
	RETURN_PATH_MAC_FAILED
};

/* Reads a local part (any bytes, up to len), whose label is left out. The MAC is compared in constant
 * time before any field is believed. */
enum return_path_error return_path_decode(const char *local, size_t len,
    return_path_mac_fn *mac, void *ctx, struct return_path *path_r);

/* How many characters a token has. */
#define RETURN_PATH_TOKEN_MIN 26
#define RETURN_PATH_TOKEN_MAX 56

/* A path as a client says it, with or without brackets, which the MTA might read as
 * "b-TOKEN-LABEL@…" (quotes, backslashes, routes and "host!user" among it): without
 * the label into path_r, which has room for as many bytes as path. A token that is
 * none of ours is no excuse: the MTA does not look at it. False: there is none. */
bool return_path_unlabel(const char *path, char *path_r);

#endif
