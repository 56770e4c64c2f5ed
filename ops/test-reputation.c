/* Who is paused and who hears of it: accounts and sets with tallies in a real
 * store. */
#include "config.h"
#include "ops/reputation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/set.h"
#include "ops/test-admin.h"
#include "store/events.h"

#define BUCKET STORE_TALLY_BUCKET_SEC
#define DAY INT64_C(86400)

static void
set_text(char **option, const char *text)
{
	free(*option);
	*option = strdup(text);
	assert_non_null(*option);
}

/* With letters: the operator's, and the account's own. */
static int
setup(void **state)
{
	struct admin_fixture *f;
	struct account_change change = {.contact = "owner@shop.example"};

	assert_int_equal(admin_fixture_setup(state), 0);
	f = *state;
	/* nothing waits for the disk */
	admin_store_close(&f->store);
	assert_code(f, SG_OK,
	    admin_store_open(f->conf, STORE_OPEN_COUNT, &f->store, &f->err));
	set_text(&f->conf->mail_from, "no-reply@mail.example");
	set_text(&f->conf->mail_operator, "operator@mail.example");
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	return 0;
}

static struct store_account
shop(struct admin_fixture *f)
{
	struct store_account row;

	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	return row;
}

static void
set_policy(struct admin_fixture *f, const char *policy)
{
	struct account_change change = {.policy = policy};

	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
}

static void
tally(struct admin_fixture *f, int64_t set_id, int64_t at_sec, int64_t eligible,
    int64_t bounces, int64_t complaints)
{
	struct store_tally row = {.account_id = shop(f).facts.id,
	    .set_id = set_id,
	    .bucket_sec =
		reputation_bucket(at_sec, BUCKET, shop(f).fresh_start_sec),
	    .sent = eligible,
	    .eligible = eligible,
	    .bounces = bounces,
	    .complaints = complaints};

	assert_code(f, SG_OK, store_tally_add(f->store, &row, &f->err));
}

/* As after a report: in the caller's transaction. */
static void
update(struct admin_fixture *f, int64_t set_id, int64_t now_sec)
{
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	assert_code(f, SG_OK,
	    store_finish(f->store,
		reputation_update(f->store, f->conf, shop(f).facts.id, set_id,
		    now_sec, &f->err),
		&f->err));
}

static void
update_all(struct admin_fixture *f, int64_t now_sec)
{
	assert_code(f, SG_OK,
	    reputation_update_all(f->store, f->conf, now_sec, &f->err));
}

struct letters {
	int count, paused, review;
	bool to_owner, to_operator;
	char facts[1024];
};

static bool
see_letter(void *ctx, const struct store_letter *row)
{
	struct letters *l = ctx;

	l->count++;
	l->paused += row->kind == STORE_LETTER_PAUSED;
	l->review += row->kind == STORE_LETTER_REVIEW;
	l->to_owner |= strcmp(row->recipient, "owner@shop.example") == 0;
	l->to_operator |= strcmp(row->recipient, "operator@mail.example") == 0;
	(void)snprintf(l->facts, sizeof(l->facts), "%s", row->facts);
	return true;
}

static struct letters
letters(struct admin_fixture *f)
{
	struct letters l = {0};

	assert_code(
	    f, SG_OK, store_letter_list(f->store, see_letter, &l, &f->err));
	return l;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in %s", part, text);
}

/* ---- accounts -------------------------------------------------------------------- */

static void
test_limits(void **state)
{
	struct admin_fixture *f = *state;
	struct reputation_limits limits;

	reputation_limits_of(f->conf, &limits);
	assert_int_equal(limits.volume, 10000);
	assert_int_equal(limits.minimum, 500);
	assert_true(limits.bounce_review == 0.05);
	assert_true(limits.bounce_pause == 0.1);
	assert_true(limits.complaint_review == 0.001);
	assert_true(limits.complaint_pause == 0.005);
	f->conf->reputation_volume = 200;
	f->conf->reputation_minimum = 10;
	set_text(&f->conf->reputation_bounce_review, "2.5");
	set_text(&f->conf->reputation_bounce_pause, "nonsense");
	set_text(&f->conf->reputation_complaint_review, "1");
	set_text(&f->conf->reputation_complaint_pause, "100");
	reputation_limits_of(f->conf, &limits);
	assert_int_equal(limits.volume, 200);
	assert_int_equal(limits.minimum, 10);
	assert_true(limits.bounce_review == 0.025);
	assert_true(limits.bounce_pause == 1); /* nobody reaches it */
	assert_true(limits.complaint_review == 0.01);
	assert_true(limits.complaint_pause == 1);
}

static void
test_pause(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;
	struct letters l;

	tally(f, 0, TEST_NOW, 500, 50, 0);
	tally(f, 0, TEST_NOW - BUCKET, 500, 60, 0);
	update(f, 0, TEST_NOW);
	row = shop(f);
	assert_true(row.facts.paused);
	assert_string_equal(row.facts.pause_reason,
	    "bounce rate 11.0 % of the last 1000 recipients is above 10 %");
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_REPUTATION);
	assert_int_equal(row.paused_sec, TEST_NOW);
	assert_int_equal(row.standing, RULES_SHUT_DOWN);
	l = letters(f);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.paused, 2);
	assert_true(l.to_owner && l.to_operator);
	assert_has(l.facts, "bounce rate 11.0 % of the last 1000");
	assert_has(l.facts, "110 bounces and 0 complaints of 1000 recipients");
	assert_has(l.facts, "account resume shop --fresh-start");
	/* it stays so, whatever comes */
	tally(f, 0, TEST_NOW + BUCKET, 100000, 0, 0);
	update(f, 0, TEST_NOW + BUCKET);
	update_all(f, TEST_NOW + BUCKET);
	assert_true(shop(f).facts.paused);
	assert_int_equal(shop(f).standing, RULES_SHUT_DOWN);
	assert_int_equal(shop(f).paused_sec, TEST_NOW);
	assert_int_equal(letters(f).count, 2);
}

static void
test_review_and_back(void **state)
{
	struct admin_fixture *f = *state;
	struct letters l;

	tally(f, 0, TEST_NOW, 1000, 90, 0);
	update(f, 0, TEST_NOW);
	update(f, 0, TEST_NOW);
	assert_false(shop(f).facts.paused);
	assert_int_equal(shop(f).standing, RULES_UNDER_REVIEW);
	l = letters(f);
	assert_int_equal(l.review, 2);
	assert_int_equal(l.count, 2);
	assert_true(l.to_owner && l.to_operator);
	assert_has(l.facts, "is above 5 %");
	/* not proved any more, but not below either: it stays */
	tally(f, 0, TEST_NOW, 790, 0, 0);
	update_all(f, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_UNDER_REVIEW);
	tally(f, 0, TEST_NOW, 100, 0, 0);
	update_all(f, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
	assert_int_equal(letters(f).count, 2);
	/* all of it is too old one day */
	tally(f, 0, TEST_NOW, 0, 30, 0);
	update(f, 0, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_UNDER_REVIEW);
	update_all(f, TEST_NOW + 91 * DAY);
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
}

static void
test_small_samples(void **state)
{
	struct admin_fixture *f = *state;

	tally(f, 0, TEST_NOW, 20, 3, 1);
	update(f, 0, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
	tally(f, 0, TEST_NOW, 0, 17, 0);
	update(f, 0, TEST_NOW);
	assert_true(shop(f).facts.paused);
	assert_string_equal(shop(f).facts.pause_reason,
	    "bounce rate 100.0 % of the last 20 recipients is above 10 %");
}

/* The figures are enough from the minimum volume on, without another bounce. */
static void
test_volume_alone(void **state)
{
	struct admin_fixture *f = *state;

	tally(f, 0, TEST_NOW, 499, 65, 0);
	update(f, 0, TEST_NOW);
	assert_false(shop(f).facts.paused);
	tally(f, 0, TEST_NOW, 1, 0, 0);
	assert_code(f, SG_OK,
	    reputation_update_sent(
		f->store, f->conf, shop(f).facts.id, 0, TEST_NOW, &f->err));
	assert_true(shop(f).facts.paused);
}

static void
test_complaints(void **state)
{
	struct admin_fixture *f = *state;

	tally(f, 0, TEST_NOW, 10000, 0, 62);
	update(f, 0, TEST_NOW);
	assert_true(shop(f).facts.paused);
	assert_string_equal(shop(f).facts.pause_reason,
	    "complaint rate 0.62 % of the last 10000 recipients is above 0.5 "
	    "%");
}

/* 0.5 % is seen to be above 0.5 %. */
static void
test_close_figures(void **state)
{
	struct admin_fixture *f = *state;

	f->conf->reputation_volume = 1000000000;
	tally(f, 0, TEST_NOW, 10000000, 1001000, 0);
	update(f, 0, TEST_NOW);
	assert_string_equal(shop(f).facts.pause_reason,
	    "bounce rate 10.01 % of the last 10000000 recipients is above 10 "
	    "%");
}

static void
test_volume_and_window(void **state)
{
	struct admin_fixture *f = *state;

	/* older than the window; beyond the newest 10,000 */
	tally(f, 0, TEST_NOW - 91 * DAY, 1000, 1000, 0);
	update(f, 0, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
	tally(f, 0, TEST_NOW - 2 * DAY, 9000, 9000, 0);
	tally(f, 0, TEST_NOW, 10000, 100, 0);
	update(f, 0, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
	f->conf->reputation_volume = 10001;
	update(f, 0, TEST_NOW);
	assert_true(shop(f).facts.paused);
}

static void
test_policies(void **state)
{
	struct admin_fixture *f = *state;

	set_policy(f, "none");
	tally(f, 0, TEST_NOW, 1000, 90, 0);
	update(f, 0, TEST_NOW);
	tally(f, 0, TEST_NOW, 0, 500, 0);
	update(f, 0, TEST_NOW);
	update_all(f, TEST_NOW);
	assert_false(shop(f).facts.paused);
	assert_int_equal(shop(f).standing, RULES_UNDER_REVIEW);
	assert_int_equal(letters(f).paused, 0);
	/* another policy counts at the next look */
	set_policy(f, "standard");
	update_all(f, TEST_NOW);
	assert_true(shop(f).facts.paused);
	assert_int_equal(letters(f).paused, 2);
}

static void
test_strict(void **state)
{
	struct admin_fixture *f = *state;

	set_policy(f, "strict");
	tally(f, 0, TEST_NOW, 1000, 60, 0);
	update(f, 0, TEST_NOW);
	assert_true(shop(f).facts.paused);
	assert_int_equal(shop(f).standing, RULES_SHUT_DOWN);
	assert_string_equal(shop(f).facts.pause_reason,
	    "bounce rate 6.0 % of the last 1000 recipients is above 5 %");
}

/* ---- resumed by a person ----------------------------------------------------------- */

static void
test_resume(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;

	tally(f, 0, TEST_NOW, 1000, 200, 0);
	update(f, 0, TEST_NOW);
	assert_code(f, SG_OK,
	    account_resume(
		f->store, "shop", false, TEST_NOW + 60, &row, &f->err));
	assert_true(account_resume_note(&row)[0] != '\0');
	/* time and volume pause nobody again, the next bounce does */
	tally(f, 0, TEST_NOW, 5, 0, 0);
	update_all(f, TEST_NOW + 60);
	assert_code(f, SG_OK,
	    reputation_update_sent(f->store, f->conf, shop(f).facts.id, 0,
		TEST_NOW + 60, &f->err));
	assert_false(shop(f).facts.paused);
	tally(f, 0, TEST_NOW, 0, 1, 0);
	update(f, 0, TEST_NOW + 61);
	assert_true(shop(f).facts.paused);
	assert_int_equal(shop(f).paused_sec, TEST_NOW + 61);
	assert_int_equal(letters(f).paused, 4);
}

static void
test_resume_when_better(void **state)
{
	struct admin_fixture *f = *state;

	tally(f, 0, TEST_NOW, 1000, 200, 0);
	update(f, 0, TEST_NOW);
	assert_code(f, SG_OK,
	    account_resume(
		f->store, "shop", false, TEST_NOW + 60, NULL, &f->err));
	tally(f, 0, TEST_NOW, 2000, 0, 0);
	update_all(f, TEST_NOW + 60);
	assert_int_equal(shop(f).standing, RULES_UNDER_REVIEW);
	assert_int_equal(letters(f).review, 0);
	/* and is as any other from here on */
	tally(f, 0, TEST_NOW, 0, 500, 0);
	update_all(f, TEST_NOW + 60);
	assert_true(shop(f).facts.paused);
}

static void
test_fresh_start(void **state)
{
	struct admin_fixture *f = *state;
	int64_t fresh = TEST_NOW + 60, i;

	tally(f, 0, TEST_NOW, 1000, 200, 0);
	update(f, 0, TEST_NOW);
	assert_code(f, SG_OK,
	    account_resume(f->store, "shop", true, fresh, NULL, &f->err));
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
	/* a bounce of before, in the same quarter of an hour, and good mail */
	tally(f, 0, TEST_NOW + 1, 0, 1, 0);
	tally(f, 0, fresh + 1, 600, 0, 0);
	update(f, 0, fresh + 1);
	update_all(f, fresh + 1);
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
	assert_false(shop(f).facts.paused);
	/* what is sent after it counts, from its first second on */
	for (i = 0; !shop(f).facts.paused && i < 200; i++) {
		tally(f, 0, fresh, 1, 1, 0);
		update(f, 0, fresh + 2);
	}
	assert_true(i >= 60 && i < 100);
}

/* ---- paused by others ---------------------------------------------------------------- */

static void
test_paused_by_operator(void **state)
{
	struct admin_fixture *f = *state;

	assert_code(f, SG_OK,
	    account_pause(
		f->store, "shop", "call us", TEST_NOW, NULL, &f->err));
	tally(f, 0, TEST_NOW, 1000, 200, 0);
	update(f, 0, TEST_NOW + 5);
	assert_int_equal(shop(f).standing, RULES_SHUT_DOWN);
	assert_int_equal(shop(f).paused_by, STORE_PAUSED_BY_OPERATOR);
	assert_string_equal(shop(f).facts.pause_reason, "call us");
	assert_int_equal(letters(f).paused, 0);
}

/* Who may resume himself must not do so from under a reputation. */
static void
test_paused_by_itself(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row = shop(f);

	row.facts.paused = true;
	row.paused_by = STORE_PAUSED_BY_ACCOUNT;
	assert_code(f, SG_OK, store_account_update(f->store, &row, &f->err));
	tally(f, 0, TEST_NOW, 1000, 200, 0);
	update(f, 0, TEST_NOW + 5);
	row = shop(f);
	assert_true(row.facts.paused);
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_REPUTATION);
	assert_has(row.facts.pause_reason, "bounce rate 20.0 %");
	assert_int_equal(letters(f).paused, 2);
}

/* Nobody is refused, and nobody told of it; from the change to enforce on the next
 * bounce counts. */
static void
test_monitor(void **state)
{
	struct admin_fixture *f = *state;

	f->conf->mode = CONF_MODE_MONITOR;
	tally(f, 0, TEST_NOW, 1000, 60, 0);
	update(f, 0, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_UNDER_REVIEW);
	tally(f, 0, TEST_NOW, 0, 140, 0);
	update(f, 0, TEST_NOW);
	update_all(f, TEST_NOW);
	assert_false(shop(f).facts.paused);
	assert_int_equal(shop(f).standing, RULES_SHUT_DOWN);
	assert_int_equal(letters(f).count, 0);
	f->conf->mode = CONF_MODE_ENFORCE;
	update_all(f, TEST_NOW);
	assert_false(shop(f).facts.paused);
	update(f, 0, TEST_NOW);
	assert_true(shop(f).facts.paused);
}

static void
test_letters(void **state)
{
	struct admin_fixture *f = *state;
	struct account_change change = {.contact = ""};
	struct letters l;

	/* no contact: the operator alone, once */
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	tally(f, 0, TEST_NOW, 1000, 90, 0);
	update(f, 0, TEST_NOW);
	l = letters(f);
	assert_int_equal(l.count, 1);
	assert_true(l.to_operator && !l.to_owner);
	/* he is the contact himself */
	change.contact = "operator@mail.example";
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	tally(f, 0, TEST_NOW, 0, 500, 0);
	update(f, 0, TEST_NOW);
	assert_int_equal(letters(f).count, 2);
}

/* ---- configuration sets --------------------------------------------------------------- */

static int64_t
new_set(struct admin_fixture *f, const char *name)
{
	struct store_set row;

	assert_code(f, SG_OK,
	    set_create(f->store, "shop", name, TEST_NOW, &row, &f->err));
	return row.facts.id;
}

static struct store_set
get_set(struct admin_fixture *f, int64_t id)
{
	struct store_set row;

	assert_code(f, SG_OK, store_set_get_by_id(f->store, id, &row, &f->err));
	return row;
}

static void
test_set(void **state)
{
	struct admin_fixture *f = *state;
	int64_t news = new_set(f, "news"), bills = new_set(f, "bills");
	struct letters l;

	/* its own figures are bad, the account's as a whole are not */
	tally(f, news, TEST_NOW, 1000, 200, 0);
	tally(f, bills, TEST_NOW, 9000, 10, 0);
	tally(f, 0, TEST_NOW, 10000, 210, 0);
	update(f, news, TEST_NOW);
	update(f, bills, TEST_NOW);
	assert_false(shop(f).facts.paused);
	assert_false(get_set(f, bills).facts.paused);
	assert_true(get_set(f, news).facts.paused);
	assert_int_equal(get_set(f, news).standing, RULES_SHUT_DOWN);
	assert_string_equal(get_set(f, news).facts.pause_reason,
	    "bounce rate 20.0 % of the last 1000 recipients is above 10 %");
	l = letters(f);
	assert_int_equal(l.paused, 2);
	assert_has(l.facts, "configuration set news of account shop");
	assert_has(l.facts, "configset resume shop news --fresh-start");
	/* resumed under the same figures, then counting anew */
	assert_code(f, SG_OK,
	    set_resume(f->store, "shop", "news", false, TEST_NOW, &f->err));
	update_all(f, TEST_NOW);
	assert_false(get_set(f, news).facts.paused);
	update(f, news, TEST_NOW);
	assert_true(get_set(f, news).facts.paused);
	assert_code(f, SG_OK,
	    set_resume(f->store, "shop", "news", true, TEST_NOW + 60, &f->err));
	update(f, news, TEST_NOW + 60);
	update_all(f, TEST_NOW + 60);
	assert_false(get_set(f, news).facts.paused);
	assert_int_equal(get_set(f, news).standing, RULES_HEALTHY);
	/* of no account of this one's, or gone */
	update(f, 4711, TEST_NOW);
}

static void
test_set_not_counted(void **state)
{
	struct admin_fixture *f = *state;
	int64_t news = new_set(f, "news");
	struct set_change change = {.has_reputation = true};
	struct store_set row;

	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &change, &row, &f->err));
	tally(f, news, TEST_NOW, 1000, 200, 0);
	update(f, news, TEST_NOW);
	update_all(f, TEST_NOW);
	assert_int_equal(get_set(f, news).standing, RULES_HEALTHY);
}

static void
test_update_all(void **state)
{
	struct admin_fixture *f = *state;
	int64_t news = new_set(f, "news");
	struct store_account row;

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, &row, &f->err));
	tally(f, news, TEST_NOW, 1000, 200, 0);
	tally(f, 0, TEST_NOW, 1000, 60, 0);
	update_all(f, TEST_NOW);
	assert_int_equal(shop(f).standing, RULES_UNDER_REVIEW);
	assert_true(get_set(f, news).facts.paused);
	assert_code(f, SG_OK, account_get(f->store, "blog", &row, &f->err));
	assert_int_equal(row.standing, RULES_HEALTHY);
	/* the last ones of a window leave it: good mail alone may, too */
	tally(f, 0, TEST_NOW + 89 * DAY, 500, 60, 0);
	update_all(f, TEST_NOW + 89 * DAY);
	assert_false(shop(f).facts.paused);
	update_all(f, TEST_NOW + 91 * DAY);
	assert_true(shop(f).facts.paused);
	assert_code(f, SG_OK, account_delete(f->store, "blog", &f->err));
	update_all(f, TEST_NOW + 91 * DAY);
}

static void
test_missing_account(void **state)
{
	struct admin_fixture *f = *state;

	assert_code(f, SG_MISSING,
	    reputation_update(f->store, f->conf, 4711, 0, TEST_NOW, &f->err));
}

/* ---- for people ------------------------------------------------------------------------- */

struct shown {
	int count;
	struct reputation_figures rows[8];
	int most;
};

static bool
see_figures(void *ctx, const struct reputation_figures *figures)
{
	struct shown *shown = ctx;

	shown->rows[shown->count++] = *figures;
	return shown->most == 0 || shown->count < shown->most;
}

static void
test_show(void **state)
{
	struct admin_fixture *f = *state;
	int64_t news = new_set(f, "news");
	struct set_change change = {.has_reputation = true};
	struct store_set row;
	struct shown shown = {0};

	(void)new_set(f, "quiet");
	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "quiet", &change, &row, &f->err));
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	set_policy(f, "none");
	tally(f, 0, TEST_NOW, 1000, 200, 1);
	tally(f, news, TEST_NOW, 100, 2, 0);
	update(f, news, TEST_NOW);
	assert_code(f, SG_OK,
	    reputation_show(f->store, f->conf, NULL, TEST_NOW, see_figures,
		&shown, &f->err));
	assert_int_equal(shown.count, 3);
	assert_string_equal(shown.rows[0].account, "shop");
	assert_string_equal(shown.rows[0].set, "");
	assert_string_equal(shown.rows[0].policy, "none");
	assert_false(shown.rows[0].paused);
	assert_int_equal(shown.rows[0].standing, RULES_UNDER_REVIEW);
	assert_int_equal(shown.rows[0].verdict.standing, RULES_SHUT_DOWN);
	assert_int_equal(shown.rows[0].counts.bounces, 200);
	assert_int_equal(shown.rows[0].counts.complaints, 1);
	assert_true(shown.rows[0].verdict.bounce_rate == 0.2);
	assert_string_equal(shown.rows[1].account, "shop");
	assert_string_equal(shown.rows[1].set, "news");
	assert_int_equal(shown.rows[1].counts.eligible, 100);
	assert_string_equal(shown.rows[2].account, "blog");
	assert_int_equal(shown.rows[2].counts.eligible, 0);
	memset(&shown, 0, sizeof(shown));
	assert_code(f, SG_OK,
	    reputation_show(f->store, f->conf, "blog", TEST_NOW, see_figures,
		&shown, &f->err));
	assert_int_equal(shown.count, 1);
	shown = (struct shown){.most = 1};
	assert_code(f, SG_OK,
	    reputation_show(f->store, f->conf, NULL, TEST_NOW, see_figures,
		&shown, &f->err));
	assert_int_equal(shown.count, 1);
	assert_code(f, SG_MISSING,
	    reputation_show(f->store, f->conf, "nobody", TEST_NOW, see_figures,
		&shown, &f->err));
}

struct histories {
	int count;
	struct reputation_history rows[8];
};

static bool
see_history(void *ctx, const struct reputation_history *history)
{
	struct histories *h = ctx;

	h->rows[h->count++] = *history;
	return true;
}

static struct reputation_history
dry_run(struct admin_fixture *f, const char *thresholds)
{
	struct histories h = {0};
	struct reputation_limits limits;

	reputation_limits_of(f->conf, &limits);
	if (thresholds != NULL)
		assert_code(f, SG_OK,
		    reputation_limits_parse(thresholds, &limits, &f->err));
	assert_code(f, SG_OK,
	    reputation_dry_run(f->store, f->conf, &limits, "shop", TEST_NOW,
		see_history, &h, &f->err));
	assert_int_equal(h.count, 1);
	return h.rows[0];
}

static void
test_dry_run(void **state)
{
	struct admin_fixture *f = *state;
	int64_t first = TEST_NOW - TEST_NOW % BUCKET - 40 * DAY;
	struct reputation_history h = dry_run(f, NULL);

	assert_int_equal(h.pause_sec, 0);
	assert_int_equal(h.review_sec, 0);
	/* 2 % for ten days, 20 % on one, nothing but good mail since */
	for (int day = 0; day < 10; day++)
		tally(f, 0, first + day * DAY, 1000, 20, 0);
	tally(f, 0, first + 10 * DAY, 1000, 200, 0);
	tally(f, 0, first + 11 * DAY, 5000, 400, 0);
	for (int day = 12; day < 40; day++)
		tally(f, 0, first + day * DAY, 1000, 0, 0);
	h = dry_run(f, NULL);
	assert_int_equal(h.pause_sec, 0);
	assert_int_equal(h.review_sec, first + 11 * DAY + BUCKET);
	assert_int_equal(h.counts.eligible, 10000);
	assert_int_equal(h.counts.bounces, 0);
	assert_string_equal(h.account, "shop");
	/* 5 % of the newest 6000 is 600 of 6000 then */
	h = dry_run(f, "volume=6000,bounce_pause=8");
	assert_int_equal(h.pause_sec, first + 11 * DAY + BUCKET);
	assert_int_equal(h.counts.eligible, 6000);
	assert_int_equal(h.counts.bounces, 600);
	assert_int_equal(h.verdict.standing, RULES_SHUT_DOWN);
	h = dry_run(f, "volume=1000");
	assert_int_equal(h.pause_sec, first + 10 * DAY + BUCKET);
	assert_int_equal(h.counts.bounces, 200);
	set_policy(f, "strict");
	h = dry_run(f, NULL);
	assert_int_equal(h.pause_sec, first + 11 * DAY + BUCKET);
	set_policy(f, "none");
	h = dry_run(f, "volume=1000");
	assert_int_equal(h.pause_sec, 0);
	assert_int_equal(h.review_sec, first + 10 * DAY + BUCKET);
	/* nothing was written */
	assert_int_equal(shop(f).standing, RULES_HEALTHY);
}

/* At every moment what the walk counts is what a look at that moment would. */
static void
test_dry_run_is_the_real_thing(void **state)
{
	struct admin_fixture *f = *state;
	int64_t first = TEST_NOW - TEST_NOW % BUCKET - 60 * DAY, at = first;
	unsigned seed = 7;
	struct reputation_history h;

	f->conf->reputation_window_days = 5;
	f->conf->reputation_volume = 3000;
	for (int i = 0; i < 300 && !shop(f).facts.paused; i++) {
		seed = seed * 1103515245 + 12345;
		at += BUCKET * (1 + (seed >> 16) % 40);
		tally(f, 0, at, (seed >> 8) % 120,
		    (seed >> 8) % 120 * (unsigned)i / 900,
		    (seed >> 20) % 2 == 0 && i > 290);
		update(f, 0, at + BUCKET);
	}
	assert_true(shop(f).facts.paused);
	f->conf->retention_days = 100;
	h = dry_run(f, NULL);
	assert_int_equal(h.pause_sec, at + BUCKET);
	assert_true(h.review_sec > 0 && h.review_sec < h.pause_sec);
	{
		struct shown shown = {0};

		assert_code(f, SG_OK,
		    reputation_show(f->store, f->conf, "shop", h.pause_sec,
			see_figures, &shown, &f->err));
		assert_memory_equal(
		    &shown.rows[0].counts, &h.counts, sizeof(h.counts));
	}
}

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		enum sg_err code;
	} rows[] = {
	    {"bounce_pause=8,complaint_pause=0.3,minimum=200", SG_OK},
	    {"volume=1", SG_OK},
	    {"bounce_review=4", SG_OK},
	    {"complaint_review=0.05,", SG_OK},
	    {"", SG_INVALID},
	    {",", SG_INVALID},
	    {"bounce_pause", SG_INVALID},
	    {"bounce_pause=", SG_INVALID},
	    {"bounce_pause=0", SG_INVALID},
	    {"bounce_pause=101", SG_INVALID},
	    {"bounce_pause=8 ", SG_INVALID},
	    {"bounce=8", SG_INVALID},
	    {"minimum=0", SG_INVALID},
	    {"minimum=-5", SG_INVALID},
	    {"minimum=1.5", SG_INVALID},
	    {"volume=99999999999999999999", SG_INVALID},
	    {"volume=5,nonsense=7", SG_INVALID},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=7",
		SG_INVALID},
	};
	struct reputation_limits limits = {.volume = 77, .minimum = 7};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (reputation_limits_parse(rows[i].text, &limits, &err) !=
		    rows[i].code)
			fail_msg("%s", rows[i].text);
	assert_int_equal(limits.volume, 1);
	assert_int_equal(limits.minimum, 200);
	assert_true(limits.bounce_pause == 0.08);
	assert_true(fabs(limits.complaint_pause - 0.003) < 1e-12);
	assert_true(limits.bounce_review == 0.04);
	assert_true(limits.complaint_review == 0.0005);
	assert_non_null(strstr(err.text, "bounce_review"));
}

/* What a report costs when the window is full and the volume never reached. */
static void
test_cost(void **state)
{
	struct admin_fixture *f = *state;
	int64_t end = TEST_NOW - TEST_NOW % BUCKET;
	struct store_tally row = {
	    .account_id = shop(f).facts.id, .sent = 1, .eligible = 1};
	struct timespec a, b;
	enum { TIMES = 20 };
	double msec;

	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 0; i < 90 * 96; i++) {
		row.bucket_sec = end - i * (int64_t)BUCKET;
		assert_code(f, SG_OK, store_tally_add(f->store, &row, &f->err));
	}
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < TIMES; i++)
		update(f, 0, TEST_NOW);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	msec = ((double)(b.tv_sec - a.tv_sec) * 1e3 +
		   (double)(b.tv_nsec - a.tv_nsec) / 1e6) /
	       TIMES;
	print_message("a look at 8640 buckets: %.2f ms\n", msec);
	assert_true(msec < 500);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_limits),
	    WITH_STORE(test_pause),
	    WITH_STORE(test_review_and_back),
	    WITH_STORE(test_small_samples),
	    WITH_STORE(test_volume_alone),
	    WITH_STORE(test_complaints),
	    WITH_STORE(test_close_figures),
	    WITH_STORE(test_volume_and_window),
	    WITH_STORE(test_policies),
	    WITH_STORE(test_strict),
	    WITH_STORE(test_resume),
	    WITH_STORE(test_resume_when_better),
	    WITH_STORE(test_fresh_start),
	    WITH_STORE(test_paused_by_operator),
	    WITH_STORE(test_paused_by_itself),
	    WITH_STORE(test_monitor),
	    WITH_STORE(test_letters),
	    WITH_STORE(test_set),
	    WITH_STORE(test_set_not_counted),
	    WITH_STORE(test_update_all),
	    WITH_STORE(test_missing_account),
	    WITH_STORE(test_show),
	    WITH_STORE(test_dry_run),
	    WITH_STORE(test_dry_run_is_the_real_thing),
	    cmocka_unit_test(test_parse),
	    WITH_STORE(test_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
