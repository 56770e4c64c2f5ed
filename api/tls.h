/* Certificate and key of the API's TLS: read, and looked at before they are
 * used, so that what is wrong with them is said in words. */
#ifndef SENDWARD_API_TLS_H
#define SENDWARD_API_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct conf;

struct api_tls {
	bool is_on;
	unsigned char *certificate; /* PEM, terminated */
	unsigned char *key;
	size_t certificate_len, key_len;
};

/* By api.tls_certificate_file and api.tls_key_file; both empty: no TLS. SG_INVALID
 * or SG_IO names the option, the file and what is wrong. */
enum sg_err api_tls_load(
    const struct conf *conf, struct api_tls *tls_r, struct err *err_r);
/* Overwrites the key. */
void api_tls_fini(struct api_tls *tls);

#endif
