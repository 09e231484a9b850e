/* SPDX-License-Identifier: ISC
 *
 * The head of an ELF core file (ET_CORE, of this machine's own kind): notes
 * that debuggers need, and where each piece of memory stands in the file.  The
 * pieces follow it in their order, each at a multiple of the page size.
 */
#ifndef IR_COLLECTORS_CORE_H
#define IR_COLLECTORS_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* One piece.  What of it is not in the file is zero. */
struct ir_core_piece {
	uint64_t from, size;
	uint64_t in_file; /* so many of its bytes are in the file */
	bool read, write, exec;
};

/* The most that are told apart (the format's own limit, e_phnum). */
#define IR_CORE_PIECES 65000u

/* A file that a mapping is of. */
struct ir_core_file {
	uint64_t from, to, offset; /* in bytes */
	const char *path;
};

/* What is said of the process. */
struct ir_core_about {
	pid_t pid, ppid, pgrp, session;
	uid_t uid;
	gid_t gid;
	char state;
	const char *name, *arguments;
	const void *auxv;
	size_t auxv_len;
	const struct ir_core_file *files;
	size_t nfiles;
};

/* One thread: where it is, as far as that is known without ptrace(2). */
struct ir_core_thread {
	pid_t tid;
	uint64_t sp, pc; /* 0: not known */
};

/** ir_core_head(out, about, threads, n, pieces, k, err): appends all that comes
 * before the first piece; there is at least one thread. */
int ir_core_head(struct ir_buf *out, const struct ir_core_about *about,
    const struct ir_core_thread *threads, size_t n,
    const struct ir_core_piece *pieces, size_t k, struct ir_err *err);

#endif
