/* SPDX-License-Identifier: ISC
 *
 * Whether a tar that streams by is whole.  An engine can break an export off
 * with HTTP 200 and a clean end; only the tar itself tells: its headers and
 * sizes must lead to the two blocks of zeros that end an archive (POSIX.1-2017,
 * pax, "ustar Interchange Format").  Memory is constant.
 */
#ifndef IR_ARCHIVE_TAREND_H
#define IR_ARCHIVE_TAREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ir_tarend;

/** ir_tarend_new(err): freed by ir_tarend_free(). */
struct ir_tarend *ir_tarend_new(struct ir_err *err);
void ir_tarend_free(struct ir_tarend *t); /* NULL is fine */

/** ir_tarend_feed(t, p, n): the next bytes. */
void ir_tarend_feed(struct ir_tarend *t, const void *p, size_t n);

/** ir_tarend_entries(t): members begun so far. */
uint64_t ir_tarend_entries(const struct ir_tarend *t);

/** ir_tarend_plain(t): whether all headers so far are of the kinds of
 * ir-bundle(5), "The packed form", or say that they are no plain file: so that
 * every reader of tar understands them in the same way. */
bool ir_tarend_plain(const struct ir_tarend *t);

/** ir_tarend_check(t, err): 0 if what was fed is one whole archive; else
 * IR_EPROTO with where it broke off ("cut short after 1234 bytes, within
 * member 17"), or what made it not a tar. */
int ir_tarend_check(const struct ir_tarend *t, struct ir_err *err);

#endif
