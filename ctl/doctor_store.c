/* doctor: what the store knows of identities, clocks and copies. See doctor.h. */
#include "config.h"

#include "ctl/doctor.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/admin.h"
#include "ops/identity.h"
#include "ops/observed.h"

#define IDENTITIES_MAX 20
#define CLOCK_SEC 60
#define BACKUP_SEC (7 * 86400)
#define BEATS_MAX 64

struct looking {
	struct doctor *doctor;
	int count;
	long long newest_sec;
	char program[STORE_PROGRAM_MAX + 1];
};

static bool
is_lost(enum rules_identity_status status)
{
	return status == RULES_IDENTITY_FAILED ||
	       status == RULES_IDENTITY_TEMPORARY_FAILURE;
}

static bool
judge_identity(void *ctx, const char *account, const struct store_identity *row)
{
	struct looking *looking = ctx;
	const char *what = NULL;
	char fix[DOCTOR_FIX_MAX];

	if (row->verified_sec == 0)
		return true;
	if (is_lost(row->facts.status))
		what = "the record that proves it";
	else if (row->facts.signing_enabled && is_lost(row->facts.dkim_status))
		what = "its DKIM records";
	else if (row->facts.mail_from[0] != '\0' &&
		 is_lost(row->mail_from_status))
		what = "the records of its MAIL FROM domain";
	if (what == NULL)
		return true;
	(void)snprintf(fix, sizeof(fix), "sendwardctl identity check %s %s",
	    account, row->facts.name);
	doctor_find(looking->doctor, DOCTOR_IDENTITY_DNS, fix,
	    "%s of account %s: %s cannot be found in DNS any more",
	    row->facts.name, account, what);
	return ++looking->count < IDENTITIES_MAX;
}

static bool
judge_beat(void *ctx, const struct store_heartbeat *row)
{
	struct looking *looking = ctx;

	if (row->seen_sec > looking->newest_sec) {
		looking->newest_sec = row->seen_sec;
		(void)snprintf(looking->program, sizeof(looking->program), "%s",
		    row->program);
	}
	return true;
}

static void
check_backup(struct doctor *doctor, struct store *store, long long now_sec)
{
	char fix[DOCTOR_FIX_MAX];
	int64_t at_sec = 0;

	/* of PostgreSQL there are others' */
	if (admin_store_file(doctor->conf) == NULL ||
	    admin_backup_sec(store, &at_sec, NULL) != SG_OK ||
	    now_sec - (long long)at_sec < BACKUP_SEC)
		return;
	(void)snprintf(fix, sizeof(fix),
	    "sendwardctl db backup /var/backups/sendward-$(date +%%F).db");
	if (at_sec == 0)
		doctor_find(doctor, DOCTOR_BACKUP, fix,
		    "there was no copy of the store by `db backup` yet");
	else
		doctor_find(doctor, DOCTOR_BACKUP, fix,
		    "the last copy of the store by `db backup` is %lld days "
		    "old",
		    (now_sec - (long long)at_sec) / 86400);
}

void
doctor_store(struct doctor *doctor, struct store *store, long long now_sec)
{
	struct looking looking = {.doctor = doctor};
	struct err err;

	(void)identity_list(store, NULL, judge_identity, &looking, &err);
	if (store_heartbeat_list(
		store, BEATS_MAX, judge_beat, &looking, &err) == SG_OK &&
	    looking.newest_sec > now_sec + CLOCK_SEC)
		doctor_find(doctor, DOCTOR_CLOCK,
		    "timedatectl set-ntp true (on every host of the store)",
		    "the clock here is %lld s behind %s's, as the store has "
		    "it: quotas and limits count wrongly",
		    looking.newest_sec - now_sec, looking.program);
	check_backup(doctor, store, now_sec);
}
