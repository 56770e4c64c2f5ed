/* The journal's folder: see folder.h. */
#include "config.h"

#include "milter/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0750

static enum sg_err
failed(const char *path, struct err *err_r)
{
	return err_set(err_r, SG_IO, "journal: %s: %s", path, strerror(errno));
}

/* By its descriptor: names may point elsewhere by now. */
static enum sg_err
give(const char *path, const struct passwd *to, bool is_new, struct err *err_r)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum sg_err rc = SG_OK;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		rc = failed(path, err_r);
	else if (st.st_uid == to->pw_uid)
		rc = SG_OK;
	else if (!is_new)
		rc = err_set(err_r, SG_INVALID,
		    "journal: %s belongs to another user than %s", path,
		    to->pw_name);
	else if (fchown(fd, to->pw_uid, to->pw_gid) != 0)
		rc = failed(path, err_r);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

enum sg_err
folder_make(const char *path, const char *user, struct err *err_r)
{
	bool is_new = mkdir(path, FOLDER_MODE) == 0;
	const struct passwd *to;

	if (!is_new && errno != EEXIST)
		return failed(path, err_r);
	if (user[0] == '\0' || geteuid() != 0)
		return SG_OK;
	to = getpwnam(user); /* there are no threads yet */
	if (to == NULL)
		return err_set(err_r, SG_INVALID, "user: %s is unknown", user);
	return give(path, to, is_new, err_r);
}
