/* SPDX-License-Identifier: ISC
 *
 * Which file systems answer by themselves: see answers.h.
 */
#include "host/answers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/inside.h"
#include "host/mounts.h"

/* One file system. */
struct known {
	long long mount; /* the number of one of its mounts */
	dev_t dev;
	bool answers;
};

struct ir_host_answers {
	struct known *v;
	size_t n, cap;
	dev_t memory; /* what memfd_create(2) and shmat(2) put files on */
};

bool
ir_host_answers_type(const char *type)
{
	static const char *const types[] = {"tmpfs", "overlay", "ext4", "ext3",
	    "ext2", "xfs", "btrfs", "zfs", "ramfs", "devtmpfs", "devpts",
	    "proc", "sysfs", "cgroup", "cgroup2", "mqueue", "hugetlbfs", "nsfs",
	    "squashfs", "erofs", "aufs", "f2fs", "vfat", "iso9660", "debugfs",
	    "tracefs", "securityfs", "bpf", "pstore", "configfs", "rootfs"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* What is below an overlay of the container's own making, the container knows;
 * the engine's is its root. */
static bool
answers(const struct ir_host_mount *m, bool ours)
{
	if (strcmp(m->type, "overlay") == 0 && !ours)
		return strcmp(m->point, "/") == 0;
	return ir_host_answers_type(m->type);
}

static int
add(struct ir_host_answers *a, const struct ir_host_mount *m, bool ours,
    struct ir_err *err)
{
	if (a->n == a->cap) {
		size_t cap = a->cap == 0 ? 64 : 2 * a->cap;
		struct known *v = reallocarray(a->v, cap, sizeof(*v));

		if (v == NULL)
			return ir_fail_mem(err);
		a->v = v;
		a->cap = cap;
	}
	a->v[a->n++] = (struct known){
	    m->id, makedev(m->major, m->minor), answers(m, ours)};
	return 0;
}

static int
add_all(struct ir_host_answers *a, int proc, bool ours, struct ir_err *err)
{
	size_t len;
	ir_auto_free char *text =
	    ir_host_read(proc, "mountinfo", IR_MAX_MOUNTINFO, &len, err);
	char *at = text, *line;
	struct ir_host_mount m;

	if (text == NULL)
		return -1;
	while ((line = strsep(&at, "\n")) != NULL)
		if (ir_host_mount_parse(line, &m) == 0 &&
		    add(a, &m, ours, err) == -1)
			return -1;
	return 0;
}

/* Both are on the one file system that the kernel mounts for itself. */
static dev_t
memory_device(void)
{
	ir_auto_close int fd = memfd_create("ir", MFD_CLOEXEC);
	struct stat st;

	return fd != -1 && fstat(fd, &st) == 0 ? st.st_dev : 0;
}

struct ir_host_answers *
ir_host_answers_new(const struct ir_host *h, struct ir_err *err)
{
	struct ir_host_answers *a = calloc(1, sizeof(*a));
	ir_auto_close int self =
	    open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (a == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	a->memory = memory_device();
	if (add_all(a, h->proc, false, err) == 0 &&
	    (self == -1 || add_all(a, self, true, err) == 0))
		return a;
	ir_host_answers_free(a);
	return NULL;
}

void
ir_host_answers_free(struct ir_host_answers *a)
{
	if (a == NULL)
		return;
	free(a->v);
	free(a);
}

bool
ir_host_answers_dev(
    const struct ir_host_answers *a, unsigned int major_, unsigned int minor_)
{
	dev_t dev = makedev(major_, minor_);

	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].dev == dev)
			return a->v[i].answers;
	/* Only what has no disk has the major number 0. */
	return major_ != 0 || (a->memory != 0 && dev == a->memory);
}

/* Of a mount that is not listed, the device decides, which the kernel has at
 * hand: without AT_STATX_DONT_SYNC it would ask. */
bool
ir_host_answers_fd(const struct ir_host_answers *a, int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		STATX_TYPE | STATX_MNT_ID, &st) == -1)
		return false;
	for (size_t i = 0; st.stx_mask & STATX_MNT_ID && i < a->n; i++)
		if (a->v[i].mount == (long long)st.stx_mnt_id)
			return a->v[i].answers;
	return ir_host_answers_dev(a, st.stx_dev_major, st.stx_dev_minor);
}
