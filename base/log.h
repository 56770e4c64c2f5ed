/* Structured log lines: event name, queue id, key=value. Only programs and
 * ops/ call it, and store/pgsql_connect.c, for what no call asked. Does not decide what is worth logging. */
#ifndef SENDWARD_BASE_LOG_H
#define SENDWARD_BASE_LOG_H

#include <stdbool.h>
#include "base/log_events.h"

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR
};

enum log_event_id {
#define X(id, name, level, help) LOG_##id##_EVENT,
	LOG_EVENTS(X)
#undef X
	    LOG_EVENT_COUNT
};

/* target: "syslog" (facility mail), "stderr", or an absolute file path that is
 * appended to. False when the file cannot be opened (errno tells). Before the
 * call everything goes to stderr at level info. Not reentrant: call it at start
 * and at reload. */
bool log_open(const char *program, const char *target, enum log_level least);

/* One line: "EVENT id=QUEUE_ID key=value ...". queue_id NULL or "" leaves it
 * out. The pairs are `const char *key, const char *value` ended by NULL; a NULL
 * value leaves its pair out. Values with blanks, quotes, control or non-ASCII
 * bytes are written quoted and escaped, and cut at 512 bytes. Never pass secrets
 * or bodies. Any thread may call it at any time; a line is written in one piece. */
void log_event(enum log_event_id event, const char *queue_id, ...)
    __attribute__((sentinel));

/* A state that cannot happen: logs daemon.bug with the place. The caller then
 * answers a tempfail. */
#define log_bug(what) log_bug_at(__FILE__, __LINE__, __func__, (what))
void log_bug_at(
    const char *file, int line, const char *function, const char *what);

/* "debug", "info", "warn", "error" and back; -1 when unknown. */
int log_level_from_name(const char *name);

#endif
