/* SPDX-License-Identifier: ISC
 *
 * A time-stamp, as a bundle or an authority gives it.  There are no roots here:
 * the best that can be said of one is that nobody vouches for it.
 */
#include "stamp/stamp.h"

#include <string.h>

#include "base/limits.h"
#include "tests/fuzz/fuzz.h"

/* What the corpus is over. */
static const char stamped[] = "message\n";
static const char other[] = "massage\n";

static int
check(const uint8_t *p, size_t n, const char *text)
{
	struct ir_stamp s;
	struct ir_err err = {0};
	int good;

	FUZZ_HOLDS(
	    ir_stamp_check(p, n, text, strlen(text), NULL, &s, &err) == -1);
	FUZZ_HOLDS(err.msg[0] != '\0');
	FUZZ_HOLDS(err.code == IR_EPERM || err.code == IR_EFORMAT);
	good = err.code == IR_EPERM;
	FUZZ_HOLDS(!good || (s.authority != NULL && n <= IR_MAX_STAMP));
	ir_stamp_free(&s);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct ir_buf query;
	struct ir_err err = {0};

	if (query.p == NULL)
		FUZZ_HOLDS(ir_stamp_query(
			       stamped, strlen(stamped), &query, &err) == 0);
	if (check(p, n, stamped))
		FUZZ_HOLDS(!check(p, n, other));
	/* Nothing that was there before has its nonce. */
	FUZZ_HOLDS(ir_stamp_answers(&query, p, n, &err) == -1);
	FUZZ_HOLDS(err.code == IR_EPROTO || err.code == IR_EFORMAT);
	return 0;
}
