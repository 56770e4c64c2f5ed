/* dkim/key.c: what is accepted as a key, and what comes out again. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/seal.h"
#include "dkim/key.h"

static void
test_generate_sizes(void **state)
{
	static const struct {
		int bits;
		enum sg_err code;
	} rows[] = {{1024, SG_OK}, {2048, SG_OK}, {3072, SG_OK},
	    {512, SG_INVALID}, {1023, SG_INVALID}, {1025, SG_INVALID},
	    {8192, SG_INVALID}, {0, SG_INVALID}, {-1, SG_INVALID}};
	size_t i = 0;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dkim_key *key = NULL;

		assert_int_equal(dkim_key_generate(
				     DKIM_RSA_SHA256, rows[i].bits, &key, NULL),
		    rows[i].code);
		if (key != NULL)
			assert_int_equal(dkim_key_bits(key), rows[i].bits);
		dkim_key_unref(&key);
	}
}

static void
round_trip(enum dkim_algorithm algorithm)
{
	struct dkim_key *key = NULL, *again = NULL;
	unsigned char *pem = NULL;
	char *first = NULL, *second = NULL;
	size_t len = 0;

	assert_int_equal(dkim_key_generate(algorithm, 1024, &key, NULL), SG_OK);
	assert_int_equal(dkim_key_to_pem(key, &pem, &len, NULL), SG_OK);
	assert_int_equal(strlen((char *)pem), len);
	assert_int_equal(
	    dkim_key_from_text((char *)pem, len, &again, NULL), SG_OK);
	assert_int_equal(dkim_key_algorithm(again), algorithm);
	first = dkim_key_public_dup(key);
	second = dkim_key_public_dup(again);
	assert_non_null(first);
	assert_string_equal(first, second);
	if (algorithm == DKIM_ED25519_SHA256)
		assert_int_equal(strlen(first), 44);
	free(first);
	free(second);
	seal_wipe_free(&pem, len);
	dkim_key_unref(&key);
	dkim_key_unref(&again);
}

static void
test_round_trip(void **state)
{
	(void)state;
	round_trip(DKIM_RSA_SHA256);
	round_trip(DKIM_ED25519_SHA256);
}

/* The forms in which people have keys. */
enum form { PKCS8, PKCS1, PKCS8_BASE64, PKCS1_BASE64, ENCRYPTED, PUBLIC };

static char *
form_dup(EVP_PKEY *pkey, enum form form)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL, *text = NULL, *from = NULL, *to = NULL;
	long len = 0;

	switch (form) {
	case PKCS8:
	case PKCS8_BASE64:
		(void)PEM_write_bio_PrivateKey(
		    bio, pkey, NULL, NULL, 0, NULL, NULL);
		break;
	case PKCS1:
	case PKCS1_BASE64:
		(void)PEM_write_bio_PrivateKey_traditional(
		    bio, pkey, NULL, NULL, 0, NULL, NULL);
		break;
	case ENCRYPTED:
		(void)PEM_write_bio_PrivateKey(bio, pkey, EVP_aes_128_cbc(),
		    (const unsigned char *)"secret", 6, NULL, NULL);
		break;
	case PUBLIC:
		(void)PEM_write_bio_PUBKEY(bio, pkey);
		break;
	}
	len = BIO_get_mem_data(bio, &data);
	text = calloc(1, (size_t)len + 1);
	assert_non_null(text);
	memcpy(text, data, (size_t)len);
	BIO_free(bio);
	if (form == PKCS8_BASE64 || form == PKCS1_BASE64) {
		from = strchr(text, '\n') + 1;
		to = strstr(text, "-----END");
		memmove(text, from, (size_t)(to - from));
		text[to - from] = '\0';
	}
	return text;
}

static void
test_forms(void **state)
{
	static const struct {
		const char *name;
		const char *type;
		enum form form;
		enum sg_err code;
		const char *says;
	} rows[] = {
	    {"RSA PKCS#8", "RSA", PKCS8, SG_OK, ""},
	    {"RSA PKCS#1", "RSA", PKCS1, SG_OK, ""},
	    {"RSA PKCS#8 without PEM lines", "RSA", PKCS8_BASE64, SG_OK, ""},
	    {"RSA PKCS#1 without PEM lines", "RSA", PKCS1_BASE64, SG_OK, ""},
	    {"Ed25519 PKCS#8", "ED25519", PKCS8, SG_OK, ""},
	    {"passphrase", "RSA", ENCRYPTED, SG_INVALID, "passphrase"},
	    {"public key", "RSA", PUBLIC, SG_INVALID, "public key"},
	    {"EC key", "EC", PKCS8, SG_INVALID, "neither RSA nor Ed25519"},
	};
	size_t i = 0;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dkim_key *key = NULL;
		struct err err = {SG_OK, ""};
		EVP_PKEY *pkey =
		    strcmp(rows[i].type, "RSA") == 0
			? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024)
		    : strcmp(rows[i].type, "EC") == 0
			? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
			: EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		char *text = form_dup(pkey, rows[i].form);

		if (dkim_key_from_text(text, strlen(text), &key, &err) !=
			rows[i].code ||
		    strstr(err.text, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].name, err.text);
		dkim_key_unref(&key);
		free(text);
		EVP_PKEY_free(pkey);
	}
}

static void
test_rubbish(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {{"", 0}, {"x", 1}, {"\0\0\0\0", 4}, {"-----BEGIN", 10},
	    {"-----BEGIN PRIVATE KEY-----\nAAAA\n"
	     "-----END PRIVATE KEY-----\n",
		57},
	    {"MIIB", 4}, {"====", 4}};
	struct dkim_key *key = NULL;
	char *huge = calloc(1, 100000);
	size_t i = 0;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    dkim_key_from_text(rows[i].text, rows[i].len, &key, NULL),
		    SG_INVALID);
		assert_null(key);
	}
	assert_int_equal(
	    dkim_key_from_text(huge, 100000, &key, NULL), SG_INVALID);
	free(huge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_generate_sizes),
	    cmocka_unit_test(test_round_trip), cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_rubbish)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
