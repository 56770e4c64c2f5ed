/* One report on standard input, as pipe(8) of Postfix and a prog mailer of Sendmail
 * bring it. Whatever happens the exit status is 0 or 75 (EX_TEMPFAIL). */
#ifndef SENDWARD_FEEDBACK_INTAKE_H
#define SENDWARD_FEEDBACK_INTAKE_H

#include <stdbool.h>

/* Is the program called for this: -i is among its options, or something is to be
 * read (standard input is a pipe, a file or a socket) and no option asks for what a
 * daemon does (-f, -t, -V, -h)? */
bool intake_is_wanted(int argc, char **argv);

/* [-c FILE] -i [RECIPIENT ...]: takes the report for each. 0: taken. 75: it is to
 * be brought again; a line "4.3.0 WHY" is on standard output, which Postfix believes
 * before any status. The work is done in a child, so that a crash is 75, too. */
int intake_main(int argc, char **argv);

#endif
