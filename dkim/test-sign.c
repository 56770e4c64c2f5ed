/* dkim/sign.c: the decoded key is used, and the signatures are those of the plain
 * library, byte for byte. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/types.h>
#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable() ((void)0)
#define __lsan_enable() ((void)0)
#endif

#include <opendkim/dkim.h>

#include "base/seal.h"
#include "dkim/sign.h"

#define FIXED_TIME 1700000000U

static bool piece_at_once; /* else byte by byte, the worst streaming */
static enum dkim_canon canon = DKIM_RELAXED_RELAXED;
static struct dkim_key *rsa, *ed;
static unsigned char *rsa_pem, *ed_pem;
static size_t rsa_len, ed_len;

static const struct field {
	const char *name, *value;
} fields[] = {{"From", "A <a@a.example>"},
    {"To", "b@b.example,\n\tc@c.example"}, {"Subject", "  two   words "},
    {"Message-ID", "<1@a.example>"},
    {"Date", "Tue, 24 Nov 2026 10:00:00 +0000"}};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

static const struct body {
	const char *name;
	const char *text;
	size_t len;
	const char *leaves_as; /* NULL: as text */
} bodies[] = {{"plain", "Hello.\r\n", 8, NULL}, {"empty", "", 0, NULL},
    {"no final line end", "Hello.", 6, "Hello.\r\n"},
    {"NUL within", "a\0b\r\n", 5, NULL}, {"ends in CR", "Hi\r", 3, "Hi\r\r\n"},
    {"blank lines", "Hi\r\n\r\n\r\n", 8, NULL},
    {"8-bit", "gr\xc3\xbc\xc3\x9f\xff\r\n", 9, NULL},
    {"white space", "a \t b  \r\n \t\r\n", 13, NULL},
    {"bare LF", "\na\nb\r\nc\n\n", 9, "\r\na\r\nb\r\nc\r\n\r\n"},
    {"bare CR stays", "a\rb\r\n", 5, NULL}};
#define BODY_COUNT (sizeof(bodies) / sizeof(bodies[0]))

/* The plain library, reading the PEM itself. */
static char *
plain_dup(const unsigned char *pem, dkim_alg_t alg, const struct body *body)
{
	static const char *const oversigned[] = {"From", NULL};
	uint64_t fixed = FIXED_TIME;
	DKIM_LIB *lib = dkim_init(NULL, NULL);
	DKIM *dkim = NULL;
	DKIM_STAT status = DKIM_STAT_OK;
	unsigned char *header = NULL;
	char text[256], *out = NULL, *to = NULL;
	const char *sent =
	    body->leaves_as != NULL ? body->leaves_as : body->text;
	size_t len = 0, i = 0;
	size_t sent_len =
	    body->leaves_as != NULL ? strlen(body->leaves_as) : body->len;

	assert_non_null(lib);
	(void)dkim_options(
	    lib, DKIM_OP_SETOPT, DKIM_OPTS_FIXEDTIME, &fixed, sizeof(fixed));
	(void)dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_OVERSIGNHDRS,
	    (void *)oversigned, sizeof(oversigned[0]));
	dkim = dkim_sign(lib, (const unsigned char *)"id", NULL,
	    (dkim_sigkey_t)pem, (const unsigned char *)"s1",
	    (const unsigned char *)"a.example", DKIM_CANON_RELAXED,
	    canon == DKIM_RELAXED_SIMPLE ? DKIM_CANON_SIMPLE
					 : DKIM_CANON_RELAXED,
	    alg, -1, &status);
	assert_non_null(dkim);
	for (i = 0; i < FIELD_COUNT; i++) {
		int n = snprintf(text, sizeof(text), "%s: %s", fields[i].name,
		    fields[i].value);
		assert_int_equal(
		    dkim_header(dkim, (u_char *)text, (size_t)n), DKIM_STAT_OK);
	}
	assert_int_equal(dkim_eoh(dkim), DKIM_STAT_OK);
	if (sent_len > 0)
		assert_int_equal(
		    dkim_body(dkim, (u_char *)sent, sent_len), DKIM_STAT_OK);
	status = dkim_eom(dkim, NULL);
	if (status != DKIM_STAT_OK)
		fail_msg("%s: %s", body->name, dkim_geterror(dkim));
	assert_int_equal(
	    dkim_getsighdr_d(dkim, 16, &header, &len), DKIM_STAT_OK);
	out = calloc(1, len + 1);
	assert_non_null(out);
	to = out;
	for (i = 0; i < len; i++) {
		if (header[i] != '\r')
			*to++ = (char)header[i];
	}
	(void)dkim_free(dkim);
	dkim_close(lib);
	return out;
}

static size_t
sign(const struct dkim_sign_key *keys, size_t count, const struct body *body,
    struct dkim_signer **signer_r, const char *values[DKIM_SIGN_MAX_KEYS])
{
	size_t i = 0, made = 0;

	assert_int_equal(
	    dkim_signer_new("id", keys, count, canon, signer_r, NULL), SG_OK);
	for (i = 0; i < FIELD_COUNT; i++)
		assert_int_equal(dkim_signer_header(*signer_r, fields[i].name,
				     fields[i].value, NULL),
		    SG_OK);
	assert_int_equal(dkim_signer_end_of_headers(*signer_r, NULL), SG_OK);
	for (i = 0; piece_at_once && i < body->len; i += body->len)
		assert_int_equal(
		    dkim_signer_body(*signer_r, body->text, body->len, NULL),
		    SG_OK);
	for (i = 0; !piece_at_once && i < body->len; i++)
		assert_int_equal(
		    dkim_signer_body(*signer_r, body->text + i, 1, NULL),
		    SG_OK);
	assert_int_equal(
	    dkim_signer_finish(*signer_r, values, &made, NULL), SG_OK);
	return made;
}

static void
test_identical_and_cached(void **state)
{
	struct dkim_sign_key keys[] = {
	    {rsa, "s1", "a.example"}, {ed, "s1", "a.example"}};
	size_t i = 0;

	(void)state;
	for (i = 0; i < BODY_COUNT; i++) {
		unsigned long before = dkim_sign_cache_hits();
		const char *values[DKIM_SIGN_MAX_KEYS] = {NULL};
		struct dkim_signer *signer = NULL;
		char *plain_rsa =
		    plain_dup(rsa_pem, DKIM_SIGN_RSASHA256, &bodies[i]);
		char *plain_ed = NULL;

		/* the plain library leaks a key and 64 bytes here; what we
		 * sign below is watched */
		__lsan_disable();
		plain_ed =
		    plain_dup(ed_pem, DKIM_SIGN_ED25519SHA256, &bodies[i]);
		__lsan_enable();

		assert_int_equal(dkim_sign_cache_hits(), before);
		assert_int_equal(sign(keys, 2, &bodies[i], &signer, values), 2);
		assert_int_equal(dkim_sign_cache_hits(), before + 2);
		if (strcmp(values[0], plain_rsa) != 0)
			fail_msg("%s, in pieces", bodies[i].name);
		assert_string_equal(values[1], plain_ed);
		assert_null(strchr(values[0], '\r'));
		assert_non_null(strstr(values[0], canon == DKIM_RELAXED_SIMPLE
						      ? "c=relaxed/simple"
						      : "c=relaxed/relaxed"));
		assert_non_null(strstr(values[0], "h=From:"));
		dkim_signer_free(&signer);
		piece_at_once = !piece_at_once;
		assert_int_equal(sign(keys, 2, &bodies[i], &signer, values), 2);
		if (strcmp(values[0], plain_rsa) != 0)
			fail_msg("%s, at once", bodies[i].name);
		free(plain_rsa);
		free(plain_ed);
		dkim_signer_free(&signer);
	}
}

static void
test_simple_body(void **state)
{
	canon = DKIM_RELAXED_SIMPLE;
	test_identical_and_cached(state);
	canon = DKIM_RELAXED_RELAXED;
}

/* The operator's signature is one of its own: those beside it stay the same. */
static void
test_domains(void **state)
{
	struct dkim_sign_key keys[] = {{rsa, "s1", "a.example"},
	    {ed, "s1", "a.example"}, {rsa, "s9", "b.example"}};
	const char *values[DKIM_SIGN_MAX_KEYS], *alone[DKIM_SIGN_MAX_KEYS];
	struct dkim_signer *signer = NULL, *single = NULL;

	(void)state;
	assert_int_equal(sign(keys, 3, &bodies[0], &signer, values), 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    sign(&keys[i], 1, &bodies[0], &single, alone), 1);
		assert_string_equal(values[i], alone[0]);
		dkim_signer_free(&single);
	}
	assert_non_null(strstr(values[0], "d=a.example; s=s1;"));
	assert_non_null(strstr(values[2], "d=b.example; s=s9;"));
	dkim_signer_free(&signer);
}

static void *
sign_many(void *arg)
{
	struct dkim_sign_key key = {arg == NULL ? rsa : ed, "s1", "a.example"};
	char *first = NULL;
	int i = 0;
	bool same = true;

	for (i = 0; i < 50; i++) {
		const char *values[DKIM_SIGN_MAX_KEYS] = {NULL};
		struct dkim_signer *signer = NULL;

		(void)sign(&key, 1, &bodies[0], &signer, values);
		if (first == NULL)
			first = strdup(values[0]);
		same = same && strcmp(first, values[0]) == 0;
		dkim_signer_free(&signer);
	}
	free(first);
	return same ? NULL : &rsa;
}

static void
test_threads(void **state)
{
	pthread_t threads[6];
	void *wrong = NULL;
	size_t i = 0;

	(void)state;
	for (i = 0; i < 6; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_many,
				     i % 2 == 0 ? NULL : &ed),
		    0);
	for (i = 0; i < 6; i++) {
		(void)pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
}

static void
test_misuse(void **state)
{
	struct dkim_sign_key key = {rsa, "s1", "a.example"};
	struct dkim_signer *signer = NULL;
	const char *values[DKIM_SIGN_MAX_KEYS];
	size_t count = 9;

	(void)state;
	assert_int_equal(
	    dkim_signer_new("id", &key, 0, DKIM_RELAXED_RELAXED, &signer, NULL),
	    SG_BUG);
	assert_null(signer);
	/* no From: libopendkim refuses, nothing is handed out */
	assert_int_equal(
	    dkim_signer_new("id", &key, 1, DKIM_RELAXED_RELAXED, &signer, NULL),
	    SG_OK);
	(void)dkim_signer_header(signer, "Subject", "x", NULL);
	(void)dkim_signer_end_of_headers(signer, NULL);
	assert_int_not_equal(
	    dkim_signer_finish(signer, values, &count, NULL), SG_OK);
	assert_int_equal(count, 0);
	dkim_signer_free(&signer);
	dkim_signer_free(&signer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_identical_and_cached),
	    cmocka_unit_test(test_simple_body), cmocka_unit_test(test_domains),
	    cmocka_unit_test(test_threads), cmocka_unit_test(test_misuse)};
	int failed = 1;

	if (dkim_sign_init(NULL) != SG_OK)
		return 1;
	dkim_sign_set_time(FIXED_TIME);
	if (dkim_key_generate(DKIM_RSA_SHA256, 2048, &rsa, NULL) == SG_OK &&
	    dkim_key_generate(DKIM_ED25519_SHA256, 0, &ed, NULL) == SG_OK &&
	    dkim_key_to_pem(rsa, &rsa_pem, &rsa_len, NULL) == SG_OK &&
	    dkim_key_to_pem(ed, &ed_pem, &ed_len, NULL) == SG_OK)
		failed = cmocka_run_group_tests(tests, NULL, NULL);
	seal_wipe_free(&rsa_pem, rsa_len);
	seal_wipe_free(&ed_pem, ed_len);
	dkim_key_unref(&rsa);
	dkim_key_unref(&ed);
	dkim_sign_fini();
	return failed;
}
