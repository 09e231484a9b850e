/* SPDX-License-Identifier: ISC
 *
 * SSHSIG: an armored signature, or the blob within one, which is then put into
 * armor, since no mutation keeps base64 what it was.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/key.h"
#include "crypto/sshsig.h"
#include "tests/fuzz/fuzz.h"

/* What the corpus signs. */
static const char signed_text[] = "message\n";
static const char other_text[] = "massage\n";

static int
verify(const char *armor, size_t len, const char *ns, const char *text)
{
	struct ir_sshsig s;
	struct ir_err err = {0};
	int rc = ir_sshsig_verify(armor, len, ns, text, strlen(text), &s, &err);

	if (rc == 0) {
		ir_auto_free char *print =
		    ir_key_fingerprint(s.blob, s.len, &err);

		FUZZ_HOLDS(print != NULL);
		ir_sshsig_free(&s);
	} else {
		FUZZ_HOLDS(err.msg[0] != '\0' && s.blob == NULL);
		FUZZ_HOLDS(err.code != IR_EINTERNAL);
	}
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ir_buf armor = IR_BUF_INIT;
	char *text = NULL;

	if (n > 5 && memcmp(p, "-----", 5) == 0) {
		text = fuzz_text(p, n);
	} else {
		ir_buf_puts(&armor, "-----BEGIN SSH SIGNATURE-----\n");
		ir_base64(&armor, p, n, 70);
		ir_buf_puts(&armor, "-----END SSH SIGNATURE-----\n");
		text = armor.p;
		n = armor.len;
	}
	/* It is good for nothing else than what it was made for. */
	if (verify(text, n, IR_NS_CUSTODY, signed_text) == 0) {
		FUZZ_HOLDS(verify(text, n, IR_NS_CUSTODY, other_text) == -1);
		FUZZ_HOLDS(verify(text, n, IR_NS_JOURNAL, signed_text) == -1);
	}
	free(text);
	return 0;
}
