/* What a program may not ask of the kernel any more, once it serves: whoever gets
 * his own code to run in it finds no way to start a program, to become another user
 * or to open a door. The rest of what it may do is up to files and users. */
#ifndef SENDWARD_BASE_CONFINE_H
#define SENDWARD_BASE_CONFINE_H

#include "base/err.h"

/* For good, and for all threads: no other program (execve), no process (fork), no
 * new listener (listen), no change of user, no namespaces and mounts, no tracing, no
 * sockets beside Unix, Internet and netlink ones, no kernel modules, keys or
 * io_uring. What is refused gets EPERM, so that a library that tries goes on without
 * it; clone3, whose flags a filter cannot see, gets ENOSYS, whereupon the C library
 * takes clone. SG_IO: the kernel has no such filters. */
enum sg_err confine_process(struct err *err_r);

#endif
