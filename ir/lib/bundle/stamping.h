/* SPDX-License-Identifier: ISC
 *
 * Getting a time-stamp for an act: an RFC 3161 answer over the exact bytes of
 * the act's signature file, kept beside it as custody/NNNN-TYPE.json.sig.tsr.
 */
#ifndef IR_BUNDLE_STAMPING_H
#define IR_BUNDLE_STAMPING_H

#include "base/err.h"
#include "stamp/stamp.h"

#define IR_TSR ".sig.tsr"

/** ir_bundle_stamp(dirfd, entry, url, got, err): asks the time-stamping
 * authority at url for the act in the bundle at dirfd, whose entry is
 * "custody/0001-seal.json", and keeps an answer that is what was asked for and
 * whole in itself.  Whether its maker is to be believed is the reader's
 * business.  got is released by ir_stamp_free() in any case.  IR_ENOENT: the
 * act is not signed; IR_EEXIST: it has a time-stamp; IR_EUSAGE: the URL is
 * none; else as ir_http_do() and ir_stamp_answers() fail. */
int ir_bundle_stamp(int dirfd, const char *entry, const char *url,
    struct ir_stamp *got, struct ir_err *err);

#endif
