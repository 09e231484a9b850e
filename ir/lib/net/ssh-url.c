/* SPDX-License-Identifier: ISC
 *
 * ssh:// and the command that it stands for: see ssh.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "net/ssh.h"
#include "net/url.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The path is read by a shell over there, the user by one here if ssh has a
 * ProxyCommand: these mean nothing to either. */
#define IN_PATH DIGITS LETTERS "/._-+@:,="
#define IN_USER DIGITS LETTERS "._-+@"

static int
fail(const char *s, const char *why, struct ir_err *err)
{
	return ir_fail(err, IR_EUSAGE,
	    "%s: %s; write ssh://user@host:port/path/to/socket, of which only "
	    "the host must be",
	    s, why);
}

/* user@domain may be written with %40, as docker(1) wants it. */
static char *
user_of(const char *s, size_t n, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;

	for (size_t i = 0; i < n; i++)
		if (n - i > 2 && strncmp(s + i, "%40", 3) == 0) {
			ir_buf_puts(&b, "@");
			i += 2;
		} else
			ir_buf_add(&b, s + i, 1);
	return ir_buf_take(&b, err);
}

static int
take_user(const char *s, const char *at, size_t n, struct ir_ssh *out,
    struct ir_err *err)
{
	if ((out->user = user_of(at, n, err)) == NULL)
		return -1;
	if (strchr(out->user, ':') != NULL)
		return fail(s, "a password has no place in it", err);
	if (out->user[0] == '\0' || out->user[0] == '-' ||
	    strspn(out->user, IN_USER) != strlen(out->user))
		return fail(s, "that is no user's name", err);
	return 0;
}

static int
take_path(const char *s, const char *at, struct ir_ssh *out, struct ir_err *err)
{
	if (strcmp(at, "") == 0 || strcmp(at, "/") == 0)
		return 0;
	if (strspn(at, IN_PATH) != strlen(at) || strlen(at) >= IR_MAX_PATH)
		return fail(s,
		    "a socket's path may have letters, digits and /._-+@:,= "
		    "here",
		    err);
	return (out->path = ir_asprintf(err, "%s", at)) != NULL ? 0 : -1;
}

static int
parse(const char *s, struct ir_ssh *out, struct ir_err *err)
{
	const char *at = s + strlen("ssh://"), *end, *user = NULL;
	size_t n;
	int port;

	if (strncmp(s, "ssh://", 6) != 0)
		return fail(s, "that is none", err);
	end = at + strcspn(at, "/?#");
	for (const char *p = at; p < end; p++)
		if (*p == '@')
			user = p;
	if (user != NULL) {
		if (take_user(s, at, (size_t)(user - at), out, err) == -1)
			return -1;
		at = user + 1;
	}
	if ((n = ir_url_host(at)) == 0)
		return fail(s, "it names no host", err);
	if ((port = ir_url_port(at + n)) == -1 || at + n + port != end)
		return fail(s, "after the host comes a port or a path", err);
	out->host = at[0] == '[' ? ir_asprintf(err, "%.*s", (int)n - 2, at + 1)
				 : ir_asprintf(err, "%.*s", (int)n, at);
	if (port > 0)
		out->port = ir_asprintf(err, "%.*s", port - 1, at + n + 1);
	if (out->host == NULL || (port > 0 && out->port == NULL))
		return -1;
	return take_path(s, end, out, err);
}

int
ir_ssh_parse(const char *s, struct ir_ssh *out, struct ir_err *err)
{
	*out = (struct ir_ssh){0};
	if (parse(s, out, err) == 0)
		return 0;
	ir_ssh_free(out);
	return -1;
}

void
ir_ssh_free(struct ir_ssh *ssh)
{
	free(ssh->user);
	free(ssh->host);
	free(ssh->port);
	free(ssh->path);
	*ssh = (struct ir_ssh){0};
}

/* Whatever ssh_config(5) says: the host must be the one that was accepted;
 * nobody is asked anything, for nobody may be there; the other side, which an
 * attacker may hold, gets neither our agent nor our ports; and a dead link is
 * noticed within a minute. */
static const char *const options[] = {
    "-T",
    "-a",
    "-x",
    "-oStrictHostKeyChecking=yes",
    "-oBatchMode=yes",
    "-oClearAllForwardings=yes",
    "-oPermitLocalCommand=no",
    "-oRemoteCommand=none",
    "-oServerAliveInterval=15",
    "-oServerAliveCountMax=4",
};

void
ir_ssh_argv(const struct ir_ssh *ssh, long seconds, struct ir_ssh_buf *buf,
    const char *argv[IR_SSH_ARGS])
{
	*argv++ = "ssh";
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		*argv++ = options[i];
	snprintf(buf->timeout, sizeof(buf->timeout), "-oConnectTimeout=%ld",
	    seconds);
	*argv++ = buf->timeout;
	if (ssh->user != NULL) {
		*argv++ = "-l";
		*argv++ = ssh->user;
	}
	if (ssh->port != NULL) {
		*argv++ = "-p";
		*argv++ = ssh->port;
	}
	*argv++ = "--";
	*argv++ = ssh->host;
	*argv++ = "docker";
	if (ssh->path != NULL) {
		snprintf(
		    buf->socket, sizeof(buf->socket), "unix://%s", ssh->path);
		*argv++ = "--host";
		*argv++ = buf->socket;
	}
	*argv++ = "system";
	*argv++ = "dial-stdio";
	*argv = NULL;
}
