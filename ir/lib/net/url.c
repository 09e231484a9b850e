/* SPDX-License-Identifier: ISC
 *
 * URLs: see url.h.
 */
#include "net/url.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* RFC 3986: unreserved, reserved but for brackets and '#', and '%'. */
#define IN_PATH DIGITS LETTERS "-._~%!$&'()*+,;=:@/?"

/* A name of DNS has at most 253 characters. */
#define MAX_HOST 253

size_t
ir_url_host(const char *s)
{
	size_t n;

	if (*s == '[') {
		n = strspn(s + 1, DIGITS "abcdefABCDEF:.");
		return n > 0 && s[1 + n] == ']' ? n + 2 : 0;
	}
	n = strspn(s, DIGITS LETTERS "-._");
	return *s != '-' && *s != '.' && n <= MAX_HOST ? n : 0;
}

int
ir_url_port(const char *s)
{
	size_t n;
	long port;

	if (*s != ':')
		return 0;
	n = strspn(s + 1, DIGITS);
	if (n < 1 || n > 5)
		return -1;
	port = strtol(s + 1, NULL, 10);
	return port >= 1 && port <= 65535 ? (int)n + 1 : -1;
}

static int
fail(const char *s, const char *why, struct ir_err *err)
{
	return ir_fail(err, IR_EUSAGE, "%s is no URL to use: %s", s, why);
}

int
ir_url_parse(const char *s, struct ir_url *u, struct ir_err *err)
{
	bool tls = strncasecmp(s, "https://", 8) == 0;
	const char *at = s + (tls ? 8 : 7), *slash;
	size_t host;
	int port;

	*u = (struct ir_url){0};
	if (!tls && strncasecmp(s, "http://", 7) != 0)
		return fail(s, "it must begin with http:// or https://", err);
	slash = at + strcspn(at, "/?#");
	if (memchr(at, '@', (size_t)(slash - at)) != NULL)
		return fail(s, "a user's name has no place in it", err);
	host = ir_url_host(at);
	if (host == 0)
		return fail(s, "it names no host", err);
	port = ir_url_port(at + host);
	if (port == -1 || at + host + port != slash)
		return fail(s,
		    "after the host comes nothing but a port, 1 to 65535, and "
		    "a path",
		    err);
	if (*slash == '?')
		return fail(s, "its path must begin with a slash", err);
	if (strchr(slash, '#') != NULL)
		return fail(s, "a fragment (#) has no place in it", err);
	if (strspn(slash, IN_PATH) != strlen(slash))
		return fail(
		    s, "a character in its path must be percent-encoded", err);
	u->origin = ir_asprintf(
	    err, "%s://%.*s", tls ? "https" : "http", (int)(slash - at), at);
	u->path = ir_asprintf(err, "%s", *slash != '\0' ? slash : "/");
	if (u->origin != NULL && u->path != NULL)
		return 0;
	ir_url_free(u);
	return -1;
}

void
ir_url_free(struct ir_url *u)
{
	free(u->origin);
	free(u->path);
	*u = (struct ir_url){0};
}
