/* SPDX-License-Identifier: ISC
 *
 * What follows the header of an age file: a nonce, and the content in chunks of
 * 64 KiB, each with its number and whether it is the last in what it is
 * authenticated with.
 */
#ifndef IR_CRYPTO_AGESTREAM_H
#define IR_CRYPTO_AGESTREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sink.h"
#include "base/source.h"
#include "crypto/agewrap.h"
#include "crypto/sshwire.h"

/** ir_age_payload_stream(below, key, err): does not take below in a failure. */
struct ir_stream *ir_age_payload_stream(struct ir_stream *below,
    const uint8_t key[IR_AGE_FILE_KEY], struct ir_err *err);

/* What was read beyond the header goes before what below gives. */
#define IR_AGE_AHEAD_MAX 4096

/** ir_age_payload_source(below, ahead, key, name, err): does not take below in
 * a failure. */
struct ir_source *ir_age_payload_source(struct ir_source *below,
    struct ir_wire ahead, const uint8_t key[IR_AGE_FILE_KEY], const char *name,
    struct ir_err *err);

#endif
