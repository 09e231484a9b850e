/* SPDX-License-Identifier: ISC
 *
 * What a sandbox must forbid: see forbidden.h.
 */
#include "tests/unit/forbidden.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int dirfd_in, port, tcp = -1;

static int
result(long rc)
{
	return rc == -1 ? errno : 0;
}

#define ACT(name, call)              \
	static int name(void)        \
	{                            \
		return result(call); \
	}
#define OPEN(name, dirfd, path, flags) \
	ACT(name, openat(dirfd, path, flags, 0600))

int
read_outside(void)
{
	return result(open("secret", O_RDONLY));
}

OPEN(read_above, dirfd_in, "../secret", O_RDONLY)
OPEN(read_link_out, dirfd_in, "link", O_RDONLY)

int
list_outside(void)
{
	return result(open("/", O_RDONLY | O_DIRECTORY));
}

OPEN(open_device, AT_FDCWD, "/dev/null", O_RDWR)

int
write_file(void)
{
	return result(openat(dirfd_in, "file", O_WRONLY | O_APPEND));
}

static int
write_file2(void)
{
	struct open_how how = {.flags = O_RDWR};

	return result(
	    syscall(SYS_openat2, dirfd_in, "file", &how, sizeof(how)));
}

OPEN(create_file, dirfd_in, "new", O_RDONLY | O_CREAT)

static int
create_file2(void)
{
	struct open_how how = {.flags = O_RDONLY | O_CREAT, .mode = 0600};

	return result(syscall(SYS_openat2, dirfd_in, "new", &how, sizeof(how)));
}

OPEN(empty_file, dirfd_in, "file", O_RDONLY | O_TRUNC)
ACT(unlink_file, unlinkat(dirfd_in, "gone", 0))
ACT(rename_file, renameat(dirfd_in, "file", dirfd_in, "renamed"))
ACT(link_file, linkat(dirfd_in, "file", dirfd_in, "second", 0))
ACT(make_symlink, symlinkat("file", dirfd_in, "soft"))
ACT(make_dir, mkdirat(dirfd_in, "newdir", 0700))
ACT(change_mode, fchmodat(dirfd_in, "file", 0644, 0))
ACT(change_times, utimensat(dirfd_in, "file", NULL, 0))

static int
run_program(void)
{
	char *argv[] = {(char *)(uintptr_t) "true", NULL};

	return result(execv("/bin/true", argv));
}

static int
fork_process(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return result(pid);
}

int
make_socket(void)
{
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

ACT(make_unix_socket, socket(AF_UNIX, SOCK_STREAM, 0))

static int
connect_socket(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};

	return result(connect(tcp, (struct sockaddr *)&to, sizeof(to)));
}

ACT(trace, ptrace(PTRACE_TRACEME, 0, NULL, NULL))

static int
read_memory(void)
{
	char a = 1, b = 2;
	struct iovec to = {&a, 1}, from = {&b, 1};

	return result(process_vm_readv(getpid(), &to, 1, &from, 1, 0));
}

ACT(kill_other, kill(getppid(), 0))
ACT(kill_thread, syscall(SYS_tgkill, getppid(), getppid(), 0))

static int
queue_signal(void)
{
	union sigval v = {0};

	return result(sigqueue(getppid(), 0, v));
}

static int
map_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int
make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 254;
	return result(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

ACT(make_memfd, memfd_create("x", 0))
ACT(own_signals, fcntl(dirfd_in, F_SETOWN, getpid()))
ACT(become_dumpable, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))

static int
raise_limit(void)
{
	struct rlimit l = {64, 64};

	return result(setrlimit(RLIMIT_NOFILE, &l));
}

ACT(change_dir, fchdir(dirfd_in))

const struct forbidden forbidden[] = {
    {"read outside", read_outside, FILES},
    {"read above", read_above, FILES},
    {"read through a link out", read_link_out, FILES},
    {"list outside", list_outside, FILES},
    {"open a device", open_device, FILES | CALLS},
    {"write", write_file, FILES | CALLS},
    {"write by openat2", write_file2, FILES},
    {"create", create_file, FILES | CALLS},
    {"create by openat2", create_file2, FILES},
    {"empty", empty_file, CALLS}, /* Landlock: from ABI 3 on */
    {"unlink", unlink_file, FILES | CALLS},
    {"rename", rename_file, FILES | CALLS},
    {"link", link_file, CALLS},
    {"symlink", make_symlink, FILES | CALLS},
    {"mkdir", make_dir, FILES | CALLS},
    {"chmod", change_mode, CALLS},
    {"utimes", change_times, CALLS},
    {"exec", run_program, FILES | CALLS},
    {"fork", fork_process, CALLS},
    {"socket", make_socket, CALLS},
    {"unix socket", make_unix_socket, CALLS},
    {"connect", connect_socket, CALLS},
    {"ptrace", trace, CALLS},
    {"process_vm_readv", read_memory, CALLS},
    {"kill", kill_other, CALLS},
    {"tgkill", kill_thread, CALLS},
    {"sigqueue", queue_signal, CALLS},
    {"mmap of code", map_code, CALLS},
    {"mprotect to code", make_code, CALLS},
    {"memfd_create", make_memfd, CALLS},
    {"F_SETOWN", own_signals, CALLS},
    {"PR_SET_DUMPABLE", become_dumpable, CALLS},
    {"setrlimit", raise_limit, CALLS},
    {"fchdir", change_dir, CALLS},
};
const size_t nforbidden = sizeof(forbidden) / sizeof(forbidden[0]);
