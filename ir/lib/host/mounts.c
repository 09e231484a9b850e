/* SPDX-License-Identifier: ISC
 *
 * Lines of mountinfo: see mounts.h.
 */
#include "host/mounts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The kernel writes space, tab, line feed, backslash and # as \ooo. */
static void
unescape(char *s)
{
	char *to = s;

	while (*s != '\0') {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' &&
		    is_octal(s[2]) && is_octal(s[3])) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
				       (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/* The next word at *at, and *at behind it; NULL at the end. */
static char *
word(char **at)
{
	char *w = *at;

	if (w == NULL || *w == '\0')
		return NULL;
	if ((*at = strchr(w, ' ')) != NULL)
		*(*at)++ = '\0';
	return w;
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda rw,errors=..";
 * any number of optional fields before the dash. */
int
ir_host_mount_parse(char *line, struct ir_host_mount *m)
{
	char *at = line, *id = word(&at), *w;

	if (id == NULL || word(&at) == NULL || (w = word(&at)) == NULL ||
	    sscanf(w, "%u:%u", &m->major, &m->minor) != 2)
		return -1;
	m->id = atoll(id);
	m->root = word(&at);
	m->point = word(&at);
	if ((m->flags = word(&at)) == NULL)
		return -1;
	while ((w = word(&at)) != NULL && strcmp(w, "-") != 0)
		;
	m->type = word(&at);
	w = word(&at);
	m->options = at;
	if (w == NULL || m->options == NULL)
		return -1;
	unescape(m->root);
	unescape(m->point);
	return 0;
}
