/* milter/wire.c, as libmilter uses it: what is read ahead comes in order and to
 * its own connection, edits leave with the answer, others are left alone. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "milter/wire.h"

#define LARGE (300 * 1024)

static int listener, client, server;

/* An abstract name: nothing to remove. */
static int
open_listener(void)
{
	struct sockaddr_un any = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
	    bind(fd, (struct sockaddr *)&any, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int
open_client(int to)
{
	struct sockaddr_un address;
	socklen_t len = sizeof(address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(getsockname(to, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, len), 0);
	return fd;
}

static int
begin(void **state)
{
	(void)state;
	listener = open_listener();
	wire_watch(listener);
	client = open_client(listener);
	server = accept(listener, NULL, NULL);
	return server < 0;
}

static int
end(void **state)
{
	(void)state;
	(void)close(client);
	(void)close(server);
	(void)close(listener);
	wire_watch(-1);
	return 0;
}

static void
say(const char *text)
{
	assert_int_equal(send(client, text, strlen(text), 0), strlen(text));
}

static int
ready(int fd, short events, int msec, short *revents_r)
{
	struct pollfd one = {.fd = fd, .events = events};
	int n = poll(&one, 1, msec);

	if (revents_r != NULL)
		*revents_r = one.revents;
	return n;
}

static void
expect_read(int fd, const char *text)
{
	char got[64];
	size_t len = strlen(text);

	assert_int_equal(ready(fd, POLLIN | POLLPRI, 0, NULL), 1);
	assert_int_equal(read(fd, got, len), len);
	assert_memory_equal(got, text, len);
}

static int
left_in_kernel(int fd)
{
	int count = -1;

	assert_int_equal(ioctl(fd, FIONREAD, &count), 0);
	return count;
}

static ssize_t
answer(char command, const char *data)
{
	char head[5] = {0, 0, 0, (char)(strlen(data) + 1), command};
	struct iovec iov[] = {
	    {head, sizeof(head)}, {(void *)(uintptr_t)data, strlen(data)}};

	return writev(server, iov, data[0] != '\0' ? 2 : 1);
}

static ssize_t
hear(char *text, size_t size)
{
	return recv(client, text, size, MSG_DONTWAIT);
}

static void
test_reads_ahead(void **state)
{
	unsigned long before = wire_saved();

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	say("abcdefghij");
	expect_read(server, "abc");
	assert_int_equal(left_in_kernel(server), 0);
	expect_read(server, "def");
	say("klm");
	expect_read(server, "ghij");
	expect_read(server, "klm");
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	assert_true(wire_saved() > before);
}

/* A libmilter whose poll went elsewhere would wait for what was read ahead. */
static void
test_nothing_before_poll(void **state)
{
	char got[3];

	(void)state;
	say("abcdef");
	assert_int_equal(read(server, got, 3), 3);
	assert_int_equal(left_in_kernel(server), 3);
	assert_int_equal(answer('i', "x"), 6);
	assert_int_equal(left_in_kernel(client), 6);
}

static void
test_edits_leave_with_answer(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	assert_int_equal(ready(server, POLLOUT, 0, NULL), 1);
	assert_int_equal(answer('e', "<a>"), 8);
	assert_int_equal(answer('i', "X"), 6);
	assert_int_equal(hear(text, sizeof(text)), -1);
	assert_int_equal(answer('c', ""), 5);
	assert_int_equal(hear(text, sizeof(text)), 19);
	assert_memory_equal(text, "\0\0\0\4e<a>\0\0\0\2iX\0\0\0\1c", 19);
}

/* Whoever waits for the other side has said all he had to say. */
static void
test_edits_leave_before_waiting(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	assert_int_equal(answer('m', "x"), 6);
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	assert_int_equal(hear(text, sizeof(text)), 6);
	assert_int_equal(answer('-', "x"), 6);
	(void)close(server);
	assert_int_equal(hear(text, sizeof(text)), 6);
	assert_int_equal(hear(text, sizeof(text)), 0);
}

static void *
read_all(void *arg)
{
	size_t *total = arg;
	static char text[4096];
	ssize_t n;

	(void)usleep(20000);
	while ((n = recv(client, text, sizeof(text), 0)) > 0)
		*total += (size_t)n;
	return NULL;
}

/* More than fits anywhere: it waits for the reader, and nothing is lost. */
static void
test_large(void **state)
{
	static char data[LARGE];
	char head[5] = "\0\0\0\1i";
	struct iovec iov[] = {{head, 5}, {data, sizeof(data)}};
	size_t total = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	assert_int_equal(ready(server, POLLOUT, 5000, NULL), 1);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &total), 0);
	assert_int_equal(answer('i', "x"), 6);
	assert_int_equal(writev(server, iov, 2), LARGE + 5);
	assert_int_equal(answer('c', ""), 5);
	(void)close(server);
	(void)pthread_join(thread, NULL);
	assert_int_equal(total, 6 + LARGE + 5 + 5);
}

/* A reader that reads nothing: the time that poll was told. */
static void
test_slow_reader(void **state)
{
	static char data[8 * LARGE];
	char head[5] = "\0\0\0\1c";
	struct iovec iov[] = {{head, 5}, {data, sizeof(data)}};

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	assert_int_equal(ready(server, POLLOUT, 20, NULL), 1);
	assert_int_equal(writev(server, iov, 2), -1);
	assert_int_equal(errno, ETIMEDOUT);
}

/* A short wait is the read itself, once read was seen. */
static void
test_reads_for_poll(void **state)
{
	short revents;
	char byte;

	(void)state;
	say("ab");
	assert_int_equal(ready(server, POLLIN, 1, NULL), 1);
	assert_int_equal(ready(server, POLLIN, 1, NULL), 1);
	assert_int_equal(left_in_kernel(server), 2);
	expect_read(server, "a");
	expect_read(server, "b");
	assert_int_equal(ready(server, POLLIN, 1, &revents), 0);
	assert_int_equal(revents, 0);
	say("cde");
	assert_int_equal(ready(server, POLLIN, 1, &revents), 1);
	assert_int_equal(revents, POLLIN);
	assert_int_equal(left_in_kernel(server), 0);
	expect_read(server, "cd");
	say("f");
	assert_int_equal(ready(server, POLLIN, 1, NULL), 1);
	expect_read(server, "e");
	expect_read(server, "f");
	(void)close(client);
	assert_int_equal(ready(server, POLLIN, 1, &revents), 1);
	assert_true((revents & POLLHUP) != 0);
	assert_int_equal(read(server, &byte, 1), 0);
}

static void
test_hang_up(void **state)
{
	short revents;
	char byte;

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	say("ab");
	(void)close(client);
	expect_read(server, "a");
	expect_read(server, "b");
	assert_int_equal(ready(server, POLLIN, 0, &revents), 1);
	assert_true((revents & POLLHUP) != 0);
	assert_int_equal(read(server, &byte, 1), 0);
	assert_int_equal(answer('c', ""), -1);
	assert_int_equal(errno, EPIPE);
}

/* The next connection with the same number hears nothing of the one before. */
static void
test_number_is_used_again(void **state)
{
	int old = server;

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	say("abcdef");
	expect_read(server, "a");
	(void)close(server);
	(void)close(client);
	client = open_client(listener);
	server = accept(listener, NULL, NULL);
	if (server > old)
		assert_int_equal(dup2(server, old), old);
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	say("xyz");
	expect_read(server, "xyz");
}

/* libmilter's pool waits for many: what was read ahead counts. */
static void
test_many(void **state)
{
	int other = open_client(listener);
	int quiet = accept(listener, NULL, NULL);
	struct pollfd both[] = {
	    {.fd = quiet, .events = POLLIN}, {.fd = server, .events = POLLIN}};

	(void)state;
	assert_int_equal(ready(server, POLLIN, 0, NULL), 0);
	say("ab");
	expect_read(server, "a");
	assert_int_equal(poll(both, 2, 10000), 1);
	assert_int_equal(both[0].revents, 0);
	assert_int_equal(both[1].revents, POLLIN);
	expect_read(server, "b");
	assert_int_equal(poll(both, 2, 0), 0);
	(void)close(other);
	(void)close(quiet);
}

static void
test_others_are_left_alone(void **state)
{
	unsigned long before = wire_saved();
	char text[] = "abcdef";
	struct iovec iov = {text, 6};
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(writev(ends[1], &iov, 1), 6);
	assert_int_equal(ready(ends[0], POLLIN, 0, NULL), 1);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(left_in_kernel(ends[0]), 5);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(close(ends[1]), -1);
	assert_int_equal(wire_saved(), before);
}

int
main(void)
{
#define WIRE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {WIRE(test_reads_ahead),
	    WIRE(test_nothing_before_poll), WIRE(test_edits_leave_with_answer),
	    WIRE(test_edits_leave_before_waiting), WIRE(test_large),
	    WIRE(test_slow_reader), WIRE(test_reads_for_poll),
	    WIRE(test_hang_up), WIRE(test_number_is_used_again),
	    WIRE(test_many), WIRE(test_others_are_left_alone)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
