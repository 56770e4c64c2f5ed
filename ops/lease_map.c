/* A mapped file of fixed records: see lease_map.h. Never syncs: it is for the end
 * of a process, not of a machine. */
#include "config.h"

#include "ops/lease_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC INT64_C(0x32657361656c6773) /* "sglease2" */
#define BOOT_MAX 40
#define RECORDS_MAX (1 << 20)
#define STEP 4096 /* records; a step's room on the disk is taken at once */

struct header {
	int64_t magic;
	int64_t holder_id, mark;
	char boot[BOOT_MAX];
	int64_t device, inode; /* of the file: a copy of it proves nothing */
	int64_t high;          /* records from here on were never used */
	int64_t check;         /* of what is above but high; written last */
};
#define HEADER_BYTES 4096
#define FILE_BYTES                                                             \
	(HEADER_BYTES + (size_t)RECORDS_MAX * sizeof(struct lease_record))

struct lease_map {
	int fd;
	struct header *header;
	struct lease_record *records;
	int64_t room;   /* records that have their place on the disk */
	int64_t *freed; /* a stack of indexes */
	size_t freed_count, freed_size;
	struct lease_record **index; /* by serial */
	size_t index_count;
	int64_t device, inode;
	char boot[BOOT_MAX];
};

static int64_t
check_of(const struct header *h)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	const unsigned char *byte = (const unsigned char *)h;

	for (size_t i = 0; i < offsetof(struct header, high); i++)
		sum = (sum ^ byte[i]) * UINT64_C(0x100000001b3);
	return (int64_t)(sum | 1);
}

static enum sg_err
failed(const char *path, struct err *err_r)
{
	return err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
}

static enum sg_err
read_boot(char boot_r[BOOT_MAX], struct err *err_r)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, boot_r, BOOT_MAX - 1);

	if (fd >= 0)
		(void)close(fd);
	return len > 0 ? SG_OK : failed(path, err_r);
}

static enum sg_err
make_folder(const char *path, struct err *err_r)
{
	char *folder = strdup(path);
	char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
	enum sg_err code = SG_OK;

	if (slash == NULL || slash == folder) {
		free(folder);
		return err_set(
		    err_r, SG_INVALID, "%s: must be in a folder", path);
	}
	*slash = '\0';
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		code = failed(folder, err_r);
	free(folder);
	return code;
}

/* A file of another size is given this one; what it held does not check then. */
static enum sg_err
map_file(struct lease_map *map, const char *path, struct err *err_r)
{
	struct stat st;
	void *at;

	map->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (map->fd < 0)
		return failed(path, err_r);
	if (flock(map->fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(err_r, SG_BUSY,
		    "%s: another process of this name runs", path);
	if (fstat(map->fd, &st) != 0 ||
	    ((size_t)st.st_size != FILE_BYTES &&
		(ftruncate(map->fd, 0) != 0 ||
		    ftruncate(map->fd, (off_t)FILE_BYTES) != 0)))
		return failed(path, err_r);
	map->device = (int64_t)st.st_dev;
	map->inode = (int64_t)st.st_ino;
	errno = posix_fallocate(map->fd, 0, HEADER_BYTES);
	if (errno != 0)
		return failed(path, err_r);
	at = mmap(
	    NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0);
	if (at == MAP_FAILED)
		return failed(path, err_r);
	map->header = at;
	map->records = (void *)((char *)at + HEADER_BYTES);
	return SG_OK;
}

enum sg_err
lease_map_open(const char *path, struct lease_map **map_r, struct err *err_r)
{
	struct lease_map *map = calloc(1, sizeof(*map));
	enum sg_err code;

	*map_r = map;
	if (map == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	map->fd = -1;
	code = read_boot(map->boot, err_r);
	if (code == SG_OK)
		code = make_folder(path, err_r);
	if (code == SG_OK)
		code = map_file(map, path, err_r);
	if (code != SG_OK)
		lease_map_close(map_r);
	return code;
}

void
lease_map_close(struct lease_map **map)
{
	struct lease_map *m = *map;

	*map = NULL;
	if (m == NULL)
		return;
	if (m->header != NULL)
		(void)munmap(m->header, FILE_BYTES);
	if (m->fd >= 0)
		(void)close(m->fd);
	free(m->freed);
	free(m->index);
	free(m);
}

bool
lease_map_is_of(const struct lease_map *map, int64_t holder_id, int64_t mark)
{
	const struct header *h = map->header;

	return h->magic == MAGIC && h->check == check_of(h) &&
	       h->holder_id == holder_id && h->mark == mark &&
	       h->device == map->device && h->inode == map->inode &&
	       h->high >= 0 && h->high <= RECORDS_MAX &&
	       memcmp(h->boot, map->boot, BOOT_MAX) == 0;
}

static int
compare(const void *a, const void *b)
{
	const struct lease_record *const *x = a, *const *y = b;

	return ((*x)->serial > (*y)->serial) - ((*x)->serial < (*y)->serial);
}

enum sg_err
lease_map_index(struct lease_map *map, struct err *err_r)
{
	size_t count = (size_t)map->header->high;

	free(map->index);
	map->index = calloc(count + 1, sizeof(struct lease_record *));
	if (map->index == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	map->index_count = count;
	for (size_t i = 0; i < count; i++)
		map->index[i] = &map->records[i];
	qsort(map->index, count, sizeof(struct lease_record *), compare);
	return SG_OK;
}

int64_t
lease_map_spent(const struct lease_map *map, int64_t serial, int64_t account_id,
    int64_t bucket_sec)
{
	const struct lease_record key = {.serial = serial}, *pointer = &key;
	const struct lease_record *const *found = bsearch(&pointer, map->index,
	    map->index_count, sizeof(struct lease_record *), compare);

	if (found == NULL)
		return 0;
	/* another's number: nobody knows */
	if ((*found)->account_id != account_id ||
	    (*found)->bucket_sec != bucket_sec || (*found)->spent < 0)
		return INT64_MAX;
	return (*found)->spent;
}

void
lease_map_begin(struct lease_map *map, int64_t holder_id, int64_t mark)
{
	map->header->check = 0;
	atomic_thread_fence(memory_order_seq_cst);
	map->header->high = 0;
	map->freed_count = 0;
	lease_map_rename(map, holder_id, mark);
}

void
lease_map_rename(struct lease_map *map, int64_t holder_id, int64_t mark)
{
	struct header *h = map->header;

	h->check = 0;
	atomic_thread_fence(memory_order_seq_cst);
	h->magic = MAGIC;
	h->holder_id = holder_id;
	h->mark = mark;
	h->device = map->device;
	h->inode = map->inode;
	memcpy(h->boot, map->boot, BOOT_MAX);
	atomic_thread_fence(memory_order_seq_cst);
	h->check = check_of(h);
}

/* Without room on the disk a plain store would end the process. */
static bool
make_room(struct lease_map *map)
{
	off_t from = HEADER_BYTES +
		     (off_t)((size_t)map->room * sizeof(struct lease_record));

	if (map->room >= RECORDS_MAX ||
	    posix_fallocate(map->fd, from,
		(off_t)(STEP * sizeof(struct lease_record))) != 0)
		return false;
	map->room += STEP;
	return true;
}

struct lease_record *
lease_map_add(struct lease_map *map, int64_t serial, int64_t account_id,
    int64_t bucket_sec)
{
	struct lease_record *record;
	bool is_freed = map->freed_count > 0;

	if (!is_freed && map->header->high >= map->room && !make_room(map))
		return NULL;
	record = &map->records[is_freed ? map->freed[--map->freed_count]
					: map->header->high];
	record->account_id = account_id;
	record->bucket_sec = bucket_sec;
	record->spent = 0;
	atomic_thread_fence(memory_order_release);
	record->serial = serial;
	atomic_thread_fence(memory_order_release);
	if (!is_freed)
		map->header->high++;
	return record;
}

void
lease_map_free(struct lease_map *map, struct lease_record **record)
{
	int64_t *freed = map->freed;

	if (*record == NULL)
		return;
	(*record)->serial = 0;
	if (map->freed_count == map->freed_size) {
		size_t size = map->freed_size * 2 + 1024;

		freed = realloc(map->freed, size * sizeof(*freed));
		if (freed != NULL) {
			map->freed = freed;
			map->freed_size = size;
		}
	}
	/* Without memory the record is used no more by this process. */
	if (freed != NULL)
		map->freed[map->freed_count++] = *record - map->records;
	*record = NULL;
}
