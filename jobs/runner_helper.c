/* Runs programs of one folder as one user, and says how they ended: see runner.h.
 * A process of its own, which may be root's: it does nothing else. */
#include "config.h"

#include "jobs/runner_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/endpoint.h"

#define MEMORY_MAX ((rlim_t)1024 * 1024 * 1024)
#define FILE_MAX ((rlim_t)64 * 1024 * 1024)
#define FILES_MAX 64
#define PROCESSES_MAX 256

/* A program that runs. */
struct child {
	pid_t pid; /* 0: free */
	int64_t id;
	int64_t deadline_msec;
	int error_fd; /* -1: at its end */
	bool is_late;
	size_t text_len;
	char text[RUNNER_TEXT_MAX];
};

struct helper {
	int fd, signal_fd;
	const char *dir;
	const struct runner_user *user;
	struct child children[RUNNER_MOST];
};

static void
answer(struct helper *h, struct runner_end *end)
{
	/* jobd asks for fewer than fit into the socket; when it is gone, the
	 * next look at the socket says so */
	(void)send(h->fd, end, sizeof(*end), MSG_NOSIGNAL);
}

static void
refuse(struct helper *h, int64_t id, const char *name, const char *why)
{
	struct runner_end end;

	(void)memset(&end, 0, sizeof(end));
	end.id = id;
	end.how = RUNNER_REFUSED;
	(void)snprintf(end.text, sizeof(end.text), "%.80s: %.100s", name, why);
	answer(h, &end);
}

/* ---- may it run? ------------------------------------------------------------------ */

/* root's (or our own user's, when that is not root), and nobody else may write. */
static bool
is_ours(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Who may rename a folder on the way could put another in its place; in one with
 * the sticky bit only its owner can. */
static bool
is_safe_way(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;
	char *slash;

	if (dir[0] != '/' || strlen(dir) >= sizeof(path))
		return false;
	(void)snprintf(path, sizeof(path), "%s", dir);
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || !is_ours(&st))
		return false;
	while ((slash = strrchr(path, '/')) != NULL && path[1] != '\0') {
		slash[slash == path] = '\0';
		if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) ||
		    (!is_ours(&st) && (st.st_mode & S_ISVTX) == 0))
			return false;
	}
	return true;
}

/* NULL: it may; else why not. */
static const char *
check_program(const char *dir, const char *name, char path_r[PATH_MAX])
{
	struct stat st;

	if (!endpoint_is_command(name))
		return "it is no name of a program";
	if (!is_safe_way(dir))
		return "notify.command_dir or a folder above it is not root's "
		       "alone to write";
	if (snprintf(path_r, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		return "its path is too long";
	if (lstat(path_r, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "it is no regular file";
	if (!is_ours(&st))
		return "it is not root's alone to write";
	return (st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0
		   ? "it is not executable"
		   : NULL;
}

/* ---- the program's process --------------------------------------------------------- */

static bool
limit(int what, rlim_t most)
{
	const struct rlimit value = {most, most};
	struct rlimit old;

	/* without root a limit can only be lowered */
	return setrlimit(what, &value) == 0 ||
	       (getrlimit(what, &old) == 0 && old.rlim_max <= most);
}

static bool
set_limits(int limit_sec)
{
	return limit(RLIMIT_CORE, 0) && limit(RLIMIT_AS, MEMORY_MAX) &&
	       limit(RLIMIT_FSIZE, FILE_MAX) &&
	       limit(RLIMIT_NOFILE, FILES_MAX) &&
	       limit(RLIMIT_NPROC, PROCESSES_MAX) &&
	       limit(RLIMIT_CPU, (rlim_t)limit_sec);
}

static bool
become(const struct runner_user *user)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	if (user->keeps)
		return true;
	return setgroups((size_t)user->group_count, user->groups) == 0 &&
	       setresgid(user->gid, user->gid, user->gid) == 0 &&
	       setresuid(user->uid, user->uid, user->uid) == 0 &&
	       setresuid(0, 0, 0) != 0;
}

static bool
set_descriptors(int input, int error)
{
	int null = open("/dev/null", O_WRONLY);

	/* none of the three is below 3: the helper keeps these open */
	if (null < 0 || dup2(input, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(error, 2) < 0)
		return false;
	return close_range(3, ~0U, 0) == 0;
}

static void
set_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL); /* some cannot be set */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
become_program(const struct helper *h, const char *path, const char *name,
    int input, int error, int limit_sec)
{
	char *argv[] = {(char *)(uintptr_t)name, NULL};
	char path_variable[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *env[] = {path_variable, NULL};

	set_signals();
	(void)umask(077);
	if (setsid() >= 0 && set_descriptors(input, error) &&
	    set_limits(limit_sec) && become(h->user) && chdir("/") == 0)
		(void)execve(path, argv, env);
	(void)dprintf(2, "it cannot be run: %s\n", strerror(errno));
	_exit(126);
}

/* ---- requests ---------------------------------------------------------------------- */

static struct child *
free_child(struct helper *h)
{
	for (int i = 0; i < RUNNER_MOST; i++)
		if (h->children[i].pid == 0)
			return &h->children[i];
	return NULL;
}

static void
start(struct helper *h, const struct runner_request *request, int input)
{
	struct child *c = free_child(h);
	char path[PATH_MAX];
	const char *why = check_program(h->dir, request->name, path);
	int pipe_fds[2];

	if (why == NULL && c == NULL)
		why = "too many programs run";
	if (why == NULL && pipe2(pipe_fds, O_CLOEXEC) != 0)
		why = strerror(errno);
	if (why != NULL) {
		refuse(h, request->id, request->name, why);
		return;
	}
	*c = (struct child){.id = request->id,
	    .error_fd = pipe_fds[0],
	    .deadline_msec =
		clock_mono_msec() + (int64_t)request->limit_sec * 1000};
	c->pid = fork();
	if (c->pid == 0)
		become_program(h, path, request->name, input, pipe_fds[1],
		    request->limit_sec);
	(void)close(pipe_fds[1]);
	(void)fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	if (c->pid < 0) {
		refuse(h, request->id, request->name, strerror(errno));
		(void)close(pipe_fds[0]);
		c->pid = 0;
	}
}

/* The descriptor that came with a packet; -1 none. */
static int
descriptor_of(struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (header != NULL && header->cmsg_level == SOL_SOCKET &&
	    header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static _Noreturn void
end_all(struct helper *h)
{
	for (int i = 0; i < RUNNER_MOST; i++)
		if (h->children[i].pid > 0)
			(void)kill(-h->children[i].pid, SIGKILL);
	_exit(0);
}

static void
take_request(struct helper *h)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct runner_request request;
	struct iovec part = {&request, sizeof(request)};
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(h->fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	int input;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		end_all(h);
	input = descriptor_of(&message);
	request.name[sizeof(request.name) - 1] = '\0';
	if (n == (ssize_t)sizeof(request) && input >= 0 &&
	    request.limit_sec > 0 && request.limit_sec <= 3600)
		start(h, &request, input);
	if (input >= 0)
		(void)close(input);
}

/* ---- programs that run -------------------------------------------------------------- */

/* All is read, so that the program is not held up; the first line is kept. */
static void
read_errors(struct child *c)
{
	char data[4096];
	ssize_t n = read(c->error_fd, data, sizeof(data));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		(void)close(c->error_fd);
		c->error_fd = -1;
		return;
	}
	for (ssize_t i = 0; i < n && c->text_len + 1 < sizeof(c->text); i++)
		c->text[c->text_len++] = data[i];
}

/* Printable, up to the first line's end; it may be anything. */
static void
copy_line(const struct child *c, char text_r[RUNNER_TEXT_MAX])
{
	size_t len = 0;

	while (len < c->text_len && c->text[len] != '\n') {
		text_r[len] = c->text[len] >= ' ' && c->text[len] <= '~'
				  ? c->text[len]
				  : '?';
		len++;
	}
	text_r[len] = '\0';
}

static void
tell_end(struct helper *h, struct child *c, int status)
{
	struct runner_end end;

	(void)memset(&end, 0, sizeof(end));
	end.id = c->id;
	end.how = c->is_late
		      ? RUNNER_LATE
		      : (WIFEXITED(status) ? RUNNER_EXITED : RUNNER_KILLED);
	end.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
	if (c->error_fd >= 0)
		read_errors(c);
	copy_line(c, end.text);
	if (c->error_fd >= 0)
		(void)close(c->error_fd);
	c->pid = 0;
	answer(h, &end);
}

static void
reap(struct helper *h)
{
	struct signalfd_siginfo ignored[8];

	while (read(h->signal_fd, ignored, sizeof(ignored)) > 0)
		continue;
	for (int i = 0; i < RUNNER_MOST; i++) {
		struct child *c = &h->children[i];
		siginfo_t info = {0};
		int status;

		if (c->pid <= 0 ||
		    waitid(P_PID, (id_t)c->pid, &info,
			WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    info.si_pid == 0)
			continue;
		/* its number is taken until it is waited for */
		(void)kill(-c->pid, SIGKILL);
		if (waitpid(c->pid, &status, 0) == c->pid)
			tell_end(h, c, status);
	}
}

static int
end_late(struct helper *h)
{
	int64_t now_msec = clock_mono_msec(), next = -1;

	for (int i = 0; i < RUNNER_MOST; i++) {
		struct child *c = &h->children[i];
		int64_t left = c->deadline_msec - now_msec;

		if (c->pid <= 0 || c->is_late)
			continue;
		if (left <= 0) {
			c->is_late = true;
			(void)kill(-c->pid, SIGKILL);
		} else if (next < 0 || left < next) {
			next = left;
		}
	}
	return next > INT_MAX ? INT_MAX : (int)next;
}

static void
turn(struct helper *h)
{
	struct pollfd fds[2 + RUNNER_MOST];
	int wait_msec = end_late(h);

	fds[0] = (struct pollfd){.fd = h->fd, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = h->signal_fd, .events = POLLIN};
	for (int i = 0; i < RUNNER_MOST; i++)
		fds[2 + i] = (struct pollfd){
		    .fd = h->children[i].pid > 0 ? h->children[i].error_fd : -1,
		    .events = POLLIN};
	if (poll(fds, 2 + RUNNER_MOST, wait_msec) < 0)
		return;
	for (int i = 0; i < RUNNER_MOST; i++)
		if (fds[2 + i].revents != 0)
			read_errors(&h->children[i]);
	if (fds[1].revents != 0)
		reap(h);
	if (fds[0].revents != 0)
		take_request(h);
}

/* The end comes by the socket alone: signals are jobd's matter. */
static bool
prepare(struct helper *h)
{
	static const int ignored[] = {
	    SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE};
	sigset_t child;
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	if (null < 0 || sigprocmask(SIG_SETMASK, &child, NULL) != 0)
		return false;
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return false;
	if (dup2(h->fd, 3) < 0 || close_range(4, ~0U, 0) != 0)
		return false;
	h->fd = 3;
	(void)prctl(PR_SET_NAME, "jobd-commands");
	h->signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	return h->signal_fd >= 0 && chdir("/") == 0 &&
	       fcntl(3, F_SETFD, FD_CLOEXEC) == 0;
}

_Noreturn void
runner_helper(int fd, const char *dir, const struct runner_user *user)
{
	struct helper h = {.fd = fd, .dir = dir, .user = user};

	if (!prepare(&h))
		_exit(1);
	for (;;)
		turn(&h);
}
