/* Sealed secrets open with the right key and context and in no other way. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/sendward-test-seal-XXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static void
write_key(const char *data, size_t len, mode_t mode)
{
	FILE *file;

	(void)unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static struct seal *
seal_of(const char *raw)
{
	struct seal *seal = NULL;
	struct err err = {0};

	write_key(raw, SEAL_KEY_BYTES, 0400);
	assert_int_equal(seal_open(path, &seal, &err), SG_OK);
	assert_non_null(seal);
	return seal;
}

#define HEX_KEY                                                                \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1F"
#define KEY_A "0123456789abcdef0123456789abcdef"
#define KEY_B "0123456789abcdef0123456789abcdeX"

#define LINES(text) text, sizeof(text) - 1

static const struct {
	const char *name, *data;
	size_t len;
	mode_t mode;
	enum sg_err rc;
	const char *text; /* part of the error */
} files[] = {
    {"raw", KEY_A, 32, 0400, SG_OK, NULL},
    {"raw, owner may write", KEY_A, 32, 0600, SG_OK, NULL},
    {"hex", HEX_KEY, 64, 0400, SG_OK, NULL},
    {"hex and new line", HEX_KEY "\n", 65, 0400, SG_OK, NULL},
    {"empty", "", 0, 0400, SG_INVALID, "has 0 bytes"},
    {"31 bytes", KEY_A, 31, 0400, SG_INVALID, "has 31 bytes"},
    {"33 bytes", KEY_A "\n", 33, 0400, SG_INVALID, "has 33 bytes"},
    {"65 hex digits", HEX_KEY "0", 65, 0400, SG_INVALID, "has 65 bytes"},
    {"66 bytes", HEX_KEY "\r\n", 66, 0400, SG_INVALID, "has 66 bytes"},
    {"no hex", "x" HEX_KEY, 64, 0400, SG_INVALID, "byte 1 is no hex digit"},
    {"several", LINES(HEX_KEY "\n-" HEX_KEY "\n+" HEX_KEY "\n"), 0400, SG_OK,
	NULL},
    {"the last without a new line", LINES(HEX_KEY "\n-" HEX_KEY), 0400, SG_OK,
	NULL},
    {"no mark", LINES(HEX_KEY "\n" HEX_KEY "0\n"), 0400, SG_INVALID,
	"line 2 begins with neither"},
    {"a mark on the first", LINES("+" HEX_KEY "\n"), 0400, SG_INVALID,
	"byte 1 is no hex digit"},
    {"half a second one", LINES(HEX_KEY "\n-" KEY_A "\n"), 0400, SG_INVALID,
	"has 99 bytes"},
    {"an empty line", LINES(HEX_KEY "\n\n"), 0400, SG_INVALID, "has 66 bytes"},
    {"five",
	LINES(HEX_KEY "\n-" HEX_KEY "\n-" HEX_KEY "\n-" HEX_KEY "\n-" HEX_KEY
		      "\n"),
	0400, SG_INVALID, "bytes"},
    {"group reads", KEY_A, 32, 0440, SG_INVALID, "chmod 0400"},
    {"others read", KEY_A, 32, 0404, SG_INVALID, "has mode 0404"},
    {"group writes", KEY_A, 32, 0420, SG_INVALID, "chmod 0400"},
};

static void
files_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct seal *seal = NULL;
		struct err err = {0};
		enum sg_err rc;

		write_key(files[i].data, files[i].len, files[i].mode);
		rc = seal_open(path, &seal, &err);
		if (rc != files[i].rc)
			fail_msg(
			    "%s: %s %s", files[i].name, err_name(rc), err.text);
		assert_true((rc == SG_OK) == (seal != NULL));
		if (files[i].text != NULL &&
		    (strstr(err.text, files[i].text) == NULL ||
			strstr(err.text, path) == NULL))
			fail_msg("%s: %s", files[i].name, err.text);
		seal_free(&seal);
		assert_null(seal);
	}
}

static void
a_missing_key_is_created_once(void **state)
{
	struct seal *seal = NULL;
	struct err err = {0};
	struct stat st;

	(void)state;
	(void)unlink(path);
	assert_int_equal(seal_open(path, &seal, &err), SG_MISSING);
	assert_non_null(
	    strstr(err.text, "create it with: sendwardctl db migrate"));
	assert_int_equal(seal_open("/tmp", &seal, &err), SG_INVALID);
	assert_int_equal(seal_create_file(path, &err), SG_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 32);
	assert_int_equal(st.st_mode & 07777, 0400);
	assert_int_equal(seal_create_file(path, &err), SG_EXISTS);
	assert_int_equal(seal_open(path, &seal, &err), SG_OK);
	seal_free(&seal);
	assert_int_equal(seal_create_file("/nonexistent/key", &err), SG_IO);
}

static void
what_was_sealed_opens(void **state)
{
	struct seal *seal = seal_of(KEY_A);
	char text[5000];

	(void)state;
	memset(text, 'k', sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len += 500) {
		unsigned char *blob = NULL, *again = NULL, *data = NULL;
		size_t blob_len, again_len, data_len;

		assert_int_equal(seal_wrap(seal, "dkim.key", text, len, &blob,
				     &blob_len, NULL),
		    SG_OK);
		assert_int_equal(blob_len, len + SEAL_OVERHEAD_BYTES);
		assert_int_equal(seal_wrap(seal, "dkim.key", text, len, &again,
				     &again_len, NULL),
		    SG_OK);
		assert_memory_not_equal(blob, again, blob_len);
		assert_int_equal(seal_unwrap(seal, "dkim.key", blob, blob_len,
				     &data, &data_len, NULL),
		    SG_OK);
		assert_int_equal(data_len, len);
		assert_memory_equal(data, text, len);
		assert_int_equal(data[len], 0);
		seal_wipe_free(&data, data_len);
		assert_null(data);
		free(blob);
		free(again);
	}
	seal_free(&seal);
}

static void
refuse(const struct seal *seal, const char *context, const unsigned char *blob,
    size_t len)
{
	unsigned char *data = NULL;
	size_t data_len;
	struct err err = {0};

	assert_int_equal(
	    seal_unwrap(seal, context, blob, len, &data, &data_len, &err),
	    SG_CRYPTO);
	assert_null(data);
	assert_int_equal(data_len, 0);
	assert_null(strstr(err.text, "secret!"));
	assert_non_null(strstr(err.text, context));
}

static void
nothing_else_opens(void **state)
{
	struct seal *seal = seal_of(KEY_A), *other = seal_of(KEY_B);
	unsigned char *blob = NULL;
	size_t len;

	(void)state;
	assert_int_equal(
	    seal_wrap(seal, "dkim.key", "secret!", 7, &blob, &len, NULL),
	    SG_OK);
	refuse(other, "dkim.key", blob, len);
	refuse(seal, "credential.secret", blob, len);
	refuse(seal, "dkim.ke", blob, len);
	refuse(seal, "", blob, len);
	for (size_t i = 0; i < len; i++)
		refuse(seal, "dkim.key", blob, i);
	for (size_t i = 0; i < len * 8; i++) {
		blob[i / 8] ^= (unsigned char)(1 << i % 8);
		refuse(seal, "dkim.key", blob, len);
		blob[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	free(blob);
	seal_free(&seal);
	seal_free(&other);
}

static void
derived_keys_differ_by_label(void **state)
{
	/* Computed apart, by python3's hmac with the steps of RFC 5869. */
	static const unsigned char known[SEAL_KEY_BYTES] = {0x36, 0xa2, 0x96,
	    0xfc, 0x54, 0x84, 0x85, 0x49, 0x6e, 0x00, 0x8d, 0xc7, 0x00, 0x68,
	    0x24, 0x95, 0xf3, 0x5e, 0x37, 0x6e, 0x58, 0xae, 0xde, 0x9e, 0x39,
	    0xdb, 0x48, 0x8a, 0x71, 0x3c, 0x19, 0x29};
	struct seal *seal = seal_of(KEY_A);
	unsigned char a[SEAL_KEY_BYTES], b[SEAL_KEY_BYTES];
	char label[400];

	(void)state;
	assert_int_equal(seal_derive(seal, 0, "return-path", a, NULL), SG_OK);
	assert_memory_equal(a, known, sizeof(known));
	assert_int_equal(seal_derive(seal, 0, "other", b, NULL), SG_OK);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, KEY_A, sizeof(a));
	memset(label, 'x', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	assert_int_equal(seal_derive(seal, 0, label, a, NULL), SG_INVALID);
	seal_free(&seal);
}

static void
too_much_is_refused(void **state)
{
	struct seal *seal = seal_of(KEY_A);
	unsigned char *blob;
	size_t len;

	(void)state;
	assert_int_equal(
	    seal_wrap(seal, "x", "", SIZE_MAX, &blob, &len, NULL), SG_INVALID);
	assert_null(blob);
	seal_free(&seal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_are_checked),
	    cmocka_unit_test(a_missing_key_is_created_once),
	    cmocka_unit_test(what_was_sealed_opens),
	    cmocka_unit_test(nothing_else_opens),
	    cmocka_unit_test(derived_keys_differ_by_label),
	    cmocka_unit_test(too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
