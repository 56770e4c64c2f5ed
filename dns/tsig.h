/* TSIG keys as files have them. Pure but for the file that is read. */
#ifndef SENDWARD_DNS_TSIG_H
#define SENDWARD_DNS_TSIG_H

#include <stddef.h>
#include "base/err.h"

#define TSIG_LINE_MAX 1024

struct tsig_key {
	char algorithm[32];         /* "hmac-sha256." */
	char name[256];             /* without a final dot */
	char secret[TSIG_LINE_MAX]; /* base64 */
};

/* "ALGORITHM:NAME:BASE64" with one final newline or none; the algorithm is
 * hmac-sha256 or hmac-sha512. The text carries no secret. */
enum sg_err tsig_key_parse(
    const char *line, struct tsig_key *key_r, struct err *err_r);

/* From a file that neither group nor others may read. Wipe it after use. */
enum sg_err tsig_key_read(
    const char *path, struct tsig_key *key_r, struct err *err_r);
void tsig_key_wipe(struct tsig_key *key);

#endif
