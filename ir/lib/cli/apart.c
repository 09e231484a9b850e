/* SPDX-License-Identifier: ISC
 *
 * Verifying in a process apart: see apart.h.
 */
#include "cli/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/signal.h"
#include "base/text.h"
#include "bundle/packed.h"
#include "cli/out.h"
#include "crypto/digest.h"
#include "sandbox/sandbox.h"
#include "json/json.h"

/* What is said of the files of a bundle that holds the most of them. */
#define MAX_REPORT (512u << 20)

static int
open_bundle(const char *path, bool *packed, struct ir_err *err)
{
	int fd = ir_open_input(path, err);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1) {
		ir_fail_errno(err, "%s", path);
		close(fd);
		return -1;
	}
	*packed = !S_ISDIR(st.st_mode);
	return fd;
}

/* Takes fd. */
static int
verify(const char *path, int fd, bool packed, const struct ir_age_identity *id,
    const struct ir_verify_options *o, struct ir_report *r, struct ir_err *err)
{
	struct ir_source *src;
	int rc;

	*r = (struct ir_report){0};
	if (!packed) {
		rc = ir_bundle_verify(fd, o, r, err);
		close(fd);
		return rc;
	}
	if ((src = ir_source_fd(fd, path, err)) == NULL ||
	    (src = ir_packed_source(src, path, id, err)) == NULL)
		return ir_report_hostile(r, path, err);
	return ir_bundle_verify_tar(src, path, o, r, err);
}

/* What the child found, for its parent. */
static json_t *
tell(int rc, struct ir_report *r, const struct ir_sandbox *held,
    const struct ir_err *err)
{
	if (rc == -1)
		return json_pack("{s:i, s:o}", "failed", (int)err->code,
		    "message", ir_json_text(err->msg));
	json_object_set_new(r->summary, "sandbox",
	    json_pack(
		"{s:b, s:b}", "files", held->files, "calls", held->calls));
	return json_pack("{s:i, s:O, s:O}", "verdict", (int)r->verdict,
	    "findings", r->findings, "summary", r->summary);
}

static _Noreturn void
child(const char *path, int out, const struct ir_age_identity *id,
    const struct ir_verify_options *o)
{
	struct ir_sandbox held = {0};
	struct ir_report r = {0};
	struct ir_err err;
	bool packed = false;
	int fd = open_bundle(path, &packed, &err), rc = -1;

	if (fd != -1 &&
	    ir_sandbox_read_only(packed ? -1 : fd, &held, &err) == 0)
		rc = verify(path, fd, packed, id, o, &r, &err);
	ir_progress_end();
	rc = json_dumpfd(tell(rc, &r, &held, &err), out, JSON_COMPACT);
	_exit(rc == 0 ? 0 : IR_EIO);
}

/* All that comes through the pipe.  Whoever interrupts this process means the
 * child, too. */
static int
gather(pid_t pid, int fd, struct ir_buf *b, struct ir_err *err)
{
	char piece[64 << 10];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n == -1 && errno == EINTR) {
			if (ir_interrupted())
				kill(pid, SIGTERM);
			continue;
		}
		if (n == -1)
			return ir_fail_errno(err, "cannot read the findings");
		ir_buf_add(b, piece, (size_t)n);
		if (b->len > MAX_REPORT)
			return ir_fail(err, IR_EINTERNAL,
			    "the findings are longer than %u bytes",
			    MAX_REPORT);
	}
	return ir_buf_ok(b, err);
}

/* The child read what nobody vouches for, and so its word is checked. */
static int
take(const struct ir_buf *b, struct ir_report *r, struct ir_err *err)
{
	json_auto_t *told = NULL;
	json_error_t where;
	json_t *failed;

	if (b->len == 0)
		return ir_fail(err, IR_EINTERNAL,
		    "the verification broke off: do not trust the bundle");
	told = json_loadb(b->p, b->len, JSON_REJECT_DUPLICATES, &where);
	if (told == NULL)
		return ir_fail(err, IR_EINTERNAL,
		    "the verification said what is no JSON: %s", where.text);
	if ((failed = json_object_get(told, "failed")) != NULL)
		return ir_fail(err, (enum ir_code)json_integer_value(failed),
		    "%s", ir_json_str(told, "message"));
	*r = (struct ir_report){
	    .verdict = (enum ir_verdict)ir_json_int(told, "verdict"),
	    .findings = json_incref(json_object_get(told, "findings")),
	    .summary = json_incref(json_object_get(told, "summary")),
	};
	if (!json_is_array(r->findings) || !json_is_object(r->summary)) {
		ir_report_free(r);
		return ir_fail(err, IR_EINTERNAL,
		    "the verification did not come to its end");
	}
	return 0;
}

static int
reap(pid_t pid, bool ended, int *status, struct ir_err *err)
{
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) == -1)
		if (errno != EINTR)
			return ir_fail_errno(err, "waitpid");
	return 0;
}

static int
parent(pid_t pid, int in, struct ir_report *r, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	int rc = gather(pid, in, &b, err), status = 0;
	struct ir_err second;

	if (reap(pid, rc == 0, &status, rc == 0 ? err : &second) == -1 ||
	    rc == -1)
		return -1;
	if (WIFSIGNALED(status))
		return ir_fail(err, IR_EINTERNAL,
		    "the verification died (signal %d): do not trust the "
		    "bundle",
		    WTERMSIG(status));
	return take(&b, r, err);
}

int
ir_verify_apart(const char *path, const struct ir_age_identity *id,
    const struct ir_verify_options *o, struct ir_report *report,
    struct ir_err *err)
{
	char hex[IR_SHA256_HEX];
	int p[2], rc;
	pid_t pid;

	*report = (struct ir_report){0};
	if (pipe2(p, O_CLOEXEC) == -1)
		return ir_fail_errno(err, "pipe");
	/* These look for files of the system when they are first used. */
	ir_sha256_mem("", 0, hex);
	json_object_seed(0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(p[0]);
		child(path, p[1], id, o);
	}
	close(p[1]);
	rc = pid == -1 ? ir_fail_errno(err, "fork")
		       : parent(pid, p[0], report, err);
	close(p[0]);
	return rc;
}
