/* SPDX-License-Identifier: ISC
 *
 * One cut under way; only for the files that do it (cut.c, cut-do.c).
 */
#ifndef IR_CLI_CUTTING_H
#define IR_CLI_CUTTING_H

#include <stdint.h>

#include "cli/cut.h"
#include "host/host.h"

struct ir_cutting {
	struct ir_cli *cli;
	const json_t *inspect;
	const char *id, *name;
	struct ir_cut *c;
	struct ir_host *host; /* NULL: why not is in no_host */
	struct ir_err no_host;
	json_t *links; /* from before */
	json_t *after; /* once they were cut here */
	uint64_t began;
};

static inline bool
ir_cutting_keeps(const struct ir_cut *c)
{
	return json_array_size(c->keep) > 0;
}

/* How many networks the engine shows. */
static inline size_t
ir_cutting_endpoints(const struct ir_cutting *t)
{
	return json_array_size(json_object_get(t->c->record, "endpoints"));
}

/** ir_cutting_hidden(t, links, err): IR_EPROTO if fewer links lead out than the
 * engine shows: one can be moved to a namespace that only a socket holds, where
 * nobody finds it.  links may be NULL: then nothing is known.
 * ir_cutting_note_hidden() puts that on record, for when the engine shows
 * nothing any more; ir_cutting_was_hidden() fails by it. */
int ir_cutting_hidden(
    const struct ir_cutting *t, const json_t *links, struct ir_err *err);
int ir_cutting_note_hidden(struct ir_cutting *t, struct ir_err *err);
int ir_cutting_was_hidden(struct ir_cutting *t, struct ir_err *err);

/** ir_cutting_on_record(t, why): whether it was cut on its host, by a record of
 * networks and a start that still are, where this run cannot look at the host,
 * as why says: then it is left as it is, which is said. */
bool ir_cutting_on_record(struct ir_cutting *t, const struct ir_err *why);

/** ir_cutting_do(t, err): declares and cuts by the method that was picked; if
 * the link turns out not to go down and nothing else was wished for, by the
 * engine after all. */
int ir_cutting_do(struct ir_cutting *t, struct ir_err *err);

/** ir_cutting_by_api(t, err): by the engine, verified. */
int ir_cutting_by_api(struct ir_cutting *t, struct ir_err *err);

#endif
