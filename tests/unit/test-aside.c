/* SPDX-License-Identifier: ISC
 *
 * base/aside: a child's files come out whole, and one that hangs, dies or fails
 * leaves nothing open.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/aside.h"
#include "tests/unit/memsink.h"

static int
collect(void *arg, struct ir_sink *sink, struct ir_err *err)
{
	char big[600000];
	struct ir_stream *a, *b;

	(void)arg;
	memset(big, 'x', sizeof(big));
	assert_true(sink->has(sink, "had"));
	assert_false(sink->has(sink, "not"));
	if (sink->change(sink, "a", "", "c", err) == -1 ||
	    (a = sink->open(sink, "dir/a", err)) == NULL ||
	    (b = sink->open(sink, "dir/b", err)) == NULL)
		return -1;
	if (a->write(a, big, sizeof(big), err) == -1 ||
	    b->write(b, "be", 2, err) == -1 || a->write(a, "y", 1, err) == -1 ||
	    a->close(a, NULL, err) == -1 || b->close(b, "cut short", err) == -1)
		return -1;
	if (sink->open(sink, "dir/a", err) != NULL || err->code != IR_EEXIST)
		return -1;
	ir_fail(err, IR_EPROTO, "for the record");
	return 3;
}

static void
test_whole(void **state)
{
	struct memsink m;
	struct ir_err err = {IR_OK, ""};
	struct memfile *f;

	(void)state;
	memsink_init(&m);
	m.had = "had";
	assert_int_equal(ir_aside(&m.sink, 20000, collect, NULL, &err), 3);
	assert_string_equal(err.msg, "for the record");
	assert_string_equal(m.changes.p, "a||c\n");
	f = memsink_file(&m, "dir/a");
	assert_int_equal(f->data.len, 600001);
	assert_int_equal(f->data.p[600000], 'y');
	assert_true(f->closed);
	assert_string_equal(f->gap, "");
	f = memsink_file(&m, "dir/b");
	assert_string_equal(f->gap, "cut short");
	memsink_free(&m);
}

enum way {
	HANG,
	STOP,
	DIE,
	LEAVE,
	REFUSE,
	FAIL
};

static int
misbehave(void *arg, struct ir_sink *sink, struct ir_err *err)
{
	enum way way = *(enum way *)arg;
	struct ir_stream *s = sink->open(sink, "f", err);

	if (s == NULL || s->write(s, "12345", 5, err) == -1)
		return -1;
	switch (way) {
	case HANG:
		for (;;)
			pause();
	case STOP:
		raise(SIGSTOP);
		break;
	case DIE:
		raise(SIGKILL);
		break;
	case REFUSE:
		for (;;)
			if (s->write(s, "67890", 5, err) == -1)
				return -1;
	case FAIL:
		return ir_fail(err, IR_EFORMAT, "odd");
	case LEAVE:
		break;
	}
	return 0;
}

static void
test_misbehaving(void **state)
{
	static const struct {
		enum way way;
		long ms;
		int rc;
		enum ir_code code;
		const char *gap;
	} v[] = {
	    {HANG, 300, -1, IR_ETIMEOUT, "cut off at its deadline"},
	    {STOP, 300, -1, IR_ETIMEOUT, "cut off at its deadline"},
	    {DIE, 20000, -1, IR_EINTERNAL,
		"the process that collected it died"},
	    {REFUSE, 20000, -1, IR_EIO, "f: no space left"},
	    {FAIL, 20000, -1, IR_EFORMAT, "odd"},
	    {LEAVE, 0, 0, IR_OK, "the collector left it open"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		enum way way = v[i].way;
		struct ir_err err = {IR_OK, ""};
		struct memsink m;
		struct memfile *f;

		memsink_init(&m);
		m.full = way == REFUSE ? 12 : 0;
		assert_int_equal(
		    ir_aside(&m.sink, v[i].ms, misbehave, &way, &err), v[i].rc);
		assert_int_equal(err.code, v[i].code);
		f = memsink_file(&m, "f");
		assert_true(f->closed);
		assert_string_equal(f->gap, v[i].gap);
		assert_memory_equal(f->data.p, "12345", 5);
		memsink_free(&m);
	}
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_whole),
    cmocka_unit_test(test_misbehaving),
};

UNIT_MAIN(tests)
