/* The console's files in memory: see console_files.h. Answers nobody. */
#include "config.h"

#include "api/console_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "base/log.h"
#include "conf/conf.h"

#define HASH_BYTES 16 /* of SHA-256's 32: enough to tell versions apart */
#define GZIP_WINDOW (15 + 16)

struct api_console {
	struct api_console_file *files;
	size_t count;
};

/* NULL: no file of that name is served. */
static const char *
type_of(const char *name)
{
	static const struct {
		const char *end, *type;
	} rows[] = {
	    {".html", "text/html; charset=utf-8"},
	    {".js", "text/javascript; charset=utf-8"},
	    {".css", "text/css; charset=utf-8"},
	    {".svg", "image/svg+xml"},
	    {".png", "image/png"},
	    {".webmanifest", "application/manifest+json"},
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(rows) / sizeof(rows[0]);
	     i++)
		if (strcmp(dot, rows[i].end) == 0)
			return rows[i].type;
	return NULL;
}

/* One that needs no escapes in an address. */
static bool
is_plain_name(const char *name)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	return name[0] != '.' && name[strspn(name, chars)] == '\0';
}

static void
complain(const char *name, const char *why)
{
	log_event(
	    LOG_CONSOLE_FAILED_EVENT, NULL, "file", name, "error", why, NULL);
}

/* ---- one file ------------------------------------------------------------- */

/* NULL, or why not. */
static const char *
read_all(int fd, struct buf *to)
{
	char block[16384];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return "is no file";
	while ((n = read(fd, block, sizeof(block))) > 0)
		if (!buf_append(to, block, (size_t)n))
			return "is too large, or there is no memory";
	return n < 0 ? "cannot be read" : NULL;
}

/* False: without memory, or when it would be no shorter. */
static bool
compress_file(const struct buf *from, struct buf *to)
{
	z_stream z = {0};
	unsigned char *out;
	size_t room;
	bool is_shorter = false;

	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
		MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	room = deflateBound(&z, from->len);
	out = malloc(room);
	if (out != NULL) {
		z.next_in = (unsigned char *)from->data;
		z.avail_in = (uInt)from->len;
		z.next_out = out;
		z.avail_out = (uInt)room;
		is_shorter = deflate(&z, Z_FINISH) == Z_STREAM_END &&
			     z.total_out < from->len &&
			     buf_append(to, out, z.total_out);
	}
	(void)deflateEnd(&z);
	free(out);
	return is_shorter;
}

static bool
tag_file(struct api_console_file *file)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * HASH_BYTES + 1];
	unsigned len;

	if (EVP_Digest(file->plain.data, file->plain.len, digest, &len,
		EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < HASH_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	(void)snprintf(file->etag, sizeof(file->etag), "\"%s\"", hex);
	(void)snprintf(
	    file->gzip_etag, sizeof(file->gzip_etag), "\"%s-gzip\"", hex);
	return true;
}

/* Takes over fd. */
static void
add_file(
    struct api_console *console, int fd, const char *name, const char *type)
{
	struct api_console_file *file = &console->files[console->count];
	const char *why = NULL;

	*file = (struct api_console_file){.content_type = type};
	buf_init(&file->plain, API_CONSOLE_FILE_BYTES_MAX);
	buf_init(&file->gzip, API_CONSOLE_FILE_BYTES_MAX);
	if (fd < 0)
		why = errno == ELOOP ? "is a link" : strerror(errno);
	else
		why = read_all(fd, &file->plain);
	if (why == NULL && (size_t)snprintf(file->name, sizeof(file->name),
			       "%s", name) >= sizeof(file->name))
		why = "has too long a name";
	if (why == NULL && !tag_file(file))
		why = "has no hash";
	if (why == NULL) {
		(void)compress_file(&file->plain, &file->gzip);
		console->count++;
	} else {
		complain(name, why);
		buf_fini(&file->plain);
	}
	if (fd >= 0)
		(void)close(fd);
}

/* ---- folders ---------------------------------------------------------------- */

static void add_folder(
    struct api_console *console, int dir, const char *folder);

static void
add_entry(
    struct api_console *console, int dir, const char *folder, const char *entry)
{
	char name[API_CONSOLE_NAME_MAX + 300];
	const char *type = type_of(entry);
	struct stat st;
	int fd;

	if (!is_plain_name(entry) ||
	    fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (S_ISDIR(st.st_mode) && folder[0] == '\0') {
		fd = openat(dir, entry,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			add_folder(console, fd, entry);
		return;
	}
	if (type == NULL || S_ISDIR(st.st_mode))
		return;
	(void)snprintf(name, sizeof(name), "%s%s%s", folder,
	    folder[0] == '\0' ? "" : "/", entry);
	if (console->count == API_CONSOLE_FILES_MAX) {
		complain(name, "is one too many");
		return;
	}
	fd = openat(dir, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	add_file(console, fd, name, type);
}

/* Takes over dir. folder: "" the one of the option. */
static void
add_folder(struct api_console *console, int dir, const char *folder)
{
	DIR *list = fdopendir(dir);
	struct dirent *entry;

	if (list == NULL) {
		(void)close(dir);
		return;
	}
	while ((entry = readdir(list)) != NULL)
		add_entry(console, dir, folder, entry->d_name);
	(void)closedir(list);
}

static void
add_chart(struct api_console *console, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	/* Charts are tables then, too: nothing is amiss. */
	if (fd < 0 && errno == ENOENT)
		return;
	add_file(
	    console, fd, API_CONSOLE_CHART, "text/javascript; charset=utf-8");
}

static const char *
folder_of(const struct conf *conf)
{
	return conf->console_dir[0] != '\0' ? conf->console_dir
					    : SW_PKGDATADIR "/console";
}

struct api_console *
api_console_new(const struct conf *conf)
{
	struct api_console *console = calloc(1, sizeof(*console));
	int dir;

	if (console == NULL || strcmp(folder_of(conf), "none") == 0)
		return console;
	/* one more: Chart.js */
	console->files =
	    calloc(API_CONSOLE_FILES_MAX + 1, sizeof(*console->files));
	if (console->files == NULL) {
		api_console_free(&console);
		return NULL;
	}
	dir = open(folder_of(conf), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		complain(folder_of(conf), strerror(errno));
		return console;
	}
	add_folder(console, dir, "");
	if (conf->console_chart_js[0] != '\0')
		add_chart(console, conf->console_chart_js);
	return console;
}

void
api_console_free(struct api_console **console)
{
	struct api_console *c = *console;

	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++) {
		buf_fini(&c->files[i].plain);
		buf_fini(&c->files[i].gzip);
	}
	free(c->files);
	free(c);
	*console = NULL;
}

/* ---- look-ups ----------------------------------------------------------------- */

const struct api_console_file *
api_console_find(
    const struct api_console *console, const char *name, size_t len)
{
	for (size_t i = 0; i < console->count; i++)
		if (strlen(console->files[i].name) == len &&
		    memcmp(console->files[i].name, name, len) == 0)
			return &console->files[i];
	return NULL;
}

bool
api_console_is_there(const struct api_console *console)
{
	return api_console_find(console, "index.html", 10) != NULL;
}

bool
api_console_has_folder(
    const struct api_console *console, const char *name, size_t len)
{
	for (size_t i = 0; i < console->count; i++)
		if (strcspn(console->files[i].name, "/") == len &&
		    console->files[i].name[len] == '/' &&
		    memcmp(console->files[i].name, name, len) == 0)
			return true;
	return false;
}
