/* SPDX-License-Identifier: ISC
 *
 * A capture that was cut off, and the one that goes on with it: what is kept,
 * what is taken again, what seal and verify make of it, and what of it can be
 * forged.
 */
#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/resume.h"
#include "bundle/stream.h"
#include "tests/unit/bundletest.h"
#include "json/json.h"

#define J3  "journal/0003-ir-test.jsonl"
#define ID  "1111111111111111111111111111111111111111111111111111111111111111"
#define IMG "2222222222222222222222222222222222222222222222222222222222222222"
#define DIR "containers/" ID

static const struct ir_resume_places usual = {
    .container = ID,
    .name = "web",
    .engine_dir = "engine",
    .dir = DIR,
    .image_dir = "images/" IMG,
};

static char *dir; /* of the bundle that a test works on */

static struct ir_bundle *
next_run(void)
{
	struct ir_bundle_who who = bt_who("alice", "alice");
	struct ir_err err;
	struct ir_bundle *b = ir_bundle_open(dir, &err);

	if (b == NULL || ir_bundle_begin(b, &who, NULL, &err) == -1)
		fail_msg("%s", err.msg);
	return b;
}

static void
done(struct ir_bundle *b, const char *collector)
{
	struct ir_err err;

	assert_int_equal(
	    ir_bundle_outcome(b, collector, ID, IR_COLLECTED, "", 1, &err), 0);
}

/* A part of which big bytes, if any, are attested, and four more are not. */
static void
tear(struct ir_bundle *b, const char *path, size_t big)
{
	ir_auto_free char *block = calloc(1, big + 1);
	struct ir_sink *sink = ir_bundle_sink(b);
	struct ir_err err;
	struct ir_stream *s = sink->open(sink, path, &err);

	if (s == NULL || s->write(s, block, big, &err) == -1 ||
	    s->write(s, "tail", 4, &err) == -1)
		_exit(1);
}

/* Killed in the midst of its tree. */
static void
cut_off(struct ir_bundle *b, const struct ir_resume_places *p, size_t big)
{
	struct ir_err err;
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (ir_resume_say(b, p, &err) == -1 ||
		    ir_bundle_sink(b)->change(ir_bundle_sink(b),
			"container 111111111111: paused for the capture",
			"unpaused at its end", "", &err) == -1)
			_exit(1);
		if (p->resumes == 0) {
			bt_add(b, "engine/info.json", "{}\n");
			done(b, "engine");
			bt_add(b, DIR "/inspect.json", "{}\n");
		}
		tear(b, DIR "/filesystem.tar", big);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	ir_bundle_close(b);
}

static void
first_cut_off(void)
{
	struct ir_bundle *b = bt_new("alice");

	free(dir);
	dir = bt_path("%s", ir_bundle_dir(b));
	cut_off(b, &usual, IR_CHUNK_BYTES);
}

/* Goes on with run, and fails if it should not be able to. */
static struct ir_bundle *
go_on(unsigned run, struct ir_resume *r)
{
	struct ir_resume_places p = usual;
	struct ir_bundle *b = next_run();
	struct ir_err err;

	if (ir_resume_find(b, ID, r, &err) == -1)
		fail_msg("%s", err.msg);
	assert_int_equal(r->run, run);
	if (ir_resume_keep(b, r, &err) == -1)
		fail_msg("%s", err.msg);
	p.resumes = run;
	assert_int_equal(ir_resume_say(b, &p, &err), 0);
	return b;
}

static void
finish(struct ir_bundle *b)
{
	bt_add(b, DIR "/filesystem.tar", "a tree");
	done(b, "filesystem");
	free(bt_end(b));
}

static void
test_goes_on(void **state)
{
	struct ir_journal_end end;
	struct ir_resume r;

	(void)state;
	first_cut_off();
	struct ir_bundle *b = go_on(1, &r);
	struct ir_sink *sink = ir_bundle_sink(b);
	assert_string_equal(r.engine_dir, "engine");
	assert_string_equal(r.dir, DIR);
	assert_string_equal(r.image_dir, "images/" IMG);
	assert_int_equal(ir_json_int(r.outcomes, "engine.run"), 1);
	assert_int_equal(json_object_size(r.outcomes), 1);
	assert_int_equal(r.frozen, 1);
	assert_int_equal(strlen(r.frozen_at), 27);
	assert_int_equal(r.files, 2);
	assert_int_equal(r.bytes, 6);
	assert_true(sink->has(sink, "engine/info.json"));
	assert_true(sink->has(sink, DIR "/inspect.json"));
	assert_false(sink->has(sink, DIR "/filesystem.tar"));
	finish(b);
	ir_resume_free(&r);
	json_auto_t *l = bt_lines(dir, J2, &end);
	const json_t *torn = NULL, *line;
	size_t i;
	json_array_foreach (l, i, line)
		if (strcmp(ir_json_str(line, "ev"), "torn") == 0)
			torn = line;
	assert_int_equal(ir_json_int(torn, "size"), IR_CHUNK_BYTES + 4);
	assert_string_equal(
	    ir_json_str(torn, "part"), "data/" DIR "/filesystem.tar.part");
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, "data/" DIR "/filesystem.tar.part",
	    "67108864 of its 67108868 bytes are attested; run 2 took");
	bt_verdict(dir, IR_VALID, J1, "run 2 went on with it");
	bt_rm(dir);
}

/* Two were cut off, the second before it attested anything. */
static void
test_chain(void **state)
{
	struct ir_resume_places again = usual;
	struct ir_resume r;

	(void)state;
	again.resumes = 1;
	first_cut_off();
	struct ir_bundle *b = go_on(1, &r);
	ir_resume_free(&r);
	free(bt_end(b)); /* with 0, so finished: */
	b = next_run();
	struct ir_err err;
	assert_int_equal(ir_resume_find(b, ID, &r, &err), 0);
	assert_int_equal(r.run, 0);
	ir_resume_free(&r);
	ir_bundle_close(b);
	bt_rm(dir);

	first_cut_off();
	b = next_run();
	assert_int_equal(ir_resume_find(b, ID, &r, &err), 0);
	assert_int_equal(ir_resume_keep(b, &r, &err), 0);
	cut_off(b, &again, 0);
	ir_resume_free(&r);
	ir_auto_free char *part =
	    bt_path("%s/data/" DIR "/filesystem.tar.0002.part", dir);
	assert_true(bt_exists(part));
	b = go_on(2, &r);
	assert_int_equal(r.frozen, 2);
	assert_int_equal(ir_json_int(r.outcomes, "engine.run"), 1);
	assert_int_equal(r.files, 2);
	finish(b);
	ir_resume_free(&r);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, J1, "run 3 went on with it");
	bt_verdict(dir, IR_VALID, J2, "run 3 went on with it");
	bt_verdict(dir, IR_VALID, "data/" DIR "/filesystem.tar.0002.part",
	    "0 of its 4 bytes are attested; run 3 took");
	bt_rm(dir);
}

/* It said that a file is whole, and was killed before it gave it its name; so
 * was the one that took a file again. */
static void
test_pending(void **state)
{
	static const char unname[] =
	    "cd $1/data/" DIR " && mv filesystem.tar filesystem.tar.0002.part";
	struct ir_resume r;
	char out[256];

	(void)state;
	first_cut_off();
	assert_int_equal(
	    bt_sh(out, sizeof(out),
		"cd $1/data/" DIR " && mv inspect.json inspect.json.part", dir),
	    0);
	struct ir_bundle *b = go_on(1, &r);
	ir_auto_free char *whole = bt_path("%s/data/" DIR "/inspect.json", dir);
	assert_true(bt_exists(whole));
	finish(b);
	ir_resume_free(&r);
	assert_int_equal(bt_sh(out, sizeof(out), unname, dir), 0);
	bt_verdict(dir, IR_UNSEALED, NULL, NULL);
	bt_seal(dir, "alice", NULL);
	bt_verdict(dir, IR_VALID, "data/" DIR "/filesystem.tar.part",
	    "run 2 took the file again");
	bt_rm(dir);
}

/* Neither one that works, nor one that somebody goes on with, nor a file that
 * changed. */
static void
test_not(void **state)
{
	struct ir_resume r, other;
	struct ir_err err;

	(void)state;
	first_cut_off();
	struct ir_bundle *b = go_on(1, &r), *c = next_run();
	assert_int_equal(ir_resume_find(c, ID, &other, &err), 0);
	assert_int_equal(other.run, 0);
	ir_resume_free(&other);
	assert_int_equal(ir_resume_find(c, IMG, &other, &err), 0);
	assert_int_equal(other.run, 0);
	ir_resume_free(&other);
	ir_bundle_close(c);
	ir_resume_free(&r);
	ir_bundle_close(b);
	assert_int_equal(ir_resume_lost((c = next_run()), "web"), 2);
	assert_int_equal(ir_resume_lost(c, "1111"), 2);
	assert_int_equal(ir_resume_lost(c, "db"), 0);
	ir_auto_free char *file = bt_path("%s/data/" DIR "/inspect.json", dir);
	bt_flip(file, 1);
	assert_int_equal(ir_resume_find(c, ID, &r, &err), 0);
	assert_int_equal(r.run, 2);
	assert_int_equal(ir_resume_keep(c, &r, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "inspect.json: was modified"));
	struct ir_sink *sink = ir_bundle_sink(c);
	assert_false(sink->has(sink, "engine/info.json"));
	bt_flip(file, 1);
	bt_spit(file, "{}\n ", 4);
	assert_int_equal(ir_resume_keep(c, &r, &err), -1);
	unlink(file);
	ir_resume_free(&r);
	assert_int_equal(ir_resume_find(c, ID, &r, &err), 0);
	assert_int_equal(ir_resume_keep(c, &r, &err), -1);
	assert_non_null(strstr(err.msg, "inspect.json: is missing"));
	ir_resume_free(&r);
	ir_bundle_close(c);
	bt_rm(dir);
}

/* Who paused it last? */
static void
test_frozen(void **state)
{
	static const struct {
		const char *ev, *fields;
		unsigned frozen;
	} t[] = {
	    {"x", "{}", 1},
	    {"hold", "{\"container\":\"" ID "\"}", 0},
	    {"hold", "{\"container\":\"" IMG "\"}", 1},
	    {"window", "{\"container\":\"" ID "\"}", 0},
	    {"change", "{\"what\":\"container 111111111111: paused\"}", 0},
	    {"change", "{\"what\":\"container 111111111111: unpaused\"}", 0},
	    {"change", "{\"what\":\"container 222222222222: paused\"}", 1},
	};
	struct ir_resume r;
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		first_cut_off();
		struct ir_bundle *b = next_run();
		assert_int_equal(ir_bundle_event(b, t[i].ev,
				     json_loads(t[i].fields, 0, NULL), &err),
		    0);
		free(bt_end(b));
		b = next_run();
		assert_int_equal(ir_resume_find(b, ID, &r, &err), 0);
		assert_int_equal(r.run, 1);
		assert_int_equal(r.frozen, t[i].frozen);
		ir_resume_free(&r);
		ir_bundle_close(b);
		bt_rm(dir);
	}
}

#define CAPTURE(dir, rest)                                           \
	"{\"container\":\"" ID "\",\"name\":\"web\",\"engine_dir\":" \
	"\"data/engine\",\"dir\":\"" dir "\",\"image_dir\":null" rest "}"

/* What stands in the journal of a run after one that was cut off. */
static void
test_forged(void **state)
{
	static const struct {
		const char *ev, *fields;
		enum ir_verdict verdict;
		const char *word;
	} t[] = {
	    {"capture", CAPTURE("data/" DIR, ",\"resumes\":1"), IR_UNSEALED,
		NULL},
	    {"capture", CAPTURE("data/../../x", ""), IR_HOSTILE,
		"no proper capture line"},
	    {"capture", CAPTURE("/data/x", ""), IR_HOSTILE, "no proper"},
	    {"capture", CAPTURE("x", ""), IR_HOSTILE, "no proper"},
	    {"capture", CAPTURE("data/x", ",\"resumes\":\"1\""), IR_HOSTILE,
		"no proper"},
	    {"capture", CAPTURE("data/x", ",\"resumes\":-1"), IR_HOSTILE,
		"no proper"},
	    {"capture", CAPTURE("data/x", ",\"resumes\":4294967297"),
		IR_HOSTILE, "no proper"},
	    {"capture", CAPTURE("data/x", ",\"resumes\":2"), IR_CHAIN,
		"goes on with run 2, which"},
	    {"capture", "{\"container\":\"x\"}", IR_HOSTILE, "no proper"},
	    {"torn",
		"{\"path\":\"data/x\",\"part\":\"data/y.part\",\"size\":1,"
		"\"sha256\":\"" ID "\"}",
		IR_HOSTILE, "no proper torn line"},
	    {"torn",
		"{\"path\":\"data/x\",\"part\":\"data/x.part\",\"size\":-1,"
		"\"sha256\":\"" ID "\"}",
		IR_HOSTILE, "no proper torn line"},
	    {"torn",
		"{\"path\":\"data/" DIR "/filesystem.tar\",\"part\":\"data/" DIR
		"/filesystem.tar.part\",\"size\":1,\"sha256\":\"" ID "\"}",
		IR_CHAIN, "do not follow"},
	    {"stream-close",
		"{\"path\":\"data/x\",\"part\":\"data/x.0001.part\",\"size\":"
		"1,\"sha256\":\"" ID "\",\"end\":\"complete\"}",
		IR_HOSTILE, "no proper stream-close line"},
	    {"stream-close",
		"{\"path\":\"data/engine/info.json\",\"part\":\"data/engine/"
		"info.json.0002.part\",\"size\":1,\"sha256\":\"" ID
		"\",\"end\":\"complete\"}",
		IR_CHAIN, "do not follow"},
	};
	struct ir_resume r;
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		first_cut_off();
		struct ir_bundle *b = next_run();
		assert_int_equal(ir_bundle_event(b, t[i].ev,
				     json_loads(t[i].fields, 0, NULL), &err),
		    0);
		free(bt_end(b));
		bt_verdict(dir, t[i].verdict, t[i].word != NULL ? J2 : NULL,
		    t[i].word);
		if (t[i].word != NULL) {
			b = next_run();
			assert_int_equal(ir_resume_find(b, ID, &r, &err), -1);
			assert_int_equal(err.code, IR_EFORMAT);
			ir_resume_free(&r);
			ir_bundle_close(b);
		}
		bt_rm(dir);
	}
}

/* A place that is well-formed, and where no capture puts anything. */
static void
test_elsewhere(void **state)
{
	static const char *const places[] = {"actions", "containers/" IMG,
	    DIR "/run-1", DIR "/run-0001/x", DIR "x"};
	struct ir_resume_places p = usual;
	struct ir_resume r;
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct ir_bundle *b = bt_new("alice");

		free(dir);
		dir = bt_path("%s", ir_bundle_dir(b));
		p.dir = places[i];
		cut_off(b, &p, 0);
		b = next_run();
		assert_int_equal(ir_resume_find(b, ID, &r, &err), -1);
		assert_non_null(strstr(err.msg, "where no capture puts it"));
		assert_int_equal(r.run, 0);
		ir_resume_free(&r);
		ir_bundle_close(b);
		bt_rm(dir);
	}
}

/* What somebody does to a bundle in which a file was taken again. */
static void
test_attacks(void **state)
{
#define TREE "data/" DIR "/filesystem.tar"
	static const struct bt_attack t[] = {
	    {":", IR_UNSEALED, NULL, NULL},
	    {"printf x >>$1/" TREE ".part", IR_CONTENT, TREE ".part",
		"when run 2 left it"},
	    {"printf x | dd of=$1/" TREE ".part bs=1 conv=notrunc status=none "
	     "seek=67108866",
		IR_CONTENT, TREE ".part", "when run 2 left it"},
	    {"printf x | dd of=$1/" TREE ".part bs=1 conv=notrunc status=none",
		IR_CONTENT, TREE ".part", "was modified"},
	    {"rm $1/" TREE ".part", IR_CONTENT, TREE ".part", "is missing"},
	    {"echo x >$1/" TREE ".0001.part", IR_CONTENT, TREE ".0001.part",
		"no journal says that it was left there"},
	    {"cp $1/" TREE " $1/" TREE ".0002.part", IR_CONTENT,
		TREE ".0002.part", "lies beside the whole file"},
	    {"rm $1/" TREE, IR_CONTENT, TREE, "is missing"},
	};
	struct ir_resume r;

	(void)state;
	first_cut_off();
	struct ir_bundle *b = go_on(1, &r);
	finish(b);
	ir_resume_free(&r);
	BT_ATTACKS(dir, t);
	bt_rm(dir);
}

/* What was left before any of it was attested, by two runs in turn. */
static void
test_unattested(void **state)
{
	static const struct bt_attack t[] = {
	    {":", IR_UNSEALED, NULL, NULL},
	    {"rm $1/" TREE ".part", IR_CONTENT, TREE ".part",
		"is missing: it had 4 bytes when run 2 left it"},
	    {"printf TAIL >$1/" TREE ".part", IR_CONTENT, TREE ".part",
		"was modified"},
	    {"printf tai >$1/" TREE ".part", IR_CONTENT, TREE ".part",
		"has 3 bytes, and had 4"},
	};
	struct ir_resume_places p = usual;
	struct ir_resume r;
	struct ir_bundle *b = bt_new("alice");
	struct ir_err err;

	(void)state;
	free(dir);
	dir = bt_path("%s", ir_bundle_dir(b));
	cut_off(b, &p, 0);
	b = go_on(1, &r);
	finish(b);
	ir_resume_free(&r);
	BT_ATTACKS(dir, t);
	b = next_run();
	assert_int_equal(ir_bundle_event(b, "torn",
			     json_pack("{s:s, s:s, s:i, s:s}", "path", TREE,
				 "part", TREE ".part", "size", 5, "sha256", ID),
			     &err),
	    0);
	free(bt_end(b));
	bt_verdict(dir, IR_CHAIN, J3, "do not follow from one another");
	bt_rm(dir);
}

static int
leave(void **state)
{
	free(dir);
	return bt_leave(state);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_goes_on),
    cmocka_unit_test(test_chain),
    cmocka_unit_test(test_pending),
    cmocka_unit_test(test_not),
    cmocka_unit_test(test_frozen),
    cmocka_unit_test(test_forged),
    cmocka_unit_test(test_elsewhere),
    cmocka_unit_test(test_attacks),
    cmocka_unit_test(test_unattested),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, leave);
}
