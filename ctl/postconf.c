/* Postfix's configuration by its own programs: see postconf.h. */
#include "config.h"

#include "ctl/postconf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ctl/mta.h"

#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define FILE_MAX ((size_t)16 * 1024 * 1024)
#define SEARCH "PATH=/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin"

/* ---- programs -------------------------------------------------------------------- */

/* Everything that is said. */
static enum sg_err
read_all(int fd, struct buf *out)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return SG_IO;
		(void)buf_append(out, chunk, (size_t)n); /* failed tells */
	}
	return out->failed ? SG_NOMEM : SG_OK;
}

static enum sg_err
spawn(char *const argv[], int to, bool with_complaints, pid_t *pid_r,
    struct err *err_r)
{
	static char search[] = SEARCH, locale[] = "LC_ALL=C";
	char *const env[] = {search, locale, NULL};
	static const char *const folders[] = {
	    "/usr/sbin", "/usr/local/sbin", "/usr/bin", "/opt/postfix/sbin"};
	posix_spawn_file_actions_t files;
	char path[POSTCONF_PATH_MAX];
	int rc = ENOENT;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(
	    &files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&files, to, 1);
	if (with_complaints)
		(void)posix_spawn_file_actions_adddup2(&files, to, 2);
	else
		(void)posix_spawn_file_actions_addopen(
		    &files, 2, "/dev/null", O_WRONLY, 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && rc != 0;
	     i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folders[i], argv[0]);
		rc = posix_spawn(pid_r, path, &files, NULL, argv, env);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return rc == 0 ? SG_OK
		       : err_set(err_r, SG_IO, "%s: %s", argv[0], strerror(rc));
}

/* *status_r: what it ended with. with_complaints: out has stderr, too. */
static enum sg_err
run(char *const argv[], bool with_complaints, struct buf *out, int *status_r,
    struct err *err_r)
{
	int ends[2], status = -1;
	pid_t pid;
	enum sg_err rc, said = SG_OK;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err_r, SG_IO, "pipe: %s", strerror(errno));
	rc = spawn(argv, ends[1], with_complaints, &pid, err_r);
	(void)close(ends[1]);
	if (rc == SG_OK) {
		said = read_all(ends[0], out);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	(void)close(ends[0]);
	if (rc == SG_OK && said != SG_OK)
		rc = err_set(
		    err_r, said, "%s: its words cannot be read", argv[0]);
	*status_r = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return rc;
}

/* Warnings may stand before what it ended for. */
static const char *
complaint(const char *said)
{
	const char *fatal = strstr(said, "fatal: ");

	return fatal != NULL ? fatal + strlen("fatal: ") : said;
}

/* The same; it must end well. */
static enum sg_err
run_well(char *const argv[], struct buf *out, struct err *err_r)
{
	int status;
	enum sg_err rc = run(argv, true, out, &status, err_r);

	if (rc == SG_OK && status != 0)
		rc = err_set(err_r, SG_IO, "%s: %.*s", argv[0],
		    (int)strcspn(complaint(buf_str(out)), "\n"),
		    complaint(buf_str(out)));
	return rc;
}

#define WORD(text) ((char *)(text))

/* postconf -c DIR FLAG WORD */
static enum sg_err
ask(const struct postconf *postconf, const char *flag, const char *word,
    struct buf *out, struct err *err_r)
{
	char *argv[] = {WORD("postconf"), WORD("-c"), WORD(postconf->dir),
	    WORD(flag), WORD(word), NULL};

	return run_well(argv, out, err_r);
}

/* The same, for what says nothing. */
static enum sg_err
tell(const struct postconf *postconf, const char *flag, const char *word,
    struct err *err_r)
{
	struct buf out;
	enum sg_err rc;

	buf_init(&out, OUTPUT_MAX);
	rc = ask(postconf, flag, word, &out, err_r);
	buf_fini(&out);
	return rc;
}

static void
cut_end(struct buf *text)
{
	while (text->len > 0 && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
}

const char *
postconf_chosen(const char *given, const struct conf *conf)
{
	if (given != NULL)
		return given;
	return conf->postfix_dir[0] == '\0' ? NULL : conf->postfix_dir;
}

enum sg_err
postconf_open(const char *dir, struct postconf *postconf_r, struct err *err_r)
{
	struct postconf *p = postconf_r;
	char *argv[] = {WORD("postconf"), WORD("-d"), WORD("-h"),
	    WORD("config_directory"), NULL};
	char main_cf[POSTCONF_PATH_MAX + 16];
	struct buf out;
	enum sg_err rc = SG_OK;

	buf_init(&out, OUTPUT_MAX);
	if (dir == NULL)
		rc = run_well(argv, &out, err_r);
	cut_end(&out);
	if (dir == NULL)
		dir = buf_str(&out);
	if (rc == SG_OK && (size_t)snprintf(p->dir, sizeof(p->dir), "%s",
			       dir) >= sizeof(p->dir))
		rc = err_set(err_r, SG_INVALID, "a long name of a folder");
	buf_fini(&out);
	(void)snprintf(main_cf, sizeof(main_cf), "%s/main.cf", p->dir);
	if (rc == SG_OK && access(main_cf, R_OK) != 0)
		rc = err_set(err_r, SG_IO, "%s: %s", main_cf, strerror(errno));
	return rc;
}

enum sg_err
postconf_get(const struct postconf *postconf, const char *name,
    struct buf *value, struct err *err_r)
{
	enum sg_err rc = ask(postconf, "-h", name, value, err_r);

	cut_end(value);
	return rc;
}

enum sg_err
postconf_set(const struct postconf *postconf, const char *name,
    const char *value, struct err *err_r)
{
	struct buf word;
	enum sg_err rc;

	buf_init(&word, OUTPUT_MAX);
	rc = buf_printf(&word, "%s = %s", name, value)
		 ? tell(postconf, "-e", buf_str(&word), err_r)
		 : err_set(err_r, SG_NOMEM, "no memory");
	buf_fini(&word);
	return rc;
}

/* ---- master.cf -------------------------------------------------------------------- */

/* A line with its blanks made single, and its end. */
static void
put_line(struct buf *lines, const char *line, size_t len)
{
	bool is_blank = false;

	for (size_t i = 0; i < len; i++) {
		bool is_space = line[i] == ' ' || line[i] == '\t';

		if (!is_space && is_blank)
			(void)buf_putc(lines, ' ');
		if (!is_space)
			(void)buf_putc(lines, line[i]);
		is_blank = is_space;
	}
	(void)buf_putc(lines, '\n');
}

enum sg_err
postconf_services(const struct postconf *postconf, const char *prefix,
    struct buf *lines, struct err *err_r)
{
	char *argv[] = {WORD("postconf"), WORD("-c"), WORD(postconf->dir),
	    WORD("-M"), NULL};
	struct buf out;
	const char *line;
	enum sg_err rc;

	buf_init(&out, OUTPUT_MAX);
	rc = run_well(argv, &out, err_r);
	for (line = buf_str(&out); rc == SG_OK && *line != '\0';) {
		size_t len = strcspn(line, "\n");

		if (strncmp(line, prefix, strlen(prefix)) == 0)
			put_line(lines, line, len);
		line += len + (line[len] == '\n');
	}
	buf_fini(&out);
	return rc == SG_OK && lines->failed
		   ? err_set(err_r, SG_NOMEM, "no memory for master.cf")
		   : rc;
}

enum sg_err
postconf_set_service(const struct postconf *postconf, const char *name,
    const char *line, size_t len, struct err *err_r)
{
	struct buf word;
	enum sg_err rc;

	buf_init(&word, OUTPUT_MAX);
	rc = buf_printf(&word, "%s/unix=", name) && buf_append(&word, line, len)
		 ? tell(postconf, "-M", buf_str(&word), err_r)
		 : err_set(err_r, SG_NOMEM, "no memory");
	buf_fini(&word);
	return rc;
}

enum sg_err
postconf_remove_service(
    const struct postconf *postconf, const char *name, struct err *err_r)
{
	char word[300];

	(void)snprintf(word, sizeof(word), "%s/unix", name);
	return tell(postconf, "-MX", word, err_r);
}

/* ---- all of it -------------------------------------------------------------------- */

/* postconf -c DIR FLAG; what it complains of, in lines of its own, is left out. */
static enum sg_err
list(const struct postconf *postconf, const char *flag, struct buf *out,
    struct err *err_r)
{
	char *argv[] = {WORD("postconf"), WORD("-c"), WORD(postconf->dir),
	    WORD(flag), NULL};
	int status = -1;
	enum sg_err rc = run(argv, false, out, &status, err_r);

	if (rc != SG_OK || status == 0)
		return rc;
	buf_clear(out); /* once more, for what it complains of */
	return run_well(argv, out, err_r);
}

enum sg_err
postconf_read(
    const struct postconf *postconf, struct mta *mta_r, struct err *err_r)
{
	static const char *const flags[] = {"-x", "-M", "-P"};
	struct buf texts[3];
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < 3; i++)
		buf_init(&texts[i], OUTPUT_MAX);
	for (size_t i = 0; i < 3 && rc == SG_OK; i++)
		rc = list(postconf, flags[i], &texts[i], err_r);
	if (rc == SG_OK && !mta_init(mta_r, buf_str(&texts[0]),
			       buf_str(&texts[1]), buf_str(&texts[2]))) {
		mta_fini(mta_r);
		rc = err_set(err_r, SG_NOMEM, "no memory");
	}
	for (size_t i = 0; i < 3; i++)
		buf_fini(&texts[i]);
	return rc;
}

bool
postconf_look_up(const struct postconf *postconf, const char *table,
    const char *key, struct buf *value)
{
	char *argv[] = {WORD("postmap"), WORD("-c"), WORD(postconf->dir),
	    WORD("-q"), WORD(key), WORD(table), NULL};
	int status = -1;
	enum sg_err rc = run(argv, false, value, &status, NULL);

	return rc == SG_OK && status == 0;
}

/* ---- files ------------------------------------------------------------------------ */

static enum sg_err
read_file(const char *path, struct buf *out, struct err *err_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum sg_err rc = SG_OK;

	if (fd < 0)
		return err_set(err_r, errno == ENOENT ? SG_MISSING : SG_IO,
		    "%s: %s", path, strerror(errno));
	rc = read_all(fd, out);
	(void)close(fd);
	if (rc == SG_OK && out->len > 0 &&
	    memchr(out->data, '\0', out->len) != NULL)
		return err_set(err_r, SG_INVALID,
		    "%s: a NUL byte stands in it, which no text has", path);
	return rc == SG_OK ? rc
			   : err_set(err_r, rc, "%s: cannot be read", path);
}

static bool
write_text(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return false;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* The file that a link leads to: it is written, and the link stays. */
static enum sg_err
follow(const char *path, char real_r[PATH_MAX], struct err *err_r)
{
	if (realpath(path, real_r) != NULL)
		return SG_OK;
	if (errno != ENOENT ||
	    (size_t)snprintf(real_r, PATH_MAX, "%s", path) >= PATH_MAX)
		return err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	return SG_OK;
}

/* In place of what was there: at once. Owner and mode are those of `like`, if it is
 * there. */
static enum sg_err
write_file(
    const char *name, const char *like, const char *text, struct err *err_r)
{
	char path[PATH_MAX], fresh[PATH_MAX + 16];
	struct stat st;
	bool has_like = stat(like, &st) == 0;
	int fd;
	bool ok;

	if (follow(name, path, err_r) != SG_OK)
		return SG_IO;
	(void)snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path);
	fd = mkostemp(fresh, O_CLOEXEC); /* 0600 */
	if (fd < 0)
		return err_set(err_r, SG_IO, "%s: %s", fresh, strerror(errno));
	ok = fchmod(fd, has_like ? st.st_mode & 07777 : 0644) == 0 &&
	     (!has_like || fchown(fd, st.st_uid, st.st_gid) == 0) &&
	     write_text(fd, text, strlen(text)) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (ok && rename(fresh, path) == 0)
		return SG_OK;
	err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	(void)unlink(fresh);
	return SG_IO;
}

static void
path_of(const struct postconf *postconf, const char *name, const char *end,
    char path_r[POSTCONF_PATH_MAX + 64])
{
	(void)snprintf(path_r, POSTCONF_PATH_MAX + 64, "%s/%s%s", postconf->dir,
	    name, end);
}

/* From one end of the name to the other, with owner and mode. */
static enum sg_err
copy_file(const struct postconf *postconf, const char *name, const char *from,
    const char *to, struct err *err_r)
{
	char source[POSTCONF_PATH_MAX + 64], target[POSTCONF_PATH_MAX + 64];
	struct buf text;
	enum sg_err rc;

	buf_init(&text, FILE_MAX);
	path_of(postconf, name, from, source);
	path_of(postconf, name, to, target);
	rc = read_file(source, &text, err_r);
	if (rc == SG_OK)
		rc = write_file(target, source, buf_str(&text), err_r);
	buf_fini(&text);
	return rc;
}

static bool
has_copy(const struct postconf *postconf, const char *name)
{
	char path[POSTCONF_PATH_MAX + 64];

	path_of(postconf, name, POSTCONF_COPY, path);
	return access(path, F_OK) == 0;
}

enum sg_err
postconf_keep_copy(
    const struct postconf *postconf, const char *name, struct err *err_r)
{
	return has_copy(postconf, name)
		   ? SG_OK
		   : copy_file(postconf, name, "", POSTCONF_COPY, err_r);
}

enum sg_err
postconf_keep_copies(
    const struct postconf *postconf, bool *is_new_r, struct err *err_r)
{
	enum sg_err rc;

	*is_new_r =
	    !has_copy(postconf, "main.cf") || !has_copy(postconf, "master.cf");
	rc = postconf_keep_copy(postconf, "main.cf", err_r);
	return rc != SG_OK ? rc
			   : postconf_keep_copy(postconf, "master.cf", err_r);
}

enum sg_err
postconf_restore(const struct postconf *postconf, const char *name,
    const char *end, struct err *err_r)
{
	char copy[POSTCONF_PATH_MAX + 64];
	enum sg_err rc;

	if (!has_copy(postconf, name))
		return SG_OK;
	rc = copy_file(postconf, name, "", end, err_r);
	if (rc == SG_OK || rc == SG_MISSING)
		rc = copy_file(postconf, name, POSTCONF_COPY, "", err_r);
	path_of(postconf, name, POSTCONF_COPY, copy);
	if (rc == SG_OK && unlink(copy) != 0)
		rc = err_set(err_r, SG_IO, "%s: %s", copy, strerror(errno));
	return rc;
}

enum sg_err
postconf_load(const struct postconf *postconf, const char *name,
    struct buf *text, struct err *err_r)
{
	char path[POSTCONF_PATH_MAX + 64];

	path_of(postconf, name, "", path);
	return read_file(path, text, err_r);
}

enum sg_err
postconf_store(const struct postconf *postconf, const char *name,
    const char *text, struct err *err_r)
{
	char path[POSTCONF_PATH_MAX + 64];

	path_of(postconf, name, "", path);
	return write_file(path, path, text, err_r);
}

enum sg_err
postconf_compile(
    const struct postconf *postconf, const char *name, struct err *err_r)
{
	char table[POSTCONF_PATH_MAX + 80];
	char *argv[] = {
	    WORD("postmap"), WORD("-c"), WORD(postconf->dir), table, NULL};
	struct buf out;
	enum sg_err rc;

	(void)snprintf(table, sizeof(table), "hash:%s/%s", postconf->dir, name);
	buf_init(&out, OUTPUT_MAX);
	rc = run_well(argv, &out, err_r);
	buf_fini(&out);
	return rc;
}

enum sg_err
postconf_remove_map(
    const struct postconf *postconf, const char *name, struct err *err_r)
{
	static const char *const ends[] = {"", ".db"};
	char path[POSTCONF_PATH_MAX + 64];

	for (size_t i = 0; i < 2; i++) {
		path_of(postconf, name, ends[i], path);
		if (unlink(path) != 0 && errno != ENOENT)
			return err_set(
			    err_r, SG_IO, "%s: %s", path, strerror(errno));
	}
	return SG_OK;
}

enum sg_err
postconf_diff(const struct postconf *postconf, const char *name,
    const char *text, struct buf *diff, struct err *err_r)
{
	char path[POSTCONF_PATH_MAX + 64], fresh[64];
	char *argv[] = {WORD("diff"), WORD("-u"), WORD("--label"), path,
	    WORD("--label"), path, path, fresh, NULL};
	int fd = memfd_create("new", 0), status = -1;
	enum sg_err rc = SG_OK;

	path_of(postconf, name, "", path);
	(void)snprintf(fresh, sizeof(fresh), "/proc/self/fd/%d", fd);
	if (access(path, F_OK) != 0)
		argv[6] = WORD("/dev/null");
	if (fd < 0 || !write_text(fd, text, strlen(text)))
		rc = err_set(err_r, SG_IO, "%s: %s", name, strerror(errno));
	if (rc == SG_OK)
		rc = run(argv, true, diff, &status, err_r);
	if (fd >= 0)
		(void)close(fd);
	if (rc == SG_OK && status > 1)
		rc = err_set(err_r, SG_IO, "diff: %.200s", buf_str(diff));
	return rc;
}

enum sg_err
postconf_try(const char *main_cf, const char *master_cf, struct err *err_r)
{
	static const char *const names[] = {"main.cf", "master.cf"};
	const char *const texts[] = {main_cf, master_cf};
	struct postconf other;
	char path[POSTCONF_PATH_MAX + 64];
	struct buf out;
	enum sg_err rc = SG_OK;

	(void)snprintf(other.dir, sizeof(other.dir), "/tmp/sendward.XXXXXX");
	if (mkdtemp(other.dir) == NULL)
		return err_set(
		    err_r, SG_IO, "%s: %s", other.dir, strerror(errno));
	for (size_t i = 0; i < 2 && rc == SG_OK; i++)
		rc = postconf_store(&other, names[i], texts[i], err_r);
	buf_init(&out, OUTPUT_MAX);
	if (rc == SG_OK)
		rc = list(&other, "-n", &out, err_r);
	if (rc == SG_OK)
		rc = list(&other, "-P", &out, err_r);
	buf_fini(&out);
	for (size_t i = 0; i < 2; i++) {
		path_of(&other, names[i], "", path);
		(void)unlink(path);
	}
	(void)rmdir(other.dir);
	return rc;
}

enum sg_err
postconf_write_table(const struct postconf *postconf, const char *name,
    const char *text, bool *is_new_r, struct err *err_r)
{
	char path[POSTCONF_PATH_MAX + 64];
	struct buf before;
	enum sg_err rc;

	buf_init(&before, FILE_MAX);
	path_of(postconf, name, "", path);
	rc = read_file(path, &before, err_r);
	*is_new_r = rc != SG_OK || strcmp(buf_str(&before), text) != 0;
	buf_fini(&before);
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	return *is_new_r ? write_file(path, path, text, err_r) : SG_OK;
}

enum sg_err
postconf_reload(
    const struct postconf *postconf, bool *is_running_r, struct err *err_r)
{
	char *argv[] = {WORD("postfix"), WORD("-c"), WORD(postconf->dir),
	    WORD("status"), NULL};
	struct buf out;
	int status = -1;
	enum sg_err rc;

	buf_init(&out, OUTPUT_MAX);
	rc = run(argv, true, &out, &status, err_r);
	*is_running_r = rc == SG_OK && status == 0;
	argv[3] = WORD("reload");
	buf_clear(&out);
	if (*is_running_r)
		rc = run_well(argv, &out, err_r);
	buf_fini(&out);
	return rc;
}
