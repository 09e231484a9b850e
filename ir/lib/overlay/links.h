/* SPDX-License-Identifier: ISC
 *
 * Which names are one file: for layer.c.
 */
#ifndef IR_OVERLAY_LINKS_H
#define IR_OVERLAY_LINKS_H

#include "overlay/walk.h"

struct ir_overlay_links;

/** ir_overlay_links_new(err): freed by ir_overlay_links_free(). */
struct ir_overlay_links *ir_overlay_links_new(struct ir_err *err);
void ir_overlay_links_free(struct ir_overlay_links *l); /* NULL is fine */

/** ir_overlay_links_first(l, e, err): the path by which this file, which has
 * several names, came before; NULL, with err->code IR_OK, if it did not, and
 * then it is remembered until its last name came.  When IR_MAX_LINKED files
 * wait for theirs no more are remembered: their other names become files of
 * their own, with the same content. */
const char *ir_overlay_links_first(struct ir_overlay_links *l,
    const struct ir_walk_entry *e, struct ir_err *err);

#endif
