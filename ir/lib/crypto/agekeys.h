/* SPDX-License-Identifier: ISC
 *
 * What the recipients and identities of crypto/age.h hold.
 */
#ifndef IR_CRYPTO_AGEKEYS_H
#define IR_CRYPTO_AGEKEYS_H

#include "crypto/age.h"
#include "crypto/agewrap.h"

struct ir_age_recipients {
	struct ir_age_public *v;
	size_t n;
};

/* In memory that libgcrypt locks and wipes. */
struct ir_age_identity {
	struct ir_age_secret *v;
	size_t n;
};

#endif
