/* SPDX-License-Identifier: ISC
 *
 * The files in which Docker's json-file driver keeps a container's log: the one
 * that it writes, and those that it rotated away.
 *
 *	ID-json.log  ID-json.log.1  ID-json.log.2.gz  ...
 */
#ifndef IR_COLLECTORS_LOGFILES_H
#define IR_COLLECTORS_LOGFILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* More than an operator ever keeps. */
#define IR_LOGFILES 1000u

struct ir_logfile {
	int fd;
	char name[96];
	unsigned age; /* 0: it is written; 1: the newest of the others, ... */
	bool gz;
	uint64_t size;
	int64_t mtime;
	ino_t ino;
	uint64_t from; /* it is wanted from here on; all after it is newer */
	bool skip;     /* nothing of it is wanted */
};

struct ir_logfiles {
	struct ir_logfile *v; /* the one that is written first, then by age */
	size_t n;
};

/** ir_logfiles_open(dirfd, id, f, err): all of them, as they are at one moment:
 * when one is rotated meanwhile, they are opened anew.  No links are followed,
 * and none but regular files taken.  f->n is 0 if there are none.
 * ir_logfiles_free() in any case. */
int ir_logfiles_open(
    int dirfd, const char *id, struct ir_logfiles *f, struct ir_err *err);
void ir_logfiles_free(struct ir_logfiles *f);

/** ir_logfiles_since(f, since, err): only what has this time or a later one, in
 * seconds since the epoch; of one that is compressed all, if it was changed
 * then or later.  Found by halving: where the clock was set back, older lines
 * come along, or newer ones before that are left out. */
int ir_logfiles_since(struct ir_logfiles *f, int64_t since, struct ir_err *err);

/** ir_logfiles_tail(f, bytes, err): only the last so many bytes of what is
 * wanted, from the beginning of a line on; one that is compressed counts as it
 * is, and is taken whole. */
int ir_logfiles_tail(struct ir_logfiles *f, uint64_t bytes, struct ir_err *err);

/** ir_logfile_rotated(dirfd, l): whether what l was opened as has another name
 * now. */
bool ir_logfile_rotated(int dirfd, const struct ir_logfile *l);

#endif
