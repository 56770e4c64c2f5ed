/* The operator's own signature (dkim.operator_domain): his key with the names that
 * belong to it, and the Feedback-ID field that his feedback loop counts by. Counted
 * and never changed; does not sign. */
#ifndef SENDWARD_MILTER_OPERATOR_H
#define SENDWARD_MILTER_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>
#include "base/err.h"
#include "rules/types.h"

struct conf;
struct dkim_key;

#define OPERATOR_SENDER_ID_MAX 15
/* account : domain : sendward : sender id */
#define OPERATOR_FEEDBACK_ID_MAX (RULES_NAME_MAX + RULES_DOMAIN_MAX + 32)

/* A file, as it was seen. */
struct operator_file {
	bool is_known;
	dev_t dev;
	ino_t ino;
	struct timespec changed;
};

struct operator
{
	int refs; /* atomic */
	struct dkim_key *key;
	char domain[RULES_DOMAIN_MAX + 1];
	char selector[64];
	/* 5 to 15 characters, as Gmail wants it: of the domain the last labels
	 * that fit */
	char sender_id[OPERATOR_SENDER_ID_MAX + 1];
	struct operator_file file; /* the key's, when it was read */
};

/* *operator_r is NULL when dkim.operator_domain is empty. Reads the key (errors of
 * operator_key_load); but when its file is what it was when `old` (NULL: none) was
 * made, takes the key from there: it may be root's, and privileges gone. */
enum sg_err operator_new(const struct conf *conf, const struct operator* old,
    struct operator** operator_r, struct err *err_r);
/* NULL is fine. Any thread. */
struct operator* operator_ref(struct operator* operator);
void operator_unref(struct operator** operator);

/* The value of the Feedback-ID field, with the domain of identity, the name of the
 * one that covers From. */
void operator_feedback_id(const struct operator* operator, const char * account,
    const char *identity, char value_r[OPERATOR_FEEDBACK_ID_MAX + 1]);
/* Does a Feedback-ID of the client's end in the operator's sender id? What it says
 * would be counted as if he had said it. */
bool operator_is_claimed(const struct operator* operator, const char * value);

#endif
