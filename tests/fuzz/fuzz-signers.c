/* SPDX-License-Identifier: ISC
 *
 * allowed_signers: the first line is the principal that a bundle claims to be
 * of, the rest is the file.
 */
#include <string.h>

#include "base/limits.h"
#include "crypto/signers.h"
#include "crypto/sshsig.h"
#include "tests/fuzz/fuzz.h"

static enum ir_trust
check(const struct ir_signers *s, const char *principal, int64_t when)
{
	return ir_signers_check(
	    s, principal, IR_NS_CUSTODY, fuzz_alice, sizeof(fuzz_alice), when);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint8_t nobody[sizeof(fuzz_alice)];
	static const int64_t times[] = {0, 1, 1763769600, INT64_MAX};
	char *principal = fuzz_text(p, n), *end = strchr(principal, '\n');
	size_t skip = end != NULL ? (size_t)(end - principal) + 1 : n;
	struct ir_err err = {0};
	struct ir_signers *s =
	    ir_signers_parse((const char *)p + skip, n - skip, "x", &err);

	if (end != NULL)
		*end = '\0';
	if (s == NULL)
		FUZZ_HOLDS(err.code == IR_EFORMAT && err.msg[0] != '\0');
	for (size_t i = 0; s != NULL && i < 4; i++) {
		enum ir_trust t = check(s, principal, times[i]);

		/* Whether the key is there does not depend on the name. */
		FUZZ_HOLDS((t == IR_TRUST_NO_KEY) ==
			   (check(s, "", times[i]) == IR_TRUST_NO_KEY));
		FUZZ_HOLDS(ir_signers_check(s, principal, IR_NS_CUSTODY, nobody,
			       sizeof(nobody), times[i]) == IR_TRUST_NO_KEY);
	}
	ir_signers_free(s);
	free(principal);
	return 0;
}
