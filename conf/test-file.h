/* A configuration file for tests: written, then loaded. */
#ifndef SENDWARD_CONF_TEST_FILE_H
#define SENDWARD_CONF_TEST_FILE_H

#include <stddef.h>
#include "base/err.h"

struct conf;

/* The one line that every file must have. */
#define TEST_FILE_BOUNCE "bounce_domain = \"b.example\";\n"

/* Of a group of tests: a folder of its own. */
int test_file_set_up(void **state);
int test_file_tear_down(void **state);

/* The file's path: what the file has in it does not matter. */
const char *test_file_path(void);
/* As conf_load, of a file with this text. */
enum sg_err test_file_load_bytes(
    const char *text, size_t len, struct conf **conf_r, struct err *err_r);
enum sg_err test_file_load(
    const char *text, struct conf **conf_r, struct err *err_r);

#endif
