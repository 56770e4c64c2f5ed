/* The filter of system calls (seccomp, by libseccomp): see confine.h.
 * Says only what is refused: what libraries need changes with each release. */
#include "config.h"

#include "base/confine.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <seccomp.h>

static const int refused[] = {
    /* programs and processes */
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(personality),
    /* a door for others */
    SCMP_SYS(listen),
    /* another user, other rights */
    SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid),
    SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setfsuid),
    SCMP_SYS(setfsgid), SCMP_SYS(setgroups), SCMP_SYS(capset),
    /* another view of the system */
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root),
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(open_tree),
    SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(fspick),
    SCMP_SYS(fsconfig), SCMP_SYS(mount_setattr), SCMP_SYS(open_by_handle_at),
    SCMP_SYS(mknod), SCMP_SYS(mknodat),
    /* the machine */
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot),
    SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex), SCMP_SYS(clock_adjtime), SCMP_SYS(acct),
    SCMP_SYS(quotactl), SCMP_SYS(syslog), SCMP_SYS(ioperm), SCMP_SYS(iopl),
    /* wide doors into the kernel that nothing here uses */
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(keyctl)};

/* 0, or a negative errno. */
static int
refuse_names(scmp_filter_ctx filter)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && rc == 0;
	     i++)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	return rc;
}

/* Threads come by clone with CLONE_THREAD; all else is a process. */
static int
refuse_processes(scmp_filter_ctx filter)
{
	int rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
	    SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));

	if (rc == 0)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc;
}

static int
refuse_sockets(scmp_filter_ctx filter)
{
	static const unsigned between[] = {AF_AX25, AF_IPX, AF_APPLETALK,
	    AF_NETROM, AF_BRIDGE, AF_ATMPVC, AF_X25, AF_ROSE, AF_DECnet,
	    AF_NETBEUI, AF_SECURITY, AF_KEY};
	int rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
	    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GT, AF_NETLINK));

	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]) && rc == 0;
	     i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
		    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, between[i]));
	return rc;
}

enum sg_err
confine_process(struct err *err_r)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (filter == NULL)
		return err_set(err_r, SG_NOMEM, "seccomp: no memory");
	/* Of all threads, should a library have made one already. */
	rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (rc == 0) /* a tree, not a list */
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = refuse_names(filter);
	if (rc == 0)
		rc = refuse_processes(filter);
	if (rc == 0)
		rc = refuse_sockets(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc == 0 ? SG_OK
		       : err_set(err_r, SG_IO, "seccomp: %s", strerror(-rc));
}
