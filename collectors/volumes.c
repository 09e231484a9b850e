/* SPDX-License-Identifier: ISC
 *
 * The content of the container's volumes and binds, which no export has.  A
 * volume that several of the captured containers have is taken once a run.
 * What is not to be copied is named, with the reason: attached.h.
 */
#include <inttypes.h>
#include <string.h>

#include "archive/tarend.h"
#include "base/buf.h"
#include "base/signal.h"
#include "base/text.h"
#include "collectors/attached.h"
#include "collectors/copy.h"
#include "docker/archive.h"
#include "docker/container.h"

struct volume_copy {
	struct ir_copy copy;
	struct ir_tarend *end;
	uint64_t limit; /* 0: none */
};

static int
volume_body(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct volume_copy *c = arg;
	uint64_t room = c->limit - c->copy.bytes;
	char size[16];

	if (c->limit == 0 || n <= room) {
		ir_tarend_feed(c->end, p, n);
		return ir_copy_body(&c->copy, p, n, err);
	}
	if (ir_copy_body(&c->copy, p, (size_t)room, err) == -1)
		return -1;
	ir_size(size, c->limit);
	return ir_fail(err, IR_EFORMAT,
	    "only the first %s (%" PRIu64 " bytes) were taken: --volume-limit",
	    size, c->limit);
}

/* What is there now: the container can have put a link in the way. */
static enum ir_collected
look(const struct ir_target *t, const struct ir_attached *a, struct ir_err *err)
{
	static const struct {
		char type;
		const char *why;
	} left[] = {
	    {'s', "it is a socket"},
	    {'p', "it is a FIFO"},
	    {'c', "it is a device"},
	    {'b', "it is a device"},
	    {'?', "it is no file"},
	};
	struct ir_docker_file f;
	enum ir_collected how = IR_GOT;
	int rc = ir_docker_file(t->engine, t->id, a->destination, &f, err);

	for (size_t i = 0; rc == 0 && i < sizeof(left) / sizeof(left[0]); i++)
		if (f.type == left[i].type) {
			ir_fail(err, IR_EFORMAT, "%s", left[i].why);
			how = IR_SKIP;
		}
	if (rc == 0 && f.type == 'l')
		rc = ir_fail(err, IR_EFORMAT,
		    "where it should be, there is a symbolic link now, to %s",
		    f.link);
	ir_docker_file_free(&f);
	return rc == -1 ? IR_FAIL : how;
}

static enum ir_collected
copy(const struct ir_target *t, const struct ir_attached *a,
    struct ir_sink *sink, struct ir_err *err)
{
	struct volume_copy c = {.limit = t->volume_limit};
	enum ir_collected how;
	int ok = ir_copy_start(&c.copy, sink, a->dir, "content.tar", err);

	if (ok != 0)
		return ok == 1 ? IR_GOT : IR_FAIL;
	if ((c.end = ir_tarend_new(err)) == NULL) {
		free(c.copy.path);
		return IR_FAIL;
	}
	ok = ir_docker_archive(
	    t->engine, t->id, a->destination, volume_body, &c, err);
	/* Another container of this run has it, too. */
	if (ok == -1 && err->code == IR_EEXIST && c.copy.out == NULL) {
		free(c.copy.path);
		ir_tarend_free(c.end);
		return IR_GOT;
	}
	if (ok == 0)
		ok = ir_tarend_check(c.end, err);
	if (ok == 0)
		ok = ir_still(t, err);
	how = ir_copy_end(&c.copy, ok, err);
	ir_tarend_free(c.end);
	return how;
}

/* To read one path Docker mounts all that the container has, below the engine's
 * own files.  If these lie in one of the mounts, every such call multiplies
 * them, up to the most that the kernel takes: for that while the engine can
 * mount nothing at all.  podman does not. */
static const struct ir_attached *
forbids(const struct ir_target *t, const struct ir_attached *list, size_t n)
{
	for (size_t i = 0; !ir_docker_is_podman(t->engine) && i < n; i++)
		if (list[i].holds_engine)
			return &list[i];
	return NULL;
}

static enum ir_collected
take(const struct ir_target *t, const struct ir_attached *a,
    const struct ir_attached *forbidden, struct ir_sink *sink,
    struct ir_err *err)
{
	enum ir_collected how;

	if (ir_interrupted()) {
		ir_fail(err, IR_EINTR, "interrupted before it began");
		return IR_FAIL;
	}
	if (a->why_not[0] != '\0') {
		ir_fail(err, IR_EFORMAT, "%s", a->why_not);
		return IR_SKIP;
	}
	if (forbidden != NULL) {
		ir_fail(err, IR_EPROTO,
		    "not asked for, as %s holds the engine's own files and "
		    "would be mounted over and over; copy %s on the host",
		    forbidden->destination, a->source);
		return IR_FAIL;
	}
	how = look(t, a, err);
	return how == IR_GOT ? copy(t, a, sink, err) : how;
}

/* One line for all: the reasons of those that failed, or else of those that
 * were left out. */
static void
note(struct ir_buf *b, const struct ir_attached *a, const struct ir_err *why)
{
	ir_buf_printf(
	    b, "%s%s: %s", b->len > 0 ? "; " : "", a->destination, why->msg);
}

static enum ir_collected
volumes_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	ir_auto_buf struct ir_buf failed = IR_BUF_INIT, left = IR_BUF_INIT;
	enum ir_collected how = IR_NOTHING;
	const struct ir_attached *forbidden;
	struct ir_attached *list;
	enum ir_code code = IR_EPROTO;
	size_t n, got = 0;

	if (ir_attached(t, &list, &n, err) == -1)
		return IR_FAIL;
	forbidden = forbids(t, list, n);
	for (size_t i = 0; i < n; i++) {
		enum ir_collected this =
		    take(t, &list[i], forbidden, sink, err);

		got += this == IR_GOT;
		if (this == IR_FAIL && failed.len == 0)
			code = err->code;
		if (this == IR_FAIL || this == IR_SKIP)
			note(this == IR_FAIL ? &failed : &left, &list[i], err);
	}
	ir_attached_free(list, n);
	if (failed.len > 0) {
		how = IR_FAIL;
		ir_fail(err, code, "%s", failed.p);
	} else if (got > 0)
		how = IR_GOT;
	else if (left.len > 0)
		how = IR_SKIP;
	if (how != IR_FAIL && left.len > 0)
		ir_fail(err, IR_OK, "not copied: %s", left.p);
	else if (how == IR_GOT)
		ir_fail(err, IR_OK, "%s", "");
	return how;
}

const struct ir_collector ir_collector_volumes = {
    .name = "volumes",
    .what = "the content of its volumes and binds",
    .changes = "an engine mounts them in a place of its own for the while",
    .calls = "HEAD /containers/{id}/archive?path=... for each\n"
	     "GET /containers/{id}/archive?path=... for each",
    .profiles = IR_FULL,
    .run = volumes_run,
};
