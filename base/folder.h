/* Folders: that what was made or removed in one outlives a power cut. */
#ifndef SENDWARD_BASE_FOLDER_H
#define SENDWARD_BASE_FOLDER_H

#include "base/err.h"

/* Returns when the folder's names are on the disk. SG_IO names it. */
enum sg_err folder_sync(const char *path, struct err *err_r);

#endif
