/* SPDX-License-Identifier: ISC
 *
 * What the fuzz targets share.  A target is one function, as libFuzzer calls
 * it; configured with --enable-fuzzers it is linked with libFuzzer, else with
 * replay.c, which runs it over tests/fuzz/corpus/<target>/ in make check.
 *
 * A target touches no file (fuzz-import has a directory of its own), keeps
 * nothing from one input to the next, and checks, beyond not crashing, whatever
 * must hold for any input.
 */
#ifndef IR_TESTS_FUZZ_H
#define IR_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/source.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/signers.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What must hold. */
#define FUZZ_HOLDS(x)                                                 \
	do {                                                          \
		if (!(x)) {                                           \
			fprintf(stderr, "%s:%d: does not hold: %s\n", \
			    __FILE__, __LINE__, #x);                  \
			abort();                                      \
		}                                                     \
	} while (0)

/** fuzz_source(p, n): these bytes, which must live as long, in pieces of
 * changing size. */
struct ir_source *fuzz_source(const uint8_t *p, size_t n);

/** fuzz_text(p, n): a copy with a NUL after it, as files are read; the caller
 * frees. */
char *fuzz_text(const uint8_t *p, size_t n);

/** fuzz_put(b, key, value): puts value in the place of the string, number or
 * null after the first key, '"prev":' for example, if there is any. */
void fuzz_put(struct ir_buf *b, const char *key, const char *value);

/** fuzz_put_hash(b, key, hash): the same with a string; "" is null. */
void fuzz_put_hash(struct ir_buf *b, const char *key, const char *hash);

/** fuzz_journal(p, n, b, head): appends the n bytes at p, with the numbers of
 * its lines and the hashes that they follow put right; head is what line 0
 * follows, and then the hash of the last line. */
void fuzz_journal(
    const char *p, size_t n, struct ir_buf *b, char head[IR_SHA256_HEX]);

/* A key that is the same in a whole run, and an allowed_signers for which it is
 * anybody's at lab. */
const struct ir_key *fuzz_key(void);
const struct ir_signers *fuzz_signers(void);

/* RFC 8032, 7.1, TEST 1's public key, whose owner is alice@lab. */
extern const uint8_t fuzz_alice[51];

#endif
