/* SPDX-License-Identifier: ISC
 *
 * What the files of this module share: the handle of a container, and how to
 * get into a network namespace and out again.
 */
#ifndef IR_HOST_INSIDE_H
#define IR_HOST_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "host/host.h"

struct ir_host_look;

struct ir_host {
	char id[65];
	long long pid;
	int proc;     /* /proc/PID: once the process is gone, all below it is
			 ESRCH, also when the number is in use again */
	int netns;    /* its network namespace; stays when the process ends */
	int sandbox;  /* the one that the engine gave it, -1 if not known */
	char *cgroup; /* /proc/PID/cgroup, as it was when it was opened */
	int pidns;    /* -1, or its PID namespace if no cgroup bears its id */
	struct ir_host_look *look; /* the last one (look.h), or NULL */
};

/** ir_host_in(netns, fn, arg, err): runs fn(arg, err) in that network
 * namespace: right here if it is the caller's, else in a thread of its own,
 * which it waits for; the caller's thread stays where it is.  A socket that fn
 * opens belongs to that namespace for good.  Returns what fn does; IR_EPERM
 * where entering takes more rights. */
int ir_host_in(int netns, int (*fn)(void *arg, struct ir_err *), void *arg,
    struct ir_err *err);

/** ir_host_own_netns(err): a descriptor of the calling thread's network
 * namespace. */
int ir_host_own_netns(struct ir_err *err);

/** ir_host_same(a, b): whether both descriptors are of one namespace. */
bool ir_host_same(int a, int b);

/** ir_host_netlink(netns, protocol, err): a netlink socket of that namespace
 * (NETLINK_ROUTE, NETLINK_NETFILTER), bound, and connected to the kernel: it
 * takes messages from nobody else, who in a container with CAP_NET_ADMIN could
 * forge answers.  Receiving gives up after two seconds. */
int ir_host_netlink(int netns, int protocol, struct ir_err *err);

/** ir_host_read(dirfd, path, max, len, err): a file of /proc or /sys, whole,
 * which have no size, with a NUL after it; the caller frees.  One longer than
 * max is cut there: *len is max then. */
char *ir_host_read(
    int dirfd, const char *path, size_t max, size_t *len, struct ir_err *err);

/** ir_host_read_fd(fd, name, max, len, err): the same for what is open; name is
 * for messages. */
char *ir_host_read_fd(
    int fd, const char *name, size_t max, size_t *len, struct ir_err *err);

/* The host's end of one outward link of the container, proven as links.h says.
 * Only by index, and through that namespace, is it to be acted on. */
struct ir_host_end {
	int netns;     /* a descriptor of the namespace that it is in */
	int index;     /* its number there */
	char name[16]; /* for messages and for nftables; bytes of the engine's
			  choice */
	bool up;
	int inner; /* the number of the container's end, in h->netns */
	char inner_name[16]; /* and its name: the container's choice */
};

/** ir_host_ends(h, ends, err): all of them; the caller frees by
 * ir_host_ends_free().  How many, or -1; IR_EPROTO if an outward link has none
 * (ir_host_links_can_cut()) or the container is in the host's network. */
int ir_host_ends(
    struct ir_host *h, struct ir_host_end **ends, struct ir_err *err);
void ir_host_ends_free(struct ir_host_end *ends, int n);

#endif
