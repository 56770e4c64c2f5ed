/* What follows from a check: statuses, keys, letters, in one transaction. Judges
 * no record (see check_judge.c). */
#include "config.h"

#include "ops/check_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "ops/letter.h"
#include "rules/identity.h"
#include "rules/key_plan.h"

#define RECORDS_TEXT_MAX 16384
#define SUBJECT_MAX (RULES_DOMAIN_MAX + 64)

/* One subject's step. */
struct step {
	bool is_due; /* there is something to look for */
	struct check_result result;
	bool by_word; /* PRESENT because the operator said so */
	enum rules_identity_status from;
	enum verification_event event;
};

struct apply {
	struct check *check;
	struct store *store;
	struct identity_file *file; /* as it is now, in this transaction */
	bool asked;
	int64_t now_sec;
	struct check_result keys[KEY_PLAN_MAX_KEYS]; /* of file->keys */
	enum key_action actions[KEY_PLAN_MAX_KEYS];
	int64_t ripe_sec; /* when a key that waits may sign; 0: none */
	struct step steps[VERIFICATION_SUBJECTS];
};

static bool
has_word(const struct identity_file *file)
{
	return (file->row.proofs & STORE_PROOF_WORD) != 0;
}

/* ---- keys ------------------------------------------------------------------------ */

static struct check_result
look_of_key(const struct check *check, int64_t key_id)
{
	for (size_t i = 0; i < check->file->key_count; i++)
		if (check->file->keys[i].id == key_id)
			return check->keys[i];
	return (struct check_result){LOOK_UNKNOWN, VERIFICATION_NO_ERROR};
}

static enum sg_err
note_seen(struct apply *apply, struct err *err_r)
{
	struct identity_file *file = apply->file;
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < file->key_count && rc == SG_OK; i++) {
		struct store_key *key = &file->keys[i];

		apply->keys[i] = look_of_key(apply->check, key->id);
		if (key->retired_sec != 0 ||
		    apply->keys[i].look != LOOK_PRESENT)
			continue;
		if (key->seen_sec == 0)
			key->seen_sec = apply->now_sec;
		rc = store_key_seen(
		    apply->store, key->id, apply->now_sec, err_r);
	}
	return rc;
}

/* Since when a key of Easy DKIM is in our zone. When the operator includes it by
 * hand nobody tells: then it is since DNS had it for the first time. */
static int64_t
published_since(const struct conf *conf, const struct store_key *key)
{
	if (conf->dkim_update_server[0] != '\0')
		return key->published_sec;
	return key->seen_sec;
}

static struct key_facts
facts_of(const struct apply *apply, size_t i)
{
	const struct store_key *key = &apply->file->keys[i];
	struct key_facts facts = {.id = key->id,
	    .origin = key->origin,
	    .slot = key->slot,
	    .is_ed25519 = strcmp(key->algorithm, "ed25519") == 0,
	    .active = key->active,
	    .created_sec = key->created_sec,
	    .published_sec = published_since(apply->check->conf, key),
	    .active_sec = key->active_sec,
	    .retired_sec = key->retired_sec,
	    .look = KEY_UNKNOWN};

	if (apply->keys[i].look == LOOK_PRESENT)
		facts.look = KEY_SEEN;
	if (apply->keys[i].look == LOOK_ABSENT)
		facts.look = KEY_NOT_SEEN;
	return facts;
}

static enum sg_err
act_on_key(struct apply *apply, size_t i, struct err *err_r)
{
	const struct store_key *key = &apply->file->keys[i];

	switch (apply->actions[i]) {
	case KEY_TAKES_OVER:
		return store_key_set_active(
		    apply->store, key->id, true, apply->now_sec, err_r);
	case KEY_RETIRES:
		return store_key_set_active(
		    apply->store, key->id, false, apply->now_sec, err_r);
	case KEY_IS_REMOVED:
		return store_key_delete(apply->store, key->id, err_r);
	case KEY_STAYS:
		break;
	}
	return SG_OK;
}

static bool
signs_now(const struct apply *apply, size_t i)
{
	if (apply->actions[i] == KEY_TAKES_OVER)
		return true;
	return apply->file->keys[i].active && apply->actions[i] == KEY_STAYS;
}

/* A key that waits and is seen in DNS: when it may sign. */
static void
note_ripe(struct apply *apply, const struct key_facts *facts)
{
	int64_t ripe = facts->published_sec + apply->check->conf->dkim_ttl_sec;

	if (facts->origin != KEY_EASY || facts->active ||
	    facts->retired_sec != 0 || facts->published_sec == 0 ||
	    ripe <= apply->now_sec)
		return;
	if (apply->ripe_sec == 0 || ripe < apply->ripe_sec)
		apply->ripe_sec = ripe;
}

static enum sg_err
plan_keys(struct apply *apply, struct err *err_r)
{
	struct key_facts facts[KEY_PLAN_MAX_KEYS];
	enum sg_err rc = note_seen(apply, err_r);

	for (size_t i = 0; i < apply->file->key_count; i++) {
		facts[i] = facts_of(apply, i);
		note_ripe(apply, &facts[i]);
	}
	(void)key_plan(facts, apply->file->key_count,
	    apply->check->conf->dkim_ttl_sec, apply->now_sec, apply->actions);
	/* Old ones first, so that one key of an algorithm is active. */
	for (size_t i = 0; i < apply->file->key_count && rc == SG_OK; i++)
		if (apply->actions[i] != KEY_TAKES_OVER)
			rc = act_on_key(apply, i, err_r);
	for (size_t i = 0; i < apply->file->key_count && rc == SG_OK; i++)
		if (apply->actions[i] == KEY_TAKES_OVER)
			rc = act_on_key(apply, i, err_r);
	return rc;
}

/* Long enough in our zone to be seen, or that day is still to come (the clock was
 * wrong). */
static bool
must_be_out(const struct apply *apply, const struct store_key *key)
{
	return key->published_sec != 0 &&
	       (key->published_sec > apply->now_sec ||
		   apply->now_sec - key->published_sec >=
		       apply->check->conf->dkim_ttl_sec);
}

/* Our own zone lost a key, or has another one there (one of the two was restored
 * from a copy): it is published now, not when its day is over. */
static enum sg_err
publish_lost(struct apply *apply, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (apply->check->conf->dkim_update_server[0] == '\0')
		return SG_OK;
	for (size_t i = 0; i < apply->file->key_count && rc == SG_OK; i++) {
		const struct store_key *key = &apply->file->keys[i];

		if (key->origin == KEY_EASY && key->retired_sec == 0 &&
		    apply->keys[i].look == LOOK_ABSENT &&
		    apply->keys[i].error == VERIFICATION_SERVICE_ERROR &&
		    apply->actions[i] == KEY_STAYS && must_be_out(apply, key))
			rc = store_key_published(
			    apply->store, key->id, 0, err_r);
	}
	return rc;
}

/* ---- what was seen of each subject -------------------------------------------------- */

static void
add_proof(struct step *step, struct check_result result)
{
	step->result =
	    step->is_due ? check_either(step->result, result) : result;
	step->is_due = true;
}

/* The bit of a proof; one that nobody answered for stays as it was. */
static void
set_proof(struct identity_file *file, int proof, enum verification_look look)
{
	if (look == LOOK_PRESENT)
		file->row.proofs |= proof;
	if (look == LOOK_ABSENT)
		file->row.proofs &= ~proof;
}

static void
see_identity(struct apply *apply)
{
	struct step *step = &apply->steps[VERIFICATION_IDENTITY];
	const struct check *check = apply->check;
	struct identity_file *file = apply->file;
	struct step keys = {.is_due = false};

	if (file->row.facts.type != RULES_IDENTITY_DOMAIN)
		return;
	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].origin != KEY_EASY &&
		    file->keys[i].retired_sec == 0)
			add_proof(&keys, apply->keys[i]);
	if (keys.is_due) {
		set_proof(file, STORE_PROOF_DKIM_TXT, keys.result.look);
		add_proof(step, keys.result);
	}
	if (check->has_easy) {
		set_proof(file, STORE_PROOF_EASY_DKIM, check->easy.look);
		add_proof(step, check->easy);
	}
	if (check->has_token) {
		set_proof(file, STORE_PROOF_TXT, check->token.look);
		add_proof(step, check->token);
	}
	step->by_word = has_word(file) &&
			(!step->is_due || step->result.look != LOOK_PRESENT);
	step->is_due = step->is_due || has_word(file);
}

/* One key's share: of those that sign, whether they are there; of those that
 * wait, whether it is too early to say that there is none. */
static struct check_result
share_of_key(const struct apply *apply, size_t i)
{
	struct check_result result = apply->keys[i];

	if (!signs_now(apply, i) && result.look == LOOK_PRESENT)
		return (struct check_result){
		    LOOK_UNKNOWN, VERIFICATION_NO_ERROR};
	if (result.look == LOOK_ABSENT &&
	    result.error == VERIFICATION_SERVICE_ERROR)
		result.look = LOOK_UNKNOWN;
	return result;
}

static void
see_dkim(struct apply *apply)
{
	struct step *step = &apply->steps[VERIFICATION_DKIM];
	const struct identity_file *file = apply->file;
	bool is_on_word = false;

	for (size_t i = 0; i < file->key_count; i++) {
		const struct store_key *key = &file->keys[i];

		if (key->retired_sec != 0 || apply->actions[i] == KEY_RETIRES)
			continue;
		add_proof(step, share_of_key(apply, i));
		if (signs_now(apply, i) && key->seen_sec == 0)
			is_on_word = has_word(file);
	}
	step->by_word = is_on_word && step->result.look != LOOK_PRESENT;
}

static void
see_mail_from(struct apply *apply)
{
	struct step *step = &apply->steps[VERIFICATION_MAIL_FROM];
	const char *mail_from = apply->file->row.facts.mail_from;

	if (mail_from[0] == '\0')
		return;
	step->is_due = true;
	step->result = apply->check->mail_from;
	/* It was changed while DNS was asked. */
	if (strcmp(mail_from, apply->check->file->row.facts.mail_from) != 0)
		step->result =
		    (struct check_result){LOOK_UNKNOWN, VERIFICATION_NO_ERROR};
}

/* ---- steps --------------------------------------------------------------------------- */

/* Identities of before have no row: their time begins now. */
static void
begin_row(struct verification *v, int64_t now_sec)
{
	v->started_sec = now_sec;
	if (v->status == RULES_IDENTITY_TEMPORARY_FAILURE)
		v->failing_sec = now_sec;
}

static void
take_step(struct apply *apply, int subject)
{
	struct step *step = &apply->steps[subject];
	struct verification *v = &apply->file->looks[subject];
	int64_t success_sec = v->success_sec;

	step->from = v->status;
	if (!apply->file->has_look[subject])
		begin_row(v, apply->now_sec);
	if (v->status == RULES_IDENTITY_NOT_STARTED)
		verification_start(v, apply->now_sec);
	step->event = verification_step(v,
	    step->by_word ? LOOK_PRESENT : step->result.look,
	    step->result.error, apply->asked, apply->file->row.facts.id,
	    apply->now_sec);
	if (step->by_word) {
		v->success_sec = success_sec;
		v->error = step->result.error;
	}
}

/* A key that waits is looked for sooner than the day after. */
static void
hurry_for_keys(struct apply *apply)
{
	struct verification *v = &apply->file->looks[VERIFICATION_DKIM];
	int64_t next = apply->ripe_sec;

	for (size_t i = 0; i < apply->file->key_count; i++) {
		const struct store_key *key = &apply->file->keys[i];
		int64_t since = key->published_sec > key->created_sec
				    ? key->published_sec
				    : key->created_sec;
		int64_t at;

		if (key->active || key->retired_sec != 0 ||
		    apply->actions[i] != KEY_STAYS ||
		    apply->keys[i].look == LOOK_PRESENT)
			continue;
		at = verification_next_awaited(since, apply->now_sec);
		if (next == 0 || at < next)
			next = at;
	}
	if (next != 0 && v->next_sec != 0 && next < v->next_sec)
		v->next_sec = next;
}

static enum sg_err
put_look(struct apply *apply, int subject, struct err *err_r)
{
	struct verification *v = &apply->file->looks[subject];

	if (!apply->steps[subject].is_due) {
		if (!apply->file->has_look[subject] || v->next_sec == 0)
			return SG_OK;
		v->next_sec = 0;
	}
	return store_verification_put(apply->store, apply->file->row.facts.id,
	    (enum verification_subject)subject, v, err_r);
}

static enum sg_err
put_row(
    struct apply *apply, const struct store_identity *before, struct err *err_r)
{
	struct store_identity *row = &apply->file->row;
	const struct verification *looks = apply->file->looks;

	row->facts.status = looks[VERIFICATION_IDENTITY].status;
	row->facts.dkim_status = looks[VERIFICATION_DKIM].status;
	row->mail_from_status = looks[VERIFICATION_MAIL_FROM].status;
	if (apply->steps[VERIFICATION_IDENTITY].event == VERIFICATION_VERIFIED)
		row->verified_sec = apply->now_sec;
	if (row->facts.status == before->facts.status &&
	    row->facts.dkim_status == before->facts.dkim_status &&
	    row->mail_from_status == before->mail_from_status &&
	    row->proofs == before->proofs &&
	    row->verified_sec == before->verified_sec)
		return SG_OK;
	return store_identity_update(apply->store, row, err_r);
}

/* ---- letters -------------------------------------------------------------------------- */

static bool
is_usable(enum rules_identity_status status)
{
	return status == RULES_IDENTITY_SUCCESS ||
	       status == RULES_IDENTITY_TEMPORARY_FAILURE;
}

/* The same cause is told once: with the identity. */
static bool
is_told(const struct apply *apply, int subject, enum verification_event event)
{
	const struct identity_file *file = apply->file;
	enum rules_identity_status status =
	    file->looks[VERIFICATION_IDENTITY].status;
	enum verification_event identity_event =
	    apply->steps[VERIFICATION_IDENTITY].event;

	if (apply->steps[subject].event != event)
		return false;
	if (subject == VERIFICATION_IDENTITY ||
	    file->row.facts.type != RULES_IDENTITY_DOMAIN)
		return true;
	if (subject == VERIFICATION_DKIM && identity_event == event)
		return false;
	if (subject == VERIFICATION_DKIM && event == VERIFICATION_WARNING &&
	    status == RULES_IDENTITY_TEMPORARY_FAILURE)
		return false;
	return is_usable(status);
}

static void
name_subject(const struct apply *apply, int subject, char *text, size_t size)
{
	if (subject == VERIFICATION_IDENTITY)
		(void)snprintf(text, size, "identity"); /* fits */
	else if (subject == VERIFICATION_DKIM)
		(void)snprintf(text, size, "DKIM"); /* fits */
	else
		(void)snprintf(text, size, "MAIL FROM domain %s",
		    apply->file->row.facts.mail_from); /* fits */
}

static const char *
why(const struct step *step)
{
	if (step->event == VERIFICATION_VERIFIED ||
	    step->event == VERIFICATION_RESTORED)
		return "its records were found in DNS";
	switch (step->result.error) {
	case VERIFICATION_INVALID_VALUE:
		return "a record is there with another value";
	case VERIFICATION_TYPE_NOT_FOUND:
		return "a name is there without the record that is wanted";
	case VERIFICATION_HOST_NOT_FOUND:
		return "no record was found in DNS";
	case VERIFICATION_DNS_SERVER_ERROR:
		return "its name servers gave no answer";
	default:
		return "the records could not be looked at";
	}
}

static bool
is_about(const struct wanted_record *record, int subject)
{
	switch (record->purpose) {
	case RECORD_MAIL_FROM_MX:
	case RECORD_MAIL_FROM_SPF:
		return subject == VERIFICATION_MAIL_FROM;
	case RECORD_TXT_TOKEN:
		return subject == VERIFICATION_IDENTITY;
	default:
		return subject != VERIFICATION_MAIL_FROM;
	}
}

/* Records of the subject that are not as they should be, a line each. */
static void
list_records(const struct apply *apply, int subject, struct buf *out)
{
	const struct check *check = apply->check;

	for (size_t i = 0; i < check->finding_count; i++) {
		const struct finding *f = &check->findings[i];

		if (f->state == FINDING_OK || f->state == FINDING_NOT_NEEDED ||
		    !is_about(f->record, subject))
			continue;
		(void)buf_printf(out, "%s %s %s\n", f->record->name,
		    dns_type_name(f->record->type),
		    f->record->value); /* as much as fits */
	}
}

static const enum store_letter_kind letter_kinds[] = {
    [VERIFICATION_VERIFIED] = STORE_LETTER_VERIFIED,
    [VERIFICATION_FAILED] = STORE_LETTER_FAILED,
    [VERIFICATION_WARNING] = STORE_LETTER_WARNING,
    [VERIFICATION_RESTORED] = STORE_LETTER_RESTORED,
    [VERIFICATION_REVOKED] = STORE_LETTER_REVOKED,
};

/* One letter for everything that came to the same end in this look: a second one
 * of its kind would take its place. */
static enum sg_err
write_letter(
    struct apply *apply, enum verification_event event, struct err *err_r)
{
	bool is_bad =
	    event != VERIFICATION_VERIFIED && event != VERIFICATION_RESTORED;
	char subject[3 * SUBJECT_MAX] = "", name[SUBJECT_MAX];
	char until[CLOCK_ISO_MAX];
	const char *reason = NULL;
	struct buf records;
	enum sg_err rc = SG_OK;

	buf_init(&records, RECORDS_TEXT_MAX);
	for (int i = 0; i < VERIFICATION_SUBJECTS; i++) {
		size_t len = strlen(subject);

		if (!is_told(apply, i, event))
			continue;
		name_subject(apply, i, name, sizeof(name));
		(void)snprintf(subject + len, sizeof(subject) - len, "%s%s",
		    len > 0 ? " and " : "", name); /* fits */
		if (reason == NULL)
			reason = why(&apply->steps[i]);
		if (is_bad)
			list_records(apply, i, &records);
	}
	if (reason != NULL) {
		struct letter_fact facts[] = {{"subject", subject},
		    {"why", reason}, {"records", buf_str(&records)},
		    {event == VERIFICATION_WARNING ? "until" : NULL,
			clock_iso(
			    apply->now_sec + VERIFICATION_GRACE_SEC, until)},
		    {NULL, NULL}};

		rc = letter_put(apply->store, apply->check->conf,
		    letter_kinds[event], apply->file->row.account_id,
		    &apply->file->row, facts, NULL, 0, apply->now_sec, err_r);
	}
	buf_fini(&records);
	return rc;
}

static enum sg_err
write_letters(struct apply *apply, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (int event = VERIFICATION_VERIFIED;
	     event <= VERIFICATION_REVOKED && rc == SG_OK; event++)
		rc = write_letter(apply, (enum verification_event)event, err_r);
	return rc;
}

/* ---- the transaction -------------------------------------------------------------------- */

static enum sg_err
apply_within(struct apply *apply, struct err *err_r)
{
	struct store_identity before = apply->file->row;
	enum sg_err rc = plan_keys(apply, err_r);

	if (rc == SG_OK)
		rc = publish_lost(apply, err_r);
	if (rc != SG_OK)
		return rc;
	see_identity(apply);
	see_dkim(apply);
	see_mail_from(apply);
	for (int i = 0; i < VERIFICATION_SUBJECTS; i++)
		if (apply->steps[i].is_due)
			take_step(apply, i);
	hurry_for_keys(apply);
	for (int i = 0; i < VERIFICATION_SUBJECTS && rc == SG_OK; i++)
		rc = put_look(apply, i, err_r);
	if (rc == SG_OK)
		rc = put_row(apply, &before, err_r);
	if (rc == SG_OK)
		rc = write_letters(apply, err_r);
	return rc;
}

static void
log_steps(const struct apply *apply)
{
	const struct identity_file *file = apply->file;

	for (int i = 0; i < VERIFICATION_SUBJECTS; i++) {
		const struct step *step = &apply->steps[i];
		enum rules_identity_status to = file->looks[i].status;
		char subject[SUBJECT_MAX];

		if (!step->is_due || step->from == to)
			continue;
		name_subject(apply, i, subject, sizeof(subject));
		log_event(LOG_IDENTITY_STATE_EVENT, NULL, "account",
		    file->account, "identity", file->row.facts.name, "subject",
		    subject, "from", identity_status_name(step->from), "to",
		    identity_status_name(to), "why",
		    step->by_word ? "the operator's word" : why(step), NULL);
	}
}

static void
log_keys(const struct apply *apply)
{
	static const char *const what[] = {[KEY_TAKES_OVER] = "takes over",
	    [KEY_RETIRES] = "is retired",
	    [KEY_IS_REMOVED] = "is removed"};

	for (size_t i = 0; i < apply->file->key_count; i++) {
		const struct store_key *key = &apply->file->keys[i];

		if (apply->actions[i] == KEY_STAYS)
			continue;
		log_event(LOG_DKIM_ROTATE_EVENT, NULL, "account",
		    apply->file->account, "identity",
		    apply->file->row.facts.name, "selector", key->selector,
		    "algorithm", key->algorithm, "what",
		    what[apply->actions[i]], NULL);
	}
}

enum sg_err
check_apply(struct check *check, struct store *store, bool asked,
    int64_t now_sec, struct err *err_r)
{
	struct apply apply = {
	    .check = check, .store = store, .asked = asked, .now_sec = now_sec};
	int64_t id = check->file->row.facts.id;
	struct identity_file *after = NULL;
	enum sg_err rc;

	check_judge(check);
	if (check->findings == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a look");
	rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = identity_file_load(store, check->conf, id, &apply.file, err_r);
	if (rc == SG_OK)
		rc = apply_within(&apply, err_r);
	if (rc == SG_OK)
		rc = identity_file_load(store, check->conf, id, &after, err_r);
	rc = store_finish(store, rc, err_r);
	if (rc == SG_OK) {
		log_steps(&apply);
		log_keys(&apply);
		identity_file_free(&check->after);
		check->after = after;
		after = NULL;
	}
	identity_file_free(&after);
	identity_file_free(&apply.file);
	return rc;
}
