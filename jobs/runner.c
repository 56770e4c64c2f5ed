/* The helper process as jobd sees it: see runner.h. What it does itself is in
 * runner_helper.c. */
#include "config.h"

#include "jobs/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs/runner_helper.h"

struct runner {
	int fd;
	pid_t pid;
	bool keeps_user;
};

static enum sg_err
find_user(const char *name, struct runner_user *user_r, struct err *err_r)
{
	const struct passwd *pw;

	*user_r = (struct runner_user){.keeps = geteuid() != 0};
	if (user_r->keeps)
		return SG_OK;
	errno = 0;
	pw = getpwnam(name); /* no thread is there yet */
	if (pw == NULL)
		return err_set(err_r, SG_INVALID,
		    "notify.command_user: there is no user %s", name);
	if (pw->pw_uid == 0)
		return err_set(err_r, SG_INVALID,
		    "notify.command_user: commands must not run as root");
	user_r->uid = pw->pw_uid;
	user_r->gid = pw->pw_gid;
	user_r->group_count = RUNNER_GROUPS_MAX;
	if (getgrouplist(
		name, pw->pw_gid, user_r->groups, &user_r->group_count) < 0) {
		user_r->groups[0] = pw->pw_gid;
		user_r->group_count = 1;
	}
	return SG_OK;
}

enum sg_err
runner_start(const char *dir, const char *user, struct runner **runner_r,
    struct err *err_r)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	struct runner_user as;
	int fds[2];
	enum sg_err rc = find_user(user, &as, err_r);

	*runner_r = NULL;
	if (runner == NULL || rc != SG_OK) {
		free(runner);
		return rc != SG_OK ? rc : err_set(err_r, SG_NOMEM, "no memory");
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
		free(runner);
		return err_set(err_r, SG_IO, "socketpair: %s", strerror(errno));
	}
	runner->pid = fork();
	if (runner->pid == 0) {
		(void)close(fds[0]);
		runner_helper(fds[1], dir, &as);
	}
	(void)close(fds[1]);
	runner->fd = fds[0];
	runner->keeps_user = as.keeps;
	if (runner->pid < 0) {
		rc = err_set(err_r, SG_IO, "fork: %s", strerror(errno));
		runner_free(&runner);
	}
	*runner_r = runner;
	return rc;
}

void
runner_free(struct runner **runner)
{
	if (*runner == NULL)
		return;
	(void)close((*runner)->fd);
	/* it hears that, ends its programs and itself */
	if ((*runner)->pid > 0)
		while (waitpid((*runner)->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	free(*runner);
	*runner = NULL;
}

bool
runner_keeps_user(const struct runner *runner)
{
	return runner->keeps_user;
}

int
runner_fd(const struct runner *runner)
{
	return runner->fd;
}

/* ---- asking ----------------------------------------------------------------------- */

/* A file in memory that nobody can change any more; -1: errno. */
static int
file_of(const void *data, size_t len)
{
	int fd = memfd_create("notification", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const char *from = data;
	int error;

	if (fd < 0)
		return -1;
	while (len > 0) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		from += n;
		len -= (size_t)n;
	}
	if (len == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

static bool
send_request(int socket_fd, struct runner_request *request, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec part = {request, sizeof(*request)};
	struct msghdr message = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	ssize_t n;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	do
		n = sendmsg(socket_fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*request);
}

enum sg_err
runner_run(struct runner *runner, int64_t id, const char *name,
    const void *data, size_t len, int limit_sec, struct err *err_r)
{
	struct runner_request request;
	enum sg_err rc = SG_OK;
	int fd;

	(void)memset(&request, 0, sizeof(request)); /* no gaps with old bytes */
	request.id = id;
	request.limit_sec = limit_sec;
	(void)snprintf(request.name, sizeof(request.name), "%s", name);
	fd = file_of(data, len);
	if (fd < 0)
		return err_set(
		    err_r, SG_IO, "standard input: %s", strerror(errno));
	if (!send_request(runner->fd, &request, fd))
		rc = err_set(err_r, SG_IO, "the process that runs commands: %s",
		    strerror(errno));
	(void)close(fd);
	return rc;
}

bool
runner_take(struct runner *runner, struct runner_end *end_r, enum sg_err *rc_r)
{
	ssize_t n;

	*rc_r = SG_OK;
	do
		n = recv(runner->fd, end_r, sizeof(*end_r), MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(*end_r)) {
		end_r->text[sizeof(end_r->text) - 1] = '\0';
		return true;
	}
	if (n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		*rc_r = SG_IO;
	return false;
}
