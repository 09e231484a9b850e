/* SPDX-License-Identifier: ISC
 *
 * JSON on its way into a file, in pieces: what a container has many of (open
 * files, mappings) is never in memory as a whole.
 */
#ifndef IR_COLLECTORS_JSONL_H
#define IR_COLLECTORS_JSONL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/sink.h"

struct ir_jsonl {
	struct ir_stream *out;
	struct ir_buf b;      /* what is not written yet */
	bool first;           /* in the present list */
	struct ir_err failed; /* the first that did; nothing is written then */
};

/** ir_jsonl_open(j, v): begins a line with the members of the object v, which
 * it releases.  ir_jsonl_list(j, name): a list as its next member, for
 * ir_jsonl_add(); ir_jsonl_list_end(j).  ir_jsonl_member(j, name, v): one more.
 * ir_jsonl_end(j, err): the end of the line.  A NULL for v is out of memory,
 * which is remembered for ir_jsonl_end(). */
void ir_jsonl_open(struct ir_jsonl *j, json_t *v);
void ir_jsonl_list(struct ir_jsonl *j, const char *name);
int ir_jsonl_add(struct ir_jsonl *j, json_t *v, struct ir_err *err);
void ir_jsonl_list_end(struct ir_jsonl *j);
void ir_jsonl_member(struct ir_jsonl *j, const char *name, json_t *v);
int ir_jsonl_end(struct ir_jsonl *j, struct ir_err *err);

/** ir_jsonl_flush(j, err): writes what is left, and releases it. */
int ir_jsonl_flush(struct ir_jsonl *j, struct ir_err *err);

#endif
