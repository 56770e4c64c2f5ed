/* Structured log lines: see log.h.
 * Does not decide what is worth logging. */
#include "config.h"

#include "base/log.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define VALUE_MAX_BYTES 512
#define PROGRAM_MAX_BYTES 64

struct event {
	const char *name;
	enum log_level level;
};

static const struct event events[LOG_EVENT_COUNT] = {
#define X(id, name, level, help) [LOG_##id##_EVENT] = {name, LOG_LEVEL_##level},
    LOG_EVENTS(X)
#undef X
};

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const int syslog_levels[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};

/* Writers share the lock, log_open takes it alone: a descriptor is never
 * closed under a writer. */
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct {
	int fd; /* -1: syslog */
	enum log_level least;
	char program[PROGRAM_MAX_BYTES];
} out = {STDERR_FILENO, LOG_LEVEL_INFO, "sendward"};

/* A line that is being built; what does not fit is left out. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

static bool
open_target(const char *target, int *fd_r)
{
	if (strcmp(target, "syslog") == 0) {
		*fd_r = -1;
		return true;
	}
	if (strcmp(target, "stderr") == 0) {
		*fd_r = STDERR_FILENO;
		return true;
	}
	if (target[0] != '/') {
		errno = EINVAL;
		return false;
	}
	*fd_r = open(
	    target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	return *fd_r >= 0;
}

bool
log_open(const char *program, const char *target, enum log_level least)
{
	int fd, old;

	if (!open_target(target, &fd))
		return false;
	(void)pthread_rwlock_wrlock(&lock);
	old = out.fd;
	out.fd = fd;
	out.least = least;
	(void)snprintf(out.program, sizeof(out.program), "%s", program);
	if (old < 0)
		closelog();
	if (fd < 0)
		openlog(out.program, LOG_PID | LOG_NDELAY, LOG_MAIL);
	(void)pthread_rwlock_unlock(&lock);
	if (old > STDERR_FILENO)
		(void)close(old);
	return true;
}

int
log_level_from_name(const char *name)
{
	for (int i = 0; i <= LOG_LEVEL_ERROR; i++)
		if (strcmp(name, level_names[i]) == 0)
			return i;
	return -1;
}

static void
add(struct line *line, const char *text, size_t len)
{
	size_t room = sizeof(line->text) - 2 - line->len;

	if (len > room)
		len = room;
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void
add_text(struct line *line, const char *text)
{
	add(line, text, strlen(text));
}

static bool
is_plain(const char *value, size_t len)
{
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}
	return true;
}

static void
add_escaped(struct line *line, unsigned char c)
{
	char text[8];

	if (c == '\n')
		add_text(line, "\\n");
	else if (c == '\r')
		add_text(line, "\\r");
	else if (c == '\t')
		add_text(line, "\\t");
	else if (c < ' ' || c >= 0x7f) {
		(void)snprintf(text, sizeof(text), "\\x%02x", c);
		add_text(line, text);
	} else {
		if (c == '"' || c == '\\')
			add(line, "\\", 1);
		add(line, (const char *)&c, 1);
	}
}

/* " key=value", the value quoted where it must be. */
static void
add_pair(struct line *line, const char *key, const char *value)
{
	size_t len = strnlen(value, VALUE_MAX_BYTES + 1);
	bool is_cut = len > VALUE_MAX_BYTES;

	if (is_cut)
		len = VALUE_MAX_BYTES;
	add(line, " ", 1);
	add_text(line, key);
	add(line, "=", 1);
	if (is_plain(value, len)) {
		add(line, value, len);
	} else {
		add(line, "\"", 1);
		for (size_t i = 0; i < len; i++)
			add_escaped(line, (unsigned char)value[i]);
		add(line, "\"", 1);
	}
	if (is_cut)
		add_text(line, "...");
}

/* "2026-11-24T15:04:05.678Z sendward-milter[123]: " */
static void
add_head(struct line *line)
{
	char iso[CLOCK_ISO_MAX];
	char text[PROGRAM_MAX_BYTES + 32];
	int64_t now_usec = clock_now_usec();

	(void)clock_iso(now_usec / 1000000, iso);
	iso[strcspn(iso, "Z")] = '\0';
	add_text(line, iso);
	(void)snprintf(text, sizeof(text),
	    ".%03dZ %s[%ld]: ", (int)(now_usec / 1000 % 1000), out.program,
	    (long)getpid());
	add_text(line, text);
}

/* Nobody is left to be told when this fails. */
static void
write_line(int fd, struct line *line)
{
	size_t done = 0;

	line->text[line->len++] = '\n';
	while (done < line->len) {
		ssize_t n = write(fd, line->text + done, line->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

void
log_event(enum log_event_id event, const char *queue_id, ...)
{
	struct line line;
	int saved_errno = errno;
	const char *key, *value;
	va_list args;

	(void)pthread_rwlock_rdlock(&lock);
	if ((unsigned)event >= LOG_EVENT_COUNT ||
	    events[event].level < out.least)
		goto out;
	line.len = 0;
	if (out.fd >= 0)
		add_head(&line);
	add_text(&line, events[event].name);
	if (queue_id != NULL && queue_id[0] != '\0')
		add_pair(&line, "id", queue_id);
	va_start(args, queue_id);
	while ((key = va_arg(args, const char *)) != NULL) {
		value = va_arg(args, const char *);
		if (value != NULL)
			add_pair(&line, key, value);
	}
	va_end(args);
	line.text[line.len] = '\0';
	if (out.fd >= 0)
		write_line(out.fd, &line);
	else
		syslog(LOG_MAIL | syslog_levels[events[event].level], "%s",
		    line.text);
out:
	(void)pthread_rwlock_unlock(&lock);
	errno = saved_errno;
}

void
log_bug_at(const char *file, int line, const char *function, const char *what)
{
	char place[256];

	(void)snprintf(place, sizeof(place), "%s:%d", file, line);
	log_event(LOG_DAEMON_BUG_EVENT, NULL, "what", what, "place", place,
	    "function", function, NULL);
}
