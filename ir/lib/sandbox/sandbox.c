/* SPDX-License-Identifier: ISC
 *
 * Giving up what reading and hashing do not need: see sandbox.h.
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

/* When the process ends LeakSanitizer stops it by ptrace(2), and reads /proc.
 */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

/* Landlock's interface as of ABI 8, which headers of Linux 6.1 do not know.
 * Kernels take a longer structure if what they do not know of it is 0. */
struct ruleset {
	uint64_t files;  /* handled_access_fs */
	uint64_t net;    /* handled_access_net: ABI 4 */
	uint64_t scoped; /* ABI 6 */
};
#define NET_BIND_CONNECT 3u /* LANDLOCK_ACCESS_NET_{BIND,CONNECT}_TCP */
#define SCOPE_SOCKET_KILL                                                     \
	3u                    /* LANDLOCK_SCOPE_{ABSTRACT_UNIX_SOCKET,SIGNAL} \
			       */
#define RESTRICT_SELF_SYNC 8u /* LANDLOCK_RESTRICT_SELF_TSYNC: ABI 8 */

/* Every right that the ABI knows: what is not handled is not restricted. */
static struct ruleset
all_rights(int abi)
{
	/* LANDLOCK_ACCESS_FS_*: ABI 2 added REFER, 3 TRUNCATE, 5 IOCTL_DEV. */
	unsigned n = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;

	return (struct ruleset){
	    .files = (UINT64_C(1) << n) - 1,
	    .net = abi >= 4 ? NET_BIND_CONNECT : 0,
	    .scoped = abi >= 6 ? SCOPE_SOCKET_KILL : 0,
	};
}

/* An empty ruleset: nothing is allowed.  -1 if the kernel has no Landlock (not
 * built, not switched on, or an outer sandbox hides it).  Some distributions'
 * kernels claim an ABI of which they have not everything; then the one before
 * is tried. */
static int
forbid_all_files(int *abi)
{
	long fd = -1;

	*abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	for (; *abi > 0 && fd == -1; --*abi) {
		struct ruleset r = all_rights(*abi);

		fd = syscall(SYS_landlock_create_ruleset, &r, sizeof(r), 0);
		if (fd != -1)
			break;
	}
	return (int)fd;
}

static int
allow_reading_beneath(int ruleset, int dirfd)
{
	struct landlock_path_beneath_attr rule = {
	    .allowed_access =
		LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	    .parent_fd = dirfd,
	};

	return (int)syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static int
restrict_files(int dirfd, bool *holds, struct ir_err *err)
{
	int abi;
	ir_auto_close int ruleset = forbid_all_files(&abi);
	unsigned flags = abi >= 8 ? RESTRICT_SELF_SYNC : 0;

	if (ruleset == -1)
		return 0;
	if (HAS_ASAN) {
		ir_auto_close int proc = open("/proc", O_PATH | O_CLOEXEC);

		(void)allow_reading_beneath(ruleset, proc);
	}
	if ((dirfd != -1 && allow_reading_beneath(ruleset, dirfd) == -1) ||
	    syscall(SYS_landlock_restrict_self, ruleset, flags) == -1)
		return ir_fail_errno(err, "cannot restrict files by Landlock");
	*holds = true;
	return 0;
}

/* Allowed with any arguments.  A name that the architecture does not have is
 * passed over by libseccomp. */
static const int harmless[] = {
    /* what is open, and opening for Landlock to judge */
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(openat2),
    SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(fstat), SCMP_SYS(fstat64),
    SCMP_SYS(newfstatat), SCMP_SYS(fstatat64), SCMP_SYS(statx),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(getdents64),
    SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(fadvise64),
    SCMP_SYS(fadvise64_64), SCMP_SYS(arm_fadvise64_64), SCMP_SYS(flock),
    SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    /* threads */
    SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
    SCMP_SYS(set_thread_area), SCMP_SYS(getcpu), SCMP_SYS(membarrier),
    SCMP_SYS(exit), SCMP_SYS(exit_group),
    /* own signals */
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigtimedwait_time64), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    /* who and what am I, what time is it */
    SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid),
    SCMP_SYS(getuid32), SCMP_SYS(geteuid), SCMP_SYS(geteuid32),
    SCMP_SYS(getgid), SCMP_SYS(getgid32), SCMP_SYS(getegid),
    SCMP_SYS(getegid32), SCMP_SYS(uname), SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage), SCMP_SYS(getrandom), SCMP_SYS(time),
    SCMP_SYS(gettimeofday), SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_getres), SCMP_SYS(clock_getres_time64), SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_nanosleep_time64)};

/* i386's and arm's mmap() is another one, and its arguments lie in memory. */
#ifdef __NR_mmap2
#define MMAP SCMP_SYS(mmap2)
#else
#define MMAP SCMP_SYS(mmap)
#endif

#define ANY_BIT (~(scmp_datum_t)0)
#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
/* glibc's O_LARGEFILE is 0 where the kernel's is not; it is not in WRITING. */

/* Allowed if argument number arg, as far as mask reaches, is value. */
static const struct {
	int call;
	unsigned arg;
	scmp_datum_t mask, value;
} limited[] = {
    {SCMP_SYS(openat), 2, WRITING, O_RDONLY}, {MMAP, 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    {SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD},
    {SCMP_SYS(fcntl), 1, ANY_BIT, F_DUPFD_CLOEXEC},
    {SCMP_SYS(fcntl), 1, ANY_BIT, F_GETFD},
    {SCMP_SYS(fcntl), 1, ANY_BIT, F_SETFD},
    {SCMP_SYS(fcntl), 1, ANY_BIT, F_GETFL},
    {SCMP_SYS(fcntl), 1, ANY_BIT, F_SETFL},
    {SCMP_SYS(fcntl64), 1, ANY_BIT, F_DUPFD_CLOEXEC},
    {SCMP_SYS(fcntl64), 1, ANY_BIT, F_GETFD},
    {SCMP_SYS(fcntl64), 1, ANY_BIT, F_SETFD},
    {SCMP_SYS(fcntl64), 1, ANY_BIT, F_GETFL},
    {SCMP_SYS(fcntl64), 1, ANY_BIT, F_SETFL},
    {SCMP_SYS(ioctl), 1, ANY_BIT, TCGETS}, /* isatty(3) */
    {SCMP_SYS(ioctl), 1, ANY_BIT, TIOCGWINSZ},
    {SCMP_SYS(prctl), 0, ANY_BIT, PR_SET_NAME},
    {SCMP_SYS(prlimit64), 2, ANY_BIT, 0}, /* asking, not setting */
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
add_rules(scmp_filter_ctx f)
{
	/* Whoever sends a signal does so to this process: raise(3), abort(3).
	 * glibc falls back from clone3(), whose flags no filter can see, if
	 * there is none. */
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));

	if (rc == 0)
		rc = seccomp_rule_add(
		    f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	for (size_t i = 0; rc == 0 && i < COUNT(harmless); i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, harmless[i], 0);
	for (size_t i = 0; rc == 0 && i < COUNT(limited); i++) {
		struct scmp_arg_cmp is = {limited[i].arg, SCMP_CMP_MASKED_EQ,
		    limited[i].mask, limited[i].value};

		rc = seccomp_rule_add_array(
		    f, SCMP_ACT_ALLOW, limited[i].call, 1, &is);
	}
	return rc;
}

static int
restrict_calls(bool *holds, struct ir_err *err)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (f == NULL)
		return ir_fail_mem(err);
	/* Other architectures' calls, which one process can make as well. */
	rc =
	    seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
	if (rc == 0)
		rc = seccomp_attr_set(f, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (rc == 0)
		rc = add_rules(f);
	if (rc == 0) {
		/* Threads that run already too, where the kernel can. */
		(void)seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
		*holds = seccomp_load(f) == 0;
	}
	seccomp_release(f);
	errno = -rc;
	return rc == 0 ? 0 : ir_fail_errno(err, "cannot make a seccomp filter");
}

int
ir_sandbox_read_only(int dirfd, struct ir_sandbox *s, struct ir_err *err)
{
	*s = (struct ir_sandbox){false, false};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return ir_fail_errno(err, "cannot give up new privileges");
	if (restrict_files(dirfd, &s->files, err) == -1)
		return -1;
	return HAS_ASAN ? 0 : restrict_calls(&s->calls, err);
}
