/* SPDX-License-Identifier: ISC
 *
 * docker: negotiation, errors in their three shapes, limits, and what the
 * calls say on the wire.  The real engine's turn is in tests/engine.
 */
#include "tests/unit/unit.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/text.h"
#include "docker/container.h"
#include "docker/image.h"
#include "docker/logs.h"
#include "docker/raw.h"
#include "tests/unit/scripted.h"
#include "json/json.h"

#define ID "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static struct ir_docker *
open_engine(const struct scripted *s)
{
	struct ir_docker *d;
	struct ir_err err;

	d = ir_docker_open(s->where, &err);
	assert_non_null(d);
	return d;
}

static void
version_fails(const char *scenario, enum ir_code code, const char *words)
{
	struct ir_err err = {0};
	struct ir_docker *d;
	struct scripted s;

	if (!scripted_start(&s, scenario, NULL))
		skip();
	d = open_engine(&s);
	assert_null(ir_docker_get(d, &err, "/version"));
	if (err.code != code || strstr(err.msg, words) == NULL)
		fail_msg("%s: %d %s", scenario, err.code, err.msg);
	ir_docker_close(d);
	scripted_stop(&s);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *scenario, *words;
		enum ir_code code;
	} v[] = {
	    {"docker-error",
		"the engine says: it is broken (500 to GET /version)",
		IR_EPROTO},
	    {"podman-error", "the engine says: it is broken (500", IR_EPROTO},
	    {"text-error", "the engine says: it is broken (500", IR_EPROTO},
	    {"no-words", "(503 to GET /version)", IR_EPROTO},
	    {"endless-error", "(500 to GET /version)", IR_EPROTO},
	    {"forbidden", "not for you", IR_EPERM},
	    {"missing", "page not found", IR_ENOENT},
	    {"redirect", "(301 to GET /version)", IR_EPROTO},
	    {"wrong-json", "not JSON: line 1: duplicate", IR_EPROTO},
	    {"deep-json", "depth", IR_EPROTO},
	    {"huge-json", "answer is larger than 16777216 bytes", IR_EPROTO},
	    {"short", "not JSON", IR_EPROTO},
	    {"nothing", "with nothing", IR_EPROTO},
	    {"cut", "broke off", IR_EPROTO},
	    {"api-none", "not as an engine does", IR_EPROTO},
	    {"api-odd", "not as an engine does", IR_EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		version_fails(v[i].scenario, v[i].code, v[i].words);
}

static void
negotiates(const char *scenario, const char *forced, const char *want)
{
	struct ir_docker *d;
	struct scripted s;
	struct ir_err err;
	char line[64];

	if (!scripted_start(&s, scenario, NULL))
		skip();
	if (forced != NULL)
		setenv("DOCKER_API_VERSION", forced, 1);
	d = open_engine(&s);
	assert_string_equal(ir_docker_api(d), "");
	assert_int_equal(ir_docker_status(d), 0);
	for (int i = 0; i < 2; i++) {
		json_auto_t *j = ir_docker_get(d, &err, "/version");
		assert_non_null(j);
	}
	assert_int_equal(ir_docker_status(d), 200);
	assert_string_equal(ir_docker_api(d), want);
	assert_true(
	    ir_docker_is_podman(d) == (strcmp(scenario, "podman") == 0));
	snprintf(line, sizeof(line), "GET /v%s/version ", want);
	assert_int_equal(scripted_requests(&s, line), 2);
	assert_int_equal(scripted_requests(&s, "GET /_ping "), 1);
	ir_docker_close(d);
	scripted_stop(&s);
	unsetenv("DOCKER_API_VERSION");
}

static void
test_versions(void **state)
{
	static const char *const bad[] = {
	    "1", "1.", ".41", "1.41/..", "v1.41", "1.41 ", "1.4.1"};
	struct ir_err err;

	(void)state;
	negotiates("ok", NULL, "1.41");
	negotiates("api-1.24", NULL, "1.24");
	negotiates("api-9.99", NULL, IR_DOCKER_API);
	negotiates("podman", NULL, "1.41");
	negotiates("ok", "1.30", "1.30");
	negotiates("ok", "1.99", "1.99");
	negotiates("ok", "", "1.41");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("DOCKER_API_VERSION", bad[i], 1);
		assert_null(ir_docker_open("/x", &err));
		assert_int_equal(err.code, IR_EUSAGE);
	}
	unsetenv("DOCKER_API_VERSION");
}

static void
finds_not(
    struct ir_docker *d, const char *name, enum ir_code code, const char *words)
{
	struct ir_err err = {0};

	assert_null(ir_docker_find(d, name, &err));
	if (err.code != code || strstr(err.msg, words) == NULL)
		fail_msg("%s: %d %s", name, err.code, err.msg);
}

static void
test_find(void **state)
{
	static const char script[] =
	    "{\"answers\": ["
	    "{\"path\": \"/containers/json\", \"json\": ["
	    "{\"Id\": \"ab1\", \"Names\": [\"/app/db\", \"/one\"]},"
	    "{\"Id\": \"ab2\", \"Names\": null},"
	    "{\"Id\": \"b\", \"Names\": [\"/three\"]}]},"
	    "{\"path\": \"/containers/ab/json\", \"status\": 500, \"json\":"
	    "{\"message\": \"Multiple IDs found with provided prefix: ab\"}},"
	    "{\"path\": \"/containers/err/json\", \"status\": 500, \"json\":"
	    "{\"message\": \"disk on fire\"}},"
	    "{\"path\": \"/containers/evil/json\", \"json\":"
	    "{\"Id\": \"../../images/x\"}}]}";
	struct ir_docker *d;
	struct scripted s;
	struct ir_err err;
	int before;

	(void)state;
	if (!scripted_start(&s, script, NULL))
		skip();
	d = open_engine(&s);
	json_auto_t *j = ir_docker_find(d, "web", &err);
	assert_string_equal(ir_docker_name(j), "web");
	json_auto_t *k = ir_docker_find(d, "/web", &err);
	assert_non_null(k);
	finds_not(
	    d, "nope", IR_ENOENT, "no such container: nope; see docker ps -a");
	finds_not(d, "ab", IR_EUSAGE,
	    "ab is the beginning of 2 ids: ab1 (one), ab2 (ab2); give more");
	finds_not(d, "err", IR_EPROTO, "disk on fire");
	finds_not(d, "evil", IR_EPROTO, "not 64 hex digits");
	finds_not(d, "", IR_EUSAGE, "no container named");
	finds_not(d, "/", IR_EUSAGE, "no container named");
	/* What can be no name is not asked for: it would be a path. */
	before = scripted_requests(&s, "");
	finds_not(d, "..", IR_ENOENT, "no such container: ..");
	finds_not(d, "../images", IR_ENOENT, "no such container");
	finds_not(d, "a/../b?x#y\n", IR_ENOENT, "no such container");
	finds_not(d, "web%2f", IR_ENOENT, "no such container");
	finds_not(d, "\xc3\xa9", IR_ENOENT, "no such container");
	assert_int_equal(scripted_requests(&s, ""), before);
	ir_docker_close(d);
	scripted_stop(&s);
}

struct calls {
	char text[2048];
	size_t n;
};

static void
on_call(void *arg, const char *method, const char *path, long status, double ms)
{
	struct calls *c = arg;

	assert_true(ms >= 0);
	c->n += (size_t)snprintf(c->text + c->n, sizeof(c->text) - c->n,
	    "%s %.20s %ld\n", method, path, status);
}

static int
drop(void *arg, const void *p, size_t n, struct ir_err *err)
{
	(void)p;
	(void)err;
	*(size_t *)arg += n;
	return 0;
}

static void
test_hook(void **state)
{
	struct calls calls = {.n = 0};
	struct ir_docker *d;
	struct scripted s;
	struct ir_err err;
	size_t got = 0;

	(void)state;
	if (!scripted_start(&s, "cut", NULL))
		skip();
	d = open_engine(&s);
	ir_docker_on_call(d, on_call, &calls);
	assert_int_equal(ir_docker_stream(d, drop, &got, &err, "/version"), -1);
	assert_int_equal(got, 100);
	json_auto_t *j = ir_docker_find(d, "web", &err);
	assert_non_null(j);
	assert_int_equal(ir_docker_pause(d, ID, &err), -1);
	assert_string_equal(calls.text, "GET /_ping 200\n"
					"GET /version 200\n"
					"GET /containers/web/json 200\n"
					"POST /containers/cccccccc 404\n");
	scripted_stop(&s);
	calls.n = 0;
	calls.text[0] = '\0';
	assert_int_equal(ir_docker_unpause(d, ID, &err), -1);
	assert_int_equal(err.code, IR_EUNAVAIL);
	assert_int_equal(ir_docker_status(d), 0);
	assert_string_equal(calls.text, "");
	ir_docker_close(d);
}

/* Whatever is not an id never gets into a path. */
static void
test_ids(void **state)
{
	static const char *const bad[] = {"", "web", "../x", ID "c", ID "/x",
	    "CCcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"};
	struct ir_docker *d;
	struct ir_err err;
	size_t got;

	(void)state;
	assert_non_null(d = ir_docker_open("/nonexistent.sock", &err));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
#define REFUSED(failed)                                   \
	do {                                              \
		err.code = IR_OK;                         \
		assert_true(failed);                      \
		assert_int_equal(err.code, IR_EINTERNAL); \
	} while (0)
		const char *id = bad[i];

		REFUSED(ir_docker_inspect(d, id, &err) == NULL);
		REFUSED(ir_docker_pause(d, id, &err) == -1);
		REFUSED(ir_docker_rename(d, id, "x", &err) == -1);
		REFUSED(ir_docker_remove(d, id, true, &err) == -1);
		REFUSED(ir_docker_restart_policy(d, id, "no", 0, &err) == -1);
		REFUSED(ir_docker_commit(d, id, "r", "t", "", &err) == NULL);
		for (int what = IR_RAW_CONTAINER; what <= IR_RAW_HISTORY;
		     what++) {
			/* which has other forms in a swarm and on podman */
			if (what == IR_RAW_NETWORK && isalnum(id[0]) &&
			    strchr(id, '/') == NULL && strlen(id) <= 64)
				continue;
			assert_int_equal(
			    ir_docker_raw(d, what, id, drop, &got, &err), -1);
			assert_int_equal(err.code, IR_EPROTO);
		}
		struct ir_docker_log_wish wish = {.tty = false};
		struct ir_docker_log_counts counts;
		REFUSED(ir_docker_logs(
			    d, id, &wish, drop, &got, &counts, &err) == -1);
	}
	ir_docker_close(d);
}

static bool
asked(const struct scripted *s, const char *line)
{
	if (scripted_requests(s, line) == 1)
		return true;
	run("cp", s->log, "/dev/stderr", NULL);
	print_message("# not asked once: %s\n", line);
	return false;
}

#define C "/v1.41/containers/" ID

/* What an engine is asked, to the letter. */
static void
test_wire(void **state)
{
	static const char script[] =
	    "{\"answers\": [{\"path\": \"/containers/create\", \"status\": 201,"
	    "\"json\": {\"Id\": \"" ID "\"}},"
	    "{\"path\": \"/commit\", \"status\": 201, \"json\": {\"Id\":"
	    "\"sha256:" ID "\"}},"
	    "{\"path\": \"/events\", \"text\": \"\"},"
	    "{\"path\": \"/containers/" ID "/top\", \"json\": {}},"
	    "{\"method\": \"POST\", \"path\": \"*\", \"status\": 204},"
	    "{\"method\": \"DELETE\", \"path\": \"*\", \"status\": 204}]}";
	struct ir_docker *d;
	struct scripted s;
	struct ir_err err;
	size_t got = 0;

	(void)state;
	if (!scripted_start(&s, script, NULL))
		skip();
	d = open_engine(&s);
	assert_int_equal(ir_docker_pause(d, ID, &err), 0);
	assert_int_equal(ir_docker_kill(d, ID, &err), 0);
	assert_int_equal(ir_docker_rename(d, ID, "a b&c", &err), 0);
	assert_int_equal(ir_docker_remove(d, ID, false, &err), 0);
	assert_int_equal(ir_docker_remove(d, ID, true, &err), 0);
	assert_int_equal(ir_docker_restart_policy(d, ID, "no", 0, &err), 0);
	assert_int_equal(ir_docker_events(d, 1, 2, drop, &got, &err), 0);
	assert_int_equal(ir_docker_raw(d, IR_RAW_TOP, ID, drop, &got, &err), 0);
	ir_auto_free char *image =
	    ir_docker_commit(d, ID, "r/x", "t", "a&pause=1", &err);
	assert_string_equal(image, "sha256:" ID);
	ir_auto_free char *base = ir_docker_baseline(d, "web:1", "m", &err);
	assert_string_equal(base, ID);

	assert_true(asked(&s, "POST " C "/pause 0\n"));
	assert_true(asked(&s, "POST " C "/kill?signal=KILL 0\n"));
	assert_true(asked(&s, "POST " C "/rename?name=a%20b%26c 0\n"));
	assert_true(asked(&s, "DELETE " C "?v=1 -\n"));
	assert_true(asked(&s, "DELETE " C "?v=1&force=1 -\n"));
	assert_true(asked(&s, "POST " C "/update "));
	assert_true(asked(&s, "GET /v1.41/events?since=1&until=2 -\n"));
	assert_true(asked(&s, "GET " C "/top?ps_args=-eo%20pid,"));
	assert_true(
	    asked(&s, "POST /v1.41/commit?container=" ID
		      "&pause=0&repo=r%2Fx&tag=t&comment=a%26pause%3D1 2\n"));
	assert_true(asked(&s, "GET /v1.41/images/web%3A1/json -\n"));
	assert_true(
	    asked(&s, "POST /v1.41/containers/create?name=ir-baseline-"));
	assert_int_equal(scripted_requests(&s, "POST"), 6);
	ir_docker_close(d);
	scripted_stop(&s);
}

/* On podman, force alone would let the container's own code run, and an
 * unknown field would run its ps. */
static void
test_podman(void **state)
{
	static const char script[] =
	    "{\"podman\": \"4.3.1\", \"answers\": ["
	    "{\"method\": \"POST\", \"path\": \"*/kill\", \"status\": 409,"
	    "\"json\": {\"cause\": \"not running\"}},"
	    "{\"method\": \"DELETE\", \"path\": \"*\", \"status\": 204},"
	    "{\"path\": \"*/top\", \"text\": \"\"}]}";
	struct ir_docker *d;
	struct scripted s;
	struct ir_err err;
	size_t got = 0;

	(void)state;
	if (!scripted_start(&s, script, NULL))
		skip();
	d = open_engine(&s);
	assert_int_equal(ir_docker_remove(d, ID, true, &err), 0);
	assert_true(asked(&s, "POST " C "/kill?signal=KILL 0\n"));
	assert_int_equal(ir_docker_raw(d, IR_RAW_TOP, ID, drop, &got, &err), 0);
	assert_true(asked(&s, "GET " C "/top?ps_args=pid,hpid,"));
	assert_int_equal(ir_docker_kill(d, ID, &err), -1);
	assert_non_null(strstr(err.msg, "says: not running (409"));
	ir_docker_close(d);
	scripted_stop(&s);
}

static void
test_no_id(void **state)
{
	static const char script[] =
	    "{\"answers\": [{\"path\": \"/containers/create\", \"json\": "
	    "{\"Id\": \"x\"}}, {\"path\": \"/commit\", \"text\": \"\"}]}";
	json_auto_t *body = json_object();
	struct ir_docker *d;
	struct scripted s;
	struct ir_err err;

	(void)state;
	if (!scripted_start(&s, script, NULL))
		skip();
	d = open_engine(&s);
	assert_null(ir_docker_create(d, "n", body, &err));
	assert_int_equal(err.code, IR_EPROTO);
	assert_null(ir_docker_commit(d, ID, "r", "t", "c", &err));
	assert_int_equal(err.code, IR_EPROTO);
	ir_docker_close(d);
	scripted_stop(&s);
}

static void
test_evidence_name(void **state)
{
	static const struct {
		const char *case_no, *container, *repo, *tag;
	} v[] = {
	    {"INC-2026-041", "web", "ir-evidence/inc-2026-041", "web"},
	    {" A/b..C_ ", "/My_Web.1-", "ir-evidence/a-b--c", "my_web.1"},
	    {"", "///", "ir-evidence/unnamed", "unnamed"},
	    {"\xc3\xa9:x", "\xff", "ir-evidence/x", "unnamed"},
	    {"a\nb", "..", "ir-evidence/a-b", "unnamed"},
	};
	struct ir_err err;
	char longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		ir_auto_free char *repo = NULL, *tag = NULL;

		assert_int_equal(ir_docker_evidence_name(v[i].case_no,
				     v[i].container, &repo, &tag, &err),
		    0);
		assert_string_equal(repo, v[i].repo);
		assert_string_equal(tag, v[i].tag);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ir_auto_free char *repo = NULL, *tag = NULL;
	assert_int_equal(
	    ir_docker_evidence_name(longest, longest, &repo, &tag, &err), 0);
	assert_int_equal(strlen(repo), 128 + strlen("ir-evidence/"));
	assert_int_equal(strlen(tag), 128);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_errors),
    cmocka_unit_test(test_versions),
    cmocka_unit_test(test_find),
    cmocka_unit_test(test_hook),
    cmocka_unit_test(test_ids),
    cmocka_unit_test(test_wire),
    cmocka_unit_test(test_podman),
    cmocka_unit_test(test_no_id),
    cmocka_unit_test(test_evidence_name),
};

UNIT_MAIN(tests)
