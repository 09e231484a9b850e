/* SPDX-License-Identifier: ISC
 *
 * Lines of /proc/net: see socketline.h.
 */
#include "collectors/socketline.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "json/json.h"

/* net/tcp_states.h */
static const char *const states[] = {"", "ESTABLISHED", "SYN_SENT", "SYN_RECV",
    "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
    "LISTEN", "CLOSING", "NEW_SYN_RECV"};
#define STATES (sizeof(states) / sizeof(states[0]))

/* "0100007F:1267": words of 32 bits in the machine's order. */
static bool
address(const char *text, char *out, size_t size)
{
	unsigned int words[4], port;
	const char *colon = strchr(text, ':');
	int n = colon == NULL ? 0 : (int)(colon - text) / 8;
	char ip[INET6_ADDRSTRLEN];

	if ((n != 1 && n != 4) || colon - text != n * 8 ||
	    sscanf(colon + 1, "%x", &port) != 1)
		return false;
	for (int i = 0; i < n; i++)
		if (sscanf(text + i * 8, "%8x", &words[i]) != 1)
			return false;
	if (inet_ntop(n == 1 ? AF_INET : AF_INET6, words, ip, sizeof(ip)) ==
	    NULL)
		return false;
	snprintf(out, size, n == 1 ? "%s:%u" : "[%s]:%u", ip, port);
	return true;
}

static json_t *
internet(const char *kind, char *line)
{
	char local[80], remote[80], from[64], to[64];
	unsigned int state, uid;
	unsigned long long inode;

	if (sscanf(line, "%*d: %79s %79s %x %*s %*s %*s %u %*d %llu", local,
		remote, &state, &uid, &inode) != 5 ||
	    !address(local, from, sizeof(from)) ||
	    !address(remote, to, sizeof(to)))
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "kind", kind,
	    "local", from, "remote", to, "state",
	    state < STATES ? states[state] : "", "uid", (json_int_t)uid,
	    "inode", (json_int_t)inode);
}

/* A path can hold anything; the kernel writes one without a file with an @. */
static json_t *
local(const char *kind, char *line)
{
	static const char *const types[] = {
	    "", "stream", "dgram", "", "", "seqpacket"};
	unsigned int flags, type, state;
	unsigned long long inode;
	int path = 0;

	if (sscanf(line, "%*x: %*x %*x %x %x %x %llu%n", &flags, &type, &state,
		&inode, &path) != 4)
		return NULL;
	path += line[path] == ' ';
	return json_pack("{s:s, s:s, s:s, s:o, s:I}", "kind", kind, "type",
	    type < 6 ? types[type] : "", "state",
	    flags & 0x10000 ? "LISTEN" /* __SO_ACCEPTCON */
	    : state == 3    ? "CONNECTED"
			    : "",
	    "path", ir_json_text(line + path), "inode", (json_int_t)inode);
}

static json_t *
packet(const char *kind, char *line)
{
	unsigned int type, protocol, interface, uid;
	unsigned long long inode;

	if (sscanf(line, "%*x %*d %u %x %u %*d %*u %u %llu", &type, &protocol,
		&interface, &uid, &inode) != 5)
		return NULL;
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "kind", kind, "type",
	    type == SOCK_RAW ? "raw" : "dgram", "protocol",
	    (json_int_t)protocol, "interface", (json_int_t)interface, "uid",
	    (json_int_t)uid, "inode", (json_int_t)inode);
}

static json_t *
netlink(const char *kind, char *line)
{
	unsigned int protocol;
	unsigned long long port, inode;

	if (sscanf(line, "%*x %u %llu %*x %*d %*d %*d %*d %*d %llu", &protocol,
		&port, &inode) != 3)
		return NULL;
	return json_pack("{s:s, s:I, s:I, s:I}", "kind", kind, "protocol",
	    (json_int_t)protocol, "port", (json_int_t)port, "inode",
	    (json_int_t)inode);
}

const struct ir_socketfile ir_socketfiles[IR_SOCKETFILES] = {
    {"tcp", internet},
    {"tcp6", internet},
    {"udp", internet},
    {"udp6", internet},
    {"raw", internet},
    {"raw6", internet},
    {"udplite", internet},
    {"udplite6", internet},
    {"icmp", internet},
    {"unix", local},
    {"packet", packet},
    {"netlink", netlink},
};
