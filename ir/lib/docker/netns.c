/* SPDX-License-Identifier: ISC
 *
 * A container's network as this host shows it: see netns.h.
 */
#include "docker/netns.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "docker/container.h"
#include "json/json.h"

/* /proc/PID/net/dev and /proc/PID/cgroup have a line for each interface or
 * controller: some KiB. */
#define MAX_PROC (1u << 20)

/* What the kernel puts into every new network namespace, as far as the modules
 * are loaded: down, and connected to nothing (net.core.fb_tunnels_only_for_
 * init_net in the kernel's sysctl/net.rst).  A container can give such a name
 * to a link of its own, but not take back what that has counted. */
static bool
is_harmless(const char *name, const char *counters)
{
	static const char *const names[] = {"lo", "tunl0", "gre0", "gretap0",
	    "erspan0", "ip_vti0", "sit0", "ip6tnl0", "ip6gre0", "ip6_vti0"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return i == 0 ||
			       strspn(counters, " 0") == strlen(counters);
	return false;
}

/* The first interface in /proc/PID/net/dev's text that could reach anything,
 * or NULL.  Two lines of heading, then "  eth0: 1 2 3". */
static const char *
other_interface(char *dev)
{
	char *save, *line = strtok_r(dev, "\n", &save), *colon;

	for (int n = 0; line != NULL; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " ");
		if (n++ < 2 || (colon = strchr(line, ':')) == NULL)
			continue;
		*colon = '\0';
		if (!is_harmless(line, colon + 1))
			return line;
	}
	return NULL;
}

static char *
proc_file(long long pid, const char *name)
{
	char path[64];
	struct ir_err err;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%lld/%s", pid, name);
	return ir_read_file(path, MAX_PROC, &n, &err);
}

int
ir_docker_netns_look(const json_t *inspect, struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id"), *other;
	long long pid = ir_json_int(inspect, "State.Pid");

	if (pid <= 0 || *id == '\0')
		return 0;
	/* On another host that number is someone else, whose cgroup does not
	 * bear the container's id. */
	ir_auto_free char *cgroup = proc_file(pid, "cgroup");
	if (cgroup == NULL || strstr(cgroup, id) == NULL)
		return 0;
	ir_auto_free char *dev = proc_file(pid, "net/dev");
	if (dev == NULL)
		return 0;
	if ((other = other_interface(dev)) != NULL)
		return ir_fail(err, IR_EPROTO,
		    "%s still has interface %s, although the engine shows no "
		    "network: pause it (ir pause %s)",
		    ir_docker_name(inspect), other, ir_docker_name(inspect));
	return 1;
}
