/* A configuration file for tests: see test-file.h. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "conf/test-file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"

static char dir[] = "/tmp/sendward-test-conf-XXXXXX";
static char path[64];

int
test_file_set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/x.conf", dir);
	return 0;
}

int
test_file_tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

const char *
test_file_path(void)
{
	return path;
}

enum sg_err
test_file_load_bytes(
    const char *text, size_t len, struct conf **conf_r, struct err *err_r)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	err_r->text[0] = '\0';
	return conf_load(path, conf_r, err_r);
}

enum sg_err
test_file_load(const char *text, struct conf **conf_r, struct err *err_r)
{
	return test_file_load_bytes(text, strlen(text), conf_r, err_r);
}
