/* What the .c files of conf/ share: the option table as data, the file that is
 * being loaded, checks. Not for other folders. */
#ifndef SENDWARD_CONF_PARTS_H
#define SENDWARD_CONF_PARTS_H

#include <libconfig.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "conf/conf.h"

#define CONF_MAX_FILE_BYTES (1024 * 1024)

enum conf_type { CONF_TYPE_STRING, CONF_TYPE_INT, CONF_TYPE_ENUM };

/* A row of CONF_OPTIONS; its value is at `offset` of struct conf. */
struct conf_option {
	const char *path;
	enum conf_type type;
	int64_t least, most;
	const char *choices;
	const char *def;
	const char *help;
	size_t offset;
};

extern const struct conf_option conf_table[];
extern const size_t conf_table_len;

/* The value's place in conf; the caller knows the type. */
char **conf_string_at(struct conf *conf, const struct conf_option *option);
int64_t *conf_int_at(struct conf *conf, const struct conf_option *option);
int *conf_enum_at(struct conf *conf, const struct conf_option *option);

/* NULL: no such path. */
const struct conf_option *conf_option_find(const char *path);

/* Is it the first part of a path, such as "milter"? */
bool conf_is_group(const char *name);

/* The known path (option, group or "networks") that resembles it most. */
const char *conf_nearest(const char *path);

/* Index of the choice, -1 when it is none. */
int conf_choice_index(const struct conf_option *option, const char *name);

/* The name of choice number `index`, *len_r bytes, not terminated. */
const char *conf_choice_name(
    const struct conf_option *option, int index, size_t *len_r);

/* What is wrong with a string option's value and the fix, or NULL. */
const char *conf_check_string(
    const struct conf_option *option, const char *value);

/* 1 to 65535 in digits; 0: it is none. */
in_port_t conf_port_parse(const char *text);

/* What does not go together: the fix, and *option_r, the option to blame. NULL:
 * nothing. */
const char *conf_check_whole(const struct conf *conf, const char **option_r);

/* The file that is being loaded. */
struct conf_source {
	const char *path;
	char *text; /* malloc'ed, NUL-terminated */
	size_t len;
};

/* Reads the file whole and refuses what libconfig would misread in silence:
 * numbers that do not fit, NUL bytes, @include. The caller frees text, also
 * after an error. */
enum sg_err conf_source_read(
    struct conf_source *source, const char *path, struct err *err_r);

/* Fills err_r with "FILE:LINE: OPTION: TEXT" (line 0 and option NULL are left
 * out); returns SG_INVALID. */
enum sg_err conf_fault(struct err *err_r, const struct conf_source *source,
    unsigned line, const char *option, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The setting `networks` into conf. */
enum sg_err conf_networks_load(struct conf *conf,
    const struct conf_source *source, const config_setting_t *setting,
    struct err *err_r);

/* Reads "192.0.2.0/24", "2001:db8::/32" or a single address. False: *problem_r
 * says what is wrong (static text). */
bool conf_network_parse(
    const char *text, struct conf_network *network_r, const char **problem_r);

/* The opposite; IPv4 where it is. */
void conf_network_format(
    const struct conf_network *network, char *text_r, size_t size);

#endif
