/* Fewer system calls for libmilter, which asks three times whether a command is
 * there, reads it in two pieces and writes each edit alone: five calls a command,
 * some 150 a message. Its poll, read, writev, accept and close end here (the
 * program's own definitions come first for every library it loads); what comes in
 * is read ahead, a short wait for more is the read itself, edits leave with the
 * answer that follows them. Knows of the milter protocol only which answers are
 * edits.
 *
 * Connections that were accepted from the watched socket are meant, all others go
 * straight to the C library. Nothing is read ahead on a connection before both
 * poll and read were seen on it, so that a libmilter built otherwise is served as
 * before. A connection belongs to one thread at a time, as with libmilter. */
#ifndef SENDWARD_MILTER_WIRE_H
#define SENDWARD_MILTER_WIRE_H

/* The listening socket; -1 none. */
void wire_watch(int listen_fd);

/* How many reads and writes of libmilter needed no call of the system (a test
 * proves that libmilter comes by here). */
unsigned long wire_saved(void);

#endif
