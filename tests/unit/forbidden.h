/* SPDX-License-Identifier: ISC
 *
 * What a sandbox must forbid: acts that each work without it.
 */
#ifndef IR_TESTS_FORBIDDEN_H
#define IR_TESTS_FORBIDDEN_H

#include <stddef.h>

/* What an act came to, as errno; 0 if it was done. */
typedef int (*act)(void);

enum by {
	FILES = 1, /* Landlock forbids it */
	CALLS = 2, /* seccomp does */
};

struct forbidden {
	const char *what;
	act fn;
	int by; /* either is enough */
};
extern const struct forbidden forbidden[];
extern const size_t nforbidden;

/* What they use: the directory that can be read, with "file" and "gone" in it,
 * and "link" to "secret" in the working directory; a port on which somebody
 * listens, and a socket from before. */
extern int dirfd_in, port, tcp;

/* Some of them by name. */
int read_outside(void);
int list_outside(void);
int write_file(void);
int make_socket(void);

#endif
