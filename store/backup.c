/* A copy of the whole database while others use it. */
#include "config.h"

#include <unistd.h>

#include "store/driver.h"
#include "store/query.h"
#include "store/store.h"

#define BACKUP_BUSY_MSEC 10000

enum sg_err
store_backup(const char *url, const char *path, struct err *err_r)
{
	struct store *store;
	enum sg_err code;

	if (access(path, F_OK) == 0)
		return err_set(err_r, SG_EXISTS, "%s: is there already", path);
	code = store_connect(url, DRIVER_READ, BACKUP_BUSY_MSEC, &store, err_r);
	if (code != SG_OK)
		return code;
	code = store->driver->backup(store->db, path, err_r);
	store_close(&store);
	return code;
}
