/* SPDX-License-Identifier: ISC
 *
 * What the files of this folder share; only for them.
 */
#ifndef IR_STAMP_INSIDE_H
#define IR_STAMP_INSIDE_H

#include <openssl/ts.h>
#include <openssl/x509.h>

#include "stamp/stamp.h"

struct ir_stamp_roots {
	STACK_OF(X509) * certs;
};

/* Room for libcrypto's words. */
#define IR_STAMP_WORDS 200

/** ir_stamp_words(out): the last thing that libcrypto complained of; its queue
 * is empty then. */
void ir_stamp_words(char out[IR_STAMP_WORDS]);

/** ir_stamp_parse(reply, len, err): a granted answer with its token, freed by
 * TS_RESP_free().  A refusal is IR_EPROTO, anything else IR_EFORMAT. */
TS_RESP *ir_stamp_parse(const void *reply, size_t len, struct ir_err *err);

#endif
