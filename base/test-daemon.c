/* The daemon's skeleton, each case in a process of its own: signals, reload,
 * detaching, exit statuses, privileges. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/daemon.h"
#include "base/log.h"
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/sendward-test-daemon-XXXXXX";
static char log_path[64];

/* A program: what it shall do, and a pipe to the test. */
struct program {
	int report_fd;
	int stop_fds[2];
	int stolen; /* atomic: signals that the thread below got */
	bool fail_load, fail_open, fail_run, fail_reload;
	const char *user;
};

static void
report(struct program *program, char what)
{
	assert_int_equal(write(program->report_fd, &what, 1), 1);
}

static enum sg_err
load(void *ctx, const char *conf_path, struct daemon_settings *settings_r,
    struct err *err_r)
{
	struct program *program = ctx;

	if (program->fail_load)
		return err_set(err_r, SG_INVALID, "%s:3: bad", conf_path);
	(void)snprintf(settings_r->user, sizeof(settings_r->user), "%s",
	    program->user != NULL ? program->user : "");
	(void)snprintf(settings_r->log_target, sizeof(settings_r->log_target),
	    "%s", log_path);
	(void)snprintf(
	    settings_r->log_level, sizeof(settings_r->log_level), "info");
	(void)snprintf(
	    settings_r->listens, sizeof(settings_r->listens), "unix:/none");
	return SG_OK;
}

static enum sg_err
open_hook(void *ctx, struct err *err_r)
{
	struct program *program = ctx;

	if (program->fail_open)
		return err_set(err_r, SG_IO, "no socket");
	return pipe2(program->stop_fds, O_CLOEXEC) == 0 ? SG_OK : SG_IO;
}

static enum sg_err
reload(void *ctx, const char *conf_path, struct daemon_settings *settings_r,
    struct err *err_r)
{
	struct program *program = ctx;

	(void)settings_r;
	report(program, 'h');
	if (program->fail_reload)
		return err_set(err_r, SG_INVALID, "%s:7: broken", conf_path);
	return SG_OK;
}

static void
stop(void *ctx)
{
	struct program *program = ctx;

	assert_int_equal(write(program->stop_fds[1], "", 1), 1);
}

/* As libmilter's: waits for the signals that the skeleton wants. */
static void *
steal(void *ctx)
{
	struct program *program = ctx;
	sigset_t set;
	int sig;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	while (sigwait(&set, &sig) == 0)
		(void)__atomic_add_fetch(&program->stolen, 1, __ATOMIC_RELAXED);
	return NULL;
}

static enum sg_err
run_threaded(void *ctx, struct err *err_r)
{
	struct program *program = ctx;
	pthread_t thief;
	char byte;

	if (program->fail_run)
		return err_set(err_r, SG_IO, "run failed");
	if (pthread_create(&thief, NULL, steal, program) != 0)
		return err_set(err_r, SG_IO, "no thread");
	(void)pthread_detach(thief);
	report(program, 'r');
	assert_int_equal(read(program->stop_fds[0], &byte, 1), 1);
	report(program, program->stolen == 0 ? '0' : '!');
	return SG_OK;
}

static enum sg_err
run_loop(void *ctx, struct err *err_r)
{
	struct program *program = ctx;
	struct pollfd fds[2] = {
	    {.fd = daemon_signal_fd(), .events = POLLIN},
	    {.fd = program->stop_fds[0], .events = POLLIN},
	};

	if (program->fail_run)
		return err_set(err_r, SG_IO, "run failed");
	report(program, 'r');
	while (fds[1].revents == 0) {
		(void)poll(fds, 2, -1);
		if (fds[0].revents != 0)
			daemon_handle_signals();
	}
	report(program, '0');
	return SG_OK;
}

static const struct daemon_hooks threaded = {
    "sendward-test", load, open_hook, run_threaded, reload, stop, true};
static const struct daemon_hooks looping = {
    "sendward-test", load, open_hook, run_loop, reload, stop, false};

/* Starts it in a child; *fd_r is the reading end of its reports. */
static pid_t
start(const struct daemon_hooks *hooks, struct program *program,
    const char *option, int *fd_r)
{
	int fds[2];
	pid_t pid;

	(void)unlink(log_path);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char *argv[] = {(char[]){"test"}, (char[]){"-c"},
		    (char[]){"x.conf"}, strdup(option), NULL};
		int null_fd = open("/dev/null", O_RDWR);

		(void)dup2(null_fd, STDERR_FILENO);
		(void)dup2(null_fd, STDOUT_FILENO);
		program->report_fd = fds[1];
		(void)close(fds[0]);
		/* _exit: what this process inherited is no leak. */
		_exit(daemon_main(hooks, program, 4, argv));
	}
	(void)close(fds[1]);
	*fd_r = fds[0];
	return pid;
}

static int
status_of(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The next report within 10 s; '-' at the end, '?' when there is none. */
static char
next_report(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char what = '-';

	if (poll(&wait, 1, 10000) != 1)
		return '?';
	return read(fd, &what, 1) == 1 ? what : '-';
}

static int
count_in_log(const char *text)
{
	static char log[256 * 1024];
	FILE *file = fopen(log_path, "r");
	size_t len;
	int count = 0;

	assert_non_null(file);
	len = fread(log, 1, sizeof(log) - 1, file);
	log[len] = '\0';
	(void)fclose(file);
	for (const char *p = log; (p = strstr(p, text)) != NULL; p++)
		count++;
	return count;
}

static void
live(const struct daemon_hooks *hooks, int sig)
{
	struct program program = {0};
	int fd;
	pid_t pid = start(hooks, &program, "-f", &fd);

	assert_int_equal(next_report(fd), 'r');
	for (int i = 0; i < 300; i++) {
		assert_int_equal(kill(pid, SIGHUP), 0);
		assert_int_equal(next_report(fd), 'h');
	}
	assert_int_equal(kill(pid, sig), 0);
	assert_int_equal(next_report(fd), '0');
	assert_int_equal(status_of(pid), 0);
	(void)close(fd);
	assert_int_equal(count_in_log("daemon.start version="), 1);
	assert_int_equal(count_in_log("listen=unix:/none"), 1);
	assert_int_equal(count_in_log("conf.reloaded"), 300);
	assert_int_equal(count_in_log("daemon.stop"), 1);
}

static void
a_threaded_program_gets_every_signal(void **state)
{
	(void)state;
	live(&threaded, SIGTERM);
	live(&threaded, SIGINT);
}

static void
a_looping_program_gets_every_signal(void **state)
{
	(void)state;
	live(&looping, SIGTERM);
	live(&looping, SIGINT);
}

static void
signals_in_a_burst_are_not_stolen(void **state)
{
	struct program program = {0};
	int fd;
	pid_t pid = start(&threaded, &program, "-f", &fd);
	char what;

	(void)state;
	assert_int_equal(next_report(fd), 'r');
	for (int i = 0; i < 2000; i++)
		assert_int_equal(kill(pid, SIGHUP), 0);
	assert_int_equal(kill(pid, SIGTERM), 0);
	do
		what = next_report(fd);
	while (what == 'h');
	assert_int_equal(what, '0');
	assert_int_equal(status_of(pid), 0);
	(void)close(fd);
}

static void
a_broken_file_keeps_the_old(void **state)
{
	struct program program = {.fail_reload = true};
	int fd;
	pid_t pid = start(&threaded, &program, "-f", &fd);

	(void)state;
	assert_int_equal(next_report(fd), 'r');
	assert_int_equal(kill(pid, SIGHUP), 0);
	assert_int_equal(next_report(fd), 'h');
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(next_report(fd), '0');
	assert_int_equal(status_of(pid), 0);
	(void)close(fd);
	assert_int_equal(count_in_log("conf.kept error="), 1);
	assert_int_equal(count_in_log("/x.conf:7: broken"), 1);
}

/* What fails, and what the caller sees. */
static const struct {
	const char *name;
	struct program program;
	const char *option;
	int status;
} failures[] = {
    {"load, foreground", {.fail_load = true}, "-f", 1},
    {"load, test", {.fail_load = true}, "-t", 1},
    {"load, detaching", {.fail_load = true}, "-cx", 1},
    {"test", {.fail_open = true}, "-t", 0},
    {"version", {.fail_load = true}, "-V", 0},
    {"help", {.fail_load = true}, "-h", 0},
    {"unknown option", {0}, "-x", 2},
    {"operand", {0}, "x", 2},
    {"open, foreground", {.fail_open = true}, "-f", 1},
    {"open, detaching", {.fail_open = true}, "-cx", 1},
    {"user, foreground", {.user = "no-such-user"}, "-f", 1},
    {"user, detaching", {.user = "no-such-user"}, "-cx", 1},
    {"run", {.fail_run = true}, "-f", 1},
};

static void
failures_show_in_the_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		for (int kind = 0; kind < 2; kind++) {
			struct program program = failures[i].program;
			int fd, status;
			pid_t pid = start(kind == 0 ? &threaded : &looping,
			    &program, failures[i].option, &fd);

			status = status_of(pid);
			assert_int_equal(next_report(fd), '-');
			(void)close(fd);
			if (status != failures[i].status)
				fail_msg("%s: %d", failures[i].name, status);
		}
	}
}

static void
a_detached_program_lives_on(void **state)
{
	struct program program = {0};
	int fd;
	pid_t pid = start(&threaded, &program, "-cx", &fd), daemon_pid = 0;
	FILE *log;
	char line[256];

	(void)state;
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(next_report(fd), 'r');
	log = fopen(log_path, "r");
	assert_non_null(log);
	assert_non_null(fgets(line, sizeof(line), log));
	(void)fclose(log);
	daemon_pid = (pid_t)strtol(strchr(line, '[') + 1, NULL, 10);
	assert_true(daemon_pid > 1 && daemon_pid != pid);
	assert_int_equal(kill(daemon_pid, SIGHUP), 0);
	assert_int_equal(next_report(fd), 'h');
	assert_int_equal(kill(daemon_pid, SIGTERM), 0);
	assert_int_equal(next_report(fd), '0');
	assert_int_equal(next_report(fd), '-');
	(void)close(fd);
}

static void
root_does_not_come_back(void **state)
{
	struct err err = {0};
	pid_t pid;

	(void)state;
	assert_int_equal(process_become_user("", &err), SG_OK);
	assert_int_equal(process_become_user("no-such-user", &err), SG_INVALID);
	assert_non_null(strstr(err.text, "useradd"));
	if (geteuid() != 0) {
		assert_int_equal(process_become_user("root", &err), SG_INVALID);
		return;
	}
	assert_int_equal(process_become_user("root", &err), SG_OK);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int failed = process_become_user("nobody", &err) != SG_OK ||
			     geteuid() == 0 || getegid() == 0 ||
			     setuid(0) == 0 ||
			     access("/etc/shadow", R_OK) == 0 ||
			     process_become_user("nobody", &err) != SG_OK ||
			     process_become_user("root", &err) != SG_INVALID;

		_exit(failed);
	}
	assert_int_equal(status_of(pid), 0);
}

static void
keys_stay_out_of_core_dumps(void **state)
{
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit limit = {1, 1};
		bool is_dumpable;

		process_keep_secrets();
		is_dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
		(void)getrlimit(RLIMIT_CORE, &limit);
		/* With sanitizers it is the other way round: their leak check
		 * traces the process. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
		_exit(!is_dumpable);
#else
		_exit(is_dumpable || limit.rlim_cur != 0);
#endif
	}
	assert_int_equal(status_of(pid), 0);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(log_path, sizeof(log_path), "%s/log", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(log_path);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_threaded_program_gets_every_signal),
	    cmocka_unit_test(a_looping_program_gets_every_signal),
	    cmocka_unit_test(signals_in_a_burst_are_not_stolen),
	    cmocka_unit_test(a_broken_file_keeps_the_old),
	    cmocka_unit_test(failures_show_in_the_status),
	    cmocka_unit_test(a_detached_program_lives_on),
	    cmocka_unit_test(root_does_not_come_back),
	    cmocka_unit_test(keys_stay_out_of_core_dumps),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
