/* SPDX-License-Identifier: ISC
 *
 * The container's files as the engine keeps them on this host, without asking
 * the engine for them.
 */
#ifndef IR_COLLECTORS_LOCAL_H
#define IR_COLLECTORS_LOCAL_H

#include "collectors/collector.h"
#include "overlay/store.h"

/** ir_local_open(t, o, err): 0 if they can be read here, and are those of this
 * container; -1, and err says why not, fit to follow "by the engine: ".
 * ir_overlay_close() in any case. */
int ir_local_open(
    const struct ir_target *t, struct ir_overlay *o, struct ir_err *err);

/** ir_local_take(t, o, sink, note, err): the layer that is the container's own
 * as layer.tar, that which the engine put below it as init.tar, and layer.json,
 * which says of what they are, in t->dir; what no tar holds is listed in
 * layer-omitted.jsonl.  1 if that is all of it; 0 if an export would have more;
 * -1.  note is for the ledger. */
int ir_local_take(const struct ir_target *t, const struct ir_overlay *o,
    struct ir_sink *sink, struct ir_err *note, struct ir_err *err);

/** ir_note(note, fmt, ...): something for the ledger of a collector that got
 * what it was to get: goes into its err, with the code IR_OK. */
void ir_note(struct ir_err *note, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
