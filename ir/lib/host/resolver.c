/* SPDX-License-Identifier: ISC
 *
 * Whether names can be resolved from within a container that is cut off: see
 * state.h.
 */
#include "host/state.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/inside.h"
#include "host/resolver.h"
#include "host/rootfile.h"
#include "host/stat.h"

#define PATIENCE_MS 300

/* The engine's own resolver, in every container of a network that has names. */
#define ENGINES "127.0.0.11"

static bool
is_loopback(const char *address)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, address, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &six) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&six);
}

void
ir_host_resolver_parse(const char *text, struct ir_host_resolver *r)
{
	memset(r, 0, sizeof(*r));
	for (const char *line = text; line != NULL;
	     line = (line = strchr(line, '\n')) != NULL ? line + 1 : NULL) {
		char address[64];

		if (sscanf(line, " nameserver %63[^ \t\r\n#;%%]", address) != 1)
			continue;
		r->servers++;
		r->loopback += is_loopback(address);
		r->stub += strcmp(address, "127.0.0.53") == 0;
		r->engines += strcmp(address, ENGINES) == 0;
	}
}

/* A socket on 127.0.0.11, whatever resolv.conf says by now: in
 * /proc/PID/net/udp the address is the hexadecimal number that its four bytes
 * are on this machine. */
static bool
has_socket(const char *udp)
{
	char want[16];
	struct in_addr a;

	inet_pton(AF_INET, ENGINES, &a);
	snprintf(want, sizeof(want), ": %08X:", a.s_addr);
	return strstr(udp, want) != NULL;
}

/* Whether the container has the engine's resolver: 1, 0, or -1. */
static int
uses_engines(struct ir_host *h)
{
	struct ir_host_resolver r;
	struct ir_err err;
	size_t len;
	ir_auto_free char *udp =
	    ir_host_read(h->proc, "net/udp", IR_MAX_SETTING, &len, &err);

	if (udp != NULL && has_socket(udp))
		return 1;
	ir_auto_free char *text = ir_host_rootfile(h->proc, "etc/resolv.conf",
	    IR_MAX_SETTING, PATIENCE_MS, &len, &err);
	if (text == NULL)
		return udp != NULL && err.code == IR_ENOENT ? 0 : -1;
	ir_host_resolver_parse(text, &r);
	return r.engines > 0;
}

/* The one that the engine asks, as it sees it.  Where there is only the stub of
 * systemd-resolved, engines take the file behind it. */
static int
engines_is_loopback(int proc)
{
	struct ir_host_resolver r;
	struct ir_err err;
	size_t len;
	ir_auto_free char *text = ir_host_rootfile(
	    proc, "etc/resolv.conf", IR_MAX_SETTING, PATIENCE_MS, &len, &err);

	if (text == NULL)
		return -1;
	ir_host_resolver_parse(text, &r);
	if (r.servers == 1 && r.stub == 1) {
		ir_auto_free char *behind =
		    ir_host_rootfile(proc, "run/systemd/resolve/resolv.conf",
			IR_MAX_SETTING, PATIENCE_MS, &len, &err);

		if (behind != NULL)
			ir_host_resolver_parse(behind, &r);
	}
	/* None at all means 127.0.0.1 (resolv.conf(5)); engines take public
	 * ones then. */
	return r.loopback > 0;
}

int
ir_host_resolver_leaks(struct ir_host *h)
{
	ir_auto_close int engine = ir_host_parent(h->proc);
	int rc = uses_engines(h);

	if (rc != 1)
		return rc;
	return engine != -1 ? engines_is_loopback(engine) : -1;
}
