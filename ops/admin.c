/* The store in an administrator's hands: see admin.h. Does not read the command
 * line and changes no rows. */
#include "config.h"

#include "ops/admin.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "store/events.h"
#include "store/observed.h"

#define BUSY_MSEC 5000
#define RUNS_SEC 30 /* since a program said so */
#define PROGRAMS_MAX 1000
#define PATH_BYTES 4096
#define STORE_MODE 0640

const char *
admin_store_file(const struct conf *conf)
{
	static const char scheme[] = "sqlite:";

	if (strncmp(conf->store, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	return conf->store + sizeof(scheme) - 1;
}

/* ---- being the store's owner -------------------------------------------- */

/* Effective ids only: the caller's are taken back when the store is closed. */
static enum sg_err
become_owner(uid_t uid, gid_t gid, struct err *err_r)
{
	if (geteuid() != 0 || uid == 0)
		return SG_OK;
	if (setgroups(1, &gid) == 0 && setegid(gid) == 0 && seteuid(uid) == 0)
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "cannot become the store's owner, uid %ld: %s", (long)uid,
	    strerror(errno));
}

static void
become_caller(void)
{
	if (geteuid() == getuid())
		return;
	if (seteuid(getuid()) != 0 || setegid(getgid()) != 0)
		_exit(1); /* as the owner nothing else may be done */
}

enum sg_err
admin_store_open(const struct conf *conf, enum store_open_mode mode,
    struct store **store_r, struct err *err_r)
{
	const char *file = admin_store_file(conf);
	struct stat st;
	enum sg_err rc = SG_OK;

	if (file != NULL && stat(file, &st) == 0)
		rc = become_owner(st.st_uid, st.st_gid, err_r);
	if (rc == SG_OK)
		rc = store_open(conf->store, mode, BUSY_MSEC, store_r, err_r);
	if (rc != SG_OK)
		become_caller();
	return rc;
}

void
admin_store_close(struct store **store)
{
	store_close(store);
	become_caller();
}

/* ---- making and migrating ------------------------------------------------ */

static enum sg_err
need_master_key(const struct conf *conf, bool *created_r, struct err *err_r)
{
	struct seal *seal = NULL;
	enum sg_err rc;

	if (access(conf->master_key_file, F_OK) == 0 || errno != ENOENT) {
		rc = seal_open(conf->master_key_file, &seal, err_r);
		seal_free(&seal);
	} else {
		rc = seal_create_file(conf->master_key_file, err_r);
		*created_r = rc == SG_OK;
	}
	if (rc == SG_IO) { /* would say that the store cannot be reached */
		rc = SG_INVALID;
		if (err_r != NULL)
			err_r->code = rc;
	}
	return rc;
}

static bool
folder_of(const char *file, char folder_r[PATH_BYTES])
{
	const char *slash = strrchr(file, '/');
	int len = slash == NULL   ? snprintf(folder_r, PATH_BYTES, ".")
		  : slash == file ? snprintf(folder_r, PATH_BYTES, "/")
				  : snprintf(folder_r, PATH_BYTES, "%.*s",
					(int)(slash - file), file);

	return len > 0 && len < PATH_BYTES;
}

/* Who is to own the store: the option `user` when root asks, else the caller. */
static enum sg_err
find_owner(
    const struct conf *conf, uid_t *uid_r, gid_t *gid_r, struct err *err_r)
{
	const struct passwd *user;

	*uid_r = geteuid();
	*gid_r = getegid();
	if (geteuid() != 0 || conf->user[0] == '\0')
		return SG_OK;
	user = getpwnam(conf->user);
	if (user == NULL)
		return err_set(err_r, SG_INVALID,
		    "the user %s (option user) does not exist; make it: "
		    "useradd --system --home-dir / --shell /usr/sbin/nologin "
		    "%s",
		    conf->user, conf->user);
	*uid_r = user->pw_uid;
	*gid_r = user->pw_gid;
	return SG_OK;
}

/* Gives one of the store's files to its owner. A file that is not there is fine;
 * anything but a plain file with one name is left alone. */
static enum sg_err
give_file(
    const char *file, uid_t uid, gid_t gid, bool *changed_r, struct err *err_r)
{
	int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum sg_err rc = SG_OK;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return SG_OK;
	if (fd < 0 || fstat(fd, &st) != 0)
		rc = err_set(err_r, SG_IO, "%s: %s", file, strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		rc = err_set(err_r, SG_INVALID,
		    "%s is not a plain file of its own; give it to its user "
		    "by hand",
		    file);
	else if (st.st_uid != uid || st.st_gid != gid) {
		*changed_r = true;
		if (fchown(fd, uid, gid) != 0)
			rc = err_set(err_r, SG_IO,
			    "cannot give %s to its user: %s", file,
			    strerror(errno));
	}
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return rc;
}

static enum sg_err
give_store(
    const char *file, uid_t uid, gid_t gid, bool *changed_r, struct err *err_r)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < 4 && rc == SG_OK; i++) {
		char path[PATH_BYTES + 16];

		(void)snprintf(path, sizeof(path), "%s%s", file, endings[i]);
		rc = give_file(path, uid, gid, changed_r, err_r);
	}
	return rc;
}

/* An empty file is an empty database; made here for its mode and owner. */
static enum sg_err
make_store_file(const char *file, struct err *err_r)
{
	int fd =
	    open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, STORE_MODE);

	if (fd < 0 && errno == EEXIST)
		return SG_OK;
	if (fd < 0)
		return err_set(
		    err_r, SG_IO, "cannot make %s: %s", file, strerror(errno));
	(void)close(fd); /* nothing was written */
	return SG_OK;
}

static enum sg_err
check_folder(
    const struct conf *conf, const char *file, bool as_owner, struct err *err_r)
{
	const char *user = conf->user[0] == '\0' ? "root" : conf->user;
	char folder[PATH_BYTES];
	struct stat st;

	if (!folder_of(file, folder))
		return err_set(
		    err_r, SG_INVALID, "store: the path is too long");
	if (stat(folder, &st) != 0)
		return err_set(err_r, SG_INVALID,
		    "the store's folder %s: %s; make it: install -d -o %s -g "
		    "%s -m 0750 %s",
		    folder, strerror(errno), user, user, folder);
	if (as_owner &&
	    faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
		return err_set(err_r, SG_INVALID,
		    "uid %ld may not write into the store's folder %s; mend: "
		    "chown %s: %s (and the folders above must be searchable)",
		    (long)geteuid(), folder, user, folder);
	return SG_OK;
}

static enum sg_err
prepare_store(const struct conf *conf, const char *file,
    struct admin_migrated *result, struct err *err_r)
{
	uid_t uid;
	gid_t gid;
	enum sg_err rc = check_folder(conf, file, false, err_r);

	if (rc == SG_OK)
		rc = find_owner(conf, &uid, &gid, err_r);
	if (rc == SG_OK && geteuid() == 0)
		rc = give_store(file, uid, gid, &result->owner_changed, err_r);
	if (rc == SG_OK)
		rc = become_owner(uid, gid, err_r);
	if (rc == SG_OK)
		rc = check_folder(conf, file, true, err_r);
	if (rc == SG_OK)
		rc = make_store_file(file, err_r);
	return rc;
}

enum sg_err
admin_migrate(
    const struct conf *conf, struct admin_migrated *result_r, struct err *err_r)
{
	const char *file = admin_store_file(conf);
	enum sg_err rc;

	memset(result_r, 0, sizeof(*result_r));
	rc = need_master_key(conf, &result_r->key_created, err_r);
	if (rc == SG_OK && file != NULL)
		rc = prepare_store(conf, file, result_r, err_r);
	if (rc == SG_OK)
		rc = store_migrate(
		    conf->store, &result_r->from, &result_r->to, err_r);
	become_caller();
	return rc;
}

#define BACKUP_MARK "db.backup"

static void
note_backup(const struct conf *conf, int64_t now_sec)
{
	const struct store_bookmark mark = {
	    .name = BACKUP_MARK, .updated_sec = now_sec};
	struct store *store = NULL;

	/* the copy is good without it */
	if (admin_store_open(conf, STORE_OPEN_WRITE, &store, NULL) == SG_OK)
		(void)store_bookmark_put(store, &mark, NULL);
	admin_store_close(&store);
}

enum sg_err
admin_backup(const struct conf *conf, const char *path, int64_t now_sec,
    struct err *err_r)
{
	mode_t before = umask(077);
	enum sg_err rc = store_backup(conf->store, path, err_r);

	(void)umask(before);
	if (rc == SG_OK)
		note_backup(conf, now_sec);
	return rc;
}

enum sg_err
admin_backup_sec(struct store *store, int64_t *at_sec_r, struct err *err_r)
{
	struct store_bookmark mark = {.updated_sec = 0};
	enum sg_err rc = store_bookmark_get(store, BACKUP_MARK, &mark, err_r);

	*at_sec_r = rc == SG_OK ? mark.updated_sec : 0;
	return rc == SG_MISSING ? SG_OK : rc;
}

/* ---- copying ------------------------------------------------------------ */

struct running {
	int64_t since_sec;
	bool found;
	struct store_heartbeat one;
};

static bool
note_running(void *ctx, const struct store_heartbeat *row)
{
	struct running *running = ctx;

	if (row->seen_sec < running->since_sec)
		return true;
	running->found = true;
	running->one = *row;
	return false;
}

/* Leaves the process as the owner of the store's file, where it has one. */
static enum sg_err
refuse_running(const struct conf *conf, int64_t now_sec, struct store **store_r,
    struct err *err_r)
{
	struct running running = {.since_sec = now_sec - RUNS_SEC};
	enum sg_err rc =
	    admin_store_open(conf, STORE_OPEN_READ, store_r, err_r);

	if (rc == SG_OK)
		rc = store_heartbeat_list(
		    *store_r, PROGRAMS_MAX, note_running, &running, err_r);
	if (rc == SG_OK && running.found)
		rc = err_set(err_r, SG_BUSY,
		    "%s runs on %s (process %lld); stop all programs on all "
		    "hosts first; one that was killed counts for %d seconds",
		    running.one.program, running.one.host,
		    (long long)running.one.pid, RUNS_SEC);
	return rc;
}

/* A file that is the target: made as `db migrate` makes it. */
static enum sg_err
prepare_target(const struct conf *conf, const char *url, struct err *err_r)
{
	struct conf target = *conf;
	struct admin_migrated ignored = {.from = 0};
	const char *file;

	target.store = (char *)url; /* only read */
	file = admin_store_file(&target);
	return file == NULL ? SG_OK
			    : prepare_store(&target, file, &ignored, err_r);
}

struct counting {
	struct admin_copied *copied;
	store_copy_fn *fn;
	void *ctx;
};

static void
count_table(void *ctx, const char *table, int64_t rows)
{
	struct counting *counting = ctx;

	counting->copied->tables++;
	counting->copied->rows += rows;
	if (counting->fn != NULL)
		counting->fn(counting->ctx, table, rows);
}

enum sg_err
admin_copy(const struct conf *conf, const char *url, int64_t now_sec,
    store_copy_fn *fn, void *ctx, struct admin_copied *copied_r,
    struct err *err_r)
{
	struct counting counting = {copied_r, fn, ctx};
	struct store *store = NULL;
	enum sg_err rc;

	memset(copied_r, 0, sizeof(*copied_r));
	rc = refuse_running(conf, now_sec, &store, err_r);
	if (rc == SG_OK)
		rc = prepare_target(conf, url, err_r);
	if (rc == SG_OK)
		rc =
		    store_copy(conf->store, url, count_table, &counting, err_r);
	admin_store_close(&store);
	become_caller();
	return rc;
}

enum sg_err
admin_notice_list(
    struct store *store, store_notice_fn *fn, void *ctx, struct err *err_r)
{
	return store_notice_list(store, fn, ctx, err_r);
}

enum sg_err
admin_notice_clear(struct store *store, const char *key, struct err *err_r)
{
	return store_notice_clear(store, key, err_r);
}
