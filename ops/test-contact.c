/* Who hears of pauses and limits: see test-contact.h. */
#include "config.h"
#include "ops/test-contact.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "store/events.h"

int
contact_setup(void **state)
{
	struct admin_fixture *f;
	struct account_change change = {.contact = "owner@shop.example"};

	assert_int_equal(admin_fixture_setup(state), 0);
	f = *state;
	/* nothing waits for the disk */
	admin_store_close(&f->store);
	assert_code(f, SG_OK,
	    admin_store_open(f->conf, STORE_OPEN_COUNT, &f->store, &f->err));
	admin_fixture_set(&f->conf->mail_from, "no-reply@mail.example");
	admin_fixture_set(&f->conf->mail_operator, "operator@mail.example");
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	return 0;
}

static bool
see_letter(void *ctx, const struct store_letter *row)
{
	struct contact_letters *l = ctx;

	l->count++;
	l->paused += row->kind == STORE_LETTER_PAUSED;
	l->throttled += row->kind == STORE_LETTER_THROTTLED;
	l->review += row->kind == STORE_LETTER_REVIEW;
	l->to_owner |= strcmp(row->recipient, "owner@shop.example") == 0;
	l->to_operator |= strcmp(row->recipient, "operator@mail.example") == 0;
	(void)snprintf(l->facts, sizeof(l->facts), "%s", row->facts);
	return true;
}

struct contact_letters
contact_letters(struct admin_fixture *f)
{
	struct contact_letters l = {0};

	assert_code(
	    f, SG_OK, store_letter_list(f->store, see_letter, &l, &f->err));
	return l;
}
