/* SPDX-License-Identifier: ISC
 *
 * Lines of /proc/PID/mountinfo, which in a container are the container's to
 * choose, as far as it may mount.
 */
#ifndef IR_HOST_MOUNTS_H
#define IR_HOST_MOUNTS_H

/* One mount.  The strings are in the line that was parsed. */
struct ir_host_mount {
	long long id;
	unsigned int major, minor; /* of the file system */
	char *root;    /* what of the file system: "/", or "net:[4026531840]" */
	char *point;   /* where */
	char *flags;   /* of the mount: "rw,nosuid" */
	char *type;    /* "ext4", "cgroup2", "nsfs" */
	char *options; /* of the file system: "rw,freezer" */
};

/** ir_host_mount_parse(line, m): takes a line apart, in place, without its
 * line feed, and decodes the octal escapes (proc_pid_mountinfo(5)); -1 if it is
 * not one. */
int ir_host_mount_parse(char *line, struct ir_host_mount *m);

#endif
