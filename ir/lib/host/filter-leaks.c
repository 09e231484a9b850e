/* SPDX-License-Identifier: ISC
 *
 * What a packet filter by cgroup cannot hold back: see filter.h.
 */
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/filter.h"
#include "host/inside.h"
#include "host/own.h"

/* linux/capability.h */
#define CAP_NET_ADMIN_BIT (1ull << 12)
#define CAP_NET_RAW_BIT   (1ull << 13)

/* The most that a process can ever get: a root in it, or a program with file
 * capabilities, takes what the bounding set allows. */
static unsigned long long
bounding_set(int proc)
{
	struct ir_err err;
	size_t len;
	ir_auto_free char *text =
	    ir_host_read(proc, "status", IR_MAX_PROC_STATUS, &len, &err);
	const char *at = text != NULL ? strstr(text, "\nCapBnd:") : NULL;

	return at != NULL ? strtoull(at + strlen("\nCapBnd:"), NULL, 16) : 0;
}

/* In a user namespace of its own, a container's capabilities are nothing to a
 * network that is the host's. */
static bool
has_power(int proc, int netns)
{
	ir_auto_close int own = openat(proc, "ns/user", O_RDONLY | O_CLOEXEC);
	ir_auto_close int owner = ioctl(netns, NS_GET_USERNS);

	return own == -1 || owner == -1 || ir_host_same(own, owner);
}

int
ir_host_filter_leaks(struct ir_host *h, struct ir_err *err)
{
	ir_auto_free pid_t *pids = NULL;
	ssize_t n = ir_host_own_pids(h, &pids, err);
	int leaks = 0;

	if (n == -1)
		return -1;
	for (ssize_t i = 0; i < n; i++) {
		unsigned long long set;
		char path[32];

		snprintf(path, sizeof(path), "/proc/%d", (int)pids[i]);
		ir_auto_close int proc =
		    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc == -1 || !has_power(proc, h->netns))
			continue;
		set = bounding_set(proc);
		leaks |= set & CAP_NET_RAW_BIT ? IR_HOST_LEAK_RAW : 0;
		leaks |= set & CAP_NET_ADMIN_BIT ? IR_HOST_LEAK_ADMIN : 0;
	}
	return leaks;
}
