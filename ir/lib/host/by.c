/* SPDX-License-Identifier: ISC
 *
 * Telling a container's packets by cgroup: see by.h.
 */
#include "host/by.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "host/cgroup.h"

/* The cgroup namespace that the kernel starts with (linux/proc_ns.h).  In any
 * other, the level of a cgroup is counted from somewhere else, and from where
 * depends on the kernel's version. */
#define FIRST_CGROUP_NS 0xEFFFFFFBu

/* Eight digits of the id: whoever sees them in a classid or in a mark can tell
 * whose they are.  0 would be everybody. */
static uint32_t
number_of(const char *id)
{
	char digits[9];
	uint32_t n;

	snprintf(digits, sizeof(digits), "%.8s", id);
	n = (uint32_t)strtoul(digits, NULL, 16);
	return n != 0 ? n : 1;
}

/* How deep the container's own group is in the hierarchy of cgroup v2, whose
 * line in /proc/PID/cgroup begins with "0::"; 0 if it has none. */
static int
level_of(const struct ir_host *h)
{
	ir_auto_free char *copy = strdup(h->cgroup);
	char *at = copy, *line;
	int level = 0;

	while ((line = strsep(&at, "\n")) != NULL) {
		if (strncmp(line, "0::", 3) != 0)
			continue;
		line[3 + ir_host_cgroup_part(line + 3, h->id)] = '\0';
		for (const char *p = line + 3; *p != '\0'; p++)
			level += *p == '/';
	}
	return level;
}

static int
find_v2(const struct ir_host *h, struct ir_host_by *by, struct ir_err *err)
{
	static const char below[] = IR_HOST_CGROUPS "/";
	ir_auto_free char *dir = ir_host_cgroup_dir(h, "", err);
	struct stat st;

	if (dir == NULL)
		return -1;
	if (stat("/proc/self/ns/cgroup", &st) == -1 ||
	    st.st_ino != FIRST_CGROUP_NS)
		return ir_fail(err, IR_EPROTO,
		    "this program is in a cgroup namespace of its own");
	if (strncmp(dir, below, strlen(below)) != 0)
		return ir_fail(
		    err, IR_EPROTO, "%s is not below %s", dir, below);
	*by = (struct ir_host_by){
	    .level = level_of(h), .classid = number_of(h->id)};
	snprintf(by->path, sizeof(by->path), "%s", dir + strlen(below));
	return 0;
}

#define CLASSID "net_cls.classid"

static int
read_classid(int dir, uint32_t *classid, struct ir_err *err)
{
	size_t len;
	ir_auto_free char *text = ir_host_read(dir, CLASSID, 64, &len, err);

	if (text == NULL)
		return -1;
	*classid = (uint32_t)strtoul(text, NULL, 10);
	return 0;
}

static int
write_classid(int dir, void *arg, struct ir_err *err)
{
	ir_auto_close int fd = openat(dir, CLASSID, O_WRONLY | O_CLOEXEC);
	char text[16];

	if (fd == -1)
		return ir_fail_errno(err, CLASSID);
	snprintf(text, sizeof(text), "%u\n", *(const uint32_t *)arg);
	return ir_write_all(fd, text, strlen(text), CLASSID, err);
}

/* One that somebody else gave, for shaping, is his: nothing would tell this
 * container from others that may have it. */
static int
check_free(int dir, void *arg, struct ir_err *err)
{
	uint32_t classid = *(const uint32_t *)arg, now;

	if (read_classid(dir, &now, err) == -1)
		return -1;
	return now == 0 || now == classid
		   ? 0
		   : ir_fail(err, IR_EPROTO,
			 "its cgroup in net_cls has classid 0x%08x already",
			 now);
}

static int
take_away(int dir, void *arg, struct ir_err *err)
{
	uint32_t classid = *(const uint32_t *)arg, now, none = 0;

	if (read_classid(dir, &now, err) == -1)
		return -1;
	return now == classid ? write_classid(dir, &none, err) : 0;
}

static int
find_v1(const struct ir_host *h, struct ir_host_by *by, struct ir_err *err)
{
	ir_auto_free char *dir = ir_host_cgroup_dir(h, "net_cls", err);

	if (dir == NULL)
		return -1;
	*by = (struct ir_host_by){.classid = number_of(h->id)};
	return ir_host_cgroup_walk(dir, check_free, &by->classid, err);
}

int
ir_host_by_find(const struct ir_host *h, struct ir_host_by by[IR_HOST_BYS],
    struct ir_err *err)
{
	struct ir_err one, two;
	int n = 0;

	n += find_v2(h, &by[n], &one) == 0;
	n += find_v1(h, &by[n], &two) == 0;
	return n > 0 ? n
		     : ir_fail(err, IR_EPROTO,
			   "nothing tells its packets from the host's: %s; %s",
			   one.msg, two.msg);
}

int
ir_host_by_begin(
    const struct ir_host *h, const struct ir_host_by *by, struct ir_err *err)
{
	if (*by->path != '\0')
		return 0;
	ir_auto_free char *dir = ir_host_cgroup_dir(h, "net_cls", err);
	uint32_t classid = by->classid;
	return dir != NULL
		   ? ir_host_cgroup_walk(dir, write_classid, &classid, err)
		   : -1;
}

int
ir_host_by_end(const struct ir_host *h, struct ir_err *err)
{
	ir_auto_free char *dir = ir_host_cgroup_dir(h, "net_cls", err);
	uint32_t classid = number_of(h->id);

	return dir != NULL ? ir_host_cgroup_walk(dir, take_away, &classid, err)
			   : 0;
}
