/* Is the key there? Judges the TXT records at a selector's name. */
#include "config.h"

#include "ops/check_parts.h"

#include <string.h>

#include "rules/dkim_text.h"

#define JOINED_MAX DKIM_TEXT_MAX

/* What the records at the name are, counted. */
struct tally {
	size_t meant, unrelated; /* for DKIM; for something else */
	bool is_right;
	enum dkim_text worst; /* of one that is meant and not right */
	const struct dns_record *record; /* that one, or the right one */
};

static enum dkim_text
judge_text(const struct dns_record *record, const struct store_key *key)
{
	return dkim_text_judge(
	    record->text, record->len, key->algorithm, key->public_base64);
}

static struct tally
count_records(const struct dns_answer *answer, const struct store_key *key)
{
	struct tally tally = {0};

	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *record = &answer->records[i];
		enum dkim_text text = judge_text(record, key);

		if (text == DKIM_TEXT_UNRELATED) {
			tally.unrelated++;
			continue;
		}
		tally.meant++;
		if (text == DKIM_TEXT_RIGHT)
			tally.is_right = true;
		else
			tally.worst = text;
		if (tally.record == NULL || text == DKIM_TEXT_RIGHT)
			tally.record = record;
	}
	return tally;
}

/* Two records that are the two parts of one? */
static bool
is_torn(const struct dns_answer *answer, const struct store_key *key)
{
	char joined[JOINED_MAX];

	if (answer->count < 2 || answer->count > 4)
		return false;
	for (size_t i = 0; i < answer->count * answer->count; i++) {
		const struct dns_record *a =
		    &answer->records[i / answer->count];
		const struct dns_record *b =
		    &answer->records[i % answer->count];
		struct dns_record whole = {
		    .text = joined, .len = a->len + b->len};

		if (a == b || whole.len > JOINED_MAX)
			continue;
		memcpy(joined, a->text, a->len);
		memcpy(joined + a->len, b->text, b->len);
		if (judge_text(&whole, key) == DKIM_TEXT_RIGHT)
			return true;
	}
	return false;
}

/* The identity's other key whose value this is; NULL. */
static const struct store_key *
other_key(const struct check *check, const struct store_key *key,
    const struct dns_record *record)
{
	const struct identity_file *file = check->file;

	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].id != key->id &&
		    dkim_text_holds(
			record->text, record->len, file->keys[i].public_base64))
			return &file->keys[i];
	return NULL;
}

static void
judge_other_key(struct check *check, const struct store_key *key,
    const struct dns_record *record, struct finding *f)
{
	const struct store_key *other = other_key(check, key, record);

	if (other == NULL)
		f->hint = "It is the record of another key: put the wanted "
			  "value in its place.";
	else if (other->retired_sec != 0 ||
		 other->created_sec < key->created_sec) {
		f->state = FINDING_OLD_VALUE;
		f->hint = check_text(check,
		    "It is the value of the older key %s: publish the new "
		    "value at its own name, and leave the old record where "
		    "it was.",
		    other->selector);
	} else
		f->hint = check_text(check,
		    "It is the value of the key %s, which has its own name.",
		    other->selector);
}

static void
explain_text(struct check *check, const struct store_key *key,
    const struct tally *tally, struct finding *f)
{
	switch (tally->worst) {
	case DKIM_TEXT_ESCAPED:
		f->state = FINDING_SPLIT_WRONG;
		f->hint = "Quotes or backslashes became part of the value: "
			  "enter it without them, the parts joined.";
		break;
	case DKIM_TEXT_CUT:
		f->hint = "The key ends too early: the panel cut it. Enter "
			  "the whole value, or split it into strings of at "
			  "most 255 characters.";
		break;
	case DKIM_TEXT_OTHER_KEY:
		judge_other_key(check, key, tally->record, f);
		break;
	case DKIM_TEXT_REVOKED:
		f->hint = "An empty p= says that the key is revoked.";
		break;
	case DKIM_TEXT_NO_KEY:
		f->hint = "The record has no p= with the key.";
		break;
	case DKIM_TEXT_VERSION:
		f->hint = "v=DKIM1 must stand first, in capitals, with a "
			  "semicolon behind it.";
		break;
	case DKIM_TEXT_KEY_TYPE:
		f->hint = check_text(check, "k= must be %s.", key->algorithm);
		break;
	case DKIM_TEXT_HASH:
		f->hint = "h= leaves out sha256, which signs: remove the tag.";
		break;
	case DKIM_TEXT_SERVICE:
		f->hint = "s= says that the key is not for e-mail: remove the "
			  "tag.";
		break;
	case DKIM_TEXT_TESTING:
		f->hint = "t=y tells receivers to ignore the signature: "
			  "remove the tag.";
		break;
	default:
		f->hint = "The record cannot be read as name=value pairs "
			  "between semicolons.";
		break;
	}
}

void
check_judge_key(struct check *check, const struct store_key *key,
    const struct dns_answer *answer, struct finding *f)
{
	struct tally tally;

	if (check_judge_absence(check, answer, f))
		return;
	tally = count_records(answer, key);
	if (tally.is_right && tally.meant == 1 && !answer->is_cut) {
		f->found = tally.record->text;
		if (tally.unrelated > 0)
			f->hint = "Other TXT records at this name do no harm, "
				  "but do not belong there.";
		return;
	}
	f->found = check_answer_text(check, answer);
	f->state = FINDING_WRONG_VALUE;
	f->error = VERIFICATION_INVALID_VALUE;
	if (!tally.is_right && is_torn(answer, key)) {
		f->state = FINDING_SPLIT_WRONG;
		f->hint = "The parts became two records: they must be the "
			  "strings of one.";
	} else if (tally.meant > 1 || answer->is_cut) {
		f->state = FINDING_SEVERAL;
		f->hint = "There must be one DKIM record at this name, or "
			  "receivers may take any: remove the others.";
	} else if (tally.meant == 0)
		f->hint = "There are TXT records at this name, but none for "
			  "DKIM.";
	else
		explain_text(check, key, &tally, f);
}
