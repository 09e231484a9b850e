/* SPDX-License-Identifier: ISC
 *
 * Which engine: see endpoint.h.  The context store is docker(1)'s: a folder a
 * context, named by the SHA-256 of the context's name.
 */
#include "docker/endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "net/ssh.h"
#include "net/url.h"
#include "json/json.h"

#define DEFAULT_SOCKET "/var/run/docker.sock"
#define PORT           "2375" /* IANA: docker */
#define PORT_TLS       "2376" /* IANA: docker-s */

/* What the place to connect to says about TLS. */
struct tls {
	bool on;
	bool verify;
	char *dir; /* of ca.pem, cert.pem, key.pem */
	bool need_ca;
};

static const char *
env(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0' ? v : NULL;
}

/* $DOCKER_CONFIG or ~/.docker; the caller frees. */
static char *
config_dir(struct ir_err *err)
{
	const char *dir = env("DOCKER_CONFIG"), *home = env("HOME");

	return dir != NULL ? ir_asprintf(err, "%s", dir)
			   : ir_asprintf(err, "%s/.docker",
				 home != NULL ? home : "/nonexistent");
}

/* *out gets the path of a TLS file, or NULL if it is absent and not needed. */
static int
tls_file(const char *dir, const char *name, bool needed, char **out,
    struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", dir, name);

	if (path == NULL)
		return -1;
	if (access(path, R_OK) == -1) {
		if (errno == ENOENT && !needed)
			return 0;
		return ir_fail_errno(err, "TLS needs %s", path);
	}
	*out = path;
	path = NULL;
	return 0;
}

static int
tls_files(
    const struct tls *tls, struct ir_docker_endpoint *out, struct ir_err *err)
{
	if (tls_file(tls->dir, "ca.pem", tls->need_ca, &out->ca, err) == -1 ||
	    tls_file(tls->dir, "cert.pem", false, &out->cert, err) == -1 ||
	    tls_file(tls->dir, "key.pem", out->cert != NULL, &out->key, err) ==
		-1)
		return -1;
	if (out->key != NULL && out->cert == NULL)
		return tls_file(tls->dir, "cert.pem", true, &out->cert, err);
	return 0;
}

static int
bad_host(const char *host, struct ir_err *err)
{
	return ir_fail(err, IR_EUSAGE,
	    "%s: not an engine's address; write unix:///path, tcp://host:port, "
	    "https://host:port or ssh://user@host",
	    host);
}

/* at is what follows "tcp://" and the like in host. */
static int
parse_tcp(const char *host, const char *at, bool tls,
    struct ir_docker_endpoint *out, struct ir_err *err)
{
	ir_auto_free char *where = NULL;
	size_t n = ir_url_host(at);
	int port = ir_url_port(at + n);
	const char *end = at + n + (port > 0 ? port : 0);

	if (port == -1 || (n == 0 && port == 0) ||
	    (strcmp(end, "") != 0 && strcmp(end, "/") != 0))
		return bad_host(host, err);
	where = ir_asprintf(err, "%.*s%.*s", n > 0 ? (int)n : 9,
	    n > 0 ? at : "localhost", port > 0 ? port : 5,
	    port > 0 ? at + n : (tls ? ":" PORT_TLS : ":" PORT));
	if (where == NULL)
		return -1;
	out->name = ir_asprintf(err, "tcp://%s", where);
	out->origin = ir_asprintf(err, "http%s://%s", tls ? "s" : "", where);
	return out->name != NULL && out->origin != NULL ? 0 : -1;
}

static int
parse_unix(const char *path, struct ir_docker_endpoint *out, struct ir_err *err)
{
	if (path[0] == '\0')
		path = DEFAULT_SOCKET;
	out->name = ir_asprintf(err, "unix://%s", path);
	out->unix_path = ir_asprintf(err, "%s", path);
	out->origin = ir_asprintf(err, "http://localhost");
	out->verify = true;
	return out->name && out->unix_path && out->origin ? 0 : -1;
}

/* ssh.h has the rules; here it is only whether they are kept. */
static int
parse_ssh(const char *host, struct ir_docker_endpoint *out, struct ir_err *err)
{
	struct ir_ssh ssh;

	if (ir_ssh_parse(host, &ssh, err) == -1)
		return -1;
	ir_ssh_free(&ssh);
	out->name = ir_asprintf(err, "%s", host);
	out->ssh = ir_asprintf(err, "%s", host);
	out->origin = ir_asprintf(err, "http://localhost");
	out->verify = true;
	return out->name && out->ssh && out->origin ? 0 : -1;
}

static const char *
after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

static int
parse_host(const char *host, struct tls *tls, struct ir_docker_endpoint *out,
    struct ir_err *err)
{
	const char *at;

	if (host[0] == '/')
		return parse_unix(host, out, err);
	if ((at = after(host, "unix://")) != NULL)
		return parse_unix(at, out, err);
	if (after(host, "ssh://") != NULL)
		return parse_ssh(host, out, err);
	if (after(host, "npipe://") != NULL || after(host, "fd://") != NULL)
		return ir_fail(err, IR_EUSAGE,
		    "%s: only unix://, tcp://, http://, https:// and ssh:// "
		    "are spoken here",
		    host);
	if ((at = after(host, "https://")) != NULL)
		tls->on = true;
	else if ((at = after(host, "http://")) != NULL && tls->on)
		return ir_fail(err, IR_EUSAGE,
		    "%s: TLS is asked for (%s), and http:// is without; write "
		    "tcp:// or https://",
		    host, out->from);
	else if (at == NULL && (at = after(host, "tcp://")) == NULL)
		at = host;
	out->verify = tls->verify;
	if (parse_tcp(host, at, tls->on, out, err) == -1)
		return -1;
	return tls->on && tls->dir != NULL ? tls_files(tls, out, err) : 0;
}

/* TLS as the environment asks for it. */
static int
tls_of_env(struct tls *tls, struct ir_err *err)
{
	const char *dir = env("DOCKER_CERT_PATH");
	bool plain = env("DOCKER_TLS") != NULL;

	tls->verify = env("DOCKER_TLS_VERIFY") != NULL || !plain;
	tls->on = env("DOCKER_TLS_VERIFY") != NULL || plain;
	tls->need_ca = tls->on && tls->verify;
	tls->dir = dir != NULL ? ir_asprintf(err, "%s", dir) : config_dir(err);
	return tls->dir != NULL ? 0 : -1;
}

/* config.json's currentContext, the caller frees; "default" if there is
 * none; NULL with err set if the file cannot be used. */
static char *
current_context(const char *dir, struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/config.json", dir);
	ir_auto_free char *text = NULL;
	json_auto_t *config = NULL;
	const char *name;
	size_t n;

	if (path == NULL)
		return NULL;
	text = ir_read_file(path, IR_MAX_JSON, &n, err);
	if (text == NULL && err->code == IR_ENOENT)
		return ir_asprintf(err, "default");
	if (text == NULL ||
	    (config = ir_json_parse(text, n, path, err)) == NULL) {
		ir_wrap(err, "looking for the current context (or name the "
			     "engine with -H)");
		return NULL;
	}
	name = ir_json_str(config, "currentContext");
	return ir_asprintf(err, "%s", name[0] != '\0' ? name : "default");
}

/* The meta.json of a context; *tls_dir gets its TLS folder, the caller
 * frees. */
static json_t *
read_context(
    const char *dir, const char *name, char **tls_dir, struct ir_err *err)
{
	char hash[IR_SHA256_HEX];
	ir_auto_free char *path = NULL, *text = NULL;
	size_t n;

	ir_sha256_mem(name, strlen(name), hash);
	path = ir_asprintf(err, "%s/contexts/meta/%s/meta.json", dir, hash);
	*tls_dir = ir_asprintf(err, "%s/contexts/tls/%s/docker", dir, hash);
	if (path == NULL || *tls_dir == NULL)
		return NULL;
	text = ir_read_file(path, IR_MAX_JSON, &n, err);
	if (text == NULL && err->code == IR_ENOENT)
		ir_fail(err, IR_ENOENT,
		    "no context %s in %s; see docker context ls, or name the "
		    "engine with -H",
		    name, dir);
	return text != NULL ? ir_json_parse(text, n, path, err) : NULL;
}

static int
use_context(const char *dir, const char *name, struct ir_docker_endpoint *out,
    struct ir_err *err)
{
	ir_auto_free char *tls_dir = NULL;
	json_auto_t *meta = read_context(dir, name, &tls_dir, err);
	struct tls tls = {.verify = true};
	const json_t *ep;

	if (meta == NULL)
		return -1;
	ep = ir_json_at(meta, "Endpoints.docker");
	if (!json_is_object(ep))
		return ir_fail(
		    err, IR_EFORMAT, "context %s names no Docker engine", name);
	tls.dir = tls_dir;
	tls.verify = !ir_json_true(ep, "SkipTLSVerify");
	tls.on = !tls.verify || access(tls_dir, F_OK) == 0;
	if ((out->from = ir_asprintf(err, "context %s", name)) == NULL)
		return -1;
	return parse_host(ir_json_str(ep, "Host")[0] != '\0'
			      ? ir_json_str(ep, "Host")
			      : "unix://",
	    &tls, out, err);
}

static int
use_host(const char *host, const char *from, struct ir_docker_endpoint *out,
    struct ir_err *err)
{
	struct tls tls;
	int rc;

	if ((out->from = ir_asprintf(err, "%s", from)) == NULL ||
	    tls_of_env(&tls, err) == -1)
		return -1;
	rc = parse_host(host, &tls, out, err);
	free(tls.dir);
	return rc;
}

static int
resolve(const char *host, struct ir_docker_endpoint *out, struct ir_err *err)
{
	ir_auto_free char *dir = NULL, *context = NULL;

	if (host != NULL)
		return use_host(host, "-H", out, err);
	if (env("DOCKER_HOST") != NULL)
		return use_host(env("DOCKER_HOST"), "DOCKER_HOST", out, err);
	if ((dir = config_dir(err)) == NULL)
		return -1;
	context = env("DOCKER_CONTEXT") != NULL
		      ? ir_asprintf(err, "%s", env("DOCKER_CONTEXT"))
		      : current_context(dir, err);
	if (context == NULL)
		return -1;
	if (strcmp(context, "default") == 0)
		return use_host("unix://", "default", out, err);
	return use_context(dir, context, out, err);
}

int
ir_docker_endpoint(
    const char *host, struct ir_docker_endpoint *out, struct ir_err *err)
{
	memset(out, 0, sizeof(*out));
	if (host != NULL && host[0] == '\0')
		return ir_fail(err, IR_EUSAGE, "-H needs an engine's address");
	if (resolve(host, out, err) == 0)
		return 0;
	ir_docker_endpoint_free(out);
	return -1;
}

static bool
copy(char **to, const char *from)
{
	return from == NULL || (*to = strdup(from)) != NULL;
}

int
ir_docker_endpoint_copy(const struct ir_docker_endpoint *ep,
    struct ir_docker_endpoint *out, struct ir_err *err)
{
	memset(out, 0, sizeof(*out));
	out->verify = ep->verify;
	if (copy(&out->name, ep->name) && copy(&out->from, ep->from) &&
	    copy(&out->unix_path, ep->unix_path) && copy(&out->ssh, ep->ssh) &&
	    copy(&out->origin, ep->origin) && copy(&out->ca, ep->ca) &&
	    copy(&out->cert, ep->cert) && copy(&out->key, ep->key))
		return 0;
	ir_docker_endpoint_free(out);
	return ir_fail_mem(err);
}

void
ir_docker_endpoint_free(struct ir_docker_endpoint *ep)
{
	free(ep->name);
	free(ep->from);
	free(ep->unix_path);
	free(ep->ssh);
	free(ep->origin);
	free(ep->ca);
	free(ep->cert);
	free(ep->key);
	memset(ep, 0, sizeof(*ep));
}
