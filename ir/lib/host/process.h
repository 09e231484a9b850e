/* SPDX-License-Identifier: ISC
 *
 * One process, through a descriptor of its /proc/PID.  Nothing here asks the
 * process itself, or what it may serve, for anything: none of this blocks, but
 * ir_host_text() of "cmdline" and "environ", which lie in its memory.
 */
#ifndef IR_HOST_PROCESS_H
#define IR_HOST_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Of proc_pid_stat(5). */
struct ir_host_self {
	char name[64]; /* 15 bytes of the process's choice; a kernel thread's
			* is longer */
	char state;
	int ppid, pgrp, session, tty;
	long long threads;
	long long start;             /* clock ticks since the host's start */
	uint64_t arg_start, arg_end; /* where it has its arguments ... */
	uint64_t env_start, env_end; /* ... and environment, as it says */
};

/** ir_host_self(dir, s): -1 if it is gone. */
int ir_host_self(int dir, struct ir_host_self *s);

/** ir_host_text(dir, name, max, len, err): a file there, which has no size,
 * with a NUL after it; the caller frees.  One longer than max is cut there:
 * *len is max then. */
char *ir_host_text(
    int dir, const char *name, size_t max, size_t *len, struct ir_err *err);

/** ir_host_link(dir, name, err): what a link there says ("exe", "fd/3",
 * "ns/net"); the caller frees. */
char *ir_host_link(int dir, const char *name, struct ir_err *err);

/* One mapping of its memory. */
struct ir_host_map {
	uint64_t from, to; /* to is behind its last byte */
	char perms[5];     /* "r-xp" */
	uint64_t offset;
	unsigned int major, minor;
	unsigned long long inode; /* 0: not of a file */
	const char *path; /* "/bin/sh", "[heap]", ""; a line feed in it is
			   * \012 */
};

/** ir_host_maps(dir, fn, arg, err): calls fn(arg, m, err) for each, in order.
 * How many, or -1: fn said so, or they cannot be read. */
ssize_t ir_host_maps(int dir,
    int (*fn)(void *arg, const struct ir_host_map *m, struct ir_err *err),
    void *arg, struct ir_err *err);

/** ir_host_present(dir, from, to): whether all pages of that part of its memory
 * are there: then nobody is asked for them when they are read. */
bool ir_host_present(int dir, uint64_t from, uint64_t to);

/* One open file. */
struct ir_host_fd {
	int fd;
	const char *target; /* "/tmp/x (deleted)", "socket:[123]" */
	char flags[16];     /* as fdinfo has them, octal */
	long long pos;
	long long mount; /* number of the mount it was opened through */
	unsigned long long inode;
};

/** ir_host_fds(dir, fn, arg, err): the same for its open files. */
ssize_t ir_host_fds(int dir,
    int (*fn)(void *arg, const struct ir_host_fd *f, struct ir_err *err),
    void *arg, struct ir_err *err);

#endif
