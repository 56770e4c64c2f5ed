/* The key behind return-path tokens: an HMAC-SHA256 that every program of one
 * installation computes alike. Does not know what a token holds. */
#ifndef SENDWARD_OPS_RETURN_MAC_H
#define SENDWARD_OPS_RETURN_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "rules/return_path.h"

struct seal;
struct return_mac;

/* Derives keys from those of the master key's file (label "return path"): the first
 * makes tokens, all are believed. The handle is
 * read-only afterwards; any thread may use it. */
enum sg_err return_mac_new(
    const struct seal *seal, struct return_mac **mac_r, struct err *err_r);
void return_mac_free(struct return_mac **mac);

/* A return_path_mac_fn; ctx is the struct return_mac. */
bool return_mac_compute(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES]);

/* return_path_decode with each of the keys. */
enum return_path_error return_mac_decode(struct return_mac *mac,
    const char *local, size_t len, struct return_path *path_r);

#endif
