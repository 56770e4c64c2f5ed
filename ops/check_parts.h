/* What the files behind ops/check.h share. Nobody else includes it. */
#ifndef SENDWARD_OPS_CHECK_PARTS_H
#define SENDWARD_OPS_CHECK_PARTS_H

#include "base/arena.h"
#include "conf/conf.h"
#include "ops/check.h"

#define CHECK_PLACES 5 /* where a record is put by mistake, at most */

/* What the answers say about one thing. */
struct check_result {
	enum verification_look look;
	enum verification_error error;
};

struct check {
	struct conf *conf; /* a reference */
	bool explain;
	struct arena *arena;         /* answers and texts of findings */
	struct identity_file *file;  /* of check_new; findings point into it */
	struct identity_file *after; /* of check_apply */
	struct check_question *questions;
	struct dns_answer
	    *answers; /* one a question; TIMED_OUT until it came */
	bool *is_answered;
	size_t question_count, question_max;

	bool is_judged;
	struct finding *findings;
	size_t finding_count;
	struct check_result keys[KEY_PLAN_MAX_KEYS]; /* of file->keys */
	struct check_result easy; /* the three names together */
	bool has_easy;
	struct check_result token;
	bool has_token;
	struct check_result mail_from;
};

/* Mistaken names for a record: writes the `place`th one (0..CHECK_PLACES - 1).
 * False: there is no such. */
bool check_place(const struct identity_file *file,
    const struct wanted_record *record, int place,
    char name_r[DNS_NAME_MAX + 1]);

/* The answer for a name and a type; one that was not asked for counts as timed
 * out. */
const struct dns_answer *check_find_answer(
    const struct check *check, const char *name, enum dns_type type);

/* Fills findings and results, once. */
void check_judge(struct check *check);
/* The finding about one record; what its type has in common is in judge. */
void check_judge_key(struct check *check, const struct store_key *key,
    const struct dns_answer *answer, struct finding *finding);
void check_judge_mail_from(struct check *check);

/* Not there, or no answer; false: something is there. */
bool check_judge_absence(
    struct check *check, const struct dns_answer *answer, struct finding *f);
struct check_result check_result_of(const struct finding *finding);
/* Both must hold. */
struct check_result check_both(struct check_result a, struct check_result b);
/* One is enough. */
struct check_result check_either(struct check_result a, struct check_result b);

/* Texts that live as long as the check; "" when there is no memory. */
const char *check_text(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The answer's records as one text, for people. */
const char *check_answer_text(
    struct check *check, const struct dns_answer *answer);

#endif
