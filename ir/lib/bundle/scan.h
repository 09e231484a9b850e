/* SPDX-License-Identifier: ISC
 *
 * What lies in a bundle's directory, before any of it is read.
 */
#ifndef IR_BUNDLE_SCAN_H
#define IR_BUNDLE_SCAN_H

#include "base/err.h"
#include "bundle/fault.h"
#include "bundle/items.h"

/** ir_scan(dirfd, l, f, err): adds every file with its size and, if it is
 * parsed, its text.  What has no place in a bundle is HOSTILE: symbolic links,
 * devices, FIFOs, sockets, files with several links, and what ir_items_place()
 * refuses. */
int ir_scan(
    int dirfd, struct ir_items *l, struct ir_faults *f, struct ir_err *err);

#endif
