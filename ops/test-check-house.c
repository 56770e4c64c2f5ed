/* Identities and answers for the tests of looks: see test-check.h. */
#include "config.h"
#include "ops/test-check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/advice.h"

/* ---- the identity ------------------------------------------------------------- */

int64_t
house_key(struct admin_fixture *f, int64_t identity_id, const char *selector,
    const char *p, struct store_key key)
{
	key.identity_id = identity_id;
	(void)snprintf(key.selector, sizeof(key.selector), "%s", selector);
	key.public_base64 = p;
	key.sealed = (const unsigned char *)"sealed";
	key.sealed_len = 6;
	key.bits = 2048;
	if (key.created_sec == 0)
		key.created_sec = TEST_NOW;
	if (key.algorithm[0] == '\0')
		(void)snprintf(key.algorithm, sizeof(key.algorithm), "rsa");
	assert_code(f, SG_OK, store_key_add(f->store, &key, &f->err));
	return key.id;
}

static void
start_look(
    struct admin_fixture *f, int64_t id, enum verification_subject subject)
{
	struct verification v = {0};

	verification_start(&v, TEST_NOW);
	assert_code(f, SG_OK,
	    store_verification_put(f->store, id, subject, &v, &f->err));
}

int64_t
house_identity(
    struct admin_fixture *f, const char *account, const char *name, int setup)
{
	struct store_identity row = {.created_sec = TEST_NOW,
	    .account_id = admin_fixture_account(f, account)};

	row.facts.type = strchr(name, '@') == NULL ? RULES_IDENTITY_DOMAIN
						   : RULES_IDENTITY_EMAIL;
	row.facts.status = RULES_IDENTITY_PENDING;
	row.facts.dkim_status = RULES_IDENTITY_PENDING;
	row.facts.signing_enabled = true;
	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	if (setup & WITH_TOKEN)
		(void)snprintf(row.txt_token, sizeof(row.txt_token), "%s",
		    strcmp(account, "shop") == 0 ? TOKEN : "other token");
	if (setup & WITH_MAIL_FROM) {
		(void)snprintf(row.facts.mail_from, sizeof(row.facts.mail_from),
		    "mail.a.example");
		row.mail_from_status = RULES_IDENTITY_PENDING;
	}
	for (int i = 0; (setup & WITH_EASY) && i < KEY_PLAN_EASY_SLOTS; i++)
		(void)snprintf(
		    row.easy_tokens[i], sizeof(row.easy_tokens[i]), "e%d", i);
	assert_code(f, SG_OK, store_identity_create(f->store, &row, &f->err));
	if (setup & WITH_OLD_KEY)
		(void)house_key(f, row.facts.id, "s0", KEY0,
		    (struct store_key){.created_sec = TEST_NOW - DAY,
			.active_sec = 5,
			.retired_sec = TEST_NOW - 5});
	if (setup & WITH_KEY)
		(void)house_key(
		    f, row.facts.id, "s1", KEY1, (struct store_key){0});
	if (setup & WITH_OWN)
		(void)house_key(f, row.facts.id, "s2", KEY2,
		    (struct store_key){.origin = KEY_EXTERNAL});
	if (setup & WITH_EASY)
		(void)house_key(f, row.facts.id, "e0", KEYE,
		    (struct store_key){
			.origin = KEY_EASY, .published_sec = TEST_NOW - TTL});
	for (int i = 0; i < VERIFICATION_SUBJECTS; i++)
		start_look(f, row.facts.id, (enum verification_subject)i);
	return row.facts.id;
}

/* One store for all tests; each begins without identities and letters, and with
 * these options. */
int
house_setup_store(void **state)
{
	struct admin_fixture *f;

	(void)admin_fixture_setup(state);
	f = *state;
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "rival", "", TEST_NOW, NULL, &f->err));
	return 0;
}

static bool
note_identity(void *ctx, const struct store_identity *row)
{
	struct store_identity *last = ctx;

	*last = *row;
	return false;
}

int
house_setup(void **state)
{
	struct admin_fixture *f = *state;

	for (;;) {
		struct store_identity row = {.account_id = 0};

		assert_code(f, SG_OK,
		    store_identity_list(
			f->store, 0, note_identity, &row, &f->err));
		if (row.account_id == 0)
			break;
		assert_code(f, SG_OK,
		    store_identity_delete(
			f->store, row.account_id, row.facts.id, &f->err));
	}
	admin_fixture_set(&f->conf->bounce_domain, "bounce.op.example");
	admin_fixture_set(&f->conf->dkim_zone, ZONE);
	admin_fixture_set(&f->conf->dkim_update_server, "127.0.0.1@53");
	admin_fixture_set(&f->conf->mail_from, "no-reply@op.example");
	admin_fixture_set(&f->conf->mail_operator, "ops@op.example");
	f->conf->dkim_ttl_sec = TTL;
	return 0;
}

/* ---- the answers ----------------------------------------------------------------- */

static bool
starts(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* The value of the line when it is about that name and type; NULL. */
static const char *
value_of(const char *line, const char *name, const char *type)
{
	size_t len = strlen(name);

	if (!starts(line, name) || line[len] != ' ')
		return NULL;
	line += len + 1;
	len = strlen(type);
	return starts(line, type) && (line[len] == ' ' || line[len] == '\0')
		   ? line + len + (line[len] == ' ')
		   : NULL;
}

static bool
has_failed(const char *const *lines, const char *name)
{
	for (int i = 0; i < LINES && lines[i] != NULL; i++)
		if (value_of(lines[i], name, "FAILS") != NULL ||
		    value_of(lines[i], "*", "FAILS") != NULL)
			return true;
	return false;
}

static void
fill_answer(const char *const *lines, const char *name, enum dns_type type,
    struct dns_record records[LINES], struct dns_answer *answer)
{
	const char *target = NULL;

	if (has_failed(lines, name)) {
		answer->outcome = DNS_FAILED;
		return;
	}
	for (int i = 0; i < LINES && lines[i] != NULL; i++) {
		const char *value =
		    value_of(lines[i], name, dns_type_name(type));
		struct dns_record *record = &records[answer->count];

		if (type != DNS_CNAME && target == NULL)
			target = value_of(lines[i], name, "CNAME");
		if (starts(lines[i], name) && lines[i][strlen(name)] == ' ' &&
		    answer->outcome == DNS_NO_NAME)
			answer->outcome = DNS_NO_DATA;
		if (value == NULL)
			continue;
		*record = (struct dns_record){.strings = 1};
		if (type == DNS_MX) {
			record->preference = (int)strtol(value, NULL, 10);
			value = strchr(value, ' ') + 1;
		}
		record->text = value;
		record->len = strlen(value);
		answer->count++;
		answer->outcome = DNS_FOUND;
	}
	if (target == NULL)
		return;
	(void)snprintf(answer->alias, sizeof(answer->alias), "%s", target);
	answer->outcome = DNS_NO_NAME;
	fill_answer(lines, target, type, records, answer);
}

void
house_answer(struct check *check, const char *const *lines)
{
	const struct check_question *list;
	size_t count = check_questions(check, &list);

	for (size_t i = 0; i < count; i++) {
		struct dns_record records[LINES];
		struct dns_answer answer = {.outcome = DNS_NO_NAME,
		    .records = records,
		    .why = "for a reason"};

		fill_answer(
		    lines, list[i].name, list[i].type, records, &answer);
		check_answer(check, i, &answer);
	}
}

/* ---- findings: the fault matrix ------------------------------------------------- */

struct check *
house_look(struct admin_fixture *f, int64_t id, const char *const *lines)
{
	struct check *check = NULL;

	assert_code(
	    f, SG_OK, check_new(f->store, f->conf, id, true, &check, &f->err));
	house_answer(check, lines);
	return check;
}

const struct finding *
house_find(struct check *check, enum record_purpose purpose, int slot)
{
	const struct finding *list;
	size_t count = check_findings(check, &list);

	for (size_t i = 0; i < count; i++)
		if (list[i].record->purpose == purpose &&
		    list[i].record->slot == slot)
			return &list[i];
	return NULL;
}
