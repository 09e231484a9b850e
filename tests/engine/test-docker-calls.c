/* SPDX-License-Identifier: ISC
 *
 * Every call of lib/docker against a real engine.
 *
 *	IR_TEST_ENGINE	the engine's address; without it all is skipped
 *	IR_TEST_IMAGE	an image on it that has busybox
 *
 * With the words "logs NAME" it writes that container's log instead, for a
 * test that compares it with the engine's own file.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "docker/container.h"
#include "docker/image.h"
#include "docker/logs.h"
#include "docker/raw.h"
#include "json/json.h"

/* More containers than hex digits: two ids begin with the same one. */
#define MANY 17

static struct ir_docker *d;
static struct ir_err err;

/* The call's result, with its words where it fails. */
static int
ok_(int rc, int line)
{
	if (rc == -1)
		fail_msg("line %d: %s", line, err.msg);
	return rc;
}
#define OK(call) assert_int_equal(ok_(call, __LINE__), 0)

#define FAILS(call, want, words)                                    \
	do {                                                        \
		assert_int_equal(call, -1);                         \
		assert_int_equal(err.code, want);                   \
		if (strstr(err.msg, words) == NULL)                 \
			fail_msg("line %d: %s", __LINE__, err.msg); \
	} while (0)

static char *
create(const char *name, const char *command)
{
	json_auto_t *body = json_pack("{s:s,s:[s,s,s,s],s:{s:s}}", "Image",
	    getenv("IR_TEST_IMAGE"), "Cmd", "/bin/busybox", "sh", "-c", command,
	    "HostConfig", "NetworkMode", "none");
	char full[80];
	char *id;

	snprintf(full, sizeof(full), "docker-calls-%d-%s", getpid(), name);
	id = ir_docker_create(d, full, body, &err);
	if (id == NULL)
		fail_msg("%s", err.msg);
	return id;
}

static char *
run_one(const char *name, const char *command)
{
	char *id = create(name, command);

	OK(ir_docker_start(d, id, &err));
	return id;
}

static int
gather(void *arg, const void *p, size_t n, struct ir_err *e)
{
	ir_buf_add(arg, p, n);
	return ir_buf_ok(arg, e);
}

static json_t *
raw(enum ir_docker_raw what, const char *id)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	json_t *j;

	OK(ir_docker_raw(d, what, id, gather, &b, &err));
	j = ir_json_parse(b.p, b.len, "", &err);
	assert_non_null(j);
	return j;
}

static void
paused_is(const char *id, bool want)
{
	json_auto_t *j = ir_docker_inspect(d, id, &err);

	assert_non_null(j);
	assert_true(ir_json_true(j, "State.Paused") == want);
	assert_true(ir_json_true(j, "State.Running"));
}

/* podman says nothing of the processes of one that is frozen. */
static void
no_top(const char *id)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	OK(ir_docker_raw(d, IR_RAW_TOP, id, gather, &b, &err));
	assert_int_equal(b.len, 0);
}

/* Its only process, by the name that it has in the end. */
static void
until_it_sleeps(const char *id)
{
	for (int i = 0; i < 600; i++) {
		json_auto_t *top = raw(IR_RAW_TOP, id);
		ir_auto_free char *text = json_dumps(top, 0);

		if (text != NULL && strstr(text, "\"sleep 1000\"") != NULL)
			return;
		usleep(100000);
	}
	fail_msg("it does not sleep");
}

/* The first sample that 20.10 takes may be empty, and all of an engine that has
 * no metrics of its containerd: that is said. */
static void
sample(const char *id)
{
	for (int i = 0; i < 20; i++) {
		json_auto_t *stats = raw(IR_RAW_STATS, id);

		assert_true(json_is_object(stats));
		if (ir_json_int(stats, "pids_stats.current") > 0)
			return;
		usleep(500000);
	}
	print_message("# the engine gives empty samples only\n");
}

/* Frozen, a container still shows its processes and their use. */
static void
look_at(const char *id, bool frozen)
{
	if (frozen && ir_docker_is_podman(d)) {
		no_top(id);
		return;
	}
	json_auto_t *top = raw(IR_RAW_TOP, id);
	json_auto_t *changes = raw(IR_RAW_CHANGES, id);
	const json_t *row =
	    json_array_get(json_object_get(top, "Processes"), 0);
	const json_t *titles = json_object_get(top, "Titles");
	size_t last = json_array_size(titles) - 1;

	assert_string_equal(
	    json_string_value(json_array_get(titles, 0)), "PID");
	assert_int_equal(json_array_size(row), last + 1);
	assert_non_null(
	    strstr(json_string_value(json_array_get(row, last)), "sleep 1000"));
	sample(id);
	assert_true(json_is_array(changes));
}

static void
test_pause(void **state)
{
	ir_auto_free char *id =
	    run_one("pause", "echo x >/file; exec sleep 1000");

	(void)state;
	until_it_sleeps(id);
	look_at(id, false);
	OK(ir_docker_pause(d, id, &err));
	paused_is(id, true);
	look_at(id, true);
	FAILS(ir_docker_pause(d, id, &err), IR_EPROTO, "paused");
	OK(ir_docker_unpause(d, id, &err));
	paused_is(id, false);
	FAILS(ir_docker_unpause(d, id, &err), IR_EPROTO, "not paused");
	OK(ir_docker_remove(d, id, true, &err));
}

/* podman 4 has no such call. */
static void
policies(const char *id)
{
	if (ir_docker_is_podman(d)) {
		FAILS(ir_docker_restart_policy(d, id, "no", 0, &err), IR_ENOENT,
		    "");
		return;
	}
	OK(ir_docker_restart_policy(d, id, "on-failure", 3, &err));
	FAILS(ir_docker_restart_policy(d, id, "perhaps", 0, &err), IR_EPROTO,
	    "perhaps");
	json_auto_t *after = ir_docker_inspect(d, id, &err);
	assert_int_equal(
	    ir_json_int(after, "HostConfig.RestartPolicy.MaximumRetryCount"),
	    3);
	OK(ir_docker_restart_policy(d, id, "no", 0, &err));
}

static void
test_life(void **state)
{
	ir_auto_free char *id = run_one("life", "exec sleep 1000");
	ir_auto_free char *stopped = create("stopped", "true");
	char name[80];

	(void)state;
	OK(ir_docker_start(d, id, &err)); /* 304 */
	snprintf(name, sizeof(name), "docker-calls-%d-renamed", getpid());
	OK(ir_docker_rename(d, id, name, &err));
	json_auto_t *j = ir_docker_find(d, name, &err);
	assert_non_null(j);
	assert_string_equal(ir_json_str(j, "Id"), id);
	assert_string_equal(ir_docker_name(j), name);
	FAILS(ir_docker_rename(d, stopped, name, &err), IR_EPROTO,
	    "already in use");
	FAILS(ir_docker_rename(d, stopped, "-", &err), IR_EPROTO, "a-zA-Z0-9");
	policies(id);
	FAILS(ir_docker_remove(d, id, false, &err), IR_EPROTO, "running");
	FAILS(ir_docker_pause(d, stopped, &err), IR_EPROTO, "not running");
	OK(ir_docker_kill(d, id, &err));
	FAILS(ir_docker_kill(d, id, &err), IR_EPROTO, "running");
	OK(ir_docker_remove(d, id, false, &err));
	FAILS(ir_docker_remove(d, id, true, &err), IR_ENOENT, "o such");
	FAILS(ir_docker_start(d, id, &err), IR_ENOENT, "o such");
	assert_null(ir_docker_inspect(d, id, &err));
	assert_int_equal(err.code, IR_ENOENT);
	OK(ir_docker_remove(d, stopped, true, &err));
}

/* A digit with which more than one of the listed ids begins. */
static char
common_digit(const json_t *list)
{
	int seen[128] = {0};
	const json_t *c;
	size_t i;

	json_array_foreach (list, i, c) {
		char digit = ir_json_str(c, "Id")[0];

		if (++seen[(unsigned char)digit & 127] > 1)
			return digit;
	}
	return '\0';
}

static void
test_find(void **state)
{
	char *ids[MANY], prefix[13];
	json_t *j;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		char name[8];

		snprintf(name, sizeof(name), "%zu", i);
		ids[i] = create(name, "true");
	}
	json_auto_t *list = ir_docker_list(d, &err);
	assert_true(json_array_size(list) >= MANY);
	snprintf(prefix, sizeof(prefix), "%c", common_digit(list));
	assert_null(ir_docker_find(d, prefix, &err));
	assert_int_equal(err.code, IR_EUSAGE);
	assert_non_null(strstr(err.msg, "is the beginning of"));
	for (size_t i = 0; i < MANY; i++) {
		snprintf(prefix, sizeof(prefix), "%s", ids[i]);
		j = ir_docker_find(d, prefix, &err);
		assert_string_equal(ir_json_str(j, "Id"), ids[i]);
		json_decref(j);
		OK(ir_docker_remove(d, ids[i], false, &err));
		free(ids[i]);
	}
	assert_null(ir_docker_find(d, prefix, &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_null(ir_docker_find(d, "no/../such?x", &err));
	assert_int_equal(err.code, IR_ENOENT);
}

static int
hash(void *arg, const void *p, size_t n, struct ir_err *e)
{
	(void)e;
	ir_sha256_update(arg, p, n);
	return 0;
}

static void
export_hash(const char *id, char hex[IR_SHA256_HEX])
{
	struct ir_sha256 *sha = ir_sha256_new(&err);

	assert_non_null(sha);
	OK(ir_docker_raw(d, IR_RAW_EXPORT, id, hash, sha, &err));
	OK(ir_sha256_peek(sha, hex, &err));
	ir_sha256_free(sha);
}

static int
refuse(void *arg, const void *p, size_t n, struct ir_err *e)
{
	(void)arg;
	(void)p;
	(void)n;
	return ir_fail(e, IR_EIO, "disk full");
}

static void
test_export(void **state)
{
	ir_auto_free char *id = run_one("export", "exec sleep 1000");
	char one[IR_SHA256_HEX], two[IR_SHA256_HEX];

	(void)state;
	OK(ir_docker_pause(d, id, &err));
	export_hash(id, one);
	FAILS(ir_docker_raw(d, IR_RAW_EXPORT, id, refuse, NULL, &err), IR_EIO,
	    "disk full");
	/* The connection that was left in the middle does no harm. */
	export_hash(id, two);
	assert_string_equal(one, two);
	OK(ir_docker_remove(d, id, true, &err));
	FAILS(ir_docker_raw(d, IR_RAW_EXPORT, id, refuse, NULL, &err),
	    IR_ENOENT, "o such container");
}

static void
test_images(void **state)
{
	ir_auto_free char *id = run_one("commit", "exec sleep 1000");
	ir_auto_free char *repo = NULL, *tag = NULL, *image = NULL;
	char ref[300], name[40];

	(void)state;
	snprintf(name, sizeof(name), "Docker Calls/%d", getpid());
	OK(ir_docker_evidence_name(name, "/web", &repo, &tag, &err));
	OK(ir_docker_pause(d, id, &err));
	image = ir_docker_commit(d, id, repo, tag, "why & how", &err);
	assert_non_null(image);
	paused_is(id, true);
	OK(ir_docker_unpause(d, id, &err));
	OK(ir_docker_remove(d, id, true, &err));
	snprintf(ref, sizeof(ref), "%s:%s", repo, tag);
	json_auto_t *doc = ir_docker_image(d, ref, &err);
	assert_string_equal(ir_json_str(doc, "Id"), image);
	assert_string_equal(ir_json_str(doc, "Comment"), "why & how");
	json_auto_t *history = raw(IR_RAW_HISTORY, image + 7);
	assert_true(json_array_size(history) >= 2);
	OK(ir_docker_delete(d, &err, "/images/%s", ref));
	assert_null(ir_docker_image(d, ref, &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_non_null(strstr(err.msg, "no such image"));
	assert_null(ir_docker_baseline(d, ref, "mark", &err));
	assert_int_equal(err.code, IR_ENOENT);
}

static size_t
volumes(void)
{
	json_auto_t *doc = ir_docker_get(d, &err, "/volumes");

	assert_non_null(doc);
	return json_array_size(json_object_get(doc, "Volumes"));
}

/* An image with volumes, of the one that is given. */
static char *
image_with_volumes(void)
{
	ir_auto_free char *id = create("volumes", "true");
	json_auto_t *config = json_pack("{s:{s:{},s:{},s:{}},s:s,s:[s]}",
	    "Volumes", "/bin", "/bin/", "/new", "WorkingDir", "/work/here",
	    "Entrypoint", "/absent");
	json_t *answer = NULL;
	char *image;

	OK(ir_docker_post(
	    d, config, &answer, &err, "/commit?container=%s", id));
	image = strdup(ir_json_str(answer, "Id"));
	json_decref(answer);
	OK(ir_docker_remove(d, id, true, &err));
	return image;
}

/* Nothing but the container comes into being: no volume, no copy, no folder. */
static void
test_baseline(void **state)
{
	ir_auto_free char *image = image_with_volumes();
	ir_auto_buf struct ir_buf tar = IR_BUF_INIT;
	ir_auto_free char *id = NULL;
	size_t before;

	(void)state;
	before = volumes();
	id = ir_docker_baseline(d, image, "the mark", &err);
	if (id == NULL)
		fail_msg("%s", err.msg);
	assert_int_equal(volumes(), before);
	json_auto_t *doc = ir_docker_inspect(d, id, &err);
	assert_string_equal(
	    json_string_value(json_object_get(
		ir_json_at(doc, "Config.Labels"), "ir-tools.baseline")),
	    "the mark");
	assert_string_equal(ir_json_str(doc, "HostConfig.NetworkMode"), "none");
	assert_string_equal(ir_json_str(doc, "State.Status"), "created");
	assert_non_null(strstr(ir_json_str(doc, "Image"), image));
	OK(ir_docker_raw(d, IR_RAW_EXPORT, id, gather, &tar, &err));
	assert_non_null(memmem(tar.p, tar.len, "bin/busybox", 12));
	assert_null(memmem(tar.p, tar.len, "work/", 6));
	assert_null(memmem(tar.p, tar.len, "new/", 5));
	FAILS(ir_docker_start(d, id, &err), IR_EPROTO, "never-started");
	OK(ir_docker_remove(d, id, false, &err));
	OK(ir_docker_delete(d, &err, "/images/%s", image));
}

static void
test_events(void **state)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	int64_t since = time(NULL) - 1;
	ir_auto_free char *id = run_one("events", "exec sleep 1000");

	(void)state;
	OK(ir_docker_pause(d, id, &err));
	OK(ir_docker_remove(d, id, true, &err));
	OK(ir_docker_events(d, since, time(NULL) + 1, gather, &b, &err));
	assert_non_null(strstr(b.p, "\"pause\""));
	assert_non_null(strstr(b.p, id));
}

static void
test_logs(void **state)
{
	json_auto_t *body = json_pack("{s:s,s:[s,s],s:{s:{s:s}}}", "Image",
	    getenv("IR_TEST_IMAGE"), "Cmd", "/bin/busybox", "true",
	    "HostConfig", "LogConfig", "Type", "none");
	struct ir_docker_log_wish wish = {.tty = false};
	struct ir_docker_log_counts counts;
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	char name[80];

	(void)state;
	snprintf(name, sizeof(name), "docker-calls-%d-nolog", getpid());
	ir_auto_free char *id = ir_docker_create(d, name, body, &err);
	assert_non_null(id);
	FAILS(ir_docker_logs(d, id, &wish, gather, &b, &counts, &err),
	    IR_EPROTO, "read"); /* each in its own words */
	OK(ir_docker_remove(d, id, true, &err));
	FAILS(ir_docker_logs(d, id, &wish, gather, &b, &counts, &err),
	    IR_ENOENT, "o such container");
}

static int
print(void *arg, const void *p, size_t n, struct ir_err *e)
{
	(void)arg;
	return fwrite(p, 1, n, stdout) == n ? 0 : ir_fail_errno(e, "stdout");
}

static int
print_log(const char *name, const char *since, const char *tail)
{
	struct ir_docker_log_counts counts;
	json_auto_t *doc = ir_docker_find(d, name, &err);
	struct ir_docker_log_wish wish = {
	    .tty = ir_json_true(doc, "Config.Tty"),
	    .since = since != NULL ? atoll(since) : 0,
	    .tail = tail != NULL ? strtoull(tail, NULL, 10) : 0,
	};

	if (doc != NULL && ir_docker_logs(d, ir_json_str(doc, "Id"), &wish,
			       print, NULL, &counts, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.msg);
	return 1;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_pause),
    cmocka_unit_test(test_life),
    cmocka_unit_test(test_find),
    cmocka_unit_test(test_export),
    cmocka_unit_test(test_images),
    cmocka_unit_test(test_baseline),
    cmocka_unit_test(test_events),
    cmocka_unit_test(test_logs),
};

int
main(int argc, char **argv)
{
	const char *engine = getenv("IR_TEST_ENGINE");
	int rc;

	if (engine == NULL || getenv("IR_TEST_IMAGE") == NULL) {
		puts("1..0 # SKIP IR_TEST_ENGINE or IR_TEST_IMAGE is not set");
		return 0;
	}
	if ((d = ir_docker_open(engine, &err)) == NULL) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (argc >= 3 && argc <= 5 && strcmp(argv[1], "logs") == 0)
		rc = print_log(argv[2], argc > 3 ? argv[3] : NULL,
		    argc > 4 ? argv[4] : NULL);
	else
		rc = cmocka_run_group_tests(tests, NULL, NULL);
	ir_docker_close(d);
	return rc;
}
