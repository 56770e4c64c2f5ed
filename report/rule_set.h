/* The rules as they are in memory: what rules.c loads and others ask. */
#ifndef SENDWARD_REPORT_RULE_SET_H
#define SENDWARD_REPORT_RULE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include "report/report.h"
#include "report/match.h"

#define RULE_STATUSES 16

/* Conditions without code are true. */
struct rule {
	char name[REPORT_NAME_MAX + 1];
	enum report_type type;
	enum report_subtype subtype;
	enum report_fault fault;
	char status[RULE_STATUSES][REPORT_STATUS_MAX]; /* "5.2.*" */
	size_t status_count;
	struct match_code *mta;
	struct match_code *text;
	struct match_code *veto; /* of the text */
	bool is_near;            /* says nothing about a whole report */
};

/* Where a notice looks. */
enum notice_field {
	NOTICE_FROM,
	NOTICE_SUBJECT,
	NOTICE_HEADER,
	NOTICE_TEXT,
	NOTICE_FIELDS
};

/* What a mail is that has no part for programs. */
struct notice {
	char name[REPORT_NAME_MAX + 1];
	enum report_kind kind;
	enum report_action action; /* DELAYED and DELIVERED of kind OTHER */
	char format[16];
	char feedback[32];
	struct match_code *want[NOTICE_FIELDS];
	struct match_code *veto[NOTICE_FIELDS];
};

struct report_rules {
	struct rule *rules;
	size_t count;
	struct notice *notices;
	size_t notice_count;
	/* Lines of text: NULL when no file has any. */
	struct match_code *cut;       /* the returned message begins */
	struct match_code *recipient; /* group 1 is a failed recipient */
	struct match_code *remote;    /* group 1 is the host that answered */
};

#endif
