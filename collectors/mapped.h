/* SPDX-License-Identifier: ISC
 *
 * What of a process's memory is to be read, and how it stands in a core file:
 * the stretches of pages that there are, mapping by mapping.
 */
#ifndef IR_COLLECTORS_MAPPED_H
#define IR_COLLECTORS_MAPPED_H

#include <jansson.h>

#include "collectors/core.h"
#include "host/each.h"

struct ir_mapped {
	struct ir_core_piece *v;
	size_t n;
	struct ir_core_file *files;
	size_t nfiles;
	json_t
	    *skipped; /* mappings that are not to be read, ir_mapped_span() */
	bool full;    /* there was more than a core file can tell apart */

	/* While it is made. */
	const struct ir_host_one *o;
	int pagemap;
	size_t cap;
	uint64_t join; /* pieces of what no file has are one if there is no more
			* than that between them, which is zero */
	struct ir_host_map map; /* the present one ... */
	size_t first;           /* ... and its first piece */
};

/** ir_mapped_survey(p, o, err): fills in *p; freed by ir_mapped_free(), also
 * after a failure. */
int ir_mapped_survey(
    struct ir_mapped *p, const struct ir_host_one *o, struct ir_err *err);
void ir_mapped_free(struct ir_mapped *p);

/** ir_mapped_span(from, to, path, why): {"from","to","path","why"}, the first
 * two hexadecimal; path may be NULL.  The caller owns it. */
json_t *ir_mapped_span(
    uint64_t from, uint64_t to, const char *path, const char *why);

#endif
