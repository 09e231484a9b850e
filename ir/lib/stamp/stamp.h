/* SPDX-License-Identifier: ISC
 *
 * Trusted time: RFC 3161 time-stamp requests and tokens (OpenSSL's libcrypto).
 * A token is a time-stamping authority's signed statement that some bytes
 * existed at a time.
 */
#ifndef IR_STAMP_STAMP_H
#define IR_STAMP_STAMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Media types of a request and its answer (RFC 3161, 3.4). */
#define IR_STAMP_QUERY "application/timestamp-query"
#define IR_STAMP_REPLY "application/timestamp-reply"

/** ir_stamp_query(p, n, query, err): appends a DER TimeStampReq over the n
 * bytes: SHA-256, a fresh nonce, certReq true. */
int ir_stamp_query(
    const void *p, size_t n, struct ir_buf *query, struct ir_err *err);

/** ir_stamp_answers(query, reply, len, err): 0 if the DER TimeStampResp was
 * granted and answers just that query (imprint, nonce); it says nothing about
 * who signed it.  A refusal is IR_EPROTO, with the authority's words; anything
 * else IR_EFORMAT. */
int ir_stamp_answers(const struct ir_buf *query, const void *reply, size_t len,
    struct ir_err *err);

/* The analyst's own list of roots for time-stamping authorities. */
struct ir_stamp_roots;

/** ir_stamp_ready(err): libcrypto reads its configuration and whatever else it
 * loads late, so that ir_stamp_check() needs no file after it. */
int ir_stamp_ready(struct ir_err *err);

/** ir_stamp_roots_load(path, err): PEM certificates, at least one, and after
 * ir_stamp_ready(); freed by ir_stamp_roots_free(). */
struct ir_stamp_roots *ir_stamp_roots_load(
    const char *path, struct ir_err *err);
void ir_stamp_roots_free(struct ir_stamp_roots *r); /* NULL is fine */

struct ir_stamp {
	int64_t time;         /* genTime, seconds since the epoch */
	uint32_t accuracy_ms; /* 0 if it states none */
	char *authority;      /* the signer's name, outside bytes */
};

/** ir_stamp_check(reply, len, p, n, roots, out, err): 0 if it is exactly one
 * granted TimeStampResp over the n bytes (SHA-256, SHA-384 or SHA-512), whose
 * signer is named in it (RFC 5816), has the extended key usage timeStamping,
 * critical and alone, and as of genTime a chain to a root, with no key or
 * signature in it below 112 bits of security; out is released by
 * ir_stamp_free() in any case.  Certificates are not looked up in any list of
 * revoked ones.
 * IR_EFORMAT with what is wrong; IR_EPERM if all is well but no root vouches
 * for the signer, which with roots NULL is always so: out is filled in then,
 * too. */
int ir_stamp_check(const void *reply, size_t len, const void *p, size_t n,
    const struct ir_stamp_roots *roots, struct ir_stamp *out,
    struct ir_err *err);
void ir_stamp_free(struct ir_stamp *s);

#endif
