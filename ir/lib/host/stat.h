/* SPDX-License-Identifier: ISC
 *
 * What the kernel says of a process or a thread in one line.
 */
#ifndef IR_HOST_STAT_H
#define IR_HOST_STAT_H

#include <stdbool.h>

/* Fields 3, 4 and 22 of proc_pid_stat(5). */
struct ir_host_stat {
	char state;
	long long parent; /* 0: not in this PID namespace */
	long long start;  /* with its number, this tells a process for good */
};

/** ir_host_stat(dir, path, s): of /proc/PID/stat, or of a thread's; -1 if it is
 * gone. */
int ir_host_stat(int dir, const char *path, struct ir_host_stat *s);

/** ir_host_ended(s): whether nothing is left of it but its number. */
bool ir_host_ended(const struct ir_host_stat *s);

/** ir_host_parent(proc): for a descriptor of /proc/PID that of its parent's
 * /proc/PID, -1 if there is none; the caller closes it. */
int ir_host_parent(int proc);

#endif
