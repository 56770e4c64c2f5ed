/* Asks the rules what one failure is. Reads no reports. */
#ifndef SENDWARD_REPORT_CLASSIFY_H
#define SENDWARD_REPORT_CLASSIFY_H

#include <stddef.h>
#include "report/match.h"
#include "report/report.h"

/* The words about one failure are lines of wording_line; NULL without. */
#define CLASSIFY_NEAR 2

struct classify_facts {
	const char *status;              /* of the report; "" unknown */
	const char *mta;                 /* "" unknown */
	const char *near[CLASSIFY_NEAR]; /* the reply; what is said besides */
	const char *whole;               /* the report; NULL without */
	const char *subject;             /* of the report, often quotes ours */
};

/* Fills type, subtype, fault, rule, and the status when the words know it better
 * (a report's 5.0.0 and a reply's 5.1.1). */
void classify_failure(const struct report_rules *rules, struct match *match,
    const struct classify_facts *facts, struct report_record *record);

#endif
