/* SPDX-License-Identifier: ISC
 *
 * Which pages of a process's memory there are: in memory, or swapped out.  What
 * it has only reserved, or not touched yet, is nothing to be read; reading it
 * all the same would make it, or ask for it whoever serves it.
 */
#ifndef IR_HOST_PAGES_H
#define IR_HOST_PAGES_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/** ir_host_pages(pagemap, from, to, fn, arg, err): calls fn(arg, a, b, err) for
 * each stretch of pages that are there, from a to before b, in order, by a
 * descriptor of /proc/PID/pagemap.  -1 if fn says so, or the kernel does. */
int ir_host_pages(int pagemap, uint64_t from, uint64_t to,
    int (*fn)(void *arg, uint64_t a, uint64_t b, struct ir_err *err), void *arg,
    struct ir_err *err);

#endif
