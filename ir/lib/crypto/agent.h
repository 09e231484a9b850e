/* SPDX-License-Identifier: ISC
 *
 * ssh-agent (draft-ietf-sshm-ssh-agent; PROTOCOL.agent in OpenSSH), at the
 * socket in SSH_AUTH_SOCK: which keys it holds, and signing with one of them.
 * The agent is not trusted: its answers are bounded and taken apart strictly,
 * and whoever asks it to sign checks the signature.
 */
#ifndef IR_CRYPTO_AGENT_H
#define IR_CRYPTO_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/sshwire.h"

struct ir_agent_key {
	struct ir_buf blob; /* public, SSH wire form */
	char *comment;      /* as the agent says; a NUL ends it */
};

struct ir_agent_keys {
	struct ir_agent_key *v;
	size_t n;
};

/** ir_agent_set(): whether SSH_AUTH_SOCK names an agent. */
bool ir_agent_set(void);

/** ir_agent_list(keys, ms, err): the keys that can sign here; certificates and
 * unknown kinds are left out.  A locked agent shows none.  Failures, for both:
 * IR_EUNAVAIL there is no agent; IR_EPERM its socket may not be opened;
 * IR_ETIMEOUT no answer within ms milliseconds; IR_EPROTO it refused, broke
 * off, or talks nonsense; IR_EINTR.  Released by ir_agent_keys_free(), after a
 * failure too. */
int ir_agent_list(struct ir_agent_keys *keys, unsigned ms, struct ir_err *err);
void ir_agent_keys_free(struct ir_agent_keys *keys);

/** ir_agent_sign(key, p, n, sig, ms, err): the agent's signature over p by the
 * key with that public half, in wire form; with RSA rsa-sha2-512 is asked
 * for. */
int ir_agent_sign(struct ir_wire key, const void *p, size_t n,
    struct ir_buf *sig, unsigned ms, struct ir_err *err);

#endif
