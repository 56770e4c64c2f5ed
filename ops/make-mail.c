/* For tests: notes one message as the milter does, brings it into the store, and
 * prints the return path that a report about it comes to. Never installed.
 * usage: make-mail CONF ACCOUNT QUEUE-ID SECONDS-AGO SET SENDER FLAG:ADDRESS...
 * SET "": none. FLAG is a letter of rules/recipients.h. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/identity.h"
#include "ops/ingest.h"
#include "ops/journal.h"
#include "ops/return_mac.h"
#include "ops/set.h"
#include "rules/recipients.h"
#include "rules/return_path.h"

struct maker {
	struct conf *conf;
	struct seal *seal;
	struct store *store;
	struct return_mac *mac;
	struct store_account account;
	struct store_identity identity;
	struct store_set set;
	char recipients[16384];
	int64_t now_sec;
};

static enum sg_err
open_all(struct maker *maker, const char *conf_path, struct err *err_r)
{
	enum sg_err rc = conf_load(conf_path, &maker->conf, err_r);

	if (rc == SG_OK)
		rc = seal_open(
		    maker->conf->master_key_file, &maker->seal, err_r);
	if (rc == SG_OK)
		rc = return_mac_new(maker->seal, &maker->mac, err_r);
	if (rc == SG_OK)
		rc = admin_store_open(
		    maker->conf, STORE_OPEN_WRITE, &maker->store, err_r);
	return rc;
}

static enum sg_err
find_all(struct maker *maker, const char *account, const char *set,
    const char *sender, struct err *err_r)
{
	const char *at = strrchr(sender, '@');
	enum sg_err rc =
	    account_get(maker->store, account, &maker->account, err_r);

	if (rc == SG_OK && set[0] != '\0')
		rc = set_get(maker->store, account, set, &maker->set, err_r);
	if (rc == SG_OK)
		rc = identity_get(maker->store, account,
		    at == NULL ? sender : at + 1, &maker->identity, err_r);
	return rc;
}

static enum sg_err
note(struct maker *maker, const char *queue_id, int64_t ago_sec,
    const char *sender, struct err *err_r)
{
	const struct rules_header headers[] = {{"From", sender},
	    {"Subject", "=?utf-8?q?Hello_from?= =?utf-8?q?_a_test?="}};
	const struct journal_tag tags[] = {{"campaign", "spring"}};
	const struct journal_entry entry = {.kind = JOURNAL_SENT,
	    .account_id = maker->account.facts.id,
	    .queue_id = queue_id,
	    .at_msec = (maker->now_sec - ago_sec) * 1000,
	    .login = "info",
	    .sender = sender,
	    .source_ip = "192.0.2.7",
	    .identity_id = maker->identity.facts.id,
	    .identity = maker->identity.facts.name,
	    .set_id = maker->set.facts.id,
	    .set_name = maker->set.facts.name,
	    .size = 1234,
	    .recipients = maker->recipients,
	    .headers = headers,
	    .header_count = 2,
	    .tags = tags,
	    .tag_count = 1,
	    .reason = "",
	    .reply = ""};
	struct journal *journal = NULL;
	int64_t count;
	enum sg_err rc = journal_open(maker->conf->journal, &journal, err_r);

	if (rc == SG_OK)
		rc = journal_append(journal, &entry, err_r);
	journal_close(&journal);
	if (rc == SG_OK)
		rc = ingest_run(
		    maker->store, maker->conf, maker->now_sec, &count, err_r);
	return rc;
}

static enum sg_err
print_return_path(struct maker *maker, const char *queue_id, struct err *err_r)
{
	struct return_path path = {
	    .account_id = maker->account.facts.id,
	    .day = maker->now_sec / 86400,
	};
	char local[RETURN_PATH_LOCAL_MAX + 1];

	(void)snprintf(path.queue_id, sizeof(path.queue_id), "%s",
	    queue_id); /* cut: not found later */
	if (!return_path_encode(&path, return_mac_compute, maker->mac, local))
		return err_set(err_r, SG_INVALID, "no token of %s", queue_id);
	(void)printf("%s@%s\n", local, maker->conf->bounce_domain);
	return SG_OK;
}

static enum sg_err
make(struct maker *maker, char **words, struct err *err_r)
{
	int64_t ago_sec = strtol(words[3], NULL, 10);
	enum sg_err rc = open_all(maker, words[0], err_r);

	for (char **to = words + 6; *to != NULL && rc == SG_OK; to++)
		if ((*to)[0] == '\0' || (*to)[1] != ':' ||
		    !recipients_add(maker->recipients,
			sizeof(maker->recipients),
			(enum recipient_flag)(*to)[0], *to + 2))
			rc = err_set(err_r, SG_INVALID, "%s is none", *to);
	if (rc == SG_OK)
		rc = find_all(maker, words[1], words[4], words[5], err_r);
	if (rc == SG_OK)
		rc = note(maker, words[2], ago_sec, words[5], err_r);
	if (rc == SG_OK)
		rc = print_return_path(maker, words[2], err_r);
	return rc;
}

int
main(int argc, char **argv)
{
	struct maker maker = {.now_sec = clock_now_sec()};
	struct err err = {0};
	enum sg_err rc;

	if (argc < 8)
		return 2;
	rc = make(&maker, argv + 1, &err);
	if (rc != SG_OK)
		(void)fprintf(stderr, "make-mail: %s\n", err.text);
	admin_store_close(&maker.store);
	return_mac_free(&maker.mac);
	seal_free(&maker.seal);
	conf_unref(&maker.conf);
	return rc == SG_OK ? 0 : 1;
}
