/* SPDX-License-Identifier: ISC
 *
 * Bech32 (BIP 173) without a limit on the length, as age writes its keys.
 */
#ifndef IR_CRYPTO_BECH32_H
#define IR_CRYPTO_BECH32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** ir_bech32_key(s, n, prefix, upper, key): whether the n bytes of s are
 * exactly the 32 bytes of a key behind prefix (what stands before the last "1",
 * in the case of letters that upper says), with a good checksum. */
bool ir_bech32_key(
    const char *s, size_t n, const char *prefix, bool upper, uint8_t key[32]);

#endif
