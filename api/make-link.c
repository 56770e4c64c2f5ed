/* For tests: makes a store, an account, an address and a link, and prints the
 * token that only a letter holds otherwise. Never installed.
 * usage: make-link CONF ACCOUNT ADDRESS [SECONDS-AGO] */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/link.h"
#include "rules/identity.h"

struct maker {
	struct conf *conf;
	struct seal *seal;
	struct store *store;
	struct store_identity row;
	int64_t now_sec;
	char token[LINK_TOKEN_MAX + 1];
};

static enum sg_err
open_all(struct maker *maker, const char *conf_path, struct err *err_r)
{
	struct admin_migrated done;
	enum sg_err rc = conf_load(conf_path, &maker->conf, err_r);

	if (rc == SG_OK && maker->conf->mail_from[0] == '\0')
		rc = err_set(err_r, SG_INVALID, "mail.from is not set");
	if (rc == SG_OK)
		rc = admin_migrate(maker->conf, &done, err_r);
	if (rc == SG_OK)
		rc = seal_open(
		    maker->conf->master_key_file, &maker->seal, err_r);
	if (rc == SG_OK)
		rc = admin_store_open(
		    maker->conf, STORE_OPEN_WRITE, &maker->store, err_r);
	return rc;
}

static enum sg_err
add_address(struct maker *maker, const char *account, const char *address,
    struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_create(maker->store, maker->conf, account, "",
	    maker->now_sec, NULL, err_r);

	if (rc == SG_OK || rc == SG_EXISTS)
		rc = account_get(maker->store, account, &owner, err_r);
	if (rc != SG_OK)
		return rc;
	if (identity_check_name(
		address, maker->row.facts.name, &maker->row.facts.type) != NULL)
		return err_set(err_r, SG_INVALID, "%s is none", address);
	rc = store_identity_get(maker->store, owner.facts.id,
	    maker->row.facts.name, &maker->row, err_r);
	if (rc != SG_MISSING)
		return rc;
	maker->row.account_id = owner.facts.id;
	maker->row.facts.status = RULES_IDENTITY_PENDING;
	maker->row.created_sec = maker->now_sec;
	return store_identity_create(maker->store, &maker->row, err_r);
}

static bool
see_letter(void *ctx, const struct store_letter *row)
{
	struct maker *maker = ctx;
	unsigned char *token = NULL;
	size_t len = 0;

	if (row->identity_id == maker->row.facts.id &&
	    row->kind == STORE_LETTER_CONFIRM &&
	    seal_unwrap(maker->seal, "link", row->sealed, row->sealed_len,
		&token, &len, NULL) == SG_OK &&
	    len == LINK_TOKEN_MAX)
		memcpy(maker->token, token, len);
	seal_wipe_free(&token, len);
	return true;
}

int
main(int argc, char **argv)
{
	struct maker maker = {.now_sec = clock_now_sec()};
	struct err err = {0};
	enum sg_err rc;

	if (argc < 4 || argc > 5)
		return 2;
	if (argc == 5)
		maker.now_sec -= strtol(argv[4], NULL, 10);
	rc = open_all(&maker, argv[1], &err);
	if (rc == SG_OK)
		rc = add_address(&maker, argv[2], argv[3], &err);
	if (rc == SG_OK)
		rc = link_send(maker.store, maker.seal, maker.conf, &maker.row,
		    maker.now_sec, &err);
	if (rc == SG_OK)
		rc = store_letter_list(maker.store, see_letter, &maker, &err);
	if (rc == SG_OK)
		(void)printf("%s\n", maker.token);
	else
		(void)fprintf(stderr, "make-link: %s\n", err.text);
	admin_store_close(&maker.store);
	seal_free(&maker.seal);
	conf_unref(&maker.conf);
	return rc == SG_OK ? 0 : 1;
}
