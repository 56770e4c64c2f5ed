/* The configuration in force: loaded once, never changed, shared by count.
 * Does not apply anything. */
#ifndef SENDWARD_CONF_CONF_H
#define SENDWARD_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include "base/err.h"
#include "conf/options.h"

#define CONF_DEFAULT_PATH SW_SYSCONFDIR "/sendward/sendward.conf"

enum conf_mode { CONF_MODE_ENFORCE, CONF_MODE_MONITOR };
enum conf_suppressed { CONF_SUPPRESSED_ACCEPT, CONF_SUPPRESSED_REJECT };
enum conf_simulator_aws { CONF_SIMULATOR_AWS_NO, CONF_SIMULATOR_AWS_YES };
enum conf_journal_sync { CONF_JOURNAL_SYNC_NO, CONF_JOURNAL_SYNC_YES };
enum conf_milter_quota { CONF_MILTER_QUOTA_NO, CONF_MILTER_QUOTA_YES };
enum conf_private_addresses { CONF_PRIVATE_REFUSE, CONF_PRIVATE_ALLOW };
enum conf_log_level {
	CONF_LOG_DEBUG,
	CONF_LOG_INFO,
	CONF_LOG_WARN,
	CONF_LOG_ERROR
};

struct daemon_settings;

struct conf_network {
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned prefix_bits;      /* 0..128, of the 16 bytes */
	char account[65];
};

/* One field per row of CONF_OPTIONS: STRING is char *, INT is int64_t, ENUM is
 * int (index of the choice). */
struct conf {
#define CONF_FIELD_STRING(field) char *field;
#define CONF_FIELD_INT(field) int64_t field;
#define CONF_FIELD_ENUM(field) int field;
#define X(path, field, type, least, most, choices, def, help)                  \
	CONF_FIELD_##type(field)
	CONF_OPTIONS(X)
#undef X
	struct conf_network *networks;
	size_t network_count;
	int refs; /* atomic; conf_ref and conf_unref only */
};

/* Reads and checks a file. On SG_INVALID the text is "FILE:LINE: option: what
 * is wrong; the fix" (an unknown option is answered with the nearest known name). Thread rule:
 * *conf_r is immutable; any thread may read it while it holds a reference. */
enum sg_err conf_load(
    const char *path, struct conf **conf_r, struct err *err_r);

/* Defaults alone (for tests); bounce_domain is "bounce.test". NULL: no memory */
struct conf *conf_new_defaults(void);

struct conf *conf_ref(struct conf *conf);
void conf_unref(struct conf **conf);

/* What the daemon skeleton needs of it; listens is the program's own socket. */
void conf_daemon_settings(const struct conf *conf, const char *listens,
    struct daemon_settings *settings_r);

/* "192.0.2.1:8025", "[2001:db8::1]:8025" (api.listen). SG_INVALID says how to
 * write it. */
enum sg_err conf_listen_address(const char *text,
    struct sockaddr_storage *addr_r, socklen_t *len_r, struct err *err_r);

/* "0.5" is 0.005 (the thresholds of reputation). False: no percentage. */
bool conf_percent(const char *text, double *fraction_r);

#define CONF_SERVER_TEXT_MAX 56
struct conf_server {
	char text[CONF_SERVER_TEXT_MAX]; /* "192.0.2.53@53", "::1@5353" */
	struct sockaddr_storage addr;
	socklen_t len;
};
/* The next name server of a list of ADDRESS or ADDRESS@PORT (dns.servers,
 * dkim.update_server); *list moves behind it. False: the end (err_r->code is
 * SG_OK), or a word that is none (SG_INVALID names it). */
bool conf_server_next(
    const char **list, struct conf_server *server_r, struct err *err_r);

/* The next network of a list of ADDRESS or ADDRESS/BITS (api.proxies); *list moves
 * behind it. False: the end (*problem_r is NULL), or a word that is none (*problem_r
 * says what is wrong, static text). */
bool conf_network_next(
    const char **list, struct conf_network *network_r, const char **problem_r);

/* address: 16 bytes, IPv4 mapped. */
bool conf_network_has(
    const struct conf_network *network, const unsigned char address[16]);

/* The account that owns a client address (16 bytes, IPv4 mapped), longest
 * prefix first; NULL when none. Owned by conf. */
const char *conf_account_of_address(
    const struct conf *conf, const unsigned char address[16]);

/* Writes what is in force as a file that conf_load reads back. No secrets are
 * in it. With a JSON flag: one JSON object with the option paths as keys. */
void conf_dump(const struct conf *conf, FILE *out);
enum sg_err conf_dump_json(const struct conf *conf, FILE *out);
/* The option `store` as others may see it: without a password. malloc'ed; NULL: no
 * memory. */
char *conf_store_shown(const char *url);

#endif
