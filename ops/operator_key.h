/* The operator's own signing key (dkim.operator_domain): one PEM file, made once,
 * read by the milter. Signs nothing. */
#ifndef SENDWARD_OPS_OPERATOR_KEY_H
#define SENDWARD_OPS_OPERATOR_KEY_H

#include "base/err.h"
#include "dkim/key.h"
#include "dkim/record.h"

struct conf;

/* Reads dkim.operator_key_file. SG_OK with NULL when dkim.operator_domain is
 * empty. SG_MISSING: the file is not there; SG_INVALID: it can be read by group
 * or others, or holds no key (the text names the mend); SG_IO. Free with
 * dkim_key_unref. Read it before privileges are dropped: the file may be root's. */
enum sg_err operator_key_load(
    const struct conf *conf, struct dkim_key **key_r, struct err *err_r);

/* Makes the file (RSA-2048, 0400, owner as the master key's file). SG_EXISTS: it
 * is there, and is never overwritten; SG_INVALID: dkim.operator_domain is empty. */
enum sg_err operator_key_create(const struct conf *conf, struct err *err_r);

/* The record that the operator publishes for the key. record_r points into conf
 * and into *public_base64_r, which the caller frees. */
enum sg_err operator_key_record(const struct conf *conf,
    const struct dkim_key *key, struct dkim_record *record_r,
    char **public_base64_r, struct err *err_r);

#endif
