/* SPDX-License-Identifier: ISC
 *
 * One engine, Docker or podman's compatible service, and the ways to call it.
 * Everything else in this folder is one function a call, in these terms.
 *
 * The version is negotiated on the first call (GET /_ping): the lower of the
 * engine's and IR_DOCKER_API, or exactly DOCKER_API_VERSION if that is set.
 */
#ifndef IR_DOCKER_DOCKER_H
#define IR_DOCKER_DOCKER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "net/http.h"

/* The newest API that the suite was written against. */
#define IR_DOCKER_API "1.47"

/* Deadline of a call that should answer at once, and how long a stream may
 * stand still.  An engine under attack is slow; 30 s is ten times the worst
 * seen. */
#define IR_DOCKER_CALL_MS  30000
#define IR_DOCKER_STALL_MS 60000

/* Calls in which the engine may copy or remove a whole tree before it says a
 * word (create with the vfs driver, commit, remove). */
#define IR_DOCKER_LONG_MS (30 * 60 * 1000)

struct ir_docker;

/** ir_docker_open(host, err): host is -H's value or NULL (endpoint.h).  Does
 * not connect yet.  Freed by ir_docker_close(). */
struct ir_docker *ir_docker_open(const char *host, struct ir_err *err);
void ir_docker_close(struct ir_docker *d); /* NULL is fine */

/** ir_docker_twin(d, err): another connection to the same engine, for another
 * thread; what was negotiated, and who is told of calls, is taken over.  Freed
 * by ir_docker_close(). */
struct ir_docker *ir_docker_twin(const struct ir_docker *d, struct ir_err *err);

/** ir_docker_where(d): the endpoint's name. */
const char *ir_docker_where(const struct ir_docker *d);

/** ir_docker_hello(d, err): makes sure that the engine is there and speaks;
 * every call begins so by itself. */
int ir_docker_hello(struct ir_docker *d, struct ir_err *err);

/** ir_docker_is_podman(d), ir_docker_api(d): known after the first call. */
bool ir_docker_is_podman(const struct ir_docker *d);
const char *ir_docker_api(const struct ir_docker *d); /* "1.41" */

/** ir_docker_deadline(d, ms): from now on all calls together have that many
 * milliseconds, then they end with IR_ETIMEOUT; 0 takes the deadline away. */
void ir_docker_deadline(struct ir_docker *d, long ms);

/* Told of each call that was answered, for the journal: path is without the
 * version prefix. */
typedef void (*ir_docker_call_fn)(
    void *arg, const char *method, const char *path, long status, double ms);
void ir_docker_on_call(struct ir_docker *d, ir_docker_call_fn fn, void *arg);

/** ir_docker_rehearse(d, fn, arg): from here on only GET reaches the engine.
 * Every other call is told to fn, with its body or NULL, and counts as done;
 * one that should answer with a document answers {"Id": 64 zeros}. */
typedef void (*ir_docker_rehearse_fn)(
    void *arg, const char *method, const char *path, const char *body);
void ir_docker_rehearse(
    struct ir_docker *d, ir_docker_rehearse_fn fn, void *arg);

/* The calls.  fmt makes the path without version prefix
 * ("/containers/%s/json").  Errors: what ir_http_do() fails with; and an
 * answer other than 2xx or 304: 404 is IR_ENOENT, 401 and 403 IR_EPERM, others
 * IR_EPROTO; the message is the engine's own, from any of its three shapes
 * ({"message"}, podman's {"cause","message","response"}, plain text).
 * ir_docker_status(d) is the status of the last answer (0 if none). */
long ir_docker_status(const struct ir_docker *d);

/** ir_docker_get(d, err, fmt, ...): a JSON document, the caller owns it. */
json_t *ir_docker_get(struct ir_docker *d, struct ir_err *err, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/** ir_docker_post(d, body, out, err, fmt, ...): body may be NULL; *out gets
 * the JSON answer (NULL if it is empty), unless out is NULL. */
int ir_docker_post(struct ir_docker *d, const json_t *body, json_t **out,
    struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/** ir_docker_post_long(...): the same with IR_DOCKER_LONG_MS. */
int ir_docker_post_long(struct ir_docker *d, const json_t *body, json_t **out,
    struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/** ir_docker_delete(d, err, fmt, ...): with IR_DOCKER_LONG_MS. */
int ir_docker_delete(struct ir_docker *d, struct ir_err *err, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/** ir_docker_path_stat(d, err, fmt, ...): HEAD; the answer's header
 * X-Docker-Container-Path-Stat, as it came, the caller frees; IR_EPROTO if
 * there is none. */
char *ir_docker_path_stat(struct ir_docker *d, struct ir_err *err,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** ir_docker_stream(d, fn, arg, err, fmt, ...): GET whose body goes to fn as it
 * arrives, with a stall deadline and none for the whole. */
int ir_docker_stream(struct ir_docker *d, ir_http_body_fn fn, void *arg,
    struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/** ir_docker_talk(d, body, talk, fn, arg, err, fmt, ...): POST that becomes a
 * conversation (struct ir_http_talk), without a deadline; a signal ends it. */
int ir_docker_talk(struct ir_docker *d, const json_t *body,
    struct ir_http_talk *talk, ir_http_body_fn fn, void *arg,
    struct ir_err *err, const char *fmt, ...)
    __attribute__((format(printf, 7, 8)));

#endif
