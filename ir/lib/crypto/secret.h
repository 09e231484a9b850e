/* SPDX-License-Identifier: ISC
 *
 * Memory for secrets: libgcrypt locks it, and wipes it when it is freed, which
 * here is on leaving scope.  Shared by the files of this module only.
 */
#ifndef IR_CRYPTO_SECRET_H
#define IR_CRYPTO_SECRET_H

#include <gcrypt.h>

#include "base/err.h"
#include "crypto/init.h"

static inline void *
ir_secret_new(size_t n, struct ir_err *err)
{
	void *p;

	ir_crypto_init();
	p = gcry_calloc_secure(1, n);
	if (p == NULL)
		ir_fail_mem(err);
	return p;
}

static inline void
ir_secret_free_(void *pp)
{
	gcry_free(*(void **)pp);
}
#define ir_auto_secret __attribute__((cleanup(ir_secret_free_)))

#endif
