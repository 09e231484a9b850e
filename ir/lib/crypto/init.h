/* SPDX-License-Identifier: ISC
 *
 * libgcrypt's own set-up, shared by the files of this module only.
 */
#ifndef IR_CRYPTO_INIT_H
#define IR_CRYPTO_INIT_H

#include "base/err.h"

/** ir_crypto_init(): makes libgcrypt ready, the first time it is called; safe
 * from several threads.  Whoever calls libgcrypt calls this before. */
void ir_crypto_init(void);

/** ir_crypto_fail(err, e, doing): "cannot DOING: ...", or that FIPS mode is
 * what forbids it; returns -1. */
int ir_crypto_fail(struct ir_err *err, unsigned e, const char *doing);

#endif
