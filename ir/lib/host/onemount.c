/* SPDX-License-Identifier: ISC
 *
 * One mount of a container: see onemount.h.
 *
 * Only who is in a mount namespace may copy what is mounted there, so a thread
 * goes there for a moment.
 */
#include "host/onemount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

struct errand {
	int space, at; /* the namespace; the top of the mount, O_PATH */
	int top;
	int error;
};

static void *
run(void *arg)
{
	struct errand *e = arg;

	/* Its root and working directory become that namespace's. */
	if (unshare(CLONE_FS) == 0 && setns(e->space, CLONE_NEWNS) == 0)
		e->top = (int)syscall(SYS_open_tree, e->at, "",
		    AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	e->error = errno;
	return NULL;
}

static int
send_thread(struct errand *e, struct ir_err *err)
{
	sigset_t all, before;
	pthread_t thread;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, NULL, run, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		errno = rc;
		return ir_fail_errno(err, "starting a thread");
	}
	pthread_join(thread, NULL);
	errno = e->error;
	return e->top != -1 ? 0
			    : ir_fail_errno(err, "a copy of the mount alone");
}

/* The mount that is at that place, if it is that one. */
static int
open_at(int proc, const struct ir_host_mount *m, struct ir_err *err)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
	    .resolve =
		RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	const char *path = m->point + strspn(m->point, "/");
	struct statx st;
	ir_auto_close int root =
	    openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = root == -1
		     ? -1
		     : (int)syscall(SYS_openat2, root,
			   *path != '\0' ? path : ".", &how, sizeof(how));

	if (fd == -1 && errno == ENOTDIR)
		return ir_fail(err, IR_EFORMAT, "a file, and no tree");
	if (fd == -1)
		return ir_fail_errno(err, "opening it");
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID,
		&st) == 0 &&
	    st.stx_mask & STATX_MNT_ID && (long long)st.stx_mnt_id == m->id)
		return fd;
	close(fd);
	return ir_fail(
	    err, IR_ENOENT, "another mount covers it, or it is gone");
}

int
ir_host_onemount(int proc, const struct ir_host_mount *m, struct ir_err *err)
{
	ir_auto_close int at = open_at(proc, m, err);
	ir_auto_close int space = openat(proc, "ns/mnt", O_RDONLY | O_CLOEXEC);
	struct errand e = {space, at, -1, 0};
	int fd;

	if (at == -1)
		return -1;
	if (space == -1)
		return ir_fail_errno(err, "its mount namespace");
	if (send_thread(&e, err) == -1)
		return -1;
	ir_auto_close int top = e.top;
	fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOATIME);
	return fd != -1 ? fd : ir_fail_errno(err, "opening it");
}
