/* TSIG keys as operators write them, what is said of wrong ones, and options
 * that no updater can be made of. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dns/tsig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "dns/update.h"

#define SECRET "c2VuZHdhcmQgdGVzdCBrZXkgb2YgMzIgYnl0ZXMuLi4="

/* clang-format off */
static const struct {
	const char *line, *fault;
	const char *algorithm, *name;
} lines[] = {
	{"hmac-sha256:jobd.example:" SECRET "\n", NULL, "hmac-sha256.", "jobd.example"},
	{"HMAC-SHA512:Jobd.Example.:" SECRET, NULL, "hmac-sha512.", "jobd.example"},
	{"hmac-sha256:k:" SECRET "\r\n", NULL, "hmac-sha256.", "k"},
	{"", "holds no line", NULL, NULL},
	{"\n", "holds no line", NULL, NULL},
	{"hmac-sha256", "holds no line", NULL, NULL},
	{"hmac-sha256:", "holds no line", NULL, NULL},
	{"hmac-sha256:k", "holds no line", NULL, NULL},
	{"hmac-sha384:k:" SECRET, "has an algorithm", NULL, NULL},
	{"hmac-md5:k:" SECRET, "has an algorithm", NULL, NULL},
	{"hmac-sha2567:k:" SECRET, "has an algorithm", NULL, NULL},
	{":k:" SECRET, "has an algorithm", NULL, NULL},
	{"hmac-sha256::" SECRET, "has a key name", NULL, NULL},
	{"hmac-sha256:a b:" SECRET, "has a key name", NULL, NULL},
	{"hmac-sha256:k:", "has a secret", NULL, NULL},
	{"hmac-sha256:k:not base64!", "has a secret", NULL, NULL},
	{"hmac-sha256:k:" SECRET "\nmore", "has a secret", NULL, NULL},
};
/* clang-format on */

static void
lines_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct tsig_key key;
		struct err err = {.text = ""};
		enum sg_err code = tsig_key_parse(lines[i].line, &key, &err);

		if (lines[i].fault != NULL) {
			assert_int_equal(code, SG_INVALID);
			assert_memory_equal(
			    err.text, lines[i].fault, strlen(lines[i].fault));
			assert_null(strstr(err.text, "c2Vu"));
			continue;
		}
		assert_int_equal(code, SG_OK);
		assert_string_equal(key.algorithm, lines[i].algorithm);
		assert_string_equal(key.name, lines[i].name);
		assert_string_equal(key.secret, SECRET);
	}
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
files_are_read(void **state)
{
	char path[] = "/tmp/sendward-test-tsig-XXXXXX";
	char large[2000];
	struct tsig_key key;
	struct err err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	write_file(path, "hmac-sha256:k:" SECRET "\n", 0600);
	assert_int_equal(tsig_key_read(path, &key, &err), SG_OK);
	assert_string_equal(key.name, "k");

	write_file(path, "hmac-sha256:k:" SECRET "\n", 0640);
	assert_int_equal(tsig_key_read(path, &key, &err), SG_INVALID);
	assert_non_null(strstr(err.text, "mend it with: chmod 0400 /tmp/"));

	memset(large, 'A', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	write_file(path, large, 0600);
	assert_int_equal(tsig_key_read(path, &key, &err), SG_INVALID);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(tsig_key_read(path, &key, &err), SG_IO);
	assert_int_equal(tsig_key_read("/tmp", &key, &err), SG_INVALID);
}

/* clang-format off */
static const struct {
	const char *zone, *server, *key_file, *error;
} options[] = {
	{"", "127.0.0.1", "/nowhere", "dkim.zone: "},
	{"dkim.example", "", "/nowhere", "dkim.update_server: is empty"},
	{"dkim.example", "ns.example", "/nowhere", "dkim.update_server: ns.example"},
	{"dkim.example", "127.0.0.1", "", "dkim.update_key_file: is empty"},
	{"dkim.example", "127.0.0.1", "/nowhere",
	    "dkim.update_key_file: TSIG key /nowhere: No such file"},
};
/* clang-format on */

static void
set(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	assert_non_null(*field);
}

static void
options_that_are_wrong_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct conf *conf = conf_new_defaults();
		struct dns_updater *updater = NULL;
		struct err err = {.text = ""};

		assert_non_null(conf);
		set(&conf->dkim_zone, options[i].zone);
		set(&conf->dkim_update_server, options[i].server);
		set(&conf->dkim_update_key_file, options[i].key_file);
		assert_int_not_equal(
		    dns_updater_new(conf, &updater, &err), SG_OK);
		assert_null(updater);
		assert_memory_equal(
		    err.text, options[i].error, strlen(options[i].error));
		conf_unref(&conf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_read),
	    cmocka_unit_test(files_are_read),
	    cmocka_unit_test(options_that_are_wrong_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
