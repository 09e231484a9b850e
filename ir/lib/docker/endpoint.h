/* SPDX-License-Identifier: ISC
 *
 * Which engine: what docker(1) itself would choose, in its order.
 *
 *   1. -H / --host
 *   2. DOCKER_HOST
 *   3. DOCKER_CONTEXT
 *   4. currentContext of config.json in $DOCKER_CONFIG or ~/.docker
 *   5. unix:///var/run/docker.sock
 *
 * TLS for tcp: DOCKER_TLS_VERIFY (any non-empty value) or DOCKER_TLS, with
 * ca.pem, cert.pem, key.pem in DOCKER_CERT_PATH or ~/.docker; for a context,
 * the files in its TLS store and SkipTLSVerify.
 *
 * ssh://[user@]host[:port][/socket] may stand in any of them; host keys are
 * always checked, and nobody is asked for a password or a passphrase.
 */
#ifndef IR_DOCKER_ENDPOINT_H
#define IR_DOCKER_ENDPOINT_H

#include <stdbool.h>

#include "base/err.h"

struct ir_docker_endpoint {
	char *name;      /* as a person would write it: "unix:///run/x.sock",
			  * "tcp://h:2376" */
	char *from;      /* why this one: "-H", "DOCKER_HOST", "context prod" */
	char *unix_path; /* or NULL */
	char *ssh;       /* ssh://... (net/ssh.h), or NULL */
	char *origin;    /* for struct ir_http_server */
	char *ca, *cert, *key; /* or NULL */
	bool verify;
};

/** ir_docker_endpoint(host, out, err): host is -H's value or NULL.  npipe:// is
 * refused with a clear word, as is a context that does not exist.
 * A missing TLS file is IR_ENOENT and names the file.  Released by
 * ir_docker_endpoint_free(). */
int ir_docker_endpoint(
    const char *host, struct ir_docker_endpoint *out, struct ir_err *err);
/** ir_docker_endpoint_copy(ep, out, err): the same once more. */
int ir_docker_endpoint_copy(const struct ir_docker_endpoint *ep,
    struct ir_docker_endpoint *out, struct ir_err *err);
void ir_docker_endpoint_free(struct ir_docker_endpoint *ep);

#endif
