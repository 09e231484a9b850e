/* SPDX-License-Identifier: ISC
 *
 * BagIt manifests (RFC 8493, 2.1.3): lines "<64 hex>  <path>", as sha256sum
 * writes and checks them.  Ours are sorted bytewise.
 */
#ifndef IR_BUNDLE_MANIFEST_H
#define IR_BUNDLE_MANIFEST_H

#include "base/buf.h"
#include "base/err.h"
#include "bundle/fault.h"
#include "bundle/items.h"

#define IR_MANIFEST    "manifest-sha256.txt"
#define IR_TAGMANIFEST "tagmanifest-sha256.txt"

/** ir_manifest_line(b, hash, path): appends one line. */
void ir_manifest_line(struct ir_buf *b, const char *hash, const char *path);

/** ir_manifest_make(l, payload, b, hash, err): appends the lines of those in l
 * that are on the disk and hashed and lie below data/, or outside of it; sorts
 * l.  hash is that of all lines. */
int ir_manifest_make(struct ir_items *l, bool payload, struct ir_buf *b,
    char hash[IR_SHA256_HEX], struct ir_err *err);

/** ir_manifest_read(it, payload, l, f, err): puts what the manifest, whose text
 * it holds, lists into l; payload: all of it must lie below data/, else nothing
 * may.  Anything but such lines in their order is HOSTILE. */
int ir_manifest_read(const struct ir_item *it, bool payload, struct ir_items *l,
    struct ir_faults *f, struct ir_err *err);

#endif
