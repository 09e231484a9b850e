/* SPDX-License-Identifier: ISC
 *
 * A file that is taken a second time, many streams at a time from many threads,
 * and several captures in one run: what seal and verify make of it.
 */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/resume.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define ID(c)                                                                 \
	c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c \
	    c c c c c c c c c c c c c c c c c c c c c c c c c c c c c
#define A ID("a")
#define B ID("b")

static int
take(struct ir_bundle *b, const char *path, const char *text, const char *gap,
    struct ir_err *err)
{
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_stream *s = sink->open(sink, path, err);

	if (s == NULL)
		return -1;
	assert_int_equal(s->write(s, text, strlen(text), err), 0);
	return s->close(s, gap, err);
}

static void
test_again(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	struct ir_journal_end end;
	struct ir_err err;

	(void)state;
	assert_int_equal(take(b, "d/tree", "ha", "it broke off", &err), 0);
	assert_int_equal(take(b, "d/tree", "half", NULL, &err), 0);
	assert_int_equal(take(b, "d/tree", "more", NULL, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	ir_auto_free char *dir = bt_end(b);
	json_auto_t *l = bt_lines(dir, J1, &end);
	const json_t *closed[2] = {NULL, NULL}, *line;
	size_t i, n = 0;
	json_array_foreach (l, i, line)
		if (strcmp(ir_json_str(line, "ev"), "stream-close") == 0)
			closed[n++] = line;
	assert_string_equal(ir_json_str(closed[0], "end"), "gap");
	assert_null(json_object_get(closed[0], "part"));
	assert_string_equal(
	    ir_json_str(closed[1], "part"), "data/d/tree.0001-2.part");
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, "data/d/tree.part", "run 1 took");
	static const struct bt_attack t[] = {
	    {"rm $1/data/d/tree.part", IR_CONTENT, "data/d/tree.part",
		"is missing"},
	    {"printf HA >$1/data/d/tree.part", IR_CONTENT, "data/d/tree.part",
		"was modified"},
	    {"mv $1/data/d/tree $1/data/d/tree.0001-2.part", IR_CONTENT,
		"data/d/tree", "is missing"},
	    {"cp $1/data/d/tree $1/data/d/tree.0001-2.part", IR_CONTENT,
		"data/d/tree.0001-2.part", "added after the sealing"},
	};
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

/* Killed between the last line and the new name. */
static void
test_again_unnamed(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	struct ir_err err;
	char out[64];

	(void)state;
	assert_int_equal(take(b, "d/tree", "ha", "it broke off", &err), 0);
	assert_int_equal(take(b, "d/tree", "half", NULL, &err), 0);
	ir_auto_free char *dir = bt_end(b);
	assert_int_equal(bt_sh(out, sizeof(out),
			     "cd $1/data/d && mv tree tree.0001-2.part", dir),
	    0);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, "data/d/tree.part", "run 1 took");
	bt_rm(dir);
}

static void
test_cut_twice(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	struct ir_err err;

	(void)state;
	assert_int_equal(take(b, "d/tree", "h", "it broke off", &err), 0);
	assert_int_equal(take(b, "d/tree", "ha", "it did again", &err), 0);
	assert_int_equal(take(b, "d/tree", "half", NULL, &err), -1);
	assert_int_equal(err.code, IR_EEXIST);
	assert_non_null(strstr(err.msg, "cut short twice"));
	ir_auto_free char *dir = bt_end(b);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_INCOMPLETE, "data/d/tree.part", "it broke off");
	bt_verdict(
	    dir, IR_INCOMPLETE, "data/d/tree.0001-2.part", "it did again");
	bt_rm(dir);
}

/* --- Threads. */

#define THREADS 6
#define FILES   8

struct worker {
	struct ir_bundle *b;
	unsigned n;
	int rc;
};

/* No cmocka in here: it is for one thread. */
static int
one_file(struct ir_bundle *b, const char *path, unsigned seed, bool slow,
    struct ir_err *err)
{
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_stream *s = sink->open(sink, path, err);
	char block[9000];

	if (s == NULL)
		return -1;
	for (unsigned i = 0; i < 20; i++) {
		memset(block, (int)(seed + i), sizeof(block));
		if (s->write(s, block, sizeof(block), err) == -1)
			return -1;
		/* Long enough for others to attest it. */
		if (slow && i == 10)
			usleep((IR_CHUNK_MS + 50) * 1000);
	}
	return s->close(s, seed % 5 == 0 ? "cut" : NULL, err);
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct ir_sink *sink = ir_bundle_sink(w->b);
	struct ir_err err;
	char path[64];

	for (unsigned i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "t%u/f%u", w->n, i);
		if (one_file(w->b, path, w->n * FILES + i, i == 3, &err) ==
			-1 ||
		    (sink->has(sink, path), false) ||
		    sink->change(sink, "x", "", "", &err) == -1 ||
		    ir_bundle_outcome(
			w->b, "k", path, IR_COLLECTED, "", 1, &err) == -1)
			w->rc = -1;
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct ir_bundle *b = bt_new("alice");
	struct worker w[THREADS];
	pthread_t thread[THREADS];
	char out[64], want[16];

	(void)state;
	for (unsigned i = 0; i < THREADS; i++) {
		w[i] = (struct worker){b, i, 0};
		assert_int_equal(
		    pthread_create(&thread[i], NULL, work, &w[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(w[i].rc, 0);
	}
	ir_auto_free char *dir = bt_end(b);
	bt_sh(out, sizeof(out), "find $1/data -type f | wc -l", dir);
	snprintf(want, sizeof(want), "%d\n", THREADS * FILES);
	assert_string_equal(out, want);
	bt_sh(out, sizeof(out), "find $1/data -name '*.part' | wc -l", dir);
	assert_string_equal(out, "10\n");
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_INCOMPLETE, "data/t0/f0.part", "cut");
	bt_rm(dir);
}

/* --- Several captures in a run. */

static const struct ir_resume_places of_a = {
    .scope = "standard",
    .container = A,
    .name = "a",
    .engine_dir = "engine",
    .dir = "containers/" A,
    .of = 2,
};
static const struct ir_resume_places of_b = {
    .container = B,
    .name = "b",
    .engine_dir = "engine",
    .dir = "containers/" B,
    .of = 2,
};

static struct ir_bundle *
next_run(const char *dir)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_open(dir, &err);

	if (b == NULL || ir_bundle_begin(b, &who, NULL, &err) == -1)
		fail_msg("%s", err.msg);
	return b;
}

/* A run that was killed when a was done, and b was, if it had begun, not. */
static char *
killed(bool with_b)
{
	struct ir_bundle *b = bt_new("alice");
	char *dir = bt_path("%s", ir_bundle_dir(b));
	struct ir_err err;
	pid_t child = fork();
	int status;

	if (child == 0) {
		bt_add(b, "engine/info.json", "{}\n");
		if (ir_resume_say(b, &of_a, &err) == -1 ||
		    (with_b && ir_resume_say(b, &of_b, &err) == -1))
			_exit(1);
		bt_add(b, "containers/" A "/inspect.json", "{}\n");
		if (with_b)
			bt_add(b, "containers/" B "/inspect.json", "{ }\n");
		if (ir_bundle_outcome(
			b, "inspect", A, IR_COLLECTED, "", 1, &err) == -1 ||
		    ir_resume_said(b, A, 0, &err) == -1)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	ir_bundle_close(b);
	return dir;
}

static void
go_on(
    struct ir_bundle *b, const struct ir_resume_places *p, struct ir_resume *r)
{
	struct ir_resume_places now = *p;
	struct ir_err err;

	if (ir_resume_find(b, p->container, r, &err) == -1)
		fail_msg("%s", err.msg);
	assert_int_equal(r->run, 1);
	if (ir_resume_keep(b, r, &err) == -1)
		fail_msg("%s", err.msg);
	now.resumes = 1;
	assert_int_equal(ir_resume_say(b, &now, &err), 0);
}

static void
test_several(void **state)
{
	struct ir_resume r[3];
	struct ir_err err;

	(void)state;
	ir_auto_free char *dir = killed(true);
	struct ir_bundle *b = next_run(dir), *other = next_run(dir);
	struct ir_sink *sink = ir_bundle_sink(b);
	go_on(b, &of_a, &r[0]);
	assert_int_equal(r[0].files, 2);
	assert_false(sink->has(sink, "containers/" B "/inspect.json"));
	/* Nobody else gets a; but b, also in another program. */
	assert_int_equal(ir_resume_find(other, A, &r[2], &err), 0);
	assert_int_equal(r[2].run, 0);
	ir_resume_free(&r[2]);
	assert_int_equal(ir_resume_find(other, B, &r[2], &err), 0);
	assert_int_equal(r[2].run, 1);
	ir_resume_free(&r[2]);
	free(bt_end(other));
	go_on(b, &of_b, &r[1]);
	assert_int_equal(r[1].files, 2);
	assert_true(sink->has(sink, "containers/" A "/inspect.json"));
	assert_true(sink->has(sink, "containers/" B "/inspect.json"));
	for (size_t i = 0; i < 2; i++)
		ir_resume_free(&r[i]);
	free(bt_end(b));
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, J1, "run 2 went on with it");
	bt_rm(dir);
}

/* Only what was asked for and not brought to its end is missing. */
static void
test_several_left(void **state)
{
	struct ir_resume r;

	(void)state;
	for (int with_b = 0; with_b <= 1; with_b++)
		for (int on = 0; on <= 1; on++) {
			ir_auto_free char *dir = killed(with_b == 1);
			struct ir_bundle *b = next_run(dir);
			bool whole = with_b == 1 && on == 1;

			if (on == 1) {
				go_on(b, with_b == 1 ? &of_b : &of_a, &r);
				ir_resume_free(&r);
			}
			free(bt_end(b));
			bt_seal(dir, "alice", NULL);
			bt_verdict(dir, whole ? IR_VALID : IR_INCOMPLETE,
			    whole ? NULL : J1, "");
			bt_rm(dir);
		}
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_again),
    cmocka_unit_test(test_again_unnamed),
    cmocka_unit_test(test_cut_twice),
    cmocka_unit_test(test_threads),
    cmocka_unit_test(test_several),
    cmocka_unit_test(test_several_left),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
