/* A new store for each test: see test-admin.h. */
#include "config.h"

#include "ops/test-admin.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "store/test-database.h"

void
admin_fixture_set(char **option, const char *text)
{
	free(*option);
	*option = strdup(text);
	assert_non_null(*option);
}

int64_t
admin_fixture_account(struct admin_fixture *f, const char *name)
{
	struct store_account row;

	assert_code(f, SG_OK, account_get(f->store, name, &row, &f->err));
	return row.facts.id;
}

/* The option names a file of the fixture's folder. */
static void
set_path(char **option, const char *before, const char *dir, const char *name)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s%s/%s", before, dir, name);
	admin_fixture_set(option, text);
}

bool
admin_fixture_is_sqlite(void)
{
	return !test_database_is_postgresql();
}

static void
set_store(struct admin_fixture *f)
{
	char url[TEST_DATABASE_URL_SIZE];

	if (admin_fixture_is_sqlite()) {
		set_path(&f->conf->store, "sqlite:", f->dir, "db");
		return;
	}
	assert_true(test_database_make(url, sizeof(url)));
	admin_fixture_set(&f->conf->store, url);
}

int
admin_fixture_setup(void **state)
{
	struct admin_fixture *f = calloc(1, sizeof(*f));
	struct admin_migrated done;

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/test-admin.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->conf = conf_new_defaults();
	assert_non_null(f->conf);
	set_store(f);
	set_path(&f->conf->master_key_file, "", f->dir, "key");
	f->conf->user[0] = '\0';
	assert_code(f, SG_OK, admin_migrate(f->conf, &done, &f->err));
	assert_int_equal(done.from, admin_fixture_is_sqlite() ? 0 : done.to);
	assert_true(done.key_created);
	assert_code(
	    f, SG_OK, seal_open(f->conf->master_key_file, &f->seal, &f->err));
	assert_code(f, SG_OK,
	    admin_store_open(f->conf, STORE_OPEN_WRITE, &f->store, &f->err));
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "shop", "", TEST_NOW, NULL, &f->err));
	*state = f;
	return 0;
}

void
admin_fixture_remove(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0); /* not "." */
	if (dir != NULL)
		(void)closedir(dir);
	assert_int_equal(rmdir(path), 0);
}

int
admin_fixture_teardown(void **state)
{
	struct admin_fixture *f = *state;

	admin_store_close(&f->store);
	if (!admin_fixture_is_sqlite())
		test_database_drop(f->conf->store);
	seal_free(&f->seal);
	conf_unref(&f->conf);
	admin_fixture_remove(f->dir);
	free(f);
	return 0;
}

void
admin_fixture_key(char text_r[ADMIN_FIXTURE_KEY_MAX])
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	unsigned char der[ADMIN_FIXTURE_KEY_MAX / 4 * 3 - 3], *end = der;
	int len;

	assert_non_null(key);
	len = i2d_PrivateKey(key, NULL);
	assert_true(len > 0 && (size_t)len <= sizeof(der));
	assert_int_equal(i2d_PrivateKey(key, &end), len);
	EVP_EncodeBlock((unsigned char *)text_r, der, len);
	EVP_PKEY_free(key);
}
