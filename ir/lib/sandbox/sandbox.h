/* SPDX-License-Identifier: ISC
 *
 * What a program gives up before it looks at bytes that nobody vouches for:
 * Landlock (landlock(7)) for files and the network, seccomp (libseccomp) for
 * system calls.  For good, and for all threads started later.
 *
 * What reads files of the system when it is first used must have been used
 * before: libgcrypt (ir_crypto_init()), jansson (its tables' seed is from
 * /dev/urandom; a guessed one lets them be flooded), libcrypto, time zones.
 */
#ifndef IR_SANDBOX_SANDBOX_H
#define IR_SANDBOX_SANDBOX_H

#include <stdbool.h>

#include "base/err.h"

/* What holds. */
struct ir_sandbox {
	bool files; /* no file can be opened but beneath the directory */
	bool calls; /* only system calls that reading and hashing need */
};

/** ir_sandbox_read_only(dirfd, s, err): what stays allowed: descriptors that
 * are open, reading beneath dirfd (-1: no file at all), memory, threads, the
 * clock.  A forbidden system call fails with EPERM.  A kernel without one of
 * the two is no failure: s says what holds.  Under AddressSanitizer calls are
 * not restricted, and /proc can be read, for it needs both. */
int ir_sandbox_read_only(int dirfd, struct ir_sandbox *s, struct ir_err *err);

#endif
