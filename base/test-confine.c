/* What a confined process is refused, and what it may still do. Each row runs in a
 * process of its own. */
#include "config.h"

#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* 0, or errno. */
typedef int attempt_fn(void);

static int
outcome(long rc)
{
	return rc < 0 ? errno : 0;
}

static int
run_program(void)
{
	char name[] = "true", *argv[] = {name, NULL};

	return outcome(execve("/bin/true", argv, NULL));
}

static int
run_program_by_descriptor(void)
{
	char name[] = "true", *argv[] = {name, NULL}, *env[] = {NULL};
	int fd = open("/bin/true", O_PATH | O_CLOEXEC);

	return outcome(fexecve(fd, argv, env));
}

static int
make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static int
make_process_by_clone3(void)
{
	uint64_t arguments[11] = {0};

	return outcome(syscall(SYS_clone3, arguments, sizeof(arguments)));
}

static int
open_door(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return outcome(listen(fd, 1));
}

static int
become_root(void)
{
	return outcome(setresuid(0, 0, 0));
}

static int
leave_namespaces(void)
{
	return outcome(unshare(CLONE_NEWUSER));
}

static int
trace(void)
{
	return outcome(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
open_packet_socket(void)
{
	return outcome(socket(AF_PACKET, SOCK_RAW, 0));
}

static int
open_crypto_socket(void)
{
	return outcome(socket(AF_ALG, SOCK_SEQPACKET, 0));
}

static int
set_up_ring(void)
{
	return outcome(syscall(SYS_io_uring_setup, 1, NULL));
}

static void *
work(void *done)
{
	*(int *)done = 1;
	return NULL;
}

static int
make_thread(void)
{
	pthread_t thread;
	int done = 0, rc = pthread_create(&thread, NULL, work, &done);

	if (rc == 0)
		(void)pthread_join(thread, NULL);
	return rc != 0 ? rc : done == 1 ? 0 : EINVAL;
}

static int
write_file(void)
{
	FILE *file = tmpfile();
	int rc = file == NULL || fputs("x", file) < 0 || fflush(file) != 0;

	if (file != NULL)
		(void)fclose(file);
	return rc != 0 ? errno : 0;
}

static int
find_host(void)
{
	struct addrinfo *found = NULL;
	int rc = getaddrinfo("localhost", "25", NULL, &found);

	if (rc == 0)
		freeaddrinfo(found);
	return rc == 0 ? 0 : EINVAL;
}

/* Nobody listens on port 1: refused by the other side, not by the filter. */
static int
connect_somewhere(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons(1),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return outcome(connect(fd, (struct sockaddr *)&in, sizeof(in)));
}

static const struct row {
	const char *name;
	attempt_fn *attempt;
	int before, after; /* errno; before -1: it is not tried */
} rows[] = {
    {"execve", run_program, -1, EPERM},
    {"execveat", run_program_by_descriptor, -1, EPERM},
    {"fork", make_process, 0, EPERM},
    {"clone3", make_process_by_clone3, -1, ENOSYS},
    {"listen", open_door, 0, EPERM},
    {"setresuid", become_root, -1, EPERM},
    {"unshare", leave_namespaces, -1, EPERM},
    {"ptrace", trace, -1, EPERM},
    {"packet socket", open_packet_socket, -1, EPERM},
    {"crypto socket", open_crypto_socket, -1, EPERM},
    {"io_uring", set_up_ring, -1, EPERM},
    {"thread", make_thread, 0, 0},
    {"file", write_file, 0, 0},
    {"host name", find_host, 0, 0},
    {"connection", connect_somewhere, ECONNREFUSED, ECONNREFUSED},
};

/* The attempt's errno, in a process of its own. */
static int
attempt(const struct row *row, int is_confined)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err err;

		if (is_confined && confine_process(&err) != SG_OK)
			_exit(255);
		_exit(row->attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
a_confined_process_is_refused_what_it_never_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int code = attempt(&rows[i], 1);

		if (code != rows[i].after)
			print_error("%s: %s\n", rows[i].name, strerror(code));
		assert_int_equal(code, rows[i].after);
	}
}

/* Else the rows above would show nothing. */
static void
it_is_the_filter_that_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].before < 0)
			continue;
		print_message("%s\n", rows[i].name);
		assert_int_equal(attempt(&rows[i], 0), rows[i].before);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_confined_process_is_refused_what_it_never_needs),
	    cmocka_unit_test(it_is_the_filter_that_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
