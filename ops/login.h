/* Logins: SASL names of an existing mail setup, attached to an account. Knows no
 * passwords: those stay with the mail setup. */
#ifndef SENDWARD_OPS_LOGIN_H
#define SENDWARD_OPS_LOGIN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

/* name: 1 to 255 bytes without blanks and control characters, UTF-8, taken as it
 * is (case counts). SG_EXISTS: it is a login or credential, of whatever
 * account. */
enum sg_err login_add(struct store *store, const char *account,
    const char *name, int64_t now_sec, struct err *err_r);
enum sg_err login_remove(struct store *store, const char *account,
    const char *name, struct err *err_r);

/* account NULL: all. `account` of the callback is the owner's name. */
typedef bool login_list_fn(
    void *ctx, const char *account, const struct store_login *row);
enum sg_err login_list(struct store *store, const char *account,
    login_list_fn *fn, void *ctx, struct err *err_r);

#endif
