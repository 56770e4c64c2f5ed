/* What the answers of a check mean, record by record: findings, and what of the
 * identity they prove. Writes nothing; DKIM keys are in check_key.c. */
#include "config.h"

#include "ops/check_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/identity.h"
#include "rules/ascii.h"
#include "rules/spf.h"

#define FOUND_MAX 2000

/* ---- places where records are put by mistake ---------------------------------- */

/* The domain above, when it is more than a top-level domain; NULL. */
static const char *
parent_of(const char *domain)
{
	const char *dot = strchr(domain, '.');

	return dot != NULL && strchr(dot + 1, '.') != NULL ? dot + 1 : NULL;
}

/* "LEFT" of "LEFT.DOMAIN"; 0: the name is not below the domain. */
static int
left_length(const char *name, const char *domain)
{
	size_t len = strlen(name), tail = strlen(domain);

	if (len <= tail + 1 || strcmp(name + len - tail, domain) != 0)
		return 0;
	return (int)(len - tail - 1);
}

bool
check_place(const struct identity_file *file,
    const struct wanted_record *record, int place,
    char name_r[DNS_NAME_MAX + 1])
{
	const char *domain = identity_domain(&file->row);
	const char *name = record->name, *parent = parent_of(domain);
	bool is_key = strstr(name, "._domainkey.") != NULL;
	bool is_token = record->purpose == RECORD_TXT_TOKEN;
	int left = left_length(name, domain), len = 0;
	size_t size = DNS_NAME_MAX + 1;

	if (left == 0)
		return false;
	if (place == 0)
		len = snprintf(name_r, size, "%s.%s", name, domain);
	else if (place == 1 && is_key)
		len = snprintf(name_r, size, "%.*s.%s", (int)strcspn(name, "."),
		    name, domain);
	else if (place == 1 && is_token)
		len = snprintf(name_r, size, "%s", name + 1);
	else if (place == 2 && (is_key || is_token) && parent != NULL)
		len = snprintf(name_r, size, "%.*s.%s", left, name, parent);
	else if (place == 3 && (is_key || is_token) && record->type == DNS_TXT)
		len = snprintf(name_r, size, "%s", domain);
	else if (place == 4 && is_key && record->type == DNS_TXT)
		len = snprintf(name_r, size, "_domainkey.%s", domain);
	return len > 0 && (size_t)len < size;
}

static const char *
place_hint(struct check *check, const struct wanted_record *record, int place)
{
	const char *domain = identity_domain(&check->file->row);

	if (place == 0)
		return check_text(check,
		    "The domain stands twice in its name: the panel adds it "
		    "by itself, so enter the name as %.*s.",
		    left_length(record->name, domain), record->name);
	if (place == 2)
		return check_text(check,
		    "It was put into the zone of the domain above; its whole "
		    "name must be %s.",
		    record->name);
	return check_text(check, "Its name must be %s.", record->name);
}

/* ---- what is there ------------------------------------------------------------ */

const char *
check_answer_text(struct check *check, const struct dns_answer *answer)
{
	char text[FOUND_MAX + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < answer->count && len < FOUND_MAX; i++) {
		const struct dns_record *record = &answer->records[i];
		char before[24] = "";
		int more;

		if (record->preference != 0)
			(void)snprintf(before, sizeof(before), "%d ",
			    record->preference); /* fits */
		more = snprintf(text + len, sizeof(text) - len, "%s%s%s",
		    i > 0 ? " | " : "", before, record->text);
		if (more < 0)
			break;
		len += (size_t)more;
	}
	return check_text(check, "%s", text);
}

bool
check_judge_absence(
    struct check *check, const struct dns_answer *answer, struct finding *f)
{
	switch (answer->outcome) {
	case DNS_FOUND:
		return false;
	case DNS_NO_NAME:
		f->state = FINDING_MISSING;
		f->error = VERIFICATION_HOST_NOT_FOUND;
		if (answer->alias[0] != '\0')
			f->hint = check_text(check,
			    "There is a CNAME record that points to %s, and "
			    "nothing is there.",
			    answer->alias);
		return true;
	case DNS_NO_DATA:
		f->state = FINDING_MISSING;
		f->error = VERIFICATION_TYPE_NOT_FOUND;
		f->hint = check_text(check,
		    "The name is there, but has no %s record.",
		    dns_type_name(f->record->type));
		return true;
	default:
		f->state = FINDING_NO_ANSWER;
		f->error = VERIFICATION_DNS_SERVER_ERROR;
		f->hint = check_text(check,
		    "Its name servers gave no usable answer (%s); nothing is "
		    "revoked for that.",
		    answer->why);
		return true;
	}
}

static bool
is_name_text(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > 0 && a[a_len - 1] == '.')
		a_len--;
	if (b_len > 0 && b[b_len - 1] == '.')
		b_len--;
	if (a_len != b_len)
		return false;
	for (size_t i = 0; i < a_len; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

/* ---- Easy DKIM ---------------------------------------------------------------- */

static void
judge_cname(
    struct check *check, const struct dns_answer *answer, struct finding *f)
{
	const struct identity_file *file = check->file;
	const char *wanted = f->record->value, *found;

	if (check_judge_absence(check, answer, f))
		return;
	found = answer->count > 0 ? answer->records[0].text : "";
	f->found = check_answer_text(check, answer);
	if (answer->count == 1 && is_name_text(found, wanted))
		return;
	f->state = FINDING_WRONG_VALUE;
	f->error = VERIFICATION_INVALID_VALUE;
	if (answer->count > 1) {
		f->state = FINDING_SEVERAL;
		f->hint = "A name can have one CNAME record only.";
	} else if (is_name_text(found, check_text(check, "%s.%s", wanted,
					   identity_domain(&file->row))))
		f->hint = "The domain was added to the target: end it with a "
			  "dot in a zone file, or enter it as a whole name.";
	else
		f->hint = check_text(
		    check, "The CNAME record must point to %s.", wanted);
}

/* A TXT record where the CNAME must be keeps it from being there. */
static void
look_for_txt(struct check *check, struct finding *f)
{
	const struct dns_answer *txt =
	    check_find_answer(check, f->record->name, DNS_TXT);

	if (f->state != FINDING_MISSING || txt->outcome != DNS_FOUND)
		return;
	f->found = check_answer_text(check, txt);
	f->hint = "There is a TXT record at this name. Easy DKIM wants a "
		  "CNAME record in its place, so that keys can change.";
}

/* ---- the TXT token -------------------------------------------------------------- */

static bool
has_token(const struct dns_answer *answer, const char *token)
{
	size_t len = strlen(token);

	if (answer->outcome != DNS_FOUND)
		return false;
	for (size_t i = 0; i < answer->count; i++)
		if (answer->records[i].len == len &&
		    memcmp(answer->records[i].text, token, len) == 0)
			return true;
	return false;
}

static bool
mentions_token(const struct dns_answer *answer, const char *token)
{
	for (size_t i = 0; i < answer->count; i++)
		if (strstr(answer->records[i].text, token) != NULL)
			return true;
	return false;
}

static void
judge_token(
    struct check *check, const struct dns_answer *answer, struct finding *f)
{
	const char *token = f->record->value;

	if (has_token(answer, token) || check_judge_absence(check, answer, f))
		return;
	f->found = check_answer_text(check, answer);
	f->state = FINDING_WRONG_VALUE;
	f->error = VERIFICATION_INVALID_VALUE;
	if (mentions_token(answer, token))
		f->hint = "The value must be the token alone, without quotes, "
			  "blanks or anything else.";
	else
		f->hint = "Another value is there (perhaps that of another "
			  "account): add this one beside it. Capitals count.";
}

static void
judge_either_token(struct check *check, struct finding *f)
{
	const char *domain = identity_domain(&check->file->row);
	const struct dns_answer *other = check_find_answer(
	    check, check_text(check, "_amazonses.%s", domain), DNS_TXT);
	const struct dns_answer *own =
	    check_find_answer(check, f->record->name, DNS_TXT);

	if (has_token(other, f->record->value))
		return;
	judge_token(check, own, f);
	/* A value of Amazon's own proves and disproves nothing. */
	if (f->state == FINDING_MISSING && other->outcome != DNS_FOUND) {
		struct finding there = {.record = f->record};

		if (check_judge_absence(check, other, &there) &&
		    there.state == FINDING_NO_ANSWER) {
			f->state = there.state;
			f->error = there.error;
			f->hint = there.hint;
		}
	}
}

/* ---- MAIL FROM ------------------------------------------------------------------ */

static void
judge_mx(
    struct check *check, const struct dns_answer *answer, struct finding *f)
{
	const char *host = strchr(f->record->value, ' ') + 1;
	bool is_there = false;

	if (check_judge_absence(check, answer, f))
		return;
	for (size_t i = 0; i < answer->count; i++)
		if (is_name_text(answer->records[i].text, host))
			is_there = true;
	f->found = check_answer_text(check, answer);
	if (is_there && answer->count == 1 && !answer->is_cut)
		return;
	f->error = VERIFICATION_INVALID_VALUE;
	f->state = answer->count > 1 ? FINDING_SEVERAL : FINDING_WRONG_VALUE;
	if (is_there)
		f->hint = "There must be exactly one MX record: remove the "
			  "others.";
	else
		f->hint = check_text(check,
		    "The domain is for bounces alone: its one MX record must "
		    "name %s.",
		    host);
}

static const char *
spf_hint(struct check *check, enum spf_cover cover, const char *domain)
{
	switch (cover) {
	case SPF_AFTER_ALL:
		return check_text(check,
		    "\"include:%s\" stands after \"all\", where nobody reads "
		    "on: move it before.",
		    domain);
	case SPF_FORBIDS:
		return check_text(check,
		    "\"include:%s\" must have no sign before it.", domain);
	case SPF_MALFORMED:
		return "The record has characters that no SPF record may "
		       "have.";
	default:
		return check_text(
		    check, "Add \"include:%s\" before \"all\".", domain);
	}
}

/* "v=spf1 include:DOMAIN ~all": the domain. */
static const char *
include_of(struct check *check, const struct wanted_record *record)
{
	const char *domain = strchr(record->value, ':') + 1;

	return check_text(check, "%.*s", (int)strcspn(domain, " "), domain);
}

static void
judge_spf(
    struct check *check, const struct dns_answer *answer, struct finding *f)
{
	const char *domain = include_of(check, f->record);
	const struct dns_record *spf = NULL;
	enum spf_cover cover;
	size_t count = 0;

	if (check_judge_absence(check, answer, f))
		return;
	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *record = &answer->records[i];

		if (spf_is_record(record->text, record->len)) {
			spf = record;
			count++;
		}
	}
	f->found = count == 1 ? spf->text : check_answer_text(check, answer);
	cover = count == 1 ? spf_covers(spf->text, spf->len, domain)
			   : SPF_LEAVES_OUT;
	if (cover == SPF_COVERS && !answer->is_cut)
		return;
	f->state = FINDING_WRONG_VALUE;
	f->error = VERIFICATION_INVALID_VALUE;
	if (count > 1 || answer->is_cut) {
		f->state = FINDING_SEVERAL;
		f->hint = "There must be one SPF record: receivers take "
			  "several for an error. Join them.";
	} else if (count == 0)
		f->hint = "None of its TXT records begins with v=spf1.";
	else
		f->hint = spf_hint(check, cover, domain);
}

/* ---- all together ----------------------------------------------------------------- */

struct check_result
check_result_of(const struct finding *finding)
{
	struct check_result result = {LOOK_ABSENT, finding->error};

	if (finding->state == FINDING_OK)
		result.look = LOOK_PRESENT;
	if (finding->state == FINDING_NO_ANSWER)
		result.look = LOOK_UNKNOWN;
	return result;
}

/* The more telling one: their numbers are in that order. */
static enum verification_error
more_telling(enum verification_error a, enum verification_error b)
{
	return a > b ? a : b;
}

struct check_result
check_both(struct check_result a, struct check_result b)
{
	if (a.look == b.look)
		return (struct check_result){
		    a.look, more_telling(a.error, b.error)};
	return b.look == LOOK_ABSENT || a.look == LOOK_PRESENT ? b : a;
}

struct check_result
check_either(struct check_result a, struct check_result b)
{
	if (a.look == b.look)
		return (struct check_result){
		    a.look, more_telling(a.error, b.error)};
	if (a.look == LOOK_PRESENT || b.look == LOOK_PRESENT)
		return (struct check_result){
		    LOOK_PRESENT, VERIFICATION_NO_ERROR};
	return a.look == LOOK_UNKNOWN ? a : b;
}

static const struct store_key *
key_by_id(const struct identity_file *file, int64_t id)
{
	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].id == id)
			return &file->keys[i];
	return NULL;
}

static void
judge_answer(
    struct check *check, const struct dns_answer *answer, struct finding *f)
{
	const struct store_key *key = key_by_id(check->file, f->record->key_id);

	switch (f->record->purpose) {
	case RECORD_DKIM_TXT:
	case RECORD_DKIM_OWN:
		if (key != NULL)
			check_judge_key(check, key, answer, f);
		return;
	case RECORD_EASY_CNAME:
		judge_cname(check, answer, f);
		return;
	case RECORD_TXT_TOKEN:
		judge_token(check, answer, f);
		return;
	case RECORD_MAIL_FROM_MX:
		judge_mx(check, answer, f);
		return;
	case RECORD_MAIL_FROM_SPF:
		judge_spf(check, answer, f);
		return;
	}
}

/* Is it at a place where it does not belong? */
static void
look_elsewhere(struct check *check, struct finding *f)
{
	char name[DNS_NAME_MAX + 1];

	for (int place = 0; place < CHECK_PLACES; place++) {
		struct finding there = {.record = f->record,
		    .found = "",
		    .found_at = "",
		    .hint = ""};
		const struct dns_answer *answer;

		if (!check_place(check->file, f->record, place, name))
			continue;
		answer = check_find_answer(check, name, f->record->type);
		if (answer->outcome != DNS_FOUND)
			continue;
		judge_answer(check, answer, &there);
		if (there.state != FINDING_OK)
			continue;
		f->state = FINDING_WRONG_PLACE;
		f->found_at = check_text(check, "%s", name);
		f->hint = place_hint(check, f->record, place);
		return;
	}
}

static void
judge_record(struct check *check, struct finding *f)
{
	if (f->record->purpose == RECORD_TXT_TOKEN)
		judge_either_token(check, f);
	else
		judge_answer(check,
		    check_find_answer(check, f->record->name, f->record->type),
		    f);
	if (f->record->purpose == RECORD_EASY_CNAME)
		look_for_txt(check, f);
	if (check->explain &&
	    (f->state == FINDING_MISSING || f->state == FINDING_WRONG_VALUE))
		look_elsewhere(check, f);
}

static void
take_finding(struct check *check, const struct finding *f)
{
	struct check_result result = check_result_of(f);

	switch (f->record->purpose) {
	case RECORD_EASY_CNAME:
		check->easy =
		    check->has_easy ? check_both(check->easy, result) : result;
		check->has_easy = true;
		break;
	case RECORD_TXT_TOKEN:
		check->token = result;
		check->has_token = true;
		break;
	default:
		for (size_t i = 0; i < check->file->key_count; i++)
			if (check->file->keys[i].id == f->record->key_id)
				check->keys[i] = result;
		break;
	}
}

static void
explain_own_zone(struct check *check, const struct store_key *key)
{
	for (size_t i = 0; i < check->finding_count; i++)
		if (check->findings[i].record->key_id == key->id)
			check->findings[i].hint = check_text(check,
			    "This record is right, but the key that it leads "
			    "to is not in %s: that is the operator's part.",
			    check->conf->dkim_zone);
}

/* Keys in our own zone: the customer's CNAME leads to them. */
static void
judge_easy_keys(struct check *check)
{
	const struct identity_file *file = check->file;

	for (size_t i = 0; i < file->key_count; i++) {
		const struct store_key *key = &file->keys[i];
		struct wanted_record record = {.type = DNS_TXT};
		struct finding f = {.record = &record};

		if (key->origin != KEY_EASY || key->retired_sec != 0)
			continue;
		check_judge_key(check, key,
		    check_find_answer(check,
			check_text(check, "%s._domainkey.%s", key->selector,
			    identity_domain(&file->row)),
			DNS_TXT),
		    &f);
		check->keys[i] = check_result_of(&f);
		/* The customer has done his part: what is missing now is
		 * missing in the operator's zone. */
		if (check->keys[i].look == LOOK_ABSENT && check->has_easy &&
		    check->easy.look == LOOK_PRESENT) {
			check->keys[i].error = VERIFICATION_SERVICE_ERROR;
			explain_own_zone(check, key);
		}
	}
}

/* Does DKIM work in another way than this record's? */
static bool
has_other_dkim(const struct check *check, const struct wanted_record *record)
{
	const struct identity_file *file = check->file;
	enum key_origin own = KEY_EASY;

	if (record->purpose == RECORD_DKIM_TXT)
		own = KEY_TXT;
	if (record->purpose == RECORD_DKIM_OWN)
		own = KEY_EXTERNAL;
	if (own != KEY_EASY && check->has_easy &&
	    check->easy.look == LOOK_PRESENT)
		return true;
	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].origin != own &&
		    file->keys[i].retired_sec == 0 &&
		    check->keys[i].look == LOOK_PRESENT)
			return true;
	return false;
}

static bool
has_other_proof(const struct check *check)
{
	const struct identity_file *file = check->file;

	if ((file->row.proofs & STORE_PROOF_WORD) != 0 ||
	    (check->has_easy && check->easy.look == LOOK_PRESENT))
		return true;
	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].origin != KEY_EASY &&
		    check->keys[i].look == LOOK_PRESENT)
			return true;
	return false;
}

static void
forgive(struct check *check, struct finding *f)
{
	bool is_needed = true;

	if (f->state != FINDING_MISSING)
		return;
	if (f->record->purpose == RECORD_TXT_TOKEN)
		is_needed = !has_other_proof(check);
	else if (f->record->purpose <= RECORD_EASY_CNAME)
		is_needed = !has_other_dkim(check, f->record);
	if (is_needed)
		return;
	f->state = FINDING_NOT_NEEDED;
	f->hint = "";
}

void
check_judge(struct check *check)
{
	const struct identity_file *file = check->file;

	if (check->is_judged)
		return;
	free(check->findings);
	check->findings =
	    calloc(file->record_count + 1, sizeof(*check->findings));
	check->finding_count = 0;
	check->has_easy = check->has_token = false;
	for (size_t i = 0; i < KEY_PLAN_MAX_KEYS; i++)
		check->keys[i] = (struct check_result){
		    LOOK_UNKNOWN, VERIFICATION_DNS_SERVER_ERROR};
	for (size_t i = 0; i < file->record_count && check->findings != NULL;
	     i++) {
		struct finding *f = &check->findings[check->finding_count];

		if (file->records[i].key_retired)
			continue;
		*f = (struct finding){.record = &file->records[i],
		    .found = "",
		    .found_at = "",
		    .hint = ""};
		judge_record(check, f);
		take_finding(check, f);
		check->finding_count++;
	}
	judge_easy_keys(check);
	check_judge_mail_from(check);
	for (size_t i = 0; i < check->finding_count; i++)
		forgive(check, &check->findings[i]);
	check->is_judged = true;
}

void
check_judge_mail_from(struct check *check)
{
	struct check_result result = {LOOK_PRESENT, VERIFICATION_NO_ERROR};
	int seen = 0;

	for (size_t i = 0; i < check->finding_count; i++) {
		const struct finding *f = &check->findings[i];

		if (f->record->purpose != RECORD_MAIL_FROM_MX &&
		    f->record->purpose != RECORD_MAIL_FROM_SPF)
			continue;
		result = check_both(result, check_result_of(f));
		seen++;
	}
	/* The configuration does not say which records. */
	if (seen < 2)
		result = (struct check_result){
		    LOOK_UNKNOWN, VERIFICATION_SERVICE_ERROR};
	check->mail_from = result;
}
