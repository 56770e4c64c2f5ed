/* Files of exports and uploads: see files.h. Reads and writes none of them. */
#include "config.h"

#include "ops/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "store/exports.h"

/* Between a file and its row. */
#define SWEEP_AGE_SEC 3600
#define NAME_MAX_BYTES (STORE_UUID_MAX + 16)

static const char *const ends[] = {[FILES_EXPORT] = ".csv",
    [FILES_PART] = ".part",
    [FILES_UPLOAD] = ".upload"};
#define ENDS (sizeof(ends) / sizeof(ends[0]))

/* -1: errno. */
static int
open_folder(const struct conf *conf)
{
	const char *dir = conf->console_files_dir;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT &&
	    (mkdir(dir, 0700) == 0 || errno == EEXIST))
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

static enum sg_err
folder_failed(const struct conf *conf, struct err *err_r)
{
	return err_set(err_r, SG_IO, "console.files_dir %.200s: %s",
	    conf->console_files_dir, strerror(errno));
}

static void
name_of(const char *uuid, enum files_kind kind, char name_r[NAME_MAX_BYTES])
{
	(void)snprintf(
	    name_r, NAME_MAX_BYTES, "%.*s%s", STORE_UUID_MAX, uuid, ends[kind]);
}

enum sg_err
files_create(const struct conf *conf, const char *uuid, enum files_kind kind,
    FILE **file_r, struct err *err_r)
{
	char name[NAME_MAX_BYTES];
	int dir = open_folder(conf), fd;
	enum sg_err rc = SG_OK;

	*file_r = NULL;
	if (dir < 0)
		return folder_failed(conf, err_r);
	name_of(uuid, kind, name);
	/* what a process left that was killed is another file */
	(void)unlinkat(dir, name, 0);
	fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		rc = folder_failed(conf, err_r);
	else if ((*file_r = fdopen(fd, "w")) == NULL) {
		rc = err_set(err_r, SG_NOMEM, "no memory for a file");
		(void)close(fd);
	}
	(void)close(dir);
	return rc;
}

enum sg_err
files_open(const struct conf *conf, const char *uuid, enum files_kind kind,
    int *fd_r, int64_t *bytes_r, struct err *err_r)
{
	char name[NAME_MAX_BYTES];
	int dir = open_folder(conf);
	struct stat st;

	*fd_r = -1;
	if (dir < 0)
		return folder_failed(conf, err_r);
	name_of(uuid, kind, name);
	*fd_r =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	(void)close(dir);
	if (*fd_r >= 0 && fstat(*fd_r, &st) == 0 && S_ISREG(st.st_mode)) {
		*bytes_r = st.st_size;
		return SG_OK;
	}
	if (*fd_r >= 0)
		(void)close(*fd_r);
	*fd_r = -1;
	return err_set(err_r, SG_MISSING, "the file is not there any more");
}

enum sg_err
files_finish(const struct conf *conf, const char *uuid, struct err *err_r)
{
	char from[NAME_MAX_BYTES], to[NAME_MAX_BYTES];
	int dir = open_folder(conf);
	enum sg_err rc = SG_OK;

	if (dir < 0)
		return folder_failed(conf, err_r);
	name_of(uuid, FILES_PART, from);
	name_of(uuid, FILES_EXPORT, to);
	if (renameat(dir, from, dir, to) != 0 || fsync(dir) != 0)
		rc = folder_failed(conf, err_r);
	(void)close(dir);
	return rc;
}

void
files_remove(const struct conf *conf, const char *uuid, enum files_kind kind)
{
	char name[NAME_MAX_BYTES];
	int dir = open_folder(conf);

	if (dir < 0)
		return;
	name_of(uuid, kind, name);
	(void)unlinkat(dir, name, 0); /* a sweep comes later */
	(void)close(dir);
}

/* ---- sweeps ------------------------------------------------------------------- */

/* Is the name one of ours? uuid_r: the row's. */
static bool
is_ours(const char *name, char uuid_r[STORE_UUID_MAX + 1])
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ENDS; i++) {
		size_t end = strlen(ends[i]);

		if (len <= end || len - end > STORE_UUID_MAX ||
		    strcmp(name + len - end, ends[i]) != 0)
			continue;
		memcpy(uuid_r, name, len - end);
		uuid_r[len - end] = '\0';
		return true;
	}
	return false;
}

static enum sg_err
sweep_one(struct store *store, int dir, const char *name, int64_t now_sec,
    struct err *err_r)
{
	char uuid[STORE_UUID_MAX + 1];
	char source[sizeof(FILES_UPLOAD_SOURCE) + STORE_UUID_MAX];
	struct stat st;
	enum sg_err rc;
	bool is_wanted;

	if (!is_ours(name, uuid) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    st.st_mtime > now_sec - SWEEP_AGE_SEC)
		return SG_OK;
	(void)snprintf(
	    source, sizeof(source), "%s%s", FILES_UPLOAD_SOURCE, uuid);
	rc = store_file_is_wanted(store, uuid, source, &is_wanted, err_r);
	if (rc == SG_OK && !is_wanted)
		(void)unlinkat(dir, name, 0); /* the next sweep tries again */
	return rc;
}

enum sg_err
files_sweep(struct store *store, const struct conf *conf, int64_t now_sec,
    struct err *err_r)
{
	int dir =
	    open(conf->console_files_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	enum sg_err rc = SG_OK;
	DIR *list;

	if (dir < 0) /* nothing was ever written */
		return SG_OK;
	list = fdopendir(dir);
	if (list == NULL) {
		(void)close(dir);
		return err_set(err_r, SG_NOMEM, "no memory for a folder");
	}
	while (rc == SG_OK && (entry = readdir(list)) != NULL)
		rc = sweep_one(store, dir, entry->d_name, now_sec, err_r);
	(void)closedir(list);
	return rc;
}
