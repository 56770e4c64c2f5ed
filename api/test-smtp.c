/* A mail server for tests: see test-smtp.h. One thread, one connection after the
 * other; each ends when its client or test_smtp_hang_up ends it. */
#include "config.h"

#include "api/test-smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"

#define ANSWERS_MAX 8

struct test_smtp {
	char path[108];
	int listen_fd, fd;
	pthread_t thread;
	pthread_mutex_t lock;
	bool is_over;
	int connections;
	struct answer {
		char command[32], text[512];
	} answers[ANSWERS_MAX];
	struct buf commands, messages, shown_commands, shown_messages;
};

static bool
find_answer(struct test_smtp *s, const char *line, char text_r[512])
{
	bool found = false;

	(void)pthread_mutex_lock(&s->lock);
	for (int i = 0; i < ANSWERS_MAX && !found; i++) {
		const struct answer *answer = &s->answers[i];

		found = answer->command[0] != '\0' &&
			strncmp(line, answer->command,
			    strlen(answer->command)) == 0;
		if (found)
			(void)snprintf(text_r, 512, "%s", answer->text);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return found;
}

static void
keep(struct test_smtp *s, struct buf *buf, const char *line)
{
	(void)pthread_mutex_lock(&s->lock);
	(void)buf_puts(buf, line);
	(void)pthread_mutex_unlock(&s->lock);
}

static void
say(FILE *file, const char *text)
{
	(void)fprintf(file, "%s\r\n", text);
	(void)fflush(file);
}

/* False: the connection is to be closed. */
static bool
answer_line(
    struct test_smtp *s, FILE *file, const char *line, const char *otherwise)
{
	char text[512];

	if (find_answer(s, line, text)) {
		if (text[0] == '\0')
			return false;
		say(file, text);
		return true;
	}
	say(file, otherwise);
	return true;
}

static bool
take_message(struct test_smtp *s, FILE *file)
{
	char line[2000];

	while (fgets(line, sizeof(line), file) != NULL) {
		if (strcmp(line, ".\r\n") == 0) {
			keep(s, &s->messages, "---\n");
			return answer_line(
			    s, file, ".", "250 2.0.0 Ok: queued as QUEUEID");
		}
		keep(s, &s->messages, line[0] == '.' ? line + 1 : line);
	}
	return false;
}

static void
talk(struct test_smtp *s, FILE *file)
{
	char line[2000];

	say(file, "220 test ESMTP");
	while (fgets(line, sizeof(line), file) != NULL) {
		memcpy(line + strcspn(line, "\r\n"), "\n", 2);
		keep(s, &s->commands, line);
		if (strncmp(line, "EHLO", 4) == 0) {
			say(file, "250-test\r\n250 8BITMIME");
		} else if (strncmp(line, "DATA", 4) == 0) {
			char text[512];

			if (find_answer(s, line, text)) {
				say(file, text);
				continue;
			}
			say(file, "354 go on");
			if (!take_message(s, file))
				return;
		} else if (!answer_line(s, file, line, "250 2.1.0 Ok")) {
			return;
		} else if (strncmp(line, "QUIT", 4) == 0) {
			return;
		}
	}
}

static void *
serve(void *ctx)
{
	struct test_smtp *s = ctx;

	for (;;) {
		int fd = accept(s->listen_fd, NULL, NULL);
		FILE *file;

		if (fd < 0)
			return NULL;
		(void)pthread_mutex_lock(&s->lock);
		s->fd = fd;
		s->connections++;
		(void)pthread_mutex_unlock(&s->lock);
		file = fdopen(fd, "r+");
		talk(s, file);
		(void)pthread_mutex_lock(&s->lock);
		s->fd = -1;
		(void)fclose(file);
		(void)pthread_mutex_unlock(&s->lock);
	}
}

struct test_smtp *
test_smtp_start(const char *path)
{
	struct test_smtp *s = calloc(1, sizeof(*s));
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	assert_non_null(s);
	assert_true(strlen(path) < sizeof(addr.sun_path));
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	(void)snprintf(s->path, sizeof(s->path), "%s", path);
	s->fd = -1;
	buf_init(&s->commands, 1000000);
	buf_init(&s->messages, 1000000);
	buf_init(&s->shown_commands, 1000000);
	buf_init(&s->shown_messages, 1000000);
	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_true(s->listen_fd >= 0);
	assert_int_equal(
	    bind(s->listen_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(s->listen_fd, 16), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
	return s;
}

void
test_smtp_hang_up(struct test_smtp *s)
{
	(void)pthread_mutex_lock(&s->lock);
	if (s->fd >= 0)
		(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_mutex_unlock(&s->lock);
}

void
test_smtp_stop(struct test_smtp **smtp)
{
	struct test_smtp *s = *smtp;

	(void)shutdown(s->listen_fd, SHUT_RDWR);
	test_smtp_hang_up(s);
	(void)pthread_join(s->thread, NULL);
	(void)close(s->listen_fd);
	(void)unlink(s->path);
	(void)pthread_mutex_destroy(&s->lock);
	buf_fini(&s->commands);
	buf_fini(&s->messages);
	buf_fini(&s->shown_commands);
	buf_fini(&s->shown_messages);
	free(s);
	*smtp = NULL;
}

void
test_smtp_answer(struct test_smtp *s, const char *command, const char *text)
{
	struct answer *free_one = NULL;

	(void)pthread_mutex_lock(&s->lock);
	for (int i = ANSWERS_MAX - 1; i >= 0; i--)
		if (s->answers[i].command[0] == '\0' ||
		    strcmp(s->answers[i].command, command) == 0)
			free_one = &s->answers[i];
	for (int i = 0; i < ANSWERS_MAX; i++)
		if (strcmp(s->answers[i].command, command) == 0)
			free_one = &s->answers[i];
	assert_non_null(free_one);
	(void)snprintf(free_one->command, sizeof(free_one->command), "%s",
	    text != NULL ? command : "");
	(void)snprintf(free_one->text, sizeof(free_one->text), "%s",
	    text != NULL ? text : "");
	(void)pthread_mutex_unlock(&s->lock);
}

static const char *
show(struct test_smtp *s, struct buf *from, struct buf *to)
{
	(void)pthread_mutex_lock(&s->lock);
	buf_clear(to);
	(void)buf_puts(to, buf_str(from));
	buf_clear(from);
	(void)pthread_mutex_unlock(&s->lock);
	return buf_str(to);
}

const char *
test_smtp_commands(struct test_smtp *s)
{
	return show(s, &s->commands, &s->shown_commands);
}

const char *
test_smtp_messages(struct test_smtp *s)
{
	return show(s, &s->messages, &s->shown_messages);
}

int
test_smtp_connections(struct test_smtp *s)
{
	int connections;

	(void)pthread_mutex_lock(&s->lock);
	connections = s->connections;
	(void)pthread_mutex_unlock(&s->lock);
	return connections;
}
