/* The journal's folder, made while the program is still root. Does not write into
 * it. */
#ifndef SENDWARD_MILTER_FOLDER_H
#define SENDWARD_MILTER_FOLDER_H

#include "base/err.h"

/* Makes the folder (0750) when it is missing, for `user` whom the program will run
 * as ("": it stays what it is). SG_INVALID: no such user, or the folder is another
 * one's. */
enum sg_err folder_make(const char *path, const char *user, struct err *err_r);

#endif
