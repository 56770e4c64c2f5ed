/* Names on the disk: see folder.h. */
#include "config.h"

#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum sg_err
folder_sync(const char *path, struct err *err_r)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum sg_err rc = SG_OK;

	if (fd < 0 || fsync(fd) != 0)
		rc = err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
