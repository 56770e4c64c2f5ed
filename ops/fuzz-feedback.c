/* Fuzz target of the whole way of a report: from its bytes, and whom it came to, to
 * the store. Whatever comes, it is taken; nobody but the message's own account and
 * recipients is moved by it, and none of them twice.
 * fuzz-sources: base/ conf/ rules/ report/ store/
 * fuzz-sources: ops/account.c ops/admin.c ops/event.c ops/feedback.c
 * fuzz-sources: ops/feedback_bounce.c ops/feedback_case.c
 * fuzz-sources: ops/feedback_complaint.c ops/feedback_follow.c
 * fuzz-sources: ops/feedback_message.c ops/feedback_record.c
 * fuzz-sources: ops/feedback_tell.c ops/feedback_token.c ops/ingest.c
 * fuzz-sources: ops/ingest_batch.c ops/ingest_scan.c ops/ingest_table.c
 * fuzz-sources: ops/ingest_facts.c ops/ingest_line.c ops/journal.c ops/letter.c
 * fuzz-sources: ops/publish.c ops/publish_event.c ops/reputation.c
 * fuzz-sources: ops/return_mac.c ops/suppression.c ops/suppression_line.c
 * fuzz-sources: ops/endpoint.c ops/set.c ops/tell.c ops/text_json.c ops/topic.c
 * fuzz-sources: ops/topic_certificate.c ops/journal_group.c ops/figure.c ops/metric.c
 * fuzz-sources: ops/pool.c ops/pool_figure.c ops/pool_table.c
 * fuzz-packages: gmime-3.0 libpcre2-8 sqlite3 libpq jansson libconfig libcrypto
 * fuzz-packages: libsystemd libseccomp
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/feedback.h"
#include "ops/return_mac.h"
#include "report/report.h"
#include "rules/return_path.h"
#include "store/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_SEC INT64_C(1790000040)
#define RECIPIENTS 3

static struct house {
	struct conf *conf;
	struct feedback_env env;
	int64_t shop, other; /* accounts */
	char address[RULES_ADDRESS_MAX + 1];
	char forged[RULES_ADDRESS_MAX + 1];
} house;

static void
must(enum sg_err code, const struct err *err)
{
	if (code == SG_OK)
		return;
	(void)fprintf(stderr, "%s\n", err->text);
	abort();
}

static void
set_option(char **option, const char *before, const char *dir, const char *name)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s%s%s", before, dir, name);
	free(*option);
	*option = strdup(text);
	if (*option == NULL)
		abort();
}

static void
open_store(void)
{
	static char dir[] = "/dev/shm/fuzz-feedback.XXXXXX";
	struct admin_migrated done;
	struct err err;

	if (mkdtemp(dir) == NULL)
		abort();
	house.conf = conf_new_defaults();
	if (house.conf == NULL)
		abort();
	set_option(&house.conf->store, "sqlite:", dir, "/db");
	set_option(&house.conf->master_key_file, "", dir, "/key");
	set_option(&house.conf->journal, "", dir, "/journal");
	set_option(&house.conf->user, "", "", "");
	must(admin_migrate(house.conf, &done, &err), &err);
	must(admin_store_open(
		 house.conf, STORE_OPEN_COUNT, &house.env.store, &err),
	    &err);
}

static int64_t
make_account(const char *name)
{
	struct store_account row;
	struct err err;

	must(account_create(
		 house.env.store, house.conf, name, "", NOW_SEC, &row, &err),
	    &err);
	return row.facts.id;
}

/* The return path of the one message that was sent; and one whose MAC is wrong. */
static void
make_addresses(void)
{
	struct return_path path = {.account_id = house.shop,
	    .day = NOW_SEC / 86400,
	    .queue_id = "4abcDEF"};
	char local[RETURN_PATH_LOCAL_MAX + 1];

	if (!return_path_encode(
		&path, return_mac_compute, house.env.mac, local))
		abort();
	(void)snprintf(house.address, sizeof(house.address), "%s@%s", local,
	    house.conf->bounce_domain);
	(void)snprintf(house.forged, sizeof(house.forged), "%s", house.address);
	house.forged[strlen(local) - 1] ^= 1;
}

static void
make_house(void)
{
	const char *path = getenv("FUZZ_RULES");
	struct report_rules *rules;
	struct seal *seal;
	struct err err;

	(void)log_open("fuzz-feedback", "/dev/null", LOG_LEVEL_ERROR);
	if (path == NULL)
		path = "report/bounce.rules";
	report_init();
	open_store();
	must(report_rules_load(&path, 1, &rules, &err), &err);
	must(seal_open(house.conf->master_key_file, &seal, &err), &err);
	must(return_mac_new(seal, &house.env.mac, &err), &err);
	seal_free(&seal);
	house.env.conf = house.conf;
	house.env.rules = rules;
	house.shop = make_account("shop");
	house.other = make_account("other");
	make_addresses();
}

/* One message to three, and nothing known of what became of it. */
static void
begin(void)
{
	struct store_message row = {.account_id = house.shop,
	    .queue_id = "4abcDEF",
	    .sent_msec = (NOW_SEC - 60) * 1000,
	    .login = "shop",
	    .sender = "news@shop.example",
	    .source_ip = "192.0.2.1",
	    .recipients = "E x@y.example\nE z@y.example\nE w@v.example",
	    .facts = "{}"};
	int64_t gone = 1;
	bool is_new;
	struct err err;

	while (gone > 0)
		must(store_purge(house.env.store, INT64_MAX, INT64_MAX, 0, 1000,
			 &gone, &err),
		    &err);
	must(store_message_add(house.env.store, &row, &is_new, &err), &err);
}

static bool
add_tally(void *ctx, const struct store_tally *row)
{
	struct store_tally *sum = ctx;

	sum->bounces += row->bounces;
	sum->complaints += row->complaints;
	return true;
}

static struct store_tally
tally_of(int64_t account_id)
{
	struct store_tally sum = {0};
	struct err err;

	must(store_tally_list(
		 house.env.store, account_id, 0, 0, add_tally, &sum, &err),
	    &err);
	return sum;
}

static void
check(bool may_move)
{
	struct store_tally shop = tally_of(house.shop);
	struct store_tally other = tally_of(house.other);

	if (other.bounces != 0 || other.complaints != 0 || shop.bounces < 0 ||
	    shop.complaints < 0 || shop.bounces > RECIPIENTS ||
	    shop.complaints > RECIPIENTS)
		abort();
	if (!may_move && (shop.bounces != 0 || shop.complaints != 0))
		abort();
}

static struct feedback_result
take(const char *recipient, const uint8_t *data, size_t size)
{
	struct feedback_result result;
	struct err err;

	must(feedback_take(&house.env, recipient, data, size, NOW_SEC * 1000,
		 &result, &err),
	    &err);
	return result;
}

/* The first byte says whom it comes to: the message's return path, a forged one, or
 * an address without a token. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feedback_result first, again;
	const char *recipient;

	if (house.conf == NULL)
		make_house();
	if (size == 0)
		return 0;
	recipient = data[0] % 4 == 1   ? house.forged
		    : data[0] % 4 == 2 ? "postmaster@bounce.test"
				       : house.address;
	begin();
	first = take(recipient, data + 1, size - 1);
	check(recipient == house.address);
	again = take(recipient, data + 1, size - 1);
	check(recipient == house.address);
	if (again.bounces != 0 || again.complaints != 0)
		abort();
	/* of a second copy it is known whose it is, not whom it names */
	if (again.state != first.state &&
	    (!again.is_repeated || again.state != STORE_REPORT_MATCHED ||
		first.state != STORE_REPORT_STRANGE))
		abort();
	return 0;
}
