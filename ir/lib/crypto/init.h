/* SPDX-License-Identifier: ISC
 *
 * libgcrypt's own set-up, shared by the files of this module only.
 */
#ifndef IR_CRYPTO_INIT_H
#define IR_CRYPTO_INIT_H

/** ir_crypto_init(): makes libgcrypt ready, the first time it is called; safe
 * from several threads.  Whoever calls libgcrypt calls this before. */
void ir_crypto_init(void);

#endif
