/* SPDX-License-Identifier: ISC
 *
 * Lines of /proc/net/tcp and the like.
 */
#ifndef IR_COLLECTORS_SOCKETLINE_H
#define IR_COLLECTORS_SOCKETLINE_H

#include <jansson.h>
#include <stddef.h>

/* The files that there are, each with the word for what is in it. */
struct ir_socketfile {
	const char *name; /* "tcp6" */
	json_t *(*parse)(const char *kind, char *line);
};
#define IR_SOCKETFILES 12
extern const struct ir_socketfile ir_socketfiles[IR_SOCKETFILES];

/** f->parse(f->name, line): {"kind","local","remote","state","uid","inode"}, or
 * what that kind has of it, the caller owns it; NULL for a line that is not
 * one, as the first of each file.  It takes the line apart. */

#endif
