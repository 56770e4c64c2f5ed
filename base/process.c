/* Privileges, detaching, secrets in memory: see process.h.
 * Does not handle signals. */
#include "config.h"

#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

static enum sg_err
find_user(const char *user, uid_t *uid_r, gid_t *gid_r, struct err *err_r)
{
	char text[4096];
	struct passwd entry, *found = NULL;
	int rc = getpwnam_r(user, &entry, text, sizeof(text), &found);

	if (rc != 0 && rc != ENOENT)
		return err_set(err_r, SG_IO, "user %s: %s", user, strerror(rc));
	if (found == NULL)
		return err_set(err_r, SG_INVALID,
		    "user: there is no user %s; create it with: useradd "
		    "--system --user-group --no-create-home --shell "
		    "/usr/sbin/nologin %s",
		    user, user);
	*uid_r = entry.pw_uid;
	*gid_r = entry.pw_gid;
	return SG_OK;
}

/* Neither by setuid nor by setgid may root come back. */
static bool
is_root_gone(uid_t uid, gid_t gid)
{
	uid_t real, effective, saved;
	gid_t greal, geffective, gsaved;

	if (getresuid(&real, &effective, &saved) != 0 ||
	    getresgid(&greal, &geffective, &gsaved) != 0)
		return false;
	return real == uid && effective == uid && saved == uid &&
	       greal == gid && geffective == gid && gsaved == gid &&
	       setuid(0) != 0 && setgid(0) != 0;
}

enum sg_err
process_become_user(const char *user, struct err *err_r)
{
	uid_t uid = 0;
	gid_t gid = 0;
	enum sg_err rc;

	if (user[0] == '\0')
		return SG_OK;
	rc = find_user(user, &uid, &gid, err_r);
	if (rc != SG_OK)
		return rc;
	if (uid == geteuid())
		return SG_OK;
	if (geteuid() != 0)
		return err_set(err_r, SG_INVALID,
		    "user: only root can become %s; start it as root or as "
		    "%s, or set user = \"\"",
		    user, user);
	if (initgroups(user, gid) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return err_set(err_r, SG_IO, "user: cannot become %s: %s", user,
		    strerror(errno));
	if (!is_root_gone(uid, gid))
		return err_set(err_r, SG_BUG,
		    "user: became %s, but root could be had back", user);
	return SG_OK;
}

bool
process_has_sanitizer(void)
{
	return HAS_SANITIZER;
}

void
process_keep_secrets(void)
{
	const struct rlimit none = {0, 0};

	if (HAS_SANITIZER) {
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		return;
	}
	/* Neither can fail for a process of its own. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* The child's status: what it sent, or 1 when it ended without a word. */
static int
wait_for_child(pid_t pid, int fd)
{
	unsigned char word;
	ssize_t n;

	do
		n = read(fd, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return 1;
}

enum sg_err
process_detach_begin(int *parent_fd_r, int *status_r, struct err *err_r)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_set(err_r, SG_IO, "pipe: %s", strerror(errno));
	(void)fflush(NULL);
	pid = fork();
	if (pid < 0) {
		enum sg_err rc =
		    err_set(err_r, SG_IO, "fork: %s", strerror(errno));

		(void)close(fds[0]);
		(void)close(fds[1]);
		return rc;
	}
	if (pid > 0) {
		(void)close(fds[1]);
		*status_r = wait_for_child(pid, fds[0]);
		(void)close(fds[0]);
		return SG_OK;
	}
	(void)close(fds[0]);
	(void)setsid();
	*parent_fd_r = fds[1];
	*status_r = -1;
	return SG_OK;
}

void
process_detach_end(int parent_fd, bool keep_stderr)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* The program works where it is, too. */
	if (chdir("/") != 0)
		errno = 0;
	if (null_fd >= 0) {
		(void)dup2(null_fd, STDIN_FILENO);
		(void)dup2(null_fd, STDOUT_FILENO);
		if (!keep_stderr)
			(void)dup2(null_fd, STDERR_FILENO);
		if (null_fd > STDERR_FILENO)
			(void)close(null_fd);
	}
	/* A parent that was killed meanwhile is no reason to end. */
	if (write(parent_fd, "", 1) < 0)
		errno = 0;
	(void)close(parent_fd);
}

char *
process_absolute_path_dup(const char *path)
{
	char *dir, *full;
	size_t size;

	if (path[0] == '/')
		return strdup(path);
	dir = getcwd(NULL, 0);
	if (dir == NULL)
		return NULL;
	size = strlen(dir) + 1 + strlen(path) + 1;
	full = malloc(size);
	if (full != NULL)
		(void)snprintf(full, size, "%s/%s", dir, path);
	free(dir);
	return full;
}

void
process_raise_files(int64_t wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    (int64_t)limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = (rlim_t)wanted;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}
