/* SPDX-License-Identifier: ISC
 *
 * Files of a container's state, put into a tar archive (POSIX ustar) in pieces
 * and within limits, and what became of each.
 */
#ifndef IR_HOST_LEDGER_H
#define IR_HOST_LEDGER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct ir_host_ledger {
	struct ir_buf *tar;
	size_t start;  /* of the archive in tar */
	json_t *list;  /* as in state.h */
	int64_t until; /* on the monotonic clock, ms: when it must end */
};

/* One file on its way. */
struct ir_host_file {
	struct ir_host_ledger *l;
	char name[64];
	size_t header; /* where it begins in the archive */
	size_t bytes;
	char cut[64]; /* why it ends early; "" while it does not */
};

/** ir_host_ledger_new(tar, l, err): an archive after what tar has already.
 * ir_host_ledger_end(l): the end of it. */
int ir_host_ledger_new(
    struct ir_buf *tar, struct ir_host_ledger *l, struct ir_err *err);
void ir_host_ledger_end(struct ir_host_ledger *l);

/** ir_host_ledger_late(l): whether the time is over. */
bool ir_host_ledger_late(const struct ir_host_ledger *l);

/** ir_host_ledger_note(l, what, outcome, why): for what is no file. */
void ir_host_ledger_note(struct ir_host_ledger *l, const char *what,
    const char *outcome, const char *why);

/** ir_host_file_begin(f, l, prefix, name): a new file, the only one until it
 * ends. */
void ir_host_file_begin(struct ir_host_file *f, struct ir_host_ledger *l,
    const char *prefix, const char *name);

/** ir_host_file_put(f, p, n): appends as far as the limits and the time go;
 * whether there may be more. */
bool ir_host_file_put(struct ir_host_file *f, const void *p, size_t n);

/** ir_host_file_cut(f, why): it ends early. */
void ir_host_file_cut(struct ir_host_file *f, const char *why);

/** ir_host_file_end(f): the end, and its entry: collected, cut, or empty, and
 * then it is not in the archive. */
void ir_host_file_end(struct ir_host_file *f);

/** ir_host_file_drop(f, outcome, why): it is not in the archive, and that is
 * its entry. */
void ir_host_file_drop(
    struct ir_host_file *f, const char *outcome, const char *why);

/** ir_host_file_fd(l, fd, prefix, name, last): all that can be read from fd;
 * less than last bytes at a time are the end, else only nothing is. */
void ir_host_file_fd(struct ir_host_ledger *l, int fd, const char *prefix,
    const char *name, size_t last);

#endif
