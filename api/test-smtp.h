/* A mail server for tests: takes mail at a socket, keeps what was said, and answers
 * what it is told. */
#ifndef SENDWARD_API_TEST_SMTP_H
#define SENDWARD_API_TEST_SMTP_H

#include <stdbool.h>

struct test_smtp;

/* path: of the socket, which it makes. */
struct test_smtp *test_smtp_start(const char *path);
void test_smtp_stop(struct test_smtp **smtp);

/* The answer to commands that begin with this, and to the end of the message (".");
 * up to 8. NULL: as if nothing was told. "": the connection is closed instead. */
void test_smtp_answer(
    struct test_smtp *smtp, const char *command, const char *answer);
/* Closes connections, so that those that were kept are dead. */
void test_smtp_hang_up(struct test_smtp *smtp);

/* All commands since the last look, one a line; and the messages. Borrowed until
 * the next look. */
const char *test_smtp_commands(struct test_smtp *smtp);
const char *test_smtp_messages(struct test_smtp *smtp);
int test_smtp_connections(struct test_smtp *smtp); /* in all */

#endif
