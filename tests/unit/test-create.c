/* SPDX-License-Identifier: ISC
 *
 * docker: from inspect back to create.
 */
#include "tests/unit/js.h"

#include "docker/create.h"
#include "json/json.h"

#define ID "e311994b7d119a060a19b449527367132ec47df452b4134eef2fb20ac0acb751"

/* The create document of a container with this Config, HostConfig and Mounts,
 * made from an image with that Config. */
static json_t *
body(const char *config, const char *host, const char *mounts,
    const char *image_config)
{
	json_t *c = js(config), *h = js(host), *m = js(mounts);
	json_auto_t *inspect = json_pack("{s:s, s:o, s:o, s:o}", "Id", ID,
	    "Config", c, "HostConfig", h, "Mounts", m);
	json_t *ic = js(image_config);
	json_auto_t *image =
	    json_pack("{s:s, s:o}", "Id", "sha256:abc", "Config", ic);
	json_auto_t *networks = js("{'mode':'default','endpoints':[]}");
	struct ir_err err;
	json_t *b =
	    ir_docker_create_body(inspect, networks, image, image, &err);

	assert_non_null(b);
	return b;
}

static void
test_subtract(void **state)
{
	json_auto_t *b = body(
	    "{'Hostname':'shop','Env':['A=1','PATH=/bin','B=2'],"
	    "'Labels':{'mine':'1','its':'2','over':'3'},"
	    "'ExposedPorts':{'80/tcp':{},'81/tcp':{}},"
	    "'Volumes':{'/data':{},'/my':{}},'WorkingDir':'/w','User':'me',"
	    "'StopSignal':'SIGINT','Healthcheck':{'Test':['NONE']},"
	    "'Tty':true,'Image':'web:1'}",
	    "{}", "[]",
	    "{'Env':['PATH=/bin','B=3'],'Labels':{'its':'2','over':'0'},"
	    "'ExposedPorts':{'80/tcp':{}},'Volumes':{'/data':{}},"
	    "'WorkingDir':'/w','User':'you','StopSignal':'SIGINT'}");

	(void)state;
	is_json(b,
	    "{'Hostname':'shop','Env':['A=1','PATH=/bin','B=2'],"
	    "'Labels':{'mine':'1','over':'3'},'ExposedPorts':{'81/tcp':{}},"
	    "'Volumes':{'/my':{}},'User':'me',"
	    "'Healthcheck':{'Test':['NONE']},'Tty':true,'Image':'sha256:abc',"
	    "'HostConfig':{},'NetworkingConfig':{'EndpointsConfig':{}}}");
}

/* Another image's own Env applies; the same image's stays where it stood. */
static void
test_env(void **state)
{
	json_auto_t *inspect =
	    js("{'Id':'" ID "','Config':{'Env':['A=1','P=/bin','B=2']},"
	       "'HostConfig':{},'Mounts':[]}");
	json_auto_t *was = js("{'Id':'sha256:a','Config':{'Env':['P=/bin']}}");
	json_auto_t *other = js("{'Id':'sha256:b','Config':{'Env':['P=/b']}}");
	json_auto_t *networks = js("{'mode':'default','endpoints':[]}");
	struct ir_err err;
	json_auto_t *same =
	    ir_docker_create_body(inspect, networks, was, was, &err);
	json_auto_t *changed =
	    ir_docker_create_body(inspect, networks, was, other, &err);

	(void)state;
	is_json(json_object_get(same, "Env"), "['A=1','P=/bin','B=2']");
	is_json(json_object_get(changed, "Env"), "['A=1','B=2']");
}

/* Each row as the engine would have merged it, and what gives it again. */
static void
test_command(void **state)
{
	static const struct {
		const char *what, *entry, *cmd, *image_entry, *image_cmd;
		const char *want_entry, *want_cmd; /* NULL: left to the image */
	} v[] = {
	    {"all the image's", "['/e']", "['c']", "['/e']", "['c']", NULL,
		NULL},
	    {"own command", "['/e']", "['d']", "['/e']", "['c']", NULL,
		"['d']"},
	    {"own entrypoint", "['/f']", "null", "['/e']", "['c']", "['/f']",
		"null"},
	    {"own entrypoint, the image's command by chance", "['/f']", "['c']",
		"['/e']", "['c']", "['/f']", "['c']"},
	    {"the image's entrypoint, said again", "['/e']", "null", "['/e']",
		"['c']", "['/e']", "null"},
	    {"entrypoint shut out", "null", "['d']", "['/e']", "['c']", "['']",
		"['d']"},
	    {"no entrypoint at all", "null", "['c']", "null", "['c']", NULL,
		NULL},
	    {"null and empty are one", "[]", "['d']", "null", "['c']", NULL,
		"['d']"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_err err;
		ir_auto_free char *config = ir_asprintf(
		    &err, "{'Entrypoint':%s,'Cmd':%s}", v[i].entry, v[i].cmd);
		ir_auto_free char *image =
		    ir_asprintf(&err, "{'Entrypoint':%s,'Cmd':%s}",
			v[i].image_entry, v[i].image_cmd);
		json_auto_t *b = body(config, "{}", "[]", image);
		const json_t *e = json_object_get(b, "Entrypoint");
		const json_t *c = json_object_get(b, "Cmd");

		if (v[i].want_entry == NULL)
			assert_null(e);
		else
			is_json(e, v[i].want_entry);
		if (v[i].want_cmd == NULL)
			assert_null(c);
		else
			is_json(c, v[i].want_cmd);
	}
}

static void
test_names(void **state)
{
	static const struct {
		const char *host, *host_config;
		int kept;
	} v[] = {
	    {"e311994b7d11", "{'NetworkMode':'default'}", 0},
	    {"shop", "{'NetworkMode':'default'}", 1},
	    {"shop", "{'NetworkMode':'container:abc'}", 0},
	    {"shop", "{'NetworkMode':'x','UTSMode':'host'}", 0},
	    {"shop", "{'NetworkMode':'host'}", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_err err;
		ir_auto_free char *config = ir_asprintf(
		    &err, "{'Hostname':'%s','Domainname':''}", v[i].host);
		json_auto_t *b = body(config, v[i].host_config, "[]", "{}");

		assert_int_equal(
		    json_object_get(b, "Hostname") != NULL, v[i].kept);
	}
}

static void
test_volumes(void **state)
{
	json_auto_t *b = body("{}",
	    "{'Binds':['named:/n:ro','/srv:/b','vol:/plain'],"
	    "'Mounts':[{'Type':'volume','Target':'/anon'},"
	    "{'Type':'volume','Source':'given','Target':'/given'},"
	    "{'Type':'tmpfs','Target':'/t'}]}",
	    "[{'Type':'volume','Name':'named','Destination':'/n','RW':false},"
	    "{'Type':'bind','Source':'/srv','Destination':'/b','RW':true},"
	    "{'Type':'volume','Name':'vol','Destination':'/plain','RW':true},"
	    "{'Type':'volume','Name':'0aaf','Destination':'/anon','RW':true},"
	    "{'Type':'volume','Name':'given','Destination':'/given','RW':true},"
	    "{'Type':'volume','Name':'1bbf','Destination':'/plain/below',"
	    "'Driver':'local','RW':false},"
	    "{'Type':'volume','Name':'2ccf','Destination':'/far',"
	    "'Driver':'nfs','RW':true},"
	    "{'Type':'tmpfs','Destination':'/t','RW':true}]",
	    "{}");

	(void)state;
	is_json(json_object_get(b, "HostConfig"),
	    "{'Binds':['named:/n:ro','/srv:/b','vol:/plain'],"
	    "'Mounts':[{'Type':'volume','Target':'/anon','Source':'0aaf'},"
	    "{'Type':'volume','Source':'given','Target':'/given'},"
	    "{'Type':'tmpfs','Target':'/t'},"
	    "{'Type':'volume','Source':'1bbf','Target':'/plain/below',"
	    "'ReadOnly':true,'VolumeOptions':{'NoCopy':true}},"
	    "{'Type':'volume','Source':'2ccf','Target':'/far',"
	    "'ReadOnly':false,'VolumeOptions':{'NoCopy':true,"
	    "'DriverConfig':{'Name':'nfs'}}}]}");
}

static void
test_networking(void **state)
{
	json_auto_t *inspect = json_pack("{s:s, s:{}, s:{s:s}}", "Id", ID,
	    "Config", "HostConfig", "NetworkMode", "front");
	json_auto_t *image = js("{'Id':'sha256:abc'}");
	json_auto_t *networks =
	    js("{'container':'" ID "','mode':'front','endpoints':["
	       "{'network':'1','name':'front','endpoint':{'Aliases':["
	       "'www','e311994b7d11'],'IPAMConfig':{'IPv4Address':'10.0.0.5'},"
	       "'MacAddress':'m'}},"
	       "{'network':'2','name':'back','endpoint':{}}]}");
	struct ir_err err;
	json_auto_t *b =
	    ir_docker_create_body(inspect, networks, image, image, &err);

	(void)state;
	is_json(json_object_get(b, "NetworkingConfig"),
	    "{'EndpointsConfig':{'front':{'Aliases':['www'],"
	    "'IPAMConfig':{'IPv4Address':'10.0.0.5'}}}}");
}

/* Neither the inspect document nor the image may be touched: they are
 * evidence. */
static void
test_refused(void **state)
{
	static const char *const bad[] = {
	    "{}", "{'Config':{}}", "{'Config':[],'HostConfig':{}}"};
	json_auto_t *image = js("{'Id':'sha256:abc'}");
	json_auto_t *no_id = js("{'Config':{}}");
	json_auto_t *good =
	    js("{'Config':{'Env':['A=1']},'HostConfig':{'Mounts':[]}}");
	json_auto_t *before = json_deep_copy(good);
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_auto_t *in = js(bad[i]);

		assert_null(
		    ir_docker_create_body(in, NULL, image, image, &err));
		assert_int_equal(err.code, IR_EPROTO);
	}
	assert_null(ir_docker_create_body(good, NULL, image, no_id, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	json_auto_t *b = ir_docker_create_body(good, NULL, image, image, &err);
	assert_non_null(b);
	assert_true(json_equal(good, before));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_subtract),
    cmocka_unit_test(test_env),
    cmocka_unit_test(test_command),
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_volumes),
    cmocka_unit_test(test_networking),
    cmocka_unit_test(test_refused),
};

UNIT_MAIN(tests)
