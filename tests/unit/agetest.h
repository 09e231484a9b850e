/* SPDX-License-Identifier: ISC
 *
 * What the tests of age share: whole files in memory.
 */
#ifndef IR_TESTS_AGETEST_H
#define IR_TESTS_AGETEST_H

#include "crypto/age.h"
#include "tests/unit/filter.h"
#include "tests/unit/unit.h"

/* The example of c2sp.org/age. */
#define AGE_SECRET                                               \
	"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYS" \
	"JZGFPYYSJZGFPQ4EGAEX\n"
#define AGE_PUBLIC \
	"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

/* Encrypts n bytes, step at a time, to all of the NULL-terminated list. */
static inline void
seal(struct ir_buf *out, const void *p, size_t n, size_t step,
    const char *const *to)
{
	struct mem_stream m = MEM_STREAM;
	struct ir_err err = {0};
	struct ir_age_recipients *r = ir_age_recipients_new(&err);
	struct ir_stream *s;

	for (; *to != NULL; to++)
		if (ir_age_recipients_add(r, *to, &err) == -1)
			fail_msg("%s", err.msg);
	s = ir_age_encrypt(&m.stream, r, &err);
	assert_non_null(s);
	for (size_t i = 0; i < n; i += step)
		assert_int_equal(s->write(s, (const char *)p + i,
				     n - i < step ? n - i : step, &err),
		    0);
	assert_int_equal(s->close(s, NULL, &err), 0);
	assert_int_equal(m.closed, 1);
	assert_string_equal(m.gap, "");
	ir_age_recipients_free(r);
	*out = m.b;
}

/* Decrypts: 0, or -1 with err; what came out of it before that is in out
 * too. */
static inline int
unseal_by(const void *p, size_t n, size_t step,
    const struct ir_age_identity *own, struct ir_buf *out, struct ir_err *err)
{
	struct mem_source *m = mem_source(p, n);
	int closed = 0, rc;

	m->step = step;
	m->closed = &closed;
	*err = (struct ir_err){0};
	rc = drain(
	    ir_age_decrypt(&m->source, own, "x.age", err), 100000, out, err);
	assert_int_equal(closed, 1);
	return rc;
}

/* The same with the identity in file who. */
static inline int
unseal(const void *p, size_t n, size_t step, const char *who,
    struct ir_buf *out, struct ir_err *err)
{
	struct ir_age_identity *own = ir_age_identity_load(who, err);
	int rc;

	if (own == NULL)
		fail_msg("%s", err->msg);
	rc = unseal_by(p, n, step, own, out, err);
	ir_age_identity_free(own);
	return rc;
}

#endif
