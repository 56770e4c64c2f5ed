/* Who is paused and who hears of it: accounts and sets with tallies in a real
 * store. */
#include "config.h"
#include "ops/test-reputation.h"

#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/set.h"

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
	admin_fixture_set(&f->conf->reputation_bounce_review, "2.5");
	admin_fixture_set(&f->conf->reputation_bounce_pause, "nonsense");
	admin_fixture_set(&f->conf->reputation_complaint_review, "1");
	admin_fixture_set(&f->conf->reputation_complaint_pause, "100");
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
	struct contact_letters l;

	fixture_tally(f, 0, TEST_NOW, 500, 50, 0);
	fixture_tally(f, 0, TEST_NOW - BUCKET, 500, 60, 0);
	fixture_update(f, 0, TEST_NOW);
	row = fixture_shop(f);
	assert_true(row.facts.paused);
	assert_string_equal(row.facts.pause_reason,
	    "bounce rate 11.0 % of the last 1000 recipients is above 10 %");
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_REPUTATION);
	assert_int_equal(row.paused_sec, TEST_NOW);
	assert_int_equal(row.standing, RULES_SHUT_DOWN);
	l = contact_letters(f);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.paused, 2);
	assert_true(l.to_owner && l.to_operator);
	assert_has(l.facts, "bounce rate 11.0 % of the last 1000");
	assert_has(l.facts, "110 bounces and 0 complaints of 1000 recipients");
	assert_has(l.facts, "account resume shop --fresh-start");
	/* it stays so, whatever comes */
	fixture_tally(f, 0, TEST_NOW + BUCKET, 100000, 0, 0);
	fixture_update(f, 0, TEST_NOW + BUCKET);
	fixture_update_all(f, TEST_NOW + BUCKET);
	assert_true(fixture_shop(f).facts.paused);
	assert_int_equal(fixture_shop(f).standing, RULES_SHUT_DOWN);
	assert_int_equal(fixture_shop(f).paused_sec, TEST_NOW);
	assert_int_equal(contact_letters(f).count, 2);
}

static void
test_review_and_back(void **state)
{
	struct admin_fixture *f = *state;
	struct contact_letters l;

	fixture_tally(f, 0, TEST_NOW, 1000, 90, 0);
	fixture_update(f, 0, TEST_NOW);
	fixture_update(f, 0, TEST_NOW);
	assert_false(fixture_shop(f).facts.paused);
	assert_int_equal(fixture_shop(f).standing, RULES_UNDER_REVIEW);
	l = contact_letters(f);
	assert_int_equal(l.review, 2);
	assert_int_equal(l.count, 2);
	assert_true(l.to_owner && l.to_operator);
	assert_has(l.facts, "is above 5 %");
	/* not proved any more, but not below either: it stays */
	fixture_tally(f, 0, TEST_NOW, 790, 0, 0);
	fixture_update_all(f, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_UNDER_REVIEW);
	fixture_tally(f, 0, TEST_NOW, 100, 0, 0);
	fixture_update_all(f, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
	assert_int_equal(contact_letters(f).count, 2);
	/* all of it is too old one day */
	fixture_tally(f, 0, TEST_NOW, 0, 30, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_UNDER_REVIEW);
	fixture_update_all(f, TEST_NOW + 91 * DAY);
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
}

static void
test_small_samples(void **state)
{
	struct admin_fixture *f = *state;

	fixture_tally(f, 0, TEST_NOW, 20, 3, 1);
	fixture_update(f, 0, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
	fixture_tally(f, 0, TEST_NOW, 0, 17, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_true(fixture_shop(f).facts.paused);
	assert_string_equal(fixture_shop(f).facts.pause_reason,
	    "bounce rate 100.0 % of the last 20 recipients is above 10 %");
}

/* The figures are enough from the minimum volume on, without another bounce. */
static void
test_volume_alone(void **state)
{
	struct admin_fixture *f = *state;

	fixture_tally(f, 0, TEST_NOW, 499, 65, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_false(fixture_shop(f).facts.paused);
	fixture_tally(f, 0, TEST_NOW, 1, 0, 0);
	assert_code(f, SG_OK,
	    reputation_update_sent(f->store, f->conf, fixture_shop(f).facts.id,
		0, TEST_NOW, &f->err));
	assert_true(fixture_shop(f).facts.paused);
}

static void
test_complaints(void **state)
{
	struct admin_fixture *f = *state;

	fixture_tally(f, 0, TEST_NOW, 10000, 0, 62);
	fixture_update(f, 0, TEST_NOW);
	assert_true(fixture_shop(f).facts.paused);
	assert_string_equal(fixture_shop(f).facts.pause_reason,
	    "complaint rate 0.62 % of the last 10000 recipients is above 0.5 "
	    "%");
}

/* 0.5 % is seen to be above 0.5 %. */
static void
test_close_figures(void **state)
{
	struct admin_fixture *f = *state;

	f->conf->reputation_volume = 1000000000;
	fixture_tally(f, 0, TEST_NOW, 10000000, 1001000, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_string_equal(fixture_shop(f).facts.pause_reason,
	    "bounce rate 10.01 % of the last 10000000 recipients is above 10 "
	    "%");
}

static void
test_volume_and_window(void **state)
{
	struct admin_fixture *f = *state;

	/* older than the window; beyond the newest 10,000 */
	fixture_tally(f, 0, TEST_NOW - 91 * DAY, 1000, 1000, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
	fixture_tally(f, 0, TEST_NOW - 2 * DAY, 9000, 9000, 0);
	fixture_tally(f, 0, TEST_NOW, 10000, 100, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
	f->conf->reputation_volume = 10001;
	fixture_update(f, 0, TEST_NOW);
	assert_true(fixture_shop(f).facts.paused);
}

static void
test_policies(void **state)
{
	struct admin_fixture *f = *state;

	fixture_policy(f, "none");
	fixture_tally(f, 0, TEST_NOW, 1000, 90, 0);
	fixture_update(f, 0, TEST_NOW);
	fixture_tally(f, 0, TEST_NOW, 0, 500, 0);
	fixture_update(f, 0, TEST_NOW);
	fixture_update_all(f, TEST_NOW);
	assert_false(fixture_shop(f).facts.paused);
	assert_int_equal(fixture_shop(f).standing, RULES_UNDER_REVIEW);
	assert_int_equal(contact_letters(f).paused, 0);
	/* another policy counts at the next look */
	fixture_policy(f, "standard");
	fixture_update_all(f, TEST_NOW);
	assert_true(fixture_shop(f).facts.paused);
	assert_int_equal(contact_letters(f).paused, 2);
}

static void
test_strict(void **state)
{
	struct admin_fixture *f = *state;

	fixture_policy(f, "strict");
	fixture_tally(f, 0, TEST_NOW, 1000, 60, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_true(fixture_shop(f).facts.paused);
	assert_int_equal(fixture_shop(f).standing, RULES_SHUT_DOWN);
	assert_string_equal(fixture_shop(f).facts.pause_reason,
	    "bounce rate 6.0 % of the last 1000 recipients is above 5 %");
}

/* ---- resumed by a person ----------------------------------------------------------- */

static void
test_resume(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;

	fixture_tally(f, 0, TEST_NOW, 1000, 200, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_code(f, SG_OK,
	    account_resume(
		f->store, "shop", false, TEST_NOW + 60, &row, &f->err));
	assert_true(account_resume_note(&row)[0] != '\0');
	/* time and volume pause nobody again, the next bounce does */
	fixture_tally(f, 0, TEST_NOW, 5, 0, 0);
	fixture_update_all(f, TEST_NOW + 60);
	assert_code(f, SG_OK,
	    reputation_update_sent(f->store, f->conf, fixture_shop(f).facts.id,
		0, TEST_NOW + 60, &f->err));
	assert_false(fixture_shop(f).facts.paused);
	fixture_tally(f, 0, TEST_NOW, 0, 1, 0);
	fixture_update(f, 0, TEST_NOW + 61);
	assert_true(fixture_shop(f).facts.paused);
	assert_int_equal(fixture_shop(f).paused_sec, TEST_NOW + 61);
	assert_int_equal(contact_letters(f).paused, 4);
}

static void
test_resume_when_better(void **state)
{
	struct admin_fixture *f = *state;

	fixture_tally(f, 0, TEST_NOW, 1000, 200, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_code(f, SG_OK,
	    account_resume(
		f->store, "shop", false, TEST_NOW + 60, NULL, &f->err));
	fixture_tally(f, 0, TEST_NOW, 2000, 0, 0);
	fixture_update_all(f, TEST_NOW + 60);
	assert_int_equal(fixture_shop(f).standing, RULES_UNDER_REVIEW);
	assert_int_equal(contact_letters(f).review, 0);
	/* and is as any other from here on */
	fixture_tally(f, 0, TEST_NOW, 0, 500, 0);
	fixture_update_all(f, TEST_NOW + 60);
	assert_true(fixture_shop(f).facts.paused);
}

static void
test_fresh_start(void **state)
{
	struct admin_fixture *f = *state;
	int64_t fresh = TEST_NOW + 60, i;

	fixture_tally(f, 0, TEST_NOW, 1000, 200, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_code(f, SG_OK,
	    account_resume(f->store, "shop", true, fresh, NULL, &f->err));
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
	/* a bounce of before, in the same quarter of an hour, and good mail */
	fixture_tally(f, 0, TEST_NOW + 1, 0, 1, 0);
	fixture_tally(f, 0, fresh + 1, 600, 0, 0);
	fixture_update(f, 0, fresh + 1);
	fixture_update_all(f, fresh + 1);
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
	assert_false(fixture_shop(f).facts.paused);
	/* what is sent after it counts, from its first second on */
	for (i = 0; !fixture_shop(f).facts.paused && i < 200; i++) {
		fixture_tally(f, 0, fresh, 1, 1, 0);
		fixture_update(f, 0, fresh + 2);
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
	fixture_tally(f, 0, TEST_NOW, 1000, 200, 0);
	fixture_update(f, 0, TEST_NOW + 5);
	assert_int_equal(fixture_shop(f).standing, RULES_SHUT_DOWN);
	assert_int_equal(fixture_shop(f).paused_by, STORE_PAUSED_BY_OPERATOR);
	assert_string_equal(fixture_shop(f).facts.pause_reason, "call us");
	assert_int_equal(contact_letters(f).paused, 0);
}

/* Who may resume himself must not do so from under a reputation. */
static void
test_paused_by_itself(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row = fixture_shop(f);

	row.facts.paused = true;
	row.paused_by = STORE_PAUSED_BY_ACCOUNT;
	assert_code(f, SG_OK, store_account_update(f->store, &row, &f->err));
	fixture_tally(f, 0, TEST_NOW, 1000, 200, 0);
	fixture_update(f, 0, TEST_NOW + 5);
	row = fixture_shop(f);
	assert_true(row.facts.paused);
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_REPUTATION);
	assert_has(row.facts.pause_reason, "bounce rate 20.0 %");
	assert_int_equal(contact_letters(f).paused, 2);
}

/* Nobody is refused, and nobody told of it; from the change to enforce on the next
 * bounce counts. */
static void
test_monitor(void **state)
{
	struct admin_fixture *f = *state;

	f->conf->mode = CONF_MODE_MONITOR;
	fixture_tally(f, 0, TEST_NOW, 1000, 60, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_UNDER_REVIEW);
	fixture_tally(f, 0, TEST_NOW, 0, 140, 0);
	fixture_update(f, 0, TEST_NOW);
	fixture_update_all(f, TEST_NOW);
	assert_false(fixture_shop(f).facts.paused);
	assert_int_equal(fixture_shop(f).standing, RULES_SHUT_DOWN);
	assert_int_equal(contact_letters(f).count, 0);
	f->conf->mode = CONF_MODE_ENFORCE;
	fixture_update_all(f, TEST_NOW);
	assert_false(fixture_shop(f).facts.paused);
	fixture_update(f, 0, TEST_NOW);
	assert_true(fixture_shop(f).facts.paused);
}

static void
test_letters(void **state)
{
	struct admin_fixture *f = *state;
	struct account_change change = {.contact = ""};
	struct contact_letters l;

	/* no contact: the operator alone, once */
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	fixture_tally(f, 0, TEST_NOW, 1000, 90, 0);
	fixture_update(f, 0, TEST_NOW);
	l = contact_letters(f);
	assert_int_equal(l.count, 1);
	assert_true(l.to_operator && !l.to_owner);
	/* he is the contact himself */
	change.contact = "operator@mail.example";
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	fixture_tally(f, 0, TEST_NOW, 0, 500, 0);
	fixture_update(f, 0, TEST_NOW);
	assert_int_equal(contact_letters(f).count, 2);
}

/* ---- configuration sets --------------------------------------------------------------- */

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
	int64_t news = fixture_set(f, "news"), bills = fixture_set(f, "bills");
	struct contact_letters l;

	/* its own figures are bad, the account's as a whole are not */
	fixture_tally(f, news, TEST_NOW, 1000, 200, 0);
	fixture_tally(f, bills, TEST_NOW, 9000, 10, 0);
	fixture_tally(f, 0, TEST_NOW, 10000, 210, 0);
	fixture_update(f, news, TEST_NOW);
	fixture_update(f, bills, TEST_NOW);
	assert_false(fixture_shop(f).facts.paused);
	assert_false(get_set(f, bills).facts.paused);
	assert_true(get_set(f, news).facts.paused);
	assert_int_equal(get_set(f, news).standing, RULES_SHUT_DOWN);
	assert_string_equal(get_set(f, news).facts.pause_reason,
	    "bounce rate 20.0 % of the last 1000 recipients is above 10 %");
	l = contact_letters(f);
	assert_int_equal(l.paused, 2);
	assert_has(l.facts, "configuration set news of account shop");
	assert_has(l.facts, "configset resume shop news --fresh-start");
	/* resumed under the same figures, then counting anew */
	assert_code(f, SG_OK,
	    set_resume(f->store, "shop", "news", false, TEST_NOW, &f->err));
	fixture_update_all(f, TEST_NOW);
	assert_false(get_set(f, news).facts.paused);
	fixture_update(f, news, TEST_NOW);
	assert_true(get_set(f, news).facts.paused);
	assert_code(f, SG_OK,
	    set_resume(f->store, "shop", "news", true, TEST_NOW + 60, &f->err));
	fixture_update(f, news, TEST_NOW + 60);
	fixture_update_all(f, TEST_NOW + 60);
	assert_false(get_set(f, news).facts.paused);
	assert_int_equal(get_set(f, news).standing, RULES_HEALTHY);
	/* of no account of this one's, or gone */
	fixture_update(f, 4711, TEST_NOW);
}

/* As with an account: its own switch keeps reputation from no set. */
static void
test_set_paused_by_itself(void **state)
{
	static const struct set_change off = {.has_enabled = true},
				       on = {
					   .has_enabled = true,
					   .enabled = true,
				       };
	struct admin_fixture *f = *state;
	int64_t news = fixture_set(f, "news");
	struct store_set row;

	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &off, &row, &f->err));
	fixture_tally(f, news, TEST_NOW, 1000, 200, 0);
	fixture_update(f, news, TEST_NOW);
	row = get_set(f, news);
	assert_true(row.facts.paused);
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_REPUTATION);
	assert_has(row.facts.pause_reason, "bounce rate 20.0 %");
	assert_code(f, SG_INVALID,
	    set_change(f->store, "shop", "news", &on, &row, &f->err));
	assert_true(get_set(f, news).facts.paused);
}

static void
test_set_not_counted(void **state)
{
	struct admin_fixture *f = *state;
	int64_t news = fixture_set(f, "news");
	struct set_change change = {.has_reputation = true};
	struct store_set row;

	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &change, &row, &f->err));
	fixture_tally(f, news, TEST_NOW, 1000, 200, 0);
	fixture_update(f, news, TEST_NOW);
	fixture_update_all(f, TEST_NOW);
	assert_int_equal(get_set(f, news).standing, RULES_HEALTHY);
}

static void
test_update_all(void **state)
{
	struct admin_fixture *f = *state;
	int64_t news = fixture_set(f, "news");
	struct store_account row;

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, &row, &f->err));
	fixture_tally(f, news, TEST_NOW, 1000, 200, 0);
	fixture_tally(f, 0, TEST_NOW, 1000, 60, 0);
	fixture_update_all(f, TEST_NOW);
	assert_int_equal(fixture_shop(f).standing, RULES_UNDER_REVIEW);
	assert_true(get_set(f, news).facts.paused);
	assert_code(f, SG_OK, account_get(f->store, "blog", &row, &f->err));
	assert_int_equal(row.standing, RULES_HEALTHY);
	/* the last ones of a window leave it: good mail alone may, too */
	fixture_tally(f, 0, TEST_NOW + 89 * DAY, 500, 60, 0);
	fixture_update_all(f, TEST_NOW + 89 * DAY);
	assert_false(fixture_shop(f).facts.paused);
	fixture_update_all(f, TEST_NOW + 91 * DAY);
	assert_true(fixture_shop(f).facts.paused);
	assert_code(f, SG_OK, account_delete(f->store, "blog", &f->err));
	fixture_update_all(f, TEST_NOW + 91 * DAY);
}

static void
test_missing_account(void **state)
{
	struct admin_fixture *f = *state;

	assert_code(f, SG_MISSING,
	    reputation_update(f->store, f->conf, 4711, 0, TEST_NOW, &f->err));
}

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
	    WITH_STORE(test_set_paused_by_itself),
	    WITH_STORE(test_set_not_counted),
	    WITH_STORE(test_update_all),
	    WITH_STORE(test_missing_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
