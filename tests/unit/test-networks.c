/* SPDX-License-Identifier: ISC
 *
 * docker: networks, as far as no engine is needed.
 */
#include "tests/unit/js.h"

#include <stdio.h>
#include <unistd.h>

#include "docker/netns.h"
#include "docker/networks.h"
#include "json/json.h"

#define ID "e311994b7d119a060a19b449527367132ec47df452b4134eef2fb20ac0acb751"

static void
test_mode(void **state)
{
	static const struct {
		const char *mode, *words;
	} refused[] = {
	    {"host", "host's own network"},
	    {"container:abc", "isolate that one"},
	    {"slirp4netns", "cannot cut"},
	    {"pasta", "cannot cut"},
	    {"ns:/run/x", "cannot cut"},
	};
	static const char *const fine[] = {
	    "default", "bridge", "none", "front", "hostile", "containers"};
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		json_auto_t *in = json_pack("{s:s, s:{s:s}}", "Name", "/web",
		    "HostConfig", "NetworkMode", refused[i].mode);

		assert_int_equal(ir_docker_networks_mode(in, &err), -1);
		assert_int_equal(err.code, IR_EPROTO);
		assert_non_null(strstr(err.msg, refused[i].words));
		assert_non_null(strstr(err.msg, "web"));
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		json_auto_t *in = json_pack(
		    "{s:{s:s}}", "HostConfig", "NetworkMode", fine[i]);

		assert_int_equal(ir_docker_networks_mode(in, &err), 0);
	}
}

static void
test_settings(void **state)
{
	static const struct {
		const char *endpoint, *want;
	} v[] = {
	    {"{'IPAMConfig':{'IPv4Address':'10.0.0.5'},'Links':['db:thedb'],"
	     "'Aliases':['front','e311994b7d11','shop'],'NetworkID':'n',"
	     "'EndpointID':'e','Gateway':'g','IPAddress':'10.0.0.5',"
	     "'IPPrefixLen':24,'MacAddress':'m','DriverOpts':{'a':'b'},"
	     "'GwPriority':3,'DNSNames':['x']}",
		"{'IPAMConfig':{'IPv4Address':'10.0.0.5'},'Links':['db:thedb'],"
		"'Aliases':['front','shop'],'DriverOpts':{'a':'b'},"
		"'GwPriority':3}"},
	    {"{'IPAMConfig':null,'Links':null,'Aliases':null,"
	     "'DriverOpts':null}",
		"{}"},
	    {"{'IPAMConfig':{},'Aliases':['e311994b7d11']}",
		"{'IPAMConfig':{}}"},
	    {"{'Aliases':[1,'e311994b7d119'],'MacAddress':'m'}",
		"{'Aliases':['e311994b7d119']}"},
	    {"null", "{}"},
	    /* podman's */
	    {"{'IPAMConfig':null,'Aliases':['shop','e311994b7d11'],"
	     "'NetworkID':'front','EndpointID':'','IPAddress':'10.0.0.5',"
	     "'GlobalIPv6Address':'fd00::5','MacAddress':'m',"
	     "'DriverOpts':null}",
		"{'IPAMConfig':{'IPv4Address':'10.0.0.5',"
		"'IPv6Address':'fd00::5'},'MacAddress':'m',"
		"'Aliases':['shop']}"},
	    /* A stopped one's, which has none. */
	    {"{'IPAMConfig':null,'EndpointID':'','IPAddress':'',"
	     "'MacAddress':'m'}",
		"{}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		json_auto_t *e = js(v[i].endpoint);
		json_auto_t *got =
		    ir_docker_endpoint_settings(e, "e311994b7d11");

		is_json(got, v[i].want);
	}
}

/* A record of one network, with what differs from test to test. */
static json_t *
record(const char *mode, const char *name, const char *endpoint)
{
	json_t *e = js(endpoint);

	return json_pack("{s:s, s:s, s:s, s:{s:[{s:s}]}, s:[{s:s, s:s, s:o}]}",
	    "container", ID, "name", "web", "mode", mode, "published", "80/tcp",
	    "HostPort", "8080", "endpoints", "network",
	    "79007e681a40431233602dae3957f1bd56f4ad3b424a10a23fb2b24d85041f84",
	    "name", name, "endpoint", e);
}

static void
test_first(void **state)
{
	static const struct {
		const char *mode, *name;
		int first;
	} v[] = {
	    {"front", "front", 1},
	    {"default", "bridge", 1},
	    {"bridge", "bridge", 1},
	    {"", "bridge", 1},
	    {"79007e681a40", "front", 1},
	    {"79", "front", 0},
	    {"default", "front", 0},
	    {"front", "bridge", 0},
	    {"none", "front", 0},
	};
	json_auto_t *empty = js("{'endpoints':[],'mode':'front'}");

	(void)state;
	assert_null(ir_docker_networks_first(empty));
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		json_auto_t *r = record(v[i].mode, v[i].name, "{}");

		assert_int_equal(
		    ir_docker_networks_first(r) != NULL, v[i].first);
	}
	json_auto_t *podman =
	    record("bridge", "front", "{'NetworkID':'front'}");
	json_auto_t *none = record("none", "front", "{'NetworkID':'front'}");
	assert_non_null(ir_docker_networks_first(podman));
	assert_null(ir_docker_networks_first(none));
}

static void
test_for(void **state)
{
	json_auto_t *r = record("front", "front",
	    "{'Aliases':['www','e311994b7d11'],'EndpointID':'e',"
	    "'IPAddress':'10.0.0.5'}");
	struct ir_err err;
	json_auto_t *other = ir_docker_networks_for(r, "beef", "web2", &err);

	(void)state;
	assert_string_equal(ir_json_str(other, "container"), "beef");
	assert_string_equal(ir_json_str(other, "name"), "web2");
	is_json(json_object_get(
		    json_array_get(json_object_get(other, "endpoints"), 0),
		    "endpoint"),
	    "{'Aliases':['www']}");
	assert_string_equal(ir_json_str(r, "container"), ID);
}

/* One field after another is changed in what is there now. */
static void
test_compare(void **state)
{
	static const char before[] =
	    "{'IPAMConfig':{'IPv4Address':'10.0.0.5'},'Links':['db:a','q:b'],"
	    "'Aliases':['x','y','e311994b7d11'],'NetworkID':'n',"
	    "'EndpointID':'e','Gateway':'g','IPAddress':'10.0.0.5',"
	    "'MacAddress':'m','GlobalIPv6Address':'','DriverOpts':null}";
	static const struct {
		const char *field, *value;
		int matters; /* -1: no difference */
	} v[] = {
	    {"Aliases", "['y','x']", -1},
	    {"Aliases", "['y','e311994b7d11','x']", -1},
	    {"Aliases", "['x']", 1},
	    {"Aliases", "['x','y','z']", 1},
	    {"Aliases", "null", 1},
	    {"Links", "['q:b','db:a']", -1},
	    {"Links", "['q:b']", 1},
	    {"IPAMConfig", "{}", 1},
	    {"DriverOpts", "{}", -1},
	    {"DriverOpts", "{'a':'b'}", 1},
	    {"GwPriority", "0", -1},
	    {"GwPriority", "5", 1},
	    {"IPAddress", "'10.0.0.6'", 1},
	    {"GlobalIPv6Address", "'fd00::1'", 0},
	    {"MacAddress", "'m2'", 0},
	    {"Gateway", "'g2'", 0},
	    {"EndpointID", "'e2'", 0},
	    {"NetworkID", "'n2'", 1},
	};
	json_auto_t *r = record("front", "my.front", before);

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		json_t *e = js(before);
		json_object_set_new(e, v[i].field, js(v[i].value));
		json_auto_t *now =
		    json_pack("{s:{s:b}, s:{s:{s:[{s:s}]}, s:{s:o}}}", "State",
			"Running", 1, "NetworkSettings", "Ports", "80/tcp",
			"HostPort", "8080", "Networks", "my.front", e);
		json_auto_t *d = ir_docker_networks_compare(r, now);

		assert_int_equal(
		    json_array_size(d), v[i].matters == -1 ? 0 : 1);
		if (v[i].matters == -1)
			continue;
		const json_t *one = json_array_get(d, 0);
		assert_string_equal(ir_json_str(one, "field"), v[i].field);
		assert_string_equal(ir_json_str(one, "network"), "my.front");
		assert_int_equal(
		    ir_json_true(one, "matters"), v[i].matters == 1);
		is_json(json_object_get(one, "now"), v[i].value);
	}
}

/* A MAC address that was asked for is to come back. */
static void
test_compare_mac(void **state)
{
	json_auto_t *r =
	    record("front", "front", "{'EndpointID':'e','MacAddress':'02:01'}");
	json_auto_t *now = js(
	    "{'State':{'Running':true},'Config':{'MacAddress':'02:01'},"
	    "'NetworkSettings':{'Ports':{'80/tcp':[{'HostPort':'8080'}]},"
	    "'Networks':{'front':{'EndpointID':'e','MacAddress':'02:02'}}}}");
	json_auto_t *d = ir_docker_networks_compare(r, now);

	(void)state;
	is_json(d, "[{'network':'front','field':'MacAddress','before':'02:01',"
		   "'now':'02:02','matters':true}]");
}

/* What 20.10 leaves of a connect that it refused is no connection. */
static void
test_has(void **state)
{
	static const char left[] =
	    "{'State':{'Running':true},'NetworkSettings':{'Networks':{"
	    "'a':{'NetworkID':'','EndpointID':'','IPAddress':''},"
	    "'b':{'NetworkID':'','EndpointID':'','IPAddress':'10.0.0.1'},"
	    "'c':{'NetworkID':'n','EndpointID':''}}}}";
	json_auto_t *j = js(left);

	(void)state;
	assert_false(ir_docker_networks_has(j, "a"));
	assert_true(ir_docker_networks_has(j, "b"));
	assert_true(ir_docker_networks_has(j, "c"));
	assert_false(ir_docker_networks_has(j, "d"));
	json_object_set_new(ir_json_at(j, "State"), "Running", json_false());
	assert_true(ir_docker_networks_has(j, "a"));
}

static void
test_compare_connections(void **state)
{
	json_auto_t *r = record("front", "front", "{'EndpointID':'e'}");
	json_auto_t *cut =
	    js("{'State':{'Running':true},'NetworkSettings':{'Ports':{},"
	       "'Networks':{'none':{},'back':{}}}}");
	json_auto_t *d = ir_docker_networks_compare(r, cut);

	(void)state;
	is_json(d,
	    "[{'network':'front','field':'connection','before':'connected',"
	    "'now':null,'matters':true},"
	    "{'network':'back','field':'connection','before':null,"
	    "'now':'connected','matters':true},"
	    "{'network':'','field':'80/tcp','before':[{'HostPort':'8080'}],"
	    "'now':null,'matters':true}]");
}

static void
test_compare_ports(void **state)
{
	static const struct {
		const char *asked, *now;
		int matters; /* -1: no difference */
	} v[] = {
	    {"8080", "8080", -1},
	    {"8080", "8081", 1},
	    {"", "8081", 0},
	    {"0", "8081", 0},
	};
	json_auto_t *r = record("front", "front", "{'EndpointID':'e'}");

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		json_auto_t *now = json_pack("{s:{s:b}, s:{s:{s:[{s:s}]}},"
					     " s:{s:{s:[{s:s}]}, s:{s:{s:s}}}}",
		    "State", "Running", 1, "HostConfig", "PortBindings",
		    "80/tcp", "HostPort", v[i].asked, "NetworkSettings",
		    "Ports", "80/tcp", "HostPort", v[i].now, "Networks",
		    "front", "EndpointID", "e");
		json_auto_t *d = ir_docker_networks_compare(r, now);

		assert_int_equal(
		    json_array_size(d), v[i].matters == -1 ? 0 : 1);
		if (v[i].matters != -1)
			assert_int_equal(
			    ir_json_true(json_array_get(d, 0), "matters"),
			    v[i].matters);
	}
}

/* What was recorded stopped has no addresses to lose; nor what is stopped. */
static void
test_compare_stopped(void **state)
{
	json_auto_t *r = record("front", "front",
	    "{'IPAMConfig':{'IPv4Address':'10.0.0.5'},'EndpointID':'e',"
	    "'IPAddress':'10.0.0.5'}");
	json_auto_t *stopped =
	    js("{'State':{'Running':false},'NetworkSettings':{'Ports':{},"
	       "'Networks':{'front':{'IPAMConfig':{'IPv4Address':'10.0.0.5'},"
	       "'EndpointID':'','IPAddress':''}}}}");
	json_auto_t *none = ir_docker_networks_compare(r, stopped);

	(void)state;
	is_json(none, "[]");
	json_object_set_new(
	    ir_json_at(stopped, "State"), "Running", json_true());
	json_auto_t *d = ir_docker_networks_compare(r, stopped);
	assert_true(json_array_size(d) > 0);
}

static void
test_netns(void **state)
{
	struct ir_err err;
	json_auto_t *mine = json_pack("{s:s, s:s, s:{s:i}}", "Id", ":", "Name",
	    "/web", "State", "Pid", (int)getpid());
	json_auto_t *other = json_pack(
	    "{s:s, s:{s:i}}", "Id", ID, "State", "Pid", (int)getpid());
	json_auto_t *stopped =
	    json_pack("{s:s, s:{s:i}}", "Id", ":", "State", "Pid", 0);
	int rc = ir_docker_netns_look(mine, &err);

	(void)state;
	/* A builder's machine may have a network or not. */
	assert_true(rc == 1 || (rc == -1 && err.code == IR_EPROTO &&
				   strstr(err.msg, "interface") != NULL));
	assert_int_equal(ir_docker_netns_look(other, &err), 0);
	assert_int_equal(ir_docker_netns_look(stopped, &err), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_mode),
    cmocka_unit_test(test_settings),
    cmocka_unit_test(test_first),
    cmocka_unit_test(test_for),
    cmocka_unit_test(test_compare),
    cmocka_unit_test(test_compare_mac),
    cmocka_unit_test(test_has),
    cmocka_unit_test(test_compare_connections),
    cmocka_unit_test(test_compare_ports),
    cmocka_unit_test(test_compare_stopped),
    cmocka_unit_test(test_netns),
};

UNIT_MAIN(tests)
