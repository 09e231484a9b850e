/* SPDX-License-Identifier: ISC
 *
 * docker: which engine, out of options, environment and context store.
 */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "crypto/digest.h"
#include "docker/endpoint.h"
#include "tests/unit/scripted.h"

static const char *const variables[] = {"DOCKER_HOST", "DOCKER_CONTEXT",
    "DOCKER_CONFIG", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"};

static char home[] = "/tmp/ir-unit-XXXXXX";

static void
clear(void)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	setenv("HOME", home, 1);
}

static void
put(const char *path, const char *text)
{
	char whole[256];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s/%s", home, path);
	*strrchr(whole, '/') = '\0';
	assert_int_equal(run("mkdir", "-p", whole, NULL), 0);
	snprintf(whole, sizeof(whole), "%s/%s", home, path);
	assert_non_null(f = fopen(whole, "w"));
	fputs(text, f);
	fclose(f);
}

static void
put_context(const char *name, const char *endpoint)
{
	char hash[IR_SHA256_HEX], path[160], text[512];

	ir_sha256_mem(name, strlen(name), hash);
	snprintf(
	    path, sizeof(path), ".docker/contexts/meta/%s/meta.json", hash);
	snprintf(text, sizeof(text),
	    "{\"Name\":\"%s\",\"Metadata\":{},\"Endpoints\":{%s}}", name,
	    endpoint);
	put(path, text);
}

static void
put_context_tls(const char *name, const char *file)
{
	char hash[IR_SHA256_HEX], path[160];

	ir_sha256_mem(name, strlen(name), hash);
	snprintf(path, sizeof(path), ".docker/contexts/tls/%s/docker/%s", hash,
	    file);
	put(path, "-");
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(home) == NULL)
		return -1;
	put("certs/ca.pem", "-");
	put("certs/cert.pem", "-");
	put("certs/key.pem", "-");
	put("half/ca.pem", "-");
	put("half/cert.pem", "-");
	put("noca/cert.pem", "-");
	put("noca/key.pem", "-");
	put("broken/config.json", "{\"currentContext\":");
	put(".docker/config.json", "{\"currentContext\":\"prod\"}");
	put("plain/config.json", "{\"auths\":{}}");
	put_context("prod", "\"docker\":{\"Host\":\"tcp://prod:2376\","
			    "\"SkipTLSVerify\":false}");
	put_context_tls("prod", "ca.pem");
	put_context_tls("prod", "cert.pem");
	put_context_tls("prod", "key.pem");
	put_context("lax", "\"docker\":{\"Host\":\"tcp://lax\","
			   "\"SkipTLSVerify\":true}");
	put_context("local", "\"docker\":{\"Host\":\"unix:///l.sock\"}");
	put_context("k8s", "\"kubernetes\":{}");
	put_context("remote", "\"docker\":{\"Host\":\"ssh://me@far\"}");
	put_context("odd", "\"docker\":{\"Host\":\"ssh://$(me)@far\"}");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return run("rm", "-rf", home, NULL);
}

/* Sets "NAME=value" variables; "~" at the start of a value is home. */
static void
apply(const char *const *env)
{
	char name[64], value[256];

	clear();
	for (; *env != NULL; env++) {
		const char *v = strchr(*env, '=') + 1;

		snprintf(name, sizeof(name), "%.*s", (int)(v - *env - 1), *env);
		if (v[0] == '~')
			snprintf(value, sizeof(value), "%s%s", home, v + 1);
		else
			snprintf(value, sizeof(value), "%s", v);
		setenv(name, value, 1);
	}
}

static void
same(const char *got, const char *want)
{
	char whole[256];

	if (want == NULL) {
		assert_null(got);
		return;
	}
	snprintf(whole, sizeof(whole), "%s%s", want[0] == '~' ? home : "",
	    want[0] == '~' ? want + 1 : want);
	assert_non_null(got);
	assert_string_equal(got, whole);
}

#define VERIFY "DOCKER_TLS_VERIFY=1"
#define CERTS  "DOCKER_CERT_PATH=~/certs"

static void
test_found(void **state)
{
	static const struct {
		const char *host, *env[4], *name, *from, *unix_path, *origin,
		    *ca, *key;
		bool unsure;
	} v[] = {
	    /* Where it is taken from. */
	    {"unix:///a", {"DOCKER_HOST=tcp://b"}, "unix:///a", "-H", "/a",
		"http://localhost", NULL, NULL, false},
	    {NULL, {"DOCKER_HOST=tcp://b", "DOCKER_CONTEXT=prod"},
		"tcp://b:2375", "DOCKER_HOST", NULL, "http://b:2375", NULL,
		NULL, false},
	    {NULL, {"DOCKER_HOST=", "DOCKER_CONTEXT=local"}, "unix:///l.sock",
		"context local", "/l.sock", "http://localhost", NULL, NULL,
		false},
	    {NULL, {NULL}, "tcp://prod:2376", "context prod", NULL,
		"https://prod:2376", "", "", false},
	    {NULL, {"DOCKER_CONTEXT=lax"}, "tcp://lax:2376", "context lax",
		NULL, "https://lax:2376", NULL, NULL, true},
	    {NULL, {"DOCKER_CONTEXT=default", "DOCKER_TLS_VERIFY=1"},
		"unix:///var/run/docker.sock", "default",
		"/var/run/docker.sock", "http://localhost", NULL, NULL, false},
	    {NULL, {"DOCKER_CONFIG=~/plain"}, "unix:///var/run/docker.sock",
		"default", "/var/run/docker.sock", "http://localhost", NULL,
		NULL, false},
	    {NULL, {"DOCKER_CONFIG=~/absent"}, "unix:///var/run/docker.sock",
		"default", "/var/run/docker.sock", "http://localhost", NULL,
		NULL, false},
	    /* How it is written. */
	    {"/x.sock", {NULL}, "unix:///x.sock", "-H", "/x.sock",
		"http://localhost", NULL, NULL, false},
	    {"unix://", {NULL}, "unix:///var/run/docker.sock", "-H",
		"/var/run/docker.sock", "http://localhost", NULL, NULL, false},
	    {"h:1", {NULL}, "tcp://h:1", "-H", NULL, "http://h:1", NULL, NULL,
		false},
	    {"tcp://:2375/", {NULL}, "tcp://localhost:2375", "-H", NULL,
		"http://localhost:2375", NULL, NULL, false},
	    {"tcp://[::1]", {NULL}, "tcp://[::1]:2375", "-H", NULL,
		"http://[::1]:2375", NULL, NULL, false},
	    {"tcp://[fe80::1]:9", {NULL}, "tcp://[fe80::1]:9", "-H", NULL,
		"http://[fe80::1]:9", NULL, NULL, false},
	    {"http://h", {NULL}, "tcp://h:2375", "-H", NULL, "http://h:2375",
		NULL, NULL, false},
	    /* TLS of the environment. */
	    {"tcp://h", {VERIFY, CERTS}, "tcp://h:2376", "-H", NULL,
		"https://h:2376", "~/certs/ca.pem", "~/certs/key.pem", false},
	    {"tcp://h:1", {"DOCKER_TLS=1", CERTS}, "tcp://h:1", "-H", NULL,
		"https://h:1", "~/certs/ca.pem", "~/certs/key.pem", true},
	    {"tcp://h:1", {"DOCKER_TLS=1", "DOCKER_CERT_PATH=~/absent"},
		"tcp://h:1", "-H", NULL, "https://h:1", NULL, NULL, true},
	    {"https://h", {NULL}, "tcp://h:2376", "-H", NULL, "https://h:2376",
		NULL, NULL, false},
	    {"https://h", {CERTS}, "tcp://h:2376", "-H", NULL, "https://h:2376",
		"~/certs/ca.pem", "~/certs/key.pem", false},
	    {"unix:///a", {VERIFY}, "unix:///a", "-H", "/a", "http://localhost",
		NULL, NULL, false},
	    /* ssh, whatever the environment says of TLS. */
	    {"ssh://me@h:22/run/d.sock", {VERIFY}, "ssh://me@h:22/run/d.sock",
		"-H", NULL, "http://localhost", NULL, NULL, false},
	    {NULL, {"DOCKER_HOST=ssh://h"}, "ssh://h", "DOCKER_HOST", NULL,
		"http://localhost", NULL, NULL, false},
	    {NULL, {"DOCKER_CONTEXT=remote"}, "ssh://me@far", "context remote",
		NULL, "http://localhost", NULL, NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_docker_endpoint ep;
		struct ir_err err;

		apply(v[i].env);
		if (ir_docker_endpoint(v[i].host, &ep, &err) == -1)
			fail_msg("%zu: %s", i, err.msg);
		same(ep.name, v[i].name);
		same(ep.from, v[i].from);
		same(ep.unix_path, v[i].unix_path);
		same(ep.origin, v[i].origin);
		same(ep.ssh,
		    strncmp(v[i].name, "ssh://", 6) == 0 ? v[i].name : NULL);
		if (v[i].ca != NULL && v[i].ca[0] == '\0') {
			/* In the context's own store. */
			assert_non_null(strstr(ep.ca, "/contexts/tls/"));
			assert_non_null(strstr(ep.key, "/docker/key.pem"));
		} else {
			same(ep.ca, v[i].ca);
			same(ep.key, v[i].key);
		}
		assert_true((ep.cert != NULL) == (ep.key != NULL));
		assert_true(ep.verify == !v[i].unsure);
		ir_docker_endpoint_free(&ep);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *host, *env[4], *words;
		enum ir_code code;
	} v[] = {
	    {"", {NULL}, "-H needs", IR_EUSAGE},
	    {"ssh://me@-h", {NULL}, "names no host", IR_EUSAGE},
	    {"ssh://me:secret@h", {NULL}, "a password", IR_EUSAGE},
	    {"npipe:////./pipe/x", {NULL}, "npipe", IR_EUSAGE},
	    {"ftp://h", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"tcp://h:0", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"tcp://h:65536", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"tcp://h:1/path", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"tcp://me@h:1", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"tcp://[::1", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"tcp://", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"tcp://h\r\nX: y", {NULL}, "not an engine's address", IR_EUSAGE},
	    {"http://h", {VERIFY, CERTS}, "http:// is without", IR_EUSAGE},
	    {"tcp://h", {VERIFY, "DOCKER_CERT_PATH=~/noca"}, "noca/ca.pem",
		IR_ENOENT},
	    {"tcp://h", {VERIFY, "DOCKER_CERT_PATH=~/half"}, "half/key.pem",
		IR_ENOENT},
	    {"tcp://h", {VERIFY}, ".docker/ca.pem", IR_ENOENT},
	    {NULL, {"DOCKER_CONTEXT=gone"}, "no context gone", IR_ENOENT},
	    {NULL, {"DOCKER_CONTEXT=k8s"}, "names no Docker engine",
		IR_EFORMAT},
	    {NULL, {"DOCKER_CONTEXT=odd"}, "no user's name", IR_EUSAGE},
	    {NULL, {"DOCKER_CONFIG=~/broken"}, "current context", IR_EFORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ir_docker_endpoint ep;
		struct ir_err err = {0};

		apply(v[i].env);
		if (ir_docker_endpoint(v[i].host, &ep, &err) == 0 ||
		    err.code != v[i].code ||
		    strstr(err.msg, v[i].words) == NULL)
			fail_msg("%zu: %d %s", i, err.code, err.msg);
		assert_null(ep.name);
		assert_null(ep.ca);
	}
	/* What is given is not shadowed by a broken file. */
	apply((const char *const[]){"DOCKER_CONFIG=~/broken", NULL});
	struct ir_docker_endpoint ep;
	struct ir_err err;
	assert_int_equal(ir_docker_endpoint("/x", &ep, &err), 0);
	ir_docker_endpoint_free(&ep);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_found),
    cmocka_unit_test(test_refused),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
