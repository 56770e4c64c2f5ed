/* Asks the rules what one failure is. Reads no reports. */
#ifndef SENDWARD_REPORT_CLASSIFY_H
#define SENDWARD_REPORT_CLASSIFY_H

#include <stddef.h>
#include "report/match.h"
#include "report/report.h"

/* The words about one failure, from the closest to the widest; each is one line
 * of wording_line. NULL ends the list early. */
#define CLASSIFY_TEXTS 3

struct classify_facts {
	const char *status; /* of the report; "" unknown */
	const char *mta;    /* "" unknown */
	const char *texts[CLASSIFY_TEXTS];
};

/* Fills type, subtype, fault, rule, and the status when the words know it better
 * (a report's 5.0.0 and a reply's 5.1.1). Rules with a text or a host are asked
 * first, with each text in turn; then those that have a status alone. */
void classify_failure(const struct report_rules *rules, struct match *match,
    const struct classify_facts *facts, struct report_record *record);

#endif
