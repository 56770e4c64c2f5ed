/* For tests: puts a letter into the store, or runs one round of jobs/deliver.h at a
 * given time. Never installed.
 * usage: deliver-once CONF put KIND RECIPIENT FACTS NOW
 *        deliver-once CONF run NOW MOST
 *        deliver-once CONF publish ACCOUNT TOPIC SUBJECT BODY COUNT
 * KIND: as letter_kind_name; FACTS: a JSON object; a confirm letter gets the token
 * "TOKEN". publish prints the MessageId of each, "" when nobody listens. Makes the
 * store and an account when there is none. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "jobs/deliver.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/letter.h"
#include "ops/operator_key.h"
#include "ops/publish.h"
#include "ops/topic.h"
#include "store/store.h"

struct once {
	struct conf *conf;
	struct seal *seal;
	struct store *store;
	struct dkim_key *key;
	struct store_account account;
};

static enum sg_err
open_all(struct once *once, const char *conf_path, struct err *err_r)
{
	struct admin_migrated done;
	enum sg_err rc = conf_load(conf_path, &once->conf, err_r);

	if (rc == SG_OK)
		rc = admin_migrate(once->conf, &done, err_r);
	if (rc == SG_OK)
		rc = seal_open(once->conf->master_key_file, &once->seal, err_r);
	if (rc == SG_OK)
		rc = operator_key_load(once->conf, &once->key, err_r);
	if (rc == SG_OK)
		rc = admin_store_open(
		    once->conf, STORE_OPEN_WRITE, &once->store, err_r);
	if (rc == SG_OK)
		rc = account_get(once->store, "shop", &once->account, err_r);
	if (rc == SG_MISSING)
		rc = account_create(once->store, once->conf, "shop", "", 1,
		    &once->account, err_r);
	return rc;
}

static void
close_all(struct once *once)
{
	admin_store_close(&once->store);
	dkim_key_unref(&once->key);
	seal_free(&once->seal);
	conf_unref(&once->conf);
}

static enum sg_err
put(struct once *once, char **args, struct err *err_r)
{
	static const char token[] = "TOKEN";
	struct store_letter row = {
	    .kind = STORE_LETTER_CONFIRM,
	    .account_id = once->account.facts.id,
	    .facts = args[2],
	    .created_sec = strtoll(args[3], NULL, 10),
	};
	unsigned char *sealed = NULL;
	enum sg_err rc = SG_OK;

	while (row.kind < STORE_LETTER_KINDS &&
	       strcmp(letter_kind_name(row.kind), args[0]) != 0)
		row.kind++;
	row.next_sec = row.created_sec;
	(void)snprintf(row.recipient, sizeof(row.recipient), "%s", args[1]);
	if (row.kind == STORE_LETTER_CONFIRM)
		rc = seal_wrap(once->seal, "link", token, sizeof(token) - 1,
		    &sealed, &row.sealed_len, err_r);
	row.sealed = sealed;
	if (rc == SG_OK)
		rc = store_letter_put(once->store, &row, err_r);
	if (rc == SG_OK)
		(void)printf("%lld\n", (long long)row.id);
	free(sealed);
	return rc;
}

static enum sg_err
run(struct once *once, char **args, struct err *err_r)
{
	struct deliver_env env = {
	    .conf = once->conf,
	    .seal = once->seal,
	    .store = once->store,
	    .operator_key = once->key,
	};
	int done = 0;
	enum sg_err rc = deliver_due(&env, (int)strtol(args[1], NULL, 10),
	    strtoll(args[0], NULL, 10), &done, err_r);

	(void)printf("%d\n", done);
	return rc;
}

static enum sg_err
publish(struct once *once, char **args, struct err *err_r)
{
	struct store_topic topic;
	char uuid[STORE_UUID_MAX + 1];
	enum sg_err rc =
	    topic_get(once->store, args[0], args[1], &topic, err_r);

	for (long i = strtol(args[4], NULL, 10); i > 0 && rc == SG_OK; i--) {
		rc = publish_message(once->store, topic.id, args[2], args[3],
		    clock_now_usec() / 1000, uuid, err_r);
		if (rc == SG_OK)
			(void)printf("%s\n", uuid);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	struct once once = {0};
	struct err err = {0};
	enum sg_err rc;

	if (!(argc == 7 && strcmp(argv[2], "put") == 0) &&
	    !(argc == 8 && strcmp(argv[2], "publish") == 0) &&
	    !(argc == 5 && strcmp(argv[2], "run") == 0))
		return 2;
	rc = deliver_init(&err);
	if (rc == SG_OK)
		rc = open_all(&once, argv[1], &err);
	if (rc == SG_OK && argc == 8)
		rc = publish(&once, argv + 3, &err);
	else if (rc == SG_OK)
		rc = argc == 7 ? put(&once, argv + 3, &err)
			       : run(&once, argv + 3, &err);
	close_all(&once);
	deliver_fini();
	if (rc != SG_OK)
		(void)fprintf(stderr, "%s: %s\n", err_name(rc), err.text);
	return rc != SG_OK;
}
