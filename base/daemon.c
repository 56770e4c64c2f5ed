/* What every daemon's main does alike: see daemon.h.
 * Does not know what the configuration means or what the program serves. */
#include "config.h"

#include "base/daemon.h"
#include "base/confine.h"
#include "base/log.h"
#include "base/process.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <systemd/sd-daemon.h>

#define DEFAULT_CONF_PATH SW_SYSCONFDIR "/sendward/sendward.conf"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What happened since daemon_handle_signals() looked; set by the signal handler,
 * in any thread. Atomic. */
static int reload_wanted, stop_wanted;
static int wake_fd = -1;

static struct daemon {
	const struct daemon_hooks *hooks;
	void *ctx;
	char *conf_path;
	struct daemon_settings settings;
	bool is_foreground, is_test;
	bool is_log_open, is_stopping;
	int parent_fd;    /* where the waiting parent reads our status, or -1 */
	bool run_is_over; /* atomic; threaded programs only */
	enum sg_err run_rc;
	struct err run_err;
} self;

/* Async-signal-safe. Any thread may run it. */
static void
wake(void)
{
	const uint64_t one = 1;
	int saved_errno = errno;

	/* It fails only when the counter is full, and then all is said. */
	if (write(wake_fd, &one, sizeof(one)) < 0)
		errno = saved_errno;
	errno = saved_errno;
}

static void
on_signal(int sig)
{
	if (sig == SIGHUP)
		__atomic_store_n(&reload_wanted, 1, __ATOMIC_RELEASE);
	else
		__atomic_store_n(&stop_wanted, 1, __ATOMIC_RELEASE);
	wake();
}

/* Takes the place of the C library's in every program that has this file.
 * libmilter keeps a thread in sigwait() that ends the filter at SIGHUP, SIGTERM
 * and SIGINT; when several threads would take a signal, which one gets it is a
 * matter of luck. Here it never wakes. */
int
sigwait(const sigset_t *restrict set, int *restrict sig)
{
	(void)set;
	(void)sig;
	for (;;)
		(void)pause();
}

static enum sg_err
catch_signals(struct err *err_r)
{
	static const int caught[] = {SIGHUP, SIGTERM, SIGINT};
	struct sigaction action = {0};
	sigset_t set;

	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		return err_set(err_r, SG_IO, "eventfd: %s", strerror(errno));
	(void)sigemptyset(&set);
	(void)sigemptyset(&action.sa_mask);
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		(void)sigaddset(&set, caught[i]);
		(void)sigaction(caught[i], &action, NULL);
	}
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	(void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	return SG_OK;
}

static int
usage(const char *name, FILE *out, int status)
{
	(void)fprintf(out,
	    "usage: %s [-c FILE] [-f] [-t] [-V] [-h]\n"
	    "  -c FILE  configuration, default %s\n"
	    "  -f       stay in the foreground\n"
	    "  -t       test the configuration and exit\n"
	    "  -V       print the version and exit\n"
	    "  -h       print this and exit\n",
	    name, DEFAULT_CONF_PATH);
	return status;
}

/* -1: go on; else the exit status. */
static int
parse_options(int argc, char **argv)
{
	const char *name = self.hooks->name;
	const char *path = DEFAULT_CONF_PATH;
	int option;

	while ((option = getopt(argc, argv, "c:ftVh")) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'f':
			self.is_foreground = true;
			break;
		case 't':
			self.is_test = true;
			break;
		case 'V':
			(void)printf("%s %s\n", name, PACKAGE_VERSION);
			return 0;
		case 'h':
			return usage(name, stdout, 0);
		default:
			return usage(name, stderr, EXIT_USAGE);
		}
	}
	if (optind != argc)
		return usage(name, stderr, EXIT_USAGE);
	/* It is read again at SIGHUP, when the working directory is "/". */
	self.conf_path = process_absolute_path_dup(path);
	if (self.conf_path == NULL) {
		(void)fprintf(
		    stderr, "%s: %s: %s\n", name, path, strerror(errno));
		return EXIT_FAILED;
	}
	return -1;
}

static bool
open_log(void)
{
	int level = log_level_from_name(self.settings.log_level);

	return log_open(self.hooks->name, self.settings.log_target,
	    level < 0 ? LOG_LEVEL_INFO : (enum log_level)level);
}

/* Tells the administrator, on the terminal as long as there is one, why the
 * program ends. */
static int
fatal(const struct err *err)
{
	bool is_stderr = strcmp(self.settings.log_target, "stderr") == 0;
	bool is_syslog = strcmp(self.settings.log_target, "syslog") == 0;

	/* A log file that root creates could not be opened again later. */
	if (!self.is_log_open && is_syslog)
		self.is_log_open = open_log();
	if (!self.is_log_open || !is_stderr)
		(void)fprintf(stderr, "%s: %s\n", self.hooks->name, err->text);
	if (self.is_log_open)
		log_event(LOG_DAEMON_FATAL_EVENT, NULL, "error", err->text,
		    "code", err_name(err->code), NULL);
	return EXIT_FAILED;
}

/* Load has been done. */
static enum sg_err
become_daemon(struct err *err_r)
{
	const struct daemon_hooks *hooks = self.hooks;
	enum sg_err rc;

	if (hooks->open != NULL) {
		rc = hooks->open(self.ctx, err_r);
		if (rc != SG_OK)
			return rc;
	}
	rc = process_become_user(self.settings.user, err_r);
	if (rc != SG_OK)
		return rc;
	process_keep_secrets();
	if (!open_log())
		return err_set(err_r, SG_IO, "log.target: %s: %s",
		    self.settings.log_target, strerror(errno));
	self.is_log_open = true;
	return process_has_sanitizer() ? SG_OK : confine_process(err_r);
}

static void
tell_ready(void)
{
	bool keep_stderr = strcmp(self.settings.log_target, "stderr") == 0;

	log_event(LOG_DAEMON_START_EVENT, NULL, "version", PACKAGE_VERSION,
	    "listen", self.settings.listens, NULL);
	(void)sd_notify(0, "READY=1");
	if (self.parent_fd >= 0)
		process_detach_end(self.parent_fd, keep_stderr);
	self.parent_fd = -1;
}

static void
reload(void)
{
	struct daemon_settings settings = self.settings;
	struct err err = {0};
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	if (self.hooks->reload(self.ctx, self.conf_path, &settings, &err) !=
	    SG_OK) {
		(void)open_log();
		log_event(LOG_CONF_KEPT_EVENT, NULL, "error", err.text, NULL);
	} else {
		self.settings = settings;
		if (open_log())
			log_event(LOG_CONF_RELOADED_EVENT, NULL, "file",
			    self.conf_path, NULL);
		else
			log_event(LOG_CONF_RELOADED_EVENT, NULL, "file",
			    self.conf_path, "log_kept", strerror(errno), NULL);
	}
	(void)sd_notify(0, "READY=1");
}

int
daemon_signal_fd(void)
{
	return wake_fd;
}

void
daemon_handle_signals(void)
{
	uint64_t count;

	/* Emptied first: what comes in from here on wakes us again. */
	while (read(wake_fd, &count, sizeof(count)) < 0 && errno == EINTR)
		continue;
	if (__atomic_load_n(&stop_wanted, __ATOMIC_ACQUIRE) != 0 &&
	    !self.is_stopping) {
		self.is_stopping = true;
		(void)sd_notify(0, "STOPPING=1");
		self.hooks->stop(self.ctx);
	}
	if (!self.is_stopping &&
	    __atomic_exchange_n(&reload_wanted, 0, __ATOMIC_ACQ_REL) != 0)
		reload();
}

static void *
run_thread(void *unused)
{
	sigset_t set;

	(void)unused;
	/* Threads made from here inherit it. A signal that arrived before
	 * this line only ran the handler. */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	self.run_rc = self.hooks->run(self.ctx, &self.run_err);
	__atomic_store_n(&self.run_is_over, true, __ATOMIC_RELEASE);
	wake();
	return NULL;
}

static enum sg_err
run_in_thread(struct err *err_r)
{
	pthread_t thread;
	struct pollfd wait = {.fd = wake_fd, .events = POLLIN};
	int rc = pthread_create(&thread, NULL, run_thread, NULL);

	if (rc != 0)
		return err_set(err_r, SG_IO, "thread: %s", strerror(rc));
	while (!__atomic_load_n(&self.run_is_over, __ATOMIC_ACQUIRE)) {
		(void)poll(&wait, 1, -1);
		daemon_handle_signals();
	}
	(void)pthread_join(thread, NULL);
	*err_r = self.run_err;
	return self.run_rc;
}

static int
serve(void)
{
	struct err err = {0};
	enum sg_err rc;

	rc = become_daemon(&err);
	if (rc != SG_OK)
		return fatal(&err);
	tell_ready();
	if (self.hooks->threaded)
		rc = run_in_thread(&err);
	else
		rc = self.hooks->run(self.ctx, &err);
	if (rc == SG_OK && !self.is_stopping)
		rc = err_set(&err, SG_BUG, "serving ended without being asked");
	if (rc != SG_OK)
		return fatal(&err);
	log_event(LOG_DAEMON_STOP_EVENT, NULL, NULL);
	return 0;
}

static int
test_conf(void)
{
	(void)printf("%s: ok\n", self.conf_path);
	return 0;
}

static int
start(void)
{
	struct err err = {0};
	int status = -1;

	(void)umask(027);
	process_keep_secrets(); /* becoming another user ends it */
	if (self.hooks->load(self.ctx, self.conf_path, &self.settings, &err) !=
	    SG_OK)
		return fatal(&err);
	if (self.is_test)
		return test_conf();
	if (!self.is_foreground &&
	    process_detach_begin(&self.parent_fd, &status, &err) != SG_OK)
		return fatal(&err);
	if (status >= 0)
		return status;
	if (catch_signals(&err) != SG_OK)
		return fatal(&err);
	return serve();
}

int
daemon_main(const struct daemon_hooks *hooks, void *ctx, int argc, char **argv)
{
	int status;

	self.hooks = hooks;
	self.ctx = ctx;
	self.parent_fd = -1;
	status = parse_options(argc, argv);
	if (status < 0)
		status = start();
	free(self.conf_path);
	self.conf_path = NULL;
	return status;
}
