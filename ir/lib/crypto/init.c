/* SPDX-License-Identifier: ISC
 *
 * libgcrypt's own set-up.  Secure memory is asked for because libgcrypt wipes
 * what it held of a private key there; a system that will not lock it gets
 * ordinary memory, without a word on stderr.
 */
#include "crypto/init.h"

#include <gcrypt.h>
#include <pthread.h>

/* One Ed25519 signature needs some 8 KiB. */
#define SECURE_BYTES 32768

static void
set_up(void)
{
	/* Another library of the process may have been here first. */
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return;
	gcry_check_version(NULL);
	gcry_control(GCRYCTL_DISABLE_SECMEM_WARN);
	gcry_control(GCRYCTL_DISABLE_PRIV_DROP);
	gcry_control(GCRYCTL_INIT_SECMEM, SECURE_BYTES, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

void
ir_crypto_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_up);
}

int
ir_crypto_fail(struct ir_err *err, unsigned e, const char *doing)
{
	if (gcry_fips_mode_active())
		return ir_fail(err, IR_EUNAVAIL,
		    "cannot %s: this system is in FIPS mode, where its "
		    "libgcrypt does not do it; use another system",
		    doing);
	return ir_fail(
	    err, IR_EINTERNAL, "cannot %s: %s", doing, gcry_strerror(e));
}
