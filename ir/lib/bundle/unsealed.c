/* SPDX-License-Identifier: ISC
 *
 * What a bundle that nobody sealed is worth: see check.h.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>

#include "base/file.h"
#include "bundle/bag.h"
#include "bundle/check.h"

/* How far it can be relied upon all the same. */
static void
say_unsealed(struct ir_check *c)
{
	uint64_t rest = c->record.lines - c->record.proven;

	if (c->record.proven == 0)
		ir_fault(&c->faults, IR_UNSEALED, "bundle",
		    "is not sealed, and no signature that you trust is in its "
		    "journals: what they attest, whoever could write here "
		    "could change, and the files with it");
	else if (rest == 0)
		ir_fault(&c->faults, IR_UNSEALED, "bundle",
		    "is not sealed: what is proven was signed as it was "
		    "acquired, with keys that are gone since; that nothing "
		    "was taken away at the end, nothing proves");
	else
		ir_fault(&c->faults, IR_UNSEALED, "bundle",
		    "is not sealed: what is proven was signed as it was "
		    "acquired, with keys that are gone since; the other "
		    "%" PRIu64
		    " lines of its journals, and what they attest, whoever "
		    "could write here could change",
		    rest);
}

void
ir_check_unsealed(struct ir_check *c)
{
	struct ir_err err;
	ir_auto_close int fd = -1;

	say_unsealed(c);
	/* It is judged as it lies there; somebody may be at work on it. */
	if (c->tar != NULL)
		return;
	fd = ir_open_beneath(c->dirfd, IR_OPEN, O_RDONLY, &err);
	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1)
		ir_fault(&c->faults, IR_VALID, "bundle",
		    "is being written to at this moment: verify it again "
		    "afterwards");
}
