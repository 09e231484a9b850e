/* SPDX-License-Identifier: ISC
 *
 * docker: when a new container is good, how it differs, how it is taken back,
 * and the rehearsal.
 */
#include "tests/unit/js.h"

#include <stdio.h>

#include "docker/container.h"
#include "docker/docker.h"
#include "docker/replace.h"
#include "tests/unit/scripted.h"
#include "json/json.h"

#define NEW "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define ID  "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* Starts an engine whose container has this State and RestartCount. */
static bool
start(struct scripted *s, struct ir_docker **d, const char *state, int restarts)
{
	struct ir_err err;
	json_t *j = js(state);
	json_auto_t *script =
	    json_pack("{s:[{s:s, s:s, s:{s:s, s:s, s:o, s:i}}]}", "answers",
		"method", "GET", "path", "/containers/*/json", "json", "Id", ID,
		"Name", "/web", "State", j, "RestartCount", restarts);
	ir_auto_free char *text = json_dumps(script, 0);

	if (!scripted_start(s, text, NULL))
		return false;
	*d = ir_docker_open(s->where, &err);
	assert_non_null(*d);
	return true;
}

/* Starts one whose container is called so, and takes whatever it is told. */
static bool
start_as(struct scripted *s, struct ir_docker **d, const char *name,
    const char *paused)
{
	struct ir_err err;
	char text[1024];

	snprintf(text, sizeof(text),
	    "{\"answers\": [{\"method\": \"GET\", \"path\": "
	    "\"/containers/*/json\", \"json\": {\"Id\": \"" ID "\", \"Name\": "
	    "\"%s\", \"State\": {\"Running\": true, \"Paused\": %s}}}, "
	    "{\"path\": \"/containers/*\", \"status\": 204}]}",
	    name, paused);
	if (!scripted_start(s, text, NULL))
		return false;
	*d = ir_docker_open(s->where, &err);
	assert_non_null(*d);
	return true;
}

static void
test_wait(void **state)
{
	static const struct {
		const char *state;
		int restarts, rc;
		enum ir_code code;
		const char *words;
		bool healthy;
	} v[] = {
	    {"{'Running':true}", 0, 0, IR_OK, "", false},
	    {"{'Running':true,'Health':{'Status':'healthy'}}", 0, 0, IR_OK, "",
		true},
	    {"{'Running':true,'Health':{'Status':'none'}}", 0, 0, IR_OK, "",
		false},
	    {"{'Running':true,'Health':null}", 0, 0, IR_OK, "", false},
	    {"{'Running':true,'Health':{'Status':'starting'}}", 0, -1,
		IR_ETIMEOUT, "not healthy after", false},
	    {"{'Running':true,'Health':{'Status':'unhealthy','Log':["
	     "{'Output':'first'},{'Output':'last words'}]}}",
		0, -1, IR_EPROTO, "last words", false},
	    {"{'Running':false,'Status':'exited','ExitCode':7}", 0, -1,
		IR_EPROTO, "exited, exit code 7", false},
	    {"{'Running':false,'Status':'created','Error':'no such file'}", 0,
		-1, IR_EPROTO, "no such file", false},
	    {"{'Running':true,'Restarting':true,'Status':'restarting'}", 0, -1,
		IR_EPROTO, "restarting", false},
	    {"{'Running':true,'Status':'running'}", 1, -1, IR_EPROTO,
		"did not stay up", false},
	    {"{'Running':true,'Health':{'Status':'healthy'}}", 2, -1, IR_EPROTO,
		"did not stay up", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_err err = {0};
		struct ir_docker *d;
		struct scripted s;
		bool healthy = !v[i].healthy;

		if (!start(&s, &d, v[i].state, v[i].restarts))
			skip();
		assert_int_equal(
		    ir_docker_wait_up(d, ID, 300, 200, &healthy, &err),
		    v[i].rc);
		if (err.code != v[i].code ||
		    strstr(err.msg, v[i].words) == NULL)
			fail_msg("%s: %d %s", v[i].state, err.code, err.msg);
		assert_int_equal(healthy, v[i].healthy);
		ir_docker_close(d);
		scripted_stop(&s);
	}
}

static void
test_differences(void **state)
{
	static const char was[] =
	    "{'Id':'" ID
	    "','Config':{'Image':'web:1','Hostname':'cccccccccccc',"
	    "'Env':null,'User':'a'},'HostConfig':{'Mounts':null,'Memory':1}}";
	static const struct {
		const char *now, *want;
	} v[] = {
	    {"{'Config':{'Image':'sha256:x','Hostname':'other','Env':[],"
	     "'User':'a'},'HostConfig':{'Mounts':[1],'Memory':1}}",
		"[]"},
	    {"{'Config':{'Env':['A=1'],'User':'a'},'HostConfig':{'Memory':1}}",
		"[{'field':'Config.Env','before':null,'now':['A=1']}]"},
	    {"{'Config':{},'HostConfig':{'Memory':1}}",
		"[{'field':'Config.User','before':'a','now':null}]"},
	    {"{'Config':{'User':'a'},'HostConfig':{'Memory':2,'New':true}}",
		"[{'field':'HostConfig.Memory','before':1,'now':2},"
		"{'field':'HostConfig.New','before':null,'now':true}]"},
	};
	json_auto_t *a = js(was);

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		json_auto_t *b = js(v[i].now);
		json_auto_t *d = ir_docker_differences(a, b);

		is_json(d, v[i].want);
	}
	json_object_set_new(
	    json_object_get(a, "Config"), "Hostname", json_string("shop"));
	json_auto_t *b = js(v[0].now);
	json_auto_t *d = ir_docker_differences(a, b);
	is_json(
	    d, "[{'field':'Config.Hostname','before':'shop','now':'other'}]");
}

/* What is taken back of a replacement, and that nothing else is. */
static void
test_put_back(void **state)
{
	static const char was[] =
	    "{'Id':'" ID "','Name':'/web','State':{"
	    "'Running':true,'Paused':false},'HostConfig':{"
	    "'RestartPolicy':{'Name':'always'}}}";
	static const struct {
		const char *name, *paused;
		struct ir_docker_replaced did;
		int rc, posts, deletes;
		const char *words;
	} v[] = {
	    {"/web", "false", {0}, 0, 0, 0, ""},
	    {"/web", "true", {.paused = true}, 0, 1, 0, ""},
	    {"/old", "true", {.paused = true, .renamed = true}, 0, 2, 0, ""},
	    {"/old", "true",
		{.paused = true,
		    .renamed = true,
		    .policy = true,
		    .made = true,
		    .made_id = NEW},
		0, 3, 1, ""},
	    {"/web", "true", {0}, -1, 0, 0, "somebody else has frozen web"},
	    {"/old", "true", {.paused = true}, -1, 0, 0,
		"somebody else has renamed web to old"},
	    {"/old", "true", {.paused = true, .made = true, .made_id = NEW}, -1,
		0, 1, "somebody else has renamed"},
	};
	json_auto_t *before = js(was);

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_err err = {0};
		struct ir_docker *d = NULL;
		struct scripted s;

		if (!start_as(&s, &d, v[i].name, v[i].paused))
			skip();
		assert_int_equal(
		    ir_docker_put_back(d, before, "sha256:x", &v[i].did, &err),
		    v[i].rc);
		if (strstr(err.msg, v[i].words) == NULL)
			fail_msg("%zu: %s", i, err.msg);
		assert_int_equal(scripted_requests(&s, "POST"), v[i].posts);
		assert_int_equal(scripted_requests(&s, "DELETE"), v[i].deletes);
		ir_docker_close(d);
		scripted_stop(&s);
	}
}

static void
rehearsed(void *arg, const char *method, const char *path, const char *body)
{
	char *line = arg;

	snprintf(
	    line, 256, "%s %s %s", method, path, body != NULL ? body : "-");
}

/* Nothing but GET arrives at the engine. */
static void
test_rehearse(void **state)
{
	struct ir_err err = {0};
	struct ir_docker *d;
	struct scripted s;
	char line[256] = "";

	(void)state;
	if (!start(&s, &d, "{'Running':true}", 0))
		skip();
	ir_docker_rehearse(d, rehearsed, line);
	json_auto_t *doc = ir_docker_inspect(d, ID, &err);
	assert_non_null(doc);
	assert_string_equal(line, "");
	assert_int_equal(ir_docker_pause(d, ID, &err), 0);
	assert_string_equal(line, "POST /containers/" ID "/pause -");
	assert_int_equal(ir_docker_restart_policy(d, ID, "no", 0, &err), 0);
	assert_non_null(strstr(line, "/update {\"RestartPolicy\":"));
	assert_int_equal(ir_docker_remove(d, ID, true, &err), 0);
	assert_string_equal(line, "DELETE /containers/" ID "?v=1&force=1 -");
	json_auto_t *body = js("{'Image':'x'}");
	ir_auto_free char *id = ir_docker_create(d, "web", body, &err);
	assert_string_equal(id, "00000000000000000000000000000000"
				"00000000000000000000000000000000");
	assert_int_equal(scripted_requests(&s, "POST"), 0);
	assert_int_equal(scripted_requests(&s, "DELETE"), 0);
	ir_docker_rehearse(d, NULL, NULL);
	assert_int_equal(ir_docker_pause(d, ID, &err), -1);
	assert_int_equal(scripted_requests(&s, "POST"), 1);
	ir_docker_close(d);
	scripted_stop(&s);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_wait),
    cmocka_unit_test(test_differences),
    cmocka_unit_test(test_put_back),
    cmocka_unit_test(test_rehearse),
};

UNIT_MAIN(tests)
