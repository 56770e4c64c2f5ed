/* A look at an identity in DNS: questions and answers. Judges nothing (see
 * check_judge.c), writes nothing (see check_apply.c). */
#include "config.h"

#include "ops/check_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/advice.h"
#include "ops/identity.h"

/* Of machines: every key, Easy DKIM name, token and MAIL FROM record. */
#define QUESTIONS_FEW (2 * KEY_PLAN_MAX_KEYS + 16)
#define QUESTIONS_MAX 256
#define ARENA_MAX (4U * 1024 * 1024)
#define NAME_MAX_LEN 253 /* without the final dot */
#define LABEL_MAX 63
/* Of an answer so much is kept: nothing that is wanted is as long. */
#define RECORD_KEPT 8193
#define ANSWER_KEPT 65536

static const struct dns_answer no_answer = {
    .outcome = DNS_TIMED_OUT, .why = "no answer came"};

/* ---- questions --------------------------------------------------------------- */

static bool
is_name(const char *name)
{
	size_t label = 0;

	if (name[0] == '\0' || strlen(name) > NAME_MAX_LEN)
		return false;
	for (; *name != '\0'; name++) {
		label = *name == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}
	return true;
}

static void
ask(struct check *check, const char *name, enum dns_type type)
{
	struct check_question *question;

	if (!is_name(name) || check->question_count == check->question_max)
		return;
	for (size_t i = 0; i < check->question_count; i++)
		if (check->questions[i].type == type &&
		    strcmp(check->questions[i].name, name) == 0)
			return;
	question = &check->questions[check->question_count];
	(void)snprintf(
	    question->name, sizeof(question->name), "%s", name); /* fits */
	question->type = type;
	check->answers[check->question_count++] = no_answer;
}

/* "LEFT.RIGHT"; names that are too long are not asked for. */
static void
ask_below(struct check *check, const char *left, const char *right,
    enum dns_type type)
{
	char name[DNS_NAME_MAX + 1];
	int len = snprintf(name, sizeof(name), "%s.%s", left, right);

	if (len > 0 && (size_t)len < sizeof(name))
		ask(check, name, type);
}

static const char *
next_parent(const char *domain)
{
	const char *dot = strchr(domain, '.');

	if (dot == NULL || strchr(dot + 1, '.') == NULL)
		return NULL;
	return dot + 1;
}

static void
ask_advice(struct check *check)
{
	const char *domain = identity_domain(&check->file->row);

	ask(check, domain, DNS_TXT);
	for (; domain != NULL; domain = next_parent(domain))
		ask_below(check, "_dmarc", domain, DNS_TXT);
}

static void
ask_record(struct check *check, const struct wanted_record *record)
{
	char name[DNS_NAME_MAX + 1];

	if (record->key_retired)
		return;
	ask(check, record->name, record->type);
	if (record->purpose == RECORD_TXT_TOKEN)
		ask_below(check, "_amazonses",
		    identity_domain(&check->file->row), DNS_TXT);
	for (int place = 0; check->explain && place < CHECK_PLACES; place++)
		if (check_place(check->file, record, place, name))
			ask(check, name, record->type);
}

static void
ask_all(struct check *check)
{
	const struct identity_file *file = check->file;

	for (size_t i = 0; i < file->record_count; i++)
		ask_record(check, &file->records[i]);
	for (size_t i = 0; i < file->key_count; i++) {
		const struct store_key *key = &file->keys[i];
		char left[sizeof(key->selector) + sizeof("._domainkey")];

		if (key->origin != KEY_EASY || key->retired_sec != 0)
			continue;
		(void)snprintf(left, sizeof(left), "%s._domainkey",
		    key->selector); /* fits */
		ask_below(check, left, identity_domain(&file->row), DNS_TXT);
	}
	if (check->explain)
		ask_advice(check);
}

enum sg_err
check_new(struct store *store, const struct conf *conf, int64_t identity_id,
    bool explain, struct check **check_r, struct err *err_r)
{
	struct check *check = calloc(1, sizeof(*check));
	size_t max = explain ? QUESTIONS_MAX : QUESTIONS_FEW;
	enum sg_err rc;

	*check_r = NULL;
	if (check == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a look");
	check->explain = explain;
	/* Nothing of it is changed but the count. */
	check->conf = conf_ref((struct conf *)(uintptr_t)conf);
	check->arena = arena_new(ARENA_MAX);
	check->question_max = max;
	check->questions = calloc(max, sizeof(*check->questions));
	check->answers = calloc(max, sizeof(*check->answers));
	check->is_answered = calloc(max, sizeof(bool));
	if (check->arena == NULL || check->questions == NULL ||
	    check->answers == NULL || check->is_answered == NULL)
		rc = err_set(err_r, SG_NOMEM, "no memory for a look");
	else
		rc = identity_file_load(
		    store, conf, identity_id, &check->file, err_r);
	if (rc == SG_OK)
		ask_all(check);
	else
		check_free(&check);
	*check_r = check;
	return rc;
}

void
check_free(struct check **check)
{
	struct check *old = *check;

	*check = NULL;
	if (old == NULL)
		return;
	identity_file_free(&old->file);
	identity_file_free(&old->after);
	arena_free(&old->arena);
	conf_unref(&old->conf);
	free(old->questions);
	free(old->answers);
	free(old->is_answered);
	free(old->findings);
	free(old);
}

size_t
check_questions(const struct check *check, const struct check_question **list_r)
{
	*list_r = check->questions;
	return check->question_count;
}

/* ---- answers ----------------------------------------------------------------- */

/* False: no memory. */
static bool
keep_records(
    struct check *check, const struct dns_answer *from, struct dns_answer *to)
{
	struct dns_record *records =
	    arena_alloc(check->arena, (from->count + 1) * sizeof(*records));
	size_t kept = 0;

	if (records == NULL)
		return false;
	to->records = records;
	for (size_t i = 0; i < from->count; i++) {
		struct dns_record *record = &records[i];

		*record = from->records[i];
		if (record->len > RECORD_KEPT)
			record->len = RECORD_KEPT;
		kept += record->len;
		if (kept > ANSWER_KEPT) {
			to->is_cut = true;
			to->count = i;
			return true;
		}
		record->text =
		    arena_strndup(check->arena, record->text, record->len);
		if (record->text == NULL)
			return false;
	}
	return true;
}

void
check_answer(struct check *check, size_t index, const struct dns_answer *answer)
{
	struct dns_answer *kept;

	if (index >= check->question_count)
		return;
	kept = &check->answers[index];
	*kept = *answer;
	kept->records = NULL;
	if (!keep_records(check, answer, kept))
		*kept = (struct dns_answer){
		    .outcome = DNS_FAILED, .why = "no memory for the answer"};
	check->is_answered[index] = true;
	check->is_judged = false;
}

const struct dns_answer *
check_find_answer(
    const struct check *check, const char *name, enum dns_type type)
{
	for (size_t i = 0; i < check->question_count; i++)
		if (check->questions[i].type == type &&
		    strcmp(check->questions[i].name, name) == 0)
			return &check->answers[i];
	return &no_answer;
}

bool
check_is_unanswered(const struct check *check)
{
	for (size_t i = 0; i < check->question_count; i++) {
		enum dns_outcome outcome = check->answers[i].outcome;

		if (check->is_answered[i] &&
		    (outcome == DNS_FOUND || outcome == DNS_NO_NAME ||
			outcome == DNS_NO_DATA || outcome == DNS_BOGUS))
			return false;
	}
	return check->question_count > 0;
}

/* ---- what became of it ------------------------------------------------------- */

const char *
check_text(struct check *check, const char *format, ...)
{
	char text[4096];
	const char *copy;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args); /* cut when long */
	va_end(args);
	copy = arena_strdup(check->arena, text);
	return copy == NULL ? "" : copy;
}

size_t
check_findings(struct check *check, const struct finding **list_r)
{
	check_judge(check);
	*list_r = check->findings;
	return check->finding_count;
}

const char *
check_state_name(enum finding_state state)
{
	static const char *const names[] = {[FINDING_OK] = "OK",
	    [FINDING_MISSING] = "MISSING",
	    [FINDING_WRONG_VALUE] = "WRONG_VALUE",
	    [FINDING_WRONG_PLACE] = "WRONG_PLACE",
	    [FINDING_OLD_VALUE] = "OLD_VALUE",
	    [FINDING_SPLIT_WRONG] = "SPLIT_WRONG",
	    [FINDING_SEVERAL] = "SEVERAL",
	    [FINDING_NO_ANSWER] = "NO_ANSWER",
	    [FINDING_NOT_NEEDED] = "NOT_NEEDED"};

	if ((unsigned)state >= sizeof(names) / sizeof(*names))
		return "UNKNOWN";
	return names[state];
}

const struct identity_file *
check_file(const struct check *check)
{
	return check->after != NULL ? check->after : check->file;
}

static bool
is_signed(const struct store_identity *row)
{
	return row->facts.signing_enabled &&
	       (row->facts.key_id[0] != 0 || row->facts.key_id[1] != 0) &&
	       (row->facts.dkim_status == RULES_IDENTITY_SUCCESS ||
		   row->facts.dkim_status == RULES_IDENTITY_TEMPORARY_FAILURE);
}

bool
check_advice(
    const struct check *check, struct advice *spf_r, struct advice *dmarc_r)
{
	const struct dns_answer *dmarc[DNS_NAME_MAX / 2];
	char names[DNS_NAME_MAX / 2][DNS_NAME_MAX + 1];
	const char *name_list[DNS_NAME_MAX / 2];
	const struct store_identity *row = &check_file(check)->row;
	const char *domain = identity_domain(row);
	struct advice_input in = {.conf = check->conf,
	    .identity = row,
	    .is_signed = is_signed(row),
	    .spf = check_find_answer(check, domain, DNS_TXT),
	    .dmarc = dmarc,
	    .dmarc_names = name_list};

	if (!check->explain)
		return false;
	if (row->facts.mail_from[0] != '\0')
		in.mail_from_spf =
		    check_find_answer(check, row->facts.mail_from, DNS_TXT);
	for (; domain != NULL && in.dmarc_count < DNS_NAME_MAX / 2;
	     domain = next_parent(domain)) {
		char *name = names[in.dmarc_count];
		int len = snprintf(name, DNS_NAME_MAX + 1, "_dmarc.%s", domain);

		if (len < 0 || len > NAME_MAX_LEN)
			continue;
		name_list[in.dmarc_count] = name;
		dmarc[in.dmarc_count++] =
		    check_find_answer(check, name, DNS_TXT);
	}
	advice_give(&in, spf_r, dmarc_r);
	return true;
}
